//! A field looked at closely: what it means, its bytes, and the bits that may be flipped.

use teescope_core::bytes::hex;
use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::{Edit, EditAction, Place};
use teescope_core::view::{Bytes, Panel};
use yew::prelude::*;

use super::{Kept, Props};
use crate::dom;
use crate::player::frame::Frame;
use crate::state::Ctx;
use crate::state::play::Do;

/// Bytes of a field that are offered for flipping at once.
const PAGE: usize = 64;

/// The field of that index, with its bytes and bits.
pub(super) fn editor(ctx: &Ctx, props: &Props, kept: &Kept, bytes: &Bytes, field: usize) -> Html {
    let (byte, page) = *kept.byte;
    let click = {
        let (ctx, props) = (ctx.clone(), props.clone());
        let (chosen, before) = (kept.byte.setter(), *kept.before);
        Callback::from(move |event: MouseEvent| {
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
        return html! { <div class="nothing"></div> };
    };
    let end = (f.offset + f.size).min(bytes.data.len());
    let from = (f.offset + page * PAGE).min(end);
    let to = (from + PAGE).min(end);
    let size = text!(
        "ui.bytes.place",
        "offset {offset}, {size} bytes",
        offset = f.offset,
        size = f.size
    );
    html! {
        <div class="editor" onclick={click}>
            <p><b>{ ctx.t(&f.name) }</b>{ " " }<span class="dim">{ ctx.t(&size) }</span>{ " " }<span class="m">{ ctx.t(&f.value) }</span></p>
            <p>{ ctx.t(&f.meaning) }</p>
            <p class="dim">{ ctx.t(&text!("ui.bytes.flip", "Choose a byte, then the bit to flip; the original run is kept.")) }</p>
            <div class="byte-row" onkeydown={Callback::from(|e: KeyboardEvent| dom::roam(&e, "button"))}>
                for i in from..to {
                    <button key={i} class={classes!("byte", "m", (byte == Some(i)).then_some("now"))} data-byte={i.to_string()}
                        aria-label={format!("{i}: {:02x}", bytes.data[i])} aria-pressed={(byte == Some(i)).to_string()}>{ format!("{:02x}", bytes.data[i]) }</button>
                }
            </div>
            { pages(f.size, page) }
            if let Some(i) = byte.filter(|i| *i < bytes.data.len()) {
                { bits(ctx, bytes, i) }
                if let Some(step) = &props.frame.step {
                    { when(ctx, &step.name, &kept.before) }
                }
            }
        </div>
    }
}

/// Buttons to the other pages of a long field.
fn pages(size: usize, page: usize) -> Html {
    let count = size.div_ceil(PAGE);
    if count < 2 {
        return html! { <span></span> };
    }
    html! {
        <div class="choices">
            for n in 0..count {
                <button key={n} class="small" data-page={n.to_string()} aria-pressed={(n == page).to_string()}>{ format!("+{}", n * PAGE) }</button>
            }
        </div>
    }
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
fn when(ctx: &Ctx, name: &Text, before: &UseStateHandle<bool>) -> Html {
    let change = {
        let before = before.setter();
        Callback::from(move |event: Event| before.set(dom::value(&event) == "before"))
    };
    let is = **before;
    html! {
        <label class="dim">{ ctx.t(&text!("ui.bytes.when", "Flipped")) }{ " " }
            <select onchange={change}>
                <option value="before" selected={is}>{ ctx.t(&text!("ui.bytes.before", "before this step, {name}", name = name.clone())) }</option>
                <option value="after" selected={!is}>{ ctx.t(&text!("ui.bytes.after", "after it")) }</option>
            </select></label>
    }
}

fn bits(ctx: &Ctx, bytes: &Bytes, i: usize) -> Html {
    let value = bytes.data[i];
    html! {
        <div class="bits" role="group" aria-label={ctx.t(&text!("ui.bytes.bits", "bits, 7 first"))}>
            <span class="m">{ format!("{i}: 0x{value:02x} =") }</span>
            for bit in (0..8_u8).rev() {
                <button key={bit} class="m" data-bit={bit.to_string()}>
                    <span class="aside-text">{ ctx.t(&text!("ui.bytes.flip-bit", "flip bit {bit}, now", bit = u64::from(bit))) }{ " " }</span>
                    { value >> bit & 1 }<small aria-hidden="true">{ bit }</small></button>
            }
        </div>
    }
}
