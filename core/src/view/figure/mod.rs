//! Figures as display lists: shapes with classes and ids, drawn by the page and written as SVG by the exports.

use alloc::string::String;
use alloc::vec::Vec;

use crate::text::Text;

/// A figure: its size in user units and its shapes, back to front.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figure {
    /// Width in user units (CSS pixels at scale 1).
    pub width: f32,
    /// Height in user units.
    pub height: f32,
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
