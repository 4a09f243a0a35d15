//! `replay`: a case file, run again; the same digest or exit code 1.

use serde_json::json;
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
           JSON keys: scenario, steps, expected, digest, same.",
    options: &[FILE],
};

pub(super) fn run(args: &Args) -> Result<u8> {
    let words = Words::of(args)?;
    let text = files::text(args.get(0))?;
    let name = files::name(args.get(0));
    let case = Case::read(&text).map_err(|e| why(format!("{name}: {}", words.say(&e.why))))?;
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
