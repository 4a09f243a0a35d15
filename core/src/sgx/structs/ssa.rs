//! What an asynchronous exit saves: registers, its reason, and the fault's details.

use crate::{bits, layout, values};

values! {
    /// Whether hardware or an instruction caused the exception.
    pub struct ExitType: u8, "EXIT_TYPE";
    3 "hardware exception" => HARDWARE, "The processor raised the exception.";
    6 "software exception" => SOFTWARE, "An instruction such as INT3 raised it.";
}

bits! {
    /// Why the last asynchronous exit happened, as far as the enclave is told.
    pub struct ExitInfo: u32, "EXITINFO";
    0 + 8 "VECTOR" => VECTOR, "Number of the exception.";
    8 + 3 "EXIT_TYPE" => EXIT_TYPE: ExitType, "Whether hardware or an instruction caused it.";
    31 "VALID" => VALID, "The other fields hold; clear after interrupts and unreported faults.";
}

impl ExitInfo {
    /// A reported exception.
    #[must_use]
    pub const fn exception(vector: u8, exit_type: ExitType) -> Self {
        Self::VALID
            .with_field(Self::VECTOR, vector as u32)
            .with_field(Self::EXIT_TYPE, exit_type.value() as u32)
    }

    /// The exception's number.
    #[must_use]
    pub const fn vector(self) -> u8 {
        self.field(Self::VECTOR) as u8
    }

    /// Whether hardware or an instruction caused it.
    #[must_use]
    pub const fn exit_type(self) -> ExitType {
        ExitType::new(self.field(Self::EXIT_TYPE) as u8)
    }
}

layout! {
    /// The general registers at the end of a state save area frame.
    ///
    /// 184 bytes, ending where the frame ends; a table of the manual that says 176 is an
    /// old slip.
    #[derive(Copy)]
    pub struct GprSgx: "GPRSGX", 184 bytes, align 8, "Intel SDM vol. 3D, GPRSGX region";
    0   8 "RAX" => rax: u64 as Address, "General register.";
    8   8 "RCX" => rcx: u64 as Address, "General register.";
    16  8 "RDX" => rdx: u64 as Address, "General register.";
    24  8 "RBX" => rbx: u64 as Address, "General register.";
    32  8 "RSP" => rsp: u64 as Address, "The enclave's stack pointer.";
    40  8 "RBP" => rbp: u64 as Address, "The enclave's frame pointer.";
    48  8 "RSI" => rsi: u64 as Address, "General register.";
    56  8 "RDI" => rdi: u64 as Address, "General register.";
    64  8 "R8" => r8: u64 as Address, "General register.";
    72  8 "R9" => r9: u64 as Address, "General register.";
    80  8 "R10" => r10: u64 as Address, "General register.";
    88  8 "R11" => r11: u64 as Address, "General register.";
    96  8 "R12" => r12: u64 as Address, "General register.";
    104 8 "R13" => r13: u64 as Address, "General register.";
    112 8 "R14" => r14: u64 as Address, "General register.";
    120 8 "R15" => r15: u64 as Address, "General register.";
    128 8 "RFLAGS" => rflags: u64 as Address, "Status flags.";
    136 8 "RIP" => rip: u64 as Address, "Where ERESUME continues.";
    144 8 "URSP" => ursp: u64 as Address, "Stack pointer of the caller outside, kept at entry.";
    152 8 "URBP" => urbp: u64 as Address, "Frame pointer of the caller outside, kept at entry.";
    160 4 "EXITINFO" => exitinfo: ExitInfo, "Why the exit happened.";
    164 3 "reserved", "Must be zero.";
    167 1 "AEXNOTIFY" => aexnotify: u8, "Bit 0: this thread wants to be told after an asynchronous exit.", since "AEX-Notify";
    168 8 "FSBASE" => fsbase: u64 as Address, "FS base inside.";
    176 8 "GSBASE" => gsbase: u64 as Address, "GS base inside.";
}

layout! {
    /// Details of a page fault or general protection fault, kept just below GPRSGX when
    /// MISCSELECT.EXINFO is set.
    #[derive(Copy)]
    pub struct ExInfo: "EXINFO", 16 bytes, align 8, "Intel SDM vol. 3D, EXINFO structure";
    0  8 "MADDR" => maddr: u64 as Address, "The address that faulted; zero for a general protection fault.";
    8  4 "ERRCD" => errcd: u32 as Address, "The exception's error code.";
    12 4 "reserved", "Must be zero.";
}
