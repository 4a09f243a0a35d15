//! `sgx/destroy`: pages are given back, and the SECS goes last.

use alloc::vec;

use super::author::{Signer, boot, caption_einit, einit, launch};
use super::enclave::{Enclave, code_page, flags, tcs_page};
use super::{Built, Turned, params};
use crate::sgx::content::Content;
use crate::sgx::machine::Machine;
use crate::sgx::op::{Call, Op, Which};
use crate::sgx::platform::Platform;
use crate::sgx::structs::{Attributes, AttributesFlags, Miscselect};
use crate::text;
use crate::text::Text;
use crate::trace::{BadInput, Phase, Plan, Planned, ScenarioInfo, Segment};

pub(super) static DESTROY: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "sgx/destroy",
        title: text!("destroy.title", "Taking an enclave apart"),
        question: text!(
            "destroy.question",
            "What is left when an enclave is destroyed?"
        ),
        lesson: text!(
            "destroy.lesson",
            "The operating system may end an enclave whenever it likes: availability is not promised. But not while a thread is inside, and the SECS only when no page is left. What remains in a freed page cannot be reached: the EPCM entry is gone, and the next owner’s EADD overwrites it."
        ),
        params: vec![
            params::number(
                "data",
                text!("param.data", "Data pages"),
                text!("param.data.help", "Each needs its own EREMOVE."),
                (1, 256),
                2,
            ),
            params::flag(
                "thread",
                text!("param.thread", "A thread is inside at first"),
                text!(
                    "param.thread.help",
                    "Then pages cannot be removed before it leaves."
                ),
                true,
            ),
        ],
        listed: true,
    }
}

fn enclave(turned: &Turned<'_>) -> Enclave {
    let mut enclave = Enclave {
        number: 0,
        prefix: "",
        process: 0,
        base: crate::sgx::op_text::BASE,
        size: 0,
        ssaframesize: 1,
        attributes: Attributes::new(AttributesFlags::MODE64BIT.bits(), 3),
        miscselect: Miscselect::NONE,
        pages: alloc::vec::Vec::new(),
    };
    let caption = || {
        text!(
            "destroy.load",
            "A small enclave, measured as little as possible: this story is about its end."
        )
    };
    let code = code_page(turned.seed, "destroy");
    enclave.push(
        "code",
        text!("page.one-code", "code page"),
        caption(),
        (1, flags::CODE, code, false),
    );
    enclave.push(
        "tcs",
        "TCS".into(),
        caption(),
        (1, flags::TCS, tcs_page(0x2000), false),
    );
    enclave.push(
        "data",
        text!("page.data", "data page"),
        caption(),
        (
            turned.number("data"),
            flags::DATA,
            Content::Pattern(3),
            false,
        ),
    );
    enclave
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let enclave = enclave(turned);
    let signer = Signer::demo(enclave.attributes, enclave.miscselect)?;
    let mut segments = vec![boot()];
    segments.extend(enclave.create());
    segments.extend(enclave.load());
    segments.push(launch("init.launch", signer.mrsigner()));
    segments.push(einit(&enclave, enclave.signed(signer), caption_einit()));
    if turned.is("thread") {
        segments.extend(occupied());
    }
    segments.push(secs("remove.too-early", text!("destroy.early", "Remove the SECS first"), text!("destroy.early.cap", "As long as one page names this SECS in its EPCM entry, EREMOVE refuses: a page without an owner would be a page nobody judges.")));
    segments.push(pages(&enclave));
    segments.push(secs("remove.secs", text!("destroy.secs", "Remove the SECS"), text!("destroy.secs.cap", "Now that no page is left, the SECS goes. The enclave’s identity, its measurement and its number are gone with it.")));
    Ok((Machine::new(Platform::client()), Plan::new(segments)))
}

fn remove(page: Which) -> Op {
    Op::Eremove {
        page,
        call: Call::default(),
    }
}

fn secs(label: &str, title: Text, caption: Text) -> Segment<Op> {
    Segment::one(
        Phase::Destroy,
        label,
        title,
        caption,
        remove(Which::Secs { enclave: 0 }),
    )
}

/// A thread goes in, a removal is tried, the thread comes out.
fn occupied() -> vec::Vec<Segment<Op>> {
    let thread = |inside| Op::Thread { enclave: 0, inside };
    let code = remove(Which::Offset {
        enclave: 0,
        offset: 0,
    });
    vec![
        Segment::one(
            Phase::Enter,
            "enter.thread",
            text!("destroy.enter", "A thread enters"),
            text!(
                "destroy.enter.cap",
                "Some thread is inside the enclave. How it got there is another story; here it only matters that it is there."
            ),
            thread(true),
        ),
        Segment::one(
            Phase::Destroy,
            "remove.while-inside",
            text!("destroy.inside", "Remove a page under its feet"),
            text!(
                "destroy.inside.cap",
                "The operating system wants the code page back. EREMOVE refuses while a thread is inside: its processor may still hold the translation of that page."
            ),
            code,
        ),
        Segment::one(
            Phase::Enter,
            "enter.leave",
            text!("destroy.leave", "The thread leaves"),
            text!(
                "destroy.leave.cap",
                "The thread comes out, or an interrupt takes it out. The operating system can always bring that about."
            ),
            thread(false),
        ),
    ]
}

/// Every page, in the order of its address.
fn pages(enclave: &Enclave) -> Segment<Op> {
    let count = enclave.end() / 4096;
    Segment::many(
        Phase::Destroy,
        "remove.pages",
        text!("destroy.pages", "Remove every page"),
        text!(
            "destroy.pages.cap",
            "sgx_destroy_enclave: the driver calls EREMOVE for each page. The EPCM entry becomes free. The manual does not say that the contents are cleared; nobody can reach them."
        ),
        count,
        move |i| Planned {
            op: remove(Which::Offset {
                enclave: 0,
                offset: i * 4096,
            }),
            label: alloc::format!("p{i}"),
            caption: Text::none(),
        },
    )
}
