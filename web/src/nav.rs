//! What stands at the head of every page: the name, and the ways to the others.

use teescope_core::text;
use teescope_core::trace::Link;

use crate::el::{El, el, group, said};
use crate::state::Ctx;

/// Which of the pages that the head leads to is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Here {
    Compare,
    Gallery,
    Inspect,
    Diff,
    Elsewhere,
}

/// The name, which leads to the front page, and the ways to the pages.
pub(crate) fn nav(ctx: &Ctx, here: Here) -> El {
    let link = |id: &str| {
        ctx.href(Link {
            scenario: id.to_string(),
            ..Link::default()
        })
    };
    let way = |id, says, to| {
        el("a")
            .at("href", link(id))
            .at("aria-current", (here == to).then_some("page"))
            .kid(said(ctx, says))
    };
    let title = text!("ui.nav", "Pages");
    let ways = el("nav")
        .class("nav")
        .at("aria-label", said(ctx, title))
        .kid(way("", text!("ui.nav.compare", "Compare"), Here::Compare))
        .kid(way(
            "gallery",
            text!("ui.nav.gallery", "Gallery"),
            Here::Gallery,
        ))
        .kid(way(
            "inspect",
            text!("ui.nav.inspect", "Inspector"),
            Here::Inspect,
        ))
        .kid(way("diff", text!("ui.nav.diff", "Diff"), Here::Diff));
    let brand = el("a").class("brand").at("href", link(""));
    group().kid(brand.kid("teescope")).kid(ways)
}
