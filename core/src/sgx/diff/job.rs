//! The comparison in slices: both built side by side, both laid out, every page compared; against an
//! expected MRENCLAVE, one built and a few changes of it tried.

use alloc::rc::Rc;

use super::align::align;
use super::given::Given;
use super::lockstep::{Building, Lockstep, Unbuildable};
use super::pages::Pages;
use super::shape::Shape;
use super::tries::Tries;
use crate::sgx::image::{Image, Origin};
use crate::sgx::report::refused;
use crate::text::Text;
use crate::trace::Progress;
use crate::view::{Differ, Difference};

/// How far the comparison is.
#[derive(Debug)]
pub(super) enum Stage {
    /// Nothing to be worked out: neither side is an enclave.
    Stated,
    /// One enclave is built; the other side states a value.
    Alone(Building),
    /// The enclave measures something else than is expected: changes are tried.
    Trying(Tries),
    /// Both are built.
    Building(Lockstep),
    /// Both are laid out.
    Laying(Lockstep, [Shape; 2]),
    /// Their pages are compared, or were.
    Comparing(Lockstep, [Shape; 2], Pages),
    /// Between two of these.
    Turning,
}

/// A comparison.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) given: [Given; 2],
    pub(super) stage: Stage,
    pub(super) ready: bool,
    /// The first page that comes elsewhere in the order of EADD.
    pub(super) disorder: Option<(u64, u64)>,
    /// What the one enclave measures, or both.
    pub(super) ends: [[u8; 32]; 2],
}

impl Job {
    pub(super) fn new(a: Given, b: Given) -> Self {
        let ends = [a.stated(), b.stated()].map(Option::unwrap_or_default);
        let stage = match (Building::new(&a), Building::new(&b)) {
            (Some(x), Some(y)) => Stage::Building(Lockstep::new(x, y)),
            (Some(one), None) | (None, Some(one)) => Stage::Alone(one),
            (None, None) => Stage::Stated,
        };
        Self {
            ready: matches!(stage, Stage::Stated),
            given: [a, b],
            stage,
            disorder: None,
            ends,
        }
    }

    /// The side that is an enclave where only one is.
    pub(super) fn image_side(&self) -> usize {
        usize::from(self.given[0].image().is_none())
    }

    fn unbuildable(&self, side: usize, bad: &crate::sgx::Stopped) -> Text {
        let name = self.given[side].name.as_str().into();
        Text::join(&[name, refused(bad)], ": ")
    }

    /// Works; gives the next stage, and whether that is the end.
    fn step(&mut self, stage: Stage, most: u64) -> Result<(Stage, bool), Text> {
        let pages = usize::try_from(most).unwrap_or(usize::MAX);
        Ok(match stage {
            Stage::Stated | Stage::Turning => (stage, true),
            Stage::Alone(building) => self.alone(building, most)?,
            Stage::Trying(mut tries) => {
                let done = tries.work(most);
                (Stage::Trying(tries), done)
            }
            Stage::Building(mut lockstep) => {
                let done = lockstep.work(most);
                let done =
                    done.map_err(|Unbuildable { side, stopped }| self.unbuildable(side, &stopped))?;
                match done {
                    false => (Stage::Building(lockstep), false),
                    true => {
                        self.ends = lockstep.ends();
                        let shapes = shapes(&lockstep);
                        (Stage::Laying(lockstep, shapes), false)
                    }
                }
            }
            Stage::Laying(lockstep, mut shapes) => {
                let done = shapes[0].work(pages) && shapes[1].work(pages);
                match done {
                    false => (Stage::Laying(lockstep, shapes), false),
                    true => {
                        let ordered = shapes.iter().all(Shape::is_ascending);
                        let pages = Pages::new(align(&shapes[0], &shapes[1]), ordered);
                        (Stage::Comparing(lockstep, shapes, pages), false)
                    }
                }
            }
            Stage::Comparing(lockstep, shapes, mut pages) => {
                let done = pages.work(&shapes, most);
                if done {
                    self.disorder = pages.out_of_order();
                }
                (Stage::Comparing(lockstep, shapes, pages), done)
            }
        })
    }

    fn alone(&mut self, mut building: Building, most: u64) -> Result<(Stage, bool), Text> {
        let side = self.image_side();
        for _ in 0..most {
            let next = building
                .next()
                .map_err(|bad| self.unbuildable(side, &bad))?;
            if next {
                continue;
            }
            self.ends[side] = building.measured().finish();
            if self.ends[0] == self.ends[1] {
                return Ok((Stage::Alone(building), true));
            }
            let tries = Tries::new(building, self.ends[1 - side]);
            return Ok((Stage::Trying(tries), false));
        }
        Ok((Stage::Alone(building), false))
    }

    fn progress(&self) -> (u64, u64) {
        match &self.stage {
            Stage::Stated | Stage::Turning => (1, 1),
            Stage::Alone(building) => (building.done, building.len() * 4),
            Stage::Trying(tries) => tries.progress(),
            Stage::Building(lockstep) => {
                let (done, of) = lockstep.progress();
                (done, of + of / 4)
            }
            Stage::Laying(lockstep, shapes) => {
                let (_, of) = lockstep.progress();
                let laid: usize = shapes.iter().map(Shape::done).sum();
                (of + laid as u64 / 16, of + of / 4)
            }
            Stage::Comparing(lockstep, shapes, pages) => {
                let (_, of) = lockstep.progress();
                let all: usize = shapes.iter().map(Shape::len).sum();
                let done = of + all as u64 / 8 + pages.done / 16;
                (done, of + of / 4)
            }
        }
    }
}

/// The layouts of both; by what the formats say pages are for where both say it.
fn shapes(lockstep: &Lockstep) -> [Shape; 2] {
    let images = || lockstep.sides.iter().map(|s| &s.build.image);
    let says = |image: &Rc<dyn Image>| image.page(0).is_some_and(|p| p.origin != Origin::Unknown);
    let by_origin = images().all(says);
    let [a, b] = &lockstep.sides;
    [a, b].map(|side| Shape::new(side.build.image.clone(), by_origin))
}

impl Differ for Job {
    fn work(&mut self, most: u64) -> Result<Progress, Text> {
        if !self.ready {
            let stage = core::mem::replace(&mut self.stage, Stage::Turning);
            let (stage, done) = self.step(stage, most.max(1))?;
            self.stage = stage;
            self.ready = done;
        }
        if self.ready {
            return Ok(Progress::Ready);
        }
        let (done, of) = self.progress();
        Ok(Progress::Working {
            done: done.min(of),
            of,
        })
    }

    fn difference(&self) -> Difference {
        super::tell::tell(self)
    }
}
