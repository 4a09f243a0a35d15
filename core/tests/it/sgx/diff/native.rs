//! Enclaves whose files are never here whole: made on the fly, part by part, with little kept of either.

#![cfg(not(target_arch = "wasm32"))]

use std::cell::Cell;

use sha2::{Digest, Sha256};
use teescope_core::bytes::hex;
use teescope_core::memory::Source;
use teescope_core::sgx::{eadd_record, ecreate_record, eextend_record};
use teescope_core::trace::{Input, Need};
use teescope_core::view::{Difference, Verdict};

use super::{causes, worked};

/// Pages of the first enclave; its file has 50 MiB, more than is kept of one.
const PAGES: u64 = 10_240;
/// Bytes of a page in the file.
const STRIDE: u64 = 64 + 16 * 320;
/// Where its file says SIZE, for all of them.
const SIZE: u64 = 1 << 27;
/// What a host gives at once.
const AHEAD: u64 = 4 << 20;

/// An enclave by what its pages hold: data, heap of zeros from a page on, data again.
#[derive(Clone, Copy)]
struct Made {
    pages: u64,
    /// The first page of the heap, and how many there are.
    heap: (u64, u64),
    /// A byte of a page that is flipped, and whether its chunk is measured.
    flipped: Option<(u64, u64)>,
    measured: bool,
}

const MADE: Made = Made {
    pages: PAGES,
    heap: (4000, 2000),
    flipped: None,
    measured: true,
};

/// The chunk that is not measured anywhere, if one is not.
const LOOSE: u64 = 5;

impl Made {
    fn len(self) -> u64 {
        64 + self.pages * STRIDE
    }

    fn page(self, page: u64, out: &mut Vec<u8>) {
        let mut secinfo = [0; 64];
        secinfo[..2].copy_from_slice(&[3, 2]);
        let heap = (self.heap.0..self.heap.0 + self.heap.1).contains(&page);
        // What lies behind the heap holds the same wherever it lies.
        let own = match page < self.heap.0 {
            true => page,
            false => page.wrapping_sub(self.heap.1),
        };
        out.extend(eadd_record(page * 4096, &secinfo));
        for k in 0..16 {
            let mut record = eextend_record(page * 4096 + k * 256);
            if k == LOOSE && !self.measured {
                record[..8].copy_from_slice(b"UNMEASRD");
            }
            out.extend(record);
            out.extend((0..256).map(|i| {
                let at = k * 256 + i;
                let held = match heap {
                    true => 0,
                    false => (own * 7 + at * 3 + (own >> 8) + 1) as u8,
                };
                held ^ u8::from(self.flipped == Some((page, at)))
            }));
        }
    }

    /// The bytes of the file from `start` to `end`.
    fn part(self, start: u64, end: u64) -> Vec<u8> {
        let first = start.saturating_sub(64) / STRIDE;
        let base = if start < 64 { 0 } else { 64 + first * STRIDE };
        let mut out = Vec::new();
        if start < 64 {
            out.extend(ecreate_record(1, SIZE));
        }
        let pages = first..self.pages.min(end.saturating_sub(64).div_ceil(STRIDE));
        pages.for_each(|page| self.page(page, &mut out));
        out.drain(..(start - base) as usize);
        out.truncate((end - start) as usize);
        out
    }

    /// SHA-256 of the records that count.
    fn mrenclave(self) -> String {
        let mut hash = Sha256::new();
        hash.update(ecreate_record(1, SIZE));
        let mut page = Vec::new();
        for n in 0..self.pages {
            page.clear();
            self.page(n, &mut page);
            hash.update(&page[..64]);
            for record in page[64..].chunks(320) {
                if record.starts_with(b"EEXTEND") {
                    hash.update(record);
                }
            }
        }
        hex::encode(&hash.finalize())
    }
}

/// Compares two that are supplied as they are needed; also, how much was held of both at most, and how often
/// the host was asked.
fn compared(a: Made, b: Made) -> (Difference, u64, u64) {
    let inputs = [("a", a), ("b", b)].map(|(name, made)| Input {
        name: name.into(),
        bytes: Source::parts(made.len()),
    });
    let (most, asked) = (Cell::new(0), Cell::new(0));
    let found = worked(&inputs, 4096, &|need: &Need| {
        let made = if need.source == "a" { a } else { b };
        let end = need.end.max(need.start + AHEAD).min(made.len());
        let given = need
            .file
            .supply(need.start, end - need.start, &made.part(need.start, end));
        given.expect("it fits");
        let held: u64 = inputs.iter().map(|i| i.bytes.held()).sum();
        most.set(most.get().max(held));
        asked.set(asked.get() + 1);
    });
    (
        found.unwrap_or_else(|why| panic!("{}", why.en())),
        most.get(),
        asked.get(),
    )
}

#[test]
fn one_late_byte_is_found_with_little_of_both_files_here() {
    let (page, at) = (PAGES - 3, 9 * 256 + 77);
    let other = Made {
        flipped: Some((page, at)),
        ..MADE
    };
    let (found, held, asked) = compared(MADE, other);
    assert_eq!(found.verdict, Verdict::Different);
    assert_eq!(causes(&found), ["content"]);
    assert_eq!(
        [&found.sides[0].identity, &found.sides[1].identity],
        [&MADE.mrenclave(), &other.mrenclave()]
    );
    let record = 64 + page * STRIDE + 64 + 9 * 320;
    let first = &found.json["first"];
    // ECREATE is 0.
    assert_eq!(first["record"], 1 + page * 17 + 1 + 9);
    for side in ["a", "b"] {
        assert_eq!(first[side]["op"], "EEXTEND");
        let lies = first[side]["file_offset"].as_str().map(String::from);
        assert_eq!(lies, Some(format!("{:#x}", record + 64 + 77)));
    }
    // 32 MiB of each are kept, and what is in use.
    assert!(held <= 2 * (32 << 20) + 4 * AHEAD, "{held}");
    assert!(asked > 40, "{asked}");
}

#[test]
fn a_heap_that_grew_is_found_though_all_behind_it_moved() {
    let other = Made {
        pages: PAGES + 300,
        heap: (4000, 2300),
        ..MADE
    };
    let (found, held, _) = compared(MADE, other);
    assert_eq!(causes(&found), ["heap?", "(moved)"]);
    assert_eq!(found.sides[1].identity, other.mrenclave());
    assert!(held <= 2 * (32 << 20) + 4 * AHEAD, "{held}");
}

#[test]
fn files_of_one_measurement_are_told_apart_by_their_bytes() {
    let loose = Made {
        measured: false,
        ..MADE
    };
    let other = Made {
        flipped: Some((PAGES - 2, LOOSE * 256 + 3)),
        ..loose
    };
    let (found, ..) = compared(loose, loose);
    assert_eq!(found.verdict, Verdict::Same);
    assert!(
        found.headline.en().contains("byte for byte"),
        "{:?}",
        found.headline
    );
    let (found, held, _) = compared(loose, other);
    assert_eq!(found.verdict, Verdict::Same);
    assert!(found.headline.en().contains("different files"));
    assert_eq!(causes(&found), ["unmeasured"]);
    assert_eq!(found.sides[0].identity, loose.mrenclave());
    assert!(held <= 2 * (32 << 20) + 4 * AHEAD, "{held}");
}
