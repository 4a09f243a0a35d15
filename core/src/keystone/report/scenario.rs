//! `keystone/report`: a report, yours or one made here, before a verifier.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use super::super::keys::{Identity, SeedFrom, TEST_DEVICE};
use super::super::recognise::REPORT;
use super::make;
use super::verifier::{Expected, Op, Verifier};
use crate::bytes::hex;
use crate::crypto::sha3::sha3_512;
use crate::text;
use crate::text::Text;
use crate::trace::{
    BadInput, Built, Param, Phase, Plan, ScenarioInfo, Segment, Silent, Turned, param,
};

/// The scenario.
pub static SCENARIO: Built<Verifier> = Built { info, plan };

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: REPORT,
        title: text!("attest.report.title", "Before the verifier"),
        question: text!(
            "attest.report.question",
            "What does an attestation report prove?"
        ),
        lesson: text!(
            "attest.report.lesson",
            "The device vouches for its monitor, the monitor for its enclave. Each signature, and each comparison that a verifier may forget, is a step. Drop a report of your own, or flip a bit of this one."
        ),
        params: params(),
        listed: true,
    }
}

/// What can be set: the report and what is expected of it, then who verifies and how it is made.
fn params() -> Vec<Param> {
    let mut all = vec![
        param::file(
            "report",
            text!("attest.param.report", "Report"),
            text!(
                "attest.param.report.help",
                "1,352 bytes, or the JSON form. Empty: one is made here with the test key."
            ),
            text!("attest.param.report.what", "a Keystone report"),
        ),
        param::hex(
            "device",
            text!("attest.param.device", "Expected device key"),
            text!(
                "attest.param.device.help",
                "32 bytes in hex. Empty: Keystone’s published test key."
            ),
            32,
        ),
        param::hex(
            "sm",
            text!("attest.param.sm", "Expected monitor"),
            text!(
                "attest.param.sm.help",
                "The monitor’s SHA3-512, 64 bytes in hex. Empty: that of the report made here; for your own report nothing is compared."
            ),
            64,
        ),
        param::hex(
            "enclave",
            text!("attest.param.enclave", "Expected enclave"),
            text!(
                "attest.param.enclave.help",
                "The enclave’s SHA3-512, 64 bytes in hex. Empty: that of the report made here; for your own report nothing is compared."
            ),
            64,
        ),
    ];
    all.extend(made());
    all
}

/// Who verifies, and how the report is made that is made here.
fn made() -> [Param; 3] {
    [
        param::choice(
            "verifier",
            text!("attest.param.verifier", "Verifier"),
            text!(
                "attest.param.verifier.help",
                "Upstream’s verifier ignores the device key in the report and trusts data_len."
            ),
            &[
                ("intended", text!("attest.as-intended", "as intended")),
                ("upstream", text!("attest.as-upstream", "as upstream")),
            ],
        ),
        param::choice(
            "seed-from",
            text!("attest.param.seed-from", "The monitor’s key"),
            text!(
                "attest.param.seed-from.help",
                "For the report made here. As upstream, the key follows from one byte of the device’s secret key and one of the monitor’s measurement, so that anybody finds it."
            ),
            &[
                ("one-byte", text!("attest.as-upstream", "as upstream")),
                ("all-bytes", text!("attest.as-intended", "as intended")),
            ],
        ),
        param::words(
            "data",
            text!("attest.param.data", "What the enclave says"),
            text!(
                "attest.param.data.help",
                "For the report made here: at most 1,024 bytes, such as a number that the verifier has sent."
            ),
            "nonce 4711",
        ),
    ]
}

fn plan(turned: &Turned<'_>) -> Result<(Verifier, Plan<Op>), BadInput> {
    let (sm, enclave) = (sha3_512(b"demo monitor"), sha3_512(b"demo enclave"));
    let file = turned.file("report")?;
    let own = file.is_some();
    let bytes: Rc<[u8]> = match file {
        Some(file) => file.whole("report")?,
        None => Rc::from(&demo(turned, sm, &enclave)[..]),
    };
    let demo_hash = |hash: [u8; 64]| (!own).then_some(hash);
    let expected = Expected {
        device: bytes_of(turned, "device")?.unwrap_or(TEST_DEVICE.public),
        sm_hash: bytes_of(turned, "sm")?.or(demo_hash(sm)),
        enclave_hash: bytes_of(turned, "enclave")?.or(demo_hash(enclave)),
        as_upstream: turned.text("verifier") == "upstream",
    };
    Ok((Verifier::new(expected, bytes), Plan::new(segments(own))))
}

/// The report of a demo enclave on a demo monitor, signed with the published test key.
fn demo(turned: &Turned<'_>, sm: [u8; 64], enclave: &[u8; 64]) -> [u8; 1352] {
    let from = match turned.text("seed-from") {
        "all-bytes" => SeedFrom::AllBytes,
        _ => SeedFrom::OneByteEach,
    };
    let identity = Identity::boot(&TEST_DEVICE, sm, from, &mut Silent);
    make(
        &identity,
        enclave,
        turned.text("data").as_bytes(),
        &[0; 1024],
    )
    .encode()
}

/// The bytes of a parameter; `None` if it is empty.
fn bytes_of<const N: usize>(
    turned: &Turned<'_>,
    key: &'static str,
) -> Result<Option<[u8; N]>, BadInput> {
    let text = turned.text(key);
    if text.is_empty() {
        return Ok(None);
    }
    let bytes = hex::decode_array(text).map_err(|_| BadInput {
        key: key.into(),
        missing_file: false,
        why: text!(
            "attest.param.bytes",
            "{key} must be {n} bytes in hex, or empty.",
            key = key,
            n = N
        ),
    })?;
    Ok(Some(bytes))
}

/// One step.
fn step(label: &str, title: Text, caption: Text, op: Op) -> Segment<Op> {
    Segment::one(Phase::Attest, label, title, caption, op)
}

fn segments(own: bool) -> Vec<Segment<Op>> {
    let receive = match own {
        true => text!(
            "attest.cap.receive-own",
            "Your file arrives as it is. The verifier trusts nothing in it yet."
        ),
        false => text!(
            "attest.cap.receive",
            "An enclave has asked its security monitor for a report, and its host sends it. The report is not secret, and its carrier could have changed it."
        ),
    };
    let mut all = vec![
        step(
            "receive",
            text!("attest.step.receive", "A report arrives"),
            receive,
            Op::Receive,
        ),
        step(
            "read",
            text!("attest.step.read", "Take it apart"),
            text!(
                "attest.cap.read",
                "1,352 bytes in three parts: what the monitor says of the enclave, what the device says of the monitor, and the device’s key. The JSON form carries the same, without the bytes behind the data."
            ),
            Op::Read,
        ),
        step(
            "verify.sm",
            text!("attest.step.sm", "Does the device vouch for the monitor?"),
            text!(
                "attest.cap.sm",
                "The boot ROM has measured the monitor, made a key pair for it and signed both with the device’s key. The verifier uses the device key that it expects, not the one in the report. The signature is Ed25519 with SHA3-512 in the place of SHA-512: ordinary libraries refuse it."
            ),
            Op::Sm,
        ),
        step(
            "verify.enclave",
            text!(
                "attest.step.enclave",
                "Does the monitor vouch for the enclave?"
            ),
            text!(
                "attest.cap.enclave",
                "The monitor’s key, in which the verifier now believes, has signed the enclave’s measurement, data_len and as many bytes of data. The rest of the field is not signed."
            ),
            Op::Enclave,
        ),
    ];
    all.extend(comparisons());
    all
}

/// What is compared with what was known beforehand, and the verdict.
fn comparisons() -> [Segment<Op>; 4] {
    [
        step(
            "compare.device",
            text!("attest.step.device", "Is it the expected device?"),
            text!(
                "attest.cap.device",
                "The report also carries the device’s key. No signature covers it, so it may only be compared, never used."
            ),
            Op::Device,
        ),
        step(
            "compare.sm",
            text!("attest.step.sm-hash", "Is it the expected monitor?"),
            text!(
                "attest.cap.sm-hash",
                "A device vouches for whatever monitor it has booted, also for a bad one. Only the comparison with a known measurement tells."
            ),
            Op::SmHash,
        ),
        step(
            "compare.enclave",
            text!("attest.step.enclave-hash", "Is it the expected enclave?"),
            text!(
                "attest.cap.enclave-hash",
                "A monitor vouches for every enclave that asks. Which one it was tells the measurement."
            ),
            Op::EnclaveHash,
        ),
        step(
            "verdict",
            text!("attest.step.verdict", "Accept or reject"),
            text!(
                "attest.cap.verdict",
                "Accepted only if every check was made and held."
            ),
            Op::Verdict,
        ),
    ]
}
