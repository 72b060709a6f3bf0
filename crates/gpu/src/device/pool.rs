//! Memory that arrays have left behind, and how much of it is kept for the next ones.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::drivers::Memory;

/// Bytes that are kept in any case: small arrays of many lengths are not worth asking the driver for again and again.
const FREE: u64 = 32 << 20;

/// Memory by length. What is kept is at most as much as arrays have had at once, or [`FREE`] if that is more: a loop that makes and drops
/// the same arrays in every pass finds all of them again, and a program whose arrays all differ in length never holds more than about
/// twice what it uses. Beyond that, what has been unused for the longest time goes first.
#[derive(Default)]
pub(crate) struct Pool {
    /// The pieces of each length in the order in which they were left, with the time of that.
    unused: HashMap<u64, VecDeque<(u64, Memory)>>,
    /// The length of the piece that was left at each time.
    left: BTreeMap<u64, u64>,
    /// Pieces left so far: the clock.
    time: u64,
    bytes_unused: u64,
    bytes_used: u64,
    most_used: u64,
}

impl Pool {
    /// An array begins to use so many bytes of the driver's.
    pub(crate) fn begin(&mut self, bytes: u64) {
        self.bytes_used += bytes;
        self.most_used = self.most_used.max(self.bytes_used);
    }

    /// A piece of exactly this length for an array, the one that was left last: it may still be in a cache.
    pub(crate) fn take(&mut self, bytes: u64) -> Option<Memory> {
        let pieces = self.unused.get_mut(&bytes)?;
        let (time, memory) = pieces.pop_back()?;
        self.forget(bytes, time);
        self.begin(bytes);
        Some(memory)
    }

    /// An array leaves a piece behind. Returns what is to be given back to the driver, with its length.
    pub(crate) fn leave(&mut self, bytes: u64, memory: Memory) -> Vec<(u64, Memory)> {
        self.bytes_used -= bytes;
        self.bytes_unused += bytes;
        self.time += 1;
        self.left.insert(self.time, bytes);
        self.unused.entry(bytes).or_default().push_back((self.time, memory));
        let mut surplus = Vec::new();
        while self.bytes_unused > self.most_used.max(FREE) {
            let Some(oldest) = self.oldest() else { break };
            surplus.push(oldest);
        }
        surplus
    }

    /// Everything that is unused, to be given back to the driver. What arrays have had at once is counted from zero.
    pub(crate) fn clear(&mut self) -> Vec<(u64, Memory)> {
        self.most_used = self.bytes_used;
        std::iter::from_fn(|| self.oldest()).collect()
    }

    /// Takes out what was left first.
    fn oldest(&mut self) -> Option<(u64, Memory)> {
        let (&time, &bytes) = self.left.first_key_value()?;
        let (_, memory) = self.unused.get_mut(&bytes)?.pop_front()?;
        self.forget(bytes, time);
        Some((bytes, memory))
    }

    /// The piece of this length and time is here no more.
    fn forget(&mut self, bytes: u64, time: u64) {
        self.left.remove(&time);
        self.bytes_unused -= bytes;
        if self.unused.get(&bytes).is_some_and(VecDeque::is_empty) {
            self.unused.remove(&bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// A piece that says which one it is.
    fn piece(name: u64) -> Memory {
        Arc::new(name)
    }

    fn name(memory: &Memory) -> u64 {
        *memory.downcast_ref().unwrap()
    }

    fn names(surplus: &[(u64, Memory)]) -> Vec<u64> {
        surplus.iter().map(|(_, memory)| name(memory)).collect()
    }

    #[test]
    fn the_piece_of_a_length_that_was_left_last_is_taken_first() {
        let mut pool = Pool::default();
        for (name, bytes) in [(1, 8), (2, 8), (3, 16)] {
            pool.begin(bytes);
            assert!(pool.leave(bytes, piece(name)).is_empty());
        }
        assert!(pool.take(4).is_none());
        assert_eq!([8, 16, 8].map(|bytes| name(&pool.take(bytes).unwrap())), [2, 3, 1]);
        assert!(pool.take(8).is_none() && pool.take(16).is_none());
        assert_eq!(pool.bytes_unused, 0);
    }

    #[test]
    fn beyond_what_was_used_at_once_the_oldest_go_first() {
        let mut pool = Pool::default();
        // One at a time, each of another length.
        let mut gone = Vec::new();
        for number in 0..10 {
            let bytes = FREE - number;
            pool.begin(bytes);
            gone.extend(names(&pool.leave(bytes, piece(number))));
            assert!(pool.bytes_unused <= FREE);
        }
        assert_eq!(gone, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(names(&pool.clear()), [9]);
    }

    #[test]
    fn what_was_used_at_once_is_kept_until_it_is_cleared() {
        let mut pool = Pool::default();
        let sizes = [FREE, 2 * FREE, FREE + 1];
        for round in 0..3 {
            for &bytes in &sizes {
                assert_eq!(pool.take(bytes).is_some(), round > 0, "a loop finds all of its arrays again");
                if round == 0 {
                    pool.begin(bytes);
                }
            }
            for &bytes in &sizes {
                assert!(pool.leave(bytes, piece(bytes)).is_empty());
            }
        }
        assert_eq!(names(&pool.clear()), sizes);
        // Counted from zero: now no more is kept than little programs may.
        pool.begin(FREE);
        assert!(pool.leave(FREE, piece(1)).is_empty());
        pool.begin(8);
        assert_eq!(names(&pool.leave(8, piece(2))), [1]);
    }
}
