//! A state machine downwards, for narrow screens: nodes at the left, what leads elsewhere at the right.

use alloc::vec;
use alloc::vec::Vec;

use super::super::Figure;
use super::super::sheet::path;
use super::{Drawing, HIGH};

/// Height of an arc's row at the node it enters, and between two nodes.
const ROW: f32 = 18.0;
const APART: f32 = 30.0;

pub(super) fn draw(mut d: Drawing<'_>, widths: &[f32]) -> Figure {
    let width = d.sheet.width;
    let widest = widths.iter().fold(60.0_f32, |a, b| a.max(*b));
    let column = widest.min(width * 0.46);
    let arcs = d.arcs();
    let mut rows = vec![0_usize; widths.len()];
    let places: Vec<usize> = arcs
        .iter()
        .map(|arc| {
            rows[arc.to] += 1;
            rows[arc.to] - 1
        })
        .collect();
    let mut y = 2.0;
    let mut tops = Vec::new();
    for (i, &count) in rows.iter().enumerate() {
        let high = HIGH.max(count as f32 * ROW + 8.0);
        tops.push((y, high));
        d.node(i, [2.0, y, column, high]);
        y += high + APART;
    }
    for edge in d.steps() {
        let (a, b, x) = (tops[edge.from].0 + tops[edge.from].1, tops[edge.to].0, 20.0);
        d.line(&edge, path(&[("M", &[x, a]), ("V", &[b - 4.0])]));
        d.arrow(edge.class, (x, b - 1.0), (0.0, 1.0));
        d.name(
            &edge,
            (x + 8.0, (a + b) / 2.0 + 4.0),
            "start",
            column - 22.0,
        );
    }
    // Each arc has a line of its own downwards and a row of its own at the node it enters.
    let spread = (width * 0.2 / arcs.len().max(1) as f32).min(9.0);
    let right = 2.0 + column;
    let names = right + 16.0 + spread * arcs.len() as f32;
    for (level, (edge, &place)) in arcs.iter().zip(&places).enumerate() {
        let into = tops[edge.to].0 + 14.0 + place as f32 * ROW;
        let out = tops[edge.from].0 + tops[edge.from].1 - 4.0;
        let x = right + 12.0 + level as f32 * spread;
        let shape = path(&[
            ("M", &[right, out]),
            ("H", &[x]),
            ("V", &[into]),
            ("M", &[names - 4.0, into]),
            ("H", &[right + 4.0]),
        ]);
        d.line(edge, shape);
        d.arrow(edge.class, (right + 1.0, into), (-1.0, 0.0));
        d.name(edge, (names, into + 4.0), "start", width - names);
    }
    d.end((y - APART + 2.0).max(HIGH))
}
