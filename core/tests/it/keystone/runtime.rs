//! Loader, Eyrie and calls to the host: every rule, the tables entry by entry, the free list link by
//! link, and what a hostile host can reach.

use std::collections::BTreeSet;
use std::rc::Rc;

use teescope_core::arch::riscv::{Privilege, sv39};
use teescope_core::keystone::runtime::structs::{EdgeCall, EdgeData, Variables};
use teescope_core::keystone::runtime::{self, Call, Touch, edge_dispatch, syscall};
use teescope_core::keystone::structs::CreateArgs;
use teescope_core::keystone::{Faults, Image, Machine, Op, Platform, sbi};
use teescope_core::memory::Physical;
use teescope_core::trace::{Event, Machine as _, Outcome, Sink};
use teescope_core::view::Access;

const EPM: u64 = 0x8100_0000;
const UTM: u64 = 0x9000_0000;
const PAGE: u64 = 4096;

/// A machine with one enclave: loader 4 pages, runtime 2, application 2, shared buffer 4.
struct Scene {
    m: Machine,
    args: CreateArgs,
    faults: Faults,
}

fn scene() -> Scene {
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

fn syscall(number: u64, args: [u64; 5]) -> Call {
    Call::Syscall { number, args }
}

impl Scene {
    fn op(&mut self, op: &Op) -> (Outcome, Vec<(&'static str, bool)>) {
        let mut events = Vec::new();
        let outcome = self.m.apply(op, &mut Sink::Events(&mut events));
        let checks = events.iter().filter_map(|e| match e {
            Event::Check { rule, held, .. } => Some((rule.id, *held)),
            _ => None,
        });
        (outcome, checks.collect())
    }

    /// A step of code inside: how it ended, and the rule that did not hold.
    fn step(&mut self, call: Call) -> (Outcome, Option<&'static str>) {
        let (outcome, checks) = self.op(&Op::Runtime { hart: 0, call });
        (outcome, checks.iter().rev().find(|c| !c.1).map(|c| c.0))
    }

    fn done(&mut self, call: Call) {
        let (outcome, broken) = self.step(call.clone());
        assert_eq!((outcome, broken), (Outcome::Done, None), "{call:?}");
    }

    fn call(&mut self, id: u64, a0: u64) -> Outcome {
        self.op(&Op::call(id, [a0, 0, 0])).0
    }

    /// Boots, fills the memory, creates and enters the enclave.
    fn entered(mut self) -> Self {
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

    fn loaded(self) -> Self {
        let mut scene = self.entered();
        scene.done(Call::Loader);
        scene
    }

    fn booted(self) -> Self {
        let mut scene = self.loaded();
        scene.done(Call::Eyrie);
        scene
    }

    /// The application has called a function with `len` bytes of its own and wants `wanted` back.
    fn called(self, id: u64, len: u64, wanted: u64) -> Self {
        let mut scene = self.booted();
        scene.done(syscall(
            syscall::OCALL,
            [id, runtime::USER_VA, len, runtime::STACK_VA - 256, wanted],
        ));
        scene
    }

    /// The host has served the call with `reply`.
    fn served(self, id: u64, wanted: u64, reply: &[u8]) -> Self {
        let mut scene = self.called(id, 16, wanted);
        scene.done(Call::Dispatch {
            eid: 0,
            reply: Rc::from(reply),
        });
        scene
    }

    /// Linux writes a word of the call before it lets the enclave go on.
    fn twisted(self, field: u64, value: u64) -> Self {
        let mut scene = self.served(1, 8, &[7; 8]);
        scene.write(UTM + field, value);
        assert_eq!(scene.call(sbi::RESUME, 0), Outcome::Done);
        scene
    }

    fn write(&mut self, at: u64, value: u64) {
        let bytes = Rc::from(value.to_le_bytes());
        assert_eq!(self.op(&Op::Store { hart: 0, at, bytes }).0, Outcome::Done);
    }

    fn word(&self, at: u64) -> u64 {
        let bytes = self.m.ram.bytes(Physical(at), 8);
        u64::from_le_bytes(bytes.try_into().expect("eight bytes"))
    }

    fn variables(&self) -> Variables {
        let bytes = self
            .m
            .ram
            .bytes(Physical(self.args.user_paddr - 128), Variables::SIZE);
        Variables::from_bytes(&bytes.try_into().expect("its size"))
    }

    fn a0(&self) -> u64 {
        self.m.hart(0).expect("a hart").context.a(0)
    }
}

/// A walk written once more from the manual: 9, 9, 9 and 12 bits; entry bits 53 to 10 lead on.
fn naive_walk(scene: &Scene, va: u64) -> Option<(u64, u64)> {
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

const RUNTIME: u64 = 0xffff_ffff_c000_0000;

/// A segment as (flags, offset, address, size in the file, size in memory).
type Segment = (u32, u64, u64, u64, u64);

/// An ELF file for RISC-V, written from the ABI: 64 bytes of header, 56 for each segment.
fn elf(entry: u64, segments: &[Segment]) -> Vec<u8> {
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

const NOTHING: u64 = 0;
const MINUS_ONE: u64 = u64::MAX;

/// One row: a rule, the code the step ends with, and the step that breaks it.
type Row = (&'static str, u64, fn() -> (Outcome, Option<&'static str>));

const ROWS: &[Row] = &[
    ("RUNTIME.inside", NOTHING, || {
        let mut s = scene().entered();
        s.call(sbi::STOP, 1);
        s.step(Call::Loader)
    }),
    ("LOADER.bare", MINUS_ONE, || {
        scene().loaded().step(Call::Loader)
    }),
    ("LOADER.own-tables", MINUS_ONE, || {
        let mut s = scene();
        s.args.runtime_paddr -= PAGE;
        s.entered().step(Call::Loader)
    }),
    ("LOADER.runtime-there", MINUS_ONE, || {
        let mut s = scene();
        s.args.user_paddr = s.args.runtime_paddr;
        s.entered().step(Call::Loader)
    }),
    ("LOADER.private-memory-fits", MINUS_ONE, || {
        let mut s = scene();
        (s.args.epm_paddr, s.args.epm_size) = (EPM, 0x60_1000);
        s.args.epm_paddr += PAGE;
        s.args.runtime_paddr += PAGE;
        s.entered().step(Call::Loader)
    }),
    ("LOADER.own-memory", 7, || {
        let mut s = scene().entered();
        // The monitor's entry for this memory loses W under the enclave's feet.
        let hart = s.m.harts.get_mut(&0).expect("a hart");
        hart.pmp.write_cfg(0, 0x1f00_0000_0000_1d18);
        s.step(Call::Loader)
    }),
    ("LOADER.sound-elf", MINUS_ONE, || {
        let mut s = scene().entered();
        s.m.ram.write(Physical(s.args.runtime_paddr), b"\x7fELF");
        s.step(Call::Loader)
    }),
    ("LOADER.sound-elf", MINUS_ONE, || {
        // Aligned otherwise in memory than in the file.
        let mut s = scene().entered();
        s.m.ram.write(
            Physical(s.args.runtime_paddr),
            &elf(0, &[(5, 0x100, RUNTIME + 0x200, 8, 8)]),
        );
        s.step(Call::Loader)
    }),
    ("LOADER.free-page", MINUS_ONE, || {
        let mut s = scene().entered();
        s.m.ram.write(
            Physical(s.args.runtime_paddr),
            &elf(0, &[(6, 0, RUNTIME, 0, 0x3000_0000)]),
        );
        s.step(Call::Loader)
    }),
    ("EYRIE.sound-elf", MINUS_ONE, || {
        let mut s = scene().loaded();
        s.m.ram.write(Physical(s.args.user_paddr), b"\x7fELF\x01");
        s.step(Call::Eyrie)
    }),
    ("LOADER.free-page", MINUS_ONE, || {
        let mut s = scene();
        s.args.free_paddr = EPM + s.args.epm_size - PAGE;
        s.entered().step(Call::Loader)
    }),
    ("EYRIE.translated", MINUS_ONE, || {
        scene().entered().step(Call::Eyrie)
    }),
    ("EYRIE.once", MINUS_ONE, || {
        scene().booted().step(Call::Eyrie)
    }),
    ("EYRIE.list-fits", MINUS_ONE, || {
        let mut s = scene();
        s.args.epm_size = 32 << 20;
        (s.args.epm_paddr, s.args.utm_paddr) = (0x8200_0000, UTM);
        let shift = s.args.epm_paddr - EPM;
        s.args.runtime_paddr += shift;
        s.args.user_paddr += shift;
        s.args.free_paddr += shift;
        s.loaded().step(Call::Eyrie)
    }),
    ("EYRIE.free-page", MINUS_ONE, || {
        let mut s = scene();
        s.args.free_paddr = EPM + s.args.epm_size - 16 * PAGE;
        s.loaded().step(Call::Eyrie)
    }),
    ("SYSCALL.application-runs", NOTHING, || {
        scene().loaded().step(syscall(syscall::EXIT, [0; 5]))
    }),
    ("SYSCALL.known", MINUS_ONE, || {
        scene().booted().step(syscall(1005, [0; 5]))
    }),
    ("OCALL.arguments-fit", 1, || {
        scene().booted().step(syscall(
            syscall::OCALL,
            [1, runtime::USER_VA, 0x4000 - 47, 0, 0],
        ))
    }),
    ("OCALL.buffer-readable", 13, || {
        scene()
            .booted()
            .step(syscall(syscall::OCALL, [1, 0x7000_0000, 8, 0, 0]))
    }),
    ("OCALL.under-way", NOTHING, || {
        scene().booted().step(Call::GoOn)
    }),
    ("OCALL.status-ok", 1, || {
        scene().twisted(24, 4).step(Call::GoOn)
    }),
    ("OCALL.return-inside", 1, || {
        scene().twisted(32, 0x4001).step(Call::GoOn)
    }),
    ("OCALL.return-inside", 1, || {
        scene().twisted(40, 0x4000 - 47).step(Call::GoOn)
    }),
    ("OCALL.return-size", 1, || {
        let mut s = scene();
        s.faults = Faults::UPSTREAM.without(Faults::OCALL_SIZE);
        s.twisted(40, 7).step(Call::GoOn)
    }),
    ("SHAREDCOPY.source-inside", 1, || {
        scene().booted().step(syscall(
            syscall::SHARED_COPY,
            [runtime::STACK_VA - 64, 0x4000, 1, 0, 0],
        ))
    }),
    ("GETSEALINGKEY.buffers-fit", MINUS_ONE, || {
        scene().booted().step(syscall(
            syscall::SEALING_KEY,
            [runtime::STACK_VA - 64, 2049, 0, 0, 0],
        ))
    }),
    ("DISPATCH.buffer-there", NOTHING, || {
        scene().booted().step(Call::Dispatch {
            eid: 0,
            reply: Rc::from([]),
        })
    }),
    ("DISPATCH.id-in-table", 1, || {
        let mut s = scene();
        s.faults = Faults::UPSTREAM.without(Faults::EDGE_TABLE);
        s.called(10, 0, 0).step(Call::Dispatch {
            eid: 0,
            reply: Rc::from([]),
        })
    }),
    ("DISPATCH.registered", 1, || {
        scene().called(10, 0, 0).step(Call::Dispatch {
            eid: 0,
            reply: Rc::from([]),
        })
    }),
    ("DISPATCH.arguments-inside", 2, || {
        let mut s = scene().called(1, 16, 0);
        s.write(UTM + 16, 0x4000);
        s.step(Call::Dispatch {
            eid: 0,
            reply: Rc::from([]),
        })
    }),
    ("DISPATCH.result-inside", 3, || {
        let mut s = scene();
        s.args.utm_size = PAGE;
        s.called(1, 16, 0).step(Call::Dispatch {
            eid: 0,
            reply: Rc::from([0; 4049]),
        })
    }),
];

/// The code a step ended with.
fn code(outcome: Outcome) -> u64 {
    match outcome {
        Outcome::Done => panic!("it is done"),
        Outcome::Refused(status) => status.code,
        Outcome::Faulted(fault) => fault.code.expect("a cause"),
    }
}

shared_test! {
    fn every_rule_stops_its_step() {
        for (n, (rule, wanted, step)) in ROWS.iter().enumerate() {
            let (outcome, broken) = step();
            assert_eq!((code(outcome), broken), (*wanted, Some(*rule)), "row {n}, {rule}");
        }
    }

    fn rows_and_rules_are_the_same_set() {
        let fired: BTreeSet<_> = ROWS.iter().map(|row| row.0).collect();
        let declared: BTreeSet<_> = runtime::rules().iter().map(|rule| rule.id).collect();
        assert_eq!(fired, declared);
    }

    /// The sizes and numbers of the SDK's headers.
    fn structures_and_numbers_are_the_sdks() {
        assert_eq!((EdgeCall::SIZE, EdgeData::SIZE), (48, 16));
        assert_eq!(edge_dispatch::MAX_EDGE_CALL, 10);
        let statuses: Vec<_> = edge_dispatch::STATUSES.iter().map(|s| s.code).collect();
        assert_eq!(statuses, [0, 1, 2, 3, 4, 5]);
        let calls: Vec<_> = syscall::CALLS.iter().map(|c| c.0).collect();
        assert_eq!(calls, [1001, 1002, 1003, 1004, 1101]);
    }

    fn the_loader_maps_runtime_memory_and_buffer() {
        let s = scene().loaded();
        let context = s.m.hart(0).expect("a hart").context;
        assert_eq!(context.csr(0x180), 0x8000_0000_0008_1001);
        assert_eq!(context.mepc, 0xffff_ffff_c000_0000);
        let (rwx, rw) = (0b1100_1111, 0b1100_0111);
        for n in 0..2 {
            let to = (EPM + (4 + n) * PAGE, rwx);
            assert_eq!(naive_walk(&s, 0xffff_ffff_c000_0000 + n * PAGE), Some(to));
        }
        for n in 0..256 {
            assert_eq!(naive_walk(&s, 0xffff_ffff_0000_0000 + n * PAGE), Some((EPM + n * PAGE, rwx)));
        }
        for n in 0..4 {
            assert_eq!(naive_walk(&s, 0xffff_ffff_8000_0000 + n * PAGE), Some((UTM + n * PAGE, rw)));
        }
        for va in [0xffff_ffff_c000_2000, 0xffff_ffff_0010_0000, 0xffff_ffff_8000_4000, 0x1_0000, 0] {
            assert_eq!(naive_walk(&s, va), None, "{va:#x}");
        }
    }

    /// Above 2 MiB all private memory is mapped with pages of 2 MiB.
    fn a_large_memory_is_mapped_with_large_pages() {
        let mut s = scene();
        s.args.epm_size = 8 << 20;
        let s = s.loaded();
        for n in 0..4 {
            let va = 0xffff_ffff_0000_0000 + n * (2 << 20) + 0x1234;
            assert_eq!(naive_walk(&s, va), Some((EPM + n * (2 << 20) + 0x1234, 0b1100_1111)));
        }
        assert_eq!(naive_walk(&s, 0xffff_ffff_0080_0000), None);
    }

    /// Code stays where it lies in the file; data that ends within a page, and what is zero, are copied.
    fn elf_files_are_mapped_by_segments() {
        let mut s = scene().entered();
        let (runtime, user) = (s.args.runtime_paddr, s.args.user_paddr);
        let segments = [(5, 0, RUNTIME, PAGE, PAGE), (6, PAGE + 0x10, RUNTIME + PAGE + 0x10, 0x20, 0x1800)];
        s.m.ram.write(Physical(runtime), &elf(RUNTIME, &segments));
        s.done(Call::Loader);
        assert_eq!(naive_walk(&s, RUNTIME), Some((runtime, 0b1100_1011)));
        let (data, flags) = naive_walk(&s, RUNTIME + PAGE).expect("data");
        assert_eq!(flags, 0b1100_0111);
        assert!(data >= s.args.free_paddr);
        let copied = s.m.ram.bytes(Physical(data + 0x10), 0x20);
        assert_eq!(copied, s.m.ram.bytes(Physical(runtime + PAGE + 0x10), 0x20));
        let (zeros, _) = naive_walk(&s, RUNTIME + 2 * PAGE).expect("zeros");
        assert!(s.m.ram.bytes(Physical(zeros), PAGE as usize).iter().all(|b| *b == 0));
        assert_eq!(naive_walk(&s, RUNTIME + 3 * PAGE), None);
        s.m.ram.write(Physical(user), &elf(0x2_0040, &[(5, 0, 0x2_0000, 0x1100, 0x1100)]));
        s.done(Call::Eyrie);
        assert_eq!(naive_walk(&s, 0x2_0040), Some((user + 0x40, 0b1101_1011)));
        let (tail, _) = naive_walk(&s, 0x2_1000).expect("the rest");
        assert_eq!(s.m.ram.bytes(Physical(tail), 0x100), s.m.ram.bytes(Physical(user + PAGE), 0x100));
        assert_eq!(s.m.hart(0).expect("a hart").context.csr(0x141), 0x2_0040);
    }

    fn eyrie_maps_application_and_stack() {
        let s = scene().booted();
        for n in 0..2 {
            let to = (EPM + (6 + n) * PAGE, 0b1101_1111);
            assert_eq!(naive_walk(&s, runtime::USER_VA + n * PAGE), Some(to));
        }
        let mut seen = BTreeSet::new();
        for n in 1..=32 {
            let (to, flags) = naive_walk(&s, 0x4000_0000 - n * PAGE).expect("a page of stack");
            assert_eq!(flags, 0b1101_0111);
            assert!(to >= s.args.free_paddr && to < EPM + 0x10_0000 && seen.insert(to));
        }
        assert_eq!(naive_walk(&s, 0x4000_0000 - 33 * PAGE), None);
        let context = s.m.hart(0).expect("a hart").context;
        assert_eq!((context.csr(0x140), context.csr(0x100) & 0x6000), (0x4000_0000, 0x6000));
    }

    /// Every link leads to the next free page, the last to nothing, and no page that is in use is on it.
    fn the_free_list_lies_in_its_pages() {
        let s = scene().booted();
        let v = s.variables();
        let (mut at, mut count, mut last) = (v.free_head, 0, 0);
        while at != 0 {
            let physical = at - 0xffff_ffff_0000_0000 + EPM;
            assert!(physical > s.args.free_paddr && physical < EPM + 0x10_0000 && physical.is_multiple_of(PAGE));
            (last, at) = (at, s.word(physical));
            count += 1;
        }
        assert_eq!((count, last), (v.free_count, v.free_tail));
        // 248 pages free, 4 taken by the loader's tables; Eyrie took 32 of stack, 2 buffers and 3 tables.
        assert_eq!(v.free_count, 248 - 4 - 32 - 2 - 3);
    }

    /// A string from the host, as the SDK's test does it.
    fn a_call_to_the_host_and_back() {
        let mut s = scene().served(4, 16, b"from the host");
        let call = s.m.ram.bytes(Physical(UTM), 64);
        assert_eq!(call[..24], [4_u64, 48, 16].map(u64::to_le_bytes).concat());
        assert_eq!(call[24..48], [0_u64, 48, 16].map(u64::to_le_bytes).concat());
        assert_eq!(call[48..64], [64_u64, 13].map(u64::to_le_bytes).concat());
        assert_eq!(s.call(sbi::RESUME, 0), Outcome::Done);
        s.done(Call::GoOn);
        assert_eq!(s.a0(), 0);
        let to = runtime::STACK_VA - 128;
        s.done(syscall(syscall::SHARED_COPY, [to, 64, 13, 0, 0]));
        let (physical, _) = naive_walk(&s, to).expect("the stack");
        assert_eq!(s.m.ram.bytes(Physical(physical), 13), b"from the host");
        s.done(syscall(syscall::EXIT, [5, 0, 0, 0, 0]));
        assert_eq!(s.m.hart(0).expect("a hart").context.a(1), 5);
    }

    /// The arguments are the application's bytes, and nothing else of the enclave is in the buffer.
    fn only_the_arguments_leave() {
        let s = scene().called(1, 32, 0);
        let from = s.m.ram.bytes(Physical(s.args.user_paddr), 32);
        assert_eq!(s.m.ram.bytes(Physical(UTM + 48), 32), from);
        assert!(s.m.ram.bytes(Physical(UTM + 80), 0x4000 - 80).iter().all(|b| *b == 0));
    }

    /// As upstream, the last eight bytes of the buffer and eight behind it: the enclave ends itself.
    fn a_short_answer_ends_the_enclave_upstream() {
        let mut s = scene().served(4, 16, b"x");
        s.write(UTM + 32, 0x4000 - 8);
        s.write(UTM + 40, 8);
        s.call(sbi::RESUME, 0);
        let (outcome, broken) = s.step(Call::GoOn);
        let Outcome::Faulted(fault) = outcome else { panic!("{outcome:?}") };
        assert_eq!((fault.code, fault.address), (Some(13), Some(0xffff_ffff_8000_4000)));
        assert_eq!(broken, Some("OCALL.buffer-readable"));
        let hart = s.m.hart(0).expect("a hart");
        assert_eq!((hart.inside, hart.context.a(0), hart.context.a(1)), (None, 0, u64::MAX));
    }

    fn a_report_and_a_key_reach_the_application() {
        let mut s = scene().booted();
        let to = runtime::STACK_VA - 0x1000;
        s.done(syscall(syscall::ATTEST, [to, runtime::USER_VA, 16, 0, 0]));
        let (physical, _) = naive_walk(&s, to).expect("the stack");
        let hash = s.m.enclave(0).expect("the enclave").hash;
        assert_eq!(s.m.ram.bytes(Physical(physical), 64), hash);
        assert_eq!(s.word(physical + 64), 16);
        s.done(syscall(syscall::SEALING_KEY, [to, 192, runtime::USER_VA, 4, 0]));
        let key = s.m.ram.bytes(Physical(physical), 192);
        assert!(key.iter().any(|b| *b != 0));
        // The runtime keeps no copy.
        let buffer = s.variables().copy_buffer_1;
        assert!(s.m.ram.bytes(Physical(buffer), 192).iter().all(|b| *b == 0));
        let (outcome, _) = s.step(syscall(syscall::ATTEST, [to, runtime::USER_VA, 1025, 0, 0]));
        assert_eq!(code(outcome), 100_008);
    }

    /// The tables may lead anywhere; PMP decides.
    fn a_lying_entry_meets_pmp() {
        let mut s = scene().booted();
        let pte = sv39::Pte::to(0x8020_0000, sv39::Pte::from_bits(0b1100_0111));
        s.write(EPM + 3 * PAGE + 255 * 8, pte.bits());
        let touch = Touch {
            va: runtime::LOAD_VA + 255 * PAGE,
            access: Access::Read,
            mode: Privilege::Supervisor,
        };
        let (outcome, broken) = s.step(Call::Touch(touch));
        assert_eq!((code(outcome), broken), (5, Some("SV39.target")));
        assert_eq!(s.m.hart(0).expect("a hart").inside, None);
    }

    fn steps_survive_text() {
        for call in [
            Call::Loader,
            Call::Eyrie,
            Call::GoOn,
            syscall(1001, [1, 2, 0, 4, 5]),
            Call::Dispatch { eid: 3, reply: Rc::from([1, 2, 3]) },
            Call::Touch(Touch { va: u64::MAX, access: Access::Fetch, mode: Privilege::User }),
        ] {
            for hart in [0, 1] {
                let op = Op::Runtime { hart, call: call.clone() };
                let text = Machine::print_op(&op).expect("text");
                assert_eq!(Machine::parse_op(&text).expect("an operation"), op, "{text}");
            }
        }
    }

    /// Whatever the host leaves in the call, the enclave's memory outside its stack stays as it was.
    fn no_answer_reaches_beyond_the_buffer() {
        let odd = [0, 1, 8, 16, 47, 48, 0x3fff, 0x4000, 0x4001, 0x4000_0000, 1 << 63, u64::MAX - 7, u64::MAX];
        let start = scene().served(1, 16, &[7; 16]);
        let guarded = |s: &Scene| s.m.ram.bytes(Physical(EPM), 6 * PAGE as usize - 128);
        let before = guarded(&start);
        for offset in odd {
            for size in odd {
                let mut s = Scene { m: start.m.clone(), args: start.args, faults: start.faults };
                s.write(UTM + 32, offset);
                s.write(UTM + 40, size);
                s.call(sbi::RESUME, 0);
                let (outcome, _) = s.step(Call::GoOn);
                let sane = offset <= 0x4000 && size <= 0x4000 - offset;
                let readable = offset.saturating_add(16) <= 0x4000;
                let wanted = match (sane, readable) {
                    (true, true) => "done",
                    (true, false) => "faulted",
                    (false, _) => "refused",
                };
                assert_eq!(outcome.id(), wanted, "{offset:#x} {size:#x}");
                assert!(guarded(&s) == before);
            }
        }
    }
}
