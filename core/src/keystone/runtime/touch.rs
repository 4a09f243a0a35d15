//! Code inside touches a virtual address: the walk through the tables, each read of them and the
//! access itself checked by PMP.

use super::super::machine::Machine;
use super::super::status::NOTHING;
use super::eyrie_boot::TRANSLATED;
use super::{Own, Touch};
use crate::arch::riscv::sv39::{LEAF, SIGN_EXTENDED, TABLE_READ, TARGET, VALID};
use crate::trace::{Recorder, Stop};

/// Bytes of the access.
pub(super) const SIZE: u64 = 8;

/// Carries out an access of eight bytes.
pub(super) fn touch<R: Recorder>(
    m: &mut Machine,
    own: Own,
    touch: Touch,
    recorder: &mut R,
) -> Result<(), Stop> {
    let size = SIZE.min(4096 - touch.va % 4096);
    let walk = m.walk(own.hart, touch, size);
    recorder.require(&TRANSLATED, walk.is_some(), NOTHING)?;
    let Some(walk) = walk else {
        return Err(NOTHING.into());
    };
    let broken = walk.result.err();
    let is = |rule: &crate::trace::Rule| broken.is_some_and(|(_, b)| b.id == rule.id);
    if !is(&SIGN_EXTENDED) {
        recorder.check(&SIGN_EXTENDED, true, || None);
    }
    for read in &walk.reads {
        recorder.check(&TABLE_READ, read.pmp.allowed, || None);
    }
    match broken {
        Some((fault, rule)) => {
            if !is(&TABLE_READ) {
                recorder.check(rule, false, || None);
            }
            Err(m.fatal(&own, fault.into(), recorder))
        }
        None => {
            for rule in [&VALID, &LEAF, &TARGET] {
                recorder.check(rule, true, || None);
            }
            Ok(())
        }
    }
}
