//! Sentences that can be shown in any language: English beside the code, the rest looked up by key.

use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Something a person reads: a keyed sentence with arguments, or a technical name that is never translated.
///
/// Build keyed sentences with [`text!`](crate::text!); the build script finds every use of that macro
/// and fails when a language misses a key or a placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// A sentence: its key, its English template and the values of its `{placeholders}`.
    Said {
        /// The key under which other languages list this sentence.
        key: &'static str,
        /// The English template.
        en: &'static str,
        /// Values by placeholder name.
        args: Rc<[(&'static str, Text)]>,
    },
    /// A technical name, number or byte string: the same in every language.
    Plain(Rc<str>),
}

impl Text {
    /// A sentence without placeholders.
    #[must_use]
    #[inline(never)]
    pub fn said(key: &'static str, en: &'static str) -> Self {
        Self::Said {
            key,
            en,
            args: Rc::from([]),
        }
    }

    /// A sentence with the values of its placeholders; [`text!`](crate::text!) is the usual way to it.
    #[must_use]
    #[inline(never)]
    pub fn with<const N: usize>(
        key: &'static str,
        en: &'static str,
        args: [(&'static str, Text); N],
    ) -> Self {
        Self::Said {
            key,
            en,
            args: Rc::from(args),
        }
    }

    /// The empty text.
    #[must_use]
    pub fn none() -> Self {
        Self::Plain(Rc::from(""))
    }

    /// Whether nothing would be shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Said { en, .. } => en.is_empty(),
            Self::Plain(s) => s.is_empty(),
        }
    }

    /// Several texts one after the other, with `between` between them.
    #[must_use]
    pub fn join(parts: &[Text], between: &'static str) -> Self {
        let mut parts = parts.iter().cloned();
        let Some(mut all) = parts.next() else {
            return Self::none();
        };
        for part in parts {
            let args = [("a", all), ("between", Self::from(between)), ("b", part)];
            all = Self::with("", "{a}{between}{b}", args);
        }
        all
    }

    /// The sentence in the given language, or in English where the catalogue has no such key.
    #[must_use]
    pub fn render(&self, catalogue: &Catalogue) -> String {
        match self {
            Self::Plain(s) => s.to_string(),
            Self::Said { key, en, args } => {
                let template = catalogue.get(key).unwrap_or(en);
                if args.is_empty() {
                    return template.to_string();
                }
                fill(template, |name| {
                    args.iter()
                        .find(|(n, _)| *n == name)
                        .map(|(_, t)| t.render(catalogue))
                })
            }
        }
    }

    /// The sentence in English.
    #[must_use]
    pub fn en(&self) -> String {
        self.render(&Catalogue::default())
    }
}

/// Replaces each `{name}` by what `value` gives; an unknown name stays as it stands.
fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let Some(len) = rest[open..].find('}') else {
            break;
        };
        out.push_str(&rest[..open]);
        let name = &rest[open + 1..open + len];
        match value(name) {
            Some(v) => out.push_str(&v),
            None => out.push_str(&rest[open..=open + len]),
        }
        rest = &rest[open + len + 1..];
    }
    out.push_str(rest);
    out
}

impl From<&str> for Text {
    fn from(s: &str) -> Self {
        Self::Plain(Rc::from(s))
    }
}

impl From<String> for Text {
    fn from(s: String) -> Self {
        Self::Plain(Rc::from(s))
    }
}

impl From<u64> for Text {
    fn from(n: u64) -> Self {
        Self::from(crate::text::thousands(n))
    }
}

impl From<u32> for Text {
    fn from(n: u32) -> Self {
        Self::from(u64::from(n))
    }
}

impl From<usize> for Text {
    fn from(n: usize) -> Self {
        Self::from(n as u64)
    }
}

/// A decimal number with a comma every three digits: `24,576`.
#[must_use]
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

include!(concat!(env!("OUT_DIR"), "/languages.rs"));

/// A language that the project speaks besides English. Each is a folder `text/<code>/`, found when the
/// package is built; the page is given them joined into one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language {
    /// The folder's name: a BCP 47 code such as `ja`.
    pub code: &'static str,
    /// The language's own name.
    pub name: &'static str,
    /// The files with this package's sentences, in the order in which they are read.
    pub files: &'static [&'static str],
    /// The contents of the files.
    #[cfg(feature = "texts")]
    pub texts: &'static [&'static str],
}

impl Language {
    /// The language of that code, if there is one besides English.
    #[must_use]
    pub fn of(code: &str) -> Option<&'static Self> {
        LANGUAGES.iter().find(|l| l.code == code)
    }

    /// The language's sentences, where they are built in.
    #[cfg(feature = "texts")]
    #[must_use]
    pub fn catalogue(&self) -> Catalogue {
        Catalogue::parse(self.texts)
    }
}

/// One language: sentences by key. The empty catalogue is English.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    sentences: BTreeMap<String, String>,
}

impl Catalogue {
    /// Reads language files: a line `key: sentence` each, `#` opens a comment line, `\n` stands for a line break.
    /// Later files add to earlier ones.
    #[must_use]
    pub fn parse(files: &[&str]) -> Self {
        let mut sentences = BTreeMap::new();
        for line in files.iter().flat_map(|f| f.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some((key, sentence)) = line.split_once(": ") {
                sentences.insert(key.trim().to_string(), sentence.trim().replace("\\n", "\n"));
            }
        }
        Self { sentences }
    }

    /// The sentence of that key, if this language has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.sentences.get(key).map(String::as_str)
    }

    /// Every key this language has, in order.
    #[must_use]
    pub fn keys(&self) -> Vec<&str> {
        self.sentences.keys().map(String::as_str).collect()
    }
}

/// A sentence with its key, its English template and its arguments:
/// `text!("hello.page", "The driver adds page {page}", page = "0x1000")`.
#[macro_export]
macro_rules! text {
    ($key:literal, $en:literal $(,)?) => {
        $crate::text::Text::said($key, $en)
    };
    ($key:literal, $en:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::text::Text::with(
            $key,
            $en,
            [$((stringify!($name), $crate::text::Text::from($value))),+],
        )
    };
}
