//! Operators against what CPython 3.11 gave for the same operands (`tests/cases.py` writes the table), and against themselves.

use std::io;

use num_bigint::BigInt;

use super::*;
use crate::bytecode::Comparison;
use crate::error::ExceptionKind;
use crate::objects::{Array, List, Numbers, Range, Slice};
use crate::state::Hooks;
use crate::table;

mod notation;

use notation::{identical, read};

fn machine() -> Machine {
    let hooks =
        Hooks { call: |_, _, _| unreachable!("no program runs"), resume: |_, _| unreachable!("no program runs") };
    Machine::new(hooks, Box::new(io::sink()), Vec::new())
}

const BINARY: [BinaryOperator; 12] = [
    BinaryOperator::Add,
    BinaryOperator::Subtract,
    BinaryOperator::Multiply,
    BinaryOperator::TrueDivide,
    BinaryOperator::FloorDivide,
    BinaryOperator::Modulo,
    BinaryOperator::Power,
    BinaryOperator::LeftShift,
    BinaryOperator::RightShift,
    BinaryOperator::And,
    BinaryOperator::Or,
    BinaryOperator::Xor,
];

const COMPARISONS: [Comparison; 6] = [
    Comparison::Less,
    Comparison::LessEqual,
    Comparison::Equal,
    Comparison::NotEqual,
    Comparison::Greater,
    Comparison::GreaterEqual,
];

/// What the operation of a row of the table gives here.
fn operate(machine: &mut Machine, operation: &str, values: &[Value]) -> Outcome<Value> {
    let text = |machine: &Machine, value| match value {
        Value::Str(text) => machine.heap[text].as_str().to_owned(),
        other => panic!("{other:?} is no string"),
    };
    if let Some(&operator) = BINARY.iter().find(|operator| operator.sign() == operation) {
        let quick = match operator {
            BinaryOperator::Add => add,
            BinaryOperator::Subtract => subtract,
            BinaryOperator::Multiply => multiply,
            BinaryOperator::TrueDivide => true_divide,
            BinaryOperator::FloorDivide => floor_divide,
            BinaryOperator::Modulo => modulo,
            operator => return binary(machine, operator, values[0], values[1]),
        };
        let general = binary(machine, operator, values[0], values[1]);
        let result = quick(machine, values[0], values[1]);
        if let (Ok(general), Ok(result)) = (general, result) {
            assert!(identical(&machine.heap, general, result), "{operation} {values:?}: {general:?} {result:?}");
        }
        return result;
    }
    if let Some(&comparison) = COMPARISONS.iter().find(|comparison| comparison.sign() == operation) {
        return compare(machine, comparison, values[0], values[1]).map(Value::Bool);
    }
    if let Some(sign) = operation.strip_suffix('=') {
        let operator = BINARY.iter().find(|operator| operator.sign() == sign).expect("an operator");
        return in_place(machine, *operator, values[0], values[1]);
    }
    match operation {
        "neg" => unary(machine, UnaryOperator::Negative, values[0]),
        "pos" => unary(machine, UnaryOperator::Positive, values[0]),
        "inv" => unary(machine, UnaryOperator::Invert, values[0]),
        "in" => contains(machine, values[0], values[1]).map(Value::Bool),
        "len" => length(&mut machine.heap, values[0]).map(Value::Int),
        "bool" => Ok(Value::Bool(truth(&machine.heap, values[0]))),
        "get" => item(machine, values[0], values[1]),
        "set" => store_subscript(machine, values[0], values[1], values[2]).map(|()| values[0]),
        "del" => delete_subscript(machine, values[0], values[1]).map(|()| values[0]),
        "pow" => power(machine, values[0], values[1], values.get(2).copied()),
        "divmod" => divide_modulo(machine, values[0], values[1]),
        "abs" => absolute(&mut machine.heap, values[0]),
        "round" => rounded(&mut machine.heap, values[0], values.get(1).copied()),
        "int" => match values {
            [Value::Float(number)] => truncated(&mut machine.heap, *number),
            values => {
                let string = text(machine, values[0]);
                let base = if let Some(&Value::Int(base)) = values.get(1) { base } else { 10 };
                parse_integer(&mut machine.heap, &string, base)
            }
        },
        "float" => {
            let string = text(machine, values[0]);
            parse_float(&mut machine.heap, &string).map(Value::Float)
        }
        "complex" => {
            let string = text(machine, values[0]);
            parse_complex(&mut machine.heap, &string)
        }
        other => panic!("there is no operation {other}"),
    }
}

/// The class and the text of an exception, or its arguments where it has no text.
fn exception(machine: &mut Machine, raised: Raised) -> (String, Value) {
    let exception = &machine.heap[raised.0];
    let Value::ExceptionType(kind) = exception.class else { panic!("a built-in class") };
    let arguments = exception.arguments.clone();
    (kind.name().to_owned(), machine.heap.tuple(arguments))
}

fn check(table: &str) -> usize {
    let mut wrong = Vec::new();
    let mut rows = 0;
    for row in table.lines() {
        rows += 1;
        let mut machine = machine();
        let fields: Vec<&str> = row.split('\t').collect();
        let [operation, operands @ .., expected] = &fields[..] else { panic!("no row: {row}") };
        let operands: Vec<Value> = operands.iter().map(|text| read(&mut machine.heap, text)).collect();
        let result = operate(&mut machine, operation, &operands);
        let right = match (result, expected.strip_prefix('!')) {
            (Ok(result), None) => {
                let expected = read(&mut machine.heap, expected);
                (identical(&machine.heap, expected, result), format!("{}", notation::show(&machine.heap, result)))
            }
            (Err(raised), Some(expected)) => {
                let (name, arguments) = exception(&mut machine, raised);
                let (expected_name, expected_arguments) = expected.split_once(' ').expect("a class and arguments");
                let expected_arguments = read(&mut machine.heap, expected_arguments);
                let same = name == expected_name && identical(&machine.heap, expected_arguments, arguments);
                (same, format!("!{name} {}", notation::show(&machine.heap, arguments)))
            }
            (Ok(result), Some(_)) => (false, notation::show(&machine.heap, result)),
            (Err(raised), None) => {
                let (name, arguments) = exception(&mut machine, raised);
                (false, format!("!{name} {}", notation::show(&machine.heap, arguments)))
            }
        };
        if !right.0 {
            wrong.push(format!("{row}\n    but {}", right.1));
        }
    }
    assert!(wrong.is_empty(), "{} of {rows} rows:\n{}", wrong.len(), wrong.join("\n"));
    rows
}

#[test]
fn each_row_of_the_table_is_what_cpython_gives() {
    assert!(check(include_str!("tests/cases.tsv")) >= 300);
}

#[test]
fn zz_big() {
    if let Ok(path) = std::env::var("BIGTABLE") {
        eprintln!("{}", check(&std::fs::read_to_string(path).unwrap()));
    }
}
