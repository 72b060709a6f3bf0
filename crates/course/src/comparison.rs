//! What a comparison has found of each who took part, as tables, for the screen and for the book, and as a picture.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use runner::plot::{Bar, Bars, Chart, Scale};
use runner::{Failure, Status, plain_table};
use serde::{Deserialize, Serialize};

use crate::results::{cell, milliseconds};

/// What is said of a step or a peer, as it stands in a result file.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Entry {
    pub(crate) problem: String,
    /// `kernels expanded`, `g++ expanded`.
    pub(crate) name: String,
    pub(crate) mirrors: String,
    /// What a peer says of its version.
    pub(crate) version: Option<String>,
    pub(crate) status: Status,
    pub(crate) reason: Option<String>,
    pub(crate) best_ms: Option<f64>,
    pub(crate) median_ms: Option<f64>,
    pub(crate) runs: Option<usize>,
    /// The shortest time of the processor, of all threads together; of those who do not compute in other processes or on a device.
    pub(crate) cpu_ms: Option<f64>,
    /// Whose times the ratios are divided by.
    pub(crate) base: String,
    /// Best time over the base's best time.
    pub(crate) ratio_of_best: Option<f64>,
    /// The median of the ratios of the runs that were made right after each other.
    pub(crate) ratio_of_pairs: Option<f64>,
    /// Shortest time of the processor over the base's.
    pub(crate) ratio_of_cpu: Option<f64>,
    /// The device that computed, if it is not the processor and says its name.
    pub(crate) device: Option<String>,
    /// The shortest time of the kernels of a run, by the device's own clock.
    pub(crate) kernel_ms: Option<f64>,
    /// What the device cannot do the same work in less time than, in the precision of the step.
    pub(crate) device_limit_ms: Option<f64>,
    pub(crate) input: BTreeMap<String, u64>,
    pub(crate) validation_sum: Option<String>,
}

/// The times, in milliseconds, and the ratios, as a table for the screen.
pub(crate) fn table(entries: &[Entry]) -> String {
    let rows = entries.iter().map(|entry| {
        let name = entry.name.clone();
        let [best, median, cpu] = [entry.best_ms, entry.median_ms, entry.cpu_ms].map(|ms| cell(ms, 2, ""));
        let [of_best, of_pairs, of_cpu] = ratios(entry);
        [name, best, median, cpu, of_best, of_pairs, of_cpu, word(entry).to_owned()]
    });
    let header = ["who", "best ms", "median ms", "cpu ms", "of best", "of pairs", "of cpu", "answer"];
    plain_table(&header, &rows.collect::<Vec<_>>(), &[0, 7])
}

/// The three ratios as a table has them.
fn ratios(entry: &Entry) -> [String; 3] {
    [entry.ratio_of_best, entry.ratio_of_pairs, entry.ratio_of_cpu].map(|ratio| cell(ratio, 3, ""))
}

/// Why some are not `ok`: a line for each reason, with all that it holds for.
pub(crate) fn reasons(entries: &[Entry]) -> Vec<String> {
    let mut reasons: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for entry in entries {
        let Some(why) = entry.reason.as_deref() else { continue };
        match reasons.iter_mut().find(|known| (known.0, known.1) == (word(entry), why)) {
            Some((_, _, names)) => names.push(&entry.name),
            None => reasons.push((word(entry), why, vec![&entry.name])),
        }
    }
    let verb = |names: &[&str]| if names.len() == 1 { "is" } else { "are" };
    reasons.iter().map(|(word, why, names)| format!("{} {} {word}: {why}", names.join(", "), verb(names))).collect()
}

/// A peer that is not installed is missing, rather than unavailable.
fn word(entry: &Entry) -> &'static str {
    match entry.status {
        Status::Unavailable => "missing",
        status => status.word(),
    }
}

/// Draws the best times, in milliseconds, as bars.
pub(crate) fn draw(path: &Path, problem: &str, entries: &[Entry]) -> Result<(), Failure> {
    let bar = |entry: &Entry| Bar {
        label: entry.name.clone(),
        value: entry.best_ms.unwrap_or(f64::NAN),
        note: entry
            .ratio_of_best
            .map(|ratio| format!("{ratio:.2}"))
            .or_else(|| entry.reason.clone())
            .unwrap_or_default(),
    };
    let drawn = entries.iter().map(bar).collect::<Vec<_>>();
    let title = format!("{problem}: our steps and their peers");
    Bars { title: &title, unit: "ms", bars: &drawn, scale: Scale::Logarithmic }
        .write(path)
        .map_err(|error| Failure::Io(error.to_string()))
}

/// The results as the book shows them, in Markdown, and a sentence about the pages that everybody had.
pub(crate) fn page(entries: &[Entry], pages: &str) -> String {
    let base = entries.first().map_or("", |entry| entry.base.as_str());
    let mut text = format!(
        "| who | best ms | median ms | CPU ms | best / {base} | pairs (median) | CPU | answer |\n\
         |---|---:|---:|---:|---:|---:|---:|---|\n"
    );
    for entry in entries {
        let [best, median, cpu] = [entry.best_ms, entry.median_ms, entry.cpu_ms].map(milliseconds);
        let [of_best, of_pairs, of_cpu] = ratios(entry);
        let (name, status) = (&entry.name, entry.status.word());
        let version = entry.version.as_ref().map(|version| format!(" ({version})")).unwrap_or_default();
        let times = format!("{best} | {median} | {cpu}");
        let _ = writeln!(text, "| {name}{version} | {times} | {of_best} | {of_pairs} | {of_cpu} | {status} |");
    }
    text.push_str(&on_devices(entries));
    let _ = writeln!(text, "\n{pages}");
    text
}

/// What devices say of themselves: a table of the times of the kernels alone, without what was moved, or nothing.
fn on_devices(entries: &[Entry]) -> String {
    let timed: Vec<_> = entries.iter().filter(|entry| entry.kernel_ms.is_some()).collect();
    let mut text = String::new();
    if !timed.is_empty() {
        text.push_str("\n| who | kernels ms | allowed ms | of limit |\n|---|---:|---:|---:|\n");
    }
    for Entry { name, kernel_ms, device_limit_ms, .. } in timed {
        let share = device_limit_ms.zip(*kernel_ms).map(|(allowed, found)| 100.0 * allowed / found);
        let (found, allowed) = (milliseconds(*kernel_ms), milliseconds(*device_limit_ms));
        let _ = writeln!(text, "| {name} | {found} | {allowed} | {} |", cell(share, 0, " %"));
    }
    let mut devices: Vec<_> = entries.iter().filter_map(|entry| entry.device.as_deref()).collect();
    devices.sort_unstable();
    devices.dedup();
    if !devices.is_empty() {
        let _ = writeln!(text, "\nOn {}.", devices.join("; on "));
    }
    text
}
