//! The state of an SGX machine: EPC, EPCM, SECS, ordinary memory, page tables, MSRs, the driver's books.

use alloc::rc::Rc;

use super::dram::Dram;
use super::events::Seen;
use super::platform::Platform;
use super::processor::Processor;
use super::structs::{PageType, SecInfoFlags, Secs};
use crate::arch::x86::{self, PageTables};
use crate::crypto::sha256::Midstate;
use crate::memory::{Few, FewSet, Follows, Linear, PAGE, Page, Physical, Ram, Runs};
use crate::trace::{Place, Stop};

/// Where the kernel sees all physical memory: linear = this + physical.
pub const DIRECT_MAP: u64 = 0xffff_8880_0000_0000;

/// The number of an EPC page, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EpcPage(pub u64);

/// What the EPCM says of a valid page. The manual leaves its form open; the fields are its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpcmEntry {
    /// PT.
    pub page_type: PageType,
    /// R, W, X.
    pub rwx: SecInfoFlags,
    /// ENCLAVESECS: the SECS page of the owner; `None` for SECS and VA pages.
    pub secs: Option<EpcPage>,
    /// ENCLAVEADDRESS.
    pub linaddr: Linear,
    /// BLOCKED.
    pub blocked: bool,
    /// PENDING.
    pub pending: bool,
    /// MODIFIED.
    pub modified: bool,
    /// PR.
    pub pr: bool,
}

impl EpcmEntry {
    /// An entry as ECREATE, EADD and EPA make it.
    #[must_use]
    pub fn new(page_type: PageType, rwx: SecInfoFlags, secs: Option<EpcPage>, at: Linear) -> Self {
        Self {
            page_type,
            rwx,
            secs,
            linaddr: at,
            blocked: false,
            pending: false,
            modified: false,
            pr: false,
        }
    }

    /// The entry of the n-th page after this one, if the pages lie one after the other.
    pub(super) fn onward(&self, n: u64) -> Self {
        Self {
            linaddr: Linear(self.linaddr.0.wrapping_add(n.wrapping_mul(PAGE as u64))),
            ..*self
        }
    }
}

/// A valid EPC page: its EPCM entry and its contents. A SECS keeps its contents in [`SecsState`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpcSlot {
    /// The EPCM entry.
    pub entry: EpcmEntry,
    /// The contents.
    pub content: Page,
}

/// Pages of one kind that were added one after the other: linear addresses ascend by a page, and what
/// the pages hold lies ever so far on in a file.
impl Follows for EpcSlot {
    type Step = u64;

    fn step(&self, next: &Self) -> Option<u64> {
        let alike = self.entry.onward(1) == next.entry;
        self.content.ahead(&next.content).filter(|_| alike)
    }

    fn after(&self, step: &u64, n: u64) -> Self {
        Self {
            entry: self.entry.onward(n),
            content: self.content.onward(times(*step, n)),
        }
    }

    fn leads(&self, step: &u64, n: u64, to: &Self) -> bool {
        self.entry.onward(n) == to.entry && self.content.ahead(&to.content) == Some(times(*step, n))
    }
}

/// So many steps in a file. Nearly all are short, and wasm has no wide multiplication.
fn times(step: u64, n: u64) -> u64 {
    match (u32::try_from(step), u32::try_from(n)) {
        (Ok(step), Ok(n)) => u64::from(step) * u64::from(n),
        _ => step.saturating_mul(n),
    }
}

/// A SECS as the processor keeps it: the architectural fields and those at unpublished places.
#[derive(Clone, Debug)]
pub struct SecsState {
    /// The fields of the manual. MRENCLAVE holds the running value until EINIT.
    pub fields: Secs,
    /// The running SHA-256: MRENCLAVE while building, with its block counter.
    pub measurement: Midstate,
    /// EID: the enclave's number, counted from 1 (model: Intel does not publish the start).
    pub eid: u64,
    /// Pages that name this SECS in the EPCM.
    pub children: u64,
    /// Threads inside.
    pub active: u64,
    /// PADDING, the 352 bytes of the signature's padding that EINIT keeps; empty before.
    pub padding: Rc<[u8]>,
    /// ISVFAMILYID and ISVEXTPRODID, which EINIT keeps; zero before.
    pub ids: [[u8; 16]; 2],
    /// What is taken for the finished measurement where the enclave itself is not here (model).
    pub assumed: Option<[u8; 32]>,
}

impl SecsState {
    /// What MRENCLAVE would be if EINIT came now: the measurement, or what is assumed in its place.
    #[must_use]
    pub fn finished(&self) -> [u8; 32] {
        self.assumed.unwrap_or_else(|| self.measurement.finish())
    }

    /// Whether EINIT has succeeded.
    #[must_use]
    pub fn is_init(&self) -> bool {
        self.fields
            .attributes
            .flags
            .contains(super::structs::AttributesFlags::INIT)
    }
}

/// An enclave in the driver's books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handle {
    /// The process that owns it.
    pub process: u8,
    /// Its SECS page.
    pub secs: EpcPage,
    /// Its first linear address.
    pub base: Linear,
    /// Its size in bytes.
    pub size: u64,
}

/// The driver's books: software, which the processor neither reads nor trusts.
#[derive(Clone, Debug, Default)]
pub struct Driver {
    /// Enclaves by the number the scenario gives them.
    pub enclaves: Few<u8, Handle>,
    /// EPC page by enclave and offset.
    pub pages: PageBook,
    /// EPC pages given back, used again lowest first.
    pub freed: FewSet<u64>,
    /// The first EPC page never used.
    pub next: u64,
}

/// Which EPC page the driver took for which offset of which enclave. A clone is cheap.
#[derive(Clone, Debug, Default)]
pub struct PageBook(Few<u8, Runs<u64>>);

impl PageBook {
    /// The EPC page at an offset of an enclave.
    #[must_use]
    pub fn get(&self, enclave: u8, offset: u64) -> Option<EpcPage> {
        let pages = self.0.get(&enclave)?;
        pages.get(offset / PAGE as u64).map(EpcPage)
    }

    /// Notes the EPC page at an offset of an enclave.
    pub fn note(&mut self, enclave: u8, offset: u64, page: EpcPage) {
        if !self.0.contains_key(&enclave) {
            self.0.insert_mut(enclave, Runs::default());
        }
        if let Some(pages) = self.0.get_mut(&enclave) {
            pages.insert_mut(offset / PAGE as u64, page.0);
        }
    }

    /// Strikes an offset of an enclave out.
    pub fn strike(&mut self, enclave: u8, offset: u64) {
        if let Some(pages) = self.0.get_mut(&enclave) {
            pages.remove_mut(offset / PAGE as u64);
        }
    }

    /// The pages of one enclave, by offset.
    pub fn of(&self, enclave: u8) -> impl Iterator<Item = (u64, EpcPage)> {
        let pages = self.0.get(&enclave).into_iter();
        let pages = pages.flat_map(Runs::iter);
        pages.map(|(number, page)| (number * PAGE as u64, EpcPage(page)))
    }

    /// The pages of one enclave as stretches: the first offset, the first EPC page and how many follow,
    /// each one EPC page and one page of the enclave on.
    pub fn stretches(&self, enclave: u8) -> impl Iterator<Item = (u64, EpcPage, u64)> {
        let pages = self.0.get(&enclave).into_iter();
        let all = pages.flat_map(|pages| pages.stretches(0..u64::MAX));
        all.flat_map(|s| {
            let joined = s.len == 1 || s.value(1) == s.value(0).wrapping_add(1);
            let (parts, len) = if joined { (1, s.len) } else { (s.len, 1) };
            (0..parts).map(move |n| ((s.start + n) * PAGE as u64, EpcPage(s.value(n)), len))
        })
    }

    /// The offset at which an EPC page is booked, and of which enclave.
    #[must_use]
    pub fn find(&self, page: EpcPage) -> Option<(u8, u64)> {
        self.0.iter().find_map(|(enclave, _)| {
            let mut all = self.stretches(*enclave);
            all.find_map(|(offset, first, len)| {
                let n = page.0.checked_sub(first.0).filter(|n| *n < len)?;
                Some((*enclave, offset + n * PAGE as u64))
            })
        })
    }

    /// Every page, by enclave and offset.
    pub fn iter(&self) -> impl Iterator<Item = (u8, u64, EpcPage)> {
        self.0.iter().flat_map(|(enclave, _)| {
            self.of(*enclave)
                .map(|(offset, page)| (*enclave, offset, page))
        })
    }
}

/// The whole machine. A clone is cheap.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The processor.
    pub platform: Rc<Platform>,
    /// Valid EPC pages with their EPCM entries; a page that is not here has VALID = 0.
    pub epc: Runs<EpcSlot>,
    /// SECS pages.
    pub secs: Few<EpcPage, SecsState>,
    /// EPC pages another logical processor is working on right now.
    pub held: FewSet<EpcPage>,
    /// Ordinary memory.
    pub ram: Ram,
    /// Page tables of every process.
    pub tables: PageTables,
    /// The process whose address space is current.
    pub process: u8,
    /// IA32_FEATURE_CONTROL.
    pub feature_control: u64,
    /// IA32_SGXLEPUBKEYHASH0 to 3, as the 32 bytes they are compared as.
    pub launch_hash: [u8; 32],
    /// Whether an unmasked event waits for the processor.
    pub pending_event: bool,
    /// The EID the next ECREATE gives.
    pub next_eid: u64,
    /// Whether the firmware has set the PRM aside.
    pub booted: bool,
    /// The driver's books.
    pub driver: Driver,
    /// Logical processors that something happened on.
    pub cpus: Few<u8, Processor>,
    /// What EDBGRD gave last, in RBX.
    pub debug_read: Option<u64>,
    /// What the operating system was told by exceptions and interrupts: its log, not the machine's state.
    pub seen: Few<u64, Seen>,
    /// What lies in DRAM beyond what the EPC pages say.
    pub dram: Dram,
}

/// IA32_FEATURE_CONTROL: locked, launch control writable, SGX enabled.
pub const FEATURE_CONTROL_ON: u64 = 1 | 1 << 17 | 1 << 18;

/// Reset value of the launch control registers: MRSIGNER of Intel's launch enclave.
pub const INTEL_LAUNCH_HASH: [u8; 32] = [
    0xac, 0xb7, 0x70, 0x12, 0x05, 0x3e, 0x05, 0xa6, 0x3d, 0x41, 0x3b, 0x8b, 0xba, 0xe8, 0xfb, 0x6c,
    0x5d, 0x73, 0xb3, 0xf2, 0x99, 0x6d, 0x91, 0xc4, 0x3b, 0xbb, 0xf9, 0x09, 0x59, 0xc0, 0xf8, 0xd4,
];

/// What a linear address leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A byte of an EPC page.
    Epc(EpcPage),
    /// The rest of the PRM.
    Prm,
    /// Ordinary memory.
    Ram(Physical),
    /// Nothing: no page-table entry, or no memory there.
    Unmapped,
}

impl Machine {
    /// A machine after power-on: no enclave, launch control at its reset value.
    #[must_use]
    pub fn new(platform: Platform) -> Self {
        let mut feature_control = FEATURE_CONTROL_ON;
        if !platform.flexible_launch {
            feature_control &= !(1 << 17);
        }
        let dram = Dram::new(&platform);
        Self {
            dram,
            platform: Rc::new(platform),
            epc: Runs::default(),
            secs: Few::default(),
            held: FewSet::default(),
            ram: Ram::default(),
            tables: PageTables::default(),
            process: 0,
            feature_control,
            launch_hash: INTEL_LAUNCH_HASH,
            pending_event: false,
            next_eid: 1,
            booted: true,
            driver: Driver::default(),
            cpus: Few::default(),
            debug_read: None,
            seen: Few::default(),
        }
    }

    /// Physical address of an EPC page.
    #[must_use]
    pub fn epc_physical(&self, page: EpcPage) -> Physical {
        Physical(self.platform.epc_base.0 + page.0 * PAGE as u64)
    }

    /// The address at which the kernel sees an EPC page.
    #[must_use]
    pub fn epc_linear(&self, page: EpcPage) -> Linear {
        Linear(DIRECT_MAP + self.epc_physical(page).0)
    }

    /// What a physical address leads to.
    #[must_use]
    pub fn physical_target(&self, at: Physical) -> Target {
        let p = &self.platform;
        if at.0 >= p.memory_end.0 {
            return Target::Unmapped;
        }
        if at.0.wrapping_sub(p.prm_base.0) >= p.prm_size {
            return Target::Ram(at);
        }
        match at.0.checked_sub(p.epc_base.0).map(|o| o / PAGE as u64) {
            Some(n) if n < p.epc_pages => Target::Epc(EpcPage(n)),
            _ => Target::Prm,
        }
    }

    /// The physical address a linear one leads to, in the kernel's map or the current process's.
    #[must_use]
    pub fn translate(&self, at: Linear) -> Option<Physical> {
        match at.0 < DIRECT_MAP {
            true => self.tables.walk(self.process, at),
            false => self.in_direct_map(at.0),
        }
    }

    /// The physical address that an address of the kernel's map of all memory stands for.
    pub(super) fn in_direct_map(&self, at: u64) -> Option<Physical> {
        let physical = at.checked_sub(DIRECT_MAP)?;
        (physical < self.platform.memory_end.0).then_some(Physical(physical))
    }

    /// What a linear address leads to.
    #[must_use]
    pub fn target(&self, at: Linear) -> Target {
        self.translate(at)
            .map_or(Target::Unmapped, |p| self.physical_target(p))
    }

    /// The EPC page a linear address resolves into.
    #[must_use]
    pub fn in_epc(&self, at: Linear) -> Option<EpcPage> {
        match self.target(at) {
            Target::Epc(page) => Some(page),
            _ => None,
        }
    }

    /// Reads an operand from memory as a leaf does, outside enclave mode: PRM reads as all ones.
    ///
    /// # Errors
    /// `#PF` at the first byte that nothing maps, or `#GP(0)` where its address is not canonical.
    pub fn read_operand(&self, at: Linear, out: &mut [u8]) -> Result<(), Stop> {
        let mut done = 0;
        while done < out.len() {
            let here = Linear(at.0.wrapping_add(done as u64));
            let left = PAGE - (here.0 % PAGE as u64) as usize;
            let len = left.min(out.len() - done);
            let part = &mut out[done..done + len];
            match self.target(here) {
                Target::Unmapped => return Err(x86::no_access(here.0).into()),
                Target::Epc(_) | Target::Prm => part.fill(0xff),
                Target::Ram(p) => self.ram.read(p, part),
            }
            done += len;
        }
        Ok(())
    }

    /// The page at a linear address, aligned to a page, as a leaf copies it.
    ///
    /// # Errors
    /// `#PF` when nothing maps it, or `#GP(0)` where the address is not canonical.
    pub fn read_page(&self, at: Linear) -> Result<Page, Stop> {
        match self.target(at) {
            Target::Unmapped => Err(x86::no_access(at.0).into()),
            Target::Epc(_) | Target::Prm => Ok(Page::Fill(u32::MAX)),
            Target::Ram(p) => Ok(self.ram.page(p).clone()),
        }
    }

    /// The EPCM entry of a page; `None` if VALID = 0.
    #[must_use]
    pub fn epcm(&self, page: EpcPage) -> Option<EpcmEntry> {
        self.epcm_run(page).map(|(entry, _)| entry)
    }

    /// The same, and how many entries from it on are alike but for their addresses, at least.
    pub(super) fn epcm_run(&self, page: EpcPage) -> Option<(EpcmEntry, u64)> {
        let (slot, n, len) = self.epc.near(page.0)?;
        Some((slot.entry.onward(n), len - n))
    }

    /// Every valid EPCM entry as stretches of neighbours that are alike but for their addresses: the
    /// first page, how many, the first entry.
    pub(super) fn epcm_runs(&self) -> impl Iterator<Item = (EpcPage, u64, EpcmEntry)> {
        let all = self.epc.stretches(0..u64::MAX);
        all.map(|s| (EpcPage(s.start), s.len, s.first.entry))
    }

    /// The pages of an enclave in address order, as stretches of neighbours whose EPC pages and entries
    /// follow one another: the first offset and EPC page, how many, the first entry.
    pub(super) fn enclave_runs(
        &self,
        enclave: u8,
    ) -> impl Iterator<Item = (u64, EpcPage, u64, EpcmEntry)> {
        let all = self.driver.pages.stretches(enclave);
        all.flat_map(move |(offset, first, len)| {
            let mut n = 0;
            core::iter::from_fn(move || {
                while n < len {
                    let (at, page) = (offset + n * PAGE as u64, EpcPage(first.0 + n));
                    let Some((entry, alike)) = self.epcm_run(page) else {
                        n += 1;
                        continue;
                    };
                    let count = alike.min(len - n);
                    n += count;
                    return Some((at, page, count, entry));
                }
                None
            })
        })
    }

    /// Whether another logical processor is working on the page.
    #[must_use]
    pub fn is_held(&self, page: EpcPage) -> bool {
        !self.held.is_empty() && self.held.contains(&page)
    }

    /// The bytes of an EPC page as it lies there in plain; a free page shows zeros.
    #[must_use]
    pub fn epc_bytes(&self, page: EpcPage) -> [u8; PAGE] {
        if let Some(secs) = self.secs.get(&page) {
            return secs.fields.encode();
        }
        self.epc
            .get(page.0)
            .map_or([0; PAGE], |slot| slot.content.bytes())
    }

    /// The place of an EPCM entry.
    #[must_use]
    pub fn epcm_place(page: EpcPage) -> Place {
        Place::new("epcm", page.0, 1)
    }

    /// The place of bytes of an EPC page.
    #[must_use]
    pub fn epc_place(&self, page: EpcPage, offset: u64, len: u64) -> Place {
        Place::new("epc", self.epc_physical(page).0 + offset, len)
    }

    /// The place of a SECS's running measurement.
    #[must_use]
    pub fn mrenclave_place(&self, secs: EpcPage) -> Place {
        self.epc_place(secs, 64, 32)
    }
}
