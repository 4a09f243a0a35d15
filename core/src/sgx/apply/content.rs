//! The contents of a page as JSON.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value as Json};

use super::super::content::Content;
use super::super::structs::{Tcs, TcsFlags};
use super::BadCase;
use crate::text;
use crate::text::Text;
use crate::trace::parse_number;

/// The rule behind `pattern`, as files that do not know that name spell it.
const RULE: &str = "byte[i]=(seed*131+i*7+(i>>8))&255";

/// Reads `"zeros"`, a text form such as `"pattern.1"`, or an object: `{"zero": true}`,
/// `{"fill": "cccccccc"}`, `{"hex": ".."}`, `{"rule": .., "seed": 1}`, `{"tcs": {..}}`.
pub(super) fn read(value: &Json) -> Result<Content, BadCase> {
    match value {
        Json::String(text) if text == "zeros" => Ok(Content::Zero),
        Json::String(text) => Content::parse(text, None).map_err(|b| bad(b.why)),
        Json::Object(map) => object(map),
        _ => Err(unknown()),
    }
}

fn bad(why: Text) -> BadCase {
    BadCase::new("content", why)
}

fn unknown() -> BadCase {
    bad(text!(
        "apply.content",
        "The contents of a page are “zeros”, a text form such as “pattern.1”, or an object with one of the keys zero, fill, hex, rule and tcs."
    ))
}

fn object(map: &Map<String, Json>) -> Result<Content, BadCase> {
    let keys: Vec<&str> = map.keys().map(String::as_str).collect();
    let text = |key: &str| map.get(key).and_then(Json::as_str);
    match keys[..] {
        ["zero"] if map.get("zero") == Some(&Json::Bool(true)) => Ok(Content::Zero),
        ["fill"] | ["hex"] => {
            let key = keys[0];
            let given = text(key).ok_or_else(unknown)?;
            Content::parse(&alloc::format!("{key}.{given}"), None).map_err(|b| bad(b.why))
        }
        ["rule", "seed"] if text("rule") == Some(RULE) => {
            let seed = map.get("seed").and_then(number);
            Ok(Content::Pattern(seed.ok_or_else(unknown)?))
        }
        ["rule"] => text("rule").and_then(changed).ok_or_else(|| {
            bad(text!(
                "apply.rule",
                "The rule must be “{rule}” with a seed beside it, or read “seed 1, then byte 4095 ^= 1”.",
                rule = RULE
            ))
        }),
        ["tcs"] => match map.get("tcs") {
            Some(Json::Object(fields)) => tcs(fields),
            _ => Err(unknown()),
        },
        _ => Err(unknown()),
    }
}

fn number(value: &Json) -> Option<u64> {
    match value {
        Json::Number(n) => n.as_u64(),
        Json::String(s) => parse_number(s),
        _ => None,
    }
}

/// Reads `seed S, then byte I ^= X`: a pattern with one byte changed.
fn changed(rule: &str) -> Option<Content> {
    let (seed, then) = rule.strip_prefix("seed ")?.split_once(", then byte ")?;
    let (index, mask) = then.split_once(" ^= ")?;
    let index: usize = index.parse().ok()?;
    let mask = u8::try_from(parse_number(mask)?).ok()?;
    let mut page = Content::Pattern(parse_number(seed)?).page().bytes();
    *page.get_mut(index)? ^= mask;
    Some(Content::Bytes(Rc::from(&page[..])))
}

/// A thread control structure by its fields' names in lower case; fields not given are zero.
fn tcs(fields: &Map<String, Json>) -> Result<Content, BadCase> {
    let mut tcs = Tcs::default();
    for (key, value) in fields {
        let wide = number(value);
        let short = wide.and_then(|n| u32::try_from(n).ok());
        let (wide, short) = match (key.as_str(), wide, short) {
            ("cssa" | "nssa" | "fslimit" | "gslimit", _, Some(n)) => (0, n),
            ("cssa" | "nssa" | "fslimit" | "gslimit", ..) | (_, None, _) => {
                let why = text!(
                    "apply.tcs-value",
                    "TCS.{key} must be a whole number that its field holds.",
                    key = key.to_uppercase()
                );
                return Err(bad(why));
            }
            (_, Some(n), _) => (n, 0),
        };
        match key.as_str() {
            "state" => tcs.state = wide,
            "flags" => tcs.flags = TcsFlags::from_bits(wide),
            "ossa" => tcs.ossa = wide,
            "cssa" => tcs.cssa = short,
            "nssa" => tcs.nssa = short,
            "oentry" => tcs.oentry = wide,
            "aep" => tcs.aep = wide,
            "ofsbasgx" => tcs.ofsbasgx = wide,
            "ogsbasgx" => tcs.ogsbasgx = wide,
            "fslimit" => tcs.fslimit = short,
            "gslimit" => tcs.gslimit = short,
            _ => {
                let why = text!(
                    "apply.tcs-field",
                    "TCS has no field “{key}”. There are state, flags, ossa, cssa, nssa, oentry, aep, ofsbasgx, ogsbasgx, fslimit and gslimit.",
                    key = key.as_str()
                );
                return Err(bad(why));
            }
        }
    }
    Ok(Content::Bytes(Rc::from(&tcs.encode()[..])))
}
