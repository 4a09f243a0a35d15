//! Runs other programs: with a time limit, with a log, and with a sign of life every now and then.

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::say::{Result, Took};

/// How often a program that runs under a log is looked at.
const POLL: Duration = Duration::from_millis(40);
/// How often a sign of life is printed.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// How many of a log's last lines an error shows.
const TAIL_LINES: usize = 30;

/// Folders that every program finds before those of PATH.
static PREFERRED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// From now on every program finds what is in `folder` first.
pub(crate) fn prefer(folder: PathBuf) {
    let mut preferred = PREFERRED
        .lock()
        .unwrap_or_else(|broken| broken.into_inner());
    if !preferred.contains(&folder) {
        preferred.push(folder);
    }
}

/// The folders that programs are looked for in, in order.
pub(crate) fn path() -> Vec<PathBuf> {
    let preferred = PREFERRED
        .lock()
        .unwrap_or_else(|broken| broken.into_inner());
    let usual = std::env::var_os("PATH").unwrap_or_default();
    preferred
        .iter()
        .cloned()
        .chain(std::env::split_paths(&usual))
        .collect()
}

/// A program about to be run.
pub(crate) struct Run {
    command: Command,
    shown: String,
    limit: Option<Duration>,
}

/// How a logged program ended.
pub(crate) struct Ended {
    /// It ended by itself, with success.
    pub(crate) ok: bool,
    /// Everything it wrote, both streams in order.
    pub(crate) text: String,
    /// What went wrong, with the log's last lines; empty when nothing did.
    pub(crate) why: String,
}

impl Ended {
    /// The text of a success, or the reason as an error.
    pub(crate) fn or_fail(self) -> Result<String> {
        if self.ok {
            Ok(self.text)
        } else {
            Err(self.why)
        }
    }
}

impl Run {
    /// Prepares `program` with `arguments`, without what `cargo run` put into the environment for us.
    pub(crate) fn new<A: AsRef<OsStr>>(
        program: impl AsRef<OsStr>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        let mut command = Command::new(&program);
        command.args(arguments).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text == "CARGO"
                || text.starts_with("CARGO_PKG_")
                || text.starts_with("CARGO_MANIFEST_")
            {
                command.env_remove(&name);
            }
        }
        let name = Path::new(&program)
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let words: Vec<_> = command
            .get_args()
            .map(|word| word.to_string_lossy())
            .collect();
        let shown = format!("{name} {}", words.join(" "));
        let run = Self {
            command,
            shown: shown.trim_end().to_owned(),
            limit: None,
        };
        run.path_first(&[])
    }

    /// Runs it in `folder`.
    pub(crate) fn dir(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Sets one variable of its environment.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Removes one variable from its environment.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Puts folders before all others on its PATH.
    pub(crate) fn path_first(self, folders: &[PathBuf]) -> Self {
        let all = folders.iter().cloned().chain(path());
        match std::env::join_paths(all) {
            Ok(path) => self.env("PATH", path),
            // A folder with a separator in its name cannot be on PATH at all.
            Err(_) => self,
        }
    }

    /// Stops it after `limit`.
    pub(crate) fn limit(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Runs a quick program and returns what it wrote to its standard output.
    pub(crate) fn output(mut self) -> Result<String> {
        let output = self.command.stderr(Stdio::piped()).output();
        let output =
            output.map_err(|why| format!("`{}` could not be started: {why}", self.shown))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("`{}` failed: {}", self.shown, said.trim()))
    }

    /// Runs a quick program with its output on the terminal.
    pub(crate) fn shown(mut self) -> Result<()> {
        let status = self.command.status();
        match status.map_err(|why| format!("`{}` could not be started: {why}", self.shown))? {
            status if status.success() => Ok(()),
            status => Err(format!("`{}` failed ({status})", self.shown)),
        }
    }

    /// Runs a slow program, its output in `log`, printing the log's last line as a sign of life.
    pub(crate) fn logged(mut self, log: &Path) -> Result<Ended> {
        let cannot = |why| format!("the log {} cannot be written: {why}", log.display());
        let file = File::create(log).map_err(cannot)?;
        let copy = file.try_clone().map_err(cannot)?;
        let child = self.command.stdout(file).stderr(copy).spawn();
        let mut child =
            child.map_err(|why| format!("`{}` could not be started: {why}", self.shown))?;
        let status = wait(&mut child, self.limit, log)?;
        let text = read(log);
        let ok = status.is_some_and(|status| status.success());
        let why = match status {
            _ if ok => String::new(),
            None => format!("`{}` was stopped because it took too long", self.shown),
            Some(_) => {
                let lines: Vec<&str> = text.lines().collect();
                let tail = lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n  ");
                format!(
                    "`{}` failed; all it said is in {}, its last lines are\n  {tail}",
                    self.shown,
                    log.display()
                )
            }
        };
        Ok(Ended { ok, text, why })
    }
}

/// Waits for `child`; `None` when it had to be stopped at the limit.
fn wait(child: &mut Child, limit: Option<Duration>, log: &Path) -> Result<Option<ExitStatus>> {
    let start = Instant::now();
    let mut said = start;
    loop {
        if let Some(status) = child
            .try_wait()
            .map_err(|why| format!("a program was lost: {why}"))?
        {
            return Ok(Some(status));
        }
        if limit.is_some_and(|limit| start.elapsed() > limit) {
            // Both calls fail only when it ended just now, which is what is wanted.
            let _ = child.kill();
            let _ = child.wait();
            return Ok(None);
        }
        if said.elapsed() > HEARTBEAT {
            said = Instant::now();
            let text = read(log);
            let last = text
                .lines()
                .rfind(|line| !line.trim().is_empty())
                .unwrap_or("");
            let last: String = last.trim().chars().take(70).collect();
            println!("  … {} {last}", Took(start.elapsed()));
        }
        std::thread::sleep(POLL);
    }
}

fn read(log: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(log).unwrap_or_default()).into_owned()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn log(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("teescope-{name}-{}.log", std::process::id()))
    }

    #[test]
    fn a_program_that_hangs_is_stopped() {
        let log = log("hang");
        let start = Instant::now();
        let run = Run::new("sleep", ["600"]).limit(Duration::from_millis(100));
        let ended = run.logged(&log).expect("it starts");
        assert!(
            !ended.ok && ended.why.contains("took too long"),
            "{}",
            ended.why
        );
        assert!(start.elapsed() < Duration::from_secs(60));
        std::fs::remove_file(log).expect("the log goes");
    }

    #[test]
    fn a_failure_shows_what_was_said() {
        let log = log("fail");
        let ended = Run::new("sh", ["-c", "echo out; echo err >&2; exit 3"])
            .logged(&log)
            .expect("it starts");
        assert!(
            !ended.ok && ended.why.contains("out\n  err"),
            "{}",
            ended.why
        );
        assert!(Run::new("teescope-absent", [""; 0]).output().is_err());
        std::fs::remove_file(log).expect("the log goes");
    }
}
