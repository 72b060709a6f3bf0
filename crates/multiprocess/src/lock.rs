//! A lock between processes that outlives the process that holds it.

#![expect(unsafe_code, reason = "the system's robust mutexes are reached through the C library")]

use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Error;
use crate::os::{Memory, Taken, give_lock_back, make_lock, take_lock};
use crate::shared::refused;
use crate::wire::{Use, read_memory, write_memory};

// ANCHOR: lock
/// A lock that one process at a time can have, and that is free again when that process ends, in whatever way.
///
/// It is a *robust* mutex in shared memory. Taking one that is free costs no call of the system. The kernel knows each thread's list of
/// those that it has; when a thread ends, it marks them and wakes the next one in line. A lock made of a number in memory, with
/// the owner's process id in it, would have to ask again and again whether that process is alive, and could take a new process with an
/// old id for the owner.
#[derive(Clone, Debug)]
pub struct Lock {
    memory: Arc<Memory>,
}

/// A lock that this thread has. It is given back when this is dropped.
#[derive(Debug)]
pub struct Guard<'a> {
    memory: Arc<Memory>,
    recovered: bool,
    /// Only the thread that took a lock can give it back.
    of: PhantomData<(&'a Lock, *const ())>,
}
// ANCHOR_END: lock

impl Lock {
    /// A lock that is free.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn new() -> Result<Self, Error> {
        let memory = Memory::create(64).and_then(|memory| make_lock(&memory).map(|()| memory));
        memory.map(|memory| Self { memory: Arc::new(memory) }).map_err(refused)
    }

    /// Waits until the lock is free, and takes it.
    ///
    /// # Panics
    /// When this thread has it already: it would wait for itself.
    pub fn lock(&self) -> Guard<'_> {
        self.take(true).expect("who waits for a lock gets it")
    }

    /// Takes the lock if it is free.
    pub fn try_lock(&self) -> Option<Guard<'_>> {
        self.take(false)
    }

    fn take(&self, wait: bool) -> Option<Guard<'_>> {
        // SAFETY: every `Lock` has a memory with a lock in it, and the guard keeps it mapped for as long as this thread has the lock.
        let taken = unsafe { take_lock(&self.memory, wait) };
        let recovered = match taken {
            Taken::Well => false,
            Taken::FromTheDead => true,
            Taken::NotNow => return None,
            Taken::Already => panic!("this thread has the lock already, and would wait for itself"),
        };
        Some(Guard { memory: self.memory.clone(), recovered, of: PhantomData })
    }
}

impl Guard<'_> {
    /// Whether the last holder of the lock ended without giving it back: what it guards may be half done.
    pub fn recovered(&self) -> bool {
        self.recovered
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        // SAFETY: this thread has taken it, since a guard does not leave its thread.
        unsafe { give_lock_back(&self.memory) };
    }
}

impl Serialize for Lock {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        write_memory(&self.memory, Use::Lock, 0, to)
    }
}

impl<'de> Deserialize<'de> for Lock {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (memory, _) = read_memory(Use::Lock, from)?;
        if memory.is_sealed() {
            return Err(D::Error::custom("a lock that cannot be written"));
        }
        Ok(Self { memory })
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn one_thread_at_a_time_has_the_lock() {
        let lock = Lock::new().unwrap();
        let guard = lock.lock();
        assert!(thread::scope(|scope| scope.spawn(|| lock.try_lock().is_none()).join()).unwrap());
        drop(guard);
        assert!(!lock.try_lock().unwrap().recovered());
    }

    #[test]
    fn a_lock_is_taken_over_from_a_thread_that_has_ended_with_it() {
        let lock = Lock::new().unwrap();
        thread::scope(|scope| scope.spawn(|| std::mem::forget(lock.lock())).join()).unwrap();
        assert!(lock.lock().recovered());
        assert!(!lock.lock().recovered(), "once");
    }

    #[test]
    #[should_panic(expected = "would wait for itself")]
    fn a_thread_that_has_the_lock_does_not_wait_for_itself() {
        let lock = Lock::new().unwrap();
        let _guard = lock.lock();
        let _again = lock.lock();
    }
}
