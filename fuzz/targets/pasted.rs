//! Pasted text in every writing: no panic, offsets that lie in the text, and hex that reads back to the same bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use teescope_core::bytes::{hex, pasted};

fuzz_target!(|text: &str| {
    let mut in_vain = false;
    for reading in pasted::readings(text) {
        match &reading.bytes {
            Ok(bytes) => {
                // Those that can be read stand first.
                assert!(!in_vain);
                let written = hex::spaced(bytes);
                let again = pasted::readings(&written);
                let same = again.iter().any(|r| r.bytes.as_ref() == Ok(bytes));
                assert!(bytes.is_empty() || same, "{written}");
            }
            Err(bad) => {
                in_vain = true;
                assert!(bad.at <= text.len() as u64, "{bad}");
                assert!(!bad.to_string().is_empty());
            }
        }
    }
});
