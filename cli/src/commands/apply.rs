//! `apply`: operations from JSON, carried out one after the other.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;

use teescope_core::tees;
use teescope_core::trace::{AppliedLine, Applier, Inputs, Params};

use crate::args::{Args, Opt, Usage};
use crate::files;
use crate::out::{Out, Result, complain, why};
use crate::words::Words;

pub(super) const USAGE: Usage = Usage {
    name: "apply",
    takes: &["TEE", "FILE"],
    does: "carry out a JSON list of operations and tell each outcome",
    more: "TEE is sgx or keystone.\n\
           For sgx, FILE holds a list of operations, or cases that begin with ECREATE:\n\
           \x20 [{\"op\": \"ECREATE\", \"size\": 8192}, {\"op\": \"EADD\", \"offset\": 0, \"secinfo_flags\": 517}]\n\
           \x20 {\"cases\": [{\"size\": 8192, \"ssaframesize\": 1, \"ops\": [..]}]}\n\
           Each key of an operation is one of its arguments; cli/README.md lists them.\n\
           JSON keys: cases [{name, steps [{step, op, .., outcome, code, name, address, rule,\n\
           block | header and data_sha256, blocks, midstate, if_final}], blocks_total,\n\
           bits_total, mrenclave}].\n\
           For keystone, FILE holds what a host and its enclaves do to the security monitor:\n\
           \x20 {\"steps\": [{\"do\": \"host_create\", \"epm\": [2164260864, 1048576], ..}, ..]}\n\
           JSON keys: steps [{do, .., error, value, pmp_writes, ..}]; hangs where the hart is stuck.",
    options: &[
        Opt {
            name: "--page0",
            takes: Some("FILE"),
            many: false,
            does: "keystone: the first page of every enclave, else enclave-page0.bin beside FILE",
        },
        Opt {
            name: "--monitor",
            takes: Some("WHICH"),
            many: false,
            does: "keystone: upstream, or intended without its known faults",
        },
    ],
};

pub(super) fn run(args: &Args) -> Result<u8> {
    let words = Words::of(args)?;
    let tee = args.word(0);
    let all = tees::appliers();
    let Some(applier) = all.iter().find(|a| a.tee == tee) else {
        let known: Vec<&str> = all.iter().map(|a| a.tee).collect();
        return Err(why(format!(
            "There is no machine “{tee}” to apply operations to. There are {}.",
            known.join(", ")
        )));
    };
    let text = files::text(args.get(1))?;
    let name = files::name(args.get(1));
    let applied = (applier.run)(&text, &params(applier, args)?, &inputs(applier, args)?)
        .map_err(|bad| why(format!("{name}: {}", words.say(&bad))))?;
    for warning in &applied.warnings {
        complain(&format!("{name}: {}", words.say(warning)));
    }
    let mut out = Out::new();
    if args.has("--json") {
        out.json(&applied.json)?;
    } else {
        for line in &applied.lines {
            out.line(&shown(line, &words))?;
        }
    }
    out.end()?;
    Ok(0)
}

/// The options that are parameters of the machine.
fn params(applier: &Applier, args: &Args) -> Result<Params> {
    let mut all = Params::new();
    for opt in USAGE.options {
        let key = opt.name.trim_start_matches('-');
        let Some(value) = args.value(opt.name) else {
            continue;
        };
        if applier.params.contains(&key) {
            all.insert(key.into(), value.into());
        } else if !applier.files.iter().any(|(k, _)| *k == key) {
            return Err(why(format!("{} takes no {}.", applier.tee, opt.name)));
        }
    }
    Ok(all)
}

/// The files it may want: as an option names them, else where the operations lie, if they are there.
fn inputs(applier: &Applier, args: &Args) -> Result<Inputs> {
    let mut all = Inputs::new();
    for (key, beside) in applier.files {
        let beside = Path::new(args.get(1)).with_file_name(beside);
        let found = match args.value(&format!("--{key}")) {
            Some(path) => Some(OsStr::new(path).to_os_string()),
            None => Some(beside.into_os_string())
                .filter(|path| args.get(1) != "-" && Path::new(path).is_file()),
        };
        if let Some(path) = found {
            all.insert((*key).into(), files::Files::default().input(key, &path)?);
        }
    }
    Ok(all)
}

fn shown(line: &AppliedLine, words: &Words) -> String {
    let Some(step) = line.step else {
        return line.what.clone();
    };
    let op: String = line.what.chars().take(72).collect();
    let mut text = format!("{step:>5} {op:<72} {}", line.outcome.id());
    if !line.outcome.is_done() {
        _ = write!(text, " {}", words.say(&line.outcome.name()));
    }
    if let Some(rule) = line.broken {
        _ = write!(text, " {}: {}", rule.id, words.say(&rule.text()));
    } else if !line.note.is_empty() {
        _ = write!(text, "  {}", line.note);
    }
    text
}
