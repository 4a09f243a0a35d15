//! Launch tokens that EINIT refuses, in the order of its checks.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use super::{Case, Maker};
use crate::sgx::keys;
use crate::sgx::structs::{AttributesFlags, EinitToken};
use crate::text;
use crate::text::Text;

/// A token that does not fit: the end of its label, its words, what is changed in it, and whether its
/// MAC is made after the change, by somebody who has the key.
type Row = (&'static str, Text, Text, fn(&mut EinitToken), bool);

impl Maker<'_> {
    /// Launch tokens that do not fit. They are tried with the right author in the registers, which
    /// does not help: a token that says it is valid is always checked.
    pub(super) fn tokens(&self, mrsigner: [u8; 32]) -> Vec<Case> {
        let rows = rows()
            .into_iter()
            .map(|(label, title, caption, change, resealed)| Case {
                token: Some(self.token(mrsigner, change, resealed)),
                ..self.case(label, title, caption, self.right.clone())
            });
        rows.collect()
    }

    /// A token for this enclave, with something changed.
    fn token(&self, mrsigner: [u8; 32], change: fn(&mut EinitToken), resealed: bool) -> Rc<[u8]> {
        let mut token = EinitToken {
            valid: 1,
            attributes: self.enclave.attributes,
            mrenclave: self.enclave.measure(),
            mrsigner,
            ..EinitToken::default()
        };
        let seal = |t: &mut EinitToken| t.mac = keys::token_mac(t, &t.encode());
        seal(&mut token);
        change(&mut token);
        if resealed {
            seal(&mut token);
        }
        Rc::from(&token.encode()[..])
    }
}

fn rows() -> Vec<Row> {
    vec![
        (
            "token-debug",
            text!("refused.token-debug", "A token from a debug launch enclave"),
            text!(
                "refused.token-debug.cap",
                "The token was made by a launch enclave in debug mode, whose key anybody could read. A production enclave does not start with it."
            ),
            |t| {
                t.maskedattributesle.flags = t.maskedattributesle.flags.with(AttributesFlags::DEBUG)
            },
            true,
        ),
        (
            "token-reserved",
            text!(
                "refused.token-reserved",
                "A reserved bit of the token is set"
            ),
            text!(
                "refused.token-reserved.cap",
                "VALID is one bit; the others beside it must be zero."
            ),
            |t| t.valid |= 2,
            true,
        ),
        (
            "token-cpusvn",
            text!(
                "refused.token-cpusvn",
                "A token from a newer processor version"
            ),
            text!(
                "refused.token-cpusvn.cap",
                "One component of CPUSVNLE is higher than this processor’s."
            ),
            |t| t.cpusvnle[0] = 0xff,
            true,
        ),
        (
            "token-mac",
            text!("refused.token-mac", "A token with another MAC"),
            text!(
                "refused.token-mac.cap",
                "The MAC does not come from a launch enclave of this machine. The key it is made with never leaves the processor; its derivation is a model here."
            ),
            |t| t.mac[0] ^= 1,
            false,
        ),
        (
            "token-mrenclave",
            text!("refused.token-mrenclave", "A token for another enclave"),
            text!(
                "refused.token-mrenclave.cap",
                "The token is genuine, but it was made for another measurement."
            ),
            |t| t.mrenclave[0] ^= 1,
            true,
        ),
        (
            "token-mrsigner",
            text!("refused.token-mrsigner", "A token for another author"),
            text!(
                "refused.token-mrsigner.cap",
                "The token is genuine, but it was made for another signer."
            ),
            |t| t.mrsigner[0] ^= 1,
            true,
        ),
        (
            "token-attributes",
            text!("refused.token-attributes", "A token for other attributes"),
            text!(
                "refused.token-attributes.cap",
                "The token was made for a debug enclave. The manual names this error without a number; code 2 is a model choice."
            ),
            |t| t.attributes.flags = t.attributes.flags.with(AttributesFlags::DEBUG),
            true,
        ),
    ]
}
