//! The error code of a page fault, with the bit that says SGX refused.

use crate::bits;

bits! {
    /// Error code of a page fault.
    pub struct Pfec: u32, "PFEC";
    0 "P" => P, "The page was present; the fault is about rights.";
    1 "W/R" => WR, "The access was a write.";
    2 "U/S" => US, "The access came from user mode.";
    3 "RSVD" => RSVD, "A reserved bit is set in the page tables.";
    4 "I/D" => ID, "The access was an instruction fetch.";
    5 "PK" => PK, "Protection keys forbade it.";
    15 "SGX" => SGX, "The EPCM forbade it.";
}
