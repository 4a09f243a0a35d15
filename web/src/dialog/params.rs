//! Changing parameters: a field for each, by what it takes.

use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::{Param, ParamKind, Params as Values, ScenarioInfo, Settings};
use yew::prelude::*;

use super::{Draft, Props, alert};
use crate::dom;
use crate::el::{El, el, group, said};
use crate::gallery::drop::file_button;
use crate::state::Ctx;
use crate::state::play::Do;

/// A field for every parameter, and the seed.
pub(super) fn params(ctx: &Ctx, props: &Props, draft: &Draft) -> El {
    let info = props.frame.info.clone();
    let old = props.play.run().settings();
    let (values, seed) = (&draft.values, &draft.word);
    let change = {
        let (values, seed) = (values.clone(), seed.clone());
        Callback::from(move |event: Event| {
            let Some(key) = dom::data(&event, "param") else {
                return;
            };
            if key == "seed" {
                seed.set(dom::value(&event));
                return;
            }
            let mut next = values.get();
            next.insert(key, dom::value(&event));
            values.set(next);
        })
    };
    let (values, seed) = (values.get(), seed.get());
    let next = settings(&info, &values, &seed, &old);
    let wrong = match &next {
        Ok(next) => info.resolve(next).err().map(|b| b.why),
        Err(why) => Some(why.clone()),
    };
    let apply = {
        let (ctx, next) = (ctx.clone(), next.ok());
        Callback::from(move |_: Event| {
            if let Some(next) = next.clone() {
                ctx.act(Do::Settings(next));
            }
        })
    };
    let seed_says = text!(
        "ui.params.seed-says",
        "everything that would be random comes from it"
    );
    let seed_title = el("span")
        .kid(said(ctx, text!("ui.params.seed", "Seed")))
        .kid(el("small").kid(said(ctx, seed_says)));
    let seed_field = el("input").class("m").at("data-param", "seed").value(&seed);
    let fields = info.params.iter();
    let fields = fields.map(|p| field(ctx, p, values.get(p.key).unwrap_or(&p.default)));
    let fields = el("div")
        .on_change(change)
        .kids(fields)
        .kid(el("label").class("row").kid(seed_title).kid(seed_field));
    let says = text!("ui.params.says", "A new run opens beside this one.");
    let button = el("button")
        .class("go")
        .flag("disabled", wrong.is_some())
        .on_click(apply)
        .kid(said(ctx, text!("ui.params.do", "Run it")));
    group()
        .kid(el("p").class("dim").kid(said(ctx, says)))
        .kid(fields)
        .kid(wrong.map(|why| alert(ctx, &why)))
        .kid(el("div").class("choices").kid(button))
}

/// The settings that the fields say; values equal to their defaults are left out.
fn settings(
    info: &ScenarioInfo,
    values: &Values,
    seed: &str,
    old: &Settings,
) -> Result<Settings, Text> {
    let seed = seed.trim().parse().map_err(|_| {
        text!(
            "ui.params.bad-seed",
            "The seed is no whole number of 64 bits."
        )
    })?;
    let mut params = values.clone();
    params.retain(|k, v| info.params.iter().any(|p| p.key == k && p.default != *v));
    Ok(Settings {
        params,
        seed,
        edits: old.edits.clone(),
    })
}

/// The field of one parameter; changes are heard by the element around it.
pub(crate) fn field(ctx: &Ctx, p: &Param, value: &str) -> El {
    // The button that chooses a file is a label of its own.
    let row = match p.kind {
        ParamKind::File { .. } => el("div"),
        _ => el("label"),
    };
    let title = el("span")
        .kid(ctx.t(&p.title))
        .kid(el("small").kid(ctx.t(&p.help)));
    row.key(p.key)
        .class("row")
        .kid(title)
        .kid(control(ctx, p, value))
}

fn control(ctx: &Ctx, p: &Param, value: &str) -> El {
    match &p.kind {
        ParamKind::Choice(choices) => {
            let options = choices.iter().map(|(v, says)| {
                el("option")
                    .key(*v)
                    .at("value", *v)
                    .flag("selected", *v == value)
                    .kid(ctx.t(says))
            });
            el("select").at("data-param", p.key).kids(options)
        }
        ParamKind::Number { min, max } => {
            let range = text!("ui.params.range", "{min} to {max}", min = *min, max = *max);
            let field = el("input")
                .class("m")
                .at("data-param", p.key)
                .at("inputmode", "numeric")
                .value(value);
            el("span")
                .kid(field)
                .kid(" ")
                .kid(el("small").kid(said(ctx, range)))
        }
        ParamKind::Flag => el("input")
            .at("type", "checkbox")
            .at("data-param", p.key)
            .checked(value == "yes"),
        ParamKind::Hex { .. } | ParamKind::Lines { .. } => {
            let lines = matches!(p.kind, ParamKind::Lines { .. });
            el("textarea")
                .class("m")
                .at("data-param", p.key)
                .at("rows", if lines { "8" } else { "2" })
                .at("spellcheck", "false")
                .value(value)
        }
        ParamKind::Words { .. } => el("input").at("data-param", p.key).value(value),
        ParamKind::File { what, .. } => {
            let named = match value.is_empty() {
                true => text!("ui.params.no-file", "none"),
                false => value.into(),
            };
            el("span")
                .kid(ctx.t(what))
                .kid(": ")
                .kid(el("span").class("m cut").kid(said(ctx, named)))
                .kid(" ")
                .kid(file_button(ctx))
        }
    }
}
