//! Loader, Eyrie and calls to the host: every rule, the tables entry by entry, the free list link by
//! link, and what a hostile host can reach.

mod rows;
mod scene;

use std::collections::BTreeSet;
use std::rc::Rc;

use teescope_core::arch::riscv::{Privilege, sv39};
use teescope_core::keystone::runtime::structs::{EdgeCall, EdgeData};
use teescope_core::keystone::runtime::{self, Call, Touch, edge_dispatch, syscall};
use teescope_core::keystone::{Machine, Op, sbi};
use teescope_core::memory::Physical;
use teescope_core::trace::{Machine as _, Outcome};
use teescope_core::view::Access;

use rows::ROWS;
use scene::{EPM, PAGE, RUNTIME, Scene, UTM, code, elf, naive_walk, scene, syscall};

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
