//! The configuration of the Intel SGX SDK’s signing tool: read without a panic, and where it is taken, the file that
//! comes of it is one that the loader reads.
#![no_main]

use libfuzzer_sys::fuzz_target;
use teescope_core::sgx::image::{self, complete};

/// A program of SDK 2.26 with the symbols that the tool looks for and an empty note.
fn program() -> Vec<u8> {
    let word = |n: u64| n.to_le_bytes();
    let mut out = vec![0_u8; 0x1000];
    out[0x401..0x40e].copy_from_slice(b"g_global_data");
    // The symbol after the first: name 1, any kind, section 1, at 2000H, 1,776 bytes.
    out[0x518..0x520].copy_from_slice(&[1, 0, 0, 0, 0x11, 0, 1, 0]);
    out[0x520..0x528].copy_from_slice(&word(0x2000));
    out[0x528..0x530].copy_from_slice(&word(1776));
    for (n, value) in [5, 0x400, 6, 0x500, 0, 0].into_iter().enumerate() {
        out[0x700 + n * 8..0x708 + n * 8].copy_from_slice(&word(value));
    }
    let data = out.len() as u64;
    out.extend(word(2 << 32 | 26 << 16 | 100));
    out.resize(out.len() + 1768, 7);
    let note = out.len() as u64;
    out.extend([13, 0, 0, 0, 0, 0x60, 0, 0, 1, 0, 0, 0]);
    out.extend(b"sgx_metadata\0");
    out.resize(out.len() + 0x6000, 0);
    let names = out.len() as u64;
    out.extend(b"\0.note.sgxmeta\0");
    let sections = out.len() as u64;
    out.extend([0; 64]);
    for (name, addr, at, len) in [
        (0_u32, 0x500, 0x500, 48),
        (0, 0x400, 0x400, 15),
        (1, 0, note, names - note),
        (0, 0, names, sections - names),
    ] {
        out.extend(name.to_le_bytes());
        out.extend(7_u32.to_le_bytes());
        for n in [0, addr, at, len, 0, 1, 24] {
            out.extend(word(n));
        }
    }
    let mut head = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0".to_vec();
    for n in [0x10, 64, sections] {
        head.extend(word(n));
    }
    head.extend([0; 4]);
    for half in [64_u16, 56, 3, 64, 5, 4] {
        head.extend(half.to_le_bytes());
    }
    for (kind, flags, at, to, len) in [
        (1_u32, 5_u32, 0, 0, 0x1000),
        (1, 6, data, 0x2000, 1776),
        (2, 6, 0x700, 0x700, 48),
    ] {
        head.extend(kind.to_le_bytes());
        head.extend(flags.to_le_bytes());
        for n in [at, to, to, len, len, 0x1000] {
            head.extend(word(n));
        }
    }
    out[..head.len()].copy_from_slice(&head);
    out
}

thread_local! {
    static PROGRAM: Vec<u8> = program();
}

fuzz_target!(|data: &[u8]| {
    PROGRAM.with(|program| {
        let Ok(done) = complete(program, data, None) else {
            return;
        };
        for edmm in [true, false] {
            let read = image::open_for(&done.file.clone().into(), edmm);
            // More pages than are taken here, or no metadata for such a processor.
            let Err(bad) = read else { continue };
            let why = bad.to_string();
            let known = [
                "lays out more than",
                "is for processors with dynamic memory",
            ];
            assert!(known.iter().any(|k| why.contains(k)), "{why}");
        }
    });
});
