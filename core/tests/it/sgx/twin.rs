//! A second, naive measurement: the whole stream as one byte string, hashed by the plain crate.

use sha2::{Digest, Sha256};
use teescope_core::crypto::entropy::Seed;
use teescope_core::sgx::{Content, EpcPage, Machine};
use teescope_core::trace::{Machine as _, Outcome, Silent};

use crate::engine::dice::Dice;

use super::scene::{BASE, eadd, ecreate, eextend, small};

/// The twin: what the manual says is hashed, appended to a string.
#[derive(Default)]
struct Flat {
    stream: Vec<u8>,
    /// Pages by offset as they lie in the EPC.
    pages: Vec<(u64, [u8; 4096])>,
}

impl Flat {
    fn pad(&mut self) {
        let whole = self.stream.len().next_multiple_of(64);
        self.stream.resize(whole, 0);
    }

    fn ecreate(&mut self, ssaframesize: u32, size: u64) {
        self.stream.extend(b"ECREATE\0");
        self.stream.extend(ssaframesize.to_le_bytes());
        self.stream.extend(size.to_le_bytes());
        self.pad();
    }

    fn eadd(&mut self, offset: u64, flags: u64, mut page: [u8; 4096]) {
        let is_tcs = flags >> 8 == 1;
        if is_tcs {
            page[..8].fill(0);
            page[8] &= !1;
            page[24..28].fill(0);
            page[40..48].fill(0);
        }
        self.stream.extend(b"EADD\0\0\0\0");
        self.stream.extend(offset.to_le_bytes());
        let measured = if is_tcs { flags & !7 } else { flags };
        self.stream.extend(measured.to_le_bytes());
        self.pad();
        self.pages.push((offset, page));
    }

    fn eextend(&mut self, page: usize, chunk: usize) {
        let (offset, content) = self.pages[page];
        self.stream.extend(b"EEXTEND\0");
        self.stream
            .extend((offset + chunk as u64 * 256).to_le_bytes());
        self.pad();
        self.stream.extend(&content[chunk * 256..][..256]);
    }
}

/// A page's content and the same as bytes, made apart.
fn content(dice: &mut Dice) -> (Content, [u8; 4096]) {
    match dice.below(4) {
        0 => (Content::Zero, [0; 4096]),
        1 => {
            let word = dice.next() as u32;
            let bytes = std::array::from_fn(|i| word.to_le_bytes()[i % 4]);
            (Content::Fill(word), bytes)
        }
        _ => {
            let len = dice.below(4097) as usize;
            let mut bytes = [0; 4096];
            Seed::new(dice.next()).fill(0, &mut bytes[..len]);
            (Content::Bytes(bytes[..len].into()), bytes)
        }
    }
}

/// A thread's page: all fields at random, reserved bytes zero.
fn thread(dice: &mut Dice) -> (Content, [u8; 4096]) {
    let mut bytes = [0; 4096];
    Seed::new(dice.next()).fill(0, &mut bytes[..72]);
    (Content::Bytes(bytes[..72].into()), bytes)
}

fn one_plan(seed: u64) {
    let mut dice = Dice::new(seed);
    let mut m = Machine::new(small());
    let mut flat = Flat::default();
    let size = 0x2000 << dice.below(6);
    assert_eq!(m.apply(&ecreate(0, BASE, size), &mut Silent), Outcome::Done);
    flat.ecreate(1, size);
    for _ in 0..4 + dice.below(30) {
        if flat.pages.is_empty() || dice.below(3) == 0 {
            let offset = dice.below(size / 4096) * 4096;
            let flags = [0x200, 0x201, 0x203, 0x205, 0x207, 0x100, 0x107][dice.below(7) as usize];
            // The driver's books know one page for an offset.
            if flat.pages.iter().any(|(at, _)| *at == offset) {
                continue;
            }
            let (page, bytes) = if flags >> 8 == 1 {
                thread(&mut dice)
            } else {
                content(&mut dice)
            };
            assert_eq!(
                m.apply(&eadd(0, offset, flags, page), &mut Silent),
                Outcome::Done
            );
            flat.eadd(offset, flags, bytes);
        } else {
            let page = dice.below(flat.pages.len() as u64) as usize;
            let chunk = dice.below(16) as usize;
            let at = flat.pages[page].0 + chunk as u64 * 256;
            assert_eq!(m.apply(&eextend(0, at), &mut Silent), Outcome::Done);
            flat.eextend(page, chunk);
        }
        let found = m.secs.get(&EpcPage(0)).expect("a SECS").measurement;
        assert_eq!(
            found.finish()[..],
            Sha256::digest(&flat.stream)[..],
            "seed {seed}"
        );
        assert_eq!(found.blocks() * 64, flat.stream.len() as u64);
    }
}

shared_test! {
    fn random_plans_measure_as_one_flat_string() {
        let plans = if cfg!(target_arch = "wasm32") { 20 } else { 200 };
        (1..=plans).for_each(one_plan);
    }
}
