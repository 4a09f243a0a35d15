//! `run`: a scenario, step by step.

use std::ffi::OsStr;

use serde_json::{Value as Json, json};
use teescope_core::bytes::hex;
use teescope_core::trace::{Edit, Inputs, ParamKind, Session, Settings, Supplied, dump, supplied};

use crate::args::{Args, Opt, Usage};
use crate::files::Files;
use crate::out::{Out, Result, why};
use crate::words::Words;
use crate::{files, json};

/// Files of the user by parameter; `replay` has it too.
pub(super) const FILE: Opt = Opt {
    name: "--file",
    takes: Some("KEY=PATH"),
    many: true,
    does: "give a file, or the text in it, as a parameter",
};

pub(super) const USAGE: Usage = Usage {
    name: "run",
    takes: &["SCENARIO"],
    does: "run a scenario and print every step with its checks",
    more: "Steps whose shape repeats the one before are folded into a line; JSON has them all.\n\
           JSON keys: scenario, settings {set, seed, edits}, steps [{position, label, phase, name,\n\
           says, caption, op, outcome {result, code, name, address}, tells, rule, events, edited}],\n\
           len, digest (of the whole run, null if --to ended it before).",
    options: &[
        Opt {
            name: "--set",
            takes: Some("KEY=VALUE"),
            many: true,
            does: "set a parameter",
        },
        FILE,
        Opt {
            name: "--seed",
            takes: Some("N"),
            many: false,
            does: "the seed of everything that would be random (default 0)",
        },
        Opt {
            name: "--edit",
            takes: Some("CHANGE"),
            many: true,
            does: "change the run: +STEP:OP, ~STEP:OP or -STEP",
        },
        Opt {
            name: "--to",
            takes: Some("STEP"),
            many: false,
            does: "end after this step: a label or a number",
        },
        Opt {
            name: "--case",
            takes: Some("OUT"),
            many: false,
            does: "write the run as a case file that replay reads",
        },
    ],
};

pub(super) fn run(args: &Args) -> Result<u8> {
    let words = Words::of(args)?;
    let mut session = open(&args.word(0), settings(args, &words)?, args, &words)?;
    let to = match args.value("--to") {
        None => session.len(),
        Some(step) => session.find(step).ok_or_else(|| {
            let last = session.label(session.len());
            why(format!(
                "The run has no step “{step}”. Steps are named by label, up to “{last}”, or by number, up to {}.",
                session.len()
            ))
        })?,
    };
    let mut out = Out::new();
    if args.has("--json") {
        steps(&mut *session, to, &words, &mut out)?;
    } else {
        out.text(&dump(&mut *session, to, &words.0))?;
    }
    out.end()?;
    if let Some(path) = args.value("--case") {
        let case = session.case().write();
        std::fs::write(path, case)
            .map_err(|e| why(format!("The case file {path} cannot be written: {e}.")))?;
    }
    Ok(0)
}

fn settings(args: &Args, words: &Words) -> Result<Settings> {
    let mut settings = Settings::default();
    for pair in args.values("--set") {
        let (key, value) = pair_of("--set", pair)?;
        settings.params.insert(key.into(), value.into());
    }
    if let Some(seed) = args.value("--seed") {
        let digits = seed.strip_prefix("0x");
        let number = match digits {
            Some(digits) => u64::from_str_radix(digits, 16).ok(),
            None => seed.parse().ok(),
        };
        settings.seed = number.ok_or_else(|| {
            why(format!("The seed “{seed}” is no number of 64 bits. Write it in decimal or as 0x followed by hex digits."))
        })?;
    }
    for edit in args.values("--edit") {
        let edit = Edit::parse(edit).map_err(|bad| words.stop(&bad.why))?;
        settings.edits.push(edit);
    }
    Ok(settings)
}

fn pair_of<'a>(option: &str, pair: &'a str) -> Result<(&'a str, &'a str)> {
    pair.split_once('=')
        .filter(|(key, _)| !key.is_empty())
        .ok_or_else(|| why(format!("{option} takes KEY=VALUE, not “{pair}”.")))
}

/// Opens a run with the files that the words name.
pub(super) fn open(
    scenario: &str,
    mut settings: Settings,
    args: &Args,
    words: &Words,
) -> Result<Box<dyn Session>> {
    let known = teescope_core::tees::scenario(scenario).map(|s| s.info());
    let mut inputs = Inputs::new();
    let all = Files::default();
    for pair in args.values("--file") {
        let (key, path) = pair_of("--file", pair)?;
        let param = known
            .as_ref()
            .map(|info| info.params.iter().find(|p| p.key == key));
        match param.map(|found| found.map(|p| &p.kind)) {
            // What a scenario takes as several lines may stand in a file.
            Some(Some(ParamKind::Lines { .. })) => {
                let text = files::text(OsStr::new(path))?;
                settings.params.entry(key.into()).or_insert(text);
                continue;
            }
            None | Some(Some(ParamKind::File { .. })) => {}
            Some(_) => {
                return Err(why(format!(
                    "{scenario} takes no file as “{key}”. “teescope list” tells what it takes."
                )));
            }
        }
        let input = all.input(key, OsStr::new(path))?;
        let digest = all.named(&input);
        settings.params.entry(key.into()).or_insert(digest);
        inputs.insert(key.into(), input);
    }
    let supply = all.supply();
    let opened = supplied(&inputs, &supply, || {
        teescope_core::tees::open(scenario, &settings, &inputs)
    });
    let opened = opened.map(|run| Box::new(Supplied::new(run, supply)) as Box<dyn Session>);
    opened.map_err(|bad| {
        let said = words.say(&bad.why);
        if !bad.missing_file {
            return why(said);
        }
        why(format!(
            "{said} On the command line: --file {}=PATH.",
            bad.key
        ))
    })
}

/// The steps as JSON, one a line, so that a long run need not be kept whole.
fn steps(session: &mut dyn Session, to: u64, words: &Words, out: &mut Out) -> Result {
    let info = session.info().id;
    let settings = session.settings();
    let edits: Vec<String> = settings.edits.iter().map(ToString::to_string).collect();
    let set = settings.params.iter();
    let set = set.map(|(k, v)| (k.clone(), Json::from(v.clone())));
    let set = json!({
        "set": Json::Object(set.collect()),
        "seed": settings.seed.to_string(),
        "edits": edits,
    });
    out.line(&format!("{{\n\"scenario\": {},", Json::from(info)))?;
    out.line(&format!("\"settings\": {set},\n\"steps\": ["))?;
    for position in 1..=to {
        let Some(step) = session.step(position) else {
            break;
        };
        let comma = if position < to { "," } else { "" };
        let step = json::step(session, &step, words);
        out.line(&format!("{step}{comma}"))?;
    }
    let digest = match to == session.len() {
        true => hex::encode(&session.digest()).into(),
        false => Json::Null,
    };
    out.line(&format!(
        "],\n\"len\": {},\n\"digest\": {digest}\n}}",
        session.len()
    ))
}
