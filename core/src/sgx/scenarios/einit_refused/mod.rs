//! `sgx/einit-refused`: every way EINIT says no, one after the other, and then yes.

mod tokens;

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use super::author::{Signer, boot, caption_einit, einit, launch};
use super::enclave::{Enclave, code_page, flags};
use super::{Built, Turned};
use crate::sgx::driver::{buffers, kernel};
use crate::sgx::machine::{EpcPage, Machine};
use crate::sgx::op::{Call, Einit, Made, Op, SigSource, Which};
use crate::sgx::platform::Platform;
use crate::sgx::structs::{Attributes, AttributesFlags, Miscselect, SigStruct};
use crate::text;
use crate::text::Text;
use crate::trace::{BadInput, Phase, Plan, ScenarioInfo, Segment};

pub(super) static REFUSED: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "sgx/einit-refused",
        title: text!("refused.title", "Every way EINIT says no"),
        question: text!(
            "refused.question",
            "EINIT failed with a number. What did it check, and in which order?"
        ),
        lesson: text!(
            "refused.lesson",
            "EINIT checks in a fixed order and reports only the first thing that does not hold. Here one thing after the other is wrong, in that order; the enclave stays as it was each time, and at the end the right SIGSTRUCT starts it."
        ),
        params: vec![super::params::message()],
        listed: true,
    }
}

/// One refusal: its label, its words, and what is passed to EINIT.
struct Case {
    label: &'static str,
    title: Text,
    caption: Text,
    enclave: u8,
    call: Call,
    sigstruct: SigSource,
    token: Option<Rc<[u8]>>,
    before: Option<Op>,
    after: Option<Op>,
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let enclave = small(turned);
    let signer = Signer::demo(enclave.attributes, enclave.miscselect)?;
    let mrsigner = signer.mrsigner();
    let right = enclave.signed(signer.clone());
    let mut segments = vec![boot()];
    segments.extend(enclave.create());
    segments.extend(enclave.load());
    let machine = Machine::new(Platform::client());
    let make = Maker {
        machine: &machine,
        enclave: &enclave,
        signer: &signer,
        right: &right,
    };
    for case in make
        .operands()
        .into_iter()
        .chain(make.form())
        .chain(make.state())
        .chain([make.not_a_secs()])
        .chain(make.signed())
    {
        segments.extend(case.segments());
    }
    segments.extend(make.authority());
    segments.extend(make.unlaunched().segments());
    segments.push(launch("init.launch", mrsigner));
    for case in make.tokens(mrsigner) {
        segments.extend(case.segments());
    }
    segments.push(einit(&enclave, right.clone(), caption_einit()));
    let again = make.case(
        "twice",
        text!("refused.twice", "Initialise twice"),
        text!(
            "refused.twice.cap",
            "INIT is set: a second EINIT faults, even with the right SIGSTRUCT."
        ),
        right.clone(),
    );
    segments.extend(again.segments());
    Ok((Machine::new(Platform::client()), Plan::new(segments)))
}

fn small(turned: &Turned<'_>) -> Enclave {
    let mut enclave = Enclave {
        number: 0,
        prefix: "",
        process: 0,
        base: crate::sgx::op_text::BASE,
        size: 0,
        ssaframesize: 1,
        attributes: Attributes::new(AttributesFlags::MODE64BIT.bits(), 3),
        miscselect: Miscselect::NONE,
        pages: Vec::new(),
    };
    let code = code_page(turned.seed, turned.text("message"));
    let caption = text!(
        "refused.load",
        "One measured page is enough for an enclave."
    );
    enclave.push(
        "code",
        text!("page.one-code", "code page"),
        caption,
        (1, flags::CODE, code, true),
    );
    enclave
}

impl Case {
    fn segments(self) -> Vec<Segment<Op>> {
        let phase = Phase::Initialise;
        let label = alloc::format!("refused.{}", self.label);
        let op = Op::Einit(Einit {
            enclave: self.enclave,
            sigstruct: self.sigstruct,
            token: self.token,
            call: self.call,
        });
        let side = |end: &str, op| {
            let label = alloc::format!("{label}-{end}");
            Segment::one(phase, &label, self.title.clone(), self.caption.clone(), op)
        };
        let mut all = Vec::new();
        all.extend(self.before.map(|op| side("before", op)));
        all.push(Segment::one(
            phase,
            &label,
            self.title.clone(),
            self.caption.clone(),
            op,
        ));
        all.extend(self.after.map(|op| side("after", op)));
        all
    }
}

/// Makes the cases from the right SIGSTRUCT.
struct Maker<'a> {
    machine: &'a Machine,
    enclave: &'a Enclave,
    signer: &'a Signer,
    right: &'a SigSource,
}

impl Maker<'_> {
    fn case(&self, label: &'static str, title: Text, caption: Text, sigstruct: SigSource) -> Case {
        Case {
            label,
            title,
            caption,
            enclave: 0,
            call: Call::default(),
            sigstruct,
            token: None,
            before: None,
            after: None,
        }
    }

    /// The right SIGSTRUCT with one byte changed after signing.
    fn spoilt(&self, at: usize, byte: u8) -> SigSource {
        let SigSource::Made(right) = self.right.clone() else {
            return self.right.clone();
        };
        SigSource::Made(Rc::new(Made::new(move || {
            let mut bytes = right.bytes().to_vec();
            bytes[at] ^= byte;
            Rc::from(bytes)
        })))
    }

    /// The right SIGSTRUCT with something changed before signing.
    fn resigned(&self, change: fn(&mut SigStruct)) -> SigSource {
        let (enclave, signer) = (self.enclave.clone(), self.signer.clone());
        let make = move || signer.sign_changed(enclave.measure(), change);
        SigSource::Made(Rc::new(Made::new(make)))
    }

    /// What is wrong with the registers: faults, before SIGSTRUCT is looked at.
    fn operands(&self) -> Vec<Case> {
        let rcx = |rcx| Call {
            rcx: Some(rcx),
            ..Call::default()
        };
        let case = |label, title, caption, call| Case {
            call,
            ..self.case(label, title, caption, self.right.clone())
        };
        vec![
            case(
                "token-unaligned",
                text!("refused.unaligned", "A token that is not aligned"),
                text!(
                    "refused.unaligned.cap",
                    "RDX must be a multiple of 512. A driver that put the token at any odd address meets a general protection fault, not an error code."
                ),
                Call {
                    rdx: Some(kernel(buffers::TOKEN) + 8),
                    ..Call::default()
                },
            ),
            case(
                "not-epc",
                text!("refused.not-epc", "A SECS outside the EPC"),
                text!(
                    "refused.not-epc.cap",
                    "RCX points to ordinary memory. The leaf faults with a page fault at that address."
                ),
                rcx(kernel(buffers::SOURCE)),
            ),
        ]
    }

    /// What is wrong with the form of SIGSTRUCT: code 1.
    fn form(&self) -> Vec<Case> {
        vec![
            self.case("header", text!("refused.header", "Another header"), text!("refused.header.cap", "The first byte of HEADER is not the constant. Nothing else is looked at."), self.spoilt(0, 1)),
            self.case("vendor", text!("refused.vendor", "Another vendor"), text!("refused.vendor.cap", "VENDOR is neither 0 nor 0x8086."), self.spoilt(16, 1)),
            self.case("header2", text!("refused.header2", "Another second header"), text!("refused.header2.cap", "HEADER2 gives the sizes of key and signature; only one value is allowed."), self.spoilt(24, 2)),
            self.case("exponent", text!("refused.exponent", "Exponent 65,537"), text!("refused.exponent.cap", "SGX takes exponent 3 only: cubing is cheap for the processor. A key made with the usual exponent does not fit."), self.spoilt(514, 1)),
            self.case("reserved", text!("refused.reserved", "A reserved byte is set"), text!("refused.reserved.cap", "Reserved bytes must be zero."), self.spoilt(44, 1)),
        ]
    }

    /// What is wrong around it: an event, the signature, the SECS.
    fn state(&self) -> Vec<Case> {
        let hold = |held| Op::Hold {
            page: Which::Secs { enclave: 0 },
            held,
        };
        let event = |pending| Op::Event { pending };
        let right = || self.right.clone();
        vec![
            Case {
                before: Some(event(true)),
                after: Some(event(false)),
                ..self.case("event", text!("refused.event", "An interrupt waits"), text!("refused.event.cap", "EINIT takes long and looks for waiting events before the signature. The driver simply tries again."), right())
            },
            self.case("signature", text!("refused.signature", "A bit of the signature is flipped"), text!("refused.signature.cap", "The cube of the signature modulo the key is no longer the padded digest of the signed bytes."), self.spoilt(516, 1)),
            self.case("body", text!("refused.body", "ISVSVN raised after signing"), text!("refused.body.cap", "Somebody raised the security version in the file. The signed bytes have another digest than the one in the signature."), self.spoilt(1026, 2)),
            self.case("q1", text!("refused.q1", "Another Q1"), text!("refused.q1.cap", "Q1 and Q2 are not signed, but they must be the true quotients; signing tools that leave them out meet this code."), self.spoilt(1040, 1)),
            Case {
                before: Some(hold(true)),
                after: Some(hold(false)),
                ..self.case("in-use", text!("refused.in-use", "Another core works on the SECS"), text!("refused.in-use.cap", "Two leaves on one SECS at the same time: the second faults and can be tried again."), right())
            },
        ]
    }

    /// RCX names a page of the enclave instead of its SECS.
    fn not_a_secs(&self) -> Case {
        let code = self.machine.epc_linear(EpcPage(1)).0;
        let case = self.case(
            "not-secs",
            text!("refused.not-secs", "A page that is no SECS"),
            text!(
                "refused.not-secs.cap",
                "RCX points to the enclave’s code page. The EPCM says PT_REG, and the leaf faults."
            ),
            self.right.clone(),
        );
        Case {
            call: Call {
                rcx: Some(code),
                ..Call::default()
            },
            ..case
        }
    }

    /// What the author signed does not fit the enclave.
    fn signed(&self) -> Vec<Case> {
        vec![
            self.case("kss", text!("refused.kss", "A family identifier without KSS"), text!("refused.kss.cap", "ISVFAMILYID is set but the enclave has no KSS attribute. Editions of the manual and Intel’s simulation differ in the code; this is a model choice."), self.resigned(|s| s.isvfamilyid[0] = 1)),
            self.case("measurement", text!("refused.measurement", "Another measurement"), text!("refused.measurement.cap", "The author signed another build. This is the refusal people meet most: one byte, one permission, one page more, and the hash is another."), self.resigned(|s| s.enclavehash[0] ^= 1)),
            self.case("attributes", text!("refused.attributes", "Other attributes"), text!("refused.attributes.cap", "The author demands PROVISIONKEY and the driver created the enclave without it. Only the bits of ATTRIBUTEMASK are compared."), self.resigned(|s| s.attributes.flags = s.attributes.flags.with(AttributesFlags::PROVISIONKEY))),
            self.case("miscselect", text!("refused.miscselect", "Another MISCSELECT"), text!("refused.miscselect.cap", "The author demands EXINFO in the save area and the SECS has it not."), self.resigned(|s| s.miscselect = Miscselect::EXINFO)),
        ]
    }

    /// An enclave that asks for the launch token key without being the launch authority.
    fn authority(&self) -> Vec<Segment<Op>> {
        let mut other = self.enclave.clone();
        other.number = 1;
        other.process = 1;
        other.prefix = "authority.";
        other.attributes.flags = other.attributes.flags.with(AttributesFlags::EINITTOKEN_KEY);
        let mut signer = self.signer.clone();
        signer.author.attributes = other.attributes;
        let mut segments = other.create();
        segments.extend(other.load());
        let case = Case {
            enclave: 1,
            ..self.case(
                "token-key",
                text!("refused.token-key", "The launch token key for anybody"),
                text!(
                    "refused.token-key.cap",
                    "This second enclave asks for EINITTOKEN_KEY: it could make launch tokens. Only the signer named in IA32_SGXLEPUBKEYHASH may have that key."
                ),
                other.signed(signer),
            )
        };
        segments.extend(case.segments());
        segments
    }

    /// All is well, but the author is nobody the machine would launch.
    fn unlaunched(&self) -> Case {
        self.case("launch", text!("refused.launch", "An author nobody let launch"), text!("refused.launch.cap", "Everything agrees, but there is no launch token and IA32_SGXLEPUBKEYHASH still names Intel’s launch enclave. On Linux the driver writes the author’s hash there just before; here it forgot."), self.right.clone())
    }
}
