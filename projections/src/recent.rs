//! What was wanted lately, and no more of it than there is room for.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

/// Values by key, in two halves: when the newer one is full it becomes the older, and what nobody wanted since goes.
#[derive(Debug)]
pub struct Recent<K, V> {
    newer: HashMap<K, V>,
    older: HashMap<K, V>,
    half: usize,
}

impl<K: Eq + Hash, V> Recent<K, V> {
    /// Keeps so many of those that were wanted lately, and at most as many again.
    pub fn new(half: usize) -> Self {
        Self { newer: HashMap::new(), older: HashMap::new(), half }
    }

    /// The value, which is wanted from now on.
    pub fn get<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        if let Some((key, value)) = self.older.remove_entry(key) {
            self.put(key, value);
        }
        self.newer.get(key)
    }

    /// Keeps a value in the place of one that may be there.
    pub fn put(&mut self, key: K, value: V) {
        self.older.remove(&key);
        if self.newer.len() >= self.half && !self.newer.contains_key(&key) {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_wants_goes_and_what_somebody_wants_stays() {
        let mut recent = Recent::new(10);
        recent.put(0, "wanted");
        for key in 1..1_000 {
            recent.put(key, "once");
            assert_eq!(recent.get(&0), Some(&"wanted"), "{key}");
            assert!(recent.newer.len() <= 10 && recent.older.len() <= 10);
        }
        assert_eq!(recent.get(&1), None);
        assert_eq!(recent.get(&999), Some(&"once"));
    }

    #[test]
    fn a_newer_value_takes_the_place_of_an_older_one_in_either_half() {
        let mut recent = Recent::new(2);
        for (key, value) in [("a", 1), ("b", 1), ("c", 1), ("a", 2), ("c", 2)] {
            recent.put(key, value);
        }
        assert_eq!(["a", "b", "c"].map(|key| recent.get(key).copied()), [Some(2), Some(1), Some(2)]);
    }
}
