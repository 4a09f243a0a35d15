//! The host's side of an enclave: the SDK, which lays three files into memory, and the Linux driver.
//!
//! | call | ioctl 0xa4 | file |
//! |---|---:|---|
//! | create | 0 | `create_enclave.rs` |
//! | destroy | 1 | `destroy_enclave.rs` |
//! | run | 4 | `run_enclave.rs` |
//! | resume | 5 | `resume_enclave.rs` |
//! | finalize | 6 | `finalize.rs` |
//! | utm-init | 7 | `utm_init.rs` |
//! | the SDK copies a page | | `copy_page.rs` |
//! | create, as it measured until 2023 | | `measure_classic.rs` |

mod call;
pub mod copy_page;
pub mod create_enclave;
pub mod destroy_enclave;
pub mod driver;
mod facts;
mod files;
pub mod finalize;
pub mod measure_classic;
mod memory;
mod report;
pub mod resume_enclave;
pub mod run_enclave;
pub mod utm_init;
mod words;

pub use call::{Call, IOCTLS, MAGIC};
pub(super) use call::{arguments, parse};
pub use driver::{Driver, EINVAL, ENOMEM, FIRST, Handle};
pub use facts::{demo, facts, snippet};
pub use files::{EnclaveFiles, Part};
pub use memory::{Allocation, BUDDY_MOST, buddy_pages, epm_allocation, utm_pages};
pub use report::measure;
pub(super) use words::forms;

/// The rules of the host's side.
#[must_use]
pub fn rules() -> alloc::vec::Vec<&'static crate::trace::Rule> {
    [
        driver::RULES,
        create_enclave::RULES,
        utm_init::RULES,
        copy_page::RULES,
        destroy_enclave::RULES,
    ]
    .concat()
}
