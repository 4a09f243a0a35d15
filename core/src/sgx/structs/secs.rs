//! SECS: the page that is an enclave's identity and state.

use super::{Attributes, CetAttributes, Miscselect};
use crate::layout;

layout! {
    /// The enclave control structure: one EPC page per enclave that no software can reach.
    ///
    /// Software fills it for ECREATE; from then on only the processor reads and writes it.
    /// The enclave's identifier, padding, family and extended product identifiers live in the
    /// last reserved bytes, at places Intel does not publish.
    pub struct Secs: "SECS", 4096 bytes, align 4096, "Intel SDM vol. 3D, SGX Enclave Control Structure (SECS)";
    0    8 "SIZE" => size: u64 as Size, "Size of ELRANGE in bytes, a power of two.";
    8    8 "BASEADDR" => baseaddr: u64 as Address, "Where ELRANGE starts, aligned to its size.";
    16   4 "SSAFRAMESIZE" => ssaframesize: u32 as Pages, "Size in pages of one frame of a state save area.";
    20   4 "MISCSELECT" => miscselect: Miscselect, "Extra information that exits leave in the frame.";
    24   8 "CET_LEG_BITMAP_OFFSET" => cet_leg_bitmap_offset: u64 as Address, "Offset of the legacy code page bitmap from BASEADDR.", since "CET";
    32   1 "CET_ATTRIBUTES" => cet_attributes: CetAttributes, "Control-flow enforcement options.", since "CET";
    33  15 "reserved", "Must be zero.";
    48  16 "ATTRIBUTES" => attributes: Attributes, "What the enclave is and which processor state it uses.";
    64  32 "MRENCLAVE" => mrenclave: [u8; 32], "The measurement: running while building, final after EINIT.";
    96  32 "reserved", "Must be zero.";
    128 32 "MRSIGNER" => mrsigner: [u8; 32], "SHA-256 of the signer's public key modulus, set by EINIT.";
    160 32 "reserved", "Must be zero.";
    192 64 "CONFIGID" => configid: [u8; 64], "Configuration chosen by whoever creates the enclave.", since "KSS";
    256  2 "ISVPRODID" => isvprodid: u16, "Product identifier, set by EINIT from SIGSTRUCT.";
    258  2 "ISVSVN" => isvsvn: u16, "Security version, set by EINIT from SIGSTRUCT.";
    260  2 "CONFIGSVN" => configsvn: u16, "Security version of the configuration.", since "KSS";
    262 3834 "reserved", "Must be zero.";
}
