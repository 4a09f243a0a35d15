//! SGXS streams: an enclave as the records that its measurement hashes, its pages' contents among them.
//!
//! | record | bytes | what they are |
//! |---|---|---|
//! | `ECREATE` | 64 | tag, SSAFRAMESIZE (4 bytes), SIZE (8), zeros |
//! | `EADD` | 64 | tag, offset of the page (8), the first 48 bytes of SECINFO |
//! | `EEXTEND` | 64 + 256 | tag, offset of the chunk (8), zeros; then the chunk, which is measured |
//! | `UNMEASRD` | 64 + 256 | the same for a chunk that is loaded and not measured |
//!
//! Offsets count from the enclave's first byte, numbers are little-endian. Without `UNMEASRD` the
//! file's SHA-256 is MRENCLAVE. Format: “SGX stream format” and “Enhanced SGX stream format” of the
//! Fortanix SGX tools. Chunks that the file does not have are zero.
//!
//! [`Sgxs`] is an index over the file, not a copy of it: operations and pages are made on demand and
//! point into it. Records may come in any order in which the leaves could be called, each page and
//! each chunk once; that is more than the “canonical” order most tools write.

mod index;
mod parse;
mod record;
mod write;

pub use index::{Eextend, Item, PageAdded, Sgxs};
pub use record::{Kind, Record};
pub use write::{NotWritable, write};
