//! What somebody on the network can do with a report whose monitor has a key made of two bytes.

use super::super::keys::guess_sm_key;
use super::super::structs::{EnclaveReport, Report};
use crate::crypto::ed25519_sha3;
use crate::rules;
use crate::text;
use crate::trace::{Event, Recorder, Status, Stop, Value};

rules! {
    KEY_FOUND = "FORGE.key-found": "One of the 32 keys that a first byte of the device's secret key allows is the monitor's", "keystone bootrom/bootloader.c: sizeof(*array) where the array was meant";
}

/// The forger's answer when there is nothing to forge with.
pub const NO_KEY: Status = Status {
    code: 0,
    name: "no key",
};

/// Finds the monitor's secret key by trying, and signs another measurement or other data with it.
/// The rest of the report stays: the device has signed that very key.
///
/// # Errors
/// No key fits.
pub fn forge<R: Recorder>(
    report: &Report,
    enclave_hash: Option<[u8; 64]>,
    data: &[u8],
    recorder: &mut R,
) -> Result<Report, Stop> {
    let found = guess_sm_key(&report.sm.hash, &report.sm.public_key);
    recorder.check(&KEY_FOUND, found.is_some(), || None);
    let (first, keys) = found.ok_or(NO_KEY)?;
    recorder.tell(|| Event::Derive {
        key: text!("attest.forge.key", "secret key of the monitor"),
        from: alloc::vec![
            (
                text!(
                    "attest.forge.guess",
                    "guessed first byte of the device's secret key"
                ),
                Value::Number(first.into())
            ),
            ("sm.hash[0]".into(), Value::Number(report.sm.hash[0].into())),
        ],
        value: Value::from(&keys.secret[..]),
    });
    let mut forged = *report;
    let e = &mut forged.enclave;
    e.hash = enclave_hash.unwrap_or(e.hash);
    let len = data.len().min(EnclaveReport::DATA_MAX);
    e.data = [0; EnclaveReport::DATA_MAX];
    e.data[..len].copy_from_slice(&data[..len]);
    e.data_len = len as u64;
    let signed = e.signed().unwrap_or_default();
    e.signature = ed25519_sha3::sign(&signed, &keys.public, &keys.secret);
    Ok(forged)
}
