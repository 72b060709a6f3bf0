//! Chapter 5: whole arrays, as NumPy has them.

use std::hint::black_box;
use std::process::ExitCode;

use ndarray::Array2;
use runner::units::{or_dash, times};
use runner::{Budget, Chapter, Failure, LadderStep, Part, Timing, proven_speedup, run_step, time_calls};
use validation::mandelbrot::{Input, Output, reference};
use validation::{Expression, Mandelbrot, Problem};
use vectorised::arrays::contraction::{contracted, difference};
use vectorised::arrays::mandelbrot::iterations;
use vectorised::arrays::{expression, tour};

fn main() -> ExitCode {
    Chapter::new(5, "Whole arrays", vectorised::arrays::ladders())
        .about("One operation for a whole array: short to write, and every operation walks through memory once more.")
        .part(Some("mandelbrot"), answers)
        .part(Some("expression"), traffic)
        .part(None, stops)
        .part(None, picking)
        .run()
}

/// What can be read from the counts of the picture that the command line asks for.
fn answers(part: &mut Part<'_>) -> Result<(), Failure> {
    let input = part.input::<Mandelbrot>()?;
    let mut counts = Mandelbrot::output(&input);
    reference(&input, &mut counts);
    waste(part, &input, &counts)?;
    contraction(part, &input, &counts)
}

/// How many iterations are made, against those that are needed.
fn waste(part: &mut Part<'_>, input: &Input, counts: &Output) -> Result<(), Failure> {
    let made = iterations(input, counts);
    part.heading("Iterations, with no way to stop at a point's escape")?;
    let row = |who: &str, iterations: u64| {
        let wasted = 100.0 * (iterations - made.needed) as f64 / iterations as f64;
        [who.to_owned(), iterations.to_string(), made.needed.to_string(), format!("{wasted:.1} %")]
    };
    let rows = [
        row("array_loop", made.needed),
        row("whole_array, in_place, one_pass, planes, marked", made.whole_array),
        row("compacted", made.compacted),
    ];
    part.table("iterations", &["step", "made", "needed", "wasted"], &rows, &[0])
}

/// The points that a fused multiply-add counts otherwise.
fn contraction(part: &mut Part<'_>, input: &Input, exact: &Output) -> Result<(), Failure> {
    let fused = contracted(input);
    let found = difference(exact, &fused);
    part.heading("What NumPy counts where the processor fuses multiplication and addition")?;
    if found.points == 0 {
        // A table of zeros would say that fusing changes nothing.
        return part.paragraph(
            "No point of this picture is near enough to the edge of the set for that to change its count; of 500 x 500 points \
             with 1000 iterations some are.",
        );
    }
    let number = |value: &dyn ToString| value.to_string();
    let rows = [
        ["validation sum, every operation rounded".to_owned(), Mandelbrot::validation_sum(exact)],
        ["validation sum, as NumPy multiplies".to_owned(), Mandelbrot::validation_sum(&fused)],
        ["difference of the sums".to_owned(), format!("{:+}", found.of_sums)],
        ["points".to_owned(), number(&exact.len())],
        ["points with another count".to_owned(), number(&found.points)],
        ["... with a larger one".to_owned(), number(&found.larger)],
        ["... with a smaller one".to_owned(), number(&(found.points - found.larger))],
        ["... that escape in one answer only".to_owned(), number(&found.one_never_escapes)],
        ["largest difference of two counts".to_owned(), number(&found.largest)],
    ];
    part.table("contraction", &["quantity", "value"], &rows, &[0])?;
    let differing = (0..exact.len()).filter(|&i| exact[i] != fused[i]);
    let rows: Vec<_> = differing
        .take(25)
        .map(|i| {
            let place = format!("{}, {}", i / input.width(), i % input.width());
            let change = i64::from(fused[i]) - i64::from(exact[i]);
            [place, input.q()[i].to_string(), number(&exact[i]), number(&fused[i]), format!("{change:+}")]
        })
        .collect();
    part.table(
        "contracted-points",
        &["row, column", "point", "every operation rounded", "fused", "change"],
        &rows,
        &[0, 1],
    )
}

/// The bytes that each step of the expression moves, against those that have to move.
fn traffic(part: &mut Part<'_>) -> Result<(), Failure> {
    let ladder = part.ladder(Expression::NAME)?;
    let input = part.shared_input(ladder)?;
    let needed = input.work().bytes();
    let matrix = input.work().bytes_written;
    part.heading("Bytes that the steps move, against those that have to")?;
    let mut rows = Vec::new();
    for passes in &expression::PASSES {
        let step = LadderStep::named(ladder, passes.step)?;
        let record = run_step(step, &input, &part.settings(), &Budget::quick(), &mut |_| {});
        let moved = passes.bytes(matrix);
        let rate = or_dash(record.best_ms, |ms| format!("{:.1}", moved as f64 / ms / 1e6));
        rows.push([
            passes.step.to_owned(),
            passes.allocated.to_string(),
            passes.read.to_string(),
            passes.written.to_string(),
            format!("{:.1}", moved as f64 / 1e6),
            format!("{:.1}", needed as f64 / 1e6),
            format!("{:.2}", moved as f64 / needed as f64),
            rate,
        ]);
    }
    let header = ["step", "new arrays", "read", "written", "MB moved", "needed", "ratio", "GB/s"];
    part.table("traffic", &header, &rows, &[0])
}

/// The tour of arrays: every line with the answer that NumPy gives too.
fn stops(part: &mut Part<'_>) -> Result<(), Failure> {
    part.heading("A tour of arrays: the line in NumPy, and the answer of our function for it")?;
    for stops in tour::STOPS.chunk_by(|one, next| one.topic == next.topic) {
        part.line(format!("\n{}", stops[0].topic))?;
        for stop in stops {
            let answer = (stop.run)();
            part.line(format!("  {:38}  {answer}", stop.numpy))?;
            if answer != stop.answer {
                part.line(format!("  WRONG: NumPy gives {}", stop.answer))?;
                return Err(Failure::Wrong);
            }
        }
    }
    Ok(())
}

/// A form of picking rows.
type Pick = fn(&Array2<f64>, &[usize], &[bool]) -> Array2<f64>;

/// The general form and the special one of picking rows by a list, and by a mask.
const PICKS: [(&str, &str, Pick); 4] = [
    ("take", "pick_rows: a view of each row", |r, idx, _| tour::pick_rows(r, idx)),
    ("take", "take: elements copied", |r, idx, _| tour::take(r, idx)),
    ("compress", "masked_rows: indices first", |r, _, mask| tour::masked_rows(r, mask)),
    ("compress", "compress: rows copied", |r, _, mask| tour::compress(mask, r)),
];

/// How long picking half of the rows takes, in each form.
fn picking(part: &mut Part<'_>) -> Result<(), Failure> {
    part.heading("take and compress against their slower forms: half of the rows of (x, y)")?;
    let mut rows = Vec::new();
    for length in [100, 100_000] {
        let r = Array2::from_shape_fn((length, 2), |(row, col)| (2 * row + col) as f64);
        let idx: Vec<usize> = (0..length / 2).collect();
        let mask: Vec<bool> = (0..length).map(|row| row < length / 2).collect();
        let mut first: Option<(&str, Timing)> = None;
        for (of, form, pick) in PICKS {
            let (calls, timing) = timed(length, || pick(black_box(&r), black_box(&idx), black_box(&mask)))?;
            let us = timing.best_ms() * 1e3 / calls as f64;
            let slow = first.as_ref().filter(|(other, _)| *other == of);
            let speedup = slow.map(|(_, slow)| proven_speedup(slow.in_order(), timing.in_order()));
            rows.push([
                of.to_owned(),
                form.to_owned(),
                length.to_string(),
                format!("{us:.2}"),
                speedup.clone().unwrap_or_else(|| times(1.0)),
            ]);
            if speedup.is_none() {
                first = Some((of, timing));
            }
        }
    }
    part.table("picking", &["what", "form", "rows", "best us", "speedup"], &rows, &[0, 1])
}

/// The times of so many calls; short ones are repeated, so that the clock is not what is measured.
fn timed(length: usize, call: impl Fn() -> Array2<f64>) -> Result<(usize, Timing), Failure> {
    let calls = 100_000 / length.max(1);
    let timing = time_calls(&Budget::quick(), || {
        for _ in 0..calls {
            black_box(call());
        }
        Ok::<_, Failure>(())
    })?;
    Ok((calls, timing))
}
