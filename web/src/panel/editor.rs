//! A field looked at closely: what it means, its bytes, and the bits that may be flipped.

use teescope_core::bytes::hex;
use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::{Edit, EditAction, Place};
use teescope_core::view::{Bytes, Panel};
use yew::prelude::*;

use super::bytes::before;
use super::{Kept, Props};
use crate::dom;
use crate::el::{El, el, nothing, said};
use crate::held::Held;
use crate::player::frame::Frame;
use crate::state::Ctx;
use crate::state::play::Do;

/// Bytes of a field that are offered for flipping at once.
const PAGE: usize = 64;

/// The field of that index, with its bytes and bits.
pub(super) fn editor(ctx: &Ctx, props: &Props, kept: &Kept, bytes: &Bytes, field: usize) -> El {
    let (byte, page) = kept.byte.get();
    let click = {
        let (ctx, props) = (ctx.clone(), props.clone());
        let (chosen, before) = (kept.byte.clone(), kept.before.get());
        Callback::from(move |event: Event| {
            let number = |name| dom::number(&event, name).and_then(|n| usize::try_from(n).ok());
            if let Some(n) = number("page") {
                chosen.set((byte, n));
            } else if let Some(i) = number("byte") {
                chosen.set((if byte == Some(i) { None } else { Some(i) }, page));
            } else if let (Some(bit), Some(i)) = (number("bit"), byte)
                && let Some(Panel::Bytes(b)) = props.frame.view.panels.get(props.index)
            {
                let place = Place::new(b.place.space, b.place.at + i as u64, 1);
                if before && let Some((edit, says)) = in_argument(&props.frame, b, i, bit as u8) {
                    ctx.act(Do::Insert(edit, says));
                    return;
                }
                ctx.act(Do::Flip(
                    place,
                    bit as u8,
                    before && props.frame.position > 0,
                ));
            }
        })
    };
    let Some(f) = bytes.fields.get(field) else {
        return nothing();
    };
    let end = (f.offset + f.size).min(bytes.data.len());
    let from = (f.offset + page * PAGE).min(end);
    let to = (from + PAGE).min(end);
    let size = text!(
        "ui.bytes.place",
        "offset {offset}, {size} bytes",
        offset = before(bytes) + f.offset as u64,
        size = f.size
    );
    let head = el("p")
        .kid(el("b").kid(ctx.t(&f.name)))
        .kid(" ")
        .kid(el("span").class("dim").kid(said(ctx, size)))
        .kid(" ")
        .kid(el("span").class("m").kid(ctx.t(&f.value)));
    let hint = match props.frame.session {
        Some(_) => text!(
            "ui.bytes.flip",
            "Choose a byte, then the bit to flip; the original run is kept."
        ),
        None => text!(
            "ui.inspect.flip",
            "Choose a byte, then the bit to flip; everything is checked again. Flipping it once more takes it back."
        ),
    };
    let buttons = (from..to).map(|i| byte_button(i, bytes.data[i], byte == Some(i)));
    let chosen = byte.filter(|i| *i < bytes.data.len());
    let step = props.frame.step.as_ref().filter(|_| chosen.is_some());
    el("div")
        .class("editor")
        .on_click(click)
        .kid(head)
        .kid(el("p").kid(ctx.t(&f.meaning)))
        .kid(el("p").class("dim").kid(said(ctx, hint)))
        .kid(el("div").class("byte-row").roams("button").kids(buttons))
        .kid(pages(f.size, page))
        .kid(chosen.map(|i| bits(ctx, bytes.data[i], i)))
        .kid(step.map(|s| when(ctx, &s.name, &kept.before)))
}

fn byte_button(i: usize, value: u8, here: bool) -> El {
    let digits = format!("{value:02x}");
    el("button")
        .class("byte m")
        .also(here, "now")
        .at("data-byte", i)
        .at("aria-label", format!("{i}: {digits}"))
        .at("aria-pressed", here)
        .kid(digits)
}

/// Buttons to the other pages of a long field.
fn pages(size: usize, page: usize) -> El {
    let count = size.div_ceil(PAGE);
    if count < 2 {
        return el("span");
    }
    let button = |n: usize| {
        el("button")
            .class("small")
            .at("data-page", n)
            .at("aria-pressed", n == page)
            .kid(format!("+{}", n * PAGE))
    };
    el("div").class("choices").kids((0..count).map(button))
}

/// The edit that flips the bit where it comes from, if the step was handed these very bytes as an
/// argument: a flip in memory would be overwritten when the step lays them there.
fn in_argument(frame: &Frame, bytes: &Bytes, i: usize, bit: u8) -> Option<(Edit, Text)> {
    let step = frame.step.as_ref()?;
    let mut op = step.op.clone()?;
    let whole = |value: &str| {
        let given = hex::decode(value).ok().filter(|g| g.len() >= 16);
        given.filter(|g| bytes.data.starts_with(g) && i < g.len())
    };
    let (key, value, mut given) = op
        .args
        .iter_mut()
        .find_map(|(key, value)| whole(value).map(|g| (key, value, g)))?;
    given[i] ^= 1 << (bit & 7);
    *value = hex::encode(&given);
    let says = text!(
        "ui.flip.argument",
        "bit {bit} of byte {at} of {name} flipped",
        bit = u64::from(bit),
        at = i,
        name = key.as_str()
    );
    let action = EditAction::Replace(op);
    Some((
        Edit {
            step: step.label.clone(),
            action,
        },
        says,
    ))
}

/// Whether the bit is flipped before this step or after it.
fn when(ctx: &Ctx, name: &Text, before: &Held<bool>) -> El {
    let change = {
        let before = before.clone();
        Callback::from(move |event: Event| before.set(dom::value(&event) == "before"))
    };
    let choice = |value, chosen, says| {
        let option = el("option").at("value", value).flag("selected", chosen);
        option.kid(said(ctx, says))
    };
    let is = before.get();
    let says = text!(
        "ui.bytes.before",
        "before this step, {name}",
        name = name.clone()
    );
    let select = el("select")
        .on_change(change)
        .kid(choice("before", is, says))
        .kid(choice("after", !is, text!("ui.bytes.after", "after it")));
    el("label")
        .class("dim")
        .kid(said(ctx, text!("ui.bytes.when", "Flipped")))
        .kid(" ")
        .kid(select)
}

fn bits(ctx: &Ctx, value: u8, i: usize) -> El {
    let button = |bit: u8| {
        let says = text!(
            "ui.bytes.flip-bit",
            "flip bit {bit}, now",
            bit = u64::from(bit)
        );
        let says = el("span").class("aside-text").kid(said(ctx, says)).kid(" ");
        let digit = el("small").at("aria-hidden", true).kid(u64::from(bit));
        el("button")
            .class("m")
            .at("data-bit", u64::from(bit))
            .kid(says)
            .kid(u64::from(value >> bit & 1))
            .kid(digit)
    };
    let title = text!("ui.bytes.bits", "bits, 7 first");
    el("div")
        .class("bits")
        .at("role", "group")
        .at("aria-label", said(ctx, title))
        .kid(el("span").class("m").kid(format!("{i}: 0x{value:02x} =")))
        .kids((0..8_u8).rev().map(button))
}
