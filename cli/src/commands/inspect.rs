//! `inspect`: every byte of a file and what it means.

use std::rc::Rc;

use serde_json::{Value as Json, json};
use teescope_core::artefacts::{self, Looked};
use teescope_core::bytes::inspection::Reading;
use teescope_core::bytes::{Checked, DumpLine};

use crate::args::{Args, Opt, Usage};
use crate::files;
use crate::out::{Out, Result, why};
use crate::words::Words;

pub(super) const USAGE: Usage = Usage {
    name: "inspect",
    takes: &["FILE"],
    does: "take a file apart byte by byte",
    more: "FILE is any file that a machine knows: an SGXS stream, a SIGSTRUCT, an EINITTOKEN, an\n\
           RSA key in PEM (which is not shown), an attestation quote of SGX or TDX, a REPORT,\n\
           KEYREQUEST or other structure of SGX, data sealed with its SDK, a Keystone report in\n\
           binary or JSON, a RISC-V program. What no magic number opens is recognised by its size and\n\
           by what its fields may hold; where several things fit, all are told, and --as takes\n\
           another than the first. FILE may also be a text that spells one: hex with whatever stands between the\n\
           digits, an array in source code, a dump with offsets, base64 or PEM; or an error number\n\
           of SGX or its SDK, or a message that holds one.\n\
           Every byte is in exactly one line: offset, bytes, meaning. Chunks of a page are folded\n\
           into one line. What follows from the file, what was checked and what is wrong with it\n\
           stand at the end.\n\
           JSON keys: what, why, from, lines [{offset, len, hex, meaning}], follows {name: value},\n\
           notes [sentence], leads [link], checks [{rule, held, says, cite}], wrong [sentence],\n\
           readings [{what, why}] where several things fit.",
    options: &[AS],
};

const AS: Opt = Opt {
    name: "--as",
    takes: Some("NAME"),
    many: false,
    does: "as which of several things that it could be, such as KEYREQUEST",
};

pub(super) fn run(args: &Args) -> Result<u8> {
    let words = Words::of(args)?;
    let given = Rc::from(files::read(args.get(0))?);
    let looked = chosen(&given, artefacts::look(&given), args)?;
    if !looked.known {
        return Err(why(unknown(&looked, &files::name(args.get(0)), &words)));
    }
    let mut out = Out::new();
    if args.has("--json") {
        out.json(&json(&looked, &words))?;
    } else {
        out.text(&looked.text(&words.0))?;
    }
    out.end()?;
    Ok(0)
}

/// The file as what was asked for, if it could be that.
fn chosen(given: &Rc<[u8]>, looked: Looked, args: &Args) -> Result<Looked> {
    let Some(name) = args.value(AS.name) else {
        return Ok(looked);
    };
    let one = std::slice::from_ref(&looked.seen.what);
    let all: Vec<String> = match &looked.seen.readings[..] {
        [] => one.iter().map(|what| what.en()).collect(),
        all => all.iter().map(|reading| reading.what.en()).collect(),
    };
    let found = all.iter().position(|what| what.eq_ignore_ascii_case(name));
    match found.filter(|_| looked.known) {
        Some(which) => Ok(artefacts::look_as(given, which)),
        None if looked.known => Err(why(format!(
            "{} is no {name}. It could be: {}.",
            files::name(args.get(0)),
            all.join(", ")
        ))),
        None => Ok(looked),
    }
}

/// The sentence about a file that nobody knows, with what was tried.
fn unknown(looked: &Looked, name: &str, words: &Words) -> String {
    let mut all = vec![format!(
        "{name} ({} bytes) is no artefact that a machine here knows: it would have to be {}.",
        looked.bytes.len(),
        artefacts::KNOWN
    )];
    all.extend(looked.seen.notes.iter().map(|note| words.say(note)));
    all.join(" ")
}

fn json(looked: &Looked, words: &Words) -> Json {
    let seen = &looked.seen;
    let line = |l: &DumpLine| json!({ "offset": l.offset, "len": l.len, "hex": l.hex, "meaning": l.meaning });
    let lines = seen.lines(&looked.bytes, &words.0);
    let lines: Vec<Json> = lines.iter().map(line).collect();
    let follows = seen.follows.iter();
    let follows = follows.map(|(name, value)| ((*name).to_string(), Json::from(value.clone())));
    let check = |c: &Checked| json!({ "rule": c.id, "held": c.held, "says": words.say(&c.says), "cite": c.cite });
    let checks: Vec<Json> = seen.checks.iter().map(check).collect();
    let notes: Vec<String> = seen.notes.iter().map(|n| words.say(n)).collect();
    let wrong: Vec<String> = seen.wrong.iter().map(|w| words.say(w)).collect();
    let reading = |r: &Reading| json!({ "what": words.say(&r.what), "why": words.say(&r.why) });
    let readings: Vec<Json> = seen.readings.iter().map(reading).collect();
    json!({
        "what": words.say(&seen.what),
        "why": words.say(&seen.why),
        "from": words.say(&looked.from),
        "lines": lines,
        "follows": Json::Object(follows.collect()),
        "notes": notes,
        "leads": seen.leads,
        "checks": checks,
        "wrong": wrong,
        "readings": readings,
    })
}
