//! attest_enclave: the monitor signs what it measured, with 1,024 bytes of the enclave's choice.

use super::super::faults::Faults;
use super::super::machine::{Machine, State};
use super::super::report;
use super::super::status;
use super::super::structs::EnclaveReport;
use super::After;
use crate::crypto::sha3::sha3_512;
use crate::rules;
use crate::text;
use crate::trace::{Event, Recorder, Stop, Value};

const ATTEST: &str = "keystone sm/src/enclave.c, attest_enclave";

rules! {
    DATA_FITS = "ATTEST.data-fits": "The data is at most 1,024 bytes", ATTEST;
    INITIALIZED = "ATTEST.measured": "The enclave has been measured: its state is FRESH or later", ATTEST;
    DATA_READABLE = "ATTEST.data-readable": "The enclave may read the data it names", ATTEST;
    REPORT_WRITABLE = "ATTEST.report-writable": "The enclave may write where the report is to go", ATTEST;
}

/// Carries out attest_enclave with the report's address, the data's and its length.
pub(super) fn attest_enclave<R: Recorder>(
    m: &mut Machine,
    (hart, eid): (u8, u8),
    [to, data, len]: [u64; 3],
    recorder: &mut R,
) -> Result<After, Stop> {
    let fits = len <= EnclaveReport::DATA_MAX as u64;
    recorder.require(&DATA_FITS, fits, status::ILLEGAL_ARGUMENT)?;
    let enclave = m.enclave(eid).filter(|e| e.state >= State::Fresh);
    recorder.require(&INITIALIZED, enclave.is_some(), status::NOT_INITIALIZED)?;
    let hash = enclave.map_or([0; 64], |e| e.hash);
    let data = m.copy_in(hart, data, len as usize);
    recorder.require(&DATA_READABLE, data.is_some(), status::NOT_ACCESSIBLE)?;
    let data = data.unwrap_or_default();
    let Some(identity) = m.monitor.identity.clone() else {
        return Err(status::NOT_INITIALIZED.into());
    };
    let behind = match m.platform.has(Faults::STALE_REPORT) {
        true => stale(&identity.sm_hash),
        false => [0; EnclaveReport::DATA_MAX],
    };
    let report = report::make(&identity, &hash, &data, &behind);
    recorder.tell(|| Event::Derive {
        key: text!(
            "keystone.attest.signature",
            "the monitor’s signature over the enclave"
        ),
        from: alloc::vec![
            (super::super::keys::sm_key(), identity.sm.public[..].into()),
            ("hash".into(), Value::from(&hash[..])),
            ("data".into(), super::super::words::short_bytes(&data)),
        ],
        value: Value::from(&report.enclave.signature[..]),
    });
    let written = m.copy_out(hart, to, &report.encode(), recorder);
    recorder.require(&REPORT_WRITABLE, written, status::ILLEGAL_ARGUMENT)?;
    Ok(After::Returned(0))
}

/// What lies on the monitor's stack where the report is put together (model: 404 bytes that are not
/// zero were seen at 248 to 1,008; which ones is not known, and here they follow from the build).
#[must_use]
pub fn stale(sm_hash: &[u8; 64]) -> [u8; EnclaveReport::DATA_MAX] {
    let mut stack = [0; EnclaveReport::DATA_MAX];
    let mut block = *sm_hash;
    for chunk in stack[248..652].chunks_mut(64) {
        block = sha3_512(&block);
        for (to, from) in chunk.iter_mut().zip(block) {
            *to = from.max(1);
        }
    }
    stack
}
