//! What an observer gets who reads the place of the secret, told by what changes when the secret does.

use alloc::string::String;
use alloc::vec::Vec;

use super::Column;
use crate::text;
use crate::text::Text;
use crate::trace::{Observer, Phase, Rule};
use crate::view::{Access, Tone};

/// What a reading tells of the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The secret itself.
    Plain,
    /// Something else that depends on it: ciphertext.
    Cipher,
    /// The same bytes whatever the secret is.
    Constant,
    /// Nothing: the access is refused.
    Refused,
    /// There is nobody of that kind here.
    Nobody,
}

impl Seen {
    /// The stable lower-case name.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Cipher => "cipher",
            Self::Constant => "constant",
            Self::Refused => "refused",
            Self::Nobody => "nobody",
        }
    }

    /// The name as people read it.
    #[must_use]
    pub fn title(self) -> Text {
        match self {
            Self::Plain => text!("compare.seen.plain", "reads the secret"),
            Self::Cipher => text!("compare.seen.cipher", "reads ciphertext"),
            Self::Constant => text!("compare.seen.constant", "reads nothing of it"),
            Self::Refused => text!("compare.seen.refused", "is refused"),
            Self::Nobody => text!("compare.seen.nobody", "does not exist here"),
        }
    }

    /// How it is to be taken when it is not the protected code that looks.
    #[must_use]
    pub fn tone(self) -> Tone {
        match self {
            Self::Plain => Tone::Bad,
            Self::Cipher => Tone::Warn,
            Self::Constant | Self::Refused => Tone::Good,
            Self::Nobody => Tone::Plain,
        }
    }
}

/// A reading of the secret's place by an observer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// What it tells of the secret.
    pub seen: Seen,
    /// What the machine answers, in its own words.
    pub answer: Text,
    /// The bytes obtained; empty if none.
    pub bytes: Vec<u8>,
    /// The rule that decided.
    pub rule: &'static Rule,
    /// The label of the step after which it was read.
    pub label: String,
}

impl Column {
    /// The last position at which the program uses its secret.
    #[must_use]
    pub fn in_use(&self) -> u64 {
        let last = self.ends(Phase::Use).last().copied();
        last.unwrap_or(self.runs[0].len())
    }

    /// The secret of each run as it lies in memory: what the protected code reads while it uses it. Read once, since
    /// going there and back for every look would cost more than the looks.
    pub(super) fn secrets(&mut self) -> [Vec<u8>; 2] {
        if let Some(read) = &self.read {
            return read.clone();
        }
        let at = (self.common.secret_at)(&self.params, Observer::Inside);
        let in_use = self.in_use();
        let [first, second] = &mut self.runs;
        let secrets =
            [first, second].map(|run| run.probe(in_use, Observer::Inside, at, Access::Read).bytes);
        self.read = Some(secrets.clone());
        secrets
    }

    /// What an observer gets who reads the place of the secret at a position.
    pub fn look(&mut self, position: u64, observer: Observer) -> Look {
        let at = (self.common.secret_at)(&self.params, observer);
        let there = self.observers().iter().any(|(who, _)| *who == observer);
        let secrets = self.secrets();
        let [first, second] = &mut self.runs;
        let own = first.probe(position, observer, at, Access::Read);
        let twin = second.probe(position, observer, at, Access::Read);
        let seen = match (there, own.bytes.is_empty()) {
            (false, _) => Seen::Nobody,
            (true, true) => Seen::Refused,
            _ if own.bytes == twin.bytes => Seen::Constant,
            _ if same(&own.bytes, &secrets[0]) && same(&twin.bytes, &secrets[1]) => Seen::Plain,
            _ => Seen::Cipher,
        };
        Look {
            seen,
            answer: own.answer,
            bytes: own.bytes,
            rule: own.rule,
            label: first.label(position),
        }
    }
}

/// Whether two readings agree as far as both go.
fn same(a: &[u8], b: &[u8]) -> bool {
    let n = a.len().min(b.len());
    n > 0 && a[..n] == b[..n]
}
