//! Kernels against the answers of the problems, and of plain loops: on a card, and compiled for the processor, where each invocation is
//! a coroutine (`host.cpp`).

use std::collections::BTreeMap;
use std::fmt::Display;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::{Add, Div, Mul, Sub};
use std::path::PathBuf;
use std::process::Command;
use std::thread;

use bytemuck::{Pod, bytes_of, cast_slice};
use num_complex::Complex;
use validation::{Distance, Mandelbrot, Mismatch, Pi, Precision, Problem};

use super::*;
use crate::drivers::cuda::compile::macros;
use crate::drivers::cuda::stand_in::space as space_of;
use crate::{Element, GpuArray, Real as RealNumber};

/// Invocations of a workgroup: more than one warp.
const WORKGROUP: u32 = 64;

/// What a kernel is given: the bytes of arrays and of numbers, in the order of its parameters.
enum Argument {
    Array(Vec<u8>),
    Number(Scalar, Vec<u8>),
}

use Argument::{Array, Number};

impl Argument {
    fn bytes(&self) -> &[u8] {
        match self {
            Array(bytes) | Number(_, bytes) => bytes,
        }
    }
}

fn unsigned(value: usize) -> Argument {
    Number(Scalar::Unsigned, u32::try_from(value).unwrap().to_ne_bytes().to_vec())
}

/// Something that runs a kernel, and gives all arguments as they are at the end.
type Run<'a> = &'a dyn Fn(&str, Real, u32, Vec<Argument>) -> Vec<Vec<u8>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Real {
    Double,
    Float,
}

impl Real {
    const BOTH: [Self; 2] = [Self::Double, Self::Float];

    fn name(self) -> &'static str {
        match self {
            Self::Double => "double",
            Self::Float => "float",
        }
    }

    fn precision(self) -> Precision {
        match self {
            Self::Double => Precision::Exact,
            Self::Float => Precision::ExactSingle,
        }
    }

    fn bytes(self, values: &[f64]) -> Vec<u8> {
        match self {
            Self::Double => cast_slice(values).to_vec(),
            Self::Float => cast_slice(&values.iter().map(|&value| value as f32).collect::<Vec<_>>()).to_vec(),
        }
    }

    fn array(self, values: &[f64]) -> Argument {
        Array(self.bytes(values))
    }

    fn values(self, bytes: &[u8]) -> Vec<f64> {
        match self {
            Self::Double => elements(bytes),
            Self::Float => elements::<f32>(bytes).into_iter().map(f64::from).collect(),
        }
    }
}

fn elements<T: Pod>(bytes: &[u8]) -> Vec<T> {
    bytes.chunks_exact(size_of::<T>()).map(bytemuck::pod_read_unaligned).collect()
}

/// An array that no run has written.
fn poison(bytes: usize) -> Argument {
    Array(vec![0xff; bytes])
}

/// Every case of a problem that has less work than so much.
fn cases<P: Problem>(operations: u64) -> Vec<(String, P::Input)> {
    let made = P::cases().into_iter().map(|case| (case.name, (case.input)().unwrap()));
    made.filter(|(_, input)| P::work(input).flops() <= operations).collect()
}

fn expect(what: impl Display, verdict: Result<validation::Verified, Mismatch>) {
    if let Err(mismatch) = verdict {
        panic!("{what}: {mismatch}");
    }
}

fn mandelbrot(run: Run<'_>, operations: u64) {
    let chosen = cases::<Mandelbrot>(operations);
    // An iteration more or less than whole blocks, none after the first ones, and one at all.
    let odd = [1, 39, 40, 41, 48, 55, 56, 57, 71, 73].map(|max_iterations| {
        let sizes = validation::mandelbrot::Sizes { width: 37, height: 29, max_iterations };
        (format!("{max_iterations} iterations"), Mandelbrot::input(&sizes).unwrap())
    });
    // Orbits that leave the circle by the last bit and may come back: around the tip at -2 and all along the circle.
    let tip =
        (-20..20).flat_map(|step| [f64::EPSILON, f64::from(f32::EPSILON)].map(|unit| -2.0 + f64::from(step) * unit));
    let circle = (0..60).map(|degree| 2.0 * (f64::from(degree) * 3.0).to_radians().cos());
    let heights = [0.0, 5e-324, 1e-300, -1e-17, 1e-16, 3e-9, -1e-7, 0.5, -1.5].into_iter();
    let heights = heights.chain((0..30).map(|degree| 2.0 * (f64::from(degree) * 3.0).to_radians().sin()));
    let edge = validation::mandelbrot::Input::from_axes(tip.chain(circle).collect(), heights.collect(), 400).unwrap();
    let odd = odd.into_iter().chain([("the edge".to_owned(), edge)]);
    for (name, input) in chosen.into_iter().chain(odd) {
        for (entry, real) in
            ["calculate_z", "blocks", "replaced"].into_iter().flat_map(|entry| Real::BOTH.map(|real| (entry, real)))
        {
            let points = input.width() * input.height();
            let mut arguments = vec![real.array(&input.xs), real.array(&input.ys), poison(4 * points)];
            if entry == "replaced" {
                arguments.push(Array(vec![0; 4]));
            }
            arguments.extend([input.max_iterations as usize, input.width(), points].map(unsigned));
            let counts = elements(&run(entry, real, 3, arguments)[2]);
            expect(format_args!("{entry} {real:?} {name}"), Mandelbrot::verify(&input, &counts, real.precision()));
        }
    }
}

fn distance(run: Run<'_>, operations: u64) {
    for ((name, input), real) in
        cases::<Distance>(operations).iter().flat_map(|case| Real::BOTH.map(|real| (case, real)))
    {
        for entry in ["elements", "rows"] {
            let points = input.points();
            let matrix = poison(real.bytes(&input.x).len() * points);
            let arguments = vec![real.array(&input.x), real.array(&input.y), matrix, unsigned(points)];
            let output = real.values(&run(entry, real, 5, arguments)[2]);
            expect(format_args!("{entry} {real:?} {name}"), Distance::verify(input, &output, real.precision()));
        }
    }
}

fn pi(run: Run<'_>, operations: u64) {
    for ((name, input), real) in cases::<Pi>(operations).iter().flat_map(|case| Real::BOTH.map(|real| (case, real))) {
        for entry in ["chunks", "leaps"] {
            // Two launches, as the steps may need: the second one goes on where the first one has ended.
            let before = input.samples / 3;
            let hits = [(0, before), (before, input.samples - before)].into_iter().fold(
                vec![0; 4 * input.chunks],
                |hits, (first, samples)| {
                    let numbers = [first, samples, input.chunks].map(unsigned);
                    run(entry, real, 3, [Array(hits)].into_iter().chain(numbers).collect()).swap_remove(0)
                },
            );
            let hits = elements::<u32>(&hits).into_iter().map(u64::from).collect();
            expect(format_args!("{entry} {real:?} {name}"), Pi::verify(input, &hits, real.precision()));
        }
    }
}

/// A program that runs these kernels on the processor, compiled once for each text of it.
///
/// # Errors
/// [`GpuError::Unavailable`] without a compiler, or where the C library has no coroutines.
fn program(kernels: &[KernelText]) -> Result<PathBuf, GpuError> {
    if !cfg!(target_os = "linux") {
        return Err(GpuError::Unavailable("the kernels are compiled for the processor on Linux only".to_owned()));
    }
    let mut spaces = BTreeMap::<String, BTreeMap<&str, &KernelText>>::new();
    for kernel in kernels {
        spaces.entry(space_of(kernel).unwrap()).or_default().insert(&kernel.entry, kernel);
    }
    let mut text = String::new();
    for (space, entries) in &spaces {
        let kernel = entries.values().next().unwrap();
        let macros = macros(kernel).unwrap();
        macros.iter().for_each(|(name, value)| text += &format!("#define {name} {value}\n"));
        text += &format!("namespace {space} {{\nconstexpr host::Dimensions blockDim{{{}}};\n", kernel.workgroup);
        // In two namespaces a function of C would be the same one.
        text += &kernel.text.replace("extern \"C\" ", "");
        let meet = kernel.text.contains("_sync");
        for (entry, kernel) in entries {
            let (name, size) = (name_of(kernel).unwrap(), kernel.workgroup);
            text += &format!("\nstatic const host::Offer offer_{entry}{{\"{name}\", {entry}, {size}, {meet}}};");
        }
        text += "\n}\n";
        macros.iter().for_each(|(name, _)| text += &format!("#undef {name}\n"));
    }
    let host = include_str!("host.cpp");
    let mut hasher = DefaultHasher::new();
    (&text, host).hash(&mut hasher);
    let folder = env::current_exe().ok().and_then(|program| Some(program.parent()?.to_owned())).unwrap();
    let program = folder.join(format!("cuda-kernels-{:016x}", hasher.finish()));
    if program.exists() {
        return Ok(program);
    }
    // Another test may do the same at this moment, so the program gets its name when it is whole.
    let thread = format!("{:?}", thread::current().id()).replace(['(', ')'], "");
    let new = folder.join(format!("cuda-kernels-{}-{thread}", std::process::id()));
    fs::create_dir_all(&new).unwrap();
    fs::write(new.join("kernels.inc"), text).unwrap();
    fs::write(new.join("host.cpp"), host).unwrap();
    let mut compiler = Command::new("g++");
    compiler.args(["-std=c++20", "-O1", "-ffp-contract=off", "-Wno-unknown-pragmas", "-pthread", "-o", "program"]);
    let output = compiler.arg("host.cpp").current_dir(&new).output().map_err(|error| {
        GpuError::Unavailable(format!("g++ does not start ({error}); to mend: apt install g++, or scripts/setup-peers"))
    })?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::rename(new.join("program"), &program).unwrap();
    fs::remove_dir_all(new).unwrap();
    Ok(program)
}

/// The processor in the place of a card, for these kernels.
fn processor(kernels: &[KernelText]) -> Option<Arc<StandIn>> {
    found("peers", program(kernels)).map(|program| StandIn::running(&program))
}

/// For the hand-written kernels.
fn host() -> Option<Arc<StandIn>> {
    processor(&all_hand_written(WORKGROUP))
}

#[test]
fn mandelbrot_is_right_on_the_processor() {
    let Some(driver) = host() else { return };
    mandelbrot(&on(&*driver), 20_000_000);
}

#[test]
fn distance_is_right_on_the_processor() {
    let Some(driver) = host() else { return };
    distance(&on(&*driver), 10_000_000);
}

#[test]
fn pi_is_right_on_the_processor() {
    let Some(driver) = host() else { return };
    pi(&on(&*driver), 10_000_000);
}

/// All that the steps over CUDA do, their generated texts among it: twice, as the second run finds memory that the first one has used.
#[test]
fn the_steps_are_right_on_the_processor() {
    let Some(driver) = processor(&of_the_steps(&[None])) else { return };
    for_each_step(&driver, None, &Settings::default(), |what, mut session| {
        for _ in 0..2 {
            session.poison();
            session.run().unwrap_or_else(|error| panic!("{what}: {error}"));
            expect(what, session.verify());
        }
    });
}

/// An operation, the bytes of its answer, and those of the right one.
type Answer = (String, Result<Vec<u8>, GpuError>, Vec<u8>);

/// The answers of the operations of arrays.
#[derive(Default)]
struct Answers(Vec<Answer>);

impl Answers {
    fn add<T: Element>(&mut self, what: &str, found: &GpuArray<T>, expected: impl IntoIterator<Item = T>) {
        let expected: Vec<T> = expected.into_iter().collect();
        let found = found.to_vec().map(|found| cast_slice(&found).to_vec());
        self.0.push((format!("{what} of {}", T::SCALAR), found, cast_slice(&expected).to_vec()));
    }

    fn are_right(self) {
        for (what, found, expected) in self.0 {
            assert!(found.unwrap_or_else(|error| panic!("{what}: {error}")) == expected, "{what}");
        }
    }
}

/// More than one round of the processor's invocations, and no whole one.
const LENGTH: usize = 1001;

macro_rules! operator {
    ($answers:ident, $gpu:ident, $a:ident, $b:ident, $number:ident, $($operator:tt)*) => {$({
        let name = stringify!($operator);
        let (x, y) = (|| GpuArray::new($gpu, $a), || GpuArray::new($gpu, $b));
        let both = || $a.iter().zip($b).map(|(&a, &b)| a $operator b);
        let with_number = || $a.iter().map(|&a| a $operator $number);
        let one = x();
        $answers.add(&format!("a {name} b"), &(&one $operator &y()), both());
        $answers.add(&format!("a {name} a"), &(&one $operator &one), $a.iter().map(|&a| a $operator a));
        $answers.add(&format!("a {name} number"), &(&one $operator $number), with_number());
        $answers.add(&format!("a {name} b in place"), &(x() $operator &y()), both());
        $answers.add(&format!("a {name} number in place"), &(x() $operator $number), with_number());
    })*};
}

/// What all types have.
fn arithmetic<T>(gpu: &Gpu, answers: &mut Answers, a: &[T], b: &[T], number: T)
where
    T: Element + Add<Output = T> + Sub<Output = T> + Mul<Output = T> + Div<Output = T>,
{
    operator!(answers, gpu, a, b, number, + - * /);
    let (x, y) = (GpuArray::new(gpu, a), GpuArray::new(gpu, b));
    let conditions: Vec<_> = (0..a.len() as i32).map(|i| i % 3 - 1).collect();
    let condition = GpuArray::new(gpu, &conditions);
    let chosen = |yes: &dyn Fn(usize) -> T, no: &dyn Fn(usize) -> T| -> Vec<T> {
        conditions.iter().enumerate().map(|(i, &condition)| if condition > 0 { yes(i) } else { no(i) }).collect()
    };
    let (of_a, of_b, of_number) = (|i: usize| a[i], |i: usize| b[i], |_: usize| number);
    answers.add("if_positive(a, b)", &GpuArray::if_positive(&condition, &x, &y), chosen(&of_a, &of_b));
    answers.add("if_positive(a, number)", &GpuArray::if_positive(&condition, &x, number), chosen(&of_a, &of_number));
    answers.add("if_positive(number, b)", &GpuArray::if_positive(&condition, number, &y), chosen(&of_number, &of_b));
    let numbers = GpuArray::if_positive(&condition, number, number + number);
    answers.add("if_positive(numbers)", &numbers, chosen(&of_number, &|_| number + number));
    let moved = GpuArray::if_positive(&condition, &x, GpuArray::new(gpu, b));
    answers.add("if_positive(a, b) in place", &moved, chosen(&of_a, &of_b));
    let moved = GpuArray::if_positive(&condition, number, GpuArray::new(gpu, b));
    answers.add("if_positive(number, b) in place", &moved, chosen(&of_number, &of_b));
    answers.add("full", &GpuArray::full(gpu, a.len(), number), a.iter().map(|_| number));
    let sum = |values: &[T]| values.iter().fold(T::default(), |sum, &value| sum + value);
    for length in [1, 300, a.len()] {
        // Small whole numbers, whose sum is exact in any order.
        let part = GpuArray::new(gpu, &a[..length]);
        let found = part.sum().map(|found| bytes_of(&found).to_vec());
        answers.0.push((format!("sum of {length} {}", T::SCALAR), found, bytes_of(&sum(&a[..length])).to_vec()));
    }
}

/// What real numbers have besides.
fn comparisons<T: RealNumber + PartialOrd>(gpu: &Gpu, answers: &mut Answers, a: &[T], b: &[T], number: T) {
    let (x, y) = (GpuArray::new(gpu, a), GpuArray::new(gpu, b));
    let both = |holds: fn(&T, &T) -> bool| a.iter().zip(b).map(move |(a, b)| i32::from(holds(a, b)));
    let with_number = |holds: fn(&T, &T) -> bool| a.iter().map(move |a| i32::from(holds(a, &number)));
    let mut compared = |name: &str, array: &GpuArray<i32>, with: &GpuArray<i32>, holds: fn(&T, &T) -> bool| {
        let ty = T::SCALAR;
        answers.add(&format!("a {name} b, {ty}:"), array, both(holds));
        answers.add(&format!("a {name} number, {ty}:"), with, with_number(holds));
    };
    compared(">", &x.greater(&y), &x.greater(number), T::gt);
    compared(">=", &x.greater_or_equal(&y), &x.greater_or_equal(number), T::ge);
    compared("<", &x.less(&y), &x.less(number), T::lt);
    compared("<=", &x.less_or_equal(&y), &x.less_or_equal(number), T::le);
    compared("==", &x.equal(&y), &x.equal(number), T::eq);
    compared("!=", &x.not_equal(&y), &x.not_equal(number), T::ne);
    answers.add("a > a", &x.greater(&x), a.iter().map(|_| 0));
}

macro_rules! floating {
    ($gpu:ident, $answers:ident, $($float:ident)*) => {$({
        // Odd numbers of both signs, and ones that round.
        let a: Vec<$float> = (0..LENGTH).map(|i| (2 * ((i * 37) % 101)) as $float - 101.0).collect();
        let b: Vec<$float> = (0..LENGTH).map(|i| ((i * 53) % 89) as $float / 7.0 - 5.05).collect();
        arithmetic($gpu, &mut $answers, &a, &b, 0.3);
        comparisons($gpu, &mut $answers, &a, &b, 3.0);
        let x = GpuArray::new($gpu, &a);
        $answers.add("neg", &-&x, a.iter().map(|&a| -a));
        $answers.add("abs", &x.abs(), a.iter().map(|a| a.abs()));
        $answers.add("sqrt", &x.abs().sqrt(), a.iter().map(|a| a.abs().sqrt()));
        let pairs = |other: &[$float]| -> Vec<_> { a.iter().zip(other).map(|(&re, &im)| Complex { re, im }).collect() };
        let (p, q) = (pairs(&a[..].iter().rev().copied().collect::<Vec<_>>()), pairs(&b));
        arithmetic($gpu, &mut $answers, &p, &q, Complex::new(0.3, -1.7));
        let z = GpuArray::new($gpu, &q);
        $answers.add("neg", &-&z, q.iter().map(|&q| -q));
        $answers.add("abs of complex", &z.abs(), q.iter().map(|q| (q.re * q.re + q.im * q.im).sqrt()));
    })*};
}

/// Every operation for every type.
fn operations_of_arrays(gpu: &Gpu) -> Answers {
    let mut answers = Answers::default();
    floating!(gpu, answers, f64 f32);
    let a: Vec<i32> = (0..LENGTH as i32).map(|i| 2 * (i * 37 % 101) - 101).collect();
    let b: Vec<i32> = (0..LENGTH as i32).map(|i| i * 53 % 89 + 1).collect();
    arithmetic(gpu, &mut answers, &a, &b, -7);
    comparisons(gpu, &mut answers, &a, &b, 3);
    let ends = [i32::MIN, -1, 0, 1, i32::MAX];
    let x = GpuArray::new(gpu, &ends);
    answers.add("abs", &x.abs(), ends.map(i32::wrapping_abs));
    answers.add("neg", &-&GpuArray::new(gpu, &a), a.iter().map(|a| -a));
    let a: Vec<u32> = (0..LENGTH as u32).map(|i| i * 37 % 101 + 100).collect();
    let b: Vec<u32> = (0..LENGTH as u32).map(|i| i * 53 % 89 + 1).collect();
    arithmetic(gpu, &mut answers, &a, &b, 7);
    comparisons(gpu, &mut answers, &a, &b, 120);
    answers.add("neg", &-&GpuArray::new(gpu, &a), a.iter().map(|&a| a.wrapping_neg()));
    answers
}

#[test]
fn operations_of_arrays_are_right_on_the_processor() {
    let idle = StandIn::idle();
    // What it answers is nonsense; it is asked for the kernels.
    operations_of_arrays(&Gpu::over(idle.clone(), u64::MAX));
    let Some(driver) = processor(&idle.built()) else { return };
    operations_of_arrays(&Gpu::over(driver, u64::MAX)).are_right();
}

#[test]
fn operations_of_arrays_are_right_on_a_card() {
    let Some(driver) = card() else { return };
    operations_of_arrays(&Gpu::over(Arc::new(driver), u64::MAX)).are_right();
}

fn card() -> Option<CudaDriver> {
    found("cuda", CudaDriver::new(0))
}

/// Runs a hand-written kernel over a driver.
fn on(driver: &dyn Driver) -> impl Fn(&str, Real, u32, Vec<Argument>) -> Vec<Vec<u8>> {
    move |entry, real, groups, arguments| {
        let kernel = hand_written(real.name(), entry, WORKGROUP, Arithmetic::Exact);
        let (compiled, parameters) = driver.build(&kernel).unwrap();
        assert_eq!(parameters.len(), arguments.len());
        let values: Vec<_> = arguments.iter().map(|argument| value(driver, argument)).collect();
        driver.launch(&compiled, groups, &values, None).unwrap();
        let read = |(argument, value): (&Argument, &Value)| {
            let mut bytes = argument.bytes().to_vec();
            if let Value::Array(memory) = value {
                driver.read(memory, &mut bytes).unwrap();
            }
            bytes
        };
        arguments.iter().zip(&values).map(read).collect()
    }
}

fn value(driver: &dyn Driver, argument: &Argument) -> Value {
    match argument {
        Array(bytes) => {
            let memory = driver.allocate(bytes.len() as u64).unwrap();
            driver.write(&memory, bytes).unwrap();
            Value::Array(memory)
        }
        Number(scalar, bytes) => {
            let mut padded = [0; 16];
            padded[..bytes.len()].copy_from_slice(bytes);
            Value::Scalar(*scalar, padded)
        }
    }
}

#[test]
fn mandelbrot_is_right_on_a_card() {
    let Some(driver) = card() else { return };
    mandelbrot(&on(&driver), u64::MAX);
}

#[test]
fn distance_is_right_on_a_card() {
    let Some(driver) = card() else { return };
    distance(&on(&driver), u64::MAX);
}

#[test]
fn pi_is_right_on_a_card() {
    let Some(driver) = card() else { return };
    pi(&on(&driver), u64::MAX);
}

/// The kernels compiled beforehand run on the card as well: their answers are those of the tests above where there is no NVRTC.
#[test]
fn a_card_takes_the_kernels_compiled_beforehand() {
    let Some(driver) = card() else { return };
    driver.card.bind().unwrap();
    for kernel in all_needed() {
        let code: Vec<u8> = table::find(&key(kernel).unwrap()).unwrap().bytes().chain([0]).collect();
        let module = load(&code, kernel.workgroup)
            .map_err(|(error, log)| format!("{}: {log}", super::super::errors::name(error)))
            .unwrap();
        // SAFETY: loaded in the line before, and nothing of it has been used.
        unsafe { module::unload(module) }.unwrap();
    }
}

#[test]
fn a_card_tells_what_a_kernel_takes_and_how_long() {
    let Some(driver) = card() else { return };
    let (compiled, _) = driver.build(&hand_written("double", "replaced", 128, Arithmetic::Exact)).unwrap();
    let resources = driver.resources(&compiled).unwrap();
    assert!(resources.registers.unwrap() > 16 && resources.resident_groups.unwrap() > 0, "{resources:?}");
    assert!(resources.shared_bytes.unwrap() >= 5120 && resources.multiprocessors.unwrap() > 0, "{resources:?}");
    let run = on(&driver);
    let points =
        || vec![Array(vec![0; 8 * 1000]), Array(vec![0; 8 * 1000]), Array(vec![0; 8 * 1_000_000]), unsigned(1000)];
    run("rows", Real::Double, 3, points());
    assert_eq!(driver.measure(true), Ok(Some(Duration::ZERO)));
    run("rows", Real::Double, 3, points());
    assert!(driver.measure(false).unwrap().unwrap() > Duration::ZERO);
    run("rows", Real::Double, 3, points());
    assert_eq!(driver.measure(false), Ok(Some(Duration::ZERO)));
}

#[test]
fn a_card_refuses_what_does_not_belong_to_it() {
    let Some(driver) = card() else { return };
    let (compiled, _) = driver.build(&hand_written("double", "rows", 1024, Arithmetic::Exact)).unwrap();
    assert!(
        refused(driver.launch(&compiled, 1, &[], None))
            .contains("takes (double *x, double *y, double *distances, unsigned points)")
    );
    let other = CudaDriver::new(0).unwrap();
    let array = other.allocate(8).unwrap();
    assert!(refused(driver.write(&array, &[0; 8])).contains("belongs to another device"));
    assert!(refused(other.write(&array, &[0; 9])).contains("more bytes than the array has"));
    assert!(refused(other.resources(&compiled)).contains("belongs to another device"));
    let asked = driver.adapter().array_bytes * 2;
    assert_eq!(driver.allocate(asked).err(), Some(GpuError::OutOfMemory { asked }));
    let missing = KernelText { entry: "no".to_owned(), ..hand_written("double", "rows", 64, Arithmetic::Exact) };
    assert!(refused(driver.build(&missing)).contains("there is no kernel no in the text"));
    other.destroy();
    assert!(matches!(other.allocate(8), Err(GpuError::Lost(_))));
    assert!(matches!(other.write(&array, &[0; 8]), Err(GpuError::Lost(_))));
    drop(array);
    driver.wait().unwrap();
}
