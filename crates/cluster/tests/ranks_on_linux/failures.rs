//! Ranks that panic, refuse, end or stop: all of them end, and the caller hears why.

use std::os::unix::process::parent_id;
use std::time::Duration;

use cluster::ranks::{Desk, Error, Parts, Ranks, World};
use cluster::spmd;
use libtest_mimic::Failed;
use rustix::process::{Pid, Signal, getpid, kill_process};

use super::{Test, Traces, ranks};

pub(super) const TESTS: &[Test] = &[
    ("a_rank_that_panics_is_named_with_its_words_and_all_end", panicking),
    ("a_panic_of_another_thread_of_a_rank_ends_all", panicking_thread),
    ("a_rank_that_is_killed_is_named_and_all_end", killed),
    ("a_launcher_that_is_killed_takes_all_with_it", launcher_killed),
    ("a_rank_that_is_stopped_is_named_after_the_limit_and_all_end", stopped),
    ("lengths_that_are_not_those_of_the_counts_are_refused_before_the_call", wrong_lengths),
    ("a_rank_starts_no_ranks_of_its_own", nested),
    ("a_function_that_was_not_registered_is_refused", not_registered),
];

/// What a rank is told to do to itself, while the others wait for it.
const PANIC: u32 = 0;
const PANIC_IN_A_THREAD: u32 = 1;
const KILL: u32 = 2;
const KILL_THE_LAUNCHER: u32 = 3;
const STOP: u32 = 4;

fn harm(world: &World, (who, what): (usize, u32), _: Option<Desk<'_>>) -> Result<(), Error> {
    let send =
        |process, signal| kill_process(process, signal).expect("a rank may send signals to its own user's processes");
    if world.rank() == who {
        match what {
            PANIC => panic!("rank {} has had \x1b[1menough", world.rank()),
            PANIC_IN_A_THREAD => drop(std::thread::spawn(|| panic!("so have its threads")).join()),
            KILL => send(getpid(), Signal::KILL),
            KILL_THE_LAUNCHER => send(Pid::from_raw(parent_id() as i32).expect("it has a parent"), Signal::KILL),
            _ => send(getpid(), Signal::STOP),
        }
    }
    // Nobody comes out of here.
    if what == KILL_THE_LAUNCHER {
        std::thread::sleep(Duration::from_secs(60));
    }
    world.barrier();
    Ok(())
}
spmd!(harm);

/// The outcome; nothing of the ranks is left, and no more work is taken.
fn after(mut ranks: Ranks, who: usize, what: u32) -> Result<Error, Failed> {
    let traces = Traces::of(&ranks.ids());
    let error = ranks.run(harm, &(who, what), &[], &mut [0_u32; 0]).err().ok_or("no harm was done")?;
    let again = ranks.run(harm, &(who, what), &[], &mut [0_u32; 0]);
    assert!(matches!(&again, Err(Error::Ended(why)) if *why == error.to_string()), "{again:?}");
    drop(ranks);
    traces.are_gone()?;
    Ok(error)
}

fn panicking() -> Result<(), Failed> {
    for who in [0, 2] {
        let error = after(ranks(3)?, who, PANIC)?;
        let text = error.to_string();
        let expected = format!("rank {who} panicked: rank {who} has had \\u{{1b}}[1menough at ");
        assert!(text.starts_with(&expected) && text.contains("failures.rs:"), "{text}");
    }
    Ok(())
}

fn panicking_thread() -> Result<(), Failed> {
    let error = after(ranks(2)?, 1, PANIC_IN_A_THREAD)?;
    assert!(
        matches!(&error, Error::Panicked { rank: 1, message } if message.starts_with("so have its threads at ")),
        "{error}"
    );
    Ok(())
}

fn killed() -> Result<(), Failed> {
    for who in [0, 1] {
        let error = after(ranks(3)?, who, KILL)?;
        assert!(matches!(&error, Error::Died { rank, .. } if *rank == who), "{error}");
        let text = error.to_string();
        assert!(text.contains("in the middle of ") && text.contains("::harm: "), "{text}");
    }
    Ok(())
}

fn launcher_killed() -> Result<(), Failed> {
    let error = after(ranks(2)?, 1, KILL_THE_LAUNCHER)?;
    assert!(matches!(error, Error::Died { .. }), "{error}");
    Ok(())
}

fn stopped() -> Result<(), Failed> {
    let limit = Duration::from_secs(2);
    let error = after(Ranks::options().ranks(2).limit(limit).start()?, 1, STOP)?;
    assert!(matches!(&error, Error::TimedOut { missing, .. } if missing.contains(&1)), "{error}");
    Ok(())
}

/// Rank 1 expects more than the counts say, or rank 0 has less.
fn wrong(world: &World, less: usize, mut desk: Option<Desk<'_>>) -> Result<(), Error> {
    let parts = Parts::even(11, world.size());
    let part = world.scatter(desk.as_ref().map(|desk| &desk.numbers()[less..]), &parts)?;
    let longer = part.len() + usize::from(world.rank() == 1);
    world.gather(&vec![0.0; longer], &parts, desk.as_mut().map(Desk::answer))
}
spmd!(wrong);

fn wrong_lengths() -> Result<(), Failed> {
    let cases = [
        (1, "rank 0 refused: scatter: the whole has 10 elements, and by the counts it has 11"),
        (0, "rank 1 refused: gather: the part of this rank has 4 elements, and by the counts it has 3"),
    ];
    for (less, expected) in cases {
        let mut ranks = ranks(4)?;
        let traces = Traces::of(&ranks.ids());
        let error = ranks.run(wrong, &less, &[&[0.5; 11]], &mut [0.0; 11]).err().ok_or("nothing was refused")?;
        assert_eq!(error.to_string(), expected);
        traces.are_gone()?;
    }
    Ok(())
}

fn starts_others(_: &World, (): (), _: Option<Desk<'_>>) -> Result<(), Error> {
    match Ranks::options().start() {
        Err(Error::Nested) => Ok(()),
        other => Err(Error::Contradiction(format!("a rank that starts ranks: {other:?}"))),
    }
}
spmd!(starts_others);

fn nested() -> Result<(), Failed> {
    let mut ranks = ranks(1)?;
    ranks.run(starts_others, &(), &[], &mut [0_u32; 0])?;
    Ok(ranks.join()?)
}

fn not_registered() -> Result<(), Failed> {
    fn unknown(_: &World, (): (), _: Option<Desk<'_>>) -> Result<(), Error> {
        Ok(())
    }
    let mut ranks = ranks(1)?;
    let error = ranks.run(unknown, &(), &[], &mut [0_u32; 0]).err().ok_or("it was run")?;
    assert!(matches!(&error, Error::NotRegistered(name) if name.ends_with("not_registered::unknown")), "{error}");
    Ok(ranks.join()?)
}
