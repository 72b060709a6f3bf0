//! What the compiler makes of small texts.

use std::rc::Rc;

use super::verify::verify;
use crate::bytecode::Code;
use crate::error::Outcome;
use crate::objects::{Generator, Module};
use crate::source::{self, SourceError};
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

/// A text translated, its machine and its module. Every code in it is checked.
fn translated(text: &str) -> Result<(Machine, Rc<Code>, Ref<Module>), SourceError> {
    let mut machine = machine();
    let tree = source::parse("x.py", text)?;
    let globals = machine.heap.allocate(Module { name: "__main__".into(), values: vec![], names: vec![] });
    let code = super::module(&mut machine, &tree, globals)?;
    verify(&code, machine.heap[globals].values.len()).unwrap_or_else(|error| panic!("{error}\n{code:#?}"));
    Ok((machine, code, globals))
}

/// Translates every program below a folder of the crate: how many there are, and what was refused.
fn translate_folder(folder: &str) -> (usize, Vec<String>) {
    let (mut count, mut refused) = (0, Vec::new());
    let mut waiting = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "py") {
                count += 1;
                let result = translated(&std::fs::read_to_string(&path).unwrap());
                refused.extend(result.err().map(|error| format!("{}:\n{error}", path.display())));
            }
        }
    }
    (count, refused)
}

#[test]
fn the_programs_of_the_course_are_valid() {
    let (count, refused) = translate_folder("programs");
    assert!(count >= 4 && refused.is_empty(), "{count} {}", refused.join("\n"));
}

#[test]
fn the_programs_of_the_corpus_are_valid() {
    let (count, refused) = translate_folder("tests/programs");
    assert!(count >= 250 && refused.is_empty(), "{count} {}", refused.join("\n"));
}
