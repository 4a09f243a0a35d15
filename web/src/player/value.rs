//! Values as people read them: numbers in hex, bytes in words of four, differing bytes marked.

use teescope_core::bytes::hex;
use teescope_core::text;
use teescope_core::trace::Value;

use crate::el::{El, el, group, said};
use crate::state::Ctx;

/// Longer byte strings are cut; the card is no dump.
const MOST: usize = 512;

/// A value; bytes that differ from `other` are marked.
pub(crate) fn value(ctx: &Ctx, value: &Value, other: Option<&Value>) -> El {
    let marked = |differs| el(if differs { "mark" } else { "span" });
    match value {
        Value::None => {
            let says = text!("ui.value.none", "nothing, or not to be seen");
            let none = el("span").class("dim").at("title", said(ctx, says));
            none.kid("–")
        }
        Value::Number(n) => {
            let differs = matches!(other, Some(Value::Number(o)) if o != n);
            marked(differs).class("m").kid(hex::addr(*n))
        }
        Value::Words(words) => marked(other.is_some_and(|o| o != value)).kid(ctx.t(words)),
        Value::Bytes(bytes) => {
            let other = match other {
                Some(Value::Bytes(o)) => Some(&**o),
                _ => None,
            };
            words(bytes, other)
        }
    }
}

/// Bytes in words of four; those that differ from `other` are marked, runs of them together.
pub(crate) fn words(bytes: &[u8], other: Option<&[u8]>) -> El {
    let shown = &bytes[..bytes.len().min(MOST)];
    let differs = |i: usize| other.is_some_and(|o| o.get(i) != shown.get(i));
    let mut parts: Vec<(bool, String)> = Vec::new();
    for (i, byte) in shown.iter().enumerate() {
        let gap = if i > 0 && i % 4 == 0 { " " } else { "" };
        if let Some((_, text)) = parts.last_mut() {
            text.push_str(gap);
        }
        match parts.last_mut() {
            Some((marked, text)) if *marked == differs(i) => push_byte(text, *byte),
            _ => {
                let mut text = String::new();
                push_byte(&mut text, *byte);
                parts.push((differs(i), text));
            }
        }
    }
    let parts = parts.into_iter().map(|(marked, text)| match marked {
        true => el("mark").kid(text),
        false => group().kid(text),
    });
    let rest = || {
        let rest = format!(" … {MOST} / {}", bytes.len());
        el("span").class("dim").kid(rest)
    };
    el("span")
        .class("hex")
        .kids(parts)
        .kid((bytes.len() > MOST).then(rest))
}

/// Writes a byte as two digits.
pub(crate) fn push_byte(text: &mut String, byte: u8) {
    for digit in [byte >> 4, byte & 15] {
        text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
    }
}

/// A technical name that may be broken after a full stop or an underscore.
pub(crate) fn breakable(name: &str) -> String {
    name.replace('.', ".\u{200b}").replace('_', "_\u{200b}")
}
