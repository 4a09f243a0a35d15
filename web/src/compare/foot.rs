//! The foot: every run on one line, moved and played together, and the machines at that moment.

use std::cell::Cell;
use std::rc::Rc;

use teescope_core::text;
use teescope_core::view::figure::{self, PhaseSpan};
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use super::Kept;
use super::moment::{self, Moment};
use super::scene::{Scene, turn};
use crate::dom;
use crate::el::{El, el, part_of, said};
use crate::figure::picture;
use crate::held::use_after;

/// How long a beat is shown while playing, in milliseconds.
const PAUSE: i32 = 1_400;

/// The room beside the machines that is not theirs, in CSS pixels.
const BESIDE: f32 = 30.0;

/// The foot; `width` is that of its line.
pub(super) fn foot(scene: &Scene, kept: &Kept, width: f32) -> El {
    let input = Rc::new(line(scene));
    let drawn = figure::timeline(&input, &scene.ctx.lang.catalogue, width);
    let point = {
        let (to, input, node) = (to(scene), input.clone(), kept.line.clone());
        let ctx = scene.ctx.clone();
        Callback::from(move |event: Event| {
            let Some(event) = event.dyn_ref::<PointerEvent>() else {
                return;
            };
            let Some(element) = node.cast::<Element>() else {
                return;
            };
            if event.buttons() & 1 == 0 {
                return;
            }
            if event.type_() == "pointerdown" {
                _ = element.set_pointer_capture(event.pointer_id());
            }
            let x = f64::from(event.client_x()) - element.get_bounding_client_rect().left();
            let at = figure::timeline_position(&input, &ctx.lang.catalogue, width, x as f32);
            to.emit(usize::try_from(at).unwrap_or(0).saturating_sub(1));
        })
    };
    let ctx = &scene.ctx;
    let title = text!("ui.compare.timeline", "All runs together");
    let line = el("div")
        .class("tl")
        .node(&kept.line)
        .at("role", "slider")
        .at("tabindex", "0")
        .at("aria-label", said(ctx, title))
        .at("aria-valuemin", "1")
        .at("aria-valuemax", scene.beats.len().max(1))
        .at("aria-valuenow", scene.beat + 1)
        .at("aria-valuetext", says(scene))
        .on_key(keys(scene, kept))
        .on_pointer_down(point.clone())
        .on_pointer_move(point)
        .kid(picture(drawn, true));
    let open = kept.open.get();
    el("footer")
        .class("foot")
        .kid(open.then(|| machines(scene, width)))
        .kid(controls(scene, kept))
        .kid(line)
        .kid(el("span").class("at m").kid(says(scene)))
}

/// What the line shows: a step of it is a beat.
fn line(scene: &Scene) -> figure::Timeline {
    let mut phases: Vec<PhaseSpan> = Vec::new();
    for (n, beat) in scene.beats.iter().enumerate() {
        match phases.last_mut() {
            Some(last) if last.phase == beat.phase => last.len += 1,
            _ => phases.push(PhaseSpan {
                phase: beat.phase,
                title: beat.phase.title(),
                first: n as u64 + 1,
                len: 1,
            }),
        }
    }
    figure::Timeline {
        phases,
        len: scene.beats.len() as u64,
        position: scene.beat as u64 + 1,
        ..figure::Timeline::default()
    }
}

/// The beat in words.
fn says(scene: &Scene) -> AttrValue {
    let Some(beat) = scene.beats.get(scene.beat) else {
        return AttrValue::default();
    };
    let of = scene.beats.iter().filter(|b| b.phase == beat.phase).count();
    let says = text!(
        "ui.compare.beat",
        "{phase}, {n} of {of}",
        phase = beat.phase.title(),
        n = beat.nth + 1,
        of = of
    );
    said(&scene.ctx, says)
}

/// What shows another beat.
fn to(scene: &Scene) -> Callback<usize> {
    let (ctx, ask) = (scene.ctx.clone(), scene.ask.clone());
    let labels: Vec<String> = scene.beats.iter().map(|b| b.label()).collect();
    let now = scene.beat;
    Callback::from(move |beat: usize| {
        let beat = beat.min(labels.len().saturating_sub(1));
        let Some(label) = labels.get(beat).filter(|_| beat != now) else {
            return;
        };
        let mut next = (*ask).clone();
        next.at.clone_from(label);
        turn(&ctx, &next, false);
    })
}

fn keys(scene: &Scene, kept: &Kept) -> Callback<Event> {
    let (to, kept) = (to(scene), kept.clone());
    let (now, last) = (scene.beat, scene.beats.len().saturating_sub(1));
    let phases: Vec<usize> = scene
        .beats
        .iter()
        .enumerate()
        .filter(|(_, b)| b.nth == 0)
        .map(|(n, _)| n)
        .collect();
    Callback::from(move |event: Event| {
        let beat = match dom::key(&event).as_str() {
            "ArrowRight" | "ArrowUp" => now + 1,
            "ArrowLeft" | "ArrowDown" => now.saturating_sub(1),
            "PageDown" => phases.iter().copied().find(|p| *p > now).unwrap_or(last),
            "PageUp" => phases.iter().copied().rfind(|p| *p < now).unwrap_or(0),
            "Home" => 0,
            "End" => last,
            " " => {
                event.prevent_default();
                play(&kept, &to, now == last);
                return;
            }
            _ => return,
        };
        event.prevent_default();
        to.emit(beat);
    })
}

/// Starts or stops playing; at the end it starts again from the beginning.
fn play(kept: &Kept, to: &Callback<usize>, at_end: bool) {
    let playing = !kept.playing.get();
    if playing {
        kept.open.set(true);
        if at_end {
            to.emit(0);
        }
    }
    kept.playing.set(playing);
}

fn controls(scene: &Scene, kept: &Kept) -> El {
    let ctx = &scene.ctx;
    let (playing, open) = (kept.playing.get(), kept.open.get());
    let last = scene.beats.len().saturating_sub(1);
    let click = {
        let (kept, to, now) = (kept.clone(), to(scene), scene.beat);
        Callback::from(
            move |event: Event| match dom::data(&event, "go").as_deref() {
                Some("back") => to.emit(now.saturating_sub(1)),
                Some("on") => to.emit(now + 1),
                Some("play") => play(&kept, &to, now == last),
                Some("machines") => kept.open.set(!open),
                _ => {}
            },
        )
    };
    let button = |id: &'static str, says, sign: &'static str| {
        let button = el("button").at("data-go", id);
        button.at("aria-label", said(ctx, says)).kid(sign)
    };
    let play = match playing {
        true => text!("ui.pause", "Pause"),
        false => text!("ui.play", "Play"),
    };
    let machines = el("button")
        .class("small")
        .at("data-go", "machines")
        .at("aria-expanded", open)
        .kid(said(ctx, text!("ui.compare.machines", "The machines")));
    el("div")
        .class("controls")
        .on_click(click)
        .kid(button("back", text!("ui.compare.back", "Back"), "◂"))
        .kid(button("play", play, if playing { "❚❚" } else { "▶" }))
        .kid(button("on", text!("ui.compare.on", "On"), "▸"))
        .kid(machines)
}

/// Each machine at the moment, as the observer sees it.
fn machines(scene: &Scene, width: f32) -> El {
    let columns = scene.seats.len().max(1);
    let width = if width < 500.0 {
        width
    } else {
        (width + 300.0) / columns as f32 - BESIDE
    };
    let all = scene.seats.iter().enumerate().map(|(n, seat)| {
        let position = scene.position(n, scene.beat);
        let before = (0..scene.beat).rev().find_map(|b| scene.position(n, b));
        let moment = seat.entry.clone().map(|entry| {
            part_of::<Moment>(
                &n.to_string(),
                moment::Props {
                    entry,
                    position: position.or(before).unwrap_or(0),
                    before,
                    idle: position.is_none(),
                    observer: scene.asked.observer,
                    width: width.max(220.0),
                },
            )
        });
        el("div")
            .key(n)
            .class("moment")
            .at("data-col", n)
            .kid(el("h3").kid(scene.ctx.t(&seat.title)))
            .kid(moment)
    });
    let title = text!("ui.compare.machines-now", "The machines at this moment");
    el("div")
        .class("moments")
        .at("role", "group")
        .at("tabindex", "0")
        .at("aria-label", said(&scene.ctx, title))
        .kids(all)
}

/// Goes on by itself while playing, and stops at the end.
#[hook]
pub(super) fn use_playing(scene: Option<&Scene>, kept: &Kept) {
    let now = use_mut_ref(|| None);
    *now.borrow_mut() = scene.map(|s| (to(s), s.beat, s.beats.len()));
    let playing = kept.playing.clone();
    let on = playing.get();
    use_after(
        on,
        Box::new(move || {
            let alive = Rc::new(Cell::new(on));
            let lives = alive.clone();
            if on {
                dom::spawn(async move {
                    loop {
                        dom::sleep(PAUSE).await;
                        if !lives.get() {
                            return;
                        }
                        let Some((to, beat, len)) = now.borrow().clone() else {
                            return;
                        };
                        if beat + 1 >= len {
                            playing.set(false);
                            return;
                        }
                        to.emit(beat + 1);
                    }
                });
            }
            Box::new(move || alive.set(false))
        }),
    );
}
