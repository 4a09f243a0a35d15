//! Sv39: the walk from a virtual address to a physical one, each read of a table checked by PMP as if
//! supervisor mode made it.

use alloc::vec::Vec;

use super::pmp::{Decision, Pmp};
use super::privilege::Privilege;
use super::trap::Cause;
use crate::bits;
use crate::rules;
use crate::trace::{Fault, Rule};
use crate::view::Access;

const SV39: &str = "RISC-V Privileged Architecture, Sv39";
const WALK: &str = "RISC-V Privileged Architecture, Virtual Address Translation Process";
const PAGING: &str = "RISC-V Privileged Architecture, Physical Memory Protection and Paging";

rules! {
    SIGN_EXTENDED = "SV39.sign-extended": "Bits 63 to 39 of the virtual address equal bit 38", SV39;
    TABLE_READ = "SV39.table-read": "PMP lets supervisor mode read the table entry", PAGING;
    VALID = "SV39.valid": "The entry is valid (V) and does not grant writing without reading", WALK;
    LEAF = "SV39.leaf": "The walk meets a leaf at one of three levels", WALK;
    USER = "SV39.user": "A page for user mode (U) is touched by user mode, or by supervisor mode with SUM set and not as code; any other page not by user mode", WALK;
    RIGHTS = "SV39.rights": "The leaf grants this kind of access", WALK;
    ALIGNED = "SV39.aligned": "A leaf above the last level leads to a frame of its own alignment", WALK;
    ACCESSED = "SV39.accessed": "The leaf has A set, and D for a write; the hart does not set them by itself (Svade)", WALK;
    TARGET = "SV39.target": "PMP lets the access through at the physical address", PAGING;
}

bits! {
    /// A page-table entry.
    pub struct Pte: u64, "PTE";
    0 "V" => V, "The entry is valid.";
    1 "R" => R, "The page may be read.";
    2 "W" => W, "The page may be written.";
    3 "X" => X, "Code in the page may run.";
    4 "U" => U, "The page is for user mode.";
    5 "G" => G, "The mapping is the same in every address space.";
    6 "A" => A, "The page was touched.";
    7 "D" => D, "The page was written.";
    10 + 44 "PPN" => PPN, "The page or the next table, as a physical page number.";
    61 + 2 "PBMT" => PBMT, "Memory type (Svpbmt).";
    63 "N" => N, "Part of a larger page (Svnapot).";
}

/// satp with Sv39 switched on: mode 8.
const MODE: u64 = 8 << 60;

/// Bytes in a page, and in a table of 512 entries.
pub const PAGE: u64 = 4096;

impl Pte {
    /// An entry with these flags that leads to a physical address at a page's start.
    #[must_use]
    pub const fn to(physical: u64, flags: Self) -> Self {
        flags.with_field(Self::PPN, physical / PAGE)
    }

    /// The physical address it leads to.
    #[must_use]
    pub const fn physical(self) -> u64 {
        self.field(Self::PPN) * PAGE
    }

    /// Whether it is a leaf: it grants reading or execution. Any other valid entry leads to a table.
    #[must_use]
    pub const fn is_leaf(self) -> bool {
        self.bits() & (Self::R.bits() | Self::X.bits()) != 0
    }

    const fn is_valid(self) -> bool {
        let write_only = self.contains(Self::W) && !self.contains(Self::R);
        self.contains(Self::V) && !write_only && self.bits() >> 54 == 0
    }
}

/// satp for a root table at a physical address.
#[must_use]
pub const fn satp(root: u64) -> u64 {
    MODE | (root / PAGE)
}

/// The root table that satp names; `None` where Sv39 is off, so that addresses are physical.
#[must_use]
pub const fn root(satp: u64) -> Option<u64> {
    match satp & !((1 << 60) - 1) == MODE {
        true => Some((satp & ((1 << 44) - 1)) * PAGE),
        false => None,
    }
}

/// The index of a virtual address in a table of that level: 2 for the root, 0 for the last.
#[must_use]
pub const fn index(va: u64, level: u8) -> u64 {
    va >> (12 + 9 * level as u64) & 0x1ff
}

/// Bytes that a leaf of that level maps: 4 KiB, 2 MiB, 1 GiB.
#[must_use]
pub const fn span(level: u8) -> u64 {
    PAGE << (9 * level as u64)
}

/// Who translates, and for what.
#[derive(Clone, Copy, Debug)]
pub struct Asks {
    /// The mode of the access.
    pub mode: Privilege,
    /// What it does.
    pub access: Access,
    /// sstatus.SUM: supervisor mode may touch pages for user mode.
    pub sum: bool,
    /// sstatus.MXR: what may be executed may be read.
    pub mxr: bool,
}

/// One table entry that a walk read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// 2 for the root, 0 for the last.
    pub level: u8,
    /// Its physical address.
    pub at: u64,
    /// What PMP says of reading it.
    pub pmp: Decision,
    /// What it holds; `None` where PMP refuses.
    pub pte: Option<Pte>,
}

/// A walk from a virtual address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    /// The entries it read, from the root.
    pub reads: Vec<Read>,
    /// What PMP says of the access itself, where the walk came to an address.
    pub target: Option<Decision>,
    /// The physical address, or the fault and the rule that did not hold.
    pub result: Result<u64, (Fault, &'static Rule)>,
}

/// Translates an address of an access of `size` bytes within one page. `read` gives the eight bytes at a
/// physical address, little-endian.
#[must_use]
pub fn walk(
    root: u64,
    va: u64,
    size: u64,
    asks: Asks,
    pmp: &Pmp,
    read: &dyn Fn(u64) -> u64,
) -> Walk {
    let mut walk = Walk {
        reads: Vec::new(),
        target: None,
        result: Ok(0),
    };
    walk.result = walk.carry_out(root, va, asks, pmp, read);
    if let Ok(physical) = walk.result {
        let decision = pmp.check(asks.mode, asks.access, physical, size);
        walk.target = Some(decision);
        if !decision.allowed {
            walk.result = Err((Cause::access_fault(asks.access).at(va), &TARGET));
        }
    }
    walk
}

impl Walk {
    fn carry_out(
        &mut self,
        root: u64,
        va: u64,
        asks: Asks,
        pmp: &Pmp,
        read: &dyn Fn(u64) -> u64,
    ) -> Result<u64, (Fault, &'static Rule)> {
        let page_fault = |rule| (Cause::page_fault(asks.access).at(va), rule);
        let top = va >> 38;
        if top != 0 && top != (1 << 26) - 1 {
            return Err(page_fault(&SIGN_EXTENDED));
        }
        let mut table = root;
        for level in [2, 1, 0] {
            let at = table + index(va, level) * 8;
            let decision = pmp.check(Privilege::Supervisor, Access::Read, at, 8);
            let pte = decision.allowed.then(|| Pte::from_bits(read(at)));
            self.reads.push(Read {
                level,
                at,
                pmp: decision,
                pte,
            });
            // An access fault, of the kind of the original access, at the virtual address.
            let Some(pte) = pte else {
                return Err((Cause::access_fault(asks.access).at(va), &TABLE_READ));
            };
            if !pte.is_valid() {
                return Err(page_fault(&VALID));
            }
            if pte.is_leaf() {
                return leaf(pte, level, va, asks).map_err(page_fault);
            }
            table = pte.physical();
        }
        Err(page_fault(&LEAF))
    }
}

/// The physical address that a leaf leads to, or the rule that does not hold.
fn leaf(pte: Pte, level: u8, va: u64, asks: Asks) -> Result<u64, &'static Rule> {
    let for_user = pte.contains(Pte::U);
    let may_touch = match (asks.mode, for_user) {
        (Privilege::User, for_user) => for_user,
        (_, true) => asks.sum && asks.access != Access::Fetch,
        (_, false) => true,
    };
    let granted = match asks.access {
        Access::Read => pte.contains(Pte::R) || (asks.mxr && pte.contains(Pte::X)),
        Access::Write => pte.contains(Pte::W),
        Access::Fetch => pte.contains(Pte::X),
    };
    let touched = pte.contains(Pte::A) && (asks.access != Access::Write || pte.contains(Pte::D));
    let within = span(level) - 1;
    match () {
        () if !may_touch => Err(&USER),
        () if !granted => Err(&RIGHTS),
        () if pte.physical() & within != 0 => Err(&ALIGNED),
        () if !touched => Err(&ACCESSED),
        () => Ok(pte.physical() | va & within),
    }
}
