//! `cargo course doctor`: what this machine has and lacks for each chapter, and the command that mends it.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use clap::Args;
use runner::machine::Machine;
use runner::{Failure, Screen};

use crate::peer::{Peer, peers};
use source::workspace::root;

/// The version of CPython that the interpreter is compared with.
const CPYTHON: &str = "3.11";

#[derive(Args, Debug)]
pub(crate) struct DoctorArgs {
    /// Show each thing by itself, with what was found and what mends it
    #[arg(long)]
    details: bool,
}

/// Something that a part of the course needs.
struct Check {
    what: String,
    /// What was found, or nothing.
    found: Option<String>,
    mend: String,
}

/// A part of the course, and what it can make use of.
struct Needs {
    /// The chapters, or another part of the course.
    part: &'static str,
    /// What it is needed for.
    purpose: &'static str,
    checks: Vec<Check>,
    /// What mends whatever is missing, or nearly all of it.
    mend: &'static str,
}

/// Shows what is there and what is not: a line for each part of the course, or for each thing.
pub(super) fn run(args: &DoctorArgs) -> Result<(), Failure> {
    let screen = Screen;
    screen.line(Machine::detect().summary())?;
    let parts = parts(&root()?)?;
    let lines = if args.details { details(&parts) } else { summary(&parts) };
    lines.iter().try_for_each(|line| screen.line(line))
}

/// The parts of the course.
fn parts(root: &Path) -> Result<Vec<Needs>, Failure> {
    let needs = |part, purpose, checks, mend| Needs { part, purpose, checks, mend };
    Ok(vec![
        needs("every chapter", "to build", everywhere(), "rustup and your system's C compiler"),
        needs("chapter 1", "other people's programs to compare with", of_peers(root)?, "scripts/setup-peers"),
        needs("chapters 2 and 3", "to count instructions", counting(), "your system's valgrind"),
        needs("chapter 4", "the same programs in other Pythons", pythons(root), "scripts/setup-peers"),
        needs("chapters 5 to 9", "", Vec::new(), ""),
        needs("chapter 10", "more machines", machines(), "scripts/setup-cluster"),
        needs("chapter 11", "graphics cards", cards(), "scripts/setup-gpu, and a card"),
        needs("the book", "to build it", book(), "scripts/setup-book"),
    ])
}

/// A line for each part.
fn summary(parts: &[Needs]) -> Vec<String> {
    let line = |needs: &Needs| {
        let (all, there) = (needs.checks.len(), needs.checks.iter().filter(|check| check.found.is_some()).count());
        let (purpose, mend) = (needs.purpose, needs.mend);
        let said = match all - there {
            0 if all == 0 => "nothing more is needed".to_owned(),
            0 => format!("has all of {all} {purpose}"),
            _ => format!("has {there} of {all} {purpose}; for the rest: {mend}"),
        };
        format!("{:16}  {said}", needs.part)
    };
    let mut lines: Vec<_> = parts.iter().map(line).collect();
    lines.push("Chapters run without what is missing; --details names each thing.".to_owned());
    lines
}

/// A line for each thing.
fn details(parts: &[Needs]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut missing = 0;
    for Needs { part, purpose, checks, .. } in parts.iter().filter(|needs| !needs.checks.is_empty()) {
        lines.push(format!("\n{part}: {purpose}"));
        for Check { what, found, mend } in checks {
            lines.push(match found {
                Some(found) => format!("  has    {what}: {found}"),
                None => {
                    missing += 1;
                    format!("  LACKS  {what}; to mend: {mend}")
                }
            });
        }
    }
    lines.push(match missing {
        0 => "\nnothing is missing".to_owned(),
        missing => format!("\n{missing} missing; what is there runs without them"),
    });
    lines
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_a_line_and_a_detail_another() {
        let check = |what: &str, found: Option<&str>| Check {
            what: what.to_owned(),
            found: found.map(str::to_owned),
            mend: "install it".to_owned(),
        };
        let needs = |checks| Needs { part: "chapter 1", purpose: "to compare", checks, mend: "a script" };
        let parts = [
            needs(vec![check("one", Some("1.0")), check("two", None), check("three", None)]),
            needs(vec![check("one", Some("1.0"))]),
            needs(Vec::new()),
        ];
        let lines = summary(&parts);
        assert_eq!(lines.len(), 4);
        assert_eq!(lines[0], "chapter 1         has 1 of 3 to compare; for the rest: a script");
        assert_eq!(lines[1], "chapter 1         has all of 1 to compare");
        assert_eq!(lines[2], "chapter 1         nothing more is needed");
        let lines = details(&parts);
        assert_eq!(
            lines[1..4],
            ["  has    one: 1.0", "  LACKS  two; to mend: install it", "  LACKS  three; to mend: install it"]
        );
        assert_eq!(lines.last().unwrap(), "\n2 missing; what is there runs without them");
    }
}
