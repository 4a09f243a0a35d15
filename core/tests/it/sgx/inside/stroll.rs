//! A random walk of hostile and honest calls, events and accesses around two enclaves, with what must
//! hold after every step. It knows nothing of the other tests, so that an example can walk further.

use teescope_core::crypto::sha256::sha256;
use teescope_core::formats::dcap::Attributes;
use teescope_core::sgx::access::Who;
use teescope_core::sgx::code::INSTRUCTIONS;
use teescope_core::sgx::encls::Registers;
use teescope_core::sgx::events::{Cause, HAPPENINGS};
use teescope_core::sgx::processor::registers;
use teescope_core::sgx::sigstruct::demo_signer;
use teescope_core::sgx::structs::{Miscselect, SecInfoFlags, Tcs};
use teescope_core::sgx::{
    Call, Content, DIRECT_MAP, Data, Eadd, Ecreate, Einit, Enclu, EpcPage, Machine, Op, Platform,
    Schedule, Set, SigSource, Touch, Which,
};
use teescope_core::trace::{Event, Everything, Machine as _, Outcome, Silent};
use teescope_core::view::Access;

use super::dice::Dice;
use super::holds::{confined, has_mark, invariants, marked, unchanged};

/// Where the production enclave and the debug enclave lie.
const BASES: [u64; 2] = [0x7f00_0000_0000, 0x7f00_0010_0000];
const SIZE: u64 = 0x8000;
/// Offsets of the doors; each has two frames behind it.
const DOORS: [u64; 2] = [0x1000, 0x5000];
/// The one heap page.
const HEAP: u64 = 0x4000;
const PAGES: u64 = 40;

/// The bytes that begin everything the production enclave keeps.
pub(crate) const MARK: u64 = 0x5ec2_e7d0_0d5e_c2e7;

/// How often steps ended in each way, and how often threads went in and were taken out.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) done: u64,
    pub(crate) stopped: u64,
    pub(crate) entered: u64,
    pub(crate) exits: u64,
    pub(crate) own: u64,
}

/// A machine with a production enclave and a debug enclave, both initialised.
pub(crate) fn ready() -> Machine {
    let mut m = Machine::new(Platform {
        epc_pages: PAGES,
        ..Platform::client()
    });
    m.launch_hash = sha256(&demo_signer().expect("the demo key").modulus());
    let call = Call::default();
    for (enclave, base) in BASES.into_iter().enumerate() {
        let enclave = enclave as u8;
        let mut ops = vec![Op::Ecreate(Ecreate {
            enclave,
            process: 0,
            base,
            size: SIZE,
            ssaframesize: 1,
            attributes: Attributes::new(if enclave == 1 { 0x406 } else { 0x404 }, 3),
            miscselect: Miscselect::EXINFO,
            call,
        })];
        for page in 0..8 {
            let offset = page * 4096;
            let (flags, content) = match DOORS.contains(&offset) {
                true => {
                    let tcs = Tcs {
                        ossa: offset + 0x1000,
                        nssa: 2,
                        fslimit: u32::MAX,
                        gslimit: u32::MAX,
                        ..Tcs::default()
                    };
                    (0x100, Content::Bytes(tcs.encode()[..72].into()))
                }
                false if page == 0 => (0x205, Content::Code(1)),
                false => (0x203, Content::Zero),
            };
            let flags = SecInfoFlags::from_bits(flags);
            ops.push(Op::Eadd(Eadd {
                enclave,
                offset,
                flags,
                content,
                call,
            }));
        }
        ops.push(Op::Einit(Einit {
            enclave,
            sigstruct: SigSource::Now,
            token: None,
            call,
        }));
        for op in &ops {
            assert_eq!(m.apply(op, &mut Silent), Outcome::Done, "{op:?}");
        }
    }
    m
}

/// An address: of an enclave, of the EPC by the kernel's or the physical one, or anything.
fn address(d: &mut Dice) -> u64 {
    let base = BASES[d.below(2) as usize];
    let epc = Platform::client().epc_base.0 + d.below(PAGES + 1) * 4096;
    match d.below(12) {
        0 => d.next(),
        1 => base - d.below(16),
        2 => base + SIZE - d.below(16),
        3 => epc + d.below(4096),
        4 => DIRECT_MAP + epc + d.below(4096),
        5 => 0x0200_0000 + d.below(8192),
        6 => 0x5555_0000_0000 + d.below(4) * 4096,
        _ => base + d.below(9) * 4096 + d.below(512) * 8,
    }
}

fn access(d: &mut Dice) -> Access {
    *d.pick(&[Access::Read, Access::Read, Access::Write, Access::Fetch])
}

/// What somebody outside tries.
fn touch(d: &mut Dice) -> Op {
    let who = *d.pick(&[
        Who::System,
        Who::Hypervisor,
        Who::Smm,
        Who::Device,
        Who::Bus,
    ]);
    let access = access(d);
    let data = match access {
        Access::Write => Data::Bytes(vec![d.next() as u8; d.below(24) as usize + 1].into()),
        _ => Data::Len(d.below(32) as u8 + 1),
    };
    let at = address(d);
    Op::Access(Touch {
        who,
        at,
        access,
        data,
    })
}

/// A register other than RSP and RIP.
fn register(d: &mut Dice) -> usize {
    *d.pick(&[0, 16, 48, 56, 64, 88])
}

fn set(cpu: u8, values: Vec<(usize, u64)>, xmm0: Option<[u8; 16]>) -> Op {
    Op::Set(Set {
        cpu,
        values: values.into(),
        xmm0,
    })
}

/// What the code on a processor does: within an enclave it keeps marked values to its own memory, as
/// honest code does, and wipes its registers before it leaves.
fn code(d: &mut Dice, m: &Machine) -> Op {
    let inside = |n: &u8| m.cpu(*n).inside.is_some();
    let running: Vec<u8> = (0..3).filter(inside).collect();
    let cpu = match running.is_empty() || d.below(4) == 0 {
        true => d.below(3) as u8,
        false => *d.pick(&running),
    };
    let own = m.cpu(cpu);
    let Some(inside) = &own.inside else {
        let op = match d.below(3) {
            0 => set(cpu, vec![(register(d), d.next())], None),
            1 => Op::Execute {
                cpu,
                instruction: d.below(INSTRUCTIONS.len() as u64) as u8,
            },
            _ => Op::Access(Touch {
                who: Who::Code(cpu),
                at: address(d),
                access: access(d),
                data: Data::Register(register(d)),
            }),
        };
        return op;
    };
    let (base, size) = m.range_of(inside);
    // Only the production enclave has something to hide.
    let marked = match inside.secs == EpcPage(0) {
        true => MARK ^ d.below(2),
        false => d.below(99),
    };
    match d.below(8) {
        0 => set(cpu, vec![(register(d), marked)], Some([marked as u8; 16])),
        1 => set(cpu, vec![(register(d), marked)], None),
        2 => Op::Execute {
            cpu,
            instruction: d.below(INSTRUCTIONS.len() as u64) as u8,
        },
        3 => {
            let wiped = registers().map(|(_, offset)| offset).filter(|o| *o < 128);
            set(cpu, wiped.map(|o| (o, 0)).collect(), Some([0; 16]))
        }
        n => {
            // Honest code writes to its heap; its save area belongs to the processor.
            let access = access(d);
            let at = match n < 6 || access == Access::Write {
                true => HEAP + d.below(511) * 8,
                false => d.below(size / 8 - 1) * 8,
            };
            Op::Access(Touch {
                who: Who::Code(cpu),
                at: base.0 + at,
                access,
                data: Data::Register(register(d)),
            })
        }
    }
}

fn leaf(d: &mut Dice, m: &Machine) -> Op {
    let cpu = d.below(3) as u8;
    let own = m.cpu(cpu);
    let clean = registers().all(|(_, offset)| !marked(own.register(offset)))
        && own.xstate.xmm(0).iter().all(|b| *b == 0);
    let mut some = |n| (d.below(n) == 0).then(|| address(d));
    let call = Call {
        rbx: some(12),
        rcx: some(20),
        rdx: some(20),
    };
    let inside = own.inside.is_some();
    let leaf = match d.below(10) {
        // Honest code wipes its registers before it leaves.
        0..3 if inside => {
            if clean {
                4
            } else {
                9
            }
        }
        0..5 => 2,
        5..9 => 3,
        _ => d.below(11) as u32,
    };
    let leaf = if leaf == 4 && inside && !clean {
        9
    } else {
        leaf
    };
    let call = match leaf {
        4 => Call {
            rbx: Some(0x5555_0000_1003),
            ..call
        },
        _ => call,
    };
    Op::Enclu(Enclu {
        cpu,
        leaf,
        loads_leaf: d.below(6) != 0 || inside,
        door: (d.below(8) != 0 && leaf != 4).then(|| (d.below(2) as u8, *d.pick(&DOORS))),
        call,
    })
}

/// What the operating system does.
fn system(d: &mut Dice) -> Op {
    let enclave = d.below(2) as u8;
    let offset = d.below(8) * 4096;
    let call = Call::default();
    match d.below(16) {
        0..6 => {
            let cause = Cause {
                address: Some(address(d)),
                ..Cause::of(d.pick(HAPPENINGS))
            };
            let cpu = d.below(3) as u8;
            Op::Raise { cpu, cause }
        }
        6..9 => {
            // Mostly what belongs there, so that life goes on.
            let own = Platform::client().epc_base.0 + (u64::from(enclave) * 9 + 1) * 4096 + offset;
            let other = Platform::client().epc_base.0 + d.below(PAGES) * 4096;
            let to = *d.pick(&[own, own, own, own, other, 0x0200_0000]);
            Op::Map {
                process: 0,
                at: BASES[usize::from(enclave)] + offset,
                to: (d.below(12) != 0).then_some((to, d.below(8) != 0, true)),
            }
        }
        9 => Op::Schedule(Schedule {
            cpu: d.below(3) as u8,
            process: (d.below(4) == 0).then(|| d.below(2) as u8),
            xcr0: (d.below(4) == 0).then(|| *d.pick(&[3, 7, 0x2e7, 1, 0])),
            mode64: (d.below(8) == 0).then(|| d.below(4) != 0),
            tf: Some(d.below(2) == 0),
        }),
        10 => Op::Edbgrd {
            enclave,
            offset: offset + d.below(512) * 8,
            call,
        },
        11 => Op::Edbgwr {
            enclave,
            offset: offset + d.below(512) * 8,
            value: d.next(),
            call,
        },
        12 => Op::Hold {
            page: Which::Epc(d.below(PAGES)),
            held: d.below(4) == 0,
        },
        13 if d.below(40) == 0 => Op::Eremove {
            page: Which::Offset { enclave, offset },
            call,
        },
        13 => Op::Write {
            at: address(d),
            bytes: vec![d.next() as u8; 9].into(),
        },
        14 => Op::Flip {
            at: address(d),
            bit: d.next() as u8,
        },
        _ => Op::Encls {
            leaf: *d.pick(&[0, 1, 3, 4, 5, 6, 10]),
            registers: Registers {
                rbx: address(d),
                rcx: address(d),
                rdx: address(d),
            },
        },
    }
}

/// A random operation.
pub(crate) fn op(d: &mut Dice, m: &Machine) -> Op {
    match d.below(10) {
        0..3 => leaf(d, m),
        3..6 => code(d, m),
        6..8 => touch(d),
        _ => system(d),
    }
}

/// Walks so many steps from a state.
pub(crate) fn walk(start: &Machine, seed: u64, steps: u64, counts: &mut Counts) {
    let (mut d, mut m) = (Dice::new(seed), start.clone());
    for step in 0..steps {
        let op = op(&mut d, &m);
        let before = m.clone();
        let mut told = Everything::default();
        let outcome = m.apply(&op, &mut told);
        let place = || format!("seed {seed} step {step}: {op:?} {outcome:?}");
        let was_inside = |cpu: u8| before.cpu(cpu).inside.is_some();
        let code_inside = match &op {
            Op::Enclu(e) => was_inside(e.cpu),
            Op::Raise { cpu, .. } | Op::Execute { cpu, .. } => was_inside(*cpu),
            Op::Access(Touch {
                who: Who::Code(cpu),
                ..
            }) => was_inside(*cpu),
            _ => false,
        };
        match outcome {
            Outcome::Done => counts.done += 1,
            _ => counts.stopped += 1,
        }
        // A stop outside an enclave changes nothing; a write that is dropped in part may reach the rest.
        let dropped = matches!(outcome, Outcome::Refused(s) if s.name == "dropped");
        if outcome != Outcome::Done && !code_inside && !dropped {
            assert!(unchanged(&before, &m), "{}", place());
        }
        for event in &told.events {
            match event {
                Event::Transition { to: "inside", .. } => counts.entered += 1,
                Event::Transition {
                    to: "interrupted", ..
                } => counts.exits += 1,
                Event::Message { bytes, .. } if !code_inside => {
                    assert!(!has_mark(bytes), "{}", place());
                }
                _ => {}
            }
        }
        if code_inside && outcome.is_done() && matches!(op, Op::Access(_)) {
            counts.own += 1;
        }
        if let Err(why) = invariants(&m).and_then(|()| confined(&m)) {
            panic!("{}: {why}", place());
        }
        // The log of the operating system is no state of the machine; it need not grow for ever.
        if m.seen.size() > 64 {
            m.seen = teescope_core::memory::Few::default();
        }
    }
}
