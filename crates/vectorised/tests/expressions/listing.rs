//! What the compiler makes of an expression, what it says of one that is none, and what it refuses to run.

use vectorised::blocks::mandelbrot;
use vectorised::compiler::{Array, CompileError, Expression, Options, Place, RunError, Type, Values};

const INPUTS: [(&str, Type); 5] =
    [("a", Type::Float), ("b", Type::Float), ("n", Type::Int), ("p", Type::Bool), ("z", Type::Complex)];

fn compile(text: &str) -> Result<vectorised::compiler::Program, CompileError> {
    Expression::parse(text)?.compile(&INPUTS)
}

/// The listing without its header, words separated by one space.
fn listing(text: &str) -> Vec<String> {
    let listing = compile(text).unwrap_or_else(|error| panic!("{error}")).disassemble();
    listing.lines().skip(3).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn two_operations_are_one_instruction_where_the_first_is_needed_once() {
    assert_eq!(
        listing("(a + b) * 2 + a * b"),
        [
            "0 add_mul f0 = (a + b) * 2.0",
            "1 mul_add out = (a * b) + f0",
            "saved 0 folded, 0 shared, 2 fused; 1 registers"
        ]
    );
    assert_eq!(
        listing("sqrt((a - 1) ** 2 + (b - 2) ** 2)"),
        [
            "0 sub_square f0 = (a - 1.0) ** 2",
            "1 sub_square f1 = (b - 2.0) ** 2",
            "2 add_sqrt out = sqrt(f0 + f1)",
            "saved 0 folded, 0 shared, 3 fused; 2 registers"
        ]
    );
    assert_eq!(listing("a - b * a")[0], "0 mul_subfrom out = a - (b * a)".replace("b * a", "a * b"));
}

#[test]
fn constants_are_folded_and_the_same_is_computed_once() {
    assert_eq!(
        listing("a * (2 * 3 + sqrt(16.0))"),
        ["0 mul out = a * 10.0", "saved 3 folded, 0 shared, 0 fused; 0 registers"]
    );
    assert_eq!(
        listing("(a / b) * (b + a) - (a + b) / (a / b)"),
        [
            "0 div f0 = a / b",
            "1 add f1 = a + b",
            "2 div f2 = f1 / f0",
            "3 mul_sub out = (f0 * f1) - f2",
            "saved 0 folded, 2 shared, 1 fused; 3 registers"
        ]
    );
    // -0.0 is not 0.0, and what is not associative is not reordered.
    assert_eq!(listing("a + 0.0 + (0.0 * -1.0)")[0], "0 add_add out = (a + 0.0) + -0.0");
}

#[test]
fn iterations_share_the_squares_of_the_test() {
    let muls = |times| {
        let program = Expression::parse(&mandelbrot::iterations(times)).unwrap().compile(&mandelbrot::INPUTS).unwrap();
        program.disassemble().lines().filter(|line| line.contains(" * ")).count()
    };
    // Two squares and a product for each iteration, and two squares before the first.
    assert_eq!([muls(1), muls(2), muls(8)], [5, 8, 26]);
}

#[test]
fn registers_are_used_again() {
    let sums = (0..50).map(|index| format!("sqrt(a + {index})")).collect::<Vec<_>>().join(" + ");
    let listing = compile(&sums).unwrap().disassemble();
    assert!(listing.ends_with("; 4 registers"), "{listing}");
}

#[test]
fn an_error_points_at_its_column_and_says_what_was_expected() {
    for (text, shown) in [
        ("(a + b) ** * 2", "column 12: expected a number, a name or '(', found '*'\n  (a + b) ** * 2\n             ^"),
        ("sqrt(a", "column 7: expected an operator or ')': sqrt takes 1 argument, found the end\n  sqrt(a\n        ^"),
        ("a b", "column 3: expected an operator or the end, found the name 'b'\n  a b\n    ^"),
        ("a)", "column 2: this ')' closes nothing\n  a)\n   ^"),
        ("1e", "column 1: expected digits after '1e'\n  1e\n  ^"),
        ("a.re", "column 3: expected 'real' or 'imag' after '.', found the name 're'\n  a.re\n    ^"),
        ("a $ b", "column 3: expected a name, a number or an operator, found '$'\n  a $ b\n    ^"),
        ("é + + ", "column 7: expected a number, a name or '(', found the end\n  é + + \n        ^"),
        (
            "where(a, 1, 2)",
            "column 7: where expects a bool first, found float; write x != 0\n  where(a, 1, 2)\n        ^",
        ),
        ("a & b", "column 3: '&' expects two bools or two ints, found float and float\n  a & b\n    ^"),
        ("z < 1", "column 3: complex numbers have no order; expected real numbers\n  z < 1\n    ^"),
        ("c + 1", "column 1: there is no array 'c'; expected one of: a, b, n, p, z\n  c + 1\n  ^"),
        ("1 + sum(a)", "column 5: a reduction must be the last operation\n  1 + sum(a)\n      ^"),
        (
            "a < b < 1",
            "column 7: comparisons do not chain: expected '&' and parentheses, as in (a < b) & (b < c)\n  a < b < 1\n        ^",
        ),
        (
            "9223372036854775808",
            "column 1: expected an integer of at most 9223372036854775807; write 9223372036854775808.0 for a float\n  \
             9223372036854775808\n  ^",
        ),
    ] {
        let error = compile(text).expect_err(text);
        assert_eq!(error.to_string(), shown);
    }
    assert!(compile("sin(p)").unwrap_err().message().contains("found bool"));
    assert!(compile("foo(a)").unwrap_err().message().starts_with("there is no function 'foo'; expected one of abs, "));
}

#[test]
fn precedence_is_that_of_python() {
    let value = |text: &str| match &compile(text).unwrap().run(&arrays(), &Options::default()).unwrap()[0].values {
        Values::Int(values) => values[0],
        Values::Bool(values) => i64::from(values[0]),
        values => panic!("{text}: {values:?}"),
    };
    for (text, expected) in [
        ("-2 ** 2 + 0 * n", -4),
        ("2 ** 3 ** 2 + 0 * n", 512),
        ("2 + 3 * 4 % 5 + 0 * n", 4),
        ("7 - 2 - 1 + 0 * n", 4),
        ("1 | 2 ^ 3 & 6 + 0 * n", 1),
        ("1 + 1 == 2", 1),
        ("~n & 1 == 0", 1),
        ("-7 / 2 + 0 * n", -3),
        ("-7 % 3 + 0 * n", -1),
        ("n / 0 + n % 0", 0),
        ("(-9223372036854775807 - 1) / -1 + 0 * n", i64::MIN),
        ("2 ** -1 + (-1) ** -3 + 0 * n", -1),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

fn arrays() -> [Array<'static>; 5] {
    const ZERO: num_complex::Complex<f64> = num_complex::Complex::new(0.0, 0.0);
    [(&0.5).into(), (&2.5).into(), (&5_i64).into(), (&true).into(), (&ZERO).into()]
}

#[test]
fn arrays_that_do_not_fit_are_refused() {
    let program = Expression::parse("a + b").unwrap().compile(&INPUTS[..2]).unwrap();
    let (three, four, ints) = ([1.0; 3], [1.0; 4], [1_i64; 3]);
    let run = |arrays: &[Array<'_>]| program.run(arrays, &Options::default());
    assert_eq!(run(&[(&three[..]).into()]), Err(RunError::Inputs { expected: 2, found: 1 }));
    let error = run(&[(&three[..]).into(), (&four[..]).into()]).unwrap_err();
    assert_eq!(error.to_string(), "b: the shape [4] does not go with [3]; sides must be equal, or 1");
    let error = run(&[(&three[..]).into(), (&ints[..]).into()]).unwrap_err();
    assert_eq!(error.to_string(), "b: expected an array of float, found int");
    let mut place = [0.0; 2];
    let arrays = [Array::from(&three[..]), Array::column(&four)];
    let into = program.run_into(&arrays, &mut [Place::Float(&mut place)], &Options::default());
    assert_eq!(into, Err(RunError::Length { expected: 12, found: 2 }));
    assert_eq!(run(&arrays).unwrap()[0].shape, [4, 3]);

    let least = Expression::parse("min(a)").unwrap().compile(&INPUTS[..1]).unwrap();
    let empty: [f64; 0] = [];
    assert_eq!(least.run(&[(&empty[..]).into()], &Options::default()), Err(RunError::Empty));
    let sum = Expression::parse("sum(a, axis=2)").unwrap().compile(&INPUTS[..1]).unwrap();
    assert_eq!(sum.run(&[(&three[..]).into()], &Options::default()), Err(RunError::Axis { axis: 2, dimensions: 1 }));

    // Four times four bytes of storage pretend to be more than there is memory for, and more than can be counted.
    let huge = |sides: &[usize]| Array::strided(&three, sides, &vec![0; sides.len()], 0);
    assert_eq!(run(&[huge(&[1 << 40, 1 << 10]).unwrap(), (&1.0).into()]), Err(RunError::Memory { needed: 8 << 50 }));
    let rows = huge(&[1 << 40, 1]).unwrap();
    assert_eq!(run(&[rows, huge(&[1 << 40]).unwrap()]), Err(RunError::TooLarge));
    assert!(Array::new(&three, &[2, 2]).is_err() && Array::strided(&three, &[2], &[-1], 0).is_err());
}
