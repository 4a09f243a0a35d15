//! From JSON to steps, with the place of every mistake.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Map, Value as Json};

use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::parse_number;

/// Keys that hold another program's results: passed over, so that its file can be given as it is.
const RESULTS: [&str; 9] = [
    "error",
    "pmp_writes",
    "mcause",
    "scause",
    "loaded",
    "enclave_a0",
    "enclave_a1",
    "hangs",
    "value",
];

/// A file.
pub(super) struct File {
    pub(super) steps: Vec<Step>,
    /// Whether it tells the boot.
    pub(super) is_boot: bool,
}

/// A step.
pub(super) struct Step {
    /// Which step, from 1.
    number: usize,
    /// What is done.
    pub(super) what: String,
    /// What was given, without results.
    pub(super) given: Map<String, Json>,
}

/// What is wrong with one key of a step.
pub(super) struct Wrong {
    key: &'static str,
    why: Text,
}

impl Wrong {
    pub(super) fn new(key: &'static str, why: Text) -> Self {
        Self { key, why }
    }
}

pub(super) fn file(text: &str) -> Result<File, Text> {
    let json: Json = serde_json::from_str(text).map_err(|e| {
        text!(
            "apply.no-json",
            "The input is not JSON: {error}.",
            error = e.to_string()
        )
    })?;
    let is_boot = super::BOOT.iter().all(|key| json.get(key).is_some());
    let steps = match json.get("steps") {
        Some(Json::Array(steps)) => steps.clone(),
        None if is_boot => Vec::new(),
        _ => {
            return Err(text!(
                "keystone.apply.form",
                "Expected is an object with a list “steps”, each step an object with “do”."
            ));
        }
    };
    let mut all = Vec::with_capacity(steps.len());
    for (i, step) in steps.into_iter().enumerate() {
        all.push(one(i + 1, step)?);
    }
    Ok(File {
        steps: all,
        is_boot,
    })
}

fn one(number: usize, step: Json) -> Result<Step, Text> {
    let Json::Object(mut given) = step else {
        return Err(in_step(number, "", &object()));
    };
    let what = given.get("do").and_then(Json::as_str).map(String::from);
    let Some(what) = what else {
        return Err(in_step(number, "do", &object()));
    };
    let stores = what.ends_with("_store");
    given.retain(|key, _| !RESULTS.contains(&key.as_str()) || (stores && key == "value"));
    if what == "host_read" {
        given.remove("bytes");
    }
    Ok(Step {
        number,
        what,
        given,
    })
}

fn object() -> Text {
    text!(
        "keystone.apply.step",
        "A step is an object whose “do” says what is done, such as “host_call”."
    )
}

fn in_step(number: usize, key: &str, why: &Text) -> Text {
    let mut parts = alloc::vec![text!("apply.in-op", "operation {n}", n = number)];
    if !key.is_empty() {
        parts.push(text!("apply.in-key", "key “{key}”", key = key));
    }
    Text::join(&[Text::join(&parts, ", "), why.clone()], ": ")
}

impl Step {
    /// A mistake with its place.
    pub(super) fn in_place(&self, wrong: &Wrong) -> Text {
        in_step(self.number, wrong.key, &wrong.why)
    }

    /// A number that must be there.
    pub(super) fn number(&self, key: &'static str) -> Result<u64, Wrong> {
        self.given.get(key).and_then(word).ok_or_else(|| {
            let why = text!(
                "keystone.apply.number",
                "It must be a whole number below 2⁶⁴."
            );
            Wrong::new(key, why)
        })
    }

    /// A number, or what stands for it where it is not given.
    pub(super) fn number_or(&self, key: &'static str, otherwise: u64) -> Result<u64, Wrong> {
        match self.given.contains_key(key) {
            true => self.number(key),
            false => Ok(otherwise),
        }
    }

    /// A number that is at most so much.
    pub(super) fn at_most(&self, key: &'static str, most: u64) -> Result<u64, Wrong> {
        let n = self.number(key)?;
        match n <= most {
            true => Ok(n),
            false => Err(Wrong::new(
                key,
                text!(
                    "keystone.apply.at-most",
                    "It must be at most {most}.",
                    most = most
                ),
            )),
        }
    }

    /// Start and size.
    pub(super) fn pair(&self, key: &'static str) -> Result<(u64, u64), Wrong> {
        let pair = self.given.get(key).and_then(Json::as_array);
        let pair = pair.and_then(|p| match &p[..] {
            [a, b] => Some((word(a)?, word(b)?)),
            _ => None,
        });
        pair.ok_or_else(|| {
            let why = text!(
                "keystone.apply.pair",
                "It must be a list of two whole numbers: address and size."
            );
            Wrong::new(key, why)
        })
    }

    /// Up to three numbers.
    pub(super) fn three(&self, key: &'static str) -> Result<[u64; 3], Wrong> {
        let mut all = [0; 3];
        let list = self.given.get(key).and_then(Json::as_array);
        let list = list.filter(|l| l.len() <= 3 && l.iter().all(|n| word(n).is_some()));
        let Some(list) = list else {
            let why = text!(
                "keystone.apply.three",
                "It must be a list of at most three whole numbers."
            );
            return Err(Wrong::new(key, why));
        };
        for (to, from) in all.iter_mut().zip(list) {
            *to = word(from).unwrap_or(0);
        }
        Ok(all)
    }

    /// Bytes in hex.
    pub(super) fn hex(&self, key: &'static str, most: usize) -> Result<Vec<u8>, Wrong> {
        let text = self.given.get(key).and_then(Json::as_str);
        let bytes = text.and_then(|t| hex::decode(t).ok());
        bytes.filter(|b| b.len() <= most).ok_or_else(|| {
            let wants = text!(
                "param.wants-hex",
                "hex digits, two a byte, at most {max} bytes",
                max = most
            );
            Wrong::new(key, wants)
        })
    }
}

fn word(value: &Json) -> Option<u64> {
    match value {
        Json::Number(n) => n.as_u64(),
        Json::String(s) => parse_number(s),
        _ => None,
    }
}
