//! Draws each panel kind of the engine; which machine it belongs to makes no difference.

mod bytes;
mod digest;
mod drawn;
mod editor;
mod facts;
pub(crate) mod privilege;
mod table;

use std::rc::Rc;

use teescope_core::text;
use teescope_core::trace::Place;
use teescope_core::view::{Changes, Panel};
use yew::prelude::*;

use crate::el::{El, el, said};
use crate::held::{Held, use_held};
use crate::player::frame::Frame;
use crate::state::{Ctx, use_ctx};
use crate::virtual_list::{Scroll, use_scroll};

/// One panel of a moment. Equal while the panel, its marks and the selection are.
#[derive(Clone, Properties)]
pub(crate) struct Props {
    pub(crate) frame: Rc<Frame>,
    pub(crate) index: usize,
    pub(crate) selected: Option<Place>,
    /// The width of a wide panel, in CSS pixels.
    pub(crate) width: f32,
}

/// What a panel keeps while it is shown; each kind uses a part of it.
struct Kept {
    /// The scrolled element, how it is scrolled, and what follows that.
    node: NodeRef,
    scroll: Scroll,
    onscroll: Callback<Event>,
    /// Whether what folds away is open.
    open: Held<bool>,
    /// The field that is pointed at.
    hot: Held<Option<usize>>,
    /// The field that is looked at closely.
    chosen: Held<Option<usize>>,
    /// The byte of it that is chosen, and the page of its bytes that is shown.
    byte: Held<(Option<usize>, usize)>,
    /// Whether a bit is flipped before the step rather than after it.
    before: Held<bool>,
}

#[hook]
fn use_kept() -> Kept {
    let node = use_node_ref();
    let (scroll, onscroll) = use_scroll(&node);
    Kept {
        node,
        scroll,
        onscroll,
        open: use_held(|| false),
        hot: use_held(|| None),
        chosen: use_held(|| None),
        byte: use_held(|| (None, 0)),
        before: use_held(|| true),
    }
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
            && self.stamp() == other.stamp()
            && self.selected == other.selected
            && self.width == other.width
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
    let kept = use_kept();
    let panel = props.panel();
    let (title, note) = panel.heading();
    let changed = props.changes().touches(panel.id());
    let kind = match panel {
        Panel::AddressMap(_) => "wide kind-map",
        Panel::Table(table) if table.wide => "wide kind-table",
        Panel::Table(_) => "kind-table",
        Panel::Bytes(_) => "wide kind-bytes",
        Panel::States(_) => "wide kind-states",
        Panel::Digest(_) => "kind-digest",
        Panel::Facts(_) => "kind-facts",
        Panel::Privilege(_) => "kind-privilege",
    };
    let mark = text!("ui.panel.changed", "changed");
    let mark = el("span").class("changed-mark").kid(said(&ctx, mark));
    let heading = el("figcaption")
        .kid(el("h2").kid(ctx.t(title)))
        .kid(el("span").kid(ctx.t(note)))
        .kid(changed.then_some(mark));
    el("figure")
        .class("panel")
        .class(kind)
        .at("id", format!("panel-{}", panel.id()))
        .kid(heading)
        .kid(body(&ctx, props, &kept))
        .into()
}

fn body(ctx: &Ctx, props: &Props, kept: &Kept) -> El {
    match props.panel() {
        Panel::AddressMap(_) | Panel::States(_) => drawn::body(ctx, props, kept),
        Panel::Table(table) => table::body(ctx, props, kept, table),
        Panel::Bytes(bytes) => bytes::body(ctx, props, kept, bytes),
        Panel::Digest(digest) => digest::body(ctx, props, digest),
        Panel::Facts(facts) => facts::body(ctx, props, facts),
        Panel::Privilege(privilege) => {
            let changed = props.changes().has(privilege.id, "now");
            privilege::table(ctx, privilege, changed)
        }
    }
}
