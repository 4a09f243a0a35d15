//! Seeking in a long run: the state at any position, without drawing anything.

use std::cell::RefCell;

use teescope_core::crypto::sha256::sha256;
use teescope_core::trace::{Input, Inputs, Place, Session, Settings};
use teescope_core::{bytes::hex, tees};

use crate::hash::fully_measured;

thread_local! {
    static RUN: RefCell<Option<Box<dyn Session>>> = const { RefCell::new(None) };
}

/// Opens the run of an enclave of so many pages; its number of steps, 0 where it cannot be opened.
#[unsafe(no_mangle)]
extern "C" fn open(pages: u32) -> u32 {
    let stream = fully_measured(u64::from(pages));
    let mut settings = Settings::default();
    let name = format!("sha256-{}", hex::encode(&sha256(&stream)));
    settings.params.insert("stream".into(), name);
    let file = Input {
        name: "made.sgxs".into(),
        bytes: stream.into(),
    };
    let inputs = Inputs::from([("stream".into(), file)]);
    let run = tees::open("sgx/from-file", &settings, &inputs).ok();
    let len = run.as_ref().map_or(0, |run| run.len() as u32);
    RUN.set(run);
    len
}

/// Carries out the first pass.
#[unsafe(no_mangle)]
extern "C" fn pass() {
    RUN.with_borrow_mut(|run| {
        if let Some(run) = run {
            run.work(u64::MAX);
        }
    });
}

/// Makes the state at a position.
#[unsafe(no_mangle)]
extern "C" fn seek(position: u32) -> u32 {
    RUN.with_borrow_mut(|run| {
        let run = run.as_mut();
        let name = run.map(|run| run.place_name(u64::from(position), &Place::new("epc", 0, 1)));
        std::hint::black_box(name).is_some().into()
    })
}
