//! The foot of the player: the run as a line, playing and its speed, progress of a long run.

use std::rc::Rc;

use teescope_core::text;
use teescope_core::view::figure::{self, PhaseSpan};
use web_sys::Element;
use yew::prelude::*;

use crate::dom;
use crate::figure::FigureView;
use crate::state::Ctx;
use crate::state::play::{Do, Play, SPEEDS};
use crate::state::run::Run;

/// The foot; `node` is the element of the line, `width` its width.
pub(super) fn timeline(ctx: &Ctx, play: &Play, node: &NodeRef, width: f32) -> Html {
    let run = play.run();
    let input = Rc::new(line(play));
    let drawn = Rc::new(figure::timeline(&input, &ctx.lang.catalogue, width));
    let to = {
        let (ctx, input, node) = (ctx.clone(), input.clone(), node.clone());
        Callback::from(move |event: PointerEvent| {
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
    html! {
        <footer class="foot">
            { controls(ctx, play.playing, play.speed) }
            <div class="tl" ref={node.clone()} role="slider" tabindex="0" aria-label={ctx.t(&text!("ui.timeline", "Timeline"))}
                aria-valuemin="0" aria-valuemax={run.len.to_string()} aria-valuenow={play.position.to_string()}
                aria-valuetext={says} onpointerdown={to.clone()} onpointermove={to}>
                <FigureView figure={drawn} silent=true />
            </div>
            <span class="at m">{ ctx.t(&at) }</span>
            if run.done < run.len {
                { progress(ctx, run, play.goal) }
            }
        </footer>
    }
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
fn controls(ctx: &Ctx, playing: bool, chosen: usize) -> Html {
    let act = ctx.clone();
    let click = Callback::from(
        move |event: MouseEvent| match dom::data(&event, "go").as_deref() {
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
    html! {
        <div class="controls" onclick={click}>
            <button data-go="back" aria-label={ctx.t(&text!("ui.back", "One step back"))}>{ "◂" }</button>
            <button data-go="play" aria-label={ctx.t(&play)}>{ if playing { "❚❚" } else { "▶" } }</button>
            <button data-go="on" aria-label={ctx.t(&text!("ui.forward", "One step forward"))}>{ "▸" }</button>
            <select onchange={speed} aria-label={ctx.t(&text!("ui.speed", "Steps a second"))}>
                for (i, speed) in SPEEDS.iter().enumerate() {
                    <option key={i} value={i.to_string()} selected={i == chosen}>
                        { ctx.t(&text!("ui.speed.rate", "{n}/s", n = speed.name)) }</option>
                }
            </select>
        </div>
    }
}

/// How far the first pass of a long run has come.
fn progress(ctx: &Ctx, run: &Run, goal: Option<u64>) -> Html {
    let halted = run.halted;
    let act = ctx.clone();
    let click = Callback::from(move |_: MouseEvent| {
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
    html! {
        <div class="progress">
            <progress max={run.len.to_string()} value={run.done.to_string()} aria-label={ctx.t(&text!("ui.progress.name", "First pass"))}></progress>
            <span>{ ctx.t(&says) }</span>
            <button onclick={click}>{ ctx.t(&button) }</button>
        </div>
    }
}
