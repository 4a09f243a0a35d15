//! The gallery: everything that can be run, by machine and by question, and a place to drop a file.

pub(crate) mod asking;
pub(crate) mod drop;
pub(crate) mod settings;
pub(crate) mod waiting;

use teescope_core::text;
use teescope_core::trace::{Link, ScenarioInfo, Tee};
use yew::prelude::*;

use crate::nav::{Here, nav};
use crate::source::Source;
use crate::state::{Ctx, DIFF, State};
use drop::drop_zone;
use settings::settings;
use waiting::coming;

/// A machine and what it lists.
struct Shelf {
    tee: Tee,
    scenarios: Vec<ScenarioInfo>,
}

/// The gallery.
pub(crate) fn gallery(ctx: &Ctx, state: &State) -> Html {
    let shelves = shelves(&state.source);
    let lacking = !state.source.lacks(None).is_empty();
    html! {
        <div class="gallery">
            <header class="head">
                { nav(ctx, Here::Gallery) }
                <div class="actions">{ settings(ctx) }</div>
            </header>
            <main id="panels" tabindex="-1">
                <div class="top">
                    { intro(ctx) }
                    { drop_zone(ctx, DIFF) }
                </div>
                for shelf in shelves.iter() { { draw(ctx, shelf) } }
                if lacking {
                    { coming(ctx, state.failed) }
                } else if shelves.is_empty() {
                    <p class="empty">{ ctx.t(&text!("ui.gallery.empty", "No machine is built into this page.")) }</p>
                }
                if !lacking {
                    { questions(ctx, &shelves) }
                }
            </main>
        </div>
    }
}

fn shelves(source: &Source) -> Vec<Shelf> {
    let all = source.all().into_iter().map(|tee| {
        let scenarios = tee.scenarios.iter().map(|s| s.info());
        let scenarios = scenarios.filter(|i| i.listed).collect();
        Shelf { tee, scenarios }
    });
    // Of a machine that has nothing to run the comparison tells.
    all.filter(|shelf: &Shelf| !shelf.scenarios.is_empty())
        .collect()
}

fn intro(ctx: &Ctx) -> Html {
    html! {
        <div class="intro">
            <h1>{ ctx.t(&text!("ui.gallery.title", "A playground for trusted execution environments")) }</h1>
            <p class="lead">{ ctx.t(&text!("ui.gallery.lead", "Not a picture of the machine: the machine. Every step runs the real checks over the real bytes and comes to the real digests, forwards and backwards, here in the page.")) }</p>
            <ul class="promises">
                <li>{ ctx.t(&text!("ui.gallery.explained", "Every byte, every check and every refusal says what it is and which section of which document says so.")) }</li>
                <li>{ ctx.t(&text!("ui.gallery.break", "Change a parameter, insert an operation, flip a bit: your run opens beside the original, and the difference is shown.")) }</li>
                <li>{ ctx.t(&text!("ui.gallery.local", "Nothing leaves the page. A link holds everything you see, except your files.")) }</li>
            </ul>
        </div>
    }
}

fn draw(ctx: &Ctx, shelf: &Shelf) -> Html {
    let tee = &shelf.tee;
    html! {
        <section key={tee.id} class="shelf" aria-labelledby={format!("tee-{}", tee.id)}>
            <div class="shelf-head">
                <h2 id={format!("tee-{}", tee.id)}>{ ctx.t(&tee.title) }</h2>
                <p>{ ctx.t(&tee.what) }</p>
            </div>
            <ol class="scenarios">
                for (i, info) in shelf.scenarios.iter().enumerate() {
                    <li key={info.id}>
                        <a href={href(ctx, info.id)}>
                            <span class="n m" aria-hidden="true">{ i + 1 }</span>
                            <h3>{ ctx.t(&info.title) }</h3>
                            <p class="question">{ ctx.t(&info.question) }</p>
                            <p class="lesson">{ ctx.t(&info.lesson) }</p>
                        </a>
                    </li>
                }
            </ol>
            <details class="gaps">
                <summary>{ ctx.t(&text!("ui.gallery.gaps", "What is left out, and what is a model")) }</summary>
                <ul>
                    for (i, gap) in (tee.gaps)().iter().enumerate() { <li key={i}>{ ctx.t(gap) }</li> }
                </ul>
            </details>
        </section>
    }
}

/// The same scenarios by what a person would ask.
fn questions(ctx: &Ctx, shelves: &[Shelf]) -> Html {
    let all = shelves
        .iter()
        .flat_map(|s| s.scenarios.iter().map(|i| (&s.tee, i)));
    html! {
        <section class="questions" aria-labelledby="questions">
            <h2 id="questions">{ ctx.t(&text!("ui.gallery.questions", "By question")) }</h2>
            <ul>
                for (tee, info) in all {
                    <li key={info.id}><a href={href(ctx, info.id)}>{ ctx.t(&info.question) }</a>
                        <span class="dim">{ ctx.t(&tee.title) }{ " · " }{ ctx.t(&info.title) }</span></li>
                }
            </ul>
        </section>
    }
}

/// The address of a scenario, in the language and theme of the page.
fn href(ctx: &Ctx, id: &str) -> String {
    ctx.href(Link {
        scenario: id.to_string(),
        ..Link::default()
    })
}
