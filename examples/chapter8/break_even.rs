//! From which size on threads are worth it.

use std::num::NonZeroUsize;
use std::time::Duration;

use runner::plot::{Axis, Lines, Series};
use runner::{Budget, Failure, Part, Stop, run_step};
use validation::{Settings, SizeRequest};

/// One thread, and three ways to have several.
const STEPS: [&str; 4] = ["alone", "bands", "pooled", "parallel"];

/// An array's elements, and the best time of each step in microseconds.
type Times = (usize, [f64; 4]);

/// Runs the expression over arrays of growing size, on one thread and on several.
pub(crate) fn break_even(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("From which size on threads are worth it: the expression, best times in us", |part| {
        let powers = if part.quick() { 8..=14 } else { 8..=19 };
        let times = powers.map(|power| measured(part, 1 << power)).collect::<Result<Vec<_>, _>>()?;
        let row = |(elements, us): &Times| {
            let [a, b, c, d] = us.map(|us| format!("{us:.1}"));
            [elements.to_string(), a, b, c, d]
        };
        let [a, b, c, d] = STEPS;
        part.table("break-even", &["elements", a, b, c, d], &times.iter().map(row).collect::<Vec<_>>(), &[])?;
        for step in 1..STEPS.len() {
            part.line(worth(&times, step))?;
        }
        Ok(plot(part, &times)?)
    })
}

fn measured(part: &Part<'_>, elements: usize) -> Result<Times, Stop> {
    let request = SizeRequest { size: Some((1, Some(elements))), ..SizeRequest::default() };
    let input = part.ladder("expression")?.input(&request).map_err(Failure::from)?;
    let threads = part.settings().threads.max(const { NonZeroUsize::new(2).unwrap() });
    let settings = Settings {
        threads,
        chunk: NonZeroUsize::new((elements / (4 * threads.get())).clamp(1, 32 * 1024)),
        ..Settings::default()
    };
    let budget = Budget { runs: 30, time: Duration::from_millis(20), ..Budget::default() };
    let mut us = [0.0; 4];
    for (us, name) in us.iter_mut().zip(STEPS) {
        let record = run_step(part.step("expression", name)?, &input, &settings, &budget, &mut |_| {});
        *us = 1e3 * record.measured()?;
    }
    Ok((elements, us))
}

/// From which size on a step is faster than one thread, at all larger ones too.
fn worth(times: &[Times], step: usize) -> String {
    let faster = times.iter().rev().take_while(|(_, us)| us[step] < us[0]).last();
    match faster {
        Some((elements, _)) => format!("{} is faster than one thread from {elements} elements on", STEPS[step]),
        None => format!("{} is not faster than one thread at any of these sizes", STEPS[step]),
    }
}

fn plot(part: &mut Part<'_>, times: &[Times]) -> Result<(), Failure> {
    let points = |step: usize| times.iter().map(|(elements, us)| (*elements as f64, us[step])).collect();
    let series = [0, 1, 2, 3].map(|step| Series { name: STEPS[step].to_owned(), points: points(step) });
    let chart = Lines {
        title: "The expression on one thread and on several",
        x: Axis::logarithmic("elements"),
        y: Axis::logarithmic("best time in us"),
        series: &series,
        marks: &[],
    };
    part.chart("break-even.svg", &chart)
}
