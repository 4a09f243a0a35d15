//! `sgx/epc-and-elrange`: two enclaves, and who owns which page.

use alloc::vec;
use alloc::vec::Vec;

use super::author::boot;
use super::enclave::{Enclave, code_page, flags, tcs_page};
use super::{Built, Turned, params};
use crate::bytes::hex;
use crate::sgx::content::Content;
use crate::sgx::machine::{EpcPage, Machine};
use crate::sgx::op::{Call, Eadd, Op};
use crate::sgx::op_text::BASE;
use crate::sgx::platform::Platform;
use crate::sgx::structs::{Attributes, AttributesFlags, Miscselect};
use crate::text;
use crate::text::Text;
use crate::trace::{BadInput, Phase, Plan, ScenarioInfo, Segment};

pub(super) static TWO: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "sgx/epc-and-elrange",
        title: text!("two.title", "EPC and ELRANGE"),
        question: text!(
            "two.question",
            "Which enclave owns which page, and who says so?"
        ),
        lesson: text!(
            "two.lesson",
            "Two processes each build an enclave. Their linear addresses may be the same; their EPC pages never are. The page tables belong to the operating system, but the EPCM remembers for every EPC page whose it is and at which address it belongs, and every leaf asks it."
        ),
        params: vec![
            params::flag(
                "same-base",
                text!("param.same-base", "Same linear address in both processes"),
                text!(
                    "param.same-base.help",
                    "Linear addresses are each process’s own; the EPC is one."
                ),
                true,
            ),
            params::number(
                "pages",
                text!("param.pages", "Data pages per enclave"),
                text!(
                    "param.pages.help",
                    "Added one by one, in turn, so that they interleave in the EPC."
                ),
                (1, 512),
                2,
            ),
        ],
        listed: true,
    }
}

fn enclave(number: u8, base: u64, pages: u64, seed: u64) -> Enclave {
    let prefix = if number == 0 { "a." } else { "b." };
    let mut enclave = Enclave {
        number,
        prefix,
        process: number,
        base,
        size: 0,
        ssaframesize: 1,
        attributes: Attributes::new(AttributesFlags::MODE64BIT.bits(), 3),
        miscselect: Miscselect::NONE,
        pages: Vec::new(),
    };
    let caption = || {
        text!(
            "two.add",
            "The driver picks the next free EPC page. The two enclaves’ pages come to lie side by side in physical memory, and far apart in their owners’ eyes."
        )
    };
    let code = code_page(seed.wrapping_add(u64::from(number)), "");
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
    for _ in 0..pages {
        let label = alloc::format!("data{}", enclave.pages.len() - 1);
        let title = text!("page.data", "data page");
        enclave.push(
            &label,
            title,
            caption(),
            (1, flags::DATA, Content::Zero, false),
        );
    }
    enclave
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let pages = turned.number("pages");
    let other = if turned.is("same-base") {
        BASE
    } else {
        0x7e00_0000_0000
    };
    let a = enclave(0, BASE, pages, turned.seed);
    let b = enclave(1, other, pages, turned.seed);
    let machine = Machine::new(Platform::client());
    let mut segments = vec![boot()];
    segments.extend(a.create());
    segments.extend(b.create());
    for (of_a, of_b) in a.load().into_iter().zip(b.load()) {
        segments.extend([of_a, of_b]);
    }
    segments.extend(trespass(&machine));
    Ok((machine, Plan::new(segments)))
}

/// What a careless or hostile operating system then tries.
fn trespass(m: &Machine) -> Vec<Segment<Op>> {
    // The SECS of A is EPC page 0 and that of B page 1; A's code page follows as page 2.
    let (secs_b, code_a) = (m.epc_linear(EpcPage(1)).0, m.epc_linear(EpcPage(2)).0);
    let step = |label: &str, title: Text, caption: Text, op: Op| {
        Segment::one(Phase::Use, label, title, caption, op)
    };
    let into_a = Op::Eadd(Eadd {
        enclave: 1,
        offset: 0,
        flags: flags::DATA,
        content: Content::Zero,
        call: Call {
            rcx: Some(code_a),
            ..Call::default()
        },
    });
    let measure = Op::Eextend {
        enclave: 0,
        offset: 0,
        call: Call {
            rbx: Some(secs_b),
            ..Call::default()
        },
    };
    let bytes = hex::decode("9090909090909090").unwrap_or_default();
    let write = Op::Write {
        at: m.epc_physical(EpcPage(2)).0,
        bytes: bytes.into(),
    };
    vec![
        step(
            "try.add-over",
            text!("two.over", "Give B a page that A owns"),
            text!(
                "two.over.cap",
                "The driver passes A’s code page to EADD for B. The EPCM says VALID = 1: a page has one owner, and the leaf faults."
            ),
            into_a,
        ),
        step(
            "try.measure-foreign",
            text!("two.foreign", "Measure A’s page into B"),
            text!(
                "two.foreign.cap",
                "EEXTEND is told that A’s page belongs to B’s SECS. The EPCM entry names A’s, and the leaf faults."
            ),
            measure,
        ),
        step(
            "try.write",
            text!("two.write", "Write to A’s page"),
            text!(
                "two.write.cap",
                "The operating system writes to the physical address of A’s code page. The write is dropped without a word; read back, the page is all ones to anybody outside."
            ),
            write,
        ),
    ]
}
