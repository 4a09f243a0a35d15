//! `apply`: operations from JSON, carried out one after the other.

use serde_json::{Value as Json, json};
use teescope_core::sgx::apply::{Case, CaseDone, Done, apply, read};

use crate::args::{Args, Usage};
use crate::files;
use crate::out::{Out, Result, why};
use crate::words::Words;

pub(super) const USAGE: Usage = Usage {
    name: "apply",
    takes: &["TEE", "FILE"],
    does: "carry out a JSON list of operations and tell each outcome",
    more: "TEE is sgx. FILE holds a list of operations, or cases that begin with ECREATE:\n\
           \x20 [{\"op\": \"ECREATE\", \"size\": 8192}, {\"op\": \"EADD\", \"offset\": 0, \"secinfo_flags\": 517}]\n\
           \x20 {\"cases\": [{\"size\": 8192, \"ssaframesize\": 1, \"ops\": [..]}]}\n\
           Each key of an operation is one of its arguments; cli/README.md lists them.\n\
           JSON keys: cases [{name, steps [{step, op, .., outcome, code, name, address, rule,\n\
           block | header and data_sha256, blocks, midstate, if_final}], blocks_total,\n\
           bits_total, mrenclave}].",
    options: &[],
};

pub(super) fn run(args: &Args) -> Result<u8> {
    let words = Words::of(args)?;
    let tee = args.word(0);
    if tee != "sgx" {
        return Err(why(format!(
            "There is no machine “{tee}” to apply operations to. There is sgx."
        )));
    }
    let text = files::text(args.get(1))?;
    let name = files::name(args.get(1));
    let cases = read(&text).map_err(|bad| why(format!("{name}: {}", words.say(&bad.text()))))?;
    let mut out = Out::new();
    if args.has("--json") {
        let all: Vec<Json> = cases.iter().map(|case| apply(case).json()).collect();
        out.json(&json!({ "cases": all }))?;
    } else {
        for case in &cases {
            print(case, &apply(case), &words, &mut out)?;
        }
    }
    out.end()?;
    Ok(0)
}

fn print(case: &Case, done: &CaseDone, words: &Words, out: &mut Out) -> Result {
    if let Some(name) = &case.name {
        out.line(&format!("{name}:"))?;
    }
    for step in &done.steps {
        out.line(&line(step, words))?;
    }
    if let Some(end) = done.measurement {
        let digest = teescope_core::bytes::hex::encode(&end.if_final);
        out.line(&format!("      {} blocks, MRENCLAVE {digest}", end.blocks))?;
    }
    Ok(())
}

fn line(step: &Done, words: &Words) -> String {
    let op: String = step.op.to_string().chars().take(72).collect();
    let mut line = format!("{:>5} {op:<72} {}", step.step, step.outcome.id());
    if !step.outcome.is_done() {
        line.push_str(&format!(" {}", words.say(&step.outcome.name())));
    }
    if let Some(rule) = step.broken {
        line.push_str(&format!(" {}: {}", rule.id, words.say(&rule.text())));
    } else if let Some(m) = step.measurement {
        let digest = teescope_core::bytes::hex::encode(&m.midstate[..4]);
        line.push_str(&format!("  {} blocks, {digest}…", m.blocks));
    }
    line
}
