//! What changed between two views, for every panel kind in the same way.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};

use super::{Panel, View};
use crate::order;

/// The cells that differ between two views, as `panel/cell` keys:
/// `epcm/17` a row, `epcm/17/2` one cell of it, `map/range`, `secs/@48` a byte, `secs/ATTRIBUTES@48` a field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The keys, in order.
    pub cells: BTreeSet<String>,
}

impl Changes {
    /// Whether the cell of that panel changed.
    #[must_use]
    pub fn has(&self, panel: &str, cell: &str) -> bool {
        self.cells.contains(&key(panel, cell))
    }

    /// The cells of that panel that changed, in the order of their keys.
    pub fn of<'a>(&'a self, panel: &str) -> impl Iterator<Item = &'a str> {
        let start = key(panel, "");
        let cells = self.cells.range(start.clone()..);
        cells.map_while(move |k| k.strip_prefix(start.as_str()))
    }

    /// Whether any cell of that panel changed.
    #[must_use]
    pub fn touches(&self, panel: &str) -> bool {
        self.of(panel).next().is_some()
    }

    fn add(&mut self, panel: &str, cell: &str) {
        self.cells.insert(key(panel, cell));
    }
}

fn key(panel: &str, cell: &str) -> String {
    [panel, "/", cell].concat()
}

/// Compares two views panel by panel. A panel or cell that only one side has counts as changed.
#[must_use]
pub fn changes(before: &View, after: &View) -> Changes {
    let mut out = Changes::default();
    for panel in &after.panels {
        let old = before.panel(panel.id());
        if old != Some(panel) {
            one(&mut out, old, panel);
        }
    }
    for panel in &before.panels {
        if after.panel(panel.id()).is_none() {
            out.add(panel.id(), "");
        }
    }
    out
}

fn one(out: &mut Changes, old: Option<&Panel>, new: &Panel) {
    match (old, new) {
        (Some(Panel::AddressMap(o)), Panel::AddressMap(n)) => map(out, o, n),
        (Some(Panel::Table(o)), Panel::Table(n)) => table(out, o, n),
        (Some(Panel::Bytes(o)), Panel::Bytes(n)) => bytes(out, o, n),
        (Some(Panel::States(o)), Panel::States(n)) if o.current != n.current => {
            out.add(n.id, &n.current.to_string());
        }
        (Some(Panel::Digest(o)), Panel::Digest(n)) => digest(out, o, n),
        (Some(Panel::Privilege(o)), Panel::Privilege(n)) => privilege(out, o, n),
        (Some(Panel::Facts(o)), Panel::Facts(n)) => {
            let value = |facts: &super::Facts, key: &str| {
                let fact = facts.facts.iter().find(|f| f.key == key);
                fact.map(|f| f.value.clone())
            };
            for f in n.facts.iter().chain(&o.facts) {
                if value(o, &f.key) != value(n, &f.key) {
                    out.add(n.id, &f.key);
                }
            }
        }
        _ => out.add(new.id(), ""),
    }
}

fn map(out: &mut Changes, old: &super::AddressMap, new: &super::AddressMap) {
    let ranges = old.lanes.iter().flat_map(|l| &l.ranges);
    let before = order::Sorted::new(ranges.map(|r| (r.key.as_str(), r)));
    for range in new.lanes.iter().flat_map(|l| &l.ranges) {
        if before.get(&range.key.as_str()).is_none_or(|b| *b != range) {
            out.add(new.id, &range.key);
        }
    }
    let gone = old.lanes.iter().flat_map(|l| &l.ranges);
    let ranges = new.lanes.iter().flat_map(|l| &l.ranges);
    let kept = order::set(ranges.map(|r| r.key.as_str()));
    for range in gone.filter(|r| kept.binary_search(&r.key.as_str()).is_err()) {
        out.add(new.id, &range.key);
    }
    for link in new.links.iter().chain(&old.links) {
        if !(old.links.contains(link) && new.links.contains(link)) {
            out.add(new.id, &format!("{}>{}", link.from, link.to));
        }
    }
}

fn table(out: &mut Changes, old: &super::Table, new: &super::Table) {
    let before = order::Sorted::new(old.rows.iter().map(|r| (r.key.as_str(), r)));
    for row in &new.rows {
        let was = before.get(&row.key.as_str());
        if was.is_some_and(|w| w.cells == row.cells) {
            continue;
        }
        out.add(new.id, &row.key);
        for (i, cell) in row.cells.iter().enumerate() {
            if was.and_then(|w| w.cells.get(i)) != Some(cell) {
                out.add(new.id, &format!("{}/{i}", row.key));
            }
        }
    }
    let kept = order::set(new.rows.iter().map(|r| r.key.as_str()));
    for row in old
        .rows
        .iter()
        .filter(|r| kept.binary_search(&r.key.as_str()).is_err())
    {
        out.add(new.id, &row.key);
    }
}

fn bytes(out: &mut Changes, old: &super::Bytes, new: &super::Bytes) {
    let same_place = (old.place.space, old.place.at) == (new.place.space, new.place.at);
    for i in 0..new.data.len().max(old.data.len()) {
        if !same_place || old.data.get(i) != new.data.get(i) {
            out.add(new.id, &format!("@{i}"));
        }
    }
    for field in &new.fields {
        let range = field.offset..field.offset + field.size;
        if !same_place || old.data.get(range.clone()) != new.data.get(range) {
            out.add(new.id, &format!("{}@{}", field.name.en(), field.offset));
        }
    }
}

/// Cells are named by level and world: `privilege/2/1`; `privilege/now` is who runs.
fn privilege(out: &mut Changes, old: &super::Privilege, new: &super::Privilege) {
    if old.now != new.now {
        out.add(new.id, "now");
    }
    for (l, level) in new.levels.iter().enumerate() {
        for (w, cell) in level.cells.iter().enumerate() {
            if old.levels.get(l).and_then(|o| o.cells.get(w)) != Some(cell) {
                out.add(new.id, &format!("{l}/{w}"));
            }
        }
    }
}

fn digest(out: &mut Changes, old: &super::Digest, new: &super::Digest) {
    if old.running != new.running {
        out.add(new.id, "running");
    }
    if old.blocks != new.blocks {
        out.add(new.id, "blocks");
    }
    if old.if_final != new.if_final {
        out.add(new.id, "if-final");
    }
    if old.is_final != new.is_final {
        out.add(new.id, "final");
    }
}
