//! The foot of the player: the run as a line, playing and its speed, progress of a long run.

use std::rc::Rc;

use teescope_core::text;
use teescope_core::view::figure::{self, PhaseSpan};
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use crate::dom;
use crate::el::{El, el, said};
use crate::figure::picture;
use crate::state::Ctx;
use crate::state::play::{Do, Play, SPEEDS};
use crate::state::run::Run;

/// The foot; `node` is the element of the line, `width` its width.
pub(super) fn timeline(ctx: &Ctx, play: &Play, node: &NodeRef, width: f32) -> El {
    let run = play.run();
    let input = Rc::new(line(play));
    let drawn = figure::timeline(&input, &ctx.lang.catalogue, width);
    let to = {
        let (ctx, input, node) = (ctx.clone(), input.clone(), node.clone());
        Callback::from(move |event: Event| {
            let Some(event) = event.dyn_ref::<PointerEvent>() else {
                return;
            };
            if event.buttons() & 1 == 0 {
                return;
            }
            let Some(element) = node.cast::<Element>() else {
                return;
            };
            if event.type_() == "pointerdown" {
                _ = element.set_pointer_capture(event.pointer_id());
            }
            let x = f64::from(event.client_x()) - element.get_bounding_client_rect().left();
            let position = figure::timeline_position(&input, &ctx.lang.catalogue, width, x as f32);
            ctx.act(Do::Seek(position));
        })
    };
    let says = says(run, play.position, ctx);
    let at = text!(
        "ui.timeline.at",
        "{n} / {of}",
        n = play.position,
        of = run.len
    );
    let line = el("div")
        .class("tl")
        .node(node)
        .at("role", "slider")
        .at("tabindex", "0")
        .at("aria-label", said(ctx, text!("ui.timeline", "Timeline")))
        .at("aria-valuemin", "0")
        .at("aria-valuemax", run.len)
        .at("aria-valuenow", play.position)
        .at("aria-valuetext", says)
        .on_pointer_down(to.clone())
        .on_pointer_move(to)
        .kid(picture(drawn, true));
    let progress = (run.done < run.len).then(|| progress(ctx, run, play.goal));
    el("footer")
        .class("foot")
        .kid(controls(ctx, play.playing, play.speed))
        .kid(line)
        .kid(el("span").class("at m").kid(said(ctx, at)))
        .kid(progress)
}

/// What the line shows.
fn line(play: &Play) -> figure::Timeline {
    let run = play.run();
    let mut phases: Vec<PhaseSpan> = Vec::new();
    for group in &run.outline.groups {
        match phases.last_mut() {
            Some(last) if last.phase == group.phase => last.len += group.len,
            _ => phases.push(PhaseSpan {
                phase: group.phase,
                title: group.phase.title(),
                first: group.first,
                len: group.len,
            }),
        }
    }
    let edits = run
        .settings()
        .edits
        .iter()
        .filter_map(|e| run.lands(e))
        .collect();
    figure::Timeline {
        phases,
        stops: run.stops.iter().map(|(p, o)| (*p, o.id())).collect(),
        len: run.len,
        position: play.position,
        mark: play.mark,
        edits,
    }
}

/// The step in words, for those who do not see the line.
fn says(run: &Run, position: u64, ctx: &Ctx) -> AttrValue {
    if position == 0 {
        return ctx.t(&text!("ui.steps.start", "Start"));
    }
    let line = run.session.borrow_mut().line(position);
    let says = text!(
        "ui.timeline.step",
        "step {n}, {name}, {label}",
        n = position,
        name = line.name,
        label = line.label
    );
    ctx.t(&says)
}

/// Back, play, on, and how fast.
fn controls(ctx: &Ctx, playing: bool, chosen: usize) -> El {
    let act = ctx.clone();
    let click = Callback::from(
        move |event: Event| match dom::data(&event, "go").as_deref() {
            Some("back") => act.act(Do::By(-1)),
            Some("on") => act.act(Do::By(1)),
            Some("play") => act.act(Do::Playing(!playing)),
            _ => {}
        },
    );
    let act = ctx.clone();
    let speed = Callback::from(move |event: Event| {
        act.act(Do::Speed(dom::value(&event).parse().unwrap_or(2)));
    });
    let play = match playing {
        true => text!("ui.pause", "Pause"),
        false => text!("ui.play", "Play"),
    };
    let button = |id: &'static str, says, sign: &'static str| {
        let button = el("button").at("data-go", id);
        button.at("aria-label", said(ctx, says)).kid(sign)
    };
    let speeds = SPEEDS.iter().enumerate().map(|(i, speed)| {
        let says = text!("ui.speed.rate", "{n}/s", n = speed.name);
        el("option")
            .at("value", i)
            .flag("selected", i == chosen)
            .kid(said(ctx, says))
    });
    let title = text!("ui.speed", "Steps a second");
    let speeds = el("select")
        .at("aria-label", said(ctx, title))
        .on_change(speed)
        .kids(speeds);
    let back = text!("ui.back", "One step back");
    let on = text!("ui.forward", "One step forward");
    el("div")
        .class("controls")
        .on_click(click)
        .kid(button("back", back, "◂"))
        .kid(button("play", play, if playing { "❚❚" } else { "▶" }))
        .kid(button("on", on, "▸"))
        .kid(speeds)
}

/// How far the first pass of a long run has come.
fn progress(ctx: &Ctx, run: &Run, goal: Option<u64>) -> El {
    let halted = run.halted;
    let act = ctx.clone();
    let click = Callback::from(move |_: Event| {
        act.act(Do::Halt(!halted));
    });
    let says = match goal {
        Some(goal) => text!(
            "ui.progress.goal",
            "On the way to step {goal}: {done} of {of} carried out",
            goal = goal,
            done = run.done,
            of = run.len
        ),
        None => text!(
            "ui.progress",
            "{done} of {of} steps carried out",
            done = run.done,
            of = run.len
        ),
    };
    let button = match halted {
        true => text!("ui.progress.on", "Go on"),
        false => text!("ui.progress.cancel", "Cancel"),
    };
    let title = text!("ui.progress.name", "First pass");
    let bar = el("progress")
        .at("max", run.len)
        .at("value", run.done)
        .at("aria-label", said(ctx, title));
    el("div")
        .class("progress")
        .kid(bar)
        .kid(el("span").kid(said(ctx, says)))
        .kid(el("button").on_click(click).kid(said(ctx, button)))
}
