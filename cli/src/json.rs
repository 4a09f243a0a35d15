//! Steps as JSON: the same for every machine.

use serde_json::{Value as Json, json};
use teescope_core::bytes::hex;
use teescope_core::trace::{Event, Outcome, Session, Step, Value};

use crate::words::Words;

/// A step with everything it told.
pub(crate) fn step(session: &mut dyn Session, step: &Step, words: &Words) -> Json {
    let events = step.events.iter();
    let events: Vec<Json> = events
        .map(|e| event(session, step.position, e, words))
        .collect();
    json!({
        "position": step.position,
        "label": step.label,
        "phase": step.phase.id(),
        "name": words.say(&step.name),
        "says": words.say(&step.says),
        "caption": words.say(&step.caption),
        "op": step.op.as_ref().map(ToString::to_string),
        "outcome": outcome(step.outcome),
        "tells": words.say(&step.tells),
        "rule": step.broken().map(|r| r.id),
        "events": events,
        "edited": step.edited,
    })
}

/// How a step ended.
fn outcome(outcome: Outcome) -> Json {
    let (code, name, address) = match outcome {
        Outcome::Done => (None, None, None),
        Outcome::Refused(status) => (Some(status.code), Some(status.name), None),
        Outcome::Faulted(fault) => (fault.code, Some(fault.name), fault.address),
    };
    let address = address.map(|a| format!("{a:#x}"));
    json!({ "result": outcome.id(), "code": code, "name": name, "address": address })
}

fn event(session: &mut dyn Session, position: u64, event: &Event, words: &Words) -> Json {
    let value = |v: &Value| value(v, words);
    match event {
        Event::Check {
            rule,
            held,
            compared,
        } => {
            let compared = compared.as_ref().map(|c| {
                json!({
                    "wanted_is": words.say(&c.wanted_is),
                    "wanted": value(&c.wanted),
                    "found_is": words.say(&c.found_is),
                    "found": value(&c.found),
                })
            });
            let says = words.say(&rule.text());
            json!({
                "event": "check", "rule": rule.id, "held": held, "says": says,
                "cite": rule.cite, "compared": compared,
            })
        }
        Event::Write {
            place,
            before,
            after,
        } => {
            let name = words.say(&session.place_name(position, place));
            json!({
                "event": "write", "space": place.space, "at": format!("{:#x}", place.at),
                "len": place.len, "name": name, "before": value(before), "after": value(after),
            })
        }
        Event::Absorb(a) => {
            let pieces = a.pieces.iter().map(|p| {
                json!({
                    "label": words.say(&p.label), "bytes": hex::encode(&p.bytes),
                    "means": words.say(&p.means),
                })
            });
            let pieces: Vec<Json> = pieces.collect();
            json!({
                "event": "absorb", "pieces": pieces, "before": value(&a.before),
                "after": value(&a.after), "blocks": a.blocks,
            })
        }
        Event::Derive {
            key,
            from,
            value: v,
        } => {
            let from = from.iter();
            let from = from.map(|(name, v)| json!({ "name": words.say(name), "value": value(v) }));
            let from: Vec<Json> = from.collect();
            json!({ "event": "derive", "key": words.say(key), "from": from, "value": value(v) })
        }
        Event::Transition { what, from, to } => {
            json!({ "event": "transition", "what": what, "from": from, "to": to })
        }
        Event::Message {
            from,
            to,
            what,
            bytes,
        } => json!({
            "event": "message", "from": words.say(from), "to": words.say(to),
            "what": words.say(what), "bytes": hex::encode(bytes),
        }),
    }
}

/// A value: `null`, a number in hex, bytes in hex, or words.
fn value(value: &Value, words: &Words) -> Json {
    match value {
        Value::None => Json::Null,
        Value::Number(n) => json!({ "number": format!("{n:#x}") }),
        Value::Bytes(b) => json!({ "bytes": hex::encode(b) }),
        Value::Words(t) => json!({ "words": words.say(t) }),
    }
}
