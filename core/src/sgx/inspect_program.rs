//! An enclave file in ELF taken apart byte by byte, and what it measures.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::image::{self, Alike, Image, Inputs, alike};
use super::inspect::{SIGSTRUCT_FILE, judge};
use super::oe;
use super::sdk;
use super::sdk::structs::{Directory, LayoutEntry, LayoutGroup, Metadata, PatchEntry};
use super::structs::SigStruct;
use super::words;
use super::{Report, Told};
use crate::bytes::inspection::{Inside, Kind};
use crate::bytes::{Inspection, Layout, Part, hex};
use crate::formats::elf::{Elf, Header, Note, Section, Segment, SegmentType};
use crate::memory::PAGE;
use crate::text;
use crate::text::Text;

/// Enclaves of more operations than these are measured by `measure` only, which takes its time.
const OPERATIONS_MOST: u64 = 300_000;

/// As many stretches of pages are listed.
const STRETCHES_SHOWN: usize = 64;

/// A structure in the file.
struct Place {
    at: u64,
    layout: &'static Layout,
}

pub(super) fn program(bytes: &[u8], seen: &mut Inspection) {
    let mut places = Vec::new();
    let elf = Elf::parse(bytes);
    match &elf {
        Err(bad) => seen.wrong.push(bad.text()),
        Ok(elf) => tables(bytes, elf, &mut places),
    }
    seen.inside = places.iter().filter_map(|p| signature(p, bytes)).collect();
    seen.parts = parts(bytes, elf.as_ref().ok(), places);
    if elf.is_ok() {
        identity(bytes, seen);
    }
}

/// A SIGSTRUCT inside, which tools take as a file of its own.
fn signature(place: &Place, bytes: &[u8]) -> Option<Inside> {
    let at = usize::try_from(place.at).ok()?;
    let range = at..at.checked_add(SigStruct::SIZE)?;
    let is_one = place.layout.name == SigStruct::LAYOUT.name;
    let signed = bytes.get(range.clone())?.starts_with(&SigStruct::HEADER);
    (is_one && signed).then_some(Inside {
        what: "SIGSTRUCT",
        file: SIGSTRUCT_FILE,
        range,
    })
}

/// Gramine’s libpal, which is a part of an enclave.
pub(super) fn libpal(bytes: &[u8], seen: &mut Inspection) {
    let elf = Elf::parse(bytes);
    let mut places = Vec::new();
    if let Ok(elf) = &elf {
        tables(bytes, elf, &mut places);
    }
    seen.parts = parts(bytes, elf.as_ref().ok(), places);
    seen.notes.push(text!(
        "inspect.libpal",
        "It is the part of an enclave of Gramine that is the same for every program. What the enclave measures depends on its manifest (.manifest.sgx) besides."
    ));
}

/// Every structure that the file’s tables lead to.
fn tables(bytes: &[u8], elf: &Elf, places: &mut Vec<Place>) {
    let mut table = |at: u64, count: u16, layout: &'static Layout| {
        for n in 0..u64::from(count) {
            let at = at.saturating_add(n * layout.size as u64);
            places.push(Place { at, layout });
        }
    };
    table(0, 1, Header::LAYOUT);
    table(elf.header.phoff, elf.header.phnum, Segment::LAYOUT);
    table(elf.header.shoff, elf.header.shnum, Section::LAYOUT);
    if let Ok(found) = oe::properties(bytes) {
        let sig = found.sigstruct.map(|(at, _)| (at, SigStruct::LAYOUT));
        let both = [(found.at, oe::Header::LAYOUT)].into_iter().chain(sig);
        let all = both.chain(found.parts());
        places.extend(all.map(|(at, layout)| Place { at, layout }));
    }
    let Ok(found) = sdk::places(bytes, elf) else {
        return;
    };
    if let Ok(Some(block)) = sdk::block(bytes, elf) {
        places.push(Place {
            at: block.note,
            layout: Note::LAYOUT,
        });
    }
    for place in &found {
        metadata(bytes, place, places);
    }
}

fn metadata(bytes: &[u8], place: &sdk::Place, places: &mut Vec<Place>) {
    let sig = place.at + Metadata::SIZE as u64;
    let dirs = sig + SigStruct::SIZE as u64;
    let whole = [
        (place.at, Metadata::LAYOUT),
        (sig, SigStruct::LAYOUT),
        (dirs, Directory::LAYOUT),
        (dirs + 8, Directory::LAYOUT),
    ];
    places.extend(whole.map(|(at, layout)| Place { at, layout }));
    for (at, _) in sdk::table(bytes, place, 0, "patch_entry_t").unwrap_or_default() {
        let layout = PatchEntry::LAYOUT;
        places.push(Place { at, layout });
    }
    for (at, held) in sdk::table(bytes, place, 1, "layout_entry_t").unwrap_or_default() {
        let group = LayoutEntry::from_bytes(held).id.is_group();
        let layout = if group {
            LayoutGroup::LAYOUT
        } else {
            LayoutEntry::LAYOUT
        };
        places.push(Place { at, layout });
    }
}

/// Every byte: structures field by field, the rest by the segment that loads it.
fn parts(bytes: &[u8], elf: Option<&Elf>, mut places: Vec<Place>) -> Vec<Part> {
    let mut all = Vec::new();
    let mut at = 0_usize;
    places.sort_by_key(|p| p.at);
    for place in places {
        let from = usize::try_from(place.at).unwrap_or(usize::MAX);
        let end = from.saturating_add(place.layout.size);
        // Tables that overlap are a hostile file’s: the first keeps the bytes.
        let Some(held) = bytes.get(from..end).filter(|_| from >= at) else {
            continue;
        };
        rest(&bytes[at..from], at, elf, &mut all);
        all.extend(Part::of_layout(place.layout, held, from));
        at = end;
    }
    rest(&bytes[at..], at, elf, &mut all);
    all
}

/// Bytes outside every structure, one part for what each segment loads.
fn rest(mut bytes: &[u8], mut at: usize, elf: Option<&Elf>, all: &mut Vec<Part>) {
    let segments: Vec<(usize, &Segment)> = elf
        .iter()
        .flat_map(|elf| elf.segments.iter().enumerate())
        .filter(|(_, s)| s.segment_type == SegmentType::LOAD)
        .collect();
    while !bytes.is_empty() {
        let here = at as u64;
        let inside = segments
            .iter()
            .find(|(_, s)| s.offset <= here && here - s.offset < s.filesz);
        let end = match inside {
            Some((_, s)) => s.offset + s.filesz,
            None => {
                let starts = segments.iter().map(|(_, s)| s.offset);
                starts.filter(|o| *o > here).min().unwrap_or(u64::MAX)
            }
        };
        let len = usize::try_from(end - here).map_or(bytes.len(), |len| len.min(bytes.len()));
        let (own, left) = bytes.split_at(len);
        match inside {
            None => all.push(Part {
                kind: Kind::Unknown,
                ..Part::new(
                    text!("inspect.unexplained", "unexplained"),
                    at,
                    len,
                    Text::none(),
                )
            }),
            Some((n, s)) => {
                let name = text!(
                    "inspect.segment",
                    "program header {n}, to {at} of the image",
                    n = *n as u64,
                    at = hex::addr(s.vaddr.wrapping_add(here - s.offset))
                );
                all.extend(Part::contents(name, own, at));
            }
        }
        (bytes, at) = (left, at + len);
    }
}

/// What the enclave is and measures.
fn identity(bytes: &[u8], seen: &mut Inspection) {
    let bytes: Rc<[u8]> = Rc::from(bytes);
    let image = match opened(&bytes, seen) {
        Some(image) => image,
        None => return,
    };
    let sig = image.sigstruct();
    if let Some(whole) = sig.as_ref().and_then(|(_, b)| b.first_chunk()) {
        judge(&SigStruct::from_bytes(whole), whole, seen);
    }
    seen.follows = Vec::from([
        ("SIZE", hex::size(image.size())),
        ("pages", image.pages().to_string()),
        ("pages measured whole", image.measured_pages().to_string()),
    ]);
    if image.len() <= OPERATIONS_MOST {
        match Report::of_image(&bytes, Told::default(), &image) {
            Err(why) => seen.wrong.push(why),
            Ok(report) => told(&report, seen),
        }
    }
    if let Some(found) = image.found().filter(|found| found.measured.is_some()) {
        seen.notes.push(found.says.clone());
    }
    if image.len() > OPERATIONS_MOST {
        seen.notes.push(text!(
            "inspect.not-measured",
            "MRENCLAVE is missing here: this enclave takes {n} operations to build, and those of more than {most} are not measured by the way. A run of the file, or “measure” on the command line, works it out.",
            n = image.len(),
            most = OPERATIONS_MOST
        ));
        chosen(&image.inputs(), seen);
    }
    layout(&*image, seen);
}

/// The image; where it cannot be laid out, what else is known is told.
fn opened(bytes: &Rc<[u8]>, seen: &mut Inspection) -> Option<Rc<dyn Image>> {
    if !oe::looks_like(bytes) {
        let opened = image::open(&bytes.clone().into());
        return opened.unwrap_or_else(|bad| {
            seen.wrong.push(bad.text());
            None
        });
    }
    let (why, long) = match oe::open_within(bytes, OPERATIONS_MOST) {
        Ok(Some(image)) => return Some(image),
        Ok(None) => (None, true),
        Err(bad) => (Some(bad.text()), false),
    };
    let properties = oe::properties(bytes).ok();
    if let Some((_, whole)) = properties.and_then(|p| p.sigstruct) {
        judge(&SigStruct::from_bytes(whole), whole, seen);
    }
    match Report::signed_for(bytes, why) {
        Ok(report) => told(&report, seen),
        Err(why) => seen.wrong.push(why),
    }
    if long {
        seen.notes.push(text!(
            "inspect.oe-long",
            "MRENCLAVE is what was signed: to find the layout of this image takes more than {most} operations, which is not done by the way. A run of the file, or “measure” on the command line, does it.",
            most = OPERATIONS_MOST
        ));
    }
    None
}

/// What a report tells.
fn told(report: &Report, seen: &mut Inspection) {
    let digests = [
        ("MRENCLAVE", report.mrenclave),
        ("ENCLAVEHASH", report.enclavehash),
        ("MRSIGNER", report.mrsigner),
    ];
    let told = digests.iter().filter_map(|(n, d)| Some((*n, (*d)?)));
    seen.follows.extend(told.map(|(n, d)| (n, hex::encode(&d))));
    if let Some(inputs) = &report.inputs {
        chosen(inputs, seen);
    }
    seen.wrong.extend(report.warnings.iter().cloned());
}

/// What the author chose.
fn chosen(inputs: &Inputs, seen: &mut Inspection) {
    let rows = inputs.pools().map(|(name, pool)| {
        let most = pool.most != pool.initial;
        let most = most.then(|| format!(" (up to {})", hex::number(pool.most)));
        let value = hex::number(pool.initial) + &most.unwrap_or_default();
        (name, value)
    });
    seen.follows.extend(rows);
}

/// Which pages there are, those alike together.
fn layout(image: &dyn Image, seen: &mut Inspection) {
    let all = alike(image);
    for stretch in all.iter().take(STRETCHES_SHOWN) {
        seen.follows.push(("layout", words_of(stretch)));
    }
    if all.len() > STRETCHES_SHOWN {
        let more = all.len() - STRETCHES_SHOWN;
        seen.follows
            .push(("layout", format!("and {more} stretches more")));
    }
}

fn words_of(stretch: &Alike) -> String {
    let Alike { first, count } = stretch;
    let last = first.offset.wrapping_add(count * PAGE as u64 - 1);
    let origin = first.origin.words().map(|w| format!(", {}", w.en()));
    let measured = match first.measured {
        u16::MAX => "measured",
        0 => "not measured",
        _ => "measured in part",
    };
    format!(
        "{} to {}: {count} x {} {}, {measured}{}",
        hex::addr(first.offset),
        hex::addr(last),
        words::page_type(first.flags.page_type()),
        words::rwx(first.flags),
        origin.unwrap_or_default()
    )
}
