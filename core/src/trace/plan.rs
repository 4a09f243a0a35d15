//! Plans: which operations come, computed on demand, and what a reader changed in them.

use alloc::boxed::Box;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::edit::{Edit, EditAction};
use super::edits::{Edits, Kind, Origin};
use super::op_text::{BadOp, OpText};
use super::vocabulary::Phase;
use crate::text::Text;

/// One operation of a plan.
#[derive(Clone, Debug)]
pub struct Planned<O> {
    /// The operation.
    pub op: O,
    /// The end of its label; empty if the segment has only this one.
    pub label: String,
    /// What happens here, for the reader; empty to use the segment's caption.
    pub caption: Text,
}

/// A captioned stretch of operations: one page added, one leaf called.
///
/// Nothing is stored per operation; `op` computes the i-th when somebody asks.
pub struct Segment<O> {
    /// The label, unique in the scenario: `load.code2`. A step's label is this, a dot and its own.
    pub label: String,
    /// What step labels begin with where it is not the segment's label, and how to find them.
    stem: Option<Stem>,
    /// Older labels of this segment, so that old links keep working.
    pub aliases: Vec<String>,
    /// The phase of every step in it.
    pub phase: Phase,
    /// What it does, in a few words.
    pub title: Text,
    /// What happens and why, in plain words.
    pub caption: Text,
    /// How many operations.
    pub len: u64,
    /// How many operations make one group for folding (17: a page with its chunks); 0 for no groups.
    pub group: u64,
    /// The i-th operation, `i < len`.
    pub op: Rc<dyn Fn(u64) -> Planned<O>>,
}

/// Which of a segment's steps has a label that ends so.
type Find = Rc<dyn Fn(&str) -> Option<u64>>;

/// The start of the labels of several segments' steps, and which of a segment's steps has a label.
#[derive(Clone)]
struct Stem {
    start: String,
    find: Find,
}

impl<O> fmt::Debug for Segment<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Segment({}, {} operations)", self.label, self.len)
    }
}

impl<O> Clone for Segment<O> {
    fn clone(&self) -> Self {
        Self {
            label: self.label.clone(),
            stem: self.stem.clone(),
            aliases: self.aliases.clone(),
            phase: self.phase,
            title: self.title.clone(),
            caption: self.caption.clone(),
            len: self.len,
            group: self.group,
            op: self.op.clone(),
        }
    }
}

impl<O: Clone + 'static> Segment<O> {
    /// A segment of one operation.
    #[must_use]
    pub fn one(phase: Phase, label: &str, title: Text, caption: Text, op: O) -> Self {
        Self::many(phase, label, title, caption, 1, move |_| Planned {
            op: op.clone(),
            label: String::new(),
            caption: Text::none(),
        })
    }

    /// A segment of `len` operations.
    #[must_use]
    pub fn many(
        phase: Phase,
        label: &str,
        title: Text,
        caption: Text,
        len: u64,
        op: impl Fn(u64) -> Planned<O> + 'static,
    ) -> Self {
        Self {
            label: label.to_string(),
            stem: None,
            aliases: Vec::new(),
            phase,
            title,
            caption,
            len,
            group: 0,
            op: Rc::new(op),
        }
    }

    /// The same, folded in groups of `group` operations.
    #[must_use]
    pub fn grouped(mut self, group: u64) -> Self {
        self.group = group;
        self
    }

    /// The same, whose steps' labels begin with `start` instead of the segment's label, so that they do
    /// not depend on how steps are cut into segments. `find` gives the step whose label ends so, if
    /// it is one of this segment's: the inverse of what `op` says, without trying every step.
    #[must_use]
    pub fn stem(mut self, start: &str, find: impl Fn(&str) -> Option<u64> + 'static) -> Self {
        self.stem = Some(Stem {
            start: start.to_string(),
            find: Rc::new(find),
        });
        self
    }

    /// The same, found under an older label too.
    #[must_use]
    pub fn alias(mut self, label: &str) -> Self {
        self.aliases.push(label.to_string());
        self
    }
}

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
            let was = self.base_find(&edit.step).and_then(|n| self.base(n));
            let was = was.as_ref().map(|(planned, _)| &planned.op);
            let kind = match &edit.action {
                EditAction::Insert(op) => Kind::Insert(parse(op, was)?),
                EditAction::Replace(op) => Kind::Replace(parse(op, was)?),
                EditAction::Remove => Kind::Remove,
            };
            if let Some(nth) = nth_inserted(&edit.step) {
                let index = made.inserted(nth).ok_or_else(|| no_such_step(edit))?;
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

    /// The n-th operation of the unedited plan.
    fn base(&self, n: u64) -> Option<(Planned<O>, usize)> {
        if n >= self.len {
            return None;
        }
        let s = self.home(n);
        let segment = self.segments.get(s)?;
        let mut planned = (segment.op)(n - self.starts[s]);
        planned.label = if planned.label.is_empty() {
            segment.label.clone()
        } else {
            let start = segment.stem.as_ref().map_or(&segment.label, |s| &s.start);
            format!("{start}.{}", planned.label)
        };
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
        for (s, segment) in self.segments.iter().enumerate().filter(|(_, s)| s.len > 0) {
            let names = core::iter::once(&segment.label).chain(&segment.aliases);
            for name in names {
                let Some(rest) = label.strip_prefix(name.as_str()) else {
                    continue;
                };
                if rest.is_empty() {
                    return Some(self.starts[s]);
                }
                let rest = rest.strip_prefix('.').filter(|_| segment.stem.is_none());
                let Some(rest) = rest else {
                    continue;
                };
                if let Some(i) = (0..segment.len).find(|i| (segment.op)(*i).label == rest) {
                    return Some(self.starts[s] + i);
                }
            }
            if let Some(stem) = &segment.stem
                && let Some(rest) = label.strip_prefix(stem.start.as_str())
                && let Some(i) = rest.strip_prefix('.').and_then(|rest| (stem.find)(rest))
            {
                return Some(self.starts[s] + i);
            }
        }
        None
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
