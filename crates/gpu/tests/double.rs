//! Functions and operators of WGSL in double precision: right, or refused; and divisions by what is known to be zero.

mod common;

use gpu::{ElementwiseKernel, Gpu, GpuArray, GpuError, Language, SourceKernel, arguments};

/// A device for each way to exact arithmetic, marks and guards, that computes in double precision from WGSL.
fn devices() -> impl Iterator<Item = Gpu> {
    let devices =
        [true, false].into_iter().filter_map(|passthrough| common::open(Gpu::options().passthrough(passthrough)));
    devices.filter(|gpu| gpu.language() == Language::Wgsl && gpu.adapter().double)
}

/// The functions that drivers have in single precision only, with the arguments behind the first.
const SINGLE_ONLY: [(&str, &str); 20] = [
    ("radians", ""),
    ("degrees", ""),
    ("sin", ""),
    ("cos", ""),
    ("tan", ""),
    ("asin", ""),
    ("acos", ""),
    ("atan", ""),
    ("sinh", ""),
    ("cosh", ""),
    ("tanh", ""),
    ("asinh", ""),
    ("acosh", ""),
    ("atanh", ""),
    ("atan2", ", x[i]"),
    ("pow", ", x[i]"),
    ("exp", ""),
    ("exp2", ""),
    ("log", ""),
    ("log2", ""),
];

#[test]
fn functions_without_double_precision_are_refused_with_their_name_and_place() {
    for gpu in devices() {
        for (name, more) in SINGLE_ONLY {
            let body = format!("let twice = 2.0 * x[i];\nx[i] = 1.0 + {name}(x[i]{more});");
            let refused = ElementwiseKernel::new(&gpu, "double *x", &*body, "kernel").map(drop);
            let Err(GpuError::Kernel(why)) = refused else { panic!("{name}: {refused:?}") };
            assert!(why.contains(&format!("no driver that takes WGSL computes `{name}` in double precision")), "{why}");
            assert!(why.contains("┌─ kernel:2:14"), "{why}");
            let marks = "^".repeat(name.len());
            assert!(why.contains(&format!(" {marks} `{name}` of f64")), "{why}");
            ElementwiseKernel::new(&gpu, "float *x", &*body, "kernel").unwrap();
        }
        let front = "@group(0) @binding(0) var<storage, read_write> z: array<vec2<f64>>;
            override workgroup_size: u32 = 64; override turn: f32 = 0.25;
            fn called(x: vec2<f64>) -> vec2<f64> { return exp(x); }
            @compute @workgroup_size(workgroup_size) fn kernel() {";
        let build = |body: &str| SourceKernel::new(&gpu, &*format!("{front} {body} }}"), "kernel").map(drop);
        let Err(GpuError::Kernel(why)) = build("z[0] = called(cos(z[1]));") else { panic!("it is not refused") };
        for found in ["┌─ kernel:3:59", "^^^ `exp` of f64", "^^^ `cos` of f64"] {
            assert!(why.contains(found), "{why}");
        }
    }
}

/// The compiler computes them beforehand in single precision only.
#[test]
fn functions_of_constants_in_double_precision_are_refused_too() {
    for gpu in devices() {
        let refused = ElementwiseKernel::new(&gpu, "double *x", "x[i] = 1.0 + sin(0.5lf);", "constant").map(drop);
        assert!(matches!(&refused, Err(GpuError::Kernel(why)) if why.contains("┌─ constant:1:14")), "{refused:?}");
    }
}

/// A function of the language, its value for three numbers, and how far the device may be off, in units of the last place: where the
/// language leaves it open how often is rounded.
type Known = (&'static str, fn(f64, f64, f64) -> f64, f64);

/// The others. `a`, `b` and `c` are numbers, `b` is positive, and `c` lies between 0 and 1.
const KNOWN: &[Known] = &[
    ("abs(a)", |a, _, _| a.abs(), 0.0),
    ("sign(a)", |a, _, _| if a == 0.0 { 0.0 } else { a.signum() }, 0.0),
    ("ceil(a)", |a, _, _| a.ceil(), 0.0),
    ("floor(a)", |a, _, _| a.floor(), 0.0),
    ("round(a)", |a, _, _| a.round_ties_even(), 0.0),
    ("trunc(a)", |a, _, _| a.trunc(), 0.0),
    ("fract(a)", |a, _, _| a - a.floor(), 0.0),
    ("modf(a).fract", |a, _, _| a.fract(), 0.0),
    ("modf(a).whole", |a, _, _| a.trunc(), 0.0),
    ("min(a, b)", |a, b, _| a.min(b), 0.0),
    ("max(a, b)", |a, b, _| a.max(b), 0.0),
    ("clamp(a, -b, b)", |a, b, _| a.clamp(-b, b), 0.0),
    ("saturate(a)", |a, _, _| a.clamp(0.0, 1.0), 0.0),
    ("step(a, b)", |a, b, _| if b >= a { 1.0 } else { 0.0 }, 0.0),
    ("mix(a, b, c)", |a, b, c| a * (1.0 - c) + b * c, 0.0),
    ("sqrt(b)", |_, b, _| b.sqrt(), 0.0),
    ("inverseSqrt(b)", |_, b, _| 1.0 / b.sqrt(), 0.0),
    ("fma(a, b, c)", |a, b, c| a.mul_add(b, c), 2.0),
    ("ldexp(a, 5)", |a, _, _| a * 32.0, 0.0),
    ("frexp(b).fract", |_, b, _| b / 2.0_f64.powi(frexp(b)), 0.0),
    ("f64(frexp(b).exp)", |_, b, _| f64::from(frexp(b)), 0.0),
    ("a % b", |a, b, _| a - b * (a / b).trunc(), 0.0),
    ("-a", |a, _, _| -a, 0.0),
    ("a / b", |a, b, _| a / b, 0.0),
    ("select(a, b, a < c)", |a, b, c| if a < c { b } else { a }, 0.0),
    ("f64(f32(a))", |a, _, _| f64::from(a as f32), 0.0),
    ("f64(i32(a))", |a, _, _| f64::from(a as i32), 0.0),
    ("f64(u32(b))", |_, b, _| f64::from(b as u32), 0.0),
    ("f64(a != c)", |a, _, c| if a == c { 0.0 } else { 1.0 }, 0.0),
    ("f64(a > c)", |a, _, c| if a > c { 1.0 } else { 0.0 }, 0.0),
    (
        "smoothstep(c, c + b, a)",
        |a, b, c| {
            let t = ((a - c) / (c + b - c)).clamp(0.0, 1.0);
            t * t * (3.0 - 2.0 * t)
        },
        2.0,
    ),
    ("dot(vec3(a, b, c), vec3(c, a, b))", |a, b, c| a * c + b * a + c * b, 0.0),
    ("cross(vec3(a, b, c), vec3(c, a, b)).z", |a, b, c| a * a - b * c, 0.0),
    ("length(vec2(a, b))", |a, b, _| (a * a + b * b).sqrt(), 0.0),
    ("distance(vec2(a, b), vec2(c, c))", |a, b, c| ((a - c) * (a - c) + (b - c) * (b - c)).sqrt(), 0.0),
    ("normalize(vec2(a, b)).y", |a, b, _| b / (a * a + b * b).sqrt(), 0.0),
    ("faceForward(vec2(a, b), vec2(c, a), vec2(b, c)).x", |a, b, c| if b * c + c * a < 0.0 { a } else { -a }, 0.0),
    ("reflect(vec2(a, b), vec2(c, b)).x", |a, b, c| a - 2.0 * (c * a + b * b) * c, 0.0),
    ("refract(vec2(a, b), vec2(0.0, 1.0), 0.0).y", |_, b, _| -(0.0 * b + 1.0), 0.0),
    ("determinant(mat2x2(a, b, c, a))", |a, b, c| a * a - b * c, 0.0),
    ("transpose(mat2x2(a, b, c, a))[0].y", |_, _, c| c, 0.0),
];

/// The exponent with which a number is a fraction of at least one half.
fn frexp(x: f64) -> i32 {
    x.abs().log2().floor() as i32 + 1
}

#[test]
fn all_other_functions_are_right_in_double_precision() {
    let numbers = [0.1, 0.5, -0.5, 1.5, 2.5, -2.5, 3.75, -3.7, 1e9 + 0.3, -1_234.567_891, 1.0 + f64::EPSILON, -0.999];
    for gpu in devices() {
        let mut lines = String::new();
        for (index, (text, ..)) in KNOWN.iter().enumerate() {
            lines += &format!("out[i * {}u + {index}u] = {text};\n", KNOWN.len());
        }
        let text = format!(
            "@group(0) @binding(0) var<storage, read_write> numbers: array<f64>;
            @group(0) @binding(1) var<storage, read_write> out: array<f64>;
            override workgroup_size: u32 = 64;
            @compute @workgroup_size(workgroup_size) fn known(@builtin(global_invocation_id) id: vec3<u32>) {{
                let i = id.x;
                let a = numbers[i];
                let b = abs(numbers[i + 1u]) * 3.0lf;
                let c = abs(numbers[i] - floor(numbers[i]));
                {lines}
            }}"
        );
        let count = numbers.len() - 1;
        let kernel = SourceKernel::options(&*text, "known").workgroup(count as u32).build(&gpu).unwrap();
        let out = GpuArray::<f64>::zeros(&gpu, count * KNOWN.len());
        kernel.launch(1, arguments![&GpuArray::new(&gpu, &numbers), &out]).unwrap();
        let found = out.to_vec().unwrap();
        let mut wrong = Vec::new();
        for (i, found) in found.chunks(KNOWN.len()).enumerate() {
            let (a, b) = (numbers[i], numbers[i + 1].abs() * 3.0);
            let c = (a - a.floor()).abs();
            for ((text, value, units), &found) in KNOWN.iter().zip(found) {
                let value = value(a, b, c);
                if (value - found).abs() > units * f64::EPSILON * value.abs() {
                    wrong.push(format!("{text} of {a}, {b}, {c} is {value:e}, not {found:e}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{gpu:?}\n{}", wrong.join("\n"));
    }
}

/// Whether this is the quotient or remainder that IEEE 754 demands, or, with guards, what they make of it.
fn is_right(found: f64, right: f64, guarded: bool) -> bool {
    let lowest = [f64::MIN, f64::from(f32::MIN)].contains(&found);
    found == right
        || (right.is_nan() && (found.is_nan() || (guarded && lowest)))
        || (guarded && lowest && right < found)
}

/// The body of a kernel that writes `y`, and what it ought to be for an element of `x`.
type Divided = (&'static str, fn(f64) -> f64);

/// Divisors that a compiler knows, or finds out: Mesa's llvmpipe leaves out what is computed with them.
#[test]
fn a_division_by_a_known_zero_is_a_division() {
    let bodies: [Divided; 9] = [
        ("y[i] = x[i] / 0.0;", |x| x / 0.0),
        ("const zero = 0.0; y[i] = x[i] / (2.0 * zero);", |x| x / 0.0),
        ("y[i] = (vec2(x[i], 1.0) / vec2(0.0, 2.0)).x;", |x| x / 0.0),
        ("var zero = x[i]; zero = 0.0; y[i] = x[i] / zero;", |x| x / 0.0),
        ("y[i] = x[i] / REAL(i - i);", |x| x / 0.0),
        ("var z: REAL; if x[i] > 1.0 { z = x[i]; } y[i] = 3.0 / z;", |x| if x > 1.0 { 3.0 / x } else { 3.0 / 0.0 }),
        ("y[i] = x[i] % 0.0;", |x| x % 0.0),
        ("let zero = REAL(); x[i] %= zero; y[i] = x[i];", |x| x % 0.0),
        ("y[i] = 1.0; if x[i] != x[i] { y[i] = 0.0; }", |x| if x.is_nan() { 0.0 } else { 1.0 }),
    ];
    let numbers = [1.5, -2.5, 0.0, f64::INFINITY, f64::NAN, -1024.0];
    let devices = [true, false].map(|passthrough| (common::open(Gpu::options().passthrough(passthrough)), passthrough));
    for (gpu, passthrough) in devices {
        let Some(gpu) = gpu.filter(|gpu| gpu.language() == Language::Wgsl) else { return };
        let guarded = !passthrough || !gpu.adapter().passthrough;
        let check = |body: &str, right: fn(f64) -> f64, found: &[f64]| {
            // An infinity among the operands has become the largest number on its way through a guard, or not.
            for (&x, &found) in numbers.iter().zip(found) {
                assert!(is_right(found, right(x), guarded), "{body} of {x} is {}, not {found} ({guarded})", right(x));
            }
        };
        for (body, right) in bodies {
            macro_rules! found {
                ($real:ty, $c:literal) => {{
                    let text = body.replace("REAL", stringify!($real));
                    let parameters = concat!($c, " *x, ", $c, " *y");
                    let kernel = ElementwiseKernel::new(&gpu, parameters, &*text, "divided").unwrap();
                    let x = GpuArray::new(&gpu, &numbers.map(|number| number as $real));
                    let y = GpuArray::full(&gpu, numbers.len(), 77.0 as $real);
                    kernel.launch(arguments![&x, &y]).unwrap();
                    y.to_vec().unwrap().into_iter().map(f64::from).collect::<Vec<f64>>()
                }};
            }
            check(body, right, &found!(f32, "float"));
            if gpu.adapter().double {
                check(body, right, &found!(f64, "double"));
            }
        }
    }
}

/// What has no value at all, whatever the arrays hold, is refused at its place.
#[test]
fn constants_that_overflow_or_divide_by_zero_are_refused_at_their_place() {
    for gpu in devices() {
        let bodies = [
            ("float", "1.0 / 0.0"),
            ("float", "0.0f / 0.0f"),
            ("float", "1e38 * 10.0"),
            ("float", "3e38f * 10.0f"),
            ("int", "x[i] / 0"),
            ("int", "x[i] % 0"),
            ("int", "2147483647 + 1"),
            ("unsigned", "x[i] % 0u"),
        ];
        for (ty, expression) in bodies {
            let body = format!("x[i] = {expression};");
            let refused = ElementwiseKernel::new(&gpu, &format!("{ty} *x"), &*body, "kernel").map(drop);
            assert!(matches!(&refused, Err(GpuError::Kernel(why)) if why.contains("┌─ kernel:1:8")), "{refused:?}");
        }
    }
}

/// A power is the exponential of a product with a logarithm, and that of a negative number is none.
#[test]
fn a_power_of_a_negative_number_is_no_number() {
    let Some(gpu) = common::open(Gpu::options()).filter(|gpu| gpu.language() == Language::Wgsl) else { return };
    let kernel = ElementwiseKernel::new(&gpu, "float *x", "x[i] = pow(x[i], 2.0);", "square").unwrap();
    let x = GpuArray::new(&gpu, &[-2.0_f32, 2.0]);
    kernel.launch(arguments![&x]).unwrap();
    let found = x.to_vec().unwrap();
    assert!((found[1] - 4.0).abs() < 1e-4, "{found:?}");
    // With guards it is the lowest of all numbers.
    assert!(found[0].is_nan() || found[0] == f32::MIN || !common::divides_exactly(&gpu), "{found:?}");
}
