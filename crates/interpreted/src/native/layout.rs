//! Where the parts of values and objects lie in memory, as compiled code reads them.

use std::mem::offset_of;

use cranelift_codegen::ir::{self, types};

use crate::objects::{Instance, List};
use crate::types::Type;
use crate::value::{BuiltinId, Value};

/// The bytes of a value.
pub(super) const VALUE: i64 = size_of::<Value>() as i64;
/// Where the small part of a value lies: a place in the heap, or a step.
pub(super) const INDEX: i32 = 4;
/// Where a number of 64 bits, or the first of two, lies in a value.
pub(super) const FIRST: i32 = 8;
/// Where the second number lies.
pub(super) const SECOND: i32 = 16;

/// The bytes of a list's header.
pub(super) const LIST: i64 = size_of::<Option<List>>() as i64;
/// Where the address of its elements lies there.
pub(super) const LIST_DATA: i32 = 0;
/// Where its length lies there.
pub(super) const LIST_LENGTH: i32 = 8;
/// Where its capacity lies there.
pub(super) const LIST_CAPACITY: i32 = 16;

/// The bytes of an object of a class.
pub(super) const INSTANCE: i64 = size_of::<Option<Instance>>() as i64;
/// Where the list of its attributes lies there.
pub(super) const INSTANCE_ATTRIBUTES: i32 = offset_of!(Instance, attributes) as i32;
/// Where the number of its class lies there.
pub(super) const INSTANCE_CLASS: i32 = offset_of!(Instance, class) as i32;

const _: () = assert!(size_of::<Value>() == 24 && align_of::<Value>() == 8, "compiled code copies three words");
const _: () = assert!(size_of::<Option<Instance>>() == size_of::<Instance>(), "an object is read through its option");

/// The tag of the values of a type that is held in registers.
pub(super) fn tag(kind: Type) -> Option<u8> {
    Some(match kind {
        Type::None => Value::None.tag(),
        Type::Bool => Value::Bool(false).tag(),
        Type::Int => Value::Int(0).tag(),
        Type::Float => Value::Float(0.0).tag(),
        Type::Complex => Value::Complex(0.0, 0.0).tag(),
        Type::List => LIST_TAG,
        Type::RangeIterator(_) => Value::RangeIterator { step: 1, next: 0, stop: 0 }.tag(),
        Type::ListIterator => LIST_ITERATOR_TAG,
        Type::Instance(_) => INSTANCE_TAG,
        Type::Constant(value) => value.tag(),
        Type::Never | Type::Unknown => return None,
    })
}

const LIST_ITERATOR_TAG: u8 = 7;
const LIST_TAG: u8 = 10;
const INSTANCE_TAG: u8 = 22;

/// The registers that a value of a type takes. A list has two: where its header lies in the arena, in bytes, which saves a
/// multiplication at each access, and its number.
pub(super) fn registers(kind: Type) -> &'static [ir::Type] {
    match kind {
        Type::None | Type::Constant(_) | Type::Never => &[],
        Type::Bool => &[types::I8],
        Type::Int | Type::Instance(_) => &[types::I64],
        Type::Float => &[types::F64],
        Type::Complex => &[types::F64, types::F64],
        Type::RangeIterator(_) | Type::List => &[types::I64, types::I64],
        // Of an iterator: the list's two, and the index of the next element.
        Type::ListIterator | Type::Unknown => &[types::I64, types::I64, types::I64],
    }
}

/// The three words of a value that is known when the code is made.
pub(super) fn words(value: Value) -> [u64; 3] {
    let tag = u64::from(value.tag());
    let place = |index: usize| [tag | (index as u64) << 32, 0, 0];
    match value {
        Value::Unbound | Value::None => [tag, 0, 0],
        Value::Bool(truth) => [tag | u64::from(truth) << 8, 0, 0],
        Value::Int(number) | Value::DateTime(number) | Value::TimeDelta(number) => [tag, number as u64, 0],
        Value::Float(number) => [tag, number.to_bits(), 0],
        Value::Complex(real, imaginary) => [tag, real.to_bits(), imaginary.to_bits()],
        Value::RangeIterator { step, next, stop } => [tag | u64::from(step as u32) << 32, next as u64, stop as u64],
        Value::ListIterator { list, next } => [tag | (list.index() as u64) << 32, next, 0],
        Value::Builtin(BuiltinId(number)) | Value::CythonType(number) => [tag | u64::from(number) << 16, 0, 0],
        Value::Type(kind) => [tag | u64::from(kind as u8) << 8, 0, 0],
        Value::ExceptionType(kind) => [tag | u64::from(kind as u8) << 8, 0, 0],
        Value::Big(at) => place(at.index()),
        Value::Str(at) => place(at.index()),
        Value::List(at) => place(at.index()),
        Value::Tuple(at) => place(at.index()),
        Value::Dict(at) => place(at.index()),
        Value::Set(at) => place(at.index()),
        Value::Range(at) => place(at.index()),
        Value::Slice(at) => place(at.index()),
        Value::Function(at) => place(at.index()),
        Value::BoundMethod(at) => place(at.index()),
        Value::BuiltinMethod(at) => place(at.index()),
        Value::Class(at) => place(at.index()),
        Value::Instance(at) => place(at.index()),
        Value::Exception(at) => place(at.index()),
        Value::Module(at) => place(at.index()),
        Value::Iterator(at) => place(at.index()),
        Value::Generator(at) => place(at.index()),
        Value::Cell(at) => place(at.index()),
        Value::Array(at) => place(at.index()),
    }
}

/// Which bits of the three words belong to the value. The others may be anything.
pub(super) fn significant(value: Value) -> [u64; 3] {
    let whole = u64::MAX;
    match value {
        Value::Unbound | Value::None => [0xff, 0, 0],
        Value::Bool(_) | Value::Type(_) | Value::ExceptionType(_) => [0xffff, 0, 0],
        Value::Builtin(_) | Value::CythonType(_) => [0xffff_00ff, 0, 0],
        Value::Int(_) | Value::Float(_) | Value::DateTime(_) | Value::TimeDelta(_) => [0xff, whole, 0],
        Value::Complex(..) => [0xff, whole, whole],
        Value::RangeIterator { .. } => [0xffff_ffff_0000_00ff, whole, whole],
        Value::ListIterator { .. } => [0xffff_ffff_0000_00ff, whole, 0],
        _ => [0xffff_ffff_0000_00ff, 0, 0],
    }
}
