//! What is said of machines, for other programs: as JSON and as CSV, in any language.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Value as Json, json as object};

use super::said::{Said, SaidCell};
use crate::text::{Catalogue, Text};
use crate::trace::Link;
use crate::view::Evidence;

/// The columns of the CSV.
const COLUMNS: [&str; 12] = [
    "part", "row", "title", "machine", "then", "today", "dated", "cite", "evidence", "step",
    "reason", "notes",
];

/// What is said as JSON: `machines`, `rows`, `notes` and `about`.
#[must_use]
pub fn json(said: &Said, catalogue: &Catalogue) -> Json {
    let say = |text: &Text| text.render(catalogue);
    let machines = said
        .heads
        .iter()
        .map(|h| object!({ "tee": h.tee, "title": say(&h.title) }));
    let rows = said.rows.iter().map(|row| {
        let cells = said.heads.iter().zip(&row.cells);
        let cells = cells.filter_map(|(head, cell)| Some(object_of(head.tee, cell.as_ref()?, say)));
        object!({
            "row": row.aspect.id(),
            "title": say(&row.aspect.title()),
            "machines": cells.collect::<Vec<Json>>(),
        })
    });
    let notes = said.notes.iter().map(|n| {
        object!({
            "number": n.number,
            "tee": n.tee,
            "row": n.aspect.id(),
            "says": say(&n.note.says),
            "cite": n.note.cite,
        })
    });
    let about = said.about.iter().map(|r| {
        let s = &r.statement;
        object!({
            "tee": r.tee,
            "id": s.id,
            "then": say(&s.then),
            "today": say(&s.today),
            "cite": s.cite,
            "evidence": evidence(&s.evidence, say),
        })
    });
    object!({
        "machines": machines.collect::<Vec<Json>>(),
        "rows": rows.collect::<Vec<Json>>(),
        "notes": notes.collect::<Vec<Json>>(),
        "about": about.collect::<Vec<Json>>(),
    })
}

fn object_of(tee: &str, cell: &SaidCell, say: impl Fn(&Text) -> String) -> Json {
    let claim = &cell.claim;
    object!({
        "tee": tee,
        "then": say(&claim.then),
        "today": say(&claim.today),
        "dated": claim.dated,
        "cite": claim.cite,
        "evidence": evidence(&claim.evidence, &say),
        "notes": cell.notes,
    })
}

fn evidence(evidence: &Evidence, say: impl Fn(&Text) -> String) -> Json {
    let mut all = object!({ "kind": evidence.id() });
    if let Evidence::Step { scenario, step } = evidence {
        all["scenario"] = (*scenario).into();
        all["step"] = (*step).into();
        all["link"] = link(scenario, step).into();
    }
    if let Some(why) = evidence.reason() {
        all["why"] = say(why).into();
    }
    all
}

/// The fragment of a link to a step.
fn link(scenario: &str, step: &str) -> String {
    let link = Link {
        scenario: scenario.to_string(),
        step: step.to_string(),
        ..Link::default()
    };
    alloc::format!("#{}", link.write())
}

/// What is said as CSV (RFC 4180): a line of names, then one record a cell of the table, `part` being
/// `table`, and one a statement besides, `part` being `about`. `notes` holds a cell’s footnotes.
#[must_use]
pub fn csv(said: &Said, catalogue: &Catalogue) -> String {
    let say = |text: &Text| text.render(catalogue);
    let mut out = String::new();
    record(&mut out, &COLUMNS.map(String::from));
    for row in &said.rows {
        let title = say(&row.aspect.title());
        for (head, cell) in said.heads.iter().zip(&row.cells) {
            let Some(cell) = cell else {
                continue;
            };
            let claim = &cell.claim;
            let notes = claim.notes.iter();
            let notes = notes.map(|n| alloc::format!("{} ({})", say(&n.says), n.cite));
            let [kind, step, reason] = told(&claim.evidence, say);
            let fields = [
                "table".to_string(),
                row.aspect.id().to_string(),
                title.clone(),
                head.tee.to_string(),
                say(&claim.then),
                say(&claim.today),
                if claim.dated { "yes" } else { "no" }.to_string(),
                claim.cite.to_string(),
                kind,
                step,
                reason,
                notes.collect::<Vec<String>>().join("\n"),
            ];
            record(&mut out, &fields);
        }
    }
    for remark in &said.about {
        let s = &remark.statement;
        let [kind, step, reason] = told(&s.evidence, say);
        let fields = [
            "about".to_string(),
            s.id.to_string(),
            String::new(),
            remark.tee.to_string(),
            say(&s.then),
            say(&s.today),
            String::new(),
            s.cite.to_string(),
            kind,
            step,
            reason,
            String::new(),
        ];
        record(&mut out, &fields);
    }
    out
}

/// Evidence as three fields: its kind, the step as `scenario@step`, why there is none.
fn told(evidence: &Evidence, say: impl Fn(&Text) -> String) -> [String; 3] {
    let step = match evidence {
        Evidence::Step { scenario, step } => alloc::format!("{scenario}@{step}"),
        Evidence::NotYet(_) | Evidence::None(_) => String::new(),
    };
    let reason = evidence.reason().map_or_else(String::new, say);
    [evidence.id().to_string(), step, reason]
}

/// A record: fields between commas, those in quotes that need it, and a line break of two characters.
fn record(out: &mut String, fields: &[String; COLUMNS.len()]) {
    for (i, field) in fields.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        match field.contains(['"', ',', '\r', '\n']) {
            true => {
                out.push('"');
                out.push_str(&field.replace('"', "\"\""));
                out.push('"');
            }
            false => out.push_str(field),
        }
    }
    out.push_str("\r\n");
}
