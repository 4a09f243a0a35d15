//! The same for every machine: JSON in, JSON and lines for people out.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Map, Value as Json};

use super::{Done, apply, read};
use crate::bytes::hex;
use crate::text::Text;
use crate::trace::{Applied, AppliedLine, Applier, Inputs, Params};

/// SGX as one of the machines that take operations as JSON.
pub const APPLIER: Applier = Applier {
    tee: "sgx",
    params: &[],
    files: &[],
    run,
};

fn run(text: &str, _: &Params, _: &Inputs) -> Result<Applied, Text> {
    let cases = read(text).map_err(|bad| bad.text())?;
    let (mut all, mut lines) = (Vec::new(), Vec::new());
    for case in &cases {
        let done = apply(case);
        lines.extend(
            case.name
                .as_ref()
                .map(|name| AppliedLine::words(format!("{name}:"))),
        );
        lines.extend(done.steps.iter().map(line));
        lines.extend(done.measurement.map(|end| {
            let digest = hex::encode(&end.if_final);
            AppliedLine::words(format!("      {} blocks, MRENCLAVE {digest}", end.blocks))
        }));
        all.push(done.json());
    }
    let mut json = Map::new();
    json.insert("cases".into(), Json::Array(all));
    Ok(Applied {
        json: json.into(),
        lines,
        warnings: Vec::new(),
    })
}

fn line(step: &Done) -> AppliedLine {
    let note = step.measurement.map_or_else(String::new, |m| {
        let digest = hex::encode(&m.midstate[..4]);
        format!("{} blocks, {digest}…", m.blocks)
    });
    AppliedLine {
        step: Some(step.step),
        what: step.op.to_string(),
        outcome: step.outcome,
        broken: step.broken,
        note,
    }
}
