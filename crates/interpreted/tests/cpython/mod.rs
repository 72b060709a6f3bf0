//! CPython 3.11, where it is installed.

use std::env;
use std::process::Command;

use libtest_mimic::{Completion, Failed};

/// The path of CPython 3.11 itself, past any script that stands for it; or why there is none. `PYTHON` names another than
/// `python3.11`.
pub(crate) fn find() -> Result<String, String> {
    let name = env::var("PYTHON").unwrap_or_else(|_| "python3.11".to_string());
    let question =
        "import sys, platform; print(platform.python_implementation(), '%d.%d' % sys.version_info[:2], sys.executable)";
    let output = Command::new(&name)
        .args(["-c", question])
        .output()
        .map_err(|error| format!("peers: CPython 3.11 is not installed: {name}: {error}"))?;
    let answer = String::from_utf8_lossy(&output.stdout);
    let mut words = answer.trim_end().splitn(3, ' ');
    match (words.next(), words.next(), words.next()) {
        (Some("CPython"), Some("3.11"), Some(path)) => Ok(path.to_string()),
        _ => Err(format!("peers: {name} is not CPython 3.11: {}", answer.trim_end())),
    }
}

/// What becomes of a test that needs CPython where there is none: it is shown as ignored, and fails where `REQUIRE` names `peers`.
pub(crate) fn unavailable(why: &str) -> Result<Completion, Failed> {
    let required = env::var("REQUIRE").unwrap_or_default();
    if required.split(',').any(|word| word.trim().eq_ignore_ascii_case("peers")) {
        return Err(format!("REQUIRE demands peers, and this test is unavailable: {why}").into());
    }
    Ok(Completion::ignored_with(why))
}
