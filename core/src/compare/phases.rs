//! What happens on a machine in each phase of the common program.

use alloc::string::String;
use alloc::vec::Vec;

use super::Column;
use crate::text::Text;
use crate::trace::{Observer, Phase};

use super::Look;

/// A phase of a machine's run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happens {
    /// The first position of the phase.
    pub first: u64,
    /// The last one.
    pub last: u64,
    /// The label of the last one, for links.
    pub label: String,
    /// What is done, in the order in which each is first done.
    pub steps: Vec<Named>,
    /// What the stretches do, in words.
    pub titles: Vec<Text>,
    /// How many of the steps were refused or faulted.
    pub stops: u64,
    /// What the observer gets who reads the place of the secret at the end of the phase.
    pub look: Look,
}

/// Steps of one technical name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The name: `load`.
    pub name: Text,
    /// How many.
    pub count: u64,
}

impl Column {
    /// What happens in a phase, and what an observer gets at its end; `None` if nothing does.
    pub fn happens(&mut self, phase: Phase, observer: Observer) -> Option<Happens> {
        let outline = self.runs[0].outline();
        let groups: Vec<_> = outline.groups.iter().filter(|g| g.phase == phase).collect();
        let (first, last) = (groups.first()?.first, groups.last()?);
        let last = last.first + last.len - 1;
        let mut steps: Vec<Named> = Vec::new();
        for position in groups.iter().flat_map(|g| g.first..g.first + g.len) {
            let name = self.runs[0].line(position).name;
            match steps.iter_mut().find(|s| s.name == name) {
                Some(named) => named.count += 1,
                None => steps.push(Named { name, count: 1 }),
            }
        }
        let within = |p: u64| {
            groups
                .iter()
                .any(|g| (g.first..g.first + g.len).contains(&p))
        };
        let stops = self.runs[0]
            .stops()
            .iter()
            .filter(|(p, _)| within(*p))
            .count();
        Some(Happens {
            first,
            last,
            label: self.runs[0].label(last),
            steps,
            titles: groups.iter().map(|g| g.title.clone()).collect(),
            stops: stops as u64,
            look: self.look(last, observer),
        })
    }
}
