//! The module `array`: rows of numbers of one type.

use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;

use crate::describe::type_name;
use crate::error::{ExceptionKind, Outcome, Raised};
use crate::heap::Heap;
use crate::modules::arguments::{integer, no_keywords, none, one, overflow, real, some};
use crate::modules::{Attribute, Member, MemberValue, Table};
use crate::objects::{Array, Numbers};
use crate::state::{Arguments, Machine};
use crate::value::{Ref, Type, Value};

/// A number as an array keeps it.
#[derive(Clone, Copy)]
enum Element {
    Integer(i64),
    Unsigned(u64),
    Single(f32),
    Double(f64),
}

impl Array {
    /// How many elements there are.
    pub fn len(&self) -> usize {
        match &self.numbers {
            Numbers::Integers(numbers) => numbers.len(),
            Numbers::Unsigned(numbers) => numbers.len(),
            Numbers::Single(numbers) => numbers.len(),
            Numbers::Double(numbers) => numbers.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bytes an element takes in C.
    fn item_size(&self) -> i64 {
        match self.letter {
            'b' | 'B' => 1,
            'h' | 'H' => 2,
            'i' | 'I' | 'f' => 4,
            _ => 8,
        }
    }

    fn insert(&mut self, index: usize, element: Element) {
        match (&mut self.numbers, element) {
            (Numbers::Integers(numbers), Element::Integer(number)) => numbers.insert(index, number),
            (Numbers::Unsigned(numbers), Element::Unsigned(number)) => numbers.insert(index, number),
            (Numbers::Single(numbers), Element::Single(number)) => numbers.insert(index, number),
            (Numbers::Double(numbers), Element::Double(number)) => numbers.insert(index, number),
            _ => {}
        }
    }
}

/// The element at an index below the length.
pub fn element(heap: &mut Heap, array: Ref<Array>, index: usize) -> Value {
    match &heap[array].numbers {
        Numbers::Integers(numbers) => Value::Int(numbers[index]),
        Numbers::Unsigned(numbers) => {
            let number = numbers[index];
            heap.integer(number.into())
        }
        Numbers::Single(numbers) => Value::Float(numbers[index].into()),
        Numbers::Double(numbers) => Value::Float(numbers[index]),
    }
}

/// Stores a number at an index below the length; an error when its type or size does not fit.
pub fn set_element(machine: &mut Machine, array: Ref<Array>, index: usize, value: Value) -> Outcome<()> {
    let letter = machine.heap[array].letter;
    let converted = convert(machine, letter, value)?;
    match (&mut machine.heap[array].numbers, converted) {
        (Numbers::Integers(numbers), Element::Integer(number)) => numbers[index] = number,
        (Numbers::Unsigned(numbers), Element::Unsigned(number)) => numbers[index] = number,
        (Numbers::Single(numbers), Element::Single(number)) => numbers[index] = number,
        (Numbers::Double(numbers), Element::Double(number)) => numbers[index] = number,
        _ => {}
    }
    Ok(())
}

/// A value as a number of the type that a letter means.
fn convert(machine: &mut Machine, letter: char, value: Value) -> Outcome<Element> {
    match letter {
        'd' => return Ok(Element::Double(real(machine, value)?)),
        'f' => return Ok(Element::Single(real(machine, value)? as f32)),
        _ => {}
    }
    let number = integer(machine, value)?;
    let heap = &mut machine.heap;
    match letter {
        'I' | 'L' | 'Q' => unsigned(heap, letter, &number),
        'q' => match number.to_i64() {
            Some(number) => Ok(Element::Integer(number)),
            None => Err(overflow(heap, "int too big to convert")),
        },
        _ => {
            let Some(number) = number.to_i64() else {
                return Err(overflow(heap, "Python int too large to convert to C long"));
            };
            let (least, greatest, name) = match letter {
                'b' => (i64::from(i8::MIN), i64::from(i8::MAX), "signed char"),
                'B' => (0, i64::from(u8::MAX), "unsigned byte integer"),
                'h' => (i64::from(i16::MIN), i64::from(i16::MAX), "signed short integer"),
                'H' => (0, i64::from(u16::MAX), "unsigned short"),
                'i' => (i64::from(i32::MIN), i64::from(i32::MAX), "signed integer"),
                _ => (i64::MIN, i64::MAX, "integer"),
            };
            if number > greatest {
                return Err(overflow(heap, &format!("{name} is greater than maximum")));
            }
            if number < least {
                return Err(overflow(heap, &format!("{name} is less than minimum")));
            }
            Ok(Element::Integer(number))
        }
    }
}

fn unsigned(heap: &mut Heap, letter: char, number: &BigInt) -> Outcome<Element> {
    let refused = match (letter, number.sign(), number.to_u64()) {
        ('Q', Sign::Minus, _) => "can't convert negative int to unsigned",
        (_, Sign::Minus, _) => "can't convert negative value to unsigned int",
        ('Q', _, None) => "int too big to convert",
        (_, _, None) => "Python int too large to convert to C unsigned long",
        ('I', _, Some(number)) if number > u64::from(u32::MAX) => "unsigned int is greater than maximum",
        ('I', _, Some(number)) => return Ok(Element::Integer(number as i64)),
        (_, _, Some(number)) => return Ok(Element::Unsigned(number)),
    };
    Err(overflow(heap, refused))
}

/// `array.array(letter, iterable)`.
fn array(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    no_keywords(machine, "array.array", arguments)?;
    let count = arguments.positional.len();
    let (letter, items) = match *arguments.positional {
        [letter] => (letter, None),
        [letter, items] => (letter, Some(items)),
        [] => return Err(machine.heap.type_error("array() takes at least 1 argument (0 given)")),
        _ => {
            return Err(machine.heap.type_error(format!("array() takes at most 2 arguments ({count} given)")));
        }
    };
    let letter = match letter {
        Value::Str(text) if machine.heap[text].characters() == 1 => machine.heap[text].as_str().chars().next(),
        other => {
            let given = type_name(&machine.heap, other);
            let message = format!("array() argument 1 must be a unicode character, not {given}");
            return Err(machine.heap.type_error(message));
        }
    };
    let (letter, numbers) = match letter {
        Some(letter @ ('b' | 'B' | 'h' | 'H' | 'i' | 'I' | 'l' | 'q')) => (letter, Numbers::Integers(Vec::new())),
        Some(letter @ ('L' | 'Q')) => (letter, Numbers::Unsigned(Vec::new())),
        Some('f') => ('f', Numbers::Single(Vec::new())),
        Some('d') => ('d', Numbers::Double(Vec::new())),
        _ => {
            let message = "bad typecode (must be b, B, u, h, H, i, I, l, L, q, Q, f or d)";
            return Err(machine.heap.value_error(message));
        }
    };
    if matches!(items, Some(Value::Str(_))) {
        let message = format!("cannot use a str to initialize an array with typecode '{letter}'");
        return Err(machine.heap.type_error(message));
    }
    let items = match items {
        Some(items) => machine.elements(items)?,
        None => Vec::new(),
    };
    let array = machine.heap.allocate(Array { letter, numbers });
    append_all(machine, array, &items)?;
    Ok(Value::Array(array))
}

/// Appends elements; those before one that does not fit stay.
fn append_all(machine: &mut Machine, array: Ref<Array>, items: &[Value]) -> Outcome<()> {
    let letter = machine.heap[array].letter;
    for &item in items {
        let element = convert(machine, letter, item)?;
        let length = machine.heap[array].len();
        machine.heap[array].insert(length, element);
    }
    machine.heap.grown(items.len() * 8);
    Ok(())
}

/// The array that a method is called on, and the other arguments.
fn object<'a>(machine: &mut Machine, arguments: Arguments<'a>) -> Outcome<(Ref<Array>, Arguments<'a>)> {
    match arguments.positional {
        [Value::Array(array), positional @ ..] => Ok((*array, Arguments { positional, ..arguments })),
        _ => Err(machine.heap.type_error("a method of array.array needs an array")),
    }
}

fn append(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let (array, arguments) = object(machine, arguments)?;
    let value = one(machine, "array.append", arguments)?;
    append_all(machine, array, &[value])?;
    Ok(Value::None)
}

fn extend(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let (array, arguments) = object(machine, arguments)?;
    let value = one(machine, "array.extend", arguments)?;
    if let Value::Array(other) = value
        && machine.heap[other].letter != machine.heap[array].letter
    {
        return Err(machine.heap.type_error("can only extend with array of same kind"));
    }
    let items = machine.elements(value)?;
    append_all(machine, array, &items)?;
    Ok(Value::None)
}

fn fromlist(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let (array, arguments) = object(machine, arguments)?;
    let Value::List(list) = one(machine, "array.fromlist", arguments)? else {
        return Err(machine.heap.type_error("arg must be list"));
    };
    let items = machine.heap[list].to_vec();
    let before = machine.heap[array].len();
    let result = append_all(machine, array, &items);
    if result.is_err() {
        while machine.heap[array].len() > before {
            remove_at(&mut machine.heap, array, before);
        }
    }
    result.map(|()| Value::None)
}

fn tolist(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let (array, arguments) = object(machine, arguments)?;
    none(machine, "array.tolist", arguments)?;
    let items = (0..machine.heap[array].len()).map(|index| element(&mut machine.heap, array, index)).collect();
    Ok(machine.heap.list(items))
}

fn reverse(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let (array, arguments) = object(machine, arguments)?;
    none(machine, "array.reverse", arguments)?;
    match &mut machine.heap[array].numbers {
        Numbers::Integers(numbers) => numbers.reverse(),
        Numbers::Unsigned(numbers) => numbers.reverse(),
        Numbers::Single(numbers) => numbers.reverse(),
        Numbers::Double(numbers) => numbers.reverse(),
    }
    Ok(Value::None)
}

/// An integer as an index; an error when none can be so large.
fn index_of(machine: &mut Machine, value: Value) -> Outcome<i64> {
    let number = integer(machine, value)?;
    number.to_i64().ok_or_else(|| overflow(&mut machine.heap, "Python int too large to convert to C ssize_t"))
}

/// An integer as a limit of a search, at the ends of the range when it is larger.
fn limit_of(machine: &mut Machine, value: Value) -> Outcome<i64> {
    let number = integer(machine, value)?;
    Ok(number.to_i64().unwrap_or(if number.sign() == Sign::Minus { i64::MIN } else { i64::MAX }))
}

/// An index from the end as one from the beginning, within 0 and the length.
fn clamped(index: i64, length: usize) -> usize {
    let index = if index < 0 { index.saturating_add(length as i64).max(0) } else { index };
    (index as usize).min(length)
}

fn insert(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let (array, arguments) = object(machine, arguments)?;
    let values = some(machine, "array.", "insert", (2, 2), arguments)?;
    let index = index_of(machine, values[0])?;
    let letter = machine.heap[array].letter;
    let number = convert(machine, letter, values[1])?;
    let index = clamped(index, machine.heap[array].len());
    machine.heap[array].insert(index, number);
    machine.heap.grown(8);
    Ok(Value::None)
}

fn remove_at(heap: &mut Heap, array: Ref<Array>, index: usize) {
    match &mut heap[array].numbers {
        Numbers::Integers(numbers) => drop(numbers.remove(index)),
        Numbers::Unsigned(numbers) => drop(numbers.remove(index)),
        Numbers::Single(numbers) => drop(numbers.remove(index)),
        Numbers::Double(numbers) => drop(numbers.remove(index)),
    }
}

fn pop(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let (array, arguments) = object(machine, arguments)?;
    let values = some(machine, "array.", "pop", (0, 1), arguments)?;
    let index = match values.first() {
        Some(&index) => index_of(machine, index)?,
        None => -1,
    };
    let length = machine.heap[array].len();
    if length == 0 {
        return Err(machine.heap.raise(ExceptionKind::IndexError, "pop from empty array"));
    }
    let index = if index < 0 { index.saturating_add(length as i64) } else { index };
    let Some(index) = usize::try_from(index).ok().filter(|&index| index < length) else {
        return Err(machine.heap.raise(ExceptionKind::IndexError, "pop index out of range"));
    };
    let value = element(&mut machine.heap, array, index);
    remove_at(&mut machine.heap, array, index);
    Ok(value)
}

/// Whether an element equals a value of any type.
fn equals(machine: &mut Machine, element: Value, value: Value) -> bool {
    let number = match value {
        Value::Complex(real, 0.0) => Value::Float(real),
        Value::Bool(truth) => Value::Int(i64::from(truth)),
        value => value,
    };
    match (element, number) {
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Float(float), Value::Int(_) | Value::Big(_)) | (Value::Int(_) | Value::Big(_), Value::Float(float)) => {
            let whole = if matches!(element, Value::Float(_)) { number } else { element };
            let float: Option<BigInt> = num_traits::FromPrimitive::from_f64(float).filter(|_| float.fract() == 0.0);
            integer(machine, whole).is_ok_and(|whole| Some(whole) == float)
        }
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Big(a), Value::Big(b)) => machine.heap[a] == machine.heap[b],
        _ => false,
    }
}

/// The places of the elements that equal a value.
fn find(machine: &mut Machine, array: Ref<Array>, value: Value, range: std::ops::Range<usize>) -> Option<usize> {
    for index in range {
        let element = element(&mut machine.heap, array, index);
        if equals(machine, element, value) {
            return Some(index);
        }
    }
    None
}

fn not_found(heap: &mut Heap, method: &str) -> Raised {
    heap.value_error(format!("array.{method}(x): x not in array"))
}

fn index(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let (array, arguments) = object(machine, arguments)?;
    let values = some(machine, "array.", "index", (1, 3), arguments)?;
    let length = machine.heap[array].len();
    let mut limits = [0, length];
    for (limit, &value) in limits.iter_mut().zip(&values[1..]) {
        *limit = clamped(limit_of(machine, value)?, length);
    }
    match find(machine, array, values[0], limits[0]..limits[1]) {
        Some(index) => Ok(Value::Int(index as i64)),
        None => Err(not_found(&mut machine.heap, "index")),
    }
}

fn count(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let (array, arguments) = object(machine, arguments)?;
    let value = one(machine, "array.count", arguments)?;
    let mut count = 0;
    for index in 0..machine.heap[array].len() {
        let element = element(&mut machine.heap, array, index);
        count += i64::from(equals(machine, element, value));
    }
    Ok(Value::Int(count))
}

fn remove(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let (array, arguments) = object(machine, arguments)?;
    let value = one(machine, "array.remove", arguments)?;
    let length = machine.heap[array].len();
    match find(machine, array, value, 0..length) {
        Some(index) => {
            remove_at(&mut machine.heap, array, index);
            Ok(Value::None)
        }
        None => Err(not_found(&mut machine.heap, "remove")),
    }
}

/// An attribute of an array.
pub(super) fn attribute(heap: &mut Heap, array: Ref<Array>, name: &str) -> Option<Attribute> {
    Some(match name {
        "append" => Attribute::Method(append),
        "count" => Attribute::Method(count),
        "extend" => Attribute::Method(extend),
        "fromlist" => Attribute::Method(fromlist),
        "index" => Attribute::Method(index),
        "insert" => Attribute::Method(insert),
        "pop" => Attribute::Method(pop),
        "remove" => Attribute::Method(remove),
        "reverse" => Attribute::Method(reverse),
        "tolist" => Attribute::Method(tolist),
        "itemsize" => Attribute::Value(Value::Int(heap[array].item_size())),
        "typecode" => {
            let letter = heap[array].letter.to_string();
            Attribute::Value(heap.text(letter))
        }
        _ => return None,
    })
}

static ARRAY: Table = Table { kind: Type::Array, call: array, members: &[] };

/// The names of the module.
pub(super) const MEMBERS: &[Member] = &[Member { name: "array", value: MemberValue::Table(&ARRAY) }];
