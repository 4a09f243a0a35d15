//! The Linux driver's books: software, which the monitor neither reads nor trusts.

use alloc::rc::Rc;

use super::files::EnclaveFiles;
use super::memory::{Allocation, BUDDY, CMA, lowest_free};
use crate::keystone::machine::{Machine, Stage};
use crate::keystone::status::NOTHING;
use crate::memory::Few;
use crate::rules;
use crate::trace::{Recorder, Status, Stop};

const IOCTL: &str = "keystone linux-keystone-driver/keystone-ioctl.c";

rules! {
    FROM_HOST = "DRIVER.from-host": "Linux runs on the hart, so that a process can call its driver", IOCTL;
    KNOWN = "DRIVER.known": "The driver has an enclave of that number", "keystone linux-keystone-driver/keystone-ioctl.c, get_enclave_by_id";
    NOT_FREED = "DRIVER.not-freed": "The driver has not freed what it keeps of that enclave", "model: after a failed finalize the number still leads to freed memory, and what follows is undefined";
    CREATED = "DRIVER.created": "The security monitor has created the enclave", IOCTL;
}

/// EINVAL: the driver refuses.
pub const EINVAL: Status = Status {
    code: 22,
    name: "EINVAL",
};

/// ENOMEM: Linux has no such memory.
pub const ENOMEM: Status = Status {
    code: 12,
    name: "ENOMEM",
};

/// The first number that the driver gives an enclave; not the monitor's identifier.
pub const FIRST: u64 = 0x1000;

/// An enclave in the driver's books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle {
    /// Where its private memory starts.
    pub epm: u64,
    /// How much that is, and from which allocator.
    pub allocation: Allocation,
    /// Where its shared buffer starts and how many pages it has, once it has one.
    pub utm: Option<(u64, u64)>,
    /// The monitor's identifier, once there is one.
    pub eid: Option<u8>,
    /// Whether the driver has freed all this although the number still leads here.
    pub freed: bool,
}

/// The driver's books, and the files that the process has opened. A clone is cheap.
#[derive(Clone, Debug, Default)]
pub struct Driver {
    /// Enclaves by the driver's number.
    pub enclaves: Few<u64, Handle>,
    /// The files of the process that makes enclaves; `None` if it has none.
    pub files: Option<Rc<EnclaveFiles>>,
}

impl Driver {
    /// Everything the driver has taken, as start and size in bytes.
    pub(super) fn taken(&self) -> alloc::vec::Vec<(u64, u64)> {
        let live = self.enclaves.iter().filter(|(_, h)| !h.freed);
        let all = live.flat_map(|(_, h)| {
            let utm = h.utm.map(|(at, pages)| (at, pages * 4096));
            [Some((h.epm, h.allocation.bytes())), utm]
        });
        all.flatten().collect()
    }

    /// The lowest number that is free.
    pub(super) fn free_number(&self) -> u64 {
        let mut number = FIRST;
        while self.enclaves.contains_key(&number) {
            number += 1;
        }
        number
    }
}

impl Machine {
    /// What must hold before a process on a hart can call the driver.
    pub(super) fn can_ioctl<R: Recorder>(&self, hart: u8, recorder: &mut R) -> Result<(), Stop> {
        recorder.require(
            &crate::keystone::boot::BOOTED,
            self.monitor.stage == Stage::Ready,
            NOTHING,
        )?;
        self.can_call(hart, recorder)?;
        let host = self.hart(hart).is_some_and(|h| h.inside.is_none());
        recorder.require(&FROM_HOST, host, NOTHING)
    }

    /// The driver's entry of an enclave.
    pub(super) fn handle<R: Recorder>(&self, ueid: u64, recorder: &mut R) -> Result<Handle, Stop> {
        let found = self.driver.enclaves.get(&ueid).copied();
        recorder.require(&KNOWN, found.is_some(), EINVAL)?;
        let handle = found.ok_or(EINVAL)?;
        recorder.require(&NOT_FREED, !handle.freed, EINVAL)?;
        Ok(handle)
    }

    /// The monitor's identifier of an enclave, which the driver wants before it asks for anything.
    pub(super) fn eid_of<R: Recorder>(&self, ueid: u64, recorder: &mut R) -> Result<u8, Stop> {
        let eid = self.handle(ueid, recorder)?.eid;
        recorder.require(&CREATED, eid.is_some(), EINVAL)?;
        eid.ok_or_else(|| EINVAL.into())
    }

    /// Where so many pages are free for the driver, as whole blocks of the buddy allocator or from CMA.
    pub(super) fn find_memory(&self, allocation: Allocation) -> Option<u64> {
        let end = self.platform.dram_end();
        let (range, align) = match allocation.cma {
            true => (CMA, 4096),
            false => (BUDDY, allocation.bytes()),
        };
        let range = range.0..range.1.min(end);
        lowest_free(&self.driver.taken(), allocation.bytes(), align, range)
    }
}
