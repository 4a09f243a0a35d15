//! The answers: one card a machine, the verdict large, what it rests on below.

use teescope_core::compare::{Answer, Line, Proof};
use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::Rule;
use teescope_core::view::Tone;
use yew::prelude::*;

use super::chooser;
use super::scene::{self, Scene, Seat};
use crate::el::{El, el, group, said};
use crate::player::{model, words};
use crate::state::{Action, Ctx};

/// Bytes that are shown of those obtained.
const BYTES: usize = 32;

/// The cards, in the columns of the phases below.
pub(super) fn cards(scene: &Scene) -> El {
    let ctx = &scene.ctx;
    let title = el("h2")
        .class("row-title")
        .kid(said(ctx, text!("ui.compare.answer", "Answer")));
    let aside = el("div")
        .class("aside-of")
        .kid(title)
        .kid(agreement(scene))
        .kid(chooser::more(scene));
    let cards = scene.seats.iter().enumerate();
    el("section")
        .class("cards")
        .kid(aside)
        .kids(cards.map(|(n, seat)| card(scene, n, seat)))
}

/// Whether the machines answer alike, in words.
fn agreement(scene: &Scene) -> Option<El> {
    let all = scene.seats.iter().all(|s| s.answer.is_some());
    if !all || scene.seats.len() < 2 {
        return None;
    }
    let differ = scene.seats.iter().any(|s| s.differs);
    let says = match differ {
        true => text!("ui.compare.differ", "The answers differ in kind."),
        false => text!("ui.compare.agree", "The same kind of answer everywhere."),
    };
    let mark = el("p").class("agreement").also(differ, "differ");
    Some(mark.kid(said(&scene.ctx, says)))
}

fn card(scene: &Scene, n: usize, seat: &Seat) -> El {
    let bad = seat.entry.as_ref().and_then(|e| e.bad());
    let body = match (&seat.answer, bad) {
        (Some(answer), _) => answered(scene, seat, answer),
        (None, Some(bad)) => el("p")
            .class("why")
            .at("role", "alert")
            .kid(scene.ctx.t(&bad.why)),
        (None, None) => waiting(scene, seat),
    };
    el("article")
        .key(n)
        .class("answer-card")
        .at("data-col", n)
        .kid(chooser::head(scene, n, seat))
        .kid(body)
        .kid(chooser::settings(scene, n, seat))
}

/// A card whose machine or answer is on its way.
fn waiting(scene: &Scene, seat: &Seat) -> El {
    let ctx = &scene.ctx;
    if seat.entry.is_none() && scene.failed {
        let act = ctx.clone();
        let again = Callback::from(move |_: Event| act.dispatch.dispatch(Action::Again));
        let says = text!("ui.machine.again", "Try again");
        return el("button").on_click(again).kid(said(ctx, says));
    }
    let says = match seat.entry {
        None => scene::coming(),
        Some(_) => text!("ui.compare.running", "It is being run …"),
    };
    el("p").class("coming").kid(said(ctx, says))
}

fn answered(scene: &Scene, seat: &Seat, answer: &Answer) -> El {
    let ctx = &scene.ctx;
    let who = scene.asked.question.by_observer.then(|| {
        let who = scene::who(seat, scene.asked.observer);
        el("p").class("who").kid(ctx.t(&who))
    });
    // Where all differ, the words beside the cards say so.
    let one = seat.differs && !scene.seats.iter().all(|s| s.differs);
    let differs = one.then(|| {
        let says = text!("ui.compare.differs", "differs in kind");
        el("span").class("differs").kid(said(ctx, says))
    });
    let verdict = el("p")
        .class("verdict")
        .kid(toned(ctx, &answer.verdict, answer.tone))
        .kid(differs);
    let says = answer.says.iter().map(|s| el("p").kid(ctx.t(s)));
    group()
        .kid(who)
        .kid(verdict)
        .kids(says)
        .kid((!answer.bytes.is_empty()).then(|| bytes(&answer.bytes)))
        .kid(answer.rule.map(|r| rule(ctx, r, answer.held)))
        .kid(lines(ctx, &answer.lines))
        .kid(proofs(ctx, &answer.proofs))
}

/// Words in the colour of what they mean, with a sign for who does not see colours.
pub(super) fn toned(ctx: &Ctx, words: &Text, tone: Tone) -> El {
    let sign = match tone {
        Tone::Good => "✓",
        Tone::Bad => "✕",
        Tone::Warn => "!",
        _ => "·",
    };
    let sign = el("i").at("aria-hidden", "true").kid(sign);
    el("span")
        .class("out")
        .tone(tone)
        .kid(sign)
        .kid(" ")
        .kid(ctx.t(words))
}

/// Bytes that somebody obtained, and as characters.
pub(super) fn bytes(all: &[u8]) -> El {
    let shown = &all[..all.len().min(BYTES)];
    let chars = shown.iter().map(|b| match b {
        0x20..=0x7e => char::from(*b),
        _ => '·',
    });
    let chars: String = chars.collect();
    let more = if all.len() > BYTES { " …" } else { "" };
    el("p")
        .class("obtained")
        .kid(words(shown, None))
        .kid(more)
        .kid(" ")
        .kid(el("span").class("ascii m").kid(chars))
}

/// The rule that decided, where it is written, and whether it is a model.
fn rule(ctx: &Ctx, rule: &'static Rule, held: bool) -> El {
    let cite = el("small").kid(rule.cite);
    let broken = text!("ui.compare.broken", "✕ did not hold:");
    let broken = (!held).then(|| el("span").class("broken").kid(said(ctx, broken)));
    el("p")
        .class("by-rule")
        .kid(broken)
        .kid(" ")
        .kid(el("span").kid(said(ctx, rule.text())))
        .kid(" ")
        .kid(cite)
        .kid(rule.is_model().then(|| group().kid(" ").kid(model(ctx))))
}

/// What was found; lines that belong together stand under what they belong to.
fn lines(ctx: &Ctx, lines: &[Line]) -> El {
    group().kids(lines.chunk_by(|a, b| a.under == b.under).map(|lines| {
        let under = lines[0].under.as_ref();
        let under = under.map(|says| el("p").class("under").kid(ctx.t(says)));
        group().kid(under).kid(found(ctx, lines))
    }))
}

fn found(ctx: &Ctx, lines: &[Line]) -> El {
    let rows = lines.iter().map(|line| {
        let value = el("span")
            .also(line.mono, "m")
            .tone(line.tone)
            .kid(ctx.t(&line.value));
        let value = match &line.proof {
            None => el("dd").kid(value),
            Some(proof) => {
                let link = el("a").at("href", scene::proof(ctx, proof)).kid(value);
                el("dd").kid(link)
            }
        };
        el("div").kid(el("dt").kid(ctx.t(&line.name))).kid(value)
    });
    el("dl").class("found").kids(rows)
}

fn proofs(ctx: &Ctx, proofs: &[Proof]) -> Option<El> {
    let links = proofs.iter().map(|proof| {
        let step = proof.step.as_str();
        let says = match &proof.in_run {
            None => text!("ui.compare.proof", "See it at step {step}", step = step),
            Some(run) => text!(
                "ui.compare.proof-in",
                "See it at step {step} ({run})",
                step = step,
                run = run.clone()
            ),
        };
        el("a")
            .class("see")
            .at("href", scene::proof(ctx, proof))
            .kid(said(ctx, says))
    });
    (!proofs.is_empty()).then(|| el("p").class("proofs").kids(links))
}
