//! Chapter 6: blocks that fit the cache, and an expression compiler.

mod chapter6 {
    pub(crate) mod first_touch;
}

use std::io::{self, BufRead};
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::Instant;

use chapter6::first_touch::first_touch;
use runner::plot::{Axis, Lines, Series};
use runner::units::{DASH, times};
use runner::{Budget, Chapter, Failure, LadderStep, Part, Screen, Setting, time};
use validation::memory::human;
use validation::{Checked, NoAnswer, Settings, SharedInput, SizeRequest};
use vectorised::blocks::{self, distance, expression, mandelbrot, particles};
use vectorised::compiler::{Answer, Array, Caches, Expression, Options, Program, Stores, Type, Values};

fn main() -> ExitCode {
    Chapter::new(6, "Blocks and an expression compiler", blocks::ladders())
        .about("An operation at a time, but on a block that stays in the nearest cache until all operations are done.")
        .part(Some("mandelbrot"), mandelbrot_blocks)
        .part(Some("expression"), expression_blocks)
        .part(Some("expression"), stores)
        .part(None, first_touch)
        .part(None, listings)
        .part(None, evaluated)
        .setting(Setting::Block)
        .extra(
            "listing",
            "Read expressions from standard input instead, one a line, and list what they compile to",
            read,
        )
        .run()
}

/// A program of the course with its types.
fn compiled(text: &str, inputs: &[(&str, Type)]) -> Result<Program, Failure> {
    let told = |error: vectorised::compiler::CompileError| Failure::Io(error.to_string());
    Expression::parse(text).map_err(told)?.compile(inputs).map_err(told)
}

fn floats<const N: usize>(names: [&str; N]) -> [(&str, Type); N] {
    names.map(|name| (name, Type::Float))
}

fn mandelbrot_blocks(part: &mut Part<'_>) -> Result<(), Failure> {
    let program = compiled(&mandelbrot::iterations(mandelbrot::ITERATIONS), &mandelbrot::INPUTS)?;
    let (width, iterations) = if part.quick() { (100, 100) } else { (250, 500) };
    let request = SizeRequest {
        width: Some(width),
        height: Some(width),
        max_iterations: Some(iterations),
        ..part.request("mandelbrot")
    };
    let bytes = [mandelbrot::BYTES, program.bytes_per_element()];
    blocks_of_all_sizes(part, "mandelbrot", &request, bytes, "million points/s")
}

fn expression_blocks(part: &mut Part<'_>) -> Result<(), Failure> {
    let program = compiled(expression::TEXT, &floats(["a", "b"]))?;
    let bytes = [expression::BYTES, program.bytes_per_element()];
    blocks_of_all_sizes(part, "expression", &part.request("expression"), bytes, "million elements/s")
}

/// Runs `blocked` and `compiled` with blocks from 64 elements to all, and plots how fast they are.
fn blocks_of_all_sizes(
    part: &mut Part<'_>,
    problem: &str,
    request: &SizeRequest,
    bytes: [usize; 2],
    unit: &str,
) -> Result<(), Failure> {
    let ladder = part.ladder(problem)?;
    let input = ladder.input(request)?;
    let sizes: Vec<u64> = input.sizes().iter().take(2).map(|size| size.1).collect();
    let elements = sizes.iter().product::<u64>() as usize;
    let named = |elements: usize, bytes: usize| format!("{elements} ({})", human((elements * bytes) as u64));

    part.heading(&format!("{problem}: speed against the size of a block"))?;
    let blocks: Vec<usize> =
        (6..).map(|power| 1 << power).take_while(|block| *block < elements).chain([elements]).collect();
    let too_small = part.too_small(problem, &input.sizes())?;
    let mut series = Vec::new();
    let mut rows = vec![];
    for (name, bytes) in ["blocked", "compiled"].into_iter().zip(bytes) {
        let step = LadderStep::named(ladder, name)?;
        let speed = |block| speed(step, &input, elements, block, part.quick());
        let speeds = blocks.iter().map(|&block| Ok((block, speed(NonZeroUsize::new(block))?)));
        let speeds: Vec<(usize, f64)> = speeds.collect::<Result<_, Failure>>()?;
        let chosen = speed(None)?;
        let &(best, most) = speeds.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or(&(0, chosen));
        let &(_, whole) = speeds.last().unwrap_or(&(0, chosen));
        rows.push([
            format!("`{name}`"),
            format!("{chosen:.0}"),
            format!("{most:.0}"),
            named(best, bytes),
            format!("{whole:.0}"),
            if too_small { DASH.to_owned() } else { times(chosen / whole) },
        ]);
        let points = speeds.iter().map(|&(block, speed)| ((block * bytes) as f64 / 1024.0, speed)).collect();
        series.push(Series { name: name.to_owned(), points });
    }
    let header = ["step", "chosen block", "best block", "which", "one block", "chosen / one"];
    part.table(&format!("{problem}-blocks"), &header, &rows, &[0, 3])?;
    part.line(format!("in {unit}, one thread"))?;
    let caches = Caches::of_this_machine();
    let marks = [("L1", caches.l1), ("L2", caches.l2), ("L3", caches.l3)];
    let marks = marks.map(|(name, bytes)| (bytes as f64 / 1024.0, format!("{name} {}", human(bytes as u64))));
    let title = format!("{problem}: speed against the size of a block, one thread");
    let axis = "KiB that the inputs, temporaries and outputs of a block take";
    let (x, y) = (Axis::logarithmic(axis), Axis::linear(unit));
    part.chart(&format!("{problem}-blocks.svg"), &Lines { title: &title, x, y, series: &series, marks: &marks })
}

/// Million elements in a second by a step.
fn speed(
    step: LadderStep<'_>,
    input: &SharedInput,
    elements: usize,
    block: Option<NonZeroUsize>,
    quick: bool,
) -> Result<f64, Failure> {
    let told = |error: NoAnswer| Failure::Io(format!("{}: {error}", step.info().name));
    let settings = Settings { block, ..Settings::default() };
    let session = step.start(input, &settings).map_err(NoAnswer::from);
    let mut checked = session.and_then(Checked::start).map_err(told)?;
    let timing = time(&Budget::exactly(if quick { 2 } else { 4 }), || {
        checked.settle()?;
        checked.run()
    });
    let timing = timing.map_err(told)?;
    checked.finish().map_err(|error| told(error.into()))?;
    Ok(elements as f64 / timing.best_ms() / 1e3)
}

/// The compiled expression with stores through the caches and past them.
fn stores(part: &mut Part<'_>) -> Result<(), Failure> {
    let elements = if part.quick() { 40_000 } else { 4_000_000 };
    let program = compiled(expression::TEXT, &floats(["a", "b"]))?;
    let a: Vec<f64> = (0..elements).map(|index| f64::from(index) / 3.0).collect();
    let b: Vec<f64> = a.iter().map(|a| 1.0 - a).collect();
    let expected: Vec<f64> = a.iter().zip(&b).map(|(a, b)| (a + b) * 2.0 + a * b).collect();
    let mut out = vec![f64::NAN; a.len()];
    let mut rows = Vec::new();
    for (name, stores) in [("through the caches", Stores::Cached), ("past the caches", Stores::Streaming)] {
        let options = Options { stores, ..Options::default() };
        let timing = time(&part.budget(), || {
            out.fill(f64::NAN);
            let started = Instant::now();
            let ran = program.run_into(&[Array::from(&a), Array::from(&b)], &mut [(&mut out).into()], &options);
            let elapsed = started.elapsed();
            if ran.is_ok() && out == expected { Ok(elapsed) } else { Err(Failure::Wrong) }
        })?;
        let necessary = 24.0 * f64::from(elements) / timing.best_ms() / 1e6;
        rows.push([name.to_owned(), format!("{:.2}", timing.best_ms()), format!("{necessary:.1}")]);
    }
    part.heading("expression: how the output is stored")?;
    part.table("stores", &["stores", "best ms", "necessary GB/s"], &rows, &[0])
}

/// What the compiler makes of the course's own expressions.
fn listings(part: &mut Part<'_>) -> Result<(), Failure> {
    let distance = floats(["x", "y", "px", "py"]);
    let once = mandelbrot::iterations(1);
    for (name, text, inputs) in [
        ("expression", expression::TEXT, &floats(["a", "b"])[..]),
        ("distance", distance::TEXT, &distance),
        ("particles", particles::TEXT, &particles::INPUTS),
        ("iteration", &once, &mandelbrot::INPUTS),
        ("folded", "x ** 3 + 2 * 3 * (x * y) + sqrt(16.0) * (y * x)", &floats(["x", "y"])),
    ] {
        part.heading(&format!("what the compiler makes of {name}"))?;
        part.text(&format!("listing-{name}"), &compiled(text, inputs)?.disassemble())?;
    }
    Ok(())
}

/// A few expressions with their answers, and a few that are none.
fn evaluated(part: &mut Part<'_>) -> Result<(), Failure> {
    let (a, n, z) = ([0.5, -1.5, 4.0], [7_i64, -7, 0], [num_complex::Complex::new(3.0, 4.0); 3]);
    let arrays = [Array::from(&a[..]), Array::from(&n[..]), Array::from(&z[..]), Array::column(&a[..])];
    let inputs = [("a", Type::Float), ("n", Type::Int), ("z", Type::Complex), ("column", Type::Float)];
    let mut text = String::from(
        "a      = [0.5, -1.5, 4.0]\nn      = [7, -7, 0]\nz      = [3+4j, 3+4j, 3+4j]\ncolumn = a as a column\n",
    );
    for source in [
        "where(a > 0, sqrt(abs(a)), -1)",
        "n / 2, n % 2, 10 / n",
        "abs(z), z.real * conj(z).imag",
        "a + column",
        "sum(a > 0)",
        "sum(a * column, axis=0)",
        "t = a - 1; t ** 2 + t",
        "a + * 2",
        "sqrt(a",
        "where(a, 1, 2)",
        "a < n < 3",
        "a + b",
    ] {
        text += &format!("\n> {source}\n{}\n", answer(source, &inputs, &arrays));
    }
    part.heading("a few expressions")?;
    part.text("evaluated", &text)
}

/// The results of an expression, or what is wrong with it.
fn answer(source: &str, inputs: &[(&str, Type)], arrays: &[Array<'_>]) -> String {
    let program = match Expression::parse(source).and_then(|expression| {
        // Only the arrays that it names: all of them would be broadcast.
        let named: Vec<_> = inputs.iter().copied().filter(|input| expression.names().contains(&input.0)).collect();
        Ok((expression.compile(&named)?, named))
    }) {
        Ok(program) => program,
        Err(error) => return error.to_string(),
    };
    let (program, named) = program;
    let place = |name: &str| inputs.iter().position(|input| input.0 == name).unwrap_or(0);
    let arrays: Vec<_> = named.iter().map(|(name, _)| arrays[place(name)]).collect();
    match program.run(&arrays, &Options::default()) {
        Ok(answers) => answers.iter().map(shown).collect::<Vec<_>>().join("\n"),
        Err(error) => error.to_string(),
    }
}

fn shown(answer: &Answer) -> String {
    let values = match &answer.values {
        Values::Bool(values) => format!("{values:?}"),
        Values::Int(values) => format!("{values:?}"),
        Values::Float(values) => format!("{values:?}"),
        Values::Complex(values) => format!("{values:?}"),
    };
    format!("shape {:?}: {values}", answer.shape)
}

/// Lists what is read from standard input. A name is a float, or what is said before a colon: `n int, z complex: n * z`.
fn read(screen: &Screen) -> Result<(), Failure> {
    for line in io::stdin().lock().lines() {
        let line = line.map_err(|error| Failure::io("cannot read standard input", &error))?;
        if !line.trim().is_empty() {
            screen.line(listing(&line).unwrap_or_else(|error| error))?;
        }
    }
    Ok(())
}

fn listing(line: &str) -> Result<String, String> {
    let (declared, text) = line.split_once(':').unwrap_or(("", line));
    let expression = Expression::parse(text).map_err(|error| error.to_string())?;
    let mut inputs: Vec<_> = expression.names().into_iter().map(|name| (name, Type::Float)).collect();
    for declaration in declared.split(',').filter(|declaration| !declaration.trim().is_empty()) {
        let mut words = declaration.split_whitespace();
        let (name, kind) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let kinds = [Type::Bool, Type::Int, Type::Float, Type::Complex];
        let kind = kinds.into_iter().find(|known| known.to_string() == kind);
        let kind = kind.ok_or(format!("'{declaration}': expected a name and bool, int, float or complex"))?;
        let input = inputs.iter_mut().find(|input| input.0 == name);
        input.ok_or(format!("'{name}' is declared, but the expression does not name it"))?.1 = kind;
    }
    Ok(expression.compile(&inputs).map_err(|error| error.to_string())?.disassemble())
}
