//! Manifests of Gramine, with a libpal that is cut off behind a zero byte or a small one that fits: read, taken
//! apart and measured without a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use teescope_core::formats::toml;
use teescope_core::sgx::{Report, inspect, recognise};

/// A library of one segment.
fn small() -> Vec<u8> {
    let mut file = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0".to_vec();
    for n in [0x10_u64, 64, 0] {
        file.extend(n.to_le_bytes());
    }
    file.extend([0; 4]);
    for half in [64_u16, 56, 1, 64, 0, 0] {
        file.extend(half.to_le_bytes());
    }
    file.extend([1, 0, 0, 0, 5, 0, 0, 0]);
    for n in [0_u64, 0, 0, 120, 0x1300, 0x1000] {
        file.extend(n.to_le_bytes());
    }
    file
}

/// What a manifest holds before what the fuzzer adds, so that most inputs come to be laid out.
const OPENING: &str = "loader.entrypoint = 'a'\nsgx.edmm_enable = true\n";

fuzz_target!(|data: &[u8]| {
    let cut = data.iter().position(|b| *b == 0);
    let (text, libpal) = cut.map_or((data, &[][..]), |at| (&data[..at], &data[at + 1..]));
    let libpal = if libpal.is_empty() { &small() } else { libpal };
    let opened = [OPENING.as_bytes(), text].concat();
    for manifest in [text, &opened] {
        if let Ok(entries) = toml::read(manifest) {
            assert!(entries.iter().all(|e| e.at <= manifest.len() as u64));
        }
        if recognise(manifest).is_some()
            && let Some(seen) = inspect(manifest)
        {
            assert_eq!(seen.parts.iter().map(|p| p.len).sum::<usize>(), manifest.len());
        }
        for releases in [None, Some("1.0")] {
            if let Ok(report) = Report::gramine(manifest, libpal, None, releases) {
                assert!(report.mrenclave.is_some());
            }
        }
    }
});
