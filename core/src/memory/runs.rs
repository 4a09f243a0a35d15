//! A map from page numbers to what is known of each page, which stays small where pages are alike.
//!
//! A hundred thousand pages of an enclave differ by their addresses only. So neighbours whose values
//! follow one another by a fixed step are kept as one run, and a clone shares everything.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::fmt::Debug;
use core::ops::Range;

use rpds::RedBlackTreeMap;

/// Keys of one block: what is copied at most when a shared map is written.
const BLOCK: u64 = 64;

/// A value that can be told from the one before it.
pub trait Follows: Clone + Debug {
    /// How the value of a key differs from that of the key before.
    type Step: Clone + Debug;

    /// The step from this value to the next key's, if they are alike.
    fn step(&self, next: &Self) -> Option<Self::Step>;

    /// The value `n` keys later.
    #[must_use]
    fn after(&self, step: &Self::Step, n: u64) -> Self;

    /// Whether the value `n` keys later is this one. It may say no of equal values, never yes of others.
    fn leads(&self, step: &Self::Step, n: u64, to: &Self) -> bool;
}

impl Follows for u64 {
    type Step = Self;

    fn step(&self, next: &Self) -> Option<Self> {
        Some(next.wrapping_sub(*self))
    }

    fn after(&self, step: &Self, n: u64) -> Self {
        self.wrapping_add(step.wrapping_mul(n))
    }

    fn leads(&self, step: &Self, n: u64, to: &Self) -> bool {
        self.after(step, n) == *to
    }
}

/// Keys that follow one another, within a block.
#[derive(Clone, Debug)]
struct Run<V: Follows> {
    /// The first key's place in its block, and how many keys there are.
    start: u8,
    len: u8,
    first: V,
    /// Known as soon as there are two.
    step: Option<V::Step>,
}

impl<V: Follows> Run<V> {
    fn single(start: u8, first: V) -> Self {
        Self {
            start,
            len: 1,
            first,
            step: None,
        }
    }

    fn value(&self, n: u8) -> V {
        match &self.step {
            Some(step) if n > 0 => self.first.after(step, u64::from(n)),
            _ => self.first.clone(),
        }
    }

    fn is(&self, n: u8, value: &V) -> bool {
        let same = |step: &V::Step| self.first.leads(step, u64::from(n), value);
        match &self.step {
            Some(step) => same(step),
            None => self.first.step(value).is_some_and(|step| {
                // One value leads to an equal one by the step that changes nothing.
                self.first.leads(&step, 0, value)
            }),
        }
    }

    /// Takes the next key's value in if it follows.
    fn takes(&mut self, value: &V) -> bool {
        let follows = match &self.step {
            Some(step) => self.first.leads(step, u64::from(self.len), value),
            None => {
                self.step = self.first.step(value);
                self.step.is_some()
            }
        };
        self.len += u8::from(follows);
        follows
    }

    /// The part from the n-th key on.
    fn tail(&self, n: u8) -> Self {
        Self {
            start: self.start + n,
            len: self.len - n,
            first: self.value(n),
            step: self.step.clone().filter(|_| self.len - n > 1),
        }
    }

    /// The part before the n-th key.
    fn head(&self, n: u8) -> Self {
        Self {
            len: n,
            step: self.step.clone().filter(|_| n > 1),
            ..self.clone()
        }
    }
}

type Block<V> = Rc<Vec<Run<V>>>;

/// Values of many keys. A clone is cheap.
#[derive(Clone, Debug)]
pub struct Runs<V: Follows> {
    blocks: RedBlackTreeMap<u64, Block<V>>,
    /// The block written last, which is not among the others: work goes on where it went on before.
    hot: Option<(u64, Block<V>)>,
    size: u64,
}

/// Neighbours that follow one another by a fixed step.
#[derive(Clone, Copy, Debug)]
pub struct Stretch<'a, V: Follows> {
    /// The first key.
    pub start: u64,
    /// How many keys.
    pub len: u64,
    /// The first key's value.
    pub first: &'a V,
    step: Option<&'a V::Step>,
}

impl<V: Follows> Stretch<'_, V> {
    /// The value of the n-th key, `n < len`.
    #[must_use]
    pub fn value(&self, n: u64) -> V {
        match self.step {
            Some(step) if n > 0 => self.first.after(step, n),
            _ => self.first.clone(),
        }
    }
}

impl<V: Follows> Default for Runs<V> {
    fn default() -> Self {
        Self {
            blocks: RedBlackTreeMap::new(),
            hot: None,
            size: 0,
        }
    }
}

impl<V: Follows> Runs<V> {
    fn block(&self, number: u64) -> Option<&Block<V>> {
        match &self.hot {
            Some((hot, block)) if *hot == number => Some(block),
            _ => self.blocks.get(&number),
        }
    }

    /// The run that a key is in, and how many keys of it come before.
    fn find(&self, key: u64) -> Option<(&Run<V>, u8)> {
        let at = (key % BLOCK) as u8;
        let runs = self.block(key / BLOCK)?;
        let run = match runs.as_slice() {
            [only] => only,
            runs => runs.get(before(runs, at)?)?,
        };
        let n = at.checked_sub(run.start)?;
        (n < run.len).then_some((run, n))
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: u64) -> Option<V> {
        self.find(key).map(|(run, n)| run.value(n))
    }

    /// The first value of the run that a key is in, how many keys come before, and how many are in it.
    #[must_use]
    pub fn near(&self, key: u64) -> Option<(&V, u64, u64)> {
        let (run, n) = self.find(key)?;
        Some((&run.first, u64::from(n), u64::from(run.len)))
    }

    /// Whether a key has a value.
    #[must_use]
    pub fn contains(&self, key: u64) -> bool {
        self.find(key).is_some()
    }

    /// The block of that number, to be written.
    fn warm(&mut self, number: u64) -> &mut Vec<Run<V>> {
        if self.hot.as_ref().is_none_or(|(hot, _)| *hot != number) {
            let block = self.blocks.get(&number).cloned().unwrap_or_default();
            self.blocks.remove_mut(&number);
            if let Some((number, block)) = self.hot.replace((number, block))
                && !block.is_empty()
            {
                self.blocks.insert_mut(number, block);
            }
        }
        let (_, block) = self.hot.get_or_insert_with(|| (number, Rc::default()));
        Rc::make_mut(block)
    }

    /// Sets the value of a key.
    pub fn insert_mut(&mut self, key: u64, value: V) {
        let at = (key % BLOCK) as u8;
        let runs = self.warm(key / BLOCK);
        let Some(i) = before(runs, at) else {
            runs.insert(0, Run::single(at, value));
            self.size += 1;
            return;
        };
        let run = &mut runs[i];
        let n = at - run.start;
        if n < run.len {
            if !run.is(n, &value) {
                let (head, tail) = (run.head(n), run.tail(n));
                let rest = (tail.len > 1).then(|| tail.tail(1));
                let parts = [(n > 0).then_some(head), Some(Run::single(at, value)), rest];
                runs.splice(i..=i, parts.into_iter().flatten());
            }
            return;
        }
        if n != run.len || !run.takes(&value) {
            runs.insert(i + 1, Run::single(at, value));
        }
        self.size += 1;
    }

    /// Changes the value of a key; says whether it has one.
    pub fn change_mut(&mut self, key: u64, change: impl FnOnce(&mut V)) -> bool {
        let value = self.get(key).map(|mut value| {
            change(&mut value);
            self.insert_mut(key, value);
        });
        value.is_some()
    }

    /// Takes a key out; says whether it was there.
    pub fn remove_mut(&mut self, key: u64) -> bool {
        if !self.contains(key) {
            return false;
        }
        let at = (key % BLOCK) as u8;
        let runs = self.warm(key / BLOCK);
        let Some(i) = before(runs, at) else {
            return false;
        };
        let (run, n) = (&runs[i], at - runs[i].start);
        let head = (n > 0).then(|| run.head(n));
        let tail = (n + 1 < run.len).then(|| run.tail(n + 1));
        runs.splice(i..=i, [head, tail].into_iter().flatten());
        self.size -= 1;
        true
    }

    /// How many keys have a value.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size as usize
    }

    /// Whether none has.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.size == 0
    }

    /// Every stretch of alike neighbours that begins between two keys, ascending. Neighbours that
    /// would follow may still be two stretches; none is longer than 64 keys.
    ///
    /// Boxed because callers build on it, and each would carry a copy of all of this otherwise.
    pub fn stretches(&self, keys: Range<u64>) -> Box<dyn Iterator<Item = Stretch<'_, V>> + '_> {
        let blocks = keys.start / BLOCK..keys.end.div_ceil(BLOCK);
        let hot = self.hot.as_ref().map(|(number, block)| (*number, block));
        let hot = hot.filter(|(number, _)| blocks.contains(number));
        let middle = hot.map_or(blocks.end, |(number, _)| number);
        let cold = |blocks: Range<u64>| {
            self.blocks
                .range(blocks)
                .map(|(number, block)| (*number, block))
        };
        let all = cold(blocks.start..middle)
            .chain(hot)
            .chain(cold(middle..blocks.end));
        let all = all.flat_map(|(number, block)| {
            block.iter().map(move |run| Stretch {
                start: number * BLOCK + u64::from(run.start),
                len: u64::from(run.len),
                first: &run.first,
                step: run.step.as_ref(),
            })
        });
        Box::new(all.filter(move |s| keys.contains(&s.start)))
    }

    /// Every key between two with its value, ascending.
    pub fn range(&self, keys: Range<u64>) -> impl Iterator<Item = (u64, V)> {
        let whole = keys.start / BLOCK * BLOCK..keys.end;
        self.stretches(whole)
            .flat_map(|s| (0..s.len).map(move |n| (s.start + n, s.value(n))))
            .filter(move |(key, _)| keys.contains(key))
    }

    /// Every key with its value, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (u64, V)> {
        self.range(0..u64::MAX)
    }
}

/// The last run that begins at or before a place.
fn before<V: Follows>(runs: &[Run<V>], at: u8) -> Option<usize> {
    runs.partition_point(|run| run.start <= at).checked_sub(1)
}
