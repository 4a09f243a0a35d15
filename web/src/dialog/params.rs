//! Changing parameters: a field for each, by what it takes.

use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::{Param, ParamKind, Params as Values, ScenarioInfo, Settings};
use yew::prelude::*;

use super::{Draft, Props};
use crate::dom;
use crate::gallery::drop::file_button;
use crate::state::Ctx;
use crate::state::play::Do;

/// A field for every parameter, and the seed.
pub(super) fn params(ctx: &Ctx, props: &Props, draft: &Draft) -> Html {
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
            let mut next = (*values).clone();
            next.insert(key, dom::value(&event));
            values.set(next);
        })
    };
    let next = settings(&info, values, seed, &old);
    let wrong = match &next {
        Ok(next) => info.resolve(next).err().map(|b| b.why),
        Err(why) => Some(why.clone()),
    };
    let apply = {
        let (ctx, next) = (ctx.clone(), next.ok());
        Callback::from(move |_: MouseEvent| {
            if let Some(next) = next.clone() {
                ctx.act(Do::Settings(next));
            }
        })
    };
    html! {
        <>
            <p class="dim">{ ctx.t(&text!("ui.params.says", "A new run opens beside this one.")) }</p>
            <div onchange={change}>
                for p in &info.params { { field(ctx, p, values.get(p.key).unwrap_or(&p.default)) } }
                <label class="row"><span>{ ctx.t(&text!("ui.params.seed", "Seed")) }
                    <small>{ ctx.t(&text!("ui.params.seed-says", "everything that would be random comes from it")) }</small></span>
                    <input class="m" data-param="seed" value={(**seed).clone()} /></label>
            </div>
            if let Some(why) = &wrong {
                <p class="why" role="alert">{ ctx.t(why) }</p>
            }
            <div class="choices"><button class="go" onclick={apply} disabled={wrong.is_some()}>{ ctx.t(&text!("ui.params.do", "Run it")) }</button></div>
        </>
    }
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
fn field(ctx: &Ctx, p: &Param, value: &str) -> Html {
    // The button that chooses a file is a label of its own.
    if matches!(p.kind, ParamKind::File { .. }) {
        return html! {
            <div key={p.key} class="row"><span>{ ctx.t(&p.title) }<small>{ ctx.t(&p.help) }</small></span>
                { control(ctx, p, value) }</div>
        };
    }
    html! {
        <label key={p.key} class="row"><span>{ ctx.t(&p.title) }<small>{ ctx.t(&p.help) }</small></span>
            { control(ctx, p, value) }</label>
    }
}

fn control(ctx: &Ctx, p: &Param, value: &str) -> Html {
    let value = value.to_string();
    match &p.kind {
        ParamKind::Choice(choices) => html! {
            <select data-param={p.key}>
                for (v, says) in choices {
                    <option key={*v} value={*v} selected={*v == value}>{ ctx.t(says) }</option>
                }
            </select>
        },
        ParamKind::Number { min, max } => {
            let range = text!("ui.params.range", "{min} to {max}", min = *min, max = *max);
            html! { <span><input class="m" data-param={p.key} inputmode="numeric" {value} />{ " " }<small>{ ctx.t(&range) }</small></span> }
        }
        ParamKind::Flag => html! {
            <input type="checkbox" data-param={p.key} checked={value == "yes"} />
        },
        ParamKind::Hex { .. } => html! {
            <textarea class="m" data-param={p.key} rows="2" spellcheck="false" {value} />
        },
        ParamKind::Lines { .. } => html! {
            <textarea class="m" data-param={p.key} rows="8" spellcheck="false" {value} />
        },
        ParamKind::Words { .. } => html! { <input data-param={p.key} {value} /> },
        ParamKind::File { what, .. } => {
            let named = if value.is_empty() {
                text!("ui.params.no-file", "none")
            } else {
                value.into()
            };
            html! { <span>{ ctx.t(what) }{ ": " }<span class="m cut">{ ctx.t(&named) }</span>{ " " }{ file_button(ctx) }</span> }
        }
    }
}
