//! What holds for engines, whatever happens to them. A main function of its own, as engines run this program too.

mod counting;
mod direct;
mod ends;
mod hosts;
mod kills;
mod queue;
mod refusals;

use std::process::{ExitCode, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use cluster::{Cluster, Error, task};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

/// How long something may take before it counts as hanging. Nothing here waits so long unless it fails.
const GUARD: Duration = Duration::from_secs(120);

/// Names what this program does when a test starts it.
const SCENARIO: &str = "CLUSTER_SCENARIO";

/// Functions as tests of their names, ignored with the reason where nats-server is not there.
macro_rules! tests {
    ($($name:ident),* $(,)?) => {
        vec![$(libtest_mimic::Trial::ignorable_test(stringify!($name), || {
            crate::with_server(stringify!($name), $name)
        })),*]
    };
}
use tests;

fn main() -> ExitCode {
    if env::var(SCENARIO).is_ok_and(|scenario| scenario == "without the line") {
        return ends::without_the_line();
    }
    cluster::init();
    if let Ok(scenario) = env::var(SCENARIO) {
        return ends::run_scenario(&scenario);
    }
    let mut trials: Vec<Trial> = direct::trials();
    trials.extend(queue::trials());
    trials.extend(kills::trials());
    trials.extend(refusals::trials());
    trials.extend(ends::trials());
    trials.extend(hosts::trials());
    // Each test has processes enough of its own.
    let arguments =
        Arguments { test_threads: Arguments::from_args().test_threads.or(Some(1)), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Runs a test that needs nats-server. `REQUIRE=nats` makes its absence a failure.
fn with_server(name: &'static str, test: fn()) -> Result<Completion, Failed> {
    if let Err(Error::Unavailable(why)) = Cluster::options().engines(0).start() {
        let required = env::var("REQUIRE").unwrap_or_default();
        if required.split(',').any(|word| word.trim().eq_ignore_ascii_case("nats")) {
            return Err(format!("REQUIRE demands nats: {why}").into());
        }
        return Ok(Completion::ignored_with(why));
    }
    let ended = guarded(name);
    test();
    drop(ended);
    Ok(Completion::Completed)
}

/// Ends everything with a line when what is returned is not dropped in time: a test that hangs is a failure, and says which it is.
fn guarded(name: &'static str) -> mpsc::Sender<()> {
    let (ended, watched) = mpsc::channel();
    thread::spawn(move || {
        if watched.recv_timeout(3 * GUARD) == Err(RecvTimeoutError::Timeout) {
            eprintln!("{name} hangs: it has not ended after {:?}", 3 * GUARD);
            process::exit(1);
        }
    });
    ended
}

fn start(engines: usize) -> Cluster {
    Cluster::options().engines(engines).start().expect("a cluster starts")
}

/// Waits until something holds.
fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
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

/// Starts this program to play a scenario.
fn start_scenario(name: &str, program: &std::path::Path, argument: &str) -> process::Child {
    let mut command = process::Command::new(program);
    command.arg(argument).env(SCENARIO, name).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn().expect("this program starts")
}

// The tasks

fn square(x: u64) -> u64 {
    x * x
}
task!(square);

fn square_slowly(x: u64) -> u64 {
    thread::sleep(Duration::from_millis(5 + x % 7));
    x * x
}
task!(square_slowly);

fn own_process(_: ()) -> u32 {
    process::id()
}
task!(own_process);

fn reversed(mut numbers: Vec<f64>) -> Vec<f64> {
    numbers.reverse();
    numbers
}
task!(reversed);

fn not_13(x: u64) -> u64 {
    assert_ne!(x, 13, "not with {x}");
    x
}
task!(not_13);

/// Kills its engine.
fn dies(x: u64) -> u64 {
    kill_self_at(x, 3)
}
task!(dies);

fn kill_self_at(x: u64, at: u64) -> u64 {
    if x == at {
        let own = rustix::process::getpid();
        let _ = rustix::process::kill_process(own, rustix::process::Signal::KILL);
        thread::sleep(GUARD);
    }
    x
}

/// Notes in a file that it runs, and takes its time.
fn notes((file, milliseconds): (String, u64)) -> u32 {
    use std::io::Write as _;
    let mut file = fs::OpenOptions::new().create(true).append(true).open(file).expect("a file for notes");
    writeln!(file, "{}", process::id()).expect("a note");
    thread::sleep(Duration::from_millis(milliseconds));
    process::id()
}
task!(notes);

/// Bytes that live in this process.
fn living(_: ()) -> usize {
    counting::living()
}
task!(living);
