//! PEM: base64 between BEGIN and END lines, possibly several blocks and words around them.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::super::{Malformed, base64};
use crate::text;

const BEGIN: &str = "-----BEGIN ";

/// The blocks of a text, each with its label.
pub(super) fn blocks(text: &str) -> Vec<(String, Result<Vec<u8>, Malformed>)> {
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find(BEGIN) {
        let begin = at + found;
        let label_at = begin + BEGIN.len();
        let Some(len) = text[label_at..].find("-----") else {
            break;
        };
        let label = &text[label_at..label_at + len];
        let body_at = label_at + len + 5;
        let end = format!("-----END {label}-----");
        let Some(body) = text[body_at..].find(&end) else {
            let why = text!(
                "malformed.pem-end",
                "has no line “{end}”; the end was cut off",
                end = end
            );
            let cut = Malformed::says(begin as u64, "PEM text", why);
            all.push((label.to_string(), Err(cut)));
            break;
        };
        let bytes = base64::decode(&text[body_at..body_at + body]);
        let bytes = bytes.map_err(|bad| Malformed {
            at: bad.at + body_at as u64,
            ..bad
        });
        all.push((label.to_string(), bytes));
        at = body_at + body + end.len();
    }
    all
}
