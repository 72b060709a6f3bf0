//! Every program of the corpus in every engine: what it prints and how it ends has to be what CPython said once.

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;
use std::{env, fs};

use interpreted::machine::{Engine, Failure, Interpreter};
use interpreted::source::SourceFile;
use libtest_mimic::{Arguments, Failed, Trial};

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

/// What a program prints, kept.
#[derive(Clone, Default)]
struct Printed(Rc<RefCell<Vec<u8>>>);

impl Write for Printed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs a program in its own folder: what it printed, and how it ended.
fn execute(path: &Path, engine: Engine) -> Result<(String, Result<(), Failure>), Failed> {
    let text = fs::read_to_string(path)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let printed = Printed::default();
    let mut interpreter = Interpreter::new(Box::new(printed.clone()), vec![name.clone()]);
    interpreter.set_engine(engine);
    let ended = match SourceFile::new(&name, &text) {
        Ok(file) => {
            interpreter.import_from(path.parent().unwrap_or(Path::new("")));
            interpreter.run(file)
        }
        Err(error) => Err(Failure::Source(error)),
    };
    let printed = String::from_utf8(printed.0.borrow().clone())?;
    Ok((printed, ended))
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
    same("printed", &expected, &printed).map_err(|failed| with_end(failed, &ended))?;
    same("ended with", &expected_end, &ended)
}

fn with_end(failed: Failed, ended: &str) -> Failed {
    let end: Vec<&str> = ended.lines().take(2).collect();
    format!("{}\n{}", failed.message().unwrap_or_default(), end.join("; ")).into()
}

/// The end of a program as the corpus keeps it: status, error, traceback.
fn described(failure: &Failure) -> String {
    let (text, status) = match failure {
        Failure::Source(error) => (error.to_string(), 1),
        Failure::Exception { traceback, status } => (traceback.clone(), *status),
    };
    let last = text.rfind("Traceback (most recent call last):\n").map_or(0, |start| text[start..].find('\n').map_or(0, |end| start + end + 1));
    let mut frames = String::new();
    let mut errors = String::new();
    for line in text[last..].lines() {
        if let Some(place) = line.strip_prefix("  File \"") {
            let mut parts = place.splitn(3, ['"', ',']).map(str::trim);
            let (file, _, rest) = (parts.next().unwrap_or_default(), parts.next(), parts.next().unwrap_or_default());
            let file = Path::new(file).file_name().unwrap_or_default().to_string_lossy();
            let rest = rest.replacen("line ", "", 1).replacen(", in ", " ", 1);
            frames += &format!("at: {file}:{rest}\n");
        } else if line.trim().starts_with("[Previous line repeated") {
            frames += &format!("at: {}\n", line.trim());
        } else if !line.starts_with("  ") {
            errors += &format!("error: {line}\n");
        }
    }
    format!("status: {status}\n{errors}{frames}")
}

/// The first line in which two texts differ.
fn same(what: &str, expected: &str, found: &str) -> Result<(), Failed> {
    if expected == found {
        return Ok(());
    }
    let mut lines = expected.split('\n').zip(found.split('\n')).enumerate();
    match lines.find(|(_, (expected, found))| expected != found) {
        Some((line, (expected, found))) => {
            Err(format!("{what}, line {}:\n  CPython: {expected}\n  here:    {found}", line + 1).into())
        }
        None => Err(format!("{what}: CPython has {} lines, here are {}", expected.lines().count(), found.lines().count()).into()),
    }
}

/// A program of another language is refused before anything runs, in the words of its first line.
fn is_refused(path: &Path) -> Result<(), Failed> {
    let text = fs::read_to_string(path)?;
    let first = text.lines().next().unwrap_or_default();
    let (line, words) = first.strip_prefix("# expect: ").and_then(|rest| rest.split_once(": ")).ok_or("no expectation")?;
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
