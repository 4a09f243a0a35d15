//! How the enclave is created in the workshop: as its SIGSTRUCT asks, or otherwise.

use alloc::vec;
use alloc::vec::Vec;

use super::super::params::choice;
use super::Turned;
use crate::sgx::build::Creation;
use crate::sgx::platform::Platform;
use crate::sgx::structs::{Attributes, AttributesFlags, Miscselect, SigStruct, Xfrm};
use crate::text;
use crate::text::Text;
use crate::trace::Param;

/// The attributes that can be set one by one.
const FLAGS: [(&str, AttributesFlags); 4] = [
    ("debug", AttributesFlags::DEBUG),
    ("provisionkey", AttributesFlags::PROVISIONKEY),
    ("tokenkey", AttributesFlags::EINITTOKEN_KEY),
    ("kss", AttributesFlags::KSS),
];

/// What the SECS is created with.
pub(super) fn params() -> Vec<Param> {
    let auto = || ("auto", text!("param.debug.auto", "as the SIGSTRUCT has it"));
    let flag = |key, title: Text, help: Text| {
        let no = ("no", text!("word.no", "no"));
        let yes = ("yes", text!("word.yes", "yes"));
        choice(key, title, help, &[auto(), no, yes])
    };
    let bit = |key, title: &'static str| {
        let help = text!(
            "workshop.bit.help",
            "Whether the driver sets this bit of ATTRIBUTES when it creates the enclave. It is not measured."
        );
        flag(key, title.into(), help)
    };
    vec![
        flag(
            "debug",
            text!("param.debug-file", "Debug enclave"),
            text!(
                "param.debug-file.help",
                "Whether ATTRIBUTES.DEBUG is set in the SECS. It is not measured; a SIGSTRUCT may forbid it."
            ),
        ),
        choice(
            "xfrm",
            text!("param.xfrm", "Processor state (XFRM)"),
            text!(
                "workshop.xfrm.help",
                "Which extended state the enclave is created with."
            ),
            &[
                auto(),
                ("sse", text!("param.xfrm.sse", "x87 and SSE (3)")),
                ("avx", text!("param.xfrm.avx", "with AVX (7)")),
                ("avx512", text!("param.xfrm.avx512", "with AVX-512 (E7H)")),
            ],
        ),
        choice(
            "miscselect",
            "MISCSELECT".into(),
            text!(
                "workshop.misc.help",
                "Which extra exit information the enclave is created with."
            ),
            &[
                auto(),
                ("none", text!("workshop.misc.none", "none")),
                ("exinfo", "EXINFO".into()),
            ],
        ),
        bit("provisionkey", "PROVISIONKEY"),
        bit("tokenkey", "EINITTOKEN_KEY"),
        bit("kss", "KSS"),
    ]
}

/// ATTRIBUTES and MISCSELECT of the SECS.
pub(super) fn settings(sig: &SigStruct, turned: &Turned<'_>) -> (Attributes, Miscselect) {
    let own = Creation::of(sig, &Platform::client());
    let (mut attributes, mut misc) = (own.attributes, own.miscselect);
    for (key, flag) in FLAGS {
        attributes.flags = match turned.text(key) {
            "yes" => attributes.flags.with(flag),
            "no" => attributes.flags.without(flag),
            _ => attributes.flags,
        };
    }
    if turned.text("xfrm") != "auto" {
        attributes.xfrm = Xfrm::from_bits(turned.xfrm());
    }
    match turned.text("miscselect") {
        "none" => misc = Miscselect::NONE,
        "exinfo" => misc = Miscselect::EXINFO,
        _ => {}
    }
    (attributes, misc)
}
