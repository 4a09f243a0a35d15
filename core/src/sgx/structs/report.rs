//! REPORT: what one enclave says of itself to another on the same machine.

use super::ReportBody;
use crate::layout;

layout! {
    /// The output of EREPORT, which only the enclave named in TARGETINFO can check.
    #[derive(Copy)]
    pub struct Report: "REPORT", 432 bytes, align 512, "Intel SDM vol. 3D, REPORT";
    0  384 "REPORTBODY" => body: ReportBody, "What the MAC covers.";
    384 32 "KEYID" => keyid: [u8; 32], "Which report key made the MAC.";
    416 16 "MAC" => mac: [u8; 16], "AES-CMAC of the first 384 bytes under the target's report key.";
}

impl Report {
    /// How many bytes, from the first on, the MAC covers: the body.
    pub const MACED: usize = ReportBody::SIZE;
}
