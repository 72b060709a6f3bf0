//! Standard-library tips: small problems, each done in two or more ways that give the same answer.
//!
//! The counterpart of the tips at the end of the book's chapter 1 (`Counter` against a dictionary, loop against comprehension and
//! generator, `deque`, `bisect`, `__slots__`). As there: the outcome is often another than expected, so measure.

use std::collections::{HashMap, VecDeque};
use std::hint::black_box;
use std::sync::LazyLock;

use validation::random::uniform;

/// A small problem and the ways of doing it, the plainest first.
#[derive(Clone, Copy, Debug)]
pub struct Tip {
    /// What is done.
    pub name: &'static str,
    /// Where the book has it.
    pub mirrors: &'static str,
    /// What to take home.
    pub lesson: &'static str,
    /// The ways.
    pub ways: &'static [Way],
}

/// One way of doing it.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// What it uses.
    pub name: &'static str,
    /// Does it once. The answer is a checksum that all ways of a tip share.
    pub run: fn() -> u64,
}

/// All tips, in the book's order.
pub const TIPS: &[Tip] = &[
    Tip {
        name: "count 10000 numbers from 0 to 10",
        mirrors: "Counter against a dictionary",
        lesson: "entry() looks a key up once; sorting needs no map; small keys need nothing but an array",
        ways: &[
            Way { name: "contains_key, then insert", run: count_with_two_lookups },
            Way { name: "entry()", run: count_with_entry },
            Way { name: "sort, then count runs", run: count_by_sorting },
            Way { name: "array indexed by the number", run: count_in_an_array },
        ],
    },
    Tip {
        name: "sum the squares of 100000 numbers",
        mirrors: "loop, comprehension, generator",
        lesson: "an iterator needs no list in between, and a list whose length is known is allocated once",
        ways: &[
            Way { name: "loop that pushes", run: squares_by_loop },
            Way { name: "map, collect, sum", run: squares_collected },
            Way { name: "map, sum", run: squares_by_iterator },
        ],
    },
    Tip {
        name: "take 10000 items from the front",
        mirrors: "deque against list",
        lesson: "remove(0) moves all that is behind it; a ring moves nothing",
        ways: &[
            Way { name: "Vec::remove(0)", run: queue_in_a_vec },
            Way { name: "VecDeque::pop_front", run: queue_in_a_ring },
        ],
    },
    Tip {
        name: "look 1000 numbers up in 10000 sorted ones",
        mirrors: "bisect",
        lesson: "14 comparisons instead of 5000",
        ways: &[
            Way { name: "scan from the front", run: search_by_scan },
            Way { name: "binary_search", run: search_by_halves },
        ],
    },
    Tip {
        name: "add up the fields of 100000 particles",
        mirrors: "__slots__",
        lesson: "a box costs a pointer and a miss; Rust orders the fields of a struct so that they leave no gaps",
        ways: &[
            Way { name: "boxed (8 bytes + 24 on the heap)", run: sum_of_boxes },
            Way { name: "repr(C), fields as written (32 bytes)", run: sum_of_padded },
            Way { name: "fields in Rust's order (24 bytes)", run: sum_of_packed },
        ],
    },
];

/// Ten thousand numbers from 0 to 10.
static SMALL: LazyLock<Vec<u32>> = LazyLock::new(|| uniform(11, 10_000).iter().map(|u| (u * 11.0) as u32).collect());

/// How often each number occurs, as one number.
fn checksum(counts: impl IntoIterator<Item = (u32, u64)>) -> u64 {
    counts.into_iter().map(|(number, count)| u64::from(number) * count * count).sum()
}

fn count_with_two_lookups() -> u64 {
    let mut counts = HashMap::new();
    for &number in SMALL.iter() {
        #[expect(clippy::map_entry, reason = "the second lookup is the lesson")]
        if !counts.contains_key(&number) {
            counts.insert(number, 1);
        } else {
            *counts.get_mut(&number).expect("it is there") += 1;
        }
    }
    checksum(counts)
}

fn count_with_entry() -> u64 {
    let mut counts = HashMap::new();
    for &number in SMALL.iter() {
        *counts.entry(number).or_insert(0) += 1;
    }
    checksum(counts)
}

fn count_by_sorting() -> u64 {
    let mut numbers = SMALL.clone();
    numbers.sort_unstable();
    checksum(numbers.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as u64)))
}

fn count_in_an_array() -> u64 {
    let mut counts = [0; 11];
    for &number in SMALL.iter() {
        counts[number as usize] += 1;
    }
    checksum((0..).zip(counts))
}

/// The numbers whose squares are summed. Hidden from the compiler, which would find the closed formula for 0..n.
static NUMBERS: LazyLock<Vec<u64>> = LazyLock::new(|| (0..100_000).collect());

fn squares_by_loop() -> u64 {
    let mut squares = Vec::new();
    for number in NUMBERS.iter() {
        squares.push(number * number);
    }
    black_box(squares).iter().sum()
}

fn squares_collected() -> u64 {
    let squares: Vec<u64> = NUMBERS.iter().map(|number| number * number).collect();
    black_box(squares).iter().sum()
}

fn squares_by_iterator() -> u64 {
    NUMBERS.iter().map(|number| number * number).sum()
}

fn queue_in_a_vec() -> u64 {
    let mut queue = SMALL.clone();
    let mut sum = 0;
    while !queue.is_empty() {
        sum += u64::from(queue.remove(0));
    }
    sum
}

fn queue_in_a_ring() -> u64 {
    let mut queue = VecDeque::from(SMALL.clone());
    let mut sum = 0;
    while let Some(number) = queue.pop_front() {
        sum += u64::from(number);
    }
    sum
}

static SORTED: LazyLock<Vec<u64>> = LazyLock::new(|| (0..10_000).map(|number| 3 * number).collect());

/// Numbers to look up, in no order; two of three are not there.
static WANTED: LazyLock<Vec<u64>> = LazyLock::new(|| uniform(12, 1000).iter().map(|u| (u * 30_000.0) as u64).collect());

fn search_by_scan() -> u64 {
    let position = |wanted: &u64| SORTED.iter().position(|number| number == wanted);
    WANTED.iter().filter_map(position).map(|position| position as u64).sum()
}

fn search_by_halves() -> u64 {
    let position = |wanted: &u64| SORTED.binary_search(wanted).ok();
    WANTED.iter().filter_map(position).map(|position| position as u64).sum()
}

#[repr(C)]
struct Padded {
    alive: bool,
    mass: u64,
    kind: u16,
    charge: u64,
}

struct Packed {
    alive: bool,
    mass: u64,
    kind: u16,
    charge: u64,
}

const _: () = assert!(size_of::<Padded>() == 32 && size_of::<Packed>() == 24);

/// The four fields of each particle.
fn fields() -> impl Iterator<Item = (bool, u64, u16, u64)> {
    (0_u16..=u16::MAX).cycle().take(100_000).map(|i| (i % 3 > 0, u64::from(i), i, u64::from(i) / 2))
}

static PADDED: LazyLock<Vec<Padded>> =
    LazyLock::new(|| fields().map(|(alive, mass, kind, charge)| Padded { alive, mass, kind, charge }).collect());

static PACKED: LazyLock<Vec<Packed>> =
    LazyLock::new(|| fields().map(|(alive, mass, kind, charge)| Packed { alive, mass, kind, charge }).collect());

/// In random order, as the objects of a program that has run for a while.
#[expect(clippy::vec_box, reason = "the box is the lesson")]
static BOXED: LazyLock<Vec<Box<Packed>>> = LazyLock::new(|| {
    let boxed = fields().map(|(alive, mass, kind, charge)| Box::new(Packed { alive, mass, kind, charge }));
    let mut keyed: Vec<_> = uniform(13, 100_000).into_iter().zip(boxed).collect();
    keyed.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    keyed.into_iter().map(|(_, particle)| particle).collect()
});

/// Adds up all fields of the particles that are alive.
macro_rules! sum_of {
    ($particles:expr) => {
        $particles.iter().filter(|p| p.alive).map(|p| p.mass + u64::from(p.kind) + p.charge).sum()
    };
}

fn sum_of_boxes() -> u64 {
    sum_of!(BOXED)
}

fn sum_of_padded() -> u64 {
    sum_of!(PADDED)
}

fn sum_of_packed() -> u64 {
    sum_of!(PACKED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_of_a_tip_give_the_same_answer() {
        for tip in TIPS {
            let answers: Vec<_> = tip.ways.iter().map(|way| (way.run)()).collect();
            assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{}: {answers:?}", tip.name);
            assert_ne!(answers[0], 0, "{}", tip.name);
        }
    }
}
