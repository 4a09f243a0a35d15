//! The page: draws panels, knows no machine.
//!
//! [`state`] holds what the page is showing and how it changes; [`app`] ties it to the browser
//! (keys, address bar, dropped files); [`compare`], [`gallery`], [`player`] and [`inspect`] are the pages; [`panel`] draws
//! each panel kind of [`teescope_core::view`]; [`dialog`] holds what opens over a page.
//! Everything a reader may need again is in the address: [`state::State::link`].

extern crate alloc;

pub mod app;
mod compare;
mod compared;
mod dialog;
mod diff;
mod diffed;
mod dom;
mod el;
mod extras;
mod figure;
mod gallery;
mod held;
mod host;
mod inspect;
mod inspected;
mod lang;
pub mod machines;
mod module;
mod nav;
mod panel;
mod played;
mod player;
pub mod source;
mod state;
mod stopped;
mod virtual_list;

use std::cell::RefCell;
use std::rc::Rc;

use source::Source;
use teescope_core::compare::Ask;
use teescope_core::trace::Link;

/// Starts the page in an element as soon as the machine that its address names is here, so that nothing
/// is shown which is replaced a moment later. A machine that cannot be had, or not soon, does not
/// keep it from starting.
pub fn start_soon(root: web_sys::Element, source: Source) {
    dom::spawn(async move {
        let here = Rc::new(RefCell::new(source));
        let link = Link::read(&app::fragment()).unwrap_or_default();
        dom::either(fetch_first(here.clone(), link), dom::sleep(PATIENCE)).await;
        let source = here.borrow().clone();
        start(root, source);
    });
}

/// How long the page waits for what it shows first before it starts without, in milliseconds.
const PATIENCE: i32 = 5_000;

/// Fetches what a link shows.
async fn fetch_first(here: Rc<RefCell<Source>>, link: Link) {
    let source = here.borrow().clone();
    let front = link.scenario.is_empty() && !source.compared().is_empty();
    let wanted = if front || Ask::is_meant(&link) {
        compared::fetch().await;
        source.lacks_common()
    } else if link.scenario == state::INSPECT {
        inspected::fetch().await;
        source.lacks(None)
    } else if link.scenario.is_empty() || link.scenario == state::GALLERY {
        extras::fetch().await;
        source.lacks(None)
    } else {
        played::fetch().await;
        source.lacks(Some(&link.scenario))
    };
    for id in wanted {
        let Some(coming) = source.fetch(id) else {
            continue;
        };
        if let Some(make) = coming.await {
            let more = here.borrow().with(id, make);
            *here.borrow_mut() = more;
        }
    }
}

/// Starts the page in an element. What index.html shows until then stays until the page listens.
pub fn start(root: web_sys::Element, source: Source) -> yew::AppHandle<app::App> {
    stopped::watch();
    let host = dom::document().and_then(|d| d.create_element("div").ok());
    let host = host.filter(|host| root.append_child(host).is_ok());
    let host = host.unwrap_or(root);
    yew::Renderer::<app::App>::with_root_and_props(host, app::Props { source }).render()
}
