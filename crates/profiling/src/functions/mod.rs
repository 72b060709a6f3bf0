//! Which functions a program calls, how often, and what it spends in each: `cProfile`, `pstats` and their pictures.
//!
//! [`profile`](crate::profile) on a function counts its calls, separately for each chain of callers and for each thread.
//! [`profile()`] runs a closure and gives a [`Profile`] of it: the calls counted, the times sampled. A profile prints as a
//! [table](Profile::table), with [callers](Profile::callers) and [callees](Profile::callees), is [saved](Profile::save) and
//! [loaded](Profile::load), [compared](Profile::diff) with another one, and becomes a file for KCachegrind
//! ([`Profile::callgrind`]), folded stacks ([`Profile::folded`]), a flame graph ([`Profile::flame_graph`]), a square map
//! ([`Profile::square_map`]) or a graph of calls ([`Profile::dot`]). What is too long, or has too many effects, to be run twice
//! is profiled by [`take`], whose times are the clock's.
//!
//! # Words
//! They are those of Python's `cProfile` and `pstats`:
//!
//! | word | meaning |
//! |---|---|
//! | ncalls | calls; `188000/750` where 750 of 188000 calls were not recursive |
//! | primitive call | a call of a function that was not already in progress on that thread |
//! | tottime | time in the function itself, without the functions with the attribute that it called |
//! | cumtime | time in the function and all it called; of recursive calls only the outermost counts |
//! | percall | tottime for each call; cumtime for each primitive call |
//!
//! # Times from samples
//! To count a call takes as long as a short function, and to look at the clock takes longer. So [`profile()`] runs the program
//! once more for its times: nothing is counted meanwhile ([`uncounted`]), and the [`Sampler`] looks where the
//! program is. Each sample is the time of the innermost function with the attribute that is on the stack, inlined or not, in the
//! context of those further out ([`take_with_samples`]). What the attribute costs then is a load and a branch that is never
//! taken, or two. That bends the times only where the compiler made one loop of many calls, and can no longer.
//! And a processor tells where it is to a few instructions: how a loop of a dozen is shared out among functions is not to be known.
//!
//! Sampled times are processor time: a function that waits takes none, and the table says when the program as a whole took
//! longer than its processor time. They are as certain as the number of [interruptions](crate::Samples::events) that met them
//! allows: of ten, a third; of a thousand, 3 %. [`Certainty`] says so of each time, and tables show it: `~` before a time of
//! fewer than ten, `<` before the bound for what was never met. A short program is run again and again until there is enough to
//! see; the times are those of one run, the mean. A [`scope!`](crate::scope) has calls but no times here: samples know the lines
//! of a function, not where a block ends.
//!
//! # Times by the clock
//! [`take`] and [`snapshot`] have the times of the clock, as has everything where nothing can be sampled: times of the wall, for
//! which a thread that waits, or that another process has pushed aside, is in its function all the while.
//!
//! A call costs two readings of the clock and a dozen loads and stores. Where the clock is the time stamp counter of an x86-64
//! processor that is some 20 ns; elsewhere it is the clock of the system, which takes three times as long. `cargo bench -p profiling
//! --bench functions` says what it is here. A call that does not go where the one before from the same place went looks into a
//! hash table in addition, and the first call in a new context makes its entry there.
//!
//! What a call costs is measured when a profile is first taken, on a function that does nothing: the part between the two
//! readings is subtracted from the function's own time, once for each call, the rest from its caller's. That is a measurement of
//! another program, in which the processor may have done more of one thing while it did another; and what the compiler no longer
//! does across the readings is in no measurement. So a time of which more than a tenth has been subtracted is marked as a rough
//! one, and where it is half or more, the table shows `overhead` and no time.
//!
//! # Threads
//! A profile holds the calls of all threads: those that have ended and those that run. A call belongs to the profile in which it
//! began, and its time to the profiles during which it was in progress: a thread may be anywhere when a profile is taken. What
//! such a thread does meanwhile can shift some microseconds between a function and those that it calls, never lose or invent
//! calls. Since each thread has its time, the sum over all functions can exceed the time that went by.
//!
//! Each context takes 64 bytes, and as much again to be found. Beyond 1048576 contexts of a thread, which a deep mutual
//! recursion can have, calls in contexts that have not been seen are counted together, as [lost](Profile::lost_calls), and their time
//! is their caller's. Calls from destructors of thread-local variables are counted as long as the profiler's own lives.

#[cfg(feature = "enabled")]
mod clock;
mod diff;
mod export;
mod file;
mod macros;
#[cfg(feature = "enabled")]
mod recorded;
#[cfg(feature = "enabled")]
mod sampled;
mod table;
mod times;
#[cfg(feature = "enabled")]
mod tree;

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

pub use diff::{Diff, DiffRow};
pub use export::dot::DotOptions;
pub use export::flamegraph::FlameGraphError;
pub use export::folded::Recursion;
pub use export::square_map::SquareMapOptions;
pub use file::{FileError, FormatError};
pub use table::{Column, Relations, Table, UnknownColumn};
pub use times::{Certainty, Sampling, Times};
#[cfg(feature = "enabled")]
#[doc(hidden)]
pub use tree::{Guard, Site, enter};

use crate::{SampleError, Sampled, Sampler, Samples};

/// A program is run again and again under the sampler for at least this time: a thousand samples, of which a tenth is known to a
/// tenth.
const LONG_ENOUGH: Duration = Duration::from_secs(1);

/// How much of a stack is copied with each sample: all of it but for deep recursions.
const STACK: usize = 64 * 1024;

/// A function of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Function {
    /// The file, as the compiler was told it, without `a/..`: `src/main.rs`.
    pub file: String,
    /// The line of the function's name.
    pub line: u32,
    /// The name without the module that the function is in: `evolve`, `Simulator::evolve`, `<Simulator as Clone>::clone`.
    pub name: String,
    /// The name with crate and modules: `simulation::particles::evolve`.
    pub path: String,
}

impl Function {
    /// How `pstats` writes a function: `src/main.rs:12(evolve)`.
    pub fn standard_name(&self) -> String {
        format!("{}:{}({})", self.file, self.line, self.name)
    }
}

/// A function in the context of its callers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// The index of the function, see [`Profile::functions`].
    pub function: usize,
    /// The index of the context that it was called from, always smaller than its own; `None` where no caller has the attribute.
    pub parent: Option<usize>,
    /// How often it was called.
    pub calls: u64,
    /// Time in the function itself, in nanoseconds, without that of the contexts below.
    pub self_ns: u64,
    /// What has been subtracted from the time measured by the clock, in nanoseconds: the profiler's own.
    pub overhead_ns: u64,
}

/// The calls and times of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stats {
    /// The index of the function, see [`Profile::functions`].
    pub function: usize,
    /// All calls.
    pub calls: u64,
    /// Calls that were not recursive.
    pub primitive_calls: u64,
    /// `tottime`, in nanoseconds: time in the function itself.
    pub self_ns: u64,
    /// `cumtime`, in nanoseconds: time in the function and all that it called, with recursive calls counted once.
    pub total_ns: u64,
    /// What has been subtracted for `tottime`, in nanoseconds.
    pub self_overhead_ns: u64,
    /// What has been subtracted for `cumtime`, in nanoseconds.
    pub total_overhead_ns: u64,
    /// How far `tottime` can be trusted.
    pub self_certainty: Certainty,
    /// How far `cumtime` can be trusted.
    pub total_certainty: Certainty,
}

/// The calls of a function by another one, or by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The index of the caller, see [`Profile::functions`].
    pub caller: usize,
    /// The calls and times of the function that is called, as far as it is called by this caller. A call is primitive here when
    /// the same caller was not already calling the same function.
    pub callee: Stats,
}

/// What was called, how often and for how long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    functions: Vec<Function>,
    contexts: Vec<Context>,
    threads: u64,
    lost_calls: u64,
    times: Times,
    /// Functions whose calls were counted, but whose lines samples do not know.
    untimed: BTreeSet<usize>,
}

/// What a closure returned, how often its functions were called, and how long they took.
#[derive(Debug)]
pub struct Profiled<R> {
    /// What the closure returned the last time.
    pub value: R,
    /// The functions that were called: calls counted, times sampled.
    pub profile: Profile,
    /// What the times come from; it has tables and a flame graph of its own.
    pub samples: Samples,
}

/// Runs a closure under the sampler, again and again for a second, and once more to count the calls of the functions with
/// [`#[profile]`](crate::profile). Calls and times are those of one run.
///
/// What was counted before is forgotten. Where nothing can be sampled, the times are [those of the
/// clock](self#times-by-the-clock), and the table says why.
///
/// # Errors
/// When something is being sampled already; the closure is not run then.
///
/// ```
/// use profiling::{functions, profile};
///
/// #[profile]
/// fn factorial(n: u32) -> f64 {
///     if n == 0 { 1.0 } else { f64::from(n) * factorial(n - 1) }
/// }
///
/// let profiled = functions::profile(|| factorial(10))?;
/// println!("{}", profiled.profile.table());
/// # #[cfg(feature = "enabled")]
/// assert_eq!(profiled.profile.calls(), 11);
/// # Ok::<_, profiling::SampleError>(())
/// ```
pub fn profile<R>(run: impl FnMut() -> R) -> Result<Profiled<R>, SampleError> {
    profile_for(LONG_ENOUGH, run)
}

/// As [`profile()`], where the closure is run under the sampler until so much time has passed: once with a time of zero.
///
/// # Errors
/// When something is being sampled already; the closure is not run then.
pub fn profile_for<R>(least: Duration, mut run: impl FnMut() -> R) -> Result<Profiled<R>, SampleError> {
    let began = Instant::now();
    let mut runs = 0;
    let Sampled { samples, .. } = uncounted(|| {
        Sampler::new().stack(STACK).run(|| {
            while runs == 0 || began.elapsed() < least {
                drop(run());
                runs += 1;
            }
        })
    })?;
    reset();
    let value = run();
    let profile = take_with_samples(&samples, runs);
    Ok(Profiled { value, profile, samples })
}

/// Runs a closure while the attributes count nothing, on all threads: so that it can be sampled, or timed as a whole. Calls that
/// are in progress end as they began.
pub fn uncounted<R>(run: impl FnOnce() -> R) -> R {
    #[cfg(feature = "enabled")]
    return tree::uncounted(run);
    #[cfg(not(feature = "enabled"))]
    run()
}

/// What has been counted since the last [`take`] or [`reset`], as [`take`] gives it, with the times of samples that were taken in
/// so many other runs of the same program, best [`uncounted`]. The times are those of one run, the mean.
///
/// Each sample is the time of the innermost function with the attribute on its stack. Where nothing could be sampled the times
/// are [those of the clock](self#times-by-the-clock), and the table says why.
pub fn take_with_samples(samples: &Samples, runs: u64) -> Profile {
    #[cfg(feature = "enabled")]
    {
        let recording = tree::record(true);
        tree::without_recording(|| {
            let by_clock = (&recording, tree::overhead(), clock::nanoseconds_per_tick());
            Profile::by_samples(by_clock, samples, runs)
        })
    }
    #[cfg(not(feature = "enabled"))]
    {
        _ = (samples, runs);
        Profile::default()
    }
}

/// What has been recorded since the last [`take`] or [`reset`], on all threads, with the times of the clock; recording starts again.
///
/// The first time this takes up to 20 ms, in which the clock is calibrated. Where the feature `enabled` is off, the profile is
/// empty.
pub fn take() -> Profile {
    recorded(true)
}

/// What has been recorded since the last [`take`] or [`reset`], on all threads, with the times of the clock; recording goes on.
pub fn snapshot() -> Profile {
    recorded(false)
}

/// Forgets what has been recorded: afterwards [`take`] gives what is called from now on.
pub fn reset() {
    #[cfg(feature = "enabled")]
    tree::record(true);
}

/// What the time is measured with: the time stamp counter of the processor, or the clock of the system.
///
/// `None` where the feature `enabled` is off, and nothing is measured.
pub fn clock() -> Option<&'static str> {
    #[cfg(feature = "enabled")]
    return Some(clock::name());
    #[cfg(not(feature = "enabled"))]
    None
}

/// What a call costs by the measurement that is subtracted: between the two readings of the clock, and around them.
///
/// `None` where the feature `enabled` is off.
pub fn overhead_per_call() -> Option<[Duration; 2]> {
    #[cfg(feature = "enabled")]
    {
        let (overhead, ns_per_tick) = (tree::overhead(), clock::nanoseconds_per_tick());
        Some(
            [overhead.inside, overhead.outside].map(|ticks| Duration::from_nanos((ticks * ns_per_tick).round() as u64)),
        )
    }
    #[cfg(not(feature = "enabled"))]
    None
}

#[cfg(feature = "enabled")]
fn recorded(forget: bool) -> Profile {
    let recording = tree::record(forget);
    tree::without_recording(|| Profile::by_clock(&recording, tree::overhead(), clock::nanoseconds_per_tick()))
}

#[cfg(not(feature = "enabled"))]
fn recorded(_forget: bool) -> Profile {
    Profile::default()
}

impl Profile {
    /// The functions that were called.
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// The contexts that they were called in, parents before children.
    pub fn contexts(&self) -> &[Context] {
        &self.contexts
    }

    /// All calls.
    pub fn calls(&self) -> u64 {
        self.contexts.iter().fold(0, |sum, context| sum.saturating_add(context.calls))
    }

    /// The calls that were not recursive.
    pub fn primitive_calls(&self) -> u64 {
        self.stats().iter().fold(0, |sum, stats| sum.saturating_add(stats.primitive_calls))
    }

    /// The time in all functions, on all threads.
    pub fn time(&self) -> Duration {
        Duration::from_nanos(self.contexts.iter().fold(0, |sum, context| sum.saturating_add(context.self_ns)))
    }

    /// The time of the profiler itself, which has been subtracted from that of the [clock](self#times-by-the-clock).
    pub fn overhead(&self) -> Duration {
        Duration::from_nanos(self.contexts.iter().fold(0, |sum, context| sum.saturating_add(context.overhead_ns)))
    }

    /// How many threads made calls.
    pub fn threads(&self) -> u64 {
        self.threads
    }

    /// How many calls are not in the profile, because their thread had too many contexts: see [threads](self).
    pub fn lost_calls(&self) -> u64 {
        self.lost_calls
    }

    /// Calls and times of each function, in the order of [`Profile::functions`].
    pub fn stats(&self) -> Vec<Stats> {
        let mut stats: Vec<Stats> = (0..self.functions.len()).map(Stats::none).collect();
        let totals = self.totals();
        self.walk(|&Visit { place, is_recursive, .. }| {
            stats[self.contexts[place].function].add(&self.contexts[place], totals[place], is_recursive);
        });
        stats.iter_mut().for_each(|stats| self.judge(stats));
        stats
    }

    /// Who called whom: each pair once, in order of caller and callee.
    pub fn edges(&self) -> Vec<Edge> {
        let mut edges: HashMap<(usize, usize), Stats> = HashMap::new();
        let totals = self.totals();
        self.walk(|&Visit { place, is_repeated, .. }| {
            let context = &self.contexts[place];
            if let Some(parent) = context.parent {
                let pair = (self.contexts[parent].function, context.function);
                edges.entry(pair).or_insert_with(|| Stats::none(pair.1)).add(context, totals[place], is_repeated);
            }
        });
        let mut edges: Vec<Edge> = edges.into_iter().map(|((caller, _), callee)| Edge { caller, callee }).collect();
        edges.sort_unstable_by_key(|edge| (edge.caller, edge.callee.function));
        edges.iter_mut().for_each(|edge| self.judge(&mut edge.callee));
        edges
    }

    /// For each context the time in it and in all contexts below, and what has been subtracted there, in nanoseconds.
    fn totals(&self) -> Vec<[u64; 2]> {
        let mut totals: Vec<[u64; 2]> =
            self.contexts.iter().map(|context| [context.self_ns, context.overhead_ns]).collect();
        for place in (0..totals.len()).rev() {
            if let Some(parent) = self.contexts[place].parent {
                totals[parent] = [0, 1].map(|which| totals[parent][which].saturating_add(totals[place][which]));
            }
        }
        totals
    }

    /// For each context those called from it, in order; at the end those without a caller.
    fn children(&self) -> Vec<Vec<usize>> {
        let mut children = vec![Vec::new(); self.contexts.len() + 1];
        for (place, context) in self.contexts.iter().enumerate() {
            children[context.parent.unwrap_or(self.contexts.len())].push(place);
        }
        children
    }

    /// Visits all contexts depth first.
    fn walk(&self, mut visit: impl FnMut(&Visit)) {
        enum Move {
            Enter(usize),
            Leave(usize),
        }
        let children = self.children();
        let mut functions = vec![0_usize; self.functions.len()];
        let mut pairs: HashMap<(Option<usize>, usize), usize> = HashMap::new();
        let pair = |place: usize| {
            let Context { function, parent, .. } = self.contexts[place];
            (parent.map(|parent| self.contexts[parent].function), function)
        };
        let enter = |moves: &mut Vec<Move>, places: &[usize]| {
            moves.extend(places.iter().rev().map(|&place| Move::Enter(place)))
        };
        let mut moves = Vec::new();
        enter(&mut moves, &children[self.contexts.len()]);
        while let Some(next) = moves.pop() {
            match next {
                Move::Enter(place) => {
                    let in_progress = &mut functions[self.contexts[place].function];
                    let calls = pairs.entry(pair(place)).or_default();
                    visit(&Visit { place, is_recursive: *in_progress > 0, is_repeated: *calls > 0 });
                    *in_progress += 1;
                    *calls += 1;
                    moves.push(Move::Leave(place));
                    enter(&mut moves, &children[place]);
                }
                Move::Leave(place) => {
                    functions[self.contexts[place].function] -= 1;
                    *pairs.entry(pair(place)).or_default() -= 1;
                }
            }
        }
    }

    /// The same times with recursion folded: a recursive call is taken for a part of the outermost call of its function, so
    /// that no function stands below itself. Its calls are added there.
    fn without_recursion(&self) -> Self {
        let mut folded = Self { contexts: Vec::new(), ..self.clone() };
        let mut known: HashMap<(Option<usize>, usize), usize> = HashMap::new();
        let mut places = Vec::with_capacity(self.contexts.len());
        for context in &self.contexts {
            let parent = context.parent.map(|parent| places[parent]);
            let above = std::iter::successors(parent, |&place: &usize| folded.contexts[place].parent);
            let same = above.into_iter().find(|&place| folded.contexts[place].function == context.function);
            let place = same.unwrap_or_else(|| {
                *known.entry((parent, context.function)).or_insert_with(|| {
                    folded.contexts.push(Context { parent, calls: 0, self_ns: 0, overhead_ns: 0, ..*context });
                    folded.contexts.len() - 1
                })
            });
            places.push(place);
            let into = &mut folded.contexts[place];
            into.calls = into.calls.saturating_add(context.calls);
            into.self_ns = into.self_ns.saturating_add(context.self_ns);
            into.overhead_ns = into.overhead_ns.saturating_add(context.overhead_ns);
        }
        folded
    }
}

/// A context on a walk through all of them.
struct Visit {
    place: usize,
    /// Whether the function is already in progress above.
    is_recursive: bool,
    /// Whether the same caller is already calling the function above.
    is_repeated: bool,
}

impl Stats {
    fn none(function: usize) -> Self {
        Self {
            function,
            calls: 0,
            primitive_calls: 0,
            self_ns: 0,
            total_ns: 0,
            self_overhead_ns: 0,
            total_overhead_ns: 0,
            self_certainty: Certainty::default(),
            total_certainty: Certainty::default(),
        }
    }

    fn add(&mut self, context: &Context, [total_ns, total_overhead_ns]: [u64; 2], is_recursive: bool) {
        self.calls = self.calls.saturating_add(context.calls);
        self.self_ns = self.self_ns.saturating_add(context.self_ns);
        self.self_overhead_ns = self.self_overhead_ns.saturating_add(context.overhead_ns);
        if !is_recursive {
            self.primitive_calls = self.primitive_calls.saturating_add(context.calls);
            self.total_ns = self.total_ns.saturating_add(total_ns);
            self.total_overhead_ns = self.total_overhead_ns.saturating_add(total_overhead_ns);
        }
    }
}
