//! Reads the signing tool's configuration: one element per setting inside `EnclaveConfiguration`, and
//! nothing else that XML could hold.
//!
//! Document: Intel SGX SDK for Linux, `sdk/sign_tool/SignTool/manage_metadata.cpp`, `parse_metadata_file`
//! (2.17 to 2.30), which goes through the children of the root and takes the first text of each.

use alloc::vec::Vec;

use crate::bytes::Malformed;
use crate::text;
use crate::text::Text;

/// The element around all settings.
pub(super) const ROOT: &str = "EnclaveConfiguration";

/// An element of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Element<'a> {
    /// Its name.
    pub name: &'a str,
    /// Offset of the name.
    pub at: usize,
    /// Its text; `None` where there is none but white space.
    pub value: Option<&'a str>,
}

/// A text and how far it was read.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// The elements of a configuration, in its order.
///
/// # Errors
/// It is not such a configuration; says where.
pub(super) fn elements(bytes: &[u8]) -> Result<Vec<Element<'_>>, Malformed> {
    let text = core::str::from_utf8(bytes).map_err(|bad| {
        let why = text!("config.utf8", "is not UTF-8 text");
        wrong(bytes, bad.valid_up_to(), "XML", why)
    })?;
    let mut reader = Reader { text, at: 0 };
    reader.skip("\u{feff}");
    reader.prolog()?;
    let mut all = Vec::new();
    if reader.root()? {
        while let Some(element) = reader.element(all.is_empty())? {
            all.push(element);
        }
    }
    reader.prolog()?;
    if reader.at < text.len() {
        let why = text!(
            "config.after",
            "goes on after the element “{root}”, where nothing may follow",
            root = ROOT
        );
        return Err(reader.wrong(reader.at, why));
    }
    Ok(all)
}

/// What is wrong at an offset of a configuration, with the line it is in.
pub(super) fn wrong(bytes: &[u8], at: usize, field: &'static str, why: Text) -> Malformed {
    let before = bytes.get(..at).unwrap_or(bytes);
    let line = 1 + before.iter().filter(|b| **b == b'\n').count();
    let why = text!("config.line", "{why} (line {line})", why = why, line = line);
    Malformed::says(at as u64, field, why)
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn wrong(&self, at: usize, why: Text) -> Malformed {
        wrong(self.text.as_bytes(), at, "XML", why)
    }

    /// Goes over a mark, if it is next.
    fn skip(&mut self, mark: &str) -> bool {
        let is_next = self.rest().starts_with(mark);
        if is_next {
            self.at += mark.len();
        }
        is_next
    }

    fn white(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(is_white).len();
    }

    /// What stands before a mark, which must come; goes over both.
    fn until(&mut self, mark: &'static str) -> Result<&'a str, Malformed> {
        let rest = self.rest();
        let Some(len) = rest.find(mark) else {
            let why = text!("config.ends", "ends before “{mark}”", mark = mark);
            return Err(self.wrong(self.text.len(), why));
        };
        self.at += len + mark.len();
        Ok(&rest[..len])
    }

    /// Goes over white space, comments, the declaration and a document type.
    fn prolog(&mut self) -> Result<(), Malformed> {
        loop {
            self.white();
            if self.skip("<!--") {
                self.until("-->")?;
            } else if self.skip("<?") {
                self.until("?>")?;
            } else if self.skip("<!") {
                self.until(">")?;
            } else {
                return Ok(());
            }
        }
    }

    fn name(&mut self) -> Result<(&'a str, usize), Malformed> {
        let (rest, at) = (self.rest(), self.at);
        let is_part = |c: char| c.is_alphanumeric() || "_-.:".contains(c);
        let len = rest.len() - rest.trim_start_matches(is_part).len();
        if len == 0 {
            return Err(self.wrong(at, text!("config.name", "should have a name here")));
        }
        self.at += len;
        Ok((&rest[..len], at))
    }

    /// Opens the root; whether it has a content.
    fn root(&mut self) -> Result<bool, Malformed> {
        let at = self.at;
        let found = self.skip("<") && self.name().is_ok_and(|(name, _)| name == ROOT);
        if !found {
            let why = text!(
                "config.root",
                "should begin with the element “{root}”",
                root = ROOT
            );
            return Err(self.wrong(at, why));
        }
        // The tool looks at no attribute of the root.
        let attributes = self.until(">")?;
        Ok(!attributes.ends_with('/'))
    }

    /// The next element in the root; `None` after the last, with the end of the root gone over.
    fn element(&mut self, first: bool) -> Result<Option<Element<'a>>, Malformed> {
        loop {
            self.white();
            if self.skip("<!--") {
                self.until("-->")?;
                continue;
            }
            if self.skip("</") {
                self.close(ROOT)?;
                return Ok(None);
            }
            if self.rest().starts_with('<') {
                return self.setting().map(Some);
            }
            if first && !self.rest().is_empty() {
                let why = text!(
                    "config.text",
                    "holds text before the first setting, which the signing tool refuses"
                );
                return Err(self.wrong(self.at, why));
            }
            // Text between settings is what the tool goes over.
            self.until("<")?;
            self.at -= 1;
        }
    }

    /// The name of a closing tag and its end.
    fn close(&mut self, wanted: &str) -> Result<(), Malformed> {
        let (name, at) = self.name()?;
        self.white();
        if name != wanted || !self.skip(">") {
            let why = text!(
                "config.close",
                "should close the element “{name}” here",
                name = wanted
            );
            return Err(self.wrong(at, why));
        }
        Ok(())
    }

    fn setting(&mut self) -> Result<Element<'a>, Malformed> {
        self.skip("<");
        let (name, at) = self.name()?;
        let none = Element {
            name,
            at,
            value: None,
        };
        self.white();
        if self.skip("/>") {
            return Ok(none);
        }
        if !self.skip(">") {
            let why = text!(
                "config.attribute",
                "should end here; a setting has no attributes"
            );
            return Err(self.wrong(self.at, why));
        }
        let value = self.until("<")?;
        if !self.skip("/") {
            let why = text!(
                "config.nested",
                "holds more than a number in the element “{name}”",
                name = name
            );
            return Err(self.wrong(self.at - 1, why));
        }
        self.close(name)?;
        Ok(Element {
            value: Some(value).filter(|v| !v.trim_matches(is_white).is_empty()),
            ..none
        })
    }
}

/// What XML and the C library count as white space.
pub(super) fn is_white(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
}
