//! Steps of the enclave's side and their results in sentences.

use super::super::machine::Machine;
use super::edge_dispatch::STATUSES;
use super::{Call, RUNTIME_VA, UNTRUSTED_VA, syscall};
use crate::arch::riscv::Privilege;
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::{Outcome, Rule};
use crate::view::Access;

/// A step in plain words.
pub(in super::super) fn says(call: &Call) -> Text {
    match call {
        Call::Loader => text!(
            "eyrie.says.loader",
            "the loader builds page tables for runtime, private memory and shared buffer"
        ),
        Call::Eyrie => text!(
            "eyrie.says.eyrie",
            "the runtime links its free pages, maps the application and gives it a stack"
        ),
        Call::Syscall { number, args } => syscall_says(*number, *args),
        Call::GoOn => text!(
            "eyrie.says.go-on",
            "the runtime looks at what the host has left in the shared buffer"
        ),
        Call::Dispatch { eid, reply } => text!(
            "eyrie.says.dispatch",
            "the host serves the call of enclave {eid} with {n} bytes",
            eid = u64::from(*eid),
            n = reply.len()
        ),
        Call::Touch(t) => {
            let who = match t.mode {
                Privilege::User => text!("eyrie.who.application", "the application"),
                _ => text!("eyrie.who.runtime", "the runtime"),
            };
            let at = hex::addr(t.va);
            match t.access {
                Access::Read => text!(
                    "eyrie.says.reads",
                    "{who} reads the virtual address {at}",
                    who = who,
                    at = at
                ),
                Access::Write => text!(
                    "eyrie.says.writes",
                    "{who} writes the virtual address {at}",
                    who = who,
                    at = at
                ),
                Access::Fetch => text!(
                    "eyrie.says.fetches",
                    "{who} fetches code at the virtual address {at}",
                    who = who,
                    at = at
                ),
            }
        }
    }
}

fn syscall_says(number: u64, args: [u64; 5]) -> Text {
    let at = |n: u64| hex::addr(n);
    match number {
        syscall::OCALL => text!(
            "eyrie.says.ocall",
            "the application calls function {id} of the host with {n} bytes at {at} and wants {m} back",
            id = args[0],
            n = args[2],
            at = at(args[1]),
            m = args[4]
        ),
        syscall::SHARED_COPY => text!(
            "eyrie.says.shared-copy",
            "the application wants {n} bytes from offset {offset} of the shared buffer at {at}",
            n = args[2],
            offset = hex::short(args[1]),
            at = at(args[0])
        ),
        syscall::ATTEST => text!(
            "eyrie.says.attest",
            "the application wants a report with {n} bytes of its own at {at}",
            n = args[2],
            at = at(args[0])
        ),
        syscall::SEALING_KEY => text!(
            "eyrie.says.sealing-key",
            "the application wants {n} bytes of a sealing key at {at}",
            n = args[1],
            at = at(args[0])
        ),
        syscall::EXIT => text!(
            "eyrie.says.exit",
            "the application is done and gives {value}",
            value = at(args[0])
        ),
        n => text!(
            "eyrie.says.unknown",
            "the application makes system call {n}",
            n = n
        ),
    }
}

/// The main operand, short.
pub(in super::super) fn brief(call: &Call) -> Text {
    match call {
        Call::Syscall { number, args } if *number == syscall::OCALL => {
            text!("eyrie.brief.function", "function {id}", id = args[0])
        }
        Call::Touch(t) => hex::addr(t.va).into(),
        _ => Text::none(),
    }
}

/// The result of a step that did what was asked, or how a refusal looks from where it is noticed.
pub(in super::super) fn tells(
    m: &Machine,
    call: &Call,
    outcome: Outcome,
    broken: Option<&'static Rule>,
) -> Option<Text> {
    let why = broken.map_or_else(Text::none, Rule::text);
    match (call, outcome) {
        (Call::Dispatch { .. }, Outcome::Refused(s)) if STATUSES.contains(&s) => Some(text!(
            "eyrie.tells.bad-status",
            "The host answers with {status}. This did not hold: {why}.",
            status = s.name,
            why = why
        )),
        (_, Outcome::Faulted(fault)) => Some(text!(
            "eyrie.tells.fault",
            "{name} at {at}: the runtime has no remedy and exits with -1. This did not hold: {why}.",
            name = fault.name,
            at = hex::addr(fault.address.unwrap_or(0)),
            why = why
        )),
        (_, Outcome::Refused(_)) => None,
        (call, Outcome::Done) => Some(done(m, call)),
    }
}

fn done(m: &Machine, call: &Call) -> Text {
    match call {
        Call::Loader => text!(
            "eyrie.tells.loader",
            "Done. Sv39 is on. The loader’s own next instruction is mapped no longer; the trap leads to {va}, where the runtime begins.",
            va = hex::addr(RUNTIME_VA)
        ),
        Call::Eyrie => text!(
            "eyrie.tells.eyrie",
            "Done. The application runs in user mode, with the runtime above it and the monitor above both."
        ),
        Call::Syscall { number, .. } => match *number {
            syscall::OCALL => text!(
                "eyrie.tells.ocall",
                "Done. Id and arguments lie in the shared buffer, which the runtime sees at {va} and the host at its own address. The monitor has put the enclave away; Linux sees EDGE_CALL_HOST.",
                va = hex::addr(UNTRUSTED_VA)
            ),
            syscall::SHARED_COPY => text!(
                "eyrie.tells.shared-copy",
                "Done. The bytes are the application’s own now; the host cannot change them any more."
            ),
            syscall::ATTEST => text!(
                "eyrie.tells.attest",
                "Done. The report went through the runtime’s own buffer to the application."
            ),
            syscall::SEALING_KEY => text!(
                "eyrie.tells.sealing-key",
                "Done. The key is with the application, and the runtime has wiped its copy."
            ),
            _ => text!(
                "eyrie.tells.exit",
                "Done. The enclave has left; Linux gets the value."
            ),
        },
        Call::GoOn => text!(
            "eyrie.tells.go-on",
            "Done. The result is with the application; whether it is true is for the application to judge."
        ),
        Call::Dispatch { .. } => text!(
            "eyrie.tells.dispatch",
            "Done. The result lies in the shared buffer with status 0. Nothing of it is protected: the host wrote it."
        ),
        Call::Touch(t) => {
            let hart = m.harts.iter().find(|(_, h)| h.inside.is_some());
            let walk = hart.and_then(|(n, _)| m.walk(*n, *t, 1));
            match walk.and_then(|w| w.result.ok()) {
                Some(physical) => text!(
                    "eyrie.tells.touch",
                    "Done. The address leads to {at} in physical memory, and PMP lets it through.",
                    at = hex::addr(physical)
                ),
                None => text!("keystone.tells.done", "Done."),
            }
        }
    }
}
