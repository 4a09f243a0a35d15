//! A booted machine, an enclave in it, and calls with their outcome and the rule that broke.

use teescope_core::keystone::structs::CreateArgs;
use teescope_core::keystone::{Faults, Image, Machine, Op, Platform, sbi};
use teescope_core::trace::{
    Compared, Event, Machine as _, Outcome, Place, Recorder, Rule, Status, Value,
};

/// A place in Linux's memory.
pub(crate) const LINUX: u64 = 0x8030_0000;

/// Where enclave n lies.
pub(crate) const fn epm(n: u64) -> u64 {
    0x8100_0000 + n * 0x10_0000
}

/// Where its shared buffer lies.
pub(crate) const fn utm(n: u64) -> u64 {
    0x9000_0000 + n * 0x1_0000
}

/// A good argument for enclave n: 1 MiB and 16 KiB.
pub(crate) fn args(n: u64) -> CreateArgs {
    let at = epm(n);
    CreateArgs {
        epm_paddr: at,
        epm_size: 1 << 20,
        utm_paddr: utm(n),
        utm_size: 0x4000,
        runtime_paddr: at + 0x1000,
        user_paddr: at + 0x2000,
        free_paddr: at + 0x3000,
        free_requested: 0,
    }
}

/// The platform of the reference run.
pub(crate) fn upstream() -> Platform {
    Platform::generic()
}

/// The same without any upstream fault.
pub(crate) fn intended() -> Platform {
    Platform {
        faults: Faults::NONE,
        ..Platform::generic()
    }
}

/// A booted machine.
pub(crate) fn booted(platform: Platform) -> Machine {
    let mut m = Machine::new(platform);
    for op in [Op::Bootrom, Op::Opensbi, Op::Monitor] {
        assert_eq!(apply(&mut m, &op).0, Outcome::Done);
    }
    m
}

/// A booted machine with enclave 0, never run.
pub(crate) fn fresh(platform: Platform) -> Machine {
    let mut m = booted(platform);
    let image = Image {
        base: epm(0),
        loader: b"loader"[..].into(),
        runtime_pages: 1,
        user_pages: 1,
        tag: 1,
    };
    done(&mut m, &Op::Image { hart: 0, image });
    done(&mut m, &create(args(0)));
    m
}

/// The same with a hart inside.
pub(crate) fn inside(platform: Platform) -> Machine {
    let mut m = fresh(platform);
    done(&mut m, &call(sbi::RUN, [0; 3]));
    m
}

/// create_enclave by hart 0.
pub(crate) fn create(args: CreateArgs) -> Op {
    Op::Create { hart: 0, args }
}

/// A call by hart 0.
pub(crate) fn call(id: u64, args: [u64; 3]) -> Op {
    Op::call(id, args)
}

/// Carries out what must succeed.
pub(crate) fn done(m: &mut Machine, op: &Op) {
    let (outcome, broken) = apply(m, op);
    assert_eq!(outcome, Outcome::Done, "{op:?}: {broken:?}");
}

/// Carries an operation out; gives how it ended and the last rule that did not hold.
pub(crate) fn apply(m: &mut Machine, op: &Op) -> (Outcome, Option<&'static str>) {
    let mut last = Last(None);
    let outcome = m.apply(op, &mut last);
    (outcome, last.0.map(|rule| rule.id))
}

/// Keeps the last rule that did not hold.
struct Last(Option<&'static Rule>);

impl Recorder for Last {
    fn check(&mut self, rule: &'static Rule, held: bool, _: impl FnOnce() -> Option<Compared>) {
        if !held {
            self.0 = Some(rule);
        }
    }
    fn write(&mut self, _: Place, _: impl FnOnce() -> (Value, Value)) {}
    fn tell(&mut self, _: impl FnOnce() -> Event) {}
}

/// The code of a refusal; 0 for anything else.
pub(crate) fn code(outcome: Outcome) -> u64 {
    match outcome {
        Outcome::Refused(Status { code, .. }) => code,
        _ => 0,
    }
}
