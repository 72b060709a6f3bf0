//! Tests of dictionaries and sets: the orders that CPython gives, and the hashes.

use super::*;

/// Reads values as `tests/data/set_orders.py` writes them.
fn read(heap: &mut Heap, words: &mut std::str::SplitWhitespace<'_>) -> Option<Value> {
    let word = words.next().filter(|&word| word != ")")?;
    let number = |digits: &str| f64::from_bits(u64::from_str_radix(digits, 16).expect("sixteen digits"));
    let (kind, rest) = word.split_at(1);
    Some(match kind {
        "i" => heap.integer(rest.parse().expect("an integer")),
        "f" => Value::Float(number(rest)),
        "c" => Value::Complex(number(&rest[..16]), number(&rest[16..])),
        "b" => Value::Bool(rest == "1"),
        "s" => heap.text(rest),
        "(" => {
            let items: Vec<Value> = std::iter::from_fn(|| read(heap, words)).collect();
            heap.tuple(items)
        }
        _ => panic!("{word} is no value"),
    })
}

fn write(heap: &Heap, value: Value) -> String {
    match value {
        Value::Int(number) => format!("i{number}"),
        Value::Big(number) => format!("i{}", heap[number]),
        Value::Float(number) => format!("f{:016x}", number.to_bits()),
        Value::Complex(real, imaginary) => format!("c{:016x}{:016x}", real.to_bits(), imaginary.to_bits()),
        Value::Bool(truth) => format!("b{}", u8::from(truth)),
        Value::Str(text) => format!("s{}", heap[text].as_str()),
        Value::Tuple(tuple) => {
            let items: String = heap[tuple].0.iter().map(|&item| write(heap, item) + " ").collect();
            format!("( {items})")
        }
        value => panic!("{value:?} is not written"),
    }
}

fn elements(heap: &Heap, set: Ref<Set>) -> Vec<Value> {
    let mut place = 0;
    std::iter::from_fn(|| {
        let (next, key) = set_entry(heap, set, place)?;
        place = next;
        Some(key)
    })
    .collect()
}

fn replay(heap: &mut Heap, operations: &str) -> Outcome<Ref<Set>> {
    let mut set = heap.allocate(Set::default());
    for operation in operations.split(';') {
        let mut words = operation.split_whitespace();
        let Some(name) = words.next() else { continue };
        let items: Vec<Value> = std::iter::from_fn(|| read(heap, &mut words)).collect();
        let listed = heap.allocate(Set::default());
        set_update(heap, listed, Other::Items(&items))?;
        let other = Other::Set(listed);
        match name {
            "add" => set_update(heap, set, Other::Items(&items))?,
            "discard" => {
                for &item in &items {
                    set_discard(heap, set, item)?;
                }
            }
            "pop" => {
                for _ in &items {
                    set_pop(heap, set).expect("there is an element");
                }
            }
            "copy" => set = set_copy(heap, set),
            "clear" => set_clear(heap, set),
            "items" => set = set_symmetric_difference(heap, set, Other::Items(&items))?,
            "dict" => {
                let dict = heap.allocate(Dict::default());
                for &item in &items {
                    insert(heap, dict, item, Value::None)?;
                }
                set_update(heap, set, Other::Dict(dict))?;
            }
            "or" => set = set_union(heap, set, other)?,
            "and" => set = set_intersection(heap, set, other)?,
            "sub" => set = set_difference(heap, set, other)?,
            "xor" => set = set_symmetric_difference(heap, set, other)?,
            "ior" => set_update(heap, set, other)?,
            "iand" => {
                let both = set_intersection(heap, set, other)?;
                set_swap(heap, set, both);
            }
            "isub" => set_difference_update(heap, set, other)?,
            "ixor" => set_symmetric_difference_update(heap, set, other)?,
            "constants" => set = constant_set(heap, &items)?,
            _ => panic!("{name} is no operation"),
        }
    }
    Ok(set)
}

#[test]
fn sets_have_the_order_that_cpython_gives_them() {
    let lines = include_str!("../../tests/data/set_orders.txt").lines();
    for (number, line) in lines.clone().enumerate() {
        let (operations, expected) = line.split_once('=').expect("a line has a result");
        let mut heap = Heap::default();
        let set = replay(&mut heap, operations).expect("all values have a hash");
        let found: Vec<String> = elements(&heap, set).into_iter().map(|value| write(&heap, value)).collect();
        assert_eq!(found.join(" "), expected.trim(), "line {}: {operations}", number + 1);
        assert_eq!(set_len(&heap, set), found.len());
    }
    assert_eq!(lines.count(), 360);
}

#[test]
fn hashes_are_those_of_cpython() {
    let mut heap = Heap::default();
    let cases = [
        (Value::Int(-1), -2),
        (Value::Int(i64::MIN), -4),
        (Value::Int((1 << 61) - 1), 0),
        (Value::Float(0.5), 1_152_921_504_606_846_976),
        (Value::Float(-1e300), -1_224_995_262_755_759_164),
        (Value::Float(f64::INFINITY), 314_159),
        (Value::Float(5e-324), 16_777_216),
        (Value::Complex(1.0, 2.0), 2_000_007),
        (heap.text(""), 0),
        (heap.text("abc"), -4_594_863_902_769_663_758),
        (heap.tuple([]), 5_740_354_900_026_072_187),
        (heap.tuple([Value::Int(1), Value::Int(2)]), -3_550_055_125_485_641_917),
    ];
    for (value, expected) in cases {
        assert_eq!(hash(&heap, value).expect("it has a hash"), expected, "{value:?}");
    }
}

#[test]
fn a_tuple_has_a_hash_however_deep_it_is() {
    let mut heap = Heap::default();
    let mut value = heap.tuple([]);
    for _ in 0..300_000 {
        value = heap.tuple([value]);
    }
    assert!(hash(&heap, value).is_ok());
    let list = heap.list(Vec::new());
    let inner = heap.tuple([list]);
    let outer = heap.tuple([inner]);
    assert!(matches!(hash(&heap, outer), Err(Unhashable(Value::List(_)))));
}

fn keys(heap: &Heap, dict: Ref<Dict>) -> Vec<i64> {
    let mut place = 0;
    std::iter::from_fn(|| {
        let (next, key, _) = entry(heap, dict, place)?;
        place = next;
        match key {
            Value::Int(number) => Some(number),
            _ => None,
        }
    })
    .collect()
}

#[test]
fn a_dictionary_keeps_the_order_of_insertion() -> Result<(), crate::error::Raised> {
    let mut heap = Heap::default();
    let dict = heap.allocate(Dict::default());
    for number in 0..1000 {
        insert(&mut heap, dict, Value::Int(number), Value::Int(number * 2))?;
    }
    for number in (0..1000).filter(|number| number % 7 != 0) {
        let removed = remove(&mut heap, dict, Value::Int(number))?;
        assert!(matches!(removed, Some(Value::Int(value)) if value == number * 2));
        assert!(remove(&mut heap, dict, Value::Int(number))?.is_none());
    }
    insert(&mut heap, dict, Value::Float(7.0), Value::None)?;
    insert(&mut heap, dict, Value::Int(1), Value::None)?;
    let expected: Vec<i64> = (0..1000).filter(|number| number % 7 == 0).chain([1]).collect();
    assert_eq!(keys(&heap, dict), expected);
    assert_eq!(len(&heap, dict), expected.len());
    assert!(matches!(get(&heap, dict, Value::Int(7)), Ok(Some(Value::None))));
    assert!(matches!(get(&heap, dict, Value::Int(8)), Ok(None)));
    let copied = copy(&mut heap, dict);
    assert!(matches!(remove_last(&mut heap, dict), Some((Value::Int(1), Value::None))));
    assert!(matches!(entry_before(&heap, dict, usize::MAX), Some((_, Value::Int(994), _))));
    assert_eq!(keys(&heap, copied), expected);
    clear(&mut heap, dict);
    assert!(remove_last(&mut heap, dict).is_none());
    update(&mut heap, dict, copied);
    assert_eq!(keys(&heap, dict), expected);
    Ok(())
}
