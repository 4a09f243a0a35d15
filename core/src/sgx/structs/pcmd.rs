//! PCMD: what must be kept beside an evicted page to bring it back.

use super::SecInfo;
use crate::layout;

layout! {
    /// The authenticated description of a page that EWB has encrypted.
    #[derive(Copy)]
    pub struct Pcmd: "PCMD", 128 bytes, align 128, "Intel SDM vol. 3D, Paging Crypto Metadata (PCMD)";
    0   64 "SECINFO" => secinfo: SecInfo, "Type, permissions and state the page had.";
    64   8 "ENCLAVEID" => enclaveid: u64, "Identifier of the enclave the page belongs to.";
    72  40 "reserved", "Must be zero.";
    112 16 "MAC" => mac: [u8; 16], "Authenticates the page, its address, this structure and its version.";
}
