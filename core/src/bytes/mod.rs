//! Bytes: hex, layouts, readers. Knows offsets and digests, no architecture.

pub mod base64url;
pub mod hex;
