//! EINITTOKENs: the parser and the recogniser.
#![no_main]

use libfuzzer_sys::fuzz_target;
use teescope_core::bytes::dump_layout;
use teescope_core::sgx::recognise;
use teescope_core::sgx::structs::EinitToken;

fuzz_target!(|data: &[u8]| {
    let known = recognise(data).is_some_and(|found| found.key == "token");
    match EinitToken::decode(data, 0) {
        Ok(token) => assert_eq!(token.encode(), *data),
        Err(bad) => assert!(!known && bad.at <= data.len() as u64),
    }
    // The dump is slow, so only some inputs get it.
    if data.iter().fold(0_u8, |sum, b| sum.wrapping_add(*b)) % 128 == 0 {
        let lines = dump_layout(EinitToken::LAYOUT, data, 0);
        assert_eq!(lines.iter().map(|l| l.len).sum::<usize>(), data.len());
    }
});
