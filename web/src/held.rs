//! What a component holds on to from one drawing to the next.
//!
//! Yew's own state is a reducer with everything that goes with one, made again for every type that is
//! held; a value, a comparison and a request to be drawn again is all that is needed here. Its effects
//! are made again for every closure; those of this file are boxed and share one.

use std::cell::RefCell;
use std::rc::Rc;

use yew::prelude::*;

/// A value of a component. Clones are the same value.
pub(crate) struct Held<T> {
    value: Rc<RefCell<T>>,
    redraw: UseForceUpdateHandle,
}

impl<T> Clone for Held<T> {
    fn clone(&self) -> Self {
        Self {
            value: self.value.clone(),
            redraw: self.redraw.clone(),
        }
    }
}

impl<T: Clone + PartialEq> Held<T> {
    /// The value as it is now.
    pub(crate) fn get(&self) -> T {
        self.value.borrow().clone()
    }

    /// Sets the value; the component is drawn again if that changes it.
    pub(crate) fn set(&self, value: T) {
        if *self.value.borrow() != value {
            *self.value.borrow_mut() = value;
            self.redraw.force_update();
        }
    }
}

/// A value that the component which calls it holds, at first that of `first`.
#[hook]
pub(crate) fn use_held<T: 'static>(first: impl FnOnce() -> T) -> Held<T> {
    Held {
        value: use_mut_ref(first),
        redraw: use_force_update(),
    }
}

/// Ends what was begun.
pub(crate) type Undo = Box<dyn FnOnce()>;

/// Begins something once the component is drawn, if `on` is not what it was the last time; what was
/// begun before is ended first, and at the latest when the component goes.
#[hook]
pub(crate) fn use_after<D: PartialEq + 'static>(on: D, begin: Box<dyn FnOnce() -> Undo>) {
    let last = use_mut_ref(|| (None, 0));
    use_effect_boxed(times(&last, on), begin);
}

/// How often that was something else.
fn times<D: PartialEq>(last: &RefCell<(Option<D>, u32)>, on: D) -> u32 {
    let mut last = last.borrow_mut();
    if last.0.as_ref() != Some(&on) {
        *last = (Some(on), last.1 + 1);
    }
    last.1
}

#[hook]
fn use_effect_boxed(times: u32, begin: Box<dyn FnOnce() -> Undo>) {
    use_effect_with(times, move |_| begin());
}
