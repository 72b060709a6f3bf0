mod failures;
mod options;

use std::collections::{BTreeSet, HashSet};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fs, process};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use multiprocess::{Error, FrozenArray, Lock, Numbers, Pool, Process, SharedArray, SharedValue, task};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// How long something may take before it counts as hanging. Nothing below waits so long unless it fails.
const GUARD: Duration = Duration::from_secs(60);

/// Names what this program does when a test starts it.
const SCENARIO: &str = "PROCESSES_SCENARIO";

/// Functions as tests of their names.
macro_rules! tests {
    ($($name:ident),* $(,)?) => {
        vec![$(libtest_mimic::Trial::test(stringify!($name), || {
            $name();
            Ok(())
        })),*]
    };
}
use tests;

pub(crate) fn main() -> ExitCode {
    let scenario = env::var(SCENARIO).ok();
    if scenario.as_deref() == Some("without the line") {
        return without_the_line();
    }
    if let Some(answer) = scenario.as_deref().and_then(|scenario| scenario.strip_prefix(failures::HOSTILE)) {
        failures::answer_if_worker(answer);
    }
    multiprocess::init();
    if let Some(scenario) = scenario {
        return run_scenario(&scenario);
    }
    let mut trials = tests![
        results_come_in_the_order_of_the_inputs,
        every_worker_is_a_process_of_its_own,
        four_processes_run_at_the_same_time,
        a_process_ends_with_its_function,
        a_panic_names_the_task_and_says_what_it_said,
        killed_workers_are_replaced_and_every_result_comes_once,
        parts_of_an_array_are_written_whoever_is_killed,
        an_idle_worker_that_is_killed_is_replaced,
        a_task_that_kills_its_worker_is_given_up_after_three_times,
        a_task_that_exits_is_given_up,
        a_task_that_allocates_too_much_is_given_up,
        a_task_that_never_returns_is_waited_for_no_longer_than_asked,
        a_task_beyond_the_time_limit_loses_its_worker,
        a_program_that_cannot_start_is_an_error,
        a_program_that_ends_at_once_is_an_error,
        no_workers_are_refused,
        a_pool_in_a_task_is_refused,
        a_function_that_is_not_registered_is_refused,
        a_program_without_the_line_is_refused_with_the_line,
        a_closed_pool_finishes_and_takes_nothing_more,
        a_terminated_pool_fails_what_is_left,
        a_pool_outlives_the_thread_that_started_it,
        children_end_with_a_parent_that_is_killed,
        an_interrupt_ends_everything_and_says_so,
        a_lock_counts_every_update,
        an_update_between_reading_and_writing_is_lost,
        a_lock_is_taken_over_from_a_process_that_was_killed,
        shared_memory_is_neither_copied_nor_in_any_folder,
        row_numbers_cost_a_few_bytes_and_lists_cost_all_of_them,
        values_that_are_large_travel_whole,
        empty_inputs_have_empty_results,
    ];
    trials.extend(failures::trials());
    trials.extend(options::trials());
    trials.push(Trial::ignorable_test("a_full_folder_for_shared_memory_changes_nothing", full_folder));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn pool(workers: usize) -> Pool {
    Pool::options().workers(workers).start().expect("a pool starts")
}

/// Waits until something holds.
fn eventually(what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < GUARD, "{what}: not after {GUARD:?}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// Whether a process runs: one that has ended and that nobody has asked for its status does not.
fn runs(id: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

fn kill(id: u32) {
    let id = Pid::from_raw(id as i32).expect("a process id");
    let _ = kill_process(id, Signal::KILL);
}

// The tasks

fn square(x: u64) -> u64 {
    x * x
}
task!(square);

fn square_slowly(x: u64) -> u64 {
    thread::sleep(Duration::from_millis(1 + x % 3));
    x * x
}
task!(square_slowly);

fn own_id(_: ()) -> u32 {
    process::id()
}
task!(own_id);

/// Does not return before so many processes have come.
fn meet((come, expected): (SharedValue<u32>, u32)) -> u32 {
    come.add(1);
    eventually("the others come", || come.get() >= expected);
    process::id()
}
task!(meet);

fn meet_and_end((come, expected): (SharedValue<u32>, u32)) {
    meet((come, expected));
}
task!(meet_and_end);

fn panics_at(at: u64, x: u64) -> u64 {
    assert_ne!(x, at, "not with {x}");
    x
}

fn panics_at_13(x: u64) -> u64 {
    panics_at(13, x)
}
task!(panics_at_13);

fn panics(text: String) {
    panic!("{text}");
}
task!(panics);

/// Counts that it has begun, and kills its process.
fn dies(begun: SharedValue<u32>) {
    begun.add(1);
    kill(process::id());
    thread::sleep(GUARD);
}
task!(dies);

fn exits(status: i32) {
    process::exit(status);
}
task!(exits);

fn allocates(bytes: u64) -> u64 {
    let memory = vec![1_u8; bytes as usize];
    memory.iter().map(|byte| u64::from(*byte)).sum()
}
task!(allocates);

fn waits_for(go: SharedValue<u32>) -> u32 {
    eventually("the word is given", || go.get() > 0);
    go.get()
}
task!(waits_for);

fn never_returns(begun: SharedValue<u32>) {
    begun.add(1);
    loop {
        thread::park();
    }
}
task!(never_returns);

fn starts_a_pool(_: ()) -> (String, String) {
    let pool = Pool::new().expect_err("no pool in a task").to_string();
    (pool, Process::start(panics, String::new()).expect_err("no process in a task").to_string())
}
task!(starts_a_pool);

fn counts_with_lock((counter, lock, times): (SharedValue<u64>, Lock, u32)) {
    for _ in 0..times {
        let _guard = lock.lock();
        counter.set(counter.get() + 1);
    }
}
task!(counts_with_lock);

fn counts_atomically((counter, times): (SharedValue<u64>, u32)) {
    for _ in 0..times {
        counter.add(1);
    }
}
task!(counts_atomically);

/// Adds one in two accesses, and waits in between until it is told that somebody else has added one.
fn adds_slowly((counter, turn): (SharedValue<u64>, SharedValue<u32>)) {
    let seen = counter.get();
    turn.set(1);
    eventually("the other one's turn is over", || turn.get() == 2);
    counter.set(seen + 1);
}
task!(adds_slowly);

fn dies_with_the_lock((lock, taken): (Lock, SharedValue<u32>)) {
    let _guard = lock.lock();
    taken.set(1);
    thread::sleep(GUARD);
}
task!(dies_with_the_lock);

fn fill_places(add: u64, first: usize, part: &mut [u64]) -> usize {
    thread::sleep(Duration::from_millis(1));
    for (place, value) in part.iter_mut().enumerate() {
        *value = (first + place) as u64 + add;
    }
    part.len()
}
task!(part fill_places);

fn double(_: (), _: usize, part: &mut [f64]) {
    part.iter_mut().for_each(|value| *value *= 2.0);
}
task!(part double);

fn sum(numbers: FrozenArray<f64>) -> f64 {
    numbers.iter().sum()
}
task!(sum);

fn reversed(numbers: Numbers<f64>) -> Numbers<f64> {
    Numbers(numbers.0.into_iter().rev().collect())
}
task!(reversed);

fn reversed_vec(numbers: Vec<f64>) -> Vec<f64> {
    numbers.into_iter().rev().collect()
}
task!(reversed_vec);

fn frozen(length: u64) -> FrozenArray<u64> {
    FrozenArray::of(&(0..length).collect::<Vec<_>>()).expect("there is memory")
}
task!(frozen);

// What a pool does

fn results_come_in_the_order_of_the_inputs() {
    let pool = pool(3);
    let squares: Vec<u64> = (0..101).map(|x| x * x).collect();
    assert_eq!(pool.map(square_slowly, 0..101).unwrap(), squares);
    for chunk in [1, 7, 101, 1000] {
        assert_eq!(pool.map_chunks(square, 0..101, chunk).unwrap(), squares, "chunks of {chunk}");
        let mut unordered: Vec<u64> = pool.imap_unordered(square, 0..101, chunk).unwrap().map(Result::unwrap).collect();
        unordered.sort_unstable();
        assert_eq!(unordered, squares, "chunks of {chunk}");
    }
    assert_eq!(pool.apply(square, 12).unwrap(), 144);
    let pending: Vec<_> = (0..20).map(|x| pool.apply_async(square, x).unwrap()).collect();
    assert_eq!(pending.iter().map(|pending| pending.get().unwrap()).collect::<Vec<_>>(), squares[..20]);
    let pending = pool.map_async(square, 0..5).unwrap();
    assert_eq!(pending.get().unwrap(), [0, 1, 4, 9, 16]);
    assert!(pending.ready());
    assert_eq!(pool.replaced(), 0);
    pool.join().unwrap();
}

fn every_worker_is_a_process_of_its_own() {
    let pool = pool(3);
    let come = SharedValue::new(0).unwrap();
    let met = pool.map_chunks(meet, (0..3).map(|_| (come.clone(), 3)), 1).unwrap();
    let ids: HashSet<u32> = met.into_iter().collect();
    assert_eq!(ids.len(), 3);
    assert!(!ids.contains(&process::id()));
    assert_eq!(ids, pool.ids().into_iter().collect());
    pool.join().unwrap();
    assert!(!ids.into_iter().any(runs), "a worker has outlived its pool");
}

fn four_processes_run_at_the_same_time() {
    let come = SharedValue::new(0).unwrap();
    let start = |_| Process::start(meet_and_end, (come.clone(), 4)).unwrap();
    let processes: Vec<_> = (0..4).map(start).collect();
    assert_eq!(processes.iter().map(Process::id).collect::<BTreeSet<_>>().len(), 4);
    for process in processes {
        assert!(process.join().unwrap().success());
    }
    assert_eq!(come.get(), 4);
}

fn a_process_ends_with_its_function() {
    let go = SharedValue::new(0).unwrap();
    let process = Process::start(wait_and_end, go.clone()).unwrap();
    process.wait_until_ready().unwrap();
    assert!(process.is_alive());
    assert!(matches!(process.join_timeout(Duration::from_millis(1)), Err(Error::NotReady(_))));
    go.set(1);
    assert_eq!(process.join().unwrap().code(), Some(0));
    let status = Process::start(panics, "this panic belongs to a test".to_owned()).unwrap().join().unwrap();
    assert_eq!(status.code(), Some(101));
    assert_eq!(Process::start(exits, 7).unwrap().join().unwrap().code(), Some(7));
    let process = Process::start(wait_and_end, SharedValue::new(0).unwrap()).unwrap();
    process.terminate();
    assert_eq!(process.join().unwrap().signal(), Some(Signal::TERM.as_raw()));
    let id = {
        let process = Process::start(wait_and_end, SharedValue::new(0).unwrap()).unwrap();
        process.id()
    };
    assert!(!runs(id), "a process that is dropped is killed");
}

fn wait_and_end(go: SharedValue<u32>) {
    waits_for(go);
}
task!(wait_and_end);

fn a_panic_names_the_task_and_says_what_it_said() {
    let pool = pool(2);
    let Err(Error::Panicked { name, index, message }) = pool.map(panics_at_13, 0..40) else { panic!("13 panics") };
    assert!(name.ends_with("linux::panics_at_13"), "{name}");
    assert_eq!(index, 13);
    assert!(message.contains("not with 13") && message.contains("tests/linux/mod.rs:"), "{message}");
    // The worker lives on.
    assert_eq!(pool.map_chunks(square, 0..4, 1).unwrap(), [0, 1, 4, 9]);
    assert_eq!(pool.replaced(), 0);
    pool.join().unwrap();
}

fn killed_workers_are_replaced_and_every_result_comes_once() {
    let mut random = 7_u64;
    let mut draw = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    for round in 0..5 {
        let pool = Pool::options().workers(3).attempts(1000).start().unwrap();
        let mut results = Vec::new();
        let mut killed = 0;
        thread::scope(|scope| {
            let work = scope.spawn(|| {
                let results = pool.imap_unordered(square_slowly, 0..200, 1).unwrap();
                results.collect::<Result<Vec<_>, _>>().unwrap()
            });
            // As many as it takes, at points that nobody has chosen.
            while !work.is_finished() && killed < 25 {
                thread::sleep(Duration::from_micros(200 + draw(8000)));
                let ids = pool.ids();
                if let Some(id) = ids.get(draw(3) as usize) {
                    kill(*id);
                    killed += 1;
                }
            }
            results = work.join().unwrap();
        });
        results.sort_unstable();
        assert_eq!(results, (0..200).map(|x| x * x).collect::<Vec<_>>(), "round {round}");
        assert!(killed > 0);
        eventually("the dead are replaced", || pool.replaced() > 0 && pool.ids().len() == 3);
        let left = pool.ids();
        pool.join().unwrap();
        assert!(!left.into_iter().any(runs));
    }
}

fn parts_of_an_array_are_written_whoever_is_killed() {
    let pool = Pool::options().workers(2).attempts(1000).start().unwrap();
    let mut array = SharedArray::<u64>::new(1003).unwrap();
    thread::scope(|scope| {
        let work = scope.spawn(|| pool.fill(&mut array, 10, fill_places, &5_u64).unwrap());
        for _ in 0..5 {
            thread::sleep(Duration::from_millis(5));
            pool.ids().first().into_iter().for_each(|id| kill(*id));
        }
        let lengths = work.join().unwrap();
        assert_eq!(lengths, [vec![10; 100], vec![3]].concat(), "the remainder is a part of its own");
    });
    assert!(array.iter().enumerate().all(|(place, value)| *value == place as u64 + 5));
    pool.join().unwrap();
}

fn an_idle_worker_that_is_killed_is_replaced() {
    let pool = pool(2);
    let before = pool.ids();
    kill(before[0]);
    eventually("the worker is replaced", || pool.replaced() == 1 && pool.ids().len() == 2);
    assert_eq!(pool.ids().iter().filter(|id| before.contains(id)).count(), 1);
    assert_eq!(pool.map(square, 0..9).unwrap().len(), 9);
    assert_eq!(pool.replaced(), 1);
    pool.join().unwrap();
}

fn a_task_that_kills_its_worker_is_given_up_after_three_times() {
    let pool = pool(2);
    for by_the_caller in [true, false] {
        let begun = SharedValue::new(0).unwrap();
        let result = match by_the_caller {
            true => pool.apply(dies, begun.clone()),
            false => pool.apply_async(dies, begun.clone()).unwrap().get(),
        };
        let error = result.unwrap_err();
        let Error::Died { name, index: 0, count: 1, attempts: 3, how } = &error else { panic!("{error:?}") };
        assert!(name.ends_with("linux::dies") && how.contains('9'), "{error}");
        assert_eq!(begun.get(), 3);
    }
    let once = Pool::options().workers(1).attempts(1).start().unwrap();
    let begun = SharedValue::new(0).unwrap();
    assert!(matches!(once.apply(dies, begun.clone()), Err(Error::Died { attempts: 1, .. })));
    assert_eq!(begun.get(), 1);
    assert_eq!(pool.apply(square, 3).unwrap(), 9);
}

fn a_task_that_exits_is_given_up() {
    let error = pool(1).apply(exits, 3).unwrap_err();
    assert!(error.to_string().contains("exit status: 3"), "{error}");
    assert!(matches!(error, Error::Died { .. }));
}

fn a_task_that_allocates_too_much_is_given_up() {
    let pool = Pool::options().workers(1).attempts(1).memory_limit(1 << 30).start().unwrap();
    assert_eq!(pool.apply(allocates, 1 << 20).unwrap(), 1 << 20);
    let error = pool.apply(allocates, 1 << 31).unwrap_err();
    assert!(matches!(error, Error::Died { .. }), "{error}");
    assert_eq!(pool.apply(allocates, 1 << 20).unwrap(), 1 << 20);
    assert!(matches!(SharedArray::<f64>::new(1 << 50), Err(Error::Memory(_))));
    assert!(matches!(SharedArray::<f64>::new(usize::MAX), Err(Error::Memory(_))));
}

fn a_task_that_never_returns_is_waited_for_no_longer_than_asked() {
    let pool = pool(1);
    let begun = SharedValue::new(0).unwrap();
    let pending = pool.apply_async(never_returns, begun.clone()).unwrap();
    let patience = Duration::from_millis(20);
    assert_eq!(pending.get_timeout(patience), Err(Error::NotReady(patience)));
    assert!(!pending.ready());
    let ids = pool.ids();
    eventually("it has begun", || begun.get() == 1);
    pool.terminate();
    assert_eq!(pending.get(), Err(Error::Terminated));
    assert!(!ids.into_iter().any(runs));
}

fn a_task_beyond_the_time_limit_loses_its_worker() {
    let limit = Duration::from_millis(50);
    let pool = Pool::options().workers(1).time_limit(limit).start().unwrap();
    let begun = SharedValue::new(0).unwrap();
    let error = pool.apply(never_returns, begun.clone()).unwrap_err();
    assert!(matches!(error, Error::TimedOut { index: 0, limit: said, .. } if said == limit), "{error}");
    assert!(begun.get() <= 1, "it is not submitted again");
    // One that only waits for its turn has all its time.
    assert_eq!(pool.map_chunks(square, 0..3, 1).unwrap(), [0, 1, 4]);
}

fn a_program_that_cannot_start_is_an_error() {
    let error = Pool::options().workers(2).program("/no/such/program").start().unwrap_err();
    assert!(matches!(&error, Error::Start(why) if why.contains("No such file")), "{error}");
}

fn a_program_that_ends_at_once_is_an_error() {
    let error = Pool::options().workers(2).program("true").start().unwrap_err();
    assert!(matches!(&error, Error::Start(why) if why.contains("before it was ready")), "{error}");
}

fn no_workers_are_refused() {
    assert_eq!(Pool::options().workers(0).start().unwrap_err(), Error::NoWorkers);
}

fn a_pool_in_a_task_is_refused() {
    let (of_pool, of_process) = pool(1).apply(starts_a_pool, ()).unwrap();
    assert_eq!(of_pool, Error::Nested.to_string());
    assert_eq!(of_process, Error::Nested.to_string());
}

fn a_function_that_is_not_registered_is_refused() {
    fn cube(x: u64) -> u64 {
        x * x * x
    }
    let pool = pool(1);
    let error = pool.apply(cube, 2).unwrap_err().to_string();
    assert!(error.contains("`multiprocess::task!(cube);`"), "{error}");
    let error = pool.apply(|x: u64| x, 2).unwrap_err().to_string();
    assert!(error.contains("a closure cannot leave its process"), "{error}");
}

fn a_closed_pool_finishes_and_takes_nothing_more() {
    let pool = pool(2);
    let pending = pool.map_async(square_slowly, 0..50).unwrap();
    pool.close();
    assert_eq!(pool.apply(square, 1), Err(Error::Closed));
    assert!(matches!(pool.map_async(square, 0..3), Err(Error::Closed)));
    pool.join().unwrap();
    assert!(pending.ready());
    assert_eq!(pending.get().unwrap().len(), 50);
}

fn a_terminated_pool_fails_what_is_left() {
    let pool = pool(1);
    let begun = SharedValue::new(0).unwrap();
    let first = pool.apply_async(never_returns, begun.clone()).unwrap();
    let second = pool.apply_async(square, 3).unwrap();
    eventually("the first one has begun", || begun.get() == 1);
    pool.terminate();
    assert_eq!(first.get(), Err(Error::Terminated));
    assert_eq!(second.get(), Err(Error::Terminated));
    assert_eq!(pool.apply(square, 3), Err(Error::Terminated));
}

fn a_pool_outlives_the_thread_that_started_it() {
    let pool = thread::spawn(|| pool(2)).join().unwrap();
    // A child that had asked to end with that thread would be gone by now, or be gone in a moment.
    thread::sleep(Duration::from_millis(50));
    assert_eq!(pool.map(square, 0..3).unwrap(), [0, 1, 4]);
    assert_eq!(pool.replaced(), 0);
    pool.join().unwrap();
}

fn empty_inputs_have_empty_results() {
    let pool = pool(1);
    assert_eq!(pool.map(square, 0..0).unwrap(), [0_u64; 0]);
    assert_eq!(pool.imap_unordered(square, 0..0, 3).unwrap().count(), 0);
    let mut nothing = SharedArray::<f64>::new(0).unwrap();
    assert_eq!(pool.fill(&mut nothing, 10, double, &()).unwrap(), []);
    assert_eq!(pool.apply(sum, FrozenArray::of(&[]).unwrap()).unwrap(), 0.0);
    assert_eq!(pool.apply(reversed, Numbers::default()).unwrap(), Numbers::default());
    pool.join().unwrap();
}

// Memory and locks

fn a_lock_counts_every_update() {
    let pool = pool(2);
    let (counter, lock) = (SharedValue::new(0_u64).unwrap(), Lock::new().unwrap());
    let inputs = (0..4).map(|_| (counter.clone(), lock.clone(), 1000));
    pool.map_chunks(counts_with_lock, inputs, 1).unwrap();
    assert_eq!(counter.get(), 4000);
    pool.map_chunks(counts_atomically, (0..4).map(|_| (counter.clone(), 1000)), 1).unwrap();
    assert_eq!(counter.get(), 8000);
    pool.join().unwrap();
}

fn an_update_between_reading_and_writing_is_lost() {
    let pool = pool(1);
    let (counter, turn) = (SharedValue::new(0_u64).unwrap(), SharedValue::new(0_u32).unwrap());
    let pending = pool.apply_async(adds_slowly, (counter.clone(), turn.clone())).unwrap();
    eventually("it has read", || turn.get() == 1);
    counter.add(1);
    turn.set(2);
    pending.get().unwrap();
    assert_eq!(counter.get(), 1, "two have added one");
    pool.join().unwrap();
}

fn a_lock_is_taken_over_from_a_process_that_was_killed() {
    let (lock, taken) = (Lock::new().unwrap(), SharedValue::new(0).unwrap());
    let process = Process::start(dies_with_the_lock, (lock.clone(), taken.clone())).unwrap();
    eventually("it has the lock", || taken.get() == 1);
    assert!(lock.try_lock().is_none());
    process.kill();
    assert!(lock.lock().recovered(), "who comes next is told");
    assert!(!lock.lock().recovered(), "and who comes after that is not");
    assert_eq!(process.join().unwrap().signal(), Some(9));
}

fn shared_memory_is_neither_copied_nor_in_any_folder() {
    let folder = || {
        fs::read_dir("/dev/shm").map_or(0, |entries| {
            entries
                .filter(|entry| {
                    entry.as_ref().is_ok_and(|entry| entry.file_name().to_string_lossy().contains("multiprocess"))
                })
                .count()
        })
    };
    let pool = pool(2);
    let values: Vec<f64> = (0..1_000_000).map(f64::from).collect();
    let (mut array, frozen) = (SharedArray::of(&values).unwrap(), FrozenArray::of(&values).unwrap());
    pool.fill(&mut array, 250_000, double, &()).unwrap();
    assert!(array.iter().zip(&values).all(|(doubled, value)| *doubled == 2.0 * value));
    assert_eq!(pool.apply(sum, frozen.clone()).unwrap(), values.iter().sum::<f64>());
    let traffic = pool.traffic();
    assert_eq!(traffic.messages, 5);
    assert!(traffic.sent < 1000 && traffic.received < 1000, "{traffic:?} for 16 MB");
    assert_eq!(folder(), 0);
    // What a worker makes can be read here, when the worker is long gone.
    let made = pool.apply(self::frozen, 1000).unwrap();
    pool.join().unwrap();
    assert_eq!(made.iter().sum::<u64>(), 499_500);
}

fn row_numbers_cost_a_few_bytes_and_lists_cost_all_of_them() {
    let pool = pool(1);
    let cost = |run: &dyn Fn()| {
        let before = pool.traffic();
        run();
        let after = pool.traffic();
        (after.messages - before.messages, after.sent - before.sent, after.received - before.received)
    };
    let numbers: Vec<f64> = (0..1000).map(f64::from).collect();
    let pickled = cost(&|| assert_eq!(pool.apply(reversed_vec, numbers.clone()).unwrap()[0], 999.0));
    let bytes = cost(&|| assert_eq!(pool.apply(reversed, Numbers(numbers.clone())).unwrap()[0], 999.0));
    for (messages, sent, received) in [pickled, bytes] {
        assert_eq!(messages, 1);
        assert!((8000..8200).contains(&sent) && (8000..8200).contains(&received), "{sent} {received}");
    }
    let frozen = FrozenArray::of(&numbers).unwrap();
    let (_, sent, received) = cost(&|| assert_eq!(pool.apply(sum, frozen.clone()).unwrap(), 499_500.0));
    assert!(sent < 100 && received < 100, "{sent} {received}");
    pool.join().unwrap();
}

fn values_that_are_large_travel_whole() {
    let pool = pool(2);
    let numbers: Vec<f64> = (0..2_000_003).map(f64::from).collect();
    let back = pool.apply(reversed, Numbers(numbers.clone())).unwrap();
    assert!(back.iter().rev().eq(&numbers));
    let strings = ["", "a", "\u{1F980}"].map(str::to_owned);
    assert_eq!(pool.map(lengths, strings).unwrap(), [0, 1, 4]);
    pool.join().unwrap();
}

fn lengths(text: String) -> u64 {
    text.len() as u64
}
task!(lengths);

// Programs that are started and come to an end

/// Whether Ctrl-C does nothing to this process and its children: so a shell starts what it starts in the background.
fn interrupts_are_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
    u64::from_str_radix(mask.trim(), 16).unwrap() & (1 << (Signal::INT.as_raw() - 1)) != 0
}

fn start_scenario(name: &str) -> Child {
    let exe = env::current_exe().unwrap();
    let mut command = if interrupts_are_ignored() {
        let mut command = Command::new("env");
        command.arg("--default-signal=INT").arg(exe);
        command
    } else {
        Command::new(exe)
    };
    command.env(SCENARIO, name).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    command.spawn().unwrap()
}

fn run_scenario(name: &str) -> ExitCode {
    match name {
        "works for ever" => {
            let pool = pool(2);
            let begun = SharedValue::new(0).unwrap();
            let _pending: Vec<_> = (0..2).map(|_| pool.apply_async(never_returns, begun.clone()).unwrap()).collect();
            let idle = Pool::options().workers(1).start().unwrap();
            eventually("both work", || begun.get() == 2);
            let ids: Vec<_> = pool.ids().into_iter().chain(idle.ids()).map(|id| id.to_string()).collect();
            println!("{}", ids.join(" "));
            thread::sleep(GUARD);
            ExitCode::FAILURE
        }
        "squares" => {
            let mut array = SharedArray::<f64>::of(&vec![1.5; 1_000_000]).unwrap();
            let pool = pool(2);
            pool.fill(&mut array, 300_000, double, &()).unwrap();
            assert!(array.iter().all(|value| *value == 3.0));
            assert_eq!(pool.map(square, 0..4).unwrap(), [0, 1, 4, 9]);
            pool.join().unwrap();
            println!("done");
            ExitCode::SUCCESS
        }
        _ => failures::run_scenario(name),
    }
}

/// Everything but the one line.
fn without_the_line() -> ExitCode {
    match Pool::options().workers(2).start() {
        Err(error) => {
            println!("{error}");
            ExitCode::SUCCESS
        }
        Ok(_) => ExitCode::FAILURE,
    }
}

fn a_program_without_the_line_is_refused_with_the_line() {
    let output = start_scenario("without the line").wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && said.contains("`multiprocess::init();`"), "{said}");
}

/// A program that works for ever, and the ids of its children.
fn working() -> (Child, Vec<u32>) {
    let mut program = start_scenario("works for ever");
    let mut line = String::new();
    BufReader::new(program.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let ids: Vec<u32> = line.split_whitespace().map(|id| id.parse().unwrap()).collect();
    assert_eq!(ids.len(), 3, "{line}");
    assert!(ids.iter().all(|id| runs(*id)));
    (program, ids)
}

fn children_end_with_a_parent_that_is_killed() {
    let (mut program, ids) = working();
    program.kill().unwrap();
    program.wait().unwrap();
    eventually("the children are gone", || !ids.iter().any(|id| runs(*id)));
}

fn an_interrupt_ends_everything_and_says_so() {
    let (mut program, ids) = working();
    // What Ctrl-C does: the signal reaches the whole group, children too.
    kill_process_group(Pid::from_raw(program.id() as i32).unwrap(), Signal::INT).unwrap();
    assert_eq!(program.wait().unwrap().signal(), Some(Signal::INT.as_raw()));
    let mut said = String::new();
    program.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains("interrupted") && said.contains(" 3 workers"), "{said}");
    eventually("the children are gone", || !ids.iter().any(|id| runs(*id)));
}

/// Runs a program where the folder for shared memory has room for one page, and that is taken.
fn full_folder() -> Result<Completion, Failed> {
    let script = "mount -t tmpfs -o size=4k none /dev/shm && { head -c 100000 /dev/zero > /dev/shm/full 2> /dev/null; :; } && exec \"$0\"";
    let exe = env::current_exe()?;
    let probe = "mount -t tmpfs -o size=4k none /dev/shm";
    let own = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--map-root-user", "sh", "-c", script]).arg(&exe).env(SCENARIO, "squares");
        command
    };
    let can = Path::new("/dev/shm").is_dir() && own(probe).output().is_ok_and(|output| output.status.success());
    if !can {
        return Ok(Completion::ignored_with("no file system can be mounted here without rights (unshare, mount)"));
    }
    let output = own(script).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.trim() == "done", "{said} {}", String::from_utf8_lossy(&output.stderr));
    Ok(Completion::Completed)
}
