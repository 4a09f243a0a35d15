//! A machine with one enclave, at the points of its life that the tests begin from.

use std::rc::Rc;

use teescope_core::keystone::runtime::structs::Variables;
use teescope_core::keystone::runtime::{self, Call, syscall};
use teescope_core::keystone::structs::CreateArgs;
use teescope_core::keystone::{Faults, Image, Machine, Op, Platform, sbi};
use teescope_core::memory::Physical;
use teescope_core::trace::{Event, Machine as _, Outcome, Sink};

pub(super) const EPM: u64 = 0x8100_0000;
pub(super) const UTM: u64 = 0x9000_0000;
pub(super) const PAGE: u64 = 4096;

/// A machine with one enclave: loader 4 pages, runtime 2, application 2, shared buffer 4.
pub(super) struct Scene {
    pub(super) m: Machine,
    pub(super) args: CreateArgs,
    pub(super) faults: Faults,
}

pub(super) fn scene() -> Scene {
    Scene {
        m: Machine::new(Platform::generic()),
        args: CreateArgs {
            epm_paddr: EPM,
            epm_size: 0x10_0000,
            utm_paddr: UTM,
            utm_size: 0x4000,
            runtime_paddr: EPM + 4 * PAGE,
            user_paddr: EPM + 6 * PAGE,
            free_paddr: EPM + 8 * PAGE,
            free_requested: 0,
        },
        faults: Faults::UPSTREAM,
    }
}

pub(super) fn syscall(number: u64, args: [u64; 5]) -> Call {
    Call::Syscall { number, args }
}

impl Scene {
    pub(super) fn op(&mut self, op: &Op) -> (Outcome, Vec<(&'static str, bool)>) {
        let mut events = Vec::new();
        let outcome = self.m.apply(op, &mut Sink::Events(&mut events));
        let checks = events.iter().filter_map(|e| match e {
            Event::Check { rule, held, .. } => Some((rule.id, *held)),
            _ => None,
        });
        (outcome, checks.collect())
    }

    /// A step of code inside: how it ended, and the rule that did not hold.
    pub(super) fn step(&mut self, call: Call) -> (Outcome, Option<&'static str>) {
        let (outcome, checks) = self.op(&Op::Runtime { hart: 0, call });
        (outcome, checks.iter().rev().find(|c| !c.1).map(|c| c.0))
    }

    pub(super) fn done(&mut self, call: Call) {
        let (outcome, broken) = self.step(call.clone());
        assert_eq!((outcome, broken), (Outcome::Done, None), "{call:?}");
    }

    pub(super) fn call(&mut self, id: u64, a0: u64) -> Outcome {
        self.op(&Op::call(id, [a0, 0, 0])).0
    }

    /// Boots, fills the memory, creates and enters the enclave.
    pub(super) fn entered(mut self) -> Self {
        let platform = Platform {
            faults: self.faults,
            ..Platform::generic()
        };
        self.m = Machine::new(platform);
        let image = Image {
            base: EPM,
            loader: Rc::from(*b"loader"),
            runtime_pages: 5,
            user_pages: 2,
            tag: 1,
        };
        for op in [
            Op::Bootrom,
            Op::Opensbi,
            Op::Monitor,
            Op::Image { hart: 0, image },
            Op::Create {
                hart: 0,
                args: self.args,
            },
            Op::call(sbi::RUN, [0; 3]),
        ] {
            assert_eq!(self.op(&op).0, Outcome::Done, "{op:?}");
        }
        self
    }

    pub(super) fn loaded(self) -> Self {
        let mut scene = self.entered();
        scene.done(Call::Loader);
        scene
    }

    pub(super) fn booted(self) -> Self {
        let mut scene = self.loaded();
        scene.done(Call::Eyrie);
        scene
    }

    /// The application has called a function with `len` bytes of its own and wants `wanted` back.
    pub(super) fn called(self, id: u64, len: u64, wanted: u64) -> Self {
        let mut scene = self.booted();
        scene.done(syscall(
            syscall::OCALL,
            [id, runtime::USER_VA, len, runtime::STACK_VA - 256, wanted],
        ));
        scene
    }

    /// The host has served the call with `reply`.
    pub(super) fn served(self, id: u64, wanted: u64, reply: &[u8]) -> Self {
        let mut scene = self.called(id, 16, wanted);
        scene.done(Call::Dispatch {
            eid: 0,
            reply: Rc::from(reply),
        });
        scene
    }

    /// Linux writes a word of the call before it lets the enclave go on.
    pub(super) fn twisted(self, field: u64, value: u64) -> Self {
        let mut scene = self.served(1, 8, &[7; 8]);
        scene.write(UTM + field, value);
        assert_eq!(scene.call(sbi::RESUME, 0), Outcome::Done);
        scene
    }

    pub(super) fn write(&mut self, at: u64, value: u64) {
        let bytes = Rc::from(value.to_le_bytes());
        assert_eq!(self.op(&Op::Store { hart: 0, at, bytes }).0, Outcome::Done);
    }

    pub(super) fn word(&self, at: u64) -> u64 {
        let bytes = self.m.ram.bytes(Physical(at), 8);
        u64::from_le_bytes(bytes.try_into().expect("eight bytes"))
    }

    pub(super) fn variables(&self) -> Variables {
        let bytes = self
            .m
            .ram
            .bytes(Physical(self.args.user_paddr - 128), Variables::SIZE);
        Variables::from_bytes(&bytes.try_into().expect("its size"))
    }

    pub(super) fn a0(&self) -> u64 {
        self.m.hart(0).expect("a hart").context.a(0)
    }
}

/// A walk written once more from the manual: 9, 9, 9 and 12 bits; entry bits 53 to 10 lead on.
pub(super) fn naive_walk(scene: &Scene, va: u64) -> Option<(u64, u64)> {
    let mut table = EPM + PAGE;
    for shift in [30, 21, 12] {
        let entry = scene.word(table + (va >> shift) % 512 * 8);
        if entry & 1 == 0 {
            return None;
        }
        let to = (entry >> 10) % (1 << 44) * PAGE;
        if entry & 0b1110 != 0 {
            return Some((to + va % (1 << shift), entry & 0xff));
        }
        table = to;
    }
    None
}

pub(super) const RUNTIME: u64 = 0xffff_ffff_c000_0000;

/// A segment as (flags, offset, address, size in the file, size in memory).
pub(super) type Segment = (u32, u64, u64, u64, u64);

/// An ELF file for RISC-V, written from the ABI: 64 bytes of header, 56 for each segment.
pub(super) fn elf(entry: u64, segments: &[Segment]) -> Vec<u8> {
    let mut out = b"\x7fELF\x02\x01\x01".to_vec();
    out.resize(16, 0);
    out.extend([2, 0, 243, 0, 1, 0, 0, 0]);
    for word in [entry, 64, 0] {
        out.extend(word.to_le_bytes());
    }
    out.extend([
        0,
        0,
        0,
        0,
        64,
        0,
        56,
        0,
        segments.len() as u8,
        0,
        64,
        0,
        0,
        0,
        0,
        0,
    ]);
    for (flags, offset, address, file, memory) in segments {
        out.extend(1_u32.to_le_bytes());
        out.extend(flags.to_le_bytes());
        for word in [offset, address, address, file, memory, &PAGE] {
            out.extend(word.to_le_bytes());
        }
    }
    out
}

/// The code a step ended with.
pub(super) fn code(outcome: Outcome) -> u64 {
    match outcome {
        Outcome::Done => panic!("it is done"),
        Outcome::Refused(status) => status.code,
        Outcome::Faulted(fault) => fault.code.expect("a cause"),
    }
}
