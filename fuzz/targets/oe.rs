//! Images of the Open Enclave SDK: read, laid out in every way that fits and taken apart without a panic, and the
//! image agrees with itself. Inputs without an ELF header are properties in a small program.
#![no_main]

use std::rc::Rc;

use libfuzzer_sys::fuzz_target;
use teescope_core::formats::elf::MAGIC;
use teescope_core::sgx::image::{self, Item};
use teescope_core::sgx::structs::SigStruct;
use teescope_core::sgx::{Report, inspect, oe};

/// A program of one segment that holds `content` as its properties, with the variables that loaders write to.
fn wrapped(content: &[u8]) -> Vec<u8> {
    let sizes = [1856_u32, 1920, 1952, 1960];
    let size = sizes[usize::from(content.first().copied().unwrap_or(0) % 4)];
    let mut out = vec![0; 64 + 56];
    let props = out.len() as u64;
    out.extend(size.to_le_bytes());
    out.extend(content.get(1..).unwrap_or_default());
    out.resize(props as usize + size as usize, 0);
    let relocs = out.len() as u64;
    out.extend([0x10, 8, 7, 0x18, 1 << 32 | 18, 7_u64].map(u64::to_le_bytes).as_flattened());
    let end = out.len() as u64;
    let mut names = vec![0];
    let mut symbols = vec![0; 24];
    let all = ["_enclave_rva", "_reloc_rva", "_reloc_size", "_td_from_tcs_offset"];
    for (n, name) in (0_u64..).zip(all) {
        symbols.extend((names.len() as u32).to_le_bytes());
        symbols.extend([0x11, 0, 1, 0]);
        symbols.extend((end + 8 * n).to_le_bytes());
        symbols.extend(8_u64.to_le_bytes());
        names.extend(name.as_bytes());
        names.push(0);
    }
    let (symbols_at, names_at) = (end, end + symbols.len() as u64);
    out.extend(&symbols);
    out.extend(&names);
    let strings = out.len() as u64;
    out.extend(b"\0.oeinfo\0.dynsym\0.dynstr\0.rela.dyn\0");
    let sections = out.len() as u64;
    out.extend([0; 64]);
    for (name, at, len) in [
        (1_u32, props, u64::from(size)),
        (9, symbols_at, symbols.len() as u64),
        (17, names_at, names.len() as u64),
        (25, relocs, 48),
        (0, strings, sections - strings),
    ] {
        out.extend(name.to_le_bytes());
        out.extend(1_u32.to_le_bytes());
        for n in [0, at, at, len, 0, 1, 24] {
            out.extend(n.to_le_bytes());
        }
    }
    let mut head = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0".to_vec();
    for n in [0x10, 64, sections] {
        head.extend(n.to_le_bytes());
    }
    head.extend([0; 4]);
    for half in [64_u16, 56, 1, 64, 6, 5] {
        head.extend(half.to_le_bytes());
    }
    head.extend([1, 0, 0, 0, 6, 0, 0, 0]);
    for n in [0_u64, 0, 0, end, end + 0x40, 0x1000] {
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
    let Ok(found) = oe::properties(&file) else {
        return;
    };
    assert!(found.at < file.len() as u64);
    if let Some((at, sig)) = found.sigstruct {
        let at = at as usize;
        assert_eq!(&file[at..at + SigStruct::SIZE], sig);
    }
    if data.iter().fold(0_u8, |sum, b| sum.wrapping_add(*b)) % 64 == 7 {
        let _ = Report::of(&file);
        let seen = inspect(&file);
        let len = seen.map(|s| s.parts.iter().map(|p| p.len).sum::<usize>());
        assert!(len.is_none_or(|len| len == file.len()));
    }
    let Ok(Some(image)) = image::open(&file.clone().into()) else {
        return;
    };
    let pages = image.pages();
    for n in (0..pages.min(32)).chain(pages.saturating_sub(2).max(32)..pages) {
        let page = image.page(n).expect("a page");
        assert_eq!(image.page_at(page.offset), Some(n));
        assert_eq!(image.page_of(page.step), Some(n));
        let Some(Item::Eadd(offset, flags, content)) = image.get(page.step) else {
            panic!("{page:?}");
        };
        assert_eq!((offset, flags), (page.offset, page.flags));
        content.with_chunk(3840, |chunk| assert_eq!(chunk.len(), 256));
    }
    assert_eq!(image.get(image.len()), None);
});
