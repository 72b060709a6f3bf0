//! Every step with every number of threads.

use std::num::NonZeroUsize;
use std::{env, process, thread};

use threaded::pool::Pool;
use threaded::prange::{Schedule, prange};
use threaded::start::together;
use validation::{Settings, SizeRequest, StepError};

fn settings(threads: usize) -> Settings {
    Settings { threads: NonZeroUsize::new(threads).unwrap(), ..Settings::default() }
}

/// Steps that run on a fixed number of threads, whatever the settings say.
fn fixed(name: &str) -> Option<usize> {
    match name {
        "alone" => Some(1),
        "quadrants" => Some(4),
        _ => None,
    }
}

#[test]
fn the_answer_is_the_same_for_any_number_of_threads_and_more_than_there_are_rows() {
    for ladder in threaded::ladders() {
        let size = match ladder.problem() {
            "mandelbrot" => (17, Some(13)),
            "expression" => (13, Some(9)),
            "particles" => (13, Some(20)),
            "distance" => (13, None),
            _ => (13, Some(101)),
        };
        let input = ladder.input(&SizeRequest { size: Some(size), ..SizeRequest::default() }).unwrap();
        for (index, step) in ladder.steps().iter().enumerate() {
            for threads in [1, 2, 3, 7, 40] {
                let mut session = match ladder.start(index, &input, &settings(threads)) {
                    Err(StepError::Unavailable(why)) if why.contains("AVX-512") => continue,
                    session => session.unwrap(),
                };
                assert_eq!(session.threads(), fixed(step.name).unwrap_or(threads), "{}", step.path());
                for chunk in 0..2 {
                    session.poison();
                    session.run().unwrap();
                    let verdict = session.verify();
                    assert!(verdict.is_ok(), "{}, {threads} threads, run {chunk}: {:?}", step.path(), verdict.err());
                }
                session.finish().unwrap();
            }
        }
    }
}

#[test]
fn pieces_of_any_size_give_the_same_answer() {
    for ladder in threaded::ladders() {
        let input = ladder.input(&SizeRequest { scale: validation::Scale::Quick, ..SizeRequest::default() }).unwrap();
        for (index, step) in ladder.steps().iter().enumerate() {
            for chunk in [1, 7, 1_000_000, usize::MAX] {
                let settings = Settings { chunk: NonZeroUsize::new(chunk), ..settings(3) };
                let mut session = match ladder.start(index, &input, &settings) {
                    Err(StepError::Unavailable(why)) if why.contains("AVX-512") => continue,
                    session => session.unwrap(),
                };
                session.poison();
                session.run().unwrap();
                assert!(session.verify().is_ok(), "{}, chunks of {chunk}", step.path());
            }
        }
    }
}

/// A stack larger than any address space: the system refuses every thread. That holds for a whole process, so the test runs itself once
/// more.
#[test]
#[cfg(target_os = "linux")]
fn steps_that_get_no_threads_are_unavailable_and_say_what_mends_it() {
    const AGAIN: &str = "THREADED_WITHOUT_THREADS";
    if env::var_os(AGAIN).is_none() {
        let child = process::Command::new(env::current_exe().unwrap())
            .args(["--exact", "steps_that_get_no_threads_are_unavailable_and_say_what_mends_it"])
            .envs([(AGAIN, "1"), ("RUST_MIN_STACK", "1125899906842624")])
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&child.stdout) + String::from_utf8_lossy(&child.stderr);
        assert!(child.status.success() && told.contains("1 passed"), "{told}");
        assert!(!told.contains("panicked"), "{told}");
        return;
    }
    assert!(thread::Builder::new().spawn(|| ()).is_err(), "the system has no room for such a stack");
    for ladder in threaded::ladders() {
        let input = ladder.input(&SizeRequest { scale: validation::Scale::Quick, ..SizeRequest::default() }).unwrap();
        for (index, step) in ladder.steps().iter().enumerate() {
            let run = ladder.start(index, &input, &settings(3)).and_then(|mut session| {
                session.run()?;
                session.verify().map_err(|mismatch| StepError::Failed(mismatch.to_string()))
            });
            match run {
                Ok(_) => assert_eq!(step.name, "alone"),
                Err(StepError::Unavailable(why)) => {
                    assert!(why.contains("ulimit -u") || why.contains("AVX-512"), "{}: {why}", step.path());
                }
                Err(error) => panic!("{}: {error}", step.path()),
            }
        }
    }
    for schedule in
        [Schedule::Static, Schedule::StaticChunk(1), Schedule::Dynamic(1), Schedule::Guided(1), Schedule::Stealing]
    {
        assert!(prange(2, schedule, &mut [0; 4], 1, None, |_, _| ()).is_err(), "{schedule}");
    }
    assert!(Pool::new(2).is_err() && together([|| (), || ()]).is_err());
    // A pool of one thread needs none but the caller.
    let mut done = 0;
    Pool::new(1).unwrap().run([|| done += 1]);
    assert_eq!(done, 1);
}
