//! A growing row of values whose address and length lie where compiled code expects them.
#![expect(unsafe_code, reason = "a vector's parts are kept in fixed places")]

use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

use crate::value::Value;

/// A vector of values with a fixed layout: the address of the first, the length, the capacity.
///
/// The address is never 0, so that `Option<List>` takes no more room and its parts lie in the same places.
#[repr(C)]
pub struct List {
    data: NonNull<Value>,
    length: usize,
    capacity: usize,
}

impl List {
    /// A list of these elements.
    pub fn new(items: Vec<Value>) -> List {
        let mut items = ManuallyDrop::new(items);
        List {
            data: NonNull::new(items.as_mut_ptr()).expect("a vector's address is not 0"),
            length: items.len(),
            capacity: items.capacity(),
        }
    }

    /// Does something with the elements as a vector.
    pub fn with<R>(&mut self, change: impl FnOnce(&mut Vec<Value>) -> R) -> R {
        let mut items = std::mem::take(self).into_vec();
        let result = change(&mut items);
        *self = List::new(items);
        result
    }

    /// Appends an element.
    #[inline]
    pub fn push(&mut self, value: Value) {
        if self.length == self.capacity {
            self.with(|items| items.reserve(1));
        }
        // SAFETY: the length is below the capacity now, so the place is allocated; values need not be dropped.
        unsafe { self.data.add(self.length).write(value) };
        self.length += 1;
    }

    /// The elements as a vector.
    pub fn into_vec(self) -> Vec<Value> {
        let list = ManuallyDrop::new(self);
        // SAFETY: the three parts come from a vector and are used for one vector only, because `list` is not dropped.
        unsafe { Vec::from_raw_parts(list.data.as_ptr(), list.length, list.capacity) }
    }
}

impl Default for List {
    fn default() -> List {
        List::new(Vec::new())
    }
}

impl Clone for List {
    fn clone(&self) -> List {
        List::new(self.to_vec())
    }
}

impl Drop for List {
    fn drop(&mut self) {
        // SAFETY: the parts come from a vector, and nothing uses them after this.
        drop(unsafe { Vec::from_raw_parts(self.data.as_ptr(), self.length, self.capacity) });
    }
}

impl Deref for List {
    type Target = [Value];

    #[inline]
    fn deref(&self) -> &[Value] {
        // SAFETY: as many elements as the length says lie behind the address.
        unsafe { std::slice::from_raw_parts(self.data.as_ptr(), self.length) }
    }
}

impl DerefMut for List {
    #[inline]
    fn deref_mut(&mut self) -> &mut [Value] {
        // SAFETY: as many elements as the length says lie behind the address, which is this list's alone.
        unsafe { std::slice::from_raw_parts_mut(self.data.as_ptr(), self.length) }
    }
}

impl std::fmt::Debug for List {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

const _: () = assert!(size_of::<Option<List>>() == size_of::<List>(), "compiled code reads a list through its option");
