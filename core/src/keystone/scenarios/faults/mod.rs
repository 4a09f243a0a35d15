//! The faults of the upstream monitor, each a scenario that can be run with the fault and without.

mod entries_left;
mod last_entry;
mod resume_after_exit;
mod sealing_anywhere;
mod shared_buffer;
mod sm_key;
mod sstc_timer;
mod stale_report;

pub(super) use entries_left::ENTRIES_LEFT;
pub(super) use last_entry::LAST_ENTRY;
pub(super) use resume_after_exit::RESUME_AFTER_EXIT;
pub(super) use sealing_anywhere::SEALING_ANYWHERE;
pub(super) use shared_buffer::SHARED_BUFFER;
pub(super) use sm_key::SM_KEY;
pub(super) use sstc_timer::SSTC_TIMER;
pub(super) use stale_report::STALE_REPORT;

use super::{Built, Turned, common};
