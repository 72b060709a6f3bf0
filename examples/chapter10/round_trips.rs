//! How long an empty task is under way, and how many there are in a second.

use std::time::Duration;

use runner::units::{ms, us};
use runner::{Budget, Failure, Part, time_calls};

use super::engines::{engines, nothing};

/// Sends a task that does nothing by each way that there is.
pub(crate) fn round_trips(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("There and back: a task that does nothing", |part| {
        let budget = Budget::exactly(if part.quick() { 20 } else { 1000 });
        let inputs: usize = if part.quick() { 100 } else { 1000 };
        let cluster = engines(part.settings().threads.get())?;
        let client = cluster.client();
        let (one, balanced) = (client.engine(client.ids()[0])?, client.load_balanced_view());
        let direct = time_calls(&budget, || one.apply(nothing, ()).map(drop))?;
        let queued = time_calls(&budget, || balanced.apply(nothing, ()).map(drop))?;
        let many = time_calls(&Budget::exactly(5), || balanced.map(nothing, vec![(); inputs]).map(drop))?;
        let row = |what: String, best: Duration, median: Duration| [what, us(best), us(median)];
        let each = |time: Duration| time / inputs as u32;
        let rows = [
            row("direct view: asked and answered".to_owned(), direct.best(), direct.median()),
            row("balanced view: written down, done, written down".to_owned(), queued.best(), queued.median()),
            row(format!("balanced view: {inputs} at once, for each"), each(many.best()), each(many.median())),
        ];
        part.table("round-trips", &["an empty task", "best us", "median us"], &rows, &[0])?;
        let starts = Budget::exactly(if part.quick() { 1 } else { 5 });
        let started = time_calls(&starts, || engines(2)?.client().load_balanced_view().apply(nothing, ()))?;
        part.line(format!("Starting a server and two engines, until the first answer: {} ms.", ms(started.best())))?;
        let second = inputs as f64 / many.best().as_secs_f64();
        Ok(part.line(format!("That is {second:.0} tasks a second, of which none can be lost."))?)
    })
}
