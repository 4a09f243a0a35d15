//! A state machine from left to right: steps as arrows, skips as arcs above, ways back as arcs below.

use alloc::vec;
use alloc::vec::Vec;

use super::super::Figure;
use super::super::measure::width_as;
use super::super::sheet::path;
use super::{Drawing, Edge, HIGH};

/// Between two arcs one above the other.
const LEVEL: f32 = 20.0;

pub(super) fn draw(mut d: Drawing<'_>, widths: &[f32], gaps: &[f32], spare: f32) -> Figure {
    let mut x = 2.0;
    let mut spans = Vec::new();
    for (i, w) in widths.iter().enumerate() {
        spans.push((x, x + w));
        x += w + gaps.get(i).map_or(0.0, |g| g + spare);
    }
    let arcs = d.arcs();
    let legs = legs(&arcs, &spans);
    let levels = levels(&arcs, &legs);
    let reach = |up: bool| {
        let side = arcs.iter().zip(&levels).filter(|(e, _)| is_above(e) == up);
        side.map(|(_, l)| *l).max().unwrap_or(0) as f32 * LEVEL
    };
    let top = if reach(true) > 0.0 {
        reach(true) + 8.0
    } else {
        2.0
    };
    for (i, (a, b)) in spans.iter().enumerate() {
        d.node(i, [*a, top, b - a, HIGH]);
    }
    for edge in d.steps() {
        let (a, b, y) = (spans[edge.from].1, spans[edge.to].0, top + HIGH / 2.0);
        d.line(&edge, path(&[("M", &[a, y]), ("H", &[b - 4.0])]));
        d.arrow(edge.class, (b - 1.0, y), (1.0, 0.0));
        d.name(&edge, ((a + b) / 2.0 - 2.0, y - 5.0), "middle", b - a - 6.0);
    }
    let runs = arcs.iter().zip(&levels).map(|(arc, &level)| {
        let out = level as f32 * LEVEL;
        match is_above(arc) {
            true => (top, top - out + 8.0),
            false => (top + HIGH, top + HIGH + out),
        }
    });
    let runs: Vec<(f32, f32)> = runs.collect();
    for (&(start, run), &(a, b)) in runs.iter().zip(&legs) {
        for x in [a, b] {
            d.sheet
                .keep_out([x - 3.0, start.min(run), 6.0, (start - run).abs()]);
        }
    }
    for ((edge, run), ends) in arcs.iter().zip(runs).zip(legs) {
        arc(&mut d, edge, run, ends);
    }
    d.end(top + HIGH + reach(false) + 8.0)
}

/// Whether an arc runs above the nodes: those that skip ahead and those that stay.
fn is_above(edge: &Edge) -> bool {
    edge.to >= edge.from
}

/// An arc that leaves at `a`, runs level at `run` and comes back to `start` at `b`.
fn arc(d: &mut Drawing<'_>, edge: &Edge, (start, run): (f32, f32), (a, b): (f32, f32)) {
    let up = if run < start { -1.0 } else { 1.0 };
    let r = ((b - a).abs() / 2.0).min(7.0) * if b < a { -1.0 } else { 1.0 };
    let turn = r.abs() * up;
    let shape = path(&[
        ("M", &[a, start]),
        ("V", &[run - turn]),
        ("Q", &[a, run, a + r, run]),
        ("H", &[b - r]),
        ("Q", &[b, run, b, run - turn]),
        ("V", &[start + up * 4.0]),
    ]);
    d.line(edge, shape);
    d.arrow(edge.class, (b, start + up), (0.0, -up));
    let (left, right) = (a.min(b), a.max(b));
    let whole = width_as("current", &edge.text.render(d.sheet.catalogue));
    for room in [whole, (right - left) * 0.7, 48.0] {
        for share in [0.5, 0.35, 0.65, 0.2, 0.8] {
            let at = (left + (right - left) * share, run - 4.0);
            if d.name(edge, at, "middle", room) {
                return;
            }
        }
    }
}

/// Where each arc leaves and arrives: apart from each other along the node's edge.
fn legs(arcs: &[Edge], spans: &[(f32, f32)]) -> Vec<(f32, f32)> {
    // Each end of an arc is a port of its node's upper or lower side; ports are spread evenly,
    // those leading left at the left.
    let mut ports: Vec<(usize, bool, i64, usize, bool)> = Vec::new();
    for (n, &Edge { from, to, .. }) in arcs.iter().enumerate() {
        let (up, way) = (to >= from, to as i64 - from as i64);
        ports.push((from, up, if way == 0 { -1 } else { way }, n, true));
        ports.push((to, up, if way == 0 { 1 } else { -way }, n, false));
    }
    let order = |way: i64| if way < 0 { (0, way.abs()) } else { (1, -way) };
    crate::order::sort_by_key(&mut ports, |p| (p.0, p.1, order(p.2), p.3));
    let mut legs = vec![(0.0, 0.0); arcs.len()];
    for side in ports.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let (a, b) = spans[side[0].0];
        for (k, port) in side.iter().enumerate() {
            let x = a + (b - a) * (k as f32 + 1.0) / (side.len() as f32 + 1.0);
            match port.4 {
                true => legs[port.3].0 = x,
                false => legs[port.3].1 = x,
            }
        }
    }
    legs
}

/// How far out each arc runs, from 1, so that arcs on one side do not meet.
fn levels(arcs: &[Edge], legs: &[(f32, f32)]) -> Vec<usize> {
    let mut levels: Vec<usize> = Vec::new();
    let ends = |k: usize| {
        let (a, b): (f32, f32) = legs[k];
        (a.min(b) - 8.0, a.max(b) + 8.0)
    };
    for (n, arc) in arcs.iter().enumerate() {
        let (a, b) = ends(n);
        let met = (0..n).filter(|&k| {
            let (c, d) = ends(k);
            is_above(&arcs[k]) == is_above(arc) && a < d && c < b
        });
        levels.push(met.map(|k| levels[k]).max().unwrap_or(0) + 1);
    }
    levels
}
