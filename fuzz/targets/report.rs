//! Whatever bytes come as a Keystone report: they are read or refused, and taken apart whole.
#![no_main]

use libfuzzer_sys::fuzz_target;
use teescope_core::keystone::report::{from_json, read, to_json};
use teescope_core::keystone::{inspect, recognise};
use teescope_core::text::Catalogue;

fuzz_target!(|data: &[u8]| {
    let report = read(data);
    if let Ok(report) = &report {
        let json = to_json(report).to_string();
        if report.enclave.data_len <= 1024 {
            let again = from_json(json.as_bytes()).expect("what was written is read");
            assert_eq!(to_json(&again).to_string(), json);
        }
    }
    let found = recognise(data).map(|f| f.key);
    let known = found.is_some();
    // Signatures are checked on the way, which is slow, so only some inputs get it.
    if known && data.iter().fold(0_u8, |sum, b| sum.wrapping_add(*b)) % 128 == 0 {
        let seen = inspect(data).expect("what is recognised is taken apart");
        let mut at = 0;
        for line in seen.lines(data, &Catalogue::default()) {
            assert_eq!(line.offset, at);
            at += line.len as u64;
        }
        assert_eq!(at, data.len() as u64);
        // Other files that are known are programs.
        assert!(found != Some("report") || report.is_ok() || !seen.wrong.is_empty());
    }
});
