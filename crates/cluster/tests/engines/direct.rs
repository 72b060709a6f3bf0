//! The direct view.

use std::time::Duration;

use cluster::{Error, Namespace, procedure, task};
use libtest_mimic::Trial;

use crate::{not_13, own_process, reversed, square, start, tests};

pub(crate) fn trials() -> Vec<Trial> {
    tests![
        views_are_all_one_or_every_other,
        values_are_pushed_and_pulled_by_name,
        procedures_work_on_the_values_of_each_engine,
        functions_are_applied_on_all_and_mapped_over_all,
        what_is_scattered_is_gathered_whole,
        eight_megabytes_go_there_and_back,
        errors_name_the_engines_and_what_happened_there,
        statistics_count_what_each_engine_did,
    ]
}

fn advance(values: &mut Namespace, by: i64) -> Result<i64, Error> {
    let next = values.get::<i64>("a")? + by;
    values.set("a", &next)?;
    Ok(next)
}
procedure!(advance);

fn refuses(_: &mut Namespace, why: String) -> Result<(), String> {
    Err(why)
}
procedure!(refuses);

fn sleeps(milliseconds: u64) -> u64 {
    std::thread::sleep(Duration::from_millis(milliseconds));
    milliseconds
}
task!(sleeps);

fn views_are_all_one_or_every_other() {
    let cluster = start(4);
    let rc = cluster.client();
    assert_eq!(rc.ids(), [0, 1, 2, 3]);
    assert_eq!(rc.direct_view(..).unwrap().ids(), [0, 1, 2, 3]);
    assert_eq!(rc.direct_view(1..3).unwrap().ids(), [1, 2]);
    assert_eq!(rc.engine(2).unwrap().ids(), [2]);
    assert_eq!(rc.every(2).unwrap().ids(), [0, 2]);
    let missing = rc.engine(7).unwrap_err().to_string();
    assert_eq!(missing, "engine 7 is not there: alive are [0, 1, 2, 3]");
    assert!(matches!(rc.direct_view(4..), Err(Error::NoEngines { .. })));
    let mut processes = rc.direct_view(..).unwrap().apply(own_process, ()).unwrap();
    assert_eq!(processes, rc.engines().iter().map(|(_, _, process)| *process).collect::<Vec<_>>());
    processes.sort_unstable();
    processes.dedup();
    assert_eq!(processes.len(), 4, "each engine is a process of its own");
}

fn values_are_pushed_and_pulled_by_name() {
    let cluster = start(3);
    let view = cluster.client().direct_view(..).unwrap();
    view.push("a", &10_i64).unwrap();
    assert_eq!(view.pull::<i64>("a").unwrap(), [10; 3]);
    cluster.client().engine(1).unwrap().set("a", &11_i64).unwrap();
    assert_eq!(view.get::<i64>("a").unwrap(), [10, 11, 10]);
    view.push("text", "word").unwrap();
    assert_eq!(view.pull::<String>("text").unwrap(), ["word"; 3]);
    let wrong = cluster.client().engine(2).unwrap().pull::<f64>("a").unwrap_err().to_string();
    assert_eq!(wrong, "engine 2: `a` is of the type i64, and was asked for as f64");
    let none = cluster.client().every(2).unwrap().pull::<f64>("b").unwrap_err().to_string();
    let each = "there is no value `b`: push it first";
    assert_eq!(none, format!("engine 0: {each}; engine 2: {each}"));
}

fn procedures_work_on_the_values_of_each_engine() {
    let cluster = start(2);
    let view = cluster.client().direct_view(..).unwrap();
    view.scatter("parts", &[1_i64, 2]).unwrap();
    view.push("a", &1_i64).unwrap();
    cluster.client().engine(1).unwrap().push("a", &100_i64).unwrap();
    assert_eq!(view.execute(advance, &5).unwrap(), [6, 105]);
    assert_eq!(view.execute(advance, &-1).unwrap(), [5, 104]);
    assert_eq!(view.pull::<i64>("a").unwrap(), [5, 104]);
    let said = view.execute::<_, _, (), _>(refuses, &"no".to_owned()).unwrap_err().to_string();
    let name = "engines::direct::refuses";
    assert_eq!(said, format!("engine 0: {name}: no; engine 1: {name}: no"));
}

fn functions_are_applied_on_all_and_mapped_over_all() {
    let cluster = start(3);
    let view = cluster.client().direct_view(..).unwrap();
    assert_eq!(view.apply(square, 3).unwrap(), [9; 3]);
    assert_eq!(view.map(square, 0..11).unwrap(), (0..11).map(|x| x * x).collect::<Vec<_>>());
    assert_eq!(view.map(square, 0..2).unwrap(), [0, 1], "fewer inputs than engines");
    assert_eq!(view.map(square, 0..0).unwrap(), [0; 0]);
    let (remote, parallel) = (view.remote(square), view.parallel(square));
    assert_eq!((remote(4).unwrap(), parallel(vec![1, 2, 3, 4]).unwrap()), (vec![16; 3], vec![1, 4, 9, 16]));
    let later = view.apply_async(sleeps, 300).unwrap();
    assert!(!later.ready() && !later.wait(Duration::from_millis(1)));
    assert!(later.wait(Duration::MAX) && later.ready());
    assert_eq!(later.get().unwrap(), [300; 3]);
}

fn what_is_scattered_is_gathered_whole() {
    let cluster = start(4);
    let view = cluster.client().direct_view(..).unwrap();
    view.scatter("x", &(0..11).collect::<Vec<u64>>()).unwrap();
    let lengths: Vec<_> = view.pull::<Vec<u64>>("x").unwrap().iter().map(Vec::len).collect();
    assert_eq!(lengths, [3, 3, 3, 2]);
    for length in 0..23 {
        let numbers: Vec<f64> = (0..length).map(f64::from).collect();
        let words: Vec<(String, Option<u32>)> =
            (0..length).map(|x| (x.to_string(), (x % 2 == 0).then_some(x))).collect();
        view.scatter("numbers", &numbers).unwrap();
        view.scatter("words", &words).unwrap();
        assert_eq!(view.gather::<f64>("numbers").unwrap(), numbers);
        assert_eq!(view.gather::<(String, Option<u32>)>("words").unwrap(), words);
    }
}

fn eight_megabytes_go_there_and_back() {
    let cluster = start(2);
    let view = cluster.client().direct_view(..).unwrap();
    let numbers: Vec<f64> = (0..1_000_000).map(|x| f64::from(x).sqrt()).collect();
    let mut backwards = numbers.clone();
    backwards.reverse();
    for result in view.apply(reversed, numbers.clone()).unwrap() {
        assert!(result == backwards);
    }
    view.push("numbers", &numbers).unwrap();
    assert!(view.pull::<Vec<f64>>("numbers").unwrap().iter().all(|pulled| *pulled == numbers));
}

fn errors_name_the_engines_and_what_happened_there() {
    let cluster = start(3);
    let view = cluster.client().direct_view(1..).unwrap();
    let said = view.apply(not_13, 13).unwrap_err().to_string();
    for engine in ["engine 1: ", "; engine 2: "] {
        assert!(said.contains(&format!("{engine}task 0 of engines::not_13 panicked: ")), "{said}");
    }
    assert!(said.contains("not with 13") && said.contains("main.rs:") && !said.contains("engine 0"), "{said}");
    let said = view.map(not_13, 10..16).unwrap_err().to_string();
    assert!(said.starts_with("engine 2: task 3 of engines::not_13 panicked: "), "{said}");
    assert_eq!(view.apply(not_13, 12).unwrap(), [12; 2], "an engine outlives its panics");
    let asked = view.apply_async(sleeps, 60_000).unwrap();
    cluster.kill_engine(2).unwrap();
    let engine = cluster.client().engine(1).unwrap();
    crate::eventually("the engine is missed", || cluster.client().ids() == [0, 1]);
    cluster.kill_engine(1).unwrap();
    let said = asked.get().unwrap_err().to_string();
    assert_eq!(said.matches("it is gone (signal: 9 (SIGKILL))").count(), 2, "{said}");
    crate::eventually("the engine is missed", || cluster.client().ids() == [0]);
    assert!(engine.apply(square, 1).unwrap_err().to_string().starts_with("engine 1: it is gone"));
}

fn statistics_count_what_each_engine_did() {
    let cluster = start(2);
    let rc = cluster.client();
    rc.direct_view(..).unwrap().apply(square, 2).unwrap();
    rc.engine(1).unwrap().apply(square, 2).unwrap();
    rc.direct_view(..).unwrap().push("a", &1).unwrap();
    let statistics = rc.statistics();
    let jobs: Vec<_> = statistics.engines().iter().map(|engine| (engine.engine, engine.jobs)).collect();
    assert_eq!(jobs, [(0, 1), (1, 2)]);
    rc.load_balanced_view().map(square, 0..20).unwrap();
    let statistics = rc.statistics();
    let engines = statistics.engines();
    assert_eq!(engines.iter().map(|engine| engine.jobs).sum::<u64>(), 23);
    assert!((engines.iter().map(|engine| engine.share).sum::<f64>() - 1.0).abs() < 1e-12);
    assert_eq!(statistics.tasks().len(), 23);
    assert!(statistics.tasks().all(|task| &*task.name == "engines::square" && task.began <= task.ended));
    let mut indices: Vec<_> = statistics.tasks().skip(3).map(|task| task.index).collect();
    indices.sort_unstable();
    assert_eq!(indices, (0..20).collect::<Vec<_>>());
}
