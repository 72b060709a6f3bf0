//! One lock for all interpreters of a process, as CPython has it: the one that executes bytecode holds it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long somebody waits before asking the holder to give way: CPython's switch interval.
const SWITCH_INTERVAL: Duration = Duration::from_millis(5);

/// The lock. A thread that waits asks the holder for it after a while, and the holder gives way at the end of an iteration.
#[derive(Debug, Default)]
pub struct GlobalLock {
    /// Whether somebody holds it, and how often it has changed hands.
    state: Mutex<State>,
    freed: Condvar,
    asked: AtomicBool,
    most: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    held: bool,
    turns: u64,
    executing: u64,
}

impl GlobalLock {
    /// A lock for as long as the process lives: interpreters look at its flag whenever they end an iteration.
    pub fn leaked() -> &'static GlobalLock {
        Box::leak(Box::default())
    }

    /// The flag that is set while somebody waits and wants the holder to give way.
    pub fn asked(&'static self) -> &'static AtomicBool {
        &self.asked
    }

    /// How many times the lock was taken.
    pub fn turns(&self) -> u64 {
        self.state().turns
    }

    /// The most threads that have executed at the same time while they held it.
    pub fn most_at_once(&self) -> u64 {
        self.most.load(Ordering::Relaxed)
    }

    /// Waits until nobody holds the lock, and takes it.
    pub fn acquire(&self) {
        let mut state = self.state();
        while state.held {
            let turns = state.turns;
            let (waited, timeout) =
                self.freed.wait_timeout(state, SWITCH_INTERVAL).unwrap_or_else(PoisonError::into_inner);
            state = waited;
            // A thread that has got it meanwhile may keep it for a full interval.
            if timeout.timed_out() && state.held && state.turns == turns {
                self.asked.store(true, Ordering::Relaxed);
            }
        }
        self.take(&mut state);
    }

    /// Lets the next one have it.
    pub fn release(&self) {
        let mut state = self.state();
        self.give(&mut state);
        self.freed.notify_one();
    }

    /// Lets somebody who waits have it, and takes it again after that.
    pub(crate) fn give_way(&self) {
        let mut state = self.state();
        self.give(&mut state);
        self.freed.notify_one();
        let turns = state.turns;
        // Without this wait the same thread would take it again before the other has woken up.
        while state.turns == turns && !state.held {
            let (waited, timeout) =
                self.freed.wait_timeout(state, SWITCH_INTERVAL).unwrap_or_else(PoisonError::into_inner);
            state = waited;
            if timeout.timed_out() {
                break;
            }
        }
        drop(state);
        self.acquire();
    }

    fn take(&self, state: &mut State) {
        state.held = true;
        state.turns += 1;
        state.executing += 1;
        self.most.fetch_max(state.executing, Ordering::Relaxed);
        self.asked.store(false, Ordering::Relaxed);
    }

    fn give(&self, state: &mut State) {
        state.held = false;
        state.executing -= 1;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
