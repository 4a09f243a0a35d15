//! What is not modelled: so far, all of it.

use alloc::vec;
use alloc::vec::Vec;

use crate::text;
use crate::text::Text;

/// What is left out, with the reason, as sentences.
#[must_use]
pub(super) fn gaps() -> Vec<Text> {
    vec![text!(
        "gap.trustzone",
        "Nothing of this machine is carried out yet: neither worlds, nor the monitor’s switch, nor a trusted operating system. What stands in its column is told, not run."
    )]
}
