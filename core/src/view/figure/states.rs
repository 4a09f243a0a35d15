//! A state machine as a figure: a life from left to right, or downwards where that is too wide.

use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::measure::width_as;
use super::sheet::{Layer, Name, Sheet, path};
use super::{Figure, fit};
use crate::text::{Catalogue, Text};
use crate::view::{Changes, States};

const HIGH: f32 = 28.0;
const LEVEL: f32 = 20.0;
/// More nodes or edges than this are not a figure any more; the rest is left to the table beside it.
const MOST: usize = 120;

/// Every edge from one node to another, with what takes it there.
struct Edge {
    from: usize,
    to: usize,
    text: Text,
    class: &'static str,
}

/// The states with their edges; the current one strong.
#[must_use]
pub fn states(states: &States, changes: &Changes, catalogue: &Catalogue, width: f32) -> Figure {
    let width = fit(width);
    let count = states.nodes.len().min(MOST);
    let widths: Vec<f32> = states.nodes[..count]
        .iter()
        .map(|n| width_as("current", &n.title.render(catalogue)) + 22.0)
        .collect();
    let edges = gather(states, count);
    let gaps: Vec<f32> = (1..count)
        .map(|i| {
            let words = |from: usize, to: usize| {
                let edge = edges.iter().find(|e| (e.from, e.to) == (from, to));
                edge.map_or(0.0, |e| width_as("current", &e.text.render(catalogue)))
            };
            // An arc back to the node before runs between the middles of the two.
            let back = words(i, i - 1) - (widths[i - 1] + widths[i]) * 0.3;
            (words(i - 1, i).max(back) + 20.0).max(30.0)
        })
        .collect();
    let across = widths.iter().sum::<f32>() + gaps.iter().sum::<f32>() + 4.0;
    let sheet = Sheet::new(width, catalogue);
    let drawing = Drawing {
        states,
        changed: changes.has(states.id, &states.current.to_string()),
        edges,
        sheet,
    };
    if across <= width {
        let spare = ((width - across) / gaps.len().max(1) as f32).min(48.0);
        drawing.across(&widths, &gaps, spare)
    } else {
        drawing.down(&widths)
    }
}

/// The edges with those between the same two nodes made one.
fn gather(states: &States, count: usize) -> Vec<Edge> {
    let mut edges: Vec<Edge> = Vec::new();
    for (from, to, text) in states.edges.iter().take(MOST) {
        let (from, to) = (*from, *to);
        if from >= count || to >= count {
            continue;
        }
        if let Some(edge) = edges.iter_mut().find(|e| (e.from, e.to) == (from, to)) {
            edge.text = Text::join(&[edge.text.clone(), text.clone()], ", ");
            continue;
        }
        let class = if from == states.current {
            " current"
        } else {
            ""
        };
        edges.push(Edge {
            from,
            to,
            text: text.clone(),
            class,
        });
    }
    edges
}

struct Drawing<'a> {
    states: &'a States,
    changed: bool,
    edges: Vec<Edge>,
    sheet: Sheet<'a>,
}

impl Drawing<'_> {
    fn node(&mut self, i: usize, at: [f32; 4]) {
        let node = &self.states.nodes[i];
        let mut more = format!(" tone-{}", node.tone.id());
        if i == self.states.current {
            more += " current";
            if self.changed {
                more += " changed";
            }
        }
        let [x, y, w, _] = at;
        let name = Name::new(i, node.title.clone());
        self.sheet
            .rect(Layer::Boxes, &format!("node{more}"), name, at, 4.0);
        let class = format!("label{more}");
        self.sheet.say_in(
            &class,
            (x + w / 2.0, y + HIGH / 2.0 + 4.0),
            "middle",
            w - 10.0,
            &node.title,
        );
    }

    fn arrow(&mut self, class: &str, (x, y): (f32, f32), (dx, dy): (f32, f32)) {
        let (ax, ay) = (x - dx * 6.0, y - dy * 6.0);
        let (bx, by) = (dy * 3.2, dx * 3.2);
        let d = path(&[
            ("M", &[x, y]),
            ("L", &[ax + bx, ay + by]),
            ("L", &[ax - bx, ay - by]),
            ("Z", &[]),
        ]);
        self.sheet
            .path(Layer::Marks, &format!("arrow{class}"), Name::default(), d);
    }

    /// The arcs: edges that do not lead from a node to the next.
    fn arcs(&self) -> Vec<usize> {
        let mut arcs: Vec<usize> = (0..self.edges.len())
            .filter(|&i| self.edges[i].to != self.edges[i].from + 1)
            .collect();
        arcs.sort_by_key(|&i| self.edges[i].from.abs_diff(self.edges[i].to));
        arcs
    }

    fn across(mut self, widths: &[f32], gaps: &[f32], spare: f32) -> Figure {
        let mut x = 2.0;
        let mut spans = Vec::new();
        for (i, w) in widths.iter().enumerate() {
            spans.push((x, x + w));
            x += w + gaps.get(i).map_or(0.0, |g| g + spare);
        }
        let arcs = self.arcs();
        let legs = legs(&self.edges, &arcs, &spans);
        let above = |e: &Edge| e.to >= e.from;
        let levels = levels(&self.edges, &arcs, &legs, above);
        let most = |up: bool| {
            let of = arcs
                .iter()
                .zip(&levels)
                .filter(|(i, _)| above(&self.edges[**i]) == up);
            of.map(|(_, l)| *l).max().unwrap_or(0) as f32 * LEVEL + if up { 2.0 } else { 6.0 }
        };
        let top = most(true) + if most(true) > 2.0 { 6.0 } else { 0.0 };
        let height = top + HIGH + most(false) + 2.0;
        for (i, (a, b)) in spans.iter().enumerate() {
            self.node(i, [*a, top, b - a, HIGH]);
        }
        for i in 0..self.edges.len() {
            let Edge {
                from,
                to,
                ref text,
                class,
            } = self.edges[i];
            if to != from + 1 {
                continue;
            }
            let text = text.clone();
            let (a, b, y) = (spans[from].1, spans[to].0, top + HIGH / 2.0);
            self.sheet.path(
                Layer::Ties,
                &format!("edge{class}"),
                Name::new(format!("{from}>{to}"), text.clone()),
                path(&[("M", &[a, y]), ("H", &[b - 4.0])]),
            );
            self.arrow(class, (b - 1.0, y), (1.0, 0.0));
            self.sheet.say_in(
                &format!("edge-label{class}"),
                ((a + b) / 2.0 - 2.0, y - 5.0),
                "middle",
                b - a - 6.0,
                &text,
            );
        }
        let runs: Vec<(f32, f32)> = arcs
            .iter()
            .zip(&levels)
            .map(|(&i, &level)| {
                let reach = level as f32 * LEVEL;
                if above(&self.edges[i]) {
                    (top, top - reach + 8.0)
                } else {
                    (top + HIGH, top + HIGH + reach)
                }
            })
            .collect();
        for ((start, run), (a, b)) in runs.iter().zip(&legs) {
            for x in [a, b] {
                self.sheet
                    .keep_out([x - 3.0, start.min(*run), 6.0, (start - run).abs()]);
            }
        }
        for ((&i, (start, run)), (a, b)) in arcs.iter().zip(runs).zip(legs) {
            self.arc(i, start, run, a, b);
        }
        self.end(height)
    }

    /// An arc that leaves at `a`, runs level at `run` and comes back to `start` at `b`.
    fn arc(&mut self, i: usize, start: f32, run: f32, a: f32, b: f32) {
        let Edge {
            from,
            to,
            ref text,
            class,
        } = self.edges[i];
        let text = text.clone();
        let up = if run < start { -1.0 } else { 1.0 };
        let r = ((b - a).abs() / 2.0).min(7.0) * if b < a { -1.0 } else { 1.0 };
        let turn = r.abs() * up;
        let d = path(&[
            ("M", &[a, start]),
            ("V", &[run - turn]),
            ("Q", &[a, run, a + r, run]),
            ("H", &[b - r]),
            ("Q", &[b, run, b, run - turn]),
            ("V", &[start + up * 4.0]),
        ]);
        let name = Name::new(format!("{from}>{to}"), text.clone());
        self.sheet
            .path(Layer::Ties, &format!("edge{class}"), name, d);
        self.arrow(class, (b, start + up), (0.0, -up));
        let (left, right) = (a.min(b), a.max(b));
        let class = format!("edge-label{class}");
        let whole = width_as(&class, &text.render(self.sheet.catalogue));
        for room in [whole, (right - left) * 0.7, 48.0] {
            for share in [0.5, 0.35, 0.65, 0.2, 0.8] {
                let x = left + (right - left) * share;
                let y = run - 4.0;
                if self.sheet.say_in(&class, (x, y), "middle", room, &text) {
                    return;
                }
            }
        }
    }

    /// Downwards: the nodes at the left, arcs and what they are called at the right.
    fn down(mut self, widths: &[f32]) -> Figure {
        let width = self.sheet.width;
        let column = widths
            .iter()
            .fold(60.0_f32, |a, b| a.max(*b))
            .min(width * 0.46);
        let arcs = self.arcs();
        let mut rows = vec![Vec::new(); widths.len()];
        for &i in &arcs {
            rows[self.edges[i].to].push(i);
        }
        let mut y = 2.0;
        let mut tops = Vec::new();
        for (i, row) in rows.iter().enumerate() {
            let high = HIGH.max(row.len() as f32 * 18.0 + 8.0);
            tops.push((y, high));
            self.node(i, [2.0, y, column, high]);
            y += high + 30.0;
        }
        for i in 0..self.edges.len() {
            let Edge {
                from,
                to,
                ref text,
                class,
            } = self.edges[i];
            if to != from + 1 {
                continue;
            }
            let text = text.clone();
            let (a, b, x) = (tops[from].0 + tops[from].1, tops[to].0, 20.0);
            self.sheet.path(
                Layer::Ties,
                &format!("edge{class}"),
                Name::new(format!("{from}>{to}"), text.clone()),
                path(&[("M", &[x, a]), ("V", &[b - 4.0])]),
            );
            self.arrow(class, (x, b - 1.0), (0.0, 1.0));
            self.sheet.say_in(
                &format!("edge-label{class}"),
                (x + 8.0, (a + b) / 2.0 + 4.0),
                "start",
                column - 22.0,
                &text,
            );
        }
        let spread = (width * 0.2 / arcs.len().max(1) as f32).min(9.0);
        let right = 2.0 + column;
        let names = right + 16.0 + spread * arcs.len() as f32;
        for (level, &i) in arcs.iter().enumerate() {
            let Edge {
                from,
                to,
                ref text,
                class,
            } = self.edges[i];
            let text = text.clone();
            let place = rows[to].iter().position(|&e| e == i).unwrap_or(0);
            let into = tops[to].0 + 14.0 + place as f32 * 18.0;
            let out = tops[from].0 + tops[from].1 - 4.0;
            let x = right + 12.0 + level as f32 * spread;
            let d = path(&[
                ("M", &[right, out]),
                ("H", &[x]),
                ("V", &[into]),
                ("M", &[names - 4.0, into]),
                ("H", &[right + 4.0]),
            ]);
            self.sheet.path(
                Layer::Ties,
                &format!("edge{class}"),
                Name::new(format!("{from}>{to}"), text.clone()),
                d,
            );
            self.arrow(class, (right + 1.0, into), (-1.0, 0.0));
            self.sheet.say_in(
                &format!("edge-label{class}"),
                (names, into + 4.0),
                "start",
                width - names,
                &text,
            );
        }
        self.end((y - 28.0).max(HIGH))
    }

    fn end(self, height: f32) -> Figure {
        let titles: Vec<Text> = self.states.nodes.iter().map(|n| n.title.clone()).collect();
        let now = self
            .states
            .nodes
            .get(self.states.current)
            .map(|n| n.title.clone());
        let title = Text::join(&[self.states.title.clone(), now.unwrap_or_default()], ": ");
        self.sheet.finish(height, title, Text::join(&titles, ", "))
    }
}

/// Where each arc leaves and arrives: apart from each other along the node's edge.
fn legs(edges: &[Edge], arcs: &[usize], spans: &[(f32, f32)]) -> Vec<(f32, f32)> {
    // Each end of an arc is a port of its node's upper or lower side; ports are spread evenly,
    // those leading left at the left.
    let mut ports: Vec<(usize, bool, i64, usize, bool)> = Vec::new();
    for (n, &i) in arcs.iter().enumerate() {
        let Edge { from, to, .. } = edges[i];
        let (up, way) = (to >= from, to as i64 - from as i64);
        ports.push((from, up, if way == 0 { -1 } else { way }, n, true));
        ports.push((to, up, if way == 0 { 1 } else { -way }, n, false));
    }
    let order = |way: i64| if way < 0 { (0, way.abs()) } else { (1, -way) };
    ports.sort_by_key(|p| (p.0, p.1, order(p.2), p.3));
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
fn levels(
    edges: &[Edge],
    arcs: &[usize],
    legs: &[(f32, f32)],
    above: impl Fn(&Edge) -> bool,
) -> Vec<usize> {
    let mut levels: Vec<usize> = Vec::new();
    for (n, &i) in arcs.iter().enumerate() {
        let ends = |k: usize| {
            (
                legs[k].0.min(legs[k].1) - 8.0,
                legs[k].0.max(legs[k].1) + 8.0,
            )
        };
        let (a, b) = ends(n);
        let met = (0..n).filter(|&k| {
            let (c, d) = ends(k);
            above(&edges[arcs[k]]) == above(&edges[i]) && a < d && c < b
        });
        levels.push(met.map(|k| levels[k]).max().unwrap_or(0) + 1);
    }
    levels
}
