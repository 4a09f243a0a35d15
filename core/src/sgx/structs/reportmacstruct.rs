//! REPORTMACSTRUCT: the authenticated head of a report about a trust domain.

use crate::layout;

layout! {
    /// What EVERIFYREPORT2 checks.
    #[derive(Copy)]
    pub struct ReportMacStruct: "REPORTMACSTRUCT", 256 bytes, align 256, "Intel SDM, REPORTMACSTRUCT";
    0    4 "REPORTTYPE" => reporttype: u32 as Address, "Type, subtype and version of the report, a byte each.";
    4   12 "reserved", "Must be zero.";
    16  16 "CPUSVN" => cpusvn: [u8; 16], "Security version of the processor; opaque.";
    32  48 "TEE_TCB_INFO_HASH" => tee_tcb_info_hash: [u8; 48], "SHA-384 of the description of the trusted base.";
    80  48 "TEE_INFO_HASH" => tee_info_hash: [u8; 48], "SHA-384 of the description of the trust domain.";
    128 64 "REPORTDATA" => reportdata: [u8; 64], "What the reporting software put in.";
    192 32 "reserved", "Must be zero.";
    224 32 "MAC" => mac: [u8; 32], "Authenticates the structure on this machine.";
}
