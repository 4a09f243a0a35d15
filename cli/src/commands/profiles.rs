//! `profiles`: what is said of every machine, row by row, with what holds today and where it can be seen.

use teescope_core::compare::{Said, SaidCell, csv, json};
use teescope_core::tees;
use teescope_core::view::{Aspect, Evidence};

use crate::args::{Args, Opt, Usage};
use crate::out::{Out, Result, why};
use crate::words::Words;

pub(super) const USAGE: Usage = Usage {
    name: "profiles",
    takes: &["[ROW]"],
    does: "what is said of the machines in words: in 2020, today, and the step that shows it",
    more: "Without ROW: every row, the footnotes and what else was said.\n\
           JSON keys: machines [{tee, title}], rows [{row, title, machines [{tee, then, today, dated,\n\
           cite, evidence {kind, scenario, step, link, why}, notes}]}], notes [{number, tee, row, says,\n\
           cite}], about [{tee, id, then, today, cite, evidence}]. evidence.kind is step, not-yet or none.",
    options: &[
        Opt {
            name: "--tee",
            takes: Some("A,B"),
            many: false,
            does: "which machines, in this order (if not given, all)",
        },
        Opt {
            name: "--csv",
            takes: None,
            many: false,
            does: "as CSV (RFC 4180), one record a cell",
        },
    ],
};

/// The mark of a claim of 2020 that does not hold.
const DATED: &str = "†";

pub(super) fn run(args: &Args) -> Result<u8> {
    let words = Words::of(args)?;
    let mut said = said(args)?;
    let id = args.word(0);
    if !id.is_empty() {
        let aspect = Aspect::from_id(&id).ok_or_else(|| {
            let all = Aspect::ALL.map(Aspect::id).join(", ");
            why(format!("There is no row “{id}”. There are {all}."))
        })?;
        said = said.only(aspect);
    }
    let mut out = Out::new();
    match (args.has("--csv"), args.has("--json")) {
        (true, true) => {
            return Err(why("--csv and --json exclude each other."));
        }
        (true, false) => out.text(&csv(&said, &words.0))?,
        (false, true) => out.json(&json(&said, &words.0))?,
        (false, false) => print(&said, &words, &mut out)?,
    }
    out.end()?;
    Ok(0)
}

/// What is said of the machines that were asked for.
fn said(args: &Args) -> Result<Said> {
    let Some(named) = args.value("--tee") else {
        return Ok(Said::of(&tees::all()));
    };
    let mut wanted = Vec::new();
    for id in named.split(',').map(str::trim) {
        let mut all = tees::all().into_iter().filter(|t| t.profile.is_some());
        let tee = all.find(|t| t.id == id).ok_or_else(|| {
            let all: Vec<&str> = tees::all().iter().map(|t| t.id).collect();
            why(format!(
                "There is no machine “{id}”. There are {}.",
                all.join(", ")
            ))
        })?;
        wanted.push(tee);
    }
    Ok(Said::of(&wanted))
}

fn print(said: &Said, words: &Words, out: &mut Out) -> Result {
    for row in &said.rows {
        out.line(&words.say(&row.aspect.title()))?;
        for (head, cell) in said.heads.iter().zip(&row.cells) {
            if let Some(cell) = cell {
                out.line(&format!("  {}", words.say(&head.title)))?;
                print_cell(cell, words, out)?;
            }
        }
        out.line("")?;
    }
    let dated = |cell: &SaidCell| cell.claim.dated;
    if said
        .rows
        .iter()
        .flat_map(|r| r.cells.iter().flatten())
        .any(dated)
    {
        out.line(&format!("{DATED} {}", words.say(&Said::dated_title())))?;
    }
    for note in &said.notes {
        let says = words.say(&note.note.says);
        out.line(&format!("[{}] {says} ({})", note.number, note.note.cite))?;
    }
    for head in &said.heads {
        let own = said.about.iter().filter(|r| r.tee == head.tee);
        for (i, remark) in own.enumerate() {
            if i == 0 {
                out.line(&format!("\n{}", words.say(&head.title)))?;
            }
            let s = &remark.statement;
            let today = format!("{} ({})", words.say(&s.today), s.cite);
            lines([words.say(&s.then), today], &s.evidence, words, out)?;
        }
    }
    Ok(())
}

fn print_cell(cell: &SaidCell, words: &Words, out: &mut Out) -> Result {
    let claim = &cell.claim;
    let marks: String = cell.notes.iter().map(|n| format!(" [{n}]")).collect();
    let mut then = words.say(&claim.then);
    if claim.dated {
        then = format!("{then} {DATED}");
    }
    let today = format!("{}{marks} ({})", words.say(&claim.today), claim.cite);
    lines([then, today], &claim.evidence, words, out)
}

/// What was said, what holds and where it can be seen.
fn lines([then, today]: [String; 2], evidence: &Evidence, words: &Words, out: &mut Out) -> Result {
    let (was, is) = (
        words.say(&Said::then_title()),
        words.say(&Said::today_title()),
    );
    out.line(&format!("    {was}: {then}"))?;
    out.line(&format!("    {is}: {today}"))?;
    out.line(&format!("    {}", shown(evidence, words)))
}

/// Where it can be seen, or why it cannot.
fn shown(evidence: &Evidence, words: &Words) -> String {
    let title = words.say(&evidence.title());
    match evidence {
        Evidence::Step { scenario, step } => format!("{title}: {scenario}@{step}"),
        Evidence::NotYet(why) | Evidence::None(why) => format!("{title}: {}", words.say(why)),
    }
}
