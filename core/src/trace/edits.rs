//! The arithmetic of edits: which step of the edited plan is which operation of the unedited one.

use alloc::vec::Vec;

use super::edit::{Edit, EditAction};

/// What an edit does, its operation understood.
#[derive(Clone, Debug)]
pub(super) enum Kind<O> {
    /// The operation comes before the step.
    Insert(O),
    /// The operation takes the step's place.
    Replace(O),
    /// The step is left out.
    Remove,
}

impl<O> Kind<O> {
    fn is_insert(&self) -> bool {
        matches!(self, Self::Insert(_))
    }

    /// By how many steps the plan grows.
    fn growth(&self) -> i64 {
        match self {
            Self::Insert(_) => 1,
            Self::Replace(_) => 0,
            Self::Remove => -1,
        }
    }
}

/// An edit with its place in the unedited plan.
#[derive(Clone, Debug)]
struct Placed<O> {
    /// The operation of the unedited plan it concerns; for an insertion, the one it comes before.
    at: u64,
    kind: Kind<O>,
    edit: Edit,
    /// By how many steps the plan has grown before this edit.
    shift: i64,
    /// How many insertions there are up to and with this edit.
    inserts: usize,
}

impl<O> Placed<O> {
    /// Where the edit takes effect in the edited plan.
    fn position(&self) -> u64 {
        self.at.wrapping_add_signed(self.shift)
    }
}

/// Where a step of the edited plan comes from.
pub(super) enum Origin<'a, O> {
    /// An edit's own operation: an insertion or a replacement.
    Edited {
        /// The operation of the unedited plan it concerns.
        at: u64,
        /// What it does there.
        kind: &'a Kind<O>,
        /// How many insertions there are up to and with it.
        nth: usize,
    },
    /// The n-th operation of the unedited plan.
    Base(u64),
}

/// Edits in the order of the steps: by place; at one place insertions in the order in which they
/// were made, then at most one replacement or removal.
#[derive(Clone, Debug)]
pub(super) struct Edits<O> {
    placed: Vec<Placed<O>>,
}

impl<O> Default for Edits<O> {
    fn default() -> Self {
        Self { placed: Vec::new() }
    }
}

impl<O> Edits<O> {
    /// Adds an edit that concerns the operation `at` of the unedited plan.
    pub(super) fn at_base(&mut self, at: u64, kind: Kind<O>, edit: Edit) {
        let index = self.change_at(at);
        let replaces = !kind.is_insert() && self.placed.get(index).is_some_and(|p| p.at == at);
        let placed = Placed {
            at,
            kind,
            edit,
            shift: 0,
            inserts: 0,
        };
        match self.placed.get_mut(index) {
            Some(old) if replaces => *old = placed,
            _ => self.placed.insert(index, placed),
        }
    }

    /// Adds an edit that concerns an insertion made before, by its index here.
    pub(super) fn at_inserted(&mut self, index: usize, kind: Kind<O>, edit: &Edit) {
        let target = &mut self.placed[index];
        match kind {
            Kind::Insert(op) => {
                let edit = Edit {
                    step: target.edit.step.clone(),
                    action: edit.action.clone(),
                };
                let placed = Placed {
                    at: target.at,
                    kind: Kind::Insert(op),
                    edit,
                    shift: 0,
                    inserts: 0,
                };
                self.placed.insert(index, placed);
            }
            Kind::Replace(op) => {
                target.kind = Kind::Insert(op);
                if let EditAction::Replace(op) = &edit.action {
                    target.edit.action = EditAction::Insert(op.clone());
                }
            }
            Kind::Remove => {
                self.placed.remove(index);
            }
        }
    }

    /// Computes what the lookups need, after the last edit was added.
    pub(super) fn settle(&mut self) {
        let (mut shift, mut inserts) = (0, 0);
        for placed in &mut self.placed {
            placed.shift = shift;
            shift += placed.kind.growth();
            inserts += usize::from(placed.kind.is_insert());
            placed.inserts = inserts;
        }
    }

    /// The index of the n-th insertion, from 1.
    pub(super) fn inserted(&self, nth: usize) -> Option<usize> {
        let mut inserts = self
            .placed
            .iter()
            .enumerate()
            .filter(|(_, p)| p.kind.is_insert());
        inserts.nth(nth.checked_sub(1)?).map(|(index, _)| index)
    }

    /// The operation of the unedited plan that the edit of that index concerns.
    pub(super) fn at(&self, index: usize) -> Option<u64> {
        self.placed.get(index).map(|p| p.at)
    }

    /// The step of the edited plan that the edit of that index made.
    pub(super) fn position(&self, index: usize) -> Option<u64> {
        self.placed.get(index).map(Placed::position)
    }

    /// By how many steps the plan grows.
    pub(super) fn growth(&self) -> i64 {
        self.placed.last().map_or(0, |p| p.shift + p.kind.growth())
    }

    /// The edits, in the order of the steps.
    pub(super) fn list(&self) -> Vec<Edit> {
        self.placed.iter().map(|p| p.edit.clone()).collect()
    }

    /// Each edit's place in the unedited plan, and by how many steps it lets the plan grow.
    pub(super) fn places(&self) -> impl Iterator<Item = (u64, i64)> {
        self.placed.iter().map(|p| (p.at, p.kind.growth()))
    }

    /// The first step at which two sets of edits differ; `u64::MAX` if they are the same.
    pub(super) fn shared(&self, other: &Self) -> u64 {
        let same = self.placed.iter().zip(&other.placed);
        let same = same
            .take_while(|(a, b)| a.at == b.at && a.edit == b.edit)
            .count();
        let next = |edits: &Self| edits.position(same).unwrap_or(u64::MAX);
        next(self).min(next(other))
    }

    /// Where the i-th step of the edited plan comes from.
    pub(super) fn origin(&self, i: u64) -> Origin<'_, O> {
        // Positions never fall from one edit to the next, and of the edits at one position
        // only the last can be an insertion or a replacement.
        let after = self.placed.partition_point(|p| p.position() <= i);
        let Some(last) = after.checked_sub(1).and_then(|k| self.placed.get(k)) else {
            return Origin::Base(i);
        };
        if last.position() == i && !matches!(last.kind, Kind::Remove) {
            return Origin::Edited {
                at: last.at,
                kind: &last.kind,
                nth: last.inserts,
            };
        }
        Origin::Base(i.wrapping_add_signed(-(last.shift + last.kind.growth())))
    }

    /// Where the n-th operation of the unedited plan stands now; `None` if it was left out.
    pub(super) fn moved(&self, n: u64) -> Option<u64> {
        let index = self.change_at(n);
        match self.placed.get(index) {
            Some(p) if p.at == n && matches!(p.kind, Kind::Remove) => None,
            Some(p) => Some(n.wrapping_add_signed(p.shift)),
            None => Some(n.wrapping_add_signed(self.growth())),
        }
    }

    /// The index of the replacement or removal of the n-th operation, or where it would stand.
    fn change_at(&self, n: u64) -> usize {
        self.placed
            .partition_point(|p| p.at < n || (p.at == n && p.kind.is_insert()))
    }
}
