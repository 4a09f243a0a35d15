//! A structure byte for byte: hex beside the fields, each pointing at the other; zeros folded.

use std::ops::Range;

use teescope_core::text;
use teescope_core::trace::Place;
use teescope_core::view::{Bytes, Field, Panel};
use yew::prelude::*;

use super::editor::editor;
use super::{Kept, Props};
use crate::dom;
use crate::el::{El, el, group, said};
use crate::held::Held;
use crate::player::value::push_byte;
use crate::state::Ctx;
use crate::state::play::Do;
use crate::virtual_list::{Scroll, Span, room, window};

/// Bytes a line.
const LINE: usize = 16;

/// The height of a line in pixels; `static/panels.css` gives lines the same.
const HIGH: u32 = 20;

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
    let over = pointed(hot.clone());
    let leave = {
        let hot = hot.clone();
        Callback::from(move |_: Event| hot.set(None))
    };
    let click = {
        let (ctx, props) = (ctx.clone(), props.clone());
        let (chosen, byte) = (chosen.clone(), kept.byte.clone());
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
                chosen.set(Some(i).filter(|i| chosen.get() != Some(*i)));
            }
        })
    };
    let lights = (hot.get(), chosen.get());
    let dump = el("div")
        .class("dump")
        .node(&kept.node)
        .on_scroll(kept.onscroll.clone())
        .at("role", "group")
        .at("tabindex", "0")
        .at("aria-label", ctx.t(&bytes.title))
        .kid(lines(&Dump::new(props, bytes, lights), kept.scroll));
    let fields = el("div")
        .class("fields-of")
        .roams("button.field")
        .kid(fields(ctx, props, bytes, lights));
    let open = chosen.get().filter(|i| *i < bytes.fields.len());
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
fn pointed(hot: Held<Option<usize>>) -> Callback<Event> {
    Callback::from(move |event: Event| hot.set(field(&event)))
}

fn field(event: &Event) -> Option<usize> {
    dom::number(event, "field").and_then(|i| usize::try_from(i).ok())
}

/// How many bytes of a file stand before those that are shown; a structure counts from its own start.
pub(super) fn before(bytes: &Bytes) -> u64 {
    match bytes.place.space {
        "file" => bytes.place.at,
        _ => 0,
    }
}

/// A dump and what is to be shown in it.
struct Dump<'a> {
    bytes: &'a Bytes,
    /// The field that each byte belongs to.
    owners: Vec<usize>,
    /// Whether each byte changed.
    changed: Vec<bool>,
    lights: Lights,
}

impl<'a> Dump<'a> {
    fn new(props: &Props, bytes: &'a Bytes, lights: Lights) -> Self {
        let mut owners = vec![usize::MAX; bytes.data.len()];
        for (i, f) in bytes.fields.iter().enumerate() {
            for owner in owners.iter_mut().skip(f.offset).take(f.size) {
                *owner = i;
            }
        }
        let mut changed = vec![false; bytes.data.len()];
        let cells = props.changes().of(bytes.id);
        for at in cells.filter_map(|c| c.strip_prefix('@')?.parse::<usize>().ok()) {
            if let Some(changed) = changed.get_mut(at) {
                *changed = true;
            }
        }
        Self {
            bytes,
            owners,
            changed,
            lights,
        }
    }

    /// How many bytes of a file stand before these: there offsets count from its start.
    fn bytes_before(&self) -> usize {
        before(self.bytes) as usize
    }

    /// The bytes of so many lines from one on.
    fn range(&self, line: usize, lines: usize) -> Range<usize> {
        line * LINE..((line + lines) * LINE).min(self.bytes.data.len())
    }

    fn is_quiet(&self, line: usize) -> bool {
        let range = self.range(line, 1);
        self.bytes.data[range.clone()].iter().all(|b| *b == 0)
            && !self.changed[range].contains(&true)
    }

    /// The lines of the dump; three or more lines of unchanged zeros fold into one.
    fn parts(&self) -> Vec<Part> {
        let lines = self.bytes.data.len().div_ceil(LINE);
        let mut out = Vec::new();
        let mut n = 0;
        while n < lines {
            let zeros = (n..lines).take_while(|k| self.is_quiet(*k)).count();
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

    /// A line in stretches of one field each, changed bytes apart.
    fn pieces(&self, line: usize) -> Vec<Piece> {
        let mut out: Vec<Piece> = Vec::new();
        for i in self.range(line, 1) {
            let (field, changed) = (self.owners[i], self.changed[i]);
            match out.last_mut() {
                Some(last) if last.field == field && last.changed == changed => {
                    last.text.push(' ');
                    push_byte(&mut last.text, self.bytes.data[i]);
                }
                _ => {
                    let mut text = String::new();
                    push_byte(&mut text, self.bytes.data[i]);
                    out.push(Piece {
                        field,
                        changed,
                        text,
                    });
                }
            }
        }
        out
    }
}

/// The lines in view, and room for the others.
fn lines(dump: &Dump<'_>, scroll: Scroll) -> El {
    let parts = dump.parts();
    let rows = Span {
        rows: parts.len() as u64,
        height: HIGH,
    };
    let view = window(&[rows], scroll);
    let to = (view.rows.end as usize).min(parts.len());
    let from = (view.rows.start as usize).min(to);
    group()
        .kid((view.above > 0).then(|| room("above", view.above)))
        .kids(parts[from..to].iter().map(|part| draw(dump, part)))
        .kid((view.below > 0).then(|| room("below", view.below)))
}

fn draw(dump: &Dump<'_>, part: &Part) -> El {
    let line = |n: usize| {
        let offset = format!("{:04x}", dump.bytes_before() + n * LINE);
        let offset = el("span").class("offset").kid(offset);
        el("div").key(n).class("hexline").kid(offset)
    };
    match *part {
        Part::Zeros(n, lines) => {
            let range = dump.range(n, lines);
            let owner = dump.owners.get(range.start).copied();
            let owner = owner.filter(|o| dump.owners[range.clone()].iter().all(|x| x == o));
            let zeros = el("span")
                .class("zero")
                .also(owner.is_some() && owner == dump.lights.0, "lit")
                .also(owner.is_some() && owner == dump.lights.1, "chosen")
                .at("data-field", owner)
                .kid(format!("00 × {}", range.len()));
            line(n).kid(zeros)
        }
        Part::Line(n) => {
            let pieces = dump.pieces(n).into_iter();
            line(n).kids(pieces.map(|piece| draw_piece(dump, piece)))
        }
    }
}

fn draw_piece(dump: &Dump<'_>, piece: Piece) -> El {
    let here = Some(piece.field);
    let span = el("span")
        .class("piece")
        .also(piece.field % 2 == 1, "odd")
        .also(piece.changed, "new")
        .also(dump.lights.0 == here, "lit")
        .also(dump.lights.1 == here, "chosen")
        .at("data-field", piece.field)
        .kid(piece.text);
    match dump.bytes.fields.get(piece.field) {
        Some(f) => span.also(f.reserved, "reserved").tone(f.tone),
        None => span,
    }
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
        .at("data-field", i)
        .also(lights.0 == Some(i), "lit")
        .also(lights.1 == Some(i), "selected")
        .also(f.reserved, "reserved")
        .also(props.changes().has(bytes.id, &changed), "new")
        .kid(el("td").class("m").kid(before(bytes) + f.offset as u64))
        .kid(el("td").kid(name))
        .kid(value)
}
