//! The same steps as the chapters run, under criterion: what the benches of all problems share.

use criterion::{BenchmarkId, Criterion};
use validation::{Checked, Scale, Settings, SizeRequest, StepError};

/// Benches every step of every crate for one problem, at the size that the tutorials use; at a small one where nothing is
/// measured, because criterion runs each bench once to see that it works.
pub(crate) fn bench(criterion: &mut Criterion, problem: &str) {
    multiprocess::init();
    let mut group = criterion.benchmark_group(problem);
    group.sample_size(10);
    let given = |option: &str| std::env::args().any(|argument| argument == option);
    // The question that criterion asks itself: `cargo bench` says `--bench`, `cargo test` does not.
    let measures = given("--bench") && !given("--test");
    let scale = if measures { Scale::Full } else { Scale::Quick };
    let request = SizeRequest { scale, ..SizeRequest::default() };
    for ladder in course::ladders().iter().filter(|ladder| ladder.problem() == problem) {
        let input = ladder.input(&request).expect("the input fits into memory");
        for (index, step) in ladder.steps().iter().enumerate() {
            let id = BenchmarkId::new(step.crate_name(), step.name);
            match ladder.start(index, &input, &Settings::default()) {
                Ok(session) => {
                    let mut checked = Checked::start(session).expect("the first answer is right");
                    let mut run = || {
                        checked.settle().expect("the step runs");
                        checked.run().expect("what is timed is right")
                    };
                    group.bench_function(id, |bencher| bencher.iter_custom(|runs| (0..runs).map(|_| run()).sum()));
                    checked.finish().expect("what was prepared ends well");
                }
                Err(StepError::Unavailable(why)) => eprintln!("{} is unavailable: {why}", step.path()),
                Err(error) => panic!("{}: {error}", step.path()),
            }
        }
    }
    group.finish();
}
