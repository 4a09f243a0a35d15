//! Page tables as the loader and the runtime build them: a walk that makes the tables it misses.

use alloc::vec::Vec;

use crate::arch::riscv::sv39::{Pte, index};
use crate::memory::{PAGE, Physical, Ram};
use crate::text;
use crate::trace::{Place, Recorder, Value};

/// What a mapping grants besides V, A and D.
pub(super) const R: u64 = Pte::R.bits();
pub(super) const W: u64 = Pte::W.bits();
pub(super) const X: u64 = Pte::X.bits();
pub(super) const U: u64 = Pte::U.bits();

/// Tables under construction, and how many entries were written to each.
pub(super) struct Tables {
    pub(super) root: u64,
    written: Vec<(u64, u64)>,
}

/// The eight bytes at a physical address.
pub(super) fn word(ram: &Ram, at: u64) -> u64 {
    let mut bytes = [0; 8];
    ram.read(Physical(at), &mut bytes);
    u64::from_le_bytes(bytes)
}

impl Tables {
    pub(super) fn new(root: u64) -> Self {
        Self {
            root,
            written: Vec::new(),
        }
    }

    /// Writes an entry of a table.
    pub(super) fn set(&mut self, ram: &mut Ram, at: u64, pte: Pte) {
        ram.write(Physical(at), &pte.bits().to_le_bytes());
        let table = at & !(PAGE as u64 - 1);
        match self.written.iter_mut().find(|(t, _)| *t == table) {
            Some((_, count)) => *count += 1,
            None => self.written.push((table, 1)),
        }
    }

    /// An entry that leads to a table.
    pub(super) fn table(to: u64) -> Pte {
        Pte::to(to, Pte::V)
    }

    /// A leaf that grants these rights.
    pub(super) fn leaf(to: u64, rights: u64) -> Pte {
        Pte::to(to, Pte::from_bits(rights) | Pte::V | Pte::A | Pte::D)
    }

    /// Maps a page; `fresh` gives a zeroed page for a table that is missing. `None` if it has none.
    pub(super) fn map(
        &mut self,
        ram: &mut Ram,
        (va, to): (u64, u64),
        rights: u64,
        fresh: &mut dyn FnMut(&mut Ram) -> Option<u64>,
    ) -> Option<()> {
        let mut table = self.root;
        for level in [2, 1] {
            let at = table + index(va, level) * 8;
            let mut pte = Pte::from_bits(word(ram, at));
            if !pte.contains(Pte::V) {
                pte = Self::table(fresh(ram)?);
                self.set(ram, at, pte);
            }
            table = pte.physical();
        }
        self.set(ram, table + index(va, 0) * 8, Self::leaf(to, rights));
        Some(())
    }

    /// Tells what was written, table by table.
    pub(super) fn tell<T: Recorder>(&self, recorder: &mut T) {
        for (table, count) in &self.written {
            recorder.write(Place::new("ram", *table, PAGE as u64), || {
                let words = match *table == self.root {
                    true => text!(
                        "eyrie.words.root",
                        "{n} entries of the root table",
                        n = *count
                    ),
                    false => text!(
                        "eyrie.words.table",
                        "{n} entries of a page table",
                        n = *count
                    ),
                };
                (Value::None, Value::Words(words))
            });
        }
    }
}
