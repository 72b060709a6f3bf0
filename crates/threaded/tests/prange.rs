//! What holds for a parallel range under every schedule.

use std::collections::HashSet;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use threaded::prange::Schedule::{self, Dynamic, Guided, Static, StaticChunk, Stealing};
use threaded::prange::{Timeline, prange};

const SCHEDULES: [Schedule; 10] = [
    Static,
    StaticChunk(1),
    StaticChunk(3),
    StaticChunk(usize::MAX),
    Dynamic(1),
    Dynamic(4),
    Dynamic(0),
    Guided(1),
    Guided(5),
    Stealing,
];

#[test]
fn every_row_is_done_exactly_once_under_every_schedule() {
    for schedule in SCHEDULES {
        for threads in [1, 2, 3, 4, 7] {
            for rows in [0, 1, 2, 3, 6, 7, 8, 40, 101] {
                let times: Vec<_> = (0..rows).map(|_| AtomicUsize::new(0)).collect();
                let mut output = vec![usize::MAX; rows * 2];
                prange(threads, schedule, &mut output, 2, None, |row, elements| {
                    times[row].fetch_add(1, Ordering::Relaxed);
                    assert_eq!(elements, [usize::MAX; 2]);
                    elements.fill(row);
                })
                .unwrap();
                let context = format!("{schedule}, {threads} threads, {rows} rows");
                assert!(times.iter().all(|times| times.load(Ordering::Relaxed) == 1), "{context}");
                assert!(output.iter().enumerate().all(|(i, &row)| row == i / 2), "{context}: {output:?}");
            }
        }
    }
}

#[test]
fn a_last_row_that_is_shorter_is_done_too() {
    for schedule in SCHEDULES {
        let mut output = vec![0; 11];
        prange(3, schedule, &mut output, 4, None, |row, elements| {
            elements.fill(10 * row + elements.len());
        })
        .unwrap();
        assert_eq!(output, [4, 4, 4, 4, 14, 14, 14, 14, 23, 23, 23], "{schedule}");
    }
}

#[test]
fn more_threads_than_rows_and_no_threads_are_as_many_as_make_sense() {
    for schedule in SCHEDULES {
        for threads in [0, 1000] {
            let seen = Mutex::new(HashSet::new());
            prange(threads, schedule, &mut [0; 3], 1, None, |_, _| {
                seen.lock().unwrap().insert(thread::current().id());
            })
            .unwrap();
            assert!((1..=3).contains(&seen.into_inner().unwrap().len()), "{schedule}");
        }
    }
}

/// Waits until `value` is reached, at most so long that nothing but a fault explains it.
fn reached(counter: &AtomicUsize, value: usize) -> bool {
    let begun = Instant::now();
    while counter.load(Ordering::Relaxed) < value {
        if begun.elapsed() > Duration::from_secs(60) {
            return false;
        }
        thread::yield_now();
    }
    true
}

#[test]
fn as_many_threads_as_asked_for_are_inside_of_the_loop_at_once() {
    // Each row waits until there are three: under any schedule that gives every thread a row this ends at once, and on one thread
    // it would not end at all.
    for schedule in [Static, StaticChunk(1), Dynamic(1), Guided(1), Stealing] {
        let (inside, seen) = (AtomicUsize::new(0), Mutex::new(HashSet::<ThreadId>::new()));
        prange(3, schedule, &mut [0; 3], 1, None, |_, _| {
            inside.fetch_add(1, Ordering::Relaxed);
            seen.lock().unwrap().insert(thread::current().id());
            assert!(reached(&inside, 3), "{schedule}: the others do not come");
        })
        .unwrap();
        assert_eq!(seen.into_inner().unwrap().len(), 3, "{schedule}");
    }
}

#[test]
fn a_panic_in_any_row_reaches_the_caller_with_its_message() {
    for schedule in SCHEDULES {
        for threads in [1, 2, 4] {
            for bad in [0, 5, 9] {
                let done = AtomicUsize::new(0);
                let outcome = catch_unwind(AssertUnwindSafe(|| {
                    prange(threads, schedule, &mut [0; 10], 1, None, |row, _| {
                        assert!(row != bad, "row {row} is bad");
                        done.fetch_add(1, Ordering::Relaxed);
                    })
                    .unwrap();
                }));
                let payload = outcome.expect_err("the panic is passed on");
                let message = payload.downcast_ref::<String>().expect("the message of assert!");
                assert_eq!(*message, format!("row {bad} is bad"), "{schedule}, {threads} threads");
                assert!(done.load(Ordering::Relaxed) < 10);
            }
        }
    }
}

#[test]
fn when_every_row_panics_one_of_the_messages_is_told() {
    for schedule in SCHEDULES {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            prange(4, schedule, &mut [0; 10], 1, None, |row, _| panic!("row {row} is bad")).unwrap();
        }));
        let payload = outcome.expect_err("the panic is passed on");
        let message = payload.downcast_ref::<String>().expect("the message of panic!");
        assert!(message.starts_with("row ") && message.ends_with(" is bad"), "{schedule}: {message}");
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
fn payloads_that_panic_when_they_are_dropped_are_told_like_others() {
    // Stealing is rayon's, which ends the program.
    for schedule in SCHEDULES.into_iter().filter(|schedule| *schedule != Stealing) {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            prange(4, schedule, &mut [0; 10], 1, None, |_, _| panic_any(PanicsWhenDropped)).unwrap();
        }));
        let payload = outcome.expect_err("the panic is passed on");
        assert!(payload.is::<PanicsWhenDropped>(), "{schedule}");
        mem::forget(payload);
    }
}

/// The pieces that a schedule makes of some rows, in the order of their rows, with the thread of each.
fn pieces(threads: usize, schedule: Schedule, rows: usize) -> Vec<(usize, std::ops::Range<usize>)> {
    let timeline = Timeline::new();
    prange(threads, schedule, &mut vec![0; rows], 1, Some(&timeline), |_, _| {}).unwrap();
    let mut pieces: Vec<_> = timeline.spans().into_iter().map(|span| (span.thread, span.rows)).collect();
    pieces.sort_by_key(|(_, rows)| rows.start);
    pieces
}

#[test]
fn static_schedules_decide_before_the_loop_who_does_what() {
    assert_eq!(pieces(3, Static, 10), [(0, 0..3), (1, 3..6), (2, 6..10)]);
    let dealt = [(0, 0..4), (1, 4..8), (0, 8..10)];
    assert_eq!(pieces(2, StaticChunk(4), 10), dealt);
}

#[test]
fn dynamic_pieces_are_equal_and_guided_ones_become_smaller() {
    let lengths =
        |schedule, rows| pieces(2, schedule, rows).into_iter().map(|(_, rows)| rows.len()).collect::<Vec<_>>();
    assert_eq!(lengths(Dynamic(4), 10), [4, 4, 2]);
    assert_eq!(lengths(Guided(1), 16), [8, 4, 2, 1, 1]);
    assert_eq!(lengths(Guided(3), 16), [8, 4, 3, 1]);
    assert_eq!(lengths(Stealing, 5), [1; 5]);
}

#[test]
fn a_timeline_tells_when_each_piece_began_and_ended() {
    for schedule in SCHEDULES {
        let timeline = Timeline::new();
        let begun = Instant::now();
        prange(2, schedule, &mut [0; 20], 1, Some(&timeline), |_, _| thread::sleep(Duration::from_micros(50))).unwrap();
        let (ended, spans) = (Instant::now(), timeline.spans());
        assert!(spans.is_sorted_by_key(|span| span.begun));
        for span in &spans {
            assert!(begun <= span.begun && span.ended <= ended && span.thread < 2, "{schedule}: {span:?}");
            assert!(span.ended - span.begun >= Duration::from_micros(50) * span.rows.len() as u32);
        }
        assert_eq!(spans.iter().map(|span| span.rows.len()).sum::<usize>(), 20);
    }
}
