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

/// The bits of an entry as the processor reads them (Intel SDM vol. 3A, 4-level paging).
const PRESENT: u64 = 1;
const WRITABLE: u64 = 1 << 1;
const NO_EXECUTE: u64 = 1 << 63;
const FRAME: u64 = 0x000f_ffff_ffff_f000;

impl Pte {
    /// The entry in memory.
    #[must_use]
    pub fn pack(self) -> u64 {
        let writable = if self.writable { WRITABLE } else { 0 };
        let no_execute = if self.executable { 0 } else { NO_EXECUTE };
        self.frame.0 & FRAME | PRESENT | writable | no_execute
    }

    /// The entry that memory holds; `None` if it is not present.
    #[must_use]
    pub fn unpack(entry: u64) -> Option<Self> {
        (entry & PRESENT != 0).then_some(Self {
            frame: Physical(entry & FRAME),
            writable: entry & WRITABLE != 0,
            executable: entry & NO_EXECUTE == 0,
        })
    }
}

/// The present entries of every process, by process and linear page. A clone is cheap.
#[derive(Clone, Debug, Default)]
pub struct PageTables {
    entries: RedBlackTreeMap<(u8, u64), u64>,
}

impl PageTables {
    /// The entry for the page an address of a process lies in.
    #[must_use]
    pub fn get(&self, process: u8, at: Linear) -> Option<Pte> {
        let entry = self.entries.get(&(process, at.0 / PAGE as u64));
        entry.copied().and_then(Pte::unpack)
    }

    /// Sets the entry for the page an address lies in; gives the one before.
    pub fn set(&mut self, process: u8, at: Linear, pte: Option<Pte>) -> Option<Pte> {
        let key = (process, at.0 / PAGE as u64);
        let before = self.get(process, at);
        match pte {
            Some(pte) => self.entries.insert_mut(key, pte.pack()),
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
        self.entries.iter().filter_map(|((process, page), entry)| {
            let pte = Pte::unpack(*entry)?;
            Some((*process, Linear(page * PAGE as u64), pte))
        })
    }
}
