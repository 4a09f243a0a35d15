//! What goes on beside reading: the first pass of a long run, the search for where two runs part, playing.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use teescope_core::trace::Session;
use yew::prelude::*;

use crate::dom;
use crate::held::use_after;
use crate::host;
use crate::state::play::{Do, Play, SPEEDS};
use crate::state::run::{Parting, slice};
use crate::state::{Notice, use_ctx};

/// How often the page hears of progress, in milliseconds.
const REPORT: f64 = 120.0;

/// Longer runs are compared by the lines of their steps only.
const COMPARE_STEPS: u64 = 20_000;

type Shared = Rc<RefCell<Box<dyn Session>>>;

/// Carries out the run's first pass in slices that leave the page time to react.
#[hook]
pub(super) fn use_first_pass(play: &Rc<Play>) {
    let ctx = use_ctx();
    let run = play.run();
    let due = run.done < run.len && !run.halted;
    let session = run.session.clone();
    let len = run.len;
    let id = run.id;
    use_after(
        (id, due),
        Box::new(move || {
            let alive = Rc::new(Cell::new(due));
            let on = alive.clone();
            if alive.get() {
                dom::spawn(async move {
                    let (mut told, mut done) = (dom::now(), 0);
                    while on.get() {
                        dom::turn().await;
                        if !on.get() {
                            break;
                        }
                        let (now, need) = slice(&session);
                        done = done.max(now);
                        if let Some(need) = need
                            && let Err(why) = host::supply_need(&need).await
                        {
                            ctx.act(Do::Halt(true));
                            ctx.say(Notice::bad(why));
                            break;
                        }
                        if done >= len || dom::now() - told > REPORT {
                            told = dom::now();
                            ctx.act(Do::Worked(id, done));
                        }
                        if done >= len {
                            break;
                        }
                    }
                });
            }
            Box::new(move || alive.set(false))
        }),
    );
}

/// Finds where the run that is shown parts from the original.
#[hook]
pub(super) fn use_parting(play: &Rc<Play>) {
    let ctx = use_ctx();
    let run = play.run();
    let due = play.is_fork() && run.parts.is_none() && run.done >= run.len;
    let (original, fork) = (play.runs[0].session.clone(), run.session.clone());
    let id = run.id;
    use_after(
        (id, due),
        Box::new(move || {
            let alive = Rc::new(Cell::new(due));
            let on = alive.clone();
            if alive.get() {
                dom::spawn(async move {
                    let mut at = 1;
                    while on.get() {
                        dom::sleep(0).await;
                        match part(&original, &fork, &mut at) {
                            Some(parting) => {
                                if on.get() {
                                    ctx.act(Do::Parted(id, parting));
                                }
                                break;
                            }
                            None => continue,
                        }
                    }
                });
            }
            Box::new(move || alive.set(false))
        }),
    );
}

/// Compares steps for one slice; `None` if it is to go on.
fn part(original: &Shared, fork: &Shared, at: &mut u64) -> Option<Parting> {
    let start = dom::now();
    let (mut a, mut b) = (original.borrow_mut(), fork.borrow_mut());
    let both = a.len().min(b.len());
    while *at <= both {
        let (x, y) = (a.line(*at), b.line(*at));
        if (x.label, x.name, x.edited) != (y.label, y.name, y.edited) {
            return Some(Parting::At(*at));
        }
        if both <= COMPARE_STEPS && !host::any() {
            let (x, y) = (a.step(*at), b.step(*at));
            if x.map(|s| (s.outcome, s.events.clone())) != y.map(|s| (s.outcome, s.events.clone()))
            {
                return Some(Parting::At(*at));
            }
        }
        *at += 1;
        if dom::now() - start > 6.0 {
            return None;
        }
    }
    match a.len() == b.len() {
        true => Some(Parting::Nowhere),
        false => Some(Parting::At(both + 1)),
    }
}

/// Goes on by itself while playing.
#[hook]
pub(super) fn use_playing(play: &Rc<Play>) {
    let ctx = use_ctx();
    let speed = &SPEEDS[play.speed];
    let playing = play.playing;
    use_after(
        (playing, play.speed),
        Box::new(move || {
            let alive = Rc::new(Cell::new(playing));
            let on = alive.clone();
            if alive.get() {
                dom::spawn(async move {
                    loop {
                        dom::sleep(speed.pause).await;
                        if !on.get() {
                            break;
                        }
                        ctx.act(Do::Tick(speed.steps));
                    }
                });
            }
            Box::new(move || alive.set(false))
        }),
    );
}
