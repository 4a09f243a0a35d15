//! `sgx/common-limit`: pages or enclaves until the EPC is full.

use alloc::vec;

use crate::sgx::content::Content;
use crate::sgx::machine::Machine;
use crate::sgx::op::{Call, Eadd, Ecreate, Op};
use crate::sgx::platform::Platform;
use crate::sgx::scenarios::author::boot;
use crate::sgx::scenarios::enclave::flags;
use crate::sgx::scenarios::{Built, Turned, params};
use crate::sgx::structs::{Attributes, AttributesFlags, Miscselect};
use crate::text;
use crate::text::Text;
use crate::trace::{BadInput, Phase, Plan, Planned, ScenarioInfo, Segment};

pub(in super::super) static LIMIT: Built = Built { info, plan };

/// Where the n-th enclave lies, and how large it is: the whole range is free to be used.
const FIRST: u64 = 0x10_0000_0000;
const SIZE: u64 = 1 << 30;

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "sgx/common-limit",
        title: text!("sgx.limit.title", "Until the EPC is full"),
        question: text!(
            "sgx.limit.question",
            "How much fits into the protected memory?"
        ),
        lesson: text!(
            "sgx.limit.lesson",
            "The firmware sets the protected memory aside at boot, and every page of every enclave, and a SECS for each, has to find room in it. When it is full, a driver would have to evict a page first. Real machines have 24,576 pages (96 MiB of 128) on Legacy, and up to 512 GB a socket on Scalable; here there are few, and they fill up in the same way."
        ),
        params: vec![
            params::choice(
                "what",
                text!("sgx.limit.what", "What is added"),
                text!(
                    "sgx.limit.what.help",
                    "Pages of one enclave, or enclaves without a page."
                ),
                &[
                    ("pages", text!("sgx.limit.pages", "pages")),
                    ("enclaves", text!("sgx.limit.enclaves", "enclaves")),
                ],
            ),
            params::number(
                "epc",
                text!("sgx.limit.epc", "EPC pages"),
                text!("sgx.limit.epc.help", "How many pages the EPC has."),
                (2, 255),
                64,
            ),
        ],
        listed: false,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let epc = turned.number("epc");
    let mut segments = vec![boot()];
    match turned.text("what") {
        "enclaves" => segments.push(enclaves(epc + 1)),
        _ => {
            segments.push(enclaves(1));
            segments.push(pages(epc));
        }
    }
    let platform = Platform {
        epc_pages: epc,
        ..Platform::client()
    };
    Ok((Machine::new(platform), Plan::new(segments)))
}

fn enclaves(count: u64) -> Segment<Op> {
    Segment::many(
        Phase::Allocate,
        "create",
        text!("sgx.limit.create", "Create enclaves"),
        text!(
            "sgx.limit.create.cap",
            "Each takes one EPC page for its SECS before it has anything of its own."
        ),
        count,
        |i| Planned {
            op: Op::Ecreate(Ecreate {
                enclave: i as u8,
                process: 0,
                base: FIRST + i * SIZE,
                size: SIZE,
                ssaframesize: 1,
                attributes: Attributes::new(AttributesFlags::MODE64BIT.bits(), 3),
                miscselect: Miscselect::NONE,
                call: Call::default(),
            }),
            label: alloc::format!("e{i}"),
            caption: Text::none(),
        },
    )
}

fn pages(count: u64) -> Segment<Op> {
    Segment::many(
        Phase::Load,
        "load",
        text!("sgx.limit.load", "Add pages"),
        text!(
            "sgx.limit.load.cap",
            "Each takes a free EPC page, until there is none."
        ),
        count,
        |i| Planned {
            op: Op::Eadd(Eadd {
                enclave: 0,
                offset: i * 4096,
                flags: flags::DATA,
                content: Content::Zero,
                call: Call::default(),
            }),
            label: alloc::format!("p{i}"),
            caption: Text::none(),
        },
    )
}
