//! Operations and their results as sentences.

use alloc::string::ToString;

use super::super::{forge, verify};
use super::{Check, Op, Verifier};
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::{Outcome, Rule};

pub(super) fn says(op: &Op) -> Text {
    match op {
        Op::Receive => text!("attest.says.receive", "the report arrives"),
        Op::Read => text!("attest.says.read", "takes the file apart"),
        Op::Sm => text!(
            "attest.says.sm",
            "checks the device’s signature over the monitor"
        ),
        Op::Enclave => text!(
            "attest.says.enclave",
            "checks the monitor’s signature over the enclave"
        ),
        Op::Device => text!(
            "attest.says.device",
            "compares the device key in the report with the expected one"
        ),
        Op::SmHash => text!("attest.says.sm-hash", "compares the monitor’s measurement"),
        Op::EnclaveHash => text!(
            "attest.says.enclave-hash",
            "compares the enclave’s measurement"
        ),
        Op::Verdict => text!("attest.says.verdict", "accepts or rejects the report"),
        Op::Flip { at, bit } => text!(
            "attest.says.flip",
            "somebody flips bit {bit} of the byte at {at}",
            bit = bit.to_string(),
            at = hex::short(*at)
        ),
        Op::Write { at, bytes } => text!(
            "attest.says.write",
            "somebody writes {n} bytes at {at}",
            n = bytes.len(),
            at = hex::short(*at)
        ),
        Op::Forge { .. } => text!(
            "attest.says.forge",
            "somebody looks for the monitor’s secret key and signs another report"
        ),
    }
}

pub(super) fn tells(
    v: &Verifier,
    op: &Op,
    outcome: Outcome,
    broken: Option<&'static Rule>,
) -> Text {
    if !outcome.is_done() {
        return stopped(v, broken);
    }
    let skipped = |check| !v.wants(check);
    match op {
        Op::Device if skipped(Check::Device) => text!(
            "attest.tells.device-skipped",
            "Upstream’s verifier does not look at this key. It uses the one it was given, so the report may carry any other."
        ),
        Op::SmHash if skipped(Check::SmHash) => text!(
            "attest.tells.sm-skipped",
            "No measurement of the monitor was given, so nothing is compared. Any monitor that this device has booted is accepted."
        ),
        Op::EnclaveHash if skipped(Check::EnclaveHash) => text!(
            "attest.tells.enclave-skipped",
            "No measurement of the enclave was given, so nothing is compared. The report proves that some enclave said this, not which."
        ),
        Op::Receive => text!(
            "attest.tells.receive",
            "Received. Nothing about it is known yet: whoever carried it may have changed it."
        ),
        Op::Read => text!(
            "attest.tells.read",
            "Every byte has its place. None of it is proven yet."
        ),
        Op::Sm => text!(
            "attest.tells.sm",
            "It holds: this device has booted this monitor and made this key for it."
        ),
        Op::Enclave => text!(
            "attest.tells.enclave",
            "It holds: the monitor has said this of the enclave. Bytes behind data_len are not covered."
        ),
        Op::Device | Op::SmHash | Op::EnclaveHash => {
            text!("attest.tells.same", "They are the same.")
        }
        Op::Verdict => text!(
            "attest.tells.accepted",
            "Accepted. How much that means depends on what was compared, and on who knows the keys."
        ),
        Op::Flip { .. } | Op::Write { .. } => text!(
            "attest.tells.changed",
            "Changed. Nothing notices until somebody checks."
        ),
        Op::Forge { .. } => text!(
            "attest.tells.forged",
            "Found. The monitor’s key was made of one byte of the device’s secret key and one byte of its measurement, which the report itself tells. The new report carries a true signature by the true key."
        ),
    }
}

/// Why a check stopped, by its rule.
fn stopped(v: &Verifier, broken: Option<&'static Rule>) -> Text {
    let is = |rule: &Rule| broken.is_some_and(|b| b.id == rule.id);
    if is(&verify::READABLE) {
        let why = verify::read(&v.bytes).err().unwrap_or_else(Text::none);
        return match (v.received, why.is_empty()) {
            (false, _) => text!("attest.tells.nothing", "No report has arrived yet."),
            (true, true) => text!(
                "attest.tells.unread",
                "The report has not been read yet, so there is nothing to check."
            ),
            (true, false) => text!(
                "attest.tells.unreadable",
                "It cannot be read. {why}",
                why = why
            ),
        };
    }
    if is(&verify::SM_SIGNATURE) {
        return text!(
            "attest.tells.sm-bad",
            "It does not hold. Either the report comes from another device than the expected one, or its monitor’s measurement, key or signature was changed."
        );
    }
    if is(&verify::DATA_LENGTH) {
        return text!(
            "attest.tells.too-long",
            "data_len is larger than the field. Whoever used it as a length would read past the data."
        );
    }
    if is(&verify::DATA_INSIDE) {
        return text!(
            "attest.tells.over-read",
            "data_len is taken on trust, and the verifier reads on behind the report: whatever lies there is hashed, or the program ends. One comparison with 1,024 would mend it."
        );
    }
    if is(&verify::ENCLAVE_SIGNATURE) {
        return text!(
            "attest.tells.enclave-bad",
            "It does not hold. The enclave’s measurement, data_len, the data or the signature was changed, or another monitor has signed."
        );
    }
    if is(&forge::KEY_FOUND) {
        return text!(
            "attest.tells.no-key",
            "None of the 32 keys fits: this monitor’s key was made of more than two bytes. That is what was intended."
        );
    }
    if is(&verify::ALL_HELD) {
        return text!(
            "attest.tells.rejected",
            "Rejected: a check failed or was left out."
        );
    }
    text!(
        "attest.tells.differ",
        "They differ. The report may be true all the same, of another device, monitor or enclave."
    )
}
