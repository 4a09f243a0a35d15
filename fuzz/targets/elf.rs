//! Program files: what is read is what the file holds, and every loaded segment lies inside it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use teescope_core::bytes::Why;
use teescope_core::formats::elf::{Elf, Header, Segment};

fuzz_target!(|data: &[u8]| {
    let elf = match Elf::parse(data) {
        Ok(elf) => elf,
        Err(bad) => {
            // What lies beyond the file is told as missing there.
            let is_missing = matches!(bad.why, Why::Short { .. });
            assert!(is_missing || bad.at <= data.len() as u64);
            return;
        }
    };
    assert_eq!(elf.header.encode(), data[..Header::SIZE]);
    assert_eq!(elf.segments.len(), usize::from(elf.header.phnum));
    let at = elf.header.phoff as usize;
    for (n, segment) in elf.segments.iter().enumerate() {
        let at = at + n * Segment::SIZE;
        assert_eq!(segment.encode(), data[at..at + Segment::SIZE]);
    }
    for segment in elf.loaded() {
        let end = segment.offset.checked_add(segment.filesz);
        assert!(end.is_some_and(|end| end <= data.len() as u64));
        assert!(segment.memsz >= segment.filesz);
    }
});
