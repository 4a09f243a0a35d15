//! The page: draws panels, knows no machine.
//!
//! [`state`] holds what the page is showing and how it changes; [`app`] ties it to the browser
//! (keys, address bar, dropped files); [`gallery`], [`player`] and [`inspect`] are the pages; [`panel`] draws
//! each panel kind of [`teescope_core::view`]; [`dialog`] holds what opens over a page.
//! Everything a reader may need again is in the address: [`state::State::link`].

extern crate alloc;

pub mod app;
mod dialog;
mod dom;
mod el;
mod extras;
mod figure;
mod gallery;
mod held;
mod inspect;
mod lang;
pub mod machines;
mod panel;
mod player;
pub mod source;
mod state;
mod stopped;
mod virtual_list;

use source::Source;
use teescope_core::trace::Link;

/// Starts the page in an element as soon as the machine that its address names is here, so that nothing
/// is shown which is replaced a moment later. A machine that cannot be had does not keep it from starting.
pub fn start_soon(root: web_sys::Element, source: Source) {
    dom::spawn(async move {
        let mut source = source;
        let named = Link::read(&app::fragment()).unwrap_or_default().scenario;
        if named.is_empty() || named == state::INSPECT {
            extras::fetch().await;
        }
        let wanted = source.lacks(Some(named.as_str()).filter(|id| !id.is_empty()));
        let coming: Vec<_> = wanted.iter().map(|id| source.fetch(id)).collect();
        for (id, coming) in wanted.into_iter().zip(coming) {
            let Some(coming) = coming else {
                continue;
            };
            if let Some(make) = coming.await {
                source = source.with(id, make);
            }
        }
        start(root, source);
    });
}

/// Starts the page in an element. What index.html shows until then stays until the page listens.
pub fn start(root: web_sys::Element, source: Source) -> yew::AppHandle<app::App> {
    stopped::watch();
    let host = dom::document().and_then(|d| d.create_element("div").ok());
    let host = host.filter(|host| root.append_child(host).is_ok());
    let host = host.unwrap_or(root);
    yew::Renderer::<app::App>::with_root_and_props(host, app::Props { source }).render()
}
