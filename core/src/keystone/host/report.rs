//! What three files say about an enclave's identity before it exists: the answer of `measure`.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use serde_json::Map;

use super::files::{EnclaveFiles, Part};
use super::memory::{epm_allocation, utm_pages};
use crate::artefacts::Measured;
use crate::bytes::hex;
use crate::formats::elf::{Elf, Machine};
use crate::text;
use crate::text::Text;
use crate::trace::{Input, Params, parse_number};

/// Measures loader, runtime and application, in this order. `freemem` and `utm` of the options are bytes.
///
/// # Errors
/// There are not three files, or an option is no number; the sentence says which.
pub fn measure(files: &[Input], options: &Params) -> Result<Measured, Text> {
    let [loader, runtime, eapp] = files else {
        return Err(text!(
            "host.three-files",
            "A Keystone enclave is measured from three files, in this order: the loader (loader.bin), the runtime and the application. There are {n}.",
            n = files.len()
        ));
    };
    let whole = |file: &Input| file.whole("file").map_err(|bad| bad.why);
    let all = EnclaveFiles {
        bytes: [whole(loader)?, whole(runtime)?, whole(eapp)?],
        freemem: option(options, "freemem", EnclaveFiles::FREEMEM)?,
        utm: option(options, "utm", EnclaveFiles::UTM)?,
    };
    let (rows, warnings) = (rows(&all), vec![warning(runtime), warning(eapp)]);
    let mut json = Map::new();
    for (key, value) in &rows {
        json.insert((*key).to_string(), value.as_str().into());
    }
    json.insert("pages".to_string(), all.asked_pages().into());
    Ok(Measured {
        rows,
        json: json.into(),
        warnings: warnings.into_iter().flatten().collect(),
    })
}

fn option(options: &Params, key: &str, default: u64) -> Result<u64, Text> {
    let Some(value) = options.get(key) else {
        return Ok(default);
    };
    parse_number(value).ok_or_else(|| {
        text!(
            "host.option",
            "{key} is “{value}”, which is no number of bytes.",
            key = key,
            value = value.as_str()
        )
    })
}

/// Names and values, in the order in which people read them.
fn rows(all: &EnclaveFiles) -> Vec<(&'static str, String)> {
    let size = |bytes: u64| format!("{bytes:#x}");
    let [loader, runtime, eapp] = Part::ALL.map(|p| size(all.pages(p) * 4096));
    let epm = epm_allocation(all.asked_pages());
    let by = epm.map_or("none", |a| if a.cma { "cma" } else { "buddy" });
    let utm = utm_pages(all.utm).map_or(0, |pages| pages * 4096);
    vec![
        ("enclave_hash", hex::encode(&all.expected_hash())),
        ("loader_size", loader),
        ("runtime_size", runtime),
        ("eapp_size", eapp),
        ("pages", all.asked_pages().to_string()),
        ("epm_size", size(epm.map_or(0, |a| a.bytes()))),
        ("epm_allocator", by.to_string()),
        ("utm_size", size(utm)),
        ("freemem", size(all.freemem)),
    ]
}

/// What is odd about a file that should be a RISC-V program: it is measured all the same.
fn warning(file: &Input) -> Option<Text> {
    let bytes = file.bytes.whole()?;
    let why = match Elf::parse(&bytes) {
        Err(bad) => bad.text(),
        Ok(elf) if elf.header.machine != Machine::RISCV => text!(
            "host.other-machine",
            "it is for {machine}.",
            machine = elf.header.machine.to_string()
        ),
        Ok(_) => return None,
    };
    Some(text!(
        "host.no-program",
        "{name} is no program that the enclave’s loader could load: {why} It is measured all the same, byte for byte.",
        name = file.name.as_str(),
        why = why
    ))
}

impl EnclaveFiles {
    /// The files in the order of [`Part::ALL`], with what the SDK asks for by itself.
    #[must_use]
    pub fn usual(loader: Rc<[u8]>, runtime: Rc<[u8]>, eapp: Rc<[u8]>) -> Self {
        Self {
            bytes: [loader, runtime, eapp],
            freemem: Self::FREEMEM,
            utm: Self::UTM,
        }
    }
}
