//! Every step with every number of threads.

use validation::{Settings, SizeRequest, StepError};

fn settings(threads: usize) -> Settings {
    Settings { threads, ..Settings::default() }
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
            for chunk in [1, 7, 1_000_000] {
                let settings = Settings { chunk: Some(chunk), ..settings(3) };
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

#[test]
fn no_threads_are_refused_with_a_reason() {
    for ladder in threaded::ladders() {
        let input = ladder.input(&SizeRequest { scale: validation::Scale::Quick, ..SizeRequest::default() }).unwrap();
        for (index, step) in ladder.steps().iter().enumerate().filter(|(_, step)| fixed(step.name).is_none()) {
            match ladder.start(index, &input, &settings(0)) {
                Err(StepError::Failed(why)) => assert_eq!(why, "0 threads compute nothing: at least 1 is needed"),
                Err(StepError::Unavailable(why)) => assert!(why.contains("AVX-512"), "{why}"),
                Ok(_) => panic!("{} starts without threads", step.path()),
            }
        }
    }
}
