//! Changes worth trying on the way of a report.

use alloc::rc::Rc;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::{Op, Verifier};
use crate::text;
use crate::text::Text;
use crate::trace::{Edit, EditAction, WhatIf};

pub(super) fn offers(v: &Verifier, op: &Op, label: &str) -> Vec<WhatIf> {
    let before = |says, op: Op| before(label, says, &op);
    match op {
        Op::Receive => vec![forge(label)],
        Op::Sm => vec![
            before(
                text!(
                    "attest.try.sm-hash",
                    "flip a bit of the monitor’s measurement"
                ),
                flip(1160),
            ),
            before(
                text!("attest.try.sm-key", "flip a bit of the monitor’s key"),
                flip(1224),
            ),
        ],
        Op::Enclave => at_enclave(v, label),
        Op::Device => vec![before(
            text!(
                "attest.try.device",
                "put another device key into the report"
            ),
            flip(1320),
        )],
        Op::Verdict => vec![WhatIf {
            says: text!(
                "attest.try.without",
                "decide without checking the monitor’s signature"
            ),
            edits: vec![Edit {
                step: "verify.enclave".to_string(),
                action: EditAction::Remove,
            }],
            set: Vec::new(),
        }],
        _ => Vec::new(),
    }
}

/// At the check of the monitor's signature.
fn at_enclave(v: &Verifier, label: &str) -> Vec<WhatIf> {
    let before = |says, op: Op| before(label, says, &op);
    let mut all = vec![
        before(
            text!("attest.try.hash", "flip a bit of the enclave’s measurement"),
            flip(0),
        ),
        before(text!("attest.try.data", "flip a bit of the data"), flip(72)),
        before(
            text!(
                "attest.try.length",
                "say that 1,281 bytes of data are signed"
            ),
            Op::Write {
                at: 64,
                bytes: Rc::from([0x01, 0x05]),
            },
        ),
        forge(label),
    ];
    let len = v.report.as_ref().map(|r| r.enclave.data_len);
    if len.is_some_and(|len| len < 1024) {
        let says = text!(
            "attest.try.unused",
            "flip a bit behind the data, which nothing signs"
        );
        all.push(before(says, flip(72 + 1023)));
    }
    all
}

/// An operation before the step.
fn before(label: &str, says: Text, op: &Op) -> WhatIf {
    WhatIf {
        says,
        edits: vec![Edit {
            step: label.to_string(),
            action: EditAction::Insert(op.print()),
        }],
        set: Vec::new(),
    }
}

fn flip(at: u64) -> Op {
    Op::Flip { at, bit: 0 }
}

fn forge(label: &str) -> WhatIf {
    let says = text!(
        "attest.try.forge",
        "forge it: find the monitor’s key and sign other data"
    );
    let data = Rc::from(*b"forged");
    before(label, says, &Op::Forge { hash: None, data })
}
