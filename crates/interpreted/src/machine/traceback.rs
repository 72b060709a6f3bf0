//! How an exception that was not handled is shown.

use std::fmt::Write as _;
use std::rc::Rc;

use super::attributes::names_of;
use super::exceptions::summary;
use super::suggestions::nearest;
use crate::bytecode::Instruction;
use crate::error::ExceptionKind;
use crate::objects::{Exception, Passed};
use crate::state::Machine;
use crate::value::{Ref, Value};

/// How often the same line is shown before the rest is counted only.
const REPEATED: usize = 3;

/// The exception as Python shows it: what led to it first, then where it passed, outermost first, then its type and text.
pub(crate) fn traceback(machine: &mut Machine, exception: Ref<Exception>) -> String {
    let mut chain = vec![(exception, "")];
    loop {
        let (last, _) = *chain.last().expect("the exception itself is there");
        let object = &machine.heap[last];
        let earlier = match (object.cause, object.context) {
            (Value::Exception(cause), _) => {
                (cause, "\nThe above exception was the direct cause of the following exception:\n\n")
            }
            (_, Value::Exception(context)) if !object.suppress_context => {
                (context, "\nDuring handling of the above exception, another exception occurred:\n\n")
            }
            _ => break,
        };
        if chain.iter().any(|&(known, _)| known == earlier.0) {
            break;
        }
        chain.push(earlier);
    }
    let mut text = String::new();
    for (index, &(exception, _)) in chain.iter().enumerate().rev() {
        one(machine, exception, &mut text);
        if index > 0 {
            text.push_str(chain[index].1);
        }
    }
    text
}

fn one(machine: &mut Machine, exception: Ref<Exception>, text: &mut String) {
    let passed = machine.heap[exception].traceback.clone();
    if !passed.is_empty() {
        text.push_str("Traceback (most recent call last):\n");
        lines(&passed, text);
    }
    text.push_str(&summary(machine, exception));
    if let Some(name) = suggestion(machine, exception) {
        _ = write!(text, ". Did you mean: '{name}'?");
    }
    text.push('\n');
}

/// A name that may have been meant where one was not found.
fn suggestion(machine: &Machine, exception: Ref<Exception>) -> Option<Rc<str>> {
    let exception = &machine.heap[exception];
    let (wrong, place) = exception.missing?;
    let wrong = machine.names.text(wrong);
    let Value::ExceptionType(ExceptionKind::NameError) = exception.class else {
        let names = names_of(machine, place);
        return nearest(wrong, names.iter().map(|name| &**name)).map(Rc::from);
    };
    let locals = exception.traceback.first().into_iter().flat_map(|passed| &passed.code.slots);
    let builtins = {
        let mut names: Vec<_> =
            machine.execution.builtins.keys().map(|&name| machine.names.text(name).clone()).collect();
        names.sort();
        names
    };
    let globals = names_of(machine, place);
    nearest(wrong, locals.map(|&name| &**machine.names.text(name)))
        .or_else(|| nearest(wrong, globals.iter().map(|name| &**name)))
        .or_else(|| nearest(wrong, builtins.iter().map(|name| &**name)))
        .map(Rc::from)
}

fn lines(passed: &[Passed], text: &mut String) {
    let place = |passed: &Passed| (passed.code.number, line_number(passed));
    let mut run = 0;
    for (index, step) in passed.iter().enumerate().rev() {
        let same = passed.get(index + 1).is_some_and(|outer| place(outer) == place(step));
        run = if same { run + 1 } else { 0 };
        if run < REPEATED {
            line(step, text);
        }
        let ends = index == 0 || place(&passed[index - 1]) != place(step);
        if ends && run >= REPEATED {
            let more = run + 1 - REPEATED;
            let plural = if more == 1 { "" } else { "s" };
            _ = writeln!(text, "  [Previous line repeated {more} more time{plural}]");
        }
    }
}

/// The line in which an exception passed. An iteration of `while` ends in the line in which that begins.
fn line_number(passed: &Passed) -> u32 {
    let (code, position) = (&passed.code, passed.position);
    match code.instructions[position as usize] {
        Instruction::JumpBackward(_) => code.file.line_of(code.spans[position as usize].start) as u32,
        _ => code.line(position),
    }
}

/// File, line, function, the text of the line, and carets where they say more than the line alone.
fn line(passed: &Passed, text: &mut String) {
    let code = &passed.code;
    let number = line_number(passed);
    _ = writeln!(text, "  File \"{}\", line {number}, in {}", code.file.name, code.name);
    let whole = code.file.line_text(number as usize);
    let shown = whole.trim();
    if shown.is_empty() {
        return;
    }
    _ = writeln!(text, "    {shown}");
    let start = code.file.line_starts[number as usize - 1] as usize;
    let indent = whole.len() - whole.trim_start().len();
    let span = code.spans[passed.position as usize];
    let from = (span.start as usize).saturating_sub(start + indent).min(shown.len());
    let to = (span.end as usize).saturating_sub(start + indent).clamp(from, shown.len());
    if to > from && to - from < shown.len() && shown.is_char_boundary(from) && shown.is_char_boundary(to) {
        let before = shown[..from].chars().count();
        let carets = shown[from..to].chars().count();
        _ = writeln!(text, "    {}{}", " ".repeat(before), "^".repeat(carets));
    }
}
