//! Arrays of numbers: what an element may be, and their indices.

use super::equality::array_length;
use super::integers::Integer;
use super::numbers::to_float;
use super::slices::{self, ARRAY, ARRAY_ASSIGNMENT, Indices};
use crate::describe::type_name;
use crate::error::{ExceptionKind, Outcome, Raised};
use crate::heap::Heap;
use crate::objects::{Array, Numbers};
use crate::value::{Ref, Value};

/// A number that an array of some letter can hold.
#[derive(Clone, Copy, Debug)]
enum Element {
    Integer(i64),
    Unsigned(u64),
    Float(f64),
}

/// The number as an array of this letter holds it.
fn element(heap: &mut Heap, letter: char, value: Value) -> Outcome<Element> {
    match letter {
        'd' | 'f' => match to_float(heap, value)? {
            Some(number) => Ok(Element::Float(number)),
            None => {
                let name = type_name(heap, value);
                Err(heap.type_error(format!("must be real number, not {name}")))
            }
        },
        letter => {
            let Some(number) = Integer::of(value) else {
                let name = type_name(heap, value);
                return Err(heap.type_error(format!("'{name}' object cannot be interpreted as an integer")));
            };
            if matches!(letter, 'I' | 'L' | 'Q') {
                return unsigned(heap, letter, number).map(Element::Unsigned);
            }
            integer(heap, letter, number).map(Element::Integer)
        }
    }
}

#[cold]
fn overflow(heap: &mut Heap, text: &str) -> Raised {
    heap.raise(ExceptionKind::OverflowError, text)
}

/// A number for a letter whose type C reads as a signed one. C reads a wider type first for some, whose limits have other names.
fn integer(heap: &mut Heap, letter: char, number: Integer) -> Outcome<i64> {
    const SHORT: (i64, i64, &str) = (i16::MIN as i64, i16::MAX as i64, "signed short integer");
    const INT: (i64, i64, &str) = (i32::MIN as i64, i32::MAX as i64, "signed integer");
    let Integer::Small(number) = number else {
        let text = if letter == 'q' { "int too big to convert" } else { "Python int too large to convert to C long" };
        return Err(overflow(heap, text));
    };
    let limits: &[(i64, i64, &str)] = match letter {
        'b' => &[SHORT, (i8::MIN as i64, i8::MAX as i64, "signed char")],
        'B' => &[SHORT, (0, u8::MAX as i64, "unsigned byte integer")],
        'h' => &[SHORT],
        'H' => &[INT, (0, u16::MAX as i64, "unsigned short")],
        'i' => &[INT],
        _ => &[],
    };
    for &(lowest, highest, name) in limits {
        if number < lowest {
            return Err(overflow(heap, &format!("{name} is less than minimum")));
        }
        if number > highest {
            return Err(overflow(heap, &format!("{name} is greater than maximum")));
        }
    }
    Ok(number)
}

fn unsigned(heap: &mut Heap, letter: char, number: Integer) -> Outcome<u64> {
    if number.is_negative(heap) {
        let text = if letter == 'Q' {
            "can't convert negative int to unsigned"
        } else {
            "can't convert negative value to unsigned int"
        };
        return Err(overflow(heap, text));
    }
    let fitting = u64::try_from(number.big(heap).as_ref()).ok();
    match fitting {
        None if letter == 'Q' => Err(overflow(heap, "int too big to convert")),
        None => Err(overflow(heap, "Python int too large to convert to C unsigned long")),
        Some(number) if letter == 'I' && number > u64::from(u32::MAX) => {
            Err(overflow(heap, "unsigned int is greater than maximum"))
        }
        Some(number) => Ok(number),
    }
}

/// Does something with the elements, whatever their type.
macro_rules! with_numbers {
    ($numbers:expr, $vector:ident => $result:expr) => {
        match $numbers {
            Numbers::Integers($vector) => $result,
            Numbers::Unsigned($vector) => $result,
            Numbers::Single($vector) => $result,
            Numbers::Double($vector) => $result,
        }
    };
}

/// Puts an element at a place, which there is, or behind the last.
fn put(array: &mut Array, place: usize, element: Element) {
    fn set<T>(numbers: &mut Vec<T>, place: usize, number: T) {
        if place == numbers.len() { numbers.push(number) } else { numbers[place] = number }
    }
    if let (Numbers::Integers(numbers), Element::Unsigned(number)) = (&array.numbers, element)
        && i64::try_from(number).is_err()
    {
        array.numbers = Numbers::Unsigned(numbers.iter().map(|&number| number as u64).collect());
    }
    match (&mut array.numbers, element) {
        (Numbers::Integers(numbers), Element::Integer(number)) => set(numbers, place, number),
        (Numbers::Integers(numbers), Element::Unsigned(number)) => set(numbers, place, number as i64),
        (Numbers::Unsigned(numbers), Element::Unsigned(number)) => set(numbers, place, number),
        (Numbers::Unsigned(numbers), Element::Integer(number)) => set(numbers, place, number as u64),
        (Numbers::Single(numbers), Element::Float(number)) => set(numbers, place, number as f32),
        (Numbers::Double(numbers), Element::Float(number)) => set(numbers, place, number),
        (Numbers::Integers(_) | Numbers::Unsigned(_), Element::Float(_))
        | (Numbers::Single(_) | Numbers::Double(_), _) => unreachable!("the letter decides about both"),
    }
}

/// `array.append(value)`.
///
/// # Errors
/// A `TypeError` for what is no number of the array's type, an `OverflowError` for one that is too large for it.
pub fn array_push(heap: &mut Heap, array: Ref<Array>, value: Value) -> Outcome<()> {
    let element = element(heap, heap[array].letter, value)?;
    let length = array_length(&heap[array]);
    heap.grown(8);
    put(&mut heap[array], length, element);
    Ok(())
}

/// The number at a place that there is.
fn number(heap: &mut Heap, array: Ref<Array>, place: usize) -> Value {
    match &heap[array].numbers {
        Numbers::Integers(numbers) => Value::Int(numbers[place]),
        Numbers::Single(numbers) => Value::Float(numbers[place].into()),
        Numbers::Double(numbers) => Value::Float(numbers[place]),
        Numbers::Unsigned(numbers) => {
            let number = numbers[place];
            heap.integer(number.into())
        }
    }
}

/// `array[index]`.
pub(super) fn item(heap: &mut Heap, array: Ref<Array>, index: Value) -> Outcome<Value> {
    let length = array_length(&heap[array]) as u64;
    if let Value::Slice(slice) = index {
        let indices = Indices::of(heap, slice, length)?;
        let numbers = match &heap[array].numbers {
            Numbers::Integers(numbers) => Numbers::Integers(slices::taken(numbers, indices)),
            Numbers::Unsigned(numbers) => Numbers::Unsigned(slices::taken(numbers, indices)),
            Numbers::Single(numbers) => Numbers::Single(slices::taken(numbers, indices)),
            Numbers::Double(numbers) => Numbers::Double(slices::taken(numbers, indices)),
        };
        let letter = heap[array].letter;
        return Ok(Value::Array(heap.allocate(Array { letter, numbers })));
    }
    let place = slices::place(heap, index, length, ARRAY)?;
    Ok(number(heap, array, place as usize))
}

/// `array[index] = value`.
pub(super) fn store(heap: &mut Heap, array: Ref<Array>, index: Value, value: Value) -> Outcome<()> {
    let length = array_length(&heap[array]) as u64;
    let Value::Slice(slice) = index else {
        let place = slices::place(heap, index, length, ARRAY_ASSIGNMENT)?;
        let element = element(heap, heap[array].letter, value)?;
        put(&mut heap[array], place as usize, element);
        return Ok(());
    };
    let indices = Indices::of(heap, slice, length)?;
    let Value::Array(other) = value else {
        let name = type_name(heap, value);
        return Err(heap.type_error(format!("can only assign array (not \"{name}\") to array slice")));
    };
    if heap[other].letter != heap[array].letter {
        return Err(heap.type_error("bad argument type for built-in operation"));
    }
    let more = heap[other].clone();
    let count = array_length(&more);
    if indices.step != 1 && count != indices.count {
        let expected = indices.count;
        return Err(
            heap.value_error(format!("attempt to assign array of size {count} to extended slice of size {expected}"))
        );
    }
    heap.grown(count * 8);
    splice(&mut heap[array], indices, more);
    Ok(())
}

/// Puts the elements of another array of the same letter in place of those that a slice means.
fn splice(array: &mut Array, indices: Indices, more: Array) {
    fn exchange<T: Copy>(numbers: &mut Vec<T>, indices: Indices, more: &[T]) {
        if indices.step == 1 {
            let (start, stop) = indices.row();
            numbers.splice(start..stop, more.iter().copied());
        } else {
            indices.places().zip(more).for_each(|(place, &number)| numbers[place] = number);
        }
    }
    let widened = |numbers: &[i64]| numbers.iter().map(|&number| number as u64).collect::<Vec<u64>>();
    if let (Numbers::Integers(numbers), Numbers::Unsigned(_)) = (&array.numbers, &more.numbers) {
        array.numbers = Numbers::Unsigned(widened(numbers));
    }
    match (&mut array.numbers, &more.numbers) {
        (Numbers::Integers(numbers), Numbers::Integers(more)) => exchange(numbers, indices, more),
        (Numbers::Unsigned(numbers), Numbers::Unsigned(more)) => exchange(numbers, indices, more),
        (Numbers::Unsigned(numbers), Numbers::Integers(more)) => exchange(numbers, indices, &widened(more)),
        (Numbers::Single(numbers), Numbers::Single(more)) => exchange(numbers, indices, more),
        (Numbers::Double(numbers), Numbers::Double(more)) => exchange(numbers, indices, more),
        _ => unreachable!("both have the same letter"),
    }
}

/// `del array[index]`.
pub(super) fn delete(heap: &mut Heap, array: Ref<Array>, index: Value) -> Outcome<()> {
    let length = array_length(&heap[array]) as u64;
    if let Value::Slice(slice) = index {
        let indices = Indices::of(heap, slice, length)?;
        with_numbers!(&mut heap[array].numbers, numbers => slices::remove(numbers, indices));
        return Ok(());
    }
    let place = slices::place(heap, index, length, ARRAY_ASSIGNMENT)? as usize;
    with_numbers!(&mut heap[array].numbers, numbers => drop(numbers.remove(place)));
    Ok(())
}
