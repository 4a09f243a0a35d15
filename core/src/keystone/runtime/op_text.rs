//! Steps of the enclave's side as text and back: `LOADER`, `SYSCALL(number=1001,a0=0x1)`, `TOUCH(va=0x10000)`.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::syscall::CALLS;
use super::{Call, RUNTIME_VA, Touch, USER_VA};
use crate::arch::riscv::Privilege;
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::{BadOp, OpText};
use crate::view::Access;

/// The operations: names and arguments besides `hart`.
const FORMS: [(&str, &[&str]); 6] = [
    ("LOADER", &[]),
    ("EYRIE", &[]),
    ("SYSCALL", &["number", "a0", "a1", "a2", "a3", "a4"]),
    ("GOON", &[]),
    ("DISPATCH", &["eid", "reply"]),
    ("TOUCH", &["va", "access", "mode"]),
];

/// Most bytes of a reply.
const REPLY: usize = 4096;

/// The operations' names.
pub(in super::super) fn names() -> impl Iterator<Item = &'static str> {
    FORMS.iter().map(|f| f.0)
}

/// The arguments of an operation of this side; `None` if it is none.
pub(in super::super) fn is_name(name: &str) -> Option<&'static [&'static str]> {
    FORMS.iter().find(|f| f.0 == name).map(|f| f.1)
}

/// Reads an operation whose arguments are known to exist.
///
/// # Errors
/// An argument is missing or does not fit.
pub(in super::super) fn parse(op: &OpText) -> Result<Call, BadOp> {
    let or = |key: &str, default: u64| Ok::<u64, BadOp>(op.number(key)?.unwrap_or(default));
    Ok(match op.name.as_str() {
        "LOADER" => Call::Loader,
        "EYRIE" => Call::Eyrie,
        "GOON" => Call::GoOn,
        "SYSCALL" => Call::Syscall {
            number: or("number", 1001)?,
            args: [
                or("a0", 0)?,
                or("a1", 0)?,
                or("a2", 0)?,
                or("a3", 0)?,
                or("a4", 0)?,
            ],
        },
        "DISPATCH" => Call::Dispatch {
            eid: u8::try_from(or("eid", 0)?)
                .map_err(|_| wrong(op, "eid", text!("op.below-256", "below 256")))?,
            reply: reply(op)?,
        },
        _ => Call::Touch(Touch {
            va: or("va", RUNTIME_VA)?,
            access: access(op)?,
            mode: mode(op)?,
        }),
    })
}

fn wrong(op: &OpText, key: &str, wants: Text) -> BadOp {
    BadOp {
        why: text!(
            "op.wrong",
            "{op}: the argument {key} must be {wants}.",
            op = op.name.as_str(),
            key = key,
            wants = wants
        ),
    }
}

fn reply(op: &OpText) -> Result<Rc<[u8]>, BadOp> {
    let bytes = hex::decode(op.arg("reply").unwrap_or_default()).ok();
    bytes
        .filter(|b| b.len() <= REPLY)
        .map(Rc::from)
        .ok_or_else(|| {
            wrong(
                op,
                "reply",
                text!("op.hex", "hex digits, at most {most} bytes", most = REPLY),
            )
        })
}

fn access(op: &OpText) -> Result<Access, BadOp> {
    let word = op.arg("access").unwrap_or("read");
    let found = Access::ALL.into_iter().find(|a| a.id() == word);
    found.ok_or_else(|| wrong(op, "access", "read, write, fetch".into()))
}

fn mode(op: &OpText) -> Result<Privilege, BadOp> {
    match op.arg("mode").unwrap_or("S") {
        "S" => Ok(Privilege::Supervisor),
        "U" => Ok(Privilege::User),
        _ => Err(wrong(op, "mode", "S, U".into())),
    }
}

/// Writes an operation as [`parse`] reads it; `base` is its name and hart.
pub(in super::super) fn print(call: &Call, base: impl Fn(&str) -> OpText) -> OpText {
    match call {
        Call::Loader => base("LOADER"),
        Call::Eyrie => base("EYRIE"),
        Call::GoOn => base("GOON"),
        Call::Syscall { number, args } => {
            let given = ["a0", "a1", "a2", "a3", "a4"].into_iter().zip(args);
            let text = base("SYSCALL").with("number", number);
            given
                .filter(|(_, v)| **v != 0)
                .fold(text, |t, (k, v)| t.with(k, hex::short(*v)))
        }
        Call::Dispatch { eid, reply } => base("DISPATCH")
            .with("eid", eid)
            .with("reply", hex::encode(reply)),
        Call::Touch(t) => base("TOUCH")
            .with("va", hex::short(t.va))
            .with("access", t.access.id())
            .with("mode", t.mode.letter()),
    }
}

/// The name of a step as people see it.
pub(in super::super) fn name(call: &Call) -> Text {
    let name: String = match call {
        Call::Loader => "load_runtime".into(),
        Call::Eyrie => "eyrie_boot".into(),
        Call::Syscall { number, .. } => match CALLS.iter().find(|c| c.0 == *number) {
            Some((_, name)) => (*name).into(),
            None => alloc::format!("syscall {number}"),
        },
        Call::GoOn => "edge_call_ret_ptr".into(),
        Call::Dispatch { .. } => "incoming_call_dispatch".into(),
        Call::Touch(t) => {
            return text!(
                "eyrie.op.touch",
                "{access} through page tables",
                access = t.access.id()
            );
        }
    };
    name.into()
}

/// Every operation with example arguments and what it does.
pub(in super::super) fn forms() -> Vec<(OpText, Text)> {
    let example = |text: &str| OpText::parse(text).unwrap_or_default();
    let touch = Call::Touch(Touch {
        va: USER_VA,
        access: Access::Read,
        mode: Privilege::User,
    });
    vec![
        (
            example("LOADER"),
            text!(
                "eyrie.form.loader",
                "The loader in the enclave builds its page tables."
            ),
        ),
        (
            example("EYRIE"),
            text!(
                "eyrie.form.eyrie",
                "The runtime sets itself up and starts the application."
            ),
        ),
        (
            example("SYSCALL(number=1001,a0=0x1,a1=0x10000,a2=0x10)"),
            text!(
                "eyrie.form.syscall",
                "The application calls its runtime: 1001 to 1004, 1101."
            ),
        ),
        (
            example("DISPATCH(eid=0,reply=00)"),
            text!(
                "eyrie.form.dispatch",
                "The host’s library serves the call in the shared buffer."
            ),
        ),
        (
            example("GOON"),
            text!(
                "eyrie.form.go-on",
                "The runtime takes the result of its call to the host."
            ),
        ),
        (
            print(&touch, OpText::new),
            text!("eyrie.form.touch", "Code inside touches a virtual address."),
        ),
    ]
}
