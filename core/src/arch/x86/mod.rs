//! x86-64: faults, canonical addresses, the size of an XSAVE area, page tables.

mod paging;
mod xsave;
mod xsave_area;
mod xstate;

pub use paging::{PageTables, Pte};
pub use xsave::{XFRM_SUPPORTED, is_legal as is_legal_xfrm, xsave_size};
pub use xsave_area::XsaveArea;
pub use xstate::XState;

use crate::trace::Fault;

/// `#GP(0)`: general protection.
#[must_use]
pub const fn gp0() -> Fault {
    Fault {
        name: "#GP",
        code: Some(0),
        address: None,
    }
}

/// `#UD`: invalid opcode.
#[must_use]
pub const fn ud() -> Fault {
    Fault {
        name: "#UD",
        code: None,
        address: None,
    }
}

/// `#PF` with its linear address.
#[must_use]
pub const fn pf(address: u64) -> Fault {
    Fault {
        name: "#PF",
        code: None,
        address: Some(address),
    }
}

/// How an access to an address that nothing maps ends: `#GP(0)` where it is not canonical, else `#PF`.
#[must_use]
pub const fn no_access(address: u64) -> Fault {
    match is_canonical(address) {
        true => pf(address),
        false => gp0(),
    }
}

/// Whether bits 63 to 47 of a linear address are equal.
#[must_use]
pub const fn is_canonical(address: u64) -> bool {
    let top = address >> 47;
    top == 0 || top == 0x1_ffff
}
