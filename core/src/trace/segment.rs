//! The pieces of a plan: captioned stretches whose operations are computed on demand.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

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
    /// The same without its words, where that is quicker.
    bare: Option<Rc<dyn Fn(u64) -> O>>,
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
            bare: self.bare.clone(),
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
            bare: None,
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

    /// The same, whose operations `op` tells without label and caption, for long runs.
    #[must_use]
    pub fn bare(mut self, op: impl Fn(u64) -> O + 'static) -> Self {
        self.bare = Some(Rc::new(op));
        self
    }

    /// The i-th operation without its words.
    pub(super) fn only_op(&self, i: u64) -> O {
        match &self.bare {
            Some(bare) => bare(i),
            None => (self.op)(i).op,
        }
    }

    /// The same, found under an older label too.
    #[must_use]
    pub fn alias(mut self, label: &str) -> Self {
        self.aliases.push(label.to_string());
        self
    }

    /// The label of the step that `op` calls `own`.
    pub(super) fn whole_label(&self, own: &str) -> String {
        if own.is_empty() {
            return self.label.clone();
        }
        let start = self.stem.as_ref().map_or(&self.label, |s| &s.start);
        format!("{start}.{own}")
    }

    /// Which of its operations has that label or alias; the segment's own means the first.
    pub(super) fn find(&self, label: &str) -> Option<u64> {
        if self.len == 0 {
            return None;
        }
        let mut names = core::iter::once(&self.label).chain(&self.aliases);
        let by_name = names.find_map(|name| {
            let rest = label.strip_prefix(name.as_str())?;
            if rest.is_empty() {
                return Some(0);
            }
            let rest = rest.strip_prefix('.').filter(|_| self.stem.is_none())?;
            (0..self.len).find(|i| (self.op)(*i).label == rest)
        });
        by_name.or_else(|| {
            let stem = self.stem.as_ref()?;
            let rest = label.strip_prefix(stem.start.as_str())?;
            (stem.find)(rest.strip_prefix('.')?)
        })
    }
}
