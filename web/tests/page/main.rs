//! The page mounted in a real document: comparison, gallery, player, keys, address, forks.

mod compare;
#[path = "../../../core/tests/it/compare/vault.rs"]
mod vault;

use std::cell::Cell;

use teescope_web::machines;
use teescope_web::source::Source;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Document, Element, HtmlElement, KeyboardEvent, KeyboardEventInit, Window};

wasm_bindgen_test_configure!(run_in_browser);

fn window() -> Window {
    web_sys::window().expect("a window")
}

fn document() -> Document {
    window().document().expect("a document")
}

/// The page in an element of its own, opened at a fragment; taken away when dropped.
struct Page {
    root: Element,
    app: Cell<Option<yew::AppHandle<teescope_web::app::App>>>,
}

impl Page {
    async fn at(fragment: &str) -> Self {
        Self::of(machines::everything(), fragment).await
    }

    async fn of(source: Source, fragment: &str) -> Self {
        let history = window().history().expect("a history");
        let url = format!("#{fragment}");
        history
            .replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&url))
            .expect("the address can be set");
        let root = document().create_element("div").expect("an element");
        document()
            .body()
            .expect("a body")
            .append_child(&root)
            .expect("room");
        let app = teescope_web::start(root.clone(), source);
        let page = Self {
            root,
            app: Cell::new(Some(app)),
        };
        page.settle().await;
        page
    }

    /// Until everything that was asked for is drawn.
    async fn settle(&self) {
        for _ in 0..3 {
            yew::scheduler::flush().await;
        }
    }

    fn find(&self, selector: &str) -> Option<Element> {
        self.root.query_selector(selector).expect("a selector")
    }

    fn count(&self, selector: &str) -> u32 {
        self.root
            .query_selector_all(selector)
            .expect("a selector")
            .length()
    }

    fn text(&self, selector: &str) -> String {
        let found = self.find(selector);
        found
            .unwrap_or_else(|| panic!("there is no {selector}"))
            .text_content()
            .unwrap_or_default()
    }

    async fn key(&self, key: &str) {
        let init = KeyboardEventInit::new();
        init.set_key(key);
        init.set_bubbles(true);
        init.set_cancelable(true);
        let event =
            KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).expect("an event");
        document()
            .body()
            .expect("a body")
            .dispatch_event(&event)
            .expect("it is heard");
        self.settle().await;
    }

    /// Until something is drawn that takes its time.
    async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        for _ in 0..600 {
            if holds(self) {
                return;
            }
            turn().await;
        }
        panic!("{what} never came");
    }

    async fn click(&self, selector: &str) {
        let element: HtmlElement = self
            .find(selector)
            .unwrap_or_else(|| panic!("there is no {selector}"))
            .unchecked_into();
        element.click();
        self.settle().await;
    }

    /// The fragment, once it is written; quick changes are written together.
    async fn fragment(&self, wanted: impl Fn(&str) -> bool) -> String {
        for _ in 0..200 {
            let now = window().location().hash().expect("a fragment");
            if wanted(&now) {
                return now;
            }
            turn().await;
        }
        window().location().hash().expect("a fragment")
    }
}

/// Lets the browser draw once.
async fn turn() {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        window().request_animation_frame(&resolve).expect("a frame");
    });
    wasm_bindgen_futures::JsFuture::from(promise)
        .await
        .expect("it comes");
}

impl Drop for Page {
    fn drop(&mut self) {
        if let Some(app) = self.app.take() {
            app.destroy();
        }
        self.root.remove();
    }
}

#[wasm_bindgen_test]
async fn the_gallery_lists_every_scenario_that_wants_to_be_listed() {
    let page = Page::at("gallery&lang=en").await;
    let scenarios = teescope_core::tees::all()
        .into_iter()
        .flat_map(|t| t.scenarios);
    let listed: Vec<_> = scenarios.map(|s| s.info()).filter(|i| i.listed).collect();
    assert!(!listed.is_empty());
    // A machine of which there are only words has no shelf.
    let runs = |t: &teescope_core::trace::Tee| t.scenarios.iter().any(|s| s.info().listed);
    let shelves = teescope_core::tees::all()
        .iter()
        .filter(|t| runs(t))
        .count();
    assert!(shelves < teescope_core::tees::all().len());
    assert_eq!(page.count(".shelf .scenarios") as usize, shelves);
    assert_eq!(page.count(".scenarios a") as usize, listed.len());
    for info in listed {
        let link = format!(".scenarios a[href='#{}&lang=en']", info.id);
        assert!(page.text(&link).contains(&info.title.en()), "{link}");
    }
}

#[wasm_bindgen_test]
async fn the_start_introduces_the_scenario() {
    let page = Page::at("sgx/hello-enclave&lang=en").await;
    let info = teescope_core::tees::scenario("sgx/hello-enclave")
        .expect("it exists")
        .info();
    let card = page.text("#card");
    assert!(
        card.contains(&info.question.en()) && card.contains(&info.lesson.en()),
        "{card}"
    );
}

#[wasm_bindgen_test]
async fn keys_step_and_the_address_follows() {
    let page = Page::at("sgx/hello-enclave&lang=en").await;
    page.key("ArrowRight").await;
    assert!(page.text("#card .place").starts_with("step 1 of "));
    page.key("End").await;
    let at = page.fragment(|f| f.contains("@init.einit")).await;
    assert_eq!(at, "#sgx/hello-enclave@init.einit&lang=en");
    page.key("Home").await;
    assert!(page.text("#card .place").contains("before the first"));
    page.key("PageDown").await;
    page.key("PageDown").await;
    assert!(page.find(".step.now").is_some());
}

#[wasm_bindgen_test]
async fn a_link_opens_at_its_step() {
    let page = Page::at("sgx/hello-enclave@create.ecreate&lang=en").await;
    assert_eq!(page.text("#card h2"), "ENCLS[ECREATE]");
    assert_eq!(page.text(".step.now code"), "ENCLS[ECREATE]");
}

#[wasm_bindgen_test]
async fn a_refused_step_shows_its_broken_rule() {
    let page = Page::at("sgx/einit-refused@end&lang=en").await;
    assert!(page.find("#card.is-stopped .stop").is_some());
    assert_eq!(page.count("#card .rule.failed"), 1);
    assert_eq!(page.text("#card .rule.failed .id"), "EINIT.not-initialised");
    assert!(page.find("main .refusal").is_some());
}

#[wasm_bindgen_test]
async fn a_what_if_forks_and_keeps_the_original() {
    let page = Page::at("sgx/hello-enclave@load.code1.eextend3&lang=en").await;
    page.click("[data-what-if='0']").await;
    assert_eq!(page.count(".run"), 2);
    assert!(page.text("#card .place").contains("in your run"));
    page.click(".run:first-child button").await;
    assert!(
        page.find(".run.now")
            .is_some_and(|r| r.text_content().unwrap_or_default().starts_with("Original"))
    );
    page.click("[data-discard]").await;
    assert_eq!(page.count(".run"), 0);
}

#[wasm_bindgen_test]
async fn a_bad_link_is_told_and_left_alone() {
    let page = Page::at("sgx/hello-enclave&seed=many&lang=en").await;
    assert!(page.text(".notice").contains("seed"));
    assert_eq!(
        window().location().hash().expect("a fragment"),
        "#sgx/hello-enclave&seed=many&lang=en"
    );
}

#[wasm_bindgen_test]
async fn a_link_to_nothing_says_so() {
    let page = Page::at("sgx/no-such-thing&lang=en").await;
    assert!(page.text(".asking").contains("sgx/no-such-thing"));
}

#[wasm_bindgen_test]
async fn a_link_that_names_a_file_asks_for_it() {
    let scenarios = teescope_core::tees::all()
        .into_iter()
        .flat_map(|t| t.scenarios);
    let mut infos = scenarios.map(|s| s.info());
    let (id, key) = infos
        .find_map(|i| {
            let file = |p: &&teescope_core::trace::Param| {
                matches!(p.kind, teescope_core::trace::ParamKind::File { .. })
            };
            i.params.iter().find(file).map(|p| (i.id, p.key))
        })
        .expect("a scenario takes a file");
    let digest = "ab".repeat(32);
    let page = Page::at(&format!("{id}&set.{key}=sha256-{digest}&lang=en")).await;
    assert!(page.text(".asking").contains(&digest));
    assert_eq!(page.count(".asking input[type='file']"), 1);
}

#[wasm_bindgen_test]
async fn long_lists_stay_small_and_nothing_has_a_style_attribute() {
    let page = Page::at("sgx/hello-enclave@end&set.heap=400&set.measure-heap=yes&lang=en").await;
    assert!(page.count(".step") <= 200, "{} rows", page.count(".step"));
    assert!(page.count("tr") <= 400, "{} table rows", page.count("tr"));
    assert_eq!(page.count("[style]"), 0);
}

/// Types something into the inspector.
async fn paste(page: &Page, text: &str) {
    let field: web_sys::HtmlTextAreaElement = page
        .find("#pasted")
        .expect("a field to paste into")
        .unchecked_into();
    field.set_value(text);
    let event = web_sys::Event::new_with_event_init_dict("input", &{
        let init = web_sys::EventInit::new();
        init.set_bubbles(true);
        init
    });
    field
        .dispatch_event(&event.expect("an event"))
        .expect("it is heard");
    page.settle().await;
}

#[wasm_bindgen_test]
async fn what_is_pasted_is_recognised_and_put_away() {
    use teescope_core::sgx::structs::SigStruct;
    let page = Page::at("inspect&lang=en").await;
    assert_eq!(page.count(".told"), 0);
    let key = teescope_core::sgx::sigstruct::demo_signer().expect("the demo key");
    let sig = SigStruct::default().sign(&key).expect("signed");
    let hex = teescope_core::bytes::hex::spaced(&sig.encode());
    paste(&page, &hex).await;
    assert_eq!(page.text(".told h2"), "SIGSTRUCT");
    let told = page.text(".told");
    assert!(told.contains("hex: 1,808 bytes"), "{told}");
    assert!(told.contains("the demo key of this project"), "{told}");
    assert!(told.contains("7 of 7 checks hold"), "{told}");
    assert_eq!(
        page.count(".fields-of tbody tr"),
        SigStruct::LAYOUT.fields.len() as u32 + 2
    );
    page.click("[data-clear]").await;
    assert_eq!(page.count(".told"), 0);
    assert_eq!(page.count("[style]"), 0);
}

#[wasm_bindgen_test]
async fn what_is_inspected_opens_as_a_run() {
    use teescope_core::sgx::structs::SigStruct;
    let page = Page::at("inspect&lang=en").await;
    let key = teescope_core::sgx::sigstruct::demo_signer().expect("the demo key");
    let sig = SigStruct::default().sign(&key).expect("signed");
    paste(&page, &teescope_core::bytes::hex::encode(&sig.encode())).await;
    page.click("[data-run='0']").await;
    assert!(page.find("#card").is_some());
}

#[wasm_bindgen_test]
async fn a_message_is_explained_and_the_address_keeps_silent() {
    let page = Page::at("inspect&lang=en").await;
    paste(&page, "ENCLS returned 0x4000000e").await;
    assert_eq!(page.text(".told h2"), "#PF");
    assert_eq!(page.count(".dump"), 0);
    let at = page.fragment(|f| f.contains("inspect")).await;
    assert_eq!(at, "#inspect&lang=en");
}
