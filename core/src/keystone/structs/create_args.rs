//! The argument of create_enclave: where the driver has put the enclave's memory.

use crate::layout;

layout! {
    /// Eight words that the security monitor copies from the host's memory.
    #[derive(Copy)]
    pub struct CreateArgs: "keystone_sbi_create_t", 64 bytes, align 8, "keystone sm/src/sm.h, struct keystone_sbi_create_t";
    0  8 "epm_region.paddr" => epm_paddr: u64 as Address, "Where the enclave private memory starts.";
    8  8 "epm_region.size" => epm_size: u64 as Size, "Its size.";
    16 8 "utm_region.paddr" => utm_paddr: u64 as Address, "Where the untrusted shared buffer starts.";
    24 8 "utm_region.size" => utm_size: u64 as Size, "Its size.";
    32 8 "runtime_paddr" => runtime_paddr: u64 as Address, "Where the runtime's file starts: the loader lies between the start and here.";
    40 8 "user_paddr" => user_paddr: u64 as Address, "Where the application's file starts.";
    48 8 "free_paddr" => free_paddr: u64 as Address, "Where free memory starts: nothing from here on is measured.";
    56 8 "free_requested" => free_requested: u64 as Size, "How much free memory was asked for; kept, not measured.";
}
