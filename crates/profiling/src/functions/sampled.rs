//! Samples in the tree of calls: whose time it is that was seen.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::iter::successors;
use std::path::Path;

use super::{Context, Profile, Sampling, Times};
use crate::{Frame, Samples};

/// Where a function with the attribute stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Its index in the profile.
    pub(super) function: usize,
    /// The file, as `file!()` and debug information name it.
    pub(super) file: &'static str,
    /// Its name, without any path.
    pub(super) name: &'static str,
    /// Its first and last line.
    pub(super) lines: (u32, u32),
}

impl Place {
    /// Whether the frame is of a function of that name and file, rather than of a closure or a function inside.
    fn is_named_in(&self, frame: &Frame) -> bool {
        last_part(&frame.function) == self.name
            && frame.file.as_deref().is_some_and(|file| file.ends_with(Path::new(self.file)))
    }

    /// Which function a frame is a call of: the innermost one of that name that has the line. Of an instruction that stands for
    /// several the compiler does not tell the line: then it is the only one of that name in the file.
    fn of(frame: &Frame, places: &[Self]) -> Option<usize> {
        let mut named = places.iter().filter(|place| place.is_named_in(frame));
        if frame.line == 0 {
            let first = named.next()?.function;
            return named.all(|place| place.function == first).then_some(first);
        }
        let called = named.filter(|place| (place.lines.0..=place.lines.1).contains(&frame.line));
        called.min_by_key(|place| place.lines.1 - place.lines.0).map(|place| place.function)
    }
}

/// The last part of a path, without generic arguments: `{closure#0}` of `<a::Type<u8>>::method::<T>::{closure#0}`.
fn last_part(path: &str) -> &str {
    let mut path = path.trim_end();
    // Arguments may be paths too, so what is in angle brackets is passed over from behind. `->` closes none.
    while path.ends_with('>') {
        let mut depth = 0;
        let opening = path.char_indices().rev().find(|&(at, c)| {
            match c {
                '>' if !path[..at].ends_with('-') => depth += 1,
                '<' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        match opening {
            Some((at, _)) if at > 0 => path = path[..at].strip_suffix("::").unwrap_or(&path[..at]),
            _ => return path,
        }
    }
    path.rsplit("::").next().unwrap_or(path)
}

impl Profile {
    /// Gives the contexts the times of samples that were taken in so many runs, in place of those of the clock. Where nothing could
    /// be sampled the clock's stay.
    pub(super) fn set_samples(&mut self, places: &[Place], samples: &Samples, runs: u64) {
        if let Some(why) = samples.unavailable() {
            self.times = Times::Clock { why: Some(why.to_string()) };
            return;
        }
        for context in &mut self.contexts {
            (context.self_ns, context.overhead_ns) = (0, 0);
        }
        let timed = |function: &usize| places.iter().any(|place| place.function == *function);
        self.untimed = (0..self.functions.len()).filter(|function| !timed(function)).collect();
        let runs = runs.max(1);
        let mean = |time: std::time::Duration| u64::try_from(time.as_nanos() / u128::from(runs)).unwrap_or(u64::MAX);
        let mut sampling = Sampling {
            frequency: samples.frequency(),
            runs,
            samples: samples.total(),
            events: samples.events(),
            outside: 0,
            cpu_ns: mean(samples.cpu().unwrap_or_default()),
            wall_ns: mean(samples.wall()),
        };
        let mut tree = Tree::new(&self.contexts, self.functions.len());
        let mut weights: HashMap<usize, u64> = HashMap::new();
        for (path, weight) in samples.paths(|frame| Place::of(frame, places)) {
            match path.is_empty() {
                true => sampling.outside += weight,
                false => *weights.entry(tree.place(&mut self.contexts, &path)).or_default() += weight,
            }
        }
        for (place, weight) in weights {
            self.contexts[place].self_ns = sampling.ns(weight);
        }
        self.times = Times::Sampled(sampling);
    }
}

/// The contexts by how they are reached.
struct Tree {
    children: HashMap<(Option<usize>, usize), usize>,
    /// Those of each function, with their depths: the least depth first, and of one depth the most calls.
    of_function: Vec<Vec<(usize, usize)>>,
}

impl Tree {
    fn new(contexts: &[Context], functions: usize) -> Self {
        let mut tree = Self { children: HashMap::new(), of_function: vec![Vec::new(); functions] };
        let mut depths: Vec<usize> = Vec::with_capacity(contexts.len());
        for (place, context) in contexts.iter().enumerate() {
            depths.push(context.parent.map_or(1, |parent| depths[parent] + 1));
            tree.children.insert((context.parent, context.function), place);
            tree.of_function[context.function].push((depths[place], place));
        }
        for places in &mut tree.of_function {
            places.sort_by_key(|&(depth, place)| (depth, Reverse(contexts[place].calls)));
        }
        tree
    }

    /// The context of a path of functions, the outermost first.
    ///
    /// A stack may show less than was counted: scopes have no frames, and of a deep stack only the inner part is copied. Then it
    /// is that context which has the fewest calls between those of the path, and of several the one that is called most. A path
    /// that was not counted at all, because another run went elsewhere, becomes a context without calls.
    fn place(&mut self, contexts: &mut Vec<Context>, path: &[usize]) -> usize {
        let (mut at, mut matched) = (None, 0);
        while let Some(&place) = path.get(matched).and_then(|&function| self.children.get(&(at, function))) {
            (at, matched) = (Some(place), matched + 1);
        }
        if let Some(place) = at.filter(|_| matched == path.len()).or_else(|| self.with_more_between(contexts, path)) {
            return place;
        }
        for &function in &path[matched..] {
            let place = contexts.len();
            contexts.push(Context { function, parent: at, calls: 0, self_ns: 0, overhead_ns: 0 });
            self.children.insert((at, function), place);
            at = Some(place);
        }
        at.expect("a path has a function at least")
    }

    fn with_more_between(&self, contexts: &[Context], path: &[usize]) -> Option<usize> {
        let candidates = &self.of_function[*path.last()?];
        let first = candidates.partition_point(|&(depth, _)| depth < path.len());
        let matches = |place: usize| {
            let mut rest = path.iter().rev().peekable();
            for place in successors(Some(place), |&place| contexts[place].parent) {
                rest.next_if(|function| **function == contexts[place].function);
                if rest.peek().is_none() {
                    return true;
                }
            }
            false
        };
        candidates[first..].iter().map(|&(_, place)| place).find(|&place| matches(place))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::functions::{Certainty, Function, Stats};
    use crate::{Stack, Thread};

    const OUTER: usize = 0;
    const INNER: usize = 1;
    const FACTORIAL: usize = 2;
    const SCOPE: usize = 3;

    /// `outer` on lines 10 to 20, which has a scope in it, `inner` on 30 to 35 and `factorial` on 40 to 42 of a file.
    fn places() -> [Place; 3] {
        let place = |function, name, lines| Place { function, file: "src/app.rs", name, lines };
        [place(OUTER, "outer", (10, 20)), place(INNER, "inner", (30, 35)), place(FACTORIAL, "factorial", (40, 42))]
    }

    fn frame(function: &str, file: &str, line: u32) -> Frame {
        let file = (!file.is_empty()).then(|| Arc::from(Path::new(file)));
        Frame { function: function.into(), file, line }
    }

    /// The contexts, as `(parent, function, calls)`, that a profile by the clock has.
    fn counted(contexts: &[(Option<usize>, usize, u64)]) -> Profile {
        let function = |(name, line): (&str, u32)| Function {
            file: "src/app.rs".into(),
            line,
            name: name.into(),
            path: format!("app::{name}"),
        };
        let functions = [("outer", 11), ("inner", 31), ("factorial", 41), ("a scope", 15)].map(function).to_vec();
        let context = |&(parent, function, calls)| Context { function, parent, calls, self_ns: 77, overhead_ns: 99 };
        Profile { functions, contexts: contexts.iter().map(context).collect(), ..Profile::default() }
    }

    /// Stacks of indices, the innermost frame first, with thread and weight, at 1000 samples a second.
    fn sampled(frames: &[Frame], stacks: &[(usize, u64, &[u32])]) -> Samples {
        let stacks = stacks.iter().map(|&(thread, weight, frames)| Stack::new(thread, weight, frames.into(), 1));
        let threads = ["main", "other"].iter().zip(1..).map(|(name, id)| Thread { id, name: (*name).into() }).collect();
        Samples::new(1000, Duration::from_secs(1), frames.to_vec(), stacks.collect(), threads)
    }

    fn milliseconds(stats: &Stats) -> [u64; 2] {
        [stats.self_ns, stats.total_ns].map(|ns| ns / 1_000_000)
    }

    #[test]
    fn names_end_with_their_last_part() {
        let names = [
            ("app::outer", "outer"),
            ("inner<u8, alloc::vec::Vec<u8>>", "inner"),
            ("app::inner::<u8, fn(u8) -> app::T>", "inner"),
            ("<app::Square<_> as app::Shape>::area", "area"),
            ("<app::Square<u8>>::side::<f64>", "side"),
            ("app::outer::{closure#0}", "{closure#0}"),
            ("<app::Square<u8>>", "<app::Square<u8>>"),
            ("hypot", "hypot"),
        ];
        for (path, last) in names {
            assert_eq!(last_part(path), last, "{path}");
        }
    }

    #[test]
    fn a_sample_is_the_time_of_the_innermost_function_and_of_those_around_it() {
        let frames = [
            frame("main", "/a/src/main.rs", 1),
            frame("app::outer", "/a/src/app.rs", 12),
            frame("app::outer", "/a/src/app.rs", 16),
            // Inlined, so that its name is short; and called, in another instantiation.
            frame("inner<u8>", "/a/src/app.rs", 33),
            frame("app::inner::<u16>", "/a/src/app.rs", 34),
            frame("hypot", "", 0),
            frame("app::outer::{closure#0}", "/a/src/app.rs", 13),
            frame("core::iter::map", "/rustc/core/src/iter.rs", 12),
        ];
        let mut profile = counted(&[(None, OUTER, 1), (Some(0), INNER, 10), (None, INNER, 2)]);
        let samples = sampled(
            &frames,
            &[
                (0, 1, &[1, 0]),
                // A closure of outer, in outer, is no other call of it; alone on another thread it is none.
                (0, 2, &[6, 7, 2, 0]),
                (1, 4, &[6, 7]),
                // What a function calls that has no attribute is its own time.
                (0, 8, &[5, 3, 1, 0]),
                (0, 16, &[4, 2, 0]),
                (1, 32, &[4, 0]),
                (0, 64, &[0]),
            ],
        );
        profile.set_samples(&places(), &samples, 1);
        let own: Vec<u64> = profile.contexts.iter().map(|context| context.self_ns / 1_000_000).collect();
        assert_eq!(own, [3, 24, 32]);
        assert!(profile.contexts.iter().all(|context| context.overhead_ns == 0), "nothing is subtracted");
        let stats = profile.stats();
        assert_eq!((milliseconds(&stats[OUTER]), milliseconds(&stats[INNER])), ([3, 27], [56, 56]));
        let Times::Sampled(sampling) = profile.times else { panic!("{:?}", profile.times) };
        assert_eq!((sampling.samples, sampling.outside, sampling.runs), (127, 4 + 64, 1));
    }

    /// The sampler's own table and that of the functions have the same samples, so they have the same times.
    #[test]
    fn times_are_those_of_the_samplers_table() {
        let frames = [
            frame("app::outer", "/a/src/app.rs", 12),
            frame("app::inner", "/a/src/app.rs", 33),
            frame("app::factorial", "/a/src/app.rs", 41),
        ];
        let mut profile = counted(&[(None, OUTER, 1), (Some(0), INNER, 10), (Some(1), FACTORIAL, 1)]);
        let samples = sampled(&frames, &[(0, 30, &[0]), (0, 200, &[1, 0]), (0, 5, &[2, 1, 0]), (0, 7, &[2, 2, 1, 0])]);
        profile.set_samples(&places(), &samples, 1);
        for row in samples.functions() {
            let stats = profile.stats();
            let same = |stats: &&Stats| *profile.functions[stats.function].path == *row.function;
            let found = stats.iter().find(same).expect("it was counted");
            assert_eq!(milliseconds(found), [row.own, row.total], "{}", row.function);
        }
    }

    #[test]
    fn recursive_calls_are_contexts_of_their_own_and_count_once() {
        let frames = [frame("app::factorial", "/a/src/app.rs", 41), frame("main", "/a/src/main.rs", 1)];
        let mut profile = counted(&[(None, FACTORIAL, 1), (Some(0), FACTORIAL, 1), (Some(1), FACTORIAL, 1)]);
        let stacks: [(usize, u64, &[u32]); 3] = [(0, 1, &[0, 1]), (0, 2, &[0, 0, 1]), (0, 4, &[0, 0, 0, 1])];
        profile.set_samples(&places(), &sampled(&frames, &stacks), 1);
        let own: Vec<u64> = profile.contexts.iter().map(|context| context.self_ns / 1_000_000).collect();
        assert_eq!(own, [1, 2, 4]);
        assert_eq!(milliseconds(&profile.stats()[FACTORIAL]), [7, 7]);
    }

    #[test]
    fn times_are_the_mean_of_the_runs() {
        let frames = [frame("app::outer", "/a/src/app.rs", 12)];
        let mut profile = counted(&[(None, OUTER, 1)]);
        profile.set_samples(&places(), &sampled(&frames, &[(0, 100, &[0])]), 8);
        assert_eq!(profile.contexts[0].self_ns, 12_500_000);
    }

    #[test]
    fn a_function_of_the_same_name_elsewhere_is_another_one() {
        let frames = [
            frame("app::outer", "/a/src/other.rs", 12),
            frame("app::outer", "/a/src/app.rs", 21),
            frame("app::outer", "/a/src/app.rs", 0),
            frame("app::outer", "/a/src/app.rs", 10),
            frame("app::outer", "/a/src/app.rs", 20),
        ];
        let called = frames.each_ref().map(|frame| Place::of(frame, &places()));
        assert_eq!(called, [None, None, Some(OUTER), Some(OUTER), Some(OUTER)]);
        // One function in another of the same name: the inner one, or nobody knows.
        let two = [places()[OUTER], Place { function: 9, lines: (12, 14), ..places()[OUTER] }];
        let called = [13, 15, 0].map(|line| Place::of(&frame("outer", "/a/src/app.rs", line), &two));
        assert_eq!(called, [Some(9), Some(OUTER), None]);
    }

    #[test]
    fn stacks_that_show_less_than_was_counted_find_their_context() {
        let frames = [
            frame("app::outer", "/a/src/app.rs", 12),
            frame("app::inner", "/a/src/app.rs", 33),
            frame("app::factorial", "/a/src/app.rs", 41),
        ];
        let contexts = [
            (None, OUTER, 1),
            (Some(0), SCOPE, 5),
            (Some(1), INNER, 5),
            (Some(2), FACTORIAL, 1),
            (Some(0), FACTORIAL, 3),
            (Some(3), FACTORIAL, 1),
        ];
        let mut profile = counted(&contexts);
        let stacks: [(usize, u64, &[u32]); 5] = [
            // Through the scope, of which a stack shows nothing.
            (0, 1, &[1, 0]),
            // The outer part was not copied: the least deep of those it may be, and there that which is called most.
            (0, 2, &[2]),
            (0, 4, &[2, 2]),
            // The counted run did not go there.
            (0, 8, &[0, 0, 1]),
            (0, 16, &[0]),
        ];
        profile.set_samples(&places(), &sampled(&frames, &stacks), 1);
        let own: Vec<u64> = profile.contexts.iter().map(|context| context.self_ns / 1_000_000).collect();
        assert_eq!(own[..6], [16, 0, 1, 0, 2, 4]);
        let new: Vec<_> = profile.contexts[6..].iter().map(|c| (c.function, c.parent, c.calls, c.self_ns)).collect();
        assert_eq!(
            new,
            [(INNER, None, 0, 0), (OUTER, Some(6), 0, 0), (OUTER, Some(7), 0, 8_000_000)],
            "a path that was not counted has no calls"
        );
        assert_eq!(profile.stats()[SCOPE].self_certainty, Certainty::Unknown);
        assert_eq!(profile.calls(), 16);
    }

    /// What the attribute puts in counts nothing then: a sample in it is the time of the function around it.
    #[test]
    fn a_sample_in_what_the_attribute_puts_in_is_the_functions() {
        let frames = [
            frame("core::sync::atomic::load", "/rustc/core/src/sync/atomic.rs", 9),
            frame("profiling::functions::tree::enter", "/p/profiling/src/functions/tree.rs", 9),
            frame("profiling::functions::tree::drop", "/p/profiling/src/functions/tree.rs", 19),
            frame("core::ptr::drop_in_place", "/rustc/core/src/ptr/mod.rs", 5),
            frame("app::outer", "/a/src/app.rs", 10),
            frame("profiling::functions::tree::begin", "/p/profiling/src/functions/tree.rs", 29),
        ];
        let mut profile = counted(&[(None, OUTER, 1)]);
        let stacks: [(usize, u64, &[u32]); 4] =
            [(0, 1, &[0, 1, 4]), (0, 2, &[1, 4]), (0, 4, &[2, 3, 4]), (0, 8, &[5, 1, 4])];
        let samples = sampled(&frames, &stacks);
        profile.set_samples(&places(), &samples, 1);
        assert_eq!(milliseconds(&profile.stats()[OUTER]), [7, 7]);
        assert_eq!(samples.own(), 8, "counting is the profiler's own time");
        assert_eq!(&*samples.functions()[0].function, "app::outer");
        assert_eq!(samples.functions().len(), 1);
    }
}
