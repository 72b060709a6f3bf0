//! The load-balanced view while engines and servers are killed with -9.

use std::thread;
use std::time::Duration;

use cluster::{Acks, Cluster, Error};
use libtest_mimic::Trial;
use rand_core::{Rng, SeedableRng};
use rand_xoshiro::SplitMix64;
use rustix::process::{Pid, Signal, kill_process};

use crate::{dies, eventually, square, square_slowly, start, tests};

pub(crate) fn trials() -> Vec<Trial> {
    tests![
        an_engine_is_killed_at_any_moment,
        all_engines_but_one_are_killed,
        the_server_is_killed_at_any_moment,
        a_task_that_kills_its_engine_is_given_up,
        when_all_engines_are_gone_it_is_said,
        an_engine_that_comes_later_takes_its_part,
        an_engine_that_falls_silent_is_missed_and_its_late_answers_change_nothing,
        a_server_that_does_not_come_back_is_waited_for_no_longer_than_stated,
    ]
}

/// How often something is killed in the tests below: `CLUSTER_RUNS`, 2 by default.
fn runs() -> u64 {
    std::env::var("CLUSTER_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(2)
}

/// 200 tasks, of some milliseconds each, while something happens after so many milliseconds. Every result comes once, in order.
fn undisturbed(cluster: &Cluster, acks: Acks, after: u64, happens: impl FnOnce() + Send) {
    let view = cluster.client().load_balanced_view().acks(acks).ack_wait(Duration::from_millis(500));
    let before: u64 = cluster.client().statistics().engines().iter().map(|engine| engine.jobs).sum();
    thread::scope(|scope| {
        let results = scope.spawn(|| view.map(square_slowly, 0..200));
        thread::sleep(Duration::from_millis(after));
        happens();
        let results =
            results.join().expect("no panic").unwrap_or_else(|error| panic!("killed after {after} ms: {error}"));
        assert_eq!(results, (0..200).map(|x| x * x).collect::<Vec<_>>(), "killed after {after} ms");
    });
    let jobs: u64 = cluster.client().statistics().engines().iter().map(|engine| engine.jobs).sum();
    assert_eq!(jobs - before, 200, "every result is taken once");
}

/// Moments between the beginning and the end, other ones in each run of the tests, which say what they were.
fn moments(runs: u64) -> impl Iterator<Item = (Acks, u64)> {
    let seed =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |now| now.as_nanos() as u64);
    let mut random = SplitMix64::seed_from_u64(seed);
    (0..runs).map(move |run| ([Acks::Plain, Acks::Confirmed][run as usize % 2], random.next_u64() % 600))
}

fn an_engine_is_killed_at_any_moment() {
    let cluster = start(2);
    for (acks, after) in moments(runs()) {
        let victim = cluster.client().ids()[0];
        undisturbed(&cluster, acks, after, || cluster.kill_engine(victim).unwrap());
        cluster.start_engines(1).unwrap();
    }
}

fn all_engines_but_one_are_killed() {
    let cluster = start(4);
    undisturbed(&cluster, Acks::Plain, 200, || {
        for engine in [3, 1, 0] {
            cluster.kill_engine(engine).unwrap();
        }
    });
    assert_eq!(cluster.client().ids(), [2]);
}

fn the_server_is_killed_at_any_moment() {
    let cluster = start(2);
    for (acks, after) in moments(runs()) {
        undisturbed(&cluster, acks, after, || {
            cluster.kill_server().unwrap();
            thread::sleep(Duration::from_millis(after % 100));
            cluster.restart_server().unwrap();
        });
        assert_eq!(cluster.client().ids(), [0, 1], "both engines live on");
    }
}

fn a_task_that_kills_its_engine_is_given_up() {
    let cluster = start(4);
    let view = cluster.client().load_balanced_view().ack_wait(Duration::from_millis(300)).max_deliver(3);
    let error = view.map(dies, 0..10).unwrap_err();
    let Error::GivenUp { ref name, index: 3, tries: 3, ref how } = error else { panic!("{error}") };
    assert_eq!(name, "engines::dies");
    assert_eq!(how.matches("signal: 9 (SIGKILL)").count(), 3, "{how}");
    assert!(error.to_string().starts_with("task 3 of engines::dies was tried 3 times"), "{error}");
    assert_eq!(view.map(dies, 4..10).unwrap(), (4..10).collect::<Vec<_>>(), "one engine is left");
}

fn when_all_engines_are_gone_it_is_said() {
    let cluster = start(2);
    let view = cluster.client().load_balanced_view().ack_wait(Duration::from_millis(300));
    let error = view.map(dies, 3..8).unwrap_err();
    let said = error.to_string();
    assert!(matches!(error, Error::EnginesLost { of: 5, .. }), "{said}");
    assert!(said.contains("engine 0: signal: 9 (SIGKILL), engine 1: signal: 9 (SIGKILL)"), "{said}");
    assert!(matches!(view.map(square, 0..3), Err(Error::NoEngines { .. })));
    cluster.start_engines(1).unwrap();
    assert_eq!(cluster.client().ids(), [2], "a number is given once");
    assert_eq!(view.map(square, 0..3).unwrap(), [0, 1, 4]);
}

fn an_engine_that_comes_later_takes_its_part() {
    let cluster = start(1);
    undisturbed(&cluster, Acks::Plain, 100, || cluster.start_engines(1).unwrap());
    let engines = cluster.client().statistics().engines();
    assert!(engines.len() == 2 && engines[1].jobs > 0, "{engines:?}");
}

fn an_engine_that_falls_silent_is_missed_and_its_late_answers_change_nothing() {
    let cluster = Cluster::options().engines(2).lost_after(Duration::from_secs(2)).start().unwrap();
    let rc = cluster.client();
    let (_, _, process) = rc.engines()[0];
    let send = |signal| kill_process(Pid::from_raw(process as i32).unwrap(), signal).unwrap();
    undisturbed(&cluster, Acks::Plain, 100, || {
        // What a cut link looks like from outside: the connection is there, and nothing comes.
        send(Signal::STOP);
        let unheard = rc.engine(0).unwrap().apply(square, 3).unwrap_err().to_string();
        assert_eq!(unheard, "engine 0: it is gone (not heard for 2 s): what it had was lost, ask the others");
        assert_eq!(rc.ids(), [1]);
    });
    send(Signal::CONT);
    eventually("it is heard again", || rc.ids() == [0, 1]);
    assert_eq!(rc.direct_view(..).unwrap().apply(square, 3).unwrap(), [9, 9]);
    assert_eq!(rc.load_balanced_view().map(square, 0..50).unwrap(), (0..50).map(|x| x * x).collect::<Vec<_>>());
}

fn a_server_that_does_not_come_back_is_waited_for_no_longer_than_stated() {
    let cluster = Cluster::options().engines(1).server_patience(Duration::from_millis(500)).start().unwrap();
    let view = cluster.client().load_balanced_view();
    thread::scope(|scope| {
        let results = scope.spawn(|| view.map(square_slowly, 0..200));
        thread::sleep(Duration::from_millis(200));
        cluster.kill_server().unwrap();
        let error = results.join().unwrap().unwrap_err();
        assert_eq!(error, Error::ServerLost { away: Duration::from_millis(500) });
    });
}
