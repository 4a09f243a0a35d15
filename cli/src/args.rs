//! Reading a command's words, and its help: both from one description.

use std::ffi::OsString;
use std::fmt::Write as _;

use crate::out::{Result, why};

/// A command as its user sees it.
pub(crate) struct Usage {
    /// Its name: `apply`.
    pub(crate) name: &'static str,
    /// What it takes, by name, in order: `["FILE"]`. All must be given; of one that ends in `...`,
    /// which comes last, any number; one in brackets, which comes last, may be left out.
    pub(crate) takes: &'static [&'static str],
    /// What it does, in one line.
    pub(crate) does: &'static str,
    /// More about it; several lines.
    pub(crate) more: &'static str,
    /// Options besides those of every command.
    pub(crate) options: &'static [Opt],
}

/// An option.
pub(crate) struct Opt {
    /// Its name: `--set`.
    pub(crate) name: &'static str,
    /// What it takes, if anything: `KEY=VALUE`.
    pub(crate) takes: Option<&'static str>,
    /// Whether it may be given more than once.
    pub(crate) many: bool,
    /// What it does.
    pub(crate) does: &'static str,
}

/// Options of every command.
pub(crate) const COMMON: &[Opt] = &[
    Opt {
        name: "--json",
        takes: None,
        many: false,
        does: "print JSON",
    },
    Opt {
        name: "--lang",
        takes: Some("CODE"),
        many: false,
        does: "speak another language, such as ja; JSON keys and technical names stay",
    },
    Opt {
        name: "--help",
        takes: None,
        many: false,
        does: "print this and end",
    },
];

/// A command's words, sorted.
pub(crate) struct Args {
    positional: Vec<OsString>,
    options: Vec<(&'static str, String)>,
}

impl Args {
    /// The n-th of what the command takes.
    pub(crate) fn get(&self, n: usize) -> &std::ffi::OsStr {
        self.positional
            .get(n)
            .map_or("".as_ref(), |w| w.as_os_str())
    }

    /// Everything from the n-th on.
    pub(crate) fn from(&self, n: usize) -> &[OsString] {
        self.positional.get(n..).unwrap_or_default()
    }

    /// The same as text; what is no UTF-8 is shown with replacement characters.
    pub(crate) fn word(&self, n: usize) -> String {
        self.get(n).to_string_lossy().into_owned()
    }

    /// Whether an option was given.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.options.iter().any(|(n, _)| *n == name)
    }

    /// The value of an option.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.values(name).next()
    }

    /// Every value of an option, in order.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        let name = name.to_string();
        self.options
            .iter()
            .filter(move |(n, _)| *n == name)
            .map(|(_, v)| v.as_str())
    }
}

impl Usage {
    /// Sorts the words after the command's name. `None`: help was asked for.
    pub(crate) fn read(&self, words: &[OsString]) -> Result<Option<Args>> {
        let mut args = Args {
            positional: Vec::new(),
            options: Vec::new(),
        };
        let mut only_names = false;
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let text = word.to_string_lossy();
            if only_names || !text.starts_with('-') || text == "-" {
                args.positional.push(word.clone());
                continue;
            }
            if text == "--" {
                only_names = true;
                continue;
            }
            if text == "--help" || text == "-h" {
                return Ok(None);
            }
            let (name, given) = match text.split_once('=') {
                Some((name, value)) => (name, Some(value.to_string())),
                None => (&*text, None),
            };
            let opt = self.option(name)?;
            if !opt.many && args.has(opt.name) {
                return Err(why(format!("{name} was given twice; once is enough.")));
            }
            let value = match (opt.takes, given) {
                (None, None) => String::new(),
                (None, Some(_)) => return Err(why(format!("{name} takes no value."))),
                (Some(_), Some(value)) => value,
                (Some(what), None) => match words.next() {
                    Some(next) => next.to_string_lossy().into_owned(),
                    None => return Err(why(format!("{name} needs {what} after it."))),
                },
            };
            args.options.push((opt.name, value));
        }
        self.count(&args)?;
        Ok(Some(args))
    }

    fn option(&self, name: &str) -> Result<&'static Opt> {
        let found = self.options.iter().chain(COMMON).find(|o| o.name == name);
        found.ok_or_else(|| {
            let all = self.options.iter().chain(COMMON).map(|o| o.name);
            let all: Vec<&str> = all.collect();
            why(format!(
                "“teescope {}” has no option {name}. It has {}.",
                self.name,
                all.join(", ")
            ))
        })
    }

    fn count(&self, args: &Args) -> Result {
        let (given, wanted) = (args.positional.len(), self.takes.len());
        let many = self.takes.last().is_some_and(|last| last.ends_with("..."));
        let optional = self.takes.last().is_some_and(|last| last.starts_with('['));
        if given == wanted || (many && given > wanted) || (optional && given + 1 == wanted) {
            return Ok(());
        }
        let name = self.name;
        let form = self.form();
        if given < wanted {
            let missing = self.takes[given].trim_end_matches("...");
            return Err(why(format!(
                "“teescope {name}” needs {missing}: {form}. “teescope {name} --help” tells more."
            )));
        }
        let extra = args.positional[wanted].to_string_lossy();
        Err(why(format!("“{extra}” is one word too many: {form}.")))
    }

    fn form(&self) -> String {
        let mut form = format!("teescope {}", self.name);
        for word in self.takes {
            _ = write!(form, " {word}");
        }
        form
    }

    /// The help text.
    pub(crate) fn help(&self) -> String {
        let mut text = format!("{} [OPTIONS]\n\n{}\n", self.form(), self.does);
        if !self.more.is_empty() {
            _ = write!(text, "\n{}\n", self.more.trim_matches('\n'));
        }
        text.push_str("\nOptions:\n");
        for opt in self.options.iter().chain(COMMON) {
            let head = match opt.takes {
                Some(what) => format!("{} {what}", opt.name),
                None => opt.name.to_string(),
            };
            let again = if opt.many { "; may be given again" } else { "" };
            _ = writeln!(text, "  {head:<18}  {}{again}", opt.does);
        }
        text
    }
}
