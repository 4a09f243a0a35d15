//! What follows the program of an SDK enclave: heap, and for each thread guard pages, stack, TCS, state
//! save area and data.

use alloc::collections::BTreeMap;

use super::metadata::Place;
use super::not_laid;
use super::program::table;
use super::structs::{LayoutEntry, LayoutGroup, LayoutId, PageAttributes};
use crate::bytes::{Malformed, hex};
use crate::memory::PAGE;
use crate::sgx::image::{Filling, Inputs, Laid, Origin, Pool, STRETCHES_MOST, Stretch};
use crate::sgx::structs::{PageType, SecInfoFlags};
use crate::text;

/// The flags of a TCS, by which loaders know it.
const TCS: SecInfoFlags = SecInfoFlags::from_bits((PageType::TCS.value() as u64) << 8);

const FIELD: &str = "layout_entry_t";

/// What is counted while the entries are gone through.
#[derive(Default)]
struct Tally {
    /// How often each identifier came.
    seen: BTreeMap<u16, u32>,
    heap: Pool,
    reserved: Pool,
    stack: Pool,
    ssa_pages: u64,
    /// Threads that are added, those of them that stay, and those that may be made later.
    added: u64,
    kept: u64,
    later: u64,
}

/// Lays out the entries of the table and their repetitions.
pub(super) fn entries(bytes: &[u8], place: &Place, laid: &mut Laid) -> Result<(), Malformed> {
    let table = table(bytes, place, 1, FIELD)?;
    let mut tally = Tally::default();
    let mut visited = 0;
    for (n, (at, held)) in table.iter().enumerate() {
        let entry = LayoutEntry::from_bytes(held);
        if !entry.id.is_group() {
            one(*at, &entry, 0, place, laid, &mut tally)?;
            continue;
        }
        let group = LayoutGroup::from_bytes(held);
        let first = n.checked_sub(usize::from(group.entry_count));
        let Some(repeated) = first.and_then(|first| table.get(first..n)) else {
            let why = text!(
                "sdk.group-count",
                "repeats {n} entries, but only {before} are before it",
                n = u64::from(group.entry_count),
                before = n
            );
            return Err(Malformed::says(at + 2, "layout_group_t.entry_count", why));
        };
        let mut step = 0_u64;
        for _ in 0..group.load_times {
            step = step.saturating_add(group.load_step);
            for (at, held) in repeated {
                let entry = LayoutEntry::from_bytes(held);
                if entry.id.is_group() {
                    let why = text!(
                        "sdk.group-nested",
                        "is a group inside a group, which no loader takes"
                    );
                    return Err(Malformed::says(*at, FIELD, why));
                }
                one(*at, &entry, step, place, laid, &mut tally)?;
            }
            visited += repeated.len().max(1);
            if visited > STRETCHES_MOST {
                return Err(not_laid(
                    at + 4,
                    "layout_group_t.load_times",
                    crate::sgx::image::NotLaid::TooMuch,
                ));
            }
        }
    }
    laid.inputs = tally.inputs(place);
    Ok(())
}

/// One entry, `step` behind where it stands in the table.
fn one(
    at: u64,
    entry: &LayoutEntry,
    step: u64,
    place: &Place,
    laid: &mut Laid,
    tally: &mut Tally,
) -> Result<(), Malformed> {
    let size = place.head.enclave_size;
    let bytes = u64::from(entry.page_count) * PAGE as u64;
    let rva = entry
        .rva
        .checked_add(step)
        .filter(|r| r.is_multiple_of(PAGE as u64));
    let inside = |r: &u64| *r < size && r.checked_add(bytes).is_some_and(|end| end <= size);
    let Some(rva) = rva.filter(inside) else {
        let why = text!(
            "sdk.entry-outside",
            "puts {pages} pages at {rva}, where they are not whole pages of an image of {size} bytes",
            pages = u64::from(entry.page_count),
            rva = hex::addr(entry.rva.saturating_add(step)),
            size = hex::short(size)
        );
        return Err(Malformed::says(at + 8, "layout_entry_t.rva", why));
    };
    let old = place.head.version < (1 << 32 | 4);
    let id = if old { entry.id.before_1_4() } else { entry.id };
    let origin = tally.count(id, entry);
    if !entry.attributes.contains(PageAttributes::EADD) {
        return Ok(());
    }
    let measured = entry.attributes.contains(PageAttributes::EEXTEND);
    let stretch = |offset: u64, pages: u64, measured: bool, filling: Filling| Stretch {
        offset,
        pages,
        flags: entry.si_flags,
        measured,
        origin,
        filling,
    };
    let pages = u64::from(entry.page_count);
    let too_much = |why| not_laid(at, FIELD, why);
    if entry.content_offset == 0 {
        let filling = match entry.content_size {
            0 => Filling::Zero,
            word => Filling::Fill(word),
        };
        if entry.si_flags.bits() == 0 {
            return Ok(());
        }
        return laid
            .push(stretch(rva, pages, measured, filling))
            .map_err(too_much);
    }
    let len = u64::from(entry.content_size);
    let from = content(at, entry, place)?;
    if entry.si_flags == TCS {
        return laid
            .push(stretch(
                rva,
                pages,
                measured,
                Filling::Tcs { at: from, len },
            ))
            .map_err(too_much);
    }
    let held = len.div_ceil(PAGE as u64);
    let program = Filling::Program {
        start: rva,
        at: from,
        len,
    };
    laid.push(stretch(rva, held, true, program))
        .map_err(too_much)?;
    let rest = pages.saturating_sub(held);
    let after = rva + held * PAGE as u64;
    laid.push(stretch(after, rest, true, Filling::Zero))
        .map_err(too_much)
}

/// Where in the file the contents of an entry lie: inside the metadata, a TCS within one page.
fn content(at: u64, entry: &LayoutEntry, place: &Place) -> Result<u64, Malformed> {
    let (from, len) = (
        u64::from(entry.content_offset),
        u64::from(entry.content_size),
    );
    let most = if entry.si_flags == TCS {
        PAGE as u64
    } else {
        u64::MAX
    };
    if from < super::metadata::DATA || from + len > u64::from(place.head.size) || len > most {
        let why = text!(
            "sdk.content",
            "takes {len} bytes of contents from {from} of the metadata, which has {size} bytes; a TCS takes 4,096 at most",
            len = len,
            from = from,
            size = place.head.size
        );
        return Err(Malformed::says(at + 16, "layout_entry_t.content_size", why));
    }
    Ok(place.at + from)
}

impl Tally {
    /// Counts an entry and says what its pages are for.
    fn count(&mut self, id: LayoutId, entry: &LayoutEntry) -> Origin {
        let seen = self.seen.entry(id.value()).or_default();
        let nth = *seen;
        *seen = seen.saturating_add(1);
        let bytes = u64::from(entry.page_count) * PAGE as u64;
        let added = entry.attributes.contains(PageAttributes::EADD);
        let pool = |pool: &mut Pool| {
            pool.most = pool.most.saturating_add(bytes);
            if added {
                pool.initial = pool.initial.saturating_add(bytes);
            }
        };
        match id {
            LayoutId::HEAP_MIN | LayoutId::HEAP_INIT | LayoutId::HEAP_MAX => {
                pool(&mut self.heap);
                Origin::Heap
            }
            LayoutId::RSRV_MIN | LayoutId::RSRV_INIT | LayoutId::RSRV_MAX => {
                pool(&mut self.reserved);
                Origin::Reserved
            }
            LayoutId::STACK_MIN | LayoutId::STACK_MAX => {
                if nth == 0 {
                    pool(&mut self.stack);
                }
                Origin::Stack(nth)
            }
            LayoutId::TCS => {
                self.added += u64::from(added);
                let stays = !entry.attributes.contains(PageAttributes::EREMOVE);
                self.kept += u64::from(added && stays);
                Origin::Tcs(nth)
            }
            LayoutId::SSA => {
                if nth == 0 {
                    self.ssa_pages = u64::from(entry.page_count);
                }
                Origin::Ssa(nth)
            }
            LayoutId::TD => Origin::ThreadData(nth),
            LayoutId::TCS_DYN => {
                self.later += 1;
                Origin::Tcs(nth)
            }
            other => Origin::Other(other.value()),
        }
    }

    fn inputs(&self, place: &Place) -> Inputs {
        let some = |pool: Pool| (pool.most > 0).then_some(pool);
        Inputs {
            ssaframesize: place.head.ssa_frame_size,
            heap: some(self.heap),
            reserved: some(self.reserved),
            stack: some(self.stack),
            threads: some(Pool {
                initial: self.added,
                most: self.added.max(self.kept + self.later),
            }),
            ssa_pages: (self.ssa_pages > 0).then_some(self.ssa_pages),
            version: Some(place.head.version),
        }
    }
}
