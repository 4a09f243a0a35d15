//! Printing: a reader that goes away ends the program quietly, everything wrong is one sentence.

use std::io::{self, ErrorKind, Write as _};

/// Exit code for input, options or a scenario that cannot be used.
pub(crate) const UNUSABLE: u8 = 2;

/// Exit code of `diff` and `replay` for what came to another digest.
pub(crate) const DIFFERS: u8 = 1;

/// Why a command ends before its end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Whoever read the output went away; there is nothing to say.
    Quiet,
    /// Something cannot be used; the sentence says what and what to do.
    Why(String),
}

pub(crate) type Result<T = ()> = std::result::Result<T, Stop>;

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::BrokenPipe => Self::Quiet,
            _ => Self::Why(format!("The output cannot be written: {error}.")),
        }
    }
}

/// A sentence as the reason to stop.
pub(crate) fn why(sentence: impl ToString) -> Stop {
    Stop::Why(sentence.to_string())
}

/// Standard output, collected in large pieces.
pub(crate) struct Out(io::BufWriter<io::StdoutLock<'static>>);

impl Out {
    pub(crate) fn new() -> Self {
        Self(io::BufWriter::with_capacity(1 << 16, io::stdout().lock()))
    }

    pub(crate) fn text(&mut self, text: &str) -> Result {
        Ok(self.0.write_all(text.as_bytes())?)
    }

    pub(crate) fn line(&mut self, text: &str) -> Result {
        self.text(text)?;
        self.text("\n")
    }

    /// JSON, indented, with a line break after it.
    pub(crate) fn json(&mut self, value: &serde_json::Value) -> Result {
        self.line(&format!("{value:#}"))
    }

    pub(crate) fn end(mut self) -> Result {
        Ok(self.0.flush()?)
    }
}

/// Says something on standard error; that nobody listens there is no reason to fail.
pub(crate) fn complain(sentence: &str) {
    _ = writeln!(io::stderr(), "teescope: {sentence}");
}
