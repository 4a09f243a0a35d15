//! What is not modelled, with the reason; shown to the reader.

use alloc::vec;
use alloc::vec::Vec;

use crate::text;
use crate::text::Text;

/// What is left out or only a model, each as a sentence.
#[must_use]
pub(super) fn gaps() -> Vec<Text> {
    vec![
        text!(
            "gap.pmp-warl",
            "Model: where the manual leaves open what a register takes, W without R loses its W, and NA4 below the grain becomes NAPOT."
        ),
        text!(
            "gap.pmp-rv32",
            "The hart is RV64. Configuration registers of RV32 are read from a dump, four entries each, and shown as RV64’s."
        ),
        text!(
            "gap.pmp-cache",
            "PMP takes effect at once: what a hart caches until SFENCE.VMA is not modelled."
        ),
        text!(
            "gap.iopmp",
            "There is no IOPMP: devices reach all memory, as on the boards that Keystone runs on."
        ),
    ]
}
