//! What a manifest says about how the enclave is laid out: the few keys of `[sgx]` that the signing tool looks at.
//!
//! The tool writes every one of them into the `.manifest.sgx`, with its default where the author gave none, so
//! none is guessed here.

use super::release::Release;
use crate::bytes::{Malformed, hex};
use crate::formats::toml::{Entry, Value};
use crate::memory::PAGE;
use crate::text;

/// What the layout depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chosen {
    /// SIZE of the enclave, in bytes: whole pages.
    pub size: u64,
    /// Where in the manifest it stands.
    pub size_at: u64,
    /// How many threads; not 0.
    pub threads: u64,
    /// Where in the manifest that stands.
    pub threads_at: u64,
    /// Where the tool takes the enclave to lie.
    pub base: u64,
    /// Where its free memory begins.
    pub heap_min: u64,
    /// Whether free memory is left out (EDMM).
    pub edmm: bool,
}

/// The lowest address that Linux lets processes use.
const MMAP_MIN_ADDR: u64 = 0x10000;

/// A key of `[sgx]`.
fn key<'a>(entries: &'a [Entry], name: &str) -> Option<&'a Entry> {
    let is = |e: &&Entry| matches!(&e.path[..], [sgx, key] if sgx == "sgx" && key == name);
    entries.iter().find(is)
}

/// Whether the tool of a release could have written the manifest: it holds the keys that this one adds.
pub(super) fn fits(entries: &[Entry], release: &Release) -> bool {
    let has = |name: &str| key(entries, name).is_some();
    has("enclave_size") && has(release.threads) && (has("nonpie_binary") || !release.placed)
}

/// That no tool of the release wrote this: the first key that is missing.
pub(super) fn not_final(manifest: &[u8], entries: &[Entry], release: &Release) -> Malformed {
    let wanted = ["enclave_size", release.threads, "nonpie_binary"];
    let missing = wanted.into_iter().find(|name| key(entries, name).is_none());
    let field = alloc::format!("sgx.{}", missing.unwrap_or("enclave_size"));
    let why = text!(
        "gramine.not-final",
        "is missing, so this is not a manifest that Gramine {name} puts into the enclave: gramine-sgx-sign writes that one (.manifest.sgx) and puts in it what the author left out",
        name = release.name
    );
    Malformed::says(manifest.len() as u64, field, why)
}

/// What a manifest says to the tool of a release.
pub(super) fn chosen(
    manifest: &[u8],
    entries: &[Entry],
    release: &Release,
) -> Result<Chosen, Malformed> {
    if !fits(entries, release) {
        return Err(not_final(manifest, entries, release));
    }
    let (size_at, size) = size(entries)?;
    let (threads_at, threads) = threads(entries, release)?;
    let fixed = !release.placed || switch(entries, "nonpie_binary", "sgx.nonpie_binary")?;
    let base = if fixed { 0 } else { size };
    Ok(Chosen {
        size,
        size_at,
        threads,
        threads_at,
        base,
        heap_min: if fixed { MMAP_MIN_ADDR } else { base },
        edmm: release.edmm && switch(entries, "edmm_enable", "sgx.edmm_enable")?,
    })
}

/// `sgx.enclave_size` in bytes, and where it stands.
fn size(entries: &[Entry]) -> Result<(u64, u64), Malformed> {
    const FIELD: &str = "sgx.enclave_size";
    let entry = key(entries, "enclave_size");
    let (at, said) = match entry.map(|e| (e.at, &e.value)) {
        Some((at, Value::Text(said))) => (at, said.as_str()),
        other => {
            let why = text!(
                "gramine.size-text",
                "should be a string such as \"512M\": a whole number, which K, M or G may follow"
            );
            return Err(Malformed::says(other.map_or(0, |o| o.0), FIELD, why));
        }
    };
    let Some(size) = bytes(said) else {
        let why = text!(
            "gramine.size-bad",
            "is “{said}”, not a whole number, which K, M or G may follow",
            said = said
        );
        return Err(Malformed::says(at, FIELD, why));
    };
    // Twice the size is still an address.
    if size == 0 || !size.is_multiple_of(PAGE as u64) || size > 1 << 46 {
        let why = text!(
            "gramine.size-pages",
            "comes to {size} bytes; it should be whole pages of 4,096 bytes, at least one and at most {most} bytes",
            size = size,
            most = hex::number(1 << 46)
        );
        return Err(Malformed::says(at, FIELD, why));
    }
    Ok((at, size))
}

/// A size as the tool reads it: in whichever notation Python knows, with a unit behind.
fn bytes(said: &str) -> Option<u64> {
    let (number, scale) = match said.as_bytes().last()? {
        b'K' => (&said[..said.len() - 1], 1 << 10),
        b'M' => (&said[..said.len() - 1], 1 << 20),
        b'G' => (&said[..said.len() - 1], 1 << 30),
        _ => (said, 1),
    };
    let prefixed = |lower: &str, upper: &str| {
        let digits = number.strip_prefix(lower);
        digits.or_else(|| number.strip_prefix(upper))
    };
    let (digits, radix) = match (
        prefixed("0x", "0X"),
        prefixed("0o", "0O"),
        prefixed("0b", "0B"),
    ) {
        (Some(digits), ..) => (digits, 16),
        (_, Some(digits), _) => (digits, 8),
        (.., Some(digits)) => (digits, 2),
        _ => (number, 10),
    };
    let zeros = radix == 10 && digits.starts_with('0') && digits.bytes().any(|b| b != b'0');
    if zeros || digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    u64::from_str_radix(digits, radix).ok()?.checked_mul(scale)
}

/// How many threads there are, and where it stands.
fn threads(entries: &[Entry], release: &Release) -> Result<(u64, u64), Malformed> {
    let entry = key(entries, release.threads);
    let (at, found) = entry.map_or((0, None), |e| match e.value {
        Value::Integer(n) => (e.at, u64::try_from(n).ok()),
        _ => (e.at, None),
    });
    found.filter(|n| *n > 0).map(|n| (at, n)).ok_or_else(|| {
        let field = alloc::format!("sgx.{}", release.threads);
        let why = text!("gramine.threads", "should be a whole number of 1 or more");
        Malformed::says(at, field, why)
    })
}

/// A key that is true or false, false where it is missing. Old manifests say 1 and 0.
fn switch(entries: &[Entry], name: &str, field: &'static str) -> Result<bool, Malformed> {
    match key(entries, name).map(|e| (e.at, &e.value)) {
        None | Some((_, Value::Bool(false) | Value::Integer(0))) => Ok(false),
        Some((_, Value::Bool(true) | Value::Integer(1))) => Ok(true),
        Some((at, _)) => {
            let why = text!("gramine.switch", "should be true or false");
            Err(Malformed::says(at, field, why))
        }
    }
}
