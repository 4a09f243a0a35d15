//! Maps and sets of a few entries, whose clones are cheap until somebody writes.

use alloc::rc::Rc;
use alloc::vec::Vec;

/// A sorted map of few entries. A clone shares them; the first write after it copies them all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Few<K, V>(Rc<Vec<(K, V)>>);

impl<K, V> Default for Few<K, V> {
    fn default() -> Self {
        Self(Rc::new(Vec::new()))
    }
}

impl<K: Ord + Clone, V: Clone> Few<K, V> {
    fn find(&self, key: &K) -> Result<usize, usize> {
        self.0.binary_search_by(|(k, _)| k.cmp(key))
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&V> {
        self.find(key).ok().map(|i| &self.0[i].1)
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let i = self.find(key).ok()?;
        Some(&mut Rc::make_mut(&mut self.0)[i].1)
    }

    /// Whether the key is there.
    #[must_use]
    pub fn contains_key(&self, key: &K) -> bool {
        self.find(key).is_ok()
    }

    /// Sets the value of a key.
    pub fn insert_mut(&mut self, key: K, value: V) {
        let found = self.find(&key);
        let entries = Rc::make_mut(&mut self.0);
        match found {
            Ok(i) => entries[i].1 = value,
            Err(i) => entries.insert(i, (key, value)),
        }
    }

    /// Takes a key out; says whether it was there.
    pub fn remove_mut(&mut self, key: &K) -> bool {
        let found = self.find(key);
        if let Ok(i) = found {
            Rc::make_mut(&mut self.0).remove(i);
        }
        found.is_ok()
    }

    /// Every entry, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(k, v)| (k, v))
    }

    /// The entry of the least key.
    #[must_use]
    pub fn first(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    /// How many entries.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A sorted set of few values. A clone shares them; the first write after it copies them all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FewSet<K>(Few<K, ()>);

impl<K> Default for FewSet<K> {
    fn default() -> Self {
        Self(Few::default())
    }
}

impl<K: Ord + Clone> FewSet<K> {
    /// Whether the value is in the set.
    #[must_use]
    pub fn contains(&self, key: &K) -> bool {
        self.0.contains_key(key)
    }

    /// Puts a value in.
    pub fn insert_mut(&mut self, key: K) {
        self.0.insert_mut(key, ());
    }

    /// Takes a value out; says whether it was there.
    pub fn remove_mut(&mut self, key: &K) -> bool {
        self.0.remove_mut(key)
    }

    /// Every value, ascending.
    pub fn iter(&self) -> impl Iterator<Item = &K> {
        self.0.iter().map(|(k, ())| k)
    }

    /// The least.
    #[must_use]
    pub fn first(&self) -> Option<&K> {
        self.iter().next()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
