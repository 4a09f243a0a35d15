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

/// Steps of one name in one stretch that are written out before the rest is folded.
const WRITTEN: u64 = 2;

/// Every step of a run up to `to`, with its checks and what it changed. Within a stretch, steps of one
/// name that did what was asked are folded after the second, into one line with their count.
#[must_use]
pub fn dump(session: &mut dyn Session, to: u64, catalogue: &Catalogue) -> String {
    let mut out = String::new();
    let to = to.min(session.len());
    let outline = session.outline();
    session.work(to);
    for group in &outline.groups {
        let mut folded = 0_u64;
        let mut seen = (String::new(), 0_u64);
        for position in group.first..group.first + group.len {
            if position > to {
                break;
            }
            // Of what is folded only the line is looked at: nobody reads how it went.
            let line = session.line(position);
            let name = line.name.en();
            if seen.0 != name {
                unfold(&mut out, &mut folded, &seen.0);
                seen = (name, 0);
            }
            seen.1 += 1;
            let done = line.outcome.is_some_and(Outcome::is_done);
            if seen.1 > WRITTEN && done && !line.edited && position != to {
                folded += 1;
                continue;
            }
            let Some(step) = session.step(position) else {
                break;
            };
            unfold(&mut out, &mut folded, &seen.0);
            write_step(&mut out, session, &step, catalogue);
        }
        unfold(&mut out, &mut folded, &seen.0);
    }
    out
}

/// Says how many steps were folded before this line.
fn unfold(out: &mut String, folded: &mut u64, name: &str) {
    if *folded > 0 {
        out.push_str(&format!("      … {folded} more {name}\n"));
        *folded = 0;
    }
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
        step.name.render(catalogue),
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
