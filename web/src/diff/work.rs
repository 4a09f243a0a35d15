//! Carries a comparison out in slices that leave the page time to react.

use std::cell::Cell;
use std::rc::Rc;

use teescope_core::artefacts;
use teescope_core::text::Text;
use teescope_core::trace::Progress;
use teescope_core::view::{Differ, Difference};
use yew::prelude::*;

use crate::dom;
use crate::held::{Held, use_after, use_held};
use crate::host;
use crate::state::Sides;

/// How far the comparison is.
#[derive(Clone)]
pub(super) enum Status {
    /// Something is missing still.
    Waiting,
    /// So much of so much.
    Working(u64, u64),
    /// The reader stopped it.
    Stopped,
    /// They cannot be compared.
    Bad(Text),
    /// What was found.
    Done(Rc<Difference>),
}

impl PartialEq for Status {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Waiting, Self::Waiting) | (Self::Stopped, Self::Stopped) => true,
            (Self::Working(a, b), Self::Working(c, d)) => (a, b) == (c, d),
            (Self::Bad(a), Self::Bad(b)) => a == b,
            (Self::Done(a), Self::Done(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }
}

/// As long is a slice, in milliseconds.
const SLICE: f64 = 16.0;

/// Operations between two looks at the clock.
const STRIDE: u64 = 512;

/// How often the reader hears of progress, in milliseconds.
const REPORT: f64 = 120.0;

/// Compares both sides as soon as they are there; gives how far that is, and what stops it.
#[hook]
pub(super) fn use_work(sides: &Rc<Sides>) -> (Status, Callback<Event>) {
    let status = use_held(|| Status::Waiting);
    let running = use_mut_ref(|| Rc::new(Cell::new(false)));
    let (told, given, slot) = (status.clone(), sides.given.clone(), running.clone());
    use_after(
        sides.version,
        Box::new(move || {
            let alive = Rc::new(Cell::new(true));
            *slot.borrow_mut() = alive.clone();
            let on = alive.clone();
            match &given {
                [Some(a), Some(b)] => match artefacts::diff(a, b) {
                    Ok(job) => {
                        told.set(Status::Working(0, 1));
                        dom::spawn(work(job, told, on));
                    }
                    Err(why) => told.set(Status::Bad(why)),
                },
                _ => told.set(Status::Waiting),
            }
            Box::new(move || alive.set(false))
        }),
    );
    let stopped = status.clone();
    let stop = Callback::from(move |_: Event| {
        running.borrow().set(false);
        stopped.set(Status::Stopped);
    });
    (status.get(), stop)
}

async fn work(mut job: Box<dyn Differ>, told: Held<Status>, on: Rc<Cell<bool>>) {
    let mut reported = dom::now();
    loop {
        dom::turn().await;
        if !on.get() {
            return;
        }
        let start = dom::now();
        while dom::now() - start < SLICE {
            match job.work(STRIDE) {
                Ok(Progress::Ready) => {
                    told.set(Status::Done(Rc::new(job.difference())));
                    return;
                }
                Ok(Progress::Working { done, of }) => {
                    if dom::now() - reported > REPORT {
                        reported = dom::now();
                        told.set(Status::Working(done, of));
                    }
                }
                Ok(Progress::Need(need)) => {
                    if let Err(why) = host::supply_need(&need).await {
                        if on.get() {
                            told.set(Status::Bad(why));
                        }
                        return;
                    }
                    break;
                }
                Err(why) => {
                    told.set(Status::Bad(why));
                    return;
                }
            }
        }
    }
}
