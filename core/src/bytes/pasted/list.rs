//! Arrays in source code: `{0x06, 0x00}`, `[6, 0]`, with comments and a declaration around them.

use alloc::format;
use alloc::vec::Vec;

use super::super::Malformed;
use crate::text;
use crate::text::Text;

/// How the field is called in sentences.
const FIELD: &str = "array";

/// Whether a text is elements with commas between them: in brackets, or with `0x` before each.
pub(super) fn is_like(text: &str) -> bool {
    let (_, body) = inner(text);
    let mut elements = elements(body).map(|(_, e)| e).take(8).peekable();
    if elements.peek().is_none() || !body.contains(',') {
        return false;
    }
    let bracketed = body.len() != text.len();
    elements.all(|e| match bare(e) {
        (Some(_), true) => true,
        (Some(_), false) => bracketed,
        (None, _) => false,
    })
}

/// The bytes.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, Malformed> {
    let (from, body) = inner(text);
    let one = |(at, element): (usize, &str)| {
        let at = (from + at) as u64;
        let found = Text::from(format!(
            "“{}”",
            element.chars().take(16).collect::<alloc::string::String>()
        ));
        let Some(number) = bare(element).0 else {
            let why = text!(
                "malformed.list-number",
                "has {found} where a number belongs",
                found = found
            );
            return Err(Malformed::says(at, FIELD, why));
        };
        u8::try_from(number).map_err(|_| {
            let why = text!(
                "malformed.list-wide",
                "has {found}, more than a byte holds; how wider numbers lie in memory the text does not say",
                found = found
            );
            Malformed::says(at, FIELD, why)
        })
    };
    elements(body).map(one).collect()
}

/// What stands between the outermost brackets, and where it begins; all of the text if there are none.
fn inner(text: &str) -> (usize, &str) {
    // The size in `name[1808] = {…}` is not the array.
    let open = text.find('{').or_else(|| text.find('['));
    let close = text.rfind('}').or_else(|| text.rfind(']'));
    match (open, close) {
        (Some(open), Some(close)) if open < close => (open + 1, &text[open + 1..close]),
        _ => (0, text),
    }
}

/// The elements with their offsets; comments and empty elements are passed over.
fn elements(body: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    core::iter::from_fn(move || {
        loop {
            let rest = body.get(at..)?;
            let skip = rest.len() - rest.trim_start_matches([',', ' ', '\t', '\r', '\n']).len();
            at += skip;
            let rest = body.get(at..).filter(|rest| !rest.is_empty())?;
            let comment = ["//", "#", "/*"].into_iter().find(|c| rest.starts_with(c));
            let Some(opens) = comment else {
                let len = rest
                    .find([',', '\n', '\r', '/', ' ', '\t'])
                    .unwrap_or(rest.len());
                let element = (at, &rest[..len.max(1).min(rest.len())]);
                at += element.1.len();
                return Some(element);
            };
            let closes = if opens == "/*" { "*/" } else { "\n" };
            at += rest.find(closes).map_or(rest.len(), |n| n + closes.len());
        }
    })
}

/// A number, and whether it says by `0x` that it is hex.
fn bare(element: &str) -> (Option<u64>, bool) {
    let element = element.trim_end_matches(['u', 'U']);
    match element
        .strip_prefix("0x")
        .or_else(|| element.strip_prefix("0X"))
    {
        Some(digits) => (u64::from_str_radix(digits, 16).ok(), true),
        None if element.bytes().all(|b| b.is_ascii_digit()) => (element.parse().ok(), false),
        None => (None, false),
    }
}
