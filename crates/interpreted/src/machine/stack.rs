//! The row of values in which the slots and operands of all frames lie.
#![expect(unsafe_code, reason = "the interpreter reads and writes the row by address")]

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::ptr::NonNull;

use crate::value::Value;

/// How many values there is room for. A thousand frames of a few hundred slots fit; the pages are not touched before they are used.
const CAPACITY: usize = 1 << 20;

/// The row. It never moves.
pub(crate) struct Stack {
    values: NonNull<Value>,
}

impl Stack {
    pub(crate) fn new() -> Stack {
        let layout = Stack::layout();
        // SAFETY: the layout is not empty. Zeros are `Value::Unbound`, whose tag is 0.
        let values = unsafe { alloc_zeroed(layout) };
        match NonNull::new(values.cast::<Value>()) {
            Some(values) => Stack { values },
            None => handle_alloc_error(layout),
        }
    }

    fn layout() -> Layout {
        Layout::array::<Value>(CAPACITY).expect("the row is smaller than the address space")
    }

    /// Whether a frame that begins here finds room for so many values.
    pub(crate) fn has_room(&self, start: usize, values: usize) -> bool {
        start.checked_add(values).is_some_and(|end| end <= CAPACITY)
    }

    /// The address of a place.
    #[inline]
    pub(crate) fn address(&self, index: usize) -> *mut Value {
        debug_assert!(index <= CAPACITY);
        // SAFETY: every index comes from a frame for which `has_room` was asked, so it is within the row or just behind it.
        unsafe { self.values.as_ptr().add(index) }
    }

    /// The index of an address within the row.
    #[inline]
    pub(crate) fn index(&self, address: *const Value) -> usize {
        // SAFETY: the interpreter's addresses come from `address` and stay within the frame's room.
        unsafe { address.offset_from(self.values.as_ptr()) as usize }
    }

    /// The values from one index up to and without another.
    pub(crate) fn values(&self, start: usize, end: usize) -> &[Value] {
        assert!(start <= end && end <= CAPACITY);
        // SAFETY: the range is within the row, and zeros are a value.
        unsafe { std::slice::from_raw_parts(self.values.as_ptr().add(start), end - start) }
    }

    /// The arguments of a call, which stay where they are until it returns: whatever is called puts its own values above them.
    pub(crate) fn arguments<'a>(&self, start: usize, end: usize) -> &'a [Value] {
        assert!(start <= end && end <= CAPACITY);
        // SAFETY: the row does not move while the machine exists, and nobody writes below `Execution::top` during the call.
        unsafe { std::slice::from_raw_parts(self.values.as_ptr().add(start), end - start) }
    }

    /// The same, to be changed.
    pub(crate) fn values_mut(&mut self, start: usize, end: usize) -> &mut [Value] {
        assert!(start <= end && end <= CAPACITY);
        // SAFETY: the range is within the row, and nobody else has it while this machine is borrowed.
        unsafe { std::slice::from_raw_parts_mut(self.values.as_ptr().add(start), end - start) }
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with the same layout.
        unsafe { dealloc(self.values.as_ptr().cast(), Stack::layout()) }
    }
}
