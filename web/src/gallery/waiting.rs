//! What is shown while a machine is on its way, and when it cannot be had.

use teescope_core::text;
use yew::prelude::*;

use super::settings::settings;
use crate::nav::{Here, nav};
use crate::state::{Action, Ctx};

/// The page of a run whose machine is not here yet.
pub(crate) fn waiting_page(ctx: &Ctx, failed: bool) -> Html {
    html! {
        <div class="gallery">
            <header class="head">
                { nav(ctx, Here::Elsewhere) }
                <div class="actions">{ settings(ctx) }</div>
            </header>
            <main id="panels" tabindex="-1" class="asking">
                { coming(ctx, failed) }
            </main>
        </div>
    }
}

/// Says that something is on its way, or offers to try again. What is quick is not announced at all:
/// the style shows it only after a moment.
pub(crate) fn coming(ctx: &Ctx, failed: bool) -> Html {
    if !failed {
        return html! {
            <p class="coming" role="status">{ ctx.t(&text!("ui.machine.coming", "Fetching the machine …")) }</p>
        };
    }
    let act = ctx.clone();
    let again = Callback::from(move |_: MouseEvent| act.dispatch.dispatch(Action::Again));
    html! {
        <div class="choices">
            <button onclick={again}>{ ctx.t(&text!("ui.machine.again", "Try again")) }</button>
        </div>
    }
}
