//! The contents that enclaves of the recorded runs have, as their description tells.

use serde_json::Value;
use teescope_core::bytes::hex;
use teescope_core::memory::{PAGE, Page, Physical, Ram};

/// Byte `i` of pattern page `p`: `(tag + 7p + 3i + (i >> 8)) & 255`.
pub(super) fn pattern(tag: u64, page: u64) -> Vec<u8> {
    (0..PAGE as u64)
        .map(|i| ((tag + 7 * page + 3 * i + (i >> 8)) & 255) as u8)
        .collect()
}

/// Writes an enclave's image at an address: page 0, then so many pattern pages.
pub(super) fn image(ram: &mut Ram, base: u64, page0: &[u8], tag: u64, pages: u64) {
    ram.put(Physical(base), Page::from_bytes(page0));
    for page in 0..pages {
        let at = Physical(base + (page + 1) * PAGE as u64);
        ram.put(at, Page::from_bytes(&pattern(tag, page)));
    }
}

/// Bytes of a JSON string in hex.
pub(super) fn bytes(json: &Value) -> Vec<u8> {
    hex::decode(json.as_str().expect("hex text")).expect("hex")
}

/// So many bytes of a JSON string in hex.
pub(super) fn array<const N: usize>(json: &Value) -> [u8; N] {
    bytes(json).try_into().expect("as many bytes")
}

/// A number of a JSON document.
pub(super) fn number(json: &Value) -> u64 {
    json.as_u64().expect("a number")
}
