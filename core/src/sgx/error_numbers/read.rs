//! Finds the error number or name in what a program printed.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::{Meaning, meanings, named};
use crate::bytes::{Inspection, hex};
use crate::text;
use crate::text::Text;
use crate::trace::parse_number;

/// What is longer than this is no message, in characters.
const MESSAGE: usize = 400;

/// Words of messages that hold an error number.
const WORDS: [&str; 12] = [
    "sgx", "encls", "enclu", "einit", "ecreate", "eadd", "eextend", "error", "status", "returned",
    "failed", "code",
];

/// Explains a message, a name or a number; `None` if nothing in it is known.
#[must_use]
pub fn explain(said: &str) -> Option<Inspection> {
    let said = said.trim();
    if said.is_empty() || said.chars().count() > MESSAGE {
        return None;
    }
    let words: Vec<&str> = words(said).collect();
    let mut all: Vec<Meaning> = words.iter().filter_map(|w| named(w)).collect();
    if all.is_empty() {
        let numbers = numbers(&words)?;
        for number in numbers {
            let new = meanings(number);
            all.extend(
                new.into_iter()
                    .filter(|m| !all.contains(m))
                    .collect::<Vec<_>>(),
            );
        }
    }
    let first = all.first()?;
    let why = text!(
        "error.why",
        "{name} is {whose}: {number}",
        name = first.name.clone(),
        whose = first.whose.clone(),
        number = spelled(first.number)
    );
    let mut seen = Inspection::new(first.name.clone(), why);
    let many = all.len() > 1;
    seen.notes = all.iter().map(|m| note(m, many)).collect();
    seen.follows = vec![("number", spelled(first.number))];
    let leads = all.iter().flat_map(|m| m.link.into_iter().chain(m.bench));
    seen.leads = leads.map(ToString::to_string).collect();
    seen.leads.dedup();
    Some(seen)
}

/// Hex, and decimal where the two differ.
fn spelled(number: u64) -> String {
    hex::number(number)
}

/// A meaning as a sentence, under its name if there are several.
fn note(meaning: &Meaning, many: bool) -> Text {
    let says = meaning.says.clone();
    if !many {
        return text!(
            "error.note",
            "{says} ({cite})",
            says = says,
            cite = meaning.cite
        );
    }
    text!(
        "error.note-of",
        "{name}, {whose}: {says} ({cite})",
        name = meaning.name.clone(),
        whose = meaning.whose.clone(),
        says = says,
        cite = meaning.cite
    )
}

fn words(said: &str) -> impl Iterator<Item = &str> {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
    said.split(move |c| !inside(c)).filter(|w| !w.is_empty())
}

/// The numbers of a message: it is one number, or names something that has error numbers.
fn numbers(words: &[&str]) -> Option<Vec<u64>> {
    let telling = |w: &&&str| {
        let word = w.to_ascii_lowercase();
        WORDS.iter().any(|known| word.contains(known))
    };
    let numbers: Vec<&str> = words.iter().copied().filter(|w| is_number(w)).collect();
    let alone = words.len() == 1;
    if numbers.is_empty() || numbers.len() > 3 || !alone && !words.iter().any(|w| telling(&w)) {
        return None;
    }
    let mut all: Vec<u64> = numbers.iter().filter_map(|n| parse_number(n)).collect();
    // Four digits without 0x are how people repeat a status of the SDK.
    for bare in numbers.iter().filter(|n| n.len() == 4) {
        all.extend(parse_number(&format!("0x{bare}")));
    }
    all.dedup();
    Some(all)
}

fn is_number(word: &str) -> bool {
    match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        Some(digits) => !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit()),
        None => word.bytes().all(|b| b.is_ascii_digit()),
    }
}
