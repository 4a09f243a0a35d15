//! Case files of what was looked at: which bytes, as what, and the digest of everything that was told of them.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};

use super::look::{Looked, look_as};
use crate::bytes::hex;
use crate::crypto::sha256::sha256;
use crate::text;
use crate::text::{Catalogue, Text};
use crate::trace::{Case, Settings};

/// What stands in a case file in place of a scenario.
pub const CASE: &str = "inspect";

/// The keys of the file’s digest and of the number of what it was taken as.
const FILE: &str = "file";
const AS: &str = "as";

fn named(bytes: &[u8]) -> String {
    format!("sha256-{}", hex::encode(&sha256(bytes)))
}

impl Looked {
    /// The case file; `None` for what has no bytes, or nobody knows.
    #[must_use]
    pub fn case(&self) -> Option<Case> {
        if self.bytes.is_empty() || !self.known {
            return None;
        }
        let readings = &self.seen.readings;
        let which = readings.iter().position(|r| r.what == self.seen.what);
        let which = which.unwrap_or(0);
        let mut settings = Settings::default();
        let mut set = |key: &str, value| settings.params.insert(key.to_string(), value);
        set(FILE, named(&self.bytes));
        if which > 0 {
            set(AS, which.to_string());
        }
        Some(Case {
            scenario: CASE.to_string(),
            settings,
            digest: told(&self.bytes, which),
        })
    }
}

/// The digest of what is told of bytes, in English, however they were written when they were given.
fn told(bytes: &Rc<[u8]>, which: usize) -> [u8; 32] {
    let text = look_as(bytes, which).text(&Catalogue::default());
    sha256(text.as_bytes())
}

/// Looks again at what a case file is of; gives the digest that should be the case’s.
///
/// # Errors
/// These are not the bytes that the case file names.
pub fn replay(case: &Case, given: &Rc<[u8]>) -> Result<[u8; 32], Text> {
    let which = case.settings.params.get(AS).and_then(|n| n.parse().ok());
    let which = which.unwrap_or(0);
    let looked = look_as(given, which);
    let wanted = case.settings.params.get(FILE).map_or("", String::as_str);
    if named(&looked.bytes) != wanted {
        return Err(text!(
            "case.other-file",
            "This is another file than the case file names: that one is {digest}.",
            digest = wanted
        ));
    }
    Ok(told(&looked.bytes, which))
}
