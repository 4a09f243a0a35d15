//! Inserting an operation before the next step: which, with which arguments.

use teescope_core::text;
use teescope_core::trace::{Edit, EditAction, OpText};
use yew::prelude::*;

use super::{Draft, Props};
use crate::dom;
use crate::state::Ctx;
use crate::state::play::Do;

/// The choice of an operation and the fields of its arguments.
pub(super) fn insert(ctx: &Ctx, props: &Props, draft: &Draft) -> Html {
    let forms = props.play.run().session.borrow().op_forms();
    let (chosen, op) = &*draft.op;
    let pick = {
        let (forms, op) = (forms.clone(), draft.op.setter());
        Callback::from(move |event: Event| {
            let i: usize = dom::value(&event).parse().unwrap_or(0);
            if let Some((form, _)) = forms.get(i) {
                op.set((i, form.clone()));
            }
        })
    };
    let input = {
        let op = draft.op.clone();
        Callback::from(move |event: InputEvent| {
            let Some(key) = dom::data(&event, "arg") else {
                return;
            };
            let mut next = (*op).clone();
            for (k, v) in &mut next.1.args {
                if *k == key {
                    *v = dom::value(&event).trim().to_string();
                }
            }
            op.set(next);
        })
    };
    let next = props.frame.position < props.frame.len;
    let before = if next {
        props.play.run().label(props.frame.position + 1)
    } else {
        "end".to_string()
    };
    let written = written(op);
    let wrong = OpText::parse(&written).err();
    let add = {
        let (ctx, before, op) = (
            ctx.clone(),
            before.clone(),
            OpText::parse(&written).unwrap_or_default(),
        );
        Callback::from(move |_: MouseEvent| {
            let edit = Edit {
                step: before.clone(),
                action: EditAction::Insert(op.clone()),
            };
            let says = text!(
                "ui.insert.says",
                "{op} before {step}",
                op = op.to_string(),
                step = before.as_str()
            );
            ctx.act(Do::Insert(edit, says));
        })
    };
    let place = match next {
        true => text!(
            "ui.insert.before",
            "It is carried out before step {n}, {label}.",
            n = props.frame.position + 1,
            label = before.as_str()
        ),
        false => text!("ui.insert.end", "It is carried out after the last step."),
    };
    html! {
        <>
            <p>{ ctx.t(&place) }</p>
            <label class="row">{ ctx.t(&text!("ui.insert.which", "Operation")) }
                <select onchange={pick} class="m">
                    for (i, (form, _)) in forms.iter().enumerate() {
                        <option key={i} value={i.to_string()} selected={i == *chosen}>{ form.name.clone() }</option>
                    }
                </select></label>
            if let Some((_, says)) = forms.get(*chosen) {
                <p class="dim">{ ctx.t(says) }</p>
            }
            <div oninput={input}>
                for (key, value) in &op.args {
                    <label key={key.clone()} class="row"><span class="m">{ key }</span>
                        <input class="m" data-arg={key.clone()} value={value.clone()} spellcheck="false" autocomplete="off" /></label>
                }
            </div>
            <p><code>{ written }</code></p>
            if let Some(bad) = &wrong {
                <p class="why" role="alert">{ ctx.t(&bad.why) }</p>
            }
            <div class="choices"><button class="go" onclick={add} disabled={wrong.is_some()}>{ ctx.t(&text!("ui.insert.do", "Insert it in a run of my own")) }</button></div>
        </>
    }
}

/// The operation as text, without arguments that were left empty.
fn written(op: &OpText) -> String {
    let mut op = op.clone();
    op.args.retain(|(_, v)| !v.is_empty());
    op.to_string()
}
