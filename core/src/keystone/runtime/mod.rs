//! The enclave's side: the loader that builds its page tables, Eyrie that serves the application, and
//! calls to the host through the shared buffer.
//!
//! | part | file |
//! |---|---|
//! | loader, start of Eyrie | `loader.rs`, `eyrie_boot.rs` |
//! | system calls 1001 to 1004 and 1101 | `syscall.rs`, `ocall.rs`, `shared_copy.rs`, `attest.rs`, `sealing_key.rs` |
//! | the host's answer | `edge_dispatch.rs` |
//! | page tables, program files, free list, copying | `tables.rs`, `load_elf.rs`, `free_list.rs`, `user.rs` |
//!
//! Documents: runtime/ and sdk/ of keystone-enclave/keystone, 64-bit.

mod attest;
pub mod edge_dispatch;
pub mod eyrie_boot;
mod free_list;
mod load_elf;
pub mod loader;
pub mod ocall;
mod op;
mod op_text;
pub mod sealing_key;
pub mod shared_copy;
pub mod structs;
pub mod syscall;
mod tables;
mod tells;
mod touch;
mod user;
mod view;
mod what_if;

pub use op::{Call, Touch};
pub(super) use op_text::{forms, is_name, name, names, parse, print};
pub(super) use tells::{brief, says, tells};
pub(super) use view::panels;
pub(super) use what_if::what_ifs;

use super::machine::{Enclave, Machine};
use super::status::NOTHING;
use crate::rules;
use crate::trace::{Recorder, Rule, Status, Stop};
use structs::Variables;

rules! {
    INSIDE = "RUNTIME.inside": "An enclave runs on the hart", "model: these are steps of code inside an enclave";
}

/// Where the runtime's file is mapped (runtime/include/mm/vm_defs.h).
pub const RUNTIME_VA: u64 = 0xffff_ffff_c000_0000;
/// Where all of the private memory is mapped.
pub const LOAD_VA: u64 = 0xffff_ffff_0000_0000;
/// Where the shared buffer is mapped.
pub const UNTRUSTED_VA: u64 = 0xffff_ffff_8000_0000;
/// One past the top of the application's stack.
pub const STACK_VA: u64 = 0x4000_0000;
/// Bytes of the application's stack.
pub const STACK_SIZE: u64 = 0x2_0000;
/// Where the application's file is mapped if it is no ELF file (model: page n of the file is page n of its
/// addresses).
pub const USER_VA: u64 = 0x1_0000;

/// What the loader and the runtime return where they fail.
pub const MINUS_ONE: Status = Status {
    code: u64::MAX,
    name: "-1",
};

/// What a call to the host returns to the application where it fails.
pub const OCALL_ERROR: Status = Status {
    code: 1,
    name: "ocall_error",
};

/// Every rule of the enclave's side.
#[must_use]
pub fn rules() -> alloc::vec::Vec<&'static Rule> {
    let mut all = RULES.to_vec();
    for of in [
        loader::RULES,
        eyrie_boot::RULES,
        syscall::RULES,
        ocall::RULES,
        shared_copy::RULES,
        sealing_key::RULES,
        edge_dispatch::RULES,
    ] {
        all.extend(of);
    }
    all
}

/// The rules that a step checks, in their order.
pub(super) fn rules_of(call: &Call) -> &'static [&'static Rule] {
    match call {
        Call::Loader => loader::RULES,
        Call::Eyrie => eyrie_boot::RULES,
        Call::Syscall { .. } => syscall::RULES,
        Call::GoOn => ocall::RULES,
        Call::Dispatch { .. } => edge_dispatch::RULES,
        Call::Touch(_) => crate::arch::riscv::sv39::RULES,
    }
}

impl Machine {
    /// Carries out a step of the enclave's own code, or the host's answer to it.
    pub(super) fn runtime<R: Recorder>(
        &mut self,
        hart: u8,
        call: &Call,
        recorder: &mut R,
    ) -> Result<(), Stop> {
        self.can_call(hart, recorder)?;
        if let Call::Dispatch { eid, reply } = call {
            return edge_dispatch::dispatch(self, hart, (*eid, reply), recorder);
        }
        let inside = self.hart(hart).and_then(|h| h.inside);
        recorder.require(&INSIDE, inside.is_some(), NOTHING)?;
        let eid = inside.unwrap_or(0);
        let Some(own) = self.enclave(eid).map(|e| Own::new(hart, e)) else {
            return Err(NOTHING.into());
        };
        match call {
            Call::Loader => loader::load_runtime(self, own, recorder),
            Call::Eyrie => eyrie_boot::eyrie_boot(self, own, recorder),
            Call::Syscall { number, args } => {
                syscall::handle_syscall(self, own, *number, *args, recorder)
            }
            Call::GoOn => ocall::go_on(self, own, recorder),
            Call::Touch(touch) => touch::touch(self, own, *touch, recorder),
            Call::Dispatch { .. } => Ok(()),
        }
    }
}

/// The enclave whose code runs, and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Own {
    pub(super) hart: u8,
    /// Private memory: address and size.
    pub(super) epm: (u64, u64),
    /// Shared buffer: address and size.
    pub(super) utm: (u64, u64),
    pub(super) runtime: u64,
    pub(super) user: u64,
    pub(super) free: u64,
}

impl Own {
    pub(super) fn new(hart: u8, e: &Enclave) -> Self {
        let a = &e.args;
        Self {
            hart,
            epm: (a.epm_paddr, a.epm_size),
            utm: (a.utm_paddr, a.utm_size),
            runtime: a.runtime_paddr,
            user: a.user_paddr,
            free: a.free_paddr,
        }
    }

    /// First byte after the private memory.
    fn epm_end(&self) -> u64 {
        self.epm.0.saturating_add(self.epm.1)
    }

    /// Where the runtime's variables lie: at the end of its file.
    pub(super) fn variables(&self) -> u64 {
        self.user.saturating_sub(128)
    }

    /// A physical address of the private memory as the runtime sees it.
    fn va(&self, physical: u64) -> u64 {
        physical.wrapping_sub(self.epm.0).wrapping_add(LOAD_VA)
    }

    /// The physical address behind one of the runtime's.
    fn pa(&self, va: u64) -> u64 {
        va.wrapping_sub(LOAD_VA).wrapping_add(self.epm.0)
    }
}

impl Machine {
    /// Whether Eyrie has started the application: its own trap handler is in place.
    pub(super) fn eyrie_runs(&self, own: &Own) -> bool {
        let context = self.hart(own.hart).map(|h| h.context);
        context.is_some_and(|c| c.csr(loader::STVEC) == eyrie_boot::HANDLER)
    }

    /// The runtime's variables.
    pub(super) fn variables(&self, own: &Own) -> Variables {
        let mut bytes = [0; Variables::SIZE];
        let at = crate::memory::Physical(own.variables());
        self.ram.read(at, &mut bytes);
        Variables::from_bytes(&bytes)
    }

    fn set_variables<R: Recorder>(&mut self, own: &Own, now: &Variables, recorder: &mut R) {
        self.put(own.variables(), &now.encode(), recorder);
    }
}
