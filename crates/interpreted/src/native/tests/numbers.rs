//! Operators and functions of numbers, in machine code, for all pairs of awkward values.

use super::machine::{Engine, Program};
use super::soon;
use crate::native::Options;
use crate::value::Value;

const INTEGERS: &[i64] = &[
    0,
    1,
    -1,
    2,
    -2,
    3,
    7,
    -7,
    10,
    63,
    64,
    65,
    1 << 31,
    (1 << 53) - 1,
    1 << 53,
    (1 << 53) + 1,
    -(1 << 53) - 1,
    i64::MAX,
    i64::MIN,
    i64::MIN + 1,
];

const FLOATS: &[f64] = &[
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.3,
    2.0,
    3.7,
    -7.25,
    1e-310,
    1e15,
    9007199254740992.0,
    9.223372036854775e18,
    -9.3e18,
    1e300,
    -1e308,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

fn complexes() -> Vec<Value> {
    let parts = [0.0, -0.0, 1.0, -2.5, 3e200, 1e-200, f64::INFINITY, f64::NAN];
    parts.iter().flat_map(|&real| parts.iter().map(move |&imaginary| Value::Complex(real, imaginary))).collect()
}

fn of(kind: &str) -> Vec<Value> {
    match kind {
        "int" => INTEGERS.iter().map(|&number| Value::Int(number)).collect(),
        "float" => FLOATS.iter().map(|&number| Value::Float(number)).collect(),
        "complex" => complexes(),
        _ => vec![Value::Bool(false), Value::Bool(true)],
    }
}

/// A loop that does the operation with all pairs, one after the other; an exception ends it, so that a pair which raises is skipped by
/// calling the function again with the rest.
fn pairs(operation: &str, left: &[Value], right: &[Value]) {
    let text = format!(
        "
        load first
        store k
      head:
        load k
        load n
        <
        if_false end
        load k
        const 1
        +
        store k
        load lefts
        load k
        const 1
        -
        item
        store a
        load rights
        load k
        const 1
        -
        item
        store b
        load a
        load b
        {operation}
        global note
        swap 2
        call 1
        pop
        back head
      end:
        const None
        return"
    );
    let slots = "lefts rights n first k a b";
    let mut reference = Program::new(slots, &text);
    let mut compiled = Program::new(slots, &text);
    let mut engine = Engine::native(&compiled, Options { leavings: 1_000_000, ..soon() });
    let pairs: Vec<(Value, Value)> = left.iter().flat_map(|&a| right.iter().map(move |&b| (a, b))).collect();
    // Harmless pairs first, so that it is compiled for these types.
    let warm = [(left[2 % left.len()], right[2 % right.len()]); 8];
    let pairs: Vec<(Value, Value)> = warm.into_iter().chain(pairs).collect();
    let arguments = |program: &mut Program, first: i64| {
        let lefts = program.list(pairs.iter().map(|&(a, _)| a).collect());
        let rights = program.list(pairs.iter().map(|&(_, b)| b).collect());
        vec![lefts, rights, Value::Int(pairs.len() as i64), Value::Int(first)]
    };
    let mut first = 0;
    while first < pairs.len() as i64 {
        let values = arguments(&mut reference, first);
        let expected = reference.run(&values, &mut Engine::Reference);
        let values = arguments(&mut compiled, first);
        let found = compiled.run(&values, &mut engine);
        assert_eq!(found, expected, "{operation} of pairs from {first} on");
        let next = expected.locals[4].trim_start_matches("Int(").trim_end_matches(')').parse::<i64>().unwrap();
        first = next.max(first + 1);
    }
    let watched = engine.watched(compiled.label("head"));
    assert!(watched.compiled().is_some_and(|compiled| compiled.entries() > 0), "{operation}: {:?}", watched.refused());
}

#[test]
fn operators_of_whole_and_real_numbers_are_pythons() {
    for operator in ["+", "-", "*", "/", "//", "%", "<", "<=", "==", "!=", ">", ">="] {
        for (left, right) in [("int", "int"), ("int", "float"), ("float", "int"), ("float", "float"), ("bool", "int")] {
            pairs(operator, &of(left), &of(right));
        }
    }
}

#[test]
fn operators_of_complex_numbers_are_pythons() {
    for operator in ["+", "-", "*", "/", "==", "!="] {
        let plain: Vec<Value> = of("float").into_iter().take(8).collect();
        pairs(operator, &of("complex"), &of("complex")[..24]);
        pairs(operator, &of("complex"), &plain);
        pairs(operator, &plain, &of("complex"));
    }
}

#[test]
fn shifts_and_operators_of_bits_are_pythons() {
    for operator in ["<<", ">>", "&", "|", "^"] {
        pairs(operator, &of("int"), &of("int")[..12]);
        pairs(operator, &of("bool"), &of("bool"));
        pairs(operator, &of("bool"), &of("int")[..6]);
    }
}

#[test]
fn powers_are_pythons() {
    for exponent in ["0", "1", "2", "3", "-1", "5", "0.5", "2.0", "-2.0"] {
        let operation = format!("pop\nconst {exponent}\n**");
        pairs(&operation, &of("int"), &[Value::Int(1)]);
        pairs(&operation, &of("float"), &[Value::Int(1)]);
    }
    pairs("**", &of("float"), &of("float"));
}

#[test]
fn operators_of_one_operand_are_pythons() {
    for operator in ["negative", "positive", "not"] {
        for kind in ["int", "float", "complex", "bool"] {
            pairs(&format!("pop\n{operator}"), &of(kind), &[Value::Int(1)]);
        }
    }
    pairs("pop\ninvert", &of("int"), &[Value::Int(1)]);
    pairs("pop\nnot\nnot", &of("bool"), &[Value::Int(1)]);
}

#[test]
fn built_in_functions_of_numbers_are_pythons() {
    let call = |name: &str| format!("pop\nglobal {name}\nswap 2\ncall 1");
    for kind in ["int", "float", "complex", "bool"] {
        pairs(&call("abs"), &of(kind), &[Value::Int(1)]);
    }
    for name in ["int", "float", "sqrt", "sin", "log"] {
        for kind in ["int", "float"] {
            let harmless = |value: &Value| !matches!(value, Value::Float(number) if name == "int" && number.is_nan());
            let values: Vec<Value> = of(kind).into_iter().filter(harmless).collect();
            pairs(&call(name), &values, &[Value::Int(1)]);
        }
    }
    pairs(
        "pop\nglobal math\nmethod sqrt\nswap 3\nswap 2\nswap 3\nswap 2\ncall_method 1",
        &of("float"),
        &[Value::Int(1)],
    );
    pairs("global complex\nswap 3\nswap 2\ncall 2", &of("float"), &of("float"));
    pairs("global complex\nswap 3\nswap 2\ncall 2", &of("int"), &of("float"));
}

#[test]
fn parts_of_numbers_are_read_without_the_interpreter() {
    for part in ["real", "imag"] {
        for kind in ["int", "float", "complex"] {
            pairs(&format!("pop\nattribute {part}"), &of(kind), &[Value::Int(1)]);
        }
    }
}

#[test]
fn is_none_is_answered_for_every_type() {
    for operator in ["is", "is_not"] {
        for kind in ["int", "float"] {
            pairs(&format!("pop\nconst None\n{operator}"), &of(kind), &[Value::Int(1)]);
        }
        let mixed = [Value::None, Value::Int(1), Value::None, Value::Float(0.5)];
        pairs(&format!("pop\nconst None\n{operator}"), &mixed, &[Value::Int(1)]);
    }
}
