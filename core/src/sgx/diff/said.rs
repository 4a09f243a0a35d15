//! How numbers, places and values are said in the sentences about causes.

use alloc::format;
use alloc::string::String;

use super::pages::{Run, Seen};
use crate::bytes::hex;
use crate::sgx::image::Pool;
use crate::text;
use crate::text::Text;

/// How many pages runs have.
pub(super) fn count(runs: &[Run]) -> u64 {
    runs.iter().map(|r| r.count).sum()
}

/// A size or number, and what it may become.
pub(super) fn pool(pool: Pool, say: impl Fn(u64) -> String) -> String {
    match pool.initial == pool.most {
        true => say(pool.initial),
        false => format!("{} / {}", say(pool.initial), say(pool.most)),
    }
}

/// Where a run begins: one offset, or both where they differ.
pub(super) fn places(run: &Run) -> String {
    let [a, b] = run.first.map(|f| f.map(|s| hex::addr(s.offset)));
    match (a, b) {
        (Some(a), Some(b)) if a == b => a,
        (Some(a), Some(b)) => format!("{a} (A), {b} (B)"),
        (a, b) => a.or(b).unwrap_or_default(),
    }
}

/// What both sides have.
pub(super) fn pair(run: &Run, say: impl Fn(&Seen) -> String) -> String {
    let [a, b] = run.first.map(|f| f.map(|s| say(&s)).unwrap_or_default());
    format!("{a} (A), {b} (B)")
}

/// What the format says a run’s pages are for, in brackets.
pub(super) fn origin(run: &Run) -> Text {
    let seen = run.first.iter().flatten().find_map(|s| s.origin.words());
    seen.map_or_else(Text::none, |words| {
        text!("diff.origin", " ({what})", what = words)
    })
}

/// The first byte that differs, behind a comma.
pub(super) fn byte(run: &Run) -> Text {
    run.byte.map_or_else(Text::none, |b| {
        text!(
            "diff.byte",
            ", byte {at}: {a} in A, {b} in B",
            at = format!("{:#x}", b.at),
            a = format!("{:02x}", b.values[0]),
            b = format!("{:02x}", b.values[1])
        )
    })
}
