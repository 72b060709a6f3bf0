//! What is found by looking at a program: the hits of lines are those of CPython's line events, which `data/line_hits.py` has counted,
//! and a step is looked at as it runs.

use interpreted::inspect;
use interpreted::machine::{Engine, Interpreter, Watched};
use interpreted::source::SourceFile;

#[test]
fn lines_are_hit_as_often_as_in_cpython() {
    let program = SourceFile::new("lines.py", include_str!("data/lines.py")).unwrap();
    let mut interpreter = Interpreter::new(Box::new(std::io::sink()), vec!["lines.py".to_owned()]);
    interpreter.watch(Watched::Lines);
    interpreter.run(program).unwrap();
    let watch = interpreter.watched().unwrap();
    let name = |number: u32| &interpreter.codes()[number as usize].qualified_name;
    let row = |(&(number, line), hits): (&(u32, u32), &u64)| format!("{} {line} {hits}", name(number));
    let found: Vec<_> = watch.lines.iter().map(row).collect();
    let expected: Vec<_> = include_str!("data/line_hits.txt").lines().map(str::to_owned).collect();
    let wrong: Vec<_> = expected.iter().filter(|row| !found.contains(row)).collect();
    let more: Vec<_> = found.iter().filter(|row| !expected.contains(row)).collect();
    assert!(wrong.is_empty() && more.is_empty(), "CPython: {wrong:#?}\nhere: {more:#?}");
}

#[test]
fn a_step_is_looked_at_with_its_own_engine_and_file() {
    let sources = [include_str!("../src/mandelbrot.rs"), include_str!("../src/particles.rs")];
    let mut looked_at = 0;
    for ladder in interpreted::ladders() {
        for step in ladder.steps() {
            let beginning = format!("pub fn {}(", step.name);
            let source = sources.iter().find(|source| source.contains(&format!("Step<{}", title(step.problem))));
            let (_, body) = source.unwrap().split_once(&beginning).unwrap();
            let body = body.split("\n}\n").next().unwrap();
            assert!(body.contains("Engine::"), "{}", step.path());
            let compiles = body.contains("Engine::observed()");
            assert_eq!(inspect::engine(step) != Engine::Interpreted, compiles, "{}", step.path());
            assert_eq!(Some(inspect::program(step).unwrap().file), step.program.map(|program| program.file));
            looked_at += 1;
        }
    }
    assert!(looked_at >= 8);
}

/// `Mandelbrot` of `mandelbrot`.
fn title(name: &str) -> String {
    name[..1].to_uppercase() + &name[1..]
}
