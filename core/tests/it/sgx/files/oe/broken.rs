//! Broken and hostile images: each is refused with a sentence or laid out whole; nothing panics or takes long.

use teescope_core::memory::Source;
use teescope_core::sgx::image::{self, Item};
use teescope_core::sgx::{Report, inspect, oe};

use super::random::plain;
use super::refused;
use super::writer::{ALL, How, Oe};

/// The image is refused, or agrees with itself.
fn survives(bytes: &[u8]) {
    let Ok(Some(image)) = image::open(&Source::from(bytes)) else {
        return;
    };
    for n in (0..image.pages().min(40)).chain(image.pages().saturating_sub(3)..image.pages()) {
        let page = image.page(n).expect("a page");
        assert_eq!(image.page_at(page.offset), Some(n));
        assert!(matches!(image.get(page.step), Some(Item::Eadd(..))));
    }
}

fn newest() -> (&'static How, Oe) {
    (&ALL[8], plain(&ALL[8]))
}

/// The file of an image that was changed after it was described, not signed.
fn with(change: impl FnOnce(&mut Oe)) -> Vec<u8> {
    let (how, mut oe) = newest();
    change(&mut oe);
    oe.write(how, &[0; 1808]).0
}

/// What is changed.
type Change = fn(&mut Oe);

shared_test! {
    fn truncated_images_are_refused() {
        for how in [&ALL[0], &ALL[1], &ALL[8]] {
            let whole = plain(how).signed(how);
            for len in 0..whole.len() {
                let cut = &whole[..len];
                let opened = image::open(&Source::from(cut));
                assert!(!matches!(opened, Ok(Some(_))), "{} {len}", how.name);
                if len % 509 == 0 {
                    let _ = (inspect(cut), Report::of(&cut.into()));
                }
            }
        }
    }

    fn flipped_bits_end_well() {
        for how in [&ALL[0], &ALL[8]] {
            let oe = plain(how);
            for whole in [oe.signed(how), oe.write(how, &[0; 1808]).0] {
                let at = oe::properties(&whole).expect("properties").at as usize;
                let tables = whole.len() - 64 * 12;
                let places = (0..300).chain(at..at + 100).chain(tables..whole.len());
                for place in places.step_by(7) {
                    for bit in [1, 0x80] {
                        let mut flipped = whole.clone();
                        flipped[place] ^= bit;
                        survives(&flipped);
                    }
                }
            }
        }
    }

    fn enormous_counts_are_refused() {
        for n in [1 << 20, 1 << 32, 1 << 51, 1 << 52, u64::MAX] {
            for change in [
                (|oe: &mut Oe, n| oe.heap = n) as fn(&mut Oe, u64),
                |oe, n| oe.stack = n,
                |oe, n| oe.threads = n,
                |oe, n| (oe.heap, oe.stack, oe.threads) = (n, n, n),
            ] {
                let file = with(|oe| change(oe, n));
                let why = refused(&file);
                assert!(why.contains("lays out more than is taken here"), "{n}: {why}");
                let _ = (inspect(&file), Report::of(&file.into()));
            }
            for change in [
                (|oe: &mut Oe, n| oe.tls[0] = (0, n, 1)) as fn(&mut Oe, u64),
                |oe, n| oe.tls[1] = (0, 1, n),
                |oe, n| oe.tls = [(0, n, n); 2],
                |oe, n| oe.start = Some(n),
                |oe, n| oe.start = Some(n & !4095),
                |oe, n| oe.relocs[0] = (n, 8, 0, n),
                |oe, n| oe.calls = vec![(n, true)],
            ] {
                survives(&with(|oe| change(oe, n)));
            }
        }
        // No stack, no threads, no heap is little, not wrong.
        survives(&with(|oe| (oe.heap, oe.stack, oe.threads) = (0, 0, 0)));
        survives(&with(|oe| (oe.stack, oe.threads) = (u64::MAX, 0)));
    }

    fn each_fault_is_named() {
        let cases: [(&str, Change); 9] = [
            ("e_entry", |oe| oe.entry = 0),
            ("segments begin at 0", |oe| oe.segments[0].vaddr = 0x1000),
            ("share no page", |oe| oe.segments[1].vaddr = 0x800),
            ("permissions 0", |oe| oe.segments[1].flags = 0),
            ("permissions 4", |oe| oe.segments[2].memsz = u64::MAX - 0x10000),
            ("write to", |oe| oe.vars[1].1 = 0x10_0000),
            ("no variable “_reloc_rva”", |oe| { oe.vars.remove(1); }),
            ("names symbol 77", |oe| oe.relocs[0] = (0x3810, 18, 77, 0)),
            ("needs a library", |oe| oe.needs = true),
        ];
        for (wanted, change) in cases {
            let (how, mut oe) = newest();
            oe.segments[2].flags = 4;
            change(&mut oe);
            let (file, _) = oe.write(how, &[0; 1808]);
            let why = refused(&file);
            assert!(why.contains(wanted), "{wanted}: {why}");
        }
        // Properties that are not where the image has them in memory.
        let (how, oe) = newest();
        let (file, places) = oe.write(how, &[0; 1808]);
        let mut moved = file.clone();
        moved[64 + 2 * 56 + 8] ^= 8;
        let why = refused(&moved);
        assert!(why.contains("is not loaded with the image"), "{why}");
        // A size that no release has.
        let mut other = file;
        let at = places[2] + 0x200;
        other[at..at + 4].copy_from_slice(&1000_u32.to_le_bytes());
        let why = refused(&other);
        assert!(why.contains("1,856, 1,920, 1,952, 1,960 bytes"), "{why}");
    }
}
