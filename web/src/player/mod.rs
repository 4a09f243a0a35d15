//! The player: a run step by step, with its list, its panels, its card and its timeline.

mod branches;
mod card;
mod checks;
mod events;
mod far;
pub(crate) mod frame;
mod header;
mod jobs;
mod probe;
mod refusal;
mod rows;
mod search;
mod snippets;
mod steps;
mod timeline;
pub(crate) mod value;

pub(crate) use checks::{Ended, check, model};
pub(crate) use snippets::copy;
pub(crate) use value::words;

use std::cell::RefCell;
use std::rc::Rc;

use teescope_core::text;
use teescope_core::text::Text;
use yew::prelude::*;

use crate::dialog;
use crate::dom;
use crate::el::{El, el, list, part, part_of, said};
use crate::extras;
use crate::figure::use_width;
use crate::held::use_after;
use crate::host;
use crate::panel::PanelView;
use crate::state::play::{Against, Play};
use crate::state::{Ctx, Open, use_ctx};
use frame::{Frame, frame};

/// A run as it is being read.
#[derive(Clone, Properties)]
pub(crate) struct Props {
    pub(crate) play: Rc<Play>,
    pub(crate) open: Option<Open>,
    /// Whether what is open can be shown.
    pub(crate) extras: bool,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.play, &other.play)
            && (self.open, self.extras) == (other.open, other.extras)
    }
}

/// What a moment of a run depends on.
type Key = (
    u32,
    u64,
    Option<teescope_core::trace::Observer>,
    Against,
    Option<u64>,
);

#[component]
pub(crate) fn Player(props: &Props) -> Html {
    let ctx = use_ctx();
    let play = &props.play;
    let last = use_mut_ref(|| None::<(Key, Rc<Frame>)>);
    let key = key(play);
    let update = use_force_update();
    let frame = moment(play, &key, &last, &update);
    jobs::use_first_pass(play);
    jobs::use_parting(play);
    jobs::use_playing(play);
    let (main, wide, foot) = (use_node_ref(), use_node_ref(), use_node_ref());
    let far = far::use_far(&main, &key);
    let width = use_width(&wide, 730.0);
    let foot_width = use_width(&foot, 800.0);
    let top = main.clone();
    use_after(
        frame.run,
        Box::new(move || {
            if let Some(main) = top.cast::<web_sys::Element>() {
                main.set_scroll_top(0);
            }
            Box::new(|| ())
        }),
    );
    let steps = part::<steps::Steps>(steps::Props {
        run: play.run().clone(),
        position: play.position,
        label: frame.label.clone(),
    });
    let open = props.open.zip(extras::here()).map(|(open, extras)| {
        (extras.opened)(dialog::Props {
            open,
            play: play.clone(),
            frame: frame.clone(),
        })
    });
    el("div")
        .class("app")
        .kid(header::header(&ctx, play, &frame.info))
        .kid(steps)
        .kid(panels(
            &ctx,
            play,
            &frame,
            &far.panels(&frame, &key),
            (&main, &wide),
            width,
        ))
        .kid(card::card(&ctx, &frame, play.is_fork()))
        .kid(timeline::timeline(&ctx, play, &foot, foot_width))
        .kid(announce(&frame, play.playing, &ctx.lang))
        .kid(open)
        .into()
}

/// The middle of the page: what is special about what is seen, and the panels.
fn panels(
    ctx: &Ctx,
    play: &Rc<Play>,
    frame: &Rc<Frame>,
    drawn: &[(Rc<Frame>, usize)],
    (main, wide): (&NodeRef, &NodeRef),
    width: f32,
) -> El {
    let stopped = frame.step.as_ref().is_some_and(|s| !s.outcome.is_done());
    let note = |says| el("p").class("against").kid(said(ctx, says));
    let against = (!frame.against.is_empty()).then(|| note(against(frame)));
    let probe = play.probe.map(|_| {
        let play = play.clone();
        part::<probe::Probe>(probe::Props { play })
    });
    let panels = drawn.iter().map(|(frame, index)| {
        let props = crate::panel::Props {
            frame: frame.clone(),
            index: *index,
            selected: play.selected,
            width,
        };
        part_of::<PanelView>(frame.view.panels[*index].id(), props)
    });
    let none = frame.view.panels.is_empty().then(|| {
        let says = text!(
            "ui.panels.none",
            "This observer sees nothing of the machine at this step."
        );
        el("p").class("empty").kid(said(ctx, says))
    });
    let title = el("h1").class("aside-text").kid(ctx.t(&frame.info.title));
    let forked = play.runs.len() > 1;
    el("main")
        .at("id", "panels")
        .at("tabindex", "-1")
        .node(main)
        .kid(el("div").node(wide))
        .kid(title)
        .kid(forked.then(|| branches::branches(ctx, play, width)))
        .kid(eyes(play).map(|eyes| note(eyes).class("eyes-on")))
        .kid(against)
        .kid(stopped.then(|| refusal::refusal(ctx, frame)))
        .kid(probe)
        .kid(el("div").class("panels").kid(list(panels)))
        .kid(none)
}

/// With whose eyes the panels are seen, if not everybody's.
fn eyes(play: &Play) -> Option<Text> {
    let observer = play.observer?;
    let observers = play.run().session.borrow().observers();
    let title = observers.into_iter().find(|(o, _)| *o == observer);
    let title = title.map_or_else(|| observer.title(), |(_, title)| title);
    Some(text!(
        "ui.eyes.on",
        "What this observer can see in the panels: {who}. The card tells what really happened.",
        who = title
    ))
}

/// With what the panels are compared, and whether anything differs.
fn against(frame: &Frame) -> Text {
    match frame.changes.cells.is_empty() {
        true => text!(
            "ui.against.same",
            "{what}: nothing differs.",
            what = frame.against.clone()
        ),
        false => frame.against.clone(),
    }
}

/// The frame that was made last and what it was made for.
type Last = Rc<RefCell<Option<(Key, Rc<Frame>)>>>;

/// What the present moment depends on.
fn key(play: &Play) -> Key {
    (
        play.run().id,
        play.position,
        play.observer,
        play.against,
        play.mark,
    )
}

/// The frame of the present moment; the last one if nothing it depends on changed.
///
/// Where bytes of a large file are missing, the last one stays until they are supplied.
fn moment(play: &Rc<Play>, key: &Key, last: &Last, update: &UseForceUpdateHandle) -> Rc<Frame> {
    let mut last = last.borrow_mut();
    if let Some((k, frame)) = &*last
        && k == key
    {
        return frame.clone();
    }
    let mut next = Rc::new(frame(play, last.as_ref().map(|(_, f)| &**f)));
    if host::is_lacking() {
        let update = update.clone();
        dom::spawn(async move {
            if host::supply_all().await.is_ok() {
                update.force_update();
            }
        });
        if let Some((_, frame)) = last.as_ref().filter(|(_, f)| f.run == play.run().id) {
            return frame.clone();
        }
        // Before the first step no byte of a file is looked at.
        let mut start = (**play).clone();
        (start.position, start.against) = (0, Against::Before);
        next = Rc::new(frame(&start, None));
        return next;
    }
    *last = Some((*key, next.clone()));
    next
}

/// The one live region: tells the step's title when the reader comes to a step, but not while playing.
fn announce(frame: &Frame, playing: bool, lang: &crate::lang::Lang) -> El {
    let said = if playing {
        AttrValue::default()
    } else {
        headline(frame, lang)
    };
    el("p")
        .class("aside-text")
        .at("role", "status")
        .at("aria-live", "polite")
        .kid(said)
}

/// The step's title as one line.
pub(crate) fn headline(frame: &Frame, lang: &crate::lang::Lang) -> AttrValue {
    let Some(step) = &frame.step else {
        return lang.t(&text!("ui.step.start", "Start: before the first step"));
    };
    let line = text!(
        "ui.step.headline",
        "Step {n} of {of}: {name}, {says}",
        n = frame.position,
        of = frame.len,
        name = step.name.clone(),
        says = step.says.clone()
    );
    if step.outcome.is_done() {
        return lang.t(&line);
    }
    let stop = card::stop_word(step.outcome);
    let result = text!(
        "ui.step.headline-stop",
        "{line}. {stop} {result}",
        line = line,
        stop = stop,
        result = step.outcome.name()
    );
    lang.t(&result)
}
