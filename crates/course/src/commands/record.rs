//! `cargo course record`: a chapter is run, and its results are kept for the book.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs, io};

use clap::Args;
use runner::files::write_atomically;
use runner::output::shown;
use runner::{ChapterInfo, Failure, Screen, Status, StepRecord, devices};
use tempfile::TempDir;

use crate::catalog::ladders;
use crate::results::{cell, check_results, keep, milliseconds};
use source::workspace::root;

#[derive(Args, Debug)]
pub(crate) struct RecordArgs {
    /// The chapter's number
    chapter: u32,
    /// Features that the chapter is built with, such as `mpi` for chapter 10
    #[arg(long, value_name = "F,F")]
    features: Option<String>,
    /// Arguments for the chapter, after --
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Runs a chapter in a process of its own and keeps its results.
pub(super) fn run(args: &RecordArgs) -> Result<(), Failure> {
    let root = root()?;
    let chapter = format!("chapter{}", args.chapter);
    if let Some(said) = ChapterInfo::numbered(args.chapter).and_then(ChapterInfo::not_written) {
        return Err(Failure::Usage(said));
    }
    if !root.join("examples").join(format!("{chapter}.rs")).is_file() {
        let known = chapters(&root);
        return Err(Failure::Usage(format!("there is no chapter {}; there are {}", args.chapter, known.join(", "))));
    }
    check_results(&root, &chapter)?;
    let out = tempfile::tempdir().map_err(|error| Failure::io("cannot create a temporary folder", &error))?;
    let file = out.path().join("results.json");
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["run", "--quiet", "--example", &chapter])
        .args(args.features.iter().flat_map(|features| ["--features", features.as_str()]))
        .arg("--")
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

/// The chapters that there are.
fn chapters(root: &Path) -> Vec<String> {
    let files = fs::read_dir(root.join("examples")).into_iter().flatten().flatten();
    let number = |file: fs::DirEntry| {
        let name = file.file_name().into_string().ok()?;
        name.strip_prefix("chapter")?.strip_suffix(".rs")?.parse::<u32>().ok()
    };
    let mut numbers: Vec<_> = files.filter_map(number).collect();
    numbers.sort_unstable();
    numbers.iter().map(u32::to_string).collect()
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
    let page = match fs::read_to_string(root.join("docs/src").join(format!("{chapter}.md"))) {
        // A chapter without a page has its results kept all the same.
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        page => page.map_err(|error| Failure::io(format_args!("cannot read the page of {chapter}"), &error))?,
    };
    let mut tables: BTreeMap<String, Vec<&StepRecord>> = BTreeMap::new();
    for record in &records {
        // A second ladder of a problem has a table of its own where the page shows one.
        let own = format!("{chapter}-{}-{}", record.problem, room(record));
        let shown = page.contains(&format!("/{own}.md"));
        let table = if shown { own } else { format!("{chapter}-{}", record.problem) };
        tables.entry(table).or_default().push(record);
    }
    let mut tables: Vec<_> = tables.into_iter().map(|(name, records)| (name, ladder(&records))).collect();
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

/// The module of a crate that a step's ladder is in, such as `combined` for `vectorised::combined::mandelbrot`.
fn room(record: &StepRecord) -> String {
    let ladders = ladders();
    let mut steps = ladders.iter().flat_map(|ladder| ladder.steps());
    let found = steps.find(|step| {
        (step.crate_name(), step.problem, step.name) == (&*record.crate_name, &*record.problem, &*record.step)
    });
    let modules: Vec<_> = found.map(|step| step.module.split("::").collect()).unwrap_or_default();
    modules.iter().rev().nth(1).map_or_else(String::new, |room| (*room).to_owned())
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
