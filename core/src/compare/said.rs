//! Machines compared by words: what is said of each, row by row, from their profiles.

use alloc::vec::Vec;

use crate::text;
use crate::text::Text;
use crate::trace::Tee;
use crate::view::{Aspect, Claim, Note, Profile, Statement};

/// What is said of some machines: rows of the same questions, footnotes, and what else was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The machines, in the order of the cells of every row.
    pub heads: Vec<Head>,
    /// The rows.
    pub rows: Vec<SaidRow>,
    /// The footnotes, numbered as one reads: row by row.
    pub notes: Vec<Footnote>,
    /// What else was said, machine by machine.
    pub about: Vec<Remark>,
}

/// A machine of which something is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its id.
    pub tee: &'static str,
    /// Its name.
    pub title: Text,
}

/// What is said of every machine in one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaidRow {
    /// The row.
    pub aspect: Aspect,
    /// One cell a machine; `None` where nothing is said.
    pub cells: Vec<Option<SaidCell>>,
}

/// A claim in its place in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaidCell {
    /// The claim.
    pub claim: Claim,
    /// The numbers of its footnotes.
    pub notes: Vec<usize>,
}

/// A footnote of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Footnote {
    /// Its number, from 1.
    pub number: usize,
    /// The machine’s id.
    pub tee: &'static str,
    /// The row.
    pub aspect: Aspect,
    /// What it notes.
    pub note: Note,
}

/// A statement about a machine that stands in no row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The machine’s id.
    pub tee: &'static str,
    /// The statement.
    pub statement: Statement,
}

impl Said {
    /// What is said of these machines; of one that says nothing there is no column.
    #[must_use]
    pub fn of(tees: &[Tee]) -> Self {
        let all = tees.iter().filter_map(|t| Some((t, (t.profile?)())));
        let all: Vec<(&Tee, Profile)> = all.collect();
        let head = |(tee, _): &(&Tee, Profile)| Head {
            tee: tee.id,
            title: tee.title.clone(),
        };
        let mut said = Self {
            heads: all.iter().map(head).collect(),
            rows: Vec::new(),
            notes: Vec::new(),
            about: Vec::new(),
        };
        for aspect in Aspect::ALL {
            let cells = all.iter().map(|(tee, profile)| {
                let claim = profile.claim(aspect)?;
                Some(said.notes.cell(tee.id, claim))
            });
            let cells = cells.collect();
            said.rows.push(SaidRow { aspect, cells });
        }
        for (tee, profile) in all {
            let remarks = profile.about.into_iter().map(|statement| Remark {
                tee: tee.id,
                statement,
            });
            said.about.extend(remarks);
        }
        said
    }

    /// What stands before what was said in 2020.
    #[must_use]
    pub fn then_title() -> Text {
        text!("said.then", "In 2020")
    }

    /// What stands before what holds today.
    #[must_use]
    pub fn today_title() -> Text {
        text!("said.today", "Today")
    }

    /// What the mark of a dated claim means.
    #[must_use]
    pub fn dated_title() -> Text {
        text!("said.dated", "holds no longer, or never did")
    }

    /// What is said in one row.
    #[must_use]
    pub fn row(&self, aspect: Aspect) -> Option<&SaidRow> {
        self.rows.iter().find(|row| row.aspect == aspect)
    }

    /// The same with one row only and its footnotes, which keep their numbers.
    #[must_use]
    pub fn only(mut self, aspect: Aspect) -> Self {
        self.rows.retain(|row| row.aspect == aspect);
        self.notes.retain(|note| note.aspect == aspect);
        self.about.clear();
        self
    }

    /// The name of a machine.
    #[must_use]
    pub fn title(&self, tee: &str) -> Text {
        let head = self.heads.iter().find(|h| h.tee == tee);
        head.map_or(Text::none(), |h| h.title.clone())
    }
}

/// Footnotes that are being numbered.
trait Numbers {
    /// A claim as a cell, its footnotes put behind the others.
    fn cell(&mut self, tee: &'static str, claim: &Claim) -> SaidCell;
}

impl Numbers for Vec<Footnote> {
    fn cell(&mut self, tee: &'static str, claim: &Claim) -> SaidCell {
        let first = self.len() + 1;
        let aspect = claim.aspect;
        self.extend(claim.notes.iter().zip(first..).map(|(note, number)| {
            let note = note.clone();
            Footnote {
                number,
                tee,
                aspect,
                note,
            }
        }));
        SaidCell {
            claim: claim.clone(),
            notes: (first..=self.len()).collect(),
        }
    }
}
