//! An assumption in place of a measurement: what EINIT would say of an enclave that is not here.
//!
//! No processor has such an operation. Only the workshop for signatures uses it, and says so at its step.

use super::machine::Machine;
use crate::rules;
use crate::trace::{Recorder, Status, Stop, Value};

rules! {
    NOTHING_LOADED = "ASSUME.nothing-loaded": "The enclave has no page yet and is not initialised, so no real measurement is put aside", "model: no processor does this; the enclave itself is not here, so what it would measure is taken as given";
}

/// The enclave is here, so there is nothing to assume.
pub const NOT_NEEDED: Status = Status {
    code: 0,
    name: "not needed",
};

impl Machine {
    /// Takes a value for what an enclave without pages would have measured.
    pub(super) fn assume<R: Recorder>(
        &mut self,
        enclave: u8,
        mrenclave: [u8; 32],
        recorder: &mut R,
    ) -> Result<(), Stop> {
        let handle = self.handle(recorder, enclave)?;
        let place = self.mrenclave_place(handle.secs);
        let empty = self.secs.get(&handle.secs);
        let empty = empty.is_some_and(|s| s.children == 0 && !s.is_init());
        recorder.require(&NOTHING_LOADED, empty, NOT_NEEDED)?;
        let Some(secs) = self.secs.get_mut(&handle.secs) else {
            return Err(NOT_NEEDED.into());
        };
        let before = secs.finished();
        secs.assumed = Some(mrenclave);
        recorder.write(place, || {
            (Value::from(&before[..]), Value::from(&mrenclave[..]))
        });
        Ok(())
    }
}
