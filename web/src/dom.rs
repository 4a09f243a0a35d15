//! The few things the page asks of the browser beyond what Yew offers.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, Document, Element, File, HtmlAnchorElement, HtmlElement, ResizeObserver,
    Url, Window,
};
use yew::prelude::*;

use crate::held::Undo;

pub(crate) fn window() -> Option<Window> {
    web_sys::window()
}

pub(crate) fn document() -> Option<Document> {
    window()?.document()
}

/// The value of `data-<name>` on the nearest element around an event's target that has it.
/// One listener on a list serves all its items this way.
pub(crate) fn data(event: &Event, name: &str) -> Option<String> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let attribute = format!("data-{name}");
    target
        .closest(&format!("[{attribute}]"))
        .ok()??
        .get_attribute(&attribute)
}

/// The same as a number.
pub(crate) fn number(event: &Event, name: &str) -> Option<u64> {
    data(event, name)?.parse().ok()
}

/// Milliseconds since the page was opened.
pub(crate) fn now() -> f64 {
    window()
        .and_then(|w| w.performance())
        .map_or(0.0, |p| p.now())
}

/// Waits at least that long and lets the browser draw.
pub(crate) async fn sleep(milliseconds: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        if let Some(w) = window() {
            _ = w.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
        }
    });
    _ = JsFuture::from(promise).await;
}

/// Lets the browser react and draw, without the rest that timers take when they follow one another.
pub(crate) async fn turn() {
    let posted = window().and_then(|w| {
        let scheduler = Reflect::get(&w, &"scheduler".into()).ok()?;
        let post = Reflect::get(&scheduler, &"postTask".into()).ok()?;
        let post: Function = post.dyn_into().ok()?;
        let promise = Promise::new(&mut |resolve, _| {
            _ = post.call1(&scheduler, &resolve);
        });
        Some(promise)
    });
    match posted {
        Some(promise) => _ = JsFuture::from(promise).await,
        None => sleep(0).await,
    }
}

/// Goes on when one of two things is done. The other goes on by itself.
pub(crate) async fn either(
    a: impl Future<Output = ()> + 'static,
    b: impl Future<Output = ()> + 'static,
) {
    let a = wasm_bindgen_futures::future_to_promise(done(Box::pin(a)));
    let b = wasm_bindgen_futures::future_to_promise(done(Box::pin(b)));
    _ = JsFuture::from(Promise::race(&Array::of2(&a, &b))).await;
}

async fn done(task: Pin<Box<dyn Future<Output = ()>>>) -> Result<JsValue, JsValue> {
    task.await;
    Ok(JsValue::NULL)
}

/// Tells the document its language.
pub(crate) fn speak(code: &str) {
    if let Some(root) = document().and_then(|d| d.document_element()) {
        _ = root.set_attribute("lang", code);
    }
}

/// Takes away what index.html shows until the page listens.
pub(crate) fn drop_boot() {
    if let Some(boot) = document().and_then(|d| d.query_selector("main.boot").ok()?) {
        boot.remove();
    }
}

pub(crate) fn spawn(task: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(task);
}

/// The text of a file beside the page.
pub(crate) async fn fetch(path: &str) -> Option<String> {
    let response = JsFuture::from(window()?.fetch_with_str(path)).await.ok()?;
    let response: web_sys::Response = response.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    JsFuture::from(response.text().ok()?)
        .await
        .ok()?
        .as_string()
}

/// The address of a language's sentences, which index.html names.
pub(crate) fn sentences(code: &str) -> Option<String> {
    let link = ["link[data-lang=\"", code, "\"]"].concat();
    let link = document()?.query_selector(&link).ok()??;
    link.get_attribute("data-href")
}

/// The bytes of a file that the reader chose or dropped.
pub(crate) async fn read(file: &File) -> Option<Vec<u8>> {
    let buffer = JsFuture::from(file.array_buffer()).await.ok()?;
    Some(Uint8Array::new(&buffer).to_vec())
}

/// Hands bytes to the reader as a file.
pub(crate) fn download(name: &str, bytes: &[u8]) {
    let run = || -> Result<(), JsValue> {
        let parts = Array::of1(&Uint8Array::from(bytes));
        let kind = BlobPropertyBag::new();
        kind.set_type("application/octet-stream");
        let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &kind)?;
        let url = Url::create_object_url_with_blob(&blob)?;
        let document = document().ok_or(JsValue::NULL)?;
        let link: HtmlAnchorElement = document.create_element("a")?.dyn_into()?;
        link.set_href(&url);
        link.set_download(name);
        link.click();
        Url::revoke_object_url(&url)
    };
    _ = run();
}

/// Puts text on the clipboard; says whether that worked.
pub(crate) async fn copy(text: &str) -> bool {
    let Some(window) = window() else {
        return false;
    };
    // A page that is not served securely has no clipboard at all.
    let navigator: JsValue = window.navigator().into();
    let has = js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|c| c.is_object());
    if !has {
        return false;
    }
    let written = window.navigator().clipboard().write_text(text);
    JsFuture::from(written).await.is_ok()
}

/// Moves the keyboard's focus to the element of that id.
pub(crate) fn focus(id: &str) {
    let element = document().and_then(|d| d.get_element_by_id(id));
    if let Some(element) = element.and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
        _ = element.focus();
    }
}

/// Moves the focus to the first element a selector finds, and presses it if that is wanted.
pub(crate) fn first(selector: &str, press: bool) {
    let found = document().and_then(|d| d.query_selector(selector).ok().flatten());
    if let Some(element) = found.and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
        _ = element.focus();
        if press {
            element.click();
        }
    }
}

/// Whether the reader is writing or choosing something, so that keys are not commands.
pub(crate) fn is_typing(event: &KeyboardEvent) -> bool {
    let Some(target) = event.target().and_then(|t| t.dyn_into::<Element>().ok()) else {
        return false;
    };
    let name = target.tag_name();
    let field = matches!(name.as_str(), "INPUT" | "SELECT" | "TEXTAREA");
    field || target.closest("dialog").ok().flatten().is_some()
}

/// Whether a press of this key on what has the focus already means something.
pub(crate) fn is_pressing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
    target.is_some_and(|t| matches!(t.tag_name().as_str(), "BUTTON" | "A" | "SUMMARY"))
}

/// The key that was pressed.
pub(crate) fn key(event: &Event) -> String {
    event.dyn_ref().map(KeyboardEvent::key).unwrap_or_default()
}

/// Moves the focus among the elements of a list with the up and down arrows, Home and End.
pub(crate) fn roam(event: &Event, selector: &str) {
    let list = event
        .current_target()
        .and_then(|t| t.dyn_into::<Element>().ok());
    let here = event.target().and_then(|t| t.dyn_into::<Element>().ok());
    let (Some(list), Some(here)) = (list, here) else {
        return;
    };
    let Ok(all) = list.query_selector_all(selector) else {
        return;
    };
    let at = (0..all.length()).find(|i| all.get(*i).is_some_and(|n| n.is_same_node(Some(&here))));
    let Some(at) = at else {
        return;
    };
    let last = all.length() - 1;
    let to = match key(event).as_str() {
        "ArrowDown" => (at + 1).min(last),
        "ArrowUp" => at.saturating_sub(1),
        "Home" => 0,
        "End" => last,
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    if let Some(e) = all.get(to).and_then(|n| n.dyn_into::<HtmlElement>().ok()) {
        _ = e.focus();
    }
}

/// Tells of every change of an element's size, until it is undone.
pub(crate) fn on_resize(element: Option<Element>, told: Rc<dyn Fn(&Element)>) -> Undo {
    let measured = element.clone();
    let measure = Closure::<dyn FnMut()>::new(move || {
        if let Some(e) = &measured {
            told(e);
        }
    });
    let observer = ResizeObserver::new(measure.as_ref().unchecked_ref()).ok();
    if let (Some(observer), Some(element)) = (&observer, &element) {
        observer.observe(element);
    }
    Box::new(move || {
        if let Some(observer) = observer {
            observer.disconnect();
        }
        drop(measure);
    })
}

/// Tells when anything is scrolled.
pub(crate) fn on_any_scroll(told: Rc<dyn Fn(&Event)>) -> Undo {
    let heard = Closure::<dyn FnMut(Event)>::new(move |event: Event| told(&event));
    let document = document();
    if let Some(d) = &document {
        let call = heard.as_ref().unchecked_ref();
        _ = d.add_event_listener_with_callback_and_bool("scroll", call, true);
    }
    Box::new(move || {
        let call = heard.as_ref().unchecked_ref();
        if let Some(d) = document {
            _ = d.remove_event_listener_with_callback_and_bool("scroll", call, true);
        }
    })
}

/// The value of the field an event came from.
pub(crate) fn value(event: &Event) -> String {
    let Some(target) = event.target() else {
        return String::new();
    };
    if let Some(input) = target.dyn_ref::<web_sys::HtmlInputElement>() {
        return match input.type_().as_str() {
            "checkbox" if input.checked() => "yes".to_string(),
            "checkbox" => "no".to_string(),
            _ => input.value(),
        };
    }
    match target.dyn_ref::<web_sys::HtmlSelectElement>() {
        Some(select) => select.value(),
        None => target
            .dyn_ref::<web_sys::HtmlTextAreaElement>()
            .map(web_sys::HtmlTextAreaElement::value)
            .unwrap_or_default(),
    }
}
