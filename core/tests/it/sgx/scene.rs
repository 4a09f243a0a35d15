//! A prepared machine and one ENCLS on it, every operand of which can be spoilt on its own.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

use teescope_core::crypto::rsa3072::PrivateKey;
use teescope_core::formats::dcap::Attributes;
use teescope_core::memory::{Linear, Physical};
use teescope_core::sgx::driver::{buffers, kernel};
use teescope_core::sgx::encls::Registers;
use teescope_core::sgx::sigstruct::demo_signer;
use teescope_core::sgx::structs::{EinitToken, Miscselect, PageInfo, SecInfo, SecInfoFlags};
use teescope_core::sgx::structs::{Secs, SigStruct};
use teescope_core::sgx::{
    Author, Call, Content, Eadd, Ecreate, Einit, EpcPage, Machine, Op, Platform, SigSource,
    token_mac,
};
use teescope_core::trace::{Event, Everything, Fault, Machine as _, Outcome, Rule, Silent, Status};

/// Where the first enclave lies.
pub(crate) const BASE: u64 = 0x7f00_0000_0000;
/// Its size in bytes.
pub(crate) const SIZE: u64 = 0x8000;
/// SECINFO.FLAGS of code, data and a thread.
pub(crate) const CODE: u64 = 0x205;
pub(crate) const DATA: u64 = 0x203;
pub(crate) const TCS: u64 = 0x100;

/// EPC pages of the prepared machine.
pub(crate) const SECS: EpcPage = EpcPage(0);
pub(crate) const REG: EpcPage = EpcPage(1);
pub(crate) const THREAD: EpcPage = EpcPage(2);
pub(crate) const VA: EpcPage = EpcPage(3);
pub(crate) const OTHER_SECS: EpcPage = EpcPage(4);
pub(crate) const OTHER_REG: EpcPage = EpcPage(5);
pub(crate) const DONE_SECS: EpcPage = EpcPage(6);
pub(crate) const DONE_REG: EpcPage = EpcPage(7);
/// The first free one.
pub(crate) const FREE: EpcPage = EpcPage(8);

/// Ordinary memory that nothing else uses.
pub(crate) const ORDINARY: Physical = Physical(0x0200_0000);

/// An aligned address that no page tables can map.
pub(crate) const NOT_CANONICAL: u64 = 1 << 63;

/// A processor with 64 EPC pages.
pub(crate) fn small() -> Platform {
    Platform {
        epc_pages: 64,
        ..Platform::client()
    }
}

/// Carries out an operation; gives the outcome and the rules it checked, with the verdict.
pub(crate) fn apply(m: &mut Machine, op: &Op) -> (Outcome, Vec<(&'static Rule, bool)>) {
    let mut recorder = Everything::default();
    let outcome = m.apply(op, &mut recorder);
    let checks = recorder.events.iter().filter_map(|event| match event {
        Event::Check { rule, held, .. } => Some((*rule, *held)),
        _ => None,
    });
    (outcome, checks.collect())
}

/// Carries out operations that must succeed.
pub(crate) fn run(m: &mut Machine, ops: &[Op]) {
    for op in ops {
        assert_eq!(m.apply(op, &mut Silent), Outcome::Done, "{op:?}");
    }
}

/// ECREATE by the driver of a 64-bit enclave.
pub(crate) fn ecreate(enclave: u8, base: u64, size: u64) -> Op {
    Op::Ecreate(Ecreate {
        enclave,
        process: 0,
        base,
        size,
        ssaframesize: 1,
        attributes: Attributes::new(4, 3),
        miscselect: Miscselect::from_bits(0),
        call: Call::default(),
    })
}

/// EADD by the driver.
pub(crate) fn eadd(enclave: u8, offset: u64, flags: u64, content: Content) -> Op {
    Op::Eadd(Eadd {
        enclave,
        offset,
        flags: SecInfoFlags::from_bits(flags),
        content,
        call: Call::default(),
    })
}

/// EEXTEND by the driver.
pub(crate) fn eextend(enclave: u8, offset: u64) -> Op {
    Op::Eextend {
        enclave,
        offset,
        call: Call::default(),
    }
}

/// EINIT by the driver, without a token.
pub(crate) fn einit(enclave: u8, sigstruct: SigSource) -> Op {
    Op::Einit(Einit {
        enclave,
        sigstruct,
        token: None,
        call: Call::default(),
    })
}

/// A machine with three enclaves (the second one holds one page, the third is initialised), a version
/// array, and the demo signer's hash in the launch control registers.
pub(crate) fn prepared() -> Machine {
    thread_local! {
        static MADE: OnceCell<Machine> = const { OnceCell::new() };
    }
    MADE.with(|made| made.get_or_init(prepare).clone())
}

fn prepare() -> Machine {
    let mut m = Machine::new(small());
    m.launch_hash = teescope_core::crypto::sha256::sha256(&key().modulus());
    let tcs = Content::Bytes(vec![0; 64].into());
    run(
        &mut m,
        &[
            ecreate(0, BASE, SIZE),
            eadd(0, 0, CODE, Content::Pattern(1)),
            eadd(0, 0x1000, TCS, tcs),
            Op::Epa {
                call: Call::default(),
            },
            ecreate(1, BASE + 0x10_0000, SIZE),
            eadd(1, 0, DATA, Content::Zero),
            ecreate(2, BASE + 0x20_0000, SIZE),
            eadd(2, 0, CODE, Content::Code(0)),
            einit(2, SigSource::Now),
        ],
    );
    m
}

/// The demo key.
pub(crate) fn key() -> PrivateKey {
    demo_signer().expect("the demo key")
}

/// Signs with the demo key; the same body is signed once.
pub(crate) fn signed(unsigned: &SigStruct) -> [u8; 1808] {
    thread_local! {
        static CACHE: RefCell<BTreeMap<[u8; 256], [u8; 1808]>> = const { RefCell::new(BTreeMap::new()) };
    }
    let mut body = unsigned.clone();
    (body.header, body.header2) = (SigStruct::HEADER, SigStruct::HEADER2);
    let bytes = SigStruct::signed_bytes(&body.encode());
    CACHE.with(|cache| {
        *cache
            .borrow_mut()
            .entry(bytes)
            .or_insert_with(|| unsigned.clone().sign(&key()).expect("signed").encode())
    })
}

/// One ENCLS about to happen, with its operands not yet in memory.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) m: Machine,
    pub(crate) leaf: u32,
    pub(crate) regs: Registers,
    pub(crate) pageinfo: PageInfo,
    pub(crate) secinfo: [u8; 64],
    /// The page at SRCPGE.
    pub(crate) source: [u8; 4096],
    /// Signed just before the call.
    pub(crate) sig: SigStruct,
    /// What is done to SIGSTRUCT after signing.
    pub(crate) spoil: Vec<fn(&mut [u8; 1808])>,
    /// Given its MAC just before the call.
    pub(crate) token: EinitToken,
    /// What is done to EINITTOKEN after that.
    pub(crate) spoil_token: Vec<fn(&mut [u8; 304])>,
}

impl Scene {
    fn new(leaf: u32, regs: Registers) -> Self {
        let m = prepared();
        let measured = m.secs.get(&SECS).expect("a SECS");
        let author = Author::of(Attributes::new(4, 3), Miscselect::from_bits(0));
        let sig = author.unsigned(measured.measurement.finish());
        Self {
            leaf,
            regs,
            pageinfo: PageInfo {
                linaddr: 0,
                srcpge: kernel(buffers::SOURCE),
                secinfo_or_pcmd: kernel(buffers::SECINFO),
                secs: 0,
            },
            secinfo: [0; 64],
            source: [0; 4096],
            sig,
            spoil: Vec::new(),
            token: EinitToken::default(),
            spoil_token: Vec::new(),
            m,
        }
    }

    /// ECREATE of a 64-bit enclave in the first free page.
    pub(crate) fn ecreate() -> Self {
        let mut s = Self::new(0, registers(kernel(buffers::PAGEINFO), epc(FREE)));
        s.source = Secs {
            size: SIZE,
            baseaddr: BASE,
            ssaframesize: 1,
            attributes: Attributes::new(4, 3),
            ..Secs::default()
        }
        .encode();
        s
    }

    /// EADD to the first enclave, in the first free page, of a page of this kind.
    pub(crate) fn eadd(flags: u64) -> Self {
        let mut s = Self::new(1, registers(kernel(buffers::PAGEINFO), epc(FREE)));
        s.pageinfo.linaddr = BASE + 0x3000;
        s.pageinfo.secs = epc(SECS);
        s.secinfo = SecInfo::new(SecInfoFlags::from_bits(flags)).encode();
        s
    }

    /// EINIT of the first enclave, signed by the demo key, without a token.
    pub(crate) fn einit() -> Self {
        let mut s = Self::new(2, registers(kernel(buffers::SIGSTRUCT), epc(SECS)));
        s.regs.rdx = kernel(buffers::TOKEN);
        s
    }

    /// EINIT with a token for the enclave from a production launch enclave.
    pub(crate) fn einit_with_token() -> Self {
        let mut s = Self::einit();
        s.give_token();
        s
    }

    /// Adds a token that fits, and takes the signer's hash out of the launch control registers.
    pub(crate) fn give_token(&mut self) {
        self.m.launch_hash = teescope_core::sgx::INTEL_LAUNCH_HASH;
        self.token = EinitToken {
            valid: 1,
            attributes: Attributes::new(4, 3),
            mrenclave: self.sig.enclavehash,
            mrsigner: teescope_core::crypto::sha256::sha256(&key().modulus()),
            cpusvnle: self.m.platform.cpusvn,
            isvprodidle: 0x20,
            isvsvnle: 1,
            maskedattributesle: Attributes::new(0x20, 3),
            keyid: [7; 32],
            ..EinitToken::default()
        };
    }

    /// EREMOVE of a page.
    pub(crate) fn eremove(page: EpcPage) -> Self {
        Self::new(3, registers(0, epc(page)))
    }

    /// EEXTEND of a chunk of the first enclave's code.
    pub(crate) fn eextend() -> Self {
        Self::new(6, registers(epc(SECS), epc(REG) + 0x200))
    }

    /// EPA of the first free page.
    pub(crate) fn epa() -> Self {
        Self::new(10, registers(3, epc(FREE)))
    }

    /// The SECS fields of ECREATE's source.
    pub(crate) fn secs(&mut self, change: impl FnOnce(&mut Secs)) {
        let mut secs = Secs::from_bytes(&self.source);
        change(&mut secs);
        self.source = secs.encode();
    }

    /// Another logical processor works on the EPC page an address leads to.
    pub(crate) fn hold(&mut self, address: u64) {
        if let Some(page) = self.m.in_epc(Linear(address)) {
            self.m.held.insert_mut(page);
        }
    }

    /// SIGSTRUCT and EINITTOKEN as EINIT will read them.
    pub(crate) fn documents(&self) -> ([u8; 1808], [u8; 304]) {
        let mut sig = signed(&self.sig);
        for spoil in &self.spoil {
            spoil(&mut sig);
        }
        let mut token = self.token.encode();
        let mac = token_mac(&self.token, &token);
        if self.token.valid != 0 {
            token[288..].copy_from_slice(&mac);
        }
        for spoil in &self.spoil_token {
            spoil(&mut token);
        }
        (sig, token)
    }

    /// Lays the operands into memory.
    pub(crate) fn lay(&mut self) {
        let ram = &mut self.m.ram;
        ram.write(buffers::PAGEINFO, &self.pageinfo.encode());
        ram.write(buffers::SECINFO, &self.secinfo);
        ram.write(buffers::SOURCE, &self.source);
        if self.leaf == 2 {
            let (sig, token) = self.documents();
            self.m.ram.write(buffers::SIGSTRUCT, &sig);
            self.m.ram.write(buffers::TOKEN, &token);
        }
    }

    /// Lays the operands into memory and carries the leaf out. A stop must leave the state as it
    /// was, and the checks must come in the order in which the rules are declared.
    pub(crate) fn call(&mut self) -> (Outcome, Option<&'static Rule>) {
        self.lay();
        let before = self.m.clone();
        let op = Op::Encls {
            leaf: self.leaf,
            registers: self.regs,
        };
        let (outcome, checks) = apply(&mut self.m, &op);
        assert_in_order(&checks, Machine::rules(&op));
        if outcome != Outcome::Done {
            assert_eq!(digest(&before), digest(&self.m), "state after {outcome:?}");
        }
        let broken = checks.iter().find(|(_, held)| !held).map(|(rule, _)| *rule);
        (outcome, broken)
    }
}

/// That every rule was checked in the declared order, and none after one that did not hold.
pub(crate) fn assert_in_order(checks: &[(&'static Rule, bool)], declared: &[&'static Rule]) {
    let place = |rule: &Rule| declared.iter().position(|r| r.id == rule.id);
    let places: Vec<_> = checks.iter().map(|(rule, _)| place(rule)).collect();
    assert!(places.iter().all(Option::is_some), "{checks:?}");
    assert!(places.is_sorted(), "out of order: {checks:?}");
    if let Some(broken) = checks.iter().position(|(_, held)| !held) {
        assert_eq!(broken + 1, checks.len(), "checked on: {checks:?}");
    }
}

/// RBX and RCX.
pub(crate) fn registers(rbx: u64, rcx: u64) -> Registers {
    Registers { rbx, rcx, rdx: 0 }
}

/// The kernel's address of an EPC page of the small platform.
pub(crate) fn epc(page: EpcPage) -> u64 {
    kernel(Physical(Platform::client().epc_base.0 + page.0 * 4096))
}

/// SHA-256 of the whole state.
pub(crate) fn digest(m: &Machine) -> [u8; 32] {
    let mut bytes = Vec::new();
    m.state_bytes(&mut |part| bytes.extend_from_slice(part));
    teescope_core::crypto::sha256::sha256(&bytes)
}

/// `#GP(0)`.
pub(crate) const GP: Outcome = Outcome::Faulted(Fault {
    name: "#GP",
    code: Some(0),
    address: None,
});

/// `#PF` at an address.
pub(crate) const fn pf(address: u64) -> Outcome {
    Outcome::Faulted(Fault {
        name: "#PF",
        code: None,
        address: Some(address),
    })
}

/// A code by the manual's number and name.
pub(crate) const fn code(code: u64, name: &'static str) -> Outcome {
    Outcome::Refused(Status { code, name })
}
