//! What can be done with a report on its way to a verdict, and how that is written.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use super::super::{forge, verify};
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::{BadOp, OpText, Rule};

/// An operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// The report arrives.
    Receive,
    /// The file is read.
    Read,
    /// The device's signature over the monitor is checked.
    Sm,
    /// The monitor's signature over the enclave is checked.
    Enclave,
    /// The device key in the report is compared with the expected one.
    Device,
    /// The monitor's measurement is compared.
    SmHash,
    /// The enclave's measurement is compared.
    EnclaveHash,
    /// The verdict.
    Verdict,
    /// Somebody flips a bit.
    Flip {
        /// Offset of the byte.
        at: u64,
        /// The bit, 0 the lowest.
        bit: u8,
    },
    /// Somebody writes over bytes.
    Write {
        /// Offset of the first byte.
        at: u64,
        /// The bytes.
        bytes: Rc<[u8]>,
    },
    /// Somebody looks for the monitor's key and signs again.
    Forge {
        /// The measurement to claim; that of the report if `None`.
        hash: Option<[u8; 64]>,
        /// The data to claim.
        data: Rc<[u8]>,
    },
}

/// The operations without arguments by name.
const PLAIN: [(&str, Op); 8] = [
    ("RECEIVE", Op::Receive),
    ("READ", Op::Read),
    ("VERIFY-SM", Op::Sm),
    ("VERIFY-ENCLAVE", Op::Enclave),
    ("COMPARE-DEVICE", Op::Device),
    ("COMPARE-SM", Op::SmHash),
    ("COMPARE-ENCLAVE", Op::EnclaveHash),
    ("VERDICT", Op::Verdict),
];

impl Op {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Flip { .. } => "FLIP",
            Self::Write { .. } => "WRITE",
            Self::Forge { .. } => "FORGE",
            _ => {
                let mut plain = PLAIN.iter();
                plain
                    .find(|(_, op)| op == self)
                    .map_or("", |(name, _)| name)
            }
        }
    }

    /// The rules it checks, in order.
    pub(super) fn rules(&self) -> &'static [&'static Rule] {
        let of_verify = match self {
            Self::Read => 0..1,
            Self::Sm => 1..2,
            Self::Enclave => 2..5,
            Self::Device => 5..6,
            Self::SmHash => 6..7,
            Self::EnclaveHash => 7..8,
            Self::Verdict => 8..9,
            Self::Forge { .. } => return forge::RULES,
            _ => 0..0,
        };
        verify::RULES.get(of_verify).unwrap_or_default()
    }

    pub(super) fn print(&self) -> OpText {
        let op = OpText::new(self.name());
        match self {
            Self::Flip { at, bit } => op.with("at", hex::short(*at)).with("bit", bit),
            Self::Write { at, bytes } => op
                .with("at", hex::short(*at))
                .with("hex", hex::encode(bytes)),
            Self::Forge { hash, data } => {
                let op = op.with("data", hex::encode(data));
                match hash {
                    Some(hash) => op.with("hash", hex::encode(hash)),
                    None => op,
                }
            }
            _ => op,
        }
    }
}

pub(super) fn flip(at: u64, bit: u8) -> OpText {
    Op::Flip { at, bit }.print()
}

pub(super) fn forms() -> Vec<(OpText, Text)> {
    let write = Op::Write {
        at: 64,
        bytes: Rc::from([0x01, 0x04]),
    };
    let forge = Op::Forge {
        hash: None,
        data: Rc::from(*b"forged"),
    };
    vec![
        (
            flip(72, 0),
            text!("attest.form.flip", "flips a bit of the report on its way"),
        ),
        (
            write.print(),
            text!("attest.form.write", "writes over bytes of the report"),
        ),
        (
            forge.print(),
            text!(
                "attest.form.forge",
                "looks for the monitor’s key and signs other data with it"
            ),
        ),
        (
            Op::Sm.print(),
            text!("attest.form.sm", "checks the device’s signature again"),
        ),
        (
            Op::Enclave.print(),
            text!(
                "attest.form.enclave",
                "checks the monitor’s signature again"
            ),
        ),
    ]
}

/// Reads an operation.
///
/// # Errors
/// The name is unknown, or an argument is unknown, missing or does not fit.
pub(super) fn parse(op: &OpText) -> Result<Op, BadOp> {
    let known: &[&str] = match op.name.as_str() {
        "FLIP" => &["at", "bit"],
        "WRITE" => &["at", "hex"],
        "FORGE" => &["data", "hash"],
        _ => &[],
    };
    if let Some((key, _)) = op.args.iter().find(|(k, _)| !known.contains(&k.as_str())) {
        return Err(BadOp {
            why: text!(
                "op.unknown-argument",
                "{op} has no argument “{key}”. It takes: {known}.",
                op = op.name.as_str(),
                key = key.as_str(),
                known = known.join(", ")
            ),
        });
    }
    let at = || {
        op.number("at")?
            .ok_or_else(|| wrong(op, "at", text!("op.given", "given")))
    };
    match op.name.as_str() {
        "FLIP" => Ok(Op::Flip {
            at: at()?,
            bit: match op.number("bit")?.unwrap_or(0) {
                bit @ 0..=7 => bit as u8,
                _ => return Err(wrong(op, "bit", text!("attest.op.bit", "from 0 to 7"))),
            },
        }),
        "WRITE" => Ok(Op::Write {
            at: at()?,
            bytes: bytes(op, "hex")?,
        }),
        "FORGE" => {
            Ok(Op::Forge {
                data: bytes(op, "data")?,
                hash: match op.arg("hash") {
                    None => None,
                    Some(text) => Some(hex::decode_array(text).map_err(|_| {
                        wrong(op, "hash", text!("attest.op.hash", "64 bytes in hex"))
                    })?),
                },
            })
        }
        name => {
            let plain = PLAIN.iter().find(|(n, _)| *n == name);
            plain.map(|(_, op)| op.clone()).ok_or_else(|| BadOp {
                why: text!(
                    "attest.op.unknown",
                    "There is no operation “{op}”. There are RECEIVE, READ, VERIFY-SM, VERIFY-ENCLAVE, COMPARE-DEVICE, COMPARE-SM, COMPARE-ENCLAVE, VERDICT, FLIP, WRITE and FORGE.",
                    op = name
                ),
            })
        }
    }
}

fn bytes(op: &OpText, key: &str) -> Result<Rc<[u8]>, BadOp> {
    let bytes = hex::decode(op.arg(key).unwrap_or_default());
    let bytes = bytes.ok().filter(|b| b.len() <= 2048);
    bytes.map(Rc::from).ok_or_else(|| {
        wrong(
            op,
            key,
            text!("attest.op.hex", "bytes in hex, at most 2,048"),
        )
    })
}

fn wrong(op: &OpText, key: &str, wants: Text) -> BadOp {
    BadOp {
        why: text!(
            "op.wrong",
            "{op}: the argument {key} must be {wants}.",
            op = op.name.as_str(),
            key = key,
            wants = wants
        ),
    }
}
