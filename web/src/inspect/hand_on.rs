//! What can be done with what was found: opened as a run, saved as text, as bytes or as a case file.

use std::rc::Rc;

use teescope_core::artefacts::Looked;
use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::{Input, Inputs, Link, ParamKind, Recognised, ScenarioInfo, Settings};
use yew::prelude::*;

use crate::dom;
use crate::el::{El, el, said};
use crate::source::Source;
use crate::state::files::digest;
use crate::state::{Action, Ctx, Notice};

/// A scenario that takes the bytes, and the parameter they fill.
struct Taker {
    info: ScenarioInfo,
    key: &'static str,
}

impl Taker {
    /// The settings with the bytes as their file.
    fn settings(&self, bytes: &[u8]) -> Settings {
        let mut settings = Settings::default();
        let value = format!("sha256-{}", digest(bytes));
        settings.params.insert(self.key.to_string(), value);
        settings
    }
}

/// The scenarios that take the bytes: the one that is named, then the others of its machine that have such a file.
fn takers(source: &Source, found: Option<&Recognised>) -> Vec<Taker> {
    let Some(found) = found else {
        return Vec::new();
    };
    let machine = found.scenario.split('/').next();
    let tees = source.all().into_iter();
    let tees = tees.filter(|tee| Some(tee.id) == machine);
    let scenarios = tees.flat_map(|tee| tee.scenarios).map(|s| s.info());
    let mut all: Vec<Taker> = scenarios
        .filter(|info| {
            let mut params = info.params.iter();
            params.any(|p| p.key == found.key && matches!(p.kind, ParamKind::File { .. }))
        })
        .map(|info| Taker {
            info,
            key: found.key,
        })
        .collect();
    all.sort_by_key(|taker| taker.info.id != found.scenario);
    all
}

/// The buttons.
pub(super) fn hand_on(ctx: &Ctx, name: &str, looked: &Rc<Looked>, source: &Source) -> El {
    let takers = Rc::new(takers(source, looked.opens.as_ref()));
    let click = {
        let (ctx, looked, source) = (ctx.clone(), looked.clone(), source.clone());
        let (takers, name) = (takers.clone(), called(name, &looked));
        Callback::from(move |event: Event| {
            let taker = dom::number(&event, "run").and_then(|i| usize::try_from(i).ok());
            if let Some(taker) = taker.and_then(|i| takers.get(i)) {
                open(&ctx, taker, &name, &looked);
                return;
            }
            let inside = dom::number(&event, "inside").and_then(|i| usize::try_from(i).ok());
            if let Some(inside) = inside.and_then(|i| looked.seen.inside.get(i)) {
                let own = looked.bytes.get(inside.range.clone());
                dom::download(inside.file, own.unwrap_or_default());
                return;
            }
            match (dom::data(&event, "save").as_deref(), takers.first()) {
                (Some("text"), _) => {
                    let text = looked.text(&ctx.lang.catalogue);
                    dom::download(&format!("{name}.txt"), text.as_bytes());
                }
                (Some("bytes"), _) => dom::download(&name, &looked.bytes),
                (Some("case"), Some(taker)) => case(&ctx, &source, taker, &name, &looked),
                (Some("case"), None) => {
                    if let Some(case) = looked.case() {
                        let text = case.write();
                        dom::download(&format!("{name}.case.json"), text.as_bytes());
                    }
                }
                _ => {}
            }
        })
    };
    let runs = takers.iter().enumerate().map(|(i, taker)| {
        let says = text!(
            "ui.inspect.run",
            "Open as a run: {title}",
            title = taker.info.title.clone()
        );
        el("button")
            .class("go")
            .at("data-run", i)
            .kid(said(ctx, says))
    });
    let save = |id: &'static str, says: Text| el("button").at("data-save", id).kid(said(ctx, says));
    let inside = looked.seen.inside.iter().enumerate().map(|(i, inside)| {
        let says = text!(
            "ui.inspect.inside",
            "Save the {what} inside ({file})",
            what = inside.what,
            file = inside.file
        );
        el("button").at("data-inside", i).kid(said(ctx, says))
    });
    let some = !looked.bytes.is_empty();
    let file = called(name, looked);
    let bytes = text!("ui.inspect.bytes-as", "Save as {file}", file = file);
    let case = text!("ui.share.case", "Save as a case file");
    el("div")
        .class("choices")
        .on_click(click)
        .kids(runs)
        .kid(save("text", text!("ui.share.dump", "Save as text")))
        .kid(some.then(|| save("bytes", bytes)))
        .kids(inside)
        .kid((some && looked.known).then(|| save("case", case)))
}

/// What the bytes are called as a file.
fn called(name: &str, looked: &Looked) -> String {
    if !name.is_empty() {
        return name.to_string();
    }
    if !looked.seen.file.is_empty() {
        return looked.seen.file.to_string();
    }
    let what = looked.seen.what.en().to_lowercase();
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let what: String = what.chars().map(plain).collect();
    format!("{what}.bin")
}

fn input(name: &str, looked: &Looked) -> Input {
    Input {
        name: name.to_string(),
        bytes: looked.bytes.clone().into(),
    }
}

fn open(ctx: &Ctx, taker: &Taker, name: &str, looked: &Looked) {
    let link = Link {
        scenario: taker.info.id.to_string(),
        settings: taker.settings(&looked.bytes),
        ..Link::default()
    };
    let file = input(name, looked);
    ctx.dispatch.dispatch(Action::Run(file, link));
}

/// Hands out the case file of the run that the bytes become.
fn case(ctx: &Ctx, source: &Source, taker: &Taker, name: &str, looked: &Looked) {
    let mut inputs = Inputs::new();
    inputs.insert(taker.key.to_string(), input(name, looked));
    match source.open(taker.info.id, &taker.settings(&looked.bytes), &inputs) {
        Ok(mut session) => {
            let case = session.case().write();
            dom::download(&format!("{name}.case.json"), case.as_bytes());
        }
        Err(bad) => ctx.say(Notice::bad(bad.why)),
    }
}
