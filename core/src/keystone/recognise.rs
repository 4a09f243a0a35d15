//! What a file is, by its size and its first bytes.

use super::report::is_json;
use super::structs::{EnclaveReport, Report};
use crate::formats::elf::{self, Elf, Machine};
use crate::text;
use crate::text::Text;
use crate::trace::Recognised;

/// The scenario that takes reports.
pub(super) const REPORT: &str = "keystone/report";

/// The scenario that takes the files of an enclave.
pub(super) const FILES: &str = "keystone/from-files";

/// Where a program for supervisor mode lies: from here on.
const HIGH_HALF: u64 = 1 << 63;

/// Largest file that is taken for a loader, in bytes.
const LOADER_MOST: usize = 1 << 20;

/// Says whether a file is one of this machine's artefacts, and by what.
#[must_use]
pub fn recognise(bytes: &[u8]) -> Option<Recognised> {
    if let Some(why) = report(bytes) {
        return Some(Recognised {
            what: text!("attest.report.what", "Keystone report"),
            why,
            scenario: REPORT,
            key: "report",
        });
    }
    if bytes.starts_with(&elf::MAGIC) {
        return program(bytes);
    }
    is_loader(bytes).then(|| Recognised {
        what: text!("host.is-loader.what", "RISC-V code without a header"),
        why: text!(
            "host.is-loader",
            "it opens with RISC-V instructions, as the loader of an enclave does"
        ),
        scenario: FILES,
        key: "loader",
    })
}

fn report(bytes: &[u8]) -> Option<Text> {
    if bytes.len() != Report::SIZE {
        return is_json(bytes).then(|| {
            text!(
                "attest.is-report-json",
                "it is JSON with the members device_pubkey, security_monitor and enclave"
            )
        });
    }
    let len = Report::from_bytes(bytes.try_into().ok()?).enclave.data_len;
    if len <= EnclaveReport::DATA_MAX as u64 {
        return Some(text!(
            "attest.is-report",
            "it has 1,352 bytes, as a report has, and a data_len of {n}, which fits",
            n = len
        ));
    }
    (len >> 32 == 0).then(|| {
        text!(
            "attest.is-report-long",
            "it has 1,352 bytes, as a report has; but its data_len is {n}, more than the 1,024 there is room for",
            n = len
        )
    })
}

/// A RISC-V program: a runtime if it starts where supervisor mode has its memory.
fn program(bytes: &[u8]) -> Option<Recognised> {
    let machine = bytes.get(18..20)? == Machine::RISCV.value().to_le_bytes();
    let entry = bytes.get(24..32).filter(|_| machine)?;
    let entry = entry.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b));
    let whole = match Elf::parse(bytes) {
        Ok(_) => Text::none(),
        Err(bad) => Text::join(&[": ".into(), bad.text()], ""),
    };
    let (what, why, key) = match entry >= HIGH_HALF {
        true => (
            text!("host.is-runtime.what", "Keystone runtime"),
            text!(
                "host.is-runtime",
                "it is a RISC-V program that starts in the upper half of the addresses{whole}",
                whole = whole
            ),
            "runtime",
        ),
        false => (
            text!("host.is-eapp.what", "RISC-V program"),
            text!(
                "host.is-eapp",
                "it is a RISC-V program that starts in the lower half of the addresses, as an application does{whole}",
                whole = whole
            ),
            "eapp",
        ),
    };
    Some(Recognised {
        what,
        why,
        scenario: FILES,
        key,
    })
}

/// Whether sixteen RISC-V instructions stand at the start, eight or more of them of 32 bits with an
/// opcode that the base instruction set has, the first among those that set a register or jump.
fn is_loader(bytes: &[u8]) -> bool {
    let first = bytes.first().map_or(0, |b| b & 0x7f);
    let start = bytes.get(..64).unwrap_or_default();
    let is_text = start.iter().all(|b| matches!(b, 9 | 10 | 13 | 0x20..0x7f));
    if is_text || bytes.len() > LOADER_MOST || !matches!(first, 0x13 | 0x17 | 0x37 | 0x6f | 0x73) {
        return false;
    }
    let (mut at, mut long) = (0, 0);
    for _ in 0..16 {
        let Some([low, high]) = bytes.get(at..at + 2) else {
            return false;
        };
        match low & 3 {
            3 if bytes.get(at..at + 4).is_none() => return false,
            3 => {
                let known = matches!(
                    low & 0x7f,
                    0x03 | 0x0f
                        | 0x13
                        | 0x17
                        | 0x1b
                        | 0x23
                        | 0x33
                        | 0x37
                        | 0x3b
                        | 0x63
                        | 0x67
                        | 0x6f
                        | 0x73
                );
                if !known {
                    return false;
                }
                (at, long) = (at + 4, long + 1);
            }
            // All zero is defined to be no instruction.
            _ if (low, high) == (&0, &0) => return false,
            _ => at += 2,
        }
    }
    long >= 8
}
