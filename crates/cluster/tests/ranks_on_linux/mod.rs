//! The tests, and what they have in common: where there is no MPI they are ignored with the reason.

mod answers;
mod clients;
mod failures;
mod worlds;

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use cluster::ranks::{Error, Ranks};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

/// A test: its name, and what has to hold.
type Test = (&'static str, fn() -> Result<(), Failed>);

pub(super) fn main() -> ExitCode {
    if let Some(code) = clients::as_client() {
        return code;
    }
    let arguments = Arguments::from_args();
    let tests = [answers::TESTS, failures::TESTS, worlds::TESTS, clients::TESTS].concat();
    let trials = tests.into_iter().map(|(name, test): Test| Trial::ignorable_test(name, move || run(test)));
    let trials = trials.chain([Trial::test("without_mpi_the_reason_says_what_mends_it", mending)]);
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// Why there are no ranks here; nothing, if there are.
fn unavailable() -> Option<&'static String> {
    static WHY: OnceLock<Option<String>> = OnceLock::new();
    let tried = || match Ranks::options().ranks(1).start() {
        Err(Error::Unavailable(why)) => Some(why),
        _ => None,
    };
    WHY.get_or_init(tried).as_ref()
}

fn run(test: fn() -> Result<(), Failed>) -> Result<Completion, Failed> {
    let Some(why) = unavailable() else { return test().map(|()| Completion::Completed) };
    if env::var("REQUIRE").unwrap_or_default().split(',').any(|word| word.trim().eq_ignore_ascii_case("mpi")) {
        return Err(format!("REQUIRE demands mpi, and ranks are unavailable: {why}").into());
    }
    Ok(Completion::ignored_with(why))
}

fn mending() -> Result<(), Failed> {
    match unavailable() {
        Some(why) if !why.contains("scripts/setup-cluster") => Err(format!("it does not say so: {why}").into()),
        _ => Ok(()),
    }
}

/// So many ranks.
fn ranks(ranks: usize) -> Result<Ranks, Error> {
    Ranks::options().ranks(ranks).start()
}

/// What is to be gone when ranks are: their processes, and the folder of the MPI library.
#[derive(Debug)]
struct Traces {
    processes: Vec<u32>,
    folders: BTreeSet<String>,
}

impl Traces {
    fn of(processes: &[u32]) -> Self {
        let folder = |process: &u32| {
            let environment = fs::read_to_string(format!("/proc/{process}/environ")).ok()?;
            environment.split('\0').find_map(|variable| variable.strip_prefix("TMPDIR=")).map(str::to_owned)
        };
        Self { processes: processes.to_vec(), folders: processes.iter().filter_map(folder).collect() }
    }

    fn left(&self) -> Vec<String> {
        // A process that has ended is there until its parent has heard of it.
        let alive = |process: &&u32| {
            let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
            status.lines().any(|line| line.starts_with("State:") && !line.contains("zombie"))
        };
        let processes = self.processes.iter().filter(alive).map(|process| format!("process {process}"));
        let folders = self.folders.iter().filter(|folder| fs::exists(folder).unwrap_or(true)).cloned();
        processes.chain(folders).collect()
    }

    /// Fails if something of it is still there after a patience that no sound end exhausts.
    fn are_gone(&self) -> Result<(), Failed> {
        if self.folders.len() != 1 {
            return Err(format!("the ranks have the folders {:?}", self.folders).into());
        }
        let until = Instant::now() + Duration::from_secs(20);
        while Instant::now() < until {
            if self.left().is_empty() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err(format!("still there: {:?}", self.left()).into())
    }
}
