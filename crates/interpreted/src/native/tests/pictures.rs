//! The loops of the Mandelbrot programs, and absolute values that are compared without a root.

use super::machine::{Engine, Program};
use super::{both, soon};
use crate::native::{Options, Reason};
use crate::value::Value;

/// `calculate_z` of `pure_python.py`, without its progress line.
const PURE_PYTHON: &str = "
    global len
    load q
    call 1
    global range
    swap 2
    call 1
    iter
  outer:
    for end
    store i
    global range
    load maxiter
    call 1
    iter
  inner:
    for after
    store iteration
    load z
    load i
    item
    load z
    load i
    item
    *
    load q
    load i
    item
    +
    load z
    load i
    store_item
    global abs
    load z
    load i
    item
    call 1
    const 2.0
    >
    if_false on
    load iteration
    load output
    load i
    store_item
    pop
    jump after
  on:
    back inner
  after:
    back outer
  end:
    load output
    return";

/// `calculate_z` of `pure_python_2.py`.
const DEREFERENCED: &str = "
    global len
    load q
    call 1
    global range
    swap 2
    call 1
    iter
  outer:
    for end
    store i
    load z
    load i
    item
    store zi
    load q
    load i
    item
    store qi
    global range
    load maxiter
    call 1
    iter
  inner:
    for after
    store iteration
    load zi
    load zi
    *
    load qi
    +
    store zi
    global abs
    load zi
    call 1
    const 2.0
    >
    if_false on
    load iteration
    load output
    load i
    store_item
    pop
    jump after
  on:
    back inner
  after:
    back outer
  end:
    load output
    return";

/// `calculate_z` of `expanded.py`.
const EXPANDED: &str = "
    global len
    load q
    call 1
    global range
    swap 2
    call 1
    iter
  outer:
    for end
    store i
    load z
    load i
    item
    attribute real
    store zx
    load z
    load i
    item
    attribute imag
    store zy
    load q
    load i
    item
    attribute real
    store qx
    load q
    load i
    item
    attribute imag
    store qy
    global range
    load maxiter
    call 1
    iter
  inner:
    for after
    store iteration
    load zx
    load zx
    *
    load zy
    load zy
    *
    -
    load qx
    +
    store zx_new
    load zx
    load zy
    *
    load zy
    load zx
    *
    +
    load qy
    +
    store zy_new
    load zx_new
    store zx
    load zy_new
    store zy
    load zx
    load zx
    *
    load zy
    load zy
    *
    +
    const 4.0
    >
    if_false on
    load iteration
    load output
    load i
    store_item
    pop
    jump after
  on:
    back inner
  after:
    back outer
  end:
    load output
    return";

const PICTURES: [(&str, &str); 3] = [
    ("q maxiter z output i iteration", PURE_PYTHON),
    ("q maxiter z output i iteration zi qi", DEREFERENCED),
    ("q maxiter z output i iteration zx zy qx qy zx_new zy_new", EXPANDED),
];

/// The arguments for a picture of these sides.
fn picture(program: &mut Program, side: usize, maxiter: i64) -> Vec<Value> {
    let axis = |start: f64, end: f64| {
        let step = (end - start) / side as f64;
        std::iter::successors(Some(start), move |at| Some(at + step)).take(side).collect::<Vec<f64>>()
    };
    let xs = axis(-2.13, 0.77);
    let points: Vec<Value> =
        axis(1.3, -1.3).iter().flat_map(|&y| xs.iter().map(move |&x| Value::Complex(x, y))).collect();
    let zeros = vec![Value::Complex(0.0, 0.0); points.len()];
    let output = vec![Value::Int(0); points.len()];
    vec![program.list(points), Value::Int(maxiter), program.list(zeros), program.list(output)]
}

#[test]
fn the_three_mandelbrot_programs_count_as_the_interpreter_does() {
    for squares in [true, false] {
        for (slots, text) in PICTURES {
            let options = Options { squares, ..soon() };
            let (_, engine, program) = both(slots, text, options, |program| picture(program, 24, 200));
            let outer = engine.watched(program.label("outer"));
            let compiled = outer.compiled().expect("the outer loop is compiled");
            assert_eq!(compiled.interpreted().count(), 0, "nothing in it is left to the interpreter");
            assert!(outer.left_by(Reason::End) == 1);
        }
    }
}

/// SplitMix64.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// Between 0 and 1.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Points everywhere, and points so near to the limit that the last bits decide.
fn points(count: usize, limit: f64) -> Vec<(f64, f64)> {
    let mut numbers = Numbers(42);
    let mut points = vec![
        (limit, 0.0),
        (0.0, -limit),
        (f64::INFINITY, 1.0),
        (f64::NEG_INFINITY, f64::NAN),
        (f64::NAN, 0.0),
        (0.6 * limit, 0.8 * limit),
        (1e200, 1e200),
        (1e-300, 1e-320),
        (0.0, 0.0),
    ];
    while points.len() < count {
        let (sine, cosine) = (numbers.unit() * std::f64::consts::TAU).sin_cos();
        let ulps = (numbers.next() % 129) as f64 - 64.0;
        let radius = match numbers.next() % 3 {
            0 => numbers.unit() * 2.0 * limit,
            _ => limit * (1.0 + ulps * f64::EPSILON / 4.0),
        };
        points.push((radius * cosine, radius * sine));
    }
    points
}

/// Compares the absolute values of the points with the limit in machine code, and by `hypot`.
fn compare(comparison: &str, limit: &str, form: &str, points: &[(f64, f64)], squares: bool) {
    let compare = match form {
        "limit right" => format!("global abs\nload z\ncall 1\nconst {limit}\n{comparison}"),
        _ => format!("const {limit}\nglobal abs\nload z\ncall 1\n{comparison}"),
    };
    let choose = match form {
        "stored" => "store truth\nload truth\nif_false no",
        _ => "if_false no",
    };
    let text = format!(
        "
        const 0
        store i
        load zs
        iter
      head:
        for end
        store z
        {compare}
        {choose}
        const 1
        load out
        load i
        store_item
      no:
        load i
        const 1
        +
        store i
        back head
      end:
        const None
        return"
    );
    let mut program = Program::new("zs out i z truth", &text);
    let zs = program.list(points.iter().map(|&(real, imaginary)| Value::Complex(real, imaginary)).collect());
    let out = program.list(vec![Value::Int(0); points.len()]);
    let mut engine = Engine::native(&program, Options { squares, leavings: 1000, ..soon() });
    let outcomes = program.run(&[zs, out], &mut engine);
    assert_eq!(outcomes.result.as_deref(), Ok("None"));
    let watched = engine.watched(program.label("head"));
    assert!(watched.left_by(Reason::Domain) < 10, "only what is infinite or no number leaves");
    let limit: f64 = limit.parse().unwrap();
    let Value::List(out) = out else { unreachable!() };
    for (index, (&(real, imaginary), value)) in points.iter().zip(&*program.machine.heap[out]).enumerate() {
        let absolute = real.hypot(imaginary);
        let (left, right) = if form == "limit right" { (absolute, limit) } else { (limit, absolute) };
        let expected = match comparison {
            "<" => left < right,
            "<=" => left <= right,
            "==" => left == right,
            "!=" => left != right,
            ">" => left > right,
            _ => left >= right,
        };
        assert_eq!(
            matches!(value, Value::Int(1)),
            expected,
            "{left:?} {comparison} {right:?} at {index}: abs({real:?} + {imaginary:?}j)"
        );
    }
}

const COMPARISONS: [&str; 6] = ["<", "<=", "==", "!=", ">", ">="];

#[test]
fn squares_decide_a_million_comparisons_as_hypot_does() {
    let points = points(1_000_000, 2.0);
    for comparison in COMPARISONS {
        compare(comparison, "2.0", "limit right", &points, true);
    }
}

#[test]
fn squares_decide_for_other_limits_and_other_forms() {
    for limit in ["2", "0.1", "3e-100", "7.3e100", "1e-160", "1e160", "-1.0", "0.0"] {
        let points = points(3000, limit.parse().unwrap());
        for comparison in COMPARISONS {
            for form in ["limit right", "limit left", "stored"] {
                compare(comparison, limit, form, &points, true);
                compare(comparison, limit, form, &points, false);
            }
        }
    }
}

#[test]
fn an_absolute_value_that_is_too_large_raises() {
    let text = "
        load zs
        iter
      head:
        for end
        store z
        global abs
        load z
        call 1
        const 2.0
        >
        if_false no
      no:
        back head
      end:
        const None
        return";
    let zs = |program: &mut Program| {
        let mut zs = vec![Value::Complex(1.0, 1.0); 20];
        zs.push(Value::Complex(1.7e308, 1.7e308));
        vec![program.list(zs)]
    };
    let (outcomes, ..) = both("zs z", text, soon(), zs);
    assert_eq!(outcomes.result, Err("OverflowError"));
}
