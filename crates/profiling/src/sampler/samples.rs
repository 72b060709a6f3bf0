//! What was sampled, and the questions that it answers.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::RangeBounds;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::timer::{Timer, Unavailable};

/// The functions of this crate, as names begin.
const OWN: &str = "profiling::";

/// The function of `std` that calls what a thread does: what is further out is not the program's.
const THREAD_BEGINS: &str = "std::sys::backtrace::__rust_begin_short_backtrace";

/// What `#[profile]` puts into a function, as names begin: by the modules of its file, or in full. While nothing is counted that
/// is a branch not taken, on which a sample falls for what stands before it.
const PUT_IN: [&str; 3] = [
    "profiling::functions::tree::enter",
    "profiling::functions::tree::drop",
    "<profiling::functions::tree::Guard as core::ops::drop::Drop>::drop",
];

/// A call on a stack: of a function of its own, or of one that was inlined.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Frame {
    /// The function's path, demangled; `[library]` for code without names. Of inlined functions line tables know only the last part
    /// of the path; the modules are those of the file then.
    pub function: Arc<str>,
    /// The source file as the compiler knew it.
    pub file: Option<Arc<Path>>,
    /// The line, counted from one; 0 where it is not known.
    pub line: u32,
}

/// A thread of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// The kernel's number of the thread.
    pub id: u32,
    /// The kernel's name of the thread: 15 bytes at most.
    pub name: String,
}

/// A stack that was met, once or several times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stack {
    thread: usize,
    weight: u64,
    frames: Vec<u32>,
    leaf: usize,
}

impl Stack {
    pub(crate) fn new(thread: usize, weight: u64, frames: Vec<u32>, leaf: usize) -> Self {
        Self { thread, weight, frames, leaf }
    }

    /// The thread, as an index into [`Samples::threads`].
    pub fn thread(&self) -> usize {
        self.thread
    }

    /// How many periods of processor time the stack stands for.
    pub fn weight(&self) -> u64 {
        self.weight
    }
}

/// Seconds of processor time per line of a range of source lines. All three sum up to the time that was spent there; they differ in
/// what of a stack they look at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributed {
    /// To the outermost line of the stack that is in the range, whatever it called: the time of a call belongs to the line of the call.
    pub outermost: BTreeMap<u32, f64>,
    /// To the innermost line of the stack that is in the range: as before, but the time of a closure's body, or of a function in the
    /// range that another one there calls, belongs to the lines inside.
    pub innermost: BTreeMap<u32, f64>,
    /// The part of `innermost` that was spent in the machine code of the range's own functions, with what was inlined there,
    /// and not in functions that they call.
    pub own: BTreeMap<u32, f64>,
}

/// What was sampled.
///
/// Seconds are seconds of processor time: the weight of samples divided by the frequency.
#[derive(Clone, Debug)]
pub struct Samples {
    frequency: u32,
    wall: Duration,
    frames: Arc<[Frame]>,
    threads: Arc<[Thread]>,
    stacks: Vec<Stack>,
    own: u64,
    counts: Counts,
    unavailable: Option<Unavailable>,
    /// The only thread, if it is a part.
    part: Option<usize>,
}

/// What is known of a profile beside its stacks.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    /// What interrupted the threads.
    pub(super) timer: Option<Timer>,
    /// Why that is not, or not for all threads, what was asked for.
    pub(super) instead: Option<String>,
    /// The processor time of the process without the profiler's.
    pub(super) cpu: Option<Duration>,
    /// The weight of the samples for which there was no room, or that belong to no thread.
    pub(super) lost: u64,
    /// The number of samples.
    pub(super) events: u64,
    /// The number of samples whose stack could not be followed.
    pub(super) truncated: u64,
    /// The number of threads without a timer, and why the first has none.
    pub(super) refused: Option<(usize, String)>,
}

impl Samples {
    /// What was sampled, apart from the counts. Frames that belong to the profiler or come before the program are cut off.
    pub(crate) fn new(
        frequency: u32,
        wall: Duration,
        frames: Vec<Frame>,
        stacks: Vec<Stack>,
        threads: Vec<Thread>,
    ) -> Self {
        let begins: Vec<bool> = frames.iter().map(|frame| begins(&frame.function)).collect();
        let name = |frame: u32| &*frames[frame as usize].function;
        let mut merged: HashMap<(usize, Vec<u32>, usize), u64> = HashMap::new();
        let mut own = 0;
        for mut stack in stacks {
            if let Some(end) = stack.frames.iter().position(|&frame| begins[frame as usize]) {
                stack.frames.truncate(end);
                stack.leaf = stack.leaf.min(end);
            }
            let put_in = put_in(stack.frames.iter().map(|&frame| name(frame)));
            stack.frames.drain(..put_in);
            stack.leaf = stack.leaf.saturating_sub(put_in);
            if stack.frames.is_empty() || is_own(stack.frames.iter().map(|&frame| name(frame))) {
                own += stack.weight;
            } else {
                *merged.entry((stack.thread, stack.frames, stack.leaf)).or_insert(0) += stack.weight;
            }
        }
        let mut stacks: Vec<Stack> =
            merged.into_iter().map(|((thread, frames, leaf), weight)| Stack { thread, weight, frames, leaf }).collect();
        stacks.sort_unstable_by(|a, b| {
            b.weight.cmp(&a.weight).then(a.thread.cmp(&b.thread)).then_with(|| a.frames.cmp(&b.frames))
        });
        Self {
            frequency,
            wall,
            frames: frames.into(),
            threads: threads.into(),
            stacks,
            own,
            counts: Counts::default(),
            unavailable: None,
            part: None,
        }
    }

    pub(super) fn with_counts(self, counts: Counts) -> Self {
        Self { counts, ..self }
    }

    /// Nothing was sampled.
    pub(super) fn none(frequency: u32, wall: Duration, unavailable: Unavailable) -> Self {
        Self { unavailable: Some(unavailable), ..Self::new(frequency, wall, Vec::new(), Vec::new(), Vec::new()) }
    }

    /// Why nothing could be sampled here, if so. The tables are empty then, and [`wall`](Self::wall) is all there is.
    pub fn unavailable(&self) -> Option<&Unavailable> {
        self.unavailable.as_ref()
    }

    /// How long the closure ran.
    pub fn wall(&self) -> Duration {
        self.wall
    }

    /// The processor time of the process meanwhile, without the profiler's thread; `None` where nothing was sampled, and for
    /// [one thread](Self::of_thread).
    pub fn cpu(&self) -> Option<Duration> {
        self.counts.cpu
    }

    /// Samples per second of processor time, as asked for.
    pub fn frequency(&self) -> u32 {
        self.frequency
    }

    /// How many times per second of its processor time a thread was interrupted: what came of the [`frequency`](Self::frequency). `None`
    /// where nothing was sampled, and for [one thread](Self::of_thread).
    pub fn rate(&self) -> Option<f64> {
        let cpu = self.cpu()?.as_secs_f64();
        (cpu > 0.0).then(|| (self.events() + self.lost()) as f64 / cpu)
    }

    /// What interrupted the threads; `None` where nothing was sampled.
    pub fn timer(&self) -> Option<Timer> {
        self.counts.timer
    }

    /// Why the [`timer`](Self::timer) is not the one that was asked for, or not for all threads.
    pub fn instead(&self) -> Option<&str> {
        self.counts.instead.as_deref()
    }

    /// The weight of all samples in the tables: periods of processor time.
    pub fn total(&self) -> u64 {
        self.stacks.iter().map(|stack| stack.weight).sum()
    }

    /// The weight of the samples for which there was no room, because the profiler's thread came too late. They are in no table.
    pub fn lost(&self) -> u64 {
        self.counts.lost
    }

    /// The weight of the samples in this crate's own code. They are in no table.
    pub fn own(&self) -> u64 {
        self.own
    }

    /// How many times a thread was interrupted. The statistical error of a share is that of so many samples: a
    /// function with share `p` of `n` events is known to about `sqrt(p * (1 - p) / n)`. It is less than the weight where a sample stands
    /// for several periods: see [`Timer`].
    pub fn events(&self) -> u64 {
        self.counts.events
    }

    /// How many events had a stack that could not be followed to its end, because the copy was too short or code has no
    /// unwind tables. The function that was running is right all the same.
    pub fn truncated(&self) -> u64 {
        self.counts.truncated
    }

    /// The processor time that no sample stands for: of threads that were not found yet when they worked, or could not be
    /// [given a timer](Self::refused), and with [`Timer::UserEvent`] what the kernel did for the program and the ticks that a busy machine
    /// was late for. The last period of each thread counts too, so this is never quite zero.
    pub fn unseen(&self) -> Option<Duration> {
        let seen = Duration::from_secs_f64(self.seconds(self.total() + self.lost() + self.own));
        Some(self.cpu()?.saturating_sub(seen))
    }

    /// How many threads could not be given a timer and why the first was not: the limit of pending signals (`ulimit -i`) is one of
    /// timers too.
    pub fn refused(&self) -> Option<(usize, &str)> {
        self.counts.refused.as_ref().map(|(threads, why)| (*threads, &**why))
    }

    /// The threads that were met, in that order: the ones that existed at the beginning, then the others.
    pub fn threads(&self) -> &[Thread] {
        &self.threads
    }

    /// The samples of one thread only: every table can be had for it. The counts of what is in no table stay those of the whole.
    ///
    /// # Panics
    /// When there is no such index in [`threads`](Self::threads).
    pub fn of_thread(&self, thread: usize) -> Self {
        assert!(thread < self.threads.len(), "there are {} threads, so none has index {thread}", self.threads.len());
        let stacks = self.stacks.iter().filter(|stack| stack.thread == thread).cloned().collect();
        let counts = Counts { cpu: None, ..self.counts.clone() };
        Self { stacks, counts, part: Some(thread), ..self.clone() }
    }

    /// The thread that these samples are restricted to.
    pub(super) fn part(&self) -> Option<&Thread> {
        self.part.map(|thread| &self.threads[thread])
    }

    /// The different stacks, the most frequent first.
    pub fn stacks(&self) -> &[Stack] {
        &self.stacks
    }

    /// The frames of a stack of these samples, the innermost first; inlined calls are frames.
    pub fn frames<'a>(&'a self, stack: &'a Stack) -> impl ExactSizeIterator<Item = &'a Frame> + DoubleEndedIterator {
        stack.frames.iter().map(|&frame| &self.frames[frame as usize])
    }

    /// A weight in seconds.
    pub(super) fn seconds(&self, weight: u64) -> f64 {
        weight as f64 / f64::from(self.frequency)
    }

    /// Self and total weight of everything that a frame has, whatever `key` takes it for.
    pub(super) fn weigh<K: Eq + std::hash::Hash>(&self, key: impl Fn(&Frame) -> Option<K>) -> HashMap<K, (u64, u64)> {
        let keys: Vec<Option<usize>>;
        let mut names: Vec<K> = Vec::new();
        {
            let mut numbers: HashMap<K, usize> = HashMap::new();
            keys = self
                .frames
                .iter()
                .map(|frame| {
                    let key = key(frame)?;
                    let next = numbers.len();
                    Some(*numbers.entry(key).or_insert(next))
                })
                .collect();
            let mut ordered: Vec<_> = numbers.into_iter().collect();
            ordered.sort_unstable_by_key(|(_, number)| *number);
            names.extend(ordered.into_iter().map(|(key, _)| key));
        }
        let mut weights = vec![(0, 0); names.len()];
        // What was counted for this stack already: a recursive function has one total time.
        let mut counted = HashSet::new();
        for stack in &self.stacks {
            counted.clear();
            for (depth, &frame) in stack.frames.iter().enumerate() {
                let Some(key) = keys[frame as usize] else { continue };
                if depth == 0 {
                    weights[key].0 += stack.weight;
                }
                if counted.insert(key) {
                    weights[key].1 += stack.weight;
                }
            }
        }
        names.into_iter().zip(weights).filter(|(_, (_, total))| *total > 0).collect()
    }

    /// The stacks as paths of what `of` takes their frames for, the outermost first, with the weight of all that have the same
    /// path. Frames that it takes for nothing are left out.
    #[cfg(feature = "enabled")]
    pub(crate) fn paths(&self, of: impl Fn(&Frame) -> Option<usize>) -> BTreeMap<Vec<usize>, u64> {
        let taken_for: Vec<Option<usize>> = self.frames.iter().map(of).collect();
        let mut paths = BTreeMap::new();
        for stack in &self.stacks {
            let path = stack.frames.iter().rev().filter_map(|&frame| taken_for[frame as usize]);
            *paths.entry(path.collect()).or_insert(0) += stack.weight;
        }
        paths
    }

    /// Seconds per line of a file, each sample attributed to the innermost line that was being executed, in whatever function it
    /// stands; what was executed in other files is not here.
    ///
    /// `file` is the end of a path, as `file!()` gives it: whole components are compared.
    pub fn line_seconds(&self, file: impl AsRef<Path>) -> BTreeMap<u32, f64> {
        let file = file.as_ref();
        let mut lines = BTreeMap::new();
        for stack in &self.stacks {
            let Some(frame) = stack.frames.first().map(|&frame| &self.frames[frame as usize]) else { continue };
            if frame.line > 0 && frame.file.as_deref().is_some_and(|path| path.ends_with(file)) {
                *lines.entry(frame.line).or_insert(0) += stack.weight;
            }
        }
        self.in_seconds(lines)
    }

    /// Seconds per line of a range of lines, such as those of a function that the reader wrote: what the program does on behalf of a
    /// line, inlined or called, belongs to it.
    ///
    /// `file` is the end of a path, as `file!()` gives it: whole components are compared. Each sample is attributed once
    /// at most, also where a function calls itself.
    pub fn attribute_to(&self, file: impl AsRef<Path>, lines: impl RangeBounds<u32>) -> Attributed {
        let file = file.as_ref();
        let inside: Vec<Option<u32>> = self
            .frames
            .iter()
            .map(|frame| {
                let here = frame.line > 0
                    && lines.contains(&frame.line)
                    && frame.file.as_deref().is_some_and(|path| path.ends_with(file));
                here.then_some(frame.line)
            })
            .collect();
        let [mut outermost, mut innermost, mut own] = [BTreeMap::new(), BTreeMap::new(), BTreeMap::new()];
        for stack in &self.stacks {
            let found = |frames: &[u32]| frames.iter().find_map(|&frame| inside[frame as usize]);
            if let Some(line) = stack.frames.iter().rev().find_map(|&frame| inside[frame as usize]) {
                *outermost.entry(line).or_insert(0) += stack.weight;
            }
            if let Some(line) = found(&stack.frames) {
                *innermost.entry(line).or_insert(0) += stack.weight;
            }
            if let Some(line) = found(&stack.frames[..stack.leaf]) {
                *own.entry(line).or_insert(0) += stack.weight;
            }
        }
        let [outermost, innermost, own] = [outermost, innermost, own].map(|lines| self.in_seconds(lines));
        Attributed { outermost, innermost, own }
    }

    fn in_seconds(&self, lines: BTreeMap<u32, u64>) -> BTreeMap<u32, f64> {
        lines.into_iter().map(|(line, weight)| (line, self.seconds(weight))).collect()
    }
}

/// Whether this function called what the program does.
fn begins(function: &str) -> bool {
    let profiled = concat!("profiling::sampler::", "profiled");
    [profiled, THREAD_BEGINS].iter().any(|begin| {
        function
            .strip_prefix(begin)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("::<") || rest.starts_with('<'))
    })
}

/// How many of the innermost frames are [what the attribute puts in](PUT_IN) where it counts nothing: with what of the standard
/// library is in them, and the drop that one of them is.
fn put_in<'a>(functions: impl Iterator<Item = &'a str>) -> usize {
    let mut length = 0;
    for (at, name) in functions.enumerate() {
        if PUT_IN.iter().any(|put_in| name.starts_with(put_in)) || length == at && at > 0 && name.starts_with(DROPS) {
            length = at + 1;
        } else if !name.starts_with("core::") {
            break;
        }
    }
    length
}

/// The function that drops a value.
const DROPS: &str = "core::ptr::drop_in_place";

/// Whether a stack, the innermost function first, is one of this crate at work: its innermost function that is not the standard
/// library's or a foreign one is of this crate.
fn is_own<'a>(mut functions: impl Iterator<Item = &'a str>) -> bool {
    let of_library = |name: &str| {
        let name = name.trim_start_matches(['<', '&', '[']);
        ["core::", "alloc::", "std::", "hashbrown::"].iter().any(|library| name.starts_with(library))
            || !name.contains("::")
    };
    functions.find(|name| !of_library(name)).is_some_and(|name| name.trim_start_matches('<').starts_with(OWN))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(function: &str, file: &str, line: u32) -> Frame {
        Frame { function: function.into(), file: Some(Path::new(file).into()), line }
    }

    /// Two threads; `work` at lines 10 to 20 calls `help` and itself, and has `add` and a closure inlined.
    fn samples() -> Samples {
        let frames = vec![
            frame("app::work", "/home/a/src/work.rs", 12),
            frame("app::work", "/home/a/src/work.rs", 15),
            frame("core::ops::add", "/rustc/library/core/src/ops.rs", 100),
            frame("app::help", "/home/a/src/help.rs", 12),
            frame("app::work::{closure#0}", "/home/a/src/work.rs", 16),
            frame("profiling::sampler::profiled::<(), app::main::{closure#0}>", "/p.rs", 1),
            frame("main", "/home/a/src/main.rs", 1),
            frame("profiling::functions::enter", "/p.rs", 9),
        ];
        let stacks = vec![
            // Inlined: add in work, line 12.
            Stack::new(0, 4, vec![2, 0, 5, 6], 2),
            // Another address of the same.
            Stack::new(0, 1, vec![2, 0, 5, 6], 2),
            // Called: help from line 15.
            Stack::new(0, 2, vec![3, 1, 5, 6], 1),
            // A closure, run by add, which line 15 calls.
            Stack::new(0, 8, vec![4, 2, 1, 5, 6], 3),
            // Recursion: line 12 in the call from line 15.
            Stack::new(1, 16, vec![0, 1], 1),
            Stack::new(1, 32, vec![7, 1], 1),
            Stack::new(1, 64, vec![5, 6], 1),
        ];
        let threads = ["main", "other"].iter().zip(1..).map(|(name, id)| Thread { id, name: (*name).into() }).collect();
        Samples::new(10, Duration::from_secs(1), frames, stacks, threads)
    }

    #[test]
    fn what_the_profiler_does_is_cut_off_and_counted() {
        let samples = samples();
        assert_eq!(samples.own(), 32 + 64);
        assert_eq!(samples.total(), 31);
        assert_eq!(samples.stacks().len(), 4);
        assert!(samples.stacks().iter().all(|stack| samples.frames(stack).all(|frame| &*frame.function != "main")));
    }

    #[test]
    fn functions_have_own_and_total_weight_and_recursion_counts_once() {
        let weights = samples().weigh(|frame| Some(Arc::clone(&frame.function)));
        assert_eq!(weights["app::work"], (16, 31));
        assert_eq!(weights["core::ops::add"], (5, 13));
        assert_eq!(weights["app::help"], (2, 2));
    }

    #[test]
    fn lines_are_attributed_by_the_innermost_line_of_the_file() {
        let lines = samples().line_seconds("src/work.rs");
        assert_eq!(lines, BTreeMap::from([(12, 1.6), (16, 0.8)]));
        assert!(samples().line_seconds("k.rs").is_empty(), "whole components of a path are compared");
    }

    #[test]
    fn lines_of_a_range_get_what_is_done_on_their_behalf() {
        let attributed = samples().attribute_to("src/work.rs", 10..=20);
        assert_eq!(attributed.outermost, BTreeMap::from([(12, 0.5), (15, 2.6)]));
        assert_eq!(attributed.innermost, BTreeMap::from([(12, 2.1), (15, 0.2), (16, 0.8)]));
        assert_eq!(attributed.own, BTreeMap::from([(12, 2.1), (16, 0.8)]));
        assert_eq!(
            samples().attribute_to("src/work.rs", 16..),
            Attributed {
                outermost: BTreeMap::from([(16, 0.8)]),
                innermost: BTreeMap::from([(16, 0.8)]),
                own: BTreeMap::from([(16, 0.8)]),
            }
        );
    }

    #[test]
    fn a_thread_has_its_own_tables() {
        let other = samples().of_thread(1);
        assert_eq!((other.total(), samples().of_thread(0).total()), (16, 15));
        assert_eq!(other.weigh(|frame| Some(Arc::clone(&frame.function)))["app::work"], (16, 16));
    }
}
