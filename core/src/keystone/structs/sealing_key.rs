//! The sealing key as the security monitor hands it to an enclave.

use crate::layout;

layout! {
    /// The output of the SBI call get_sealing_key.
    #[derive(Copy)]
    pub struct SealingKey: "sealing_key", 192 bytes, align 8, "keystone sm/src/enclave.h, struct sealing_key";
    0  128 "key" => key: [u8; 128], "The key: bound to the monitor's key, the enclave's measurement and the identifier.";
    128 64 "signature" => signature: [u8; 64], "The monitor's signature over the key.";
}
