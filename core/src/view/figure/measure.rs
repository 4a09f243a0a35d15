//! How much room text takes, known without a browser so that figures are the same everywhere.

use alloc::format;
use alloc::string::{String, ToString};

use super::{Draw, Shape};
use crate::text::Catalogue;

/// The size of all text in figures, in CSS pixels: small, yet readable on a telephone.
pub const FONT: f32 = 11.0;

/// How far text reaches above and below its baseline, in CSS pixels.
const ABOVE: f32 = 10.0;
const BELOW: f32 = 3.0;

/// Width of a character in em, after the widest of the common system faces, so that text set in
/// another face is narrower rather than wider.
fn em(c: char) -> f32 {
    match c {
        'i' | 'j' | 'l' | '\'' | '|' => 0.28,
        ' ' | '.' | ',' | ':' | ';' | '!' | '·' | 'I' => 0.33,
        'f' | 't' | 'r' | '-' | '/' | '(' | ')' | '[' | ']' => 0.4,
        'm' | 'M' | 'W' | '…' | '%' | '@' => 0.98,
        'w' | '×' | '+' | '=' | '<' | '>' | '→' | '←' | '#' => 0.84,
        'A'..='Z' => 0.7,
        '\u{20}'..='\u{7e}' => 0.63,
        '\u{ff61}'..='\u{ffdc}' => 0.55,
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'.. => 1.0,
        _ => 0.68,
    }
}

/// Width of a line of text in CSS pixels, at [`FONT`] in the proportional face.
#[must_use]
pub fn text_width(text: &str) -> f32 {
    text.chars().map(em).sum::<f32>() * FONT
}

/// Width of a line of text with these classes: ticks are set in the fixed-width face, titles bold.
pub(super) fn width_as(class: &str, text: &str) -> f32 {
    let is = |name: &str| class.split(' ').any(|c| c == name);
    if is("tick") {
        let em = |c| if c < '\u{2e80}' { 0.605 } else { 1.0 };
        text.chars().map(em).sum::<f32>() * FONT
    } else if is("lane-title") || is("current") {
        text_width(text) * 1.1
    } else {
        text_width(text)
    }
}

/// The text cut to a width with an ellipsis; `None` if too little would be left to mean anything.
pub(super) fn shorten(class: &str, text: &str, room: f32) -> Option<String> {
    if width_as(class, text) <= room {
        return Some(text.to_string());
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if width_as(class, &kept) + FONT > room {
            kept.pop();
            break;
        }
    }
    let kept = kept.trim_end_matches([' ', '·', ',']);
    let least = if kept.chars().any(|c| c >= '\u{2e80}') {
        2
    } else {
        3
    };
    (kept.chars().count() >= least).then(|| format!("{kept}…"))
}

/// A text broken into two lines of at most `room`, at a space or between two CJK characters.
pub(super) fn halve(class: &str, text: &str, room: f32) -> Option<(String, String)> {
    let cjk = |c: Option<char>| c.is_some_and(|c| c >= '\u{2e80}');
    let breaks = text.char_indices().filter(|&(i, c)| {
        i > 0 && (c == ' ' || cjk(Some(c)) && cjk(text[..i].chars().next_back()))
    });
    let widest = |i: usize| width_as(class, &text[..i]).max(width_as(class, text[i..].trim()));
    let best = breaks
        .map(|(i, _)| i)
        .min_by(|&a, &b| widest(a).total_cmp(&widest(b)))?;
    (widest(best) <= room).then(|| (text[..best].to_string(), text[best..].trim().to_string()))
}

/// The box a text shape fills, as left, top, width and height; `None` for other shapes.
#[must_use]
pub fn text_box(shape: &Shape, catalogue: &Catalogue) -> Option<[f32; 4]> {
    let Draw::Text { x, y, anchor, text } = &shape.draw else {
        return None;
    };
    Some(box_of(
        &shape.class,
        &text.render(catalogue),
        *x,
        *y,
        anchor,
    ))
}

pub(super) fn box_of(class: &str, text: &str, x: f32, y: f32, anchor: &str) -> [f32; 4] {
    let w = width_as(class, text);
    let left = match anchor {
        "middle" => x - w / 2.0,
        "end" => x - w,
        _ => x,
    };
    [left, y - ABOVE, w, ABOVE + BELOW]
}

/// A length as SVG and CSS take it: at most one decimal, no trailing zero.
#[must_use]
pub fn number(value: f32) -> String {
    let tenths = (value * 10.0 + if value < 0.0 { -0.5 } else { 0.5 }) as i64;
    let sign = if tenths < 0 { "-" } else { "" };
    let tenths = tenths.unsigned_abs();
    match tenths % 10 {
        0 => format!("{sign}{}", tenths / 10),
        rest => format!("{sign}{}.{rest}", tenths / 10),
    }
}

/// The whole part of a length that is not negative.
pub(super) fn floor(value: f32) -> f32 {
    (value.max(0.0) as u32) as f32
}

/// The binary logarithm, straight between powers of two: monotone, and made without libm. 0 for 0.
pub(super) fn log2(value: u64) -> f32 {
    if value == 0 {
        return 0.0;
    }
    let whole = value.ilog2();
    let rest = value - (1 << whole);
    whole as f32 + rest as f32 / (1_u64 << whole) as f32
}
