//! Other people's programs: started once, then run in turn with our steps.
//!
//! A peer prints a JSON line when it is ready and one for each run. It waits for a line on its standard input before each run, so
//! that everybody runs alone.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use std::{env, fs, thread};

use runner::{Failure, excerpt};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// How long a peer may take to compile what it compiles.
const READY: Duration = Duration::from_secs(180);

/// How long a run of a peer may take.
const RUN: Duration = Duration::from_secs(600);

/// Bytes of a line of a peer's that are kept.
const LINE: u64 = 1 << 16;

/// What `scripts/peers/peers.json` says of a peer.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Peer {
    pub(crate) name: String,
    pub(crate) problem: String,
    /// The program and its first arguments, to be run from the workspace's root; the problem and its sizes follow.
    command: Vec<String>,
    /// Files, and programs on the path, without which it is missing.
    needs: Vec<String>,
    /// Packages that its Python has to find; they are looked for, not imported, which takes seconds for some.
    #[serde(default)]
    python: Vec<String>,
    /// What it computes on, if that is not the processor.
    #[serde(default)]
    device: Option<Device>,
    /// The script that installs them.
    setup: String,
    pub(crate) mirrors: String,
    /// Whether its answer has to be ours, bit for bit.
    pub(crate) exact: bool,
    /// Whether it computes in single precision, so that its answer has to be that of our steps that do.
    #[serde(default)]
    pub(crate) single: bool,
}

/// A device that a peer needs.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Device {
    /// A card of NVIDIA's, and its driver.
    Cuda,
}

impl Device {
    /// What the driver shows where such a device is; looked at, not opened.
    const fn traces(self) -> &'static [&'static str] {
        match self {
            Self::Cuda if cfg!(windows) => &["nvidia-smi.exe"],
            // The second is how Linux sees the card inside Windows.
            Self::Cuda => &["/dev/nvidiactl", "/dev/dxg"],
        }
    }

    fn missing(self, root: &Path) -> Option<String> {
        let none = !self.traces().iter().any(|trace| is_there(root, trace));
        let traces = self.traces().join(" nor ");
        none.then(|| {
            format!("there is no NVIDIA card here, or no driver for it: neither {traces}; a machine with both mends it")
        })
    }
}

/// What a peer prints: the line that it is ready, then one for each run.
#[derive(Debug, Deserialize)]
struct Line {
    version: Option<String>,
    ms: Option<f64>,
    cpu_ms: Option<f64>,
    kernel_ms: Option<f64>,
    check: Option<String>,
}

/// One run of a peer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PeerRun {
    pub(crate) time: Duration,
    /// Of the processor, for all threads of the program.
    pub(crate) cpu_time: Option<Duration>,
    /// Of the kernels, by the device's own clock.
    pub(crate) kernel_time: Option<Duration>,
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
        let installs = |absent: &str| format!("{absent} is not there; {} installs it", self.setup);
        if let Some(why) = self.device_missing(root) {
            return Some(why);
        }
        if let Some(absent) = self.needs.iter().find(|need| !is_there(root, need)) {
            return Some(installs(absent));
        }
        let python = program(root, self.command.first()?);
        let absent = self.python.iter().find(|package| !has_package(&python, package))?;
        Some(installs(&format!("the Python package {absent}")))
    }

    /// Whether it computes on something else than the processor.
    pub(crate) fn needs_device(&self) -> bool {
        self.device.is_some()
    }

    /// Why the device that it computes on is not there.
    pub(crate) fn device_missing(&self, root: &Path) -> Option<String> {
        self.device.and_then(|device| device.missing(root))
    }

    /// Starts the program and waits until it is ready.
    pub(crate) fn start(&self, root: &Path, sizes: &[(&str, u64)]) -> Result<PeerProcess, String> {
        let (name, arguments) = self.command.split_first().ok_or("its command is empty")?;
        let mut command = Command::new(program(root, name));
        command.args(arguments).args(["--problem", &self.problem]).current_dir(root);
        for (name, size) in sizes {
            command.arg(format!("--{}", name.replace('_', "-"))).arg(size.to_string());
        }
        let (mut process, ready) = PeerProcess::start::<Line>(command)?;
        process.version = ready.version.map(|version| excerpt(&version, 100));
        Ok(process)
    }
}

/// A program as it is started: a path from the workspace's root, or a name to be looked for.
fn program(root: &Path, name: &str) -> PathBuf {
    if name.contains('/') { root.join(name) } else { PathBuf::from(name) }
}

/// Whether an interpreter would find a package, of which only the outermost name is looked at. Asked once.
fn has_package(python: &Path, package: &str) -> bool {
    static KNOWN: Mutex<Option<HashMap<(PathBuf, String), bool>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    *known.entry((python.to_owned(), package.to_owned())).or_insert_with(|| {
        let ask = "import importlib.util, sys; sys.exit(importlib.util.find_spec(sys.argv[1]) is None)";
        let mut command = Command::new(python);
        command.args(["-c", ask, package]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    })
}

fn is_there(root: &Path, need: &str) -> bool {
    if need.contains('/') {
        return root.join(need).exists();
    }
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(need).is_file())
}

/// The last line that says something, of all that a program complains of while it runs: most say last why they end.
fn last_line(from: impl Read) -> String {
    let mut last = String::new();
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    // Not more of a line is kept than is shown, and its end is waited for all the same: a program must not wait for its reader.
    while matches!(from.by_ref().take(LINE).read_until(b'\n', &mut line), Ok(1..)) {
        let text = String::from_utf8_lossy(&line);
        if !text.trim().is_empty() {
            last = text.trim().to_owned();
        }
        line.clear();
    }
    last
}

/// A peer that is running.
pub(crate) struct PeerProcess {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    /// What it complained of last, once it has ended.
    complaints: Option<JoinHandle<String>>,
    pub(crate) version: Option<String>,
}

impl PeerProcess {
    /// Starts a program that speaks as peers do, and waits for its first line.
    pub(crate) fn start<T: DeserializeOwned>(mut command: Command) -> Result<(Self, T), String> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let program = command.get_program().to_owned();
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
        let complaints = child.stderr.take().map(|errors| thread::spawn(move || last_line(errors)));
        let mut process = Self { child, input, lines, complaints, version: None };
        let first = process.read(READY)?;
        Ok((process, first))
    }

    /// Lets the program run once, and reads the line that it prints of that.
    pub(crate) fn ask<T: DeserializeOwned>(&mut self) -> Result<T, String> {
        let asked = self.input.as_mut().map(|input| input.write_all(b"run\n").and_then(|()| input.flush()));
        if !matches!(asked, Some(Ok(()))) {
            return Err(self.ended());
        }
        self.read(RUN)
    }

    /// Lets the peer run once.
    pub(crate) fn run(&mut self) -> Result<PeerRun, String> {
        let line: Line = self.ask()?;
        let time = |ms: f64| Duration::try_from_secs_f64(ms / 1e3).ok();
        match (line.ms.and_then(time), line.check) {
            (Some(time_of_run), Some(check)) => {
                let [cpu_time, kernel_time] = [line.cpu_ms, line.kernel_ms].map(|ms| ms.and_then(time));
                Ok(PeerRun { time: time_of_run, cpu_time, kernel_time, check })
            }
            _ => Err("it printed a line without ms and check".to_owned()),
        }
    }

    /// The most memory that the program has had in RAM until now, in bytes (`VmHWM` of `proc_pid_status(5)`); `None` where the system
    /// does not say it of other processes.
    pub(crate) fn peak_bytes(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
    }

    fn read<T: DeserializeOwned>(&mut self, patience: Duration) -> Result<T, String> {
        match self.lines.recv_timeout(patience) {
            Ok(line) => {
                serde_json::from_str(&line).map_err(|error| format!("it printed '{}': {error}", excerpt(&line, 200)))
            }
            Err(RecvTimeoutError::Timeout) => Err(format!("no answer in {} s", patience.as_secs())),
            Err(RecvTimeoutError::Disconnected) => Err(self.ended()),
        }
    }

    /// Why there is nobody to talk to: how it ended, and what it said last.
    fn ended(&mut self) -> String {
        drop(self.input.take());
        let status = match self.waited() {
            Some(status) => status.to_string(),
            None => "it has closed its output, and was killed".to_owned(),
        };
        // A process that it has started may hold its standard error open.
        let complaints = self.complaints.take().filter(|complaints| {
            (0..50).any(|_| {
                complaints.is_finished() || {
                    thread::sleep(Duration::from_millis(10));
                    false
                }
            })
        });
        let said = complaints.and_then(|complaints| complaints.join().ok()).filter(|said| !said.is_empty());
        let said = said.map(|said| format!(": {}", excerpt(&said, 300))).unwrap_or_default();
        format!("it ended before its answer ({status}){said}")
    }

    /// How it ended. One that does not end by itself is killed.
    fn waited(&mut self) -> Option<ExitStatus> {
        for _ in 0..50 {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        None
    }
}

impl Drop for PeerProcess {
    /// A peer ends when its input does. One that does not is killed.
    fn drop(&mut self) {
        drop(self.input.take());
        self.waited();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// What runs the programs of `interpreted` in another Python.
    const PROGRAMS: &str = "/python_programs.py";

    /// A peer that is a shell script; its arguments are the problem and the sizes.
    fn peer(script: &str) -> Peer {
        Peer {
            name: "sh test".to_owned(),
            problem: "mandelbrot".to_owned(),
            command: ["sh", "-c", script, "sh"].map(str::to_owned).to_vec(),
            needs: vec!["sh".to_owned()],
            python: Vec::new(),
            device: None,
            setup: "nothing".to_owned(),
            mirrors: "nothing".to_owned(),
            exact: true,
            single: false,
        }
    }

    fn start(script: &str) -> Result<PeerProcess, String> {
        peer(script).start(Path::new("/"), &[("width", 3), ("max_iterations", 4)])
    }

    #[test]
    fn a_peer_runs_once_for_each_turn_with_the_sizes_that_it_was_given() {
        let script = r#"echo '{"ready": true, "version": "sh 1"}'; while read line; do echo "{\"ms\": 2.5, \"check\": \"$*\"}"; done"#;
        let mut process = start(script).unwrap();
        assert_eq!(process.version.as_deref(), Some("sh 1"));
        for _ in 0..2 {
            let run = process.run().unwrap();
            assert_eq!(run.time, Duration::from_micros(2500));
            assert_eq!(run.check, "--problem mandelbrot --width 3 --max-iterations 4");
        }
    }

    #[test]
    fn a_peer_that_fails_says_why() {
        let refused = |script| start(script).err().unwrap();
        assert!(refused("exit 3").contains("it ended before its answer (exit status: 3)"));
        assert!(refused("kill -9 $$").contains("signal: 9"));
        assert!(refused("echo Traceback").starts_with("it printed 'Traceback'"));
        // The reason is the last thing that it says, in letters that no terminal obeys.
        let said = refused("echo Traceback >&2; printf 'no \\033[31mmodule\\n\\n' >&2; exit 3");
        assert_eq!(said, "it ended before its answer (exit status: 3): no \\u{1b}[31mmodule");
        assert!(refused("exec >&-; echo closed >&2; exec sleep 60").ends_with("and was killed): closed"));
        assert!(refused("head -c 300000 /dev/zero | tr '\\0' 7").len() < 400, "a line of any length");
        let ready = |rest: &str| format!("echo '{{\"ready\": true}}'; read line; {rest}");
        let failed = |rest: &str| start(&ready(rest)).unwrap().run().unwrap_err();
        assert!(failed("exit 1").contains("exit status: 1"));
        assert_eq!(failed("echo '{}'"), "it printed a line without ms and check");
        assert_eq!(failed(r#"echo '{"ms": -1, "check": "0"}'"#), "it printed a line without ms and check");
    }

    #[test]
    fn what_is_missing_is_named_with_what_installs_it() {
        let mut absent = peer("");
        assert_eq!(absent.missing(Path::new("/")), None);
        absent.needs.push("no-such-program".to_owned());
        assert_eq!(absent.missing(Path::new("/")).unwrap(), "no-such-program is not there; nothing installs it");
        absent.needs = vec![".peers/bin/no-such-file".to_owned()];
        assert!(absent.missing(Path::new("/")).unwrap().starts_with(".peers/bin/no-such-file is not there"));
    }

    #[test]
    fn a_package_is_looked_for_where_the_peer_would_look() {
        let folder = tempfile::tempdir().unwrap();
        // An interpreter that finds json and nothing else: the arguments are -c, what to run, and the package.
        let python = folder.path().join("python");
        fs::write(&python, "#!/bin/sh\n[ \"$3\" = json ]\n").unwrap();
        fs::set_permissions(&python, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let mut asking = peer("");
        asking.command = vec![python.to_str().unwrap().to_owned()];
        asking.python = vec!["json".to_owned()];
        assert_eq!(asking.missing(Path::new("/")), None);
        asking.python.push("no_such_package".to_owned());
        let why = asking.missing(Path::new("/")).unwrap();
        assert_eq!(why, "the Python package no_such_package is not there; nothing installs it");
    }

    #[test]
    fn a_card_that_is_not_there_is_named_before_anything_else() {
        let mut needy = peer("");
        needy.needs.push("no-such-program".to_owned());
        needy.device = Some(Device::Cuda);
        let why = needy.missing(Path::new("/")).unwrap();
        let card = Device::Cuda.traces().iter().any(|trace| Path::new(trace).exists());
        assert_eq!(why.starts_with("there is no NVIDIA card here"), !card, "{why}");
    }

    #[test]
    fn the_time_of_the_kernels_and_of_the_processor_is_told_by_those_who_know_it() {
        let run = |line: &str| start(&format!("echo '{{}}'; read line; echo '{line}'")).unwrap().run().unwrap();
        let quiet = run(r#"{"ms": 3, "check": "1"}"#);
        assert_eq!((quiet.cpu_time, quiet.kernel_time), (None, None));
        let told = run(r#"{"ms": 3, "kernel_ms": 1.5, "check": "1"}"#);
        assert_eq!((told.time, told.kernel_time), (Duration::from_millis(3), Some(Duration::from_micros(1500))));
        let told = run(r#"{"ms": 3, "cpu_ms": 2.5, "check": "1"}"#);
        assert_eq!((told.cpu_time, told.kernel_time), (Some(Duration::from_micros(2500)), None));
    }

    #[test]
    fn the_listed_peers_differ_in_name_or_problem_and_their_programs_lie_in_the_workspace() {
        let root = source::workspace::root().unwrap();
        let peers = peers(&root).unwrap();
        for (index, peer) in peers.iter().enumerate() {
            let same = peers[..index].iter().find(|other| (&other.name, &other.problem) == (&peer.name, &peer.problem));
            assert!(same.is_none(), "{} is there twice for {}", peer.name, peer.problem);
            let program = peer.command.iter().find(|part| part.starts_with("scripts/"));
            assert!(program.is_none_or(|program| root.join(program).is_file()), "{} has no {program:?}", peer.name);
        }
        let of_files: Vec<_> =
            peers.iter().filter(|peer| peer.command.iter().any(|part| part.ends_with(PROGRAMS))).collect();
        assert!(!of_files.is_empty());
        for peer in of_files {
            let file = root.join("crates/interpreted/programs").join(&peer.problem).join(peer.command.last().unwrap());
            assert!(file.is_file(), "{} has no {}", peer.name, file.display());
        }
    }

    #[test]
    fn a_peer_that_does_not_end_is_killed() {
        let process = start("echo '{}'; trap '' TERM; while :; do sleep 1; done").unwrap();
        let id = process.child.id();
        drop(process);
        assert!(!Path::new(&format!("/proc/{id}")).exists());
    }
}
