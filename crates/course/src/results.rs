//! Results that the book shows: kept in `docs/results` with the machine, the compiler, the commit and the date.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use jiff::Zoned;
use runner::files::write_atomically;
use runner::machine::{Build, Machine};
use runner::output::{check_writable, create_folder, shown, writable_folder, write_json};
use runner::{Failure, Screen};
use serde::{Deserialize, Serialize};

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

/// Refuses to begin where the results that [`keep`] writes under this name could not be kept at the end.
pub(crate) fn check_results(root: &Path, name: &str) -> Result<(), Failure> {
    let folder = root.join("docs/results");
    writable_folder(&folder)?;
    let files = [folder.join(format!("{name}.json")), folder.join(format!("{name}.md")), root.join("README.md")];
    files.iter().try_for_each(|file| check_writable(file))
}

/// Keeps results under a name, and the tables that the book and the README include of them: names without their ending, and texts.
///
/// # Errors
/// [`Failure::Io`] when a file cannot be written.
pub(crate) fn keep<T: Serialize>(
    root: &Path,
    name: &str,
    results: Vec<T>,
    tables: &[(String, String)],
) -> Result<(), Failure> {
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
pub(crate) fn cell(value: Option<f64>, digits: usize, unit: &str) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}{unit}"))
}

/// Milliseconds with about three digits.
pub(crate) fn milliseconds(value: Option<f64>) -> String {
    let digits = match value {
        Some(ms) if ms >= 100.0 => 0,
        Some(ms) if ms >= 10.0 => 1,
        Some(ms) if ms >= 1.0 => 2,
        _ => 4,
    };
    cell(value, digits, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::root;

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
