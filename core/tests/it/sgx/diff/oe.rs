//! Images of the Open Enclave SDK that differ in one thing: what is named first is it, and both say how they were
//! laid out.

use teescope_core::bytes::hex;

use super::{causes, diff};
use crate::sgx::files::oe::plain;
use crate::sgx::files::oe::writer::{ALL, Oe};

/// What is changed.
type Change = fn(&mut Oe);

shared_test! {
    fn the_cause_is_what_was_changed() {
        let how = &ALL[8];
        let cases: [(&str, Change); 7] = [
            ("heap", |oe| oe.heap += 3),
            ("stack", |oe| oe.stack += 1),
            ("threads", |oe| oe.threads += 1),
            ("content", |oe| oe.segments[1].bytes[0x40] ^= 1),
            ("content", |oe| oe.relocs[1].3 += 1),
            ("permissions", |oe| oe.segments[1].flags = 7),
            ("pages", |oe| oe.tls[1] = (0, 5000, 16)),
        ];
        let a = plain(how);
        for (wanted, change) in cases {
            let mut b = a.clone();
            change(&mut b);
            let found = diff(&a.signed(how), &b.signed(how));
            assert_eq!(found.sides[1].identity, hex::encode(&b.mrenclave(how)), "{wanted}");
            let all = causes(&found);
            assert_eq!(all.first().map(String::as_str), Some(wanted), "{all:?}");
            let says: Vec<_> = found.says.iter().map(|s| s.en()).collect();
            assert!(says.iter().any(|s| s.starts_with("B: Laid out as Open Enclave 0.17 to 0.19")), "{says:?}");
        }
    }

    fn the_same_program_laid_out_by_two_versions_is_compared() {
        let (a, b) = (&ALL[1], &ALL[2]);
        let found = diff(&plain(a).signed(a), &plain(b).signed(b));
        let says: Vec<_> = found.says.iter().map(|s| s.en()).collect();
        for start in ["A: Laid out as Open Enclave 0.5 to 0.7", "B: Laid out as Open Enclave 0.8 to 0.9"] {
            assert!(says.iter().any(|s| s.starts_with(start)), "{says:?}");
        }
        assert_eq!(causes(&found), ["content", "signature"]);
    }
}
