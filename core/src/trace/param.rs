//! Parameters of every kind, made in one line.

use alloc::string::{String, ToString};

use super::scenario::{Param, ParamKind};
use crate::text::Text;

/// A whole number.
pub(crate) fn number(
    key: &'static str,
    title: Text,
    help: Text,
    (min, max): (u64, u64),
    default: u64,
) -> Param {
    let kind = ParamKind::Number { min, max };
    param(key, title, help, kind, default.to_string())
}

/// Yes or no.
pub(crate) fn flag(key: &'static str, title: Text, help: Text, default: bool) -> Param {
    let default = if default { "yes" } else { "no" };
    param(key, title, help, ParamKind::Flag, default.to_string())
}

/// One of several values; the first is the default.
pub(crate) fn choice(
    key: &'static str,
    title: Text,
    help: Text,
    choices: &[(&'static str, Text)],
) -> Param {
    let default = choices.first().map_or("", |c| c.0).to_string();
    let kind = ParamKind::Choice(choices.to_vec());
    param(key, title, help, kind, default)
}

/// A short text.
pub(crate) fn words(key: &'static str, title: Text, help: Text, default: &str) -> Param {
    let kind = ParamKind::Words { max: 200 };
    param(key, title, help, kind, default.to_string())
}

/// Bytes in hex, at most so many; none is the default.
pub(crate) fn hex(key: &'static str, title: Text, help: Text, max: usize) -> Param {
    param(key, title, help, ParamKind::Hex { max }, String::new())
}

/// A text of several lines.
pub(crate) fn lines(
    key: &'static str,
    title: Text,
    help: Text,
    max: usize,
    default: &str,
) -> Param {
    let kind = ParamKind::Lines { max };
    param(key, title, help, kind, default.to_string())
}

/// A file that the run can do without.
pub(crate) fn file(key: &'static str, title: Text, help: Text, what: Text) -> Param {
    let optional = true;
    let kind = ParamKind::File { what, optional };
    param(key, title, help, kind, String::new())
}

fn param(key: &'static str, title: Text, help: Text, kind: ParamKind, default: String) -> Param {
    Param {
        key,
        title,
        help,
        kind,
        default,
    }
}
