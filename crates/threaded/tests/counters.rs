//! What holds for the counters.

use std::thread;

use threaded::counters::{Atomic, Counter, Locked, Padded, Racy, Sharded};

const THREADS: usize = 4;
const TIMES: u64 = 20_000;

fn counted(counter: &impl Counter) -> u64 {
    thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || (0..TIMES).for_each(|_| counter.add(thread)));
        }
    });
    counter.total()
}

#[test]
fn nothing_is_lost_by_a_lock_an_atomic_addition_or_a_counter_for_each_thread() {
    let all = TIMES * THREADS as u64;
    assert_eq!(counted(&Locked::new()), all);
    assert_eq!(counted(&Atomic::new()), all);
    assert_eq!(counted(&Sharded::new(THREADS)), all);
    assert_eq!(counted(&Padded::new(THREADS)), all);
}

#[test]
fn a_racy_counter_is_right_on_one_thread_and_never_too_large_on_several() {
    let alone = Racy::new();
    (0..TIMES).for_each(|_| alone.add(0));
    assert_eq!(alone.total(), TIMES);
    assert!((1..=TIMES * THREADS as u64).contains(&counted(&Racy::new())));
}
