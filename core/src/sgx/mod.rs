//! Intel SGX: enclaves in pages of protected memory, measured page by page.
//!
//! | leaf | file |
//! |---|---|
//! | ECREATE, EADD, EEXTEND, EINIT, EREMOVE, EPA, EDBGRD, EDBGWR | [`encls`], one file each |
//! | EENTER, EEXIT, ERESUME, EDECCSSA, EREPORT, EGETKEY | [`enclu`], one file each |
//!
//! Documents: Intel SDM volume 3D (SGX), volume 4 (model-specific registers).

mod about;
pub mod access;
mod aex;
pub mod apply;
pub mod assume;
mod build;
pub mod code;
mod content;
mod demo_signer;
mod diff;
pub mod dram;
pub mod driver;
pub mod encls;
pub mod enclu;
pub mod error_numbers;
pub mod events;
mod examples;
pub mod gaps;
pub mod gramine;
pub mod image;
mod inspect;
mod inspect_program;
mod keys;
mod machine;
mod measure;
mod mend;
pub mod oe;
mod op;
mod op_forms;
mod op_print;
mod op_text;
pub mod os;
mod platform;
pub mod processor;
mod profile;
mod recognise;
mod report;
mod run;
mod scenarios;
pub mod sdk;
mod seen;
pub mod sgxs;
mod signature;
pub mod signers;
pub mod sigstruct;
mod snippets;
pub mod status;
pub mod structs;
mod tells;
mod use_tells;
mod use_text;
mod view;
mod what_if;
mod what_if_running;
mod words;
pub mod work;

pub use build::{Build, Creation, Measuring, Stopped};
pub use content::Content;
pub use diff::{diff, diff_with};
pub use examples::{examples, pairs};
pub use inspect::{inspect, inspect_as};
pub use keys::{
    Derivation, OWNER_EPOCH, REPORT_KEYID, report_key, requested_key, token_key, token_mac,
};
pub use machine::{
    DIRECT_MAP, Driver, EpcPage, EpcSlot, EpcmEntry, FEATURE_CONTROL_ON, Handle, INTEL_LAUNCH_HASH,
    Machine, PageBook, SecsState, Target,
};
pub use measure::{eadd_record, ecreate_record, eextend_record};
pub use op::{
    Call, Data, Eadd, Ecreate, Einit, Enclu, Made, Mmap, Op, Schedule, Set, SigSource, Touch, Which,
};
pub use platform::{MemoryEngine, Platform};
pub use profile::profile;
pub use recognise::recognise;
pub use report::{Report, Told};
pub use scenarios::{attacking, building, common, files, refusing, running, tee, workshop};
pub use signature::{Author, Proof, demo, proof};

/// Every rule of this machine.
#[must_use]
pub fn rules() -> alloc::vec::Vec<&'static crate::trace::Rule> {
    let mut all = encls::RULES.to_vec();
    for leaf in encls::LEAVES.iter().filter(|l| l.modelled) {
        all.extend(encls::rules_of(leaf.number));
    }
    all.extend(enclu::RULES);
    for leaf in enclu::LEAVES.iter().filter(|l| l.modelled) {
        all.extend(enclu::rules_of(leaf.number));
    }
    all.extend(code::RULES);
    all.extend(assume::RULES);
    all.extend(driver::RULES);
    all.extend(os::RULES);
    all.extend(access::RULES);
    all.extend(work::RULES);
    all.extend(dram::RULES);
    all
}
