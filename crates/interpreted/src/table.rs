//! Dictionaries and sets: tables by hash, in Python's order.
//!
//! A dictionary keeps its entries in the order in which they came, and beside them a table of their places. A set is a table of
//! open addressing, whose order is that of its places. What is done with them is a function that takes the heap, because hashes
//! and equality of keys need the heap.

mod hash;
mod set;

use hashbrown::HashTable;

use crate::error::Outcome;
use crate::heap::Heap;
use crate::value::{Ref, Value};

pub use hash::{Unhashable, hash};
pub use set::{
    Other, Set, constant_set, set_add, set_clear, set_contains, set_copy, set_difference, set_difference_update,
    set_discard, set_entry, set_intersection, set_len, set_pop, set_swap, set_symmetric_difference,
    set_symmetric_difference_update, set_union, set_update,
};

/// A dictionary.
#[derive(Clone, Debug, Default)]
pub struct Dict {
    /// In the order of insertion. The key of an entry that was removed is unbound.
    entries: Vec<Entry>,
    /// Where the entries lie, by hash.
    places: HashTable<u32>,
    /// How many entries have room before the removed ones are dropped; as in CPython, so that a loop that changes the dictionary
    /// sees what it sees there.
    room: usize,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: i64,
    key: Value,
    value: Value,
}

/// Spreads a hash over all bits, because that of an integer is the integer.
fn spread(hash: i64) -> u64 {
    let product = u128::from(hash as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_0cff_0001);
    (product as u64) ^ (product >> 64) as u64
}

impl Dict {
    /// About how many bytes its table takes.
    pub fn bytes(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>() + self.places.capacity() * (size_of::<u32>() + 1)
    }

    /// Gives all keys and values to `waiting`.
    pub fn values_within(&self, waiting: &mut Vec<Value>) {
        waiting.extend(self.live().flat_map(|entry| [entry.key, entry.value]));
    }

    fn live(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.key.is_bound())
    }

    fn find(&self, heap: &Heap, key: Value, hash: i64) -> Option<usize> {
        let same = |&place: &u32| {
            let entry = &self.entries[place as usize];
            entry.hash == hash && hash::equal(heap, entry.key, key)
        };
        self.places.find(spread(hash), same).map(|&place| place as usize)
    }

    fn append(&mut self, hash: i64, key: Value, value: Value) {
        if self.entries.len() >= self.room {
            self.drop_removed();
        }
        let Dict { entries, places, .. } = self;
        let place = u32::try_from(entries.len()).expect("a dictionary has fewer than 2^32 entries");
        entries.push(Entry { hash, key, value });
        places.insert_unique(spread(hash), place, |&place| spread(entries[place as usize].hash));
    }

    /// Closes the gaps, and makes room for as many more as CPython does.
    fn drop_removed(&mut self) {
        let used = self.places.len();
        let size = (used * 3).max(8).next_power_of_two();
        self.room = (size * 2 / 3).max(used + 1);
        if used == self.entries.len() {
            return;
        }
        self.entries.retain(|entry| entry.key.is_bound());
        self.places.clear();
        for (place, entry) in self.entries.iter().enumerate() {
            self.places
                .insert_unique(spread(entry.hash), place as u32, |_| unreachable!("as many have had room before"));
        }
    }

    fn take(&mut self, place: usize) -> Entry {
        let hash = self.entries[place].hash;
        if let Ok(found) = self.places.find_entry(spread(hash), |&other| other as usize == place) {
            found.remove();
        }
        let removed = Entry { hash, key: Value::Unbound, value: Value::Unbound };
        std::mem::replace(&mut self.entries[place], removed)
    }
}

/// How many keys there are.
pub fn len(heap: &Heap, dict: Ref<Dict>) -> usize {
    heap[dict].places.len()
}

/// The value of a key.
pub fn get(heap: &Heap, dict: Ref<Dict>, key: Value) -> Result<Option<Value>, Unhashable> {
    let hash = hash(heap, key)?;
    let dict = &heap[dict];
    Ok(dict.find(heap, key, hash).map(|place| dict.entries[place].value))
}

/// Whether there is such a key.
pub fn contains(heap: &Heap, dict: Ref<Dict>, key: Value) -> Result<bool, Unhashable> {
    Ok(get(heap, dict, key)?.is_some())
}

/// Gives a key a value. A key that is there stays the object that it is.
pub fn insert(heap: &mut Heap, dict: Ref<Dict>, key: Value, value: Value) -> Outcome<()> {
    let hash = hash(heap, key).map_err(|error| error.raise(heap))?;
    insert_hashed(heap, dict, hash, key, value);
    Ok(())
}

fn insert_hashed(heap: &mut Heap, dict: Ref<Dict>, hash: i64, key: Value, value: Value) {
    match heap[dict].find(heap, key, hash) {
        Some(place) => heap[dict].entries[place].value = value,
        None => {
            heap.grown(size_of::<Entry>() + 8);
            heap[dict].append(hash, key, value);
        }
    }
}

/// Takes a key away, and gives the value that it had.
pub fn remove(heap: &mut Heap, dict: Ref<Dict>, key: Value) -> Outcome<Option<Value>> {
    let hash = hash(heap, key).map_err(|error| error.raise(heap))?;
    let place = heap[dict].find(heap, key, hash);
    Ok(place.map(|place| heap[dict].take(place).value))
}

/// Takes the last key away, and gives it and its value.
pub fn remove_last(heap: &mut Heap, dict: Ref<Dict>) -> Option<(Value, Value)> {
    let dict = &mut heap[dict];
    while !dict.entries.last()?.key.is_bound() {
        dict.entries.pop();
    }
    let last = dict.take(dict.entries.len() - 1);
    dict.entries.pop();
    Some((last.key, last.value))
}

/// Takes all keys away.
pub fn clear(heap: &mut Heap, dict: Ref<Dict>) {
    heap[dict] = Dict::default();
}

/// The first entry at a place or behind it: the place at which to go on, key and value. Begin with 0.
pub fn entry(heap: &Heap, dict: Ref<Dict>, place: usize) -> Option<(usize, Value, Value)> {
    let entries = heap[dict].entries.get(place..)?;
    let skipped = entries.iter().position(|entry| entry.key.is_bound())?;
    Some((place + skipped + 1, entries[skipped].key, entries[skipped].value))
}

/// The last entry before a place: the place at which to go on, key and value. Begin with `usize::MAX`.
pub fn entry_before(heap: &Heap, dict: Ref<Dict>, place: usize) -> Option<(usize, Value, Value)> {
    let entries = &heap[dict].entries;
    let before = &entries[..place.min(entries.len())];
    let place = before.iter().rposition(|entry| entry.key.is_bound())?;
    Some((place, before[place].key, before[place].value))
}

/// A new dictionary with the same keys and values.
pub fn copy(heap: &mut Heap, dict: Ref<Dict>) -> Ref<Dict> {
    let mut copied = heap[dict].clone();
    copied.drop_removed();
    heap.allocate(copied)
}

/// Stores all keys and values of another dictionary.
pub fn update(heap: &mut Heap, dict: Ref<Dict>, other: Ref<Dict>) {
    if dict != other {
        let entries: Vec<Entry> = heap[other].live().copied().collect();
        for Entry { hash, key, value } in entries {
            insert_hashed(heap, dict, hash, key, value);
        }
    }
}

#[cfg(test)]
mod tests;
