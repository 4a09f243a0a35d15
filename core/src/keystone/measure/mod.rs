//! The two ways in which Keystone has measured enclaves.
//!
//! [`current`] hashes three sizes and three files as they lie in memory; [`classic`], used until
//! December 2023, walks the enclave's page tables and refuses those that are not orderly.

pub mod classic;
pub mod current;

use alloc::rc::Rc;
use alloc::vec::Vec;

use crate::bytes::hex;
use crate::crypto::sha3::Sponge;
use crate::memory::{PAGE, Physical, Ram};
use crate::text::Text;
use crate::trace::{Absorb, Event, Piece, Place, Recorder, Value};

/// Bytes of a page that are shown of those that a digest takes in.
const SHOWN: usize = 16;

/// A digest that tells the recorder what it takes in.
pub(super) struct Running<'a, R> {
    pub(super) sponge: Sponge,
    /// Where the digest lives.
    place: Place,
    recorder: &'a mut R,
}

impl<'a, R: Recorder> Running<'a, R> {
    pub(super) fn new(place: Place, recorder: &'a mut R) -> Self {
        Self {
            sponge: Sponge::new(),
            place,
            recorder,
        }
    }

    /// The recorder, for what is no absorption.
    pub(super) fn recorder(&mut self) -> &mut R {
        self.recorder
    }

    /// Takes numbers in, each as 8 bytes, with their names.
    pub(super) fn words(&mut self, words: &[(Text, u64)]) {
        let before = self.sponge;
        for (_, word) in words {
            self.sponge.absorb(&word.to_le_bytes());
        }
        self.tell(before, || {
            let pieces = words.iter().map(|(name, word)| Piece {
                label: name.clone(),
                bytes: Rc::from(&word.to_le_bytes()[..]),
                more: 0,
                means: hex::short(*word).into(),
            });
            pieces.collect()
        });
    }

    /// Takes a page of 4,096 bytes in. Of its bytes the first few are told.
    pub(super) fn page(&mut self, ram: &Ram, at: Physical, label: impl FnOnce() -> Text) {
        let before = self.sponge;
        let mut page = [0; PAGE];
        ram.read(at, &mut page);
        self.sponge.absorb(&page);
        self.tell(before, || {
            let bytes = Rc::from(&page[..SHOWN]);
            let means = crate::text!(
                "keystone.measure.page",
                "4,096 bytes at {at}, of which these are the first 16",
                at = hex::addr(at.0)
            );
            alloc::vec![Piece {
                label: label(),
                bytes,
                more: (PAGE - SHOWN) as u64,
                means
            }]
        });
    }

    fn tell(&mut self, before: Sponge, pieces: impl FnOnce() -> Vec<Piece>) {
        let after = self.sponge;
        let digest = self.place;
        self.recorder.tell(|| {
            Event::Absorb(Absorb {
                digest,
                pieces: pieces(),
                before: Value::from(&before.state()[..64]),
                after: Value::from(&after.state()[..64]),
                blocks: after.blocks(),
            })
        });
    }
}
