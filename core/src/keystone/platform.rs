//! The board a monitor runs on: its memory, its PMP entries, and how the monitor was built for it.

use alloc::rc::Rc;
use core::cell::OnceCell;

use super::faults::Faults;
use super::structs::BootBlock;
use crate::crypto::sha3::Sponge;
use crate::memory::{PAGE, Physical, Ram};

/// Which of upstream's platforms the monitor was built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// QEMU's `virt` machine and others: 8 entries, a boot ROM with a test key.
    Generic,
    /// CVA6: 8 entries, a monitor of 1 MiB, no keys.
    Cva6,
    /// Microchip PolarFire SoC: 16 entries, no keys.
    Mpfs,
}

/// What lies in the firmware's memory when the boot ROM measures it.
#[derive(Debug)]
pub enum Firmware {
    /// The build whose run the vectors come from. Its bytes are not shipped; its measurement is known.
    Reference,
    /// These bytes from the start of DRAM, then zeros; hashed when first needed.
    Bytes(Rc<[u8]>, OnceCell<[u8; 64]>),
}

/// The measurement of the reference build: SHA3-512 over 0x1ff000 bytes from 0x80000000.
pub const REFERENCE_HASH: [u8; 64] = [
    0xc2, 0x76, 0xd5, 0x46, 0x47, 0xf2, 0x61, 0x75, 0xc2, 0xab, 0xd1, 0xfa, 0xd5, 0xcc, 0x84, 0xa8,
    0x31, 0x28, 0xf8, 0xc0, 0xdd, 0xc5, 0x86, 0x78, 0xd7, 0xf1, 0x22, 0x08, 0x35, 0xf0, 0x02, 0x93,
    0x6a, 0xd0, 0x2c, 0x65, 0x35, 0x83, 0xd2, 0x5d, 0xae, 0x96, 0x86, 0x70, 0x5f, 0x8d, 0x23, 0x39,
    0x3a, 0x42, 0x98, 0x3b, 0xaf, 0x1d, 0x42, 0xdc, 0xa0, 0xa4, 0x57, 0x17, 0xd5, 0x16, 0xfb, 0x69,
];

/// A board and a monitor built for it. Fixed for a run.
#[derive(Debug)]
pub struct Platform {
    /// Which platform the monitor was built for.
    pub kind: Kind,
    /// PMP entries the monitor uses: N.
    pub entries: u8,
    /// PMP entries the harts have.
    pub implemented: u8,
    /// Bytes of the monitor's region from the start of DRAM.
    pub sm_size: u64,
    /// First byte of DRAM.
    pub dram: Physical,
    /// Bytes of DRAM.
    pub dram_size: u64,
    /// How many harts.
    pub harts: u8,
    /// Whether the harts have Sstc: the operating system sets its timer itself.
    pub sstc: bool,
    /// Whether the plugin multimem is compiled in; by default it is not.
    pub multimem: bool,
    /// What the boot ROM measures.
    pub firmware: Firmware,
    /// Which upstream faults the monitor has.
    pub faults: Faults,
    /// Whether an enclave runs without its shared buffer in the last entry, as the well-known figure of
    /// 2020 draws it; no monitor does so.
    pub no_buffer: bool,
}

impl Platform {
    /// QEMU's `virt` with 512 MiB and one hart, without Sstc: the machine of the reference run.
    #[must_use]
    pub fn generic() -> Self {
        Self {
            kind: Kind::Generic,
            entries: 8,
            implemented: 16,
            sm_size: 0x20_0000,
            dram: Physical(BootBlock::DRAM),
            dram_size: 512 << 20,
            harts: 1,
            sstc: false,
            multimem: false,
            firmware: Firmware::Reference,
            faults: Faults::UPSTREAM,
            no_buffer: false,
        }
    }

    /// CVA6, on an FPGA.
    #[must_use]
    pub fn cva6() -> Self {
        Self {
            kind: Kind::Cva6,
            implemented: 8,
            sm_size: 0x10_0000,
            ..Self::generic()
        }
    }

    /// Microchip PolarFire SoC.
    #[must_use]
    pub fn mpfs() -> Self {
        Self {
            kind: Kind::Mpfs,
            entries: 16,
            ..Self::generic()
        }
    }

    /// First byte after DRAM.
    #[must_use]
    pub fn dram_end(&self) -> u64 {
        self.dram.0 + self.dram_size
    }

    /// Whether memory answers at every one of `len` bytes from `at`.
    #[must_use]
    pub fn is_memory(&self, at: u64, len: u64) -> bool {
        let offset = at.wrapping_sub(self.dram.0);
        offset < self.dram_size && len <= self.dram_size - offset
    }

    /// The last entry, which the operating system and every shared buffer use.
    #[must_use]
    pub fn last(&self) -> u8 {
        self.entries.saturating_sub(1)
    }

    /// Whether the monitor has this upstream fault.
    #[must_use]
    pub fn has(&self, fault: Faults) -> bool {
        self.faults.has(fault)
    }

    /// The measurement of the firmware with what somebody changed in memory before the boot ROM ran.
    #[must_use]
    pub fn sm_hash(&self, ram: &Ram) -> [u8; 64] {
        let measured = |n: u64| n * (PAGE as u64) < BootBlock::AT;
        let touched = ram.pages().any(|(n, _)| measured(n));
        match &self.firmware {
            Firmware::Reference if !touched => REFERENCE_HASH,
            Firmware::Bytes(bytes, known) if !touched => {
                *known.get_or_init(|| hash(&Ram::default(), bytes))
            }
            Firmware::Reference => hash(ram, &[]),
            Firmware::Bytes(bytes, _) => hash(ram, bytes),
        }
    }
}

/// SHA3-512 over what lies from the start of DRAM to the boot block: pages of `ram` where there are
/// any, else `firmware`, then zeros.
fn hash(ram: &Ram, firmware: &[u8]) -> [u8; 64] {
    let mut sponge = Sponge::new();
    let mut written = ram.pages().peekable();
    let first = BootBlock::DRAM / PAGE as u64;
    for n in first..BootBlock::AT / PAGE as u64 {
        while written.next_if(|(page, _)| *page < n).is_some() {}
        let mut page = [0; PAGE];
        match written.next_if(|(page, _)| *page == n) {
            Some((_, own)) => own.read(0, &mut page),
            None => {
                let from = ((n - first) as usize * PAGE).min(firmware.len());
                let len = (firmware.len() - from).min(PAGE);
                page[..len].copy_from_slice(&firmware[from..from + len]);
            }
        }
        sponge.absorb(&page);
    }
    sponge.finish()
}
