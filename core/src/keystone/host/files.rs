//! The three files of an enclave, and how the SDK lays them into memory.

use alloc::rc::Rc;

use crate::crypto::sha3::Sponge;
use crate::keystone::measure::current;
use crate::memory::{PAGE, Page};

/// One of the three files, in the order in which they lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// loader.bin: what runs first, without page tables.
    Loader,
    /// The runtime, an ELF file.
    Runtime,
    /// The application, an ELF file.
    Eapp,
}

impl Part {
    /// All three, in order.
    pub const ALL: [Self; 3] = [Self::Loader, Self::Runtime, Self::Eapp];

    /// The stable lower-case name.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Loader => "loader",
            Self::Runtime => "runtime",
            Self::Eapp => "eapp",
        }
    }
}

/// The files of an enclave and what is asked for besides. A clone is cheap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnclaveFiles {
    /// The bytes of each, in the order of [`Part::ALL`].
    pub bytes: [Rc<[u8]>; 3],
    /// Free memory asked for, in bytes.
    pub freemem: u64,
    /// Shared buffer asked for, in bytes.
    pub utm: u64,
}

impl EnclaveFiles {
    /// Free memory if nothing is said, in bytes (keystone sdk/include/host/Params.hpp).
    pub const FREEMEM: u64 = 1 << 20;

    /// Shared buffer if nothing is said, in bytes (the same).
    pub const UTM: u64 = 8192;

    /// Pages that the SDK adds for page tables and whatever else: "15 are more than sufficient", and one.
    pub const SPARE: u64 = 16;

    /// Pages that a file takes in memory; the last is filled up with zeros.
    #[must_use]
    pub fn pages(&self, part: Part) -> u64 {
        self.bytes[part as usize].len().div_ceil(PAGE) as u64
    }

    /// Pages that the SDK asks the driver for: of each file the whole pages only, the spare ones, and
    /// free memory. The last part of each file is thus at the expense of the spare pages.
    #[must_use]
    pub fn asked_pages(&self) -> u64 {
        let whole = |b: &Rc<[u8]>| (b.len() / PAGE) as u64;
        let files: u64 = self.bytes.iter().map(whole).sum();
        files + Self::SPARE + self.freemem.div_ceil(PAGE as u64)
    }

    /// Where everything lies in memory that starts at `epm`.
    #[must_use]
    pub fn laid_out(&self, epm: u64) -> current::Files {
        let after = |at: u64, part| at.wrapping_add(self.pages(part) * PAGE as u64);
        let runtime = after(epm, Part::Loader);
        let user = after(runtime, Part::Runtime);
        current::Files {
            epm,
            runtime,
            user,
            free: after(user, Part::Eapp),
        }
    }

    /// A page of a file, zeros after the file's end.
    #[must_use]
    pub fn page(&self, part: Part, number: u64) -> Page {
        match number.checked_mul(PAGE as u64) {
            Some(at) => Page::Slice(self.bytes[part as usize].clone().into(), at),
            None => Page::Zero,
        }
    }

    /// The measurement that the monitor will take: SHA3-512 over the three sizes in memory and the
    /// files, each filled up to whole pages. The SDK computes it the same way.
    #[must_use]
    pub fn expected_hash(&self) -> [u8; 64] {
        let mut sponge = Sponge::new();
        for part in Part::ALL {
            let size = self.pages(part) * PAGE as u64;
            sponge.absorb(&size.to_le_bytes());
        }
        for bytes in &self.bytes {
            sponge.absorb(bytes);
            let end = bytes.len().next_multiple_of(PAGE);
            sponge.absorb(&[0; PAGE][..end - bytes.len()]);
        }
        sponge.finish()
    }
}
