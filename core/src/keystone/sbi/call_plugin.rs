//! call_plugin: what a monitor may be built with besides. Upstream has one plugin, multimem, off by default.

use super::super::machine::Machine;
use super::super::status;
use super::After;
use crate::rules;
use crate::trace::{Recorder, Stop};

rules! {
    BUILT_IN = "PLUGIN.built-in": "The monitor was built with a plugin of that id", "keystone sm/src/plugins/plugins.c, call_plugin";
    CALL_KNOWN = "PLUGIN.call-known": "The plugin has a call of that number", "keystone sm/src/plugins/multimem.c";
}

/// The id of multimem.
pub const MULTIMEM: u64 = 1;

/// Carries out call_plugin: multimem tells size (call 1) and address (call 2) of an enclave's
/// additional memory. No call creates such memory, so both are 0.
pub(super) fn call_plugin<R: Recorder>(
    m: &Machine,
    eid: u8,
    (plugin, call, _): (u64, u64, u64),
    recorder: &mut R,
) -> Result<After, Stop> {
    let built_in = m.platform.multimem && plugin == MULTIMEM && m.enclave(eid).is_some();
    recorder.require(&BUILT_IN, built_in, status::NOT_IMPLEMENTED)?;
    recorder.require(&CALL_KNOWN, matches!(call, 1 | 2), status::NOT_IMPLEMENTED)?;
    Ok(After::Returned(0))
}
