//! What the same costs in CPython, where there is one.

use std::path::Path;
use std::process::{Command, Stdio};

/// The best and the median that CPython's multiprocessing measures for these arguments; `None` where it cannot.
pub(crate) fn python(arguments: &[&str]) -> Option<[f64; 2]> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let own = root.join(".peers/venv/bin/python");
    let program = if own.exists() { own.as_os_str() } else { "python3".as_ref() };
    let script = root.join("scripts/peers/multiprocessing_costs.py");
    let output = Command::new(program).arg(script).args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output();
    let text = String::from_utf8(output.ok()?.stdout).ok()?;
    let numbers: Vec<f64> = text.split_whitespace().map(|number| number.parse().ok()).collect::<Option<_>>()?;
    numbers.try_into().ok()
}
