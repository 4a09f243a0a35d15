//! A load, a store or a fetch, as physical memory protection decides it.

use super::{Hart, Touch};
use crate::arch::riscv::pmp::WHOLE;
use crate::trace::{Recorder, Stop};

impl Hart {
    pub(super) fn touch(&self, op: Touch, recorder: &mut impl Recorder) -> Result<(), Stop> {
        let d = self.pmp.check(op.mode, op.access, op.at, op.size);
        if d.entry.is_some() && d.rule.id != WHOLE.id {
            recorder.check(&WHOLE, true, || None);
        }
        recorder.check(d.rule, d.allowed, || None);
        match d.fault {
            Some(fault) => Err(fault.into()),
            None => Ok(()),
        }
    }
}
