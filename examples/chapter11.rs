//! Chapter 11: kernels on a graphics card.

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use gpu::{
    Adapter, AdapterKind, Arithmetic, Element, ElementwiseKernel, Gpu, GpuArray, GpuError, Language, Scalar,
    SourceKernel, Text, Times, arguments,
};
use num_complex::Complex;
use runner::plot::{Series, lines};
use runner::{Budget, Chapter, Failure, Part, Setting, Status, sweep};
use validation::mandelbrot::Input;
use validation::{Expression, Mandelbrot, Precision, Problem, Settings};

fn main() -> ExitCode {
    runner::leave_out_the_screen();
    Chapter::new(11, "Graphics cards", gpu::ladders())
        .about(
            "A kernel is a function that thousands of invocations run at once. There are three ways to write one, and \
             three things to pay: the way there and back, the start, and the work.",
        )
        .front(adapters)
        .part(Some("mandelbrot"), theirs)
        .part(Some("mandelbrot"), contraction)
        .part(Some("mandelbrot"), ways)
        .part(Some("mandelbrot"), workgroups)
        .part(Some("mandelbrot"), resources)
        .part(Some("expression"), transfers)
        .part(Some("expression"), break_even)
        .part(Some("expression"), intensity)
        .part(None, launches)
        .setting(Setting::Workgroup)
        .run()
}

/// What ends a part early.
enum Stop {
    Failure(Failure),
    Gpu(GpuError),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<GpuError> for Stop {
    fn from(error: GpuError) -> Self {
        Self::Gpu(error)
    }
}

/// A part under its heading. Where there is no device, or none with what the part needs, it says so.
fn told(
    part: &mut Part<'_>,
    heading: &str,
    tell: impl FnOnce(&mut Part<'_>) -> Result<(), Stop>,
) -> Result<(), Failure> {
    part.heading(heading)?;
    match tell(part) {
        Ok(()) => Ok(()),
        Err(Stop::Failure(failure)) => Err(failure),
        Err(Stop::Gpu(error @ (GpuError::Unavailable(_) | GpuError::Unsupported(_)))) => {
            // What mends it stands at the beginning of the chapter.
            let text = error.to_string();
            part.paragraph(&format!("unavailable: {}", text.split("; ").next().unwrap_or(&text)))
        }
        Err(Stop::Gpu(error)) => Err(Failure::Io(error.to_string())),
    }
}

/// The device of the steps, and beside it the card over CUDA, where there is one and a compiler for its kernels.
fn devices() -> Result<Vec<Gpu>, GpuError> {
    let compiles =
        |gpu: &Gpu| ElementwiseKernel::new(gpu, "unsigned *count", "count[i] = 1;", "whether_it_compiles").is_ok();
    let (portable, cuda) = (Gpu::new(), Gpu::cuda().ok().filter(compiles));
    match (portable, cuda) {
        (Err(error), None) => Err(error),
        (portable, cuda) => Ok(portable.into_iter().chain(cuda).collect()),
    }
}

/// A number that devices compute with, in one of two precisions.
trait Real: Element + gpu::Real {
    fn narrow(number: f64) -> Self;

    fn precision() -> Precision;
}

impl Real for f64 {
    fn narrow(number: f64) -> Self {
        number
    }

    fn precision() -> Precision {
        Precision::Exact
    }
}

impl Real for f32 {
    fn narrow(number: f64) -> Self {
        number as f32
    }

    fn precision() -> Precision {
        Precision::ExactSingle
    }
}

fn narrow<T: Real>(numbers: &[f64]) -> Vec<T> {
    numbers.iter().map(|&number| T::narrow(number)).collect()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn ms(time: Duration) -> String {
    let ms = milliseconds(time);
    if ms < 10.0 { format!("{ms:.3}") } else { format!("{ms:.1}") }
}

fn us(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1e6)
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(" ")
}

fn io(error: std::io::Error) -> Failure {
    Failure::Io(error.to_string())
}

/// The picture that the command line asks for.
fn picture(part: &Part<'_>) -> Result<Input, Failure> {
    let sizes = Mandelbrot::request(&part.request("mandelbrot")).map_err(|error| Failure::Usage(error.to_string()))?;
    Input::new(&sizes).map_err(|error| Failure::Usage(error.to_string()))
}

/// The best of some runs.
fn best<T>(runs: usize, mut run: impl FnMut() -> Result<T, GpuError>) -> Result<(T, Duration), GpuError> {
    let mut timed = || {
        let started = Instant::now();
        run().map(|done| (done, started.elapsed()))
    };
    let (mut done, mut best) = timed()?;
    for _ in 1..runs {
        let (again, elapsed) = timed()?;
        (done, best) = (again, best.min(elapsed));
    }
    Ok((done, best))
}

/// What there is, what is used, and what that means for the numbers.
fn adapters(part: &mut Part<'_>) -> Result<(), Failure> {
    told(part, "Which devices there are", |part| {
        let adapters = Gpu::adapters();
        let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        let row = |adapter: &Adapter| {
            let marks = adapter.passthrough || adapter.interface == "CUDA";
            let flags = [adapter.double, adapter.timestamps, marks].map(yes);
            let [double, clock, marks] = flags;
            [adapter.name.clone(), adapter.interface.to_owned(), double, clock, marks]
        };
        let header = ["device", "by", "f64", "clock", "takes marks"];
        if !adapters.is_empty() {
            part.table("adapters", &header, &adapters.iter().map(row).collect::<Vec<_>>(), &[0, 1])?;
        }
        let gpu = match Gpu::new() {
            Err(GpuError::Unavailable(why)) => {
                part.paragraph(&format!("unavailable: {why}"))?;
                part.paragraph(
                    "The chapter goes on, and shows every step that needs it as unavailable. All other chapters need no \
                     device.",
                )?;
                return Ok(());
            }
            gpu => gpu?,
        };
        let adapter = gpu.adapter();
        part.paragraph(&format!("Used: {adapter}."))?;
        part.paragraph(&format!(
            "A workgroup has up to {} invocations, a launch up to {} workgroups, an array up to {}.",
            grouped(adapter.workgroup.into()),
            grouped(adapter.groups.into()),
            validation::memory::human(adapter.array_bytes)
        ))?;
        if adapter.kind == AdapterKind::Cpu {
            part.paragraph(
                "This is no graphics card. Its driver compiles the same kernels for the cores of the processor, so the \
                 answers are those of a card to the last bit, and the times are not: they compare with chapters 7 and 8, \
                 which have the same cores. Nothing travels over a bus, a start costs a wake-up, and 'of limit' is the \
                 processor's.",
            )?;
        }
        Ok(())
    })
}

/// The tutorial's times of the three interfaces beside these.
fn theirs(part: &mut Part<'_>) -> Result<(), Failure> {
    part.heading("The tutorial's times, and these, in seconds")?;
    let records = part.records();
    let seconds = |step: &str| {
        let found = records.iter().find(|record| record.problem == "mandelbrot" && record.step == step);
        let ms = found.and_then(|record| record.best_ms);
        ms.map_or("-".to_owned(), |ms| format!("{:.*}", if ms < 100.0 { 4 } else { 2 }, ms / 1e3))
    };
    let row = |way: &str, precision: &str, card: &str, theirs: &str, step: &str| {
        let cells = [way, precision, card, theirs].map(str::to_owned);
        let [way, precision, card, theirs] = cells;
        [way, precision, card, theirs, seconds(step), seconds(&format!("cuda_{step}"))]
    };
    let rows = [
        row("numpy-like arrays", "float32", "9400M", "10", "arrays_single"),
        row("ElementwiseKernel", "float32", "9400M", "1.4", "elementwise_single"),
        row("SourceModule", "float32", "", "-", "source_single"),
        row("numpy-like arrays", "float64", "GTX 480", "3.5", "arrays"),
        row("ElementwiseKernel", "float64", "GTX 480", "0.07", "elementwise"),
        row("SourceModule", "float64", "", "-", "source"),
        row("four points a lane", "float32", "", "-", "tiles_single"),
        row("four points a lane", "float64", "", "-", "tiles"),
    ];
    let header = ["interface", "numbers", "their card", "theirs", "here", "here, over CUDA"];
    part.table("theirs", &header, &rows, &[0, 1, 2])?;
    if !part.quick() {
        return Ok(());
    }
    part.paragraph("Theirs is a picture of 500 x 500 points and 1000 iterations, and this is a smaller one.")
}

/// The kernel of four points below each other, as it lies in the crate.
const TILES: Text<'static> = Text { wgsl: include_str!("../crates/gpu/src/kernels/mandelbrot_tiles.wgsl"), cuda: "" };

/// A kernel over the plane, ready to be started for a picture.
struct Plane {
    kernel: SourceKernel,
    /// Points for each invocation, below each other.
    points: usize,
}

impl Plane {
    fn source(gpu: &Gpu, real: Scalar, arithmetic: Arithmetic) -> Result<Self, GpuError> {
        let options = SourceKernel::options(gpu::mandelbrot::CALCULATE_Z, "calculate_z");
        Ok(Self { kernel: options.real(real).arithmetic(arithmetic).build(gpu)?, points: 1 })
    }

    fn tiles(gpu: &Gpu, real: Scalar) -> Result<Self, GpuError> {
        Ok(Self { kernel: SourceKernel::options(TILES, "calculate_z").real(real).build(gpu)?, points: 4 })
    }

    /// The counts of a picture.
    fn counts<T: Real>(&self, gpu: &Gpu, input: &Input) -> Result<Vec<u32>, GpuError> {
        let (xs, ys) = (GpuArray::new(gpu, &narrow::<T>(&input.xs)), GpuArray::new(gpu, &narrow::<T>(&input.ys)));
        let (width, height) = (input.width(), input.height());
        let counts = GpuArray::<u32>::uninitialised(gpu, width * height);
        let lanes = width * height.div_ceil(self.points);
        let groups = match self.points {
            1 => self.kernel.groups(lanes, input.max_iterations)?,
            _ => self.kernel.few_groups(lanes, input.max_iterations / 8 + 2)?,
        };
        let (width, elements) = (width as u32, counts.len() as u32);
        self.kernel.launch(groups, arguments![&xs, &ys, &counts, input.max_iterations, width, elements])?;
        counts.to_vec()
    }
}

// ANCHOR: plain
/// The loop of all chapters, in a precision.
macro_rules! plain {
    ($real:ty, $input:expr) => {{
        let (xs, ys) = (narrow::<$real>(&$input.xs), narrow::<$real>(&$input.ys));
        let points = ys.iter().flat_map(|&qy| xs.iter().map(move |&qx| (qx, qy)));
        let escape = |(qx, qy)| {
            let (mut zx, mut zy): ($real, $real) = (0.0, 0.0);
            for iteration in 0..$input.max_iterations {
                (zx, zy) = ((zx * zx - zy * zy) + qx, (zx * zy + zy * zx) + qy);
                if zx * zx + zy * zy > 4.0 {
                    return iteration;
                }
            }
            0
        };
        points.map(escape).collect::<Vec<u32>>()
    }};
}
// ANCHOR_END: plain

/// The same text of a kernel, compiled in all ways: what it costs to be exact, and what it means not to be.
fn contraction(part: &mut Part<'_>) -> Result<(), Failure> {
    told(part, "One text, several answers: what a driver may do with a * b + c", |part| {
        let input = picture(part)?;
        let runs = if part.quick() { 2 } else { 5 };
        let mut rows = Vec::new();
        let gpus = devices()?;
        for gpu in &gpus {
            if gpu.adapter().double {
                compiled_ways::<f64>(gpu, "f64", &input, &plain!(f64, input), runs, &mut rows)?;
            }
            compiled_ways::<f32>(gpu, "f32", &input, &plain!(f32, input), runs, &mut rows)?;
        }
        let header = ["by", "real", "compiled", "best ms", "sum", "wrong", "column, row", "says"];
        part.table("contraction", &header, &rows, &[0, 1, 2, 6, 7])?;
        part.paragraph(
            "Wrong: counts that are not those of a plain loop in the same precision, and the first of them. The times are \
             those of whole runs, with the way there and back.",
        )?;
        gpus.first().map_or(Ok(()), |gpu| right_sums(part, gpu))
    })
}

/// Adds a row for each way in which this device can compile the tutorial's kernel.
fn compiled_ways<T: Real>(
    gpu: &Gpu,
    real: &str,
    input: &Input,
    right: &[u32],
    runs: usize,
    rows: &mut Vec<[String; 8]>,
) -> Result<(), GpuError> {
    let adapter = gpu.adapter();
    let mut ways = Vec::new();
    match gpu.language() {
        Language::Cuda => ways.push((gpu.clone(), "exact: no fused operations", Arithmetic::Exact)),
        Language::Wgsl => {
            if adapter.passthrough {
                ways.push((gpu.clone(), "exact by marks", Arithmetic::Exact));
            }
            let guarded = Gpu::options().name(&adapter.name).kind(adapter.kind).passthrough(false).open()?;
            ways.push((guarded, "exact by guards", Arithmetic::Exact));
        }
    }
    ways.push((gpu.clone(), "as the driver likes", Arithmetic::Contracted));
    for (gpu, how, arithmetic) in ways {
        let kernel = Plane::source(&gpu, T::SCALAR, arithmetic)?;
        kernel.counts::<T>(&gpu, input)?;
        let (counts, time) = best(runs, || kernel.counts::<T>(&gpu, input))?;
        let mut others = counts.iter().zip(right).enumerate().filter(|(_, (found, right))| found != right);
        let first = others.next();
        rows.push([
            gpu.adapter().interface.to_owned(),
            real.to_owned(),
            how.to_owned(),
            ms(time),
            grouped(sum(&counts)),
            grouped(others.count() as u64 + u64::from(first.is_some())),
            first.map_or("-".to_owned(), |(index, _)| format!("{}, {}", index % input.width(), index / input.width())),
            first.map_or("-".to_owned(), |(_, (found, right))| format!("{found}, not {right}")),
        ]);
    }
    Ok(())
}

/// Looks for a picture whose sum is right though some of its counts are not, in single precision, which every device has.
fn right_sums(part: &mut Part<'_>, gpu: &Gpu) -> Result<(), Stop> {
    let kernel = Plane::source(gpu, f32::SCALAR, Arithmetic::Contracted)?;
    let (most, max_iterations) = (200, 100);
    for width in 3..most {
        let sizes = validation::mandelbrot::Sizes { width, height: width, max_iterations };
        let input = Input::new(&sizes).map_err(|error| Failure::Usage(error.to_string()))?;
        let (counts, right) = (kernel.counts::<f32>(gpu, &input)?, plain!(f32, input));
        let wrong = counts.iter().zip(&right).filter(|(found, right)| found != right).count();
        if wrong > 0 && sum(&counts) == sum(&right) {
            part.text(
                "right-sum",
                &format!(
                    "A sum proves little: of {width} x {width} points in f32, {max_iterations} iterations,\n\
                     {wrong} counts are wrong as the driver likes it, and the sum is right: {}",
                    grouped(sum(&right))
                ),
            )?;
            return Ok(());
        }
    }
    part.text(
        "right-sum",
        &format!("No picture of less than {most} x {most} points has wrong counts and the right sum on this device."),
    )?;
    Ok(())
}

fn sum(counts: &[u32]) -> u64 {
    counts.iter().map(|&count| u64::from(count)).sum()
}

/// A row of the tables of where the time went: the best of three runs.
fn row_of_times(gpu: &Gpu, what: &str, work: impl Fn() -> Result<(), GpuError>) -> Result<[String; 8], GpuError> {
    work()?;
    let before = gpu.counters();
    let ((), mut times) = gpu.times(&work)?;
    let after = gpu.counters();
    for _ in 0..2 {
        let ((), again) = gpu.times(&work)?;
        times = if again.total < times.total { again } else { times };
    }
    let Times { upload, launch, kernel, download, total } = times;
    let [up, down] = [after.bytes_up - before.bytes_up, after.bytes_down - before.bytes_down];
    Ok([
        what.to_owned(),
        ms(upload),
        ms(launch),
        kernel.map_or("-".to_owned(), ms),
        ms(download),
        ms(total),
        grouped(after.launches - before.launches),
        format!("{:.2}, {:.2}", up as f64 / 1e6, down as f64 / 1e6),
    ])
}

const WHERE: [&str; 8] = ["what", "upload", "launch", "kernels", "download", "whole", "launches", "MB up, down"];

/// The three interfaces and the best kernel, each with its time told apart.
fn ways(part: &mut Part<'_>) -> Result<(), Failure> {
    told(part, "Where the time goes, in ms", |part| {
        let input = picture(part)?;
        for gpu in devices()? {
            part.line(gpu.adapter())?;
            let rows = if gpu.adapter().double {
                rows_of_ways::<f64>(&gpu, &input, |z| z.abs().greater(2.0))?
            } else {
                rows_of_ways::<f32>(&gpu, &input, |z| z.abs().greater(2.0))?
            };
            let name = if gpu.language() == Language::Cuda { "times-cuda" } else { "times" };
            part.table(name, &WHERE, &rows, &[0])?;
        }
        part.paragraph(
            "Copies are waited for by themselves. Kernels are timed by the device's own clock; they run while the host \
             starts the next ones, so these two columns overlap. What is left of the whole is waiting.",
        )?;
        Ok(())
    })
}

fn rows_of_ways<T: Real>(
    gpu: &Gpu,
    input: &Input,
    escaped: fn(&GpuArray<Complex<T>>) -> GpuArray<i32>,
) -> Result<Vec<[String; 8]>, Stop>
where
    Complex<T>: Element,
{
    let points: Vec<_> = input.q().iter().map(|q| Complex::new(T::narrow(q.re), T::narrow(q.im))).collect();
    let zero = Complex::<T>::default();
    let few = input.max_iterations.min(100);
    let arrays = || {
        let mut q = GpuArray::new(gpu, &points);
        let mut z = GpuArray::zeros(gpu, q.len());
        let mut output = GpuArray::<u32>::zeros(gpu, q.len());
        for iteration in 0..few {
            z = &z * &z + &q;
            let done = escaped(&z);
            q = GpuArray::if_positive(&done, zero, q);
            z = GpuArray::if_positive(&done, zero, z);
            output = GpuArray::if_positive(&done, iteration, output);
        }
        output.to_vec()
    };
    let complex = <Complex<T>>::SCALAR;
    let parameters = format!("{complex} *z, {complex} *q, unsigned *counts, unsigned max_iterations");
    let kernel = ElementwiseKernel::new(gpu, &parameters, gpu::mandelbrot::ORBIT, "complex")?;
    let elementwise = || {
        let (q, z) = (GpuArray::new(gpu, &points), GpuArray::<Complex<T>>::zeros(gpu, points.len()));
        let output = GpuArray::<u32>::zeros(gpu, points.len());
        kernel.launch_loops(input.max_iterations, arguments![&z, &q, &output, input.max_iterations])?;
        output.to_vec()
    };
    let source = Plane::source(gpu, T::SCALAR, Arithmetic::Exact)?;
    let mut rows = vec![
        row_of_times(gpu, &format!("arrays, {few} iterations"), || arrays().map(drop))?,
        row_of_times(gpu, "elementwise", || elementwise().map(drop))?,
        row_of_times(gpu, "source", || source.counts::<T>(gpu, input).map(drop))?,
    ];
    let mut right = vec![elementwise()?, source.counts::<T>(gpu, input)?];
    if gpu.language() == Language::Wgsl {
        let tiles = Plane::tiles(gpu, T::SCALAR)?;
        rows.push(row_of_times(gpu, "tiles", || tiles.counts::<T>(gpu, input).map(drop))?);
        right.push(tiles.counts::<T>(gpu, input)?);
    }
    if right.iter().any(|counts| Mandelbrot::verify(input, counts, T::precision()).is_err()) {
        return Err(Failure::Wrong.into());
    }
    Ok(rows)
}

/// Invocations in a workgroup, for a kernel that is small and one that is large.
fn workgroups(part: &mut Part<'_>) -> Result<(), Failure> {
    told(part, "Invocations in a workgroup", |part| {
        let most = devices()?.iter().map(|gpu| gpu.adapter().workgroup).max().unwrap_or(0) as usize;
        let factor = if part.quick() { 8 } else { 2 };
        let sizes: Vec<_> =
            std::iter::successors(Some(8), |size| Some(factor * size)).take_while(|&size| size <= most).collect();
        let ladders = gpu::ladders();
        let ladder = &**ladders.iter().find(|ladder| ladder.problem() == "mandelbrot").expect("a ladder of this crate");
        let input = ladder.input(&part.request("mandelbrot")).map_err(|error| Failure::Usage(error.to_string()))?;
        let budget = Budget { runs: 3, time: part.budget().time / 10, ..part.budget() };
        let names = ["source", "tiles", "source_single", "cuda_source"];
        let (mut columns, mut series) = (Vec::new(), Vec::new());
        for name in names {
            let step = ladder.steps().iter().position(|step| step.name == name).expect("a step of this crate");
            let settings = sizes.iter().map(|&size| Settings { workgroup: NonZeroUsize::new(size), ..part.settings() });
            let points = sweep(ladder, step, &input, settings, &budget);
            // More than one device allows is refused, which is no wrong answer.
            let wrong = |point: &runner::SweepPoint| {
                point.record.status == Status::Wrong && point.record.validation_sum.is_some()
            };
            if points.iter().any(wrong) {
                return Err(Failure::Wrong.into());
            }
            let times: Vec<_> = points.iter().map(|point| point.record.best_ms).collect();
            let points = sizes.iter().zip(&times).filter_map(|(&size, ms)| Some((size as f64, (*ms)?)));
            let points: Vec<_> = points.collect();
            if !points.is_empty() {
                series.push(Series { name: name.to_owned(), points });
            }
            columns.push(times);
        }
        let cell = |ms: Option<f64>| ms.map_or("-".to_owned(), |ms| format!("{ms:.2}"));
        let rows: Vec<_> = sizes
            .iter()
            .enumerate()
            .map(|(row, size)| {
                let [a, b, c, d] = [0, 1, 2, 3].map(|column: usize| cell(columns[column][row]));
                [size.to_string(), a, b, c, d]
            })
            .collect();
        let [a, b, c, d] = names;
        part.table("workgroups", &["workgroup", a, b, c, d], &rows, &[])?;
        lines(
            &part.file("workgroups.svg"),
            "Time of the Mandelbrot set by invocations in a workgroup",
            "invocations in a workgroup",
            "ms",
            &series,
            &[],
            true,
            true,
        )
        .map_err(io)?;
        Ok(())
    })
}

/// What a compiler says of the tutorial's kernel, as the tutorial prints it.
fn resources(part: &mut Part<'_>) -> Result<(), Failure> {
    told(part, "What an invocation takes", |part| {
        let mut text = Vec::new();
        for gpu in devices()? {
            let name = &gpu.adapter().name;
            for (real, precision) in [(Scalar::Double, "f64"), (Scalar::Float, "f32")] {
                if real == Scalar::Double && !gpu.adapter().double {
                    continue;
                }
                let told = Plane::source(&gpu, real, Arithmetic::Exact)?.kernel.resources()?;
                let numbers = [
                    (told.registers, "registers"),
                    (told.local_bytes, "bytes of local memory"),
                    (told.shared_bytes, "bytes of shared memory"),
                    (told.resident_groups, "workgroups of 64 at once on a multiprocessor"),
                    (told.multiprocessors, "multiprocessors"),
                ];
                let known: Vec<_> = numbers
                    .iter()
                    .filter_map(|(number, what)| number.map(|number| format!("{number} {what}")))
                    .collect();
                if known.is_empty() {
                    text.push(format!("source in {precision} on {name}: its driver does not say"));
                } else {
                    text.push(format!("source in {precision} on {name}: {}", known.join(", ")));
                }
            }
        }
        part.text("resources", &text.join("\n"))?;
        if Gpu::cuda().is_ok() {
            return Ok(());
        }
        part.paragraph("CUDA says how many registers a kernel takes, and how many workgroups run at once.")?;
        Ok(())
    })
}

/// The expression three times: what moves, and how often.
fn transfers(part: &mut Part<'_>) -> Result<(), Failure> {
    told(part, "Where the time of the expression goes, in ms", |part| {
        let request = part.request("expression");
        let usage = |error: validation::InputError| Failure::Usage(error.to_string());
        let input = Expression::input(&Expression::request(&request).map_err(usage)?).map_err(usage)?;
        for gpu in devices()? {
            part.line(gpu.adapter())?;
            let rows = if gpu.adapter().double {
                rows_of_transfers::<f64>(&gpu, &input.a, &input.b)?
            } else {
                rows_of_transfers::<f32>(&gpu, &input.a, &input.b)?
            };
            let name = if gpu.language() == Language::Cuda { "transfers-cuda" } else { "transfers" };
            part.table(name, &WHERE, &rows, &[0])?;
        }
        Ok(())
    })
}

/// The expression for each element, in the languages of both drivers.
const EXPRESSION: &str = "output[i] = (a[i] + b[i]) * 2 + a[i] * b[i];";

/// Its kernel in a precision.
fn expression<T: Real>(gpu: &Gpu) -> Result<ElementwiseKernel, GpuError> {
    let real = T::SCALAR;
    ElementwiseKernel::new(gpu, &format!("{real} *a, {real} *b, {real} *output"), EXPRESSION, "expression")
}

fn rows_of_transfers<T: Real>(gpu: &Gpu, a: &[f64], b: &[f64]) -> Result<Vec<[String; 8]>, GpuError> {
    let (host_a, host_b, two) = (narrow::<T>(a), narrow::<T>(b), T::narrow(2.0));
    let kernel = expression::<T>(gpu)?;
    let on_device = |a: &GpuArray<T>, b: &GpuArray<T>, output: &mut Vec<T>| {
        let result = GpuArray::<T>::uninitialised(gpu, a.len());
        kernel.launch(arguments![a, b, &result])?;
        result.read(output)
    };
    let output = std::cell::RefCell::new(vec![T::default(); a.len()]);
    let (a, b) = (GpuArray::new(gpu, &host_a), GpuArray::new(gpu, &host_b));
    Ok(vec![
        row_of_times(gpu, "arrays", || {
            let (a, b) = (GpuArray::new(gpu, &host_a), GpuArray::new(gpu, &host_b));
            ((&a + &b) * two + &a * &b).read(&mut output.borrow_mut())
        })?,
        row_of_times(gpu, "elementwise", || {
            on_device(&GpuArray::new(gpu, &host_a), &GpuArray::new(gpu, &host_b), &mut output.borrow_mut())
        })?,
        row_of_times(gpu, "resident", || on_device(&a, &b, &mut output.borrow_mut()))?,
    ])
}

/// From which size on a device pays, with the way there and back and without.
fn break_even(part: &mut Part<'_>) -> Result<(), Failure> {
    told(part, "From which size on a device pays: the expression", |part| {
        let most: usize = if part.quick() { 1 << 16 } else { 1 << 22 };
        let sizes: Vec<_> =
            std::iter::successors(Some(256), |size| Some(4 * size)).take_while(|&size| size <= most).collect();
        let runs = if part.quick() { 3 } else { 9 };
        let (mut series, mut rows) = (Vec::new(), Vec::new());
        let plain = sizes.iter().map(|&size| plain_expression(size, runs)).collect::<Vec<_>>();
        series.push(of_sizes("a plain loop on one core", &sizes, &plain));
        for gpu in devices()? {
            let interface = gpu.adapter().interface;
            let times = if gpu.adapter().double {
                sizes.iter().map(|&size| device_expression::<f64>(&gpu, size, runs)).collect::<Result<Vec<_>, _>>()?
            } else {
                sizes.iter().map(|&size| device_expression::<f32>(&gpu, size, runs)).collect::<Result<Vec<_>, _>>()?
            };
            let (there_and_back, stays): (Vec<_>, Vec<_>) = times.into_iter().unzip();
            series.push(of_sizes(&format!("{interface}, there and back"), &sizes, &there_and_back));
            series.push(of_sizes(&format!("{interface}, data stays there"), &sizes, &stays));
            for (row, &size) in sizes.iter().enumerate() {
                rows.push([
                    interface.to_owned(),
                    grouped(size as u64),
                    us(plain[row]),
                    us(there_and_back[row]),
                    us(stays[row]),
                ]);
            }
            let pays = |times: &[Duration]| {
                // The first size from which on it is faster, whatever a disturbed moment says before.
                let slower = times.iter().zip(&plain).rposition(|(device, plain)| device >= plain);
                match slower.map_or(0, |last| last + 1) {
                    first if first < sizes.len() => format!("from {} elements on", grouped(sizes[first] as u64)),
                    _ => "at none of these sizes".to_owned(),
                }
            };
            part.paragraph(&format!(
                "Over {interface} it pays {} when the arrays are sent and fetched, and {} when they stay there.",
                pays(&there_and_back),
                pays(&stays)
            ))?;
        }
        let header = ["by", "elements", "a plain loop us", "there and back us", "data stays there us"];
        part.table("break-even", &header, &rows, &[0])?;
        lines(
            &part.file("break-even.svg"),
            "The expression on a core and on a device",
            "elements",
            "us",
            &series,
            &[],
            true,
            true,
        )
        .map_err(io)?;
        Ok(())
    })
}

fn of_sizes(name: &str, sizes: &[usize], times: &[Duration]) -> Series {
    let points = sizes.iter().zip(times).map(|(&size, &time)| (size as f64, time.as_secs_f64() * 1e6));
    Series { name: name.to_owned(), points: points.collect() }
}

/// Numbers to compute with.
fn numbers(size: usize) -> (Vec<f64>, Vec<f64>) {
    (0..size).map(|number| (number as f64, 1.0 / (number as f64 + 1.0))).unzip()
}

/// The time of the expression on this core.
fn plain_expression(size: usize, runs: usize) -> Duration {
    let (a, b) = numbers(size);
    let mut output = vec![0.0; size];
    let time = |_| {
        let started = Instant::now();
        for ((output, a), b) in output.iter_mut().zip(&a).zip(&b) {
            *output = (a + b) * 2.0 + a * b;
        }
        std::hint::black_box(&mut output);
        started.elapsed()
    };
    (0..runs).map(time).min().unwrap_or_default()
}

/// The time of the expression on a device: with the way there and back, and the kernel alone, started and waited for.
fn device_expression<T: Real>(gpu: &Gpu, size: usize, runs: usize) -> Result<(Duration, Duration), GpuError> {
    let (a, b) = numbers(size);
    let (a, b) = (narrow::<T>(&a), narrow::<T>(&b));
    let kernel = expression::<T>(gpu)?;
    let mut output = vec![T::default(); size];
    let mut there_and_back = || {
        let (a, b) = (GpuArray::new(gpu, &a), GpuArray::new(gpu, &b));
        let result = GpuArray::<T>::uninitialised(gpu, size);
        kernel.launch(arguments![&a, &b, &result])?;
        result.read(&mut output)
    };
    there_and_back()?;
    let ((), whole) = best(runs, there_and_back)?;
    let (a, b) = (GpuArray::new(gpu, &a), GpuArray::new(gpu, &b));
    let result = GpuArray::<T>::uninitialised(gpu, size);
    gpu.wait()?;
    let ((), alone) = best(runs, || {
        kernel.launch(arguments![&a, &b, &result])?;
        gpu.wait()
    })?;
    Ok((whole, alone))
}

/// The body of a kernel that does more with each number before it is written.
const TURNS: Text<'static> = Text {
    wgsl: "var x = numbers[i]; for (var turn = 0u; turn < turns; turn += 1u) { x = x * x - x; } numbers[i] = x;",
    cuda: "auto x = numbers[i]; for (unsigned turn = 0; turn < turns; ++turn) { x = x * x - x; } numbers[i] = x;",
};

/// The same numbers, with more to do for each of them.
fn intensity(part: &mut Part<'_>) -> Result<(), Failure> {
    told(part, "From which work on a device pays: x = x * x - x, again and again", |part| {
        let size = if part.quick() { 1 << 12 } else { 1 << 16 };
        let most = if part.quick() { 256 } else { 1024 };
        let runs = if part.quick() { 3 } else { 5 };
        let all: Vec<u32> =
            std::iter::successors(Some(1), |turns| Some(4 * turns)).take_while(|&turns| turns <= most).collect();
        let gpus = devices()?;
        let mut series = Vec::new();
        let mut rows = Vec::new();
        for gpu in &gpus {
            let rows_before = rows.len();
            if gpu.adapter().double {
                turned(gpu, &numbers(size).1, &all, runs, &mut rows)?;
            } else {
                turned(gpu, &narrow::<f32>(&numbers(size).1), &all, runs, &mut rows)?;
            }
            let line = |name: String, column: fn(&Turned) -> Duration| {
                let of = rows[rows_before..].iter().map(|row| (f64::from(row.turns), milliseconds(column(row))));
                Series { name, points: of.collect() }
            };
            if series.is_empty() {
                series.push(line("a plain loop on one core".to_owned(), |row| row.plain));
            }
            series.push(line(format!("{}, there and back", gpu.adapter().interface), |row| row.device));
        }
        let cells = |row: &Turned| {
            let speedup = row.plain.as_secs_f64() / row.device.as_secs_f64();
            let turns = row.turns.to_string();
            [row.by.to_owned(), turns, ms(row.plain), ms(row.device), format!("{speedup:.2} x")]
        };
        let header = ["by", "turns", "a plain loop ms", "there and back ms", "speedup"];
        part.table("intensity", &header, &rows.iter().map(cells).collect::<Vec<_>>(), &[0])?;
        let title = format!("{} numbers, each with more and more to do", grouped(size as u64));
        lines(&part.file("intensity.svg"), &title, "turns of the loop for each number", "ms", &series, &[], true, true)
            .map_err(io)?;
        Ok(())
    })
}

/// The times of so many turns of the loop for each number.
struct Turned {
    by: &'static str,
    turns: u32,
    plain: Duration,
    device: Duration,
}

fn turned<T: Real + std::ops::Mul<Output = T> + std::ops::Sub<Output = T> + PartialEq>(
    gpu: &Gpu,
    numbers: &[T],
    all: &[u32],
    runs: usize,
    rows: &mut Vec<Turned>,
) -> Result<(), Stop> {
    let kernel = ElementwiseKernel::new(gpu, &format!("{} *numbers, unsigned turns", T::SCALAR), TURNS, "turns")?;
    for &turns in all {
        let turn = |mut x: T| {
            for _ in 0..turns {
                x = x * x - x;
            }
            x
        };
        let (right, plain) = best(runs, || Ok(numbers.iter().map(|&x| turn(x)).collect::<Vec<_>>()))?;
        let there_and_back = || {
            let numbers = GpuArray::new(gpu, numbers);
            kernel.launch_loops(turns, arguments![&numbers, turns])?;
            numbers.to_vec()
        };
        there_and_back()?;
        let (found, device) = best(runs, there_and_back)?;
        if found != right {
            return Err(Failure::Wrong.into());
        }
        rows.push(Turned { by: gpu.adapter().interface, turns, plain, device });
    }
    Ok(())
}

/// What it costs to start a kernel that has next to nothing to do.
fn launches(part: &mut Part<'_>) -> Result<(), Failure> {
    told(part, "What a launch costs", |part| {
        let starts: u32 = if part.quick() { 200 } else { 1000 };
        let mut rows = Vec::new();
        for gpu in devices()? {
            // Some kernel that nobody has compiled before.
            let started = Instant::now();
            let next = ElementwiseKernel::new(&gpu, "unsigned *count", "count[i] = count[i] + 1;", "next")?;
            let compiled = started.elapsed();
            let count = GpuArray::<u32>::zeros(&gpu, 1);
            next.launch(arguments![&count])?;
            gpu.wait()?;
            let started = Instant::now();
            for _ in 0..starts {
                next.launch(arguments![&count])?;
                gpu.wait()?;
            }
            let one_by_one = started.elapsed() / starts;
            let started = Instant::now();
            for _ in 0..starts {
                next.launch(arguments![&count])?;
            }
            gpu.wait()?;
            let in_a_row = started.elapsed() / starts;
            let started = Instant::now();
            let mut counted = 0;
            for _ in 0..starts {
                counted = count.to_vec()?[0];
            }
            let fetched = started.elapsed() / starts;
            if counted != 2 * starts + 1 {
                return Err(Failure::Wrong.into());
            }
            let by = gpu.adapter().interface;
            rows.extend([
                [by.to_owned(), "compile a kernel, once".to_owned(), us(compiled)],
                [by.to_owned(), format!("start one and wait for it, {starts} times"), us(one_by_one)],
                [by.to_owned(), format!("start {starts} of them and wait for the last"), us(in_a_row)],
                [by.to_owned(), "fetch one number".to_owned(), us(fetched)],
            ]);
        }
        part.table("launches", &["by", "what", "us each"], &rows, &[0, 1])?;
        Ok(())
    })
}
