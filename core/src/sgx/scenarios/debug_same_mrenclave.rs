//! `sgx/debug-same-mrenclave`: a debug enclave has the same MRENCLAVE as its production twin.

use alloc::vec;

use super::author::{Signer, boot, caption_einit, einit, launch};
use super::enclave::{Enclave, flags};
use super::{Built, Turned, params};
use crate::sgx::machine::Machine;
use crate::sgx::op::Op;
use crate::sgx::platform::Platform;
use crate::sgx::structs::{Attributes, AttributesFlags, Miscselect};
use crate::text;
use crate::trace::{BadInput, Plan, ScenarioInfo};

pub(super) static DEBUG: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "sgx/debug-same-mrenclave",
        title: text!("debug.title", "Debug, same MRENCLAVE"),
        question: text!(
            "debug.question",
            "The MRENCLAVE is right. Is the enclave safe?"
        ),
        lesson: text!(
            "debug.lesson",
            "ATTRIBUTES are not measured: a debug enclave, which anybody may read, has the same MRENCLAVE as its production twin. A verifier must look at the DEBUG bit as well. An author can forbid debug mode by the mask in SIGSTRUCT."
        ),
        params: vec![params::choice(
            "mask",
            text!("param.mask", "The author’s mask for DEBUG"),
            text!(
                "param.mask.help",
                "ATTRIBUTEMASK says which attributes must be as signed."
            ),
            &[
                (
                    "free",
                    text!("param.mask.free", "leaves DEBUG free (mask …FD)"),
                ),
                (
                    "enforced",
                    text!("param.mask.enforced", "enforces DEBUG = 0 (mask …FF)"),
                ),
            ],
        )],
        listed: true,
    }
}

fn enclave(number: u8, seed: u64) -> Enclave {
    let attributes = AttributesFlags::MODE64BIT.set(AttributesFlags::DEBUG, number == 1);
    let mut enclave = Enclave {
        number,
        prefix: if number == 0 { "production." } else { "debug." },
        process: number,
        base: crate::sgx::op_text::BASE,
        size: 0,
        ssaframesize: 1,
        attributes: Attributes::new(attributes.bits(), 3),
        miscselect: Miscselect::NONE,
        pages: alloc::vec::Vec::new(),
    };
    let code = super::enclave::code_page(seed, "debug");
    let caption = text!(
        "debug.load",
        "The same page with the same contents, in both enclaves. Watch the digest: it is the same at every step."
    );
    enclave.push(
        "code",
        text!("page.one-code", "code page"),
        caption,
        (1, flags::CODE, code, true),
    );
    enclave
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let (a, b) = (enclave(0, turned.seed), enclave(1, turned.seed));
    let mut signer = Signer::demo(a.attributes, a.miscselect)?;
    if turned.text("mask") == "enforced" {
        signer.author.attributemask = Attributes::new(u64::MAX, u64::MAX);
    }
    let mrsigner = signer.mrsigner();
    let signed = a.signed(signer);
    let caption_b = text!(
        "debug.einit",
        "The debug twin carries the same SIGSTRUCT. With the mask open it starts, under the same MRENCLAVE and MRSIGNER, and any debugger reads it by EDBGRD. With the mask closed EINIT refuses it."
    );
    let mut segments = vec![boot(), launch("boot.launch", mrsigner)];
    for (enclave, caption) in [(&a, caption_einit()), (&b, caption_b)] {
        segments.extend(enclave.create());
        segments.extend(enclave.load());
        segments.push(einit(enclave, signed.clone(), caption));
    }
    Ok((Machine::new(Platform::client()), Plan::new(segments)))
}
