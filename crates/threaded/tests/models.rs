//! The latch and the counters in every order of events that the memory model allows, as loom finds them.
//!
//! The sources are those of the crate, compiled over loom's types: a test runs a model again and again, each time with another order of
//! the threads' steps and of what each load may see, until there is none left. What passes here is proven for that many threads.
#![expect(unsafe_code, reason = "the data that is handed over has to be where a race would show")]
#![allow(dead_code, unreachable_pub, reason = "a source of the crate says `pub`, and not every model needs all of it")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

/// The sources as they are.
#[path = "../src"]
mod right {
    pub(crate) mod sync {
        pub(crate) use loom::sync::Mutex;
        pub(crate) use loom::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
        pub(crate) use loom::thread::{Thread, current, park};

        pub(crate) const PUBLISH: Ordering = Ordering::Release;
    }
    #[path = "counters.rs"]
    pub(crate) mod counters;
    #[path = "latch.rs"]
    pub(crate) mod latch;
}

/// The latch with one word changed.
#[path = "../src"]
mod broken {
    pub(crate) mod sync {
        pub(crate) use super::super::right::sync::{AtomicUsize, Thread, current, park};
        pub(crate) use loom::sync::atomic::Ordering;

        pub(crate) const PUBLISH: Ordering = Ordering::Relaxed;
    }
    #[path = "latch.rs"]
    pub(crate) mod latch;
}

use right::counters::{Atomic, Counter, Locked, Padded, Racy, Sharded};

/// An element of the output: written by a job, read by the caller after the latch.
struct Element(UnsafeCell<u32>);

// SAFETY: that the accesses do not overlap is what the models are about; loom reports it where they do.
unsafe impl Sync for Element {}

impl Element {
    fn new() -> Self {
        Self(UnsafeCell::new(0))
    }

    fn write(&self, value: u32) {
        // SAFETY: loom gives a valid pointer, and ends the model with a panic when another access is possible at the same time.
        self.0.with_mut(|element| unsafe { *element = value });
    }

    fn read(&self) -> u32 {
        // SAFETY: as above.
        self.0.with(|element| unsafe { *element })
    }
}

/// What a model panics with, if it does.
fn complaint(model: impl Fn() + Sync + Send + 'static) -> Option<String> {
    let panic = catch_unwind(AssertUnwindSafe(|| loom::model(model))).err()?;
    let text = panic.downcast_ref::<String>().cloned();
    Some(text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default())
}

/// A pool's hand-over: two jobs write an element each, the caller waits at the latch and reads both.
macro_rules! hand_over {
    ($latch:path) => {
        || {
            let latch = Arc::new(<$latch>::new());
            let output = Arc::new([Element::new(), Element::new()]);
            for job in 0..2 {
                latch.expect();
                let (latch, output) = (Arc::clone(&latch), Arc::clone(&output));
                thread::spawn(move || {
                    output[job].write(job as u32 + 1);
                    latch.arrive();
                });
            }
            latch.wait();
            assert_eq!(output.each_ref().map(Element::read), [1, 2]);
        }
    };
}

#[test]
fn after_the_latch_the_caller_sees_all_that_the_jobs_wrote() {
    loom::model(hand_over!(right::latch::Latch));
}

#[test]
fn a_latch_that_publishes_nothing_is_caught() {
    let complaint = complaint(hand_over!(broken::latch::Latch)).expect("one word too little is a race");
    assert!(complaint.contains("Causality violation"), "{complaint}");
}

#[test]
fn a_caller_that_does_not_wait_is_caught() {
    let complaint = complaint(|| {
        let output = Arc::new(Element::new());
        let same = Arc::clone(&output);
        thread::spawn(move || same.write(1));
        output.read();
    });
    assert!(complaint.expect("nothing orders the two").contains("Causality violation"));
}

/// Two threads add 1 once each.
fn two_add<C: Counter + Send + Sync + 'static>(
    counter: impl Fn() -> C + Sync + Send + 'static,
) -> impl Fn() + Sync + Send {
    move || {
        let counter = Arc::new(counter());
        let others = [0, 1].map(|thread| {
            let counter = Arc::clone(&counter);
            thread::spawn(move || counter.add(thread))
        });
        others.into_iter().for_each(|other| other.join().unwrap());
        assert_eq!(counter.total(), 2, "an addition was lost");
    }
}

#[test]
fn a_racy_counter_loses_an_addition_in_some_order() {
    let complaint = complaint(two_add(Racy::new)).expect("loom finds the order");
    assert!(complaint.contains("an addition was lost"), "{complaint}");
}

#[test]
fn no_order_loses_an_addition_of_the_other_counters() {
    loom::model(two_add(Locked::new));
    loom::model(two_add(Atomic::new));
    loom::model(two_add(|| Sharded::new(2)));
    loom::model(two_add(|| Padded::new(2)));
}
