//! A stable sort that is compiled once. The standard one is compiled anew for every type it sorts,
//! some five kilobytes each time, which a page pays for with every visit.

use alloc::vec::Vec;
use core::cmp::Ordering;

/// Sorts; what compares equal keeps its order.
pub(crate) fn sort_by<T>(items: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    let order = merged(items.len(), &|a, b| {
        compare(&items[a], &items[b]) != Ordering::Greater
    });
    let mut taken: Vec<Option<T>> = core::mem::take(items).into_iter().map(Some).collect();
    items.extend(order.into_iter().filter_map(|i| taken[i].take()));
}

/// Sorts by what `key` says of each item; equal keys keep their order.
pub(crate) fn sort_by_key<T, K: Ord>(items: &mut Vec<T>, key: impl Fn(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// Pairs to be looked up by key. The standard map's code is several times as long, once for every type.
pub(crate) struct Sorted<K, V>(Vec<(K, V)>);

impl<K: Ord, V> Sorted<K, V> {
    /// Sorts these pairs; of several with one key the last counts.
    pub(crate) fn new(pairs: impl Iterator<Item = (K, V)>) -> Self {
        let mut pairs: Vec<(K, V)> = pairs.collect();
        sort_by(&mut pairs, |a, b| a.0.cmp(&b.0));
        pairs.reverse();
        pairs.dedup_by(|a, b| a.0 == b.0);
        pairs.reverse();
        Self(pairs)
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let found = self.0.binary_search_by(|(k, _)| k.cmp(key));
        found.ok().map(|at| &self.0[at].1)
    }
}

/// These items ascending, each once.
pub(crate) fn set<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    sort_by(&mut items, T::cmp);
    items.dedup();
    items
}

/// The indices below `len` in order, by merging runs of 1, 2, 4, …; `fits(a, b)` says whether `a` may
/// stand before `b`.
fn merged(len: usize, fits: &dyn Fn(usize, usize) -> bool) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    let mut next = Vec::with_capacity(len);
    let mut width = 1;
    while width < len {
        next.clear();
        for pair in order.chunks(width * 2) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            while let ([a, left_rest @ ..], [b, right_rest @ ..]) = (left, right) {
                if fits(*a, *b) {
                    next.push(*a);
                    left = left_rest;
                } else {
                    next.push(*b);
                    right = right_rest;
                }
            }
            next.extend_from_slice(left);
            next.extend_from_slice(right);
        }
        core::mem::swap(&mut order, &mut next);
        width *= 2;
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    shared_test! {
        fn it_sorts_as_the_standard_one_does() {
            let mut seed = 7_u32;
            for len in 0..200 {
                let mut ours: Vec<(u32, usize)> = (0..len)
                    .map(|i| {
                        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        (seed >> 28, i)
                    })
                    .collect();
                let mut theirs = ours.clone();
                sort_by_key(&mut ours, |x| x.0);
                theirs.sort_by_key(|x| x.0);
                assert_eq!(ours, theirs);
            }
        }
    }
}
