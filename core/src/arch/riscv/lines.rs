//! Register contents and probes as lines of JSON, in the form in which other simulators' answers are
//! kept: what a PMP that holds these registers says to these accesses.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde_json::{Map, Value as Json};

use super::csr;
use super::pmp::{MAX, Pmp};
use super::privilege::Privilege;
use crate::text;
use crate::text::Text;
use crate::trace::parse_number;
use crate::view::Access;

/// A line that cannot be used: where in it, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// The member: `read.cfg[2]`; empty if it is the line as a whole.
    pub member: String,
    /// What is wrong and what to do, as a sentence.
    pub why: Text,
}

impl BadLine {
    /// The place and the sentence.
    #[must_use]
    pub fn text(&self) -> Text {
        if self.member.is_empty() {
            return self.why.clone();
        }
        text!(
            "pmp-line.member",
            "member “{member}”: {why}",
            member = self.member.as_str(),
            why = self.why.clone()
        )
    }
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().en())
    }
}

/// Answers one line: an object with `read` (or, beside it, `cfg` and `addr`), `mseccfg`, `probes` and
/// `rewrites`. `entries` (16, or 64 where more are given) and `grain` (G, 0) may be set too; other
/// members are passed over.
///
/// The answer has `verdicts`, one a probe: 0, or mcause + 1, with bit 8 set because mtval is the address
/// of the access; `entries` and `rules`, which entry (`null`: none) and which rule decided; and `after`,
/// the registers as they read after the rewrites, if there are any.
///
/// # Errors
/// The line is no JSON or a member does not fit.
pub fn answer(line: &str) -> Result<Json, BadLine> {
    let json: Json = serde_json::from_str(line).map_err(|e| {
        let why = text!(
            "pmp-line.no-json",
            "this is not JSON: {error}.",
            error = e.to_string()
        );
        bad("", why)
    })?;
    let Json::Object(line) = &json else {
        let why = text!(
            "pmp-line.object",
            "a line is an object with “read”, or with “cfg” and “addr”, and with “probes”."
        );
        return Err(bad("", why));
    };
    let mut pmp = registers(line)?;
    let mut out = Map::new();
    if line.contains_key("probes") || !line.contains_key("rewrites") {
        probes(&pmp, list(line, "", "probes")?, &mut out)?;
    }
    if line.contains_key("rewrites") {
        rewrite(&mut pmp, list(line, "", "rewrites")?)?;
        out.insert("after".into(), shown(&pmp));
    }
    Ok(out.into())
}

fn bad(member: &str, why: Text) -> BadLine {
    BadLine {
        member: member.to_string(),
        why,
    }
}

/// A PMP that holds what the line gives.
fn registers(line: &Map<String, Json>) -> Result<Pmp, BadLine> {
    let (map, within) = match line.get("read") {
        Some(Json::Object(read)) => (read, "read."),
        Some(_) => {
            let why = text!("pmp-line.read", "it is an object with “cfg” and “addr”.");
            return Err(bad("read", why));
        }
        None => (line, ""),
    };
    let cfg = numbers(map, within, "cfg", 255)?;
    let cfg: Vec<u8> = cfg.into_iter().map(|byte| byte as u8).collect();
    let addr = numbers(map, within, "addr", u64::MAX)?;
    let given = cfg.len().max(addr.len());
    if given > usize::from(MAX) {
        let why = text!("pmp-line.most", "a hart has at most 64 entries.");
        return Err(bad(&format!("{within}addr"), why));
    }
    let usual = if given > 16 { 64 } else { 16 };
    let count = optional(line, "entries", u64::from(MAX))?.unwrap_or(usual);
    let grain = optional(line, "grain", 53)?.unwrap_or(0);
    let read = optional(line, "mseccfg_read", u64::MAX)?;
    let mseccfg = match read {
        Some(read) => read,
        None => optional(line, "mseccfg", u64::MAX)?.unwrap_or(0),
    };
    Ok(Pmp::holding(count as u8, grain as u8, &cfg, &addr, mseccfg))
}

/// `[privilege, access, address]`: 0 U, 1 S, 3 M; 0 to 3 load and 4 to 7 store of 1, 2, 4, 8 bytes, 8 fetch.
fn probes(pmp: &Pmp, all: &[Json], out: &mut Map<String, Json>) -> Result<(), BadLine> {
    let (mut verdicts, mut entries, mut rules) = (Vec::new(), Vec::new(), Vec::new());
    for (i, probe) in all.iter().enumerate() {
        let member = format!("probes[{i}]");
        let (mode, access, size, at) = coded(probe, &member)?;
        let d = pmp.check(mode, access, at, size);
        let verdict = d.fault.map_or(0, |fault| {
            let code = fault.code.map_or(0, |code| code + 1);
            code | u64::from(fault.address == Some(at)) << 8
        });
        verdicts.push(Json::from(verdict));
        entries.push(Json::from(d.entry));
        rules.push(Json::from(d.rule.id));
    }
    out.insert("verdicts".into(), verdicts.into());
    out.insert("entries".into(), entries.into());
    out.insert("rules".into(), rules.into());
    Ok(())
}

fn coded(probe: &Json, member: &str) -> Result<(Privilege, Access, u64, u64), BadLine> {
    let form = || {
        let why = text!(
            "pmp-line.probe",
            "a probe is [privilege, access, address]: privilege 0 U, 1 S or 3 M; access 0 to 3 a load and 4 to 7 a store of 1, 2, 4 or 8 bytes, 8 a fetch of 4."
        );
        bad(member, why)
    };
    let Json::Array(parts) = probe else {
        return Err(form());
    };
    let [mode, access, at] = &parts[..] else {
        return Err(form());
    };
    let mode = number(mode).and_then(Privilege::from_code);
    let access = number(access).and_then(|code| match code {
        0..4 => Some((Access::Read, 1 << code)),
        4..8 => Some((Access::Write, 1 << (code - 4))),
        8 => Some((Access::Fetch, 4)),
        _ => None,
    });
    match (mode, access, number(at)) {
        (Some(mode), Some((access, size)), Some(at)) => Ok((mode, access, size, at)),
        _ => Err(form()),
    }
}

/// `[slot, value]`: 0 to 15 pmpaddr, 16 pmpcfg0, 17 pmpcfg2; or the register's name.
fn rewrite(pmp: &mut Pmp, all: &[Json]) -> Result<(), BadLine> {
    for (i, pair) in all.iter().enumerate() {
        let slot = |slot: &Json| match slot {
            Json::String(name) => csr::number(name),
            slot => match slot.as_u64()? {
                16 => Some(csr::PMPCFG0),
                17 => Some(csr::PMPCFG0 + 2),
                n => (n < 16).then_some(csr::PMPADDR0 + n as u16),
            },
        };
        let pair = pair.as_array().map(Vec::as_slice);
        let written = match pair {
            Some([register, value]) => slot(register).zip(number(value)),
            _ => None,
        };
        let done = written.and_then(|(register, value)| csr::write_pmp(pmp, register, value));
        if done.is_none() {
            let why = text!(
                "pmp-line.rewrite",
                "a rewrite is [slot, value]: slot 0 to 15 pmpaddr, 16 pmpcfg0, 17 pmpcfg2, or a register’s name."
            );
            return Err(bad(&format!("rewrites[{i}]"), why));
        }
    }
    Ok(())
}

/// The registers as they read.
fn shown(pmp: &Pmp) -> Json {
    let cfg: Vec<Json> = (0..pmp.count()).map(|e| pmp.cfg(e).0.into()).collect();
    let addr: Vec<Json> = (0..pmp.count()).map(|e| pmp.addr(e).into()).collect();
    let mut out = Map::new();
    out.insert("cfg".into(), cfg.into());
    out.insert("addr".into(), addr.into());
    out.into()
}

// ---- Members -----------------------------------------------------------------------------------

fn list<'a>(map: &'a Map<String, Json>, within: &str, key: &str) -> Result<&'a [Json], BadLine> {
    match map.get(key) {
        Some(Json::Array(list)) => Ok(list),
        _ => {
            let why = text!("pmp-line.list", "a list is needed.");
            Err(bad(&format!("{within}{key}"), why))
        }
    }
}

fn numbers(
    map: &Map<String, Json>,
    within: &str,
    key: &str,
    most: u64,
) -> Result<Vec<u64>, BadLine> {
    let each = list(map, within, key)?.iter().enumerate();
    each.map(|(i, value)| fits(value, &format!("{within}{key}[{i}]"), most))
        .collect()
}

fn optional(map: &Map<String, Json>, key: &str, most: u64) -> Result<Option<u64>, BadLine> {
    let value = map.get(key);
    value.map(|value| fits(value, key, most)).transpose()
}

fn fits(value: &Json, member: &str, most: u64) -> Result<u64, BadLine> {
    number(value).filter(|n| *n <= most).ok_or_else(|| {
        let why = text!(
            "pmp-line.number",
            "a whole number from 0 to {most} is needed, decimal or 0x hex in a string.",
            most = most.to_string()
        );
        bad(member, why)
    })
}

/// A JSON number, or a string in decimal or hex.
fn number(value: &Json) -> Option<u64> {
    match value {
        Json::String(text) => parse_number(text),
        value => value.as_u64(),
    }
}
