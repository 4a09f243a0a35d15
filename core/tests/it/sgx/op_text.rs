//! Operations of SGX as text and back, and that no text panics.

use teescope_core::formats::dcap::Attributes;
use teescope_core::memory::Page;
use teescope_core::sgx::access::Who;
use teescope_core::sgx::code::INSTRUCTIONS;
use teescope_core::sgx::dram::{Act, Bus};
use teescope_core::sgx::encls::{self, Registers};
use teescope_core::sgx::events::{Cause, HAPPENINGS};
use teescope_core::sgx::processor::registers;
use teescope_core::sgx::structs::{Miscselect, SecInfoFlags};
use teescope_core::sgx::work::{MOST_COPIED, Task, Work};
use teescope_core::sgx::{
    Call, Content, Data, Eadd, Ecreate, Einit, Enclu, Machine, Made, Mmap, Op, Schedule, Set,
    SigSource, Touch, Which,
};
use teescope_core::trace::{Machine as _, OpText, Silent};
use teescope_core::view::Access;

use super::scene::{BASE, prepared};
use crate::engine::dice::Dice;

const OWN: Call = Call {
    rbx: None,
    rcx: None,
    rdx: None,
};
const OTHER: Call = Call {
    rbx: Some(0),
    rcx: Some(u64::MAX),
    rdx: Some(0xffff_8880_7200_0000),
};

/// Every form of every operation, at the edges of its arguments.
fn every_form() -> Vec<Op> {
    let mut ops = vec![
        Op::Boot,
        Op::Wrmsr {
            msr: u32::MAX,
            value: u64::MAX,
        },
        Op::Event { pending: true },
        Op::Event { pending: false },
        Op::Flip {
            at: u64::MAX,
            bit: 255,
        },
        Op::Flip { at: 0, bit: 0 },
        Op::Encls {
            leaf: u32::MAX,
            registers: Registers {
                rbx: 1,
                rcx: 2,
                rdx: u64::MAX,
            },
        },
    ];
    let leaves = encls::LEAVES.iter();
    ops.extend(leaves.map(|l| Op::Encls {
        leaf: l.number,
        registers: Registers::default(),
    }));
    for bytes in [&[][..], &[0], &[1, 2, 3], &[0xff; 300]] {
        ops.push(Op::Write {
            at: 0x1000,
            bytes: bytes.into(),
        });
    }
    for enclave in [0, 1, 255] {
        ops.push(Op::Mmap(Mmap {
            enclave,
            base: BASE,
            size: u64::MAX,
        }));
        for inside in [true, false] {
            ops.push(Op::Thread { enclave, inside });
        }
        for call in [OWN, OTHER] {
            ops.extend(building(enclave, call));
        }
    }
    for page in [
        Which::Epc(0),
        Which::Epc(u64::MAX),
        Which::Secs { enclave: 0 },
        Which::Secs { enclave: 3 },
        Which::Offset {
            enclave: 0,
            offset: 0,
        },
        Which::Offset {
            enclave: 9,
            offset: u64::MAX,
        },
    ] {
        for call in [OWN, OTHER] {
            ops.push(Op::Eremove { page, call });
        }
        for held in [true, false] {
            ops.push(Op::Hold { page, held });
        }
    }
    ops.extend(running());
    ops
}

/// The operations of a running enclave.
fn running() -> Vec<Op> {
    let mut ops = Vec::new();
    for at in [0, u64::MAX] {
        for act in [Act::Keep, Act::Back, Act::Flip(0), Act::Flip(255)] {
            ops.push(Op::Bus(Bus { at, act }));
        }
    }
    for (cpu, at, len) in [(0, 0, 1), (255, u64::MAX, MOST_COPIED)] {
        for task in [
            Task::Copy {
                from: at,
                to: 1,
                len,
            },
            Task::Check { report: at, key: 0 },
        ] {
            ops.push(Op::Work(Work { cpu, task }));
        }
    }
    for (cpu, call) in [(0, OWN), (255, OTHER)] {
        for (leaf, loads_leaf) in [
            (2, true),
            (3, true),
            (4, true),
            (9, true),
            (0, true),
            (1, true),
            (u32::MAX, true),
            (3, false),
        ] {
            for door in [None, Some((0, 0)), Some((9, u64::MAX))] {
                ops.push(Op::Enclu(Enclu {
                    cpu,
                    leaf,
                    loads_leaf,
                    door,
                    call,
                }));
            }
        }
        ops.push(Op::Edbgrd {
            enclave: cpu,
            offset: u64::MAX,
            call,
        });
        ops.push(Op::Edbgwr {
            enclave: cpu,
            offset: 8,
            value: u64::MAX,
            call,
        });
        for (values, xmm0) in [
            (vec![], None),
            (
                registers().map(|(_, offset)| (offset, u64::MAX)).collect(),
                Some([9; 16]),
            ),
        ] {
            ops.push(Op::Set(Set {
                cpu,
                values: values.into(),
                xmm0,
            }));
        }
        for instruction in 0..INSTRUCTIONS.len() as u8 {
            ops.push(Op::Execute { cpu, instruction });
        }
        for event in HAPPENINGS {
            for (code, address) in [(None, None), (Some(u32::MAX), Some(u64::MAX))] {
                // Of an event with an error code the code is always written.
                let code = code.or(event.has_code.then_some(0));
                ops.push(Op::Raise {
                    cpu,
                    cause: Cause {
                        event,
                        code,
                        address,
                    },
                });
            }
        }
        for who in [
            Who::Code(cpu),
            Who::System,
            Who::Hypervisor,
            Who::Smm,
            Who::Device,
            Who::Bus,
        ] {
            for access in Access::ALL {
                for data in [
                    Data::Len(1),
                    Data::Len(128),
                    Data::Register(120),
                    Data::Bytes([1, 2, 3][..].into()),
                ] {
                    ops.push(Op::Access(Touch {
                        who,
                        at: u64::MAX,
                        access,
                        data,
                    }));
                }
            }
        }
        for process in [None, Some(0), Some(255)] {
            let (xcr0, mode64, tf) = (
                process.map(u64::from),
                process.map(|p| p > 0),
                process.map(|p| p == 0),
            );
            ops.push(Op::Schedule(Schedule {
                cpu,
                process,
                xcr0,
                mode64,
                tf,
            }));
        }
        for to in [
            None,
            Some((0, false, false)),
            Some((u64::MAX, true, true)),
            Some((7, true, false)),
        ] {
            ops.push(Op::Map {
                process: cpu,
                at: u64::MAX,
                to,
            });
        }
    }
    ops
}

/// The operations that build an enclave.
fn building(enclave: u8, call: Call) -> Vec<Op> {
    let mut ops = vec![
        Op::Ecreate(Ecreate {
            enclave,
            process: enclave,
            base: u64::MAX,
            size: 0,
            ssaframesize: u32::MAX,
            attributes: Attributes::new(u64::MAX, u64::MAX),
            miscselect: Miscselect::from_bits(u32::MAX),
            call,
        }),
        Op::Eextend {
            enclave,
            offset: u64::MAX,
            call,
        },
        Op::Epa { call },
    ];
    for content in [
        Content::Zero,
        Content::Fill(0),
        Content::Fill(u32::MAX),
        Content::Pattern(0),
        Content::Pattern(u64::MAX),
        Content::Code(u64::MAX),
        Content::Bytes([][..].into()),
        Content::Bytes([1, 0, 0xff][..].into()),
        Content::Flipped(Content::Zero.into(), 32_767),
        Content::Bytes([7; 4096][..].into()),
    ] {
        let flags = SecInfoFlags::from_bits(u64::MAX);
        ops.push(Op::Eadd(Eadd {
            enclave,
            offset: 0x1000,
            flags,
            content,
            call,
        }));
    }
    let made = Made::new(|| [5; 1808][..].into());
    for sigstruct in [
        SigSource::Now,
        SigSource::Bytes([][..].into()),
        SigSource::Bytes([3; 1808][..].into()),
        SigSource::Made(made.into()),
    ] {
        for token in [None, Some([][..].into()), Some([9; 304][..].into())] {
            ops.push(Op::Einit(Einit {
                enclave,
                sigstruct: sigstruct.clone(),
                token,
                call,
            }));
        }
    }
    ops
}

/// What an operation is, without where its SIGSTRUCT came from.
fn meaning(op: &Op) -> String {
    format!("{op:?}").replace("sigstruct: Made", "sigstruct: Bytes")
}

shared_test! {
    fn every_form_survives_a_round_trip() {
        for op in every_form() {
            let text = Machine::print_op(&op).expect("printable");
            let read = OpText::parse(&text.to_string()).expect("the form of an operation");
            assert_eq!(read, text);
            let back = Machine::parse_op(&read).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(meaning(&back), meaning(&op), "{text}");
            assert_eq!(Machine::print_op(&back), Some(text));
        }
    }

    fn an_operation_and_its_text_do_the_same() {
        for op in every_form() {
            let text = Machine::print_op(&op).expect("printable");
            let back = Machine::parse_op(&text).expect("readable");
            let (mut m, mut twin) = (prepared(), prepared());
            assert_eq!(m.apply(&op, &mut Silent), twin.apply(&back, &mut Silent), "{text}");
            assert_eq!(super::scene::digest(&m), super::scene::digest(&twin), "{text}");
        }
    }

    fn a_page_of_a_file_is_the_same_as_at_its_own_step_only() {
        let content = Content::File(Page::Fill(7));
        let flags = SecInfoFlags::from_bits(0x203);
        let op = Op::Eadd(Eadd { enclave: 0, offset: 0, flags, content, call: OWN });
        let text = Machine::print_op(&op).expect("printable");
        assert_eq!(text.arg("content"), Some("same"));
        assert!(Machine::parse_op(&text).is_err());
        let back = Machine::parse_at(&text, Some(&op)).expect("readable at its own step");
        assert_eq!(meaning(&back), meaning(&op));
    }

    fn flips_add_up_from_edit_to_edit() {
        let mut op = Machine::parse_op(&OpText::parse("EADD(offset=0,secinfo_flags=0x203)").expect("text"))
            .expect("an operation");
        for bit in [0, 32_767, 9, 0] {
            let text = OpText::new("EADD").with("content", format!("same!{bit}"));
            op = Machine::parse_at(&text, Some(&op)).expect("a flip of what was there");
            let text = Machine::print_op(&op).expect("printable");
            let back = Machine::parse_op(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(meaning(&back), meaning(&op), "{text}");
        }
        let Op::Eadd(add) = op else { panic!("an EADD") };
        let page = add.content.page().bytes();
        assert_eq!((page[0], page[1], page[4095]), (0, 2, 0x80));
        for wrong in ["zero!", "zero!32768", "zero!-1", "!1", "zero!!1", "zero! 1"] {
            let text = OpText::new("EADD").with("offset", 0).with("secinfo_flags", 0).with("content", wrong);
            assert!(Machine::parse_op(&text).is_err(), "{wrong}");
        }
        let many = OpText::new("EADD").with("offset", 0).with("secinfo_flags", 0)
            .with("content", format!("zero{}", "!1".repeat(100_000)));
        assert!(Machine::parse_op(&many).is_err());
    }

    fn every_offered_form_is_read_and_named() {
        let forms = Machine::op_forms();
        assert!(forms.len() >= 12);
        for (form, what) in forms {
            let op = Machine::parse_op(&form).unwrap_or_else(|error| panic!("{form}: {error}"));
            assert!(!what.en().is_empty() && !Machine::name(&op).en().is_empty());
            let m = prepared();
            assert!(!m.says(&op).en().is_empty(), "{form}");
        }
    }

    fn wrong_operations_say_what_is_wrong() {
        for (text, says) in [
            ("EFOO", "no operation “EFOO”"),
            ("eadd(offset=0,secinfo_flags=0)", "no operation"),
            ("EADD(offset=0,secinfo_flags=0,color=red)", "no argument “color”"),
            ("EADD(secinfo_flags=0)", "offset must be given"),
            ("EADD(offset=x,secinfo_flags=0)", "“x”"),
            ("EADD(offset=18446744073709551616,secinfo_flags=0)", "64 bits"),
            ("EADD(offset=0,secinfo_flags=0,content=blob)", "“blob”"),
            ("EADD(offset=0,secinfo_flags=0,enclave=256)", "below 256"),
            ("ECREATE(size=0x8000,ssaframesize=0x100000000)", "below 2³²"),
            ("WRMSR(value=1)", "msr must be given"),
            ("WRITE(at=0,hex=0)", "hex digits"),
            ("EINIT(sign=me)", "sign must be"),
            ("EINIT(sign=demo,sigstruct=00)", "sign must be"),
            ("EREMOVE(offset=0,secs=yes)", "given alone"),
            ("EREMOVE", "given alone"),
            ("HOLD(epc=0,held=maybe)", "yes or no"),
            ("ENCLS(leaf=EFOO)", "EFOO"),
            ("ENCLS", "leaf must be given"),
            ("ENCLU(leaf=EFOO)", "EFOO"),
            ("EDBGRD", "offset must be given"),
            ("EDBGWR(offset=0)", "value must be given"),
            ("SET(rzx=1)", "no argument “rzx”"),
            ("SET(xmm0=001122334455667788990011223344556677)", "at most 16 bytes"),
            ("ACCESS", "at must be given"),
            ("ACCESS(at=0,as=me)", "one of code, os"),
            ("ACCESS(at=0,access=look)", "one of read, write, fetch"),
            ("ACCESS(at=0,len=0)", "from 1 to 128"),
            ("ACCESS(at=0,len=129)", "from 1 to 128"),
            ("ACCESS(at=0,len=8,hex=00)", "given alone"),
            ("ACCESS(at=0,reg=zmm0)", "a register"),
            ("EXECUTE(instruction=NOP)", "one of CPUID"),
            ("RAISE(event=BOOM)", "one of DE"),
            ("CPU(mode64=perhaps)", "yes or no"),
            ("MAP(at=0)", "to must be given"),
            ("UNMAP(process=300,at=0)", "below 256"),
        ] {
            let op = OpText::parse(text).expect(text);
            let why = Machine::parse_op(&op).map(|op| format!("{op:?}")).expect_err(text);
            assert!(why.why.en().contains(says), "{text}: {why}");
        }
    }

    fn garbage_never_panics() {
        let texts: Vec<_> = every_form().iter().filter_map(Machine::print_op).collect();
        let rounds = if cfg!(target_arch = "wasm32") { 3_000 } else { 30_000 };
        let mut d = Dice::new(11);
        let mut m = prepared();
        let mut read = 0;
        for _ in 0..rounds {
            let text = spoil(&mut d, &texts);
            let Ok(op) = OpText::parse(&text) else { continue };
            let Ok(op) = Machine::parse_op(&op) else { continue };
            read += 1;
            // Signing takes a while and has its own tests.
            if !matches!(op, Op::Einit(_)) {
                m.apply(&op, &mut Silent);
            }
        }
        assert!(read > rounds / 20, "{read}");
    }
}

/// A text of an operation with something changed, or no sense at all.
fn spoil(d: &mut Dice, texts: &[OpText]) -> String {
    let mut chars: Vec<char> = d.pick(texts).to_string().chars().take(400).collect();
    for _ in 0..d.below(4) {
        let at = d.below(chars.len() as u64 + 1) as usize;
        match d.below(4) {
            0 if at < chars.len() => drop(chars.remove(at)),
            1 => chars.truncate(at),
            2 => chars.insert(
                at,
                *d.pick(&['0', 'f', '9', '(', ')', ',', '=', '.', 'x', '日']),
            ),
            _ => {
                let noise = d.text(5);
                chars.splice(at..at, noise.chars());
            }
        }
    }
    chars.into_iter().collect()
}
