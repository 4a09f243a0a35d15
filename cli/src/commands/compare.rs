//! `compare`: one question to several machines, every answer read off runs carried out just now.

use serde_json::{Value as Json, json};
use teescope_core::bytes::hex;
use teescope_core::compare::{ALL, Answer, Choice, Column, Proof, Question, by_id, differs};
use teescope_core::tees;
use teescope_core::trace::{Link, Observer, Progress};

use crate::args::{Args, Opt, Usage};
use crate::out::{Out, Result, why};
use crate::words::Words;

pub(super) const USAGE: Usage = Usage {
    name: "compare",
    takes: &["[QUESTION]"],
    does: "put one question to several machines: the same program is run on each, and its run answers",
    more: "Without QUESTION: which questions there are.\n\
           A machine may be followed by a dot and its variant: --tee sgx.legacy,keystone.intended.\n\
           JSON keys: question, asks, how, observer, machines [{tee, variant, kind, differs, verdict,\n\
           says, lines [{name, value, proof}], bytes, rule {id, held, says, cite}, proofs}]. kind is a stable\n\
           word: answers whose kinds differ differ in kind. A proof is the fragment of a link to the page.",
    options: &[
        Opt {
            name: "--tee",
            takes: Some("A,B"),
            many: false,
            does: "which machines, in this order (if not given, all that can be run)",
        },
        Opt {
            name: "--observer",
            takes: Some("WHO"),
            many: false,
            does: "who looks: os (if not given), inside, process, neighbour, other-core, device, bus",
        },
        Opt {
            name: "--set",
            takes: Some("KEY=VALUE"),
            many: true,
            does: "a parameter of the common program, on every machine",
        },
    ],
};

/// Steps carried out at a time; nobody waits for progress here.
const SLICE: u64 = 10_000;

pub(super) fn run(args: &Args) -> Result<u8> {
    let words = Words::of(args)?;
    let id = args.word(0);
    if id.is_empty() {
        return list(args, &words);
    }
    let question = by_id(&id).ok_or_else(|| {
        let all: Vec<&str> = ALL.iter().map(|q| q.id).collect();
        why(format!(
            "There is no question “{id}”. There are {}.",
            all.join(", ")
        ))
    })?;
    let observer = observer(args.value("--observer").unwrap_or("os"))?;
    let mut columns = columns(args, &words)?;
    let answers: Vec<Answer> = columns
        .iter_mut()
        .map(|c| (question.answer)(c, observer))
        .collect();
    let marks = differs(&answers.iter().collect::<Vec<_>>());
    let all: Vec<_> = columns.iter().zip(answers.iter().zip(marks)).collect();
    let mut out = Out::new();
    if args.has("--json") {
        let machines = all
            .iter()
            .map(|(column, (answer, differs))| machine(column, answer, *differs, &words));
        out.json(&json!({
            "question": question.id,
            "asks": words.say(&(question.asks)()),
            "how": words.say(&(question.how)()),
            "observer": question.by_observer.then(|| observer.id()),
            "machines": machines.collect::<Vec<Json>>(),
        }))?;
    } else {
        print(question, observer, &all, &words, &mut out)?;
    }
    out.end()?;
    Ok(0)
}

/// Which questions there are.
fn list(args: &Args, words: &Words) -> Result<u8> {
    let mut out = Out::new();
    if args.has("--json") {
        let all = ALL.iter().map(|q| {
            json!({
                "id": q.id,
                "asks": words.say(&(q.asks)()),
                "how": words.say(&(q.how)()),
                "by_observer": q.by_observer,
            })
        });
        out.json(&all.collect::<Vec<Json>>().into())?;
    } else {
        for question in ALL {
            let asks = words.say(&(question.asks)());
            out.line(&format!("{:<12} {asks}", question.id))?;
        }
    }
    out.end()?;
    Ok(0)
}

/// The observer of a name: its own, or the word people use.
fn observer(name: &str) -> Result<Observer> {
    let id = match name {
        "os" | "system" => "privileged",
        "owner" => "inside",
        "dma" => "device",
        "dram" | "probe" => "bus",
        other => other,
    };
    Observer::from_id(id).ok_or_else(|| {
        let all: Vec<&str> = Observer::ALL.iter().map(|o| o.id()).collect();
        why(format!(
            "“{name}” is no observer. There are os, {}.",
            all.join(", ")
        ))
    })
}

/// The machines that were asked for, with their runs carried out.
fn columns(args: &Args, words: &Words) -> Result<Vec<Column>> {
    let tees = tees::all();
    let mut choices: Vec<Choice> = match args.value("--tee") {
        None => {
            let can = tees.iter().filter(|t| t.common.is_some());
            let all = can.map(|t| Choice {
                tee: t.id.into(),
                ..Choice::default()
            });
            all.collect()
        }
        Some(named) => named.split(',').map(choice).collect(),
    };
    for set in args.values("--set") {
        let (key, value) = set.split_once('=').ok_or_else(|| {
            why(format!(
                "--set takes KEY=VALUE, and “{set}” has no “=” in it."
            ))
        })?;
        for choice in &mut choices {
            choice.set.insert(key.into(), value.into());
        }
    }
    let open = choices.iter().map(|choice| {
        let mut column = Column::open(&tees, choice).map_err(|bad| why(words.say(&bad.why)))?;
        while column.work(SLICE) != Progress::Ready {}
        Ok(column)
    });
    open.collect()
}

fn choice(named: &str) -> Choice {
    let (tee, variant) = named.trim().split_once('.').unwrap_or((named.trim(), ""));
    Choice {
        tee: tee.into(),
        variant: variant.into(),
        ..Choice::default()
    }
}

fn machine(column: &Column, answer: &Answer, differs: bool, words: &Words) -> Json {
    let lines = answer.lines.iter().map(|line| {
        json!({
            "under": line.under.as_ref().map(|under| words.say(under)),
            "name": words.say(&line.name),
            "value": words.say(&line.value),
            "proof": line.proof.as_ref().map(link),
        })
    });
    let rule = answer
        .rule
        .map(|rule| json!({ "id": rule.id, "held": answer.held, "says": words.say(&rule.text()), "cite": rule.cite }));
    json!({
        "tee": column.choice.tee,
        "variant": column.choice.variant,
        "kind": answer.kind,
        "differs": differs,
        "verdict": words.say(&answer.verdict),
        "says": answer.says.iter().map(|s| words.say(s)).collect::<Vec<_>>(),
        "lines": lines.collect::<Vec<Json>>(),
        "bytes": hex::encode(&answer.bytes),
        "rule": rule,
        "proofs": answer.proofs.iter().map(link).collect::<Vec<_>>(),
    })
}

/// The fragment of a link to the step that shows it.
fn link(proof: &Proof) -> String {
    let mut link = Link {
        scenario: proof.scenario.into(),
        step: proof.step.clone(),
        observer: proof.observer,
        ..Link::default()
    };
    link.settings.params.extend(proof.set.iter().cloned());
    format!("#{}", link.write())
}

fn print(
    question: &Question,
    observer: Observer,
    all: &[(&Column, (&Answer, bool))],
    words: &Words,
    out: &mut Out,
) -> Result {
    out.line(&words.say(&(question.asks)()))?;
    if question.by_observer {
        out.line(&words.say(&observer.title()))?;
    }
    for (column, (answer, differs)) in all {
        let (title, variant) = (words.say(&column.title), words.say(&column.variant.title));
        let mark = if *differs { " *" } else { "" };
        out.line(&format!(
            "\n{title} ({variant}): {}{mark}",
            words.say(&answer.verdict)
        ))?;
        for says in &answer.says {
            out.line(&format!("  {}", words.say(says)))?;
        }
        if !answer.bytes.is_empty() {
            out.line(&format!("  {}", hex::encode(&answer.bytes)))?;
        }
        if let Some(rule) = answer.rule {
            let held = if answer.held { "held" } else { "did not hold" };
            out.line(&format!(
                "  {} {held}: {} ({})",
                rule.id,
                words.say(&rule.text()),
                rule.cite
            ))?;
        }
        for lines in answer.lines.chunk_by(|a, b| a.under == b.under) {
            let under = lines[0].under.as_ref();
            if let Some(under) = under {
                out.line(&format!("    {}", words.say(under)))?;
            }
            let deeper = if under.is_some() { "  " } else { "" };
            for line in lines {
                let (name, value) = (words.say(&line.name), words.say(&line.value));
                out.line(&format!("    {deeper}{name}: {value}"))?;
            }
        }
        if let Some(proof) = answer.proofs.first() {
            out.line(&format!("  {}", link(proof)))?;
        }
    }
    Ok(())
}
