//! A file taken apart byte by byte: what it is, what every byte of it means, and what is wrong with it.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::sgxs::{Kind, Record, Sgxs};
use super::structs::{EinitToken, SecInfoFlags, SigStruct};
use super::words;
use crate::bytes::inspection::{count, line, unexplained};
use crate::bytes::{DumpLine, Inspection, Malformed, Why, dump_layout, hex};
use crate::crypto::sha256::sha256;
use crate::memory::PAGE;

/// Takes a file apart; `None` if this machine does not know it.
#[must_use]
pub fn inspect(bytes: &[u8]) -> Option<Inspection> {
    let found = super::recognise(bytes)?;
    let mut seen = Inspection::new(found.what, found.why);
    match found.key {
        "stream" => stream(bytes, &mut seen),
        "sigstruct" => sigstruct(bytes, &mut seen),
        "token" => token(bytes, &mut seen),
        _ => key(bytes, &mut seen),
    }
    Some(seen)
}

fn sigstruct(bytes: &[u8], seen: &mut Inspection) {
    let (own, rest) = bytes.split_at(bytes.len().min(SigStruct::SIZE));
    seen.lines = dump_layout(SigStruct::LAYOUT, own, 0);
    seen.lines.extend(unexplained(rest, own.len() as u64));
    if let Err(bad) = SigStruct::decode(bytes, 0) {
        seen.wrong.push(bad.to_string());
    }
    let Ok(whole) = <&[u8; SigStruct::SIZE]>::try_from(own) else {
        return;
    };
    let sig = SigStruct::from_bytes(whole);
    seen.follows = vec![
        ("MRSIGNER", hex::encode(&sig.mrsigner())),
        ("MRENCLAVE", hex::encode(&sig.enclavehash)),
    ];
    if sig.exponent != SigStruct::EXPONENT {
        let expected = "3".into();
        let found = u64::from(sig.exponent);
        let why = Why::Value { expected, found };
        let bad = Malformed::new(512, "SIGSTRUCT.EXPONENT", why);
        seen.wrong.push(bad.to_string());
    }
    let digest = sha256(&SigStruct::signed_bytes(whole));
    let proof =
        crate::crypto::rsa3072::verify(&digest, &sig.signature, &sig.modulus, &sig.quotients());
    if let Err(why) = proof {
        seen.wrong.push(why.to_string());
    }
}

fn token(bytes: &[u8], seen: &mut Inspection) {
    seen.lines = dump_layout(EinitToken::LAYOUT, bytes, 0);
    if let Err(bad) = EinitToken::decode(bytes, 0) {
        seen.wrong.push(bad.to_string());
    }
}

/// A private key is the reader's secret: it is told apart from other files, not shown.
fn key(bytes: &[u8], seen: &mut Inspection) {
    use crate::crypto::rsa3072::PrivateKey;
    let meaning = "private key in PEM, not shown";
    seen.lines = vec![line(0, bytes.len(), count(bytes.len()), meaning)];
    let parsed = core::str::from_utf8(bytes).map(PrivateKey::from_pem);
    match parsed {
        Ok(Ok(key)) => {
            let mrsigner = hex::encode(&sha256(&key.modulus()));
            seen.follows.push(("MRSIGNER", mrsigner));
        }
        Ok(Err(why)) => seen.wrong.push(why.to_string()),
        Err(_) => seen.wrong.push("The file is no UTF-8 text.".into()),
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
        if let Some(done) = run.take() {
            done.lines(bytes, &mut seen.lines);
        }
        match record.kind {
            Kind::Eextend | Kind::Unmeasrd => run = Some(Run::new(record)),
            Kind::Ecreate | Kind::Eadd => header(bytes, &record, &mut seen.lines),
        }
    }
    if let Some(done) = run {
        done.lines(bytes, &mut seen.lines);
    }
    seen.lines.extend(unexplained(&bytes[at..], at as u64));
    match Sgxs::parse(Rc::from(bytes)) {
        Err(bad) => seen.wrong.push(bad.to_string()),
        Ok(file) => {
            let all = file.records().all(|r| r.kind != Kind::Unmeasrd);
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

    /// A single chunk is shown with its header taken apart, several as one line.
    fn lines(&self, bytes: &[u8], lines: &mut Vec<DumpLine>) {
        let range = self.first.at..self.last.end();
        let whole = bytes.get(range.clone()).unwrap_or_default();
        let digest = hex::encode(&sha256(whole)[..8]);
        let name = self.first.kind.name();
        let meaning = format!(
            "{name} x {}: chunks {} to {} and their data, sha256 {digest}…",
            self.count,
            hex::addr(self.first.offset),
            hex::addr(self.last.offset.wrapping_add(255)),
        );
        lines.push(line(
            range.start as u64,
            whole.len(),
            count(whole.len()),
            &meaning,
        ));
    }
}

/// The lines of an ECREATE or EADD record, field by field.
fn header(bytes: &[u8], record: &Record, lines: &mut Vec<DumpLine>) {
    let mut field = |offset: usize, len: usize, meaning: String| {
        let at = record.at + offset;
        let held = bytes.get(at..at + len).unwrap_or_default();
        let text = match len {
            0..=16 => hex::spaced(held),
            _ => format!("00 x {len}"),
        };
        lines.push(line(at as u64, len, text, &meaning));
    };
    field(0, 8, format!("tag: {}", record.kind.name()));
    if record.kind == Kind::Ecreate {
        field(8, 4, format!("SSAFRAMESIZE: {}", record.ssaframesize));
        let size = hex::size(record.value);
        field(
            12,
            8,
            format!("SIZE: {} ({size})", hex::short(record.value)),
        );
        field(20, 44, "zeros".into());
        return;
    }
    let flags = SecInfoFlags::from_bits(record.value);
    let kind = words::page_type(flags.page_type());
    let rwx = words::rwx(flags);
    field(8, 8, format!("offset: {}", hex::addr(record.offset)));
    field(
        16,
        8,
        format!("SECINFO.FLAGS: {} ({kind} {rwx})", hex::short(record.value)),
    );
    field(24, 40, "rest of SECINFO: zeros".into());
}
