//! A manifest of Gramine taken apart: what of it decides how the enclave is laid out, and what is still needed.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::releases;
use crate::bytes::{Inspection, Part};
use crate::formats::toml::{Entry, Value};
use crate::text;

/// The keys that decide about the enclave or its SIGSTRUCT.
const TELLING: [&str; 8] = [
    "sgx.enclave_size",
    "sgx.max_threads",
    "sgx.thread_num",
    "sgx.nonpie_binary",
    "sgx.edmm_enable",
    "sgx.debug",
    "sgx.isvprodid",
    "sgx.isvsvn",
];

/// Says what a manifest is.
pub(in crate::sgx) fn inspect(bytes: &[u8], seen: &mut Inspection) {
    let name = text!(
        "gramine.text",
        "text of the manifest, which is in the enclave as it stands here"
    );
    seen.parts = Part::contents(name, bytes, 0).into_iter().collect();
    let (entries, fitting) = match releases(bytes) {
        Ok(read) => read,
        Err(bad) => {
            seen.wrong.push(bad.text());
            return;
        }
    };
    let told = TELLING
        .iter()
        .filter_map(|key| Some((*key, value(&entries, key)?)));
    seen.follows = told.collect();
    let names: Vec<&str> = fitting.iter().map(|r| r.name).collect();
    seen.notes.push(text!(
        "gramine.fits",
        "Its keys are those that gramine-sgx-sign of Gramine {names} writes. MRENCLAVE also depends on libpal.so of that Gramine: give both to a run, or to “measure” on the command line. The .sig beside them proves how the enclave is laid out.",
        names = names.join(", ")
    ));
}

/// What a key is set to, as people read it.
fn value(entries: &[Entry], key: &str) -> Option<String> {
    let entry = entries
        .iter()
        .find(|e| e.path.len() == 2 && e.path.join(".") == key)?;
    match &entry.value {
        Value::Text(said) => Some(said.clone()),
        Value::Integer(n) => Some(format!("{n}")),
        Value::Bool(b) => Some(format!("{b}")),
        Value::Other => None,
    }
}
