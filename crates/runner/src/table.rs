//! Results as tables for a terminal.

use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};

use crate::record::{Status, StepRecord};
use crate::screen::printable;

/// The ladder as a table of at most 80 columns: names left, numbers right, wrong rows red and unavailable ones dim. What is not
/// there is `-`.
pub fn ladder_table(records: &[StepRecord]) -> String {
    let header = ["step", "best ms", "median ms", "spread", "speedup", "of limit", "answer"];
    let rows = records.iter().map(|record| {
        [
            record.step.clone(),
            record.best_ms.map_or_else(dash, time),
            record.median_ms.map_or_else(dash, time),
            record.spread_percent.map_or_else(dash, |spread| format!("{spread:.0} %")),
            record.speedup.map_or_else(dash, ratio),
            record.percent_of_limit.map_or_else(dash, |percent| format!("{percent:.0} %")),
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

fn dash() -> String {
    "-".to_owned()
}

/// What the table has no room for, line by line: the devices that computed, and why a step is not `ok`.
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
        format!("{} {verb} {}: {}", steps.join(", "), status.word(), printable(reason))
    };
    devices(records).into_iter().chain(reasons.into_iter().map(line)).collect()
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

/// Milliseconds with three significant digits or more.
pub(crate) fn time(milliseconds: f64) -> String {
    match milliseconds {
        ms if ms >= 100.0 => format!("{ms:.0}"),
        ms if ms >= 10.0 => format!("{ms:.1}"),
        ms if ms >= 1.0 => format!("{ms:.2}"),
        ms => format!("{ms:.4}"),
    }
}

/// A ratio with three significant digits or more.
pub(crate) fn ratio(ratio: f64) -> String {
    match ratio {
        ratio if ratio >= 100.0 => format!("{ratio:.0} x"),
        ratio if ratio >= 10.0 => format!("{ratio:.1} x"),
        ratio => format!("{ratio:.2} x"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn numbers_keep_three_digits() {
        assert_eq!([0.01234, 1.234, 12.34, 1234.5].map(time), ["0.0123", "1.23", "12.3", "1234"]);
        assert_eq!([0.5, 12.34, 123.4].map(ratio), ["0.50 x", "12.3 x", "123 x"]);
    }
}
