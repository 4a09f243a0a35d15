//! What an enclave is allowed to be and which processor state it uses.

use core::fmt;

use crate::{bits, layout};

bits! {
    /// The first eight bytes of ATTRIBUTES.
    #[doc(alias = "SGX_FLAGS")]
    pub struct AttributesFlags: u64, "ATTRIBUTES.FLAGS";
    0 "INIT" => INIT, "EINIT has succeeded; never set by software.";
    1 "DEBUG" => DEBUG, "A debugger may read and write the enclave with EDBGRD and EDBGWR.";
    2 "MODE64BIT" => MODE64BIT, "The enclave runs in 64-bit mode.";
    4 "PROVISIONKEY" => PROVISIONKEY, "EGETKEY may give the provisioning keys.";
    5 "EINITTOKEN_KEY" => EINITTOKEN_KEY, "EGETKEY may give the key that authenticates launch tokens.";
    6 "CET" => CET, "Control-flow enforcement applies inside the enclave.", since "CET";
    7 "KSS" => KSS, "Key separation and sharing: CONFIGID, family and extended product identifiers are in use.", since "KSS";
    10 "AEXNOTIFY" => AEXNOTIFY, "Threads of the enclave may ask to be told about asynchronous exits.", since "AEX-Notify";
}

bits! {
    /// The extended processor state an enclave may use, numbered as in XCR0 and, for
    /// supervisor state, IA32_XSS.
    #[doc(alias = "XCR0")]
    #[doc(alias = "XFAM")]
    pub struct Xfrm: u64, "XFRM";
    0 "X87" => X87, "Floating point and MMX registers; always set.";
    1 "SSE" => SSE, "XMM registers and MXCSR; always set.";
    2 "AVX" => AVX, "Upper halves of the YMM registers.";
    3 "BNDREGS" => BNDREGS, "Bound registers of MPX.";
    4 "BNDCSR" => BNDCSR, "Bound configuration and status of MPX.";
    5 "OPMASK" => OPMASK, "AVX-512 mask registers.";
    6 "ZMM_Hi256" => ZMM_HI256, "Upper halves of the first sixteen ZMM registers.";
    7 "Hi16_ZMM" => HI16_ZMM, "The last sixteen ZMM registers.";
    8 "PT" => PT, "Processor trace state.";
    9 "PKRU" => PKRU, "Protection keys for user pages.";
    11 "CET_U" => CET_U, "Control-flow enforcement state of user mode.", since "CET";
    12 "CET_S" => CET_S, "Shadow-stack pointers of supervisor mode.", since "CET";
    17 "TILECFG" => TILECFG, "Configuration of the AMX tile registers.";
    18 "TILEDATA" => TILEDATA, "The AMX tile registers.";
}

bits! {
    /// Which extra information an asynchronous exit leaves in the state save area.
    pub struct Miscselect: u32, "MISCSELECT";
    0 "EXINFO" => EXINFO, "Page faults and general protection faults record their address and error code.";
}

bits! {
    /// Control-flow enforcement options of an enclave.
    pub struct CetAttributes: u8, "CET_ATTRIBUTES";
    0 "SH_STK_EN" => SH_STK_EN, "Shadow stacks are on.", since "CET";
    1 "WR_SHSTK_EN" => WR_SHSTK_EN, "WRSS instructions may write shadow stacks.", since "CET";
    2 "ENDBR_EN" => ENDBR_EN, "Indirect branches must land on ENDBRANCH.", since "CET";
    3 "LEG_IW_EN" => LEG_IW_EN, "Legacy indirect branches are allowed by a bitmap.", since "CET";
    4 "NO_TRACK_EN" => NO_TRACK_EN, "The no-track prefix is honoured.", since "CET";
    5 "SUPPRESS_DIS" => SUPPRESS_DIS, "Suppression of branch tracking is disabled.", since "CET";
}

layout! {
    /// What an enclave is (flags) and which processor state it may use (XFRM).
    #[derive(Copy, PartialOrd, Ord, Hash)]
    pub struct Attributes: "ATTRIBUTES", 16 bytes, align 8, "Intel SDM vol. 3D, ATTRIBUTES";
    0 8 "FLAGS" => flags: AttributesFlags, "What the enclave is and which keys it may ask for.";
    8 8 "XFRM" => xfrm: Xfrm, "The extended processor state the enclave may use.";
}

impl Attributes {
    /// Attributes from the two numbers.
    #[must_use]
    pub const fn new(flags: u64, xfrm: u64) -> Self {
        Self {
            flags: AttributesFlags::from_bits(flags),
            xfrm: Xfrm::from_bits(xfrm),
        }
    }

    /// These attributes with every bit that `mask` lacks cleared, as SIGSTRUCT and KEYREQUEST
    /// masks are applied.
    #[must_use]
    pub const fn masked(self, mask: Self) -> Self {
        Self::new(
            self.flags.bits() & mask.flags.bits(),
            self.xfrm.bits() & mask.xfrm.bits(),
        )
    }

    /// Whether the enclave can be read by a debugger.
    #[must_use]
    pub const fn is_debug(self) -> bool {
        self.flags.contains(AttributesFlags::DEBUG)
    }
}

impl fmt::Display for Attributes {
    /// The flags and the processor state by name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; XFRM {}", self.flags, self.xfrm)
    }
}
