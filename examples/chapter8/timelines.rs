//! Which thread does which row when, by every schedule.

use std::io;
use std::slice;
use std::time::{Duration, Instant};

use runner::plot::{self, Block, Panel};
use runner::{Failure, Part, Stop, numbers_cell};
use threaded::mandelbrot::row;
use threaded::prange::{Schedule, Span, Timeline, prange};
use validation::parallel::refused;
use validation::{Mandelbrot, Problem, mandelbrot};

/// Shares the same rows out by every schedule, and draws which thread did which when.
pub(crate) fn timelines(part: &mut Part<'_>) -> Result<(), Failure> {
    let threads = part.settings().threads.get();
    let input = part.input::<Mandelbrot>()?;
    // The picture is as high above its middle as below: two halves would be fair by accident.
    let rows = input.height().div_ceil(2);
    let heading = format!("Who did which row when: the upper half of the picture, {rows} rows, {threads} threads");
    part.section(&heading, |part| {
        let mut counts = vec![0; input.width() * rows];
        let mut runs = Vec::new();
        for schedule in schedules(threads, rows) {
            runs.push(best_run(threads, schedule, &input, &mut counts).map_err(|error| refused(threads, &error))?);
        }
        part.too_small(Mandelbrot::NAME, &Mandelbrot::sizes(&input))?;
        table(part, &runs)?;
        let panels: Vec<_> = runs.iter().map(|run| run.panel(rows)).collect();
        Ok(draw(part, &panels)?)
    })
}

fn schedules(threads: usize, rows: usize) -> [Schedule; 6] {
    let grain = rows.div_ceil(16 * threads).max(1);
    [
        Schedule::Static,
        Schedule::StaticChunk(grain),
        Schedule::StaticChunk(1),
        Schedule::Dynamic(1),
        Schedule::Guided(1),
        Schedule::Stealing,
    ]
}

/// Who did what in one run.
struct Run {
    schedule: Schedule,
    threads: usize,
    spans: Vec<Span>,
    begun: Instant,
    elapsed: Duration,
}

impl Run {
    /// What a thread did.
    fn of_thread(&self, thread: usize) -> impl Iterator<Item = &Span> {
        self.spans.iter().filter(move |span| span.thread == thread)
    }

    /// How long each thread was at work, in milliseconds.
    fn busy(&self) -> Vec<f64> {
        // A sum of nothing would be -0.
        let of_thread = |thread| self.of_thread(thread).fold(0.0, |sum, span| sum + ms(span.ended - span.begun));
        (0..self.threads).map(of_thread).collect()
    }

    /// How much longer the busiest thread worked than the mean of all.
    fn imbalance(&self) -> String {
        let busy = self.busy();
        let mean = busy.iter().sum::<f64>() / self.threads as f64;
        format!("{:.0} %", 100.0 * (busy.into_iter().fold(0.0, f64::max) / mean - 1.0))
    }

    /// A lane for each thread, of a picture with so many rows.
    fn panel(&self, rows: usize) -> Panel {
        let block = |span: &Span| Block {
            time: (ms(span.begun - self.begun), ms(span.ended - self.begun)),
            part: (span.rows.start + span.rows.end) as f64 / (2 * rows) as f64,
        };
        Panel {
            name: self.schedule.to_string(),
            note: format!("{:.2} ms, imbalance {}", ms(self.elapsed), self.imbalance()),
            lanes: (0..self.threads).map(|thread| self.of_thread(thread).map(block).collect()).collect(),
        }
    }
}

/// A time in milliseconds.
fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The shortest of three runs over the upper rows of a picture, as many as the counts have room for.
fn best_run(threads: usize, schedule: Schedule, input: &mandelbrot::Input, counts: &mut [u32]) -> io::Result<Run> {
    let runs = (0..3).map(|_| {
        let (timeline, begun) = (Timeline::new(), Instant::now());
        prange(threads, schedule, counts, input.width(), Some(&timeline), |y, counts| {
            row(counts, &input.xs, input.ys[y], input.max_iterations);
        })?;
        let elapsed = begun.elapsed();
        Ok(Run { schedule, threads, spans: timeline.spans(), begun, elapsed })
    });
    let runs = runs.collect::<io::Result<Vec<_>>>()?;
    Ok(runs.into_iter().min_by_key(|run| run.elapsed).expect("three runs"))
}

fn table(part: &mut Part<'_>, runs: &[Run]) -> Result<(), Stop> {
    let row = |run: &Run| {
        [
            run.schedule.to_string(),
            format!("{:.2}", ms(run.elapsed)),
            numbers_cell(&run.busy(), |busy| format!("{busy:.2}")),
            run.spans.len().to_string(),
            run.imbalance(),
        ]
    };
    let rows: Vec<_> = runs.iter().map(row).collect();
    part.table("schedules", &["schedule", "best ms", "ms at work, by thread", "pieces", "imbalance"], &rows, &[0])?;
    Ok(part.paragraph("Imbalance: how much longer the busiest thread worked than the mean of all.")?)
}

/// A picture of each schedule, and one of all.
fn draw(part: &mut Part<'_>, panels: &[Panel]) -> Result<(), Failure> {
    let title = "Which thread did which row when";
    for panel in panels {
        let name = format!("timeline-{}.svg", panel.name.replace(", ", "-"));
        part.chart(&name, &timeline(&format!("{title}: {}", panel.name), slice::from_ref(panel)))?;
    }
    part.chart("timeline.svg", &timeline(title, panels))
}

fn timeline<'a>(title: &'a str, panels: &'a [Panel]) -> plot::Timeline<'a> {
    plot::Timeline { title, lane: "thread", first_part: "first row", last_part: "last row", panels }
}
