//! What a file is, by its size and its first bytes.

use super::report::is_json;
use super::structs::{EnclaveReport, Report};
use crate::text;
use crate::trace::Recognised;

/// The scenario that takes reports.
pub(super) const REPORT: &str = "keystone/report";

/// Says whether a file is one of this machine's artefacts, and by what.
#[must_use]
pub fn recognise(bytes: &[u8]) -> Option<Recognised> {
    let why = if bytes.len() == Report::SIZE {
        let len = Report::from_bytes(bytes.try_into().ok()?).enclave.data_len;
        if len <= EnclaveReport::DATA_MAX as u64 {
            text!(
                "attest.is-report",
                "it has 1,352 bytes, as a report has, and a data_len of {n}, which fits",
                n = len
            )
        } else if len >> 32 == 0 {
            text!(
                "attest.is-report-long",
                "it has 1,352 bytes, as a report has; but its data_len is {n}, more than the 1,024 there is room for",
                n = len
            )
        } else {
            return None;
        }
    } else if is_json(bytes) {
        text!(
            "attest.is-report-json",
            "it is JSON with the members device_pubkey, security_monitor and enclave"
        )
    } else {
        return None;
    };
    Some(Recognised {
        what: text!("attest.report.what", "Keystone report"),
        why,
        scenario: REPORT,
        key: "report",
    })
}
