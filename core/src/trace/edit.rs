//! What a reader changes in a plan: one step inserted, replaced or left out.

use alloc::string::{String, ToString};
use core::fmt;

use super::op_text::{BadOp, OpText};

/// What a reader changed at one step of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The label of the step it concerns; `end` stands for the place after the last, and
    /// `inserted2` for the second of the steps that the changes before this one inserted.
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
        if step.is_empty() {
            return Err(bad());
        }
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
