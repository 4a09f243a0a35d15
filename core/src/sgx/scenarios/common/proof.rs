//! The common program proves itself to another enclave on the same machine.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::BUFFER;
use crate::crypto::sha256::sha256;
use crate::sgx::access::Who;
use crate::sgx::op::{Call, Data, Enclu, Op};
use crate::sgx::scenarios::acts::touch;
use crate::sgx::scenarios::author::Signer;
use crate::sgx::scenarios::enclave::Enclave;
use crate::sgx::scenarios::stage::{BASE, HEAP, Kind, Stage};
use crate::sgx::structs::{Attributes, AttributesFlags, KeyName, KeyRequest, Report, TargetInfo};
use crate::sgx::work::{Task, Work};
use crate::text;
use crate::text::Text;
use crate::trace::{Phase, Planned, Segment};
use crate::view::Access;

/// Where the enclave lies that checks the proof.
const OTHER: u64 = BASE + 0x10_0000;
/// Offsets in the second heap page of either enclave.
const TARGET: u64 = HEAP + 0x1000;
const DATA: u64 = HEAP + 0x1200;
const REPORT: u64 = HEAP + 0x1400;
pub(super) const REQUEST: u64 = HEAP + 0x1600;
pub(super) const KEY: u64 = HEAP + 0x1800;
/// Where the report lies in the buffer outside.
const PASSED: u64 = BUFFER + 0x200;
/// How much of a structure is written: the rest is zero, as the page is.
const WRITTEN: usize = 128;

pub(super) fn prove(stage: &mut Stage, base: u64, seed: u64, signer: &Signer) {
    let kind = Kind {
        number: 1,
        prefix: "b.",
        base: OTHER,
        ..Kind::default()
    };
    let other = kind.enclave(seed);
    stage.stretch(building(&other, signer));
    report(stage, base, seed, &other);
    check(stage);
}

/// A leaf of ENCLU with its operands.
pub(super) fn leaf(cpu: u8, leaf: u32, rbx: u64, rcx: u64, rdx: Option<u64>) -> Op {
    Op::Enclu(Enclu {
        cpu,
        leaf,
        loads_leaf: true,
        door: None,
        call: Call {
            rbx: Some(rbx),
            rcx: Some(rcx),
            rdx,
        },
    })
}

/// The code on a processor writes bytes it has.
pub(super) fn write(cpu: u8, at: u64, bytes: &[u8]) -> Op {
    let bytes = Data::Bytes(Rc::from(bytes));
    touch(Who::Code(cpu), at, Access::Write, bytes)
}

fn copy(cpu: u8, from: u64, to: u64, len: usize) -> Op {
    let len = len as u16;
    Op::Work(Work {
        cpu,
        task: Task::Copy { from, to, len },
    })
}

/// The other enclave is there: in the run it is built now, in one stretch.
fn building(other: &Enclave, signer: &Signer) -> Segment<Op> {
    let mut ops: Vec<Op> = other.operations().collect();
    ops.push(other.einit(other.signed(signer.clone())));
    Segment::many(
        Phase::Attest,
        "attest.other",
        text!("sgx.common.other", "Somebody to prove it to"),
        text!(
            "sgx.common.other.cap",
            "Another enclave on the same machine, built like the first. On a real machine it would most often be Intel’s quoting enclave, which turns what it has checked into a signature for the world."
        ),
        ops.len() as u64,
        move |i| Planned {
            op: ops[i as usize % ops.len()].clone(),
            label: alloc::format!("s{i}"),
            caption: Text::none(),
        },
    )
}

fn report(stage: &mut Stage, base: u64, seed: u64, other: &Enclave) {
    let flags = other.attributes.flags.with(AttributesFlags::INIT);
    let target = TargetInfo {
        measurement: other.measure(),
        attributes: Attributes::new(flags.bits(), other.attributes.xfrm.bits()),
        miscselect: other.miscselect,
        ..TargetInfo::default()
    };
    let mut data = [0; 64];
    data[..32].copy_from_slice(&sha256(&[&b"challenge"[..], &seed.to_le_bytes()].concat()));
    stage.step(
        Phase::Attest,
        "attest.targetinfo",
        text!("sgx.common.targetinfo", "Say whom it is for"),
        text!(
            "sgx.common.targetinfo.cap",
            "TARGETINFO names the other enclave by its measurement and attributes. The host told it; were it a lie, the report would be for somebody who is not there."
        ),
        write(0, base + TARGET, &target.encode()[..WRITTEN]),
    );
    stage.step(
        Phase::Attest,
        "attest.reportdata",
        text!("sgx.common.reportdata", "Add what is to be bound"),
        text!(
            "sgx.common.reportdata.cap",
            "64 bytes of the enclave’s own choice: here the number with which the other one challenged it, so that an old report does not pass for a new one."
        ),
        write(0, base + DATA, &data),
    );
    stage.step(
        Phase::Attest,
        "attest.ereport",
        text!("sgx.common.ereport", "Have the processor report"),
        text!(
            "sgx.common.ereport.cap",
            "The processor writes down what the SECS says of the enclave, and adds a MAC. The key of the MAC is derived from a secret in the processor and from the identity of the target: nobody else can ask for it, not even the enclave that reports. (Model: how it is derived is not published.)"
        ),
        leaf(0, 0, base + TARGET, base + DATA, Some(base + REPORT)),
    );
    stage.step(
        Phase::Attest,
        "attest.pass",
        text!("sgx.common.pass", "Pass it out"),
        text!(
            "sgx.common.pass.cap",
            "The report goes into ordinary memory and the host carries it across. It holds no secret, and whoever changes a bit of it spoils the MAC."
        ),
        copy(0, base + REPORT, PASSED, Report::SIZE),
    );
}

fn check(stage: &mut Stage) {
    stage.step(
        Phase::Attest,
        "attest.enter-other",
        text!("sgx.common.enter-other", "The other enclave is entered"),
        text!(
            "sgx.common.enter-other.cap",
            "On another processor, by its own door."
        ),
        crate::sgx::scenarios::acts::enter(1, 1),
    );
    stage.step(
        Phase::Attest,
        "attest.take",
        text!("sgx.common.take", "Take the report in"),
        text!(
            "sgx.common.take.cap",
            "It copies the report into its own memory first: what lies outside may change while it is being checked."
        ),
        copy(1, PASSED, OTHER + REPORT, Report::SIZE),
    );
    let request = KeyRequest {
        keyname: KeyName::REPORT,
        ..KeyRequest::default()
    };
    stage.step(
        Phase::Attest,
        "attest.keyrequest",
        text!("sgx.common.keyrequest", "Ask for the report key"),
        text!(
            "sgx.common.keyrequest.cap",
            "KEYREQUEST with KEYNAME = 3, REPORT. Which enclave it is for need not be said: an enclave gets its own report key and no other."
        ),
        write(1, OTHER + REQUEST, &request.encode()[..WRITTEN]),
    );
    stage.step(
        Phase::Attest,
        "attest.keyid",
        text!("sgx.common.keyid", "With the number of the key"),
        text!(
            "sgx.common.keyid.cap",
            "KEYID from the report: the processor draws a new one whenever it starts."
        ),
        copy(1, OTHER + REPORT + 384, OTHER + REQUEST + 40, 32),
    );
    stage.step(
        Phase::Attest,
        "attest.egetkey",
        text!("sgx.common.egetkey", "Get the key"),
        text!(
            "sgx.common.egetkey.cap",
            "EGETKEY derives the key from the same secret in the processor and from the SECS of the enclave that asks. Only if it is the target does the same key come out."
        ),
        leaf(1, 1, OTHER + REQUEST, OTHER + KEY, None),
    );
    stage.step(
        Phase::Attest,
        "attest.check",
        text!("sgx.common.check", "Check the MAC"),
        text!(
            "sgx.common.check.cap",
            "The other enclave computes the MAC over the report and compares. If it agrees, an enclave with this MRENCLAVE and MRSIGNER runs on this very processor. Whether that is a good enclave it must know itself."
        ),
        Op::Work(Work {
            cpu: 1,
            task: Task::Check {
                report: OTHER + REPORT,
                key: OTHER + KEY,
            },
        }),
    );
}
