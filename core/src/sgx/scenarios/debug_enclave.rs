//! `sgx/debug-enclave`: a debugger reads one enclave, and is refused by its twin.

use alloc::vec;

use super::Turned;
use super::stage::{self, BASE, HEAP, Kind, SECRET, Stage};
use crate::sgx::machine::Machine;
use crate::sgx::op::{Call, Op};
use crate::sgx::structs::AttributesFlags;
use crate::text;
use crate::text::Text;
use crate::trace::{
    BadInput, Built, Channel, Guarded, Observer, Phase, Plan, ScenarioInfo, Secrecy,
};

pub(super) static DEBUGGER: Guarded<Machine> = Guarded {
    built: Built { info, plan },
    secrecy,
};

fn secrecy() -> Secrecy {
    let read = |observer| Channel {
        observer,
        at: "processor",
        says: text!(
            "channel.debugger",
            "EDBGRD gives the plain bytes of a debug enclave to whoever may call the driver."
        ),
        cite: "Intel SDM vol. 3D, EDBGRD",
    };
    let others = [Observer::Process, Observer::Privileged].map(read);
    stage::secrecy(stage::TWO, &["page"], others.into())
}

/// Where the debug twin lies.
const TWIN: u64 = BASE + 0x10_0000;

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "sgx/debug-enclave",
        title: text!("debugger.title", "Production and debug"),
        question: text!(
            "debugger.question",
            "What can a debugger do that an attacker cannot?"
        ),
        lesson: text!(
            "debugger.lesson",
            "For a debug enclave EDBGRD and EDBGWR read and write every page in plain, whatever the EPCM’s permissions. For a production enclave they fault. The only difference is one bit of ATTRIBUTES, which EINIT checks and reports carry: a verifier that does not look at it trusts an open book."
        ),
        params: vec![stage::secret(u64::MAX, SECRET)],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let twin = Kind {
        number: 1,
        prefix: "debug.",
        base: TWIN,
        attributes: AttributesFlags::MODE64BIT.with(AttributesFlags::DEBUG),
        ..Kind::default()
    };
    let mut stage = Stage::with(turned, &[Kind::default(), twin])?;
    let secret = turned.number("secret");
    for (cpu, name, base) in [(0, "production", BASE), (1, "twin", TWIN)] {
        stage.enter(&alloc::format!("{name}.eenter"), cpu, cpu);
        stage.obtain(&alloc::format!("{name}.obtain"), cpu, secret);
        stage.keep(&alloc::format!("{name}.keep"), cpu, base + HEAP);
    }
    for (label, enclave, title, caption) in [
        (
            "debugger.read-production",
            0,
            text!("debugger.refused", "Read the production enclave"),
            text!(
                "debugger.refused.cap",
                "The debugger asks the driver, the driver calls EDBGRD. ATTRIBUTES.DEBUG is 0: the processor refuses."
            ),
        ),
        (
            "debugger.read-twin",
            1,
            text!("debugger.read", "Read the debug twin"),
            text!(
                "debugger.read.cap",
                "The same call for the twin. RBX holds eight bytes of the heap in plain: the secret."
            ),
        ),
    ] {
        stage.step(Phase::Use, label, title, caption, read(enclave, HEAP));
    }
    writes(&mut stage);
    Ok(stage.plan())
}

fn read(enclave: u8, offset: u64) -> Op {
    Op::Edbgrd {
        enclave,
        offset,
        call: Call::default(),
    }
}

/// INT3 over and over: a breakpoint wherever the code comes by.
const BREAKPOINT: u64 = 0xcccc_cccc_cccc_cccc;

fn writes(stage: &mut Stage) {
    let write = |enclave, offset, value| Op::Edbgwr {
        enclave,
        offset,
        value,
        call: Call::default(),
    };
    let steps: [(&str, Op, Text, Text); 4] = [
        (
            "debugger.breakpoint",
            write(1, 0, BREAKPOINT),
            text!("debugger.breakpoint", "Set a breakpoint"),
            text!(
                "debugger.breakpoint.cap",
                "EDBGWR writes into a code page that is readable and executable only. The EPCM’s permissions bind the enclave, not its debugger."
            ),
        ),
        (
            "debugger.breakpoint-production",
            write(0, 0, BREAKPOINT),
            text!("debugger.refused-write", "The same in production"),
            text!(
                "debugger.refused-write.cap",
                "Refused. The code of a production enclave is what was measured, for as long as it lives."
            ),
        ),
        (
            "debugger.opt-in",
            write(1, stage::TCS + 8, 1),
            text!("debugger.opt-in", "Let the thread be stepped"),
            text!(
                "debugger.opt-in.cap",
                "Of a TCS a debugger may write the FLAGS only: DBGOPTIN makes single-stepping and breakpoints work inside, from the next entry on."
            ),
        ),
        (
            "debugger.cssa",
            write(1, stage::TCS + 24, 0),
            text!("debugger.cssa", "But not more"),
            text!(
                "debugger.cssa.cap",
                "The other fields of the TCS are the processor’s, even in a debug enclave."
            ),
        ),
    ];
    for (label, op, title, caption) in steps {
        stage.step(Phase::Use, label, title, caption, op);
    }
}
