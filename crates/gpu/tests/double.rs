//! Functions and operators of WGSL in double precision: right to the last bit, or refused; and what is written with literals that divide
//! by zero or overflow.

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
        for place in ["kernel:3:60", "kernel:4:83"] {
            assert!(why.contains(place), "{why}");
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

/// A function of the language and its value for three numbers.
type Known = (&'static str, fn(f64, f64, f64) -> f64);

/// The others. `a`, `b` and `c` are numbers, `b` is positive, and `c` lies between 0 and 1.
const KNOWN: &[Known] = &[
    ("abs(a)", |a, _, _| a.abs()),
    ("sign(a)", |a, _, _| if a == 0.0 { 0.0 } else { a.signum() }),
    ("ceil(a)", |a, _, _| a.ceil()),
    ("floor(a)", |a, _, _| a.floor()),
    ("round(a)", |a, _, _| a.round_ties_even()),
    ("trunc(a)", |a, _, _| a.trunc()),
    ("fract(a)", |a, _, _| a - a.floor()),
    ("modf(a).fract", |a, _, _| a.fract()),
    ("modf(a).whole", |a, _, _| a.trunc()),
    ("min(a, b)", |a, b, _| a.min(b)),
    ("max(a, b)", |a, b, _| a.max(b)),
    ("clamp(a, -b, b)", |a, b, _| a.clamp(-b, b)),
    ("saturate(a)", |a, _, _| a.clamp(0.0, 1.0)),
    ("step(a, b)", |a, b, _| if b >= a { 1.0 } else { 0.0 }),
    ("mix(a, b, c)", |a, b, c| a * (1.0 - c) + b * c),
    ("sqrt(b)", |_, b, _| b.sqrt()),
    ("inverseSqrt(b)", |_, b, _| 1.0 / b.sqrt()),
    ("fma(a, b, c)", |a, b, c| a.mul_add(b, c)),
    ("ldexp(a, 5)", |a, _, _| a * 32.0),
    ("frexp(b).fract", |_, b, _| b / 2.0_f64.powi(frexp(b))),
    ("f64(frexp(b).exp)", |_, b, _| f64::from(frexp(b))),
    ("a % b", |a, b, _| a % b),
    ("-a", |a, _, _| -a),
    ("a / b", |a, b, _| a / b),
    ("select(a, b, a < c)", |a, b, c| if a < c { b } else { a }),
    ("f64(f32(a))", |a, _, _| f64::from(a as f32)),
    ("f64(i32(a))", |a, _, _| f64::from(a as i32)),
    ("f64(u32(b))", |_, b, _| f64::from(b as u32)),
    ("f64(a > c)", |a, _, c| if a > c { 1.0 } else { 0.0 }),
    ("smoothstep(c, c + b, a)", |a, b, c| {
        let t = ((a - c) / (c + b - c)).clamp(0.0, 1.0);
        t * t * (3.0 - 2.0 * t)
    }),
    ("dot(vec3(a, b, c), vec3(c, a, b))", |a, b, c| a * c + b * a + c * b),
    ("cross(vec3(a, b, c), vec3(c, a, b)).z", |a, b, c| a * a - b * c),
    ("length(vec2(a, b))", |a, b, _| (a * a + b * b).sqrt()),
    ("distance(vec2(a, b), vec2(c, c))", |a, b, c| ((a - c) * (a - c) + (b - c) * (b - c)).sqrt()),
    ("normalize(vec2(a, b)).y", |a, b, _| b / (a * a + b * b).sqrt()),
    ("faceForward(vec2(a, b), vec2(c, a), vec2(b, c)).x", |a, b, c| if b * c + c * a < 0.0 { a } else { -a }),
    ("reflect(vec2(a, b), vec2(c, b)).x", |a, b, c| a - 2.0 * (c * a + b * b) * c),
    ("refract(vec2(a, b), vec2(0.0, 1.0), 0.0).y", |_, b, _| -(0.0 * b + 1.0)),
    ("determinant(mat2x2(a, b, c, a))", |a, b, c| a * a - b * c),
    ("transpose(mat2x2(a, b, c, a))[0].y", |_, _, c| c),
];

/// The exponent with which a number is a fraction of at least one half.
fn frexp(x: f64) -> i32 {
    x.abs().log2().floor() as i32 + 1
}

#[test]
fn all_other_functions_are_right_in_double_precision() {
    let numbers = [0.1, 0.5, -0.5, 1.5, 2.5, -2.5, 3.75, -3.7, 1e9 + 0.3, -1234.567_891, 1.0 + f64::EPSILON, -0.999];
    for gpu in devices() {
        let mut lines = String::new();
        for (index, (text, _)) in KNOWN.iter().enumerate() {
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
            for ((text, value), &found) in KNOWN.iter().zip(found) {
                let value = value(a, b, c);
                if value != found {
                    wrong.push(format!("{text} of {a}, {b}, {c} is {value:e}, not {found:e}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{gpu:?}\n{}", wrong.join("\n"));
    }
}
