//! Memory that several processes see.

#![expect(unsafe_code, reason = "memory that is mapped has no type until it is given one")]

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::slice;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicI64, AtomicU32, AtomicU64, Ordering};

use bytemuck::Pod;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Error;
use crate::os::{ALIGNMENT, Memory, explained};
use crate::wire::{Use, read_memory, write_memory};

/// Whether elements lie right wherever their memory is mapped.
fn is_aligned<T>() -> bool {
    align_of::<T>() <= ALIGNMENT
}

/// The bytes of an array, if there is room for them.
fn bytes_of<T>(length: usize) -> Result<usize, Error> {
    if !is_aligned::<T>() {
        let alignment = align_of::<T>();
        let why = format!("its elements are aligned to {alignment} bytes, and shared memory to {ALIGNMENT} at most");
        return Err(Error::Memory(why));
    }
    let bytes = length.checked_mul(size_of::<T>()).filter(|bytes| isize::try_from(*bytes).is_ok());
    let bytes = bytes.ok_or_else(|| Error::Memory(format!("{length} elements are too many to count their bytes")))?;
    validation::memory::require(bytes as u64).map_err(|error| Error::Memory(error.to_string()))?;
    Ok(bytes)
}

pub(crate) fn refused(error: std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::Unsupported {
        return Error::Unavailable(error.to_string());
    }
    Error::Memory(explained(&error))
}

/// An array that other processes write, each its own part: see [`Pool::fill`](crate::Pool::fill).
///
/// The borrow checker ends at the border of the process, so an array does not travel by itself. The pool borrows it as a whole and
/// gives each part away once; until it is done, nobody else has the array.
///
/// `T` is plain old data: a bit pattern means the same in every process, and no pointer is in it.
#[derive(Debug)]
pub struct SharedArray<T> {
    memory: Arc<Memory>,
    length: usize,
    of: PhantomData<T>,
}

impl<T: Pod> SharedArray<T> {
    /// An array of zeros.
    ///
    /// # Errors
    /// When there is not so much memory, and for elements that are aligned to more than 4096 bytes.
    pub fn new(length: usize) -> Result<Self, Error> {
        let memory = Memory::create(bytes_of::<T>(length)?).map_err(refused)?;
        Ok(Self { memory: Arc::new(memory), length, of: PhantomData })
    }

    /// A copy of some values.
    ///
    /// # Errors
    /// When there is not so much memory, and for elements that are aligned to more than 4096 bytes.
    pub fn of(values: &[T]) -> Result<Self, Error> {
        let mut array = Self::new(values.len())?;
        array.copy_from_slice(values);
        Ok(array)
    }

    /// The parts of so many elements, the last one of what is left.
    pub(crate) fn parts(&mut self, chunk: usize) -> impl Iterator<Item = Part<T>> {
        let chunk = chunk.max(1);
        (0..self.length.div_ceil(chunk)).map(move |place| {
            let first = place * chunk;
            let length = chunk.min(self.length - first);
            Part { memory: self.memory.clone(), first, length, of: PhantomData }
        })
    }
}

impl<T> Drop for SharedArray<T> {
    /// Workers keep what they have mapped for a moment, since the next task may need it again. The pages are not to wait for that.
    fn drop(&mut self) {
        self.memory.give_back();
    }
}

impl<T: Pod> Deref for SharedArray<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: the memory has room for so many elements and is aligned for them, see `bytes_of`, and any bits are a T. Other
        // processes write it only while `fill` has it borrowed.
        unsafe { slice::from_raw_parts(self.memory.as_ptr().cast(), self.length) }
    }
}

impl<T: Pod> DerefMut for SharedArray<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above, and this process has it to itself.
        unsafe { slice::from_raw_parts_mut(self.memory.as_ptr().cast(), self.length) }
    }
}

/// Some consecutive elements of a shared array, on the way to the process that writes them.
#[derive(Debug)]
pub(crate) struct Part<T> {
    memory: Arc<Memory>,
    first: usize,
    length: usize,
    of: PhantomData<T>,
}

impl<T: Pod> Part<T> {
    pub(crate) fn first(&self) -> usize {
        self.first
    }

    /// The elements.
    ///
    /// # Safety
    /// Nobody else reads or writes them, in any process.
    pub(crate) unsafe fn values(&mut self) -> &mut [T] {
        // SAFETY: deserialising has checked that they are inside; the caller vouches for the rest.
        unsafe { slice::from_raw_parts_mut(self.memory.as_ptr().cast::<T>().add(self.first), self.length) }
    }
}

impl<T: Pod> Serialize for Part<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        struct Where<'a>(&'a Arc<Memory>, usize);
        impl Serialize for Where<'_> {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                write_memory(self.0, Use::Array, self.1, to)
            }
        }
        (Where(&self.memory, self.length), self.first as u64).serialize(to)
    }
}

impl<'de, T: Pod> Deserialize<'de> for Part<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Where(Arc<Memory>, usize);
        impl<'de> Deserialize<'de> for Where {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                read_memory(Use::Array, from).map(|(memory, length)| Self(memory, length))
            }
        }
        let (Where(memory, length), first) = <(Where, u64)>::deserialize(from)?;
        let first = first as usize;
        let end = first.checked_add(length).and_then(|end| end.checked_mul(size_of::<T>()));
        if memory.is_sealed() || !is_aligned::<T>() || end.is_none_or(|end| end > memory.len()) {
            return Err(D::Error::custom("a part reaches beyond its array"));
        }
        Ok(Self { memory, first, length, of: PhantomData })
    }
}

/// An array that is written once and then read by every process that it is sent to, without a copy.
///
/// The system sees to it that nobody writes it: the memory is sealed, and cannot be mapped for writing any more. It travels in the
/// inputs and results of tasks; a clone is a second name for the same memory.
#[derive(Clone, Debug)]
pub struct FrozenArray<T> {
    memory: Arc<Memory>,
    length: usize,
    of: PhantomData<T>,
}

impl<T: Pod> FrozenArray<T> {
    /// A copy of some values.
    ///
    /// # Errors
    /// When there is not so much memory, and for elements that are aligned to more than 4096 bytes.
    pub fn of(values: &[T]) -> Result<Self, Error> {
        let bytes = bytes_of::<T>(values.len())?;
        let memory = Memory::sealed(bytes, |memory| memory.copy_from_slice(bytemuck::cast_slice(values)));
        Ok(Self { memory: Arc::new(memory.map_err(refused)?), length: values.len(), of: PhantomData })
    }
}

impl<T: Pod> Deref for FrozenArray<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: the memory has room for so many elements and is aligned for them, as `bytes_of` or deserialising has checked, any bits
        // are a T, and no process can write it.
        unsafe { slice::from_raw_parts(self.memory.as_ptr().cast(), self.length) }
    }
}

impl<T: Pod> Serialize for FrozenArray<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        write_memory(&self.memory, Use::Frozen, self.length, to)
    }
}

impl<'de, T: Pod> Deserialize<'de> for FrozenArray<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (memory, length) = read_memory(Use::Frozen, from)?;
        let bytes = length.checked_mul(size_of::<T>());
        if !memory.is_sealed() || bytes.is_none_or(|bytes| bytes > memory.len()) {
            return Err(D::Error::custom("a frozen array is not sealed, or shorter than it says"));
        }
        if !is_aligned::<T>() {
            return Err(D::Error::custom("a frozen array of elements that are aligned to more than a page"));
        }
        Ok(Self { memory, length, of: PhantomData })
    }
}

// ANCHOR: value
/// A number that several processes read and write.
///
/// Each of `get` and `set` is a single access, so that no half of a number is ever seen. Two of them are two: between the
/// `get` and the `set` of `value.set(value.get() + 1)` another process may do the same. [`add`](Self::add) is one access that does both.
#[derive(Clone, Debug)]
pub struct SharedValue<T> {
    memory: Arc<Memory>,
    of: PhantomData<T>,
}

impl<T: Number> SharedValue<T> {
    /// The number now.
    pub fn get(&self) -> T {
        T::load(self.memory.as_ptr())
    }

    /// Another number.
    pub fn set(&self, value: T) {
        T::store(self.memory.as_ptr(), value);
    }

    /// Adds, wrapping around, and returns what was there before: one access that no other comes between.
    pub fn add(&self, value: T) -> T {
        T::add(self.memory.as_ptr(), value)
    }
}
// ANCHOR_END: value

impl<T: Number> SharedValue<T> {
    /// A number to share.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn new(value: T) -> Result<Self, Error> {
        let memory = Arc::new(Memory::create(size_of::<T>()).map_err(refused)?);
        let shared = Self { memory, of: PhantomData };
        shared.set(value);
        Ok(shared)
    }
}

impl<T: Number> Serialize for SharedValue<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        write_memory(&self.memory, Use::Value, size_of::<T>(), to)
    }
}

impl<'de, T: Number> Deserialize<'de> for SharedValue<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (memory, length) = read_memory(Use::Value, from)?;
        if memory.is_sealed() || length != size_of::<T>() || memory.len() < length {
            return Err(D::Error::custom("a shared value of another type"));
        }
        Ok(Self { memory, of: PhantomData })
    }
}

/// A number that a processor reads, writes and adds to in one access.
pub trait Number: sealed::Sealed + Copy {}

mod sealed {
    /// The accesses to a number at the beginning of a [`Memory`](crate::os::Memory) that has room for it and can be written.
    pub trait Sealed: Sized {
        fn load(place: *mut u8) -> Self;
        fn store(place: *mut u8, value: Self);
        fn add(place: *mut u8, value: Self) -> Self;
    }
}

macro_rules! number {
    ($($number:ty: $atomic:ty),*) => {$(
        impl Number for $number {}

        impl sealed::Sealed for $number {
            fn load(place: *mut u8) -> Self {
                // SAFETY: `SharedValue` passes the beginning of a page that it keeps mapped, and every process accesses it this way.
                unsafe { <$atomic>::from_ptr(place.cast()) }.load(Ordering::SeqCst)
            }

            fn store(place: *mut u8, value: Self) {
                // SAFETY: as above.
                unsafe { <$atomic>::from_ptr(place.cast()) }.store(value, Ordering::SeqCst);
            }

            fn add(place: *mut u8, value: Self) -> Self {
                // SAFETY: as above.
                unsafe { <$atomic>::from_ptr(place.cast()) }.fetch_add(value, Ordering::SeqCst)
            }
        }
    )*};
}

number!(i32: AtomicI32, u32: AtomicU32, i64: AtomicI64, u64: AtomicU64);

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use bytemuck::Zeroable;

    use super::*;

    macro_rules! aligned {
        ($name:ident, $bytes:literal) => {
            #[derive(Clone, Copy, Debug)]
            #[repr(C, align($bytes))]
            struct $name([u8; $bytes]);

            // SAFETY: bytes without padding, all of whose values are valid.
            unsafe impl Zeroable for $name {}
            // SAFETY: as above.
            unsafe impl Pod for $name {}
        };
    }
    aligned!(Page, 4096);
    aligned!(Large, 65536);

    #[test]
    fn elements_lie_as_they_are_aligned_or_are_refused() {
        for _ in 0..8 {
            let pages = SharedArray::<Page>::new(3).unwrap();
            assert!(pages.as_ptr().is_aligned());
            let frozen = FrozenArray::of(&pages).unwrap();
            assert!(frozen.as_ptr().is_aligned() && frozen[2].0[4095] == 0);
        }
        let errors = [
            SharedArray::<Large>::new(1).unwrap_err(),
            SharedArray::of(&[Large([0; 65536])]).unwrap_err(),
            FrozenArray::<Large>::of(&[]).unwrap_err(),
        ];
        for error in errors {
            assert!(matches!(&error, Error::Memory(why) if why.contains("aligned to 65536 bytes")), "{error}");
        }
    }
}
