//! Which stretch of memory gets which PMP entries: the monitor's region table and how it is filled.

use super::machine::Machine;
use super::status;
use crate::bytes::hex;
use crate::memory::{Few, PAGE};
use crate::rules;
use crate::trace::{Recorder, Status, Stop, Value};

const INIT: &str = "keystone sm/src/pmp.c, pmp_region_init";

rules! {
    NO_OVERLAP = "REGION.no-overlap": "The region shares no byte with another one that must not be shared", INIT;
    PAGES = "REGION.whole-pages": "Start and size of the region are multiples of 4,096", INIT;
    BOTTOM_NAPOT = "REGION.bottom-napot": "A region of the lowest priority is a power of two in size and aligned to it", INIT;
    TABLE = "REGION.table-free": "One of the 16 places in the region table is free", INIT;
    ENTRY = "REGION.entry-free": "A PMP entry is free", INIT;
    TWO_ENTRIES = "REGION.two-entries-free": "Two neighbouring PMP entries are free, as a region of any size needs", INIT;
}

/// Places in the region table (PMP_MAX_N_REGION).
pub const REGIONS: u8 = 16;

/// How a region is written into entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One entry: a power of two, aligned to its size.
    Napot,
    /// Two entries, the upper of which names the region; of entry 0 on its own, from address 0.
    Tor,
}

/// Where a region is to stand among the entries, whose lowest number decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// Entry 0: the monitor.
    Top,
    /// The lowest free entry: enclaves.
    Any,
    /// The last entry: the operating system, and every shared buffer over it.
    Bottom,
}

/// A region: a stretch of memory with its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// First byte.
    pub base: u64,
    /// Bytes; `u64::MAX` for all of memory.
    pub size: u64,
    /// How it is written.
    pub form: Form,
    /// Whether others may lie in it.
    pub shared: bool,
    /// Its entry; of two the upper.
    pub entry: u8,
}

/// The region table and the entries in use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Regions {
    /// Regions by index.
    pub table: Few<u8, Region>,
    /// Entries in use, a bit each.
    pub used: u64,
}

impl Region {
    /// First byte after it.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.base.saturating_add(self.size)
    }

    /// Whether it shares a byte with `size` bytes from `base`.
    #[must_use]
    pub fn meets(&self, base: u64, size: u64) -> bool {
        self.base < base.saturating_add(size) && base < self.end()
    }

    /// The value of pmpaddr of its entry.
    #[must_use]
    pub fn pmpaddr(&self) -> u64 {
        match self.form {
            _ if self.size == u64::MAX => u64::MAX,
            Form::Napot => (self.base | (self.size / 2).wrapping_sub(1)) >> 2,
            Form::Tor => self.end() >> 2,
        }
    }

    /// The bits of its entries.
    #[must_use]
    pub fn bits(&self) -> u64 {
        match self.form {
            Form::Tor if self.entry > 0 => 3 << (self.entry - 1),
            _ => 1 << self.entry,
        }
    }
}

impl Regions {
    /// Whether an entry is in use.
    #[must_use]
    pub fn is_used(&self, entry: u8) -> bool {
        self.used >> entry & 1 == 1
    }

    /// The lowest free entry below `n`.
    fn free_entry(&self, n: u8) -> Option<u8> {
        (0..n).find(|e| !self.is_used(*e))
    }

    /// The upper of the lowest two neighbouring free entries below `n`.
    fn free_pair(&self, n: u8) -> Option<u8> {
        (1..n).find(|e| !self.is_used(*e) && !self.is_used(*e - 1))
    }

    fn free_index(&self) -> Option<u8> {
        (0..REGIONS).find(|i| !self.table.contains_key(i))
    }
}

/// Whether a stretch is a power of two in size and aligned to it, as one NAPOT entry needs.
#[must_use]
pub fn is_napot(base: u64, size: u64) -> bool {
    size == u64::MAX || (size.is_power_of_two() && base & (size - 1) == 0)
}

/// The monitor's own codes 20 to 26, which its callers all turn into one.
const FAILED: Status = status::PMP_FAILURE;

impl Machine {
    /// Takes entries and a place in the table for a region; gives its index.
    pub(super) fn region_init<R: Recorder>(
        &mut self,
        (base, size): (u64, u64),
        priority: Priority,
        shared: bool,
        recorder: &mut R,
    ) -> Result<u8, Stop> {
        let regions = &self.monitor.regions;
        if !shared {
            let mut others = regions.table.iter();
            let free = !others.any(|(_, r)| !r.shared && r.meets(base, size));
            recorder.require(&NO_OVERLAP, free, FAILED)?;
        }
        let page = PAGE as u64 - 1;
        let whole = size == u64::MAX || (base & page == 0 && size & page == 0);
        recorder.require(&PAGES, whole, FAILED)?;
        let form = match is_napot(base, size) {
            true => Form::Napot,
            false => Form::Tor,
        };
        if priority == Priority::Bottom {
            recorder.require(&BOTTOM_NAPOT, form == Form::Napot, FAILED)?;
        }
        let index = regions.free_index();
        recorder.require(&TABLE, index.is_some(), FAILED)?;
        let n = self.platform.entries;
        let (entry, rule) = match (priority, form) {
            (Priority::Bottom, _) => (Some(self.platform.last()), &ENTRY),
            (Priority::Top, _) => (Some(0).filter(|e| !regions.is_used(*e)), &ENTRY),
            (Priority::Any, Form::Napot) => (regions.free_entry(n), &ENTRY),
            (Priority::Any, Form::Tor) => (regions.free_pair(n), &TWO_ENTRIES),
        };
        recorder.require(rule, entry.is_some(), FAILED)?;
        let (Some(index), Some(entry)) = (index, entry) else {
            return Err(FAILED.into());
        };
        let region = Region {
            base,
            size,
            form,
            shared,
            entry,
        };
        recorder.write(Self::region_place(index), || (Value::None, region.words()));
        let regions = &mut self.monitor.regions;
        regions.table.insert_mut(index, region);
        regions.used |= region.bits();
        Ok(index)
    }

    /// Gives a region's place and entries back. Upstream does so with the last entry too, although the
    /// operating system goes on using it.
    pub(super) fn region_free<R: Recorder>(&mut self, index: u8, recorder: &mut R) {
        let Some(region) = self.monitor.regions.table.get(&index).copied() else {
            return;
        };
        let keeps_last = !self.platform.has(super::faults::Faults::LAST_ENTRY);
        let last = 1 << self.platform.last();
        let regions = &mut self.monitor.regions;
        regions.table.remove_mut(&index);
        regions.used &= !region.bits();
        let others = |r: &Region| r.bits() & last != 0;
        if keeps_last && regions.table.iter().any(|(_, r)| others(r)) {
            regions.used |= last;
        }
        recorder.write(Self::region_place(index), || (region.words(), Value::None));
    }
}

impl Region {
    /// The region in one line: `NAPOT 0x8100_0000 1 MiB, entry 1`.
    #[must_use]
    pub fn words(&self) -> Value {
        let form = match self.form {
            Form::Napot => "NAPOT",
            Form::Tor => "TOR",
        };
        let size = match self.size {
            u64::MAX => alloc::string::String::from("2^64"),
            size => hex::size(size),
        };
        let entry = self.entry;
        Value::Words(alloc::format!("{form} {} {size}, pmp{entry}", hex::addr(self.base)).into())
    }
}
