//! A run as text: the form of golden traces and of `run` on the command line.

use alloc::format;
use alloc::string::String;

use super::outcome::Outcome;
use super::recorder::{Event, Value};
use super::session::{Session, Step};
use crate::bytes::hex;
use crate::text::Catalogue;

/// Bytes longer than this are shown by digest.
const SHOWN_MOST: usize = 64;

/// Every step of a run up to `to`, with its checks and what it changed. Steps whose shape repeats the
/// step before (same name, same rules held, no stop) are folded into one line with their count.
#[must_use]
pub fn dump(session: &mut dyn Session, to: u64, catalogue: &Catalogue) -> String {
    let mut out = String::new();
    let to = to.min(session.len());
    let mut folded = 0_u64;
    let mut last_name = String::new();
    for position in 1..=to {
        let Some(step) = session.step(position) else {
            break;
        };
        let name = step.name.en();
        if name == last_name && step.outcome.is_done() && position != to {
            folded += 1;
            continue;
        }
        if folded > 0 {
            out.push_str(&format!("      … {folded} more {last_name}\n"));
            folded = 0;
        }
        last_name = if step.outcome.is_done() {
            name
        } else {
            String::new()
        };
        write_step(&mut out, session, &step, catalogue);
    }
    out
}

fn write_step(out: &mut String, session: &mut dyn Session, step: &Step, catalogue: &Catalogue) {
    let outcome = match step.outcome {
        Outcome::Done => String::new(),
        stop => format!("  {}: {}", stop.id(), stop.name().en()),
    };
    out.push_str(&format!(
        "{:>5} {:<28} {} {}{outcome}\n",
        step.position,
        step.label,
        step.name.en(),
        step.says.render(catalogue)
    ));
    for event in &step.events {
        write_event(out, session, step.position, event, catalogue);
    }
}

fn write_event(
    out: &mut String,
    session: &mut dyn Session,
    position: u64,
    event: &Event,
    catalogue: &Catalogue,
) {
    let value = |v: &Value| show(v, catalogue);
    let line = match event {
        Event::Check {
            rule,
            held,
            compared,
        } => {
            let mark = if *held { "ok" } else { "NO" };
            let sides = compared
                .as_ref()
                .filter(|_| !held)
                .map_or_else(String::new, |c| {
                    format!("; wanted {}, found {}", value(&c.wanted), value(&c.found))
                });
            format!("{mark} {}{sides}", rule.id)
        }
        Event::Write {
            place,
            before,
            after,
        } => {
            let name = session.place_name(position, place).render(catalogue);
            format!("write {name}: {} -> {}", value(before), value(after))
        }
        Event::Absorb(a) => {
            format!(
                "absorb {} bytes, {} blocks, {}",
                a.pieces.iter().map(|p| p.bytes.len()).sum::<usize>(),
                a.blocks,
                value(&a.after)
            )
        }
        Event::Derive { key, value: v, .. } => {
            format!("derive {}: {}", key.render(catalogue), value(v))
        }
        Event::Transition { what, from, to } => format!("{what}: {from} -> {to}"),
        Event::Message {
            from,
            to,
            what,
            bytes,
        } => format!(
            "message {} -> {}: {}, {} bytes",
            from.render(catalogue),
            to.render(catalogue),
            what.render(catalogue),
            bytes.len()
        ),
    };
    out.push_str(&format!("        {line}\n"));
}

/// A value as one short line.
fn show(value: &Value, catalogue: &Catalogue) -> String {
    match value {
        Value::None => String::from("–"),
        Value::Number(n) => hex::addr(*n),
        Value::Words(t) => t.render(catalogue),
        Value::Bytes(b) if b.len() <= SHOWN_MOST => hex::encode(b),
        Value::Bytes(b) => {
            use sha2::Digest as _;
            format!(
                "{} bytes, sha256 {}",
                b.len(),
                hex::encode(&sha2::Sha256::digest(b))
            )
        }
    }
}
