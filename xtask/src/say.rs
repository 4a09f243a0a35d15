//! What the user is told: what is being done, how long it usually takes, how long it took.

use std::fmt::Display;
use std::time::{Duration, Instant};

/// An error is one sentence that says what is wrong and what to do, possibly followed by a log's last lines.
pub(crate) type Result<T> = std::result::Result<T, String>;

/// Announces a slow step, runs it and says how long it took.
pub(crate) fn step<T>(what: &str, usually: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("{what} (usually {usually})");
    let start = Instant::now();
    let result = work();
    let verdict = if result.is_ok() { "done" } else { "gave up" };
    println!("  {verdict} after {}", Took(start.elapsed()));
    result
}

/// A duration as people say it: `0.4 s`, `12 s`, `3 min 04 s`.
pub(crate) struct Took(pub(crate) Duration);

impl Display for Took {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = self.0.as_secs();
        match seconds {
            0..10 => write!(f, "{:.1} s", self.0.as_secs_f64()),
            10..60 => write!(f, "{seconds} s"),
            _ => write!(f, "{} min {:02} s", seconds / 60, seconds % 60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        for (millis, text) in [
            (400, "0.4 s"),
            (9_940, "9.9 s"),
            (12_900, "12 s"),
            (184_000, "3 min 04 s"),
        ] {
            assert_eq!(Took(Duration::from_millis(millis)).to_string(), text);
        }
    }
}
