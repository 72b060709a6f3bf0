//! Results as tables for a terminal.

use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};

use crate::limits::BELIEVABLE;
use crate::ratio::{NOT_PROVEN, Ratio, Verdict};
use crate::record::{Status, StepRecord, too_small};
use crate::screen::printable;
use crate::units::{DASH, or_dash, ratio, time};

/// The ladder as a table of at most 80 columns: names left, numbers right, wrong rows red and unavailable ones dim. What is not
/// there is `-`. A speedup is shown where the runs prove that there is one, or a slowdown, and where the problem is large enough to
/// show it.
pub fn ladder_table(records: &[StepRecord]) -> String {
    let header = ["step", "best ms", "spread", "vs first", "vs above", "of limit", "answer"];
    let timed = |records: &'_ [StepRecord]| records.iter().position(|record| record.best_ms.is_some());
    let first = timed(records);
    let rows = records.iter().enumerate().map(|(index, record)| {
        let above = records[..index].iter().rfind(|record| record.best_ms.is_some());
        let of_first = match first.map(|first| &records[first]) {
            Some(first) if first.step == record.step && above.is_none() => cell(Speedup::Proven(1.0), record),
            Some(first) => cell(speedup(first, record), record),
            None => DASH.to_owned(),
        };
        [
            record.step.clone(),
            or_dash(record.best_ms, time),
            or_dash(record.spread_percent, |spread| format!("{spread:.0} %")),
            of_first,
            above.map_or_else(|| DASH.to_owned(), |above| cell(speedup(above, record), record)),
            match record.beyond_limit {
                Some(_) => "failed".to_owned(),
                None => or_dash(record.percent_of_limit, |percent| format!("{percent:.0} %")),
            },
            record.status.word().to_owned(),
        ]
    });
    let table = plain_table(&header, &rows.collect::<Vec<_>>(), &[0, 6]);
    let styles = records.iter().map(|record| match record.status {
        Status::Ok => Style::new(),
        Status::Different => AnsiColor::Yellow.on_default(),
        Status::Unavailable => Style::new().dimmed(),
        Status::Wrong => AnsiColor::Red.on_default().bold(),
    });
    let styles = [Style::new().bold(), Style::new()].into_iter().chain(styles);
    let lines = table.lines().zip(styles).map(|(line, style)| format!("{style}{line}{style:#}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// How many times as fast a step is as another one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Speedup {
    /// That of the best times, which the pairs of runs prove to be above 1, or below it.
    Proven(f64),
    /// It may as well be 1.
    NotProven,
    /// One of them has no time.
    Unknown,
}

/// How many times as fast as `before` the step `after` is.
pub(crate) fn speedup(before: &StepRecord, after: &StepRecord) -> Speedup {
    let Some((slow, fast)) = before.best_ms.zip(after.best_ms) else { return Speedup::Unknown };
    let best = slow / fast;
    match Ratio::of(&before.times, &after.times).map(|ratio| ratio.verdict()) {
        // The best times have to say the same.
        Some(Verdict::Faster) if best > 1.0 => Speedup::Proven(best),
        Some(Verdict::Slower) if best < 1.0 => Speedup::Proven(best),
        _ => Speedup::NotProven,
    }
}

fn cell(speedup: Speedup, record: &StepRecord) -> String {
    match speedup {
        Speedup::Unknown => DASH.to_owned(),
        _ if record.best_ms.is_none() || too_small(record).is_some() => DASH.to_owned(),
        Speedup::Proven(times) => ratio(times),
        Speedup::NotProven => NOT_PROVEN.to_owned(),
    }
}

/// What the columns of [`ladder_table`] mean, a line for each, for the first table that somebody sees.
pub fn meanings() -> [String; 3] {
    [
        format!("vs first, vs above: times as fast as the first step, as the one above; {NOT_PROVEN} is not proven"),
        "spread: how far the quartiles of the times lie apart, in percent of the median".to_owned(),
        "of limit: the time that this hardware needs for the necessary work, over best ms".to_owned(),
    ]
}

/// What the table has no room for, line by line: the devices that computed, why a step is not `ok`, why one is beyond its limit, and why
/// there are no speedups.
pub fn notes(records: &[StepRecord]) -> Vec<String> {
    let mut reasons: Vec<(Status, &str, Vec<&str>)> = Vec::new();
    for record in records {
        let Some(reason) = record.reason.as_deref() else { continue };
        match reasons.iter_mut().find(|(status, other, _)| (*status, *other) == (record.status, reason)) {
            Some((_, _, steps)) => steps.push(&record.step),
            None => reasons.push((record.status, reason, vec![&record.step])),
        }
    }
    let line = |(status, reason, steps): (Status, &str, Vec<&str>)| {
        let verb = if steps.len() == 1 { "is" } else { "are" };
        format!("{} {verb} {}: {}", some(&steps), status.word(), printable(reason))
    };
    let lines = devices(records).into_iter().chain(reasons.into_iter().map(line));
    lines.chain(of_limits(records)).chain(records.iter().find_map(too_small)).collect()
}

/// The names of some steps; of many the first ones, and how many more.
fn some(steps: &[&str]) -> String {
    const MOST: usize = 4;
    match steps {
        [first, second, rest @ ..] if rest.len() > MOST - 2 => format!("{first}, {second} and {} more", rest.len()),
        _ => steps.join(", "),
    }
}

/// Why a step is nearer to its limit than it can be.
fn of_limits(records: &[StepRecord]) -> Vec<String> {
    let beyond = |record: &StepRecord| Some(format!("{} {:.0} %", record.step, record.beyond_limit?));
    let beyond: Vec<_> = records.iter().filter_map(beyond).collect();
    let beyond =
        (!beyond.is_empty()).then(|| format!("limits that were measured too low, twice: {}", beyond.join(", ")));
    let above = |record: &StepRecord| record.percent_of_limit.is_some_and(|percent| percent > 100.0);
    let above = records.iter().any(above).then(|| {
        format!("above 100 % of limit: the limit is measured too, and up to {:.0} % are its error", BELIEVABLE - 100.0)
    });
    beyond.into_iter().chain(above).collect()
}

/// A line for each device other than the processor: its name, and which steps ran on it.
pub fn devices(records: &[StepRecord]) -> Vec<String> {
    let mut devices: Vec<(&str, Vec<&str>)> = Vec::new();
    for record in records {
        let Some(device) = record.device.as_deref() else { continue };
        match devices.iter_mut().find(|(name, _)| *name == device) {
            Some((_, steps)) => steps.push(&record.step),
            None => devices.push((device, vec![&record.step])),
        }
    }
    let line = |(device, steps): (&str, Vec<&str>)| format!("on {device}: {}", steps.join(", "));
    devices.into_iter().map(line).collect()
}

/// No line but the one under the header.
const UNDER_THE_HEADER: TableStyle = TableStyle::new().header_separator(LineStyle::new('─', '─', '─', '─'));

/// A table without colours. The columns named in `left` are aligned left, the others right.
pub fn plain_table<const COLUMNS: usize>(
    header: &[&str; COLUMNS],
    rows: &[[String; COLUMNS]],
    left: &[usize],
) -> String {
    let mut table = Table::new();
    table.load_style(UNDER_THE_HEADER).set_header(header.to_vec());
    for row in rows {
        table.add_row(row.to_vec());
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        let alignment = if left.contains(&index) { CellAlignment::Left } else { CellAlignment::Right };
        column.set_cell_alignment(alignment);
    }
    table.trim_fmt()
}

/// Numbers side by side in one cell, each as `shown` writes it: all of them if they are at most eight, as the threads of a small machine
/// are, otherwise the least, the median and the most.
///
/// ```
/// let shown = |number: f64| format!("{number:.1}");
/// assert_eq!(runner::numbers_cell(&[2.0, 1.0], shown), "2.0 1.0");
/// let many: Vec<f64> = (0..64).map(f64::from).collect();
/// assert_eq!(runner::numbers_cell(&many, shown), "least 0.0, median 31.5, most 63.0");
/// ```
pub fn numbers_cell(numbers: &[f64], shown: impl Fn(f64) -> String) -> String {
    const SIDE_BY_SIDE: usize = 8;
    if numbers.len() <= SIDE_BY_SIDE {
        return numbers.iter().copied().map(shown).collect::<Vec<_>>().join(" ");
    }
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (least, most) = (sorted[0], sorted[sorted.len() - 1]);
    let median = f64::midpoint(sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
    format!("least {}, median {}, most {}", shown(least), shown(median), shown(most))
}

/// A text in lines of at most 80 characters, those after the first indented.
pub(crate) fn wrapped(text: &str, indent: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= 80 => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) => lines.push(format!("{:indent$}{word}", "")),
            None => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn record(step: &str, times: &[u64]) -> StepRecord {
        let text = r#"{"crate": "c", "problem": "pi", "step": "", "mirrors": "m", "status": "ok", "input": {}}"#;
        let times: Vec<_> = times.iter().copied().map(Duration::from_millis).collect();
        let best_ms = times.iter().min().map(|time| time.as_secs_f64() * 1e3);
        StepRecord { step: step.to_owned(), times, best_ms, ..serde_json::from_str(text).unwrap() }
    }

    /// The cells of a row.
    fn row(records: &[StepRecord], row: usize) -> Vec<String> {
        let table = ladder_table(records);
        let line = table.lines().nth(2 + row).unwrap().replace(" x", "x").replace(" %", "%");
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn only_what_is_proven_is_a_speedup() {
        let records =
            [record("a", &[20; 6]), record("b", &[10; 6]), record("c", &[9, 12, 9, 12, 9, 12]), record("none", &[])];
        assert_eq!(row(&records, 0)[3..5], ["1.00x", "-"]);
        assert_eq!(row(&records, 1)[3..5], ["2.00x", "2.00x"]);
        assert_eq!(row(&records, 2)[3..5], ["2.22x", "~"]);
        assert_eq!(row(&records, 3)[3..5], ["-", "-"]);
        let one = [record("a", &[20]), record("b", &[10])];
        assert_eq!(row(&one, 1)[3..5], ["~", "~"], "one run proves nothing");
    }

    #[test]
    fn no_speedup_is_shown_of_a_problem_that_is_too_small() {
        let small = |step, times: &[u64]| {
            let input = [("chunks".to_owned(), 3), ("samples".to_owned(), 1001)].into();
            StepRecord { chapter: Some(1), input, ..record(step, times) }
        };
        let records = [small("a", &[20; 6]), small("b", &[10; 6])];
        assert_eq!(row(&records, 1)[3..5], ["-", "-"]);
        assert!(notes(&records).iter().any(|note| note.starts_with("too small to show a speedup: pi needs")));
    }

    #[test]
    fn a_limit_that_has_failed_says_so_and_a_little_above_is_explained() {
        let failed = StepRecord { beyond_limit: Some(147.0), ..record("a", &[10]) };
        let above = StepRecord { percent_of_limit: Some(103.0), ..record("b", &[10]) };
        let records = [failed, above];
        assert!(ladder_table(&records).contains("failed") && ladder_table(&records).contains("103 %"));
        let said = notes(&records).join("; ");
        assert!(said.contains("limits that were measured too low, twice: a 147 %"), "{said}");
        assert!(
            said.contains("above 100 % of limit: the limit is measured too, and up to 5 % are its error"),
            "{said}"
        );
    }

    #[test]
    fn a_long_text_is_wrapped_between_words() {
        assert_eq!(wrapped("short", 4), "short");
        assert_eq!(
            wrapped(&["word"; 20].join(" "), 4),
            format!("{}\n    {}", ["word"; 16].join(" "), ["word"; 4].join(" "))
        );
    }

    #[test]
    fn a_cell_of_many_numbers_shows_three() {
        let cell = |numbers: &[f64]| numbers_cell(numbers, |number| format!("{number:.0}"));
        assert_eq!(cell(&[]), "");
        assert_eq!(cell(&[3.0, 1.0, 2.0, 8.0, 7.0, 6.0, 5.0, 4.0]), "3 1 2 8 7 6 5 4");
        assert_eq!(cell(&[9.0, 3.0, 1.0, 2.0, 8.0, 7.0, 6.0, 5.0, 4.0]), "least 1, median 5, most 9");
    }
}
