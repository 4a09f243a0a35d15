//! TOML 1.0, as far as telling which keys a document sets: every key with its full path and where its value
//! stands. What is not TOML is refused with line and offset; dates and numbers with a fraction are passed over,
//! and so is what arrays hold.
//!
//! A table may be opened twice here, which TOML forbids: no key is lost by it, and a key given twice is refused.
//!
//! | what | file |
//! |---|---|
//! | lines, tables, keys | this one |
//! | values: strings, numbers, arrays, inline tables | `value.rs` |

mod value;

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::bytes::Malformed;
use crate::text;
use crate::text::Text;

/// What a key is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A string.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// True or false.
    Bool(bool),
    /// An array, a table, a date or a number with a fraction.
    Other,
}

/// A key that a document sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path from the top; in an array of tables [`EACH`] follows the array’s name.
    pub path: Vec<String>,
    /// Where in the document its value starts.
    pub at: u64,
    /// Its value.
    pub value: Value,
}

/// Stands in a path for the table of an array, whichever it is.
pub const EACH: &str = "[]";

/// Arrays and tables in one another at most.
const DEEPEST: usize = 64;

/// Every key that a document sets, in its order; the keys of inline tables with the others.
///
/// # Errors
/// The document is not TOML, or sets a key twice; says where.
pub fn read(bytes: &[u8]) -> Result<Vec<Entry>, Malformed> {
    if let Err(bad) = core::str::from_utf8(bytes) {
        let at = bad.valid_up_to();
        let why = text!(
            "toml.utf8",
            "is not UTF-8 text from line {line} on",
            line = line(bytes, at)
        );
        return Err(Malformed::says(at as u64, FIELD, why));
    }
    let mut reader = Reader {
        bytes,
        at: 0,
        entries: Vec::new(),
    };
    reader.document()?;
    once(&reader)?;
    Ok(reader.entries)
}

const FIELD: &str = "TOML";

/// The number of the line that a byte stands in, from 1.
fn line(bytes: &[u8], at: usize) -> u64 {
    let before = bytes.get(..at).unwrap_or(bytes);
    before.iter().filter(|b| **b == b'\n').count() as u64 + 1
}

/// Refuses a key that is set twice.
fn once(reader: &Reader<'_>) -> Result<(), Malformed> {
    let each = |e: &&Entry| !e.path.iter().any(|key| key == EACH);
    let mut all: Vec<&Entry> = reader.entries.iter().filter(each).collect();
    all.sort_by(|a, b| (&a.path, a.at).cmp(&(&b.path, b.at)));
    let twice = all.windows(2).find(|pair| pair[0].path == pair[1].path);
    twice.map_or(Ok(()), |pair| {
        let at = usize::try_from(pair[1].at).unwrap_or(usize::MAX);
        let why = text!(
            "toml.twice",
            "sets {key} a second time, in line {line}",
            key = pair[1].path.join("."),
            line = line(reader.bytes, at)
        );
        Err(Malformed::says(pair[1].at, FIELD, why))
    })
}

/// A document on its way through.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    entries: Vec<Entry>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Passes over `what` if it comes next.
    fn take(&mut self, what: &[u8]) -> bool {
        let here = self.bytes.get(self.at..).unwrap_or_default();
        let found = here.starts_with(what);
        if found {
            self.at += what.len();
        }
        found
    }

    /// The line that is being read, for a sentence.
    fn line(&self) -> u64 {
        line(self.bytes, self.at)
    }

    fn bad<T>(&self, why: Text) -> Result<T, Malformed> {
        Err(Malformed::says(self.at as u64, FIELD, why))
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    /// Passes over a comment, if one starts here.
    fn comment(&mut self) {
        if self.peek() == Some(b'#') {
            while self.peek().is_some_and(|b| b != b'\n') {
                self.at += 1;
            }
        }
    }

    /// Passes over blanks, line ends and comments.
    fn gap(&mut self) {
        loop {
            self.blanks();
            self.comment();
            if !self.take(b"\n") && !self.take(b"\r\n") {
                return;
            }
        }
    }

    fn document(&mut self) -> Result<(), Malformed> {
        let mut table = Vec::new();
        loop {
            self.gap();
            match self.peek() {
                None => return Ok(()),
                Some(b'[') => table = self.header()?,
                Some(_) => self.setting(&table, 0)?,
            }
            self.blanks();
            self.comment();
            if self.peek().is_some() && !self.take(b"\n") && !self.take(b"\r\n") {
                return self.bad(text!(
                    "toml.end",
                    "goes on in line {line} where the line should end",
                    line = self.line()
                ));
            }
        }
    }

    /// The path of a table that is opened here.
    fn header(&mut self) -> Result<Vec<String>, Malformed> {
        let array = self.take(b"[[");
        if !array {
            self.at += 1;
        }
        let mut path = Vec::new();
        self.keys(&mut path)?;
        if !self.take(if array { b"]]" } else { b"]" }) {
            return self.open();
        }
        if array {
            path.push(EACH.to_string());
        }
        Ok(path)
    }

    /// A key and its value, `deep` inline tables inside others.
    fn setting(&mut self, table: &[String], deep: usize) -> Result<(), Malformed> {
        let mut path = table.to_vec();
        self.keys(&mut path)?;
        if !self.take(b"=") {
            return self.bad(text!(
                "toml.equals",
                "has no “=” after the key in line {line}",
                line = self.line()
            ));
        }
        self.blanks();
        let (at, place) = (self.at as u64, self.entries.len());
        let value = self.value(Some(&path), deep)?;
        // Before the keys of an inline table, which were found on the way.
        self.entries.insert(place, Entry { path, at, value });
        Ok(())
    }

    /// Keys with dots between them, with blanks around.
    fn keys(&mut self, path: &mut Vec<String>) -> Result<(), Malformed> {
        loop {
            self.blanks();
            let key = match self.peek() {
                Some(quote @ (b'"' | b'\'')) => {
                    self.at += 1;
                    self.string(quote, false)?
                }
                _ => self.bare(),
            };
            match key {
                Some(_) if path.len() >= DEEPEST => return self.deep(),
                Some(key) => path.push(key),
                None => {
                    return self.bad(text!(
                        "toml.key",
                        "has no key in line {line} where one should be: letters, digits, “_” and “-”, or a string in quotes",
                        line = self.line()
                    ));
                }
            }
            self.blanks();
            if !self.take(b".") {
                return Ok(());
            }
        }
    }

    /// A key without quotes.
    fn bare(&mut self) -> Option<String> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let is_bare = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        let len = rest.iter().take_while(|b| is_bare(b)).count();
        self.at += len;
        let key = core::str::from_utf8(&rest[..len]).ok()?;
        (len > 0).then(|| key.to_string())
    }

    fn deep<T>(&self) -> Result<T, Malformed> {
        self.bad(text!(
            "toml.deep",
            "puts more than {most} arrays and tables into one another in line {line}",
            most = DEEPEST,
            line = self.line()
        ))
    }

    /// That something is not closed.
    fn open<T>(&self) -> Result<T, Malformed> {
        self.bad(text!(
            "toml.open",
            "leaves a string, an array or a table open in line {line}",
            line = self.line()
        ))
    }
}
