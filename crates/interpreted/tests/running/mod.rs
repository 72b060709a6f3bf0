//! Runs a program in this process, and returns its outcome as the corpus keeps it.

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::Path;
use std::rc::Rc;

use interpreted::machine::{Engine, Failure, Interpreter};
use interpreted::source::SourceFile;
use libtest_mimic::Failed;

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

/// Runs a program that imports files from a folder: what it printed, and how it ended.
pub(crate) fn execute(
    name: &str,
    text: &str,
    folder: &Path,
    engine: Engine,
) -> Result<(String, Result<(), Failure>), Failed> {
    let printed = Printed::default();
    let mut interpreter = Interpreter::new(Box::new(printed.clone()), vec![name.to_string()]);
    interpreter.set_engine(engine);
    let ended = match SourceFile::new(name, text) {
        Ok(file) => {
            interpreter.import_from(folder);
            interpreter.run(file)
        }
        Err(error) => Err(Failure::Source(error)),
    };
    let printed = String::from_utf8(printed.0.borrow().clone())?;
    Ok((printed, ended))
}

/// The end of a program as the corpus keeps it: status, error, traceback.
pub(crate) fn described(failure: &Failure) -> String {
    let (text, status) = match failure {
        Failure::Source(error) => (error.to_string(), 1),
        Failure::Exception { traceback, status } => (traceback.clone(), *status),
    };
    let last = text
        .rfind("Traceback (most recent call last):\n")
        .map_or(0, |start| text[start..].find('\n').map_or(0, |end| start + end + 1));
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
            errors += &format!("error: {}\n", without_folder(line));
        }
    }
    format!("status: {status}\n{errors}{frames}")
}

/// A failed import names the module's file in parentheses, whose folder is another on every machine.
fn without_folder(line: &str) -> String {
    match line.rsplit_once(" (/") {
        Some((before, path)) if path.ends_with(')') => format!("{before} ({}", path.rsplit('/').next().unwrap_or(path)),
        _ => line.to_owned(),
    }
}

/// The first line in which two texts differ, each with the name of who says so.
pub(crate) fn same(what: &str, expected: (&str, &str), found: (&str, &str)) -> Result<(), Failed> {
    if expected.1 == found.1 {
        return Ok(());
    }
    let mut lines = expected.1.split('\n').zip(found.1.split('\n')).enumerate();
    match lines.find(|(_, (expected, found))| expected != found) {
        Some((line, (one, other))) => {
            let line = line + 1;
            Err(format!("{what}, line {line}:\n  {}: {one}\n  {}: {other}", expected.0, found.0).into())
        }
        None => {
            let counts = [expected.1.lines().count(), found.1.lines().count()];
            Err(format!("{what}: {} has {} lines, {} has {}", expected.0, counts[0], found.0, counts[1]).into())
        }
    }
}
