//! `cargo course engine` and `cargo course cluster`: what they start, what they say, and that nothing of it is left.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Output, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use tempfile::TempDir;

/// How long something may take before it counts as hanging.
const GUARD: Duration = Duration::from_secs(120);

/// Functions as tests of their names, ignored with the reason where nats-server is not there.
macro_rules! tests {
    ($($name:ident),* $(,)?) => {
        vec![$(Trial::ignorable_test(stringify!($name), || with_server($name))),*]
    };
}

fn main() -> ExitCode {
    let mut trials = tests![
        a_cluster_is_started_shown_used_once_and_ended,
        a_cluster_whose_keeper_is_killed_leaves_nothing,
        an_engine_says_where_it_listens_and_ends_with_its_input,
        other_machines_are_sent_the_program_and_keep_nothing,
        a_machine_that_cannot_be_reached_is_named,
    ];
    trials.push(Trial::test("what_cannot_be_is_refused_in_one_line", || {
        what_cannot_be_is_refused_in_one_line();
        Ok(())
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Runs a test that needs nats-server. `REQUIRE=nats` makes its absence a failure.
fn with_server(test: fn()) -> Result<Completion, Failed> {
    let folder = TempDir::new()?;
    let started = course(folder.path(), &["cluster", "start", "--engines=0"]);
    let said = String::from_utf8_lossy(&started.stderr).into_owned();
    if said.contains("nats-server is not on this machine") {
        let required = env::var("REQUIRE").unwrap_or_default();
        if required.split(',').any(|word| word.trim().eq_ignore_ascii_case("nats")) {
            return Err(format!("REQUIRE demands nats: {said}").into());
        }
        return Ok(Completion::ignored_with(said.trim().to_owned()));
    }
    shown(&course(folder.path(), &["cluster", "stop"]));
    test();
    Ok(Completion::Completed)
}

/// A call of `course`, of which `cluster` notes what it does in a folder.
fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_course"));
    command.args(arguments).stdin(Stdio::null());
    if arguments.first() == Some(&"cluster") {
        command.arg(format!("--folder={}", folder.join("noted").display()));
    }
    command
}

fn course(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

/// What a call prints that succeeds.
fn shown(output: &Output) -> String {
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.is_empty(), "{}: {told}", output.status);
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The one line of a call that fails, and its status.
fn refused(output: &Output) -> (String, Option<i32>) {
    let told = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(output.stdout.is_empty() && told.lines().count() == 1, "{output:?}");
    (told, output.status.code())
}

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < GUARD, "{what}: not after {GUARD:?}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn runs(process: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

/// The processes that `status` lists.
fn processes(status: &str) -> Vec<String> {
    let rows = status.lines().filter(|line| line.trim_start().starts_with("host "));
    rows.map(|line| {
        line.split_whitespace().find(|word| word.parse::<u32>().is_ok_and(|number| number > 1)).unwrap().to_owned()
    })
    .collect()
}

/// A word behind another one.
fn after<'a>(text: &'a str, before: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before:?} in {text}"));
    rest.split([' ', ',', '\n']).next().unwrap()
}

fn a_cluster_is_started_shown_used_once_and_ended() {
    let (folder, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let begun = shown(&course(folder.path(), &["cluster", "start", "--engines", "2"]));
    let (url, keeper) = (after(&begun, "a server at ").to_owned(), after(&begun, "process ").to_owned());
    let example = format!("  cargo run --example chapter10 -- --server {url} --token-file ");
    assert!(begun.contains(&example) && begun.contains("the end: cargo course cluster stop"), "{begun}");
    let status = shown(&course(folder.path(), &["cluster", "status"]));
    let engines = processes(&status);
    assert!(engines.len() == 2 && status.matches("no program is wanted").count() == 2, "{status}");
    let (again, code) = refused(&course(folder.path(), &["cluster", "start"]));
    assert!(again.contains(&format!("a cluster runs already at {url}")) && code == Some(1), "{again}");
    // A token that is not this server's.
    let wrong = folder.path().join("wrong");
    fs::write(&wrong, "0123456789abcdef\n").unwrap();
    let (told, code) =
        refused(&course(folder.path(), &["engine", "--server", &url, "--token-file", wrong.to_str().unwrap()]));
    assert!(told.contains("refuses these credentials") && code == Some(1), "{told}");
    // Another cluster is another cluster.
    shown(&course(other.path(), &["cluster", "start", "--engines", "1"]));
    let ended = shown(&course(folder.path(), &["cluster", "stop"]));
    assert_eq!(ended, format!("ended: the server at {url} and 2 engines\n"));
    eventually("all are gone", || !runs(&keeper) && !engines.iter().any(|engine| runs(engine)));
    assert!(!folder.path().join("noted/token").exists());
    for command in ["status", "stop"] {
        let (told, code) = refused(&course(folder.path(), &["cluster", command]));
        assert!(
            told.contains("no cluster runs that `cargo course cluster start` has started") && code == Some(1),
            "{told}"
        );
    }
    assert_eq!(processes(&shown(&course(other.path(), &["cluster", "status"]))).len(), 1);
    shown(&course(other.path(), &["cluster", "stop"]));
}

fn a_cluster_whose_keeper_is_killed_leaves_nothing() {
    let folder = TempDir::new().unwrap();
    let begun = shown(&course(folder.path(), &["cluster", "start", "--engines", "1"]));
    let engines = processes(&shown(&course(folder.path(), &["cluster", "status"])));
    let url = after(&begun, "a server at ").trim_start_matches("nats://").to_owned();
    assert!(Command::new("kill").args(["-9", after(&begun, "process ")]).status().unwrap().success());
    eventually("all are gone", || !runs(&engines[0]) && std::net::TcpStream::connect(&url).is_err());
    let (told, code) = refused(&course(folder.path(), &["cluster", "status"]));
    assert!(told.contains("no cluster runs") && code == Some(1), "{told}");
}

/// A cluster that is ended with the test.
struct Started(TempDir);

impl Started {
    fn new(arguments: &[&str]) -> (Self, String) {
        let folder = TempDir::new().unwrap();
        let begun = shown(&course(folder.path(), &[&["cluster", "start"], arguments].concat()));
        (Self(folder), begun)
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = command(self.0.path(), &["cluster", "stop"]).output();
    }
}

fn an_engine_says_where_it_listens_and_ends_with_its_input() {
    let (cluster, begun) = Started::new(&["--engines", "0"]);
    let (url, token) = (after(&begun, "--server ").to_owned(), after(&begun, "--token-file ").to_owned());
    let mut command =
        command(cluster.0.path(), &["engine", "--server", &url, "--name", "mine", "--until-eof", "--token-file"]);
    let mut engine: Child = command
        .arg(&token)
        .current_dir(source::workspace::root().unwrap())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(engine.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("mine, process ") && line.contains(&format!(" listens at {url} ")), "{line}");
    eventually("it is listed", || shown(&course(cluster.0.path(), &["cluster", "status"])).contains("mine"));
    drop(engine.stdin.take());
    eventually("it ends", || engine.try_wait().unwrap().is_some());
}

/// A program `ssh` that runs the command here, or does not reach anybody, and a file with machines.
fn with_ssh(folder: &Path, ssh: &str) -> Vec<String> {
    let program = folder.join("ssh");
    fs::write(&program, format!("#!/bin/sh\n{ssh}\n")).unwrap();
    fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let (hosts, token) = (folder.join("hosts"), folder.join("token"));
    fs::write(&hosts, "alpha 2\nbeta # one engine\n").unwrap();
    fs::write(&token, "a-word-of-our-own\n").unwrap();
    let file = |name: &str, path: &Path| format!("--{name}={}", path.display());
    vec![file("hosts", &hosts), file("token-file", &token), "--listen=127.0.0.1".to_owned()]
}

fn with_path(folder: &Path, arguments: &[String]) -> Command {
    let words: Vec<_> = ["cluster", "start"].into_iter().chain(arguments.iter().map(String::as_str)).collect();
    let mut command = command(folder, &words);
    let path = env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{}:{path}", folder.display())).env("TMPDIR", folder.join("there"));
    command
}

fn other_machines_are_sent_the_program_and_keep_nothing() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("there")).unwrap();
    // What the real one is given: options, a machine, a command for its shell.
    let arguments = with_ssh(folder.path(), "for last; do :; done; sh -c \"$last\"; exit $?");
    let begun = shown(&with_path(folder.path(), &arguments).output().unwrap());
    assert!(begun.contains(" and 3 engines"), "{begun}");
    let status = shown(&course(folder.path(), &["cluster", "status"]));
    assert_eq!((status.matches("alpha").count(), status.matches("beta").count()), (2, 1), "{status}");
    let engines = processes(&status);
    shown(&course(folder.path(), &["cluster", "stop"]));
    eventually("all are gone", || !engines.iter().any(|engine| runs(engine)));
    eventually("nothing is left there", || {
        let left = fs::read_dir(folder.path().join("there")).unwrap();
        left.count() == 0
    });
}

fn a_machine_that_cannot_be_reached_is_named() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("there")).unwrap();
    let arguments = with_ssh(folder.path(), "echo no route >&2; exit 255");
    let (told, code) = refused(&with_path(folder.path(), &arguments).output().unwrap());
    assert!(told.contains("no engine starts on ") && told.contains("exit status: 255") && code == Some(1), "{told}");
    assert!(!folder.path().join("noted/cluster.json").exists());
}

fn what_cannot_be_is_refused_in_one_line() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (hosts, short, key) = (file("hosts", "one\n"), file("short", "word\n"), file("key", "x"));
    let (listen, open) = ("--listen=10.0.0.1", "whoever reaches the server can run programs on its machines");
    for (arguments, told) in [
        (&["engine"][..], "--server <URL>"),
        (&["cluster"], "start"),
        (&["cluster", "start", "--engines", "x"], "--engines"),
        (&["cluster", "start", "--hosts", &hosts], "--listen"),
        (&["cluster", "start", "--hosts", &hosts, "--listen", "127.0.0.1"], open),
        (&["cluster", "start", listen], open),
        (&["cluster", "start", listen, "--token-file", &short], "is short: at least 16 letters"),
        (&["cluster", "start", listen, "--tls-certificate", &key], "--tls"),
        (
            &["cluster", "start", "--listen", "0.0.0.0", "--token-file", &file("long", "0123456789abcdef")],
            "one address",
        ),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_course")).args(arguments).output().unwrap();
        let (said, code) = refused(&output);
        assert!(said.contains(told) && code == Some(2), "{arguments:?}: {said}");
    }
    let (said, code) = refused(&course(folder.path(), &["engine", "--server", "nats://127.0.0.1:1"]));
    assert!(said.contains("no NATS server answers at nats://127.0.0.1:1 (") && code == Some(1), "{said}");
    for arguments in [
        &["engine", "--help"][..],
        &["cluster", "--help"],
        &["cluster", "start", "--help"],
        &["cluster", "status", "--help"],
        &["cluster", "stop", "--help"],
    ] {
        assert!(!shown(&Command::new(env!("CARGO_BIN_EXE_course")).args(arguments).output().unwrap()).is_empty());
    }
}
