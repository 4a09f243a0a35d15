//! A figure as an SVG document of its own: for slides, papers and documentation.

use alloc::format;
use alloc::string::{String, ToString};

use super::measure::number;
use super::{Draw, Figure, Shape};
use crate::text::Catalogue;

const THEME: &str = include_str!("../../../../static/theme.css");
const STYLE: &str = include_str!("../../../../static/figure.css");

/// The colours a document is written with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Dark ink on light paper; colours are written out, for programs that know little CSS.
    Light,
    /// Light ink on dark paper; colours are written out.
    Dark,
    /// As the reader's system has it.
    #[default]
    Auto,
}

/// A standalone SVG document: style, name and description inside, text escaped, no script.
#[must_use]
pub fn svg(figure: &Figure, catalogue: &Catalogue, theme: Theme) -> String {
    let (w, h) = (number(figure.width), number(figure.height));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"figure\" role=\"img\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\">\n"
    );
    element(&mut out, "title", &figure.title.render(catalogue));
    element(&mut out, "desc", &figure.says.render(catalogue));
    element(&mut out, "style", &style(theme));
    out += &format!("<rect width=\"{w}\" height=\"{h}\" class=\"paper\"/>\n");
    for shape in &figure.shapes {
        draw(&mut out, shape, catalogue);
    }
    out += "</svg>\n";
    out
}

fn element(out: &mut String, name: &str, content: &str) {
    if !content.is_empty() {
        *out += &format!("<{name}>{}</{name}>\n", escape(content));
    }
}

fn draw(out: &mut String, shape: &Shape, catalogue: &Catalogue) {
    let mut about = format!("class=\"{}\"", escape(&shape.class));
    if !shape.key.is_empty() {
        about += &format!(" data-key=\"{}\"", escape(&shape.key));
    }
    let tip = shape.tip.render(catalogue);
    let inner = if tip.is_empty() {
        String::new()
    } else {
        format!("<title>{}</title>", escape(&tip))
    };
    let (name, place, inner) = match &shape.draw {
        Draw::Rect { x, y, w, h, r } => {
            let at = [("x", x), ("y", y), ("width", w), ("height", h), ("rx", r)];
            let at = at.iter().fold(String::new(), |s, (k, v)| {
                s + &format!(" {k}=\"{}\"", number(**v))
            });
            ("rect", at, inner)
        }
        Draw::Path(d) => ("path", format!(" d=\"{}\"", escape(d)), inner),
        Draw::Text { x, y, anchor, text } => {
            let at = format!(
                " x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\"",
                number(*x),
                number(*y)
            );
            ("text", at, inner + &escape(&text.render(catalogue)))
        }
    };
    *out += &match inner.is_empty() {
        true => format!("<{name} {about}{place}/>\n"),
        false => format!("<{name} {about}{place}>{inner}</{name}>\n"),
    };
}

/// The style sheet: for one theme with every token replaced by its value, else with the tokens.
fn style(theme: Theme) -> String {
    let page = ".figure .paper { fill: var(--paper); }\n";
    if theme == Theme::Auto {
        return THEME.to_string() + STYLE + page;
    }
    let mut style = STYLE.to_string() + page;
    for (name, light, dark) in tokens() {
        let value = if theme == Theme::Dark { dark } else { light };
        style = style.replace(&format!("var({name})"), value);
    }
    style
}

/// The tokens of the theme: name, light value, dark value.
fn tokens() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    THEME.lines().filter_map(|line| {
        let (name, value) = line.trim().strip_suffix(';')?.split_once(": ")?;
        let pair = value
            .strip_prefix("light-dark(")
            .and_then(|v| v.strip_suffix(')'));
        let (light, dark) = pair
            .and_then(|p| p.split_once(", "))
            .unwrap_or((value, value));
        name.starts_with("--").then_some((name, light, dark))
    })
}

/// Text as XML takes it: five characters by name, characters XML does not know left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&apos;",
            '\t' | '\n' => out.push(c),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}
