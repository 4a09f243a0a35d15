//! What every figure must hold, checked from its shapes alone.

use std::collections::BTreeSet;

use teescope_core::text::Catalogue;
use teescope_core::view::figure::{Draw, Figure, MOST_SHAPES, text_box};

/// The points a path in SVG's language names, in absolute coordinates: an interpreter of the
/// path grammar of SVG 1.1, section 8.3, for the commands figures use.
pub(crate) fn points(d: &str) -> Vec<(f32, f32)> {
    let mut points = Vec::new();
    let (mut x, mut y) = (0.0, 0.0);
    let mut start = (0.0, 0.0);
    let mut rest = d;
    while let Some(command) = rest.chars().next() {
        rest = &rest[1..];
        let end = rest
            .find(|c: char| c.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        let numbers: Vec<f32> = rest[..end]
            .split([' ', ','])
            .filter(|n| !n.is_empty())
            .map(|n| n.parse().expect("a number in a path"))
            .collect();
        rest = &rest[end..];
        let (ox, oy) = if command.is_ascii_lowercase() {
            (x, y)
        } else {
            (0.0, 0.0)
        };
        match command.to_ascii_uppercase() {
            'Z' => (x, y) = start,
            'H' => numbers.iter().for_each(|n| x = ox + n),
            'V' => numbers.iter().for_each(|n| y = oy + n),
            'M' | 'L' | 'C' | 'Q' => {
                assert_eq!(numbers.len() % 2, 0, "{d}");
                let (mut px, mut py) = (ox, oy);
                for pair in numbers.chunks(2) {
                    (x, y) = (px + pair[0], py + pair[1]);
                    points.push((x, y));
                    if command.is_ascii_lowercase() && command == 'l' {
                        (px, py) = (x, y);
                    }
                }
                if command.eq_ignore_ascii_case(&'m') {
                    start = (x, y);
                }
            }
            other => panic!("command {other} in {d}"),
        }
        points.push((x, y));
    }
    points
}

/// Asserts what holds for every figure: bounds, no text on text, no two equal keys, few enough shapes.
pub(crate) fn check(figure: &Figure, catalogue: &Catalogue, what: &str) {
    assert!(
        figure.shapes.len() <= MOST_SHAPES,
        "{what}: {} shapes",
        figure.shapes.len()
    );
    assert!(figure.width.is_finite() && figure.height.is_finite() && figure.height > 0.0);
    let inside = |x: f32, y: f32| {
        x >= -0.6 && y >= -0.6 && x <= figure.width + 0.6 && y <= figure.height + 0.6
    };
    let mut keys = BTreeSet::new();
    let mut texts: Vec<([f32; 4], String)> = Vec::new();
    for shape in &figure.shapes {
        assert!(
            shape.key.is_empty() || keys.insert(&shape.key),
            "{what}: two shapes with the key {}",
            shape.key
        );
        match &shape.draw {
            Draw::Rect { x, y, w, h, .. } => {
                assert!(*w > 0.0 && *h > 0.0, "{what}: {shape:?}");
                assert!(
                    inside(*x, *y) && inside(x + w, y + h),
                    "{what}: {shape:?} in {} x {}",
                    figure.width,
                    figure.height
                );
            }
            Draw::Path(d) => {
                for (x, y) in points(d) {
                    assert!(
                        inside(x, y),
                        "{what}: {shape:?} in {} x {}",
                        figure.width,
                        figure.height
                    );
                }
            }
            Draw::Text { text, .. } => {
                let [x, y, w, h] = text_box(shape, catalogue).expect("a text has a box");
                assert!(
                    inside(x, y) && inside(x + w, y + h),
                    "{what}: {shape:?} in {} x {}",
                    figure.width,
                    figure.height
                );
                texts.push(([x, y, w, h], text.render(catalogue)));
            }
        }
    }
    for (i, (a, said)) in texts.iter().enumerate() {
        for (b, other) in &texts[..i] {
            let apart = a[0] >= b[0] + b[2]
                || b[0] >= a[0] + a[2]
                || a[1] >= b[1] + b[3]
                || b[1] >= a[1] + a[3];
            assert!(apart, "{what}: {said:?} lies on {other:?}");
        }
    }
}
