//! Which pages an image has, in the order in which the loader adds them.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use super::loader::{Loader, ThreadData};
use super::program::{Loaded, PAGE_BYTES, Program};
use super::symbols;
use super::written::written;
use crate::bytes::{Malformed, Wire, hex};
use crate::formats::elf::Section;
use crate::sgx::image::{Filling, Inputs, Laid, NotLaid, Origin, PAGES_MOST, Pool, Stretch};
use crate::sgx::sdk::not_laid;
use crate::sgx::structs::{PageType, SecInfoFlags, Tcs};
use crate::text;

/// What opens the table of functions in 0.4.
const ECALLS: u64 = 0x927c_cf78_a3de_9f9d;

/// The word that fills stacks.
const STACK: u32 = 0xcccc_cccc;

/// Pages from a TCS to what follows the guard page behind its two pages of state.
const CONTROL: u64 = 4;

const FIELD: &str = "oe_sgx_enclave_properties_t";

/// Where the parts lie, and how large they are.
pub(super) struct Plan {
    /// Bytes of the program in memory.
    pub(super) image: u64,
    relocations: Rc<[u8]>,
    ecalls: Rc<[u8]>,
    /// Pages of heap.
    pub(super) heap: u64,
    stack: u64,
    threads: u64,
    /// Pages of thread-local variables.
    pub(super) tls_pages: u64,
    pub(super) tdata: Option<Section>,
    pub(super) tbss: Option<Section>,
    /// Where the last page ends, as the loader counts.
    pub(super) end: u64,
    /// The power of two that holds them all.
    pub(super) size: u64,
    /// How far behind BASEADDR the image begins.
    shift: u64,
}

impl Plan {
    fn of(program: &Program<'_>, loader: &Loader) -> Result<Self, Malformed> {
        let header = program.properties.header;
        let ecalls = match loader.ecalls {
            true => ecalls(program)?,
            false => Vec::new(),
        };
        let tls_pages = match loader.thread {
            ThreadData::Shared | ThreadData::Apart | ThreadData::OnePage => 1,
            ThreadData::Uncounted | ThreadData::Counted => program.tls_pages(),
        };
        let shift = match program.properties.start_address() {
            Some(start) if loader.zero_base => start,
            _ => 0,
        };
        let mut plan = Self {
            image: program.size,
            relocations: program.relocations(loader.modules)?.into(),
            ecalls: ecalls.into(),
            heap: header.heap,
            stack: header.stack,
            threads: header.tcs,
            tls_pages,
            tdata: program.section(b".tdata"),
            tbss: program.section(b".tbss"),
            end: 0,
            size: 0,
            shift,
        };
        let counted = match loader.thread {
            ThreadData::Uncounted => 1,
            _ => tls_pages,
        };
        let (end, real) = (plan.ends(counted), plan.ends(tls_pages));
        let size = end.and_then(u64::checked_next_power_of_two);
        let (Some(end), Some(size), Some(real)) = (end, size, real) else {
            return Err(not_laid(program.properties.at, FIELD, NotLaid::TooMuch));
        };
        (plan.end, plan.size) = (end, size);
        let fits = shift.is_multiple_of(PAGE_BYTES) && real <= size;
        let any = matches!(loader.thread, ThreadData::Uncounted | ThreadData::Counted);
        let last = program.segments.last();
        let whole = !loader.ecalls || !last.is_some_and(is_passed_over);
        if !fits || !whole || !(any || program.tls_pages() <= 1) {
            let why = text!(
                "oe.does-not-fit",
                "asks for {end} bytes from {shift} on and {tls} pages of thread-local variables, which a loader of Open Enclave {releases} does not take",
                end = hex::short(real),
                shift = hex::addr(shift),
                tls = program.tls_pages(),
                releases = loader.releases
            );
            return Err(Malformed::says(program.properties.at, FIELD, why));
        }
        Ok(plan)
    }

    /// Where the last page ends with so many pages of thread-local variables; `None` beyond what is taken.
    fn ends(&self, tls_pages: u64) -> Option<u64> {
        let thread = self
            .stack
            .checked_add(tls_pages)?
            .checked_add(2 + CONTROL + 1)?;
        let threads = self.threads.checked_mul(thread)?;
        let pages = threads.checked_add(self.heap)?;
        let before = self.heap_at() / PAGE_BYTES;
        let all = pages.checked_add(before)?;
        // Guard pages and gaps are not added, but few loaders leave more of them than pages.
        (all <= 16 * PAGES_MOST).then(|| all * PAGE_BYTES)
    }

    /// Pages of relocations.
    pub(super) fn reloc_pages(&self) -> u64 {
        (self.relocations.len() as u64).div_ceil(PAGE_BYTES)
    }

    /// Pages of the table of functions.
    pub(super) fn ecall_pages(&self) -> u64 {
        (self.ecalls.len() as u64).div_ceil(PAGE_BYTES)
    }

    /// Where the heap begins.
    pub(super) fn heap_at(&self) -> u64 {
        self.image + (self.reloc_pages() + self.ecall_pages()) * PAGE_BYTES
    }
}

/// The table of functions of 0.4: what opens it, how many, and their addresses.
fn ecalls(program: &Program<'_>) -> Result<Vec<u8>, Malformed> {
    let Some(section) = program.section(b".ecall") else {
        let why = text!(
            "oe.no-ecalls",
            "has no section “.ecall”, which a loader of Open Enclave 0.4 asks for"
        );
        let at = program.elf.header.shoff;
        return Err(Malformed::says(at, "Elf64_Shdr", why));
    };
    let functions = symbols::functions(program, &section)?;
    let words = [ECALLS, functions.len() as u64]
        .into_iter()
        .chain(functions);
    Ok(words.flat_map(u64::to_le_bytes).collect())
}

/// Lays an image out as a loader does it.
pub(super) fn lay_out(program: &Program<'_>, loader: &Loader) -> Result<Laid, Malformed> {
    let at = program.properties.at;
    if loader.modules && program.needs_library()? {
        let why = text!(
            "oe.needs-library",
            "needs a library, which the loader of Open Enclave {releases} loads and measures with it; it is not in the file",
            releases = loader.releases
        );
        return Err(Malformed::says(at, "Elf64_Dyn", why));
    }
    let plan = Plan::of(program, loader)?;
    let size = match plan.shift {
        0 => Some(plan.size),
        shift => plan
            .end
            .checked_add(shift)
            .and_then(u64::checked_next_power_of_two),
    };
    let too_much = |why| not_laid(at, FIELD, why);
    let size = size.ok_or_else(|| too_much(NotLaid::TooMuch))?;
    let mut laid = Laid::new(super::FORMAT, program.bytes.clone(), size, 1);
    laid.shift = plan.shift;
    laid.written = written(program, loader, &plan)?;
    laid.inputs = inputs(&plan);
    laid.sigstruct = program
        .properties
        .sigstruct
        .map(|(at, sig)| (at, Rc::from(&sig[..])));
    for loaded in &program.segments {
        if loader.ecalls && is_passed_over(loaded) {
            continue;
        }
        laid.push(segment(loaded))
            .map_err(|why| not_laid(loaded.at, "Elf64_Phdr", why))?;
    }
    let tables = [
        (plan.image, &plan.relocations, Origin::Relocations),
        (
            plan.image + plan.reloc_pages() * PAGE_BYTES,
            &plan.ecalls,
            Origin::Functions,
        ),
    ];
    for (offset, table, origin) in tables {
        let pages = (table.len() as u64).div_ceil(PAGE_BYTES);
        let filling = Filling::Bytes(table.clone());
        laid.push(stretch(offset, pages, R, origin, filling))
            .map_err(too_much)?;
    }
    let heap = stretch(plan.heap_at(), plan.heap, RW, Origin::Heap, Filling::Zero);
    laid.push(Stretch {
        measured: false,
        ..heap
    })
    .map_err(too_much)?;
    threads(program, loader, &plan, &mut laid).map_err(too_much)?;
    laid.finish().map_err(too_much)
}

const R: SecInfoFlags = SecInfoFlags::page(PageType::REG, SecInfoFlags::R);
const RW: SecInfoFlags = R.with(SecInfoFlags::W);

fn stretch(
    offset: u64,
    pages: u64,
    flags: SecInfoFlags,
    origin: Origin,
    filling: Filling,
) -> Stretch {
    Stretch {
        offset,
        pages,
        flags,
        measured: true,
        origin,
        filling,
    }
}

fn inputs(plan: &Plan) -> Inputs {
    let bytes = |pages: u64| Pool::of(pages.saturating_mul(PAGE_BYTES));
    Inputs {
        ssaframesize: 1,
        heap: Some(bytes(plan.heap)),
        reserved: None,
        stack: Some(bytes(plan.stack)),
        threads: Some(Pool::of(plan.threads)),
        ssa_pages: Some(2),
        version: None,
    }
}

fn segment(loaded: &Loaded) -> Stretch {
    let s = &loaded.segment;
    let mut rwx = SecInfoFlags::from_bits(0);
    for (bit, flag) in [
        (4, SecInfoFlags::R),
        (2, SecInfoFlags::W),
        (1, SecInfoFlags::X),
    ] {
        if s.flags & bit != 0 {
            rwx = rwx.with(flag);
        }
    }
    let first = s.vaddr / PAGE_BYTES * PAGE_BYTES;
    let origin = Origin::Segment {
        number: loaded.number,
        flags: s.flags,
        relocated: false,
    };
    let program = Filling::Program {
        start: s.vaddr,
        at: s.offset,
        len: s.filesz,
    };
    let pages = (s.vaddr + s.memsz - first).div_ceil(PAGE_BYTES);
    stretch(
        first,
        pages,
        SecInfoFlags::page(PageType::REG, rwx),
        origin,
        program,
    )
}

/// Whether 0.4 leaves the segment out: it looks at the first and the last byte of each page only.
fn is_passed_over(loaded: &Loaded) -> bool {
    let s = &loaded.segment;
    let first = s.vaddr / PAGE_BYTES * PAGE_BYTES;
    s.vaddr > first && s.vaddr + s.memsz < first + PAGE_BYTES
}

/// What each thread has.
fn threads(
    program: &Program<'_>,
    loader: &Loader,
    plan: &Plan,
    laid: &mut Laid,
) -> Result<(), NotLaid> {
    let mut at = plan.heap_at() + plan.heap * PAGE_BYTES;
    // There are fewer than there may be pages.
    for n in 0..u32::try_from(plan.threads).unwrap_or(u32::MAX) {
        // A guard page before the stack and one behind it.
        at += PAGE_BYTES;
        let stack = Filling::Fill(STACK);
        laid.push(stretch(at, plan.stack, RW, Origin::Stack(n), stack))?;
        at += (plan.stack + 1) * PAGE_BYTES;
        let tcs = Filling::Bytes(tcs(program, loader, plan, at));
        let flags = SecInfoFlags::page(PageType::TCS, SecInfoFlags::from_bits(0));
        laid.push(stretch(at, 1, flags, Origin::Tcs(n), tcs))?;
        let state = at + PAGE_BYTES;
        laid.push(stretch(state, 2, RW, Origin::Ssa(n), Filling::Zero))?;
        at += CONTROL * PAGE_BYTES;
        let data = plan.tls_pages + 1;
        laid.push(stretch(at, data, RW, Origin::ThreadData(n), Filling::Zero))?;
        at += data * PAGE_BYTES;
    }
    Ok(())
}

/// A thread’s TCS.
fn tcs(program: &Program<'_>, loader: &Loader, plan: &Plan, at: u64) -> Rc<[u8]> {
    let here = plan.shift + at;
    let data = here + CONTROL * PAGE_BYTES;
    let behind = data + plan.tls_pages * PAGE_BYTES;
    let (fs, gs) = match loader.thread {
        ThreadData::Shared => (data, data),
        ThreadData::Apart => (behind, data),
        ThreadData::OnePage | ThreadData::Uncounted | ThreadData::Counted => (behind, behind),
    };
    let tcs = Tcs {
        ossa: here + PAGE_BYTES,
        nssa: 2,
        oentry: plan.shift.wrapping_add(program.elf.header.entry),
        ofsbasgx: fs,
        ogsbasgx: gs,
        fslimit: u32::MAX,
        gslimit: u32::MAX,
        ..Tcs::default()
    };
    let mut bytes = vec![0; Tcs::SIZE];
    tcs.write(&mut bytes);
    bytes.into()
}
