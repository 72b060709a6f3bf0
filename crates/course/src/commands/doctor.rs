//! `cargo course doctor`: what this machine has and lacks for each chapter, and the command that mends it.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use runner::machine::Machine;
use runner::{Failure, Screen};

use crate::peer::{Peer, peers};
use source::workspace::root;

/// The version of CPython that the interpreter is compared with.
const CPYTHON: &str = "3.11";

/// Something that a part of the course needs.
struct Check {
    what: String,
    /// What was found, or nothing.
    found: Option<String>,
    mend: String,
}

/// Shows everything that is there and everything that is not.
pub(super) fn run() -> Result<(), Failure> {
    let screen = Screen;
    let root = root()?;
    screen.line(Machine::detect().summary())?;
    let parts = [
        ("every chapter", everywhere()),
        ("chapter 1: the peers of `cargo course compare`", of_peers(&root)?),
        ("chapter 2: counting instructions", counting()),
        ("chapter 4: the same programs in other Pythons", pythons(&root)),
        ("chapter 10: more machines", machines()),
        ("chapter 11: graphics cards", cards()),
        ("the book", book()),
    ];
    let mut missing = 0;
    for (part, checks) in parts {
        screen.line(format!("\n{part}"))?;
        for Check { what, found, mend } in checks {
            match found {
                Some(found) => screen.line(format!("  has    {what}: {found}"))?,
                None => {
                    missing += 1;
                    screen.line(format!("  LACKS  {what}; to mend: {mend}"))?;
                }
            }
        }
    }
    screen.line(match missing {
        0 => "\nnothing is missing".to_owned(),
        missing => format!("\n{missing} missing; what is there runs without them"),
    })
}

fn everywhere() -> Vec<Check> {
    let rustc = Check {
        what: "rustc".to_owned(),
        found: version("rustc"),
        mend: "install rustup from https://rustup.rs".to_owned(),
    };
    let cc = Check {
        what: "a C linker (cc)".to_owned(),
        found: version("cc"),
        mend: "apt install gcc, or your system's C compiler".to_owned(),
    };
    let git = Check {
        what: "git, for the commit in recorded results".to_owned(),
        found: version("git"),
        mend: "apt install git".to_owned(),
    };
    vec![rustc, cc, git]
}

/// The first line that a program prints of its version.
fn version(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    output.status.success().then(|| text.lines().next().unwrap_or("there").trim().to_owned())
}

fn of_peers(root: &Path) -> Result<Vec<Check>, Failure> {
    let check = |peer: &Peer| Check {
        what: format!("{} for {}", peer.name, peer.problem),
        found: peer.missing(root).is_none().then(|| "ready".to_owned()),
        mend: peer.missing(root).unwrap_or_default(),
    };
    let peers = peers(root)?;
    let (with, without): (Vec<_>, Vec<_>) = peers.iter().partition(|peer| peer.device_missing(root).is_none());
    let mut checks: Vec<_> = with.into_iter().map(check).collect();
    // One line for all that the same card is missing for.
    checks.extend(without.first().and_then(|peer| peer.device_missing(root)).map(|why| Check {
        what: format!("a device for {} more peers", without.len()),
        found: None,
        mend: why,
    }));
    Ok(checks)
}

/// The other implementations that run the programs of chapter 4.
fn pythons(root: &Path) -> Vec<Check> {
    let python = root.join(".peers/venv/bin/python");
    let cpython = python.to_str().and_then(version);
    let other = cpython.as_ref().filter(|found| !found.starts_with(&format!("Python {CPYTHON}.")));
    let mend = match other {
        Some(found) => format!(
            "{found} is there, and runs them; rm -r .peers/venv, then PYTHON=python{CPYTHON} scripts/setup-peers, where that is installed"
        ),
        None => "scripts/setup-peers".to_owned(),
    };
    let cpython = Check {
        what: format!("CPython {CPYTHON}, which the chapter's figures are against"),
        found: cpython.clone().filter(|_| other.is_none()),
        mend,
    };
    let pypy = Check {
        what: "PyPy".to_owned(),
        found: version("pypy3"),
        mend: "scripts/setup-peers, or your system's package of PyPy 3".to_owned(),
    };
    vec![cpython, pypy]
}

fn counting() -> Vec<Check> {
    let mend = "apt install valgrind, or your system's package of it".to_owned();
    vec![Check { what: "valgrind, for scripts/count-instructions".to_owned(), found: version("valgrind"), mend }]
}

/// What runs a cluster on this machine.
fn machines() -> Vec<Check> {
    let mend = "scripts/setup-cluster";
    let server = Check {
        what: "nats-server, which keeps the tasks".to_owned(),
        // It is among the programs of the administrator, where not everybody looks.
        found: ["nats-server", "/usr/sbin/nats-server"].into_iter().find_map(version),
        mend: mend.to_owned(),
    };
    let launcher = Check {
        what: "mpirun and mpicc, for the ranks (--features mpi)".to_owned(),
        found: version("mpirun").filter(|_| version("mpicc").is_some()),
        mend: mend.to_owned(),
    };
    vec![server, launcher]
}

fn cards() -> Vec<Check> {
    let adapters = gpu::Gpu::adapters();
    let card = |adapter: &gpu::Adapter| adapter.kind != gpu::AdapterKind::Cpu;
    let listed = |chosen: &dyn Fn(&gpu::Adapter) -> bool| {
        let shown: Vec<_> = adapters.iter().filter(|adapter| chosen(adapter)).map(ToString::to_string).collect();
        (!shown.is_empty()).then(|| shown.join("; "))
    };
    let driver = Check {
        what: "a driver for kernels".to_owned(),
        found: listed(&|_| true),
        mend: "scripts/setup-gpu installs one that computes on the processor; a card brings its own".to_owned(),
    };
    let card = Check {
        what: "a graphics card".to_owned(),
        found: listed(&card),
        mend: "a machine with one; until then the chapter runs on the processor, and says so".to_owned(),
    };
    let (found, mend) = match gpu::Gpu::cuda() {
        Ok(gpu) => (Some(gpu.adapter().to_string()), String::new()),
        Err(why) => (None, why.to_string()),
    };
    let cuda = Check { what: "an NVIDIA card over its own driver".to_owned(), found, mend };
    let check = Check {
        what: "spirv-val, for the tests of exact kernels".to_owned(),
        found: version("spirv-val"),
        mend: "scripts/setup-gpu, or your system's package of spirv-tools".to_owned(),
    };
    vec![driver, card, cuda, check]
}

fn book() -> Vec<Check> {
    let home = env::var_os("CARGO_HOME").map(|home| Path::new(&home).join("bin/mdbook"));
    let found = version("mdbook").or_else(|| version(home?.to_str()?));
    vec![Check { what: "mdbook".to_owned(), found, mend: "scripts/setup-book".to_owned() }]
}
