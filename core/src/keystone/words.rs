//! How Keystone's values are said in words.

use crate::bytes::hex;
use crate::crypto::sha256::sha256;
use crate::text;
use crate::trace::Value;

/// Bytes longer than this are given by digest.
const SHORT: usize = 128;

/// Bytes, or their digest when they are many.
#[must_use]
pub(super) fn short_bytes(bytes: &[u8]) -> Value {
    if bytes.len() <= SHORT {
        return Value::from(bytes);
    }
    if bytes.iter().all(|b| *b == 0) {
        return Value::Words(text!("words.zeros", "{n} zero bytes", n = bytes.len()));
    }
    let digest = hex::encode(&sha256(bytes)[..8]);
    let n = bytes.len();
    Value::Words(text!(
        "words.bytes",
        "{n} bytes, sha256 {digest}…",
        n = n,
        digest = digest
    ))
}
