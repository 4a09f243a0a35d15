//! The language a command speaks.

use teescope_core::text::{Catalogue, LANGUAGES, Language, Text};

use crate::args::Args;
use crate::out::{Result, why};

/// Sentences in the language that was chosen.
pub(crate) struct Words(pub(crate) Catalogue);

impl Words {
    pub(crate) fn of(args: &Args) -> Result<Self> {
        let code = args.value("--lang").unwrap_or("en");
        if code == "en" {
            return Ok(Self(Catalogue::default()));
        }
        match Language::of(code) {
            Some(language) => Ok(Self(language.catalogue())),
            None => {
                let all: Vec<&str> = LANGUAGES.iter().map(|l| l.code).collect();
                Err(why(format!(
                    "There is no language “{code}”. There are en, {}.",
                    all.join(", ")
                )))
            }
        }
    }

    /// A sentence in this language.
    pub(crate) fn say(&self, text: &Text) -> String {
        text.render(&self.0)
    }

    /// A sentence as the reason to stop.
    pub(crate) fn stop(&self, text: &Text) -> crate::out::Stop {
        why(self.say(text))
    }
}
