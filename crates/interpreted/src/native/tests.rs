//! Loops of hand-made bytecode, compiled and run, and compared with an interpreter that does one instruction at a time.

mod machine;

use crate::native::{Options, Reason};
use crate::value::Value;
use machine::{Engine, Outcomes, Program};

/// Options with which a loop is compiled at once.
fn soon() -> Options {
    Options { threshold: 2, recorded: 2, ..Options::default() }
}

/// Runs a program with both engines; the arguments are made anew for each. The outcome, which is equal, and the engine.
fn both(
    slots: &str,
    text: &str,
    options: Options,
    arguments: impl Fn(&mut Program) -> Vec<Value>,
) -> (Outcomes, Engine, Program) {
    let mut program = Program::new(slots, text);
    let values = arguments(&mut program);
    let expected = program.run(&values, &mut Engine::Reference);
    let mut program = Program::new(slots, text);
    let values = arguments(&mut program);
    let mut engine = Engine::native(&program, options);
    let found = program.run(&values, &mut engine);
    assert_eq!(found, expected, "compiled code and interpreter differ in {text}");
    (found, engine, program)
}

/// That the loop was compiled, entered, and left for these reasons only.
#[track_caller]
fn assert_left(engine: &Engine, head: u32, reasons: &[Reason]) {
    let watched = engine.watched(head);
    assert!(watched.refused().is_none(), "{:?}", watched.refused());
    let compiled = watched.compiled().expect("the loop is compiled");
    assert!(compiled.entries() > 0);
    let mut left: Vec<Reason> = compiled.sites().iter().filter(|site| site.count() > 0).map(|site| site.reason).collect();
    left.dedup();
    assert_eq!(left, reasons);
}

const SUM: &str = "
    const 0
    store total
    const 0
    store i
  head:
    load i
    load n
    <
    if_false end
    load total
    load i
    load i
    *
    +
    store total
    load i
    const 1
    +
    store i
    back head
  end:
    load total
    return
";

#[test]
fn a_while_loop_of_integers_runs_in_machine_code() {
    let (outcomes, engine, program) = both("n total i", SUM, soon(), |_| vec![Value::Int(1000)]);
    assert_eq!(outcomes.result.as_deref(), Ok("Int(332833500)"));
    assert_left(&engine, program.label("head"), &[Reason::End]);
}
