//! What the reader sees if the page itself fails: a sentence, and the address that holds everything.

use std::cell::RefCell;

use js_sys::Reflect;
use teescope_core::text;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use crate::dom;
use crate::lang::Lang;

thread_local! {
    static SPOKEN: RefCell<Lang> = RefCell::new(Lang::english());
}

/// Takes note of the language that is spoken, because a failing page can ask for nothing.
pub(crate) fn speak(lang: &Lang) {
    SPOKEN.with(|s| s.replace(lang.clone()));
}

/// Makes a failure of the page visible. A module that fails traps, and the browser tells.
pub(crate) fn watch() {
    let heard = Closure::<dyn FnMut(JsValue)>::new(|event: JsValue| {
        let error = Reflect::get(&event, &"error".into()).unwrap_or_default();
        if error.is_instance_of::<js_sys::WebAssembly::RuntimeError>() {
            _ = show();
        }
    });
    if let Some(window) = dom::window() {
        let function = heard.as_ref().unchecked_ref();
        _ = window.add_event_listener_with_callback("error", function);
    }
    // Heard for as long as the page is open.
    heard.forget();
}

fn show() -> Option<()> {
    let says = text!(
        "ui.stopped",
        "The page stopped at an error of its own. Its address still holds everything you see: reload the page, or keep the address and report it."
    );
    let says = SPOKEN.with(|s| s.try_borrow().map(|lang| lang.t(&says)).ok())?;
    let document = dom::document()?;
    let bar = document.create_element("div").ok()?;
    bar.set_class_name("notice is-bad");
    _ = bar.set_attribute("role", "alert");
    bar.set_text_content(Some(&says));
    document.body()?.append_child(&bar).ok()?;
    Some(())
}
