//! TCS: one door into an enclave for one thread at a time.

use crate::{bits, layout};

bits! {
    /// Options of a thread.
    pub struct TcsFlags: u64, "TCS.FLAGS";
    0 "DBGOPTIN" => DBGOPTIN, "A debugger may single-step this thread; EADD clears it.";
    1 "AEXNOTIFY" => AEXNOTIFY, "The thread is told after an asynchronous exit.", since "AEX-Notify";
}

layout! {
    /// The thread control structure: where a thread enters and where its state is saved.
    pub struct Tcs: "TCS", 4096 bytes, align 4096, "Intel SDM vol. 3D, Thread Control Structure (TCS)";
    0    8 "STATE" => state: u64, "Whether a thread is inside; the processor's own, cleared by EADD.";
    8    8 "FLAGS" => flags: TcsFlags, "Options of the thread.";
    16   8 "OSSA" => ossa: u64 as Address, "Offset of the state save area from BASEADDR, in whole pages.";
    24   4 "CSSA" => cssa: u32, "The frame that the next asynchronous exit fills; cleared by EADD.";
    28   4 "NSSA" => nssa: u32, "How many frames the state save area has.";
    32   8 "OENTRY" => oentry: u64 as Address, "Offset of the entry point from BASEADDR.";
    40   8 "AEP" => aep: u64 as Address, "Where an asynchronous exit returns to, taken at EENTER; cleared by EADD.";
    48   8 "OFSBASGX" => ofsbasgx: u64 as Address, "Offset from BASEADDR of what becomes the FS base.";
    56   8 "OGSBASGX" => ogsbasgx: u64 as Address, "Offset from BASEADDR of what becomes the GS base.";
    64   4 "FSLIMIT" => fslimit: u32 as Address, "Limit of FS in a 32-bit enclave.";
    68   4 "GSLIMIT" => gslimit: u32 as Address, "Limit of GS in a 32-bit enclave.";
    72   8 "OCETSSA" => ocetssa: u64 as Address, "Offset of the CET state save area from BASEADDR.", since "CET";
    80   8 "PREVSSP" => prevssp: u64 as Address, "Shadow-stack pointer to restore at the next entry.", since "CET";
    88 4008 "reserved", "Must be zero.";
}
