//! Cells of panels in words: what became visible, as names and values.

use alloc::format;
use alloc::vec::Vec;

use crate::text::Text;
use crate::view::{Changes, Panel, View};

/// A cell of a panel in words.
#[derive(Clone)]
pub(super) struct CellInWords {
    /// The panel’s title.
    pub(super) panel: Text,
    /// The cell’s name in it.
    pub(super) name: Text,
    /// What stands in it.
    pub(super) value: Text,
}

/// The cells of a view that changed; whole structures give their fields, tables their rows.
pub(super) fn cells(view: &View, changes: &Changes) -> Vec<CellInWords> {
    let mut all = Vec::new();
    for panel in &view.panels {
        let id = panel.id();
        let (title, _) = panel.heading();
        let mut add = |name: &Text, value: Text| {
            all.push(CellInWords {
                panel: title.clone(),
                name: name.clone(),
                value,
            });
        };
        match panel {
            Panel::Facts(facts) => {
                for fact in facts.facts.iter().filter(|f| changes.has(id, &f.key)) {
                    add(&fact.name, fact.value.clone());
                }
            }
            Panel::Table(table) => {
                for row in table.rows.iter().filter(|r| changes.has(id, &r.key)) {
                    let cells = row.cells.iter().enumerate().skip(1);
                    let changed = |n: usize| changes.has(id, &format!("{}/{n}", row.key));
                    let cells = cells
                        .filter(|(n, _)| changed(*n))
                        .map(|(_, c)| c.text.clone());
                    let cells: Vec<Text> = cells.collect();
                    if let Some(first) = row.cells.first() {
                        add(&first.text, Text::join(&cells, " · "));
                    }
                }
            }
            Panel::Bytes(bytes) => {
                let changed = bytes.fields.iter().filter(|f| {
                    let key = format!("{}@{}", f.name.en(), f.offset);
                    changes.has(id, &key) && !f.reserved
                });
                for field in changed {
                    add(&field.name, field.value.clone());
                }
            }
            Panel::AddressMap(_) | Panel::States(_) | Panel::Digest(_) | Panel::Privilege(_) => {}
        }
    }
    all
}
