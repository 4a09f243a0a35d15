//! From JSON to operations, with the place of every mistake.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use serde_json::{Map, Value as Json};

use super::super::op::Op;
use super::super::op_text;
use super::content;
use super::{BadCase, Case};
use crate::text;
use crate::text::Text;
use crate::trace::OpText;

/// What another program computed: passed over, so that its file can be given as it is.
const RESULTS: [&str; 5] = [
    "steps",
    "blocks_total",
    "bits_total",
    "mrenclave",
    "outcome",
];

/// Arguments of ECREATE that a case may give.
const CREATE: [&str; 7] = [
    "size",
    "ssaframesize",
    "base",
    "attributes",
    "xfrm",
    "miscselect",
    "process",
];

impl BadCase {
    pub(super) fn new(key: &str, why: Text) -> Self {
        Self {
            case: None,
            op: None,
            key: key.to_string(),
            why,
        }
    }

    fn in_op(mut self, op: usize) -> Self {
        self.op = Some(op);
        self
    }
}

pub(super) fn cases(text: &str) -> Result<Vec<Case>, BadCase> {
    let json: Json = serde_json::from_str(text).map_err(|e| {
        let why = text!(
            "apply.no-json",
            "The input is not JSON: {error}.",
            error = e.to_string()
        );
        BadCase::new("", why)
    })?;
    match &json {
        Json::Object(map) if map.contains_key("cases") => {
            others(map, &["cases"])?;
            let Some(Json::Array(list)) = map.get("cases") else {
                let why = text!("apply.cases-list", "It must be a list of cases.");
                return Err(BadCase::new("cases", why));
            };
            all(list)
        }
        Json::Object(map) => Ok(vec![case(map)?]),
        Json::Array(list) if list.iter().any(|e| e.get("op").is_some()) || list.is_empty() => {
            let ops = operations(list)?;
            Ok(vec![Case { name: None, ops }])
        }
        Json::Array(list) => all(list),
        _ => Err(form("")),
    }
}

fn all(list: &[Json]) -> Result<Vec<Case>, BadCase> {
    let read = |(i, entry): (usize, &Json)| {
        let found = match entry {
            Json::Object(map) => case(map),
            _ => Err(form("")),
        };
        found.map_err(|bad| BadCase {
            case: Some(i),
            ..bad
        })
    };
    list.iter().enumerate().map(read).collect()
}

fn form(key: &str) -> BadCase {
    let why = text!(
        "apply.form",
        "Expected is a list of operations, a case {case}, or {cases}.",
        case = "{\"size\": .., \"ops\": [..]}",
        cases = "{\"cases\": [..]}"
    );
    BadCase::new(key, why)
}

/// Refuses keys that nobody reads, unless they hold words or another program's results.
fn others(map: &Map<String, Json>, known: &[&str]) -> Result<(), BadCase> {
    let strange = map.iter().find(|(key, value)| {
        let key = key.as_str();
        !known.contains(&key) && !RESULTS.contains(&key) && !value.is_string()
    });
    match strange {
        None => Ok(()),
        Some((key, _)) => {
            let why = text!(
                "apply.unknown-key",
                "Nothing here has such a key. There are: {known}.",
                known = known.join(", ")
            );
            Err(BadCase::new(key, why))
        }
    }
}

fn case(map: &Map<String, Json>) -> Result<Case, BadCase> {
    let known = [&["name", "what", "ops"][..], &CREATE].concat();
    others(map, &known)?;
    let Some(Json::Array(list)) = map.get("ops") else {
        return Err(form("ops"));
    };
    let mut ops = Vec::with_capacity(list.len() + 1);
    if map.contains_key("size") {
        let mut create = OpText::new("ECREATE");
        for key in CREATE {
            if let Some(value) = map.get(key) {
                create = create.with(key, word(key, value)?);
            }
        }
        ops.push(parse(&create, "size")?);
    } else if let Some(key) = CREATE.iter().find(|k| map.contains_key(**k)) {
        let why = text!(
            "apply.no-size",
            "A case with this key needs “size” too: together they are ECREATE’s."
        );
        return Err(BadCase::new(key, why));
    }
    ops.extend(operations(list)?);
    let name = map.get("name").and_then(Json::as_str);
    Ok(Case {
        name: name.map(ToString::to_string),
        ops,
    })
}

fn operations(list: &[Json]) -> Result<Vec<Op>, BadCase> {
    let each = list.iter().enumerate();
    each.map(|(i, entry)| operation(entry).map_err(|bad| bad.in_op(i)))
        .collect()
}

fn operation(entry: &Json) -> Result<Op, BadCase> {
    let map = match entry {
        Json::Object(map) => map,
        Json::String(text) => {
            let op = OpText::parse(text).map_err(|bad| BadCase::new("", bad.why))?;
            return parse(&op, "");
        }
        _ => {
            let why = text!(
                "apply.op-object",
                "An operation is an object with “op”, or its text form in a string."
            );
            return Err(BadCase::new("", why));
        }
    };
    let Some(Json::String(name)) = map.get("op") else {
        let why = text!(
            "apply.op-name",
            "It must name the operation, such as “EADD”."
        );
        return Err(BadCase::new("op", why));
    };
    let mut text = OpText::new(name);
    let mut page = None;
    for (key, value) in map.iter().filter(|(key, _)| *key != "op") {
        if key == "content" && name == "EADD" {
            page = Some(content::read(value)?);
        } else {
            text = text.with(key, word(key, value)?);
        }
    }
    let mut op = parse(&text, "")?;
    if let (Op::Eadd(eadd), Some(page)) = (&mut op, page) {
        eadd.content = page;
    }
    Ok(op)
}

fn parse(op: &OpText, key: &str) -> Result<Op, BadCase> {
    op_text::parse(op).map_err(|bad| BadCase::new(key, bad.why))
}

/// A value as the text form of operations has it.
fn word(key: &str, value: &Json) -> Result<String, BadCase> {
    Ok(match value {
        Json::Number(n) if n.is_u64() => n.to_string(),
        Json::Bool(true) => "yes".into(),
        Json::Bool(false) => "no".into(),
        Json::String(s) => s.clone(),
        other => {
            let shown = format!("{other}");
            let shown: String = shown.chars().take(40).collect();
            let why = text!(
                "apply.value",
                "It cannot be {value}: a whole number below 2⁶⁴ is expected, or a string.",
                value = shown
            );
            return Err(BadCase::new(key, why));
        }
    })
}
