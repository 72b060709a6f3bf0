//! The hand-written kernels against the answers of the problems: on a card, and compiled for the processor, where each invocation is
//! a coroutine (`host.cpp`).

use std::fmt::Display;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;

use bytemuck::{Pod, cast_slice};
use validation::{Distance, Expression, Mandelbrot, Mismatch, Particles, Pi, Precision, Problem};

use super::*;

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

fn expression(run: Run<'_>, operations: u64) {
    for ((name, input), real) in
        cases::<Expression>(operations).iter().flat_map(|case| Real::BOTH.map(|real| (case, real)))
    {
        let elements = input.a.len();
        let output = poison(real.bytes(&input.a).len());
        let arguments = vec![real.array(&input.a), real.array(&input.b), output, unsigned(elements)];
        let output = real.values(&run("expression", real, 3, arguments)[2]);
        expect(format_args!("{real:?} {name}"), Expression::verify(input, &output, real.precision()));
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

fn particles(run: Run<'_>, operations: u64) {
    for ((name, input), real) in
        cases::<Particles>(operations).iter().flat_map(|case| Real::BOTH.map(|real| (case, real)))
    {
        let timestep = match real {
            Real::Double => Number(Scalar::Double, real.bytes(&[input.timestep])),
            Real::Float => Number(Scalar::Float, real.bytes(&[input.timestep])),
        };
        let columns = [&input.x, &input.y, &input.speed].map(|column| real.array(column));
        let arguments =
            columns.into_iter().chain([timestep, unsigned(input.steps), unsigned(input.particles())]).collect();
        let columns = run("particles", real, 3, arguments);
        let output = validation::particles::Output { x: real.values(&columns[0]), y: real.values(&columns[1]) };
        expect(format_args!("{real:?} {name}"), Particles::verify(input, &output, real.precision()));
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

/// Runs a program of `host.cpp`, which is compiled once for each type.
fn on_the_host(entry: &str, real: Real, groups: u32, arguments: Vec<Argument>) -> Vec<Vec<u8>> {
    let program = host_program(real).as_ref().unwrap();
    let mut command = Command::new(program);
    command.args([entry, &groups.to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let writer = thread::spawn(move || {
        for argument in arguments {
            input.write_all(&(argument.bytes().len() as u64).to_ne_bytes())?;
            input.write_all(argument.bytes())?;
        }
        input.flush()
    });
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{entry} {real:?}: {}", String::from_utf8_lossy(&output.stderr));
    writer.join().unwrap().unwrap();
    let mut rest = &output.stdout[..];
    let mut outputs = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk() {
        let (array, after) = after.split_at(usize::try_from(u64::from_ne_bytes(*length)).unwrap());
        outputs.push(array.to_vec());
        rest = after;
    }
    outputs
}

fn host_program(real: Real) -> &'static Result<PathBuf, GpuError> {
    static PROGRAMS: [OnceLock<Result<PathBuf, GpuError>>; 2] = [OnceLock::new(), OnceLock::new()];
    PROGRAMS[real as usize].get_or_init(|| {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let folder = env::current_exe().ok().and_then(|program| Some(program.parent()?.to_owned())).unwrap();
        let program = folder.join(format!("cuda-kernels-{}", real.name()));
        let new = folder.join(format!("cuda-kernels-{}-{}", real.name(), std::process::id()));
        let mut compiler = Command::new("g++");
        compiler.args(["-std=c++20", "-O2", "-ffp-contract=off", "-Wno-unknown-pragmas", "-pthread"]);
        compiler.arg(format!("-DREAL={}", real.name())).arg(format!("-Dworkgroup_size={WORKGROUP}"));
        compiler.arg("-I").arg(sources.join("kernels")).arg(sources.join("cuda/tests/host.cpp")).arg("-o").arg(&new);
        let output = compiler.output().map_err(|error| {
            GpuError::Unavailable(format!(
                "g++ does not start ({error}); to mend: apt install g++, or scripts/setup-peers"
            ))
        })?;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        // Another test process may run the program at this moment, so it is not written over.
        fs::rename(new, &program).unwrap();
        Ok(program)
    })
}

/// On Linux, whose C library has the coroutines; elsewhere it says so.
fn host() -> Option<Run<'static>> {
    let there = if cfg!(target_os = "linux") {
        Real::BOTH.iter().try_for_each(|&real| host_program(real).as_ref().map(|_| ()).map_err(Clone::clone))
    } else {
        Err(GpuError::Unavailable("the kernels are compiled for the processor on Linux only".to_owned()))
    };
    found("peers", there).map(|()| &on_the_host as Run<'static>)
}

#[test]
fn mandelbrot_is_right_on_the_processor() {
    let Some(run) = host() else { return };
    mandelbrot(run, 20_000_000);
}

#[test]
fn expression_is_right_on_the_processor() {
    let Some(run) = host() else { return };
    expression(run, 10_000_000);
}

#[test]
fn distance_is_right_on_the_processor() {
    let Some(run) = host() else { return };
    distance(run, 10_000_000);
}

#[test]
fn particles_are_right_on_the_processor() {
    let Some(run) = host() else { return };
    particles(run, 10_000_000);
}

#[test]
fn pi_is_right_on_the_processor() {
    let Some(run) = host() else { return };
    pi(run, 10_000_000);
}

fn card() -> Option<CudaDriver> {
    found("cuda", CudaDriver::new(0))
}

/// Runs a kernel on a card.
fn on(driver: &CudaDriver) -> impl Fn(&str, Real, u32, Vec<Argument>) -> Vec<Vec<u8>> {
    move |entry, real, groups, arguments| {
        let kernel = hand_written(real.name(), entry, 128, Arithmetic::Exact);
        let (compiled, parameters) = driver.build(&kernel).unwrap();
        assert_eq!(parameters.len(), arguments.len());
        let values: Vec<_> = arguments.iter().map(|argument| value(driver, argument)).collect();
        driver.launch(&compiled, groups, &values).unwrap();
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

fn value(driver: &CudaDriver, argument: &Argument) -> Value {
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
fn expression_is_right_on_a_card() {
    let Some(driver) = card() else { return };
    expression(&on(&driver), u64::MAX);
}

#[test]
fn distance_is_right_on_a_card() {
    let Some(driver) = card() else { return };
    distance(&on(&driver), u64::MAX);
}

#[test]
fn particles_are_right_on_a_card() {
    let Some(driver) = card() else { return };
    particles(&on(&driver), u64::MAX);
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
    for kernel in all_kernels() {
        let code: Vec<u8> = table::find(&key(&kernel).unwrap()).unwrap().bytes().chain([0]).collect();
        let module = load(&code, kernel.workgroup).map_err(|(error, log)| format!("{}: {log}", name(error))).unwrap();
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
    let points = || vec![Array(vec![0; 8 * 1000]), Array(vec![0; 8 * 1000]), Array(vec![0; 8 * 1000]), unsigned(1000)];
    run("expression", Real::Double, 3, points());
    assert_eq!(driver.measure(true), Ok(Some(Duration::ZERO)));
    run("expression", Real::Double, 3, points());
    assert!(driver.measure(false).unwrap().unwrap() > Duration::ZERO);
    run("expression", Real::Double, 3, points());
    assert_eq!(driver.measure(false), Ok(Some(Duration::ZERO)));
}

#[test]
fn a_card_refuses_what_does_not_belong_to_it() {
    let Some(driver) = card() else { return };
    let (compiled, _) = driver.build(&hand_written("double", "expression", 1024, Arithmetic::Exact)).unwrap();
    assert!(
        refused(driver.launch(&compiled, 1, &[]))
            .contains("takes (double *a, double *b, double *output, unsigned elements)")
    );
    let other = CudaDriver::new(0).unwrap();
    let array = other.allocate(8).unwrap();
    assert!(refused(driver.write(&array, &[0; 8])).contains("belongs to another device"));
    assert!(refused(other.write(&array, &[0; 9])).contains("more bytes than the array has"));
    assert!(refused(other.resources(&compiled)).contains("belongs to another device"));
    let asked = driver.adapter().array_bytes * 2;
    assert_eq!(driver.allocate(asked).err(), Some(GpuError::OutOfMemory { asked }));
    let missing = KernelText { entry: "no".to_owned(), ..hand_written("double", "expression", 64, Arithmetic::Exact) };
    assert!(refused(driver.build(&missing)).contains("there is no kernel no in the text"));
    other.destroy();
    assert!(matches!(other.allocate(8), Err(GpuError::Lost(_))));
    assert!(matches!(other.write(&array, &[0; 8]), Err(GpuError::Lost(_))));
    drop(array);
    driver.wait().unwrap();
}
