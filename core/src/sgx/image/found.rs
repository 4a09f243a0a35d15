//! How a layout was found that a file does not name.

use alloc::string::String;

use crate::text::Text;

/// Which layout an image has, where its file does not say so itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which releases lay it out so, which is not translated: `Open Enclave 0.17 to 0.19`.
    pub releases: String,
    /// What it measures, where that is what was signed and so proves the layout; `None`: it is an assumption.
    pub measured: Option<[u8; 32]>,
    /// Both in a sentence.
    pub says: Text,
}
