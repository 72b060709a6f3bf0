//! What holds for the pool.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex};
use std::thread;

use threaded::pool::Pool;

#[test]
fn jobs_write_what_they_borrow_and_are_done_when_run_returns() {
    let pool = Pool::new(3).unwrap();
    for round in 0..200 {
        let mut numbers = vec![0; 10];
        pool.run(numbers.iter_mut().enumerate().map(|(i, number)| move || *number = i + round));
        assert!(numbers.iter().enumerate().all(|(i, &number)| number == i + round));
    }
}

#[test]
fn every_thread_of_the_pool_works_at_once_and_none_is_the_callers() {
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
    assert!(!seen.contains(&thread::current().id()));
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
                thread::sleep(std::time::Duration::from_millis(20));
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
    let outcome = catch_unwind(|| Pool::new(0).unwrap().run([|| ()]));
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
