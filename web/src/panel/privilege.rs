//! Privilege levels and worlds: a row a level, a column a world, and a mark at whoever runs now.

use teescope_core::text;
use teescope_core::view::{Level, Privilege};

use crate::el::{El, el, said};
use crate::state::Ctx;

/// The table; `changed` says whether somebody else ran before.
pub(crate) fn table(ctx: &Ctx, privilege: &Privilege, changed: bool) -> El {
    let worlds = privilege.worlds.iter();
    let head = el("tr")
        .kid(
            el("th")
                .at("scope", "col")
                .kid(said(ctx, text!("ui.privilege.level", "level"))),
        )
        .kids(worlds.map(|world| el("th").at("scope", "col").kid(ctx.t(world))));
    let rows = privilege.levels.iter().enumerate();
    el("table")
        .class("privilege")
        .kid(el("thead").kid(head))
        .kid(el("tbody").kids(rows.map(|(n, level)| row(ctx, privilege, n, level, changed))))
}

fn row(ctx: &Ctx, privilege: &Privilege, n: usize, level: &Level, changed: bool) -> El {
    let cells = level.cells.iter().enumerate().map(|(world, cell)| {
        let Some(occupant) = cell else {
            return el("td").class("none").kid("–");
        };
        let now = privilege.now == Some((n, world));
        let mark = now.then(|| {
            el("span")
                .class("runs-now")
                .kid(said(ctx, text!("ui.privilege.now", "runs now")))
        });
        let relied = occupant.trusted.then(|| {
            let says = text!("ui.privilege.trusted", "must be trusted");
            el("span").class("relied").kid(said(ctx, says))
        });
        el("td")
            .also(now, "is-now")
            .also(now && changed, "new")
            .kid(el("span").tone(occupant.tone).kid(ctx.t(&occupant.who)))
            .kid(relied)
            .kid(mark)
    });
    el("tr")
        .kid(el("th").at("scope", "row").kid(ctx.t(&level.title)))
        .kids(cells)
}
