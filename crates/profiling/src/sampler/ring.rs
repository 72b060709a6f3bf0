//! Where signal handlers leave samples and one thread collects them: preallocated, lock-free, never blocking.
#![expect(unsafe_code, reason = "slots are shared by signal handlers and the collecting thread without a lock")]

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicU64, Ordering};

/// The registers from which a stack is unwound.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Registers {
    /// The instruction that the thread was about to execute.
    pub(super) pc: u64,
    /// The stack pointer.
    pub(super) sp: u64,
    /// The frame pointer, which may serve as a general register.
    pub(super) fp: u64,
    /// The link register: who called, if the function has not saved it yet.
    #[cfg(target_arch = "aarch64")]
    pub(super) lr: u64,
}

/// What a sample says apart from the bytes of the stack.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Header {
    /// The kernel's number of the thread.
    pub(super) thread: i32,
    /// How many periods of the timer the sample stands for.
    pub(super) weight: u32,
    /// The registers of the interrupted code.
    pub(super) registers: Registers,
    /// How many bytes of the stack were copied, from the stack pointer up.
    pub(super) stack: usize,
}

/// A fixed number of slots, of which each has room for one sample.
///
/// Two bitmaps say where a slot is in its life: a bit in `free` (unused), in neither (the taker of the bit writes or reads),
/// or in `ready` (written, not yet read). A handler takes the lowest free slot, so that a quiet program touches few of them and
/// they stay in the cache; that is why this is a bitmap and not a circle.
pub(super) struct Ring {
    headers: Box<[UnsafeCell<Header>]>,
    stacks: Box<[UnsafeCell<u8>]>,
    stack_bytes: usize,
    free: Box<[AtomicU64]>,
    ready: Box<[AtomicU64]>,
    lost: AtomicU64,
}

// SAFETY: the cells of a slot are accessed only by the one who took the slot's bit out of `free` (`write`) or out of `ready`
// (`drain`). Taking a bit is an atomic read-modify-write with acquire order and giving it on is one with release order, so at
// most one holds it and sees what the holder before it did.
unsafe impl Sync for Ring {}

impl Ring {
    /// Room for at least `slots` samples with `stack_bytes` of stack each.
    pub(super) fn new(slots: usize, stack_bytes: usize) -> Self {
        let words = slots.div_ceil(64).max(1);
        // Zeroed by the system page by page, when a page is first touched: what is never used costs nothing.
        let stacks = vec![0_u8; words * 64 * stack_bytes].into_boxed_slice();
        // SAFETY: `UnsafeCell<u8>` has the layout of `u8` (its documentation guarantees it), and a box of one may be taken for
        // a box of the other, as `Box::into_raw` hands over the only pointer to the allocation.
        let stacks = unsafe { Box::from_raw(Box::into_raw(stacks) as *mut [UnsafeCell<u8>]) };
        Self {
            headers: (0..words * 64).map(|_| UnsafeCell::default()).collect(),
            stacks,
            stack_bytes,
            free: (0..words).map(|_| AtomicU64::new(u64::MAX)).collect(),
            ready: (0..words).map(|_| AtomicU64::new(0)).collect(),
            lost: AtomicU64::new(0),
        }
    }

    /// Lets `fill` write a sample, or counts `weight` as lost where every slot is taken. It is called by signal handlers: it
    /// neither allocates nor waits, and a failed exchange means that another thread got on.
    ///
    /// `fill` is given where the stack belongs (`stack_bytes` to be written at most) and says the rest.
    #[inline]
    pub(super) fn write(&self, weight: u32, fill: impl FnOnce(*mut u8, usize) -> Header) {
        let Some(slot) = self.take_free() else {
            self.lost.fetch_add(u64::from(weight), Ordering::Relaxed);
            return;
        };
        let header = fill(self.stack(slot), self.stack_bytes);
        debug_assert!(header.stack <= self.stack_bytes);
        // SAFETY: the slot's bit was taken out of `free` above and is in neither map, so nobody else accesses the slot.
        unsafe { *self.headers[slot].get() = header };
        self.ready[slot / 64].fetch_or(1 << (slot % 64), Ordering::Release);
    }

    /// The start of a slot's bytes, of which there are `stack_bytes`.
    fn stack(&self, slot: usize) -> *mut u8 {
        let start = slot * self.stack_bytes;
        UnsafeCell::raw_get(self.stacks[start..start + self.stack_bytes].as_ptr())
    }

    fn take_free(&self) -> Option<usize> {
        for (index, word) in self.free.iter().enumerate() {
            let mut bits = word.load(Ordering::Relaxed);
            while bits != 0 {
                let bit = bits.trailing_zeros();
                match word.compare_exchange_weak(bits, bits & !(1 << bit), Ordering::Acquire, Ordering::Relaxed) {
                    Ok(_) => return Some(index * 64 + bit as usize),
                    Err(now) => bits = now,
                }
            }
        }
        None
    }

    /// Hands every sample that is ready to `read`, with its piece of stack, and frees its slot.
    pub(super) fn drain(&self, mut read: impl FnMut(&Header, &[u8])) {
        for (index, word) in self.ready.iter().enumerate() {
            let mut bits = word.swap(0, Ordering::Acquire);
            while bits != 0 {
                let bit = bits.trailing_zeros();
                bits &= bits - 1;
                let slot = index * 64 + bit as usize;
                // SAFETY: the slot's bit was taken out of `ready` by the swap and is in neither map, so nobody else accesses
                // the slot until it is back in `free`.
                let header = unsafe { *self.headers[slot].get() };
                let length = header.stack.min(self.stack_bytes);
                let stack = self.stack(slot);
                // SAFETY: the slot's bytes are `stack_bytes` long from here on, initialised since the start, and by the
                // same argument nobody writes to them while the slice lives.
                let stack = unsafe { std::slice::from_raw_parts(stack, length) };
                read(&header, stack);
                self.free[index].fetch_or(1 << bit, Ordering::Release);
            }
        }
    }

    /// The weight of the samples for which there was no room.
    pub(super) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(ring: &Ring, thread: i32) {
        ring.write(2, |stack, bytes| {
            assert_eq!(bytes, 16);
            // SAFETY: the ring gives room for 16 bytes.
            unsafe { stack.write_bytes(thread as u8, bytes) };
            Header { thread, weight: 2, stack: bytes, ..Header::default() }
        });
    }

    #[test]
    fn what_does_not_fit_is_counted_as_lost_and_the_rest_is_read_once() {
        let ring = Ring::new(64, 16);
        (0..70).for_each(|thread| write(&ring, thread));
        assert_eq!(ring.lost(), 12);
        let mut read = Vec::new();
        ring.drain(|header, stack| {
            assert_eq!(stack, [header.thread as u8; 16]);
            read.push(header.thread);
        });
        assert_eq!(read, (0..64).collect::<Vec<_>>());
        ring.drain(|_, _| panic!("there is nothing left"));
        write(&ring, 7);
        ring.drain(|header, _| assert_eq!(header.thread, 7));
    }

    #[test]
    fn several_writers_and_a_reader_lose_nothing_uncounted() {
        let ring = Ring::new(64, 16);
        let done = AtomicU64::new(0);
        let mut read = 0_u64;
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (ring, done) = (&ring, &done);
                scope.spawn(move || {
                    (0..20_000).for_each(|_| write(ring, thread));
                    done.fetch_add(1, Ordering::Release);
                });
            }
            while done.load(Ordering::Acquire) < 4 {
                ring.drain(|header, stack| {
                    assert_eq!(stack, [header.thread as u8; 16]);
                    read += u64::from(header.weight);
                });
            }
        });
        ring.drain(|header, _| read += u64::from(header.weight));
        assert_eq!(read + ring.lost(), 4 * 20_000 * 2);
    }
}
