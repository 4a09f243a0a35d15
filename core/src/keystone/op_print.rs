//! Operations as text.

use super::op::Op;
use super::op_text::{CALLS, CREATE};
use super::runtime;
use crate::arch::riscv::csr;
use crate::bytes::hex;
use crate::trace::OpText;

/// Writes an operation so that [`parse`](super::op_text::parse) reads it.
pub(super) fn print(op: &Op) -> OpText {
    let h = hex::short;
    match op {
        Op::Bootrom => OpText::new("BOOTROM"),
        Op::Opensbi => OpText::new("OPENSBI"),
        Op::Monitor => OpText::new("MONITOR"),
        Op::Image { hart, image } => with_hart("IMAGE", *hart)
            .with("base", h(image.base))
            .with("loader", hex::encode(&image.loader))
            .with("runtime", image.runtime_pages)
            .with("user", image.user_pages)
            .with("tag", image.tag),
        Op::Create { hart, args: a } => {
            let values = [
                a.epm_paddr,
                a.epm_size,
                a.utm_paddr,
                a.utm_size,
                a.runtime_paddr,
                a.user_paddr,
                a.free_paddr,
                a.free_requested,
            ];
            let named = CREATE.iter().zip(values);
            named.fold(with_hart("CREATE", *hart), |t, (k, v)| t.with(k, h(v)))
        }
        Op::Ecall { hart, id, args } => call(*hart, *id, args),
        Op::Load { hart, at, len } => with_hart("LOAD", *hart).with("at", h(*at)).with("len", len),
        Op::Store { hart, at, bytes } => with_hart("STORE", *hart)
            .with("at", h(*at))
            .with("hex", hex::encode(bytes)),
        Op::Csr {
            hart,
            number,
            value,
        } => with_hart("CSR", *hart)
            .with(
                "csr",
                csr::name(*number).unwrap_or_else(|| h(u64::from(*number))),
            )
            .with("value", h(*value)),
        Op::Timer { hart } => with_hart("TIMER", *hart),
        Op::Ipi { hart } => with_hart("IPI", *hart),
        Op::DmaRead { at, len } => OpText::new("DMAREAD").with("at", h(*at)).with("len", len),
        Op::DmaWrite { at, bytes } => OpText::new("DMAWRITE")
            .with("at", h(*at))
            .with("hex", hex::encode(bytes)),
        Op::Host { hart, call } => match hart {
            0 => call.print(),
            n => call.print().with("hart", n),
        },
        Op::Runtime { hart, call } => runtime::print(call, |name| with_hart(name, *hart)),
        Op::Flip { at, bit } => OpText::new("FLIP").with("at", h(*at)).with("bit", bit),
    }
}

/// A call by its own name, or ECALL where it has none or passes more than its name takes.
fn call(hart: u8, id: u64, args: &[u64; 3]) -> OpText {
    let named = CALLS.iter().find(|(_, of, names)| {
        let rest = args.get(names.len()..).unwrap_or_default();
        *of == id && rest.iter().all(|a| *a == 0)
    });
    match named {
        Some((name, _, names)) => {
            let given = names.iter().zip(args);
            given.fold(with_hart(name, hart), |t, (k, v)| t.with(k, hex::short(*v)))
        }
        None => {
            let given = ["a0", "a1", "a2"].into_iter().zip(args);
            let text = with_hart("ECALL", hart).with("id", id);
            given.fold(text, |t, (k, v)| t.with(k, hex::short(*v)))
        }
    }
}

fn with_hart(name: &str, hart: u8) -> OpText {
    match hart {
        0 => OpText::new(name),
        n => OpText::new(name).with("hart", n),
    }
}
