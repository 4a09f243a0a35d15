//! `sgx/sigstruct`: a SIGSTRUCT on the workbench. Which check of EINIT fails first, why, and what would mend it.

mod fields;
mod secs;
mod verdict;

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use super::author::{Signer, boot, key_param, launch};
use super::enclave::Enclave;
use super::params::choice;
use super::{Built, Turned};
use crate::bytes::hex;
use crate::crypto::sha256::sha256;
use crate::sgx::build::Creation;
use crate::sgx::driver::buffers;
use crate::sgx::machine::Machine;
use crate::sgx::op::{Op, SigSource};
use crate::sgx::platform::Platform;
use crate::sgx::sigstruct::differences;
use crate::sgx::structs::{EinitToken, SigStruct};
use crate::text;
use crate::text::Text;
use crate::trace::param::{self, file};
use crate::trace::{BadInput, Phase, Plan, ScenarioInfo, Segment};

pub(super) static WORKSHOP: Built = Built { info, plan };

/// What the demo SIGSTRUCT is over: the digest of these words, which no enclave measures.
const NOBODY: &[u8] = b"an enclave that is not here";

fn info() -> ScenarioInfo {
    let mut params = vec![
        file(
            "sigstruct",
            "SIGSTRUCT".into(),
            text!(
                "workshop.sigstruct.help",
                "The author’s certificate, 1,808 bytes. Empty: one by the demo key."
            ),
            text!("param.sigstruct.what", "a bare SIGSTRUCT, .sig or .bin"),
        ),
        param::hex(
            "mrenclave",
            "MRENCLAVE".into(),
            text!(
                "workshop.mrenclave.help",
                "What the enclave is taken to measure, 32 bytes in hex. Empty: what was signed."
            ),
            32,
        ),
    ];
    params.extend(secs::params());
    params.push(choice(
        "launch",
        text!("param.launch", "Launch control"),
        text!(
            "param.launch.help",
            "Flexible: the driver writes the signer’s hash into the registers. Locked: they name Intel’s launch enclave, so others need a token."
        ),
        &[
            ("flexible", text!("param.launch.flexible", "flexible")),
            ("locked", text!("param.launch.locked", "locked")),
        ],
    ));
    params.push(file(
        "token",
        text!("param.token", "EINITTOKEN"),
        text!(
            "param.token.help",
            "A launch enclave’s permission, 304 bytes. Empty: all zero, so VALID is 0."
        ),
        text!("param.token.what", "an EINITTOKEN of 304 bytes"),
    ));
    params.push(choice(
        "sign",
        text!("workshop.sign", "Signature"),
        text!(
            "workshop.sign.help",
            "Keep what the file carries, or sign again: with your key if one is chosen, else with the demo key, which proves nothing."
        ),
        &[
            ("keep", text!("workshop.sign.keep", "as in the file")),
            ("again", text!("workshop.sign.again", "sign again")),
        ],
    ));
    params.push(key_param());
    params.extend(fields::params());
    ScenarioInfo {
        id: "sgx/sigstruct",
        title: text!("workshop.title", "A SIGSTRUCT on the workbench"),
        question: text!(
            "workshop.question",
            "EINIT refuses my enclave. Which check fails first, and what would mend it?"
        ),
        lesson: text!(
            "workshop.lesson",
            "A SIGSTRUCT meets a SECS without the enclave itself: what the enclave would measure is taken as given, and the step that does so says that it is an assumption. Every check of EINIT is made in its order; what fails can be mended in the SECS, in launch control, or in the signed fields, which are then signed again."
        ),
        params,
        listed: true,
    }
}

/// What goes into EINIT.
struct Bench {
    /// The SIGSTRUCT as it was given.
    given: Rc<[u8]>,
    /// As it goes into EINIT.
    passed: Rc<[u8]>,
    token: Option<Rc<[u8]>>,
    /// What the enclave is taken to measure.
    mrenclave: [u8; 32],
    enclave: Enclave,
    flexible: bool,
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let bench = bench(turned)?;
    let mut platform = Platform::client();
    platform.flexible_launch = bench.flexible;
    let machine = Machine::new(platform);
    let mut segments = vec![boot()];
    segments.extend(bench.enclave.create());
    segments.push(bench.assume());
    segments.extend(bench.edited());
    if bench.flexible {
        segments.push(launch("init.launch", sha256(&bench.passed[128..512])));
    }
    let einit = bench.einit();
    let before = segments
        .iter()
        .flat_map(|s| (0..s.len).map(|i| (s.op)(i).op));
    let caption = verdict::caption(&machine, before, &einit);
    segments.push(Segment::one(
        Phase::Initialise,
        "init.einit",
        text!("seg.einit", "Initialise"),
        caption,
        einit,
    ));
    Ok((machine, Plan::new(segments)))
}

fn bench(turned: &Turned<'_>) -> Result<Bench, BadInput> {
    let usual = Creation::usual();
    let signer = Signer::demo(usual.attributes, usual.miscselect)?.with_key(turned)?;
    let given: Rc<[u8]> = match turned.file("sigstruct")? {
        None => signer.sign(sha256(NOBODY)),
        Some(input) => Rc::from(&input.exact::<{ SigStruct::SIZE }>("sigstruct", "SIGSTRUCT")?[..]),
    };
    let token = match turned.file("token")? {
        None => None,
        Some(input) => {
            let bytes = input.exact::<{ EinitToken::SIZE }>("token", "EINITTOKEN")?;
            Some(Rc::from(&bytes[..]))
        }
    };
    let edited = fields::edit(&given, turned)?;
    let passed = match turned.text("sign") {
        "again" => signer.sign_as_it_is(&edited),
        _ => edited,
    };
    let sig = sigstruct(&passed);
    let (attributes, miscselect) = secs::settings(&sig, turned);
    let expected = hex::decode(turned.text("mrenclave")).unwrap_or_default();
    Ok(Bench {
        given,
        passed,
        token,
        mrenclave: fields::exact(&expected, "mrenclave")?.unwrap_or(sig.enclavehash),
        enclave: Enclave {
            number: 0,
            prefix: "",
            process: 0,
            base: Creation {
                attributes,
                miscselect,
            }
            .base(8192),
            size: 8192,
            ssaframesize: 1,
            attributes,
            miscselect,
            pages: Vec::new(),
        },
        flexible: turned.text("launch") == "flexible",
    })
}

/// Bytes of the right length as a structure.
fn sigstruct(bytes: &[u8]) -> SigStruct {
    let whole = bytes.try_into().unwrap_or(&[0; SigStruct::SIZE]);
    SigStruct::from_bytes(whole)
}

impl Bench {
    /// What the enclave measures is taken as given.
    fn assume(&self) -> Segment<Op> {
        let op = Op::Assume {
            enclave: 0,
            mrenclave: self.mrenclave,
        };
        Segment::one(
            Phase::Load,
            "load.assume",
            text!("workshop.assume", "Take the measurement as given"),
            text!(
                "workshop.assume.cap",
                "The enclave’s pages are not here, so nothing can be measured. From here on it is assumed that they measure to this value. No processor can be told so; if the assumption is wrong, everything that follows from it is."
            ),
            op,
        )
    }

    /// The SIGSTRUCT as it was and as it is now, one after the other in the same place.
    fn edited(&self) -> Vec<Segment<Op>> {
        if self.given == self.passed {
            return Vec::new();
        }
        let write = |bytes: &Rc<[u8]>| Op::Write {
            at: buffers::SIGSTRUCT.0,
            bytes: bytes.clone(),
        };
        let one =
            |label, title, caption, op| Segment::one(Phase::Initialise, label, title, caption, op);
        vec![
            one(
                "sign.given",
                text!("workshop.given", "The SIGSTRUCT as it was"),
                text!(
                    "workshop.given.cap",
                    "The SIGSTRUCT as it was given, in the driver’s buffer."
                ),
                write(&self.given),
            ),
            one(
                "sign.edited",
                text!("workshop.edited", "The SIGSTRUCT as it is now"),
                self.caption_edited(),
                write(&self.passed),
            ),
        ]
    }

    fn caption_edited(&self) -> Text {
        let all = differences(&self.given, &self.passed);
        let one = |d: &crate::sgx::sigstruct::Difference| {
            text!(
                "workshop.difference",
                "{field}: {old} → {new}",
                field = d.field.as_str(),
                old = d.old.clone(),
                new = d.new.clone()
            )
        };
        let list: Vec<Text> = all.iter().map(one).collect();
        text!(
            "workshop.edited.cap",
            "What differs from the one that was given: {list}.",
            list = Text::join(&list, "; ")
        )
    }

    fn einit(&self) -> Op {
        match self.enclave.einit(SigSource::Bytes(self.passed.clone())) {
            Op::Einit(mut einit) => {
                einit.token.clone_from(&self.token);
                Op::Einit(einit)
            }
            other => other,
        }
    }
}
