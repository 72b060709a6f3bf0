//! What holds for the pool.

use std::cell::Cell;
use std::collections::HashSet;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use threaded::pool::Pool;

#[test]
fn jobs_write_what_they_borrow_and_are_done_when_run_returns() {
    let pool = Pool::new(3).unwrap();
    for round in 0..200 {
        let mut numbers = [0; 10];
        pool.run(numbers.iter_mut().enumerate().map(|(i, number)| move || *number = i + round));
        assert!(numbers.iter().enumerate().all(|(i, &number)| number == i + round));
    }
}

#[test]
fn every_thread_of_the_pool_works_at_once_and_one_is_the_callers() {
    let pool = Pool::new(3).unwrap();
    let (barrier, seen) = (Barrier::new(3), Mutex::new(HashSet::new()));
    pool.run((0..3).map(|_| {
        || {
            barrier.wait();
            seen.lock().unwrap().insert(thread::current().id());
        }
    }));
    let seen = seen.into_inner().unwrap();
    assert_eq!(seen.len(), 3);
    assert!(seen.contains(&thread::current().id()));
}

#[test]
fn the_same_threads_do_the_jobs_of_every_run() {
    let pool = Pool::new(2).unwrap();
    let seen = Mutex::new(HashSet::new());
    for _ in 0..50 {
        pool.run((0..4).map(|_| || _ = seen.lock().unwrap().insert(thread::current().id())));
    }
    assert!(seen.into_inner().unwrap().len() <= 2);
}

#[test]
fn a_panic_reaches_the_caller_with_its_message_after_all_other_jobs() {
    let pool = Pool::new(2).unwrap();
    let done = AtomicUsize::new(0);
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        pool.run((0..20).map(|job| {
            let done = &done;
            move || {
                assert!(job != 3, "job {job} is bad");
                done.fetch_add(1, Ordering::Relaxed);
            }
        }));
    }));
    assert_eq!(*outcome.unwrap_err().downcast::<String>().unwrap(), "job 3 is bad");
    assert_eq!(done.load(Ordering::Relaxed), 19);
    // And the pool goes on.
    pool.run((0..4).map(|_| || _ = done.fetch_add(1, Ordering::Relaxed)));
    assert_eq!(done.load(Ordering::Relaxed), 23);
}

#[test]
fn a_panic_of_the_iterator_waits_for_the_jobs_that_are_out() {
    let pool = Pool::new(2).unwrap();
    let mut numbers = vec![0; 3];
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        pool.run(numbers.iter_mut().enumerate().map(|(i, number)| {
            assert!(i < 2, "no more jobs");
            move || {
                thread::sleep(Duration::from_millis(20));
                *number = 1;
            }
        }));
    }));
    assert!(outcome.is_err());
    assert_eq!(numbers, [1, 1, 0]);
}

#[test]
fn no_jobs_are_done_at_once_and_no_threads_are_refused() {
    Pool::new(2).unwrap().run(std::iter::empty::<fn()>());
    let outcome = catch_unwind(|| Pool::new(0).map(drop));
    assert_eq!(*outcome.unwrap_err().downcast::<&str>().unwrap(), "a pool without threads does no job");
}

#[test]
fn more_threads_than_jobs_and_more_jobs_than_threads_are_both_done() {
    for (threads, jobs) in [(8, 1), (1, 100), (3, 3)] {
        let (pool, done) = (Pool::new(threads).unwrap(), AtomicUsize::new(0));
        assert_eq!(pool.threads(), threads);
        pool.run((0..jobs).map(|_| || _ = done.fetch_add(1, Ordering::Relaxed)));
        assert_eq!(done.load(Ordering::Relaxed), jobs);
    }
}

#[test]
fn a_job_may_hand_jobs_to_its_own_pool() {
    let (pool, done) = (Pool::new(2).unwrap(), AtomicUsize::new(0));
    pool.run((0..8).map(|_| || pool.run((0..8).map(|_| || _ = done.fetch_add(1, Ordering::Relaxed)))));
    assert_eq!(done.load(Ordering::Relaxed), 64);
}

/// Fails when something does not end in a time that nothing but a deadlock explains.
fn ends(what: impl FnOnce() + Send + 'static) {
    let (ended, end) = mpsc::channel();
    thread::spawn(move || {
        what();
        ended.send(()).unwrap();
    });
    end.recv_timeout(Duration::from_secs(60)).expect("it ends, and without a panic");
}

#[test]
fn an_iterator_that_panics_is_told_with_any_number_of_threads_after_the_jobs_that_are_out() {
    for threads in [1, 2, 3] {
        ends(move || {
            let (pool, done) = (Pool::new(threads).unwrap(), AtomicUsize::new(0));
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                pool.run((0..10).map(|job| {
                    assert!(job < 7, "no more jobs");
                    || _ = done.fetch_add(1, Ordering::Relaxed)
                }));
            }));
            assert_eq!(*outcome.unwrap_err().downcast::<&str>().unwrap(), "no more jobs");
            assert_eq!(done.load(Ordering::Relaxed), 7);
            pool.run((0..3).map(|_| || _ = done.fetch_add(1, Ordering::Relaxed)));
            assert_eq!(done.load(Ordering::Relaxed), 10);
        });
    }
}

/// What a panic may carry, too.
struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic_any(Self);
    }
}

#[test]
fn payloads_that_panic_when_they_are_dropped_end_no_thread() {
    for threads in [1, 2, 3] {
        ends(move || {
            let pool = Pool::new(threads).unwrap();
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                pool.run((0..20).map(|_| || panic_any(PanicsWhenDropped)));
            }));
            let payload = outcome.unwrap_err();
            assert!(payload.is::<PanicsWhenDropped>());
            mem::forget(payload);
            // All threads are there.
            let barrier = Barrier::new(threads);
            pool.run((0..threads).map(|_| || _ = barrier.wait()));
        });
    }
}

thread_local! {
    /// Jobs that this thread is in the middle of.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

#[test]
fn a_thread_that_waits_for_inner_jobs_begins_no_outer_one() {
    for threads in [1, 2] {
        ends(move || {
            let (pool, done, deepest) = (Pool::new(threads).unwrap(), AtomicUsize::new(0), AtomicUsize::new(0));
            let inside = |job: &dyn Fn()| {
                let depth = DEPTH.get() + 1;
                deepest.fetch_max(depth, Ordering::Relaxed);
                DEPTH.set(depth);
                job();
                DEPTH.set(depth - 1);
            };
            let inner = || inside(&|| _ = done.fetch_add(1, Ordering::Relaxed));
            pool.run((0..40_000).map(|_| || inside(&|| pool.run((0..2).map(|_| inner)))));
            assert_eq!(done.load(Ordering::Relaxed), 80_000);
            assert_eq!(deepest.load(Ordering::Relaxed), 2);
        });
    }
}

#[test]
fn a_lock_may_be_held_over_an_inner_run() {
    for threads in [1, 2, 3] {
        ends(move || {
            let (pool, done) = (Pool::new(threads).unwrap(), Mutex::new(0));
            let add = AtomicUsize::new(0);
            pool.run((0..100).map(|_| {
                || {
                    let mut done = done.lock().unwrap();
                    pool.run((0..3).map(|_| || _ = add.fetch_add(1, Ordering::Relaxed)));
                    *done += 1;
                }
            }));
            assert_eq!((done.into_inner().unwrap(), add.into_inner()), (100, 300));
        });
    }
}
