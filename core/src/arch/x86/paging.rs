//! Page tables as the operating system fills them: from linear pages to physical frames.

use crate::memory::{Few, Linear, PAGE, Physical, Runs};

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
    entries: Few<u8, Runs<u64>>,
}

impl PageTables {
    /// The entry for the page an address of a process lies in.
    #[must_use]
    pub fn get(&self, process: u8, at: Linear) -> Option<Pte> {
        let entries = self.entries.get(&process)?;
        entries.get(at.0 / PAGE as u64).and_then(Pte::unpack)
    }

    /// Sets the entry for the page an address lies in; gives the one before.
    pub fn set(&mut self, process: u8, at: Linear, pte: Option<Pte>) -> Option<Pte> {
        let page = at.0 / PAGE as u64;
        let before = self.get(process, at);
        if pte.is_some() && !self.entries.contains_key(&process) {
            self.entries.insert_mut(process, Runs::default());
        }
        match (self.entries.get_mut(&process), pte) {
            (Some(entries), Some(pte)) => entries.insert_mut(page, pte.pack()),
            (Some(entries), None) => {
                entries.remove_mut(page);
            }
            (None, _) => {}
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
        self.entries.iter().flat_map(|(process, entries)| {
            entries.iter().filter_map(|(page, entry)| {
                let at = Linear(page * PAGE as u64);
                Pte::unpack(entry).map(|pte| (*process, at, pte))
            })
        })
    }
}
