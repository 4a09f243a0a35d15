//! Enclave files of the Intel SGX SDK: read, laid out and taken apart without a panic, and the image agrees
//! with itself. Inputs without an ELF header are the content of the note of a small program.
#![no_main]

use std::rc::Rc;

use libfuzzer_sys::fuzz_target;
use teescope_core::formats::elf::MAGIC;
use teescope_core::sgx::image::{self, Item};
use teescope_core::sgx::{inspect, recognise};

/// A library of one segment whose note holds `content`.
fn wrapped(content: &[u8]) -> Vec<u8> {
    let mut out = vec![0; 64 + 56];
    out.extend([0x90; 0x1200]);
    let note = out.len() as u64;
    out.extend(13_u32.to_le_bytes());
    out.extend((content.len() as u32).to_le_bytes());
    out.extend(1_u32.to_le_bytes());
    out.extend(b"sgx_metadata\0");
    out.extend(content);
    let names = out.len() as u64;
    out.extend(b"\0.note.sgxmeta\0");
    let sections = out.len() as u64;
    out.extend([0; 64]);
    for (name, at, len) in [(1_u32, note, names - note), (0, names, sections - names)] {
        out.extend(name.to_le_bytes());
        out.extend(7_u32.to_le_bytes());
        for n in [0, 0, at, len, 0, 1, 0] {
            out.extend(n.to_le_bytes());
        }
    }
    let mut head = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0".to_vec();
    for n in [0x10, 64, sections] {
        head.extend(n.to_le_bytes());
    }
    head.extend([0; 4]);
    for half in [64_u16, 56, 1, 64, 3, 2] {
        head.extend(half.to_le_bytes());
    }
    head.extend([1, 0, 0, 0, 5, 0, 0, 0]);
    for n in [120_u64, 0, 0, 0x1200, 0x1300, 0x1000] {
        head.extend(n.to_le_bytes());
    }
    out[..head.len()].copy_from_slice(&head);
    out
}

fuzz_target!(|data: &[u8]| {
    let file: Rc<[u8]> = if data.starts_with(&MAGIC) {
        Rc::from(data)
    } else {
        Rc::from(wrapped(data))
    };
    // The dump is slow, so only some inputs get it.
    if data.iter().fold(0_u8, |sum, b| sum.wrapping_add(*b)) == 7
        && let Some(seen) = inspect(&file)
    {
        let len: usize = seen.parts.iter().map(|p| p.len).sum();
        assert_eq!(len, file.len());
    }
    let Ok(Some(image)) = image::open(&file.clone().into()) else {
        return;
    };
    assert!(recognise(&file).is_some());
    let (mut step, pages) = (1, image.pages());
    for n in (0..pages.min(32)).chain(pages.saturating_sub(2).max(32)..pages) {
        let page = image.page(n).expect("a page");
        if n < 32 {
            assert_eq!(page.step, step);
        }
        step = page.step + page.steps;
        assert_eq!(image.page_at(page.offset), Some(n));
        assert_eq!(image.page_of(page.step), Some(n));
        let Some(Item::Eadd(offset, flags, content)) = image.get(page.step) else {
            panic!("{page:?}");
        };
        assert_eq!((offset, flags), (page.offset, page.flags));
        content.with_chunk(3840, |chunk| assert_eq!(chunk.len(), 256));
        if page.measured != 0 {
            assert!(matches!(image.get(page.step + 16), Some(Item::Eextend(_))));
        }
    }
    assert_eq!(image.get(image.len()), None);
});
