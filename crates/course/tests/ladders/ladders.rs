//! What holds for every ladder of every crate.

use std::collections::HashSet;

use course::diff::changed_lines;
use course::source::cut;
use course::source::root;

/// The most lines that a step changes of its neighbour.
const MOST: usize = 30;

/// Neighbours that change more, with the reason.
const EXCEPTIONS: [(&str, &str); 5] = [
    ("vectorised::simd::mandelbrot::masked", "its kernel stands beside it, because threads run it too"),
    ("vectorised::simd::mandelbrot::dispatched", "the kernel of the step before it stands beside that step"),
    ("vectorised::simd::mandelbrot::rounds", "a list in rounds in place of a grid in blocks, which is one idea"),
    ("vectorised::simd::mandelbrot::free_running", "a second loop beside the tested one, which stays as it is"),
    ("vectorised::simd::pi::named", "what the compiler chose is written out, instruction by instruction"),
];

#[test]
fn neighbours_differ_by_a_small_idea() {
    for ladder in course::ladders() {
        for pair in ladder.steps().windows(2) {
            let [a, b] = [&pair[0], &pair[1]].map(|step| cut(&root().unwrap(), step.file, step.name).unwrap().code);
            let changed = changed_lines(&a, &b);
            let excepted = EXCEPTIONS.iter().any(|(name, _)| *name == pair[1].path());
            assert!(changed > 0, "{} and {} are the same", pair[0].path(), pair[1].path());
            assert!(changed <= MOST || excepted, "{} changes {changed} lines of {}", pair[1].path(), pair[0].path());
        }
    }
}

#[test]
fn every_step_is_named_once_and_explained() {
    let (mut paths, mut names) = (HashSet::new(), HashSet::new());
    for ladder in course::ladders() {
        for step in ladder.steps() {
            assert!(paths.insert(step.path()), "{} is there twice", step.path());
            // A comparison calls a step by its crate and its name.
            assert!(names.insert((step.crate_name(), step.problem, step.name)), "{} has another's name", step.path());
            assert!(!step.idea.is_empty() && step.idea.len() <= 45, "{}: {}", step.path(), step.idea);
            assert!(!step.mirrors.is_empty() && step.mirrors.len() <= 34, "{}: {}", step.path(), step.mirrors);
            let text = cut(&root().unwrap(), step.file, step.name).unwrap().text;
            assert!(
                text.starts_with("///") && text.contains("Mirrors"),
                "{} does not say what it mirrors",
                step.path()
            );
        }
    }
}
