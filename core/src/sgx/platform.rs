//! The processor an enclave is built on: what it supports and where its protected memory lies.

use crate::arch::x86;
use crate::memory::{PAGE, Physical};

use super::structs::{Attributes, AttributesFlags, Miscselect};

/// What stands between the processor and DRAM where protected memory is concerned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MemoryEngine {
    /// Scalable SGX: AES-XTS by physical address, no integrity.
    #[default]
    Mktme,
    /// Legacy SGX: encryption with a counter a line, and a tree that guards the counters.
    Mee,
}

/// What the processor supports and what the firmware set aside. Fixed for a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    /// First byte of the processor reserved memory (PRM).
    pub prm_base: Physical,
    /// Bytes of PRM.
    pub prm_size: u64,
    /// First byte of the enclave page cache (EPC), inside the PRM.
    pub epc_base: Physical,
    /// Pages of EPC.
    pub epc_pages: u64,
    /// First byte after physical memory.
    pub memory_end: Physical,
    /// log2 of the largest enclave in 64-bit mode (CPUID.12H.0:EDX\[15:8\]).
    pub max_size_64: u8,
    /// log2 of the largest enclave outside 64-bit mode (CPUID.12H.0:EDX\[7:0\]).
    pub max_size_32: u8,
    /// Attributes an enclave may ask for (CPUID.12H.1).
    pub attributes: AttributesFlags,
    /// State components an enclave may enable (CPUID.12H.1).
    pub xfrm: u64,
    /// MISCSELECT bits an enclave may set (CPUID.12H.0:EBX).
    pub miscselect: Miscselect,
    /// Whether the key separation and sharing extension is there.
    pub kss: bool,
    /// Whether the processor has SGX2, so that RDTSC may be executed inside.
    pub sgx2: bool,
    /// Whether the launch control registers can be written (flexible launch control).
    pub flexible_launch: bool,
    /// The processor's security version number, sixteen components.
    pub cpusvn: [u8; 16],
    /// How protected memory is encrypted.
    pub memory: MemoryEngine,
}

impl Platform {
    /// A client processor with 128 MiB of PRM, 96 MiB of it EPC, and flexible launch control.
    ///
    /// Where the EPCM and the integrity tree lie in the PRM is not published: here they take the
    /// first 32 MiB (model).
    #[must_use]
    pub fn client() -> Self {
        Self {
            prm_base: Physical(0x7000_0000),
            prm_size: 128 << 20,
            epc_base: Physical(0x7200_0000),
            epc_pages: 24_576,
            memory_end: Physical(0x1_0000_0000),
            max_size_64: 36,
            max_size_32: 31,
            attributes: AttributesFlags::DEBUG
                .with(AttributesFlags::MODE64BIT)
                .with(AttributesFlags::PROVISIONKEY)
                .with(AttributesFlags::EINITTOKEN_KEY)
                .with(AttributesFlags::KSS)
                .with(AttributesFlags::AEXNOTIFY),
            xfrm: x86::XFRM_SUPPORTED,
            miscselect: Miscselect::EXINFO,
            kss: true,
            sgx2: true,
            flexible_launch: true,
            cpusvn: [1, 2, 2, 2, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            memory: MemoryEngine::Mktme,
        }
    }

    /// The same processor with an EPC of so many pages, its PRM grown to hold it.
    #[must_use]
    pub fn with_epc_pages(mut self, pages: u64) -> Self {
        self.epc_pages = pages;
        let metadata = self.epc_base.0 - self.prm_base.0;
        let bytes = metadata + pages * PAGE as u64;
        self.prm_size = bytes.next_power_of_two().max(self.prm_size);
        self.memory_end = Physical(self.memory_end.0.max(2 * (self.prm_base.0 + self.prm_size)));
        self
    }

    /// The same processor with another memory engine.
    #[must_use]
    pub fn with_memory(mut self, memory: MemoryEngine) -> Self {
        self.memory = memory;
        self
    }

    /// Whether the processor supports these attributes; INIT is the processor's own to set.
    #[must_use]
    pub fn allows(&self, attributes: &Attributes) -> bool {
        attributes.flags.bits() & !self.attributes.bits() == 0
    }
}
