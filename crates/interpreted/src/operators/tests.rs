//! Operators against what CPython 3.11 gave for the same operands (`tests/cases.py` writes the table), and against themselves.

use num_bigint::BigInt;

use super::*;
use crate::bytecode::Comparison;
use crate::expressions::machine;

mod notation;

use notation::{identical, read};

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
                (identical(&machine.heap, expected, result), notation::show(&machine.heap, result))
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
fn integers_of_all_sizes_compute_as_unbounded_ones() {
    let mut state = 14u64;
    let mut random = || {
        // Knuth's constants; the high bits are the random ones.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state ^ (state >> 32)
    };
    let mut number = || (random() as i64) >> (random() % 64);
    let mut machine = machine();
    for _ in 0..5000 {
        let (left, right) = (number(), number());
        let (big_left, big_right) = (BigInt::from(left), BigInt::from(right));
        let expected = [
            (BinaryOperator::Add, &big_left + &big_right),
            (BinaryOperator::Subtract, &big_left - &big_right),
            (BinaryOperator::Multiply, &big_left * &big_right),
            (BinaryOperator::And, &big_left & &big_right),
            (BinaryOperator::Or, &big_left | &big_right),
            (BinaryOperator::Xor, &big_left ^ &big_right),
            (BinaryOperator::LeftShift, &big_left << (right & 127)),
            (BinaryOperator::RightShift, &big_left >> (right & 127)),
        ];
        for (operator, expected) in expected {
            let shift = matches!(operator, BinaryOperator::LeftShift | BinaryOperator::RightShift);
            let operand = Value::Int(if shift { right & 127 } else { right });
            let result = binary(&mut machine, operator, Value::Int(left), operand).expect("there is a result");
            let expected = machine.heap.integer(expected);
            assert!(identical(&machine.heap, result, expected), "{left} {} {operand:?}: {result:?}", operator.sign());
        }
        if right != 0 {
            let (quotient, rest) = numbers::divide_modulo(&mut machine.heap, Value::Int(left), Value::Int(right))
                .expect("the divisor is not 0");
            let [quotient, rest] = [quotient, rest].map(|value| match value {
                Value::Int(number) => BigInt::from(number),
                Value::Big(number) => machine.heap[number].clone(),
                other => panic!("{other:?} is no integer"),
            });
            assert_eq!(quotient * right + &rest, big_left, "{left} // {right}");
            assert!((rest < BigInt::ZERO) == (right < 0) || rest == BigInt::ZERO, "{left} % {right} is {rest}");
            assert!(rest.magnitude() < big_right.magnitude(), "{left} % {right} is {rest}");
        }
    }
}

#[test]
fn a_list_changed_in_place_stays_the_same_list() {
    let mut machine = machine();
    let list = read(&mut machine.heap, "[1,2]");
    let more = read(&mut machine.heap, "(3,)");
    assert!(in_place(&mut machine, BinaryOperator::Add, list, more).expect("it is extended").is_same(list));
    assert!(in_place(&mut machine, BinaryOperator::Multiply, list, Value::Int(2)).expect("repeated").is_same(list));
    assert!(in_place(&mut machine, BinaryOperator::Add, list, list).expect("it is extended").is_same(list));
    assert_eq!(notation::show(&machine.heap, list), "[1,2,3,1,2,3,1,2,3,1,2,3]");
    let slice = read(&mut machine.heap, "S(None,None,-1)");
    store_subscript(&mut machine, list, slice, list).expect("a list of the same length");
    assert_eq!(notation::show(&machine.heap, list), "[3,2,1,3,2,1,3,2,1,3,2,1]");
}

#[test]
fn values_nested_too_deep_raise_instead_of_overflowing_the_stack() {
    let mut machine = machine();
    let (mut left, mut right) = (machine.heap.list(Vec::new()), machine.heap.list(Vec::new()));
    for depth in 1..2000 {
        assert_eq!(equal_within_limit(&machine.heap, left, right), if depth < 1000 { Ok(true) } else { Err(TooDeep) });
        left = machine.heap.list(vec![left]);
        right = machine.heap.list(vec![right]);
    }
    for comparison in COMPARISONS {
        let raised = compare(&mut machine, comparison, left, right).expect_err("it is too deep");
        let (name, arguments) = exception(&mut machine, raised);
        assert_eq!(name, "RecursionError");
        assert_eq!(notation::show(&machine.heap, arguments), "(\"maximum recursion depth exceeded in comparison\")");
    }
    let itself = machine.heap.list(Vec::new());
    let Value::List(list) = itself else { panic!("a list") };
    machine.heap[list].push(itself);
    let other = machine.heap.list(vec![itself]);
    assert!(equal(&machine.heap, itself, other), "the only element of both is the same list");
}

#[test]
fn a_result_that_cannot_fit_is_refused_before_it_is_allocated() {
    let mut machine = machine();
    for (operator, left, right) in [
        (BinaryOperator::Power, "2", "1152921504606846976"),
        (BinaryOperator::Power, "3", "1152921504606846976"),
        (BinaryOperator::Power, "2", "1180591620717411303424"),
        (BinaryOperator::Multiply, "[1]", "35184372088832"),
        (BinaryOperator::Multiply, "(1,)", "35184372088832"),
        (BinaryOperator::Multiply, "\"a\"", "1125899906842624"),
        (BinaryOperator::LeftShift, "1", "1125899906842624"),
    ] {
        let (left, right) = (read(&mut machine.heap, left), read(&mut machine.heap, right));
        let raised = binary(&mut machine, operator, left, right).expect_err("there is not so much memory");
        assert_eq!(exception(&mut machine, raised).0, "MemoryError");
    }
}

#[test]
fn keys_and_items_of_dictionaries_compare_and_combine_like_sets() {
    use crate::objects::{Iterator, View};
    let mut machine = machine();
    let dict = read(&mut machine.heap, "{1:2,3:4}");
    let Value::Dict(place) = dict else { panic!("a dictionary") };
    let [keys, values, items] = [View::Keys, View::Values, View::Items]
        .map(|view| Value::Iterator(machine.heap.allocate(Iterator::View(place, view))));
    let show = |machine: &mut Machine, operator, left, right: &str| {
        let right = read(&mut machine.heap, right);
        let result = binary(machine, operator, left, right).expect("there is such an operator");
        notation::show(&machine.heap, result)
    };
    assert_eq!(show(&mut machine, BinaryOperator::Or, keys, "{9}"), "set {1,3,9}");
    assert_eq!(show(&mut machine, BinaryOperator::And, keys, "{1}"), "set {1}");
    assert_eq!(show(&mut machine, BinaryOperator::Subtract, keys, "{1}"), "set {3}");
    assert_eq!(show(&mut machine, BinaryOperator::Xor, keys, "[1]"), "set {3}");
    for (comparison, left, right, expected) in [
        (Comparison::Equal, keys, "{1,3}", true),
        (Comparison::Less, keys, "{1,3,5}", true),
        (Comparison::Less, keys, "{1,3}", false),
        (Comparison::Equal, items, "{(1,2),(3,4)}", true),
        (Comparison::Equal, items, "{(1,2),(3,5)}", false),
        (Comparison::NotEqual, values, "{2,4}", true),
    ] {
        let right = read(&mut machine.heap, right);
        assert_eq!(compare(&mut machine, comparison, left, right).ok(), Some(expected), "{comparison:?} {right:?}");
    }
    for (item, container, expected) in
        [("1", keys, true), ("2", keys, false), ("4", values, true), ("(3,4)", items, true), ("5", items, false)]
    {
        let item = read(&mut machine.heap, item);
        assert_eq!(contains(&mut machine, item, container).ok(), Some(expected));
    }
}
