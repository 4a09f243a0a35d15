//! Figures as display lists: shapes with classes and keys, drawn by the page and written as SVG by the exports.
//!
//! A figure is laid out for a width and a language, because a text takes the room its translation
//! takes; at another width it is laid out again, never scaled. Lengths are CSS pixels at scale 1.
//! The styles are in `static/figure.css` over the tokens of `static/theme.css`; [`svg`] embeds both.
//!
//! # Class names
//!
//! | class | on | meaning |
//! |---|---|---|
//! | `tone-<id>` | anything | what its colour means, by [`Tone::id`](crate::view::Tone::id) |
//! | `changed` | anything | this step changed it |
//! | `box`, `rest`, `many`, `cell` | rectangle | a range; what its inner ranges leave over; a folded run; one of a grid of equal ranges |
//! | `grid`, `lane` | rectangle | the ground of a grid; the ground of a lane |
//! | `comb`, `hatch`, `break`, `break-line` | path | teeth of a folded run; hidden or mixed; where the scale is cut |
//! | `label`, `label-2` | text | first and second line of a range, a node, an end |
//! | `tick`, `tick-line` | text, path | an address or a number of a step, and its mark |
//! | `lane-title`, `bracket`, `bracket-label` | text, path, text | a lane's name; what encloses other ranges, and its name |
//! | `ribbon`, `link` | path | a bundle of ties as an area; one tie as a line |
//! | `quiet` | `link` | shown only when one of its ends is pointed at |
//! | `node`, `current`, `edge`, `arrow`, `edge-label` | | states and what leads from one to the other |
//! | `phase`, `phase-title`, `stop-refused`, `stop-faulted`, `edit`, `mark`, `cursor` | | the timeline |
//! | `trunk`, `branch`, `parting`, `end-done`, `end-refused`, `end-faulted`, `past` | | two runs that part |
//!
//! # Keys
//!
//! A key names what a shape stands for and is unique in its figure: a range's key, `key/bracket` for
//! its bracket, `from>to` for a tie, a node's index, `phase-0`, `stop-89`. [`Shape::stands_for`]
//! tells which shapes light up when something is pointed at elsewhere.

mod branches;
mod map;
mod measure;
mod sheet;
mod states;
mod svg;
mod timeline;

pub use branches::{Branch, Branches, branches};
pub use map::address_map;
pub use measure::{FONT, number, text_box, text_width};
pub use states::states;
pub use svg::{Theme, svg};
pub use timeline::{PhaseSpan, Timeline, timeline, timeline_position};

use alloc::string::String;
use alloc::vec::Vec;

use crate::text::Text;

/// The most shapes a figure has, whatever it shows.
pub const MOST_SHAPES: usize = 1500;

/// Below this width maps and states are laid out downwards instead of across.
pub const NARROW: f32 = 560.0;

/// The narrowest width a figure is laid out for; anything below is taken as this.
pub const NARROWEST: f32 = 280.0;

/// The widest.
const WIDEST: f32 = 4096.0;

/// The width a figure is laid out for when asked for this one, whatever it is.
fn fit(width: f32) -> f32 {
    if width.is_nan() {
        return NARROWEST;
    }
    width.clamp(NARROWEST, WIDEST)
}

/// A figure: its size in user units and its shapes, back to front.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figure {
    /// Width in user units (CSS pixels at scale 1).
    pub width: f32,
    /// Height in user units.
    pub height: f32,
    /// What it shows, in a few words: the accessible name.
    pub title: Text,
    /// What it shows, in full: the accessible description.
    pub says: Text,
    /// The shapes, back to front.
    pub shapes: Vec<Shape>,
}

/// One shape. Classes carry meaning (`tone-owner-a`, `changed`, `label`); styles give them colour.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Unique within the figure for shapes that can be hovered or selected; else empty.
    pub key: String,
    /// Space-separated class names.
    pub class: String,
    /// What is drawn.
    pub draw: Draw,
    /// What a pointer or a screen reader is told.
    pub tip: Text,
}

impl Shape {
    /// Whether this shape stands for the thing of that key, or is a part or a tie of it.
    #[must_use]
    pub fn stands_for(&self, key: &str) -> bool {
        if key.is_empty() || self.key.is_empty() {
            return false;
        }
        self.key == key
            || self
                .key
                .strip_prefix(key)
                .is_some_and(|rest| rest.starts_with(['/', '>']))
            || self
                .key
                .strip_suffix(key)
                .is_some_and(|rest| rest.ends_with('>'))
    }
}

/// What a shape draws.
#[derive(Clone, Debug, PartialEq)]
pub enum Draw {
    /// A rectangle with corner radius `r`.
    Rect {
        /// Left edge.
        x: f32,
        /// Top edge.
        y: f32,
        /// Width.
        w: f32,
        /// Height.
        h: f32,
        /// Corner radius.
        r: f32,
    },
    /// A path in SVG's path language.
    Path(String),
    /// A line of text.
    Text {
        /// The anchor's x.
        x: f32,
        /// The baseline's y.
        y: f32,
        /// Where the anchor lies on the text: `start`, `middle` or `end`.
        anchor: &'static str,
        /// The text.
        text: Text,
    },
}
