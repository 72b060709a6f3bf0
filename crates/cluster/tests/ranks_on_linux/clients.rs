//! Programs that start ranks and are killed, or may not start any: this one, in a process of its own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use cluster::ranks::{Desk, Error, Ranks, World};
use cluster::spmd;
use libtest_mimic::Failed;

use super::{Test, Traces};

pub(super) const TESTS: &[Test] = &[
    ("ranks_end_with_a_program_that_is_killed_while_they_work", killed_at_work),
    ("ranks_end_with_a_program_that_is_killed_while_they_wait", killed_at_rest),
    ("a_program_that_is_killed_before_its_ranks_are_ready_leaves_nothing_behind", killed_at_the_start),
    ("a_program_under_a_launcher_starts_no_ranks_of_its_own", under_a_launcher),
];

/// Tells this program to be such a program, and what to do.
const CLIENT: &str = "RANKS_TEST_CLIENT";

/// Tells a program that is killed at its start where its launcher is to write down its folder.
const FILE: &str = "RANKS_TEST_FILE";

/// All but rank 0 wait for it.
fn late(world: &World, seconds: u64, _: Option<Desk<'_>>) -> Result<(), Error> {
    if world.rank() == 0 {
        std::thread::sleep(Duration::from_secs(seconds));
    }
    world.barrier();
    Ok(())
}
spmd!(late);

/// What such a program does: it says which processes its ranks are, and works or waits.
pub(super) fn as_client() -> Option<ExitCode> {
    let what = env::var(CLIENT).ok()?;
    let options = Ranks::options().ranks(3);
    let started = match what.as_str() {
        // A launcher that says which folder it has, and starts the ranks later.
        "starts" => options
            .launcher(["sh", "-c", r#"echo "$TMPDIR" > "$0"; sleep 1; exec mpirun "$@""#, &env::var(FILE).ok()?])
            .start(),
        _ => options.start(),
    };
    match started {
        Err(error) => println!("{error}"),
        Ok(mut ranks) => {
            println!("{}", ranks.ids().iter().map(u32::to_string).collect::<Vec<_>>().join(" "));
            if what == "works" {
                let _ = ranks.run(late, &60, &[], &mut [0_u32; 0]);
            } else {
                std::thread::sleep(Duration::from_secs(60));
            }
        }
    }
    Some(ExitCode::SUCCESS)
}

/// Such a program, and its first line.
fn client(what: &str, variables: &[(&str, &str)]) -> Result<(Child, String), Failed> {
    let mut command = Command::new(env::current_exe()?);
    command.env(CLIENT, what).envs(variables.iter().copied()).stdout(Stdio::piped());
    let mut child = command.spawn()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().ok_or("it has no output")?).read_line(&mut line)?;
    Ok((child, line.trim().to_owned()))
}

fn killed(what: &str) -> Result<(), Failed> {
    let (mut child, line) = client(what, &[])?;
    let ids = line.split(' ').map(str::parse).collect::<Result<Vec<u32>, _>>();
    let traces = ids.map(|ids| Traces::of(&ids));
    // In the middle of its work, or of its rest.
    std::thread::sleep(Duration::from_millis(200));
    child.kill()?;
    child.wait()?;
    let traces = traces.map_err(|_| line)?;
    assert_eq!(traces.processes.len(), 3);
    traces.are_gone()
}

fn killed_at_work() -> Result<(), Failed> {
    killed("works")
}

fn killed_at_rest() -> Result<(), Failed> {
    killed("waits")
}

fn killed_at_the_start() -> Result<(), Failed> {
    let named = tempfile::NamedTempFile::new()?;
    let mut command = Command::new(env::current_exe()?);
    let mut child = command.env(CLIENT, "starts").env(FILE, named.path()).stdout(Stdio::null()).spawn()?;
    let until = Instant::now() + Duration::from_secs(20);
    let folder = loop {
        let text = fs::read_to_string(named.path())?;
        if let Some(folder) = text.strip_suffix('\n') {
            break folder.to_owned();
        }
        if Instant::now() > until {
            child.kill()?;
            return Err("its launcher did not start".into());
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    child.kill()?;
    child.wait()?;
    Traces { processes: Vec::new(), folders: [folder].into() }.are_gone()
}

fn under_a_launcher() -> Result<(), Failed> {
    let (mut child, line) = client("waits", &[("PMI_SIZE", "1")])?;
    child.wait()?;
    assert!(line.contains("PMI_SIZE is set"), "{line}");
    Ok(())
}
