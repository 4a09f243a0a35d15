//! Draws any figure of the engine: its shapes as SVG attributes and classes, nothing computed here.

use std::rc::Rc;

use teescope_core::view::figure::{Draw, Figure, Shape, number};
use web_sys::Element;
use yew::prelude::*;

use crate::dom;
use crate::el::{El, el, part};
use crate::held::{use_after, use_held};
use crate::state::{Ctx, use_ctx};

#[derive(Properties)]
pub(crate) struct Props {
    pub(crate) figure: Rc<Figure>,
    /// Keys of the shapes that are selected.
    pub(crate) selected: Rc<Vec<String>>,
    /// A keyed shape was clicked.
    pub(crate) on_pick: Callback<String>,
    /// Whether a description stands beside it anyway, so that it is passed over when read aloud.
    pub(crate) silent: bool,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.figure, &other.figure)
            && self.selected == other.selected
            && self.on_pick == other.on_pick
    }
}

/// A figure; a click on a keyed shape is told to `on_pick`.
pub(crate) fn figure(figure: Figure, selected: Vec<String>, on_pick: Callback<String>) -> Html {
    let (figure, selected) = (Rc::new(figure), Rc::new(selected));
    let silent = false;
    part::<FigureView>(Props {
        figure,
        selected,
        on_pick,
        silent,
    })
}

/// A figure that only shows.
pub(crate) fn picture(figure: Figure, silent: bool) -> Html {
    part::<FigureView>(Props {
        figure: Rc::new(figure),
        selected: Rc::default(),
        on_pick: Callback::noop(),
        silent,
    })
}

#[component]
pub(crate) fn FigureView(props: &Props) -> Html {
    let ctx = use_ctx();
    let lit = use_held(String::new);
    let figure = &props.figure;
    let over = {
        let lit = lit.clone();
        Callback::from(move |event: Event| lit.set(dom::data(&event, "key").unwrap_or_default()))
    };
    let leave = {
        let lit = lit.clone();
        Callback::from(move |_: Event| lit.set(String::new()))
    };
    let pick = props.on_pick.clone();
    let click = Callback::from(move |event: Event| {
        if let Some(key) = dom::data(&event, "key") {
            pick.emit(key);
        }
    });
    let lit = lit.get();
    let says = match figure.says.is_empty() {
        true => &figure.title,
        false => &figure.says,
    };
    let (width, height) = (number(figure.width), number(figure.height));
    let shapes = figure.shapes.iter();
    el("svg")
        .class("figure")
        .at("viewBox", ["0 0 ", &width, " ", &height].concat())
        .at("width", width)
        .at("height", height)
        .at("role", (!props.silent).then_some("img"))
        .at("aria-hidden", props.silent.then_some("true"))
        .at("aria-label", (!props.silent).then(|| ctx.t(says)))
        .on_pointer_over(over)
        .on_pointer_leave(leave)
        .on_click(click)
        .kids(shapes.map(|shape| draw(shape, &ctx, &lit, &props.selected)))
        .into()
}

fn draw(shape: &Shape, ctx: &Ctx, lit: &str, selected: &[String]) -> El {
    let made = match &shape.draw {
        Draw::Rect { x, y, w, h, r } => el("rect")
            .at("x", number(*x))
            .at("y", number(*y))
            .at("width", number(*w))
            .at("height", number(*h))
            .at("rx", number(*r)),
        Draw::Path(d) => el("path").at("d", d.clone()),
        Draw::Text { x, y, anchor, text } => el("text")
            .at("x", number(*x))
            .at("y", number(*y))
            .at("text-anchor", *anchor)
            .kid(ctx.t(text)),
    };
    let key = (!shape.key.is_empty()).then(|| AttrValue::from(shape.key.clone()));
    let tip = match shape.draw {
        Draw::Text { .. } => None,
        _ => (!shape.tip.is_empty()).then(|| el("title").kid(ctx.t(&shape.tip))),
    };
    let is_selected = selected.iter().any(|k| shape.stands_for(k));
    let made = made
        .class(&shape.class)
        .also(shape.stands_for(lit), "lit")
        .also(is_selected, "selected")
        .at("data-key", key);
    match tip {
        Some(tip) => made.kid(tip),
        None => made,
    }
}

/// The width of an element in whole CSS pixels, kept up to date.
#[hook]
pub(crate) fn use_width(node: &NodeRef, before: f32) -> f32 {
    let width = use_held(|| before);
    let (place, measured) = (node.clone(), width.clone());
    use_after(
        (),
        Box::new(move || {
            let told = move |e: &Element| {
                if e.client_width() > 0 {
                    measured.set(e.client_width() as f32);
                }
            };
            dom::on_resize(place.cast(), Rc::new(told))
        }),
    );
    width.get()
}
