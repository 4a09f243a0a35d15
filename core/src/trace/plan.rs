//! Plans: which operations come, computed on demand, and what a reader changed in them.

use alloc::boxed::Box;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

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

impl<O> fmt::Debug for Segment<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Segment({}, {} operations)", self.label, self.len)
    }
}

impl<O> Clone for Segment<O> {
    fn clone(&self) -> Self {
        Self {
            label: self.label.clone(),
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

    /// The same, found under an older label too.
    #[must_use]
    pub fn alias(mut self, label: &str) -> Self {
        self.aliases.push(label.to_string());
        self
    }
}

/// What a reader changed at one step of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The label of the step it concerns; `end` stands for the place after the last.
    pub step: String,
    /// What is changed there.
    pub action: EditAction,
}

/// A change of a plan at one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditAction {
    /// An operation comes before the step.
    Insert(OpText),
    /// Another operation takes the step's place.
    Replace(OpText),
    /// The step is left out.
    Remove,
}

impl fmt::Display for Edit {
    /// `+label:OP(..)`, `~label:OP(..)` or `-label`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.action {
            EditAction::Insert(op) => write!(f, "+{}:{op}", self.step),
            EditAction::Replace(op) => write!(f, "~{}:{op}", self.step),
            EditAction::Remove => write!(f, "-{}", self.step),
        }
    }
}

impl Edit {
    /// Reads the form that `Display` writes.
    ///
    /// # Errors
    /// The text has not that form.
    pub fn parse(text: &str) -> Result<Self, BadOp> {
        let bad = || BadOp {
            why: crate::text!(
                "edit.form",
                "“{text}” is no change of a run. Write +STEP:OPERATION, ~STEP:OPERATION or -STEP.",
                text = text
            ),
        };
        let mut chars = text.chars();
        let sign = chars.next().ok_or_else(bad)?;
        let rest = chars.as_str();
        if sign == '-' && !rest.is_empty() && !rest.contains(':') {
            return Ok(Self {
                step: rest.to_string(),
                action: EditAction::Remove,
            });
        }
        let (step, op) = rest.split_once(':').ok_or_else(bad)?;
        let op = OpText::parse(op)?;
        let action = match sign {
            '+' => EditAction::Insert(op),
            '~' => EditAction::Replace(op),
            _ => return Err(bad()),
        };
        Ok(Self {
            step: step.to_string(),
            action,
        })
    }
}

/// A plan: segments, and the edits a reader made.
#[derive(Clone, Debug)]
pub struct Plan<O> {
    segments: Vec<Segment<O>>,
    starts: Vec<u64>,
    len: u64,
    edits: Vec<Placed<O>>,
}

/// An edit with its place in the unedited plan and its operation understood.
#[derive(Clone, Debug)]
struct Placed<O> {
    at: u64,
    kind: Kind<O>,
    edit: Edit,
}

#[derive(Clone, Debug)]
enum Kind<O> {
    Insert(O),
    Replace(O),
    Remove,
}

/// Where a step of the edited plan comes from.
enum Origin {
    /// The n-th edit's own operation (an insertion or a replacement).
    Edited(usize),
    /// The n-th operation of the unedited plan.
    Base(u64),
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
            segments,
            starts,
            len,
            edits: Vec::new(),
        }
    }

    /// The same plan with these edits, each operation read by `parse`.
    ///
    /// # Errors
    /// An edit names a step that is not there, or an operation the machine does not know.
    pub fn edited(
        &self,
        edits: &[Edit],
        parse: impl Fn(&OpText) -> Result<O, BadOp>,
    ) -> Result<Self, BadOp> {
        let mut placed = Vec::new();
        for edit in edits {
            let at = if edit.step == "end" {
                Some(self.len)
            } else {
                self.base_find(&edit.step)
            };
            let at = at.ok_or_else(|| BadOp {
                why: crate::text!(
                    "edit.no-such-step",
                    "The change “{edit}” names the step “{step}”, which this run does not have.",
                    edit = edit.to_string(),
                    step = edit.step.as_str()
                ),
            })?;
            let kind = match &edit.action {
                EditAction::Insert(op) => Kind::Insert(parse(op)?),
                EditAction::Replace(op) => Kind::Replace(parse(op)?),
                EditAction::Remove => Kind::Remove,
            };
            if at == self.len && !matches!(kind, Kind::Insert(_)) {
                return Err(BadOp {
                    why: crate::text!(
                        "edit.nothing-at-end",
                        "After the last step there is nothing to replace or leave out; only an operation can be inserted there."
                    ),
                });
            }
            placed.push(Placed {
                at,
                kind,
                edit: edit.clone(),
            });
        }
        // Stable: insertions before the same step keep the order in which they were made,
        // and a replacement or removal of a step comes after what is inserted before it.
        placed.sort_by_key(|p| (p.at, !matches!(p.kind, Kind::Insert(_))));
        // The last word on a step counts.
        let mut kept: Vec<Placed<O>> = Vec::new();
        for p in placed {
            if let Some(last) = kept.last_mut() {
                let both_change =
                    !matches!(last.kind, Kind::Insert(_)) && !matches!(p.kind, Kind::Insert(_));
                if both_change && last.at == p.at {
                    *last = p;
                    continue;
                }
            }
            kept.push(p);
        }
        Ok(Self {
            edits: kept,
            ..self.clone()
        })
    }

    /// How many steps there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        let mut len = self.len;
        for e in &self.edits {
            match e.kind {
                Kind::Insert(_) => len += 1,
                Kind::Remove => len -= 1,
                Kind::Replace(_) => {}
            }
        }
        len
    }

    /// Whether there is no step at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The edits, in the order of the steps.
    #[must_use]
    pub fn edits(&self) -> Vec<Edit> {
        self.edits.iter().map(|e| e.edit.clone()).collect()
    }

    /// The first step that differs from the unedited plan, if any does.
    #[must_use]
    pub fn first_edit(&self) -> Option<u64> {
        self.edits.first().map(|e| e.at)
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
        match self.origin(i) {
            Origin::Base(n) => self.base(n),
            Origin::Edited(k) => {
                let e = self.edits.get(k)?;
                let nth = self.edits[..k]
                    .iter()
                    .filter(|o| matches!(o.kind, Kind::Insert(_)))
                    .count();
                let segment = self.segment_of(e.at.min(self.len.saturating_sub(1)));
                match &e.kind {
                    Kind::Insert(op) => Some((
                        Planned {
                            op: op.clone(),
                            label: format!("inserted{}", nth + 1),
                            caption: crate::text!("plan.inserted", "You inserted this operation."),
                        },
                        segment,
                    )),
                    Kind::Replace(op) => {
                        let (was, segment) = self.base(e.at)?;
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
        }
    }

    /// Whether the i-th step is one the reader inserted or replaced.
    #[must_use]
    pub fn is_edited(&self, i: u64) -> bool {
        i < self.len() && matches!(self.origin(i), Origin::Edited(_))
    }

    /// The step of that label (an alias is found too), or of that number from 1.
    #[must_use]
    pub fn find(&self, label: &str) -> Option<u64> {
        if let Some(k) = label
            .strip_prefix("inserted")
            .and_then(|n| n.parse::<usize>().ok())
        {
            let mut inserts = 0;
            for i in 0..self.edits.len() {
                if matches!(self.edits[i].kind, Kind::Insert(_)) {
                    inserts += 1;
                    if inserts == k {
                        return Some(self.position_of_edit(i));
                    }
                }
            }
            return None;
        }
        self.base_find(label).and_then(|n| self.from_base(n))
    }

    fn base(&self, n: u64) -> Option<(Planned<O>, usize)> {
        let s = self.segment_of(n);
        let segment = self.segments.get(s)?;
        let mut planned = (segment.op)(n - self.starts[s]);
        planned.label = if planned.label.is_empty() {
            segment.label.clone()
        } else {
            format!("{}.{}", segment.label, planned.label)
        };
        if planned.caption.is_empty() {
            planned.caption = segment.caption.clone();
        }
        Some((planned, s))
    }

    /// The index of the segment that holds the n-th operation of the unedited plan.
    fn segment_of(&self, n: u64) -> usize {
        self.starts.partition_point(|s| *s <= n).saturating_sub(1)
    }

    fn base_find(&self, label: &str) -> Option<u64> {
        if let Ok(n) = label.parse::<u64>() {
            return (1..=self.len).contains(&n).then(|| n - 1);
        }
        for (s, segment) in self.segments.iter().enumerate() {
            let names = core::iter::once(&segment.label).chain(&segment.aliases);
            for name in names {
                let Some(rest) = label.strip_prefix(name.as_str()) else {
                    continue;
                };
                if rest.is_empty() {
                    return Some(self.starts[s]);
                }
                let Some(rest) = rest.strip_prefix('.') else {
                    continue;
                };
                if let Some(i) = (0..segment.len).find(|i| (segment.op)(*i).label == rest) {
                    return Some(self.starts[s] + i);
                }
            }
        }
        None
    }

    fn origin(&self, i: u64) -> Origin {
        // `shift` = how far the edited plan runs ahead of the unedited one so far.
        let mut shift: i64 = 0;
        for (k, e) in self.edits.iter().enumerate() {
            let here = e.at.wrapping_add_signed(shift);
            if i < here {
                break;
            }
            match e.kind {
                Kind::Insert(_) if i == here => return Origin::Edited(k),
                Kind::Replace(_) if i == here => return Origin::Edited(k),
                Kind::Insert(_) => shift += 1,
                Kind::Remove => shift -= 1,
                Kind::Replace(_) => {}
            }
        }
        Origin::Base(i.wrapping_add_signed(-shift))
    }

    fn shift_before(&self, k: usize) -> i64 {
        self.edits[..k]
            .iter()
            .map(|e| match e.kind {
                Kind::Insert(_) => 1,
                Kind::Remove => -1,
                Kind::Replace(_) => 0,
            })
            .sum()
    }

    fn position_of_edit(&self, k: usize) -> u64 {
        self.edits[k].at.wrapping_add_signed(self.shift_before(k))
    }

    /// Where the n-th operation of the unedited plan stands now; `None` if it was left out.
    fn from_base(&self, n: u64) -> Option<u64> {
        let upto = self
            .edits
            .partition_point(|e| e.at < n || (e.at == n && matches!(e.kind, Kind::Insert(_))));
        if self
            .edits
            .get(upto)
            .is_some_and(|e| e.at == n && matches!(e.kind, Kind::Remove))
        {
            return None;
        }
        Some(n.wrapping_add_signed(self.shift_before(upto)))
    }

    /// Where each segment stands in the edited plan: first step and number of steps.
    #[must_use]
    pub fn spans(&self) -> Box<[(u64, u64)]> {
        let mut spans = Vec::with_capacity(self.segments.len());
        for (s, segment) in self.segments.iter().enumerate() {
            let (start, end) = (self.starts[s], self.starts[s] + segment.len);
            let before = self.edits.partition_point(|e| e.at < start);
            let last = s + 1 == self.segments.len();
            let within = self
                .edits
                .partition_point(|e| e.at < end || (last && e.at == end));
            let first = start.wrapping_add_signed(self.shift_before(before));
            let grown = self.shift_before(within) - self.shift_before(before);
            spans.push((first, segment.len.wrapping_add_signed(grown)));
        }
        spans.into_boxed_slice()
    }
}
