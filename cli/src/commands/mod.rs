//! The commands, one file each.

mod apply;
mod compare;
mod diff;
mod inspect;
mod list;
mod measure;
mod pmp;
mod profiles;
mod replay;
mod run;

use std::ffi::OsString;
use std::fmt::Write as _;

use crate::args::{Args, Usage};
use crate::out::{Out, Result, why};

/// A command: how it is used and what it does. It gives the exit code.
struct Command {
    usage: &'static Usage,
    run: fn(&Args) -> Result<u8>,
}

const COMMANDS: [Command; 10] = [
    Command {
        usage: &list::USAGE,
        run: list::run,
    },
    Command {
        usage: &run::USAGE,
        run: run::run,
    },
    Command {
        usage: &measure::USAGE,
        run: measure::run,
    },
    Command {
        usage: &inspect::USAGE,
        run: inspect::run,
    },
    Command {
        usage: &diff::USAGE,
        run: diff::run,
    },
    Command {
        usage: &apply::USAGE,
        run: apply::run,
    },
    Command {
        usage: &compare::USAGE,
        run: compare::run,
    },
    Command {
        usage: &profiles::USAGE,
        run: profiles::run,
    },
    Command {
        usage: &pmp::USAGE,
        run: pmp::run,
    },
    Command {
        usage: &replay::USAGE,
        run: replay::run,
    },
];

/// Runs the command that the words name; gives the exit code.
pub(crate) fn run(words: &[OsString]) -> Result<u8> {
    let Some((name, rest)) = words.split_first() else {
        return Err(why(format!(
            "No command was given.\n\n{}",
            overview().trim_end()
        )));
    };
    let name = name.to_string_lossy();
    match &*name {
        "help" | "--help" | "-h" => return say(&overview()),
        "--version" | "-V" => return say(&format!("teescope {}\n", env!("CARGO_PKG_VERSION"))),
        _ => {}
    }
    let Some(command) = COMMANDS.iter().find(|c| c.usage.name == name) else {
        let all: Vec<&str> = COMMANDS.iter().map(|c| c.usage.name).collect();
        return Err(why(format!(
            "There is no command “{name}”. There are {}.",
            all.join(", ")
        )));
    };
    match command.usage.read(rest)? {
        Some(args) => (command.run)(&args),
        None => say(&command.usage.help()),
    }
}

fn say(text: &str) -> Result<u8> {
    let mut out = Out::new();
    out.text(text)?;
    out.end()?;
    Ok(0)
}

fn overview() -> String {
    let mut text = String::from(
        "teescope executes the architecture of trusted execution environments, one explained step at a time.\n\nCommands:\n",
    );
    for Command { usage, .. } in &COMMANDS {
        let head = format!("{} {}", usage.name, usage.takes.join(" "));
        _ = writeln!(text, "  {head:<16}  {}", usage.does);
    }
    text.push_str("\nEvery command has --help, --json and --lang. “-” as FILE is standard input.\nExit codes: 0 done, 1 what diff or replay compares differs, 2 something cannot be used.\n");
    text
}
