//! `sorted` and `list.sort`: a stable sort that may call the program and may fail.
//!
//! Keys are computed first, then numbers of elements are sorted by the keys. Keys of one simple type are compared without asking
//! what their types are. All others are compared in the order in which CPython compares them at first (runs, and short runs made
//! longer by insertion), so that an error names the same two types.

use std::ops::Range;

use crate::bytecode::Comparison;
use crate::error::Outcome;
use crate::iteration;
use crate::objects::List;
use crate::operators;
use crate::state::{Arguments, Machine};
use crate::value::Value;

use super::arguments::{Named, fill, miscounted};
use super::operands::small_argument;

/// Shorter lists are one run.
const SMALL: usize = 64;

/// `sorted(iterable, *, key=None, reverse=False)`
pub(super) fn sorted(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let &[iterable] = arguments.positional else {
        return Err(miscounted(machine, "sorted", 1, 1, arguments.positional.len()));
    };
    let elements = iteration::collect(machine, iterable)?;
    let list = machine.heap.list(elements);
    let roots = machine.roots.len();
    machine.roots.push(list);
    let outcome = sort_list(machine, list, Arguments { positional: &[], keywords: arguments.keywords });
    machine.roots.truncate(roots);
    outcome.map(|()| list)
}

/// `list.sort(*, key=None, reverse=False)`
pub(super) fn sort(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let rest = Arguments { positional: &arguments.positional[1..], ..arguments };
    sort_list(machine, arguments.positional[0], rest).map(|()| Value::None)
}

fn sort_list(machine: &mut Machine, list: Value, options: Arguments<'_>) -> Outcome<()> {
    const NAMES: Named = Named { names: &["key", "reverse"], required: 0, positional: 0 };
    let mut places = [Value::Unbound; 2];
    fill(machine, "sort", NAMES, options, &mut places)?;
    let [key, reverse] = places;
    let reverse = reverse.is_bound() && small_argument(machine, reverse)? != 0;
    let Value::List(list) = list else { return Ok(()) };
    let mut elements = std::mem::take(&mut machine.heap[list]).into_vec();
    if reverse {
        elements.reverse();
    }
    let roots = machine.roots.len();
    machine.roots.extend_from_slice(&elements);
    let mut order: Vec<u32> = (0..elements.len() as u32).collect();
    let outcome = sort_by_key(machine, &elements, key, &mut order);
    machine.roots.truncate(roots);
    let mut result: Vec<Value> = order.iter().map(|&index| elements[index as usize]).collect();
    if reverse {
        result.reverse();
    }
    let modified = !machine.heap[list].is_empty();
    machine.heap[list] = List::new(result);
    outcome?;
    if modified { Err(machine.heap.value_error("list modified during sort")) } else { Ok(()) }
}

fn sort_by_key(machine: &mut Machine, elements: &[Value], key: Value, order: &mut [u32]) -> Outcome<()> {
    if matches!(key, Value::None | Value::Unbound) {
        return sort_order(machine, elements, order);
    }
    let roots = machine.roots.len();
    for &element in elements {
        let weight = machine.call(key, &[element])?;
        machine.roots.push(weight);
    }
    let keys = machine.roots[roots..].to_vec();
    sort_order(machine, &keys, order)
}

/// Sorts numbers of keys by the keys.
fn sort_order(machine: &mut Machine, keys: &[Value], order: &mut [u32]) -> Outcome<()> {
    if keys.iter().all(|key| matches!(key, Value::Int(_))) {
        order.sort_by_key(|&index| match keys[index as usize] {
            Value::Int(number) => number,
            _ => 0,
        });
        return Ok(());
    }
    if keys.iter().all(|key| matches!(key, Value::Float(number) if !number.is_nan())) {
        let number = |index: u32| match keys[index as usize] {
            Value::Float(number) => number + 0.0,
            _ => 0.0,
        };
        order.sort_by(|&left, &right| number(left).total_cmp(&number(right)));
        return Ok(());
    }
    if keys.iter().all(|key| matches!(key, Value::Str(_))) {
        let heap = &machine.heap;
        let text = |index: u32| match keys[index as usize] {
            Value::Str(text) => heap[text].as_str(),
            _ => "",
        };
        order.sort_by(|&left, &right| text(left).cmp(text(right)));
        return Ok(());
    }
    Sorter { machine, keys }.sort(order)
}

struct Sorter<'a> {
    machine: &'a mut Machine,
    keys: &'a [Value],
}

impl Sorter<'_> {
    fn less(&mut self, left: u32, right: u32) -> Outcome<bool> {
        operators::compare(self.machine, Comparison::Less, self.keys[left as usize], self.keys[right as usize])
    }

    fn sort(&mut self, order: &mut [u32]) -> Outcome<()> {
        let minimum = shortest_run(order.len());
        let mut runs: Vec<Range<usize>> = Vec::new();
        let mut start = 0;
        while start < order.len() {
            let mut length = self.natural_run(&mut order[start..])?;
            let wanted = minimum.min(order.len() - start);
            if length < wanted {
                self.insert_from(&mut order[start..start + wanted], length)?;
                length = wanted;
            }
            runs.push(start..start + length);
            start += length;
        }
        while runs.len() > 1 {
            let mut merged = Vec::new();
            for pair in runs.chunks(2) {
                let whole = pair[0].start..pair[pair.len() - 1].end;
                if let [left, _] = pair {
                    self.merge(&mut order[whole.clone()], left.len())?;
                }
                merged.push(whole);
            }
            runs = merged;
        }
        Ok(())
    }

    /// How many of the first are in order already; those in strictly falling order are turned round.
    fn natural_run(&mut self, order: &mut [u32]) -> Outcome<usize> {
        if order.len() < 2 {
            return Ok(order.len());
        }
        let falling = self.less(order[1], order[0])?;
        let mut length = 2;
        while length < order.len() && self.less(order[length], order[length - 1])? == falling {
            length += 1;
        }
        if falling {
            order[..length].reverse();
        }
        Ok(length)
    }

    /// Inserts the elements behind the first `sorted` ones where they belong.
    fn insert_from(&mut self, order: &mut [u32], sorted: usize) -> Outcome<()> {
        for next in sorted..order.len() {
            let pivot = order[next];
            let (mut low, mut high) = (0, next);
            while low < high {
                let middle = low + (high - low) / 2;
                if self.less(pivot, order[middle])? {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            order[low..=next].rotate_right(1);
        }
        Ok(())
    }

    /// Merges the first `middle` elements with the rest; equal ones of the first part come first.
    fn merge(&mut self, order: &mut [u32], middle: usize) -> Outcome<()> {
        let left = order[..middle].to_vec();
        let (mut from_left, mut from_right, mut place) = (0, middle, 0);
        while from_left < left.len() && from_right < order.len() {
            match self.less(order[from_right], left[from_left]) {
                Ok(true) => {
                    order[place] = order[from_right];
                    from_right += 1;
                }
                Ok(false) => {
                    order[place] = left[from_left];
                    from_left += 1;
                }
                Err(raised) => {
                    order[place..from_right].copy_from_slice(&left[from_left..]);
                    return Err(raised);
                }
            }
            place += 1;
        }
        order[place..place + left.len() - from_left].copy_from_slice(&left[from_left..]);
        Ok(())
    }
}

/// How long a run is made: the length divided by a power of two, so that the number of runs is one or little less.
fn shortest_run(mut length: usize) -> usize {
    let mut rest = 0;
    while length >= SMALL {
        rest |= length & 1;
        length >>= 1;
    }
    length + rest
}
