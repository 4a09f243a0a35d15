//! Counts of passed and failed tests, read from what the test programs print.

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
