//! Broken and hostile files: refused with the place and the reason, in bounded time and memory.

use teescope_core::sgx::{Build, image, inspect, recognise};

use super::shapes::any;
use super::writer::{ADD, Fill, MEASURED, RW, Row, Sdk, TCS, entry, filled};
use super::{opened, refused, source};
use crate::engine::dice::Dice;

/// Whatever the file is, everything that reads it ends well; gives whether it opens.
fn survives(bytes: &[u8]) -> bool {
    let _ = recognise(bytes);
    if let Some(seen) = inspect(bytes) {
        let mut at = 0;
        for part in &seen.parts {
            assert_eq!(part.at, at, "{part:?}");
            at += part.len;
        }
        assert_eq!(at, bytes.len());
    }
    let Ok(Some(image)) = image::open(&source(bytes)) else {
        return false;
    };
    for n in [
        0,
        1,
        image.pages() / 2,
        image.pages().saturating_sub(1),
        image.pages(),
    ] {
        if let Some(page) = image.page(n) {
            assert_eq!(image.page_of(page.step), Some(n));
            let _ = image.content(n).expect("contents").bytes();
        }
    }
    true
}

/// Where a pattern lies in a file.
fn find(bytes: &[u8], pattern: &[u8]) -> usize {
    bytes
        .windows(pattern.len())
        .position(|w| w == pattern)
        .expect("it is there")
}

fn group(count: u16, times: u32, step: u64) -> Row {
    Row::Group {
        id: 0x1009,
        count,
        times,
        step,
    }
}

/// A small file with these rows, refused.
fn with(rows: Vec<Row>) -> String {
    let mut sdk = Sdk::small();
    sdk.rows = rows;
    refused(&sdk.write().0)
}

shared_test! {
    fn a_file_cut_off_anywhere_is_refused() {
        let (file, _) = any(1).write();
        for len in 0..file.len() {
            assert!(!survives(&file[..len]), "{len}");
        }
        assert!(survives(&file));
    }

    fn flips_end_well() {
        let (file, _) = any(2).write();
        let note = find(&file, b"sgx_metadata\0");
        let from = note.saturating_sub(64);
        let tables = (0..0x120).chain(from..note + 13 + 64).chain(note + 13 + 1872..file.len());
        for at in tables {
            for bit in [0, 3, 7] {
                let mut flipped = file.clone();
                flipped[at] ^= 1 << bit;
                survives(&flipped);
            }
        }
    }

    fn hostile_numbers_end_well() {
        let mut dice = Dice::new(7);
        let (file, _) = any(4).write();
        let note = find(&file, b"sgx_metadata\0");
        for _ in 0..3000 {
            let mut hostile = file.clone();
            for _ in 0..=dice.below(2) {
                let at = match dice.below(3) {
                    0 => dice.below(0x120),
                    1 => note as u64 - 12 + dice.below(100),
                    _ => note as u64 + dice.below((file.len() - note) as u64),
                } as usize;
                let odd = [0, 1, u64::MAX, 1 << 63, 0x7fff_ffff, 0xffff_ffff, 1 << 32, 0x1000, dice.next()];
                let word = dice.pick(&odd).to_le_bytes();
                let len = (*dice.pick(&[2, 4, 8])).min(hostile.len() - at);
                hostile[at..at + len].copy_from_slice(&word[..len]);
            }
            survives(&hostile);
        }
    }

    fn tables_that_no_loader_takes_are_told() {
        for (rows, says) in [
            (vec![group(1, 1, 0x1000)], "layout_group_t.entry_count at offset"),
            (vec![entry(1, ADD, 1, 0x4000, RW), group(1, 1, 0x1000), group(1, 1, 0x1000)], "is a group inside a group"),
            (vec![entry(1, ADD, 1, 0x4800, RW)], "where they are not whole pages"),
            (vec![entry(1, ADD, 1, 0x20000, RW)], "where they are not whole pages"),
            (vec![entry(1, ADD, u32::MAX, 0x4000, RW)], "where they are not whole pages"),
            (vec![entry(1, ADD, 1, u64::MAX - 4095, RW)], "where they are not whole pages"),
            (vec![entry(1, ADD, 1, 0x4000, RW), group(1, u32::MAX, 0)], "lays out more than is taken"),
            (vec![entry(1, 0, 0, 0x4000, 0), group(1, u32::MAX, 0)], "lays out more than is taken"),
            (vec![group(0, u32::MAX, 0)], "lays out more than is taken"),
            (vec![entry(1, ADD, 1, 0x4000, RW), group(1, 1, 0)], "adds the page at 0x4000 of the enclave twice"),
            (vec![entry(1, ADD, 1, 0x4000, RW), group(1, 2, u64::MAX)], "where they are not whole pages"),
            (vec![entry(1, ADD, 1, 0x1000, RW)], "adds the page at 0x1000 of the enclave twice"),
            (vec![filled(entry(4, MEASURED, 1, 0x4000, TCS), Fill::Bytes(vec![0; 4097]))], "a TCS takes 4,096 at most"),
        ] {
            let said = with(rows);
            assert!(said.contains(says), "{said}\n{says}");
        }
    }

    fn an_enormous_enclave_is_refused_and_a_large_one_costs_little() {
        let mut sdk = Sdk::small();
        sdk.size = 1 << 40;
        sdk.rows = vec![entry(1, ADD, 1 << 20, 0x4000, RW)];
        assert!(refused(&sdk.write().0).contains("lays out more than is taken"));
        sdk.rows = vec![entry(1, ADD, (1 << 20) - 2, 0x4000, RW)];
        let image = opened(&sdk.write().0);
        assert_eq!((image.pages(), image.len()), (1 << 20, 1 + 2 * 17 + (1 << 20) - 2));
    }

    fn broken_metadata_is_told() {
        let (file, _) = Sdk::small().write();
        let at = find(&file, b"sgx_metadata\0") + 13;
        let patched = |offset: usize, with: &[u8]| {
            let mut file = file.clone();
            file[at + offset..at + offset + with.len()].copy_from_slice(with);
            refused(&file)
        };
        let unsigned = patched(0, &[0; 8]);
        assert!(unsigned.contains("metadata_t.magic_num at offset") && unsigned.contains("sgx_sign sign"), "{unsigned}");
        assert!(patched(16, &[0; 4]).contains("metadata_t.size at offset"));
        assert!(patched(16, &[0xff; 4]).contains("metadata_t.size at offset"));
        assert!(patched(1872, &[0xff; 8]).contains("names the bytes from"));
        assert!(patched(1880, &[0x60, 7, 0, 0, 1, 0, 0, 0]).contains("names the bytes from 1,888 to 1,889"));
        let mut sdk = Sdk::small();
        sdk.patches = vec![(1 << 40, vec![1])];
        assert!(refused(&sdk.write().0).contains("replaces 1 bytes at"));
        sdk.patches = vec![(at as u64, vec![1])];
        assert!(refused(&sdk.write().0).contains("the metadata does not patch itself"));
        sdk.patches.clear();
        (sdk.version, sdk.elrange) = (12 << 32 | 4, Some((0x1000, 0x2000, 0x40000)));
        assert!(refused(&sdk.write().0).contains("where it does not fit"));
        sdk.elrange = Some((0x1000, 0x1000, 0x30000));
        assert!(refused(&sdk.write().0).contains("where it does not fit"));
        let mut sdk = Sdk::small();
        sdk.segments[0].flags = 0;
        assert!(refused(&sdk.write().0).contains("as no loader does"));
        let mut sdk = Sdk::small();
        sdk.textrel = Some(vec![0x7000]);
        assert!(refused(&sdk.write().0).contains("behind the last segment"));
    }

    fn what_the_leaves_refuse_is_told_with_the_rule() {
        let mut sdk = Sdk::small();
        sdk.size = 0x18000;
        let build = Build::usual(opened(&sdk.write().0));
        let stop = build.measure().expect_err("no power of two");
        assert_eq!((stop.index, stop.rule.map(|r| r.id)), (0, Some("ECREATE.size-power-of-two")));
        let mut sdk = Sdk::small();
        sdk.segments[0].flags = 2;
        let stop = Build::usual(opened(&sdk.write().0)).measure().expect_err("written, not read");
        assert_eq!(stop.index, 1);
    }
}
