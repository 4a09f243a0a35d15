//! `teescope`: the engine of the page on the command line.

mod args;
mod commands;
mod files;
mod json;
mod out;
mod words;

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<std::ffi::OsString> = std::env::args_os().skip(1).collect();
    match commands::run(&words) {
        Ok(code) => ExitCode::from(code),
        Err(out::Stop::Quiet) => ExitCode::SUCCESS,
        Err(out::Stop::Why(why)) => {
            out::complain(&why);
            ExitCode::from(out::UNUSABLE)
        }
    }
}
