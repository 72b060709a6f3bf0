//! Chapter 1: scalar kernels, from boxed numbers to expanded maths.

use std::process::ExitCode;
use std::time::Instant;

use kernels::tips::{TIPS, Tip};
use runner::units::times;
use runner::{Budget, Chapter, Failure, Screen, Timing, plain_table, proven_speedup, time};

fn main() -> ExitCode {
    Chapter::new(1, "Scalar kernels", kernels::ladders())
        .about("One core, one number at a time. Each step takes something away that the answer does not need.")
        .extra("tips", "Show the standard-library tips instead: small problems, each done in several ways", tips)
        .run()
}

/// Measures the ways of each tip in turn.
fn tips(screen: &Screen) -> Result<(), Failure> {
    for tip in TIPS {
        screen.line(format!("\n{} ({})", tip.name, tip.mirrors))?;
        screen.line(plain_table(&["way", "best us", "median us", "speedup"], &rows(tip)?, &[0]))?;
        screen.line(format!("{}.", tip.lesson))?;
    }
    Ok(())
}

fn rows(tip: &Tip) -> Result<Vec<[String; 4]>, Failure> {
    let expected = (tip.ways[0].run)();
    let mut rows = Vec::new();
    let mut first = None;
    for way in tip.ways {
        let timing = time(&Budget::quick(), || {
            let started = Instant::now();
            let answer = (way.run)();
            let elapsed = started.elapsed();
            if answer == expected { Ok(elapsed) } else { Err(Failure::Io(format!("{}: a wrong answer", way.name))) }
        })?;
        let (best, median) = (timing.best_ms() * 1e3, timing.median_ms() * 1e3);
        let speedup = first
            .as_ref()
            .map_or_else(|| times(1.0), |first: &Timing| proven_speedup(first.in_order(), timing.in_order()));
        first.get_or_insert(timing);
        rows.push([way.name.to_owned(), format!("{best:.2}"), format!("{median:.2}"), speedup]);
    }
    Ok(rows)
}
