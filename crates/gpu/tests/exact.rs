//! The same bits as everywhere else: the Mandelbrot set by all three interfaces, with marks and with guards, on points that are hard.

mod common;

use std::iter;

use gpu::{AdapterKind, Arithmetic, ElementwiseKernel, Gpu, GpuArray, Scalar, SourceKernel, arguments};
use num_complex::Complex;
use validation::mandelbrot::{Input, Output, Sizes};
use validation::{Mandelbrot, Precision, Problem, Ready, Settings, StepError};

/// A device for each way to exact arithmetic: marks, and guards.
fn both_ways() -> impl Iterator<Item = Gpu> {
    [true, false].into_iter().filter_map(|passthrough| common::open(Gpu::options().passthrough(passthrough)))
}

fn picture(width: usize, height: usize, max_iterations: u32) -> Input {
    Input::new(&Sizes { width, height, max_iterations }).unwrap()
}

/// Coordinates around which everything can go wrong: where orbits are on the circle for ever, where they leave it by the last bit, where
/// they overflow at once, and where numbers are subnormal.
///
/// Guards know no number as large as the largest: its sum with the lowest is zero.
fn hard(max_iterations: u32, guarded: bool) -> Input {
    let largest = if guarded { [1e308, 1e38] } else { [f64::MAX, f64::from(f32::MAX)] };
    let beside = |x: f64| [x.next_down(), x, x.next_up()];
    let single = |x: f32| [x.next_down(), x, x.next_up()].map(f64::from);
    let signs = |x: f64| [x, -x];
    let mut xs: Vec<f64> = beside(-2.0).into_iter().chain(beside(0.25)).chain(beside(2.0)).collect();
    xs.extend(single(-2.0).into_iter().chain(single(0.25)));
    xs.extend(
        [1e300, largest[0], largest[1], 5e-324, 1e-310, 1e-40, f64::MIN_POSITIVE, 1e20, 0.0, 1.2, 1.6]
            .into_iter()
            .flat_map(signs),
    );
    xs.extend([-0.75, -1.25, -1.401_155_189, -1.543_689_012_692_076, 0.285, -0.743_643_887]);
    // (1.2, 1.6) is a point with |q| = 2, and so is (0, 2); (1, sqrt(3)) is as near as doubles come.
    let root = 3.0_f64.sqrt();
    let mut ys: Vec<f64> = beside(1.6).into_iter().chain(beside(root)).chain(beside(2.0)).chain(beside(-1.2)).collect();
    ys.extend([
        0.0,
        -0.0,
        5e-324,
        -1e-310,
        1e-40,
        1e-300,
        1e300,
        -largest[0],
        largest[1],
        0.01,
        0.131_825_904,
        -1.0,
        1.0,
    ]);
    xs.push(1.0);
    Input::from_axes(xs, ys, max_iterations).unwrap()
}

/// Compares every count with the reference.
#[track_caller]
fn check(what: &str, input: &Input, counts: &Output, precision: Precision) {
    if let Err(mismatch) = Mandelbrot::verify(input, counts, precision) {
        panic!("{what}, {} by {}, {} iterations: {mismatch}", input.width(), input.height(), input.max_iterations);
    }
}

fn precision(real: Scalar) -> Precision {
    if real.is_double() { Precision::Exact } else { Precision::ExactSingle }
}

/// The types that the device computes in.
fn types(gpu: &Gpu) -> impl Iterator<Item = Scalar> {
    iter::once(Scalar::Float).chain(gpu.adapter().double.then_some(Scalar::Double))
}

/// The tutorial's loop over whole arrays.
macro_rules! arrays {
    ($gpu:expr, $input:expr, $real:ty) => {{
        let points: Vec<_> = $input.q().iter().map(|q| Complex::new(q.re as $real, q.im as $real)).collect();
        let mut q = GpuArray::new($gpu, &points);
        let mut z = GpuArray::zeros($gpu, q.len());
        let mut output = GpuArray::zeros($gpu, q.len());
        for iteration in 0..$input.max_iterations {
            z = &z * &z + &q;
            let done = z.abs().greater(2.0);
            q = GpuArray::if_positive(&done, Complex::ZERO, q);
            z = GpuArray::if_positive(&done, Complex::ZERO, z);
            output = GpuArray::if_positive(&done, iteration, output);
        }
        output.to_vec().unwrap()
    }};
}

#[test]
fn whole_arrays_are_exact() {
    for gpu in both_ways() {
        for input in [picture(33, 31, 100), picture(100, 100, 300), picture(64, 48, 1)] {
            check("arrays in single precision", &input, &arrays!(&gpu, input, f32), Precision::ExactSingle);
            if gpu.adapter().double {
                check("arrays", &input, &arrays!(&gpu, input, f64), Precision::Exact);
            }
        }
    }
}

/// The loop's body in the words of the tutorial.
const BODY: &str = "
    var zx = z[i].x;
    var zy = z[i].y;
    for (var iteration = 0u; iteration < max_iterations; iteration += 1u) {
        let zx_new = (zx * zx - zy * zy) + q[i].x;
        zy = (zx * zy + zy * zx) + q[i].y;
        zx = zx_new;
        if zx * zx + zy * zy > 4 { counts[i] = iteration; break; }
    }";

macro_rules! elementwise {
    ($gpu:expr, $input:expr, $real:ty, $pair:literal) => {{
        let parameters = concat!($pair, " *z, ", $pair, " *q, unsigned *counts, unsigned max_iterations");
        let kernel = ElementwiseKernel::new($gpu, parameters, BODY, "complex").unwrap();
        let points: Vec<_> = $input.q().iter().map(|q| Complex::new(q.re as $real, q.im as $real)).collect();
        let q = GpuArray::new($gpu, &points);
        let z = GpuArray::<Complex<$real>>::zeros($gpu, q.len());
        let counts = GpuArray::<u32>::zeros($gpu, q.len());
        let iterations = $input.max_iterations;
        kernel.launch_loops(iterations, arguments![&z, &q, &counts, iterations]).unwrap();
        counts.to_vec().unwrap()
    }};
}

#[test]
fn elementwise_kernels_are_exact_on_hard_points() {
    for gpu in both_ways() {
        let guarded = !gpu.adapter().passthrough;
        for input in [hard(1, guarded), hard(2, guarded), hard(1003, guarded), picture(250, 250, 500)] {
            check("elementwise, single", &input, &elementwise!(&gpu, input, f32, "float2"), Precision::ExactSingle);
            if gpu.adapter().double {
                check("elementwise", &input, &elementwise!(&gpu, input, f64, "double2"), Precision::Exact);
            }
        }
    }
}

const KERNELS: [(&str, &str); 7] = [
    ("mandelbrot", include_str!("../src/kernels/mandelbrot.wgsl")),
    ("one_exit", include_str!("../src/kernels/mandelbrot_one_exit.wgsl")),
    ("blocks", include_str!("../src/kernels/mandelbrot_blocks.wgsl")),
    ("several", include_str!("../src/kernels/mandelbrot_several.wgsl")),
    ("tiles", include_str!("../src/kernels/mandelbrot_tiles.wgsl")),
    ("fused", include_str!("../src/kernels/mandelbrot_fused.wgsl")),
    ("refilled", include_str!("../src/kernels/mandelbrot_refilled.wgsl")),
];

/// Runs a kernel by hand with so many workgroups, or as many as it takes.
fn by_hand(gpu: &Gpu, kernel: &SourceKernel, real: Scalar, input: &Input, groups: Option<u32>) -> Output {
    let points = input.width() * input.height();
    let output = GpuArray::<u32>::uninitialised(gpu, points);
    output.write(&vec![u32::MAX; points]).unwrap();
    let (iterations, width) = (input.max_iterations, input.width() as u32);
    let groups = groups.map_or_else(
        || kernel.groups(points, iterations).unwrap(),
        |groups| kernel.groups_with_passes(groups, 65_535).unwrap(),
    );
    if real.is_double() {
        let (xs, ys) = (GpuArray::new(gpu, &input.xs), GpuArray::new(gpu, &input.ys));
        kernel.launch(groups, arguments![&xs, &ys, &output, iterations, width, points as u32]).unwrap();
    } else {
        let narrow = |axis: &[f64]| GpuArray::new(gpu, &axis.iter().map(|&x| x as f32).collect::<Vec<_>>());
        let (xs, ys) = (narrow(&input.xs), narrow(&input.ys));
        kernel.launch(groups, arguments![&xs, &ys, &output, iterations, width, points as u32]).unwrap();
    }
    output.to_vec().unwrap()
}

#[test]
fn kernels_by_hand_are_exact_on_hard_points_marked_and_guarded() {
    // Iterations around the length of a block.
    let iterations = [1, 2, 7, 8, 9, 15, 16, 17, 1003];
    for gpu in both_ways() {
        let guarded = !gpu.adapter().passthrough;
        let way = if guarded { "guarded" } else { "marked" };
        let inputs = iterations.map(|max_iterations| hard(max_iterations, guarded));
        for real in types(&gpu) {
            for (name, text) in KERNELS {
                let kernel = SourceKernel::options(text, "calculate_z").real(real).build(&gpu).unwrap();
                for input in &inputs {
                    let counts = by_hand(&gpu, &kernel, real, input, None);
                    check(&format!("{name} in {real}, {way}"), input, &counts, precision(real));
                }
            }
        }
    }
}

#[test]
fn kernels_by_hand_are_exact_in_workgroups_of_any_size_and_number() {
    let inputs = [picture(33, 31, 100), picture(1, 33, 50), picture(65, 1, 50)];
    for gpu in both_ways() {
        for real in types(&gpu) {
            for (name, text) in KERNELS {
                for workgroup in [1, 7, 64] {
                    let options = SourceKernel::options(text, "calculate_z").real(real).workgroup(workgroup);
                    let kernel = options.build(&gpu).unwrap();
                    for (input, groups) in inputs.iter().flat_map(|input| [1, 3, 2000].map(|groups| (input, groups))) {
                        // Few enough passes for every device.
                        let points = (input.width() * input.height()) as u32;
                        if points.div_ceil(groups * workgroup) * (input.max_iterations + 20) > 65_535 {
                            continue;
                        }
                        let counts = by_hand(&gpu, &kernel, real, input, Some(groups));
                        check(
                            &format!("{name} in {real}, {groups} groups of {workgroup}"),
                            input,
                            &counts,
                            precision(real),
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn kernels_by_hand_are_exact_for_the_tutorials_picture_with_guards() {
    let Some(gpu) = common::open(Gpu::options().passthrough(false)) else { return };
    let input = picture(500, 500, 1000);
    for real in types(&gpu) {
        for (name, text) in KERNELS {
            let kernel = SourceKernel::options(text, "calculate_z").real(real).build(&gpu).unwrap();
            check(name, &input, &by_hand(&gpu, &kernel, real, &input, None), precision(real));
        }
    }
}

type Start = fn(&Input, &Settings) -> Ready<Mandelbrot>;

/// The steps' own numbers of workgroups and passes, on the hard points.
#[test]
fn steps_are_exact_on_hard_points() {
    let Some(gpu) = common::device() else { return };
    use gpu::mandelbrot as steps;
    let all: [(&str, Start, Precision); 11] = [
        ("elementwise", steps::elementwise, Precision::Exact),
        ("elementwise_single", steps::elementwise_single, Precision::ExactSingle),
        ("source", steps::source, Precision::Exact),
        ("source_single", steps::source_single, Precision::ExactSingle),
        ("one_exit", steps::one_exit, Precision::Exact),
        ("blocks", steps::blocks, Precision::Exact),
        ("several", steps::several, Precision::Exact),
        ("tiles", steps::tiles, Precision::Exact),
        ("tiles_single", steps::tiles_single, Precision::ExactSingle),
        ("fused", steps::fused, Precision::Exact),
        ("refilled", steps::refilled, Precision::Exact),
    ];
    let input = hard(1003, !gpu.adapter().passthrough);
    for (name, start, precision) in all {
        let mut step = match start(&input, &Settings::default()) {
            Ok(step) => step,
            Err(StepError::Unavailable(why)) => {
                eprintln!("{name} is not checked: {why}");
                continue;
            }
            Err(error) => panic!("{name}: {error}"),
        };
        let mut counts = Mandelbrot::output(&input);
        step.run(&input, &mut counts).unwrap();
        check(name, &input, &counts, precision);
    }
}

/// The lesson of the contracted step: without marks the driver takes sums in another order, and nobody says so. A card may do without.
#[test]
fn contracted_counts_are_others_where_the_processor_computes_them() {
    let Some(gpu) = common::device().filter(|gpu| gpu.adapter().double) else { return };
    let input = picture(500, 500, 1000);
    let options = SourceKernel::options(KERNELS[0].1, "calculate_z").real(Scalar::Double);
    let kernel = options.arithmetic(Arithmetic::Contracted).build(&gpu).unwrap();
    let counts = by_hand(&gpu, &kernel, Scalar::Double, &input, None);
    let differs = Mandelbrot::verify(&input, &counts, Precision::Exact).is_err();
    if gpu.adapter().kind == AdapterKind::Cpu {
        assert!(differs, "{} leaves the text as it is: the step needs another device to show its point", gpu.adapter());
    }
    // Wrong by a little: most points agree.
    let exact = by_hand(
        &gpu,
        &SourceKernel::options(KERNELS[0].1, "calculate_z").real(Scalar::Double).build(&gpu).unwrap(),
        Scalar::Double,
        &input,
        None,
    );
    check("the same text with marks", &input, &exact, Precision::Exact);
    let others = counts.iter().zip(&exact).filter(|(a, b)| a != b).count();
    assert!(others < counts.len() / 10, "{others} of {} counts differ", counts.len());
}

/// `a * b + c` with numbers for which a fused operation has another answer, in every place of a kernel where one may hide.
#[test]
fn no_product_is_fused_with_a_sum() {
    // 1 + 2^-k squared is 1 + 2^(1-k) + 2^-2k, of which the last term is rounded away unless the product is fused.
    for gpu in both_ways() {
        let single = 1.0_f32 + 2.0_f32.powi(-12);
        let square = single * single;
        assert_ne!(single.mul_add(single, -square), 0.0, "the numbers would show it");
        let body = "
            let product = a[i] * a[i]; var sum = a[i];
            sum = sum * a[i];
            out[i] = (product - b[i]) + (a[i] * a[i] - b[i]) + (sum - b[i]) - (b[i] - a[i] * a[i])
                + vec2(a[i] * a[i] - b[i], 1.0).x;";
        let kernel = ElementwiseKernel::new(&gpu, "float *a, float *b, float *out", body, "fused").unwrap();
        let (a, b) = (GpuArray::new(&gpu, &[single; 65]), GpuArray::new(&gpu, &[square; 65]));
        let out = GpuArray::full(&gpu, 65, 1.0_f32);
        kernel.launch(arguments![&a, &b, &out]).unwrap();
        assert_eq!(out.to_vec().unwrap(), [0.0; 65]);
        assert_eq!((&(&a * &a) - &b).to_vec().unwrap(), [0.0; 65]);
        if gpu.adapter().double {
            let double = 1.0_f64 + 2.0_f64.powi(-28);
            let kernel = ElementwiseKernel::new(
                &gpu,
                "double *a, double *b, double *out",
                &*body.replace("1.0)", "1.0lf)"),
                "fused",
            );
            let (a, b) = (GpuArray::new(&gpu, &[double; 65]), GpuArray::new(&gpu, &[double * double; 65]));
            let out = GpuArray::full(&gpu, 65, 1.0_f64);
            kernel.unwrap().launch(arguments![&a, &b, &out]).unwrap();
            assert_eq!(out.to_vec().unwrap(), [0.0; 65]);
        }
    }
}

/// `(a + b) - b` is not a, and `a * c + b * c` is not `(a + b) * c`.
#[test]
fn no_sum_is_taken_in_another_order() {
    for gpu in both_ways() {
        let body = "out[i] = ((a[i] + b[i]) - b[i]) + (a[i] * 3.0 + b[i] * 3.0) - (a[i] + b[i]) * 3.0;";
        let kernel = ElementwiseKernel::new(&gpu, "float *a, float *b, float *out", body, "order").unwrap();
        let mut random = common::Random(5);
        let numbers: Vec<(f32, f32)> =
            (0..1000).map(|_| ((random.next() >> 40) as f32 * 1e-3, (random.next() >> 40) as f32 * 1e3)).collect();
        let (a, b): (Vec<_>, Vec<_>) = numbers.iter().copied().unzip();
        let (x, y, out) = (GpuArray::new(&gpu, &a), GpuArray::new(&gpu, &b), GpuArray::<f32>::zeros(&gpu, 1000));
        kernel.launch(arguments![&x, &y, &out]).unwrap();
        let plain = numbers.iter().map(|(a, b)| ((a + b) - b) + (a * 3.0 + b * 3.0) - (a + b) * 3.0);
        assert_eq!(out.to_vec().unwrap(), plain.collect::<Vec<_>>());
    }
}
