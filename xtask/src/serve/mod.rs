//! Serves the page while somebody works on it: builds, answers, and builds again after each change.

mod http;
mod watch;

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::page::{self, Build};
use crate::places::Places;
use crate::say::{Result, Took, step};
use crate::setup;

/// The port that links in the documentation name.
pub(crate) const FIRST_PORT: u16 = 8080;
/// How many ports are tried, from the first on.
const TRIES: u16 = 50;
const LOOK_EVERY: Duration = Duration::from_millis(400);

/// Builds and serves until it is stopped.
pub(crate) fn serve(places: &Places, port: u16) -> Result<()> {
    let kit = setup::kit(places, false)?;
    let dist = places.root.join("target").join("serve");
    let mut seen = watch::newest(&places.root);
    step(
        "Building the page",
        "1 min the first time, then a few seconds",
        || page::build(places, &kit, Build::Quick, &dist),
    )?;
    let (listener, port) = listen(port)?;
    let folder = Arc::new(dist.clone());
    std::thread::spawn(move || http::answer(&listener, &folder));
    println!("The page is on http://127.0.0.1:{port}/ and follows the sources; Ctrl-C ends it");
    loop {
        std::thread::sleep(LOOK_EVERY);
        let now = watch::newest(&places.root);
        if now == seen {
            continue;
        }
        seen = now;
        let start = Instant::now();
        match page::build(places, &kit, Build::Quick, &dist) {
            Ok(()) => println!("Built again in {}; reload the page", Took(start.elapsed())),
            Err(why) => println!("The page stays as it was: {why}"),
        }
    }
}

/// Takes the first free port from `first` on.
fn listen(first: u16) -> Result<(TcpListener, u16)> {
    for port in first..=first.saturating_add(TRIES) {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(listener) => return Ok((listener, port)),
            Err(_) => println!("Port {port} is taken; trying the next"),
        }
    }
    Err(format!(
        "no port from {first} on is free; choose another with `cargo xtask serve --port N`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_gives_the_next() {
        let (_held, taken) = listen(49_200).expect("a free port");
        let (_other, next) = listen(taken).expect("another free port");
        assert!(next > taken);
    }
}
