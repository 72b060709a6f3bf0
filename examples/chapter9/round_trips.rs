//! How long an empty task is under way.

use std::time::Duration;

use runner::units::{DASH, us};
use runner::{Budget, Failure, Part, time_calls};

use super::python::python;
use super::workers::{nothing, pool};

/// Sends a task that does nothing by each way that a pool has.
pub(crate) fn round_trips(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("There and back: a task that does nothing", |part| {
        let budget = Budget::exactly(if part.quick() { 200 } else { 5000 });
        let pool = pool(2)?;
        let applied = time_calls(&budget, || pool.apply(nothing, ()))?;
        let asynchronous = time_calls(&budget, || pool.apply_async(nothing, ())?.get())?;
        let inputs = 1000;
        let map = || pool.map_chunks(nothing, vec![(); inputs], 1).map(drop);
        let many = time_calls(&Budget::exactly(20), map)?;
        let before = pool.traffic();
        pool.apply(nothing, ())?;
        let after = pool.traffic();
        pool.join()?;
        let row = |what: &str, best: Duration, median: Duration| [what.to_owned(), us(best), us(median)];
        let mut rows = vec![
            row("apply: the caller talks to the worker", applied.best(), applied.median()),
            row("apply_async and get: by way of the worker's keeper", asynchronous.best(), asynchronous.median()),
            row("map of 1000, for each", many.best() / inputs as u32, many.median() / inputs as u32),
        ];
        let count = if part.quick() { "100" } else { "3000" };
        rows.push(match python(&["--round-trips", count]) {
            Some([best, median]) => ["CPython's Pool.apply".to_owned(), format!("{best:.1}"), format!("{median:.1}")],
            None => ["CPython's Pool.apply: no python3 here", DASH, DASH].map(str::to_owned),
        });
        part.table("round-trips", &["an empty task", "best us", "median us"], &rows, &[0])?;
        let (sent, received) = (after.sent - before.sent, after.received - before.received);
        Ok(part.line(format!("{sent} bytes there, most of them the function's name, and {received} back."))?)
    })
}
