//! What it costs to send much.

use std::time::Duration;

use cluster::task;
use runner::units::ms;
use runner::{Budget, Failure, Part, time_calls};
use validation::random::uniform;

use super::engines::engines;

/// Sends back what has come.
fn echo(numbers: Vec<f64>) -> Vec<f64> {
    numbers
}
task!(echo);

/// Sends lists of random numbers there and back by both views.
pub(crate) fn sending(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("Much to carry: random doubles there and back", |part| {
        let kilobytes: &[usize] = if part.quick() { &[8, 1000] } else { &[8, 80, 800, 8000] };
        let budget = Budget::exactly(if part.quick() { 2 } else { 20 });
        let cluster = engines(1)?;
        let client = cluster.client();
        let (direct, balanced) = (client.direct_view(..)?, client.load_balanced_view());
        let mut rows = Vec::new();
        for &kilobytes in kilobytes {
            let numbers = uniform(9, kilobytes * 1000 / 8);
            let asked = time_calls(&budget, || direct.apply(echo, numbers.clone()).map(drop))?;
            let queued = time_calls(&budget, || balanced.apply(echo, numbers.clone()).map(drop))?;
            let rate = |best: Duration| format!("{:.0}", 2.0 * kilobytes as f64 / 1000.0 / best.as_secs_f64());
            let size = format!("{:.3}", kilobytes as f64 / 1000.0);
            rows.push([size, ms(asked.best()), rate(asked.best()), ms(queued.best()), rate(queued.best())]);
        }
        let header = ["MB", "direct ms", "MB/s", "balanced ms", "MB/s"];
        part.table("sending", &header, &rows, &[])?;
        Ok(part.paragraph(
            "Both directions are counted. What goes through the queue is written to a file twice on its way, the numbers and the result; and \
             what is larger than a message may be is cut into parts.",
        )?)
    })
}
