//! What the enclave's own code does, step by step, and what the host's library does with its calls.

use alloc::rc::Rc;

use crate::arch::riscv::Privilege;
use crate::view::Access;

/// One step of the enclave's side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// The loader builds the page tables and switches them on.
    Loader,
    /// Eyrie sets itself up and starts the application.
    Eyrie,
    /// The application calls the runtime.
    Syscall {
        /// The call's number, in a7.
        number: u64,
        /// a0 to a4.
        args: [u64; 5],
    },
    /// After a resume: the runtime takes the result of its call to the host.
    GoOn,
    /// The host's library serves the call in the shared buffer.
    Dispatch {
        /// Which enclave's buffer.
        eid: u8,
        /// What the host's function gives back.
        reply: Rc<[u8]>,
    },
    /// Code inside touches a virtual address.
    Touch(Touch),
}

/// One access at a virtual address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// The address.
    pub va: u64,
    /// What it does.
    pub access: Access,
    /// Who does it: the runtime (supervisor) or the application (user).
    pub mode: Privilege,
}
