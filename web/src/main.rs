//! The page: draws panels, knows no machine.

use yew::prelude::*;

#[component]
fn App() -> Html {
    html! { <main><h1>{ "teescope" }</h1></main> }
}

fn main() {
    yew::Renderer::<App>::new().render();
}
