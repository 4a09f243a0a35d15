//! The host's side of a call: its library finds the function and puts the result into the shared buffer
//! (sdk/src/edge/edge_dispatch.c, incoming_call_dispatch, and the wrappers of the SDK's tests).

use alloc::vec::Vec;

use super::super::faults::Faults;
use super::super::machine::Machine;
use super::super::status::NOTHING;
use super::ocall::{HEAD, is_inside};
use super::structs::{EdgeCall, EdgeData};
use crate::memory::Physical;
use crate::rules;
use crate::text;
use crate::trace::{Event, Recorder, Status, Stop};
use crate::view::Access;

const DISPATCH: &str = "keystone sdk/src/edge/edge_dispatch.c, incoming_call_dispatch";
const EDGE: &str = "keystone sdk/src/edge/edge_call.c";

rules! {
    HOST = "DISPATCH.buffer-there": "There is an enclave with a shared buffer that the host may read and write now", "RISC-V Privileged Architecture, PMP";
    IN_TABLE = "DISPATCH.id-in-table": "The id is below 10, the size of the table of functions", "keystone sdk/include/edge/edge_common.h; upstream compares with >, so that 10 reads past the table";
    REGISTERED = "DISPATCH.registered": "A function is registered under that id (here 1 to 4, as in the SDK’s tests)", DISPATCH;
    ARGUMENTS_INSIDE = "DISPATCH.arguments-inside": "The arguments lie inside the shared buffer", EDGE;
    RESULT_INSIDE = "DISPATCH.result-inside": "The result fits into the shared buffer behind the call’s 48 bytes", EDGE;
}

/// Functions that a host may register: MAX_EDGE_CALL.
pub const MAX_EDGE_CALL: u64 = 10;

/// What the host of the SDK's tests registers, from id 1.
pub const FUNCTIONS: [&str; 4] = [
    "print_buffer",
    "print_value",
    "copy_report",
    "get_host_string",
];

/// get_host_string: its result is wrapped in an [`EdgeData`].
pub const WRAPPED: u64 = 4;

/// How a call went, in the order of their numbers: CALL_STATUS_….
pub const STATUSES: [Status; 6] = [
    status(0, "CALL_STATUS_OK"),
    status(1, "CALL_STATUS_BAD_CALL_ID"),
    status(2, "CALL_STATUS_BAD_OFFSET"),
    status(3, "CALL_STATUS_BAD_PTR"),
    status(4, "CALL_STATUS_ERROR"),
    status(5, "CALL_STATUS_SYSCALL_FAILED"),
];

const fn status(code: u64, name: &'static str) -> Status {
    Status { code, name }
}

/// Serves the call in an enclave's buffer with `reply` as the result.
pub(super) fn dispatch<R: Recorder>(
    m: &mut Machine,
    hart: u8,
    (eid, reply): (u8, &[u8]),
    recorder: &mut R,
) -> Result<(), Stop> {
    let outside = m.hart(hart).is_some_and(|h| h.inside.is_none());
    let utm = m.enclave(eid).map(|e| (e.args.utm_paddr, e.args.utm_size));
    let open = utm.filter(|(at, size)| {
        let may = |access| m.judge(hart, access, *at, *size).is_ok();
        outside && *size >= HEAD && may(Access::Read) && may(Access::Write)
    });
    recorder.require(&HOST, open.is_some(), NOTHING)?;
    let Some(utm) = open else {
        return Err(NOTHING.into());
    };
    let mut call = m.edge_call(utm.0);
    let served = serve(m, utm, &mut call, reply, recorder);
    call.call_status = served.as_ref().err().map_or(0, |s| s.code);
    m.put(utm.0, &call.encode(), recorder);
    served.map_err(Stop::from)
}

fn serve<R: Recorder>(
    m: &mut Machine,
    (utm, size): (u64, u64),
    call: &mut EdgeCall,
    reply: &[u8],
    recorder: &mut R,
) -> Result<(), Status> {
    let [_, bad_id, bad_offset, bad_pointer, ..] = STATUSES;
    let hold = |rule, held, or: Status, recorder: &mut R| {
        recorder.check(rule, held, || None);
        if held { Ok(()) } else { Err(or) }
    };
    // As upstream, 10 passes; what lies behind the table is nobody's function (model).
    let upstream = m.platform.has(Faults::EDGE_TABLE);
    let in_table = call.call_id < MAX_EDGE_CALL || (upstream && call.call_id == MAX_EDGE_CALL);
    hold(&IN_TABLE, in_table, bad_id, recorder)?;
    let function = call
        .call_id
        .checked_sub(1)
        .and_then(|n| FUNCTIONS.get(n as usize));
    hold(&REGISTERED, function.is_some(), bad_id, recorder)?;
    let inside = is_inside(size, call.call_arg_offset, call.call_arg_size);
    hold(&ARGUMENTS_INSIDE, inside, bad_offset, recorder)?;
    let (from, len) = (utm + call.call_arg_offset, call.call_arg_size as usize);
    recorder.tell(|| Event::Message {
        from: text!("eyrie.who.enclave", "enclave"),
        to: text!("eyrie.who.host", "host"),
        what: function.copied().unwrap_or_default().into(),
        bytes: m.ram.bytes(Physical(from), len.min(256)).into(),
    });
    // A string is wrapped: first where it lies and how long it is, then the string.
    let wrapper = EdgeData {
        offset: HEAD + EdgeData::SIZE as u64,
        size: reply.len() as u64,
    };
    let wrapped = call.call_id == WRAPPED;
    let mut result = Vec::new();
    if wrapped {
        result.extend(wrapper.encode());
    }
    result.extend(reply);
    let fits = is_inside(size, HEAD, result.len() as u64);
    hold(&RESULT_INSIDE, fits, bad_pointer, recorder)?;
    m.put(utm + HEAD, &result, recorder);
    call.call_ret_offset = HEAD;
    call.call_ret_size = match wrapped {
        true => EdgeData::SIZE as u64,
        false => reply.len() as u64,
    };
    Ok(())
}
