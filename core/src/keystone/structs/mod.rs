//! The structures of Keystone, each declared once, under the names of its source.
//!
//! All numbers are little-endian. The source is keystone-enclave/keystone, commit 88c49ee.

mod boot_block;
mod create_args;
mod report;
mod sealing_key;

pub use boot_block::BootBlock;
pub use create_args::CreateArgs;
pub use report::{EnclaveReport, Report, SmReport};
pub use sealing_key::SealingKey;
