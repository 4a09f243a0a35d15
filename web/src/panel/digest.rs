//! A running digest: what it takes in at this step, where it stands, what it would be if it ended now.

use teescope_core::text;
use teescope_core::text::{Text, thousands};
use teescope_core::trace::Piece;
use teescope_core::view::Digest;
use yew::prelude::*;

use super::Props;
use crate::player::value::words;
use crate::state::Ctx;

/// Lines of sixteen bytes of one piece that are shown before the rest is folded.
const LINES: usize = 4;

/// The body of the panel.
pub(super) fn body(ctx: &Ctx, props: &Props, digest: &Digest) -> Html {
    let quiet = digest.absorbed.is_empty();
    html! {
        <>
            if quiet {
                <p class="digest-quiet">{ ctx.t(&text!("ui.digest.quiet", "This step feeds it nothing.")) }</p>
            }
            <dl class="digest">
                for (i, piece) in digest.absorbed.iter().enumerate() { { absorbed(ctx, i, piece) } }
                <div class="line sep"></div>
                { running(ctx, props, digest) }
                { expected(ctx, digest) }
            </dl>
        </>
    }
}

fn absorbed(ctx: &Ctx, i: usize, piece: &Piece) -> Html {
    let zero = piece.bytes.len() >= 8 && piece.bytes.iter().all(|b| *b == 0);
    let inner = if zero {
        html! { <span class="zero">{ format!("00 × {}", piece.bytes.len()) }</span> }
    } else {
        lines(ctx, &piece.bytes)
    };
    let class = format!("piece piece-{}", i % 4);
    html! {
        <div key={i} class="line">
            <dt>{ ctx.t(&piece.label) }</dt>
            <dd><span class={classes!((!zero).then_some(class))}>{ inner }</span>
                if !piece.means.is_empty() {
                    { " " }<span class="means">{ ctx.t(&piece.means) }</span>
                }
            </dd>
        </div>
    }
}

/// Bytes, sixteen a line; the rest folds.
fn lines(ctx: &Ctx, bytes: &[u8]) -> Html {
    let all: Vec<String> = bytes.chunks(16).map(line).collect();
    if all.len() <= LINES {
        return html! { <span class="hex pre">{ all.join("\n") }</span> };
    }
    let more = text!("ui.digest.more", "… {n} more lines", n = all.len() - LINES);
    html! {
        <>
            <span class="hex pre">{ all[..LINES].join("\n") }</span>
            <details><summary>{ ctx.t(&more) }</summary><span class="hex pre">{ all[LINES..].join("\n") }</span></details>
        </>
    }
}

fn line(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|b| format!("{b:02x}")).collect();
    digits.join(" ")
}

fn running(ctx: &Ctx, props: &Props, d: &Digest) -> Html {
    let has = |cell| props.changes().has(d.id, cell).then_some("new");
    let bits = u128::from(d.blocks) * u128::from(d.block_size) * 8;
    let bits = u64::try_from(bits).map_or_else(|_| bits.to_string(), thousands);
    let counter = text!(
        "ui.digest.counter",
        "{blocks} blocks, {bits} bits",
        blocks = d.blocks,
        bits = bits
    );
    let last = match d.is_final {
        true => text!("ui.digest.final", "final"),
        false => d.if_final_label.clone(),
    };
    html! {
        <>
            if !d.before.is_empty() {
                <div class="line"><dt>{ ctx.t(&text!("ui.digest.before", "before")) }</dt><dd class="zero">{ words(&d.before, None) }</dd></div>
            }
            if !d.running.is_empty() {
                <div class={classes!("line", has("running"))}><dt>{ ctx.t(&text!("ui.digest.midstate", "midstate")) }</dt><dd>{ words(&d.running, None) }</dd></div>
                <div class={classes!("line", has("blocks"))}><dt>{ ctx.t(&text!("ui.digest.counter-name", "counter")) }</dt><dd>{ ctx.t(&counter) }</dd></div>
            }
            if d.if_final.is_empty() {
                <div class="line"><dt></dt><dd class="dim">{ ctx.t(&text!("ui.digest.not-begun", "not begun")) }</dd></div>
            } else {
                <div class={classes!("line", "last", has("if-final"), d.is_final.then_some("is-final"))}><dt>{ ctx.t(&last) }</dt><dd>{ words(&d.if_final, None) }</dd></div>
            }
        </>
    }
}

/// The value somebody expects, with the first difference marked.
fn expected(ctx: &Ctx, d: &Digest) -> Html {
    let Some((name, wanted)) = &d.expected else {
        return html! { <div class="nothing"></div> };
    };
    let same = *wanted == d.if_final;
    let verdict: Text = match (same, d.is_final) {
        (true, _) => text!("ui.digest.same", "the same"),
        (false, true) => text!(
            "ui.digest.other",
            "not the same: the measurement will be refused"
        ),
        (false, false) => text!("ui.digest.yet", "not the same yet"),
    };
    let class = classes!(
        "verdict",
        if same {
            "tone-good"
        } else if d.is_final {
            "tone-bad"
        } else {
            "dim"
        }
    );
    html! {
        <>
            <div class="line sep"></div>
            <div class="line"><dt>{ crate::player::value::breakable(&ctx.t(name)) }</dt><dd>{ words(wanted, Some(&d.if_final)) }
                <span {class}>{ if same { "✓ " } else { "≠ " } }{ ctx.t(&verdict) }</span></dd></div>
        </>
    }
}
