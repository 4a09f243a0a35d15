//! PAGEINFO: the operands of leaves that move a page.

use crate::layout;

layout! {
    /// Where a page comes from, where it goes and whose it is.
    #[derive(Copy)]
    pub struct PageInfo: "PAGEINFO", 32 bytes, align 32, "Intel SDM vol. 3D, Page Information (PAGEINFO)";
    0  8 "LINADDR" => linaddr: u64 as Address, "Linear address the page is to have in the enclave.";
    8  8 "SRCPGE" => srcpge: u64 as Address, "Linear address of the page outside the EPC.";
    16 8 "SECINFO_or_PCMD" => secinfo_or_pcmd: u64 as Address, "Linear address of the SECINFO or, for paging, of the PCMD.";
    24 8 "SECS" => secs: u64 as Address, "Linear address of the EPC slot that holds the SECS.";
}
