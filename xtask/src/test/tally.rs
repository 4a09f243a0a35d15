//! Counts of passed and failed tests, read from what the test programs print.

use crate::sh::Ended;

/// How many lines a failure may take on the terminal; the log has all of them.
const EXPLAINED_LINES: usize = 200;

/// What one part counted.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) passed: u32,
    pub(super) failed: u32,
    /// What should be known besides the counts, such as what was skipped.
    pub(super) notes: Vec<String>,
}

impl Tally {
    /// A part that could not even run.
    pub(super) fn failure() -> Self {
        Self {
            failed: 1,
            ..Self::default()
        }
    }

    /// One check that held or not.
    pub(super) fn check(ok: bool) -> Self {
        Self {
            passed: ok.into(),
            failed: (!ok).into(),
            ..Self::default()
        }
    }

    /// Reads every `test result: ok. 3 passed; 0 failed; …` of cargo, Node and browser runs.
    pub(super) fn of_cargo(text: &str) -> Self {
        let mut tally = Self::default();
        for line in text.lines() {
            let Some((_, counts)) = line.split_once("test result: ") else {
                continue;
            };
            tally.passed += before(counts, " passed");
            tally.failed += before(counts, " failed");
        }
        tally
    }

    /// Reads the closing line `3 passed, 0 failed` of the end-to-end tests.
    pub(super) fn of_end_to_end(text: &str) -> Self {
        let last = text
            .lines()
            .rfind(|line| line.contains(" passed, "))
            .unwrap_or("");
        Self {
            passed: before(last, " passed"),
            failed: before(last, " failed"),
            ..Self::default()
        }
    }

    /// Reads a run of cargo's kind and, if it failed, prints why and where its log is.
    pub(super) fn told(ended: &Ended) -> Self {
        if !ended.ok {
            println!("{}", explain(ended));
        }
        Self::of_cargo(&ended.text).with_end(ended.ok)
    }

    /// A program that ended badly failed, even if it counted nothing.
    pub(super) fn with_end(mut self, ok: bool) -> Self {
        if !ok {
            self.failed = self.failed.max(1);
        }
        self
    }

    /// Adds the other's counts and notes.
    pub(super) fn add(&mut self, other: &Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.notes.extend(other.notes.iter().cloned());
    }
}

/// What a failed run says about its failures: cargo's own sections, or else the end of its log.
fn explain(ended: &Ended) -> String {
    let mut told = Vec::new();
    let mut telling = false;
    for line in ended.text.lines() {
        telling |= line == "failures:" || line.starts_with("error");
        if telling {
            told.push(line);
        }
        telling &= !line.contains("test result: ");
    }
    if told.is_empty() {
        return ended.why.clone();
    }
    let more = told.len().saturating_sub(EXPLAINED_LINES);
    told.truncate(EXPLAINED_LINES);
    let rest = if more > 0 {
        format!("\n… and {more} lines more")
    } else {
        String::new()
    };
    let head = ended
        .why
        .split(", its last lines")
        .next()
        .unwrap_or_default();
    format!("{}{rest}\n{head}", told.join("\n"))
}

/// The number that stands directly before `word`; 0 when there is none.
fn before(text: &str, word: &str) -> u32 {
    let Some((head, _)) = text.split_once(word) else {
        return 0;
    };
    head.rsplit(|c: char| !c.is_ascii_digit())
        .next()
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_results_of_a_run_are_added() {
        let text = "running 2 tests\ntest result: ok. 2 passed; 0 failed; 0 ignored; 0 measured\n\
                    test result: FAILED. 10 passed; 3 failed; 0 ignored; 0 measured\n";
        let tally = Tally::of_cargo(text);
        assert_eq!((tally.passed, tally.failed), (12, 3));
    }

    #[test]
    fn failures_are_told_and_successes_are_not() {
        let text = "test a ... ok\nfailures:\n---- b ----\nleft: 1\ntest result: FAILED. 1 passed; 1 failed\ntest c ... ok\n";
        let ended = |text: &str| Ended {
            ok: false,
            text: text.to_owned(),
            why: "why".to_owned(),
        };
        let told = explain(&ended(text));
        assert!(
            told.contains("left: 1") && !told.contains("test a") && !told.contains("test c"),
            "{told}"
        );
        assert_eq!(explain(&ended("nothing of note\n")), "why");
    }

    #[test]
    fn the_closing_line_counts() {
        let tally = Tally::of_end_to_end("ok 1 passed, hooray\n7 passed, 2 failed\n");
        assert_eq!((tally.passed, tally.failed), (7, 2));
    }

    #[test]
    fn a_crash_is_a_failure() {
        assert_eq!(Tally::of_cargo("").with_end(false).failed, 1);
        assert_eq!(Tally::of_cargo("").with_end(true).failed, 0);
    }
}
