//! Keystone: enclaves in ordinary RISC-V memory, carved out by physical memory protection.
//!
//! | part | where |
//! |---|---|
//! | the monitor's calls | [`sbi`], one file each |
//! | PMP regions, register writes, the switch | `pmp_regions.rs`, `pmp_write.rs`, `switch.rs` |
//! | boot, interrupts, everything around | `boot.rs`, `interrupt.rs`, `os.rs` |
//! | loader, runtime, calls to the host | [`runtime`] |
//! | what the host does before it calls | [`host`] |
//! | the PMP inspector, a machine of its own | [`inspector`] |
//! | the host: the SDK and the Linux driver | [`host`] |
//! | structures | [`structs`] |
//! | keys, measurement, reports, sealing | [`keys`], [`measure`], [`report`], [`sealing`] |
//!
//! Documents: the sources of keystone-enclave/keystone at 88c49ee (2025-03), where not said otherwise.

mod about;
pub mod access;
pub mod apply;
pub mod boot;
mod faults;
mod gaps;
mod hart;
pub mod host;
mod image;
mod inspect;
pub mod inspector;
pub mod interrupt;
pub mod keys;
mod machine;
pub mod measure;
mod op;
mod op_forms;
mod op_print;
mod op_text;
pub mod os;
mod places;
mod platform;
pub mod pmp_regions;
mod pmp_write;
mod profile;
mod recognise;
pub mod report;
mod run;
pub mod runtime;
pub mod sbi;
mod scenarios;
pub mod sealing;
mod snippets;
pub mod status;
pub mod structs;
mod switch;
mod tells;
mod view;
mod what_if;
mod words;

pub use faults::Faults;
pub use hart::{Context, ENCLAVE_VECTOR, HOST_MIDELEG, HOST_PC, HOST_VECTOR, Hart, PmpIpi};
pub use image::Image;
pub use inspect::inspect;
pub use machine::{ENCLAVES, Enclave, Machine, Monitor, Stage, State, THREADS, Waiting};
pub use op::{LOAD_MOST, Op, PAGES_MOST};
pub use platform::{Firmware, Kind, Platform, REFERENCE_HASH};
pub use pmp_regions::{Form, Priority, REGIONS, Region, Regions, is_napot};
pub use pmp_write::{ALL_PERM, NO_PERM, OS_REGION, SM_REGION};
pub use profile::profile;
pub use recognise::recognise;
pub use scenarios::{common, inspector, monitor, reports, tee};

/// Every rule of this machine.
#[must_use]
pub fn rules() -> alloc::vec::Vec<&'static crate::trace::Rule> {
    let mut all = boot::RULES.to_vec();
    all.extend(interrupt::RULES);
    all.extend(sbi::RULES);
    for function in sbi::FUNCTIONS {
        all.extend(sbi::rules_of(function.id));
    }
    all.extend(pmp_regions::RULES);
    all.extend(os::RULES);
    all.extend(host::rules());
    all.extend(access::RULES);
    all
}
