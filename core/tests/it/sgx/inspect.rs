//! Artefacts recognised from whatever people paste, and what is told about them.

use std::rc::Rc;

use serde_json::Value as Json;
use teescope_core::artefacts::{WINDOW, look};
use teescope_core::bytes::hex;
use teescope_core::sgx::signers::{ENCLAVES, SIGNERS};
use teescope_core::sgx::structs::SigStruct;
use teescope_core::text::Catalogue;

use crate::vectors;

const REAL: [&str; 5] = [
    "intel-le-2024",
    "fortanix-test-enclave",
    "fortanix-sig1",
    "signal-cds-cd6cfc34",
    "signal-cds-2e5a4fe3",
];

fn sigstruct(name: &str) -> Option<Vec<u8>> {
    vectors::read(&format!("sgx/sigstruct/{name}.sigstruct.bin"))
}

/// The digests of one list of the published identities.
fn published(identities: &Json, list: &str, field: &str) -> Vec<String> {
    let rows = identities[list].as_array().expect("a list");
    rows.iter()
        .map(|r| r[field].as_str().expect("hex").to_string())
        .collect()
}

shared_test! {
    fn a_real_one_is_known_in_every_writing_and_every_check_holds() {
        for name in REAL {
            let Some(bytes) = sigstruct(name) else { return };
            let plain = look(&Rc::from(&bytes[..]));
            assert!(plain.known, "{name}");
            assert_eq!(plain.seen.what.en(), "SIGSTRUCT");
            assert_eq!(plain.from.en(), "1,808 bytes, taken as they are");
            assert_eq!(plain.opens.as_ref().map(|o| o.key), Some("sigstruct"));
            assert_eq!(plain.seen.wrong, []);
            let rules: Vec<_> = plain.seen.checks.iter().map(|c| (c.id, c.held)).collect();
            let all = ["EINIT.header", "EINIT.vendor", "EINIT.header2", "EINIT.exponent",
                "EINIT.sigstruct-reserved-zero", "EINIT.signature-valid", "EINIT.q1-q2"];
            assert_eq!(rules, all.map(|rule| (rule, true)), "{name}");
            let text = hex::spaced(&bytes);
            let pasted = look(&Rc::from(text.as_bytes()));
            assert_eq!(pasted.from.en(), "hex: 1,808 bytes");
            assert_eq!((&pasted.bytes, &pasted.seen), (&plain.bytes, &plain.seen));
            // What is saved as text can be pasted again.
            let saved = plain.text(&Catalogue::default());
            let dump = saved.lines().skip(2).collect::<Vec<_>>().join("\n");
            let again = look(&Rc::from(dump.as_bytes()));
            assert_eq!(again.from.en(), "a dump with offsets: 1,808 bytes");
            assert_eq!(again.bytes, plain.bytes);
        }
    }

    fn the_signer_is_named() {
        let says = |name: &str| {
            let looked = look(&Rc::from(sigstruct(name)?));
            Some(looked.seen.notes.iter().map(|n| n.en()).collect::<Vec<_>>().join(" "))
        };
        let Some(intel) = says("intel-le-2024") else { return };
        assert!(intel.contains("MRSIGNER of LE (launch enclave)"), "{intel}");
        assert!(intel.contains("MRENCLAVE of LE, ISVSVN 7"), "{intel}");
        let Some(other) = says("signal-cds-cd6cfc34") else { return };
        assert!(other.contains("none of the 5 that Intel publishes"), "{other}");
    }

    /// As SOURCES of the vectors has it: one leaves DEBUG free, the other binds it to 0.
    fn the_masks_tell_the_modes() {
        for (name, wanted) in [("signal-cds-2e5a4fe3", "leaves DEBUG free"), ("signal-cds-cd6cfc34", "binds DEBUG to 0")] {
            let Some(bytes) = sigstruct(name) else { return };
            let notes = look(&Rc::from(bytes)).seen.notes;
            assert!(notes.iter().any(|n| n.en().contains(wanted)), "{name}: {notes:?}");
        }
    }

    fn the_identities_are_the_published_ones() {
        let Some(known) = vectors::json("sgx/ae-identities.json") else { return };
        let own = |list: &[teescope_core::sgx::signers::Known]| -> Vec<String> {
            list.iter().map(|k| hex::encode(&k.digest)).collect()
        };
        assert_eq!(own(SIGNERS), published(&known, "mrsigner", "mrsigner"));
        assert_eq!(own(ENCLAVES), published(&known, "mrenclave_seen", "mrenclave"));
        for digest in own(SIGNERS).iter().chain(&own(ENCLAVES)) {
            assert!(look(&Rc::from(digest.as_bytes())).known, "{digest}");
        }
    }

    /// Each flip is refused by exactly the check that is about it; the others still hold.
    fn every_check_fails_on_its_own() {
        let Some(bytes) = sigstruct("fortanix-sig1") else { return };
        let rows = [
            (0, "EINIT.header"), (16, "EINIT.vendor"), (24, "EINIT.header2"), (513, "EINIT.exponent"),
            (50, "EINIT.sigstruct-reserved-zero"), (600, "EINIT.signature-valid"), (1040, "EINIT.q1-q2"),
        ];
        for (at, rule) in rows {
            let mut bytes = bytes.clone();
            bytes[at] ^= 0x40;
            // HEADER opens the structure; without it only its length is left to know it by.
            let looked = look(&Rc::from(bytes));
            if at == 0 || at == 24 {
                assert!(!looked.known);
                continue;
            }
            let failed: Vec<_> = looked.seen.checks.iter().filter(|c| !c.held).map(|c| c.id).collect();
            assert!(failed.contains(&rule), "byte {at}: {failed:?}");
            assert!(looked.seen.wrong.iter().any(|w| w.en().contains(rule)), "byte {at}");
            assert_eq!(looked.seen.checks.len(), 7);
        }
    }

    fn parts_and_panels_hold_every_byte_once() {
        let Some(sig) = sigstruct("fortanix-sig1") else { return };
        let Some(stream) = vectors::read("sgx/mrenclave/base.sgxs") else { return };
        let zeros = vec![0_u8; 304];
        let long = [&sig[..], b"more"].concat();
        for bytes in [&sig[..], &sig[..700], &long, &stream, &stream[..5000], &zeros, b"nobody knows this", &[0xff; 40_000]] {
            let looked = look(&Rc::from(bytes));
            let mut at = 0;
            for part in &looked.seen.parts {
                assert_eq!(part.at, at, "{}", part.name.en());
                at += part.len;
            }
            assert_eq!(at, bytes.len());
            let mut shown = Vec::new();
            while shown.len() < bytes.len() {
                let panel = looked.panel(shown.len());
                assert!(panel.data.len() <= WINDOW);
                let sizes: usize = panel.fields.iter().map(|f| f.size).sum();
                assert_eq!(sizes, panel.data.len());
                shown.extend_from_slice(&panel.data);
            }
            assert_eq!(shown, bytes);
        }
    }

    fn trailing_bytes_are_shown_as_such() {
        let Some(sig) = sigstruct("fortanix-sig1") else { return };
        let looked = look(&Rc::from([&sig[..], b"more"].concat()));
        let last = looked.seen.parts.last().expect("a part");
        assert_eq!((last.name.en().as_str(), last.at, last.len), ("unexplained", SigStruct::SIZE, 4));
        assert!(looked.seen.why.en().contains("follow 4 that nothing explains"));
        assert!(looked.text(&Catalogue::default()).contains("000710  6d 6f 72 65"));
    }

    fn what_nobody_knows_is_shown_with_what_was_tried() {
        let looked = look(&Rc::from(&b"01 02 03 04 05"[..]));
        assert!(!looked.known && looked.opens.is_none());
        assert_eq!(looked.bytes[..], [1, 2, 3, 4, 5]);
        assert_eq!(looked.seen.notes[0].en(), "Read as hex: 5 bytes that nobody here knows.");
        let odd = look(&Rc::from(&b"01 02 03 04 0"[..]));
        assert_eq!(odd.bytes[..], b"01 02 03 04 0"[..]);
        assert!(odd.seen.notes[0].en().starts_with("Read as hex: hex text at offset 0xc (12) has a group with an odd number"));
        assert!(look(&Rc::from(&b""[..])).seen.why.en().contains("not a single byte"));
    }
}
