//! Operations written as text and named: `EADD(offset=0x1000,secinfo_flags=0x205,content=code.1)`.

use alloc::format;
use alloc::string::String;

use super::op::{Call, Op, SigSource, Which};
use super::op_text::CALL;
use super::{use_tells, use_text};
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::OpText;

/// Writes an operation so that [`parse`](super::op_text::parse) reads it; `None` if it needs a file.
pub(super) fn print(op: &Op) -> Option<OpText> {
    let h = hex::short;
    let yes = |b: bool| if b { "yes" } else { "no" };
    Some(match op {
        Op::Boot => OpText::new("BOOT"),
        Op::Wrmsr { msr, value } => OpText::new("WRMSR")
            .with("msr", h(u64::from(*msr)))
            .with("value", h(*value)),
        Op::Mmap(m) => with_enclave("MMAP", m.enclave)
            .with("base", h(m.base))
            .with("size", h(m.size)),
        Op::Ecreate(c) => {
            let text = with_enclave("ECREATE", c.enclave)
                .with("process", c.process)
                .with("base", h(c.base))
                .with("size", h(c.size))
                .with("ssaframesize", c.ssaframesize)
                .with("attributes", h(c.attributes.flags.bits()))
                .with("xfrm", h(c.attributes.xfrm.bits()))
                .with("miscselect", h(u64::from(c.miscselect.bits())));
            with_call(text, c.call)
        }
        Op::Assume { enclave, mrenclave } => {
            with_enclave("ASSUME", *enclave).with("mrenclave", hex::encode(mrenclave))
        }
        Op::Eadd(a) => {
            let text = with_enclave("EADD", a.enclave)
                .with("offset", h(a.offset))
                .with("secinfo_flags", h(a.flags.bits()))
                .with("content", a.content.print());
            with_call(text, a.call)
        }
        Op::Eextend {
            enclave,
            offset,
            call,
        } => with_call(
            with_enclave("EEXTEND", *enclave).with("offset", h(*offset)),
            *call,
        ),
        Op::Einit(i) => {
            let text = with_enclave("EINIT", i.enclave);
            let text = match &i.sigstruct {
                SigSource::Now => text.with("sign", "demo"),
                SigSource::Bytes(b) => text.with("sigstruct", hex::encode(b)),
                SigSource::Made(made) => text.with("sigstruct", hex::encode(&made.bytes())),
            };
            let text = match &i.token {
                Some(token) => text.with("token", hex::encode(token)),
                None => text,
            };
            with_call(text, i.call)
        }
        Op::Eremove { page, call } => with_call(with_which(OpText::new("EREMOVE"), *page), *call),
        Op::Epa { call } => with_call(OpText::new("EPA"), *call),
        Op::Encls { leaf, registers } => OpText::new("ENCLS")
            .with("leaf", leaf)
            .with("rbx", h(registers.rbx))
            .with("rcx", h(registers.rcx))
            .with("rdx", h(registers.rdx)),
        Op::Write { at, bytes } => OpText::new("WRITE")
            .with("at", h(*at))
            .with("hex", hex::encode(bytes)),
        Op::Flip { at, bit } => OpText::new("FLIP").with("at", h(*at)).with("bit", bit),
        Op::Event { pending } => OpText::new("EVENT").with("pending", yes(*pending)),
        Op::Hold { page, held } => with_which(OpText::new("HOLD"), *page).with("held", yes(*held)),
        Op::Thread { enclave, inside } => {
            with_enclave("THREAD", *enclave).with("inside", yes(*inside))
        }
        Op::Bus(bus) => super::dram::print(bus),
        Op::Work(work) => super::work::print(work),
        _ => return use_text::print(op),
    })
}

pub(super) fn with_enclave(name: &str, enclave: u8) -> OpText {
    match enclave {
        0 => OpText::new(name),
        n => OpText::new(name).with("enclave", n),
    }
}

pub(super) fn with_call(text: OpText, call: Call) -> OpText {
    let registers = CALL.into_iter().zip([call.rbx, call.rcx, call.rdx]);
    registers.fold(text, |t, (name, value)| match value {
        Some(v) => t.with(name, hex::short(v)),
        None => t,
    })
}

fn with_which(text: OpText, page: Which) -> OpText {
    let enclave = |text: OpText, n: u8| {
        if n == 0 {
            text
        } else {
            text.with("enclave", n)
        }
    };
    match page {
        Which::Offset { enclave: n, offset } => enclave(text, n).with("offset", hex::short(offset)),
        Which::Secs { enclave: n } => enclave(text, n).with("secs", "yes"),
        Which::Epc(page) => text.with("epc", page),
    }
}

/// The name of an operation as people see it.
pub(super) fn name(op: &Op) -> Text {
    let leaf = |name: &str| format!("ENCLS[{name}]");
    let name: String = match op {
        Op::Boot => return text!("op.name.boot", "firmware"),
        Op::Wrmsr { .. } => "WRMSR".into(),
        Op::Mmap(_) => "mmap".into(),
        Op::Assume { .. } => return text!("op.name.assume", "assumption"),
        Op::Ecreate(_) => leaf("ECREATE"),
        Op::Eadd(_) => leaf("EADD"),
        Op::Eextend { .. } => leaf("EEXTEND"),
        Op::Einit(_) => leaf("EINIT"),
        Op::Eremove { .. } => leaf("EREMOVE"),
        Op::Epa { .. } => leaf("EPA"),
        Op::Encls { leaf: n, .. } => match super::encls::leaf(*n) {
            Some(l) => leaf(l.name),
            None => format!("ENCLS[{n}]"),
        },
        Op::Write { .. } | Op::Flip { .. } => return text!("op.name.write", "write"),
        Op::Event { .. } => return text!("op.name.event", "interrupt"),
        Op::Hold { .. } => return text!("op.name.hold", "another core"),
        Op::Thread { .. } => return text!("op.name.thread", "thread"),
        _ => return use_tells::name(op).unwrap_or_else(Text::none),
    };
    name.into()
}
