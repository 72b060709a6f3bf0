//! What is left when a program ends, however it ends: nothing.

#![expect(unsafe_code, reason = "the action of a signal is set through the C library")]

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode};
use std::{env, thread};

use cluster::{Cluster, Credentials, EngineOptions, Error};
use libtest_mimic::{Completion, Failed, Trial};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::{GUARD, SCENARIO, eventually, own_process, reversed, runs, square, start, start_scenario, tests};

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = tests![
        nothing_is_left_of_a_cluster_that_is_dropped,
        nothing_is_left_of_a_program_that_is_killed,
        an_interrupt_ends_everything_and_says_so,
        a_program_without_the_line_is_refused_with_the_line,
        an_engine_ends_when_its_server_is_gone_for_good,
    ];
    trials.push(Trial::test("a_machine_without_the_server_says_what_installs_it", || {
        without_nats_server();
        Ok(())
    }));
    trials.push(Trial::ignorable_test("a_full_disk_under_the_server_is_said", full_disk));
    trials
}

/// What a program prints of its cluster, and what must be gone after it.
struct Traces {
    processes: Vec<u32>,
    folder: PathBuf,
}

impl Traces {
    fn of(cluster: &Cluster) -> Self {
        let server = cluster.own_server().expect("a server of its own");
        let engines = cluster.client().engines().into_iter().map(|(_, _, process)| process);
        Self { processes: engines.chain([server.process]).collect(), folder: server.folder }
    }

    fn are_there(&self) -> bool {
        self.folder.exists() && self.processes.iter().all(|process| runs(*process))
    }

    fn vanish(&self) {
        eventually("all processes are gone", || !self.processes.iter().any(|process| runs(*process)));
        eventually("the folder is gone", || !self.folder.exists());
    }
}

/// A program that works, and what it has started.
fn working() -> (Child, Traces) {
    let mut program = start_scenario("works for ever", &env::current_exe().unwrap(), "");
    let mut line = String::new();
    BufReader::new(program.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let (processes, folder) = line.trim_end().split_once('|').unwrap_or_else(|| panic!("{line:?}"));
    let processes = processes.split(' ').map(|process| process.parse().unwrap()).collect();
    let traces = Traces { processes, folder: folder.into() };
    assert!(traces.are_there());
    (program, traces)
}

/// Lets Ctrl-C end this program, also when the program that started the tests ignores it, as `nohup` and shells do for what runs in their background.
fn end_by_interrupts() {
    // SAFETY: giving a signal its default action has no preconditions.
    unsafe { libc::signal(libc::SIGINT, libc::SIG_DFL) };
}

/// What this program does when a test has started it.
pub(crate) fn run_scenario(name: &str) -> ExitCode {
    match name {
        "works for ever" => {
            end_by_interrupts();
            let cluster = start(2);
            let traces = Traces::of(&cluster);
            let processes: Vec<_> = traces.processes.iter().map(u32::to_string).collect();
            println!("{}|{}", processes.join(" "), traces.folder.display());
            thread::sleep(GUARD);
            ExitCode::FAILURE
        }
        "engine" => {
            let argument = env::args().nth(1).unwrap_or_default();
            let (token, server) = argument.split_once('@').expect("a token and a server");
            let (server, credentials) = (server.to_owned(), Credentials::token(token));
            let patience = Some(std::time::Duration::from_millis(300));
            let options = EngineOptions { server, credentials, patience, ..EngineOptions::default() };
            println!("{}", cluster::engine(options).expect_err("it works until there is no server"));
            ExitCode::SUCCESS
        }
        "starts" => {
            println!("{}", Cluster::options().engines(1).start().expect_err("there is no server"));
            ExitCode::SUCCESS
        }
        "fills the disk" => {
            let cluster = start(1);
            let view = cluster.client().load_balanced_view();
            let numbers = (0..32).map(|_| vec![0.5; 100_000]);
            println!("{}", view.map(reversed, numbers).expect_err("the disk is full"));
            ExitCode::SUCCESS
        }
        name => crate::hosts::run_scenario(name),
    }
}

/// Everything but the one line.
pub(crate) fn without_the_line() -> ExitCode {
    match Cluster::options().engines(1).start() {
        Err(error) => {
            println!("{error}");
            ExitCode::SUCCESS
        }
        Ok(_) => ExitCode::FAILURE,
    }
}

fn nothing_is_left_of_a_cluster_that_is_dropped() {
    let cluster = start(2);
    let traces = Traces::of(&cluster);
    assert!(traces.are_there());
    cluster.kill_engine(0).unwrap();
    drop(cluster);
    assert!(!traces.folder.exists() && !traces.processes.iter().any(|process| runs(*process)));
}

fn nothing_is_left_of_a_program_that_is_killed() {
    let (mut program, traces) = working();
    program.kill().unwrap();
    program.wait().unwrap();
    traces.vanish();
}

fn an_interrupt_ends_everything_and_says_so() {
    let (mut program, traces) = working();
    // What Ctrl-C does: the signal reaches the whole group, children too.
    kill_process_group(Pid::from_raw(program.id() as i32).unwrap(), Signal::INT).unwrap();
    assert_eq!(program.wait().unwrap().signal(), Some(Signal::INT.as_raw()));
    let mut said = String::new();
    program.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(said, "interrupted: this process ends, and with it 2 engines and its server\n");
    traces.vanish();
}

fn a_program_without_the_line_is_refused_with_the_line() {
    let output = start_scenario("without the line", &env::current_exe().unwrap(), "").wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && said.contains("add `cluster::init();` as the first line of main"), "{said}");
}

fn an_engine_ends_when_its_server_is_gone_for_good() {
    let cluster = start(0);
    let argument = format!("{}@{}", cluster.own_server().unwrap().token, cluster.client().server());
    let mut engine = start_scenario("engine", &env::current_exe().unwrap(), &argument);
    eventually("the engine is heard", || cluster.client().ids() == [0]);
    let view = cluster.client().engine(0).unwrap();
    assert_eq!((view.apply(square, 6).unwrap(), view.apply(own_process, ()).unwrap()), (vec![36], vec![engine.id()]));
    drop(cluster);
    eventually("the engine ends", || engine.try_wait().unwrap().is_some());
    let mut said = String::new();
    engine.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(said.trim_end(), Error::ServerLost { away: std::time::Duration::from_millis(300) }.to_string());
}

fn without_nats_server() {
    let said = |server: &str| {
        let mut command = Command::new(env::current_exe().unwrap());
        let output = command.env(SCENARIO, "starts").env("NATS_SERVER", server).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(said("/nowhere"), "nats-server is not on this machine: `scripts/setup-cluster` installs it\n");
    // A program that is none, and ends at once.
    let other = said("/bin/false");
    assert!(other.starts_with("the server does not start: exit status: 1: ") && other.lines().count() == 1, "{other}");
}

/// Runs a program where the server's folder has room for few tasks.
fn full_disk() -> Result<Completion, Failed> {
    if let Err(Error::Unavailable(why)) = Cluster::options().engines(0).start() {
        return Ok(Completion::ignored_with(why));
    }
    let (folder, exe) = (tempfile::tempdir()?, env::current_exe()?);
    let own = |rest: &str| {
        let mount = format!("mount -t tmpfs -o size=8m none '{}'{rest}", folder.path().display());
        let mut command = Command::new("unshare");
        command.args(["--mount", "--map-root-user", "sh", "-c", &mount]).arg(Path::new(&exe));
        command.env(SCENARIO, "fills the disk").env("TMPDIR", folder.path());
        command
    };
    if !own("").output().is_ok_and(|output| output.status.success()) {
        return Ok(Completion::ignored_with("no file system can be mounted here without rights (unshare, mount)"));
    }
    let output = own(" && exec \"$0\"").output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let one_line = said.trim_end().lines().count() == 1;
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && one_line && said.contains("look at its log and at the disk"), "{said}{errors}");
    Ok(Completion::Completed)
}
