//! Long lists: which rows lie in view, and room for those that do not.

use std::ops::Range;
use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use crate::dom;
use crate::held::{use_after, use_held};

/// Rows drawn above and below what is in view.
const AROUND: usize = 6;

/// A stretch of rows of one height.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) rows: u64,
    pub(crate) height: u32,
}

/// Where a scrolled element stands: what is hidden above, and what is in view, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scroll {
    pub(crate) top: i32,
    pub(crate) height: i32,
}

/// The rows to draw and the room to leave, in pixels, above and below them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) rows: Range<u64>,
    pub(crate) above: u64,
    pub(crate) below: u64,
}

/// The rows of `spans` that are in view.
pub(crate) fn window(spans: &[Span], scroll: Scroll) -> Window {
    let total: u64 = spans.iter().map(|s| s.rows * u64::from(s.height)).sum();
    let rows: u64 = spans.iter().map(|s| s.rows).sum();
    let (from, _) = row_at(spans, u64::try_from(scroll.top).unwrap_or(0));
    let bottom = u64::try_from(scroll.top + scroll.height).unwrap_or(0);
    let (to, _) = row_at(spans, bottom);
    let from = from.saturating_sub(AROUND as u64);
    let to = (to + 1 + AROUND as u64).min(rows);
    let above = top_of(spans, from);
    Window {
        below: total - top_of(spans, to),
        rows: from..to,
        above,
    }
}

/// The row under a height, and where that row begins.
fn row_at(spans: &[Span], y: u64) -> (u64, u64) {
    let (mut row, mut top) = (0, 0);
    for span in spans {
        let high = span.rows * u64::from(span.height);
        if y < top + high {
            let within = (y - top) / u64::from(span.height);
            return (row + within, top + within * u64::from(span.height));
        }
        row += span.rows;
        top += high;
    }
    (row.saturating_sub(1), top)
}

/// Where a row begins.
pub(crate) fn top_of(spans: &[Span], row: u64) -> u64 {
    let (mut before, mut top) = (0, 0);
    for span in spans {
        if row < before + span.rows {
            return top + (row - before) * u64::from(span.height);
        }
        before += span.rows;
        top += span.rows * u64::from(span.height);
    }
    top
}

/// Room for rows that are not drawn. An SVG, because its height is an attribute and needs no style.
pub(crate) fn room(key: &'static str, pixels: u64) -> Html {
    html! { <svg key={key} class="room" width="1" height={pixels.to_string()} aria-hidden="true"></svg> }
}

/// Follows how an element is scrolled; the callback is its `onscroll`.
#[hook]
pub(crate) fn use_scroll(node: &NodeRef) -> (Scroll, Callback<Event>) {
    let scroll = use_held(|| Scroll {
        top: 0,
        height: 900,
    });
    let onscroll = {
        let (node, scroll) = (node.clone(), scroll.clone());
        Callback::from(move |_: Event| {
            if let Some(e) = node.cast::<Element>() {
                scroll.set(read(&e));
            }
        })
    };
    let (place, measured) = (node.clone(), scroll.clone());
    use_after(
        (),
        Box::new(move || {
            let told = move |e: &Element| measured.set(read(e));
            dom::on_resize(place.cast(), Rc::new(told))
        }),
    );
    (scroll.get(), onscroll)
}

/// Coarse, so that scrolling by a few pixels draws nothing anew.
fn read(e: &Element) -> Scroll {
    Scroll {
        top: e.scroll_top() / 100 * 100,
        height: (e.client_height() / 100 + 2) * 100,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

    wasm_bindgen_test_configure!(run_in_browser);

    const SPANS: [Span; 3] = [
        Span {
            rows: 1,
            height: 34,
        },
        Span {
            rows: 100_000,
            height: 26,
        },
        Span {
            rows: 2,
            height: 44,
        },
    ];

    #[wasm_bindgen_test]
    fn what_is_in_view_is_drawn_and_the_rest_has_room() {
        let all: u64 = SPANS.iter().map(|s| s.rows * u64::from(s.height)).sum();
        for top in [0, 33, 34, 1_000_000, 2_599_990, 2_600_121] {
            let view = window(&SPANS, Scroll { top, height: 800 });
            let drawn = top_of(&SPANS, view.rows.end) - top_of(&SPANS, view.rows.start);
            assert_eq!(view.above + drawn + view.below, all, "{top}");
            assert!(view.above <= top as u64, "{top}");
            assert!(all - view.below >= (top as u64 + 800).min(all), "{top}");
            assert!(view.rows.end - view.rows.start < 70, "{top}");
        }
    }

    #[wasm_bindgen_test]
    fn no_rows_need_no_room() {
        let view = window(
            &[],
            Scroll {
                top: 0,
                height: 800,
            },
        );
        assert_eq!((view.rows, view.above, view.below), (0..0, 0, 0));
    }
}
