//! A structure byte for byte: hex beside the fields, each pointing at the other; zeros folded.

use teescope_core::text;
use teescope_core::trace::Place;
use teescope_core::view::{Bytes, Field, Panel};
use yew::prelude::*;

use super::editor::editor;
use super::{Kept, Props};
use crate::dom;
use crate::el::{El, el, group, said};
use crate::state::Ctx;
use crate::state::play::Do;

/// Bytes a line.
const LINE: usize = 16;

/// The field that is pointed at and the field that is looked at closely.
type Lights = (Option<usize>, Option<usize>);

/// A line of the dump, or a run of lines that hold nothing but unchanged zeros.
enum Part {
    Line(usize),
    Zeros(usize, usize),
}

/// A stretch of a line within one field, changed or not.
struct Piece {
    field: usize,
    changed: bool,
    text: String,
}

/// The dump, the fields, and the one field that is looked at closely.
pub(super) fn body(ctx: &Ctx, props: &Props, kept: &Kept, bytes: &Bytes) -> El {
    let (hot, chosen) = (&kept.hot, &kept.chosen);
    let over = pointed(hot.setter());
    let leave = {
        let hot = hot.setter();
        Callback::from(move |_: Event| hot.set(None))
    };
    let click = {
        let (ctx, props) = (ctx.clone(), props.clone());
        let (chosen, byte) = (chosen.clone(), kept.byte.setter());
        Callback::from(move |event: Event| {
            let Panel::Bytes(bytes) = props.panel() else {
                return;
            };
            if let Some(i) = field(&event)
                && let Some(f) = bytes.fields.get(i)
            {
                let place = bytes.place;
                let place = Place::new(place.space, place.at + f.offset as u64, f.size as u64);
                ctx.act(Do::Select(Some(place)));
                byte.set((None, 0));
                chosen.set(if *chosen == Some(i) { None } else { Some(i) });
            }
        })
    };
    let lights = (**hot, **chosen);
    let owners = owners(bytes);
    let dump = parts(props, bytes);
    let dump = dump
        .iter()
        .map(|part| draw(props, bytes, &owners, part, lights));
    let dump = el("div")
        .class("dump")
        .at("role", "group")
        .at("tabindex", "0")
        .at("aria-label", ctx.t(&bytes.title))
        .kids(dump);
    let fields = el("div")
        .class("fields-of")
        .roams("button.field")
        .kid(fields(ctx, props, bytes, lights));
    let open = chosen.filter(|i| *i < bytes.fields.len());
    let both = el("div")
        .class("bytes")
        .on_pointer_over(over.clone())
        .on_pointer_leave(leave)
        .on_click(click)
        .on_focus_in(over)
        .kid(dump)
        .kid(fields);
    group()
        .kid(both)
        .kid(open.map(|i| editor(ctx, props, kept, bytes, i)))
}

/// Notes the field that an event points at.
fn pointed(hot: UseStateSetter<Option<usize>>) -> Callback<Event> {
    Callback::from(move |event: Event| hot.set(field(&event)))
}

fn field(event: &Event) -> Option<usize> {
    dom::number(event, "field").and_then(|i| usize::try_from(i).ok())
}

/// The field that each byte belongs to.
fn owners(bytes: &Bytes) -> Vec<usize> {
    let mut out = vec![usize::MAX; bytes.data.len()];
    for (i, f) in bytes.fields.iter().enumerate() {
        for owner in out.iter_mut().skip(f.offset).take(f.size) {
            *owner = i;
        }
    }
    out
}

/// The lines of the dump; three or more lines of unchanged zeros fold into one.
fn parts(props: &Props, bytes: &Bytes) -> Vec<Part> {
    let lines = bytes.data.len().div_ceil(LINE);
    let quiet = |n: usize| {
        let range = n * LINE..((n + 1) * LINE).min(bytes.data.len());
        bytes.data[range.clone()].iter().all(|b| *b == 0)
            && !range
                .into_iter()
                .any(|i| props.changes().has(bytes.id, &format!("@{i}")))
    };
    let mut out = Vec::new();
    let mut n = 0;
    while n < lines {
        let zeros = (n..lines).take_while(|k| quiet(*k)).count();
        if zeros >= 3 {
            out.push(Part::Zeros(n, zeros));
            n += zeros;
        } else {
            out.push(Part::Line(n));
            n += 1;
        }
    }
    out
}

fn draw(props: &Props, bytes: &Bytes, owners: &[usize], part: &Part, lights: Lights) -> El {
    let line = |n: usize| {
        let offset = format!("{:04x}", n * LINE);
        let offset = el("span").class("offset").kid(offset);
        el("div").key(n).class("hexline").kid(offset)
    };
    match *part {
        Part::Zeros(n, lines) => {
            let (from, to) = (n * LINE, ((n + lines) * LINE).min(bytes.data.len()));
            let owner = owners
                .get(from)
                .copied()
                .filter(|o| owners[from..to].iter().all(|x| x == o));
            let zeros = el("span")
                .class("zero")
                .also(owner.is_some() && owner == lights.0, "lit")
                .also(owner.is_some() && owner == lights.1, "chosen")
                .at("data-field", owner)
                .kid(format!("00 × {}", to - from));
            line(n).kid(zeros)
        }
        Part::Line(n) => {
            let pieces = pieces(props, bytes, owners, n).into_iter().enumerate();
            line(n).kids(pieces.map(|(i, piece)| draw_piece(bytes, i, piece, lights)))
        }
    }
}

fn draw_piece(bytes: &Bytes, i: usize, piece: Piece, lights: Lights) -> El {
    let here = Some(piece.field);
    let span = el("span")
        .key(i)
        .class("piece")
        .also(piece.field % 2 == 1, "odd")
        .also(piece.changed, "new")
        .also(lights.0 == here, "lit")
        .also(lights.1 == here, "chosen")
        .at("data-field", piece.field)
        .kid(piece.text);
    match bytes.fields.get(piece.field) {
        Some(f) => span.also(f.reserved, "reserved").tone(f.tone),
        None => span,
    }
}

/// A line in stretches of one field each, changed bytes apart.
fn pieces(props: &Props, bytes: &Bytes, owners: &[usize], n: usize) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    let both = bytes.data.iter().zip(owners).enumerate();
    for (i, (byte, &field)) in both.skip(n * LINE).take(LINE) {
        let changed = props.changes().has(bytes.id, &format!("@{i}"));
        let digits = format!("{byte:02x}");
        match out.last_mut() {
            Some(last) if last.field == field && last.changed == changed => {
                last.text.push(' ');
                last.text.push_str(&digits);
            }
            _ => out.push(Piece {
                field,
                changed,
                text: digits,
            }),
        }
    }
    out
}

fn fields(ctx: &Ctx, props: &Props, bytes: &Bytes, lights: Lights) -> El {
    let head = |title| el("th").at("scope", "col").kid(said(ctx, title));
    let head = el("tr")
        .kid(head(text!("ui.bytes.offset", "offset")))
        .kid(head(text!("ui.bytes.field", "field")))
        .kid(head(text!("ui.bytes.value", "value")));
    let rows = bytes.fields.iter().enumerate();
    let rows = rows.map(|(i, f)| field_row(ctx, props, bytes, i, f, lights));
    el("table")
        .kid(el("thead").kid(head))
        .kid(el("tbody").kids(rows))
}

fn field_row(ctx: &Ctx, props: &Props, bytes: &Bytes, i: usize, f: &Field, lights: Lights) -> El {
    let changed = format!("{}@{}", f.name.en(), f.offset);
    let name = el("button")
        .class("cell field")
        .at("aria-expanded", lights.1 == Some(i))
        .at("title", ctx.t(&f.meaning))
        .kid(ctx.t(&f.name));
    let value = el("td").class("m").tone(f.tone).kid(ctx.t(&f.value));
    el("tr")
        .key(i)
        .at("data-field", i)
        .also(lights.0 == Some(i), "lit")
        .also(lights.1 == Some(i), "selected")
        .also(f.reserved, "reserved")
        .also(props.changes().has(bytes.id, &changed), "new")
        .kid(el("td").class("m").kid(f.offset as u64))
        .kid(el("td").kid(name))
        .kid(value)
}
