//! The part of an XSAVE area that every processor lays out alike.

use crate::layout;

layout! {
    /// What every XSAVE area opens with: the legacy region and the header.
    #[derive(Copy)]
    pub struct XsaveArea: "XSAVE", 576 bytes, align 64, "Intel SDM vol. 1, XSAVE area";
    0     2 "FCW" => fcw: u16, "Control word of the floating-point unit.";
    2     2 "FSW" => fsw: u16, "Status word of the floating-point unit.";
    4     2 "FTW" => ftw: u16, "Which of its registers are in use, a bit each.";
    6     2 "FOP" => fop: u16, "Opcode of its last instruction.";
    8     8 "FIP" => fip: u64 as Address, "Where that instruction lies.";
    16    8 "FDP" => fdp: u64 as Address, "Where its operand lies.";
    24    4 "MXCSR" => mxcsr: u32 as Address, "Control and status of SSE.";
    28    4 "MXCSR_MASK" => mxcsr_mask: u32 as Address, "Which bits of MXCSR this processor has.";
    32  128 "ST0_ST7" => st: [u8; 128], "Floating-point and MMX registers, 16 bytes each.";
    160 256 "XMM0_XMM15" => xmm: [u8; 256], "SSE registers, 16 bytes each.";
    416  96 "available" => available: [u8; 96], "Not used by the processor.";
    512   8 "XSTATE_BV" => xstate_bv: u64 as Address, "Which components are saved; the others are in their first state.";
    520   8 "XCOMP_BV" => xcomp_bv: u64 as Address, "Zero: SGX saves in the standard form.";
    528  48 "reserved", "Must be zero.";
}
