//! What the compiler makes of small texts.

use std::rc::Rc;

use super::verify::verify;
use crate::bytecode::Code;
use crate::error::Outcome;
use crate::listing::{self, Context};
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

/// The listing of a text that is translated.
fn listed(text: &str) -> String {
    let (machine, code, globals) = translated(text).unwrap_or_else(|error| panic!("{error}"));
    let context = Context { names: &machine.names, heap: &machine.heap, globals: &machine.heap[globals] };
    listing::text(&code, context)
}

/// The instructions of a text and of the codes in it, one code a line, as short as can be.
fn short(text: &str) -> String {
    let (machine, code, globals) = translated(text).unwrap_or_else(|error| panic!("{error}"));
    let context = Context { names: &machine.names, heap: &machine.heap, globals: &machine.heap[globals] };
    let mut codes = vec![&*code];
    let mut result = String::new();
    while let Some(code) = codes.pop() {
        result += &code.qualified_name;
        result.push(':');
        for line in listing::listing(code, context) {
            let argument = match &*line.explanation {
                "" => line.argument.map(|argument| format!(" {argument}")).unwrap_or_default(),
                text => format!(" {}", text.split(" at ").next().unwrap_or(text)),
            };
            result += &format!(" {}{argument};", line.name);
        }
        result.push('\n');
        codes.extend(code.functions.iter().rev().map(|code| &**code));
    }
    result
}

#[test]
fn scratch() {
    let Ok(path) = std::env::var("SCRATCH") else { return };
    if path.ends_with(".py") {
        println!("{}", listed(&std::fs::read_to_string(&path).unwrap()));
        return;
    }
    for path in std::fs::read_to_string(path).unwrap().lines() {
        let Ok((machine, code, globals)) = translated(&std::fs::read_to_string(path).unwrap()) else { continue };
        let context = Context { names: &machine.names, heap: &machine.heap, globals: &machine.heap[globals] };
        let mut codes = vec![&*code];
        while let Some(code) = codes.pop() {
            println!("CODE\t{path}\t{}\t{}", code.qualified_name, code.first_line);
            for (line, source) in listing::listing(code, context).iter().zip(&code.lines) {
                println!("{}\t{}\t{}\t{source}", line.name, line.argument.map_or(-1, i64::from), line.explanation);
            }
            codes.extend(code.functions.iter().rev().map(|code| &**code));
        }
    }
}

#[test]
fn deep_and_long_texts_are_translated() {
    let n = 900;
    let chain = 100_000;
    for text in [
        format!("x = {}1{}", "[".repeat(190), "]".repeat(190)),
        format!("x = {}1", "lambda: ".repeat(n)),
        format!("x = {}a", "-(".repeat(190) + &"".to_string()) + &")".repeat(190),
        format!("x = a{}", " + a".repeat(chain)),
        format!("x = a{}", ".a".repeat(chain)),
        format!("x = a{}", "()".repeat(chain)),
        format!("x = a{}", " < a".repeat(chain)),
        format!("x = a{}", " ** a".repeat(chain)),
        format!("x = a{}", " and a".repeat(chain)),
        format!("x = {}a", "not ".repeat(chain)),
        format!("if {}a: pass", "not ".repeat(chain)),
        format!("if a{}: pass", " or a".repeat(chain)),
        format!("x = {}a", "a if a else ".repeat(chain)),
        format!("if a: pass\n{}", "elif a: pass\n".repeat(chain)),
        format!("x = [{}]", "a, ".repeat(chain)),
        format!("x = 1{}", " + 1".repeat(chain)),
    ] {
        let (_, code, _) = translated(&text).unwrap_or_else(|error| panic!("{}: {}", &text[..20], error.message));
        assert!(code.instructions.len() > 1);
    }
}

#[test]
fn a_finally_within_a_finally_is_no_bomb() {
    let mut text = String::new();
    for depth in 0..20 {
        let indent = " ".repeat(depth);
        text += &format!("{indent}try:\n{indent} a\n{indent}finally:\n");
    }
    text += &format!("{}a\n", " ".repeat(20));
    let message = translated(&text).map(|_| ()).unwrap_err().to_string();
    assert_eq!(message, "MemoryError");
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
