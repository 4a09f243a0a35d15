//! attest_enclave: the report that the monitor makes of an enclave.

use crate::crypto::ed25519_sha3;

use super::super::keys::Identity;
use super::super::structs::{EnclaveReport, Report, SmReport};

/// The report of an enclave with this measurement over `data`, at most 1,024 bytes (the call refuses
/// more before it comes to this; what is beyond is cut off). `behind` is what lay in the monitor's
/// memory where the report is put together: its bytes past the data go out with the report, as
/// upstream does it. All zeros is what was intended.
#[must_use]
pub fn make(
    identity: &Identity,
    enclave_hash: &[u8; 64],
    data: &[u8],
    behind: &[u8; EnclaveReport::DATA_MAX],
) -> Report {
    let len = data.len().min(EnclaveReport::DATA_MAX);
    let mut enclave = EnclaveReport {
        hash: *enclave_hash,
        data_len: len as u64,
        data: *behind,
        signature: [0; 64],
    };
    enclave.data[..len].copy_from_slice(&data[..len]);
    let signed = enclave.signed().unwrap_or_default();
    let sm = &identity.sm;
    enclave.signature = ed25519_sha3::sign(&signed, &sm.public, &sm.secret);
    Report {
        enclave,
        sm: SmReport {
            hash: identity.sm_hash,
            public_key: sm.public,
            signature: identity.sm_signature,
        },
        dev_public_key: identity.device.public,
    }
}
