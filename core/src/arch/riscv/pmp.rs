//! Physical memory protection: the entries in machine mode's hands that say who may touch which
//! physical addresses. Read from top to bottom it follows the manual: registers, address matching,
//! priority, permissions, and what a write to the registers leaves as it was.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::ops::Range;

pub use super::pmp_cfg::{Cfg, Matching};
use super::privilege::Privilege;
use super::smepmp::{self, Mseccfg};
use super::trap::Cause;
use crate::rules;
use crate::trace::{Fault, Rule};
use crate::view::Access;

const CSRS: &str = "RISC-V Privileged Architecture, Physical Memory Protection CSRs";
const MATCHING: &str = "RISC-V Privileged Architecture, PMP, Address Matching";
const LOCKING: &str = "RISC-V Privileged Architecture, PMP, Locking and Privilege Mode";
const PRIORITY: &str = "RISC-V Privileged Architecture, PMP, Priority and Matching Logic";

rules! {
    NONE_IMPLEMENTED = "PMP.none-implemented": "The hart has no PMP entry, so that every access passes", PRIORITY;
    WHOLE = "PMP.whole-access": "The first entry that touches any byte of the access covers all its bytes", PRIORITY;
    M_UNLOCKED = "PMP.m-unlocked": "The access is machine mode’s and the entry is not locked, so that it does not bind it", LOCKING;
    READ = "PMP.read": "The deciding entry grants reading (R)", PRIORITY;
    WRITE = "PMP.write": "The deciding entry grants writing (W)", PRIORITY;
    EXECUTE = "PMP.execute": "The deciding entry grants instruction fetch (X)", PRIORITY;
    NO_MATCH_M = "PMP.no-match-machine": "Where no entry matches, machine mode passes", PRIORITY;
    NO_MATCH_SU = "PMP.no-match-lower": "Supervisor and user mode need an entry that matches", PRIORITY;
    LOCKED = "PMP.locked": "The entry is not locked, or RLB lifts the lock; otherwise it stays as it is until reset", LOCKING;
    TOR_NEIGHBOUR = "PMP.locked-neighbour": "The entry above is not locked as TOR; otherwise this address is its lower end and stays as it is", LOCKING;
    RESERVED_RW = "PMP.reserved-write-only": "W is not set without R; that form is reserved, and the register takes W clear", "model: the value is WARL, PMP CSRs; W is cleared";
    NA4_GRAIN = "PMP.na4-grain": "NA4 is chosen only where the grain is 4 bytes; otherwise the register takes NAPOT", "model: the value is WARL, PMP, Address Matching; NAPOT is taken";
    IMPLEMENTED = "PMP.implemented": "The entry is implemented; the registers of others read zero and keep nothing", CSRS;
    SPARE_BITS = "PMP.spare-bits": "Only bits that the register has are set; others read zero", CSRS;
    ALIGNED = "PMP.grain": "The address has no bits below the grain, where they do not count", MATCHING;
}

/// Most entries that a hart may have.
pub const MAX: u8 = 64;

/// pmpaddr holds bits 55 to 2 of a physical address.
const ADDR: u64 = (1 << 54) - 1;

/// What was decided about an access, by which entry, and which rule says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether the access passes.
    pub allowed: bool,
    /// The entry that decided; `None` if none matched.
    pub entry: Option<u8>,
    /// The rule that decided. Where the access fails, the rule that did not hold.
    pub rule: &'static Rule,
    /// The access fault, with the address that mtval reports; `None` if the access passes.
    pub fault: Option<Fault>,
}

/// A register field that did not become what was written, and the rule that kept it so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The entry whose register it is.
    pub entry: u8,
    /// The rule.
    pub rule: &'static Rule,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Registers {
    cfg: [u8; MAX as usize],
    addr: [u64; MAX as usize],
}

/// The PMP of one hart. A clone is cheap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pmp {
    /// How many entries are implemented. The manual knows 0, 16 and 64.
    count: u8,
    /// G: the grain is 2^(G+2) bytes.
    grain: u8,
    mseccfg: Mseccfg,
    registers: Rc<Registers>,
}

impl Pmp {
    /// The PMP after reset: `count` entries (at most 64), all off, of a grain of 2^(`grain`+2) bytes.
    #[must_use]
    pub fn new(count: u8, grain: u8) -> Self {
        Self {
            count: count.min(MAX),
            grain: grain.min(53),
            mseccfg: Mseccfg::default(),
            registers: Rc::new(Registers {
                cfg: [0; MAX as usize],
                addr: [0; MAX as usize],
            }),
        }
    }

    /// A PMP that holds these registers, whatever locks say: as a dump shows them. Values beyond
    /// `count` are passed over, and so are bits that do not exist.
    #[must_use]
    pub fn holding(count: u8, grain: u8, cfg: &[u8], addr: &[u64], mseccfg: u64) -> Self {
        let mut pmp = Self::new(count, grain);
        let registers = Rc::make_mut(&mut pmp.registers);
        let count = usize::from(pmp.count);
        for (to, from) in registers.cfg.iter_mut().zip(cfg).take(count) {
            *to = from & Cfg::BITS;
        }
        for (to, from) in registers.addr.iter_mut().zip(addr).take(count) {
            *to = from & ADDR;
        }
        pmp.mseccfg = Mseccfg::from_bits(mseccfg);
        pmp
    }

    // ---- Registers, as they read -------------------------------------------------------------

    /// How many entries are implemented.
    #[must_use]
    pub fn count(&self) -> u8 {
        self.count
    }

    /// G: the grain is 2^(G+2) bytes.
    #[must_use]
    pub fn grain(&self) -> u8 {
        self.grain
    }

    /// The configuration of an entry; zero beyond the last.
    #[must_use]
    pub fn cfg(&self, entry: u8) -> Cfg {
        Cfg(self
            .registers
            .cfg
            .get(usize::from(entry))
            .copied()
            .unwrap_or(0))
    }

    /// The address register of an entry as it reads; zero beyond the last.
    ///
    /// Bits below the grain read zero where the entry is off or TOR, and one where it is NAPOT. What was
    /// written there stays and shows again when the entry's mode changes.
    #[must_use]
    pub fn addr(&self, entry: u8) -> u64 {
        let held = self.held(entry);
        match self.cfg(entry).matching() {
            Matching::Off | Matching::Tor => held & !self.below_grain(),
            Matching::Na4 => held,
            Matching::Napot => held | self.below_grain() >> 1,
        }
    }

    /// Configuration register `n` as it reads: on RV64 the even ones exist, eight entries each.
    #[must_use]
    pub fn cfg_register(&self, n: u8) -> u64 {
        let first = u16::from(n) * 4;
        let bytes: [u8; 8] = core::array::from_fn(|i| match u8::try_from(first + i as u16) {
            Ok(entry) => self.cfg(entry).0,
            Err(_) => 0,
        });
        u64::from_le_bytes(bytes)
    }

    /// mseccfg.
    #[must_use]
    pub fn mseccfg(&self) -> Mseccfg {
        self.mseccfg
    }

    /// The address bits an entry holds, shown or not.
    fn held(&self, entry: u8) -> u64 {
        self.registers
            .addr
            .get(usize::from(entry))
            .copied()
            .unwrap_or(0)
    }

    /// The bits of pmpaddr that lie below the grain.
    fn below_grain(&self) -> u64 {
        (1 << self.grain) - 1
    }

    // ---- Address matching --------------------------------------------------------------------

    /// The addresses an entry matches; `None` if it is off, or TOR and empty.
    #[must_use]
    pub fn region(&self, entry: u8) -> Option<Range<u64>> {
        let addr = self.held(entry);
        match self.cfg(entry).matching() {
            Matching::Off => None,
            Matching::Tor => {
                let below = entry.checked_sub(1).map_or(0, |below| self.held(below));
                let (start, end) = (below & !self.below_grain(), addr & !self.below_grain());
                (start < end).then_some(start << 2..end << 2)
            }
            Matching::Na4 => Some(addr << 2..(addr << 2) + 4),
            Matching::Napot => {
                // yyyy…y011…1 with n ones stands for 2^(n+3) bytes from yyyy…y000…0.
                let addr = addr | self.below_grain() >> 1;
                let size = 8 << addr.trailing_ones();
                let start = (addr << 2) & !(size - 1);
                Some(start..start + size)
            }
        }
    }

    // ---- Priority and permissions ------------------------------------------------------------

    /// Decides an access of `size` bytes (0 counts as 1) at a physical address.
    #[must_use]
    pub fn check(&self, mode: Privilege, access: Access, at: u64, size: u64) -> Decision {
        let (entry, allowed, rule) = self.decide(mode, access, at, size);
        let fault = (!allowed).then(|| Cause::access_fault(access).at(at));
        Decision {
            allowed,
            entry,
            rule,
            fault,
        }
    }

    fn decide(
        &self,
        mode: Privilege,
        access: Access,
        at: u64,
        size: u64,
    ) -> (Option<u8>, bool, &'static Rule) {
        let last = at.saturating_add(size.max(1) - 1);
        // The lowest-numbered entry that touches any byte decides.
        for entry in 0..self.count {
            let Some(region) = self.region(entry) else {
                continue;
            };
            if region.start > last || at >= region.end {
                continue;
            }
            // It must cover every byte, or the access fails whatever its L, R, W and X say.
            if region.start > at || last >= region.end {
                return (Some(entry), false, &WHOLE);
            }
            let (allowed, rule) = self.says(Some(entry), mode, access);
            return (Some(entry), allowed, rule);
        }
        let (allowed, rule) = self.says(None, mode, access);
        (None, allowed, rule)
    }

    /// What the entry that covers an access whole says to it, or what holds where none matches.
    pub(super) fn says(
        &self,
        entry: Option<u8>,
        mode: Privilege,
        access: Access,
    ) -> (bool, &'static Rule) {
        match entry {
            Some(entry) => self.permits(self.cfg(entry), mode, access),
            None if self.count == 0 => (true, &NONE_IMPLEMENTED),
            None => self.no_match(mode, access),
        }
    }

    /// What the entry that covers the access says.
    fn permits(&self, cfg: Cfg, mode: Privilege, access: Access) -> (bool, &'static Rule) {
        let (bit, rule) = Cfg::right(access);
        if self.mseccfg.mml() {
            let granted = smepmp::granted(cfg, mode == Privilege::Machine);
            return (granted & bit != 0, &smepmp::TABLE);
        }
        match mode == Privilege::Machine && !cfg.has(Cfg::L) {
            true => (true, &M_UNLOCKED),
            false => (cfg.has(bit), rule),
        }
    }

    /// What holds where no entry matches.
    fn no_match(&self, mode: Privilege, access: Access) -> (bool, &'static Rule) {
        if mode != Privilege::Machine {
            return (false, &NO_MATCH_SU);
        }
        if self.mseccfg.mmwp() {
            return (false, &smepmp::ALLOW_LIST);
        }
        match self.mseccfg.mml() && access == Access::Fetch {
            true => (false, &smepmp::NO_MATCH_FETCH),
            false => (true, &NO_MATCH_M),
        }
    }

    // ---- Writes ------------------------------------------------------------------------------

    /// Writes configuration register `n`, an even number below 16; there is no other on RV64, and a
    /// write to one does nothing. Gives what did not become as written.
    pub fn write_cfg(&mut self, n: u8, value: u64) -> Vec<Kept> {
        let mut kept = Vec::new();
        if n % 2 == 1 {
            return kept;
        }
        for (i, byte) in value.to_le_bytes().into_iter().enumerate() {
            let entry = n.saturating_mul(4).saturating_add(i as u8);
            match self.legal_cfg(entry, byte) {
                Ok((cfg, bent)) => {
                    if let Some(place) = Rc::make_mut(&mut self.registers)
                        .cfg
                        .get_mut(usize::from(entry))
                    {
                        *place = cfg;
                    }
                    kept.extend(bent.map(|rule| Kept { entry, rule }));
                }
                // A write of what is there already is no attempt to change it.
                Err(_) if byte == self.cfg(entry).0 => {}
                Err(rule) => kept.push(Kept { entry, rule }),
            }
        }
        kept
    }

    /// What an entry's configuration becomes when a byte is written, and the rule that bent it, if any
    /// did; or the rule that keeps it as it is.
    fn legal_cfg(&self, entry: u8, byte: u8) -> Result<(u8, Option<&'static Rule>), &'static Rule> {
        if entry >= self.count {
            return Err(&IMPLEMENTED);
        }
        if self.is_locked(entry) {
            return Err(&LOCKED);
        }
        let mut cfg = Cfg(byte & Cfg::BITS);
        let mut bent = (cfg.0 != byte).then_some(&SPARE_BITS);
        if self.mseccfg.mml() {
            if !self.mseccfg.rlb() && smepmp::is_machine_code(cfg) {
                return Err(&smepmp::NO_NEW_CODE);
            }
        } else if cfg.is_write_only() {
            (cfg.0, bent) = (cfg.0 & !Cfg::W, Some(&RESERVED_RW));
        }
        if self.grain > 0 && cfg.matching() == Matching::Na4 {
            (cfg.0, bent) = (cfg.0 | Cfg::NAPOT, Some(&NA4_GRAIN));
        }
        Ok((cfg.0, bent))
    }

    /// Writes the address register of an entry. Gives the rule by which it did not become as written.
    pub fn write_addr(&mut self, entry: u8, value: u64) -> Option<&'static Rule> {
        let kept = match () {
            () if entry >= self.count => Some(&IMPLEMENTED),
            () if self.is_locked(entry) => Some(&LOCKED),
            () if self.is_below_locked_tor(entry) => Some(&TOR_NEIGHBOUR),
            () => None,
        };
        if kept.is_some() {
            return kept.filter(|_| value != self.addr(entry));
        }
        if let Some(place) = Rc::make_mut(&mut self.registers)
            .addr
            .get_mut(usize::from(entry))
        {
            *place = value & ADDR;
        }
        match self.addr(entry) {
            read if read == value => None,
            _ if value & !ADDR != 0 => Some(&SPARE_BITS),
            _ => Some(&ALIGNED),
        }
    }

    /// Writes mseccfg. Gives the rules by which it did not become as written.
    pub fn write_mseccfg(&mut self, value: u64) -> Vec<&'static Rule> {
        let locked = (0..self.count).any(|entry| self.cfg(entry).has(Cfg::L));
        let (now, kept) = self.mseccfg.write(value, locked);
        self.mseccfg = now;
        kept
    }

    /// Whether writes to the registers of an entry are ignored: L is set and RLB does not lift it.
    #[must_use]
    pub fn is_locked(&self, entry: u8) -> bool {
        self.cfg(entry).has(Cfg::L) && !self.mseccfg.rlb()
    }

    /// Whether the entry above is locked and TOR, so that this one's address is its lower end.
    #[must_use]
    pub fn is_below_locked_tor(&self, entry: u8) -> bool {
        let above = entry.saturating_add(1);
        self.is_locked(above) && self.cfg(above).matching() == Matching::Tor
    }
}
