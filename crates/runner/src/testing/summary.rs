//! What tests of steps end in when some fail: three lines for each step, which sizes, the smallest, and the pattern.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use validation::{Mismatch, NoAnswer};

/// Wrong answers of steps, as they come, by the steps' paths.
#[derive(Debug, Default)]
pub(super) struct Summary(Mutex<BTreeMap<String, OfStep>>);

#[derive(Debug, Default)]
struct OfStep {
    /// Sizes at which it has been tested.
    tested: usize,
    wrong: Vec<Wrong>,
}

#[derive(Debug)]
struct Wrong {
    case: String,
    work: u64,
    /// The first wrong element, or whatever else there is to say.
    first: String,
    pattern: Option<String>,
}

impl Summary {
    /// A step has been tested at a size, with so much work.
    pub(super) fn add(&self, step: &str, case: &str, work: u64, outcome: Result<(), &NoAnswer>) {
        let mut steps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_step = steps.entry(step.to_owned()).or_default();
        of_step.tested += 1;
        if let Err(error) = outcome {
            let (first, pattern) = said(error);
            of_step.wrong.push(Wrong { case: case.to_owned(), work, first, pattern });
        }
    }

    /// Three lines for each step that is wrong somewhere.
    pub(super) fn lines(&self) -> Vec<String> {
        let steps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines = Vec::new();
        for (step, OfStep { tested, wrong }) in &*steps {
            let Some(smallest) = wrong.iter().min_by_key(|wrong| wrong.work) else { continue };
            let (count, Wrong { case, first, .. }) = (wrong.len(), smallest);
            lines.push(format!("{step} is wrong at {count} of {tested} sizes; the smallest is {case}"));
            lines.push(format!("  there {first}"));
            // The pattern shows best where there are many.
            let largest = wrong.iter().filter(|wrong| wrong.pattern.is_some()).max_by_key(|wrong| wrong.work);
            lines.push(match largest {
                Some(Wrong { case, pattern: Some(pattern), .. }) => format!("  pattern at {case}: {pattern}"),
                _ => format!("  all about it: cargo test with the name of that test, {case}"),
            });
        }
        lines
    }
}

/// The first wrong element, and what all have in common.
fn said(error: &NoAnswer) -> (String, Option<String>) {
    match error {
        NoAnswer::Wrong { mismatch, .. } => match &**mismatch {
            Mismatch::Elements(wrong) => {
                let (place, expected, found) = (&wrong.place, &wrong.expected, &wrong.found);
                (format!("{place} is {found} and should be {expected}"), wrong.pattern.clone())
            }
            other => (other.to_string(), None),
        },
        NoAnswer::Step(error) => (error.to_string(), None),
    }
}

/// What a test that fails among many says: the first line of all that there is to say.
pub(super) fn brief(error: &NoAnswer) -> String {
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default().to_owned();
    if text.lines().nth(1).is_some() { format!("{first}; the end of this list says more") } else { first }
}

#[cfg(test)]
mod tests {
    use validation::{Mandelbrot, Precision, Problem, StepError, mandelbrot};

    use super::*;

    /// What is said of a picture of so many points whose last column is wrong.
    fn last_column_wrong(side: usize) -> NoAnswer {
        let input = Mandelbrot::input(&mandelbrot::Sizes { width: side, height: side, max_iterations: 30 }).unwrap();
        let mut counts = Mandelbrot::output(&input);
        mandelbrot::reference(&input, &mut counts);
        counts.iter_mut().skip(side - 1).step_by(side).for_each(|count| *count += 1);
        let mismatch = Mandelbrot::verify(&input, &counts, Precision::Exact).unwrap_err();
        NoAnswer::Wrong { after: 0, mismatch: Box::new(mismatch) }
    }

    #[test]
    fn many_failures_are_three_lines_for_each_step() {
        let summary = Summary::default();
        for side in [9, 5, 31] {
            let error = last_column_wrong(side);
            let case = format!("{side}x{side}");
            summary.add("mandelbrot::w_order", &case, (side * side) as u64, Err(&error));
            assert!(brief(&error).ends_with("elements are wrong (exact is asked for); the end of this list says more"));
        }
        summary.add("mandelbrot::w_order", "8x8", 64, Ok(()));
        summary.add("mandelbrot::right", "8x8", 64, Ok(()));
        let failed = NoAnswer::Step(StepError::Failed("panicked".to_owned()));
        summary.add("pi::fails", "3_chunks", 3, Err(&failed));
        let lines = summary.lines();
        assert_eq!(lines.len(), 6, "{lines:?}");
        assert_eq!(lines[0], "mandelbrot::w_order is wrong at 3 of 4 sizes; the smallest is 5x5");
        assert!(
            lines[1].starts_with("  there row 0, column 4 (point ") && lines[1].contains(" and should be "),
            "{lines:?}"
        );
        assert_eq!(lines[2], "  pattern at 31x31: every wrong element is in column 30, the last");
        assert_eq!(lines[3], "pi::fails is wrong at 1 of 1 sizes; the smallest is 3_chunks");
        assert_eq!(lines[4], "  there failed: panicked");
    }
}
