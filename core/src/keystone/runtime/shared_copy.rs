//! SHAREDCOPY: the application has bytes copied from the shared buffer (runtime/call/syscall.c, handle_copy_from_shared).

use super::super::machine::Machine;
use super::ocall::is_inside;
use super::{OCALL_ERROR, Own, UNTRUSTED_VA};
use crate::rules;
use crate::trace::{Recorder, Stop};

rules! {
    SOURCE_INSIDE = "SHAREDCOPY.source-inside": "The bytes lie inside the shared buffer", "keystone runtime/call/syscall.c, handle_copy_from_shared";
}

/// Carries out the copy: destination, offset in the buffer, size.
pub(super) fn handle_copy_from_shared<R: Recorder>(
    m: &mut Machine,
    own: &Own,
    [to, offset, size, ..]: [u64; 5],
    recorder: &mut R,
) -> Result<(), Stop> {
    let inside = is_inside(own.utm.1, offset, size);
    recorder.require(&SOURCE_INSIDE, inside, OCALL_ERROR)?;
    let bytes = m.copy_from(own, UNTRUSTED_VA.wrapping_add(offset), size)?;
    m.copy_to(own, to, &bytes, recorder)
}
