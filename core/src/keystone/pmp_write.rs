//! How a region's permissions reach the registers: every write in the monitor's order.

use super::hart::PmpIpi;
use super::machine::Machine;
use super::pmp_regions::{Form, Region};
use crate::arch::riscv::csr;
use crate::trace::{Recorder, Value};

/// No access.
pub const NO_PERM: u8 = 0;

/// Read, write and execute.
pub const ALL_PERM: u8 = 7;

/// pmpcfg's A field for a naturally aligned power of two.
const NAPOT: u8 = 0x18;

/// pmpcfg's A field for a range up to this entry's address.
const TOR: u8 = 0x08;

impl Machine {
    /// Writes pmpaddr of an entry.
    pub(super) fn write_pmpaddr<R: Recorder>(
        &mut self,
        hart: u8,
        entry: u8,
        value: u64,
        recorder: &mut R,
    ) {
        let Some(h) = self.harts.get_mut(&hart) else {
            return;
        };
        let before = h.pmp.addr(entry);
        h.pmp.write_addr(entry, value);
        let place = Self::csr_place(hart, csr::PMPADDR0 + u16::from(entry));
        recorder.write(place, || (before.into(), value.into()));
    }

    /// Writes a whole pmpcfg.
    pub(super) fn write_pmpcfg<R: Recorder>(
        &mut self,
        hart: u8,
        n: u8,
        value: u64,
        recorder: &mut R,
    ) {
        let Some(h) = self.harts.get_mut(&hart) else {
            return;
        };
        let before = h.pmp.cfg_register(n);
        h.pmp.write_cfg(n, value);
        let place = Self::csr_place(hart, csr::PMPCFG0 + u16::from(n));
        recorder.write(place, || (before.into(), value.into()));
    }

    /// Writes an entry: its address, then the register that holds its configuration.
    pub(super) fn write_entry<R: Recorder>(
        &mut self,
        hart: u8,
        entry: u8,
        (addr, cfg): (u64, u8),
        recorder: &mut R,
    ) {
        self.write_pmpaddr(hart, entry, addr, recorder);
        let register = entry / 8 * 2;
        let held = self.hart(hart).map_or(0, |h| h.pmp.cfg_register(register));
        let shift = 8 * (u32::from(entry) % 8);
        let value = held & !(0xff << shift) | u64::from(cfg) << shift;
        self.write_pmpcfg(hart, register, value, recorder);
    }

    /// Writes a region with these permissions into the registers of one hart: pmp_set_keystone.
    pub(super) fn pmp_set<R: Recorder>(
        &mut self,
        hart: u8,
        region: &Region,
        perm: u8,
        recorder: &mut R,
    ) {
        match region.form {
            Form::Napot => {
                let entry = (region.pmpaddr(), NAPOT | perm);
                self.write_entry(hart, region.entry, entry, recorder);
            }
            Form::Tor => {
                let entry = (region.pmpaddr(), TOR | perm);
                self.write_entry(hart, region.entry, entry, recorder);
                if let Some(below) = region.entry.checked_sub(1) {
                    self.write_entry(hart, below, (region.base >> 2, 0), recorder);
                }
            }
        }
    }

    /// Switches a region's entries off in one hart: pmp_unset.
    pub(super) fn pmp_unset<R: Recorder>(&mut self, hart: u8, region: &Region, recorder: &mut R) {
        self.write_entry(hart, region.entry, (0, 0), recorder);
        if let (Form::Tor, Some(below)) = (region.form, region.entry.checked_sub(1)) {
            self.write_entry(hart, below, (0, 0), recorder);
        }
    }

    /// Does what an interrupt of another hart asked for.
    pub(super) fn pmp_answer<R: Recorder>(&mut self, hart: u8, ipi: &PmpIpi, recorder: &mut R) {
        match ipi.perm {
            Some(perm) => self.pmp_set(hart, &ipi.region, perm, recorder),
            None => self.pmp_unset(hart, &ipi.region, recorder),
        }
    }

    /// Writes a region in this hart and sends every other one the interrupt to do the same. Says
    /// whether there are others to wait for.
    pub(super) fn pmp_everywhere<R: Recorder>(
        &mut self,
        hart: u8,
        ipi: PmpIpi,
        recorder: &mut R,
    ) -> bool {
        self.pmp_answer(hart, &ipi, recorder);
        let others: alloc::vec::Vec<u8> = self.harts.iter().map(|(n, _)| *n).collect();
        let mut waits = false;
        for other in others.into_iter().filter(|n| *n != hart) {
            if let Some(h) = self.harts.get_mut(&other) {
                h.ipi = Some(ipi);
                waits = true;
                recorder.write(Self::csr_place(other, 0x344), || {
                    (Value::None, Value::Words("MSIP".into()))
                });
            }
        }
        waits
    }

    /// The region of that index.
    pub(super) fn region(&self, index: u8) -> Option<Region> {
        self.monitor.regions.table.get(&index).copied()
    }

    /// The operating system's region: all of memory, in the last entry.
    pub(super) fn os_set<R: Recorder>(&mut self, hart: u8, perm: u8, recorder: &mut R) {
        if let Some(region) = self.region(OS_REGION) {
            self.pmp_set(hart, &region, perm, recorder);
        }
    }
}

/// Index of the monitor's own region.
pub const SM_REGION: u8 = 0;

/// Index of the operating system's region.
pub const OS_REGION: u8 = 1;
