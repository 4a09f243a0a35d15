//! The sheet a figure is drawn on: keeps layers in order and refuses text that would meet other text.

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::measure::{box_of, number, shorten, width_as};
use super::{Draw, Figure, MOST_SHAPES, Shape};
use crate::text::{Catalogue, Text};

/// Layers, back to front.
#[derive(Clone, Copy)]
pub(super) enum Layer {
    Ground,
    Ties,
    Boxes,
    Marks,
    Words,
}

/// What a shape stands for: its key and its tip.
#[derive(Clone, Default)]
pub(super) struct Name {
    pub(super) key: String,
    pub(super) tip: Text,
}

impl Name {
    pub(super) fn new(key: impl ToString, tip: Text) -> Self {
        Self {
            key: key.to_string(),
            tip,
        }
    }
}

/// Room between two texts on one line.
const APART: f32 = 4.0;

pub(super) struct Sheet<'a> {
    pub(super) width: f32,
    pub(super) catalogue: &'a Catalogue,
    layers: [Vec<Shape>; 5],
    taken: Vec<[f32; 4]>,
    count: usize,
    keys: BTreeSet<String>,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(width: f32, catalogue: &'a Catalogue) -> Self {
        Self {
            width,
            catalogue,
            layers: Default::default(),
            taken: Vec::new(),
            count: 0,
            keys: BTreeSet::new(),
        }
    }

    /// How many more shapes may be drawn.
    pub(super) fn left(&self) -> usize {
        MOST_SHAPES - self.count
    }

    fn put(&mut self, layer: Layer, class: &str, name: Name, draw: Draw) {
        if self.left() > 0 {
            self.count += 1;
            let Name { mut key, tip } = name;
            if !key.is_empty() && !self.keys.insert(key.clone()) {
                key.clear();
            }
            self.layers[layer as usize].push(Shape {
                key,
                class: class.to_string(),
                draw,
                tip,
            });
        }
    }

    pub(super) fn rect(&mut self, layer: Layer, class: &str, name: Name, at: [f32; 4], r: f32) {
        let [x, y, w, h] = at.map(tenths);
        self.put(
            layer,
            class,
            name,
            Draw::Rect {
                x,
                y,
                w: w.max(0.5),
                h: h.max(0.5),
                r,
            },
        );
    }

    pub(super) fn path(&mut self, layer: Layer, class: &str, name: Name, d: String) {
        self.put(layer, class, name, Draw::Path(d));
    }

    /// Keeps text out of a box.
    pub(super) fn keep_out(&mut self, at: [f32; 4]) {
        self.taken.push(at);
    }

    /// Whether that box is free of text and inside the width.
    pub(super) fn is_free(&self, [x, y, w, h]: [f32; 4]) -> bool {
        let inside = x >= -0.1 && x + w <= self.width + 0.1 && y >= 0.0;
        inside
            && !self
                .taken
                .iter()
                .any(|[a, b, c, d]| x < a + c && *a < x + w && y < b + d && *b < y + h)
    }

    /// Writes a text whole if it meets no other text and stays inside; says whether it did.
    pub(super) fn say(
        &mut self,
        class: &str,
        at: (f32, f32),
        anchor: &'static str,
        text: &Text,
    ) -> bool {
        let words = text.render(self.catalogue);
        self.write(class, at, anchor, text.clone(), &words)
    }

    /// Writes a text whole or cut to `room`; says whether it did.
    pub(super) fn say_in(
        &mut self,
        class: &str,
        at: (f32, f32),
        anchor: &'static str,
        room: f32,
        text: &Text,
    ) -> bool {
        let words = text.render(self.catalogue);
        if width_as(class, &words) <= room {
            return self.write(class, at, anchor, text.clone(), &words);
        }
        match shorten(class, &words, room) {
            Some(cut) => self.write(class, at, anchor, Text::from(cut.as_str()), &cut),
            None => false,
        }
    }

    fn write(
        &mut self,
        class: &str,
        at: (f32, f32),
        anchor: &'static str,
        text: Text,
        words: &str,
    ) -> bool {
        let filled = box_of(class, words, at.0, at.1, anchor);
        if words.is_empty() || self.left() == 0 || !self.is_free(filled) {
            return false;
        }
        let [left, top, w, h] = filled;
        self.taken.push([left - APART, top, w + 2.0 * APART, h]);
        let (x, y) = (tenths(at.0), tenths(at.1));
        self.put(
            Layer::Words,
            class,
            Name::default(),
            Draw::Text { x, y, anchor, text },
        );
        true
    }

    pub(super) fn finish(self, height: f32, title: Text, says: Text) -> Figure {
        let shapes = self.layers.into_iter().flatten().collect();
        Figure {
            width: self.width,
            height,
            title,
            says,
            shapes,
        }
    }
}

/// A length to the nearest tenth: as exact as a screen, and short when written.
fn tenths(length: f32) -> f32 {
    let half = if length < 0.0 { -0.5 } else { 0.5 };
    ((length * 10.0 + half) as i32) as f32 / 10.0
}

/// A path in SVG's path language from commands and their numbers.
pub(super) fn path(parts: &[(&str, &[f32])]) -> String {
    let mut d = String::new();
    for (command, numbers) in parts {
        d.push_str(command);
        for (i, n) in numbers.iter().enumerate() {
            if i > 0 {
                d.push(' ');
            }
            d.push_str(&number(*n));
        }
    }
    d
}
