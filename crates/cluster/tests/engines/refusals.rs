//! What is refused, and with which words.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::net::TcpListener;
use std::{env, thread};

use cluster::{Cluster, Credentials, Error, task};
use libtest_mimic::Trial;

use crate::{eventually, square, start, start_scenario, tests};

pub(crate) fn trials() -> Vec<Trial> {
    tests![
        unknown_functions_and_wrong_arguments_are_refused,
        an_engine_of_another_build_is_refused_with_both_hashes,
        a_server_that_is_not_there_or_wants_another_token_is_named,
        a_cluster_of_others_is_used_and_left_alone,
        engines_of_an_engine_are_refused,
    ]
}

fn unknown_functions_and_wrong_arguments_are_refused() {
    let cluster = start(1);
    let rc = cluster.client();
    let view = rc.engine(0).unwrap();
    let said = view.apply_named::<_, u64>("engines::sqare", &3_u64).unwrap().get().unwrap_err().to_string();
    assert_eq!(said, "engine 0: engines::sqare is not known to engines: register it with `cluster::task!(sqare);`");
    let said = view.apply_named::<_, u64>("engines::square", &3_i32).unwrap().get().unwrap_err().to_string();
    assert_eq!(said, "engine 0: the argument of engines::square is of the type i32, and was asked for as u64");
    assert_eq!(view.apply_named::<_, u64>("engines::square", &3_u64).unwrap().get().unwrap(), [9]);
    let closure = view.apply(|x: u64| x, 1).unwrap_err().to_string();
    assert!(closure.contains("a closure cannot leave its process"), "{closure}");
    let closure = rc.load_balanced_view().map(|x: u64| x, 0..1).unwrap_err().to_string();
    assert!(closure.contains("a closure cannot leave its process"), "{closure}");
}

fn an_engine_of_another_build_is_refused_with_both_hashes() {
    let cluster = start(0);
    let rc = cluster.client();
    let (folder, token) = (tempfile::tempdir().unwrap(), cluster.own_server().unwrap().token);
    let other = folder.path().join("other");
    fs::copy(env::current_exe().unwrap(), &other).unwrap();
    OpenOptions::new().append(true).open(&other).unwrap().write_all(b"another build").unwrap();
    let mut engine = start_scenario("engine", &other, &format!("{token}@{}", rc.server()));
    eventually("the engine is heard", || rc.ids() == [0]);
    let direct = rc.engine(0).unwrap_err();
    let balanced = rc.load_balanced_view().map(square, 0..3).unwrap_err();
    engine.kill().unwrap();
    engine.wait().unwrap();
    let Error::Engines(ref each) = direct else { panic!("{direct}") };
    let [(0, Error::OtherBuild { theirs, ours })] = each[..] else { panic!("{direct}") };
    assert_ne!(theirs, ours);
    let said = direct.to_string();
    assert!(said.contains(&format!("{theirs:016x}")) && said.contains(&format!("{ours:016x}")), "{said}");
    assert_eq!(balanced, direct);
}

fn a_server_that_is_not_there_or_wants_another_token_is_named() {
    let cluster = start(0);
    let url = cluster.client().server().to_owned();
    let said = |url: &str, credentials| Cluster::connect(url, &credentials).unwrap_err().to_string();
    let wrong = format!(
        "the server at {url} refuses these credentials: use the token or the password that it was started with"
    );
    assert_eq!(said(&url, Credentials::token("wrong")), wrong);
    assert_eq!(said(&url, Credentials::none()), wrong);
    assert_eq!(said(&url, Credentials::user("a", "b")), wrong);
    // A port that was free a moment ago.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = said(&format!("nats://{free}"), Credentials::none());
    assert!(nobody.starts_with(&format!("no NATS server answers at nats://{free} (")), "{nobody}");
    // Something that is no server of this kind, and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silence = said(&format!("nats://{}", silent.local_addr().unwrap()), Credentials::none());
    assert!(silence.starts_with("no NATS server answers at "), "{silence}");
    let without = Cluster::options().engines(0).without_jetstream().start().unwrap_err().to_string();
    assert!(without.contains("runs without JetStream") && without.contains("nats-server --jetstream"), "{without}");
    for line in [wrong, nobody, silence, without] {
        assert!(!line.contains('\n'), "{line:?} is one line");
    }
}

fn a_cluster_of_others_is_used_and_left_alone() {
    let cluster = start(2);
    let (url, token) = (cluster.client().server().to_owned(), cluster.own_server().unwrap().token);
    let second = Cluster::connect(&url, &Credentials::token(token)).unwrap();
    assert_eq!(second.client().ids(), [0, 1]);
    assert_eq!(second.client().load_balanced_view().map(square, 0..5).unwrap(), [0, 1, 4, 9, 16]);
    assert!(second.kill_server().is_err() && second.kill_engine(0).is_err());
    thread::scope(|scope| {
        let both = [&cluster, &second]
            .map(|cluster| scope.spawn(|| cluster.client().load_balanced_view().map(square, 0..200).unwrap()));
        for results in both {
            assert_eq!(results.join().unwrap(), (0..200).map(|x| x * x).collect::<Vec<_>>());
        }
    });
    drop(second);
    assert_eq!(cluster.client().direct_view(..).unwrap().apply(square, 2).unwrap(), [4, 4]);
}

fn starts_engines(_: ()) -> String {
    Cluster::options().engines(1).start().map_or_else(|error| error.to_string(), |_| "started".to_owned())
}
task!(starts_engines);

fn engines_of_an_engine_are_refused() {
    let cluster = start(1);
    let said = cluster.client().load_balanced_view().apply(starts_engines, ()).unwrap();
    assert_eq!(said, "a task cannot start engines of its own: only the program's first process can");
}
