//! The monitor's SBI extension, 0x08424b45: one function is one file, and the order in which an id is judged.

pub mod attest_enclave;
pub mod call_plugin;
pub mod create_enclave;
pub mod destroy_enclave;
pub mod exit_enclave;
pub mod get_sealing_key;
pub mod random;
pub mod resume_enclave;
pub mod run_enclave;
pub mod stop_enclave;

use super::hart::HOST_PC;
use super::machine::Machine;
use super::os::fetch_fault;
use super::status;
use crate::arch::riscv::Privilege;
use crate::memory::Physical;
use crate::rules;
use crate::trace::{Recorder, Rule, Stop};
use crate::view::Access;

const SBI: &str = "keystone sm/src/sm-sbi-opensbi.c, sbi_ecall_keystone_enclave_handler";

rules! {
    NOT_DEPRECATED = "SBI.not-deprecated": "The function's id is above 1999: those below belong to an old interface", SBI;
    FROM_HOST = "SBI.from-host": "Functions up to 2999 are called by the host, not by an enclave", SBI;
    FROM_ENCLAVE = "SBI.from-enclave": "Functions from 3000 to 3999 are called by an enclave, not by the host", SBI;
    KNOWN = "SBI.known": "The monitor has a function of that id", SBI;
    RETURNS = "SBI.caller-lives": "The caller's next instruction can be fetched under the PMP as the call leaves it", "RISC-V Privileged Architecture, PMP: fetches are checked too";
}

/// The extension's id, in a7.
pub const EXTENSION: u64 = 0x0842_4b45;

/// A function: its id in a6 and its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Function {
    /// The id.
    pub id: u64,
    /// The source's name.
    pub name: &'static str,
}

/// Every function.
pub const FUNCTIONS: &[Function] = &[
    Function {
        id: CREATE,
        name: "create_enclave",
    },
    Function {
        id: DESTROY,
        name: "destroy_enclave",
    },
    Function {
        id: RUN,
        name: "run_enclave",
    },
    Function {
        id: RESUME,
        name: "resume_enclave",
    },
    Function {
        id: RANDOM,
        name: "random",
    },
    Function {
        id: ATTEST,
        name: "attest_enclave",
    },
    Function {
        id: SEALING_KEY,
        name: "get_sealing_key",
    },
    Function {
        id: STOP,
        name: "stop_enclave",
    },
    Function {
        id: EXIT,
        name: "exit_enclave",
    },
    Function {
        id: PLUGIN,
        name: "call_plugin",
    },
];

/// create_enclave.
pub const CREATE: u64 = 2001;
/// destroy_enclave.
pub const DESTROY: u64 = 2002;
/// run_enclave.
pub const RUN: u64 = 2003;
/// resume_enclave.
pub const RESUME: u64 = 2005;
/// random.
pub const RANDOM: u64 = 3001;
/// attest_enclave.
pub const ATTEST: u64 = 3002;
/// get_sealing_key.
pub const SEALING_KEY: u64 = 3003;
/// stop_enclave.
pub const STOP: u64 = 3004;
/// exit_enclave.
pub const EXIT: u64 = 3006;
/// call_plugin.
pub const PLUGIN: u64 = 4000;

/// The name of a function; `None` if the monitor has none of that id.
#[must_use]
pub fn name(id: u64) -> Option<&'static str> {
    FUNCTIONS.iter().find(|f| f.id == id).map(|f| f.name)
}

/// The rules of a function, in the order in which they are checked.
#[must_use]
pub fn rules_of(id: u64) -> &'static [&'static Rule] {
    match id {
        CREATE => create_enclave::RULES,
        DESTROY => destroy_enclave::RULES,
        RUN => run_enclave::RULES,
        RESUME => resume_enclave::RULES,
        ATTEST => attest_enclave::RULES,
        SEALING_KEY => get_sealing_key::RULES,
        STOP => stop_enclave::RULES,
        EXIT => exit_enclave::RULES,
        PLUGIN => call_plugin::RULES,
        _ => &[],
    }
}

/// Where a call that did not fail leaves the hart.
pub(super) enum After {
    /// In its caller, with this value in a1.
    Returned(u64),
    /// In another context, which has its own a0 and a1.
    Switched,
    /// In the monitor, until the other harts have answered.
    Waits,
}

impl Machine {
    /// ECALL with the extension's id in a7: whatever runs on the hart calls function `id`.
    pub(super) fn ecall<R: Recorder>(
        &mut self,
        hart: u8,
        id: u64,
        args: [u64; 3],
        recorder: &mut R,
    ) -> Result<(), Stop> {
        self.can_ecall(hart, recorder)?;
        if self.hart(hart).is_some_and(|h| h.inside.is_none()) {
            // By the time Linux calls again it has handled its tick.
            self.pend_timer(hart, false, recorder);
        }
        if let Some(h) = self.harts.get_mut(&hart) {
            for (n, value) in args.into_iter().enumerate() {
                h.context.set_a(n, value);
            }
            h.context.set_a(6, id);
            h.context.set_a(7, EXTENSION);
        }
        match self.dispatch(hart, id, args, recorder) {
            Ok(After::Returned(value)) => self.answer(hart, 0, value, recorder),
            Ok(After::Switched) => {}
            Ok(After::Waits) => return Ok(()),
            Err(Stop::Refused(status)) => {
                self.answer(hart, status.code, 0, recorder);
                return Err(status.into());
            }
            Err(stop @ Stop::Faulted(_)) => {
                // A trap inside the monitor: OpenSBI prints it and the hart never goes on.
                self.strand(hart);
                return Err(stop);
            }
        }
        self.still_runs(hart, recorder)
    }

    fn dispatch<R: Recorder>(
        &mut self,
        hart: u8,
        id: u64,
        args: [u64; 3],
        recorder: &mut R,
    ) -> Result<After, Stop> {
        let inside = self.hart(hart).and_then(|h| h.inside);
        recorder.require(&NOT_DEPRECATED, id > 1999, status::DEPRECATED)?;
        if id <= 2999 {
            recorder.require(&FROM_HOST, inside.is_none(), status::SBI_PROHIBITED)?;
        } else if id <= 3999 {
            recorder.require(&FROM_ENCLAVE, inside.is_some(), status::SBI_PROHIBITED)?;
        }
        recorder.require(&KNOWN, name(id).is_some(), status::NOT_IMPLEMENTED)?;
        let eid = inside.unwrap_or(0);
        let [a0, a1, a2] = args;
        match id {
            CREATE => create_enclave::create_enclave(self, hart, a0, recorder),
            DESTROY => destroy_enclave::destroy_enclave(self, hart, a0, recorder),
            RUN => run_enclave::run_enclave(self, hart, a0, recorder),
            RESUME => resume_enclave::resume_enclave(self, hart, a0, recorder),
            RANDOM => Ok(After::Returned(random::random(self, recorder))),
            ATTEST => attest_enclave::attest_enclave(self, (hart, eid), args, recorder),
            SEALING_KEY => get_sealing_key::get_sealing_key(self, (hart, eid), args, recorder),
            STOP => stop_enclave::stop_enclave(self, (hart, eid), a0, recorder),
            EXIT => exit_enclave::exit_enclave(self, (hart, eid), a0, recorder),
            _ => call_plugin::call_plugin(self, eid, (a0, a1, a2), recorder),
        }
    }

    /// What must hold before a hart can call the monitor; told only where it does not.
    pub(super) fn can_ecall<R: Recorder>(&self, hart: u8, recorder: &mut R) -> Result<(), Stop> {
        if self.monitor.stage != super::machine::Stage::Ready {
            recorder.require(&super::boot::BOOTED, false, status::NOTHING)?;
        }
        self.can_call(hart, recorder)
    }

    /// Whether what runs on the hart can go on: its next instruction is fetched under the PMP as it is
    /// now. If even the handler of that fault cannot be fetched, the hart is stuck.
    pub(super) fn still_runs<R: Recorder>(
        &mut self,
        hart: u8,
        recorder: &mut R,
    ) -> Result<(), Stop> {
        let Some(h) = self.hart(hart).filter(|h| h.inside.is_none()) else {
            return Ok(());
        };
        let fetch = h
            .pmp
            .check(Privilege::Supervisor, Access::Fetch, HOST_PC, 4);
        if fetch.allowed {
            return Ok(());
        }
        self.strand(hart);
        recorder.require(&RETURNS, false, fetch_fault(HOST_PC))
    }

    /// Nothing ever runs on this hart again.
    pub(super) fn strand(&mut self, hart: u8) {
        if let Some(h) = self.harts.get_mut(&hart) {
            h.stuck = true;
        }
    }

    /// The enclave an argument names, if there is one. The monitor takes 32 bits of it.
    pub(super) fn named(&self, argument: u64) -> Option<u8> {
        let eid = u8::try_from(argument as u32).ok()?;
        self.enclave(eid).map(|_| eid)
    }

    /// Copies bytes in as the monitor does, with the caller's rights (mstatus.MPRV); `None` if any of
    /// them may not be read.
    pub(super) fn copy_in(&self, hart: u8, at: u64, len: usize) -> Option<alloc::vec::Vec<u8>> {
        self.may(hart, Access::Read, at, len as u64)
            .then(|| self.ram.bytes(Physical(at), len))
    }

    /// Copies bytes out as the monitor does, with the caller's rights; says whether it could.
    pub(super) fn copy_out<R: Recorder>(
        &mut self,
        hart: u8,
        at: u64,
        bytes: &[u8],
        recorder: &mut R,
    ) -> bool {
        let may = self.may(hart, Access::Write, at, bytes.len() as u64);
        if may {
            self.put(at, bytes, recorder);
        }
        may
    }

    /// Whether what runs on the hart may touch these bytes.
    fn may(&self, hart: u8, access: Access, at: u64, len: u64) -> bool {
        self.judge(hart, access, at, len).is_ok()
    }
}
