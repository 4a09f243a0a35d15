//! A running digest: what it takes in at this step, where it stands, what it would be if it ended now.

use teescope_core::text;
use teescope_core::text::{Text, thousands};
use teescope_core::trace::Piece;
use teescope_core::view::Digest;
use yew::prelude::*;

use super::Props;
use crate::el::{El, el, group, nothing, said};
use crate::player::value::{breakable, push_byte, words};
use crate::state::Ctx;

/// Lines of sixteen bytes of one piece that are shown before the rest is folded.
const LINES: usize = 4;

/// The body of the panel.
pub(super) fn body(ctx: &Ctx, props: &Props, digest: &Digest) -> El {
    let quiet = text!("ui.digest.quiet", "This step feeds it nothing.");
    let quiet = el("p").class("digest-quiet").kid(said(ctx, quiet));
    let absorbed_now = digest.absorbed.iter().enumerate();
    let list = el("dl")
        .class("digest")
        .kids(absorbed_now.map(|(i, piece)| absorbed(ctx, i, piece)))
        .kid(el("div").class("line sep"))
        .kid(running(ctx, props, digest))
        .kid(expected(ctx, digest));
    group()
        .kid(digest.absorbed.is_empty().then_some(quiet))
        .kid(list)
}

/// A line of the list: a name and what it says.
fn line_of(name: AttrValue, says: El) -> El {
    let line = el("div").class("line").kid(el("dt").kid(breakable(&name)));
    line.kid(says)
}

fn absorbed(ctx: &Ctx, i: usize, piece: &Piece) -> El {
    let zero = piece.bytes.len() >= 8 && piece.bytes.iter().all(|b| *b == 0);
    let inner = if zero {
        let zeros = format!("00 × {}", piece.bytes.len());
        el("span").kid(el("span").class("zero").kid(zeros))
    } else {
        let class = format!("piece piece-{}", i % 4);
        el("span").class(&class).kid(lines(ctx, &piece.bytes))
    };
    let means = el("span").class("means").kid(ctx.t(&piece.means));
    let says = el("dd")
        .kid(inner)
        .kid((!piece.means.is_empty()).then(|| group().kid(" ").kid(means)));
    line_of(ctx.t(&piece.label), says)
}

/// Bytes, sixteen a line; the rest folds.
fn lines(ctx: &Ctx, bytes: &[u8]) -> El {
    let hex = |lines: &[String]| el("span").class("hex pre").kid(lines.join("\n"));
    let all: Vec<String> = bytes.chunks(16).map(line).collect();
    if all.len() <= LINES {
        return hex(&all);
    }
    let more = text!("ui.digest.more", "… {n} more lines", n = all.len() - LINES);
    let rest = el("details")
        .kid(el("summary").kid(said(ctx, more)))
        .kid(hex(&all[LINES..]));
    group().kid(hex(&all[..LINES])).kid(rest)
}

fn line(bytes: &[u8]) -> String {
    let mut line = String::new();
    for (i, byte) in bytes.iter().enumerate() {
        if i > 0 {
            line.push(' ');
        }
        push_byte(&mut line, *byte);
    }
    line
}

fn running(ctx: &Ctx, props: &Props, d: &Digest) -> El {
    let has = |cell| props.changes().has(d.id, cell);
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
    let line = |name: Text, says: El| line_of(said(ctx, name), says);
    let value = |bytes: &[u8]| el("dd").kid(words(bytes, None));
    let before = text!("ui.digest.before", "before");
    let before = line(before, value(&d.before).class("zero"));
    let midstate = text!("ui.digest.midstate", "midstate");
    let midstate = line(midstate, value(&d.running)).also(has("running"), "new");
    let counted = text!("ui.digest.counter-name", "counter");
    let counted = line(counted, el("dd").kid(said(ctx, counter))).also(has("blocks"), "new");
    let last = if d.if_final.is_empty() {
        let says = text!("ui.digest.not-begun", "not begun");
        let says = el("dd").class("dim").kid(said(ctx, says));
        el("div").class("line").kid(el("dt")).kid(says)
    } else {
        line(last, value(&d.if_final))
            .class("last")
            .also(has("if-final"), "new")
            .also(d.is_final, "is-final")
    };
    let runs = !d.running.is_empty();
    group()
        .kid((!d.before.is_empty()).then_some(before))
        .kid(runs.then(|| group().kid(midstate).kid(counted)))
        .kid(last)
}

/// The value somebody expects, with the first difference marked.
fn expected(ctx: &Ctx, d: &Digest) -> El {
    let Some((name, wanted)) = &d.expected else {
        return nothing();
    };
    let same = *wanted == d.if_final;
    let verdict = match (same, d.is_final) {
        (true, _) => text!("ui.digest.same", "the same"),
        (false, true) => text!(
            "ui.digest.other",
            "not the same: the measurement will be refused"
        ),
        (false, false) => text!("ui.digest.yet", "not the same yet"),
    };
    let class = match (same, d.is_final) {
        (true, _) => "verdict tone-good",
        (false, true) => "verdict tone-bad",
        (false, false) => "verdict dim",
    };
    let verdict = el("span")
        .class(class)
        .kid(if same { "✓ " } else { "≠ " })
        .kid(said(ctx, verdict));
    let says = el("dd").kid(words(wanted, Some(&d.if_final))).kid(verdict);
    group()
        .kid(el("div").class("line sep"))
        .kid(line_of(ctx.t(name), says))
}
