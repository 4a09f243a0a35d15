//! SIGSTRUCT: what the enclave's author signs, and what EINIT checks against the enclave.

use super::{Attributes, CetAttributes, Miscselect};
use crate::bytes::BcdDate;
use crate::layout;

layout! {
    /// The certificate of an enclave: its expected measurement and identity under an RSA-3072
    /// signature with public exponent 3. All integers are little-endian.
    pub struct SigStruct: "SIGSTRUCT", 1808 bytes, align 4096, "Intel SDM vol. 3D, Enclave Signature Structure (SIGSTRUCT)";
    0    16 "HEADER" => header: [u8; 16], "Constant that opens the structure.";
    16    4 "VENDOR" => vendor: u32 as Address, "0x8086 for Intel's enclaves, zero for all others.";
    20    4 "DATE" => date: BcdDate, "When it was signed.";
    24   16 "HEADER2" => header2: [u8; 16], "Constant that gives the sizes of key and signature.";
    40    4 "SWDEFINED" => swdefined: u32, "Free for software.";
    44   84 "reserved", "Must be zero.";
    128 384 "MODULUS" => modulus: [u8; 384] as Integer, "The signer's public key; its SHA-256 is MRSIGNER.";
    512   4 "EXPONENT" => exponent: u32, "Public exponent; always 3.";
    516 384 "SIGNATURE" => signature: [u8; 384] as Integer, "PKCS#1 v1.5 signature with SHA-256 of bytes 0 to 127 and 900 to 1027.";
    900   4 "MISCSELECT" => miscselect: Miscselect, "Extra exit information the enclave must be created with.";
    904   4 "MISCMASK" => miscmask: Miscselect, "Which bits of MISCSELECT must agree.";
    908   1 "CET_ATTRIBUTES" => cet_attributes: CetAttributes, "Control-flow enforcement options it must be created with.", since "CET";
    909   1 "CET_ATTRIBUTES_MASK" => cet_attributes_mask: CetAttributes, "Which bits of CET_ATTRIBUTES must agree.", since "CET";
    910   2 "reserved", "Must be zero.";
    912  16 "ISVFAMILYID" => isvfamilyid: [u8; 16], "Product family identifier.", since "KSS";
    928  16 "ATTRIBUTES" => attributes: Attributes, "Attributes the enclave must be created with.";
    944  16 "ATTRIBUTEMASK" => attributemask: Attributes, "Which bits of ATTRIBUTES must agree.";
    960  32 "ENCLAVEHASH" => enclavehash: [u8; 32], "The measurement the enclave must have.";
    992  16 "reserved", "Must be zero.";
    1008 16 "ISVEXTPRODID" => isvextprodid: [u8; 16], "Extended product identifier.", since "KSS";
    1024  2 "ISVPRODID" => isvprodid: u16, "Product identifier.";
    1026  2 "ISVSVN" => isvsvn: u16, "Security version.";
    1028 12 "reserved", "Must be zero.";
    1040 384 "Q1" => q1: [u8; 384] as Integer, "Quotient of the signature's square by the modulus.";
    1424 384 "Q2" => q2: [u8; 384] as Integer, "Quotient of the next multiplication by the modulus.";
}
