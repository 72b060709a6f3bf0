//! Sets, in CPython's order.
//!
//! A set is a table of open addressing: an element lies at the place that the lowest bits of its hash name, or at one of the nine
//! behind it, or where all bits of the hash lead by and by. The order of a set is the order of its places. So that it is CPython's,
//! the table grows when CPython's grows, the place of a removed element is marked, and each operation goes through the elements
//! as CPython goes through them.

use crate::error::Outcome;
use crate::heap::Heap;
use crate::value::{Ref, Value};

use super::hash::{self, Unhashable, hash};
use super::{Dict, contains};

/// How many places behind the first are tried before jumping.
const LINEAR_PROBES: usize = 9;
/// By how many bits the hash is shifted at each jump.
const PERTURB_SHIFT: u32 = 5;
/// How many places the smallest table has.
const MINIMUM_SIZE: usize = 8;
/// Above so many elements a table grows less.
const LARGE: usize = 50_000;

/// A set.
#[derive(Clone, Debug, Default)]
pub struct Set {
    /// As many as a power of two, or none as long as there has been no element.
    places: Vec<Place>,
    /// How many places have an element or have had one.
    fill: usize,
    /// How many places have an element.
    used: usize,
    /// Where `pop` goes on looking.
    finger: usize,
}

/// A place: an element and its hash; unbound and 0; or unbound and -1 where an element has been removed.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    hash: i64,
    key: Value,
}

const REMOVED: Place = Place { hash: -1, key: Value::Unbound };

/// What a set is put together with.
#[derive(Clone, Copy, Debug)]
pub enum Other<'a> {
    /// A set.
    Set(Ref<Set>),
    /// The keys of a dictionary.
    Dict(Ref<Dict>),
    /// Anything else that can be iterated over.
    Items(&'a [Value]),
}

/// The places that an element with this hash may take in a table with this mask, in the order in which they are tried.
struct Probes {
    mask: usize,
    perturb: usize,
    jump: usize,
    place: usize,
    left: usize,
}

impl Probes {
    fn new(hash: i64, mask: usize) -> Probes {
        let place = hash as usize & mask;
        Probes { mask, perturb: hash as usize, jump: place, place, left: Probes::neighbours(place, mask) }
    }

    fn neighbours(place: usize, mask: usize) -> usize {
        if place + LINEAR_PROBES <= mask { LINEAR_PROBES } else { 0 }
    }

    fn advance(&mut self) {
        if self.left > 0 {
            self.left -= 1;
            self.place += 1;
        } else {
            self.perturb >>= PERTURB_SHIFT;
            self.jump = self.jump.wrapping_mul(5).wrapping_add(1).wrapping_add(self.perturb) & self.mask;
            self.place = self.jump;
            self.left = Probes::neighbours(self.jump, self.mask);
        }
    }
}

impl Set {
    /// About how many bytes its table takes.
    pub fn bytes(&self) -> usize {
        self.places.len() * size_of::<Place>()
    }

    /// Gives all elements to `waiting`.
    pub fn values_within(&self, waiting: &mut Vec<Value>) {
        waiting.extend(self.live().map(|place| place.key));
    }

    fn live(&self) -> impl Iterator<Item = Place> {
        self.places.iter().copied().filter(|place| place.key.is_bound())
    }

    fn mask(&self) -> usize {
        self.places.len().max(MINIMUM_SIZE) - 1
    }

    /// The place of an element, or the one that it would take.
    fn find(&self, heap: &Heap, key: Value, hash: i64) -> Result<usize, usize> {
        if self.places.is_empty() {
            return Err(hash as usize & self.mask());
        }
        let mut probes = Probes::new(hash, self.mask());
        let mut removed = None;
        loop {
            let place = self.places[probes.place];
            if place.key.is_bound() {
                if place.hash == hash && hash::equal(heap, place.key, key) {
                    return Ok(probes.place);
                }
            } else if place.hash == 0 {
                return Err(removed.unwrap_or(probes.place));
            } else {
                removed = Some(probes.place);
            }
            probes.advance();
        }
    }

    /// Puts an element that is not there yet into the place that was found for it.
    fn occupy(&mut self, index: usize, place: Place) {
        if self.places.is_empty() {
            self.places = vec![Place::default(); MINIMUM_SIZE];
        }
        let before = std::mem::replace(&mut self.places[index], place);
        self.used += 1;
        if before.hash == REMOVED.hash {
            return;
        }
        self.fill += 1;
        if self.fill * 5 >= self.mask() * 3 {
            self.resize(self.grown());
        }
    }

    fn grown(&self) -> usize {
        if self.used > LARGE { self.used * 2 } else { self.used * 4 }
    }

    /// Makes a table with more places than `minimum`, and puts the elements there without looking for equal ones.
    fn resize(&mut self, minimum: usize) {
        let mut size = MINIMUM_SIZE;
        while size <= minimum {
            size <<= 1;
        }
        if size == MINIMUM_SIZE && self.places.len() <= MINIMUM_SIZE && self.fill == self.used {
            return;
        }
        let old = std::mem::replace(&mut self.places, vec![Place::default(); size]);
        self.fill = self.used;
        for place in old.into_iter().filter(|place| place.key.is_bound()) {
            self.insert_clean(place);
        }
    }

    fn insert_clean(&mut self, place: Place) {
        let mut probes = Probes::new(place.hash, self.mask());
        while self.places[probes.place].key.is_bound() {
            probes.advance();
        }
        self.places[probes.place] = place;
    }

    /// Puts the elements of another set into this one, which is empty and has never had an element.
    fn fill_from(&mut self, other: &Set) {
        if self.places.is_empty() {
            self.places = vec![Place::default(); MINIMUM_SIZE];
        }
        if self.places.len() == other.places.len() && other.fill == other.used {
            self.places.clone_from(&other.places);
        } else {
            other.live().for_each(|place| self.insert_clean(place));
        }
        self.fill = other.used;
        self.used = other.used;
    }

    fn make_room(&mut self, more: usize) {
        if (self.fill + more) * 5 >= self.mask() * 3 {
            self.resize((self.used + more) * 2);
        }
    }
}

fn hash_of(heap: &mut Heap, key: Value) -> Outcome<i64> {
    hash(heap, key).map_err(|error| error.raise(heap))
}

/// Adds an element whose hash is known; says whether it is new.
fn add_hashed(heap: &mut Heap, set: Ref<Set>, place: Place) -> bool {
    match heap[set].find(heap, place.key, place.hash) {
        Ok(_) => false,
        Err(index) => {
            heap.grown(2 * size_of::<Place>());
            heap[set].occupy(index, place);
            true
        }
    }
}

/// Removes an element whose hash is known; says whether it was there.
fn discard_hashed(heap: &mut Heap, set: Ref<Set>, place: Place) -> bool {
    match heap[set].find(heap, place.key, place.hash) {
        Ok(index) => {
            let set = &mut heap[set];
            set.places[index] = REMOVED;
            set.used -= 1;
            true
        }
        Err(_) => false,
    }
}

fn has_hashed(heap: &Heap, set: Ref<Set>, place: Place) -> bool {
    heap[set].find(heap, place.key, place.hash).is_ok()
}

fn live(heap: &Heap, set: Ref<Set>) -> Vec<Place> {
    heap[set].live().collect()
}

fn new_set(heap: &mut Heap) -> Ref<Set> {
    heap.allocate(Set::default())
}

/// How many elements there are.
pub fn set_len(heap: &Heap, set: Ref<Set>) -> usize {
    heap[set].used
}

/// Adds an element.
pub fn set_add(heap: &mut Heap, set: Ref<Set>, key: Value) -> Outcome<()> {
    let hash = hash_of(heap, key)?;
    add_hashed(heap, set, Place { hash, key });
    Ok(())
}

/// Whether an element is there. A set is never in a set, and asking for one is no error.
pub fn set_contains(heap: &Heap, set: Ref<Set>, key: Value) -> Result<bool, Unhashable> {
    match hash(heap, key) {
        Ok(hash) => Ok(has_hashed(heap, set, Place { hash, key })),
        Err(Unhashable(Value::Set(_))) if matches!(key, Value::Set(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Removes an element; says whether it was there.
pub fn set_discard(heap: &mut Heap, set: Ref<Set>, key: Value) -> Outcome<bool> {
    if matches!(key, Value::Set(_)) {
        return Ok(false);
    }
    let hash = hash_of(heap, key)?;
    Ok(discard_hashed(heap, set, Place { hash, key }))
}

/// Removes some element and gives it.
pub fn set_pop(heap: &mut Heap, set: Ref<Set>) -> Option<Value> {
    let set = &mut heap[set];
    if set.used == 0 {
        return None;
    }
    let mut index = set.finger & set.mask();
    while !set.places[index].key.is_bound() {
        index = (index + 1) & set.mask();
    }
    set.used -= 1;
    set.finger = index + 1;
    Some(std::mem::replace(&mut set.places[index], REMOVED).key)
}

/// Removes all elements.
pub fn set_clear(heap: &mut Heap, set: Ref<Set>) {
    let finger = heap[set].finger;
    heap[set] = Set { finger, ..Set::default() };
}

/// The first element at a place or behind it: the place at which to go on, and the element. Begin with 0.
pub fn set_entry(heap: &Heap, set: Ref<Set>, place: usize) -> Option<(usize, Value)> {
    let places = heap[set].places.get(place..)?;
    let skipped = places.iter().position(|place| place.key.is_bound())?;
    Some((place + skipped + 1, places[skipped].key))
}

/// Exchanges the elements of two sets.
pub fn set_swap(heap: &mut Heap, left: Ref<Set>, right: Ref<Set>) {
    let taken = std::mem::take(&mut heap[left]);
    let finger = taken.finger;
    let right_finger = heap[right].finger;
    let other = std::mem::replace(&mut heap[right], Set { finger: right_finger, ..taken });
    heap[left] = Set { finger, ..other };
}

/// Adds the elements of another set.
fn merge(heap: &mut Heap, set: Ref<Set>, other: Ref<Set>) {
    if set == other || heap[other].used == 0 {
        return;
    }
    let more = heap[other].used;
    heap[set].make_room(more);
    heap.grown(2 * more * size_of::<Place>());
    if heap[set].fill == 0 {
        let source = std::mem::take(&mut heap[other]);
        heap[set].fill_from(&source);
        heap[other] = source;
    } else {
        for place in live(heap, other) {
            add_hashed(heap, set, place);
        }
    }
}

/// `set.update(other)`, `set |= other`.
pub fn set_update(heap: &mut Heap, set: Ref<Set>, other: Other<'_>) -> Outcome<()> {
    match other {
        Other::Set(other) => merge(heap, set, other),
        Other::Dict(other) => {
            let more = heap[other].places.len();
            heap[set].make_room(more);
            for place in dict_places(heap, other) {
                add_hashed(heap, set, place);
            }
        }
        Other::Items(items) => {
            for &item in items {
                set_add(heap, set, item)?;
            }
        }
    }
    Ok(())
}

fn dict_places(heap: &Heap, dict: Ref<Dict>) -> Vec<Place> {
    heap[dict].live().map(|entry| Place { hash: entry.hash, key: entry.key }).collect()
}

/// `set.copy()`, `set(other)`.
pub fn set_copy(heap: &mut Heap, set: Ref<Set>) -> Ref<Set> {
    let copied = new_set(heap);
    merge(heap, copied, set);
    copied
}

/// A set of what a display of at least three constants lists: CPython makes it while compiling, goes through it to make another
/// one, and copies that each time.
pub fn constant_set(heap: &mut Heap, items: &[Value]) -> Outcome<Ref<Set>> {
    let first = new_set(heap);
    set_update(heap, first, Other::Items(items))?;
    let second = new_set(heap);
    for place in live(heap, first) {
        add_hashed(heap, second, place);
    }
    Ok(set_copy(heap, second))
}

/// `set | other`, `set.union(other)`.
pub fn set_union(heap: &mut Heap, set: Ref<Set>, other: Other<'_>) -> Outcome<Ref<Set>> {
    let result = set_copy(heap, set);
    if !matches!(other, Other::Set(other) if other == set) {
        set_update(heap, result, other)?;
    }
    Ok(result)
}

/// `set & other`, `set.intersection(other)`.
pub fn set_intersection(heap: &mut Heap, set: Ref<Set>, other: Other<'_>) -> Outcome<Ref<Set>> {
    let items = match other {
        Other::Set(other) if other == set => return Ok(set_copy(heap, set)),
        Other::Set(other) => {
            let (small, large) = if heap[other].used > heap[set].used { (set, other) } else { (other, set) };
            let result = new_set(heap);
            for place in live(heap, small) {
                if has_hashed(heap, large, place) {
                    add_hashed(heap, result, place);
                }
            }
            return Ok(result);
        }
        Other::Dict(dict) => dict_places(heap, dict).into_iter().map(|place| place.key).collect(),
        Other::Items(items) => items.to_vec(),
    };
    let result = new_set(heap);
    for key in items {
        let place = Place { hash: hash_of(heap, key)?, key };
        if has_hashed(heap, set, place) {
            add_hashed(heap, result, place);
        }
    }
    Ok(result)
}

/// `set -= other`, `set.difference_update(other)`.
pub fn set_difference_update(heap: &mut Heap, set: Ref<Set>, other: Other<'_>) -> Outcome<()> {
    match other {
        Other::Set(other) if other == set => {
            set_clear(heap, set);
            return Ok(());
        }
        Other::Set(mut other) => {
            if heap[other].used >> 3 > heap[set].used {
                other = set_intersection(heap, set, Other::Set(other))?;
            }
            for place in live(heap, other) {
                discard_hashed(heap, set, place);
            }
        }
        Other::Dict(other) => {
            for place in dict_places(heap, other) {
                discard_hashed(heap, set, place);
            }
        }
        Other::Items(items) => {
            for &key in items {
                let hash = hash_of(heap, key)?;
                discard_hashed(heap, set, Place { hash, key });
            }
        }
    }
    let set = &mut heap[set];
    if set.fill - set.used > set.mask() / 4 {
        set.resize(set.grown());
    }
    Ok(())
}

/// `set - other`, `set.difference(other)`.
pub fn set_difference(heap: &mut Heap, set: Ref<Set>, other: Other<'_>) -> Outcome<Ref<Set>> {
    let length = match other {
        Other::Set(other) => Some(heap[other].used),
        Other::Dict(other) => Some(heap[other].places.len()),
        Other::Items(_) => None,
    };
    if length.is_none_or(|length| heap[set].used >> 2 > length) {
        let result = set_copy(heap, set);
        set_difference_update(heap, result, other)?;
        return Ok(result);
    }
    let result = new_set(heap);
    for place in live(heap, set) {
        let there = match other {
            Other::Set(other) => has_hashed(heap, other, place),
            Other::Dict(other) => contains(heap, other, place.key).unwrap_or(false),
            Other::Items(_) => false,
        };
        if !there {
            add_hashed(heap, result, place);
        }
    }
    Ok(result)
}

/// `set ^= other`, `set.symmetric_difference_update(other)`.
pub fn set_symmetric_difference_update(heap: &mut Heap, set: Ref<Set>, other: Other<'_>) -> Outcome<()> {
    let places = match other {
        Other::Set(other) if other == set => {
            set_clear(heap, set);
            return Ok(());
        }
        Other::Set(other) => live(heap, other),
        Other::Dict(other) => dict_places(heap, other),
        Other::Items(_) => {
            let once = new_set(heap);
            set_update(heap, once, other)?;
            live(heap, once)
        }
    };
    for place in places {
        if !discard_hashed(heap, set, place) {
            add_hashed(heap, set, place);
        }
    }
    Ok(())
}

/// `set ^ other`, `set.symmetric_difference(other)`.
pub fn set_symmetric_difference(heap: &mut Heap, set: Ref<Set>, other: Other<'_>) -> Outcome<Ref<Set>> {
    let result = new_set(heap);
    set_update(heap, result, other)?;
    set_symmetric_difference_update(heap, result, Other::Set(set))?;
    Ok(result)
}
