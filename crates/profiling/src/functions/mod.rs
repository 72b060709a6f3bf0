//! Which functions a program calls, how often, and what it spends in each: `cProfile`, `pstats` and their pictures.
//!
//! [`profile`](crate::profile) on a function counts its calls and times them, separately for each chain of callers and for each
//! thread. [`take`] gathers a [`Profile`], which prints as a [table](Profile::table), with [callers](Profile::callers) and
//! [callees](Profile::callees), is [saved](Profile::save) and [loaded](Profile::load), [compared](Profile::diff) with another
//! one, and becomes a file for KCachegrind ([`Profile::callgrind`]), folded stacks ([`Profile::folded`]), a flame graph
//! ([`Profile::flame_graph`]), a square map ([`Profile::square_map`]) or a graph of calls ([`Profile::dot`]).
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
//! # What is measured, and what the profiler costs
//! Times are those of the wall: a thread that waits, or that another process has pushed aside, is in its function all the while.
//!
//! A call costs two readings of the clock and a dozen loads and stores. Where the clock is the time stamp counter of an x86-64
//! processor that is some 20 ns; elsewhere it is the clock of the system, which takes three times as long. `cargo bench -p profiling
//! --bench functions` says what it is here. A call that does not go where the one before from the same place went looks into a
//! hash table in addition, and the first call in a new context makes its entry there.
//!
//! What a call costs is measured when a profile is first taken, on a function that does nothing: the part between the two
//! readings is subtracted from the function's own time, once for each call, the rest from its caller's. The least of many
//! measurements is taken, so that functions tend to be shown too slow rather than too fast; a time that would become negative is
//! shown as zero, and the table says how much has been subtracted. Three things cannot be: what the compiler no longer does across
//! the readings (a function that would be inlined and vectorised without the attribute is not with it), cache misses of the
//! profiler, and the few nanoseconds by which the processor does one thing while it does another: times for each call that are
//! below 5 ns say no more than that. A function that takes less than a call costs is better left without the attribute.
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
mod table;
#[cfg(feature = "enabled")]
mod tree;

use std::collections::HashMap;
use std::time::Duration;

pub use diff::{Diff, DiffRow};
pub use export::dot::DotOptions;
pub use export::flamegraph::FlameGraphError;
pub use export::folded::Recursion;
pub use export::square_map::SquareMapOptions;
pub use file::{FileError, FormatError};
pub use table::{Column, Relations, Table, UnknownColumn};
#[cfg(feature = "enabled")]
#[doc(hidden)]
pub use tree::{Guard, Site, enter};

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
    overhead_ns: u64,
}

/// What has been recorded since the last [`take`] or [`reset`], on all threads; recording begins anew.
///
/// The first time this takes up to 20 ms, in which the clock is calibrated. Where the feature `enabled` is off, the profile is
/// empty.
pub fn take() -> Profile {
    recorded(true)
}

/// What has been recorded since the last [`take`] or [`reset`], on all threads; recording goes on.
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
    tree::without_recording(|| Profile::new(&recording, tree::overhead(), clock::nanoseconds_per_tick()))
}

#[cfg(not(feature = "enabled"))]
fn recorded(_forget: bool) -> Profile {
    Profile::default()
}

impl Profile {
    #[cfg(feature = "enabled")]
    fn new(recording: &tree::Recording, overhead: tree::Overhead, ns_per_tick: f64) -> Self {
        let recorded = &recording.contexts;
        let (mut children_time, mut children_calls) = (vec![0_u64; recorded.len()], vec![0_u64; recorded.len()]);
        for context in recorded {
            if let Some(parent) = context.parent {
                children_time[parent] += context.time;
                children_calls[parent] += context.calls;
            }
        }
        // A context that was not entered stays when one below it was: its parent is then still in progress, or was.
        let mut kept: Vec<bool> = recorded.iter().map(|context| context.calls > 0 || context.time > 0).collect();
        for place in (0..recorded.len()).rev() {
            if let Some(parent) = recorded[place].parent {
                kept[parent] |= kept[place];
            }
        }
        let mut profile = Self { threads: recording.threads as u64, lost_calls: recording.lost, ..Self::default() };
        let mut functions = Functions::default();
        let mut places = vec![0; recorded.len()];
        for (place, context) in recorded.iter().enumerate().filter(|&(place, _)| kept[place]) {
            let measured = context.time.saturating_sub(children_time[place]) as f64;
            let cost = context.calls as f64 * overhead.inside + children_calls[place] as f64 * overhead.outside;
            let cost = cost.min(measured);
            profile.overhead_ns += (cost * ns_per_tick).round() as u64;
            places[place] = profile.contexts.len();
            profile.contexts.push(Context {
                function: functions.index(context.site),
                parent: context.parent.map(|parent| places[parent]),
                calls: context.calls,
                self_ns: ((measured - cost) * ns_per_tick).round() as u64,
            });
        }
        profile.functions = functions.list;
        profile
    }

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

    /// The time of the profiler itself, which has been subtracted: see [what it costs](self).
    pub fn overhead(&self) -> Duration {
        Duration::from_nanos(self.overhead_ns)
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
        edges
    }

    /// For each context the time in it and in all contexts below, in nanoseconds.
    fn totals(&self) -> Vec<u64> {
        let mut totals: Vec<u64> = self.contexts.iter().map(|context| context.self_ns).collect();
        for place in (0..totals.len()).rev() {
            if let Some(parent) = self.contexts[place].parent {
                totals[parent] = totals[parent].saturating_add(totals[place]);
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
                    folded.contexts.push(Context { parent, calls: 0, self_ns: 0, ..*context });
                    folded.contexts.len() - 1
                })
            });
            places.push(place);
            let into = &mut folded.contexts[place];
            into.calls = into.calls.saturating_add(context.calls);
            into.self_ns = into.self_ns.saturating_add(context.self_ns);
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
        Self { function, calls: 0, primitive_calls: 0, self_ns: 0, total_ns: 0 }
    }

    fn add(&mut self, context: &Context, total_ns: u64, is_recursive: bool) {
        self.calls = self.calls.saturating_add(context.calls);
        self.self_ns = self.self_ns.saturating_add(context.self_ns);
        if !is_recursive {
            self.primitive_calls = self.primitive_calls.saturating_add(context.calls);
            self.total_ns = self.total_ns.saturating_add(total_ns);
        }
    }
}

/// Functions, each once.
#[cfg(feature = "enabled")]
#[derive(Default)]
struct Functions {
    list: Vec<Function>,
    places: HashMap<Function, usize>,
    /// The same by the addresses of their sites: several sites can stand for one function.
    sites: HashMap<usize, usize>,
}

#[cfg(feature = "enabled")]
impl Functions {
    fn index(&mut self, site: &'static Site) -> usize {
        *self.sites.entry(std::ptr::from_ref(site).addr()).or_insert_with(|| {
            let function = Function::of_site(site);
            *self.places.entry(function).or_insert_with_key(|function| {
                self.list.push(function.clone());
                self.list.len() - 1
            })
        })
    }
}

impl Function {
    #[cfg(feature = "enabled")]
    fn of_site(site: &Site) -> Self {
        let path = (site.path)();
        let name = short_name(path, site.module);
        Self { file: crate::paths::tidy(site.file), line: site.line, name, path: path.into() }
    }
}

/// A path without the module, and without the modules of the types that it names: `<a::b::Type as a::Trait>::method` in module
/// `a::b` becomes `<Type as Trait>::method`.
#[cfg(feature = "enabled")]
fn short_name(path: &str, module: &str) -> String {
    let path = path.strip_prefix(module).and_then(|path| path.strip_prefix("::")).unwrap_or(path);
    // In front of the last `>` only types are named, and of their paths the last segment says enough.
    let types = path.rfind('>').map_or(0, |end| end + 1);
    let (types, rest) = path.split_at(types);
    let mut short = String::new();
    let mut segment = String::new();
    let mut characters = types.chars().peekable();
    while let Some(c) = characters.next() {
        if c.is_alphanumeric() || c == '_' {
            segment.push(c);
        } else if c == ':' && characters.next_if_eq(&':').is_some() && !short.ends_with('>') {
            segment.clear();
        } else {
            short.push_str(&segment);
            segment.clear();
            short.push(c);
            if c == ':' {
                short.push(':');
            }
        }
    }
    let short = short + &segment;
    let inherent = short.strip_prefix("<impl ").and_then(|short| short.strip_suffix('>')).map(str::to_owned);
    inherent.unwrap_or(short) + rest
}
