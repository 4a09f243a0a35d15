//! What a verifier checks of a report, one function a check.

use super::super::structs::{EnclaveReport, Report};
use super::json;
use crate::crypto::ed25519_sha3::{self, Public};
use crate::rules;
use crate::text;
use crate::text::Text;
use crate::trace::{Compared, Fault, Recorder, Rule, Status, Stop, Value};

const VERIFIER: &str = "keystone sdk/src/verifier/report.cpp";

rules! {
    READABLE = "REPORT.readable": "The file is a report: 1,352 bytes, or JSON with the members of one", "keystone sdk/src/verifier/report.cpp, fromBytes and fromJson";
    SM_SIGNATURE = "REPORT.sm-signature": "The expected device has signed the monitor's measurement and public key", "keystone sdk/src/verifier/report.cpp, checkSignaturesOnly";
    DATA_LENGTH = "REPORT.data-length": "data_len is at most 1,024", "keystone sm/src/enclave.h, ATTEST_DATA_MAXLEN; upstream's verifier does not look";
    DATA_INSIDE = "REPORT.data-inside": "The bytes that data_len says are signed lie inside the report", "model: what a C program reads behind its buffer is undefined";
    ENCLAVE_SIGNATURE = "REPORT.enclave-signature": "The monitor's key in the report has signed the enclave's measurement and data", "keystone sdk/src/verifier/report.cpp, checkSignaturesOnly";
    DEVICE_KEY = "REPORT.device-key": "The device key in the report is the expected one", "keystone issue 387; upstream's verifier does not look";
    SM_HASH = "REPORT.sm-hash": "The monitor's measurement is the expected one", "keystone sdk/src/verifier/report.cpp, verify";
    ENCLAVE_HASH = "REPORT.enclave-hash": "The enclave's measurement is the expected one", "keystone sdk/src/verifier/report.cpp, verify";
    ALL_HELD = "REPORT.all-held": "Every check before this one was made and held", VERIFIER;
}

/// The answer of a check that failed. Upstream's verifier answers yes or no for all together.
pub const FAILED: Status = Status {
    code: 0,
    name: "verify",
};

/// A report and the file it was read from.
///
/// # Errors
/// [`READABLE`] does not hold; the sentence says why.
pub fn read(bytes: &[u8]) -> Result<Report, Text> {
    if bytes.len() == Report::SIZE {
        return Report::decode(bytes, 0).map_err(|bad| bad.text());
    }
    let first = bytes.iter().find(|b| !b.is_ascii_whitespace());
    match first {
        Some(b'{') => json::from_json(bytes),
        _ => Err(Report::LAYOUT
            .check_length(bytes, 0)
            .map_or_else(|bad| bad.text(), |()| Text::none())),
    }
}

/// Checks the device's signature over the monitor, by the device key that the verifier expects.
///
/// # Errors
/// It does not hold.
pub fn sm_signature<R: Recorder>(
    report: &Report,
    device: &Public,
    recorder: &mut R,
) -> Result<(), Stop> {
    let sm = &report.sm;
    let held = ed25519_sha3::verify(&sm.signed(), device, &sm.signature).is_ok();
    recorder.require(&SM_SIGNATURE, held, FAILED)
}

/// Checks the monitor's signature over the enclave. As intended, data_len is checked first; upstream's
/// verifier takes as many bytes as data_len says from where the data starts, whatever lies there.
///
/// # Errors
/// It does not hold; upstream, reading on past the report is a fault.
pub fn enclave_signature<R: Recorder>(
    report: &Report,
    as_upstream: bool,
    recorder: &mut R,
) -> Result<(), Stop> {
    let e = &report.enclave;
    let fits = e.data_len <= EnclaveReport::DATA_MAX as u64;
    let message = if as_upstream {
        let len = usize::try_from(e.data_len).ok();
        let end = len.and_then(|len| len.checked_add(72));
        let whole = report.encode();
        let message = end.and_then(|end| whole.get(..end).map(<[u8]>::to_vec));
        recorder.require(&DATA_INSIDE, message.is_some(), over_read(e.data_len))?;
        message
    } else {
        recorder.require(&DATA_LENGTH, fits, FAILED)?;
        e.signed()
    };
    let message = message.unwrap_or_default();
    let held = ed25519_sha3::verify(&message, &report.sm.public_key, &e.signature).is_ok();
    recorder.require(&ENCLAVE_SIGNATURE, held, FAILED)
}

/// The verifier reads past its buffer.
fn over_read(data_len: u64) -> Fault {
    Fault {
        name: "read past the report",
        code: None,
        address: Some(data_len.saturating_add(72)),
    }
}

/// Compares bytes of the report with what the verifier expects.
///
/// # Errors
/// They differ.
pub fn compare<R: Recorder>(
    rule: &'static Rule,
    expected: &[u8],
    found: &[u8],
    recorder: &mut R,
) -> Result<(), Stop> {
    let compared = || Compared {
        wanted_is: text!("attest.report.expected", "expected"),
        wanted: Value::from(expected),
        found_is: text!("attest.report.in-report", "in the report"),
        found: Value::from(found),
    };
    recorder.compare(rule, expected == found, compared, FAILED)
}
