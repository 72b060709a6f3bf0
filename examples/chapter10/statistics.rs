//! ParallelPython's table, and which engine did which chunk when.

use cluster::{Statistics, TaskRecord, task};
use runner::plot::{Block, Panel, Timeline};
use runner::{Failure, Part};
use validation::{Mandelbrot, mandelbrot};

use super::engines::engines;

/// What an engine is told of some rows: where the columns are, where the rows are, and the iterations.
type Rows = (Vec<f64>, Vec<f64>, u32);

/// The counts of some rows.
fn count_rows((xs, ys, max_iterations): Rows) -> Vec<u32> {
    let escape = |qx: f64, qy: f64| {
        let (mut zx, mut zy) = (0.0, 0.0);
        (0..max_iterations).find(|_| {
            (zx, zy) = ((zx * zx - zy * zy) + qx, (zx * zy + zy * zx) + qy);
            zx * zx + zy * zy > 4.0
        })
    };
    ys.iter().flat_map(|&qy| xs.iter().map(move |&qx| escape(qx, qy).unwrap_or(0))).collect()
}
task!(count_rows);

/// Deals the same rows out in few chunks and in many, and shows who did what.
pub(crate) fn statistics(part: &mut Part<'_>) -> Result<(), Failure> {
    let count = part.settings().threads.get();
    let input = part.input::<Mandelbrot>()?;
    // The picture is as high above its middle as below: two halves would be fair by accident.
    let height = input.height().div_ceil(2);
    let heading = format!("Who did which chunk when: the upper half of the picture, {height} rows, {count} engines");
    part.section(&heading, |part| {
        let mut panels = Vec::new();
        for chunks in [count, 16 * count].map(|chunks| chunks.min(height)) {
            let cluster = engines(count)?;
            let client = cluster.client();
            client.load_balanced_view().map(count_rows, chunks_of(&input, height, chunks))?;
            let statistics = client.statistics();
            part.text(&format!("statistics-{chunks}"), &format!("\n{chunks} chunks\n{statistics}"))?;
            panels.push(panel(&statistics, chunks));
        }
        let title = "Which engine did which chunk when";
        let chart =
            Timeline { title, lane: "engine", first_part: "first chunk", last_part: "last chunk", panels: &panels };
        Ok(part.chart("timeline.svg", &chart)?)
    })
}

/// The first rows of the picture in so many chunks.
fn chunks_of(input: &mandelbrot::Input, height: usize, chunks: usize) -> Vec<Rows> {
    let rows = input.ys[..height].chunks(height.div_ceil(chunks));
    rows.map(|rows| (input.xs.to_vec(), rows.to_vec(), input.max_iterations)).collect()
}

/// A lane for each engine.
fn panel(statistics: &Statistics, chunks: usize) -> Panel {
    let begun = statistics.tasks().map(|task| task.began).min().unwrap_or_default();
    let block = |task: &TaskRecord| {
        let since = |time: std::time::Duration| time.saturating_sub(begun).as_secs_f64() * 1e3;
        Block { time: (since(task.began), since(task.ended)), part: task.index as f64 / chunks.max(2) as f64 }
    };
    let engines = statistics.engines();
    let lane = |id| statistics.tasks().filter(|task| task.engine == id).map(block).collect();
    let lanes: Vec<Vec<Block>> = engines.iter().map(|engine| lane(engine.engine)).collect();
    let end = lanes.iter().flatten().map(|block| block.time.1).fold(0.0, f64::max);
    Panel { name: format!("{chunks} chunks"), note: format!("{end:.1} ms"), lanes }
}
