//! `cargo course cluster`: a server and engines in the background, for programs of other terminals and other machines.

mod args;
mod keep;
mod remote;
mod state;

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use cluster::{Credentials, Role, present};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use runner::{Failure, Screen, output, plain_table, printable};
use rustix::process::{Pid, Signal, kill_process};

use super::engine::{DoorArgs, token_in};
use args::{FolderArgs, StartArgs};
use state::State;

/// How long a server and its engines may take to start, those of other machines too.
const TO_START: Duration = Duration::from_secs(90);

/// How long they may take to end.
const TO_END: Duration = Duration::from_secs(15);

#[derive(Args, Debug)]
pub(crate) struct ClusterArgs {
    #[command(subcommand)]
    command: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Start a server and engines in the background, and print what a program needs to use them
    Start(StartArgs),
    /// Show which engines are there: machine, process, since when, which program
    Status(StatusArgs),
    /// End what `start` has started, and only that
    Stop(FolderArgs),
    #[command(hide = true)]
    Keep(StartArgs),
}

#[derive(Args, Debug)]
struct StatusArgs {
    /// Another server than the one that `start` has started
    #[arg(long, value_name = "URL", conflicts_with = "folder")]
    server: Option<String>,
    #[command(flatten)]
    door: DoorArgs,
    #[command(flatten)]
    folder: FolderArgs,
}

/// Starts, shows or ends.
pub(super) fn run(args: ClusterArgs) -> Result<(), Failure> {
    match args.command {
        What::Start(args) => start(args),
        What::Status(args) => status(&args),
        What::Stop(args) => stop(&args.state()),
        What::Keep(args) => keep::keep(args),
    }
}

fn start(args: StartArgs) -> Result<(), Failure> {
    args.check()?;
    let args = args.absolute()?;
    let state = args.folder.state();
    if let Some(running) = state.running()? {
        return Err(Failure::Io(format!(
            "a cluster runs already at {}: `cargo course cluster stop` ends it, `status` shows it",
            running.url
        )));
    }
    if let Some(hosts) = &args.hosts {
        remote::machines(hosts)?;
    }
    state.create()?;
    let unstarted = |error| Failure::io("the background process does not start", &error);
    let log = File::create(state.log()).map_err(|error| Failure::io(state.log().display(), &error))?;
    let mut command = Command::new(std::env::current_exe().map_err(unstarted)?);
    command.args(args.words(state.folder())).stdin(Stdio::null()).process_group(0);
    command.stdout(log.try_clone().map_err(unstarted)?).stderr(log);
    let mut child = command.spawn().map_err(unstarted)?;
    let running = started(&state, &mut child)?;
    let screen = Screen;
    screen
        .line(format!("a server at {}, process {}, and {} engines", running.url, running.process, running.engines))?;
    screen.line("in another terminal:")?;
    let tls = running.tls.as_ref().map(|file| format!(" --tls {}", output::shown(file))).unwrap_or_default();
    let token = output::shown(&running.token_file);
    screen.line(format!("  cargo run --example chapter10 -- --server {} --token-file {token}{tls}", running.url))?;
    screen.line(format!("  cargo course engine --server {} --token-file {token}{tls}", running.url))?;
    screen.line("the end: cargo course cluster stop")
}

/// Waits until the background process has noted where it listens.
fn started(state: &State, child: &mut Child) -> Result<state::Running, Failure> {
    let until = Instant::now() + TO_START;
    loop {
        if let Some(running) = state.running()?.filter(|running| running.process == child.id()) {
            return Ok(running);
        }
        let status = child.try_wait().map_err(|error| Failure::io("the background process is not heard", &error))?;
        if status.is_some() || Instant::now() > until {
            let _ = child.kill();
            let text = fs::read_to_string(state.log()).unwrap_or_default();
            let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it takes too long");
            return Err(Failure::Io(last.trim_start_matches("error: ").to_owned()));
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn status(args: &StatusArgs) -> Result<(), Failure> {
    let (url, credentials) = match &args.server {
        Some(url) => (url.clone(), args.door.credentials()?),
        None => {
            let running = args.folder.state().running()?.ok_or_else(nothing_runs)?;
            let mut credentials = Credentials::token(token_in(&running.token_file)?);
            if let Some(file) = running.tls {
                credentials = credentials.certificate(file);
            }
            (running.url, credentials)
        }
    };
    let present = present(&url, &credentials).map_err(|error| Failure::Io(error.to_string()))?;
    let screen = Screen;
    screen.line(format!("the server at {url}"))?;
    let zone = TimeZone::system();
    let rows: Vec<_> = present
        .into_iter()
        .map(|present| {
            let began = Timestamp::from_second(present.since.as_secs() as i64).unwrap_or_default();
            let since = began.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
            let (what, program) = match present.what {
                Role::Engine(program) => ("engine", program),
                Role::Host(programs) if programs.is_empty() => ("host", "no program is wanted".to_owned()),
                Role::Host(programs) => ("host", programs.join("; ")),
            };
            let texts = [present.name, present.machine, program].map(|text| printable(&text));
            let [name, machine, program] = texts;
            [what.to_owned(), name, machine, present.process.to_string(), since, program]
        })
        .collect();
    if rows.is_empty() {
        return screen.line(format!("nobody works there: cargo course engine --server {url}"));
    }
    screen.line(plain_table(&["", "name", "machine", "process", "since", "program"], &rows, &[0, 1, 2, 4, 5]))
}

fn nothing_runs() -> Failure {
    Failure::Io("no cluster runs that `cargo course cluster start` has started".to_owned())
}

fn stop(state: &State) -> Result<(), Failure> {
    let Some(running) = state.running()? else {
        state.clear();
        return Err(nothing_runs());
    };
    let process = Pid::from_raw(running.process as i32).ok_or_else(nothing_runs)?;
    let send = |signal| kill_process(process, signal).map_err(|error| Failure::io("it cannot be ended", &error.into()));
    send(Signal::TERM)?;
    let until = Instant::now() + TO_END;
    while state::runs(&running) {
        if Instant::now() > until {
            // Whatever it has started ends with it.
            send(Signal::KILL)?;
            break;
        }
        thread::sleep(Duration::from_millis(5));
    }
    state.clear();
    Screen.line(format!("ended: the server at {} and {} engines", running.url, running.engines))
}
