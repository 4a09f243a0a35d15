//! Tables: rows by key, changed cells marked, long ones drawn only where they are in view.

use teescope_core::text;
use teescope_core::view::{Panel, Row, Table};
use yew::prelude::*;

use super::{Kept, Props};
use crate::dom;
use crate::state::Ctx;
use crate::state::play::Do;
use crate::virtual_list::{Span, room, window};

/// More rows than this scroll in a window of their own.
const LONG: usize = 40;

/// The height of a row in pixels; `static/panels.css` gives rows the same.
const ROW: u32 = 24;

/// The table.
pub(super) fn body(ctx: &Ctx, props: &Props, kept: &Kept, table: &Table) -> Html {
    let click = {
        let (ctx, props) = (ctx.clone(), props.clone());
        Callback::from(move |event: MouseEvent| {
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
    let keydown = Callback::from(|event: KeyboardEvent| dom::roam(&event, "td button"));
    if table.rows.is_empty() {
        return html! { <p class="empty" ref={kept.node.clone()}>{ ctx.t(&table.empty) }</p> };
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
    let title = ctx.t(&table.title);
    html! {
        <div class={classes!("scrolled", long.then_some("long"))} ref={kept.node.clone()} onscroll={kept.onscroll.clone()} onclick={click} onkeydown={keydown}
            tabindex="0" role="group" aria-label={title}>
            if long {
                { room("above", view.above) }
            }
            <table aria-rowcount={(table.rows.len() + 1).to_string()}>
                <thead><tr>
                    for (i, column) in table.columns.iter().enumerate() {
                        <th key={i} scope="col">{ ctx.t(&column.title) }</th>
                    }
                </tr></thead>
                <tbody>
                    for row in &table.rows[from.min(to)..to] { { draw(ctx, props, table, row) } }
                </tbody>
            </table>
            if long {
                { room("below", view.below) }
                <p class="dim">{ ctx.t(&text!("ui.table.rows", "{n} rows", n = table.rows.len())) }</p>
            }
        </div>
    }
}

fn draw(ctx: &Ctx, props: &Props, table: &Table, row: &Row) -> Html {
    let changed = props.changes().has(table.id, &row.key);
    let selected = props.is_selected(row.place.as_ref());
    let class = classes!(
        changed.then_some("new"),
        selected.then_some("selected"),
        row.place.is_some().then_some("can")
    );
    let sign = if changed {
        Some(ctx.t(&text!("ui.panel.changed", "changed")))
    } else {
        None
    };
    html! {
        <tr key={row.key.clone()} {class} data-row={row.key.clone()} aria-current={selected.then_some("true")} title={sign}>
            for (i, cell) in row.cells.iter().enumerate() {
                { cell_of(ctx, props, table, row, i, cell) }
            }
        </tr>
    }
}

fn cell_of(
    ctx: &Ctx,
    props: &Props,
    table: &Table,
    row: &Row,
    i: usize,
    cell: &teescope_core::view::Cell,
) -> Html {
    let new = props.changes().has(table.id, &format!("{}/{i}", row.key));
    let mono = table.columns.get(i).is_some_and(|c| c.mono);
    let class = classes!(
        mono.then_some("m"),
        new.then_some("cell-new"),
        format!("tone-{}", cell.tone.id())
    );
    let words = ctx.t(&cell.text);
    let inner = match (i, row.place) {
        (0, Some(_)) => html! { <button class="cell">{ words }</button> },
        _ => html! { { words } },
    };
    html! { <td key={i} {class}>{ inner }</td> }
}
