//! The load-balanced view, while nothing ends.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use cluster::{Acks, Error};
use libtest_mimic::Trial;

use crate::counting::most_during;
use crate::{living, not_13, notes, reversed, square, square_slowly, start, tests};

pub(crate) fn trials() -> Vec<Trial> {
    tests![
        results_come_in_the_order_of_the_inputs,
        results_come_as_they_are_done_with_their_indices,
        large_arguments_and_results_are_cut_and_joined,
        a_panic_names_the_task_and_its_engine,
        a_task_longer_than_the_wait_runs_once,
        tasks_that_take_too_long_are_given_up,
        an_engine_that_has_much_to_do_leaves_the_rest_to_others,
        many_tasks_cost_messages_in_proportion_and_no_memory,
    ]
}

fn results_come_in_the_order_of_the_inputs() {
    let cluster = start(3);
    let view = cluster.client().load_balanced_view();
    let squares: Vec<_> = (0..300).map(|x| x * x).collect();
    for acks in [Acks::Plain, Acks::Confirmed] {
        for batch in [1, 16] {
            assert_eq!(view.clone().acks(acks).batch(batch).map(square, 0..300).unwrap(), squares);
        }
    }
    assert_eq!(view.map(square, 0..0).unwrap(), [0; 0]);
    assert_eq!(view.apply(square, 7).unwrap(), 49);
}

fn results_come_as_they_are_done_with_their_indices() {
    let cluster = start(2);
    let view = cluster.client().load_balanced_view();
    let results = view.map_unordered(square_slowly, 0..50).unwrap();
    let results: BTreeSet<_> = results.map(Result::unwrap).collect();
    assert_eq!(results, (0..50).map(|x| (x as usize, x * x)).collect());
    // A reader that stops leaves nothing behind that gets in the way of the next.
    let first = view.map_unordered(square_slowly, 0..50).unwrap().next().unwrap().unwrap();
    assert_eq!(first.1, (first.0 * first.0) as u64);
    assert_eq!(view.map(square, 0..10).unwrap(), (0..10).map(|x| x * x).collect::<Vec<_>>());
}

fn large_arguments_and_results_are_cut_and_joined() {
    let cluster = start(2);
    let numbers: Vec<Vec<f64>> = (0..3).map(|first| (first..400_000 + first).map(f64::from).collect()).collect();
    let results = cluster.client().load_balanced_view().map(reversed, numbers.clone()).unwrap();
    for (mut result, numbers) in results.into_iter().zip(numbers) {
        result.reverse();
        assert!(result == numbers);
    }
}

fn a_panic_names_the_task_and_its_engine() {
    let cluster = start(1);
    let view = cluster.client().load_balanced_view();
    let said = view.map(not_13, 10..20).unwrap_err().to_string();
    assert!(said.starts_with("engine 0: task 3 of engines::not_13 panicked: "), "{said}");
    assert!(said.contains("not with 13"), "{said}");
    assert_eq!(view.map(not_13, 14..16).unwrap(), [14, 15], "an engine outlives its panics");
}

fn a_task_longer_than_the_wait_runs_once() {
    let (cluster, folder) = (start(2), tempfile::tempdir().unwrap());
    let file = folder.path().join("notes").display().to_string();
    let view = cluster.client().load_balanced_view().ack_wait(Duration::from_secs(1));
    let tasks = (0..3).map(|_| (file.clone(), 2500));
    assert_eq!(view.map(notes, tasks).unwrap().len(), 3);
    assert_eq!(fs::read_to_string(file).unwrap().lines().count(), 3);
}

fn tasks_that_take_too_long_are_given_up() {
    let (cluster, folder) = (start(1), tempfile::tempdir().unwrap());
    let file = folder.path().join("notes").display().to_string();
    let limit = Duration::from_millis(200);
    let view = cluster.client().load_balanced_view();
    let error = view.clone().timeout(limit).map(notes, (0..4).map(|_| (file.clone(), 1000))).unwrap_err();
    assert_eq!(error, Error::TimedOut { missing: 4, of: 4, limit });
    // The one that runs does so to its end; the others are not there any more.
    assert_eq!(view.apply(square, 5).unwrap(), 25);
    assert_eq!(fs::read_to_string(file).unwrap().lines().count(), 1);
}

fn an_engine_that_has_much_to_do_leaves_the_rest_to_others() {
    let (cluster, folder) = (start(2), tempfile::tempdir().unwrap());
    let file = folder.path().join("notes").display().to_string();
    // One task takes as long as all the others together.
    let tasks = (0..41).map(|task| (file.clone(), if task == 0 { 2000 } else { 20 }));
    let processes = cluster.client().load_balanced_view().batch(1).map(notes, tasks).unwrap();
    let with_the_first = processes.iter().filter(|process| **process == processes[0]).count();
    assert!(with_the_first < 21, "{with_the_first} of 41 tasks waited for the long one's engine");
}

/// A tenth of the tasks, and all: `CLUSTER_TASKS` says how many, 10000 by default.
fn many_tasks_cost_messages_in_proportion_and_no_memory() {
    let all: u64 = std::env::var("CLUSTER_TASKS").ok().and_then(|tasks| tasks.parse().ok()).unwrap_or(10_000);
    let cluster = start(2);
    let rc = cluster.client();
    let view = rc.load_balanced_view();
    let run = |tasks: u64| {
        let before = rc.traffic();
        let most = most_during(|| {
            let results = view.map_unordered(square, 0..tasks).unwrap();
            let sum: u64 = (0..tasks).map(|x| x * x).sum();
            assert_eq!(results.map(|result| result.unwrap().1).sum::<u64>(), sum);
        });
        let after = rc.traffic();
        let living = rc.direct_view(..).unwrap().apply(living, ()).unwrap();
        (most, after.messages() - before.messages(), living.into_iter().max().unwrap())
    };
    run(all / 10);
    let (few, many) = (run(all / 10), run(all));
    assert!(many.0 < few.0 + (1 << 20), "the client needed {} bytes for a tenth, and {} for all", few.0, many.0);
    assert!(many.2 < few.2 + (1 << 20), "an engine had {} bytes after a tenth, and {} after all", few.2, many.2);
    assert!(many.1 <= 11 * few.1, "{} messages for a tenth, and {} for all", few.1, many.1);
}
