//! What the compiler makes of small texts.

use std::rc::Rc;

use super::verify::verify;
use crate::bytecode::Code;
use crate::error::Outcome;
use crate::objects::Generator;
use crate::source;
use crate::state::{Hooks, Machine};
use crate::value::{Ref, Value};

fn no_call(_: &mut Machine, _: Value, _: &[Value]) -> Outcome<Value> {
    Ok(Value::None)
}

fn no_resume(_: &mut Machine, _: Ref<Generator>) -> Outcome<Option<Value>> {
    Ok(None)
}

fn machine() -> Machine {
    Machine::new(Hooks { call: no_call, resume: no_resume }, Box::new(std::io::sink()), Vec::new())
}

/// Translates a text, and checks every code.
fn compile(text: &str) -> Rc<Code> {
    let mut machine = machine();
    let tree = source::parse("x.py", text).unwrap_or_else(|error| panic!("{error}"));
    let globals =
        machine.heap.allocate(crate::objects::Module { name: "__main__".into(), values: vec![], names: vec![] });
    let code = super::module(&mut machine, &tree, globals).unwrap_or_else(|error| panic!("{error}"));
    verify(&code, machine.heap[globals].values.len()).unwrap_or_else(|error| panic!("{error}\n{code:#?}"));
    code
}

/// Translates every program below a folder of the crate, and says how many there are.
fn compile_folder(folder: &str) -> usize {
    let mut count = 0;
    let mut waiting = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "py") {
                println!("{}", path.display());
                compile(&std::fs::read_to_string(path).unwrap());
                count += 1;
            }
        }
    }
    count
}

#[test]
fn the_programs_of_the_course_are_valid() {
    assert!(compile_folder("programs") >= 4);
}

#[test]
fn the_programs_of_the_corpus_are_valid() {
    assert!(compile_folder("tests/programs") >= 40);
}
