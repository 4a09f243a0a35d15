//! System calls of the application to the runtime (runtime/call/syscall.c, handle_syscall).

use super::super::machine::Machine;
use super::super::sbi;
use super::{MINUS_ONE, Own, attest, ocall, sealing_key, shared_copy};
use crate::rules;
use crate::trace::{Recorder, Stop};

const HANDLE: &str = "keystone runtime/call/syscall.c, handle_syscall";

rules! {
    RUNS = "SYSCALL.application-runs": "Eyrie has started the application, and no call to the host is under way", HANDLE;
    KNOWN = "SYSCALL.known": "The runtime has a system call of that number", HANDLE;
}

/// RUNTIME_SYSCALL_OCALL: call a function of the host.
pub const OCALL: u64 = 1001;
/// RUNTIME_SYSCALL_SHAREDCOPY: copy from the shared buffer.
pub const SHARED_COPY: u64 = 1002;
/// RUNTIME_SYSCALL_ATTEST_ENCLAVE: ask for a report.
pub const ATTEST: u64 = 1003;
/// RUNTIME_SYSCALL_GET_SEALING_KEY: ask for a sealing key.
pub const SEALING_KEY: u64 = 1004;
/// RUNTIME_SYSCALL_EXIT: the application is done.
pub const EXIT: u64 = 1101;

/// Every system call: number and name.
pub const CALLS: [(u64, &str); 5] = [
    (OCALL, "OCALL"),
    (SHARED_COPY, "SHAREDCOPY"),
    (ATTEST, "ATTEST_ENCLAVE"),
    (SEALING_KEY, "GET_SEALING_KEY"),
    (EXIT, "EXIT"),
];

/// Carries out a system call with a0 to a4.
pub(super) fn handle_syscall<R: Recorder>(
    m: &mut Machine,
    own: Own,
    number: u64,
    args: [u64; 5],
    recorder: &mut R,
) -> Result<(), Stop> {
    let v = m.variables(&own);
    let runs = m.eyrie_runs(&own) && v.calling == 0;
    recorder.require(&RUNS, runs, super::super::status::NOTHING)?;
    let known = CALLS.iter().any(|(n, _)| *n == number);
    recorder.check(&KNOWN, known, || None);
    if !known {
        m.returns(&own, u64::MAX, recorder);
        return Err(MINUS_ONE.into());
    }
    let done = match number {
        OCALL => return ocall::dispatch_edgecall_ocall(m, own, args, recorder),
        EXIT => return m.ecall(own.hart, sbi::EXIT, [args[0], 0, 0], recorder),
        SHARED_COPY => shared_copy::handle_copy_from_shared(m, &own, args, recorder),
        ATTEST => attest::attest(m, &own, args, recorder),
        _ => sealing_key::get_sealing_key(m, &own, args, recorder),
    };
    match done {
        Ok(()) => {
            m.returns(&own, 0, recorder);
            Ok(())
        }
        Err(Stop::Refused(status)) => {
            m.returns(&own, status.code, recorder);
            Err(status.into())
        }
        Err(fault) => Err(m.fatal(&own, fault, recorder)),
    }
}
