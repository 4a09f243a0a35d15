//! How SGX state is said in words: page digests, EPCM entries, page-table entries, permissions.

use alloc::format;
use alloc::string::String;

use super::machine::{EpcmEntry, Machine};
use super::structs::{PageType, SecInfoFlags};
use crate::arch::x86::Pte;
use crate::bytes::hex;
use crate::crypto::sha256::sha256;
use crate::memory::Page;
use crate::text;
use crate::text::Text;
use crate::trace::Value;

/// Bytes longer than this are given by digest.
const SHORT: usize = 128;

/// A page by the start of its SHA-256; a zero page says so.
#[must_use]
pub(super) fn page_digest(page: &Page) -> Text {
    let bytes = page.bytes();
    if bytes.iter().all(|b| *b == 0) {
        return text!("words.zero-page", "4,096 zero bytes");
    }
    let digest = hex::encode(&sha256(&bytes)[..8]);
    text!(
        "words.page",
        "4,096 bytes, sha256 {digest}…",
        digest = digest
    )
}

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

/// Permissions as `r-x`.
#[must_use]
pub(super) fn rwx(flags: SecInfoFlags) -> String {
    let letter = |flag, c| if flags.contains(flag) { c } else { '-' };
    [
        letter(SecInfoFlags::R, 'r'),
        letter(SecInfoFlags::W, 'w'),
        letter(SecInfoFlags::X, 'x'),
    ]
    .iter()
    .collect()
}

/// A page type without its prefix: `REG`.
#[must_use]
pub(super) fn page_type(kind: PageType) -> String {
    let name = kind.name().map_or_else(|| format!("{kind}"), String::from);
    name.strip_prefix("PT_").unwrap_or(&name).into()
}

/// A page-table entry.
#[must_use]
pub(super) fn pte(pte: Option<Pte>) -> Value {
    pte.map_or(Value::None, |p| {
        let w = if p.writable { 'w' } else { '-' };
        let x = if p.executable { 'x' } else { '-' };
        Value::Words(format!("{} r{w}{x}", p.frame).into())
    })
}

impl Machine {
    /// An EPCM entry in one line: `REG r-x of SECS 0 at 0x7f00_0000_1000`.
    #[must_use]
    pub fn entry_words(&self, entry: &EpcmEntry) -> Value {
        let kind = page_type(entry.page_type);
        let words = match entry.secs {
            None => kind,
            Some(secs) => {
                format!(
                    "{kind} {} SECS={} {}",
                    rwx(entry.rwx),
                    secs.0,
                    entry.linaddr
                )
            }
        };
        Value::Words(words.into())
    }
}
