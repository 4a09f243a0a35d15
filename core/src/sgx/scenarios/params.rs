//! Parameters that several scenarios share, and how their values are read.

use alloc::vec;

use super::Turned;
use crate::sgx::structs::AttributesFlags;
use crate::text;
use crate::trace::Param;
pub(super) use crate::trace::param::{choice, flag, number, words};

/// The code pages of the example enclave.
pub(super) fn code() -> Param {
    number(
        "code",
        text!("param.code", "Code pages"),
        text!(
            "param.code.help",
            "Each is added by one EADD and measured by 16 EEXTEND."
        ),
        (1, 64),
        2,
    )
}

/// The heap pages of the example enclave.
pub(super) fn heap(default: u64) -> Param {
    number(
        "heap",
        text!("param.heap", "Heap pages"),
        text!(
            "param.heap.help",
            "More pages, another MRENCLAVE: the heap is part of the layout."
        ),
        (1, 8192),
        default,
    )
}

/// Whether heap pages are measured.
pub(super) fn measure_heap(default: bool) -> Param {
    flag(
        "measure-heap",
        text!("param.measure-heap", "Measure the heap"),
        text!(
            "param.measure-heap.help",
            "Without EEXTEND only a page’s place and permissions are measured, not what it holds."
        ),
        default,
    )
}

/// Whether the enclave is a debug enclave.
pub(super) fn debug() -> Param {
    flag(
        "debug",
        text!("param.debug", "Debug enclave"),
        text!(
            "param.debug.help",
            "Sets ATTRIBUTES.DEBUG in the SECS. MRENCLAVE stays the same."
        ),
        false,
    )
}

/// The words kept in the enclave's data page.
pub(super) fn message() -> Param {
    words(
        "message",
        text!("param.message", "Words in the code page"),
        text!("param.message.help", "One other letter, another MRENCLAVE."),
        "Hello, enclave",
    )
}

/// Which extended state the enclave uses.
pub(super) fn xfrm() -> Param {
    choice(
        "xfrm",
        text!("param.xfrm", "Processor state (XFRM)"),
        text!(
            "param.xfrm.help",
            "More state needs a larger save area: SSAFRAMESIZE must hold it."
        ),
        &[
            ("sse", text!("param.xfrm.sse", "x87 and SSE (3)")),
            ("avx", text!("param.xfrm.avx", "with AVX (7)")),
            ("avx512", text!("param.xfrm.avx512", "with AVX-512 (E7H)")),
        ],
    )
}

/// SSAFRAMESIZE.
pub(super) fn ssaframesize() -> Param {
    number(
        "ssaframesize",
        text!("param.ssaframesize", "SSAFRAMESIZE, pages"),
        text!(
            "param.ssaframesize.help",
            "Size of one frame of the state save area; it is measured by ECREATE."
        ),
        (0, 4),
        1,
    )
}

impl Turned<'_> {
    /// ATTRIBUTES.FLAGS as the flag `debug` has it; 64-bit mode always.
    pub(super) fn attributes(&self) -> AttributesFlags {
        AttributesFlags::MODE64BIT.set(AttributesFlags::DEBUG, self.is("debug"))
    }

    /// ATTRIBUTES.XFRM.
    pub(super) fn xfrm(&self) -> u64 {
        match self.text("xfrm") {
            "avx512" => 0xe7,
            "avx" => 7,
            _ => 3,
        }
    }
}

/// Every parameter of the example enclave.
pub(super) fn example() -> alloc::vec::Vec<Param> {
    vec![
        code(),
        heap(2),
        measure_heap(false),
        message(),
        debug(),
        xfrm(),
        ssaframesize(),
    ]
}
