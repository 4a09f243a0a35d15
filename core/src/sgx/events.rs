//! Exceptions and interrupts: what strikes a processor, and what the operating system is told of it.

use super::machine::Machine;
use super::processor::Processor;
use super::structs::ExitType;
use crate::text;
use crate::text::Text;
use crate::trace::{Event, Recorder};

/// How an event tells itself to the enclave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reported {
    /// EXITINFO holds it.
    Always(ExitType),
    /// EXITINFO and EXINFO hold it if MISCSELECT.EXINFO is set.
    WithExinfo,
    /// EXITINFO stays zero.
    Never,
}

/// An exception or interrupt.
#[derive(Debug, PartialEq, Eq)]
pub struct Happening {
    /// The manual's name.
    pub name: &'static str,
    /// Its vector; for an external interrupt that of the example's timer.
    pub vector: u8,
    /// Whether it is a fault: the instruction is to run again, so RF is set in the saved RFLAGS.
    pub fault: bool,
    /// How the enclave learns of it.
    pub reported: Reported,
    /// Whether it comes with an error code.
    pub has_code: bool,
}

const fn happening(
    name: &'static str,
    vector: u8,
    fault: bool,
    reported: Reported,
    has_code: bool,
) -> Happening {
    Happening {
        name,
        vector,
        fault,
        reported,
        has_code,
    }
}

const HARDWARE: Reported = Reported::Always(ExitType::HARDWARE);

/// Every event (Intel SDM vol. 3A, exception and interrupt reference; vol. 3D, EXITINFO vector table).
pub const HAPPENINGS: &[Happening] = &[
    happening("#DE", 0, true, HARDWARE, false),
    happening("#DB", 1, false, HARDWARE, false),
    happening("NMI", 2, false, Reported::Never, false),
    happening("#BP", 3, false, Reported::Always(ExitType::SOFTWARE), false),
    happening("#BR", 5, true, HARDWARE, false),
    happening("#UD", 6, true, HARDWARE, false),
    happening("#NM", 7, true, Reported::Never, false),
    happening("#GP", 13, true, Reported::WithExinfo, true),
    happening("#PF", 14, true, Reported::WithExinfo, true),
    happening("#MF", 16, true, HARDWARE, false),
    happening("#AC", 17, true, HARDWARE, true),
    happening("#MC", 18, false, Reported::Never, false),
    happening("#XM", 19, true, HARDWARE, false),
    happening("INTR", 0xec, false, Reported::Never, false),
    happening("SMI", 0, false, Reported::Never, false),
];

/// The event of that name; a name that is none means #GP.
#[must_use]
pub fn named(name: &str) -> &'static Happening {
    let found = HAPPENINGS.iter().find(|h| h.name == name);
    found.unwrap_or(&HAPPENINGS[7])
}

/// An event as it strikes.
#[derive(Clone, Copy, Debug)]
pub struct Cause {
    /// Which.
    pub event: &'static Happening,
    /// The error code, where it has one.
    pub code: Option<u32>,
    /// The faulting address of a page fault.
    pub address: Option<u64>,
}

impl Cause {
    /// An event without code and address.
    #[must_use]
    pub fn of(event: &'static Happening) -> Self {
        Self {
            event,
            code: event.has_code.then_some(0),
            address: None,
        }
    }
}

/// What the operating system was told when a processor was interrupted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Which processor.
    pub cpu: u8,
    /// The event's name.
    pub event: &'static str,
    /// Whether an asynchronous exit came before it.
    pub exit: bool,
    /// RIP as the handler finds it.
    pub rip: u64,
    /// RAX as the handler finds it.
    pub rax: u64,
    /// CR2, where the event sets it.
    pub cr2: Option<u64>,
    /// The error code, where there is one.
    pub code: Option<u32>,
}

impl Machine {
    /// An event strikes a processor: an enclave is left first, then the operating system's handler runs.
    pub(super) fn deliver<R: Recorder>(&mut self, cpu: u8, cause: Cause, recorder: &mut R) {
        let exit = self.cpu(cpu).inside.is_some();
        let mut cr2 = cause.address;
        if exit {
            self.aex(cpu, cause, recorder);
            // The page of the fault becomes known, the place within it does not.
            cr2 = cr2.map(|at| at & !0xfff);
        }
        let Processor { regs, .. } = self.cpu(cpu);
        recorder.tell(|| Event::Message {
            from: text!("who.processor", "processor {n}", n = u64::from(cpu)),
            to: text!("who.system", "the operating system"),
            what: told(cause.event.name, cr2, cause.code),
            bytes: alloc::rc::Rc::from([]),
        });
        let number = self.seen.size() as u64;
        let seen = Seen {
            cpu,
            event: cause.event.name,
            exit,
            rip: regs.rip,
            rax: regs.rax,
            cr2,
            code: cause.code,
        };
        self.seen.insert_mut(number, seen);
    }
}

/// An event in one line: its name, CR2 and error code.
fn told(name: &'static str, cr2: Option<u64>, code: Option<u32>) -> Text {
    let hex = |n: u64| crate::bytes::hex::addr(n);
    match (cr2, code) {
        (Some(cr2), Some(code)) => text!(
            "event.pf",
            "{name}, CR2 = {cr2}, error code {code}",
            name = name,
            cr2 = hex(cr2),
            code = hex(u64::from(code))
        ),
        _ => name.into(),
    }
}
