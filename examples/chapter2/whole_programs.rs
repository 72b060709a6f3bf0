//! Whole programs by the clock, by what the system says and by the processor's counters, without an attribute.

use std::hint::black_box;
use std::time::Duration;

use profiling::{Count, Timeit, counters, time};
use runner::{Failure, Part};
use validation::mandelbrot::{Input, Sizes};
use validation::{Mandelbrot, Problem};

/// Three kernels of chapter 1, and one of them more closely.
pub(crate) fn whole_programs(part: &mut Part<'_>) -> Result<(), Failure> {
    part.heading("Whole programs: timeit, time -v and hardware counters, without an attribute")?;
    let small = Sizes { width: 100, height: 100, max_iterations: 300 };
    let input = Mandelbrot::input(&small)?;
    let mut counts = Mandelbrot::output(&input);
    let long_enough = Duration::from_millis(if part.quick() { 2 } else { 200 });
    let mut text = String::new();
    for (name, step) in kernels_in_order() {
        let timed = Timeit::new()
            .repeat(part.budget().repeat.unwrap_or(3))
            .long_enough(long_enough)
            .run(|| step(black_box(&input), black_box(&mut counts)));
        text += &format!("{name:8}  {}\n{:8}  {timed}\n", timed.best_of(), "");
    }
    part.line("")?;
    part.text("timeit", &text)?;
    let ((), counted) = counters(|| kernels::mandelbrot::naive(&input, &mut counts));
    part.line("")?;
    let text = format!("the processor, while naive runs once:\n{counted}");
    match counted.unavailable() {
        // A column of dashes says less.
        Some(why) if Count::ALL.iter().all(|&count| counted.get(count).is_none()) => {
            part.paragraph(&format!("the processor's own counters say nothing here: {why}"))?;
            part.write("counters.txt", &text)?;
        }
        _ => part.text("counters", &text)?,
    }
    part.line("")?;
    let input = part.input::<Mandelbrot>()?;
    let mut counts = Mandelbrot::output(&input);
    let ((), taken) = time(|| kernels::mandelbrot::naive(&input, &mut counts));
    part.text("usage", &format!("naive in the size of this chapter, as time -v shows a program:\n{taken}"))
}

type Kernel = fn(&Input, &mut Vec<u32>);

fn kernels_in_order() -> [(&'static str, Kernel); 3] {
    use kernels::mandelbrot::{hoisted, naive, squared};
    [("naive", naive), ("hoisted", hoisted), ("squared", squared)]
}
