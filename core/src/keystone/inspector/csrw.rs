//! CSRW: a write to a register of physical memory protection, and what the locks leave as it was.

use super::Hart;
use crate::arch::riscv::{Cause, Pmp, Privilege, csr};
use crate::rules;
use crate::trace::{Place, Recorder, Stop};

const CSRS: &str = "RISC-V Privileged Architecture, CSR Address Mapping Conventions";

rules! {
    EXISTS = "CSRW.exists": "RV64 has this register of physical memory protection", CSRS;
    MACHINE = "CSRW.machine-mode": "Machine mode executes the instruction; the register belongs to it alone", CSRS;
}

impl Hart {
    pub(super) fn csrw(
        &mut self,
        register: u16,
        value: u64,
        mode: Privilege,
        recorder: &mut impl Recorder,
    ) -> Result<(), Stop> {
        let illegal = Cause::ILLEGAL_INSTRUCTION.fault();
        let exists = csr::read_pmp(&self.pmp, register).is_some();
        recorder.require(&EXISTS, exists, illegal)?;
        recorder.require(&MACHINE, mode == Privilege::Machine, illegal)?;
        let before = self.pmp.clone();
        let kept = csr::write_pmp(&mut self.pmp, register, value).unwrap_or_default();
        for (_, rule) in kept {
            recorder.check(rule, false, || None);
        }
        self.tell_changes(&before, recorder);
        Ok(())
    }

    pub(super) fn reset(&mut self, recorder: &mut impl Recorder) {
        let before = self.pmp.clone();
        self.pmp = Pmp::new(before.count(), before.grain());
        self.tell_changes(&before, recorder);
    }

    /// Tells every register that does not read as before.
    fn tell_changes(&self, before: &Pmp, recorder: &mut impl Recorder) {
        let mut write = |place: Place, was: u64, is: u64| {
            if was != is {
                recorder.write(place, || (was.into(), is.into()));
            }
        };
        for entry in 0..self.pmp.count() {
            let (was, is) = (before.cfg(entry).0, self.pmp.cfg(entry).0);
            write(Self::cfg_place(entry), was.into(), is.into());
            let (was, is) = (before.addr(entry), self.pmp.addr(entry));
            write(Self::addr_place(entry), was, is);
        }
        let (was, is) = (before.mseccfg().bits(), self.pmp.mseccfg().bits());
        write(Place::new("mseccfg", 0, 1), was, is);
    }
}
