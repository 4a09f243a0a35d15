//! Plans: which operations come, computed on demand, and what a reader changed in them.

use alloc::boxed::Box;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::edit::{Edit, EditAction};
use super::edits::{Edits, Kind, Origin};
use super::op_text::{BadOp, OpText};
use super::segment::{Planned, Segment};
use super::session::{Group, Outline};

/// A plan: segments, and the edits a reader made.
#[derive(Clone, Debug)]
pub struct Plan<O> {
    segments: Rc<[Segment<O>]>,
    /// The first operation of each segment, in the unedited plan.
    starts: Rc<[u64]>,
    /// How many operations the unedited plan has.
    len: u64,
    edits: Edits<O>,
}

impl<O: Clone + 'static> Plan<O> {
    /// A plan of these segments, in this order.
    #[must_use]
    pub fn new(segments: Vec<Segment<O>>) -> Self {
        let mut len = 0;
        let starts = segments
            .iter()
            .map(|s| {
                let start = len;
                len += s.len;
                start
            })
            .collect();
        Self {
            segments: Rc::from(segments),
            starts,
            len,
            edits: Edits::default(),
        }
    }

    /// The unedited plan with these edits, made one after the other, each operation read by `parse`.
    ///
    /// Where several are inserted before one step, they run in the order in which they were made;
    /// of several replacements or removals of one step the last counts.
    ///
    /// # Errors
    /// An edit names a step that is not there, or an operation the machine does not know.
    pub fn edited(
        &self,
        edits: &[Edit],
        parse: impl Fn(&OpText) -> Result<O, BadOp>,
    ) -> Result<Self, BadOp> {
        self.edited_at(edits, |op, _| parse(op))
    }

    /// Like [`edited`](Self::edited); `parse` is also given the operation at the step the edit names,
    /// so that an edit can keep part of it.
    ///
    /// # Errors
    /// An edit names a step that is not there, or an operation the machine does not know.
    pub fn edited_at(
        &self,
        edits: &[Edit],
        parse: impl Fn(&OpText, Option<&O>) -> Result<O, BadOp>,
    ) -> Result<Self, BadOp> {
        let mut made = Edits::default();
        for edit in edits {
            let target = nth_inserted(&edit.step);
            let target = target.map(|nth| made.inserted(nth).ok_or_else(|| no_such_step(edit)));
            let target = target.transpose()?;
            // What comes before an inserted step, or instead of it, is kept under the label of the
            // step behind it, and must read the same there.
            let was = match target {
                Some(index) => made.at(index),
                None => self.base_find(&edit.step),
            };
            let was = was.and_then(|n| self.base(n));
            let was = was.as_ref().map(|(planned, _)| &planned.op);
            let kind = match &edit.action {
                EditAction::Insert(op) => Kind::Insert(parse(op, was)?),
                EditAction::Replace(op) => Kind::Replace(parse(op, was)?),
                EditAction::Remove => Kind::Remove,
            };
            if let Some(index) = target {
                made.at_inserted(index, kind, edit);
                continue;
            }
            let at = match edit.step.as_str() {
                "end" => Some(self.len),
                label => self.base_find(label),
            };
            let at = at.ok_or_else(|| no_such_step(edit))?;
            if at == self.len && !matches!(kind, Kind::Insert(_)) {
                return Err(BadOp {
                    why: crate::text!(
                        "edit.nothing-at-end",
                        "After the last step there is nothing to replace or leave out; only an operation can be inserted there."
                    ),
                });
            }
            let step = self.lasting_label(at, &edit.step);
            let action = edit.action.clone();
            made.at_base(at, kind, Edit { step, action });
        }
        made.settle();
        Ok(Self {
            edits: made,
            ..self.clone()
        })
    }

    /// How many steps there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len.wrapping_add_signed(self.edits.growth())
    }

    /// Whether there is no step at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The edits, in the order of the steps, by labels of the unedited plan. [`edited`](Self::edited)
    /// makes the same plan of them.
    #[must_use]
    pub fn edits(&self) -> Vec<Edit> {
        self.edits.list()
    }

    /// How many steps this plan and another with other edits have in common from the start;
    /// all of them, `u64::MAX`, if the edits are the same.
    #[must_use]
    pub fn shared(&self, other: &Self) -> u64 {
        self.edits.shared(&other.edits)
    }

    /// The segments of the unedited plan.
    #[must_use]
    pub fn segments(&self) -> &[Segment<O>] {
        &self.segments
    }

    /// The i-th operation with its full label, its caption and its segment's index. `i < len`.
    #[must_use]
    pub fn get(&self, i: u64) -> Option<(Planned<O>, usize)> {
        if i >= self.len() {
            return None;
        }
        let (at, kind, nth) = match self.edits.origin(i) {
            Origin::Base(n) => return self.base(n),
            Origin::Edited { at, kind, nth } => (at, kind, nth),
        };
        match kind {
            Kind::Insert(op) => Some((
                Planned {
                    op: op.clone(),
                    label: format!("inserted{nth}"),
                    caption: crate::text!("plan.inserted", "You inserted this operation."),
                },
                self.home(at),
            )),
            Kind::Replace(op) => {
                let (was, segment) = self.base(at)?;
                let caption = crate::text!(
                    "plan.replaced",
                    "You put this operation in the place of another."
                );
                Some((
                    Planned {
                        op: op.clone(),
                        caption,
                        label: was.label,
                    },
                    segment,
                ))
            }
            Kind::Remove => None,
        }
    }

    /// The i-th operation alone, `i < len`.
    #[must_use]
    pub fn op(&self, i: u64) -> Option<O> {
        if i >= self.len() {
            return None;
        }
        let n = match self.edits.origin(i) {
            Origin::Base(n) => n,
            Origin::Edited { kind, .. } => {
                return match kind {
                    Kind::Insert(op) | Kind::Replace(op) => Some(op.clone()),
                    Kind::Remove => None,
                };
            }
        };
        let s = self.home(n);
        let segment = self.segments.get(s)?;
        Some(segment.only_op(n - self.starts[s]))
    }

    /// Whether the i-th step is one the reader inserted or replaced.
    #[must_use]
    pub fn is_edited(&self, i: u64) -> bool {
        i < self.len() && matches!(self.edits.origin(i), Origin::Edited { .. })
    }

    /// The step of that label (an alias is found too), or of that number from 1 among the steps as
    /// they are now; `None` also for a step that was left out.
    #[must_use]
    pub fn find(&self, label: &str) -> Option<u64> {
        if let Some(nth) = nth_inserted(label) {
            let index = self.edits.inserted(nth)?;
            return self.edits.position(index);
        }
        if let Ok(n) = label.parse::<u64>() {
            return (1..=self.len()).contains(&n).then(|| n - 1);
        }
        self.base_find(label).and_then(|n| self.edits.moved(n))
    }

    /// Where each segment stands in the edited plan: first step and number of steps.
    #[must_use]
    pub fn spans(&self) -> Box<[(u64, u64)]> {
        let mut first = 0;
        let mut edits = self.edits.places().peekable();
        let mut spans = Vec::with_capacity(self.segments.len());
        for (s, segment) in self.segments.iter().enumerate() {
            let mut len = segment.len;
            while let Some((_, growth)) = edits.next_if(|(at, _)| self.home(*at) == s) {
                len = len.wrapping_add_signed(growth);
            }
            spans.push((first, len));
            first += len;
        }
        spans.into_boxed_slice()
    }

    /// The table of contents of the edited plan.
    pub(super) fn outline(&self) -> Outline {
        let spans = self.spans();
        let groups = self.segments.iter().zip(spans.iter());
        let groups = groups.filter(|(_, (_, len))| *len > 0);
        Outline {
            groups: groups
                .map(|(s, (first, len))| Group {
                    label: s.label.clone(),
                    phase: s.phase,
                    title: s.title.clone(),
                    first: first + 1,
                    len: *len,
                    fold: s.group,
                })
                .collect(),
        }
    }

    /// The n-th operation of the unedited plan.
    fn base(&self, n: u64) -> Option<(Planned<O>, usize)> {
        if n >= self.len {
            return None;
        }
        let s = self.home(n);
        let segment = self.segments.get(s)?;
        let mut planned = (segment.op)(n - self.starts[s]);
        planned.label = segment.whole_label(&planned.label);
        if planned.caption.is_empty() {
            planned.caption = segment.caption.clone();
        }
        Some((planned, s))
    }

    /// The index of the segment that holds the n-th operation of the unedited plan, or, for the place
    /// after the last operation, the segment of the last.
    fn home(&self, n: u64) -> usize {
        let n = n.min(self.len.saturating_sub(1));
        self.starts.partition_point(|s| *s <= n).saturating_sub(1)
    }

    /// The label under which an edit keeps pointing at the n-th operation of the unedited plan.
    fn lasting_label(&self, n: u64, given: &str) -> String {
        match self.base(n) {
            Some((planned, _)) if planned.label != given => match self.base_find(&planned.label) {
                Some(found) if found == n => planned.label,
                _ => given.to_string(),
            },
            _ => given.to_string(),
        }
    }

    /// The operation of the unedited plan with that label, alias or number from 1.
    fn base_find(&self, label: &str) -> Option<u64> {
        if let Ok(n) = label.parse::<u64>() {
            return (1..=self.len).contains(&n).then(|| n - 1);
        }
        let mut segments = self.segments.iter().zip(self.starts.iter());
        segments.find_map(|(segment, start)| segment.find(label).map(|i| start + i))
    }
}

/// The number in a label such as `inserted2`.
fn nth_inserted(label: &str) -> Option<usize> {
    label.strip_prefix("inserted")?.parse().ok()
}

fn no_such_step(edit: &Edit) -> BadOp {
    BadOp {
        why: crate::text!(
            "edit.no-such-step",
            "The change “{edit}” names the step “{step}”, which this run does not have.",
            edit = edit.to_string(),
            step = edit.step.as_str()
        ),
    }
}
