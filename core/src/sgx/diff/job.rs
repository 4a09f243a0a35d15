//! The comparison in slices: both built side by side, both laid out, every page compared; against an
//! expected MRENCLAVE, one built and a few changes of it tried.

use alloc::rc::Rc;

use super::align::Aligning;
use super::given::{Given, Kind};
use super::lockstep::{Building, Lockstep, Unbuildable};
use super::pages::Pages;
use super::shape::Shape;
use super::tries::Tries;
use crate::sgx::image::{Image, Origin};
use crate::sgx::report::refused;
use crate::sgx::sgxs::Sgxs;
use crate::text::Text;
use crate::trace::{Need, Progress};
use crate::view::{Differ, Difference};

/// How far the comparison is.
#[derive(Debug)]
pub(super) enum Stage {
    /// Files in parts are read.
    Reading,
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
    /// It is found out which page stands for which.
    Aligning(Lockstep, [Shape; 2], Aligning),
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
    /// Whether the last stage is done.
    over: bool,
    pub(super) ready: bool,
    /// The first page that comes elsewhere in the order of EADD.
    pub(super) disorder: Option<(u64, u64)>,
    /// What the one enclave measures, or both.
    pub(super) ends: [[u8; 32]; 2],
    /// The digests of the files, where they are asked for.
    sums: [Option<[u8; 32]>; 2],
}

/// Bytes that a digest takes in for each operation that is to be carried out.
const BYTES: u64 = 512;

impl Job {
    pub(super) fn new(a: Given, b: Given) -> Self {
        Self {
            given: [a, b],
            stage: Stage::Reading,
            over: false,
            ready: false,
            disorder: None,
            ends: [[0; 32]; 2],
            sums: [None; 2],
        }
        .begun()
    }

    /// Where both sides are known, the job with its first stage.
    fn begun(mut self) -> Self {
        if self.is_read() {
            self.stage = self.first();
            self.over = matches!(self.stage, Stage::Stated);
            self.ready = self.over;
        }
        self
    }

    fn is_read(&self) -> bool {
        let unread = |given: &Given| matches!(given.kind, Kind::Unread);
        !self.given.iter().any(unread)
    }

    /// The stage that follows when both sides are read.
    fn first(&mut self) -> Stage {
        let [a, b] = &self.given;
        self.ends = [a.stated(), b.stated()].map(Option::unwrap_or_default);
        match (Building::new(a), Building::new(b)) {
            (Some(x), Some(y)) => Stage::Building(Lockstep::new(x, y)),
            (Some(one), None) | (None, Some(one)) => Stage::Alone(one),
            (None, None) => Stage::Stated,
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
            Stage::Reading => {
                for given in &mut self.given {
                    given.read()?;
                }
                match self.is_read() {
                    false => (Stage::Reading, false),
                    true => (self.first(), false),
                }
            }
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
                        let aligning = Aligning::new(&shapes);
                        (Stage::Aligning(lockstep, shapes, aligning), false)
                    }
                }
            }
            Stage::Aligning(lockstep, shapes, mut aligning) => {
                let Some(parts) = aligning.work(&shapes, most) else {
                    return Ok((Stage::Aligning(lockstep, shapes, aligning), false));
                };
                let ordered = shapes.iter().all(Shape::is_ascending);
                let pages = Pages::new(parts, ordered);
                (Stage::Comparing(lockstep, shapes, pages), false)
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
            if let Some(op) = building.upcoming() {
                if !building.has_bytes(&op) {
                    break;
                }
                let carried = building.carry(&op);
                carried.map_err(|bad| self.unbuildable(side, &bad))?;
                building.release();
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

    /// What is missing of either file.
    fn need(&self) -> Option<Need> {
        let keys = ["a", "b"].into_iter().zip(&self.given);
        let mut missing = keys.filter_map(|(key, given)| {
            let file = given.bytes.clone();
            let range = file.lacks()?;
            Some(Need {
                source: key.into(),
                file,
                start: range.start,
                end: range.end,
            })
        });
        missing.next()
    }

    /// Goes on with the digests of the files, where what is told depends on them; says whether they are there.
    fn sum(&mut self, most: u64) -> bool {
        let [a, b] = &self.given;
        let asked = match &self.stage {
            Stage::Trying(_) => [a.image().is_some(), b.image().is_some()],
            Stage::Comparing(..) => {
                let parts = a.bytes.is_parts() || b.bytes.is_parts();
                let alike = self.ends[0] == self.ends[1] && a.bytes.len() == b.bytes.len();
                [parts && alike; 2]
            }
            _ => [false; 2],
        };
        let sides = self.given.iter().zip(&mut self.sums).zip(asked);
        for ((given, sum), asked) in sides {
            if asked && sum.is_none() {
                *sum = given.bytes.digest_on(most.saturating_mul(BYTES));
                if sum.is_none() {
                    return false;
                }
            }
        }
        true
    }

    /// The SHA-256 of the one enclave’s file, where a value was expected of it.
    pub(super) fn file_digest(&self) -> Option<[u8; 32]> {
        self.sums[self.image_side()]
    }

    /// Whether both files are the same, byte for byte.
    pub(super) fn is_one_file(&self) -> bool {
        match self.sums {
            [Some(a), Some(b)] => a == b,
            _ => self.given[0].bytes == self.given[1].bytes,
        }
    }

    /// How much of the files is read, of which the first fifth of the progress tells.
    fn reading(&self) -> (u64, u64) {
        let read = self.given.iter().map(|given| match given.kind {
            Kind::Unread => Sgxs::read_so_far(&given.bytes),
            _ => given.bytes.len(),
        });
        let all: u64 = self.given.iter().map(|given| given.bytes.len()).sum();
        (read.sum(), all * 5)
    }

    fn whole_progress(&self) -> (u64, u64) {
        let (done, of) = self.progress();
        let parts = self.given.iter().any(|given| given.bytes.is_parts());
        match parts && !matches!(self.stage, Stage::Reading) {
            true => (of + 4 * done, 5 * of),
            false => (done, of),
        }
    }

    fn progress(&self) -> (u64, u64) {
        match &self.stage {
            Stage::Stated | Stage::Turning => (1, 1),
            Stage::Reading => self.reading(),
            Stage::Alone(building) => (building.done, building.len() * 4),
            Stage::Trying(tries) => tries.progress(),
            Stage::Building(lockstep) => {
                let (done, of) = lockstep.progress();
                (done, of + of / 4)
            }
            Stage::Laying(lockstep, shapes) | Stage::Aligning(lockstep, shapes, _) => {
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
            let most = most.max(1);
            if !self.over {
                let stage = core::mem::replace(&mut self.stage, Stage::Turning);
                (self.stage, self.over) = self.step(stage, most)?;
            }
            self.ready = self.over && self.sum(most);
        }
        if let Some(need) = self.need() {
            return Ok(Progress::Need(need));
        }
        if self.ready {
            return Ok(Progress::Ready);
        }
        let (done, of) = self.whole_progress();
        Ok(Progress::Working {
            done: done.min(of),
            of,
        })
    }

    fn difference(&self) -> Difference {
        super::tell::tell(self)
    }
}
