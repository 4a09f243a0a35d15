//! `sgx/common`: the program that every machine runs, on SGX; and how SGX takes part in comparisons.

mod ending;
mod limit;
mod proof;
mod running;

use alloc::vec;
use alloc::vec::Vec;

use super::author::{Signer, boot, caption_einit, einit, launch};
use super::enclave::Enclave;
use super::stage::{self, BASE, HEAP, Kind, SECRET, Stage};
use super::{Turned, params};
use crate::sgx::content::Content;
use crate::sgx::machine::{EpcPage, Machine};
use crate::sgx::op::Op;
use crate::sgx::platform::{MemoryEngine, Platform};
use crate::text;
use crate::text::Text;
use crate::trace::{
    BadInput, Built, Common, Guarded, Limit, Observer, Params, Phase, Plan, ScenarioInfo, Variant,
};

pub(super) use limit::LIMIT;

pub(super) static COMMON: Guarded<Machine> = Guarded {
    built: Built { info, plan },
    secrecy: || stage::secrecy(stage::TWO, &["page", "ssa"], Vec::new()),
};

/// Where the enclave lies when the operating system wants it elsewhere.
const ELSEWHERE: u64 = 0x7e00_0000_0000;
/// The EPC page that holds the secret: the driver takes the first free one each time, and the heap comes
/// after SECS, code, TCS and two frames.
const SECRET_PAGE: EpcPage = EpcPage(5);
/// The EPC page of the first frame.
const FRAME_PAGE: EpcPage = EpcPage(3);
/// A page of the process through which enclaves and host pass each other things, and where it lies.
const BUFFER: u64 = 0x5555_0001_0000;
const BUFFER_AT: u64 = 0x0300_0000;

/// How SGX takes part in comparisons.
pub(super) fn common() -> Common {
    let variant = |id, title: Text| Variant {
        id,
        title,
        set: vec![("memory", id)],
    };
    let limit = |title, what, epc, counts, bytes_each| Limit {
        title,
        scenario: "sgx/common-limit",
        set: vec![("what", what), ("epc", epc)],
        counts,
        bytes_each,
    };
    Common {
        scenario: "sgx/common",
        variants: vec![
            variant("scalable", text!("sgx.common.scalable", "Scalable")),
            variant("legacy", text!("sgx.common.legacy", "Legacy")),
        ],
        secret_at,
        elsewhere: vec![("place", "elsewhere")],
        altered: vec![("altered", "yes")],
        limits: vec![
            limit(
                text!(
                    "sgx.common.limit.pages",
                    "pages of an enclave, where the EPC has 255 pages"
                ),
                "pages",
                "255",
                "ENCLS[EADD]",
                4096,
            ),
            limit(
                text!(
                    "sgx.common.limit.enclaves",
                    "enclaves at a time without a page of their own, where the EPC has 64 pages"
                ),
                "enclaves",
                "64",
                "ENCLS[ECREATE]",
                0,
            ),
        ],
    }
}

fn secret_at(params: &Params, who: Observer) -> u64 {
    match who {
        Observer::Privileged | Observer::Device | Observer::Bus => {
            Machine::new(Platform::client()).epc_physical(SECRET_PAGE).0
        }
        _ => base(params.get("place").map_or("", |p| p.as_str())) + HEAP,
    }
}

fn base(place: &str) -> u64 {
    match place {
        "elsewhere" => ELSEWHERE,
        _ => BASE,
    }
}

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "sgx/common",
        title: text!("sgx.common.title", "The common program on SGX"),
        question: text!(
            "sgx.common.question",
            "What becomes of a program with a secret, from its first page to its last?"
        ),
        lesson: text!(
            "sgx.common.lesson",
            "The operating system gives the enclave its place, its pages and its time, and takes them away again. What it loads is measured, and what the author did not sign does not run. From then on it interrupts the enclave and sees nothing of it; and what the enclave proves of itself, it proves by a key that only the processor and the one it is meant for can have."
        ),
        params: vec![
            params::choice(
                "memory",
                text!("sgx.common.memory", "Memory encryption"),
                text!(
                    "sgx.common.memory.help",
                    "What stands between the processor and DRAM: encryption by address, or encryption with a counter and a tree that guards it."
                ),
                &[
                    (
                        "scalable",
                        text!("sgx.common.memory.scalable", "Scalable: AES-XTS by address"),
                    ),
                    (
                        "legacy",
                        text!(
                            "sgx.common.memory.legacy",
                            "Legacy: counters and an integrity tree"
                        ),
                    ),
                ],
            ),
            params::choice(
                "place",
                text!("sgx.common.place", "Where the enclave lies"),
                text!(
                    "sgx.common.place.help",
                    "The operating system chooses the addresses. They are not measured."
                ),
                &[
                    (
                        "usual",
                        text!("sgx.common.place.usual", "at the usual address"),
                    ),
                    (
                        "elsewhere",
                        text!("sgx.common.place.elsewhere", "elsewhere"),
                    ),
                ],
            ),
            params::flag(
                "altered",
                text!("sgx.common.altered", "Change a byte of the code"),
                text!(
                    "sgx.common.altered.help",
                    "The operating system changes one byte of the code page before it is added."
                ),
                false,
            ),
            stage::secret(u64::MAX, SECRET),
        ],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let kind = Kind {
        base: base(turned.text("place")),
        measured: true,
        ..Kind::default()
    };
    let enclave = kind.enclave(turned.seed);
    let signer = Signer::demo(enclave.attributes, enclave.miscselect)?;
    let altered = turned.is("altered");
    let mut stage = Stage::empty();
    load(&mut stage, &enclave, &signer, altered);
    if altered {
        refused(&mut stage);
    } else {
        running::run(&mut stage, kind.base, turned.number("secret"));
        proof::prove(&mut stage, kind.base, turned.seed, &signer);
        ending::seal(&mut stage, kind.base);
        ending::leave(&mut stage);
    }
    ending::destroy(&mut stage, &enclave);
    let memory = match turned.text("memory") {
        "legacy" => MemoryEngine::Mee,
        _ => MemoryEngine::Mktme,
    };
    Ok(stage.plan_on(Platform::client().with_memory(memory)))
}

/// The enclave is built and initialised; the author's signature is over what the author wrote.
fn load(stage: &mut Stage, enclave: &Enclave, signer: &Signer, altered: bool) {
    let signed = enclave.signed(signer.clone());
    let mut enclave = enclave.clone();
    if altered && let Some(code) = enclave.pages.first_mut() {
        let mut bytes = code.content.page().bytes()[..64].to_vec();
        bytes[40] ^= 1;
        code.content = Content::Bytes(bytes.into());
        code.title = text!(
            "sgx.common.code-altered",
            "code page, with one byte changed"
        );
        code.caption = text!(
            "sgx.common.code-altered.cap",
            "The operating system has changed one byte of the file on the way. The processor does not know what the file should be; it measures what comes."
        );
    }
    let built = [boot()]
        .into_iter()
        .chain(enclave.create())
        .chain(enclave.load());
    built.for_each(|segment| stage.stretch(segment));
    stage.stretch(launch("init.launch", signer.mrsigner()));
    stage.stretch(einit(&enclave, signed, caption_einit()));
}

/// Nobody gets into an enclave that was not initialised.
fn refused(stage: &mut Stage) {
    stage.step(
        Phase::Enter,
        "enter.refused",
        text!("sgx.common.refused", "Try to enter all the same"),
        text!(
            "sgx.common.refused.cap",
            "EINIT has refused: what was measured is not what the author signed. The enclave stays as it is, and there is no way in."
        ),
        super::acts::enter(0, 0),
    );
}
