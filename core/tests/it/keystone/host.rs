//! The host's side: how files are laid into memory, and how much memory is taken for them.

use std::rc::Rc;

use teescope_core::keystone::host::{
    Allocation, EnclaveFiles, Part, buddy_pages, epm_allocation, utm_pages,
};
use teescope_core::keystone::measure::current::measure;
use teescope_core::memory::{PAGE, Physical, Ram};
use teescope_core::trace::{Place, Silent};

use super::samples::{array, pattern};
use crate::vectors;

fn files(lens: [usize; 3]) -> EnclaveFiles {
    let bytes = lens.map(|len| {
        let pages = (0..len.div_ceil(PAGE) as u64).flat_map(|p| pattern(len as u64, p));
        Rc::from(pages.take(len).collect::<Vec<u8>>())
    });
    let [loader, runtime, eapp] = bytes;
    EnclaveFiles::usual(loader, runtime, eapp)
}

shared_test! {
    fn what_the_sdk_expects_is_what_the_monitor_measures() {
        let base = 0x8200_0000;
        for lens in [[0, 0, 0], [1, 1, 1], [4096, 12288, 8192], [4097, 0, 4095], [300, 40_961, 20_000]] {
            let files = files(lens);
            let mut ram = Ram::default();
            let laid = files.laid_out(base);
            let starts = [laid.epm, laid.runtime, laid.user];
            for (part, start) in Part::ALL.into_iter().zip(starts) {
                for n in 0..files.pages(part) {
                    ram.put(Physical(start + n * PAGE as u64), files.page(part, n));
                }
            }
            let measured = measure(&ram, &laid, Place::new("hash", 0, 64), &mut Silent);
            assert_eq!(files.expected_hash(), measured, "{lens:?}");
        }
    }

    fn the_files_of_the_recorded_run_give_its_hash() {
        let Some(keys) = vectors::json("keystone/keys.json") else { return };
        let page0 = vectors::read("keystone/enclave-page0.bin").expect("page 0");
        let pages = |range: std::ops::Range<u64>| Rc::from(range.flat_map(|p| pattern(66, p)).collect::<Vec<u8>>());
        let files = EnclaveFiles::usual(Rc::from(page0), pages(0..3), pages(3..5));
        assert_eq!(files.expected_hash(), array(&keys["enclave_hash"]));
        let sizes = files.laid_out(0x8120_0000).sizes();
        assert_eq!(sizes, [0x1000, 0x3000, 0x2000]);
    }

    fn the_sdk_asks_for_whole_pages_and_sixteen_more() {
        // Whole pages of each file, 16, and 256 of free memory.
        for (lens, asked) in [
            ([4096, 12288, 8192], 6 + 16 + 256),
            ([4095, 12287, 8191], 3 + 16 + 256),
            ([4097, 12289, 8193], 6 + 16 + 256),
            ([0, 0, 0], 16 + 256),
        ] {
            assert_eq!(files(lens).asked_pages(), asked, "{lens:?}");
        }
        let mut files = files([0, 0, 0]);
        files.freemem = 4097;
        assert_eq!(files.asked_pages(), 16 + 2);
    }

    fn linux_gives_powers_of_two_up_to_4_mib_then_exactly_as_many() {
        assert_eq!([0, 1, 2, 3, 278, 512].map(buddy_pages), [None, Some(1), Some(2), Some(4), Some(512), Some(512)]);
        assert_eq!(epm_allocation(278), Some(Allocation { pages: 512, cma: false }));
        assert_eq!(epm_allocation(1024), Some(Allocation { pages: 1024, cma: false }));
        assert_eq!(epm_allocation(1025), Some(Allocation { pages: 1025, cma: true }));
        assert_eq!(epm_allocation(u64::MAX), None);
        // 8 KiB is the SDK's default; three pages become four; nothing is no buffer.
        assert_eq!([8192, 8193, 1, 0].map(utm_pages), [Some(2), Some(4), Some(1), None]);
        assert_eq!([4 << 20, (4 << 20) + 1, u64::MAX].map(utm_pages), [Some(1024), None, None]);
    }
}

mod driver {
    //! The driver's calls, one after the other and each of their refusals.

    use std::collections::BTreeSet;

    use teescope_core::keystone::host::{self, Call, EnclaveFiles, FIRST, Part};
    use teescope_core::keystone::measure::classic::Layout;
    use teescope_core::keystone::structs::CreateArgs;
    use teescope_core::keystone::{Machine, Op, Platform, Stage, State};
    use teescope_core::trace::{Event, Everything, Machine as _, OpText, Outcome, Status};

    use super::files;

    const EINVAL: Outcome = Outcome::Refused(Status {
        code: 22,
        name: "EINVAL",
    });
    const ENOMEM: Outcome = Outcome::Refused(Status {
        code: 12,
        name: "ENOMEM",
    });

    /// A booted machine whose process has files of these lengths.
    fn booted(lens: [usize; 3]) -> Machine {
        let mut m = Machine::new(Platform::generic());
        for op in [Op::Bootrom, Op::Opensbi, Op::Monitor] {
            assert_eq!(m.apply(&op, &mut Everything::default()), Outcome::Done);
        }
        assert_eq!(m.monitor.stage, Stage::Ready);
        m.driver.files = Some(files(lens).into());
        m
    }

    /// Carries a call out; gives how it ended and the rules that did not hold.
    fn call(m: &mut Machine, call: Call) -> (Outcome, Vec<&'static str>) {
        let mut told = Everything::default();
        let outcome = m.apply(&Op::Host { hart: 0, call }, &mut told);
        let broken = told.events.iter().filter_map(|e| match e {
            Event::Check {
                rule, held: false, ..
            } => Some(rule.id),
            _ => None,
        });
        (outcome, broken.collect())
    }

    fn done(m: &mut Machine, all: &[Call]) {
        for one in all {
            assert_eq!(call(m, *one), (Outcome::Done, vec![]), "{one:?}");
        }
    }

    /// Every call up to the created enclave.
    fn build(files: &EnclaveFiles, ueid: u64) -> Vec<Call> {
        let mut all = vec![
            Call::Create {
                pages: files.asked_pages(),
            },
            Call::UtmInit {
                ueid,
                size: files.utm,
            },
        ];
        for part in Part::ALL {
            all.extend((0..files.pages(part)).map(|page| Call::Copy { ueid, part, page }));
        }
        all.push(Call::Finalize { ueid });
        all
    }

    shared_test! {
        fn three_files_become_an_enclave_that_measures_as_expected() {
            let lens = [300, 9000, 5000];
            let mut m = booted(lens);
            let files = files(lens);
            done(&mut m, &build(&files, FIRST));
            let enclave = m.enclave(0).expect("created");
            assert_eq!((enclave.state, enclave.hash), (State::Fresh, files.expected_hash()));
            // 2 + 1 whole pages, 16, 256: 275 pages become a block of 512; two pages of buffer.
            assert_eq!((enclave.args.epm_size, enclave.args.utm_size), (0x20_0000, 0x2000));
            assert_eq!(enclave.args.free_requested, 1 << 20);
            done(&mut m, &[Call::Run { ueid: FIRST }]);
            assert_eq!(m.hart(0).and_then(|h| h.inside), Some(0));
            let stop = Op::call(3004, [1, 0, 0]);
            assert_eq!(m.apply(&stop, &mut Everything::default()), Outcome::Done);
            done(&mut m, &[Call::Resume { ueid: FIRST }]);
            let exit = Op::call(3006, [0, 0, 0]);
            assert_eq!(m.apply(&exit, &mut Everything::default()), Outcome::Done);
            done(&mut m, &[Call::Destroy { ueid: FIRST }]);
            assert_eq!((m.enclave(0), m.driver.enclaves.is_empty()), (None, true));
        }

        fn a_large_enclave_comes_from_cma_and_takes_two_entries() {
            let lens = [300, 9000, 5000];
            let mut m = booted(lens);
            let mut files = files(lens);
            files.freemem = 5 << 20;
            m.driver.files = Some(files.clone().into());
            done(&mut m, &build(&files, FIRST));
            let args = m.enclave(0).expect("created").args;
            assert_eq!(args.epm_size, files.asked_pages() * 4096);
            let region = m.monitor.regions.table.iter().find(|(_, r)| r.base == args.epm_paddr);
            assert_eq!(region.map(|(_, r)| r.form), Some(teescope_core::keystone::Form::Tor));
        }

        fn numbers_are_the_drivers_own_and_come_again() {
            let mut m = booted([1, 1, 1]);
            let create = Call::Create { pages: 1 };
            done(&mut m, &[create, create, create]);
            let numbers: Vec<u64> = m.driver.enclaves.iter().map(|(n, _)| *n).collect();
            assert_eq!(numbers, [0x1000, 0x1001, 0x1002]);
            done(&mut m, &[Call::Destroy { ueid: 0x1001 }, create]);
            assert!(m.driver.enclaves.contains_key(&0x1001));
            let mut starts: Vec<u64> = m.driver.enclaves.iter().map(|(_, h)| h.epm).collect();
            starts.sort_unstable();
            starts.dedup();
            assert_eq!(starts.len(), 3, "no page is given twice");
        }

        fn each_refusal_has_its_rule() {
            let ueid = FIRST;
            let made = |lens: [usize; 3]| {
                let mut m = booted(lens);
                done(&mut m, &build(&files(lens), ueid));
                m
            };
            let mut fired = BTreeSet::new();
            let mut row = |m: &mut Machine, one: Call, outcome: Outcome, rules: &[&'static str]| {
                assert_eq!(call(m, one), (outcome, rules.to_vec()), "{one:?}");
                fired.extend(rules.iter().copied());
            };
            let lens = [1, 1, 1];
            let nothing = Outcome::Refused(Status { code: 0, name: "nothing" });

            let mut inside = made(lens);
            done(&mut inside, &[Call::Run { ueid }]);
            row(&mut inside, Call::Create { pages: 1 }, nothing, &["DRIVER.from-host"]);

            let mut m = booted(lens);
            row(&mut m, Call::Create { pages: 0 }, ENOMEM, &["IOCTL-CREATE.memory"]);
            row(&mut m, Call::Create { pages: 1 << 20 }, ENOMEM, &["IOCTL-CREATE.memory"]);
            row(&mut m, Call::Create { pages: u64::MAX }, ENOMEM, &["IOCTL-CREATE.memory"]);
            for one in [
                Call::UtmInit { ueid, size: 1 }, Call::Copy { ueid, part: Part::Loader, page: 0 },
                Call::Finalize { ueid }, Call::Run { ueid }, Call::Resume { ueid }, Call::Destroy { ueid },
            ] {
                row(&mut m, one, EINVAL, &["DRIVER.known"]);
            }
            done(&mut m, &[Call::Create { pages: 1 }]);
            row(&mut m, Call::UtmInit { ueid, size: 0 }, ENOMEM, &["IOCTL-UTM.memory"]);
            row(&mut m, Call::UtmInit { ueid, size: (4 << 20) + 1 }, ENOMEM, &["IOCTL-UTM.memory"]);
            row(&mut m, Call::Copy { ueid, part: Part::Loader, page: 1 }, EINVAL, &["SDK-COPY.file"]);
            row(&mut m, Call::Copy { ueid, part: Part::Runtime, page: 0 }, EINVAL, &["SDK-COPY.room"]);
            row(&mut m, Call::Run { ueid }, EINVAL, &["DRIVER.created"]);
            row(&mut m, Call::Resume { ueid }, EINVAL, &["DRIVER.created"]);
            // Without a shared buffer the monitor refuses; the number then leads to freed memory.
            let (outcome, broken) = call(&mut m, Call::Finalize { ueid });
            assert_eq!((outcome, broken.last()), (EINVAL, Some(&"DRIVER.created")));
            row(&mut m, Call::Destroy { ueid }, EINVAL, &["DRIVER.not-freed"]);

            let mut m = made(lens);
            let (outcome, broken) = call(&mut m, Call::Copy { ueid, part: Part::Loader, page: 0 });
            assert!(matches!(outcome, Outcome::Faulted(_)), "the memory is closed");
            fired.extend(broken);

            let mut m = made(lens);
            let other = teescope_core::keystone::Op::Ecall { hart: 0, id: 2002, args: [0; 3] };
            assert_eq!(m.apply(&other, &mut Everything::default()), Outcome::Done);
            let (outcome, broken) = call(&mut m, Call::Destroy { ueid });
            assert_eq!((outcome, broken.last()), (EINVAL, Some(&"IOCTL-DESTROY.destroyed")));
            fired.extend(broken);

            // Somebody who is not the driver has had an enclave made where the driver looks first.
            let mut m = booted(lens);
            let mut probe = m.clone();
            done(&mut probe, &[Call::Create { pages: 1 }]);
            let epm = probe.driver.enclaves.iter().next().expect("one").1.epm;
            let args = CreateArgs {
                epm_paddr: epm, epm_size: 4096, utm_paddr: epm + 4096, utm_size: 4096,
                runtime_paddr: epm, user_paddr: epm, free_paddr: epm, free_requested: 0,
            };
            assert_eq!(m.apply(&Op::Create { hart: 0, args }, &mut Everything::default()), Outcome::Done);
            let (outcome, broken) = call(&mut m, Call::Create { pages: 1 });
            assert!(matches!(outcome, Outcome::Faulted(_)));
            fired.extend(broken);

            let declared: BTreeSet<_> = host::rules().iter().map(|r| r.id).collect();
            let unfired: Vec<_> = declared.difference(&fired).collect();
            assert!(unfired.is_empty(), "no row: {unfired:?}");
        }

        fn calls_survive_printing() {
            let ueid = 0x1002;
            let all = [
                Call::Create { pages: 7 }, Call::UtmInit { ueid, size: 9 }, Call::Finalize { ueid },
                Call::Copy { ueid, part: Part::Eapp, page: 3 }, Call::Run { ueid },
                Call::Resume { ueid }, Call::Destroy { ueid },
                Call::MeasureClassic(Layout {
                    epm: (1, 2), utm: (3, 4), root: 5, runtime: 6, user: 7, free: 8, params: [9, 10, 11, 12],
                }),
            ];
            for call in all {
                for hart in [0, 2] {
                    let op = Op::Host { hart, call };
                    let text = Machine::print_op(&op).expect("text").to_string();
                    let read = Machine::parse_op(&OpText::parse(&text).expect("an operation"));
                    assert_eq!(read, Ok(op), "{text}");
                }
            }
            let bad = OpText::parse("SDK-COPY(file=other)").expect("an operation");
            let error = Machine::parse_op(&bad).expect_err("no file");
            assert_eq!(error.to_string(), "SDK-COPY: the argument file must be loader, runtime or eapp.");
        }
    }
}
