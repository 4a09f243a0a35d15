//! Files of the user: read whole, `-` is standard input.

use std::ffi::OsStr;
use std::io::Read as _;
use std::path::Path;
use std::rc::Rc;

use teescope_core::bytes::hex;
use teescope_core::crypto::sha256::sha256;
use teescope_core::trace::Input;

use crate::out::{Result, why};

/// Reads a file, or standard input for `-`.
pub(crate) fn read(path: &OsStr) -> Result<Vec<u8>> {
    let shown = name(path);
    if path == "-" {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut bytes);
        read.map_err(|e| why(format!("Standard input cannot be read: {e}.")))?;
        return Ok(bytes);
    }
    std::fs::read(path).map_err(|e| why(format!("{shown} cannot be read: {e}.")))
}

/// Reads a file that must be UTF-8 text.
pub(crate) fn text(path: &OsStr) -> Result<String> {
    let shown = name(path);
    String::from_utf8(read(path)?).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        why(format!("{shown} is not UTF-8 text: see offset {at:#x}."))
    })
}

/// How a path is named in sentences.
pub(crate) fn name(path: &OsStr) -> String {
    if path == "-" {
        return "standard input".into();
    }
    let path = Path::new(path);
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// A file as a scenario takes it, and the value of its parameter.
pub(crate) fn input(path: &OsStr) -> Result<(Input, String)> {
    let bytes: Rc<[u8]> = Rc::from(read(path)?);
    let digest = format!("sha256-{}", hex::encode(&sha256(&bytes)));
    let name = name(path);
    Ok((Input { name, bytes }, digest))
}
