//! `sgx/signing`: what an author signs, and what follows from it.

use alloc::vec;

use super::author::{Signer, boot, caption_einit, einit, key_param, launch};
use super::enclave::{Enclave, code_page, flags};
use super::{Built, Turned, params};
use crate::sgx::machine::Machine;
use crate::sgx::op::Op;
use crate::sgx::platform::Platform;
use crate::sgx::structs::{Attributes, AttributesFlags, Miscselect};
use crate::text;
use crate::trace::{BadInput, Plan, ScenarioInfo};

pub(super) static SIGNING: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "sgx/signing",
        title: text!("signing.title", "Signing"),
        question: text!("signing.question", "What does an enclave’s author sign?"),
        lesson: text!(
            "signing.lesson",
            "SIGSTRUCT binds a measurement to an author: 256 of its bytes are signed, MRSIGNER is the hash of the key, and two enclaves of one author share MRSIGNER while their MRENCLAVE differ. Q1 and Q2 only save the processor a division."
        ),
        params: vec![
            key_param(),
            params::number(
                "isvprodid",
                "ISVPRODID".into(),
                text!(
                    "param.isvprodid.help",
                    "Which of the author’s products this is."
                ),
                (0, 65_535),
                1,
            ),
            params::number(
                "isvsvn",
                "ISVSVN".into(),
                text!(
                    "param.isvsvn.help",
                    "The product’s security version; raised after a fix."
                ),
                (0, 65_535),
                1,
            ),
            params::choice(
                "vendor",
                "VENDOR".into(),
                text!(
                    "param.vendor.help",
                    "0x8086 is for Intel’s own enclaves; the check is only that it is one of the two."
                ),
                &[
                    ("other", text!("param.vendor.other", "0, everybody")),
                    ("intel", text!("param.vendor.intel", "0x8086, Intel")),
                ],
            ),
            params::debug(),
            params::words(
                "first",
                text!("param.first", "Words in the first enclave"),
                text!(
                    "param.words.help",
                    "They are part of its measured code page."
                ),
                "first",
            ),
            params::words(
                "second",
                text!("param.second", "Words in the second enclave"),
                text!(
                    "param.words.help",
                    "They are part of its measured code page."
                ),
                "second",
            ),
        ],
        listed: true,
    }
}

fn enclave(number: u8, turned: &Turned<'_>) -> Enclave {
    let key = if number == 0 { "first" } else { "second" };
    let mut enclave = Enclave {
        number,
        prefix: if number == 0 { "first." } else { "second." },
        process: 0,
        base: crate::sgx::op_text::BASE + 0x1_0000_0000 * u64::from(number),
        size: 0,
        ssaframesize: 1,
        attributes: Attributes::new(turned.attributes().bits(), 3),
        miscselect: Miscselect::NONE,
        pages: alloc::vec::Vec::new(),
    };
    let code = code_page(turned.seed, turned.text(key));
    let caption = text!(
        "signing.load",
        "One code page is enough here. Its words make the two enclaves differ."
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
    let (a, b) = (enclave(0, turned), enclave(1, turned));
    let plain = Attributes::new(AttributesFlags::MODE64BIT.bits(), 3);
    let mut signer = Signer::demo(plain, a.miscselect)?.with_key(turned)?;
    signer.author.isvprodid = turned.number("isvprodid") as u16;
    signer.author.isvsvn = turned.number("isvsvn") as u16;
    signer.author.vendor = if turned.text("vendor") == "intel" {
        0x8086
    } else {
        0
    };
    let mut segments = vec![boot(), launch("boot.launch", signer.mrsigner())];
    let second = text!(
        "signing.second",
        "The second enclave has another measurement and so another SIGSTRUCT. The key is the same, and so is MRSIGNER: data sealed for the signer is shared between them."
    );
    for (enclave, caption) in [(&a, caption_einit()), (&b, second)] {
        segments.extend(enclave.create());
        segments.extend(enclave.load());
        segments.push(einit(enclave, enclave.signed(signer.clone()), caption));
    }
    Ok((Machine::new(Platform::client()), Plan::new(segments)))
}
