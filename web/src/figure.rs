//! Draws any figure of the engine: its shapes as SVG attributes and classes, nothing computed here.

use std::rc::Rc;

use teescope_core::view::figure::{Draw, Figure, Shape, number};
use wasm_bindgen::JsCast;
use web_sys::{Element, ResizeObserver};
use yew::prelude::*;

use crate::dom;
use crate::lang::Lang;
use crate::state::use_ctx;

#[derive(Properties)]
pub(crate) struct Props {
    pub(crate) figure: Rc<Figure>,
    /// Keys of the shapes that are selected.
    #[prop_or_default]
    pub(crate) selected: Rc<Vec<String>>,
    /// A keyed shape was clicked.
    #[prop_or_default]
    pub(crate) on_pick: Callback<String>,
    /// Whether a description stands beside it anyway, so that it is passed over when read aloud.
    #[prop_or_default]
    pub(crate) silent: bool,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.figure, &other.figure)
            && self.selected == other.selected
            && self.on_pick == other.on_pick
    }
}

#[component]
pub(crate) fn FigureView(props: &Props) -> Html {
    let ctx = use_ctx();
    let lit = use_state_eq(String::new);
    let figure = &props.figure;
    let over = use_callback(lit.setter(), |event: PointerEvent, lit| {
        lit.set(dom::data(&event, "key").unwrap_or_default());
    });
    let leave = use_callback(lit.setter(), |_: PointerEvent, lit| lit.set(String::new()));
    let click = use_callback(props.on_pick.clone(), |event: MouseEvent, pick| {
        if let Some(key) = dom::data(&event, "key") {
            pick.emit(key);
        }
    });
    let title = ctx.t(&figure.title);
    let says = ctx.t(&figure.says);
    let name = if says.is_empty() { title } else { says };
    let hidden = props.silent.then_some("true");
    let role = (!props.silent).then_some("img");
    html! {
        <svg class="figure" width={number(figure.width)} height={number(figure.height)}
            viewBox={format!("0 0 {} {}", number(figure.width), number(figure.height))} role={role} aria-hidden={hidden}
            aria-label={role.map(|_| name)} onpointerover={over} onpointerleave={leave} onclick={click}>
            for (i, shape) in figure.shapes.iter().enumerate() {
                { draw(i, shape, &ctx.lang, &lit, &props.selected) }
            }
        </svg>
    }
}

fn draw(i: usize, shape: &Shape, lang: &Lang, lit: &str, selected: &[String]) -> Html {
    let is_lit = shape.stands_for(lit);
    let is_selected = selected.iter().any(|k| shape.stands_for(k));
    let class = classes!(
        AttrValue::from(shape.class.clone()),
        is_lit.then_some("lit"),
        is_selected.then_some("selected")
    );
    let key = (!shape.key.is_empty()).then(|| AttrValue::from(shape.key.clone()));
    let tip = if shape.tip.is_empty() {
        Html::default()
    } else {
        html! { <title>{ lang.t(&shape.tip) }</title> }
    };
    match &shape.draw {
        Draw::Rect { x, y, w, h, r } => html! {
            <rect key={i} class={class} data-key={key} x={number(*x)} y={number(*y)}
                width={number(*w)} height={number(*h)} rx={number(*r)}>{ tip }</rect>
        },
        Draw::Path(d) => html! {
            <path key={i} class={class} data-key={key} d={d.clone()}>{ tip }</path>
        },
        Draw::Text { x, y, anchor, text } => html! {
            <text key={i} class={class} data-key={key} x={number(*x)} y={number(*y)}
                text-anchor={*anchor}>{ lang.t(text) }</text>
        },
    }
}

/// The width of an element in whole CSS pixels, kept up to date.
#[hook]
pub(crate) fn use_width(node: &NodeRef, before: f32) -> f32 {
    let width = use_state_eq(|| before);
    let setter = width.setter();
    use_effect_with(node.clone(), move |node| {
        let element = node.cast::<Element>();
        let measured = element.clone();
        let measure = wasm_bindgen::closure::Closure::<dyn FnMut()>::new(move || {
            if let Some(e) = &measured
                && e.client_width() > 0
            {
                setter.set(e.client_width() as f32);
            }
        });
        let observer = ResizeObserver::new(measure.as_ref().unchecked_ref()).ok();
        if let (Some(observer), Some(element)) = (&observer, &element) {
            observer.observe(element);
        }
        move || {
            if let Some(observer) = observer {
                observer.disconnect();
            }
            drop(measure);
        }
    });
    *width
}
