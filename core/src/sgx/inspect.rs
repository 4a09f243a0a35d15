//! A file taken apart byte by byte: what it is, what every byte of it means, and what is wrong with it.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::encls::einit;
use super::sdk::unsigned;
use super::sgxs::{Kind as Tag, Record, Sgxs};
use super::structs::{AttributesFlags, EinitToken, SecInfoFlags, SigStruct};
use super::{gramine, signers, words};
use crate::bytes::inspection::Kind;
use crate::bytes::{Checked, Inspection, Part, hex};
use crate::crypto::sha256::sha256;
use crate::formats::elf;
use crate::memory::PAGE;
use crate::text;
use crate::text::Text;
use crate::trace::{Event, Onward, Outcome};

/// What tools call a bare SIGSTRUCT.
pub(super) const SIGSTRUCT_FILE: &str = "enclave.sig";

/// Takes a file apart; `None` if this machine does not know it.
#[must_use]
pub fn inspect(bytes: &[u8]) -> Option<Inspection> {
    inspect_as(bytes, 0)
}

/// Takes a file apart; where it could be several things, as the one of that number among
/// [`Inspection::readings`].
#[must_use]
pub fn inspect_as(bytes: &[u8], which: usize) -> Option<Inspection> {
    let Some(found) = super::recognise(bytes) else {
        return digest(bytes).or_else(|| super::seen::inspect(bytes, which));
    };
    let mut seen = Inspection::new(found.what, found.why);
    seen.file = match found.key {
        "stream" if bytes.starts_with(&elf::MAGIC) => "enclave.signed.so",
        "stream" => "enclave.sgxs",
        "sigstruct" => SIGSTRUCT_FILE,
        "token" => "token.bin",
        _ => "key.pem",
    };
    match found.key {
        "stream" if bytes.starts_with(&elf::MAGIC) => {
            super::inspect_program::program(bytes, &mut seen);
        }
        "libpal" => super::inspect_program::libpal(bytes, &mut seen),
        "stream" if gramine::looks_like(bytes) => gramine::inspect(bytes, &mut seen),
        "stream" => stream(bytes, &mut seen),
        "sigstruct" => sigstruct(bytes, &mut seen),
        "token" => token(bytes, &mut seen),
        "config" => config(bytes, &mut seen),
        _ => key(bytes, &mut seen),
    }
    Some(seen)
}

/// A digest that somebody published.
fn digest(bytes: &[u8]) -> Option<Inspection> {
    let (name, known) = match signers::signer(bytes) {
        Some(known) => ("MRSIGNER", known),
        None => ("MRENCLAVE", signers::enclave(bytes)?),
    };
    let why = text!(
        "file.is-digest",
        "its 32 bytes are the {name} of {whose} ({cite})",
        name = name,
        whose = known.name,
        cite = known.cite
    );
    let mut seen = Inspection::new(name.into(), why);
    seen.parts = vec![Part::new(name, 0, bytes.len(), known.name)];
    Some(seen)
}

/// The signing tool’s configuration: its settings.
fn config(bytes: &[u8], seen: &mut Inspection) {
    let whole = Part::new(
        text!("inspect.config", "settings"),
        0,
        bytes.len(),
        Text::none(),
    );
    seen.parts = vec![Part {
        kind: Kind::Letters,
        ..whole
    }];
    match unsigned::settings(bytes) {
        Ok(settings) => {
            let told = settings.into_iter();
            seen.follows = told
                .map(|(name, value)| (name, hex::number(value)))
                .collect();
        }
        Err(bad) => seen.wrong.push(bad.text()),
    }
}

fn sigstruct(bytes: &[u8], seen: &mut Inspection) {
    let own = &bytes[..bytes.len().min(SigStruct::SIZE)];
    seen.parts = Part::of_layout(SigStruct::LAYOUT, own, 0);
    seen.rest_unexplained(bytes.len());
    if let Err(bad) = SigStruct::decode(bytes, 0) {
        seen.wrong.push(bad.text());
    }
    let Ok(whole) = <&[u8; SigStruct::SIZE]>::try_from(own) else {
        return;
    };
    let sig = SigStruct::from_bytes(whole);
    seen.follows = vec![
        ("MRSIGNER", hex::encode(&sig.mrsigner())),
        ("MRENCLAVE", hex::encode(&sig.enclavehash)),
    ];
    judge(&sig, whole, seen);
}

/// Who signed a SIGSTRUCT, in which modes the enclave may run, and what EINIT makes of it alone.
pub(super) fn judge(sig: &SigStruct, whole: &[u8; SigStruct::SIZE], seen: &mut Inspection) {
    seen.notes.push(signers::who(&sig.mrsigner()));
    seen.notes.extend(signers::enclave_says(&sig.enclavehash));
    seen.notes.push(modes(sig));
    let mut onward = Onward::default();
    let _ = einit::alone(sig, whole, &mut onward);
    seen.checks = checks(&onward.events);
    let outcome = onward.stop.map_or(Outcome::Done, Outcome::from);
    let first = seen.checks.iter().find(|c| !c.held);
    seen.wrong.extend(first.map(|check| {
        text!(
            "inspect.refused",
            "EINIT refuses it with {result}. The first rule that does not hold is {rule}: {says}.",
            result = outcome.name(),
            rule = check.id,
            says = check.says.clone()
        )
    }));
}

/// In which modes the author lets the enclave run.
fn modes(sig: &SigStruct) -> Text {
    let bound = sig.attributemask.flags.contains(AttributesFlags::DEBUG);
    match (bound, sig.attributes.is_debug()) {
        (false, _) => text!(
            "inspect.debug-free",
            "ATTRIBUTEMASK leaves DEBUG free: the enclave may be started in debug mode, where everybody reads it, as well as in production. MRENCLAVE does not tell which."
        ),
        (true, true) => text!(
            "inspect.debug-only",
            "ATTRIBUTES and ATTRIBUTEMASK demand DEBUG: the enclave starts in debug mode only, where everybody reads it."
        ),
        (true, false) => text!(
            "inspect.production-only",
            "ATTRIBUTEMASK binds DEBUG to 0: the enclave does not start in debug mode."
        ),
    }
}

/// The checks among what a leaf told.
fn checks(events: &[Event]) -> Vec<Checked> {
    let all = events.iter().filter_map(|event| match event {
        Event::Check { rule, held, .. } => Some(Checked {
            id: rule.id,
            says: rule.text(),
            held: *held,
            cite: rule.cite,
        }),
        _ => None,
    });
    all.collect()
}

fn token(bytes: &[u8], seen: &mut Inspection) {
    seen.parts = Part::of_layout(EinitToken::LAYOUT, bytes, 0);
    if let Err(bad) = EinitToken::decode(bytes, 0) {
        seen.wrong.push(bad.text());
    }
}

/// A private key is the reader's secret: it is told apart from other files, not shown.
fn key(bytes: &[u8], seen: &mut Inspection) {
    use crate::crypto::rsa3072::PrivateKey;
    let name = text!("inspect.key-hidden", "private key in PEM, not shown");
    seen.parts = vec![Part {
        kind: Kind::Contents,
        ..Part::new(name, 0, bytes.len(), Text::none())
    }];
    let parsed = core::str::from_utf8(bytes).map(PrivateKey::from_pem);
    match parsed {
        Ok(Ok(key)) => {
            let mrsigner = sha256(&key.modulus());
            seen.follows.push(("MRSIGNER", hex::encode(&mrsigner)));
            seen.notes.push(signers::who(&mrsigner));
        }
        Ok(Err(why)) => seen.wrong.push(why.to_string().into()),
        Err(_) => {
            let why = text!("inspect.no-utf8", "The file is no UTF-8 text.");
            seen.wrong.push(why);
        }
    }
}

fn stream(bytes: &[u8], seen: &mut Inspection) {
    let mut at = 0;
    let mut run: Option<Run> = None;
    while at < bytes.len() {
        let Ok(record) = Record::read(bytes, at) else {
            break;
        };
        at = record.end();
        if run.as_ref().is_some_and(|r| r.takes(&record)) {
            if let Some(run) = run.as_mut() {
                run.last = record;
                run.count += 1;
            }
            continue;
        }
        seen.parts
            .extend(run.take().and_then(|run| run.part(bytes)));
        match record.kind {
            Tag::Eextend | Tag::Unmeasrd => run = Some(Run::new(record)),
            Tag::Ecreate | Tag::Eadd => header(&record, &mut seen.parts),
        }
    }
    seen.parts.extend(run.and_then(|run| run.part(bytes)));
    seen.rest_unexplained(bytes.len());
    match Sgxs::parse(Rc::from(bytes)) {
        Err(bad) => seen.wrong.push(bad.text()),
        Ok(file) => {
            let all = file.records().all(|r| r.kind != Tag::Unmeasrd);
            seen.follows = vec![
                ("SIZE", hex::size(file.size())),
                ("pages", file.pages().to_string()),
                ("pages measured whole", file.measured_pages().to_string()),
            ];
            if all {
                let digest = hex::encode(&sha256(bytes));
                seen.follows.push(("SHA-256 of the file", digest));
            }
        }
    }
}

/// Chunk records that follow one another in the file and in the enclave.
struct Run {
    first: Record,
    last: Record,
    count: usize,
}

impl Run {
    fn new(first: Record) -> Self {
        Self {
            first,
            last: first,
            count: 1,
        }
    }

    fn takes(&self, next: &Record) -> bool {
        next.kind == self.first.kind
            && next.offset == self.last.offset.wrapping_add(256)
            && next.offset / PAGE as u64 == self.first.offset / PAGE as u64
    }

    /// The records as one stretch of bytes.
    fn part(&self, bytes: &[u8]) -> Option<Part> {
        let at = self.first.at;
        let whole = bytes.get(at..self.last.end()).unwrap_or_default();
        let name = format!("{} x {}", self.first.kind.name(), self.count);
        let contents = Part::contents(name, whole, at)?;
        let value = text!(
            "inspect.chunks",
            "chunks {first} to {last} and their data, {digest}",
            first = hex::addr(self.first.offset),
            last = hex::addr(self.last.offset.wrapping_add(255)),
            digest = contents.value.clone()
        );
        Some(Part { value, ..contents })
    }
}

/// The fields of an ECREATE or EADD record.
fn header(record: &Record, parts: &mut Vec<Part>) {
    let mut field = |offset: usize, len: usize, name: Text, value: Text| {
        parts.push(Part::new(name, record.at + offset, len, value));
    };
    let zeros = || text!("measure.zeros", "zeros");
    let tag = || text!("measure.tag", "tag");
    field(0, 8, tag(), record.kind.name().into());
    if record.kind == Tag::Ecreate {
        field(
            8,
            4,
            "SSAFRAMESIZE".into(),
            record.ssaframesize.to_string().into(),
        );
        let size = hex::size(record.value);
        let size = format!("{} ({size})", hex::short(record.value));
        field(12, 8, "SIZE".into(), size.into());
        field(20, 44, zeros(), Text::none());
        return;
    }
    let flags = SecInfoFlags::from_bits(record.value);
    let kind = words::page_type(flags.page_type());
    let rwx = words::rwx(flags);
    let value = format!("{} ({kind} {rwx})", hex::short(record.value));
    let offset = text!("measure.offset", "offset");
    field(8, 8, offset, hex::addr(record.offset).into());
    field(16, 8, "SECINFO.FLAGS".into(), value.into());
    let rest = text!("measure.secinfo-rest", "rest of SECINFO");
    field(24, 40, rest, zeros());
}
