//! Images of the Open Enclave SDK: their properties are read and reported without a panic.
#![no_main]

use std::rc::Rc;

use libfuzzer_sys::fuzz_target;
use teescope_core::sgx::structs::SigStruct;
use teescope_core::sgx::{Report, inspect, oe};

fuzz_target!(|data: &[u8]| {
    let Ok(found) = oe::properties(data) else {
        return;
    };
    assert!(found.at < data.len() as u64);
    if let Some((at, sig)) = found.sigstruct {
        let at = at as usize;
        assert_eq!(&data[at..at + SigStruct::SIZE], sig);
    }
    if data.iter().fold(0_u8, |sum, b| sum.wrapping_add(*b)) % 64 == 7 {
        let _ = Report::of(&Rc::from(data));
        let seen = inspect(data);
        let len = seen.map(|s| s.parts.iter().map(|p| p.len).sum::<usize>());
        assert!(len.is_none_or(|len| len == data.len()));
    }
});
