//! SGXS streams: read, indexed and taken apart without a panic, and what is read is what is written.
#![no_main]

use std::rc::Rc;

use libfuzzer_sys::fuzz_target;
use teescope_core::sgx::sgxs::{Item, Sgxs};
use teescope_core::sgx::{inspect, recognise};

fuzz_target!(|data: &[u8]| {
    let known = recognise(data).is_some_and(|found| found.key == "stream");
    let Ok(file) = Sgxs::parse(Rc::from(data)) else {
        // The dump is slow, so only some inputs get it.
        if known
            && data.iter().fold(0_u8, |sum, b| sum.wrapping_add(*b)) % 64 == 0
            && let Some(seen) = inspect(data)
        {
            assert!(!seen.wrong.is_empty());
        }
        return;
    };
    let mut chunks = 0;
    for i in 0..file.len() {
        match file.get(i) {
            Some(Item::Ecreate { .. }) => assert_eq!(i, 0),
            Some(Item::Eadd(offset, _, page)) => {
                assert!(offset < file.size());
                page.with_chunk(0, |chunk| assert_eq!(chunk.len(), 256));
            }
            Some(Item::Eextend(_)) => chunks += 1,
            None => panic!("operation {i} of {}", file.len()),
        }
    }
    assert_eq!(file.len(), 1 + file.pages() + chunks);
    assert_eq!(file.get(file.len()), None);
    let measured = (0..file.pages()).map(|n| file.page(n).expect("a page").measured.count_ones());
    assert_eq!(measured.map(u64::from).sum::<u64>(), chunks);
    let end = file.records().last().map(|r| r.end());
    assert_eq!(end, Some(data.len()));
});
