//! What the boot ROM leaves for the security monitor: its keys and its measurement.

use crate::layout;

layout! {
    /// Keys and hashes at the end of the security monitor's memory.
    #[derive(Copy)]
    pub struct BootBlock: "boot_block", 352 bytes, align 32, "keystone bootrom/bootloader.c and sm/src/sm.c";
    0   32 "manufacturer_public_key" => manufacturer_public_key: [u8; 32], "The manufacturer's public key; no code uses it.";
    32  32 "dev_public_key" => dev_public_key: [u8; 32], "The device's public key.";
    64  64 "dev_secret_key" => dev_secret_key: [u8; 64], "The device's secret key, expanded: scalar and prefix.";
    128 64 "sm_hash" => sm_hash: [u8; 64], "SHA3-512 of the memory that holds the firmware.";
    192 32 "sm_public_key" => sm_public_key: [u8; 32], "The monitor's public key.";
    224 64 "sm_secret_key" => sm_secret_key: [u8; 64], "The monitor's secret key, expanded.";
    288 64 "sm_signature" => sm_signature: [u8; 64], "The device's signature over sm_hash and sm_public_key.";
}

impl BootBlock {
    /// Where the boot ROM puts it.
    pub const AT: u64 = 0x801f_f000;

    /// Where the memory starts that the boot ROM measures.
    pub const DRAM: u64 = 0x8000_0000;

    /// How many bytes from there it measures: up to the block itself.
    pub const MEASURED: u64 = Self::AT - Self::DRAM;
}
