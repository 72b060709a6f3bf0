//! How pools can be told to be, and how much they hold at a time.

use std::cell::Cell;
use std::collections::HashSet;
use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};

use libtest_mimic::Trial;
use multiprocess::{Error, FrozenArray, Pool, SharedArray, SharedValue, task};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::{dies, double, eventually, fill_places, kill, own_id, panics, panics_at_13, pool, square, sum, tests};

pub(super) fn trials() -> Vec<Trial> {
    tests![
        every_worker_is_initialised_before_its_first_task,
        a_pool_whose_initializer_fails_does_not_start,
        a_worker_is_renewed_after_so_many_tasks,
        a_worker_is_renewed_at_a_size_that_does_not_count_what_is_shared,
        inputs_are_drawn_as_results_are_taken,
        results_come_before_the_error_that_ends_them,
        a_chunk_has_any_number_of_shared_memories,
        a_worker_that_may_not_have_so_many_files_says_so_and_lives,
        what_is_dropped_is_soon_mapped_nowhere,
    ]
}

/// What the initializer has left in this process.
static INITIALISED: AtomicU32 = AtomicU32::new(0);

fn initialises((times, value): (SharedValue<u32>, u32)) {
    times.add(1);
    INITIALISED.fetch_add(value, Ordering::Relaxed);
}
task!(initialises);

fn initialised(_: ()) -> u32 {
    INITIALISED.load(Ordering::Relaxed)
}
task!(initialised);

fn every_worker_is_initialised_before_its_first_task() {
    let times = SharedValue::new(0).unwrap();
    let pool = Pool::options().workers(3).initializer(initialises, (times.clone(), 5)).start().unwrap();
    assert_eq!(times.get(), 3, "once in each, when the pool has started");
    assert_eq!(pool.map_chunks(initialised, [(); 20], 1).unwrap(), [5; 20]);
    assert_eq!(pool.traffic().messages, 20, "what prepares a worker is no task");
    kill(pool.ids()[0]);
    eventually("another one takes its place", || times.get() == 4);
    assert_eq!(pool.map_chunks(initialised, [(); 20], 1).unwrap(), [5; 20]);
    pool.join().unwrap();
}

fn a_pool_whose_initializer_fails_does_not_start() {
    let error = Pool::options().workers(2).initializer(panics, "not today".to_owned()).start().unwrap_err();
    assert!(
        matches!(&error, Error::Panicked { name, message, .. }
        if name.ends_with("::panics") && message.starts_with("not today")),
        "{error}"
    );
    let begun = SharedValue::new(0).unwrap();
    let error = Pool::options().workers(1).initializer(dies, begun.clone()).start().unwrap_err();
    assert!(matches!(&error, Error::Died { attempts: 1, .. }) && begun.get() == 1, "{error}");
    let error = Pool::options().workers(1).initializer(|_: u8| {}, 1).start().unwrap_err();
    assert!(matches!(error, Error::NotATask { .. }), "{error}");
}

fn a_worker_is_renewed_after_so_many_tasks() {
    let pool = Pool::options().workers(1).tasks_per_worker(3).start().unwrap();
    let ids = pool.map_chunks(own_id, [(); 7], 1).unwrap();
    let (first, second, third) = (ids[0], ids[3], ids[6]);
    assert_eq!(ids, [first, first, first, second, second, second, third]);
    assert_eq!(HashSet::from([first, second, third]).len(), 3);
    // A chunk of inputs is one task, on any worker.
    let chunk: HashSet<u32> = pool.map_chunks(own_id, [(); 100], 100).unwrap().into_iter().collect();
    assert_eq!(chunk, HashSet::from([third]));
    assert_eq!(pool.apply(own_id, ()).unwrap(), third);
    assert_ne!(pool.apply(own_id, ()).unwrap(), third);
    assert_eq!((pool.renewed(), pool.replaced()), (3, 0));
    pool.join().unwrap();
}

/// Takes memory and does not give it back.
fn keeps(bytes: u64) {
    Box::leak(vec![1_u8; bytes as usize].into_boxed_slice());
}
task!(keeps);

fn a_worker_is_renewed_at_a_size_that_does_not_count_what_is_shared() {
    let pool = Pool::options().workers(1).resident_limit(32 << 20).start().unwrap();
    let first = pool.apply(own_id, ()).unwrap();
    let mut shared = SharedArray::<u64>::new(5 << 20).unwrap();
    pool.fill(&mut shared, 5 << 20, fill_places, &0_u64).unwrap();
    pool.apply(keeps, 1 << 20).unwrap();
    assert_eq!(pool.apply(own_id, ()).unwrap(), first);
    pool.apply(keeps, 40 << 20).unwrap();
    assert_ne!(pool.apply(own_id, ()).unwrap(), first);
    assert_eq!((pool.renewed(), pool.replaced()), (1, 0));
    pool.join().unwrap();
}

fn inputs_are_drawn_as_results_are_taken() {
    let pool = pool(2);
    let drawn = Cell::new(0);
    let inputs = (0..1_000_000_u64).inspect(|_| drawn.set(drawn.get() + 1));
    let mut results = pool.imap_unordered(square, inputs, 10).unwrap();
    for taken in 1..=1000 {
        results.next().unwrap().unwrap();
        let most = (taken + 9) / 10 * 10 + 2 * 4 * 10;
        assert!(drawn.get() <= most, "{} inputs are drawn for {taken} results", drawn.get());
    }
    drop(results);
    // No end of inputs is no hindrance, and the pool can be asked for something else in between.
    let endless = (0..).map(|x| pool.apply(square, x).unwrap());
    let squares: HashSet<u64> = pool.imap_unordered(square, endless, 1).unwrap().take(50).map(Result::unwrap).collect();
    assert!(squares.len() == 50 && squares.iter().all(|fourth| *fourth <= 58_u64.pow(4)));
    pool.close();
    assert!(matches!(pool.imap_unordered(square, 0..3, 1), Err(Error::Closed)));
    pool.join().unwrap();
}

fn results_come_before_the_error_that_ends_them() {
    let pool = pool(1);
    let mut results = pool.imap_unordered(panics_at_13, 0.., 1).unwrap();
    let before: Vec<u64> = results.by_ref().map_while(Result::ok).collect();
    assert!(before.iter().copied().eq(0..13), "{before:?}: one worker has an order");
    assert!(results.next().is_none());
    // The bound leaves something to be drawn after the pool has been closed.
    let mut results = pool.imap_unordered(square, 0..100, 1).unwrap();
    pool.close();
    let taken: Vec<_> = results.by_ref().collect();
    let (last, done) = taken.split_last().unwrap();
    assert_eq!(*last, Err(Error::Closed));
    assert!(done.len() < 100 && done.iter().all(Result::is_ok), "{done:?}");
    assert!(results.next().is_none());
}

fn frozen_arrays(count: u64) -> Vec<FrozenArray<u64>> {
    (0..count).map(|value| FrozenArray::of(&[value]).unwrap()).collect()
}
task!(frozen_arrays);

fn a_chunk_has_any_number_of_shared_memories() {
    let pool = pool(1);
    for count in [1, 32, 33, 253, 254, 300] {
        let arrays: Vec<_> = (0..count).map(|value| FrozenArray::of(&[f64::from(value), 1.0]).unwrap()).collect();
        let sums: Vec<_> = (0..count).map(|value| f64::from(value) + 1.0).collect();
        assert_eq!(pool.map_chunks(sum, arrays, 1000).unwrap(), sums, "{count} arrays");
        let made = pool.apply(frozen_arrays, u64::from(count as u32)).unwrap();
        assert!(made.iter().map(|array| array[0]).eq(0..count as u64), "{count} arrays back");
    }
    assert_eq!((pool.traffic().messages, pool.replaced()), (12, 0));
    pool.join().unwrap();
}

fn may_have_more_files(more: usize) {
    let open = fs::read_dir("/proc/self/fd").unwrap();
    let open: HashSet<u64> = open.map(|file| file.unwrap().file_name().to_string_lossy().parse().unwrap()).collect();
    // A file gets the lowest number that is free, and the limit is one of numbers.
    let most = (0..).filter(|number| !open.contains(number)).nth(more).unwrap();
    let limit = Rlimit { current: Some(most), ..getrlimit(Resource::Nofile) };
    setrlimit(Resource::Nofile, limit).unwrap();
}
task!(may_have_more_files);

fn a_worker_that_may_not_have_so_many_files_says_so_and_lives() {
    let pool = Pool::options().workers(1).initializer(may_have_more_files, 20).start().unwrap();
    let arrays: Vec<_> = (0..40).map(|_| FrozenArray::of(&[1.0]).unwrap()).collect();
    let error = pool.map_chunks(sum, arrays.clone(), 40).unwrap_err();
    assert!(matches!(&error, Error::Memory(why) if why.contains("`ulimit -n`")), "{error}");
    assert_eq!(pool.map_chunks(sum, arrays, 4).unwrap(), [1.0; 40]);
    assert_eq!(pool.replaced(), 0);
    pool.join().unwrap();
}

fn what_is_dropped_is_soon_mapped_nowhere() {
    let pool = pool(1);
    let worker = pool.ids()[0];
    let mapped = || {
        let maps = fs::read_to_string(format!("/proc/{worker}/maps")).unwrap();
        maps.lines().filter(|line| line.contains("memfd:multiprocess")).count()
    };
    for _ in 0..8 {
        let mut array = SharedArray::<f64>::new(1 << 17).unwrap();
        pool.fill(&mut array, 1 << 17, double, &()).unwrap();
    }
    assert_eq!(pool.apply(sum, FrozenArray::of(&[1.0, 2.0]).unwrap()).unwrap(), 3.0);
    eventually("nothing is mapped in the worker", || mapped() == 0);
    assert_eq!(pool.apply(sum, FrozenArray::of(&[1.0, 2.0]).unwrap()).unwrap(), 3.0);
    pool.join().unwrap();
}
