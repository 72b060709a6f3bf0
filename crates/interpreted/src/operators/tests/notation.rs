//! Values as the table of cases writes them: as in Python, and `C(real,imaginary)`, `R(start,stop,step)`, `S(start,stop,step)`,
//! `D(microseconds)` and `T(microseconds)` for points in time and differences, `A("d",[...])`, `{,}` for the empty set.

use num_bigint::BigInt;

use crate::heap::Heap;
use crate::objects::{Array, Numbers, Range, Slice};
use crate::table::{self, Dict, Set};
use crate::value::Value;

struct Reader<'a> {
    heap: &'a mut Heap,
    text: &'a str,
}

/// The value that a text stands for.
pub(super) fn read(heap: &mut Heap, text: &str) -> Value {
    let mut reader = Reader { heap, text };
    let value = reader.value();
    assert!(reader.text.is_empty(), "{} is left of {text}", reader.text);
    value
}

impl Reader<'_> {
    fn take(&mut self, token: &str) -> bool {
        match self.text.strip_prefix(token) {
            Some(rest) => {
                self.text = rest;
                true
            }
            None => false,
        }
    }

    fn items(&mut self, close: &str) -> Vec<Value> {
        let mut items = Vec::new();
        while !self.take(close) {
            items.push(self.value());
            self.take(",");
        }
        items
    }

    fn integer(value: Value) -> i64 {
        if let Value::Int(number) = value { number } else { panic!("{value:?} is no integer") }
    }

    fn value(&mut self) -> Value {
        for (word, value) in [
            ("None", Value::None),
            ("True", Value::Bool(true)),
            ("False", Value::Bool(false)),
            ("nan", Value::Float(f64::NAN)),
            ("inf", Value::Float(f64::INFINITY)),
            ("-inf", Value::Float(f64::NEG_INFINITY)),
        ] {
            if self.take(word) {
                return value;
            }
        }
        if self.take("[") {
            let items = self.items("]");
            return self.heap.list(items);
        }
        if self.take("(") {
            let items = self.items(")");
            return self.heap.tuple(items);
        }
        if self.take("{,}") {
            return Value::Set(self.heap.allocate(Set::default()));
        }
        if self.take("{") {
            return self.table();
        }
        if self.take("\"") {
            return self.string();
        }
        for name in ["C(", "R(", "S(", "D(", "T(", "A("] {
            if self.take(name) {
                let parts = self.items(")");
                return self.made(name, &parts);
            }
        }
        let length = self.text.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)));
        let (number, rest) = self.text.split_at(length.unwrap_or(self.text.len()));
        self.text = rest;
        match number.parse::<BigInt>() {
            Ok(number) => self.heap.integer(number),
            Err(_) => Value::Float(number.parse().unwrap_or_else(|_| panic!("{number} is no number"))),
        }
    }

    fn table(&mut self) -> Value {
        let dict = self.heap.allocate(Dict::default());
        let set = self.heap.allocate(Set::default());
        while !self.take("}") {
            let key = self.value();
            let added = if self.take(":") {
                let value = self.value();
                table::insert(self.heap, dict, key, value)
            } else {
                table::set_add(self.heap, set, key)
            };
            assert!(added.is_ok(), "a key has a hash");
            self.take(",");
        }
        if table::set_len(self.heap, set) > 0 { Value::Set(set) } else { Value::Dict(dict) }
    }

    fn string(&mut self) -> Value {
        let mut string = String::new();
        loop {
            let character = self.text.chars().next().expect("a string ends");
            self.text = &self.text[character.len_utf8()..];
            match character {
                '"' => return self.heap.text(string),
                '\\' => {
                    let escaped = self.text.chars().next().expect("a string ends");
                    self.text = &self.text[escaped.len_utf8()..];
                    string.push(match escaped {
                        'n' => '\n',
                        't' => '\t',
                        'r' => '\r',
                        'f' => '\x0c',
                        'u' => {
                            let code = u32::from_str_radix(&self.text[..4], 16).expect("four digits");
                            self.text = &self.text[4..];
                            char::from_u32(code).expect("a character")
                        }
                        other => other,
                    });
                }
                other => string.push(other),
            }
        }
    }

    fn made(&mut self, name: &str, parts: &[Value]) -> Value {
        match (name, parts) {
            ("C(", &[Value::Float(real), Value::Float(imaginary)]) => Value::Complex(real, imaginary),
            ("R(", &[Value::Int(start), Value::Int(stop), Value::Int(step)]) => {
                Value::Range(self.heap.allocate(Range { start, stop, step }))
            }
            ("S(", &[start, stop, step]) => Value::Slice(self.heap.allocate(Slice { start, stop, step })),
            ("D(", &[point]) => Value::DateTime(Self::integer(point)),
            ("T(", &[difference]) => Value::TimeDelta(Self::integer(difference)),
            ("A(", &[Value::Str(letter), Value::List(numbers)]) => {
                let letter = self.heap[letter].as_str().chars().next().expect("a letter");
                let values = self.heap[numbers].to_vec();
                let numbers = match letter {
                    'f' => Numbers::Single(Vec::new()),
                    'd' => Numbers::Double(Vec::new()),
                    _ => Numbers::Integers(Vec::new()),
                };
                let array = self.heap.allocate(Array { letter, numbers });
                for value in values {
                    assert!(super::array_push(self.heap, array, value).is_ok(), "{value:?} fits");
                }
                Value::Array(array)
            }
            other => panic!("{other:?} is no value"),
        }
    }
}

/// Whether two values have the same type and the same contents, to the last bit; of tables also the order.
pub(super) fn identical(heap: &Heap, left: Value, right: Value) -> bool {
    show(heap, left) == show(heap, right)
}

/// A value in a notation of which equal texts mean the same value.
pub(super) fn show(heap: &Heap, value: Value) -> String {
    let row = |items: &[Value]| items.iter().map(|&item| show(heap, item)).collect::<Vec<_>>().join(",");
    match value {
        // Bits of what is not a number may differ.
        Value::Float(number) if number.is_nan() => "nan".to_owned(),
        Value::Float(number) => format!("{number:?}"),
        Value::Complex(real, imaginary) => {
            format!("C({},{})", show(heap, Value::Float(real)), show(heap, Value::Float(imaginary)))
        }
        Value::Big(number) => heap[number].to_string(),
        Value::Int(number) => number.to_string(),
        Value::Str(text) => format!("{:?}", heap[text].as_str()),
        Value::List(list) => format!("[{}]", row(&heap[list])),
        Value::Tuple(tuple) => format!("({})", row(&heap[tuple].0)),
        Value::Set(set) => {
            let mut items = Vec::new();
            let mut place = 0;
            while let Some((next, item)) = table::set_entry(heap, set, place) {
                items.push(item);
                place = next;
            }
            format!("set {{{}}}", row(&items))
        }
        Value::Dict(dict) => {
            let mut items = Vec::new();
            let mut place = 0;
            while let Some((next, key, item)) = table::entry(heap, dict, place) {
                items.extend([key, item]);
                place = next;
            }
            format!("dict {{{}}}", row(&items))
        }
        Value::Range(range) => format!("{:?}", heap[range]),
        Value::Slice(slice) => {
            let Slice { start, stop, step } = heap[slice];
            format!("S({})", row(&[start, stop, step]))
        }
        Value::Array(array) => format!("{:?}", heap[array]),
        other => format!("{other:?}"),
    }
}
