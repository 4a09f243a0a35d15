//! `sgx/order-matters`: the same pages in another order are another enclave.

use alloc::vec;
use alloc::vec::Vec;

use super::author::{Signer, boot, caption_einit, einit, launch};
use super::enclave::{Enclave, Pages, code_page, extend, flags};
use super::{Built, Turned, params};
use crate::sgx::content::Content;
use crate::sgx::machine::Machine;
use crate::sgx::op::{Op, SigSource};
use crate::sgx::op_text::BASE;
use crate::sgx::platform::Platform;
use crate::sgx::structs::{Attributes, AttributesFlags, Miscselect};
use crate::text;
use crate::text::Text;
use crate::trace::{BadInput, Phase, Plan, Planned, ScenarioInfo, Segment};

pub(super) static ORDER: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "sgx/order-matters",
        title: text!("order.title", "Order matters"),
        question: text!(
            "order.question",
            "Same pages, same contents: why does MRENCLAVE differ?"
        ),
        lesson: text!(
            "order.lesson",
            "MRENCLAVE is the hash of a log, not of a picture: it takes in each EADD and EEXTEND in the order in which they happen. A loader that adds all pages before measuring them, or starts with the last, builds another enclave."
        ),
        params: vec![params::choice(
            "order",
            text!("param.order", "How B is loaded"),
            text!(
                "param.order.help",
                "A is always loaded page by page: add it, measure it, then the next."
            ),
            &[
                (
                    "adds-first",
                    text!("param.order.adds", "first add every page, then measure"),
                ),
                (
                    "last-first",
                    text!("param.order.last", "the last page first"),
                ),
                (
                    "chunks-backwards",
                    text!("param.order.chunks", "each page’s chunks from the end"),
                ),
                ("same", text!("param.order.same", "exactly as A")),
            ],
        )],
        listed: true,
    }
}

fn enclave(number: u8, seed: u64) -> Enclave {
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
    let caption = || {
        text!(
            "order.add",
            "A is the yardstick: each page is added and measured before the next."
        )
    };
    let code = code_page(seed, "order");
    enclave.push(
        "code",
        text!("page.one-code", "code page"),
        caption(),
        (1, flags::CODE, code, true),
    );
    enclave.push(
        "data",
        text!("page.data", "data page"),
        caption(),
        (1, flags::DATA, Content::Pattern(7), true),
    );
    enclave
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let a = enclave(0, turned.seed);
    let b = enclave(1, turned.seed);
    let signer = Signer::demo(a.attributes, a.miscselect)?;
    let mrsigner = signer.mrsigner();
    let signed = a.signed(signer);
    let mut segments = vec![boot(), launch("boot.launch", mrsigner)];
    segments.extend(a.create());
    segments.extend(a.load());
    segments.push(einit(&a, signed.clone(), caption_einit()));
    segments.extend(b.create());
    segments.extend(loaded(&b, turned.text("order")));
    segments.push(last(&b, signed));
    Ok((Machine::new(Platform::client()), Plan::new(segments)))
}

fn last(b: &Enclave, signed: SigSource) -> Segment<Op> {
    einit(
        b,
        signed,
        text!(
            "order.einit",
            "B has the same pages with the same contents and permissions, and the same SIGSTRUCT. Only the order of the log may differ. Compare the two midstates step by step: they part at the first record that comes in another place, and never meet again."
        ),
    )
}

/// B's pages in the chosen order.
fn loaded(b: &Enclave, order: &str) -> Vec<Segment<Op>> {
    match order {
        "adds-first" => vec![adds(b), chunks(b, "load.measure", b.pages.clone(), false)],
        "last-first" => {
            let mut other = b.clone();
            other.pages.reverse();
            other.load()
        }
        "chunks-backwards" => {
            let each = b.pages.iter().flat_map(|p| {
                let label = alloc::format!("load.measure-{}", p.label);
                [added(b, p), chunks(b, &label, vec![p.clone()], true)]
            });
            each.collect()
        }
        _ => b.load(),
    }
}

fn added(b: &Enclave, pages: &Pages) -> Segment<Op> {
    let label = b.label(&alloc::format!("load.{}", pages.label));
    let op = pages.eadd(b.number, 0);
    Segment::one(Phase::Load, &label, pages.title.clone(), caption_add(), op)
}

fn adds(b: &Enclave) -> Segment<Op> {
    let (pages, number) = (b.pages.clone(), b.number);
    Segment::many(
        Phase::Load,
        &b.label("load.add"),
        text!("order.adds", "add every page"),
        caption_add(),
        pages.len() as u64,
        move |i| {
            let page = &pages[i as usize % pages.len()];
            Planned {
                op: page.eadd(number, 0),
                label: page.label.clone(),
                caption: Text::none(),
            }
        },
    )
}

fn chunks(b: &Enclave, label: &str, pages: Vec<Pages>, backwards: bool) -> Segment<Op> {
    let number = b.number;
    Segment::many(
        Phase::Load,
        &b.label(label),
        text!("order.measure", "measure"),
        text!(
            "order.measure.cap",
            "The same 256-byte chunks as in A, in another order of the log."
        ),
        16 * pages.len() as u64,
        move |i| {
            let page = &pages[(i / 16) as usize % pages.len()];
            let chunk = if backwards { 15 - i % 16 } else { i % 16 };
            Planned {
                op: extend(number, page.offset + chunk * 256),
                label: alloc::format!("{}.eextend{chunk}", page.label),
                caption: Text::none(),
            }
        },
    )
    .grouped(16)
}

fn caption_add() -> Text {
    text!(
        "order.add-only",
        "The page is added. Its place and permissions go into the log now; its contents will follow when the loader gets round to it."
    )
}
