//! What a name in a pasted text stands for, and where its value goes.

use alloc::string::{String, ToString};

use super::tokens::Token;
use super::{BadDump, Dump};
use crate::arch::riscv::csr;
use crate::text;

/// What a name stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// One register.
    Csr(u16),
    /// The configuration of every entry, or every configuration register.
    AllCfg,
    /// Every address register.
    AllAddr,
}

/// What a name stands for; `None` for any other word.
pub(super) fn named(name: &str, token: &Token) -> Result<Option<Names>, BadDump> {
    let name = name.to_ascii_lowercase();
    let name = name.strip_prefix("csr_").unwrap_or(&name);
    match name {
        "cfg" | "pmpcfg" | "pmp_cfg" => return Ok(Some(Names::AllCfg)),
        "addr" | "pmpaddr" | "pmp_addr" => return Ok(Some(Names::AllAddr)),
        "mseccfg" => return Ok(Some(Names::Csr(csr::MSECCFG))),
        _ => {}
    }
    let digits = name
        .strip_prefix("pmpcfg")
        .or_else(|| name.strip_prefix("pmpaddr"));
    let digits = digits.filter(|d| d.bytes().all(|b| b.is_ascii_digit()));
    match (digits, csr::number(name)) {
        (Some(_), Some(register)) => Ok(Some(Names::Csr(register))),
        (Some(_), None) => {
            let why = text!(
                "pmp-dump.no-register",
                "there is no {name}: a hart has pmpcfg0 to pmpcfg15 and pmpaddr0 to pmpaddr63 at most.",
                name = name
            );
            Err(token.bad(why))
        }
        (None, _) => Ok(None),
    }
}

/// The configuration byte of one entry.
pub(super) fn put_cfg(
    dump: &mut Dump,
    entry: usize,
    value: u64,
    at: &Token,
) -> Result<(), BadDump> {
    if let (Ok(byte), Some(place)) = (u8::try_from(value), dump.cfg.get_mut(entry)) {
        *place = Some(byte);
        return Ok(());
    }
    let why = text!(
        "pmp-dump.byte",
        "the configuration of one entry is a byte, 0 to 0xff, and there are at most 64 entries."
    );
    Err(at.bad(why))
}

/// The address register of one entry.
pub(super) fn put_addr(
    dump: &mut Dump,
    entry: usize,
    value: u64,
    at: &Token,
) -> Result<(), BadDump> {
    if let Some(place) = dump.addr.get_mut(entry) {
        *place = Some(value);
        return Ok(());
    }
    let why = text!("pmp-dump.entries", "there are at most 64 entries.");
    Err(at.bad(why))
}

pub(super) fn no_number(what: &str, token: &Token) -> BadDump {
    let what: String = what.chars().take(40).collect();
    let why = text!(
        "pmp-dump.no-number",
        "“{what}” stands where a register’s value belongs and is no number of 64 bits.",
        what = what.to_string()
    );
    token.bad(why)
}
