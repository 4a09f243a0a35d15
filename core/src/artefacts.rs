//! What is told about files without running anything, by whichever machine knows them.
//!
//! Not in the table of machines, so that a page which does not ask need not carry it.

mod case;
mod look;

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value as Json;

use crate::bytes::Inspection;
use crate::sgx::image::{self, Incomplete};
use crate::text;
use crate::text::Text;
use crate::trace::{Input, Params, Recognised};
use crate::view::Differ;

pub use case::{CASE, replay};
pub use look::{Looked, WINDOW, look, look_as};

/// What can be taken apart, as the end of “it is …”.
pub const KNOWN: &str = "an SGXS stream, an enclave file of the Intel SGX SDK, an image of the Open Enclave SDK, a manifest of Gramine or its libpal, a SIGSTRUCT, an EINITTOKEN, an RSA key in PEM, an attestation quote of SGX or TDX, a REPORT, TARGETINFO, KEYREQUEST, SECS, TCS, SECINFO, PAGEINFO, PCMD or save area frame, sealed data of the Intel SGX SDK, a PCK certificate, a Keystone report in binary or JSON, a RISC-V program in ELF or without a header, or an error number of SGX or of its SDK";

/// Takes a file apart, if a machine knows it.
#[must_use]
pub fn inspect(bytes: &[u8]) -> Option<Inspection> {
    inspect_as(bytes, 0)
}

/// Takes a file apart; where it could be several things, as the one of that number among its readings.
fn inspect_as(bytes: &[u8], which: usize) -> Option<Inspection> {
    crate::sgx::inspect_as(bytes, which).or_else(|| crate::keystone::inspect(bytes))
}

/// Explains an error number, or a message that holds one, if a machine knows it.
fn explain(said: &str) -> Option<Inspection> {
    crate::sgx::error_numbers::explain(said)
}

/// Which scenario takes a file, if there is one.
fn taken(bytes: &[u8]) -> Option<Recognised> {
    crate::sgx::recognise(bytes).or_else(|| crate::keystone::recognise(bytes))
}

/// Something to try the inspector with.
#[derive(Clone, Debug)]
pub struct Example {
    /// What it is.
    pub title: Text,
    /// Makes it.
    pub make: fn() -> Rc<[u8]>,
    /// Whether it is a text as it is; otherwise it is bytes, which people paste as hex.
    pub is_text: bool,
}

impl Example {
    /// What somebody would paste.
    #[must_use]
    pub fn pasted(&self) -> String {
        let made = (self.make)();
        if self.is_text {
            return String::from_utf8_lossy(&made).into_owned();
        }
        let lines = made.chunks(32).map(crate::bytes::hex::encode);
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Two files to try the comparison with.
#[derive(Clone, Debug)]
pub struct Pair {
    /// In what they differ.
    pub title: Text,
    /// What they are called.
    pub names: [&'static str; 2],
    /// Makes them.
    pub make: fn() -> [Rc<[u8]>; 2],
}

/// What can be looked at without having anything of one's own.
#[must_use]
pub fn examples() -> Vec<Example> {
    crate::sgx::examples()
}

/// What can be compared without having anything of one's own.
#[must_use]
pub fn pairs() -> Vec<Pair> {
    crate::sgx::pairs()
}

/// The identity that files give an enclave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// Names and values in the order in which people read them; what the files do not say is empty.
    pub rows: Vec<(&'static str, String)>,
    /// The same as JSON, in the machine's own form.
    pub json: Json,
    /// What a reader should know besides.
    pub warnings: Vec<Text>,
}

/// The machines that measure files.
pub const MEASURES: [&str; 2] = ["sgx", "keystone"];

/// Measures the files of an enclave: for the machine of that id, or for the one that takes so many
/// files.
///
/// # Errors
/// There is no such machine, or it cannot measure these files; a sentence says why.
pub fn measure(files: &[Input], machine: Option<&str>, options: &Params) -> Result<Measured, Text> {
    let gramine = files.first().is_some_and(is_manifest);
    let one = files.len() == 1 || gramine;
    let machine = machine.unwrap_or(if one { "sgx" } else { "keystone" });
    match machine {
        "sgx" if gramine && files.len() > 1 => manifest(files, options),
        "sgx" => sgx(files, options),
        "keystone" => crate::keystone::host::measure(files, options),
        other => Err(text!(
            "measure.no-machine",
            "There is no machine “{machine}” that measures files. There are {all}.",
            machine = other,
            all = MEASURES.join(", ")
        )),
    }
}

fn sgx(files: &[Input], options: &Params) -> Result<Measured, Text> {
    let (file, config) = match files {
        [file] => (file, None),
        [file, config] => (file, Some(config)),
        _ => {
            return Err(text!(
                "measure.one-file",
                "An SGX enclave is measured from one file: an SGXS stream, an enclave file, or a SIGSTRUCT; an enclave file that is not signed yet, from that and the signing tool’s configuration. There are {n}.",
                n = files.len()
            ));
        }
    };
    let mut release = None;
    let mut told = crate::sgx::Told::default();
    for (key, value) in options {
        match (key.as_str(), value.as_str()) {
            ("edmm", "yes") => told.edmm = true,
            ("edmm", "no") => told.edmm = false,
            ("edmm", other) => {
                return Err(text!(
                    "measure.edmm",
                    "Whether the processor has dynamic memory (EDMM) is yes or no, not “{value}”.",
                    value = other
                ));
            }
            ("sdk", name) if config.is_some() => release = Some(name),
            (key, _) => return Err(no_option(key)),
        }
    }
    let report = match config {
        None => {
            crate::sgx::Report::read(&file.bytes, told)?.ok_or_else(|| file.wanting("file").why)?
        }
        Some(config) => {
            let bytes = file.whole("file").map_err(|bad| bad.why)?;
            let own = config.whole("config").map_err(|bad| bad.why)?;
            let done = image::complete(&bytes, &own, release);
            let done = done.map_err(|bad| {
                let blamed = match &bad {
                    Incomplete::Program(_) => file,
                    Incomplete::Config(_) => config,
                };
                blamed.unreadable("config", bad.why().text()).why
            })?;
            crate::sgx::Report::completed(&done, told)?
        }
    };
    Ok(Measured {
        rows: report.rows(),
        json: report.json(),
        warnings: report.warnings,
    })
}

/// Whether a file is a manifest of Gramine, which is measured together with libpal.
fn is_manifest(file: &Input) -> bool {
    use crate::sgx::gramine::{LOOKED_AT, looks_like};
    let len = usize::try_from(file.bytes.len()).unwrap_or(usize::MAX);
    file.bytes.with(0, len.min(LOOKED_AT), looks_like)
}

/// A manifest of Gramine, its libpal, and perhaps the SIGSTRUCT.
fn manifest(files: &[Input], options: &Params) -> Result<Measured, Text> {
    let whole = |file: &Input| file.whole("file").map_err(|bad| bad.why);
    let (manifest, libpal, sigstruct) = match files {
        [manifest, libpal] => (manifest, libpal, None),
        [manifest, libpal, sigstruct] => (manifest, libpal, Some(whole(sigstruct)?)),
        _ => {
            return Err(text!(
                "measure.gramine-files",
                "An enclave of Gramine is measured from its manifest, libpal.so and, if there is one, the SIGSTRUCT, in this order. There are {n} files.",
                n = files.len()
            ));
        }
    };
    let other = options.keys().find(|key| *key != "gramine");
    if let Some(key) = other {
        return Err(no_option(key));
    }
    let release = options.get("gramine").map(String::as_str);
    let (manifest, libpal) = (whole(manifest)?, whole(libpal)?);
    let report = crate::sgx::Report::gramine(&manifest, &libpal, sigstruct.as_deref(), release)?;
    Ok(Measured {
        rows: report.rows(),
        json: report.json(),
        warnings: report.warnings,
    })
}

fn no_option(key: &str) -> Text {
    text!(
        "measure.no-option",
        "What this file measures does not depend on {key}.",
        key = key
    )
}

/// Compares two artefacts, in slices: two enclaves, an enclave and what is expected of it.
///
/// # Errors
/// No machine here compares these two; a sentence says why.
pub fn diff(a: &Input, b: &Input) -> Result<Box<dyn Differ>, Text> {
    crate::sgx::diff(a, b)
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
    crate::sgx::diff_with(a, b, libpals)
}
