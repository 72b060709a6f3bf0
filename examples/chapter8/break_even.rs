//! From which size on threads are worth it.

use std::num::NonZeroUsize;
use std::time::Duration;

use runner::plot::{Axis, Lines, Series};
use runner::{Budget, Failure, Part, Ratio, StepRecord, Stop, Verdict, run_step};
use validation::{Settings, SizeRequest};

/// One thread, and three ways to have several.
const STEPS: [&str; 4] = ["alone", "bands", "pooled", "parallel"];

/// An array's elements, the best time of each step in microseconds, and how each compares with one thread.
struct Times {
    elements: usize,
    us: [f64; 4],
    verdicts: [Verdict; 4],
}

/// Runs the expression over arrays of growing size, on one thread and on several.
pub(crate) fn break_even(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("From which size on threads are worth it: the expression, best times in us", |part| {
        let powers = if part.quick() { 8..=14 } else { 8..=19 };
        let times = powers.map(|power| measured(part, 1 << power)).collect::<Result<Vec<_>, _>>()?;
        let row = |times: &Times| {
            let [a, b, c, d] = times.us.map(|us| format!("{us:.1}"));
            [times.elements.to_string(), a, b, c, d]
        };
        let [a, b, c, d] = STEPS;
        part.table("break-even", &["elements", a, b, c, d], &times.iter().map(row).collect::<Vec<_>>(), &[])?;
        if part.quick() {
            part.paragraph(
                "These sizes end before threads are worth it: leave --quick out to see from where on they are.",
            )?;
        } else {
            let sizes: Vec<_> = times.iter().map(|times| format!("{} elements", times.elements)).collect();
            for (step, name) in STEPS.iter().enumerate().skip(1) {
                let verdicts: Vec<_> = times.iter().map(|times| times.verdicts[step]).collect();
                part.paragraph(&format!("{name} beside one thread: {}", runner::break_even(&sizes, &verdicts)))?;
            }
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
    let mut records: Vec<StepRecord> = Vec::new();
    let (mut us, mut verdicts) = ([0.0; 4], [Verdict::NotProven; 4]);
    for (step, name) in STEPS.into_iter().enumerate() {
        let record = run_step(part.step("expression", name)?, &input, &settings, &budget, &mut |_| {});
        us[step] = 1e3 * record.measured()?;
        let alone = records.first().unwrap_or(&record);
        verdicts[step] = Ratio::of(&alone.times, &record.times).map_or(Verdict::NotProven, |ratio| ratio.verdict());
        records.push(record);
    }
    Ok(Times { elements, us, verdicts })
}

fn plot(part: &mut Part<'_>, times: &[Times]) -> Result<(), Failure> {
    let points = |step: usize| times.iter().map(|times| (times.elements as f64, times.us[step])).collect();
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
