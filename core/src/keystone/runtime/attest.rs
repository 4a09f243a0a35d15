//! ATTEST_ENCLAVE: the runtime passes the application's data to the monitor, and the report back.

use super::super::machine::Machine;
use super::super::sbi;
use super::super::structs::{EnclaveReport, Report};
use super::Own;
use crate::memory::Physical;
use crate::trace::{Recorder, Stop};

/// Carries out the call: where the report goes, the data, its length. What the monitor refuses is what
/// the application gets.
pub(super) fn attest<R: Recorder>(
    m: &mut Machine,
    own: &Own,
    [to, data, len, ..]: [u64; 5],
    recorder: &mut R,
) -> Result<(), Stop> {
    let variables = m.variables(own);
    // More than the monitor takes is not copied; the monitor sees the length and refuses.
    let bytes = m.copy_from(own, data, len.min(EnclaveReport::DATA_MAX as u64))?;
    m.put(variables.copy_buffer_2, &bytes, recorder);
    let buffers = [variables.copy_buffer_1, variables.copy_buffer_2, len];
    m.ecall(own.hart, sbi::ATTEST, buffers, recorder)?;
    let report = m.ram.bytes(Physical(variables.copy_buffer_1), Report::SIZE);
    m.copy_to(own, to, &report, recorder)
}
