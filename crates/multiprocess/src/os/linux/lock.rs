//! Robust mutexes.

use std::io;
use std::mem::MaybeUninit;

use super::memory::Memory;

/// What came of taking a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It was free, or has been given back.
    Well,
    /// Its holder ended without giving it back.
    FromTheDead,
    /// This thread has it already.
    Already,
    /// It is somebody else's.
    NotNow,
}

/// Makes a lock at the beginning of a memory that nobody else has yet.
pub(crate) fn make_lock(memory: &Memory) -> io::Result<()> {
    let check = |code: libc::c_int| if code == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(code)) };
    assert!(!memory.is_sealed() && memory.len() >= size_of::<libc::pthread_mutex_t>(), "a lock needs memory to write");
    let mut attributes = MaybeUninit::uninit();
    // SAFETY: the attributes are initialised by the first call and destroyed by the last; the memory is writable, large enough, aligned
    // to a page, and nobody else's.
    unsafe {
        check(libc::pthread_mutexattr_init(attributes.as_mut_ptr()))?;
        let made = check(libc::pthread_mutexattr_setpshared(attributes.as_mut_ptr(), libc::PTHREAD_PROCESS_SHARED))
            .and_then(|()| {
                check(libc::pthread_mutexattr_setrobust(attributes.as_mut_ptr(), libc::PTHREAD_MUTEX_ROBUST))
            })
            .and_then(|()| {
                check(libc::pthread_mutexattr_settype(attributes.as_mut_ptr(), libc::PTHREAD_MUTEX_ERRORCHECK))
            })
            .and_then(|()| check(libc::pthread_mutex_init(memory.as_ptr().cast(), attributes.as_ptr())));
        libc::pthread_mutexattr_destroy(attributes.as_mut_ptr());
        made
    }
}

/// Takes a lock.
///
/// # Safety
/// [`make_lock`] has made a lock in this memory. The memory stays mapped until the same thread gives the lock back.
pub(crate) unsafe fn take_lock(memory: &Memory, wait: bool) -> Taken {
    let mutex = memory.as_ptr().cast();
    // SAFETY: the caller vouches for the mutex.
    let code = unsafe { if wait { libc::pthread_mutex_lock(mutex) } else { libc::pthread_mutex_trylock(mutex) } };
    match code {
        0 => Taken::Well,
        libc::EBUSY => Taken::NotNow,
        libc::EDEADLK => Taken::Already,
        libc::EOWNERDEAD => {
            // SAFETY: this thread has the mutex now, from somebody who has ended.
            unsafe { libc::pthread_mutex_consistent(mutex) };
            Taken::FromTheDead
        }
        code => panic!("a lock between processes cannot be taken: {}", io::Error::from_raw_os_error(code)),
    }
}

/// Gives a lock back.
///
/// # Safety
/// This thread has taken it.
pub(crate) unsafe fn give_lock_back(memory: &Memory) {
    // SAFETY: the caller vouches for it.
    unsafe { libc::pthread_mutex_unlock(memory.as_ptr().cast()) };
}
