//! A structure byte for byte: hex beside the fields, each pointing at the other; zeros folded.

use teescope_core::text;
use teescope_core::trace::Place;
use teescope_core::view::{Bytes, Panel};
use yew::prelude::*;

use super::editor::editor;
use super::{Kept, Props};
use crate::dom;
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
pub(super) fn body(ctx: &Ctx, props: &Props, kept: &Kept, bytes: &Bytes) -> Html {
    let (hot, chosen) = (&kept.hot, &kept.chosen);
    let over = {
        let hot = hot.setter();
        Callback::from(move |event: PointerEvent| hot.set(field(&event)))
    };
    let leave = {
        let hot = hot.setter();
        Callback::from(move |_: PointerEvent| hot.set(None))
    };
    let focus = {
        let hot = hot.setter();
        Callback::from(move |event: FocusEvent| hot.set(field(&event)))
    };
    let click = {
        let (ctx, props) = (ctx.clone(), props.clone());
        let (chosen, byte) = (chosen.clone(), kept.byte.setter());
        Callback::from(move |event: MouseEvent| {
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
    let keydown = Callback::from(|event: KeyboardEvent| dom::roam(&event, "button.field"));
    let owners = owners(bytes);
    let title = ctx.t(&bytes.title);
    html! {
        <>
            <div class="bytes" onpointerover={over} onpointerleave={leave} onclick={click} onfocusin={focus}>
                <div class="dump" role="group" tabindex="0" aria-label={title}>
                    for part in parts(props, bytes) { { draw(props, bytes, &owners, &part, (**hot, **chosen)) } }
                </div>
                <div class="fields-of" onkeydown={keydown}>
                    { fields(ctx, props, bytes, **hot, **chosen) }
                </div>
            </div>
            if let Some(i) = chosen.filter(|i| *i < bytes.fields.len()) {
                { editor(ctx, props, kept, bytes, i) }
            }
        </>
    }
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

fn draw(props: &Props, bytes: &Bytes, owners: &[usize], part: &Part, lights: Lights) -> Html {
    match *part {
        Part::Zeros(n, lines) => {
            let (from, to) = (n * LINE, ((n + lines) * LINE).min(bytes.data.len()));
            let owner = owners
                .get(from)
                .copied()
                .filter(|o| owners[from..to].iter().all(|x| x == o));
            let lit = owner.is_some() && owner == lights.0;
            let chosen = owner.is_some() && owner == lights.1;
            html! {
                <div key={n} class="hexline"><span class="offset">{ offset(from) }</span>
                    <span class={classes!("zero", lit.then_some("lit"), chosen.then_some("chosen"))} data-field={owner.map(|o| o.to_string())}>
                        { format!("00 × {}", to - from) }</span></div>
            }
        }
        Part::Line(n) => html! {
            <div key={n} class="hexline"><span class="offset">{ offset(n * LINE) }</span>
                for (i, piece) in pieces(props, bytes, owners, n).into_iter().enumerate() {
                    { draw_piece(bytes, i, piece, lights) }
                }
            </div>
        },
    }
}

fn draw_piece(bytes: &Bytes, i: usize, piece: Piece, lights: Lights) -> Html {
    let (hot, chosen) = lights;
    let f = bytes.fields.get(piece.field);
    let class = classes!(
        "piece",
        (piece.field % 2 == 1).then_some("odd"),
        piece.changed.then_some("new"),
        (hot == Some(piece.field)).then_some("lit"),
        (chosen == Some(piece.field)).then_some("chosen"),
        f.is_some_and(|f| f.reserved).then_some("reserved"),
        f.map(|f| format!("tone-{}", f.tone.id()))
    );
    html! { <span key={i} {class} data-field={piece.field.to_string()}>{ piece.text }</span> }
}

fn offset(n: usize) -> String {
    format!("{n:04x}")
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

fn fields(
    ctx: &Ctx,
    props: &Props,
    bytes: &Bytes,
    hot: Option<usize>,
    chosen: Option<usize>,
) -> Html {
    html! {
        <table>
            <thead><tr>
                <th scope="col">{ ctx.t(&text!("ui.bytes.offset", "offset")) }</th>
                <th scope="col">{ ctx.t(&text!("ui.bytes.field", "field")) }</th>
                <th scope="col">{ ctx.t(&text!("ui.bytes.value", "value")) }</th>
            </tr></thead>
            <tbody>
                for (i, f) in bytes.fields.iter().enumerate() {
                    <tr key={i} data-field={i.to_string()} class={classes!(
                        (hot == Some(i)).then_some("lit"),
                        (chosen == Some(i)).then_some("selected"),
                        f.reserved.then_some("reserved"),
                        props.changes().has(bytes.id, &format!("{}@{}", f.name.en(), f.offset)).then_some("new"))}>
                        <td class="m">{ f.offset }</td>
                        <td><button class="cell field" aria-expanded={(chosen == Some(i)).to_string()} title={ctx.t(&f.meaning)}>{ ctx.t(&f.name) }</button></td>
                        <td class={classes!("m", format!("tone-{}", f.tone.id()))}>{ ctx.t(&f.value) }</td>
                    </tr>
                }
            </tbody>
        </table>
    }
}
