//! Tables: rows by key, changed cells marked, long ones drawn only where they are in view.

use teescope_core::text;
use teescope_core::view::{Cell, Panel, Row, Table};
use yew::prelude::*;

use super::{Kept, Props};
use crate::dom;
use crate::el::{El, el, group, said};
use crate::state::Ctx;
use crate::state::play::Do;
use crate::virtual_list::{Span, room, window};

/// More rows than this scroll in a window of their own.
const LONG: usize = 40;

/// The height of a row in pixels; `static/panels.css` gives rows the same.
const ROW: u32 = 24;

/// The table.
pub(super) fn body(ctx: &Ctx, props: &Props, kept: &Kept, table: &Table) -> El {
    let click = {
        let (ctx, props) = (ctx.clone(), props.clone());
        Callback::from(move |event: Event| {
            let Panel::Table(table) = props.panel() else {
                return;
            };
            let key = dom::data(&event, "row").unwrap_or_default();
            let place = table
                .rows
                .iter()
                .find(|r| r.key == key)
                .and_then(|r| r.place);
            if place.is_some() {
                ctx.act(Do::Select(place));
            }
        })
    };
    if table.rows.is_empty() {
        return el("p")
            .class("empty")
            .node(&kept.node)
            .kid(ctx.t(&table.empty));
    }
    let long = table.rows.len() > LONG;
    let view = match long {
        true => window(
            &[Span {
                rows: table.rows.len() as u64,
                height: ROW,
            }],
            kept.scroll,
        ),
        false => window(
            &[Span {
                rows: table.rows.len() as u64,
                height: 1,
            }],
            kept.scroll,
        ),
    };
    let (from, to) = match long {
        true => (view.rows.start as usize, view.rows.end as usize),
        false => (0, table.rows.len()),
    };
    let heads = table.columns.iter();
    let heads = heads.map(|c| el("th").at("scope", "col").kid(ctx.t(&c.title)));
    let rows = table.rows[from.min(to)..to].iter();
    let inner = el("table")
        .at("aria-rowcount", table.rows.len() + 1)
        .kid(el("thead").kid(el("tr").kids(heads)))
        .kid(el("tbody").kids(rows.map(|row| draw(ctx, props, table, row))));
    let after = long.then(|| {
        let count = text!("ui.table.rows", "{n} rows", n = table.rows.len());
        group()
            .kid(room("below", view.below))
            .kid(el("p").class("dim").kid(said(ctx, count)))
    });
    el("div")
        .class("scrolled")
        .also(long, "long")
        .node(&kept.node)
        .on_scroll(kept.onscroll.clone())
        .on_click(click)
        .roams("td button")
        .at("tabindex", "0")
        .at("role", "group")
        .at("aria-label", ctx.t(&table.title))
        .kid(long.then(|| room("above", view.above)))
        .kid(inner)
        .kid(after)
}

fn draw(ctx: &Ctx, props: &Props, table: &Table, row: &Row) -> El {
    let changed = props.changes().has(table.id, &row.key);
    let selected = props.is_selected(row.place.as_ref());
    let sign = changed.then(|| said(ctx, text!("ui.panel.changed", "changed")));
    let cells = row.cells.iter().enumerate();
    el("tr")
        .key(row.key.as_str())
        .also(changed, "new")
        .also(selected, "selected")
        .also(row.place.is_some(), "can")
        .at("data-row", row.key.clone())
        .at("aria-current", selected.then_some("true"))
        .at("title", sign)
        .kids(cells.map(|(i, cell)| cell_of(ctx, props, table, row, i, cell)))
}

/// A value of more bytes than this may be broken over lines.
const BREAKS: usize = 28;

fn cell_of(ctx: &Ctx, props: &Props, table: &Table, row: &Row, i: usize, cell: &Cell) -> El {
    let new = props.changes().has(table.id, &format!("{}/{i}", row.key));
    let words = ctx.t(&cell.text);
    let td = el("td")
        .also(table.columns.get(i).is_some_and(|c| c.mono), "m")
        .also(words.len() > BREAKS, "long")
        .also(new, "cell-new")
        .tone(cell.tone);
    match (i, row.place) {
        (0, Some(_)) => td.kid(el("button").class("cell").kid(words)),
        _ => td.kid(words),
    }
}
