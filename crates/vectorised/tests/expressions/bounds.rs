//! What is too much is an error, and what is much takes its time once.

use std::num::NonZeroUsize;
use std::sync::mpsc;
use std::time::Duration;
use std::{env, process, thread};

use num_complex::Complex;
use validation::{Scale, Settings, SizeRequest, StepError};
use vectorised::compiler::{Array, CompileError, Expression, MAX_LENGTH, Options, RunError, Runner, Type, Values};

/// An array of so many elements that are all the same.
fn broadcast<'a>(value: &'a f64, shape: &[usize]) -> Array<'a> {
    Array::strided(std::slice::from_ref(value), shape, &vec![0; shape.len()], 0).unwrap()
}

#[test]
fn an_answer_for_which_there_is_no_memory_is_an_error() {
    for parallel in [false, true] {
        let options = Options { parallel, ..Options::default() };
        let run = |text: &str, kind: Type, array: Array<'_>| {
            Expression::parse(text).unwrap().compile(&[("a", kind)]).unwrap().run(&[array], &options)
        };
        // A partial answer for every 1024 elements.
        let sum = run("sum(a)", Type::Float, broadcast(&1.0, &[1 << 50]));
        assert_eq!(sum, Err(RunError::Memory { needed: 8 << 40 }));
        let rows = run("sum(a, axis=1)", Type::Float, broadcast(&1.0, &[1 << 40, 1 << 10]));
        assert_eq!(rows, Err(RunError::Memory { needed: 8 << 40 }));
        let columns = run("max(a, axis=0)", Type::Float, broadcast(&1.0, &[2, 1 << 50]));
        assert_eq!(columns, Err(RunError::Memory { needed: 8 << 50 }));
        let product = run("a * 2", Type::Float, broadcast(&1.0, &[1 << 50]));
        assert_eq!(product, Err(RunError::Memory { needed: 8 << 50 }));
        // Results that could be had each by itself.
        let many = run("a, a + 1, a + 2, a + 3", Type::Float, broadcast(&1.0, &[1 << 60]));
        assert_eq!(many, Err(RunError::Memory { needed: u64::MAX }));
        let one = Complex::new(1.0, 0.0);
        let error = run("prod(a)", Type::Complex, Array::strided(&one, &[1 << 50], &[0], 0).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), "16.0 TiB of memory are needed, more than may be used; ask for less");
    }
}

#[test]
fn registers_for_which_there_is_no_memory_are_an_error() {
    let program = Expression::parse("sqrt(a) * sqrt(a + 1) + exp(a)").unwrap().compile(&[("a", Type::Float)]).unwrap();
    for block in [usize::MAX, usize::MAX / 16, 1 << 50] {
        let error = Runner::new(&program, block).err().expect("no machine has so much memory");
        assert!(matches!(error, RunError::Memory { needed } if needed >= 1 << 50), "{error}");
    }
    // What has to be gathered is gathered into blocks, too.
    let copy = Expression::parse("a + 0").unwrap().compile(&[("a", Type::Int)]).unwrap();
    let mut runner = Runner::new(&copy, usize::MAX / 16).expect("one instruction needs no register");
    let backwards = Array::strided(&[1_i64, 2, 3], &[3], &[-1], 2).unwrap();
    let mut answer = Values::Int(vec![0; 3]);
    let error = runner.run(&[backwards], &mut [answer.place()]).unwrap_err();
    assert!(matches!(error, RunError::Memory { .. }), "{error}");
    assert_eq!(Runner::new(&copy, 2).unwrap().run(&[backwards], &mut [answer.place()]), Ok(()));
    assert_eq!(answer, Values::Int(vec![3, 2, 1]));
}

#[test]
fn no_message_holds_more_than_a_piece_of_the_text() {
    let (digits, letters, accents) = ("7".repeat(900_000), "x".repeat(900_000), "é".repeat(400_000));
    let half = &digits[..digits.len() / 2];
    let floats = |text: &str, names: &[&str]| -> CompileError {
        let inputs: Vec<_> = names.iter().map(|&name| (name, Type::Float)).collect();
        match Expression::parse(text) {
            Ok(expression) => expression.compile(&inputs).expect_err("a text that is wrong"),
            Err(error) => error,
        }
    };
    let names: Vec<_> = (0..10_000).map(|index| format!("n{index}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for (text, names, told) in [
        (digits.clone(), &[][..], "write 7777777777777777777777777777777777777777....0 for a float"),
        (format!("{digits}x"), &[], "after the number 7777"),
        (format!("{digits}e"), &[], "expected digits after '7777"),
        (format!("{half}.5 + {half}"), &[], "write 7777"),
        (format!("sum(a, axis={digits})"), &["a"], "write 7777"),
        (letters.clone(), &[], "there is no array 'xxxx"),
        (accents.clone(), &["a"], "there is no array 'éééééééééééééééééééééééééééééééééééééééé...'"),
        (format!("a {letters}"), &["a"], "found the name 'xxxx"),
        (format!("{accents}(a)"), &["a"], "there is no function 'éé"),
        ("m".to_owned(), &names, "expected one of: n0, n1, n2, n3, n4, n5, n6, n7 and 9992 more"),
        ("a".to_owned(), &["a", &letters, &letters], "the array 'xxxx"),
        ("a".repeat(MAX_LENGTH + 1), &["a"], "the text has 1048577 bytes"),
    ] {
        let error = floats(&text, names);
        let shown = error.to_string();
        assert!(error.message().contains(told), "{shown}");
        assert!(shown.len() < 1000 && shown.lines().count() == 3, "{} bytes: {}", shown.len(), error.message().len());
    }
    let program = Expression::parse(&letters).unwrap().compile(&[(&letters, Type::Float)]).unwrap();
    let error = program.run(&[(&[1_i64][..]).into()], &Options::default()).unwrap_err().to_string();
    assert!(error.starts_with("xxxx") && error.len() < 100, "{} bytes", error.len());
}

/// Fails when something does not end in a time that only work which grows with the square of its size explains.
fn ends(what: impl FnOnce() + Send + 'static) {
    let (ended, end) = mpsc::channel();
    thread::spawn(move || {
        what();
        ended.send(()).unwrap();
    });
    end.recv_timeout(Duration::from_secs(60)).expect("it ends, and without a panic");
}

#[test]
fn a_program_of_very_many_names_or_results_is_compiled_in_one_pass() {
    ends(|| {
        let names: Vec<_> = (0..400_000).map(|index| format!("n{index:x}")).collect();
        let inputs: Vec<_> = names.iter().map(|name| (name.as_str(), Type::Float)).collect();
        let sum = Expression::parse(&names[..100_000].join(" + ")).unwrap();
        let program = sum.compile(&inputs).unwrap();
        assert_eq!((program.inputs().count(), program.results().len()), (400_000, 1));
        let twice = [&inputs[..], &inputs[399_999..]].concat();
        let error = sum.compile(&twice).unwrap_err();
        assert_eq!(error.message(), "the array 'n61a7f' is declared twice");
    });
    ends(|| {
        let results: Vec<_> = (0..100_000).map(|index| format!("a+{index}.")).collect();
        let program = Expression::parse(&results.join(",")).unwrap().compile(&[("a", Type::Float)]).unwrap();
        assert_eq!((program.results().len(), program.len()), (100_000, 100_000));
    });
}

/// A stack larger than any address space: the system refuses every thread. That holds for a whole process, so the test runs itself once
/// more.
#[test]
#[cfg(target_os = "linux")]
fn without_threads_a_parallel_program_runs_on_the_caller_and_a_step_with_a_pool_is_unavailable() {
    const AGAIN: &str = "EXPRESSIONS_WITHOUT_THREADS";
    if env::var_os(AGAIN).is_none() {
        let name =
            "bounds::without_threads_a_parallel_program_runs_on_the_caller_and_a_step_with_a_pool_is_unavailable";
        let child = process::Command::new(env::current_exe().unwrap())
            .args(["--exact", name])
            .envs([(AGAIN, "1"), ("RUST_MIN_STACK", "1125899906842624")])
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&child.stdout) + String::from_utf8_lossy(&child.stderr);
        assert!(child.status.success() && told.contains("1 passed"), "{told}");
        return;
    }
    assert!(thread::Builder::new().spawn(|| ()).is_err(), "the system has no room for such a stack");
    let values: Vec<f64> = (0..100_000).map(f64::from).collect();
    let options = Options { parallel: true, ..Options::default() };
    for (text, expected) in [("a + 1", values.iter().map(|a| a + 1.0).collect()), ("max(a)", vec![99_999.0])] {
        let program = Expression::parse(text).unwrap().compile(&[("a", Type::Float)]).unwrap();
        let answers = program.run(&[(&values).into()], &options).unwrap();
        assert_eq!(answers[0].values, Values::Float(expected));
    }
    let settings = Settings { threads: NonZeroUsize::new(2).unwrap(), ..Settings::default() };
    for ladder in vectorised::blocks::ladders() {
        let input = ladder.input(&SizeRequest { scale: Scale::Quick, ..SizeRequest::default() }).unwrap();
        for (index, step) in ladder.steps().iter().enumerate() {
            match ladder.start(index, &input, &settings) {
                Ok(session) => assert_eq!(session.threads(), 1, "{}", step.path()),
                Err(StepError::Unavailable(why)) => assert!(why.contains("2 threads") && why.contains("ulimit -u")),
                Err(error) => panic!("{}: {error}", step.path()),
            }
        }
    }
}
