//! Every program of the corpus in every engine: what it prints and how it ends has to be what CPython has printed.

mod cpython;
mod running;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

use interpreted::machine::{Engine, Failure};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use running::{described, same};

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut trials = Vec::new();
    for path in programs(&folder.join("programs")) {
        for (engine, name) in [(Engine::Interpreted, "interpreted"), (Engine::observed_at_once(), "observed")] {
            let path = path.clone();
            let title = format!("{}::{name}", name_of(&folder, &path));
            trials.push(Trial::test(title, move || behaves(&path, engine)));
        }
    }
    for path in programs(&folder.join("refused")) {
        trials.push(Trial::test(name_of(&folder, &path), move || is_refused(&path)));
    }
    trials.push(Trial::ignorable_test("corpus::is_what_cpython_says", is_what_cpython_says));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// The programs below a folder, without the files that they import.
fn programs(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("an entry of a folder can be read").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(programs(&path));
        } else if name.ends_with(".py") && !name.starts_with("beside_") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn name_of(folder: &Path, path: &Path) -> String {
    let below = path.strip_prefix(folder).expect("it lies below the folder").with_extension("");
    below.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("::")
}

/// Runs a program in its own folder: what it printed, and how it ended.
fn execute(path: &Path, engine: Engine) -> Result<(String, Result<(), Failure>), Failed> {
    let text = fs::read_to_string(path)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    running::execute(&name, &text, path.parent().unwrap_or(Path::new("")), engine)
}

fn behaves(path: &Path, engine: Engine) -> Result<(), Failed> {
    let (printed, ended) = execute(path, engine)?;
    let expected = fs::read_to_string(path.with_extension("out"))?;
    let ended = match ended {
        Ok(()) => String::new(),
        Err(Failure::Exception { status: 0, .. }) => String::new(),
        Err(failure) => described(&failure),
    };
    let expected_end = fs::read_to_string(path.with_extension("err")).unwrap_or_default();
    same("printed", ("CPython", &expected), ("here", &printed)).map_err(|failed| with_end(failed, &ended))?;
    same("ended with", ("CPython", &expected_end), ("here", &ended))
}

fn with_end(failed: Failed, ended: &str) -> Failed {
    let end: Vec<&str> = ended.lines().take(2).collect();
    format!("{}\n{}", failed.message().unwrap_or_default(), end.join("; ")).into()
}

/// A program of another language is refused before anything runs, in the words of its first line.
fn is_refused(path: &Path) -> Result<(), Failed> {
    let text = fs::read_to_string(path)?;
    let first = text.lines().next().unwrap_or_default();
    let (line, words) =
        first.strip_prefix("# expect: ").and_then(|rest| rest.split_once(": ")).ok_or("no expectation")?;
    let (printed, ended) = execute(path, Engine::Interpreted)?;
    let told = match ended {
        Err(Failure::Source(error)) => error.to_string(),
        Err(other) => return Err(format!("it ran, and ended: {other}").into()),
        Ok(()) => return Err("it ran".into()),
    };
    if !printed.is_empty() {
        return Err(format!("it printed {printed:?} before").into());
    }
    if !told.contains(words) || !told.contains(&format!(", line {line}")) {
        return Err(format!("expected: line {line}: {words}\n{told}").into());
    }
    Ok(())
}

/// The files beside the programs are what CPython says today.
fn is_what_cpython_says() -> Result<Completion, Failed> {
    let python = match cpython::find() {
        Ok(python) => python,
        Err(why) => return cpython::unavailable(&why),
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/python-corpus");
    let output = Command::new(&python).arg(script).arg("--check").env("PYTHON", &python).output()?;
    if !output.status.success() {
        let told = [output.stdout, output.stderr].concat();
        return Err(String::from_utf8_lossy(&told).into_owned().into());
    }
    Ok(Completion::Completed)
}
