//! The boot log of OpenSBI: its regions, which it puts into PMP entries in their order.

use alloc::vec::Vec;

use super::tokens::{Kind, Token};
use super::{BadDump, Dump, napot};
use crate::arch::riscv::pmp::{Cfg, MAX};
use crate::text;

/// A region of the log: bounds (the end is the last byte) and what supervisor and user mode may do.
struct Region {
    start: u64,
    last: u64,
    rights: u8,
}

/// Takes the regions of the first domain, and how many entries of which grain the hart has.
pub(super) fn read(tokens: &[Token], dump: &mut Dump) -> Result<(), BadDump> {
    let mut domain: Option<&str> = None;
    let mut next = 0;
    for line in tokens.chunk_by(|a, b| a.line == b.line) {
        about_hart(line, dump);
        let Some((of, region)) = region(line) else {
            continue;
        };
        if *domain.get_or_insert(of) != of {
            continue;
        }
        dump.regions += 1;
        next = put(&region, next, dump).ok_or_else(|| {
            let why = text!(
                "pmp-dump.regions",
                "with this region there are more than 64 PMP entries."
            );
            line[0].bad(why)
        })?;
    }
    Ok(())
}

/// `PMP Count : 16`, `PMP Granularity : 4` (bytes) or `: 2 bits`.
fn about_hart(line: &[Token], dump: &mut Dump) {
    let is = |token: &Token, word: &str| matches!(&token.kind, Kind::Name(n) if n.eq_ignore_ascii_case(word));
    let Some(at) = line.iter().position(|t| is(t, "pmp")) else {
        return;
    };
    let (Some(what), Some(value)) = (line.get(at + 1), line.get(at + 3)) else {
        return;
    };
    let Kind::Number(n) = value.kind else { return };
    if is(what, "count") {
        dump.count = u8::try_from(n).ok().filter(|n| *n <= MAX);
    } else if is(what, "granularity") {
        let bits = match line.get(at + 4) {
            Some(bits) if is(bits, "bits") => n,
            _ => u64::from(n.max(1).ilog2()),
        };
        dump.grain = u8::try_from(bits.saturating_sub(2)).ok();
    }
}

/// `Domain0 Region01 : 0x..-0x.. M: (R,W,X) S/U: ()`, or only `(R,W,X)` as older versions print it.
fn region(line: &[Token]) -> Option<(&str, Region)> {
    let names = |t: &Token, start: &str| match &t.kind {
        Kind::Name(n) => n.strip_prefix(start).is_some_and(is_digits),
        _ => false,
    };
    let at = line.iter().position(|t| names(t, "Region"))?;
    let domain = match at.checked_sub(1).and_then(|i| line.get(i)).map(|t| &t.kind) {
        Some(Kind::Name(name)) => name.as_str(),
        _ => "",
    };
    let rest = line.get(at + 1..)?;
    let dash = rest.iter().position(|t| t.kind == Kind::Mark('-'))?;
    let number = |i: usize| match rest.get(i)?.kind {
        Kind::Number(n) => Some(n),
        _ => None,
    };
    let (start, last) = (number(dash.checked_sub(1)?)?, number(dash + 1)?);
    // What stands in the last brackets is supervisor and user mode's.
    let open = rest.iter().rposition(|t| t.kind == Kind::Mark('('))?;
    let rights = rest[open..].iter().fold(0, |rights, token| {
        rights
            | match &token.kind {
                Kind::Name(n) if n == "R" => Cfg::R,
                Kind::Name(n) if n == "W" => Cfg::W,
                Kind::Name(n) if n == "X" => Cfg::X,
                _ => 0,
            }
    });
    let region = Region {
        start,
        last,
        rights,
    };
    (start <= last).then_some((domain, region))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Puts a region into the next entries, NAPOT where it can be, else two for TOR; gives the entry after.
fn put(region: &Region, next: usize, dump: &mut Dump) -> Option<usize> {
    let size = (region.last - region.start).wrapping_add(1);
    let everything = size == 0;
    let napot_fits = size.is_power_of_two() && size >= 8 && region.start & (size - 1) == 0;
    let mut entries: Vec<(u8, u64)> = Vec::new();
    if everything {
        entries.push((napot(region.rights), u64::MAX >> 10));
    } else if napot_fits {
        entries.push((napot(region.rights), (region.start | (size / 2 - 1)) >> 2));
    } else {
        entries.push((0, region.start >> 2));
        entries.push((Cfg::TOR | region.rights, (region.last >> 2) + 1));
    }
    for (i, (cfg, addr)) in entries.iter().enumerate() {
        *dump.cfg.get_mut(next + i)? = Some(*cfg);
        dump.addr[next + i] = Some(*addr);
    }
    Some(next + entries.len())
}
