//! `replay`: a case file, run again; the same digest or exit code 1.

use serde_json::json;
use std::rc::Rc;

use teescope_core::artefacts;
use teescope_core::bytes::hex;
use teescope_core::trace::Case;

use super::run::{FILE, open};
use crate::args::{Args, Usage};
use crate::files;
use crate::out::{DIFFERS, Out, Result, complain, why};
use crate::words::Words;

pub(super) const USAGE: Usage = Usage {
    name: "replay",
    takes: &["CASE"],
    does: "run a case file again; exit code 1 if it comes to another digest",
    more: "A case file holds a scenario, parameters, changes, a seed and the digest of the run.\n\
           Files that the run used are named in it by digest only: give them with --file.\n\
           A case of something that was inspected is inspected again: --file file=PATH.\n\
           JSON keys: scenario, steps, expected, digest, same.",
    options: &[FILE],
};

pub(super) fn run(args: &Args) -> Result<u8> {
    let words = Words::of(args)?;
    let text = files::text(args.get(0))?;
    let name = files::name(args.get(0));
    let case = Case::read(&text).map_err(|e| why(format!("{name}: {}", words.say(&e.why))))?;
    if case.scenario == artefacts::CASE {
        return looked(&case, &name, args, &words);
    }
    let mut session = open(&case.scenario, case.settings.clone(), args, &words)?;
    let digest = session.digest();
    let same = digest == case.digest;
    let mut out = Out::new();
    if args.has("--json") {
        out.json(&json!({
            "scenario": case.scenario,
            "steps": session.len(),
            "expected": hex::encode(&case.digest),
            "digest": hex::encode(&digest),
            "same": same,
        }))?;
    } else if same {
        let steps = session.len();
        out.line(&format!(
            "{}: {steps} steps, the same digest {}",
            case.scenario,
            hex::encode(&digest)
        ))?;
    }
    out.end()?;
    if same {
        return Ok(0);
    }
    complain(&format!(
        "{name}: the run came to the digest {}, not to {} as the case file says. It was changed by hand, or made by another version.",
        hex::encode(&digest),
        hex::encode(&case.digest)
    ));
    Ok(DIFFERS)
}

/// A case of something that was looked at: its file is looked at again.
fn looked(case: &Case, name: &str, args: &Args, words: &Words) -> Result<u8> {
    let mut given = args.values(FILE.name);
    let path = given.next().and_then(|pair| pair.strip_prefix("file="));
    let path = path.ok_or_else(|| {
        why(format!(
            "{name} is a case of a file that was looked at: give it with --file file=PATH."
        ))
    })?;
    let bytes = Rc::from(files::read(std::ffi::OsStr::new(path))?);
    let digest = artefacts::replay(case, &bytes).map_err(|e| words.stop(&e))?;
    let same = digest == case.digest;
    let mut out = Out::new();
    if args.has("--json") {
        out.json(&json!({
            "scenario": case.scenario,
            "steps": 0,
            "expected": hex::encode(&case.digest),
            "digest": hex::encode(&digest),
            "same": same,
        }))?;
    } else if same {
        let digest = hex::encode(&digest);
        out.line(&format!("{}: the same digest {digest}", case.scenario))?;
    }
    out.end()?;
    if same {
        return Ok(0);
    }
    complain(&format!(
        "{name}: what is told of the file has the digest {}, not {} as the case file says. It was changed by hand, or made by another version.",
        hex::encode(&digest),
        hex::encode(&case.digest)
    ));
    Ok(DIFFERS)
}
