//! What a component holds on to from one drawing to the next.
//!
//! Yew's own state is a reducer with everything that goes with one, made again for every type that is
//! held; a value, a comparison and a request to be drawn again is all that is needed here.

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
