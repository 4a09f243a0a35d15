//! Changes worth trying around a running enclave.

use alloc::format;

use super::access::Who;
use super::machine::Machine;
use super::op::{Call, Enclu, Op, Touch};
use super::structs::Tcs;
use super::what_if::Offers;
use crate::bytes::hex;
use crate::text;

/// What is worth trying at an operation on a processor.
pub(super) fn offer(m: &Machine, op: &Op, offers: &mut Offers<'_>) {
    match op {
        Op::Enclu(e) => at_enclu(m, e, offers),
        Op::Access(touch) => at_access(m, touch, offers),
        Op::Set(set) if m.cpu(set.cpu).inside.is_some() => {
            offers.before(
                text!("what-if.interrupt", "an interrupt strikes first"),
                &format!("RAISE(cpu={},event=INTR)", set.cpu),
            );
            offers.before(
                text!("what-if.cpuid", "the code executes CPUID first"),
                &format!("EXECUTE(cpu={},instruction=CPUID)", set.cpu),
            );
            offers.skip();
        }
        Op::Raise { cpu, cause } => {
            let all = [
                (
                    "DE",
                    text!("what-if.raise-de", "a division by zero instead"),
                ),
                (
                    "GP",
                    text!("what-if.raise-gp", "a general protection fault instead"),
                ),
                (
                    "NMI",
                    text!("what-if.raise-nmi", "a non-maskable interrupt instead"),
                ),
            ];
            let own = cause.event.name.trim_start_matches('#');
            for (event, says) in all.into_iter().filter(|(event, _)| *event != own) {
                offers.instead_text(says, &format!("RAISE(cpu={cpu},event={event})"));
            }
        }
        Op::Edbgrd {
            enclave, offset, ..
        } => offers.instead_text(
            text!(
                "what-if.debug-unaligned",
                "read from an address that is not aligned"
            ),
            &format!(
                "EDBGRD(enclave={enclave},offset={})",
                hex::short(offset + 4)
            ),
        ),
        _ => {}
    }
}

fn at_enclu(m: &Machine, e: &Enclu, offers: &mut Offers<'_>) {
    let own = m.cpu(e.cpu);
    let other = |call| {
        Op::Enclu(Enclu {
            call: Call { ..call },
            ..*e
        })
    };
    if e.leaf == 4 {
        offers.before(
            text!("what-if.secret-left", "leave a secret in RDX"),
            &format!("SET(cpu={},rdx=0x5ec2e7)", e.cpu),
        );
        offers.instead(
            text!(
                "what-if.exit-odd",
                "leave to an address that is not canonical"
            ),
            &other(Call {
                rbx: Some(1 << 63),
                ..e.call
            }),
        );
        return;
    }
    if e.leaf == 9 {
        offers.skip();
        return;
    }
    let (enclave, rbx) = match e.door {
        Some((n, offset)) => (n, m.enclave(n).map_or(0, |h| h.base.0.wrapping_add(offset))),
        None => (0, own.regs.rbx),
    };
    offers.instead(
        text!("what-if.tcs-inside", "aim 8 bytes into the TCS"),
        &other(Call {
            rbx: Some(rbx.wrapping_add(8)),
            ..e.call
        }),
    );
    offers.instead(
        text!("what-if.enter-code", "enter at a page of code instead"),
        &other(Call {
            rbx: m.enclave(enclave).map(|h| h.base.0),
            ..e.call
        }),
    );
    if let Some(page) = m.epc_of(own.process, rbx) {
        let ossa = Tcs::from_bytes(&m.epc_bytes(page)).ossa;
        let base = m.enclave(enclave).map_or(0, |h| h.base.0);
        offers.before(
            text!(
                "what-if.unmap-frame",
                "the operating system takes the save area away first"
            ),
            &format!("UNMAP(at={})", hex::short(base.wrapping_add(ossa))),
        );
        offers.before(
            text!("what-if.hold-tcs", "another core works on the TCS"),
            &format!("HOLD(epc={},held=yes)", page.0),
        );
    }
    offers.before(
        text!(
            "what-if.no-sse",
            "the operating system switches the extended state off"
        ),
        &format!("CPU(cpu={},xcr0=1)", e.cpu),
    );
}

fn at_access(m: &Machine, touch: &Touch, offers: &mut Offers<'_>) {
    let at = hex::short(touch.at);
    match touch.who {
        Who::Code(cpu) if m.cpu(cpu).inside.is_some() => {
            offers.before(
                text!(
                    "what-if.remap",
                    "the operating system points the page elsewhere first"
                ),
                &format!("MAP(at={at},to=0x3000000,rights=rw)"),
            );
            offers.before(
                text!(
                    "what-if.unmap",
                    "the operating system takes the page away first"
                ),
                &format!("UNMAP(at={at})"),
            );
            offers.before(
                text!("what-if.interrupt", "an interrupt strikes first"),
                &format!("RAISE(cpu={cpu},event=INTR)"),
            );
        }
        _ => {
            let len = touch.data.len();
            let all = [
                (
                    Who::System,
                    "os",
                    text!("what-if.as-os", "as the operating system"),
                ),
                (
                    Who::Device,
                    "device",
                    text!("what-if.as-device", "as a device"),
                ),
                (
                    Who::Bus,
                    "bus",
                    text!("what-if.as-bus", "as a probe on DRAM"),
                ),
            ];
            for (_, who, says) in all.into_iter().filter(|(who, ..)| *who != touch.who) {
                let op = format!("ACCESS(as={who},at={at},access=read,len={len})");
                offers.instead_text(says, &op);
            }
        }
    }
}
