//! random: 64 bits. On the generic platform there is no source of randomness: the cycle counter is stirred.

use super::super::machine::Machine;
use crate::text;
use crate::trace::{Event, Recorder, Value};

/// The constant of the Weyl sequence (keystone sm/plat/generic).
pub const WEYL: u64 = 0xb5ad_4ece_da1c_e2a9;

/// Carries out random: middle square of the cycle counter plus a Weyl sequence.
pub(super) fn random<R: Recorder>(m: &mut Machine, recorder: &mut R) -> u64 {
    let cycles = m.cycles;
    m.monitor.weyl = m.monitor.weyl.wrapping_add(WEYL);
    let x = cycles.wrapping_mul(cycles).wrapping_add(m.monitor.weyl);
    let value = x.rotate_left(32);
    recorder.tell(|| Event::Derive {
        key: text!("keystone.random.value", "random number"),
        from: alloc::vec![
            (
                text!("keystone.random.cycles", "cycle counter"),
                cycles.into()
            ),
            (
                text!("keystone.random.weyl", "Weyl sequence"),
                m.monitor.weyl.into()
            ),
        ],
        value: Value::Number(value),
    });
    value
}
