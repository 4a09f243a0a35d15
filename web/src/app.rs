//! Ties the state to the browser: address bar, keys, dropped files, language, theme.

use std::cell::RefCell;
use std::rc::Rc;

use teescope_core::text;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use yew::prelude::*;

use crate::compare;
use crate::compared;
use crate::diffed;
use crate::dom;
use crate::extras;
use crate::gallery::drop;
use crate::gallery::waiting::waiting_page;
use crate::inspected;
use crate::lang::{self, Lang};
use crate::module::Code;
use crate::played;
use crate::player;
use crate::source::Source;
use crate::state::play::{Against, Do};
use crate::state::{Action, Ctx, Notice, Open, Page, State};

/// What the page is made with.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// The machines it offers.
    pub source: Source,
}

/// The page.
#[component]
pub fn App(props: &Props) -> Html {
    let source = props.source.clone();
    let state = use_reducer(move || first(source));
    let ctx = Ctx {
        lang: state.lang.clone(),
        theme: state.theme,
        kept: Rc::new(state.kept()),
        dispatch: state.dispatcher(),
    };
    crate::stopped::speak(&state.lang);
    let spoken = use_language(&state, &ctx);
    use_document(&state);
    use_machines(&state, &ctx);
    use_address(&state, &ctx);
    use_keys(&state, &ctx);
    let over = use_state_eq(|| false);
    let dragover = use_callback(over.setter(), |event: DragEvent, over| {
        event.prevent_default();
        over.set(true);
    });
    let dragleave = use_callback(over.setter(), |event: DragEvent, over| {
        if event.related_target().is_none() {
            over.set(false);
        }
    });
    let dropped = use_callback(
        (ctx.clone(), over.setter()),
        |event: DragEvent, (ctx, over)| {
            event.prevent_default();
            over.set(false);
            let side = dom::number(&event, "side");
            drop::take(ctx, event.data_transfer().and_then(|d| d.files()), side);
        },
    );
    if !spoken {
        return html! { <div class="page" aria-busy="true"></div> };
    }
    html! {
        <ContextProvider<Ctx> context={ctx.clone()}>
            <div class={classes!("page", over.then_some("is-over"))} ondragover={dragover} ondragleave={dragleave} ondrop={dropped}>
                { page(&ctx, &state) }
                { notice_bar(&ctx, state.notice.as_ref()) }
            </div>
        </ContextProvider<Ctx>>
    }
}

/// The state that the address asks for.
fn first(source: Source) -> State {
    let mut state = State::new(source, Lang::english(), None);
    state.go(&fragment());
    state
}

fn page(ctx: &Ctx, state: &UseReducerHandle<State>) -> Html {
    let page = match &state.page {
        Page::Compare(link) => compared::here().map(|compared| {
            (compared.page)(compare::Props {
                link: link.clone(),
                source: state.source.clone(),
                failed: state.failed,
                extras: extras::here().is_some(),
            })
        }),
        Page::Player(play) => played::here().map(|played| {
            (played.page)(player::Props {
                play: play.clone(),
                open: state.open,
                extras: extras::here().is_some(),
            })
        }),
        Page::Gallery => extras::here().map(|extras| (extras.gallery)(ctx, state)),
        Page::Diff => diffed::here().map(|diffed| (diffed.page)(state)),
        Page::Inspect => inspected::here().map(|inspected| (inspected.page)(state)),
        Page::Asking(asking) => {
            extras::here().map(|extras| (extras.asking)(ctx, asking, &state.source))
        }
        Page::Waiting(_) => None,
    };
    page.unwrap_or_else(|| waiting_page(ctx, state.failed))
}

/// What the address says.
pub(crate) fn fragment() -> String {
    let hash = dom::window()
        .and_then(|w| w.location().hash().ok())
        .unwrap_or_default();
    hash.trim_start_matches('#').to_string()
}

/// Fetches the sentences of the language that is wanted; says whether any language can be shown yet.
#[hook]
fn use_language(state: &UseReducerHandle<State>, ctx: &Ctx) -> bool {
    let wanted = state.chosen.unwrap_or_else(lang::preferred);
    // Nothing is shown before the first effects have run: whatever is seen already listens.
    let asked = use_state_eq(|| false);
    let ctx = ctx.clone();
    let has = state.lang.code;
    let answered = asked.setter();
    use_effect_with(wanted, move |wanted| {
        let wanted = *wanted;
        if wanted == has {
            dom::drop_boot();
            answered.set(true);
        } else {
            dom::spawn(async move {
                match Lang::load(wanted).await {
                    Some(lang) => {
                        // Its line height comes with it: what is drawn next keeps its place.
                        dom::speak(lang.code);
                        ctx.dispatch.dispatch(Action::Lang(lang));
                    }
                    None => ctx.say(Notice::bad(text!("ui.language.failed", "The sentences of this language could not be fetched; the page stays as it is. Try again when the network is back."))),
                }
                dom::drop_boot();
                answered.set(true);
            });
        }
    });
    *asked
}

/// How long a page is left alone before it fetches what may be wanted next, in milliseconds.
const AT_REST: i32 = 1_500;

/// Fetches the machines and the code that are wanted and not here, and later the other code.
#[hook]
fn use_machines(state: &UseReducerHandle<State>, ctx: &Ctx) {
    {
        let ctx = ctx.clone();
        use_effect_with((state.wants_code(), state.tries), move |(wanted, _)| {
            let wanted = wanted.clone();
            dom::spawn(async move {
                for code in &wanted {
                    let came = code.fetch().await;
                    ctx.dispatch.dispatch(Action::Code(came));
                }
                dom::sleep(AT_REST).await;
                for code in Code::ALL.into_iter().filter(|c| !c.is_here()) {
                    if code.fetch().await {
                        ctx.dispatch.dispatch(Action::Code(true));
                    }
                }
            });
        });
    }
    let source = state.source.clone();
    let ctx = ctx.clone();
    use_effect_with((state.wants(), state.tries), move |(wanted, _)| {
        for id in wanted.clone() {
            let Some(coming) = source.fetch(id) else {
                continue;
            };
            let ctx = ctx.clone();
            dom::spawn(async move {
                let make = coming.await;
                ctx.dispatch.dispatch(Action::Machine(id, make));
            });
        }
    });
}

/// Tells the document its language, theme and title.
#[hook]
fn use_document(state: &UseReducerHandle<State>) {
    let title = match &state.page {
        Page::Player(play) => {
            let info = play.run().session.borrow().info().title.clone();
            format!("{} · teescope", state.lang.t(&info))
        }
        // The comparison names its question itself.
        Page::Compare(_) if compared::here().is_some() => String::new(),
        _ => "teescope".to_string(),
    };
    use_effect_with(
        (state.lang.code, state.theme, title),
        |(code, theme, title)| {
            let Some(document) = dom::document() else {
                return;
            };
            if !title.is_empty() {
                document.set_title(title);
            }
            dom::speak(code);
            if let Some(root) = document.document_element() {
                _ = match theme.id() {
                    Some(theme) => root.set_attribute("data-theme", theme),
                    None => root.remove_attribute("data-theme"),
                };
            }
        },
    );
}

/// Writes the address of what is shown, and shows what a changed address says.
#[hook]
fn use_address(state: &UseReducerHandle<State>, ctx: &Ctx) {
    let written = use_mut_ref(|| (fragment(), 0_u32, 0.0_f64));
    let latest = use_mut_ref(String::new);
    let link = state.link().write().trim_start_matches('&').to_string();
    let (visits, unreadable) = (state.visits, state.unreadable);
    {
        let written = written.clone();
        use_effect_with(
            (link, visits, unreadable),
            move |(link, visits, unreadable)| {
                latest.borrow_mut().clone_from(link);
                if !unreadable && written.borrow().0 != *link {
                    write_address(&written, &latest, *visits);
                }
            },
        );
    }
    let ctx = ctx.clone();
    use_effect_with((), move |()| {
        let heard = Closure::<dyn FnMut()>::new(move || {
            let now = fragment();
            let ours = written.borrow().0 == now;
            if !ours {
                written.borrow_mut().0.clone_from(&now);
                ctx.dispatch.dispatch(Action::Address(now));
            }
        });
        let window = dom::window();
        if let Some(w) = &window {
            _ = w.add_event_listener_with_callback("hashchange", heard.as_ref().unchecked_ref());
        }
        move || {
            if let Some(w) = window {
                _ = w.remove_event_listener_with_callback(
                    "hashchange",
                    heard.as_ref().unchecked_ref(),
                );
            }
        }
    });
}

/// Browsers complain about an address that changes too often, so quick changes are written together.
const REST: f64 = 200.0;

fn write_address(
    written: &Rc<RefCell<(String, u32, f64)>>,
    latest: &Rc<RefCell<String>>,
    visits: u32,
) {
    let (now, last) = (dom::now(), written.borrow().2);
    let push = written.borrow().1 != visits;
    if !push && now - last < REST {
        let (written, latest) = (written.clone(), latest.clone());
        written.borrow_mut().2 = now + REST * 1000.0;
        dom::spawn(async move {
            dom::sleep(REST as i32).await;
            put(&written, &latest.borrow(), visits, false);
        });
        return;
    }
    if !push && now < last {
        return;
    }
    put(written, &latest.borrow(), visits, push);
}

fn put(written: &Rc<RefCell<(String, u32, f64)>>, link: &str, visits: u32, push: bool) {
    let Some(window) = dom::window() else {
        return;
    };
    *written.borrow_mut() = (link.to_string(), visits, dom::now());
    let Ok(history) = window.history() else {
        return;
    };
    let path = window.location().pathname().unwrap_or_default();
    let search = window.location().search().unwrap_or_default();
    let address = match link.is_empty() {
        true => format!("{path}{search}"),
        false => format!("#{link}"),
    };
    let empty = wasm_bindgen::JsValue::NULL;
    _ = match push {
        true => history.push_state_with_url(&empty, "", Some(&address)),
        false => history.replace_state_with_url(&empty, "", Some(&address)),
    };
}

/// The keys that work anywhere on the player.
#[hook]
fn use_keys(state: &UseReducerHandle<State>, ctx: &Ctx) {
    let facts = use_mut_ref(|| None::<(bool, bool)>);
    *facts.borrow_mut() = match &state.page {
        Page::Player(play) => Some((play.playing, play.mark.is_none() && play.is_fork())),
        _ => None,
    };
    let ctx = ctx.clone();
    use_effect_with((), move |()| {
        let heard = Closure::<dyn FnMut(KeyboardEvent)>::new(move |event: KeyboardEvent| {
            let plain = !(event.ctrl_key() || event.alt_key() || event.meta_key());
            let Some((playing, to_original)) = *facts.borrow() else {
                return;
            };
            if !plain || event.default_prevented() || dom::is_typing(&event) {
                return;
            }
            if press(&ctx, &event, playing, to_original) {
                event.prevent_default();
            }
        });
        let document = dom::document();
        if let Some(d) = &document {
            _ = d.add_event_listener_with_callback("keydown", heard.as_ref().unchecked_ref());
        }
        move || {
            if let Some(d) = document {
                _ = d
                    .remove_event_listener_with_callback("keydown", heard.as_ref().unchecked_ref());
            }
        }
    });
}

/// Carries out a key; says whether it means anything.
fn press(ctx: &Ctx, event: &KeyboardEvent, playing: bool, to_original: bool) -> bool {
    let many = if event.shift_key() { 10 } else { 1 };
    let act = match event.key().as_str() {
        " " if dom::is_pressing(event) => return false,
        " " => Do::Playing(!playing),
        "ArrowRight" => Do::By(many),
        "ArrowLeft" => Do::By(-many),
        "PageDown" => Do::Phase(true),
        "PageUp" => Do::Phase(false),
        "Home" => Do::Seek(0),
        "End" => Do::Seek(u64::MAX),
        "]" => Do::Change(true),
        "[" => Do::Change(false),
        "m" => Do::Mark,
        "d" if to_original => Do::Against(Against::Original),
        "d" => Do::Against(Against::Mark),
        "Escape" => Do::Escape,
        "/" => {
            dom::focus("search");
            return true;
        }
        "g" => {
            ctx.open(Open::GoTo);
            return true;
        }
        "?" => {
            ctx.open(Open::Keys);
            return true;
        }
        _ => return false,
    };
    ctx.act(act);
    true
}

/// A sentence about what was just done, until the next thing is done.
fn notice_bar(ctx: &Ctx, notice: Option<&Notice>) -> Html {
    let act = ctx.clone();
    let close = Callback::from(move |_: MouseEvent| {
        act.dispatch.dispatch(Action::Notice(None));
    });
    let Some(notice) = notice else {
        return html! { <div class="nothing"></div> };
    };
    let class = if notice.bad {
        "notice is-bad"
    } else {
        "notice"
    };
    html! {
        <div {class} role={if notice.bad { "alert" } else { "status" }}>
            <p>{ ctx.t(&notice.says) }</p>
            <button class="q" onclick={close} aria-label={ctx.t(&text!("ui.notice.close", "Put this away"))}>{ "×" }</button>
        </div>
    }
}
