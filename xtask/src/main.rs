//! One tool for set-up, serving, building, testing and measuring, so that a fresh clone needs one command.

mod bench;
mod package;
mod page;
mod places;
mod say;
mod serve;
mod setup;
mod sh;
mod sizes;
mod test;

use std::process::ExitCode;

use places::Places;
use say::Result;

const HELP: &str = "\
cargo xtask COMMAND

  serve [--port N]    build the page, serve it on http://127.0.0.1:8080 and rebuild it on every change
  test [--only PART]  run every test; PART is one of lint, native, peers, wasm, web, outsider, e2e
  build               write the page for any static host to dist/ and print its size
  bench [NAME]        run the benchmarks, or one of hash, seek, step, load
  package             archive dist/ as target/teescope.tar.gz
  setup [--undo]      install what the other commands need, or remove what it installed

Each command first installs what it needs and is missing. Tools go to a cache of this user.";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(code) => code,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<ExitCode> {
    if matches!(words, [] | ["help" | "--help" | "-h"]) {
        println!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    }
    let places = Places::find()?;
    match words {
        ["setup"] => setup::everything(&places)?,
        ["setup", "--undo"] => setup::undo(&places)?,
        ["serve"] => serve::serve(&places, serve::FIRST_PORT)?,
        ["serve", "--port", port] => {
            let port = port
                .parse()
                .map_err(|_| format!("`{port}` is not a port; give a number from 1 to 65535"))?;
            serve::serve(&places, port)?;
        }
        ["build"] => drop(page::release(&places)?),
        ["test"] => return test::run(&places, None),
        ["test", "--only", part] => return test::run(&places, Some(part)),
        ["bench"] => bench::run(&places, None)?,
        ["bench", name] => bench::run(&places, Some(name))?,
        ["package"] => package::package(&places)?,
        _ => {
            return Err(format!(
                "`{}` is not understood; `cargo xtask help` lists the commands",
                words.join(" ")
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}
