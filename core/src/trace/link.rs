//! Links: everything the page shows, readable in the URL fragment.
//!
//! `#sgx/hello-enclave@load.code2.eextend1&lang=ja&set.heap=2&op=+init.einit:EPA()`.
//! A link never holds file contents, only a file's digest. Keys that this version does not know are
//! kept as they are. A long list of changes is packed into `z=`.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::edit::Edit;
use super::scenario::Settings;
use super::vocabulary::Observer;
use crate::bytes::base64url;
use crate::text::Text;

/// What a fragment says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// The scenario's id; empty for the gallery.
    pub scenario: String,
    /// The label of the step; empty for the start.
    pub step: String,
    /// Parameters, seed and edits.
    pub settings: Settings,
    /// Whose eyes the panels are seen with, if not everybody's.
    pub observer: Option<Observer>,
    /// The label of the marked step.
    pub mark: String,
    /// Keys of the front end: `lang`, `theme` and whatever else, in order.
    pub rest: Vec<(String, String)>,
}

/// A fragment that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkError {
    /// What is wrong and what to do, as a sentence.
    pub why: Text,
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why.en())
    }
}

/// Fragments longer than this are packed.
const PACK_OVER: usize = 600;

/// The most bytes a packed part may unfold to.
const UNPACKED_MOST: usize = 1 << 20;

impl Link {
    /// A front end's own key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.rest
            .iter()
            .find(|(k, _)| k == key)
            .map(|(_, v)| v.as_str())
    }

    /// Sets or, with `None`, removes a front end's own key.
    pub fn set(&mut self, key: &str, value: Option<&str>) {
        match (self.rest.iter().position(|(k, _)| k == key), value) {
            (Some(i), Some(v)) => self.rest[i].1 = v.to_string(),
            (Some(i), None) => {
                self.rest.remove(i);
            }
            (None, Some(v)) => self.rest.push((key.to_string(), v.to_string())),
            (None, None) => {}
        }
    }

    /// Writes the fragment, without the `#`.
    #[must_use]
    pub fn write(&self) -> String {
        let mut out = escape_key(&self.scenario);
        if !self.step.is_empty() {
            out.push('@');
            out.push_str(&escape_key(&self.step));
        }
        let mut changes = String::new();
        for (key, value) in &self.settings.params {
            changes.push_str(&format!("&set.{}={}", escape_key(key), escape(value)));
        }
        if self.settings.seed != 0 {
            changes.push_str(&format!("&seed={}", self.settings.seed));
        }
        for edit in &self.settings.edits {
            changes.push_str(&format!("&op={}", escape(&edit.to_string())));
        }
        if changes.len() > PACK_OVER {
            let packed = miniz_oxide::deflate::compress_to_vec(changes.as_bytes(), 9);
            changes = format!("&z={}", base64url::encode(&packed));
        }
        out.push_str(&changes);
        if let Some(observer) = self.observer {
            out.push_str(&format!("&as={}", observer.id()));
        }
        if !self.mark.is_empty() {
            out.push_str(&format!("&mark={}", escape(&self.mark)));
        }
        for (key, value) in &self.rest {
            out.push_str(&format!("&{}={}", escape_key(key), escape(value)));
        }
        out
    }

    /// Reads a fragment, with or without the `#`.
    ///
    /// # Errors
    /// A part that this version must understand cannot be read.
    pub fn read(fragment: &str) -> Result<Self, LinkError> {
        let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
        let mut parts = fragment.split('&');
        let mut link = Self::default();
        let head = parts.next().unwrap_or_default();
        if let Some((key, value)) = head.split_once('=') {
            link.take(key, value)?;
        } else {
            let (scenario, step) = head.split_once('@').unwrap_or((head, ""));
            link.scenario = unescape(scenario);
            link.step = unescape(step);
        }
        for part in parts.filter(|p| !p.is_empty()) {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            link.take(key, value)?;
        }
        Ok(link)
    }

    fn take(&mut self, key: &str, value: &str) -> Result<(), LinkError> {
        let (key, text) = (unescape(key), unescape(value));
        match key.as_str() {
            "seed" => {
                self.settings.seed = super::op_text::number(&text).ok_or_else(|| LinkError {
                    why: crate::text!(
                        "link.seed",
                        "The link’s seed is “{value}”, which is no number of 64 bits. Remove “seed=” from the address.",
                        value = text
                    ),
                })?;
            }
            "op" => {
                let edit = Edit::parse(&text).map_err(|bad| LinkError { why: bad.why })?;
                self.settings.edits.push(edit);
            }
            "z" => self.unpack(value)?,
            "as" => {
                self.observer = Some(Observer::from_id(&text).ok_or_else(|| LinkError {
                    why: crate::text!(
                        "link.observer",
                        "The link looks through the eyes of “{value}”, which is no observer here. Remove “as=” from the address.",
                        value = text
                    ),
                })?);
            }
            "mark" => self.mark = text,
            _ => match key.strip_prefix("set.") {
                Some(param) => {
                    self.settings.params.insert(param.to_string(), text);
                }
                None => self.rest.push((key, text)),
            },
        }
        Ok(())
    }

    fn unpack(&mut self, value: &str) -> Result<(), LinkError> {
        let bad = || LinkError {
            why: crate::text!(
                "link.packed",
                "The packed part of the link (after “z=”) is damaged; it was probably cut off when it was copied. Copy the whole link again."
            ),
        };
        let packed = base64url::decode(value).ok_or_else(bad)?;
        let bytes = miniz_oxide::inflate::decompress_to_vec_with_limit(&packed, UNPACKED_MOST)
            .map_err(|_| bad())?;
        let text = String::from_utf8(bytes).map_err(|_| bad())?;
        for part in text.split('&').filter(|p| !p.is_empty()) {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            if key == "z" {
                return Err(bad());
            }
            self.take(key, value)?;
        }
        Ok(())
    }
}

/// Percent-encodes what may not stand before the `=` of a part.
fn escape_key(text: &str) -> String {
    escape(text).replace('=', "%3D")
}

/// Percent-encodes what a fragment part may not hold; readable characters stay.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(char::from(byte)),
            b'-' | b'.' | b'_' | b'~' | b'!' | b'(' | b')' | b'*' | b'+' | b',' | b':' | b'/'
            | b'=' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Undoes percent-encoding; a `%` that opens no code stays as it is, bytes that are no UTF-8 become U+FFFD.
fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let code = (bytes[i] == b'%').then(|| text.get(i + 1..i + 3)).flatten();
        // `from_str_radix` would take a sign.
        let code = code.filter(|c| c.bytes().all(|b| b.is_ascii_hexdigit()));
        match code.and_then(|c| u8::from_str_radix(c, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                i += 3;
            }
            None => {
                out.push(bytes[i]);
                i += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
