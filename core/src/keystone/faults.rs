//! The faults of upstream, most of them in the monitor, that are carried out as they are, or mended one by one.

/// Which upstream faults there are: a set.
///
/// All were seen in a run of keystone-enclave/keystone at 88c49ee, or read in its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faults(u16);

impl Faults {
    /// The monitor's key is made of one byte of the device's secret key and one of the monitor's
    /// measurement, and only one byte of the secret is erased.
    pub const SM_KEY: Self = Self(1);
    /// An enclave that has exited can be resumed.
    pub const RESUME_AFTER_EXIT: Self = Self(1 << 1);
    /// Destroying an enclave marks the last PMP entry free, which the operating system still uses.
    pub const LAST_ENTRY: Self = Self(1 << 2);
    /// At boot the entries 1 and 2 keep what OpenSBI put there.
    pub const PMP_INIT: Self = Self(1 << 3);
    /// Bytes of a report past its data are what lay on the monitor's stack.
    pub const STALE_REPORT: Self = Self(1 << 4);
    /// The sealing key is written to whatever address the enclave names.
    pub const SEALING_POINTER: Self = Self(1 << 5);
    /// With the Sstc extension the host's timer does not stop an enclave.
    pub const SSTC_TIMER: Self = Self(1 << 6);
    /// The shared buffer is zeroed when an enclave is created, not when it is destroyed.
    pub const SHARED_BUFFER: Self = Self(1 << 7);
    /// The runtime copies as much of a result as the application wants, whatever the host gave.
    pub const OCALL_SIZE: Self = Self(1 << 8);
    /// The host's library lets function 10 through, one past the end of its table.
    pub const EDGE_TABLE: Self = Self(1 << 9);
    /// Upstream as it is.
    pub const UPSTREAM: Self = Self(0x3ff);
    /// As it was meant.
    pub const NONE: Self = Self(0);

    /// Whether all of `other` are in this set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// This set without `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The bits, in the order of the constants.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.0
    }
}
