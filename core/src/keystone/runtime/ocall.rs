//! OCALL: the application calls a function of the host through the shared buffer, which the host may
//! write as it likes (runtime/call/syscall.c, dispatch_edgecall_ocall).

use super::super::faults::Faults;
use super::super::machine::Machine;
use super::super::sbi;
use super::structs::EdgeCall;
use super::{OCALL_ERROR, Own, UNTRUSTED_VA};
use crate::memory::Physical;
use crate::rules;
use crate::trace::{Recorder, Stop};

const OCALL: &str = "keystone runtime/call/syscall.c, dispatch_edgecall_ocall";
const EDGE: &str = "keystone sdk/src/edge/edge_call.c, edge_call_get_ptr_from_offset";

rules! {
    ARGUMENTS_FIT = "OCALL.arguments-fit": "The arguments fit into the shared buffer behind the call’s 48 bytes", OCALL;
    UNDER_WAY = "OCALL.under-way": "A call to the host is under way", OCALL;
    STATUS_OK = "OCALL.status-ok": "The host says that the call went well: its status is 0", OCALL;
    RETURN_INSIDE = "OCALL.return-inside": "What the host gives back lies inside the shared buffer", EDGE;
    RETURN_SIZE = "OCALL.return-size": "The host gives back as many bytes as the application wants", "keystone runtime/call/syscall.c says that this is still to be checked; upstream copies what the application wants";
    BUFFER_MAPPED = "OCALL.buffer-readable": "Every byte that is copied from the shared buffer and to the application is mapped", "RISC-V Privileged Architecture, Virtual Address Translation Process";
}

/// Bytes before the arguments.
pub(super) const HEAD: u64 = EdgeCall::SIZE as u64;

impl Machine {
    /// The call at the start of a shared buffer.
    pub(in super::super) fn edge_call(&self, utm: u64) -> EdgeCall {
        let mut bytes = [0; EdgeCall::SIZE];
        self.ram.read(Physical(utm), &mut bytes);
        EdgeCall::from_bytes(&bytes)
    }
}

/// Whether `len` bytes from an offset lie in a shared buffer, as edge_call_get_ptr_from_offset asks.
pub(super) fn is_inside(buffer: u64, offset: u64, len: u64) -> bool {
    offset <= buffer && len <= buffer - offset
}

/// The first half: id and arguments go into the buffer, and the enclave leaves.
pub(super) fn dispatch_edgecall_ocall<R: Recorder>(
    m: &mut Machine,
    own: Own,
    [call_id, data, data_len, buffer, buffer_len]: [u64; 5],
    recorder: &mut R,
) -> Result<(), Stop> {
    let fits = data_len <= own.utm.1.saturating_sub(HEAD);
    recorder.check(&ARGUMENTS_FIT, fits, || None);
    if !fits {
        m.returns(&own, OCALL_ERROR.code, recorder);
        return Err(OCALL_ERROR.into());
    }
    let bytes = match m.copy_from(&own, data, data_len) {
        Ok(bytes) => bytes,
        Err(stop) => {
            recorder.check(&BUFFER_MAPPED, false, || None);
            return Err(m.fatal(&own, stop, recorder));
        }
    };
    let call = EdgeCall {
        call_id,
        call_arg_offset: HEAD,
        call_arg_size: data_len,
        ..m.edge_call(own.utm.0)
    };
    m.put(own.utm.0, &call.encode(), recorder);
    if !bytes.is_empty() {
        m.put(own.utm.0 + HEAD, &bytes, recorder);
    }
    let mut variables = m.variables(&own);
    variables.calling = 1;
    (variables.return_buffer, variables.return_len) = (buffer, buffer_len);
    m.set_variables(&own, &variables, recorder);
    m.ecall(
        own.hart,
        sbi::STOP,
        [sbi::stop_enclave::EDGE_CALL, 0, 0],
        recorder,
    )
}

/// The second half, once the host has resumed the enclave: nothing in the buffer is believed unchecked.
pub(super) fn go_on<R: Recorder>(m: &mut Machine, own: Own, recorder: &mut R) -> Result<(), Stop> {
    let mut variables = m.variables(&own);
    let under_way = m.eyrie_runs(&own) && variables.calling == 1;
    recorder.require(&UNDER_WAY, under_way, super::super::status::NOTHING)?;
    variables.calling = 0;
    m.set_variables(&own, &variables, recorder);
    let wanted = (variables.return_buffer, variables.return_len);
    match take(m, &own, wanted, recorder) {
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

fn take<R: Recorder>(
    m: &mut Machine,
    own: &Own,
    (buffer, wanted): (u64, u64),
    recorder: &mut R,
) -> Result<(), Stop> {
    let call = m.edge_call(own.utm.0);
    recorder.require(&STATUS_OK, call.call_status == 0, OCALL_ERROR)?;
    if wanted == 0 {
        return Ok(());
    }
    let inside = is_inside(own.utm.1, call.call_ret_offset, call.call_ret_size);
    recorder.require(&RETURN_INSIDE, inside, OCALL_ERROR)?;
    if !m.platform.has(Faults::OCALL_SIZE) {
        recorder.require(&RETURN_SIZE, wanted <= call.call_ret_size, OCALL_ERROR)?;
    }
    let from = UNTRUSTED_VA.wrapping_add(call.call_ret_offset);
    let copied = m.copy_from(own, from, wanted);
    let copied = copied.and_then(|bytes| m.copy_to(own, buffer, &bytes, recorder));
    recorder.check(&BUFFER_MAPPED, copied.is_ok(), || None);
    copied
}
