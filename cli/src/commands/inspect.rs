//! `inspect`: every byte of a file and what it means.

use serde_json::{Value as Json, json};
use teescope_core::artefacts;
use teescope_core::bytes::{DumpLine, Inspection, dump_text};

use crate::args::{Args, Usage};
use crate::files;
use crate::out::{Out, Result, why};
use crate::words::Words;

pub(super) const USAGE: Usage = Usage {
    name: "inspect",
    takes: &["FILE"],
    does: "take a file apart byte by byte",
    more: "FILE is any file that a machine knows: an SGXS stream, a SIGSTRUCT, an EINITTOKEN, an\n\
           RSA key in PEM (which is not shown), an attestation report in binary or JSON, a RISC-V\n\
           program. Every byte is in exactly one line: offset, bytes, meaning. Chunks of a page\n\
           are folded into one line. What follows from the file and what is wrong with it stand at the end.\n\
           JSON keys: what, why, lines [{offset, len, hex, meaning}], follows {name: value},\n\
           wrong [sentence].",
    options: &[],
};

pub(super) fn run(args: &Args) -> Result<u8> {
    let words = Words::of(args)?;
    let bytes = files::read(args.get(0))?;
    let Some(seen) = artefacts::inspect(&bytes) else {
        let name = files::name(args.get(0));
        return Err(why(format!(
            "{name} ({} bytes) is no artefact that a machine here knows: it would have to be {}.",
            bytes.len(),
            artefacts::KNOWN
        )));
    };
    let mut out = Out::new();
    if args.has("--json") {
        out.json(&json(&seen, &words))?;
    } else {
        print(&seen, &words, &mut out)?;
    }
    out.end()?;
    Ok(0)
}

fn print(seen: &Inspection, words: &Words, out: &mut Out) -> Result {
    out.line(&format!(
        "{}: {}",
        words.say(&seen.what),
        words.say(&seen.why)
    ))?;
    out.text(&dump_text(&seen.lines))?;
    for (name, value) in &seen.follows {
        out.line(&format!("{name}: {value}"))?;
    }
    for sentence in &seen.wrong {
        out.line(&format!("WRONG: {sentence}"))?;
    }
    Ok(())
}

fn json(seen: &Inspection, words: &Words) -> Json {
    let line = |l: &DumpLine| json!({ "offset": l.offset, "len": l.len, "hex": l.hex, "meaning": l.meaning });
    let lines: Vec<Json> = seen.lines.iter().map(line).collect();
    let follows = seen.follows.iter();
    let follows = follows.map(|(name, value)| ((*name).to_string(), Json::from(value.clone())));
    json!({
        "what": words.say(&seen.what),
        "why": words.say(&seen.why),
        "lines": lines,
        "follows": Json::Object(follows.collect()),
        "wrong": seen.wrong,
    })
}
