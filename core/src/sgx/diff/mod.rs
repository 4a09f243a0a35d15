//! Why do two enclaves measure differently? Both are built side by side until their measurements part,
//! then laid against one another page by page.
//!
//! | what | file |
//! |---|---|
//! | what a side is | `given.rs` |
//! | the comparison in slices | `job.rs` |
//! | where the measurements part | `lockstep.rs`, `first.rs` |
//! | which page stands for which | `shape.rs`, `align.rs` |
//! | in what they differ | `pages.rs`, `sigs.rs`, `metadata.rs` |
//! | why | `cause.rs`, `causes.rs`, `guess.rs`, `unseen.rs`, `said.rs` |
//! | against an expected MRENCLAVE alone | `tries.rs`, `walk.rs`, `trial.rs` |
//! | in words, panels and JSON | `tell.rs`, `panels.rs`, `json.rs` |

mod align;
mod cause;
mod causes;
mod first;
mod given;
mod guess;
mod job;
mod json;
mod lockstep;
mod metadata;
mod pages;
mod panels;
mod said;
mod shape;
mod sigs;
mod spot;
mod tell;
mod trial;
mod tries;
mod unseen;
mod walk;

use alloc::boxed::Box;

use crate::text::Text;
use crate::trace::Input;
use crate::view::Differ;

/// Compares two of: an enclave in a file, a SIGSTRUCT, a MRENCLAVE as 64 hex digits.
///
/// # Errors
/// One of them is none of these, or malformed; a sentence says which and why.
pub fn diff(a: &Input, b: &Input) -> Result<Box<dyn Differ>, Text> {
    diff_with(a, b, [None, None])
}

/// Like [`diff`], with the libpal of each side that is a manifest of Gramine.
///
/// # Errors
/// See [`diff`].
pub fn diff_with(
    a: &Input,
    b: &Input,
    libpals: [Option<&Input>; 2],
) -> Result<Box<dyn Differ>, Text> {
    let a = given::Given::with(a, libpals[0])?;
    let b = given::Given::with(b, libpals[1])?;
    Ok(Box::new(job::Job::new(a, b)))
}
