//! TARGETINFO: whom a report is for.

use super::{Attributes, CetAttributes, Miscselect};
use crate::layout;

layout! {
    /// The enclave whose report key is to make the MAC of a REPORT.
    #[derive(Copy)]
    pub struct TargetInfo: "TARGETINFO", 512 bytes, align 512, "Intel SDM vol. 3D, Report Target Info (TARGETINFO)";
    0   32 "MEASUREMENT" => measurement: [u8; 32], "MRENCLAVE of the target.";
    32  16 "ATTRIBUTES" => attributes: Attributes, "Attributes of the target.";
    48   1 "CET_ATTRIBUTES" => cet_attributes: CetAttributes, "Control-flow enforcement options of the target.", since "CET";
    49   1 "reserved", "Must be zero.";
    50   2 "CONFIGSVN" => configsvn: u16, "Security version of the target's configuration.", since "KSS";
    52   4 "MISCSELECT" => miscselect: Miscselect, "MISCSELECT of the target.";
    56   8 "reserved", "Must be zero.";
    64  64 "CONFIGID" => configid: [u8; 64], "Configuration of the target.", since "KSS";
    128 384 "reserved", "Must be zero.";
}
