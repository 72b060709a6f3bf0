//! What should not happen: workers that give wrong answers or stop, a system that refuses, panics that panic.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::process::{ExitCode, Output};
use std::time::{Duration, Instant};
use std::{env, panic, process, thread};

use libtest_mimic::Trial;
use multiprocess::{Error, Pool, Process, task};
use rustix::process::{Resource, Rlimit, Signal, getpid, kill_process, setrlimit};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{GUARD, eventually, panics, pool, square, start_scenario, tests};

pub(super) fn trials() -> Vec<Trial> {
    tests![
        a_worker_that_announces_a_length_beyond_all_memory_is_an_error,
        a_worker_that_announces_more_results_than_inputs_is_an_error,
        a_worker_that_names_an_input_beyond_all_inputs_is_an_error,
        a_worker_that_announces_memories_that_do_not_come_is_an_error,
        where_there_is_no_room_for_a_thread_a_pool_says_what_mends_it,
        deadlines_beyond_the_clock_are_none,
        a_stopped_worker_fails_its_task_with_its_state_and_what_continues_it,
        a_process_that_stops_is_not_waited_for,
        a_panic_that_panics_when_it_is_dropped_costs_no_worker,
        what_would_steer_a_terminal_is_shown_by_its_number,
        what_a_type_says_of_its_value_reaches_the_caller_once,
    ]
}

// Workers that do not keep to the rules

/// What a scenario begins with whose workers answer their first task in some way.
pub(super) const HOSTILE: &str = "hostile ";

/// In a worker of such a scenario, says that it is ready, and answers its first task: bytes beyond a header of `answer`'s kind.
pub(super) fn answer_if_worker(answer: &str) {
    if env::var_os("MULTIPROCESS_CHILD_OF").is_none() {
        return;
    }
    let message = |length: u64, kind: u32, memories: u32, body: &[u8]| {
        [&length.to_le_bytes()[..], &kind.to_le_bytes(), &memories.to_le_bytes(), body].concat()
    };
    let (ready, done, panicked) = (3, 4, 5);
    // The largest number, as it is written in a message.
    let largest = [[0xFF_u8; 9].as_slice(), &[1]].concat();
    let answer = match answer {
        "length" => message(u64::MAX, done, 0, &[]),
        "results" => message(10, done, 0, &largest),
        "index" => message(13, panicked, 0, &[&largest, b"\x02hi".as_slice()].concat()),
        _ => message(2, done, 5, &[1, 0]),
    };
    let mut line = File::from(io::stdin().as_fd().try_clone_to_owned().unwrap());
    line.write_all(&message(0, ready, 0, &[])).unwrap();
    line.read_exact(&mut [0; 17]).unwrap();
    line.write_all(&answer).unwrap();
    thread::sleep(GUARD);
    process::exit(0);
}

/// What a scenario says, which must not take for ever.
fn outcome(scenario: &str) -> Output {
    let mut program = start_scenario(scenario);
    let started = Instant::now();
    while program.try_wait().unwrap().is_none() {
        if started.elapsed() > GUARD {
            program.kill().unwrap();
            panic!("{scenario}: hangs");
        }
        thread::sleep(Duration::from_millis(2));
    }
    program.wait_with_output().unwrap()
}

fn said(scenario: &str) -> String {
    let output = outcome(scenario);
    let (said, trouble) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && !trouble.contains("panicked"), "{scenario}: {said} {trouble}");
    said
}

pub(super) fn run_scenario(name: &str) -> ExitCode {
    if name.starts_with(HOSTILE) {
        let pool = Pool::options().workers(1).attempts(1).start().unwrap();
        let pending = pool.map_async(nothing, [(), ()]).unwrap();
        println!("{}", pending.get_timeout(GUARD / 2).unwrap_err());
        return ExitCode::SUCCESS;
    }
    if let Some(threads) = name.strip_prefix(ROOM) {
        return little_room(threads.parse().unwrap());
    }
    if name == "a process panics" {
        let status = Process::start(panics, "\x1b[31mred".to_owned()).unwrap().join().unwrap();
        println!("{status}");
        return ExitCode::SUCCESS;
    }
    ExitCode::FAILURE
}

fn nothing(_: ()) {}
task!(nothing);

fn a_worker_that_announces_a_length_beyond_all_memory_is_an_error() {
    let said = said("hostile length");
    assert!(said.contains("no room for a message of 18446744073709551615 bytes"), "{said}");
}

fn a_worker_that_announces_more_results_than_inputs_is_an_error() {
    let said = said("hostile results");
    assert!(said.contains("18446744073709551615 results for 1 inputs"), "{said}");
}

fn a_worker_that_names_an_input_beyond_all_inputs_is_an_error() {
    let said = said("hostile index");
    assert!(said.contains("task 18446744073709551615 of ") && said.contains("panicked: hi"), "{said}");
}

fn a_worker_that_announces_memories_that_do_not_come_is_an_error() {
    let said = said("hostile memories");
    assert!(said.contains("0 of 5 shared memories have arrived") && said.contains("`ulimit -n`"), "{said}");
}

// A system that refuses

/// What a scenario begins with in which a program has addresses for so many threads more.
const ROOM: &str = "room for threads: ";

fn little_room(threads: u64) -> ExitCode {
    // The heap has grown by then, so that only stacks ask for more: what is kept at its end keeps the rest from going back.
    let mut heap: Vec<Vec<u8>> = (0..256).map(|_| vec![1; 1 << 15]).collect();
    let kept = heap.pop();
    drop(heap);
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let addresses = status.lines().find_map(|line| line.strip_prefix("VmSize:")?.strip_suffix(" kB")).unwrap();
    let stack = 2 << 20;
    let most = 1024 * addresses.trim().parse::<u64>().unwrap() + threads * stack + stack / 2;
    setrlimit(Resource::As, Rlimit { current: Some(most), maximum: Some(most) }).unwrap();
    match Pool::options().workers(2).start() {
        Ok(pool) => println!("{:?}", pool.map_async(square, 0..3).unwrap().get_timeout(GUARD / 2)),
        Err(error) => println!("{error}"),
    }
    drop(kept);
    ExitCode::SUCCESS
}

fn where_there_is_no_room_for_a_thread_a_pool_says_what_mends_it() {
    // A thread for each of two workers, and one that starts them. With room for all, it is the workers that lack it, or nobody.
    for threads in 0..4 {
        let said = said(&format!("{ROOM}{threads}"));
        let refused = said.contains("raise `ulimit -");
        assert!(said.lines().count() == 1 && (refused || said.contains("Ok([0, 1, 4])")), "{said}");
        assert!(refused || threads > 0, "{said}");
    }
}

fn deadlines_beyond_the_clock_are_none() {
    let pool = Pool::options().workers(1).time_limit(Duration::MAX).stall_limit(Duration::MAX).start().unwrap();
    assert_eq!(pool.map(square, 0..3).unwrap(), [0, 1, 4]);
    assert_eq!(pool.map_async(square, 0..3).unwrap().get_timeout(Duration::MAX).unwrap(), [0, 1, 4]);
    assert!(Process::start(nothing, ()).unwrap().join_timeout(Duration::MAX).unwrap().success());
    pool.join().unwrap();
}

// Workers that stand still

fn stops(_: ()) {
    kill_process(getpid(), Signal::STOP).unwrap();
}
task!(stops);

fn a_stopped_worker_fails_its_task_with_its_state_and_what_continues_it() {
    let limit = Duration::from_millis(200);
    let pool = Pool::options().workers(2).stall_limit(limit).start().unwrap();
    let ids = pool.ids();
    for by_the_caller in [false, true] {
        let result = match by_the_caller {
            true => pool.apply(stops, ()),
            false => pool.apply_async(stops, ()).unwrap().get_timeout(GUARD),
        };
        let error = result.unwrap_err();
        let Error::Stalled { name, index: 0, limit: said, workers } = &error else { panic!("{error}") };
        let [(id, state)] = workers.as_slice() else { panic!("{error}") };
        assert!(name.ends_with("::stops") && *said == limit && state == "T (stopped)", "{error}");
        assert!(error.to_string().contains(&format!("process {id}, state T (stopped)")), "{error}");
        assert!(error.to_string().contains(&format!("`kill -CONT {id}`")), "{error}");
        assert!(by_the_caller || ids.contains(id), "{error}");
        eventually("it is killed", || !super::runs(*id));
    }
    assert_eq!(pool.replaced(), 2);
    assert_eq!(pool.map(square, 0..3).unwrap(), [0, 1, 4]);
    pool.join().unwrap();
}

fn a_process_that_stops_is_not_waited_for() {
    let process = Process::start(stops, ()).unwrap();
    let id = process.id();
    let error = process.join_unless_stalled(Duration::from_millis(50)).unwrap_err();
    assert!(
        matches!(&error, Error::Stalled { workers, .. } if workers == &[(id, "T (stopped)".to_owned())]),
        "{error}"
    );
    assert!(!super::runs(id));
    assert!(Process::start(nothing, ()).unwrap().join_unless_stalled(GUARD).unwrap().success());
}

// Panics and texts

struct PanicsToo;

impl Drop for PanicsToo {
    fn drop(&mut self) {
        panic::resume_unwind(Box::new(Self));
    }
}

fn panics_twice(_: ()) {
    panic::panic_any(PanicsToo);
}
task!(panics_twice);

fn a_panic_that_panics_when_it_is_dropped_costs_no_worker() {
    let pool = pool(1);
    for _ in 0..2 {
        let error = pool.apply(panics_twice, ()).unwrap_err();
        assert!(matches!(&error, Error::Panicked { message, .. } if message.starts_with("no message at ")), "{error}");
    }
    assert_eq!(pool.apply(square, 3).unwrap(), 9);
    assert_eq!(pool.replaced(), 0);
    pool.join().unwrap();
}

fn what_would_steer_a_terminal_is_shown_by_its_number() {
    let pool = pool(1);
    let error = pool.apply(panics, "\x1b]0;title\x07".to_owned()).unwrap_err();
    assert!(
        matches!(&error, Error::Panicked { message, .. } if message.starts_with("\x1b]0;title\x07")),
        "as it was said"
    );
    let shown = error.to_string();
    assert!(shown.contains("panicked: \\u{1b}]0;title\\u{7} at ") && !shown.contains(char::is_control), "{shown:?}");
    pool.join().unwrap();
    let output = outcome("a process panics");
    let shown = String::from_utf8(output.stderr).unwrap();
    assert!(shown.contains("a process ended early: \\u{1b}[31mred at ") && !shown.contains('\x1b'), "{shown:?}");
}

/// A number that a type has an opinion of, both ways.
#[derive(Debug)]
struct Odd(u32);

impl Serialize for Odd {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.0 > 100 {
            return Err(serde::ser::Error::custom(format_args!("{} is too large to be sent", self.0)));
        }
        self.0.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Odd {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let number = u32::deserialize(from)?;
        if number % 2 == 1 {
            Ok(Self(number))
        } else {
            Err(serde::de::Error::custom(format_args!("{number} is not odd")))
        }
    }
}

fn next_number(number: Odd) -> Odd {
    Odd(number.0 + 1)
}
task!(next_number);

fn next_but_99(number: Odd) -> Odd {
    Odd(number.0 + 100)
}
task!(next_but_99);

fn what_a_type_says_of_its_value_reaches_the_caller_once() {
    let pool = pool(1);
    let travels = "a value cannot travel between processes";
    let error = |result: Result<Odd, Error>| result.unwrap_err().to_string();
    assert_eq!(error(pool.apply(next_number, Odd(101))), format!("{travels}: 101 is too large to be sent"));
    assert_eq!(error(pool.apply(next_number, Odd(4))), format!("{travels}: 4 is not odd"), "said in the worker");
    assert_eq!(error(pool.apply(next_but_99, Odd(3))), format!("{travels}: 103 is too large to be sent"), "there, too");
    assert_eq!(error(pool.apply(next_number, Odd(3))), format!("{travels}: 4 is not odd"), "said of the result");
    assert_eq!(pool.replaced(), 0);
    pool.join().unwrap();
}
