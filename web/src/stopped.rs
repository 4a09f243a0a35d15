//! What the reader sees if the page itself fails: a sentence, and the address that holds everything.

use std::cell::RefCell;

use teescope_core::text;

use crate::dom;
use crate::lang::Lang;

thread_local! {
    static SPOKEN: RefCell<Lang> = RefCell::new(Lang::english());
}

/// Takes note of the language that is spoken, because a failing page can ask for nothing.
pub(crate) fn speak(lang: &Lang) {
    SPOKEN.with(|s| s.replace(lang.clone()));
}

/// Makes a failure of the page visible.
pub(crate) fn watch() {
    yew::set_custom_panic_hook(Box::new(|why| {
        web_sys::console::error_1(&why.to_string().into());
        _ = show();
    }));
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
