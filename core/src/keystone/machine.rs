//! The state of a Keystone machine: memory, harts, and the security monitor's tables.

use alloc::rc::Rc;

use super::hart::Context;
use super::hart::{Hart, PmpIpi};
use super::host::Driver;
use super::keys::Identity;
use super::platform::Platform;
use super::pmp_regions::Regions;
use super::structs::CreateArgs;
use crate::arch::riscv::Pmp;
use crate::memory::{Few, Ram};
use crate::trace::Place;

/// How far the machine has booted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// After reset.
    Reset,
    /// The boot ROM has measured the firmware and made the keys.
    Measured,
    /// OpenSBI has set the PMP up for itself.
    Firmware,
    /// The security monitor guards, the operating system runs.
    Ready,
}

/// The state of an enclave in the monitor's table (keystone sm/src/enclave.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// 0: its memory is being wiped.
    Destroying,
    /// 1: it has a number, nothing else.
    Allocated,
    /// 2: measured, never run.
    Fresh,
    /// 3: out of it, to be resumed; also after exit.
    Stopped,
    /// 4: some hart is inside.
    Running,
}

impl State {
    /// The source's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Destroying => "DESTROYING",
            Self::Allocated => "ALLOCATED",
            Self::Fresh => "FRESH",
            Self::Stopped => "STOPPED",
            Self::Running => "RUNNING",
        }
    }
}

/// An enclave in the monitor's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enclave {
    /// Counts creations, so that an enclave can be told from another that had its number before.
    pub serial: u64,
    /// Its state.
    pub state: State,
    /// Whether it has called exit.
    pub exited: bool,
    /// What the host asked for.
    pub args: CreateArgs,
    /// Index of its private memory in the region table.
    pub epm: u8,
    /// Index of its shared buffer in the region table; `None` before it has one.
    pub utm: Option<u8>,
    /// Its measurement; zeros before it is measured.
    pub hash: [u8; 64],
    /// Harts inside.
    pub threads: u64,
    /// The context that is not in a hart: the enclave's own while it is out, the host's while it is in.
    pub context: Context,
}

/// A call that goes on when the other harts have answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The hart that waits.
    pub hart: u8,
    /// The enclave it is about.
    pub eid: u8,
    /// Whether the enclave is being created, else destroyed.
    pub creates: bool,
}

/// What the security monitor knows.
#[derive(Clone, Debug)]
pub struct Monitor {
    /// How far the machine has booted.
    pub stage: Stage,
    /// Keys and measurement, from the boot ROM; `None` before, and on boards without.
    pub identity: Option<Rc<Identity>>,
    /// The table of regions and the entries they use.
    pub regions: Regions,
    /// The table of enclaves, by identifier.
    pub enclaves: Few<u8, Enclave>,
    /// The call that waits for other harts.
    pub waiting: Option<Waiting>,
    /// Enclaves created so far.
    pub created: u64,
    /// The state of the random number generator.
    pub weyl: u64,
}

/// Enclaves the monitor has room for (ENCL_MAX).
pub const ENCLAVES: u8 = 16;

/// Harts that may be inside one enclave (MAX_ENCL_THREADS).
pub const THREADS: u64 = 1;

/// The whole machine. A clone is cheap.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The board.
    pub platform: Rc<Platform>,
    /// DRAM.
    pub ram: Ram,
    /// The harts by number.
    pub harts: Few<u8, Hart>,
    /// The security monitor.
    pub monitor: Monitor,
    /// The books of Linux’s driver.
    pub driver: Driver,
    /// The cycle counter (model: every operation takes as long).
    pub cycles: u64,
}

impl Machine {
    /// A machine after reset.
    #[must_use]
    pub fn new(platform: Platform) -> Self {
        let mut harts = Few::default();
        for n in 0..platform.harts.max(1) {
            harts.insert_mut(n, Hart::new(platform.implemented));
        }
        Self {
            ram: Ram::default(),
            harts,
            monitor: Monitor {
                stage: Stage::Reset,
                identity: None,
                regions: Regions::default(),
                enclaves: Few::default(),
                waiting: None,
                created: 0,
                weyl: 0,
            },
            driver: Driver::default(),
            cycles: 0,
            platform: Rc::new(platform),
        }
    }

    /// A hart by number.
    #[must_use]
    pub fn hart(&self, n: u8) -> Option<&Hart> {
        self.harts.get(&n)
    }

    /// The enclave of that identifier.
    #[must_use]
    pub fn enclave(&self, eid: u8) -> Option<&Enclave> {
        self.monitor.enclaves.get(&eid)
    }

    /// The PMP of a hart as it would be if the host ran there: what the switch to the host writes.
    #[must_use]
    pub fn host_pmp(&self, n: u8) -> Pmp {
        let mut machine = self.clone();
        if let Some(eid) = self.hart(n).and_then(|h| h.inside) {
            machine.leave_pmp(n, eid, &mut crate::trace::Sink::Nothing);
        }
        machine
            .hart(n)
            .map_or_else(|| Pmp::new(0, 0), |h| h.pmp.clone())
    }

    /// The PMP of a hart as it would be if that enclave ran there.
    #[must_use]
    pub fn enclave_pmp(&self, n: u8, eid: u8) -> Pmp {
        let mut machine = self.clone();
        let silent = &mut crate::trace::Sink::Nothing;
        match self.hart(n).and_then(|h| h.inside) {
            Some(inside) if inside == eid => {}
            inside => {
                if let Some(other) = inside {
                    machine.leave_pmp(n, other, silent);
                }
                machine.enter_pmp(n, eid, silent);
            }
        }
        machine
            .hart(n)
            .map_or_else(|| Pmp::new(0, 0), |h| h.pmp.clone())
    }

    /// The hart in which an enclave runs.
    #[must_use]
    pub fn hart_inside(&self, eid: u8) -> Option<u8> {
        let mut harts = self.harts.iter();
        harts.find(|(_, h)| h.inside == Some(eid)).map(|(n, _)| *n)
    }

    /// The interrupt a hart has not taken yet.
    #[must_use]
    pub fn pending_ipi(&self, n: u8) -> Option<PmpIpi> {
        self.hart(n).and_then(|h| h.ipi)
    }

    /// The place of a control register of a hart.
    #[must_use]
    pub const fn csr_place(hart: u8, number: u16) -> Place {
        Place::new("csr", (hart as u64) << 16 | number as u64, 1)
    }

    /// The place of a general register of a hart.
    #[must_use]
    pub const fn x_place(hart: u8, number: u8) -> Place {
        Place::new("x", (hart as u64) << 8 | number as u64, 1)
    }

    /// The place of an enclave in the monitor's table.
    #[must_use]
    pub const fn enclave_place(eid: u8) -> Place {
        Place::new("enclave", eid as u64, 1)
    }

    /// The place of a region in the monitor's table.
    #[must_use]
    pub const fn region_place(index: u8) -> Place {
        Place::new("region", index as u64, 1)
    }

    /// The place of an enclave in the driver's books, by the driver's number.
    #[must_use]
    pub const fn driver_place(ueid: u64) -> Place {
        Place::new("driver", ueid, 1)
    }

    /// The place where an enclave's measurement grows: by its creation, since identifiers come again.
    #[must_use]
    pub const fn hash_place(serial: u64) -> Place {
        Place::new("hash", serial * 64, 64)
    }
}
