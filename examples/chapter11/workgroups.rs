//! Invocations in a workgroup, for kernels that are small and one that is large.

use std::iter::successors;
use std::num::NonZeroUsize;

use runner::plot::{Axis, Lines, Series};
use runner::units::or_dash;
use runner::{Budget, Failure, Part, Status, Stop, SweepPoint, sweep};
use validation::{Settings, SharedInput};

use super::devices::devices;

const STEPS: [&str; 4] = ["source", "tiles", "source_single", "cuda_source"];

/// Shows the times of steps by the size of a workgroup.
pub(crate) fn workgroups(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("Invocations in a workgroup", |part| {
        let most = devices()?.iter().map(|gpu| gpu.adapter().workgroup).max().unwrap_or(0) as usize;
        let factor = if part.quick() { 8 } else { 2 };
        let sizes: Vec<_> = successors(Some(8), |size| Some(factor * size)).take_while(|&size| size <= most).collect();
        let input = part.shared_input(part.ladder("mandelbrot")?)?;
        let mut columns = Vec::new();
        for name in STEPS {
            columns.push(times(part, name, &input, &sizes)?);
        }
        let cell = |column: &[Option<f64>], row: usize| or_dash(column[row], |ms| format!("{ms:.2}"));
        let rows = sizes.iter().enumerate().map(|(row, size)| {
            let [a, b, c, d] = [0, 1, 2, 3].map(|column: usize| cell(&columns[column], row));
            [size.to_string(), a, b, c, d]
        });
        let [a, b, c, d] = STEPS;
        part.table("workgroups", &["workgroup", a, b, c, d], &rows.collect::<Vec<_>>(), &[])?;
        let series = STEPS.iter().zip(&columns).map(|(&name, times)| {
            let points = sizes.iter().zip(times).filter_map(|(&size, ms)| Some((size as f64, (*ms)?)));
            Series { name: name.to_owned(), points: points.collect() }
        });
        let chart = Lines {
            title: "Time of the Mandelbrot set by invocations in a workgroup",
            x: Axis::logarithmic("invocations in a workgroup"),
            y: Axis::logarithmic("ms"),
            series: &series.filter(|series| !series.points.is_empty()).collect::<Vec<_>>(),
            marks: &[],
        };
        Ok(part.chart("workgroups.svg", &chart)?)
    })
}

/// The best times of a step in ms, by the size of a workgroup; none where it cannot run.
fn times(part: &Part<'_>, step: &str, input: &SharedInput, sizes: &[usize]) -> Result<Vec<Option<f64>>, Stop> {
    let budget = Budget { runs: 3, time: part.budget().time / 10, ..part.budget() };
    let settings = sizes.iter().map(|&size| Settings { workgroup: NonZeroUsize::new(size), ..part.settings() });
    let points = sweep(part.step("mandelbrot", step)?, input, settings, &budget);
    // More than one device allows is refused, which is no wrong answer.
    let wrong = |point: &SweepPoint| point.record.status == Status::Wrong && point.record.validation_sum.is_some();
    if points.iter().any(wrong) {
        return Err(Failure::Wrong.into());
    }
    Ok(points.iter().map(|point| point.record.best_ms).collect())
}
