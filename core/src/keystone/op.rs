//! What can be done to a Keystone machine: boot, calls to the monitor, and what happens around them.

use alloc::rc::Rc;

use super::host::Call;
use super::image::Image;
use super::runtime;
use super::structs::CreateArgs;

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// The boot ROM measures the firmware and makes the monitor's keys.
    Bootrom,
    /// OpenSBI sets the PMP up for itself.
    Opensbi,
    /// The security monitor takes the PMP over; the operating system starts.
    Monitor,
    /// The host lays the files of an enclave into memory.
    Image {
        /// The hart that copies.
        hart: u8,
        /// The files.
        image: Image,
    },
    /// The host writes the argument of create_enclave and calls.
    Create {
        /// The calling hart.
        hart: u8,
        /// The argument.
        args: CreateArgs,
    },
    /// Whatever runs on a hart calls a function of the monitor.
    Ecall {
        /// The calling hart.
        hart: u8,
        /// The function's id, a6.
        id: u64,
        /// a0, a1, a2.
        args: [u64; 3],
    },
    /// Whatever runs on a hart loads.
    Load {
        /// The hart.
        hart: u8,
        /// From where.
        at: u64,
        /// How many bytes, at most [`LOAD_MOST`].
        len: u64,
    },
    /// Whatever runs on a hart stores.
    Store {
        /// The hart.
        hart: u8,
        /// Where.
        at: u64,
        /// What.
        bytes: Rc<[u8]>,
    },
    /// Whatever runs on a hart writes a control register.
    Csr {
        /// The hart.
        hart: u8,
        /// The register's number.
        number: u16,
        /// The value.
        value: u64,
    },
    /// The timer that the host has set strikes.
    Timer {
        /// The hart.
        hart: u8,
    },
    /// A hart takes the interrupt that another one has sent.
    Ipi {
        /// The hart.
        hart: u8,
    },
    /// A device reads by DMA.
    DmaRead {
        /// From where.
        at: u64,
        /// How many bytes, at most [`LOAD_MOST`].
        len: u64,
    },
    /// A device writes by DMA.
    DmaWrite {
        /// Where.
        at: u64,
        /// What.
        bytes: Rc<[u8]>,
    },
    /// A process calls Linux's driver, or the SDK in it copies a page.
    Host {
        /// The hart the process runs on.
        hart: u8,
        /// What is asked.
        call: Call,
    },
    /// Code inside the enclave on a hart does something, or the host's library answers it.
    Runtime {
        /// The hart.
        hart: u8,
        /// What.
        call: runtime::Call,
    },
    /// A bit of DRAM flips.
    Flip {
        /// Where.
        at: u64,
        /// Which bit, 0 to 7.
        bit: u8,
    },
}

/// Most bytes that one load gives.
pub const LOAD_MOST: u64 = 1 << 16;

/// Most pages that an image has: 64 MiB.
pub const PAGES_MOST: u64 = 1 << 14;

impl Op {
    /// A call by hart 0.
    #[must_use]
    pub const fn call(id: u64, args: [u64; 3]) -> Self {
        Self::Ecall { hart: 0, id, args }
    }
}
