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
    let before = |says: Text, op: Op| WhatIf {
        says,
        edits: vec![Edit {
            step: label.to_string(),
            action: EditAction::Insert(op.print()),
        }],
        set: Vec::new(),
    };
    let flip = |at| Op::Flip { at, bit: 0 };
    let forge = || {
        let data = Rc::from(*b"forged");
        let hash = None;
        let says = text!(
            "attest.try.forge",
            "forge it: find the monitor’s key and sign other data"
        );
        before(says, Op::Forge { hash, data })
    };
    let unused = v.report.as_ref().map(|r| r.enclave.data_len);
    match op {
        Op::Receive => vec![forge()],
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
        Op::Enclave => {
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
                forge(),
            ];
            if unused.is_some_and(|len| len < 1024) {
                let says = text!(
                    "attest.try.unused",
                    "flip a bit behind the data, which nothing signs"
                );
                all.push(before(says, flip(72 + 1023)));
            }
            all
        }
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
