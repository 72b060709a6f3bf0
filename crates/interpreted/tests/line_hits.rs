//! The hits of lines are those of CPython's line events, which `data/line_hits.py` has counted.

use interpreted::machine::{Interpreter, Watched};
use interpreted::source::SourceFile;

#[test]
fn lines_are_hit_as_often_as_in_cpython() {
    let program = SourceFile::new("lines.py", include_str!("data/lines.py")).unwrap();
    let mut interpreter = Interpreter::new(Box::new(std::io::sink()), vec!["lines.py".to_owned()]);
    interpreter.watch(Watched::Lines);
    interpreter.run(program).unwrap();
    let watch = interpreter.watched().unwrap();
    let code = |number: u32| &interpreter.codes()[number as usize];
    let row = |(&(number, line), hits): (&(u32, u32), &u64)| format!("{} {line} {hits}", code(number).qualified_name);
    let expected: Vec<_> = include_str!("data/line_hits.txt").lines().map(str::to_owned).collect();
    let found: Vec<_> = watch.lines.iter().map(row).collect();
    let wrong: Vec<_> = expected.iter().filter(|row| !found.contains(row)).collect();
    let more: Vec<_> = found.iter().filter(|row| !expected.contains(row)).collect();
    assert!(wrong.is_empty() && more.is_empty(), "CPython: {wrong:#?}\nhere: {more:#?}");
}
