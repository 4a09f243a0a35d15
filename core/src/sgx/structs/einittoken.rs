//! EINITTOKEN: a launch enclave's permission to start an enclave.

use super::{Attributes, Miscselect};
use crate::layout;

layout! {
    /// The permission that EINIT asks for when the signer's hash is not in the launch control
    /// registers. Its MAC covers the first 192 bytes.
    #[doc(alias = "LICENSE")]
    #[derive(Copy)]
    pub struct EinitToken: "EINITTOKEN", 304 bytes, align 512, "Intel SDM vol. 3D, EINIT Token Structure (EINITTOKEN)";
    0    4 "VALID" => valid: u32, "Bit 0: the token is to be checked.";
    4   44 "reserved", "Must be zero.";
    48  16 "ATTRIBUTES" => attributes: Attributes, "Attributes of the enclave it is for.";
    64  32 "MRENCLAVE" => mrenclave: [u8; 32], "Measurement of the enclave it is for.";
    96  32 "reserved", "Must be zero.";
    128 32 "MRSIGNER" => mrsigner: [u8; 32], "Signer of the enclave it is for.";
    160 32 "reserved", "Must be zero.";
    192 16 "CPUSVNLE" => cpusvnle: [u8; 16], "Processor security version when the launch enclave made it.";
    208  2 "ISVPRODIDLE" => isvprodidle: u16, "Product identifier of the launch enclave.";
    210  2 "ISVSVNLE" => isvsvnle: u16, "Security version of the launch enclave.";
    212 24 "reserved", "Must be zero.";
    236  4 "MASKEDMISCSELECTLE" => maskedmiscselectle: Miscselect, "Masked MISCSELECT of the launch enclave.";
    240 16 "MASKEDATTRIBUTESLE" => maskedattributesle: Attributes, "Masked attributes of the launch enclave.";
    256 32 "KEYID" => keyid: [u8; 32], "Which key authenticates it.";
    288 16 "MAC" => mac: [u8; 16], "AES-CMAC of the first 192 bytes.";
}

impl EinitToken {
    /// How many bytes, from the first on, the MAC covers.
    pub const MACED: usize = 192;
}
