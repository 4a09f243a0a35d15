//! Page tables as the operating system fills them: from linear pages to physical frames.

use rpds::RedBlackTreeMap;

use crate::memory::{Linear, PAGE, Physical};

/// One present entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pte {
    /// The frame it leads to.
    pub frame: Physical,
    /// Whether it may be written.
    pub writable: bool,
    /// Whether code may be fetched from it.
    pub executable: bool,
}

/// The present entries of every process, by process and linear page. A clone is cheap.
#[derive(Clone, Debug, Default)]
pub struct PageTables {
    entries: RedBlackTreeMap<(u8, u64), Pte>,
}

impl PageTables {
    /// The entry for the page an address of a process lies in.
    #[must_use]
    pub fn get(&self, process: u8, at: Linear) -> Option<Pte> {
        self.entries.get(&(process, at.0 / PAGE as u64)).copied()
    }

    /// Sets the entry for the page an address lies in; gives the one before.
    pub fn set(&mut self, process: u8, at: Linear, pte: Option<Pte>) -> Option<Pte> {
        let key = (process, at.0 / PAGE as u64);
        let before = self.entries.get(&key).copied();
        match pte {
            Some(pte) => self.entries.insert_mut(key, pte),
            None => {
                self.entries.remove_mut(&key);
            }
        }
        before
    }

    /// The physical address a linear one leads to.
    #[must_use]
    pub fn walk(&self, process: u8, at: Linear) -> Option<Physical> {
        let offset = at.0 % PAGE as u64;
        self.get(process, at)
            .map(|pte| Physical(pte.frame.0 + offset))
    }

    /// Every present entry, by process and address.
    pub fn iter(&self) -> impl Iterator<Item = (u8, Linear, Pte)> {
        self.entries
            .iter()
            .map(|((process, page), pte)| (*process, Linear(page * PAGE as u64), *pte))
    }
}
