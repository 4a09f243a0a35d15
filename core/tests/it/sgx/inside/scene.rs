//! A machine with an enclave that can be entered, and one leaf on it, every operand of which can be spoilt.

use std::cell::OnceCell;
use std::rc::Rc;

use teescope_core::formats::dcap::Attributes;
use teescope_core::memory::{Linear, Page};
use teescope_core::sgx::encls::Registers;
use teescope_core::sgx::events::{Cause, named};
use teescope_core::sgx::processor::Inside;
use teescope_core::sgx::structs::{GprSgx, Miscselect, Secs, Tcs};
use teescope_core::sgx::{
    Call, Content, Ecreate, Enclu, EpcPage, EpcSlot, EpcmEntry, Machine, Op, SigSource,
};
use teescope_core::trace::{Machine as _, Outcome, Rule};

use crate::sgx::rows;
pub(crate) use crate::sgx::rows::{check_pairs, row};
use crate::sgx::scene::{
    BASE, CODE, DATA, TCS, apply, assert_in_order, digest, eadd, einit, key, run, small,
};

/// Offsets in the enclave.
pub(crate) const DOOR: u64 = 0x1000;
pub(crate) const SSA: u64 = 0x2000;
pub(crate) const HEAP: u64 = 0x4000;
pub(crate) const DOOR2: u64 = 0x5000;

/// EPC pages: the SECS, then the pages in the order in which they were added.
pub(crate) const SECS: EpcPage = EpcPage(0);
pub(crate) const CODE_PAGE: EpcPage = EpcPage(1);
pub(crate) const DOOR_PAGE: EpcPage = EpcPage(2);
pub(crate) const SSA_PAGE: EpcPage = EpcPage(3);
pub(crate) const SSA2_PAGE: EpcPage = EpcPage(4);
pub(crate) const HEAP_PAGE: EpcPage = EpcPage(5);
pub(crate) const DOOR2_PAGE: EpcPage = EpcPage(6);
pub(crate) const SSA3_PAGE: EpcPage = EpcPage(7);
pub(crate) const VA_PAGE: EpcPage = EpcPage(8);
pub(crate) const DEBUG_SECS: EpcPage = EpcPage(9);
pub(crate) const DEBUG_CODE: EpcPage = EpcPage(10);
pub(crate) const DEBUG_DOOR: EpcPage = EpcPage(11);
/// A free one.
pub(crate) const FREE: EpcPage = EpcPage(20);

/// Where the debug enclave lies.
pub(crate) const DEBUG_BASE: u64 = BASE + 0x10_0000;
/// The asynchronous exit pointer.
pub(crate) const AEP: u64 = 0x5555_0000_2000;

/// A TCS with frames from `ossa`.
fn tcs(ossa: u64, nssa: u32) -> Content {
    let tcs = Tcs {
        ossa,
        nssa,
        fslimit: u32::MAX,
        gslimit: u32::MAX,
        ofsbasgx: HEAP,
        ogsbasgx: HEAP,
        ..Tcs::default()
    };
    Content::Bytes(tcs.encode()[..72].into())
}

fn create(enclave: u8, base: u64, flags: u64) -> Op {
    Op::Ecreate(Ecreate {
        enclave,
        process: 0,
        base,
        size: 0x8000,
        ssaframesize: 1,
        attributes: Attributes::new(flags, 3),
        miscselect: Miscselect::EXINFO,
        call: Call::default(),
    })
}

/// A machine with a production enclave of two doors that may use AEX-Notify, a version array, and a
/// debug enclave.
pub(crate) fn ready() -> Machine {
    thread_local! {
        static MADE: OnceCell<Machine> = const { OnceCell::new() };
    }
    MADE.with(|made| made.get_or_init(build).clone())
}

fn build() -> Machine {
    let mut m = Machine::new(small());
    m.launch_hash = teescope_core::crypto::sha256::sha256(&key().modulus());
    run(
        &mut m,
        &[
            create(0, BASE, 4 | 1 << 10),
            eadd(0, 0, CODE, Content::Code(1)),
            eadd(0, DOOR, TCS, tcs(SSA, 2)),
            eadd(0, SSA, DATA, Content::Zero),
            eadd(0, SSA + 0x1000, DATA, Content::Zero),
            eadd(0, HEAP, DATA, Content::Fill(0x0403_0201)),
            eadd(0, DOOR2, TCS, tcs(0x6000, 1)),
            eadd(0, 0x6000, DATA, Content::Zero),
            Op::Epa {
                call: Call::default(),
            },
            einit(0, SigSource::Now),
            create(1, DEBUG_BASE, 6),
            eadd(1, 0, CODE, Content::Code(2)),
            eadd(1, DOOR, TCS, tcs(SSA, 1)),
            eadd(1, SSA, DATA, Content::Zero),
            einit(1, SigSource::Now),
        ],
    );
    m
}

/// ENCLU on processor 0.
pub(crate) fn enclu(leaf: u32, door: Option<u64>) -> Op {
    Op::Enclu(Enclu {
        cpu: 0,
        leaf,
        loads_leaf: true,
        door: door.map(|offset| (0, offset)),
        call: Call::default(),
    })
}

/// EEXIT to an address.
pub(crate) fn eexit(to: u64) -> Op {
    Op::Enclu(Enclu {
        cpu: 0,
        leaf: 4,
        loads_leaf: true,
        door: None,
        call: Call {
            rbx: Some(to),
            ..Call::default()
        },
    })
}

/// An event on processor 0.
pub(crate) fn raise(name: &str) -> Op {
    Op::Raise {
        cpu: 0,
        cause: Cause::of(named(name)),
    }
}

/// The machine with processor 0 inside by the first door.
pub(crate) fn entered() -> Machine {
    let mut m = ready();
    run(&mut m, &[enclu(2, Some(DOOR))]);
    m
}

/// The machine after an interrupt took the thread out.
pub(crate) fn interrupted() -> Machine {
    let mut m = entered();
    run(&mut m, &[raise("INTR")]);
    m
}

/// One leaf about to be executed.
#[derive(Clone)]
pub(crate) struct Act {
    pub(crate) m: Machine,
    /// Whether it is ENCLU; else ENCLS.
    pub(crate) user: bool,
    pub(crate) leaf: u32,
    pub(crate) regs: Registers,
}

impl Act {
    pub(crate) fn new(m: Machine, user: bool, leaf: u32, rbx: u64, rcx: u64) -> Self {
        let regs = Registers { rbx, rcx, rdx: 0 };
        Self {
            m,
            user,
            leaf,
            regs,
        }
    }

    fn op(&self) -> Op {
        if !self.user {
            return Op::Encls {
                leaf: self.leaf,
                registers: self.regs,
            };
        }
        Op::Enclu(Enclu {
            cpu: 0,
            leaf: self.leaf,
            loads_leaf: true,
            door: None,
            call: Call {
                rbx: Some(self.regs.rbx),
                rcx: Some(self.regs.rcx),
                rdx: (self.regs.rdx != 0).then_some(self.regs.rdx),
            },
        })
    }

    /// Carries the leaf out. What stops outside an enclave must leave the state as it was.
    pub(crate) fn call(&mut self) -> (Outcome, Option<&'static Rule>) {
        let before = self.m.clone();
        let op = self.op();
        let (outcome, checks) = apply(&mut self.m, &op);
        assert_in_order(&checks, Machine::rules(&op));
        if outcome != Outcome::Done && before.cpu(0).inside.is_none() {
            assert_eq!(digest(&before), digest(&self.m), "state after {outcome:?}");
        }
        let broken = checks.iter().find(|(_, held)| !held).map(|(rule, _)| *rule);
        (outcome, broken)
    }

    /// Another logical processor works on a page.
    pub(crate) fn hold(&mut self, page: EpcPage) {
        self.m.held.insert_mut(page);
    }

    /// Changes an EPCM entry.
    pub(crate) fn entry(&mut self, page: EpcPage, change: impl FnOnce(&mut EpcmEntry)) {
        let changed = self
            .m
            .epc
            .change_mut(page.0, |slot| change(&mut slot.entry));
        assert!(changed, "valid");
    }

    /// Changes the bytes of a page.
    pub(crate) fn bytes(&mut self, page: EpcPage, at: usize, bytes: &[u8]) {
        let with = |slot: &mut EpcSlot| slot.content = slot.content.with(at, bytes);
        assert!(self.m.epc.change_mut(page.0, with), "valid");
    }

    /// Changes the TCS of the first door.
    pub(crate) fn tcs(&mut self, change: impl FnOnce(&mut Tcs)) {
        let changed = self.m.epc.change_mut(DOOR_PAGE.0, |slot| {
            let mut tcs = Tcs::from_bytes(&slot.content.bytes());
            change(&mut tcs);
            slot.content = Page::from_bytes(&tcs.encode());
        });
        assert!(changed, "valid");
    }

    /// Changes the SECS.
    pub(crate) fn secs(&mut self, change: impl FnOnce(&mut Secs)) {
        change(&mut self.m.secs.get_mut(&SECS).expect("a SECS").fields);
    }

    /// Changes processor 0.
    pub(crate) fn cpu(
        &mut self,
        change: impl FnOnce(&mut teescope_core::sgx::processor::Processor),
    ) {
        let mut cpu = self.m.cpu(0);
        change(&mut cpu);
        self.m.cpus.insert_mut(0, cpu);
    }

    /// Processor 0 is inside already, by the second door.
    pub(crate) fn be_inside(&mut self) {
        self.cpu(|cpu| {
            cpu.inside = Some(Inside {
                secs: SECS,
                tcs: DOOR2_PAGE,
                frame: Rc::from([SSA3_PAGE]),
                fsbase: 0,
                gsbase: 0,
                xcr0: cpu.xcr0,
                tf: false,
            });
        });
    }

    /// Nothing is mapped at an offset of the enclave.
    pub(crate) fn unmap(&mut self, offset: u64) {
        self.m.tables.set(0, Linear(BASE + offset), None);
    }
}

/// GPRSGX at the end of a frame's last page.
pub(crate) fn gprsgx(m: &Machine, page: EpcPage) -> GprSgx {
    let bytes = m.epc_bytes(page);
    GprSgx::from_bytes(bytes[4096 - 184..].try_into().expect("184 bytes"))
}

/// One way to break one rule.
pub(crate) type Row = rows::Row<Act>;

impl rows::Laid for Act {
    fn call(&mut self) -> (Outcome, Option<&'static Rule>) {
        Act::call(self)
    }
}

/// Ends in `#GP(0)`.
pub(crate) fn gp(_: &Act) -> Outcome {
    crate::sgx::scene::GP
}

/// Ends in `#PF` at RBX.
pub(crate) fn pf_rbx(act: &Act) -> Outcome {
    crate::sgx::scene::pf(act.regs.rbx)
}

/// Ends in `#PF` at RCX.
pub(crate) fn pf_rcx(act: &Act) -> Outcome {
    crate::sgx::scene::pf(act.regs.rcx)
}

/// Ends in `#PF` at RDX.
pub(crate) fn pf_rdx(act: &Act) -> Outcome {
    crate::sgx::scene::pf(act.regs.rdx)
}

/// Ends in `#PF` at the first frame.
pub(crate) fn pf_frame(_: &Act) -> Outcome {
    crate::sgx::scene::pf(BASE + SSA)
}

/// Ends in `#PF` at the second frame.
pub(crate) fn pf_frame2(_: &Act) -> Outcome {
    crate::sgx::scene::pf(BASE + SSA + 0x1000)
}

/// The leaf succeeds, and every row alone ends it as the row says, because of the row's rule.
pub(crate) fn check_each(act: fn() -> Act, rows: &[Row]) {
    assert_eq!(act().call(), (Outcome::Done, None), "unspoilt");
    rows::check_each(act, rows);
}
