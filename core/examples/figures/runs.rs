//! Maps and state machines of real runs, every scenario at four positions.

use teescope_core::tees;
use teescope_core::text::Catalogue;
use teescope_core::trace::{Inputs, Settings};
use teescope_core::view::figure::{Figure, address_map, states};
use teescope_core::view::{Panel, changes};

/// Figures of every scenario that opens without a file, named by scenario, position and panel.
pub(crate) fn figures(catalogue: &Catalogue, width: f32) -> Vec<(String, Figure)> {
    let mut out = Vec::new();
    let scenarios = tees::all().into_iter().flat_map(|t| t.scenarios);
    for id in scenarios.map(|s| s.info().id) {
        let Ok(mut run) = tees::open(id, &Settings::default(), &Inputs::new()) else {
            continue;
        };
        let len = run.len();
        for position in [2, len / 3, len * 2 / 3, len] {
            let before = run.view(position.saturating_sub(1), None);
            let now = run.view(position, None);
            let changed = changes(&before, &now);
            for panel in &now.panels {
                let figure = match panel {
                    Panel::AddressMap(map) => address_map(map, &changed, catalogue, width),
                    Panel::States(life) => states(life, &changed, catalogue, width),
                    _ => continue,
                };
                let name = format!("{}-{position}-{}", id.replace('/', "-"), panel.id());
                out.push((name, figure));
            }
        }
    }
    out
}
