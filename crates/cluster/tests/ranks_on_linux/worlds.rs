//! Worlds of another size than was asked for, and launchers that start none.

use cluster::ranks::{Error, Ranks};
use libtest_mimic::Failed;

use super::{Test, Traces, ranks};

pub(super) const TESTS: &[Test] = &[
    ("a_world_of_another_size_is_refused_with_both_numbers", another_size),
    ("as_many_worlds_of_one_are_refused_with_the_reason", worlds_of_one),
    ("a_launcher_that_is_not_there_or_fails_is_told_with_its_words", failing_launchers),
    ("no_ranks_are_refused", no_ranks),
    ("more_ranks_than_cores_work_together", more_than_cores),
];

/// The error of ranks that are started by a shell instead; it is given `-n`, their number, and the program.
fn started_by(script: &str, number: usize) -> Result<Error, Failed> {
    let started = Ranks::options().ranks(number).launcher(["sh", "-c", script, "launcher"]).start();
    Ok(started.err().ok_or("they started")?)
}

fn another_size() -> Result<(), Failed> {
    let error = started_by(r#"exec mpirun -n 3 "$3""#, 2)?;
    let text = error.to_string();
    assert!(matches!(error, Error::Refused { .. }), "{text}");
    assert!(text.contains("2 ranks were asked for") && text.contains("has started 3 ("), "{text}");
    Ok(())
}

fn worlds_of_one() -> Result<(), Failed> {
    let error = started_by(r#""$3" & "$3" & wait"#, 2)?;
    let text = error.to_string();
    assert!(matches!(error, Error::Refused { .. }), "{text}");
    assert!(text.contains("2 ranks were asked for") && text.contains("sees 1") && text.contains("mpicc"), "{text}");
    Ok(())
}

fn failing_launchers() -> Result<(), Failed> {
    let error = started_by("echo there are no slots >&2; exit 1", 2)?;
    assert_eq!(error, Error::Start("there are no slots".to_owned()));
    let missing = Ranks::options().launcher(["/nowhere/mpirun"]).start().err().ok_or("it started")?;
    assert!(matches!(&missing, Error::Start(why) if why.contains("/nowhere/mpirun: not found")), "{missing}");
    Ok(())
}

fn no_ranks() -> Result<(), Failed> {
    assert_eq!(ranks(0).err(), Some(Error::NoRanks));
    Ok(())
}

fn more_than_cores() -> Result<(), Failed> {
    let cores = std::thread::available_parallelism()?.get();
    let many = ranks(cores + 3)?;
    assert_eq!(many.size(), cores + 3);
    let traces = Traces::of(&many.ids());
    many.join()?;
    traces.are_gone()
}
