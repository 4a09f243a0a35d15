//! Dumps with offsets: `xxd`, `hexdump -C` and this project's own, with their folded lines.

use alloc::format;
use alloc::vec::Vec;

use super::super::{Malformed, hex};
use crate::text;

/// How the field is called in sentences.
const FIELD: &str = "dump";

/// The most bytes a folded line may stand for.
const FOLDED_MOST: usize = 1 << 28;

/// A line: where it stands in the text, the offset it names, whether a colon follows that, the rest.
struct Line<'a> {
    at: usize,
    offset: u64,
    colon: bool,
    rest: &'a str,
}

/// The lines of a text that are not blank; `None` for one that does not open with an offset.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str, Option<Line<'_>>)> {
    let mut at = 0;
    text.split_inclusive('\n').filter_map(move |whole| {
        let start = at;
        at += whole.len();
        let line = whole.trim_end();
        let indent = line.len() - line.trim_start().len();
        let line = &line[indent..];
        let found = (!line.is_empty()).then_some((start + indent, line))?;
        Some((found.0, found.1, offset(found.0, found.1)))
    })
}

fn offset(at: usize, line: &str) -> Option<Line<'_>> {
    let line = line.strip_prefix("0x").unwrap_or(line);
    let len = line.bytes().take_while(u8::is_ascii_hexdigit).count();
    if !(4..=16).contains(&len) {
        return None;
    }
    let (digits, rest) = line.split_at(len);
    let offset = u64::from_str_radix(digits, 16).ok()?;
    let colon = rest.starts_with(':');
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    let spaced = rest.starts_with("  ") || colon && rest.starts_with(' ');
    (spaced || rest.is_empty()).then_some(Line {
        at,
        offset,
        colon,
        rest,
    })
}

/// Whether the first line that is not blank opens with an offset and goes on.
pub(super) fn is_like(text: &str) -> bool {
    let first = lines(text).next();
    first.is_some_and(|(_, _, line)| line.is_some_and(|l| !l.rest.is_empty()))
}

/// The bytes.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, Malformed> {
    let mut bytes: Vec<u8> = Vec::new();
    let (mut base, mut folded) = (None, false);
    for (at, whole, line) in lines(text) {
        if whole == "*" {
            folded = true;
            continue;
        }
        let Some(line) = line else {
            // What stands below a dump of this project is no part of it.
            if folded || bytes.is_empty() {
                return Err(no_offset(at));
            }
            break;
        };
        let first = *base.get_or_insert(line.offset);
        let wanted = usize::try_from(line.offset.wrapping_sub(first)).unwrap_or(usize::MAX);
        if core::mem::take(&mut folded) {
            repeat(&mut bytes, wanted, &line)?;
        }
        if wanted != bytes.len() {
            return Err(gap(&line, bytes.len()));
        }
        take(&line, &mut bytes)?;
    }
    Ok(bytes)
}

/// Repeats the last sixteen bytes up to so many.
fn repeat(bytes: &mut Vec<u8>, wanted: usize, line: &Line<'_>) -> Result<(), Malformed> {
    let start = bytes.len().checked_sub(16);
    let Some(start) = start.filter(|_| wanted >= bytes.len() && wanted <= FOLDED_MOST) else {
        return Err(gap(line, bytes.len()));
    };
    let last = bytes[start..].to_vec();
    let missing = wanted - bytes.len();
    bytes.extend(last.iter().cycle().take(missing));
    Ok(())
}

/// Appends the bytes of a line.
fn take(line: &Line<'_>, bytes: &mut Vec<u8>) -> Result<(), Malformed> {
    let rest = line.rest.trim_start();
    // `hexdump -C` has two columns of bytes and letters behind a bar; the others end at two spaces.
    // A bar among the words of a dump of ours is none of these.
    let digits_only = |part: &str| part.chars().all(|c| c == ' ' || c.is_ascii_hexdigit());
    let bar = rest.find('|').filter(|bar| digits_only(&rest[..*bar]));
    let column = match bar.filter(|_| !line.colon) {
        Some(bar) => &rest[..bar],
        None => rest.split("  ").next().unwrap_or_default(),
    };
    if let Some(count) = column.strip_prefix("00 x ") {
        let count = count.trim().parse().ok().filter(|n| *n <= FOLDED_MOST);
        let count: usize = count.ok_or_else(|| digits(line))?;
        bytes.resize(bytes.len() + count, 0);
        return Ok(());
    }
    let own = hex::decode(column).map_err(|_| digits(line))?;
    bytes.extend(own);
    Ok(())
}

fn no_offset(at: usize) -> Malformed {
    let why = text!(
        "malformed.dump-line",
        "has a line that opens with no offset"
    );
    Malformed::says(at as u64, FIELD, why)
}

fn digits(line: &Line<'_>) -> Malformed {
    let why = text!(
        "malformed.dump-digits",
        "has something else than pairs of hex digits behind the offset {offset}",
        offset = format!("{:x}", line.offset)
    );
    Malformed::says(line.at as u64, FIELD, why)
}

fn gap(line: &Line<'_>, have: usize) -> Malformed {
    let why = text!(
        "malformed.dump-gap",
        "has a line that says offset {offset}, but {n} bytes stand before it; a line is missing or was cut",
        offset = format!("{:x}", line.offset),
        n = have
    );
    Malformed::says(line.at as u64, FIELD, why)
}
