//! A state machine as a figure: a life from left to right, or downwards where that is too wide.

mod across;
mod down;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::measure::width_as;
use super::sheet::{Layer, Name, Sheet, path};
use super::{Figure, fit};
use crate::text::{Catalogue, Text};
use crate::view::{Changes, States};

const HIGH: f32 = 28.0;
/// More nodes or edges than this are not a figure any more; the rest is left to the table beside it.
const MOST: usize = 120;

/// Every edge from one node to another, with what takes it there.
#[derive(Clone)]
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
        across::draw(drawing, &widths, &gaps, spare)
    } else {
        down::draw(drawing, &widths)
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

    /// The other edges, those between near nodes first.
    fn arcs(&self) -> Vec<Edge> {
        let arcs = self.edges.iter().filter(|e| e.to != e.from + 1);
        let mut arcs: Vec<Edge> = arcs.cloned().collect();
        crate::order::sort_by_key(&mut arcs, |e| e.from.abs_diff(e.to));
        arcs
    }

    /// The edges that lead from a node to the next.
    fn steps(&self) -> Vec<Edge> {
        let steps = self.edges.iter().filter(|e| e.to == e.from + 1);
        steps.cloned().collect()
    }

    /// The line of an edge.
    fn line(&mut self, edge: &Edge, d: String) {
        let name = Name::new(format!("{}>{}", edge.from, edge.to), edge.text.clone());
        let class = format!("edge{}", edge.class);
        self.sheet.path(Layer::Ties, &class, name, d);
    }

    /// What an edge is called, within `room`; says whether it could be written.
    fn name(&mut self, edge: &Edge, at: (f32, f32), anchor: &'static str, room: f32) -> bool {
        let class = format!("edge-label{}", edge.class);
        self.sheet.say_in(&class, at, anchor, room, &edge.text)
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
