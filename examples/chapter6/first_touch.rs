//! What memory costs when it is touched for the first time: page faults, kept and fresh buffers, a first run and a tenth.

use std::hint::black_box;
use std::time::{Duration, Instant};

use runner::machine::huge_pages;
use runner::units::{DASH, grouped, ms};
use runner::{Failure, LadderStep, Part, Stop, Timing, ladder_of};
use validation::memory::{allowed, human};
use validation::{Settings, StepError};
use vectorised::arrays;
use vectorised::pages::{Faults, Memory, Pages, store};

/// The ways to ask for memory, with the names that the tables give them.
const WAYS: [(&str, Pages); 3] = [
    ("ordinary pages", Pages::Ordinary),
    ("huge pages asked for", Pages::Huge),
    ("all pages at once", Pages::Populated),
];

/// The touch that is shown beside the first.
const TENTH: u64 = 10;

/// How often a way is measured: once says little about it.
const ROUNDS: usize = 5;

/// Measures the first touch of memory in three ways, and what it means for buffers and programs.
pub(crate) fn first_touch(part: &mut Part<'_>) -> Result<(), Failure> {
    let wanted = if part.quick() { 16 << 20 } else { 256 << 20 };
    // Two of them are there at once.
    let bytes = wanted.min(usize::try_from(allowed() / 4).unwrap_or(wanted)) & !0xfff;
    part.section(&format!("the first touch of {}", human(bytes as u64)), |part| {
        let setting = huge_pages().unwrap_or_else(|| "unknown; the system does not say".to_owned());
        part.line(format!("transparent huge pages: {setting}"))?;
        Faults::of_this_thread()?;
        touches(part, bytes)?;
        kept_and_fresh(part, bytes)
    })?;
    part.section("expression: the first run beside the tenth", runs)
}

/// One way to ask for memory, measured once.
struct Touch {
    asking: Duration,
    asking_faults: u64,
    first: Duration,
    first_faults: u64,
    tenth: Duration,
    tenth_faults: u64,
    huge: u64,
}

/// How long something takes, and how many page faults it has.
fn timed<R>(act: impl FnOnce() -> R) -> Result<(R, Duration, u64), StepError> {
    let ((value, time), faults) = Faults::during(|| {
        let started = Instant::now();
        let value = act();
        (value, started.elapsed())
    })?;
    Ok((value, time, faults))
}

impl Touch {
    fn measured(bytes: usize, pages: Pages) -> Result<Self, StepError> {
        let (memory, asking, asking_faults) = timed(|| Memory::new(bytes, pages))?;
        let mut memory = memory?;
        let ((), first, first_faults) = timed(|| store(memory.bytes_mut(), 1))?;
        let huge = memory.held()?.huge.min(bytes as u64);
        let (mut tenth, mut tenth_faults) = (first, first_faults);
        for touch in 2..=TENTH {
            ((), tenth, tenth_faults) = timed(|| store(memory.bytes_mut(), touch))?;
        }
        Ok(Self { asking, asking_faults, first, first_faults, tenth, tenth_faults, huge })
    }
}

/// The first touch and the tenth, in each way.
fn touches(part: &mut Part<'_>, bytes: usize) -> Result<(), Stop> {
    let mut rows = Vec::new();
    for (name, pages) in WAYS {
        let measured: Result<Vec<_>, _> = (0..ROUNDS).map(|_| Touch::measured(bytes, pages)).collect();
        let mut measured = match measured {
            Ok(measured) => measured,
            Err(StepError::Unavailable(why)) => {
                part.unavailable(&why)?;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        measured.sort_by_key(|touch| touch.first);
        let [best, .., worst] = &measured[..] else { continue };
        let tenth = measured.iter().map(|touch| touch.tenth).min().unwrap_or(best.tenth);
        rows.push([
            name.to_owned(),
            ms(best.asking),
            grouped(best.asking_faults),
            ms(best.first),
            ms(worst.first),
            grouped(best.first_faults),
            ms(tenth),
            grouped(best.tenth_faults),
            human(best.huge),
        ]);
    }
    let header =
        ["memory", "asked ms", "faults", "first ms", "worst ms", "faults", "tenth ms", "faults", "in huge pages"];
    part.table("first-touch", &header, &rows, &[0])?;
    Ok(part.paragraph(&format!(
        "Each row is the best first touch of {ROUNDS}, and the worst. Faults are page faults of the thread: while the memory was \
         asked for, in the first touch of all of it, and in the tenth."
    ))?)
}

/// What keeps a buffer from one use to the next, or asks for a fresh one.
type Buffer<'a> = dyn FnMut(u64) -> Result<(), StepError> + 'a;

/// A buffer that is kept beside one that is asked for again each time it is used.
fn kept_and_fresh(part: &mut Part<'_>, bytes: usize) -> Result<(), Stop> {
    let mut kept = Memory::new(bytes, Pages::Ordinary)?;
    let fresh = |pages| {
        move |value| {
            store(Memory::new(bytes, pages)?.bytes_mut(), value);
            Ok(())
        }
    };
    let (mut ordinary, mut huge) = (fresh(Pages::Ordinary), fresh(Pages::Huge));
    let mut allocated = |value: u64| {
        let mut buffer = vec![0; bytes];
        store(&mut buffer, value);
        black_box(buffer);
        Ok(())
    };
    let mut again = |value| {
        store(kept.bytes_mut(), value);
        Ok(())
    };
    let ways: [(&str, &mut Buffer<'_>); 4] = [
        ("kept", &mut again),
        ("fresh, ordinary pages", &mut ordinary),
        ("fresh, huge pages asked for", &mut huge),
        ("fresh, a `Vec` of the allocator", &mut allocated),
    ];
    let mut rows = Vec::new();
    for (name, way) in ways {
        let uses: Result<Vec<_>, StepError> = (0..TENTH)
            .map(|value| {
                let (used, time, faults) = timed(|| way(value))?;
                used.map(|()| (time, faults))
            })
            .collect();
        let (times, faults): (Vec<_>, Vec<_>) = match uses {
            Ok(uses) => uses.into_iter().unzip(),
            // The table above has said why.
            Err(StepError::Unavailable(_)) => continue,
            Err(error) => return Err(error.into()),
        };
        let all = faults.iter().sum::<u64>();
        let timing = Timing::new(times);
        let median = timing.map_or_else(|| DASH.to_owned(), |timing| ms(timing.median()));
        let last = faults.last().copied().unwrap_or(0);
        rows.push([name.to_owned(), median, grouped(faults[0]), grouped(last), grouped(all)]);
    }
    let header = ["a buffer that is", "median ms", "faults of the first use", "of the tenth", "of all ten"];
    Ok(part.table("kept", &header, &rows, &[0])?)
}

/// Ten runs of the step that allocates its answer and temporaries in each run, and of the one that has them already.
fn runs(part: &mut Part<'_>) -> Result<(), Stop> {
    let ladders = arrays::ladders();
    let ladder = ladder_of(&ladders, "expression")?;
    let input = part.shared_input(ladder)?;
    let sizes: Vec<_> = input.sizes().iter().map(|(name, size)| format!("{size} {name}")).collect();
    let mut columns = Vec::new();
    for name in ["operators", "out"] {
        let mut session = LadderStep::named(ladder, name)?.start(&input, &Settings::default())?;
        session.poison();
        let mut column = Vec::new();
        for _ in 0..TENTH {
            let (ran, time, faults) = timed(|| session.run())?;
            ran?;
            column.push((time, faults));
        }
        session.verify().map_err(|wrong| Failure::Io(format!("{name}: {wrong}")))?;
        session.finish()?;
        columns.push(column);
    }
    let [allocating, reusing] = &columns[..] else { return Ok(()) };
    let rows = [1, 2, 3, TENTH as usize].map(|run| {
        let [allocating, reusing] = [allocating[run - 1], reusing[run - 1]];
        [run.to_string(), ms(allocating.0), grouped(allocating.1), ms(reusing.0), grouped(reusing.1)]
    });
    part.line(format!("{}, one thread", sizes.join(", ")))?;
    Ok(part.table("runs", &["run", "`operators` ms", "faults", "`out` ms", "faults"], &rows, &[])?)
}
