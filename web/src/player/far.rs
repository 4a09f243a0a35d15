//! Panels below what is in view wait: they are drawn when the reader pauses, so that a step costs what is seen.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, Node};
use yew::prelude::*;

use super::Key;
use super::frame::Frame;
use crate::dom;
use crate::held::{Held, use_after, use_held};

/// How long the reader stays at a step before what waits is drawn, in milliseconds.
const PAUSE: i32 = 120;

/// What waits.
pub(super) struct Far {
    /// The moment at which everything was drawn last.
    rest: Held<Option<Key>>,
    /// The frame of that moment.
    whole: Rc<RefCell<Option<Rc<Frame>>>>,
    /// How many of its panels, from the first on, were in view or above it then.
    near: Rc<Cell<usize>>,
}

/// Follows the reader's pauses, and how far down the panels within `main` are in view.
#[hook]
pub(super) fn use_far(main: &NodeRef, key: &Key) -> Far {
    let far = Far {
        rest: use_held(|| None),
        whole: use_mut_ref(|| None),
        near: use_memo((), |()| Cell::new(usize::MAX)),
    };
    let (now, rest, near, place) = (*key, far.rest.clone(), far.near.clone(), main.clone());
    use_after(
        *key,
        Box::new(move || {
            let here = Rc::new(Cell::new(true));
            let still = here.clone();
            dom::spawn(async move {
                dom::sleep(PAUSE).await;
                if still.get() {
                    rest.set(Some(now));
                    // By then it is laid out, and asking where panels are costs nothing.
                    dom::sleep(PAUSE).await;
                    near.set(in_view(&place));
                }
            });
            Box::new(move || here.set(false))
        }),
    );
    // Who scrolls sees everything at once.
    let latest = use_memo((), |()| Cell::new(*key));
    latest.set(*key);
    let (rest, near, place) = (far.rest.clone(), far.near.clone(), main.clone());
    use_after(
        (),
        Box::new(move || {
            dom::on_any_scroll(Rc::new(move |event| {
                let target = event.target().and_then(|t| t.dyn_into::<Node>().ok());
                let main = place.cast::<Node>();
                if target.is_some_and(|t| t.contains(main.as_ref())) {
                    near.set(in_view(&place));
                    rest.set(Some(latest.get()));
                }
            }))
        }),
    );
    far
}

/// How many panels begin above the lower edge of what is seen of them: of `main` where that is scrolled, else of the
/// window.
fn in_view(main: &NodeRef) -> usize {
    let Some(main) = main.cast::<Element>() else {
        return usize::MAX;
    };
    let height = dom::window().and_then(|w| w.inner_height().ok()?.as_f64());
    let height = height.unwrap_or(f64::MAX);
    let height = height.min(main.get_bounding_client_rect().bottom());
    let panels = main.get_elements_by_class_name("panel");
    let panels = (0..panels.length()).filter_map(|i| panels.item(i));
    let seen = panels.take_while(|p| p.get_bounding_client_rect().top() < height);
    seen.count()
}

impl Far {
    /// The panels to draw, each by its frame and its index there: those of the moment, down to the last that is in
    /// view; below that, until the reader pauses, those of the moment that was drawn whole.
    pub(super) fn panels(&self, frame: &Rc<Frame>, key: &Key) -> Vec<(Rc<Frame>, usize)> {
        let of = |frame: &Rc<Frame>, range: std::ops::Range<usize>| {
            range.map(|i| (frame.clone(), i)).collect::<Vec<_>>()
        };
        let all = frame.view.panels.len();
        let old = self.whole.borrow().clone();
        let old = old.filter(|old| old.run == frame.run && self.rest.get().as_ref() != Some(key));
        let cut = old.as_deref().and_then(|old| self.cut(old, frame));
        let (Some(old), Some((near, from))) = (old, cut) else {
            *self.whole.borrow_mut() = Some(frame.clone());
            return of(frame, 0..all);
        };
        let mut drawn = of(frame, 0..near);
        // A panel may have moved from below into view.
        let moved = |id: &str| frame.view.panels[..near].iter().any(|p| p.id() == id);
        let rest = of(&old, from..old.view.panels.len()).into_iter();
        drawn.extend(rest.filter(|(old, i)| !moved(old.view.panels[*i].id())));
        drawn
    }

    /// How many panels of the new frame are drawn, and from which on the old one's are kept; `None` to draw all.
    fn cut(&self, old: &Frame, new: &Frame) -> Option<(usize, usize)> {
        let from = self.near.get();
        let last = old.view.panels.get(..from)?.last()?;
        let near = new.view.panels.iter().position(|p| p.id() == last.id())?;
        (from < old.view.panels.len()).then_some((near + 1, from))
    }
}
