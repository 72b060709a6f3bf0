//! What the ladders say of their lessons is what the numbers say that the book shows.

use std::fs;

use runner::{ChapterInfo, StepRecord};
use serde::Deserialize;
use source::workspace::root;
use validation::Expected;

/// Lessons that the recorded numbers do not show, each with the reason.
const EXCEPTIONS: &[(&str, &str)] =
    &[("vectorised::combined::mandelbrot::survivors", "has a table of its own, which was recorded on another machine")];

/// A file of recorded results; what else is in it is of no interest here.
#[derive(Deserialize)]
struct Recorded {
    results: Vec<StepRecord>,
}

#[test]
fn every_lesson_is_what_the_recorded_numbers_say() {
    let root = root().expect("the tests run in the workspace");
    let mut denied = Vec::new();
    for ladder in course::ladders() {
        let steps = ladder.steps();
        let Some(shows) = steps.iter().position(|step| step.lesson.is_some()) else { continue };
        let (step, expected) = (&steps[shows], steps[shows].lesson.expect("it has one"));
        let chapter = ChapterInfo::of_module(step.module).expect("every ladder belongs to a chapter").number;
        let text = fs::read_to_string(root.join(format!("docs/results/chapter{chapter}.json"))).expect("results");
        let recorded: Recorded = serde_json::from_str(&text).expect("results are JSON");
        let best = |name: &str| {
            let record = recorded.results.iter().find(|record| record.step == name && record.problem == step.problem);
            record.and_then(|record| record.best_ms)
        };
        let path = step.path();
        let ratio = best(steps[shows - 1].name).zip(best(step.name)).map(|(before, after)| before / after);
        let shown = ratio.is_some_and(|ratio| match expected {
            Expected::Faster => ratio > 1.0,
            Expected::Slower => ratio < 1.0,
            Expected::Same => (1.0 / 1.1..1.1).contains(&ratio),
        });
        if !shown && !EXCEPTIONS.iter().any(|(known, _)| *known == path) {
            denied.push(format!("{path} is expected to be {}, and the ratio is {ratio:?}", expected.word()));
        }
    }
    assert!(denied.is_empty(), "{denied:#?}");
}
