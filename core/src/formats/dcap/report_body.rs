//! What an enclave's report says about it, in a REPORT and in a quote alike.

use super::{Attributes, CetAttributes, Miscselect};
use crate::layout;

layout! {
    /// The part of a REPORT that its MAC covers, and the body of an SGX quote.
    #[derive(Copy)]
    pub struct ReportBody: "REPORTBODY", 384 bytes, align 1, "Intel SDM vol. 3D, REPORT";
    0   16 "CPUSVN" => cpusvn: [u8; 16], "Security version of the processor; opaque.";
    16   4 "MISCSELECT" => miscselect: Miscselect, "The enclave's choice of extra exit information.";
    20   1 "CET_ATTRIBUTES" => cet_attributes: CetAttributes, "The enclave's control-flow enforcement options.", since "CET";
    21  11 "reserved", "Must be zero.";
    32  16 "ISVEXTPRODID" => isvextprodid: [u8; 16], "Extended product identifier the signer chose.", since "KSS";
    48  16 "ATTRIBUTES" => attributes: Attributes, "What the enclave is and which processor state it uses.";
    64  32 "MRENCLAVE" => mrenclave: [u8; 32], "Measurement of how the enclave was built.";
    96  32 "reserved", "Must be zero.";
    128 32 "MRSIGNER" => mrsigner: [u8; 32], "SHA-256 of the signer's public key modulus.";
    160 32 "reserved", "Must be zero.";
    192 64 "CONFIGID" => configid: [u8; 64], "Configuration the enclave was created with.", since "KSS";
    256  2 "ISVPRODID" => isvprodid: u16, "Product identifier the signer chose.";
    258  2 "ISVSVN" => isvsvn: u16, "Security version the signer gave the enclave.";
    260  2 "CONFIGSVN" => configsvn: u16, "Security version of the configuration.", since "KSS";
    262 42 "reserved", "Must be zero.";
    304 16 "ISVFAMILYID" => isvfamilyid: [u8; 16], "Product family identifier the signer chose.", since "KSS";
    320 64 "REPORTDATA" => reportdata: [u8; 64], "What the enclave put in: a nonce, a key, a digest.";
}
