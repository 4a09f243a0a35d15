//! Values as people read them: numbers in hex, bytes in words of four, differing bytes marked.

use teescope_core::bytes::hex;
use teescope_core::text;
use teescope_core::trace::Value;
use yew::prelude::*;

use crate::lang::Lang;

/// Longer byte strings are cut; the card is no dump.
const MOST: usize = 512;

/// A value; bytes that differ from `other` are marked.
pub(crate) fn value(value: &Value, other: Option<&Value>, lang: &Lang) -> Html {
    match value {
        Value::None => {
            html! { <span class="dim" title={lang.t(&text!("ui.value.none", "nothing, or not to be seen"))}>{ "–" }</span> }
        }
        Value::Number(n) => {
            let differs = matches!(other, Some(Value::Number(o)) if o != n);
            let number = hex::addr(*n);
            if differs {
                html! { <mark class="m">{ number }</mark> }
            } else {
                html! { <span class="m">{ number }</span> }
            }
        }
        Value::Words(words) => {
            let differs = other.is_some_and(|o| o != value);
            let words = lang.t(words);
            if differs {
                html! { <mark>{ words }</mark> }
            } else {
                html! { <span>{ words }</span> }
            }
        }
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
pub(crate) fn words(bytes: &[u8], other: Option<&[u8]>) -> Html {
    let shown = &bytes[..bytes.len().min(MOST)];
    let differs = |i: usize| other.is_some_and(|o| o.get(i) != shown.get(i));
    let mut parts: Vec<(bool, String)> = Vec::new();
    for (i, byte) in shown.iter().enumerate() {
        let gap = if i > 0 && i % 4 == 0 { " " } else { "" };
        let digits = format!("{byte:02x}");
        match parts.last_mut() {
            Some((marked, text)) if *marked == differs(i) => {
                text.push_str(gap);
                text.push_str(&digits);
            }
            _ => {
                if let Some((_, text)) = parts.last_mut() {
                    text.push_str(gap);
                }
                parts.push((differs(i), digits));
            }
        }
    }
    let cut = bytes.len() > MOST;
    html! {
        <span class="hex">
            for (i, (marked, text)) in parts.into_iter().enumerate() {
                <span key={i}>{ if marked { html! { <mark>{ text }</mark> } } else { html! { text } } }</span>
            }
            if cut {
                <span class="dim">{ format!(" … {MOST} / {}", bytes.len()) }</span>
            }
        </span>
    }
}

/// A technical name that may be broken after a full stop or an underscore.
pub(crate) fn breakable(name: &str) -> String {
    name.replace('.', ".\u{200b}").replace('_', "_\u{200b}")
}
