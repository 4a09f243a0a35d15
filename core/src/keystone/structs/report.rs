//! The attestation report: what the security monitor says of an enclave, and the device of the monitor.

use crate::layout;

layout! {
    /// The part that the security monitor signs for an enclave.
    #[derive(Copy)]
    pub struct EnclaveReport: "enclave_report", 1160 bytes, align 8, "keystone sm/src/enclave.h, struct enclave_report";
    0     64 "hash" => hash: [u8; 64], "The enclave's measurement, SHA3-512.";
    64     8 "data_len" => data_len: u64 as Size, "How many of the 1,024 bytes that follow are the enclave's.";
    72  1024 "data" => data: [u8; 1024], "What the enclave wants attested; bytes past data_len are not signed.";
    1096  64 "signature" => signature: [u8; 64], "The monitor's signature over hash, data_len and the first data_len bytes of data.";
}

layout! {
    /// The part that the device signs for its security monitor.
    #[derive(Copy)]
    pub struct SmReport: "sm_report", 160 bytes, align 8, "keystone sm/src/enclave.h, struct sm_report";
    0  64 "hash" => hash: [u8; 64], "The security monitor's measurement, SHA3-512, taken by the boot ROM.";
    64 32 "public_key" => public_key: [u8; 32], "The monitor's public key.";
    96 64 "signature" => signature: [u8; 64], "The device's signature over hash and public_key.";
}

layout! {
    /// The output of the SBI call attest_enclave.
    #[derive(Copy)]
    pub struct Report: "report", 1352 bytes, align 8, "keystone sm/src/enclave.h, struct report";
    0    1160 "enclave" => enclave: EnclaveReport, "What the monitor says of the enclave.";
    1160  160 "sm" => sm: SmReport, "What the device says of the monitor.";
    1320   32 "dev_public_key" => dev_public_key: [u8; 32], "The device's public key. Nothing in the report protects it.";
}

impl EnclaveReport {
    /// Bytes of data a report has room for.
    pub const DATA_MAX: usize = 1024;

    /// The bytes that the monitor's signature covers: hash, data_len and as many bytes of data;
    /// `None` when data_len is larger than the field.
    #[must_use]
    pub fn signed(&self) -> Option<alloc::vec::Vec<u8>> {
        let data = self.data.get(..usize::try_from(self.data_len).ok()?)?;
        let mut bytes = self.hash.to_vec();
        bytes.extend_from_slice(&self.data_len.to_le_bytes());
        bytes.extend_from_slice(data);
        Some(bytes)
    }
}

impl SmReport {
    /// The bytes that the device's signature covers: hash and public_key.
    #[must_use]
    pub fn signed(&self) -> [u8; 96] {
        let mut bytes = [0; 96];
        bytes[..64].copy_from_slice(&self.hash);
        bytes[64..].copy_from_slice(&self.public_key);
        bytes
    }
}
