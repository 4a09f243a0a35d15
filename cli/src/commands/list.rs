//! `list`: which scenarios there are and what can be set.

use serde_json::{Value as Json, json};
use teescope_core::trace::{Channel, Param, ParamKind, Scenario, ScenarioInfo, Secret};

use crate::args::{Args, Usage};
use crate::out::{Out, Result};
use crate::words::Words;

pub(super) const USAGE: Usage = Usage {
    name: "list",
    takes: &[],
    does: "list the scenarios and their parameters",
    more: "",
    options: &[],
};

pub(super) fn run(args: &Args) -> Result<u8> {
    let words = Words::of(args)?;
    let mut out = Out::new();
    let tees = teescope_core::tees::all();
    let scenarios = tees.iter().flat_map(|t| t.scenarios.iter());
    if args.has("--json") {
        let all: Vec<Json> = scenarios.map(|s| scenario(*s, &words)).collect();
        out.json(&all.into())?;
    } else {
        for info in scenarios.map(|s| s.info()) {
            print(&info, &words, &mut out)?;
        }
    }
    out.end()?;
    Ok(0)
}

fn print(info: &ScenarioInfo, words: &Words, out: &mut Out) -> Result {
    out.line(&format!("{:<26} {}", info.id, words.say(&info.question)))?;
    for param in &info.params {
        let takes = takes(param, words);
        out.line(&format!("    {:<14} {takes}", param.key))?;
    }
    Ok(())
}

/// What a parameter takes, and its default.
fn takes(param: &Param, words: &Words) -> String {
    let default = &param.default;
    let takes = match &param.kind {
        ParamKind::Choice(all) => all.iter().map(|(v, _)| *v).collect::<Vec<_>>().join(" | "),
        ParamKind::Number { min, max } => format!("{min}..{max}"),
        ParamKind::Flag => "yes | no".into(),
        ParamKind::Hex { max } => format!("hex, at most {max} bytes"),
        ParamKind::Words { max } => format!("at most {max} characters"),
        ParamKind::Lines { max } => {
            let first = default.lines().next().unwrap_or_default();
            return format!("text of at most {max} characters (default: {first} …)");
        }
        ParamKind::File { what, .. } => return format!("--file: {}", words.say(what)),
    };
    format!("{takes} (default: {default})")
}

fn scenario(scenario: &dyn Scenario, words: &Words) -> Json {
    let (info, secrecy) = (scenario.info(), scenario.secrecy());
    let channel = |c: &Channel| {
        json!({
            "observer": c.observer.id(),
            "at": c.at,
            "says": words.say(&c.says),
            "cite": c.cite,
        })
    };
    let channels: Vec<Json> = secrecy.channels.iter().map(channel).collect();
    let secret = match secrecy.secret {
        Secret::None => Json::Null,
        Secret::Param(key, _) => key.into(),
        Secret::Seed => "seed".into(),
    };
    let params: Vec<Json> = info.params.iter().map(|p| param(p, words)).collect();
    json!({
        "id": info.id,
        "tee": info.tee(),
        "title": words.say(&info.title),
        "question": words.say(&info.question),
        "lesson": words.say(&info.lesson),
        "listed": info.listed,
        "params": params,
        "secret": secret,
        "channels": channels,
    })
}

fn param(param: &Param, words: &Words) -> Json {
    let (kind, more) = match &param.kind {
        ParamKind::Choice(all) => {
            let all: Vec<&str> = all.iter().map(|(v, _)| *v).collect();
            ("choice", json!({ "values": all }))
        }
        ParamKind::Number { min, max } => {
            let (min, max) = (format!("{min:#x}"), format!("{max:#x}"));
            ("number", json!({ "min": min, "max": max }))
        }
        ParamKind::Flag => ("flag", json!({ "values": ["yes", "no"] })),
        ParamKind::Hex { max } => ("hex", json!({ "max_bytes": max })),
        ParamKind::Words { max } => ("words", json!({ "max_characters": max })),
        ParamKind::Lines { max } => ("lines", json!({ "max_characters": max })),
        ParamKind::File { what, optional } => {
            let what = words.say(what);
            ("file", json!({ "what": what, "optional": optional }))
        }
    };
    json!({
        "key": param.key,
        "title": words.say(&param.title),
        "help": words.say(&param.help),
        "kind": kind,
        "takes": more,
        "default": param.default,
    })
}
