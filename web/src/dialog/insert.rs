//! Inserting an operation before the next step: which, with which arguments.

use teescope_core::text;
use teescope_core::trace::{Edit, EditAction, OpText};
use yew::prelude::*;

use super::{Draft, Props, alert};
use crate::dom;
use crate::el::{El, el, group, said};
use crate::state::Ctx;
use crate::state::play::Do;

/// The choice of an operation and the fields of its arguments.
pub(super) fn insert(ctx: &Ctx, props: &Props, draft: &Draft) -> El {
    let forms = props.play.run().session.borrow().op_forms();
    let (chosen, op) = draft.op.get();
    let pick = {
        let (forms, op) = (forms.clone(), draft.op.clone());
        Callback::from(move |event: Event| {
            let i: usize = dom::value(&event).parse().unwrap_or(0);
            if let Some((form, _)) = forms.get(i) {
                op.set((i, form.clone()));
            }
        })
    };
    let input = {
        let op = draft.op.clone();
        Callback::from(move |event: Event| {
            let Some(key) = dom::data(&event, "arg") else {
                return;
            };
            let mut next = op.get();
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
    let written = written(&op);
    let wrong = OpText::parse(&written).err();
    let add = {
        let (ctx, before, op) = (
            ctx.clone(),
            before.clone(),
            OpText::parse(&written).unwrap_or_default(),
        );
        Callback::from(move |_: Event| {
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
    let options = forms.iter().enumerate().map(|(i, (form, _))| {
        el("option")
            .at("value", i)
            .flag("selected", i == chosen)
            .kid(form.name.clone())
    });
    let which = el("select").class("m").on_change(pick).kids(options);
    let title = text!("ui.insert.which", "Operation");
    let which = el("label").class("row").kid(said(ctx, title)).kid(which);
    let says = forms.get(chosen);
    let says = says.map(|(_, says)| el("p").class("dim").kid(ctx.t(says)));
    let fields = op.args.iter().map(|(key, value)| {
        let field = el("input")
            .class("m")
            .at("data-arg", key.clone())
            .at("spellcheck", "false")
            .at("autocomplete", "off")
            .value(value);
        el("label")
            .key(key.as_str())
            .class("row")
            .kid(el("span").class("m").kid(key.clone()))
            .kid(field)
    });
    let button = el("button")
        .class("go")
        .flag("disabled", wrong.is_some())
        .on_click(add)
        .kid(said(
            ctx,
            text!("ui.insert.do", "Insert it in a run of my own"),
        ));
    group()
        .kid(el("p").kid(said(ctx, place)))
        .kid(which)
        .kid(says)
        .kid(el("div").on_input(input).kids(fields))
        .kid(el("p").kid(el("code").kid(written)))
        .kid(wrong.map(|bad| alert(ctx, &bad.why)))
        .kid(el("div").class("choices").kid(button))
}

/// The operation as text, without arguments that were left empty.
fn written(op: &OpText) -> String {
    let mut op = op.clone();
    op.args.retain(|(_, v)| !v.is_empty());
    op.to_string()
}
