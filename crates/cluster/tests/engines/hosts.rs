//! Hosts: processes that have not got the program, and fetch it.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode};
use std::thread;
use std::time::{Duration, Instant};

use async_nats::jetstream::object_store::ObjectStore;
use cluster::{Cluster, Credentials, Error, HostOptions, Present, Role, present};
use futures_util::StreamExt;
use libtest_mimic::{Completion, Failed, Trial};

use crate::{GUARD, SCENARIO, eventually, own_process, runs, square, square_slowly, start, start_scenario, tests};

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = tests![
        a_program_that_hosts_have_never_seen_comes_through_the_store,
        a_program_of_another_hash_is_refused_with_both,
        a_host_takes_a_second_program_and_forgets_it_with_its_client,
        a_host_that_is_killed_is_missed_and_leaves_nothing,
        a_folder_that_takes_no_program_is_named_in_one_line,
    ];
    trials.push(Trial::ignorable_test("a_full_disk_under_a_host_is_said_in_one_line", full_disk));
    trials
}

/// What this program does when a test has started it.
pub(crate) fn run_scenario(name: &str) -> ExitCode {
    let argument = env::args().nth(1).unwrap_or_default();
    let (token, server) = argument.split_once('@').expect("a token and a server");
    let credentials = Credentials::token(token);
    match name {
        "host" => {
            let lost_after = Some(Duration::from_secs(5));
            let options = HostOptions {
                server: server.to_owned(),
                name: Some("bare".to_owned()),
                credentials,
                lost_after,
                ..HostOptions::default()
            };
            println!("{}", cluster::host(options, |line| println!("{line}")).expect_err("it ends with its server"));
            ExitCode::SUCCESS
        }
        "client of hosts" => {
            let cluster = Cluster::connect(server, &credentials).expect("a server");
            let rc = cluster.client();
            println!("{}", rc.load_balanced_view().apply(own_process, ()).expect("an engine of this program"));
            thread::sleep(GUARD);
            ExitCode::FAILURE
        }
        name => panic!("there is no scenario {name}"),
    }
}

/// The word and the address with which others come to a cluster.
fn door(cluster: &Cluster) -> String {
    format!("{}@{}", cluster.own_server().unwrap().token, cluster.client().server())
}

fn start_host(cluster: &Cluster) -> Child {
    start_scenario("host", &env::current_exe().unwrap(), &door(cluster))
}

fn hosts(cluster: &Cluster) -> Vec<Present> {
    let mut present = cluster.client().present();
    present.retain(|present| matches!(present.what, Role::Host(_)));
    present
}

/// The programs that lie in the store, and the store. A list that is asked for while a program is removed may wait for ever for a message
/// that is no longer there, so it is asked for again.
fn stored(cluster: &Cluster) -> (ObjectStore, Vec<String>) {
    let own = cluster.own_server().unwrap();
    runtime().block_on(async {
        let client = async_nats::ConnectOptions::with_token(own.token).connect(own.url).await.unwrap();
        let store = async_nats::jetstream::new(client).get_object_store("CLUSTER_PROGRAMS").await.unwrap();
        let started = Instant::now();
        loop {
            let listed = async { store.list().await.unwrap().map(|object| object.unwrap().name).collect().await };
            if let Ok(programs) = tokio::time::timeout(Duration::from_secs(2), listed).await {
                return (store, programs);
            }
            assert!(started.elapsed() < GUARD, "no list of the programs after {GUARD:?}");
        }
    })
}

/// What speaks with the server beside the client.
fn runtime() -> &'static tokio::runtime::Runtime {
    static RUNTIME: std::sync::OnceLock<tokio::runtime::Runtime> = std::sync::OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
    })
}

/// A program that is this one and has another hash: a byte differs that the system does not look at.
fn another_build(folder: &Path) -> PathBuf {
    let mut bytes = fs::read(env::current_exe().unwrap()).unwrap();
    bytes[0x0f] ^= 1;
    let file = folder.join("another");
    fs::write(&file, bytes).unwrap();
    fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    file
}

fn a_program_that_hosts_have_never_seen_comes_through_the_store() {
    let cluster = Cluster::options().hosts(2).start().unwrap();
    let rc = cluster.client();
    assert_eq!(rc.ids(), [0, 1]);
    assert_eq!(rc.load_balanced_view().map(square, 0..100).unwrap(), (0..100).map(|x| x * x).collect::<Vec<_>>());
    assert_eq!(rc.direct_view(..).unwrap().apply(square, 5).unwrap(), [25, 25]);
    // The engines run what was fetched, which has no name, and not the file of this program.
    let own = fs::read_link("/proc/self/exe").unwrap();
    for process in rc.direct_view(..).unwrap().apply(own_process, ()).unwrap() {
        let runs = fs::read_link(format!("/proc/{process}/exe")).unwrap();
        assert!(runs != own && runs.to_string_lossy().ends_with(" (deleted)"), "{}", runs.display());
    }
    assert_eq!(stored(&cluster).1.len(), 1, "sent once");
    assert_eq!(hosts(&cluster).len(), 2);
    let own = cluster.own_server().unwrap();
    let mut seen = present(&own.url, &Credentials::token(own.token)).unwrap();
    seen.retain(|present| matches!(&present.what, Role::Engine(program) if program.starts_with("engines")));
    let mut names: Vec<_> = seen.iter().map(|engine| engine.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["host 0", "host 1"]);
    assert_eq!(stored(&cluster).1.len(), 1, "whoever only looks sends nothing");
}

fn a_program_of_another_hash_is_refused_with_both() {
    let cluster = Cluster::options().hosts(1).start().unwrap();
    let (store, programs) = stored(&cluster);
    let other = b"#!/bin/sh\necho other\n";
    runtime().block_on(store.put(programs[0].as_str(), &mut &other[..])).unwrap();
    let said = cluster.start_hosts(1).unwrap_err().to_string();
    let hash = &programs[0][..16];
    let begins = "an engine on host 1 does not start: the program in the store has the hash ";
    assert!(
        said.starts_with(begins) && said.ends_with(&format!("..., and {hash}... was told: it is not started")),
        "{said}"
    );
    assert_eq!(
        cluster.client().direct_view(..).unwrap().apply(square, 3).unwrap(),
        [9],
        "the other host's engine runs"
    );
}

fn a_host_takes_a_second_program_and_forgets_it_with_its_client() {
    let (cluster, folder) = (start(0), tempfile::tempdir().unwrap());
    let mut host = start_host(&cluster);
    let start_client = |program: &Path| {
        let mut client = start_scenario("client of hosts", program, &door(&cluster));
        let mut line = String::new();
        BufReader::new(client.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let engine: u32 = line.trim_end().parse().unwrap_or_else(|_| panic!("{line:?}"));
        (client, engine)
    };
    eventually("the host is heard", || hosts(&cluster).len() == 1);
    // This process is the first client.
    eventually("its engine is heard", || cluster.client().ids().len() == 1);
    let engine = cluster.client().engines()[0].2;
    let (mut second, another) = start_client(&another_build(folder.path()));
    assert!(runs(engine) && runs(another) && engine != another);
    assert_eq!(stored(&cluster).1.len(), 2);
    second.kill().unwrap();
    second.wait().unwrap();
    eventually("the engine of a client that was killed is ended", || !runs(another));
    eventually("its program is removed", || stored(&cluster).1.len() == 1);
    assert!(runs(engine), "the engine of a client that lives is kept");
    host.kill().unwrap();
    host.wait().unwrap();
    eventually("an engine ends with its host", || !runs(engine));
    let mut said = String::new();
    host.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    let told: Vec<_> = said.lines().collect();
    assert!(told[0].starts_with("bare, process ") && told[0].contains(cluster.client().server()), "{said}");
    assert_eq!(told.iter().filter(|line| line.starts_with("fetched ")).count(), 2, "{said}");
    assert!(said.contains("nobody wants another any more: its engine is ended"), "{said}");
}

fn a_host_that_is_killed_is_missed_and_leaves_nothing() {
    let cluster = Cluster::options().hosts(2).lost_after(Duration::from_secs(2)).start().unwrap();
    let rc = cluster.client();
    let victim = hosts(&cluster)[0].process;
    let engine =
        rc.present().into_iter().find(|present| present.name == "host 0" && present.process != victim).unwrap();
    let view = rc.load_balanced_view().ack_wait(Duration::from_millis(500));
    thread::scope(|scope| {
        let results = scope.spawn(|| view.map(square_slowly, 0..200));
        thread::sleep(Duration::from_millis(200));
        let victim = rustix::process::Pid::from_raw(victim as i32).unwrap();
        rustix::process::kill_process(victim, rustix::process::Signal::KILL).unwrap();
        assert_eq!(results.join().unwrap().unwrap(), (0..200).map(|x| x * x).collect::<Vec<_>>());
    });
    eventually("its engine ends with it", || !runs(engine.process));
    eventually("both are missed", || hosts(&cluster).len() == 1 && rc.ids().len() == 1);
}

/// What a client is told whose only host cannot keep the program.
fn refused_by(mut host: Command) -> String {
    let cluster = start(0);
    let mut host = host.arg(door(&cluster)).env(SCENARIO, "host").spawn().unwrap();
    eventually("the host is heard", || hosts(&cluster).len() == 1);
    let own = cluster.own_server().unwrap();
    let refused = Cluster::connect(&own.url, &Credentials::token(own.token)).unwrap_err();
    host.kill().unwrap();
    host.wait().unwrap();
    assert!(matches!(&refused, Error::Start { what, .. } if what == "an engine on bare"), "{refused}");
    refused.to_string()
}

fn a_folder_that_takes_no_program_is_named_in_one_line() {
    let mut host = Command::new(env::current_exe().unwrap());
    host.env("TMPDIR", "/nowhere").stdout(std::process::Stdio::null());
    let said = refused_by(host);
    assert!(
        said.contains("no program can be written to /nowhere (") && said.contains("name another folder with TMPDIR"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
}

/// A host whose folder has room for less than this program.
fn full_disk() -> Result<Completion, Failed> {
    if let Err(Error::Unavailable(why)) = Cluster::options().engines(0).start() {
        return Ok(Completion::ignored_with(why));
    }
    let folder = tempfile::tempdir()?;
    let mount = format!("mount -t tmpfs -o size=100k none '{}'", folder.path().display());
    let with = |rest: &str| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--map-root-user", "--kill-child", "sh", "-c", &format!("{mount}{rest}")]);
        command.arg(env::current_exe().unwrap()).env("TMPDIR", folder.path()).stdout(std::process::Stdio::null());
        command
    };
    if !with("").output().is_ok_and(|output| output.status.success()) {
        return Ok(Completion::ignored_with("no file system can be mounted here without rights (unshare, mount)"));
    }
    let said = refused_by(with(" && exec \"$0\" \"$1\""));
    assert!(said.contains("make room there") && said.lines().count() == 1, "{said}");
    Ok(Completion::Completed)
}
