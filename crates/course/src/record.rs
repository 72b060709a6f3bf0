//! Results that the book shows: measured by one command, kept with the machine, the compiler, the commit and the date.

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use jiff::Zoned;
use runner::files::write_atomically;
use runner::machine::{Build, Machine};
use runner::output::{check_writable, create_folder, shown, writable_folder, write_json};
use runner::{Failure, Screen, Status, StepRecord, devices};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::command::RecordArgs;
use crate::compare::Entry;
use crate::source::root;

/// Where and when something was measured.
#[derive(Debug, Deserialize, Serialize)]
struct Stamp {
    machine: Machine,
    build: Build,
    commit: String,
    date: String,
}

/// A file in `docs/results`.
#[derive(Debug, Deserialize, Serialize)]
struct Results<T> {
    #[serde(flatten)]
    stamp: Stamp,
    results: Vec<T>,
}

/// Runs a chapter in a process of its own and keeps its results.
pub(crate) fn record(args: &RecordArgs) -> Result<(), Failure> {
    let root = root().map_err(|error| Failure::Io(error.to_string()))?;
    let chapter = format!("chapter{}", args.chapter);
    if !root.join("examples").join(format!("{chapter}.rs")).is_file() {
        let known = chapters(&root);
        return Err(Failure::Usage(format!("there is no chapter {}; there are {}", args.chapter, known.join(", "))));
    }
    check_results(&root, &chapter)?;
    let out = tempfile::tempdir().map_err(|error| Failure::io("cannot create a temporary folder", &error))?;
    let file = out.path().join("results.json");
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["run", "--quiet", "--example", &chapter, "--"])
        .args(&args.arguments)
        .arg("--json")
        .arg(&file)
        .arg("--out")
        .arg(out.path())
        .current_dir(&root)
        .stdin(Stdio::null())
        .status()
        .map_err(|error| Failure::io("cannot start cargo", &error))?;
    let recorded = match status.success() {
        true => keep_chapter(&root, &chapter, &file, out.path()),
        false => Err(Failure::Io(format!("{chapter} ended with {status}; nothing is recorded"))),
    };
    recorded.map_err(|failure| left_behind(failure, out, &file))
}

/// What was measured and could not be recorded stays where it is, and the message says where.
fn left_behind(failure: Failure, out: TempDir, results: &Path) -> Failure {
    match failure {
        Failure::Io(message) if results.is_file() => {
            Failure::Io(format!("{message}; what was measured is in {}", out.keep().display()))
        }
        other => other,
    }
}

/// Keeps what a chapter has written.
fn keep_chapter(root: &Path, chapter: &str, file: &Path, out: &Path) -> Result<(), Failure> {
    let text = fs::read_to_string(file).map_err(|error| Failure::io("cannot read the results", &error))?;
    let records: Vec<StepRecord> =
        serde_json::from_str(&text).map_err(|error| Failure::Io(format!("{chapter} wrote no results: {error}")))?;
    let mut tables: BTreeMap<&str, Vec<&StepRecord>> = BTreeMap::new();
    for record in &records {
        tables.entry(&record.problem).or_default().push(record);
    }
    let mut tables: Vec<_> =
        tables.iter().map(|(problem, records)| (format!("{chapter}-{problem}"), ladder(records))).collect();
    let page = fs::read_to_string(root.join("docs/src").join(format!("{chapter}.md"))).unwrap_or_default();
    tables.extend(mentioned(&page, out, "md")?.into_iter().map(|(name, table)| (name, format!("{table}\n"))));
    keep(root, chapter, records, &tables)?;
    for (folder, ending) in [("docs/results", "txt"), ("docs/src/images", "svg")] {
        for (name, text) in mentioned(&page, out, ending)? {
            let path = root.join(folder).join(format!("{name}.{ending}"));
            write_atomically(&path, text.as_bytes()).map_err(|error| Failure::Io(error.to_string()))?;
            Screen.line(format!("written: {}", shown(&path)))?;
        }
    }
    Ok(())
}

/// The files with this ending that the chapter has written and its page mentions: names without the ending, and texts.
fn mentioned(page: &str, out: &Path, ending: &str) -> Result<Vec<(String, String)>, Failure> {
    let mut found = Vec::new();
    let cannot = |error| Failure::io("cannot read what the chapter has written", &error);
    for file in fs::read_dir(out).map_err(cannot)? {
        let path = file.map_err(cannot)?.path();
        let (Some(file), Some(name)) = (path.file_name(), path.file_stem()) else { continue };
        let named = file.to_str().is_some_and(|file| page.contains(&format!("/{file}")));
        if named && path.extension().is_some_and(|found| found == ending) {
            found.push((name.to_string_lossy().into_owned(), fs::read_to_string(&path).map_err(cannot)?));
        }
    }
    found.sort();
    Ok(found)
}

/// Refuses to begin where the results that [`keep`] writes under this name could not be kept at the end.
pub(crate) fn check_results(root: &Path, name: &str) -> Result<(), Failure> {
    let folder = root.join("docs/results");
    writable_folder(&folder)?;
    let files = [folder.join(format!("{name}.json")), folder.join(format!("{name}.md")), root.join("README.md")];
    files.iter().try_for_each(|file| check_writable(file))
}

/// Keeps the results of a comparison.
pub(crate) fn keep_comparison(root: &Path, name: &str, entries: &[Entry]) -> Result<(), Failure> {
    keep(root, name, entries.to_vec(), &[(name.to_owned(), comparison(entries))])
}

/// The chapters that there are.
pub(crate) fn chapters(root: &Path) -> Vec<String> {
    let files = fs::read_dir(root.join("examples")).into_iter().flatten().flatten();
    let number = |file: fs::DirEntry| {
        let name = file.file_name().into_string().ok()?;
        name.strip_prefix("chapter")?.strip_suffix(".rs")?.parse::<u32>().ok()
    };
    let mut numbers: Vec<_> = files.filter_map(number).collect();
    numbers.sort_unstable();
    numbers.iter().map(u32::to_string).collect()
}

fn keep<T: Serialize>(root: &Path, name: &str, results: Vec<T>, tables: &[(String, String)]) -> Result<(), Failure> {
    let screen = Screen;
    let folder = root.join("docs/results");
    create_folder(&folder)?;
    let stamp = Stamp::now(root);
    let measured = stamp.sentence();
    let path = folder.join(format!("{name}.json"));
    write_json(&path, &Results { stamp, results })?;
    screen.line(format!("written: {}", shown(&path)))?;
    for (table, text) in tables {
        let path = folder.join(format!("{table}.md"));
        let text = format!("{text}\n{measured}\n");
        write_atomically(&path, text.as_bytes()).map_err(|error| Failure::Io(error.to_string()))?;
        screen.line(format!("written: {}", shown(&path)))?;
        let readme = root.join("README.md");
        let old = fs::read_to_string(&readme).map_err(|error| Failure::io("cannot read README.md", &error))?;
        let new = renewed(&old, &format!("docs/results/{table}.md"), &text);
        if new != old {
            write_atomically(&readme, new.as_bytes()).map_err(|error| Failure::Io(error.to_string()))?;
            screen.line(format!("renewed: {}", shown(&readme)))?;
        }
    }
    Ok(())
}

/// A text in which what stands between `<!-- file -->` and `<!-- end -->` is the file's.
fn renewed(text: &str, file: &str, table: &str) -> String {
    let (begin, end) = (format!("<!-- {file} -->\n"), "<!-- end -->");
    let Some(start) = text.find(&begin).map(|position| position + begin.len()) else {
        return text.to_owned();
    };
    match text[start..].find(end) {
        Some(length) => format!("{}{table}{}", &text[..start], &text[start + length..]),
        None => text.to_owned(),
    }
}

impl Stamp {
    fn now(root: &Path) -> Self {
        let date = Zoned::now().strftime("%Y-%m-%d").to_string();
        Self { machine: Machine::detect(), build: Build::this(), commit: commit(root), date }
    }

    fn sentence(&self) -> String {
        let (machine, rustc, flags) = (self.machine.summary(), &self.build.rustc, &self.build.flags);
        format!("Measured on {machine}; {rustc}, `{flags}`; commit {}, {}.", self.commit, self.date)
    }
}

/// The commit that the sources are at, marked when they differ from it. What has been packed for another machine brings it in a file.
fn commit(root: &Path) -> String {
    if let Ok(packed) = fs::read_to_string(root.join("COMMIT")) {
        return packed.trim().to_owned();
    }
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).current_dir(root).stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(commit) = git(&["rev-parse", "--short=12", "HEAD"]) else {
        return "unknown".to_owned();
    };
    match git(&["status", "--porcelain", "--", "crates", "examples", "Cargo.toml", "Cargo.lock", ".cargo", "scripts"]) {
        Some(changes) if changes.is_empty() => commit,
        _ => format!("{commit} with changes"),
    }
}

/// A number for a table, or a dash.
fn cell(value: Option<f64>, digits: usize, unit: &str) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}{unit}"))
}

/// Milliseconds with about three digits.
fn milliseconds(value: Option<f64>) -> String {
    let digits = match value {
        Some(ms) if ms >= 100.0 => 0,
        Some(ms) if ms >= 10.0 => 1,
        Some(ms) if ms >= 1.0 => 2,
        _ => 4,
    };
    cell(value, digits, "")
}

fn ladder(records: &[&StepRecord]) -> String {
    let mut text = String::from(
        "| step | mirrors | best ms | median ms | speedup | GFLOP/s | of limit |\n|---|---|---:|---:|---:|---:|---:|\n",
    );
    for record in records {
        let StepRecord { step, mirrors, .. } = record;
        let (best, median) = (milliseconds(record.best_ms), milliseconds(record.median_ms));
        let (speedup, gflops) = (cell(record.speedup, 2, " x"), cell(record.gflops, 2, ""));
        let limit = cell(record.percent_of_limit, 0, " %");
        let _ = writeln!(text, "| `{step}` | {mirrors} | {best} | {median} | {speedup} | {gflops} | {limit} |");
    }
    let sum =
        records.iter().find(|record| record.status == Status::Ok).and_then(|record| record.validation_sum.as_deref());
    let sizes = records.first().map(|record| record.input.iter().map(|(name, size)| format!("{name} {size}")));
    let sizes = sizes.map(|sizes| sizes.collect::<Vec<_>>().join(", ")).unwrap_or_default();
    let _ = writeln!(
        text,
        "\nSizes: {sizes}. Validation sum: {}. A dash in the last column: the step does other work.",
        sum.unwrap_or("-")
    );
    let records: Vec<_> = records.iter().copied().cloned().collect();
    for device in devices(&records) {
        let _ = writeln!(text, "\nComputed {device}.");
    }
    text
}

fn comparison(entries: &[Entry]) -> String {
    let base = entries.first().map_or("", |entry| entry.base.as_str());
    let mut text = format!(
        "| who | best ms | median ms | best / {base} | pairs (median) | answer |\n|---|---:|---:|---:|---:|---|\n"
    );
    for entry in entries {
        let (best, median) = (milliseconds(entry.best_ms), milliseconds(entry.median_ms));
        let (of_best, of_pairs) = (cell(entry.ratio_of_best, 3, ""), cell(entry.ratio_of_pairs, 3, ""));
        let (name, status) = (&entry.name, entry.status.word());
        let version = entry.version.as_ref().map(|version| format!(" ({version})")).unwrap_or_default();
        let _ = writeln!(text, "| {name}{version} | {best} | {median} | {of_best} | {of_pairs} | {status} |");
    }
    text.push_str(&on_devices(entries));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_is_renewed() {
        let text = "a\n<!-- docs/results/x.md -->\nold\n<!-- end -->\nb\n";
        assert_eq!(
            renewed(text, "docs/results/x.md", "new\n"),
            "a\n<!-- docs/results/x.md -->\nnew\n<!-- end -->\nb\n"
        );
        assert_eq!(renewed(text, "docs/results/y.md", "new\n"), text);
        assert_eq!(renewed("<!-- y -->\nno end", "y", "new"), "<!-- y -->\nno end");
    }

    #[test]
    fn of_what_a_chapter_writes_the_files_that_its_page_mentions_are_kept() {
        let out = tempfile::tempdir().unwrap();
        for name in ["chapter6-blocks.svg", "chapter6-other.svg", "chapter6-blocks.txt"] {
            fs::write(out.path().join(name), name).unwrap();
        }
        let page = "![speed against block size](images/chapter6-blocks.svg)";
        let kept = mentioned(page, out.path(), "svg").unwrap();
        assert_eq!(kept, [("chapter6-blocks".to_owned(), "chapter6-blocks.svg".to_owned())]);
        assert!(mentioned(page, &out.path().join("gone"), "svg").is_err());
    }

    /// What the README shows is what the results file says.
    #[test]
    fn the_readme_shows_the_recorded_results() {
        let root = root().unwrap();
        let readme = fs::read_to_string(root.join("README.md")).unwrap();
        let marks: Vec<_> =
            readme.lines().filter_map(|line| line.strip_prefix("<!-- docs/")?.strip_suffix(" -->")).collect();
        assert!(!marks.is_empty(), "README.md shows no results");
        for mark in marks {
            let table = fs::read_to_string(root.join("docs").join(mark)).unwrap();
            assert_eq!(renewed(&readme, &format!("docs/{mark}"), &table), readme, "{mark} is newer than README.md");
        }
    }
}
