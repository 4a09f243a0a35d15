//! The step list as rows: phases, stretches, folds and steps, without one item per step.

use teescope_core::trace::{Outline, Phase};

use crate::virtual_list::Span;

/// A stretch of so many steps or fewer is open from the start.
const SHORT: u64 = 6;

/// What a row shows, or what each row of a stretch of alike rows shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A phase with its first and last step.
    Phase(Phase, u64, u64),
    /// A stretch of several steps, by index, and whether it is open.
    Group(usize, bool),
    /// A stretch of one step, by index.
    Single(usize),
    /// Folds of a stretch, from the n-th on; whether they are open.
    Folds(usize, u64, bool),
    /// Steps from this one on.
    Steps(usize, u64),
}

/// Rows of one kind, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

/// What the reader opened (`true`) or closed, by stretch and fold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Folds(Vec<(Fold, bool)>);

/// A stretch by index, or a fold of it.
type Fold = (usize, Option<u64>);

impl Folds {
    fn get(&self, fold: Fold) -> Option<bool> {
        let at = self.0.binary_search_by_key(&fold, |(f, _)| *f);
        at.ok().map(|at| self.0[at].1)
    }

    /// Notes that the reader opened or closed it.
    pub(super) fn set(&mut self, fold: Fold, open: bool) {
        match self.0.binary_search_by_key(&fold, |(f, _)| *f) {
            Ok(at) => self.0[at].1 = open,
            Err(at) => self.0.insert(at, (fold, open)),
        }
    }
}

/// Heights in pixels; `static/style.css` gives the rows the same.
const PHASE: u32 = 34;
const TALL: u32 = 44;
const LOW: u32 = 26;

fn item(kind: Kind, rows: u64, height: u32) -> Item {
    Item {
        kind,
        span: Span { rows, height },
    }
}

/// The rows of an outline. What holds the current step is open unless the reader closed it.
pub(super) fn items(outline: &Outline, folds: &Folds, position: u64) -> Vec<Item> {
    let mut out = Vec::new();
    let groups = &outline.groups;
    for (i, group) in groups.iter().enumerate() {
        if i == 0 || groups[i - 1].phase != group.phase {
            let same = groups[i..].iter().take_while(|g| g.phase == group.phase);
            let last = same.last().map_or(group.first, |g| g.first + g.len - 1);
            out.push(item(Kind::Phase(group.phase, group.first, last), 1, PHASE));
        }
        if group.len == 1 {
            out.push(item(Kind::Single(i), 1, TALL));
            continue;
        }
        let within = position >= group.first && position < group.first + group.len;
        let open = folds.get((i, None)).unwrap_or(within || group.len <= SHORT);
        out.push(item(Kind::Group(i, open), 1, TALL));
        if !open {
            continue;
        }
        if group.fold <= 1 || group.len <= group.fold {
            out.push(item(Kind::Steps(i, group.first), group.len, LOW));
        } else {
            folded(&mut out, i, outline, folds, position);
        }
    }
    out
}

/// The folds of a stretch: closed ones together, open ones with their steps.
fn folded(out: &mut Vec<Item>, i: usize, outline: &Outline, folds: &Folds, position: u64) {
    let group = &outline.groups[i];
    let count = group.len.div_ceil(group.fold);
    let here = position.checked_sub(group.first).map(|p| p / group.fold);
    let here = here.filter(|n| *n < count);
    let mut open: Vec<u64> = folds
        .0
        .iter()
        .filter(|((group, _), open)| *group == i && *open)
        .filter_map(|((_, n), _)| *n)
        .collect();
    if let Some(n) = here
        && !open.contains(&n)
        && folds.get((i, Some(n))) != Some(false)
    {
        let at = open.partition_point(|o| *o < n);
        open.insert(at, n);
    }
    let mut next = 0;
    for n in open {
        if n > next {
            out.push(item(Kind::Folds(i, next, false), n - next, LOW));
        }
        out.push(item(Kind::Folds(i, n, true), 1, LOW));
        let first = group.first + n * group.fold;
        let len = group.fold.min(group.first + group.len - first);
        out.push(item(Kind::Steps(i, first), len, LOW));
        next = n + 1;
    }
    if next < count {
        out.push(item(Kind::Folds(i, next, false), count - next, LOW));
    }
}

/// The row of a step: its own, or that of what it is folded into.
pub(super) fn row_of(items: &[Item], outline: &Outline, position: u64) -> u64 {
    let (mut row, mut best) = (0, 0);
    for item in items {
        let first = match item.kind {
            Kind::Phase(..) => None,
            Kind::Group(i, _) | Kind::Single(i) => Some(outline.groups[i].first),
            Kind::Folds(i, n, _) => {
                let group = &outline.groups[i];
                let first = group.first + n * group.fold;
                if position >= first && position < first + item.span.rows * group.fold {
                    best = row + (position - first) / group.fold;
                }
                None
            }
            Kind::Steps(_, first) if position >= first && position < first + item.span.rows => {
                return row + position - first;
            }
            Kind::Steps(..) => None,
        };
        if first.is_some_and(|f| f <= position) {
            best = row;
        }
        row += item.span.rows;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use teescope_core::text::Text;
    use teescope_core::trace::Group;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn group(phase: Phase, first: u64, len: u64, fold: u64) -> Group {
        let (label, title) = (format!("g{first}"), Text::none());
        Group {
            label,
            phase,
            title,
            first,
            len,
            fold,
        }
    }

    fn outline() -> Outline {
        let groups = vec![
            group(Phase::Boot, 1, 1, 0),
            group(Phase::Load, 2, 100_000, 17),
            group(Phase::Load, 100_002, 4, 0),
            group(Phase::Initialise, 100_006, 30, 1),
        ];
        Outline { groups }
    }

    /// What each row shows, one by one.
    fn kind_at(items: &[Item], row: u64) -> (Kind, u64) {
        let mut before = 0;
        for item in items {
            if row < before + item.span.rows {
                return (item.kind, row - before);
            }
            before += item.span.rows;
        }
        panic!("there is no row {row}");
    }

    #[wasm_bindgen_test]
    fn the_row_of_a_step_shows_the_step() {
        let outline = outline();
        for position in [
            1, 2, 18, 19, 50_000, 100_001, 100_002, 100_005, 100_006, 100_035,
        ] {
            let items = items(&outline, &Folds::default(), position);
            let row = row_of(&items, &outline, position);
            match kind_at(&items, row) {
                (Kind::Steps(_, first), nth) => assert_eq!(first + nth, position),
                (Kind::Single(i), _) => assert_eq!(outline.groups[i].first, position),
                other => panic!("step {position} is shown by {other:?}"),
            }
        }
    }

    #[wasm_bindgen_test]
    fn what_the_reader_closed_stays_closed() {
        let outline = outline();
        let mut folds = Folds::default();
        folds.set((1, Some(0)), false);
        let items = items(&outline, &folds, 5);
        let row = row_of(&items, &outline, 5);
        assert!(matches!(
            kind_at(&items, row),
            (Kind::Folds(1, 0, false), 0)
        ));
    }

    #[wasm_bindgen_test]
    fn a_long_run_has_few_items() {
        let items = items(&outline(), &Folds::default(), 50_000);
        assert!(items.len() < 20, "{} items", items.len());
    }
}
