//! `sgx/measured-or-not`: what EADD measures and what only EEXTEND does.

use alloc::vec;
use alloc::vec::Vec;

use super::author::{Signer, boot, caption_einit, einit, launch};
use super::enclave::{Enclave, code_page, flags};
use super::{Built, Turned, params};
use crate::sgx::content::Content;
use crate::sgx::machine::Machine;
use crate::sgx::op::Op;
use crate::sgx::op_text::BASE;
use crate::sgx::platform::Platform;
use crate::sgx::structs::{Attributes, AttributesFlags, Miscselect};
use crate::text;
use crate::text::Text;
use crate::trace::{BadInput, Plan, ScenarioInfo};

pub(super) static MEASURED: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "sgx/measured-or-not",
        title: text!("measured.title", "Measured or not"),
        question: text!(
            "measured.question",
            "Can somebody change a page before the enclave starts?"
        ),
        lesson: text!(
            "measured.lesson",
            "EADD measures a page’s place and permissions; what it holds is measured only where EEXTEND is called. A is built as the author meant it, B with other contents in one page. Whether anybody notices depends on whether that page was measured."
        ),
        params: vec![
            params::flag(
                "measured",
                text!("param.measured", "The author measures the data page"),
                text!(
                    "param.measured.help",
                    "Sixteen EEXTEND for the page, or none."
                ),
                false,
            ),
            params::choice(
                "tampered",
                text!("param.tampered", "What the loader changes in B"),
                text!(
                    "param.tampered.help",
                    "Contents, or the permissions that EADD itself measures."
                ),
                &[
                    (
                        "content",
                        text!("param.tampered.content", "one byte of the data page"),
                    ),
                    (
                        "permission",
                        text!("param.tampered.rights", "the data page becomes executable"),
                    ),
                    ("nothing", text!("param.tampered.nothing", "nothing")),
                ],
            ),
        ],
        listed: true,
    }
}

fn enclave(number: u8, turned: &Turned<'_>) -> Enclave {
    let prefix = if number == 0 { "a." } else { "b." };
    let mut enclave = Enclave {
        number,
        prefix,
        process: number,
        base: BASE,
        size: 0,
        ssaframesize: 1,
        attributes: Attributes::new(AttributesFlags::MODE64BIT.bits(), 3),
        miscselect: Miscselect::NONE,
        pages: Vec::new(),
    };
    let code = code_page(turned.seed, "measured");
    let measured = turned.is("measured");
    let tampered = if number == 0 {
        "nothing"
    } else {
        turned.text("tampered")
    };
    let mut secret = *b"password=correct horse";
    if tampered == "content" {
        secret[9] = b'C';
    }
    let rights = match tampered {
        "permission" => flags::DATA.with(crate::sgx::structs::SecInfoFlags::X),
        _ => flags::DATA,
    };
    let data = (1, rights, Content::Bytes(secret[..].into()), measured);
    enclave.push(
        "code",
        text!("page.one-code", "code page"),
        caption_code(),
        (1, flags::CODE, code, true),
    );
    enclave.push(
        "data",
        text!("page.data", "data page"),
        caption_data(measured),
        data,
    );
    enclave
}

fn caption_code() -> Text {
    text!(
        "measured.code",
        "The code page is measured whole, in both enclaves alike."
    )
}

fn caption_data(measured: bool) -> Text {
    match measured {
        true => text!(
            "measured.data-yes",
            "The data page is added and measured chunk by chunk: a changed byte shows in the very next midstate."
        ),
        false => text!(
            "measured.data-no",
            "The data page is added and not measured. Its address, its type and its permissions are in the log; its bytes are whatever the loader copied."
        ),
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let (a, b) = (enclave(0, turned), enclave(1, turned));
    let signer = Signer::demo(a.attributes, a.miscselect)?;
    let mrsigner = signer.mrsigner();
    let signed = a.signed(signer);
    let mut segments = vec![boot(), launch("boot.launch", mrsigner)];
    for (enclave, caption) in [(&a, caption_einit()), (&b, caption_b())] {
        segments.extend(enclave.create());
        segments.extend(enclave.load());
        segments.push(einit(enclave, signed.clone(), caption));
    }
    Ok((Machine::new(Platform::client()), Plan::new(segments)))
}

fn caption_b() -> Text {
    text!(
        "measured.einit-b",
        "B carries the SIGSTRUCT made for A. If it is accepted although a byte differs, the byte was never measured, and the enclave must not trust it: unmeasured pages are for buffers that the enclave clears itself."
    )
}
