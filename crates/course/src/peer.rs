//! Other people's programs: started once, then run in turn with our steps.
//!
//! A peer prints a JSON line when it is ready and one for each run. It waits for a line on its standard input before each run, so
//! that everybody runs alone.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;
use std::{env, fs, thread};

use runner::Failure;
use serde::Deserialize;

/// How long a peer may take to compile what it compiles.
const READY: Duration = Duration::from_secs(180);

/// How long a run of a peer may take.
const RUN: Duration = Duration::from_secs(600);

/// What `scripts/peers/peers.json` says of a peer.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Peer {
    pub(crate) name: String,
    pub(crate) problem: String,
    /// The program and its first arguments, to be run from the workspace's root; the problem and its sizes follow.
    command: Vec<String>,
    /// Files, and programs on the path, without which it is missing.
    needs: Vec<String>,
    /// The script that installs them.
    setup: String,
    pub(crate) mirrors: String,
    /// Whether its answer has to be ours, bit for bit.
    pub(crate) exact: bool,
}

/// What a peer prints: the line that it is ready, then one for each run.
#[derive(Debug, Deserialize)]
struct Line {
    version: Option<String>,
    ms: Option<f64>,
    check: Option<String>,
}

/// One run of a peer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PeerRun {
    pub(crate) time: Duration,
    pub(crate) check: String,
}

/// The peers that the workspace names.
pub(crate) fn peers(root: &Path) -> Result<Vec<Peer>, Failure> {
    let path = root.join("scripts/peers/peers.json");
    let text =
        fs::read_to_string(&path).map_err(|error| Failure::Io(format!("cannot read {}: {error}", path.display())))?;
    serde_json::from_str(&text)
        .map_err(|error| Failure::Io(format!("{} is not a list of peers: {error}", path.display())))
}

impl Peer {
    /// What is missing, and the command that installs it.
    pub(crate) fn missing(&self, root: &Path) -> Option<String> {
        let absent = self.needs.iter().find(|need| !is_there(root, need))?;
        Some(format!("{absent} is not there; {} installs it", self.setup))
    }

    /// Starts the program and waits until it is ready.
    pub(crate) fn start(&self, root: &Path, sizes: &[(&str, u64)]) -> Result<PeerProcess, String> {
        let (program, arguments) = self.command.split_first().ok_or("its command is empty")?;
        let program = if program.contains('/') { root.join(program) } else { PathBuf::from(program) };
        let mut command = Command::new(&program);
        command.args(arguments).args(["--problem", &self.problem]).current_dir(root);
        for (name, size) in sizes {
            command.arg(format!("--{}", name.replace('_', "-"))).arg(size.to_string());
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("cannot start {}: {error}", program.display()))?;
        let input = child.stdin.take();
        let output = child.stdout.take().ok_or("it has no standard output")?;
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let mut process = PeerProcess { child, input, lines, version: None };
        process.version = process.read(READY)?.version;
        Ok(process)
    }
}

fn is_there(root: &Path, need: &str) -> bool {
    if need.contains('/') {
        return root.join(need).exists();
    }
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(need).is_file())
}

/// A peer that is running.
pub(crate) struct PeerProcess {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    pub(crate) version: Option<String>,
}

impl PeerProcess {
    /// Lets the peer run once.
    pub(crate) fn run(&mut self) -> Result<PeerRun, String> {
        let asked = self.input.as_mut().map(|input| input.write_all(b"run\n").and_then(|()| input.flush()));
        if !matches!(asked, Some(Ok(()))) {
            return Err(self.ended());
        }
        let line = self.read(RUN)?;
        match (line.ms, line.check) {
            (Some(ms), Some(check)) if ms.is_finite() && ms >= 0.0 => {
                Ok(PeerRun { time: Duration::from_secs_f64(ms / 1e3), check })
            }
            _ => Err("it printed a line without ms and check".to_owned()),
        }
    }

    fn read(&mut self, patience: Duration) -> Result<Line, String> {
        match self.lines.recv_timeout(patience) {
            Ok(line) => serde_json::from_str(&line).map_err(|error| format!("it printed '{line}': {error}")),
            Err(RecvTimeoutError::Timeout) => Err(format!("no answer in {} s", patience.as_secs())),
            Err(RecvTimeoutError::Disconnected) => Err(self.ended()),
        }
    }

    /// Why there is nobody to talk to.
    fn ended(&mut self) -> String {
        match self.child.wait() {
            Ok(status) => format!("it ended before its answer ({status})"),
            Err(error) => format!("it ended before its answer ({error})"),
        }
    }
}

impl Drop for PeerProcess {
    /// A peer ends when its input does. One that does not is killed.
    fn drop(&mut self) {
        drop(self.input.take());
        for _ in 0..50 {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
