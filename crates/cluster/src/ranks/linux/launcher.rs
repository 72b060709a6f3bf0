//! The launcher of the MPI library: finds it, starts this program under it, and ends it.

use std::env;
use std::ffi::OsString;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{self, Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Builder};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use rustix::process::{Pid, PidfdFlags, Signal, geteuid, kill_process_group, pidfd_open};
use tempfile::TempDir;

use super::wait::wait_for;
use crate::ranks::Error;
use crate::ranks::error::for_the_screen;

/// Tells a rank that it is one: the name of the program's socket, and the number of ranks asked for.
pub(super) const MARK: &str = "CLUSTER_RANK_OF";

/// The launcher with its first arguments, if not the `mpirun` that is found: `srun --mpi=pmix`.
const CHOICE: &str = "CLUSTER_MPIRUN";

/// What launchers tell the processes that they start: who is here is not to start others.
const LAUNCHED: [&str; 3] = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"];

/// The most bytes that are kept of what the launcher and the ranks print.
const MOST_WORDS: usize = 8192;

/// Runs the launcher, and removes the folder after it: also when the program that started this has been killed meanwhile.
const KEEPER: &str = r#"trap : TERM INT; "$@"; answer=$?; rm -rf "$TMPDIR"; exit $answer"#;

/// A launcher at work.
#[derive(Debug)]
pub(super) struct Launcher {
    child: Child,
    process: OwnedFd,
    words: Arc<Mutex<String>>,
    /// For the files of the MPI library; there until its end.
    folder: Option<TempDir>,
}

/// The launcher's command, up to the number of ranks.
pub(super) fn find() -> Result<Vec<OsString>, Error> {
    if env::var_os(MARK).is_some() {
        return Err(Error::Nested);
    }
    if let Some(variable) = LAUNCHED.into_iter().find(|variable| env::var_os(variable).is_some()) {
        return Err(Error::UnderLauncher(variable));
    }
    if let Ok(choice) = env::var(CHOICE) {
        let words: Vec<_> = choice.split_whitespace().map(OsString::from).collect();
        if !words.is_empty() {
            return Ok(words);
        }
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let files = ["mpirun", "mpiexec"].into_iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    let found = files.into_iter().find(|file| file.is_file());
    found.map(|file| vec![file.into_os_string()]).ok_or_else(|| {
        Error::Unavailable(
            "there is no mpirun, which starts the ranks of MPI; to mend: scripts/setup-cluster".to_owned(),
        )
    })
}

/// A folder in memory where that can be had: MPI libraries keep there what ranks of one machine share.
fn folder() -> io::Result<TempDir> {
    let mut named = tempfile::Builder::new();
    named.prefix("cluster-ranks-");
    named.tempdir_in("/dev/shm").or_else(|_| named.tempdir())
}

impl Launcher {
    /// Starts this program so many times, as ranks of one world that look for this socket.
    pub(super) fn start(command: &[OsString], ranks: usize, socket: &str) -> Result<Self, Error> {
        let refused = |error: io::Error| Error::Start(format!("{} does not start: {error}", command[0].display()));
        let folder = folder().map_err(refused)?;
        let (mut said, saying) = io::pipe().map_err(refused)?;
        let mut launcher = Command::new("sh");
        // In a group of its own, which is signalled as a whole.
        launcher.args(["-c", KEEPER, "sh"]).args(command).arg("-n").arg(ranks.to_string()).process_group(0);
        // This program, also when a newer one has been built in its place.
        launcher.arg(format!("/proc/{}/exe", process::id()));
        launcher.env(MARK, format!("{socket}:{ranks}")).env("TMPDIR", folder.path());
        launcher.envs(settings(ranks)).env("OMPI_MCA_btl_vader_backing_directory", folder.path());
        launcher.env("OMPI_MCA_btl_sm_backing_directory", folder.path());
        launcher.stdin(Stdio::null()).stdout(saying.try_clone().map_err(refused)?).stderr(saying);
        let mut child = launcher.spawn().map_err(refused)?;
        // It has this program's copies of the pipe, which would keep it open.
        drop(launcher);
        let words = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&words);
        let keep = move || {
            let mut bytes = [0; 1024];
            while let Ok(read @ 1..) = said.read(&mut bytes) {
                let mut words = kept.lock().unwrap_or_else(PoisonError::into_inner);
                if words.len() < MOST_WORDS {
                    words.push_str(&String::from_utf8_lossy(&bytes[..read]));
                }
            }
        };
        let process = Pid::from_raw(child.id() as i32).ok_or(io::ErrorKind::NotFound.into());
        // Nobody else waits for this child, so that its id is still its own.
        let process = process.and_then(|id| Ok(pidfd_open(id, PidfdFlags::empty())?));
        let reader = Builder::new().name("what ranks print".to_owned()).spawn(keep);
        match (process, reader) {
            (Ok(process), Ok(_)) => Ok(Self { child, process, words, folder: Some(folder) }),
            (process, reader) => {
                let _ = child.kill().and_then(|()| child.wait());
                Err(refused(process.err().or(reader.err()).unwrap_or_else(|| io::ErrorKind::Other.into())))
            }
        }
    }

    /// Readable when it has ended.
    pub(super) fn process(&self) -> &OwnedFd {
        &self.process
    }

    /// Whether it ends within this time; how, if it does.
    pub(super) fn ends_within(&mut self, time: Duration) -> Option<process::ExitStatus> {
        let polled = [(self.process.as_fd(), PollFlags::IN)];
        let _ = wait_for(&polled, Instant::now() + time);
        self.child.try_wait().ok().flatten()
    }

    /// Ends it, with what it has started.
    pub(super) fn end(&mut self) {
        // Its ranks are gone. It notices, removes its files and ends; if not, it is asked to, and then made to.
        if self.ends_within(Duration::from_millis(700)).is_none() {
            self.signal(Signal::TERM);
            if self.ends_within(Duration::from_millis(500)).is_none() {
                self.signal(Signal::KILL);
                self.ends_within(Duration::from_secs(5));
            }
        }
        self.folder = None;
    }

    /// To all of its group. It has not been waited for, so that its number is still its own.
    fn signal(&self, signal: Signal) {
        if let Some(group) = Pid::from_raw(self.child.id() as i32) {
            let _ = kill_process_group(group, signal);
        }
    }

    /// How a rank has ended, in the launcher's words where it has noticed.
    pub(super) fn words_about(&self, rank: usize) -> String {
        let words = self.words();
        let noticed = words.split_once(&format!("process rank {rank} with PID "));
        let how = noticed.and_then(|(_, rest)| rest.split_once(" exited on ")).and_then(|(_, how)| how.split_once('.'));
        how.map_or_else(|| format!("its launcher's words: {words}"), |(how, _)| format!("exited on {how}"))
    }

    /// What it and the ranks have printed, in one line that may be shown.
    pub(super) fn words(&self) -> String {
        // What was printed last may still be on its way.
        thread::sleep(Duration::from_millis(20));
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        let plain = |line: &&str| !line.is_empty() && !line.bytes().all(|byte| byte == b'-' || byte == b'=');
        let lines: Vec<_> = words.lines().map(str::trim).filter(plain).collect();
        let line = for_the_screen(&lines.join(" "));
        if line.is_empty() { "it said nothing".to_owned() } else { line.chars().take(1000).collect() }
    }
}

impl Drop for Launcher {
    fn drop(&mut self) {
        self.end();
    }
}

/// What the launchers and libraries are told. Each of them ignores what is meant for another.
fn settings(ranks: usize) -> Vec<(&'static str, &'static str)> {
    let mut settings = vec![
        // More ranks than cores may be asked for, and a rank may have threads of its own: none is bound to a core.
        ("OMPI_MCA_rmaps_base_oversubscribe", "1"),
        ("OMPI_MCA_hwloc_base_binding_policy", "none"),
        ("PRTE_MCA_rmaps_default_mapping_policy", ":oversubscribe"),
        ("PRTE_MCA_hwloc_default_binding_policy", "none"),
        // Ranks of one machine share memory, and launchers talk over the loopback interface.
        ("OMPI_MCA_btl", "self,vader"),
        ("OMPI_MCA_oob_tcp_if_include", "lo"),
        ("HYDRA_IFACE", "lo"),
        ("HYDRA_LAUNCHER", "fork"),
        // Ranks that are to end have nothing to put in order.
        ("OMPI_MCA_odls_base_sigkill_timeout", "0"),
        // A launcher whose link is cut is noticed after seconds; by default, never.
        ("OMPI_MCA_oob_tcp_keepalive_time", "3"),
        ("OMPI_MCA_oob_tcp_keepalive_intvl", "1"),
        ("OMPI_MCA_oob_tcp_keepalive_probes", "3"),
    ];
    // Who waits for a message looks for it without pause; where others need the core, it lets them have it.
    if thread::available_parallelism().is_ok_and(|cores| ranks > cores.get()) {
        settings.push(("OMPI_MCA_mpi_yield_when_idle", "1"));
    }
    if geteuid().is_root() {
        settings.extend([("OMPI_ALLOW_RUN_AS_ROOT", "1"), ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1")]);
    }
    settings
}
