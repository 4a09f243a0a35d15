//! Smepmp: mseccfg, which lets PMP bind machine mode to what it needs.

use alloc::vec::Vec;

use super::pmp::Cfg;
use crate::rules;
use crate::trace::Rule;

const SMEPMP: &str = "RISC-V Privileged Architecture, Smepmp extension";

rules! {
    TABLE = "SMEPMP.table": "With MML set, L, R, W and X of the deciding entry together grant this access to this mode", SMEPMP;
    ALLOW_LIST = "SMEPMP.allow-list": "With MMWP set, machine mode too needs an entry that matches", SMEPMP;
    NO_MATCH_FETCH = "SMEPMP.no-match-fetch": "With MML set, machine mode fetches instructions only where an entry matches", SMEPMP;
    NO_NEW_CODE = "SMEPMP.no-new-code": "With MML set and RLB clear, no new entry can let machine mode execute", SMEPMP;
    STICKY = "SMEPMP.sticky": "MML and MMWP are not cleared; once set, they stay set until reset", SMEPMP;
    RLB_CLOSED = "SMEPMP.rlb-closed": "RLB is not set while any entry is locked; it stays clear", SMEPMP;
}

/// mseccfg, CSR 0x747.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mseccfg(u8);

impl Mseccfg {
    /// Machine mode lockdown.
    pub const MML: u64 = 1;
    /// Machine mode allow-list policy.
    pub const MMWP: u64 = 1 << 1;
    /// Rule locking bypass.
    pub const RLB: u64 = 1 << 2;
    const BITS: u64 = Self::MML | Self::MMWP | Self::RLB;

    /// The register that holds these bits; those of other extensions are passed over.
    #[must_use]
    pub fn from_bits(bits: u64) -> Self {
        Self((bits & Self::BITS) as u8)
    }

    /// The register as it reads.
    #[must_use]
    pub fn bits(self) -> u64 {
        u64::from(self.0)
    }

    /// Whether MML is set: L then says whose rule an entry is.
    #[must_use]
    pub fn mml(self) -> bool {
        self.bits() & Self::MML != 0
    }

    /// Whether MMWP is set: no match denies machine mode.
    #[must_use]
    pub fn mmwp(self) -> bool {
        self.bits() & Self::MMWP != 0
    }

    /// Whether RLB is set: locks do not hold writes back.
    #[must_use]
    pub fn rlb(self) -> bool {
        self.bits() & Self::RLB != 0
    }

    /// The register after a write, and the rules by which it did not become as written. `locked` says
    /// whether L is set in any entry.
    pub(super) fn write(self, value: u64, locked: bool) -> (Self, Vec<&'static Rule>) {
        let mut kept = Vec::new();
        let sticky = self.bits() & (Self::MML | Self::MMWP);
        if value & sticky != sticky {
            kept.push(&STICKY);
        }
        let mut now = value & Self::BITS | sticky;
        if now & Self::RLB != 0 && !self.rlb() && locked {
            now &= !Self::RLB;
            kept.push(&RLB_CLOSED);
        }
        (Self::from_bits(now), kept)
    }
}

/// What an entry grants under MML, as R, W and X bits: the table of the extension, row by row.
#[must_use]
pub fn granted(cfg: Cfg, machine: bool) -> u8 {
    const R: u8 = Cfg::R;
    const W: u8 = Cfg::W;
    const X: u8 = Cfg::X;
    /// (R, W, X): machine, then supervisor and user; without L, then with L.
    const ROWS: [(u8, [(u8, u8); 2]); 8] = [
        (0, [(0, 0), (0, 0)]),
        (X, [(0, X), (X, 0)]),
        (W, [(R | W, R), (X, X)]),
        (W | X, [(R | W, R | W), (R | X, X)]),
        (R, [(0, R), (R, 0)]),
        (R | X, [(0, R | X), (R | X, 0)]),
        (R | W, [(0, R | W), (R | W, 0)]),
        (R | W | X, [(0, R | W | X), (R, R)]),
    ];
    let rwx = cfg.0 & (R | W | X);
    let locked = usize::from(cfg.has(Cfg::L));
    let row = ROWS.iter().find(|(bits, _)| *bits == rwx);
    row.map_or(0, |(_, by_lock)| match machine {
        true => by_lock[locked].0,
        false => by_lock[locked].1,
    })
}

/// Whether an entry would let machine mode execute: with L, alone or as a region shared with others.
#[must_use]
pub(super) fn is_machine_code(cfg: Cfg) -> bool {
    cfg.has(Cfg::L) && granted(cfg, true) & Cfg::X != 0
}
