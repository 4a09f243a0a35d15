//! A run that cannot be opened yet: which file it lacks, or what in it does not fit.

use teescope_core::text;
use teescope_core::trace::Link;
use yew::prelude::*;

use super::drop::file_button;
use super::settings::settings;
use crate::dom;
use crate::host;
use crate::nav::{Here, nav};
use crate::source::Source;
use crate::state::{Action, Asking, Ctx};

/// The page that asks.
pub(crate) fn asking_page(ctx: &Ctx, asking: &Asking, source: &Source) -> Html {
    let reading = host::is_lacking();
    if reading {
        let ctx = ctx.clone();
        let turn = host::turn();
        dom::spawn(async move {
            let supplied = host::supply_all().await;
            dom::sleep(0).await;
            if turn == host::turn() {
                ctx.dispatch.dispatch(Action::Supplied(supplied));
            }
        });
    }
    let info = source.info(&asking.link.scenario);
    let gallery = ctx.href(Link {
        scenario: crate::state::GALLERY.to_string(),
        ..Link::default()
    });
    let fresh = {
        let (ctx, id) = (ctx.clone(), asking.link.scenario.clone());
        Callback::from(move |_: MouseEvent| {
            let link = Link {
                scenario: id.clone(),
                ..Link::default()
            };
            ctx.dispatch.dispatch(Action::Visit(link));
        })
    };
    let title = match asking.bad.missing_file {
        true => text!("ui.asking.file", "A file is asked for"),
        false => text!("ui.asking.bad", "This link cannot be shown"),
    };
    let changed = asking.link.settings != teescope_core::trace::Settings::default();
    html! {
        <div class="gallery">
            <header class="head">
                { nav(ctx, Here::Elsewhere) }
                if let Some(info) = &info {
                    <span class="title">{ ctx.t(&info.title) }</span>
                }
                <div class="actions">{ settings(ctx) }</div>
            </header>
            <main id="panels" tabindex="-1" class="asking">
                <h1>{ ctx.t(&title) }</h1>
                <p class={if asking.bad.missing_file { "lead" } else { "lead why" }} role="alert">{ ctx.t(&asking.bad.why) }</p>
                if asking.bad.missing_file && !reading {
                    <p>{ file_button(ctx) }</p>
                }
                <div class="choices">
                    if info.is_some() && changed {
                        <button onclick={fresh}>{ ctx.t(&text!("ui.asking.fresh", "Open the scenario without the link’s changes")) }</button>
                    }
                    <a href={gallery}>{ ctx.t(&text!("ui.asking.gallery", "To the gallery")) }</a>
                </div>
            </main>
        </div>
    }
}
