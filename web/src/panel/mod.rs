//! Draws each panel kind of the engine; which machine it belongs to makes no difference.

mod bytes;
mod digest;
mod drawn;
mod editor;
mod facts;
mod table;

use std::rc::Rc;

use teescope_core::text;
use teescope_core::trace::Place;
use teescope_core::view::{Changes, Panel};
use yew::prelude::*;

use crate::player::frame::Frame;
use crate::state::{Ctx, use_ctx};

/// One panel of a moment. Equal while the panel, its marks and the selection are.
#[derive(Clone, Properties)]
pub(crate) struct Props {
    pub(crate) frame: Rc<Frame>,
    pub(crate) index: usize,
    pub(crate) selected: Option<Place>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
            && self.stamp() == other.stamp()
            && self.selected == other.selected
    }
}

impl Props {
    fn stamp(&self) -> Option<&u64> {
        self.frame.stamps.get(self.index)
    }

    fn panel(&self) -> &Panel {
        &self.frame.view.panels[self.index]
    }

    fn changes(&self) -> &Changes {
        &self.frame.changes
    }

    /// Whether what stands for that place is selected.
    fn is_selected(&self, place: Option<&Place>) -> bool {
        matches!((place, &self.selected), (Some(p), Some(s)) if p.meets(s))
    }
}

/// A panel under its heading.
#[component]
pub(crate) fn PanelView(props: &Props) -> Html {
    let ctx = use_ctx();
    let panel = props.panel();
    let (title, note) = panel.heading();
    let changed = props.changes().touches(panel.id());
    let kind = match panel {
        Panel::AddressMap(_) => "wide kind-map",
        Panel::Table(_) => "kind-table",
        Panel::Bytes(_) => "wide kind-bytes",
        Panel::States(_) => "wide kind-states",
        Panel::Digest(_) => "kind-digest",
        Panel::Facts(_) => "kind-facts",
    };
    let id = format!("panel-{}", panel.id());
    html! {
        <figure class={classes!("panel", kind)} {id}>
            <figcaption><h2>{ ctx.t(title) }</h2><span>{ ctx.t(note) }</span>
                if changed {
                    <span class="changed-mark">{ ctx.t(&text!("ui.panel.changed", "changed")) }</span>
                }
            </figcaption>
            { body(&ctx, props) }
        </figure>
    }
}

fn body(ctx: &Ctx, props: &Props) -> Html {
    let props = props.clone();
    match props.panel() {
        Panel::AddressMap(_) | Panel::States(_) => html! { <drawn::Drawn ..props /> },
        Panel::Table(_) => html! { <table::TableView ..props /> },
        Panel::Bytes(_) => html! { <bytes::BytesView ..props /> },
        Panel::Digest(_) => digest::body(ctx, &props),
        Panel::Facts(_) => facts::body(ctx, &props),
    }
}
