//! The format of callgrind, which KCachegrind, `callgrind_annotate` and `gprof2dot` read.
//!
//! Source: "Callgrind Format Specification" in the manual of Valgrind.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::{Function, Profile, Visit};

impl Profile {
    /// The profile in the format of callgrind: save it as `callgrind.out.NAME` for KCachegrind, `callgrind_annotate` or
    /// `gprof2dot -f callgrind`.
    ///
    /// Its one event is `ns`: nanoseconds. Cost stands at the line of the function's name, as lines are not measured here.
    ///
    /// The format knows no contexts, only functions and calls from one to another. So that the inclusive cost of a function is its cumtime
    /// with recursion too, a call of a function that is already in progress costs nothing. Where a function is called recursively
    /// and also from outside of all functions, that outside is written as a function too: `<outside>`.
    ///
    /// A context of which the clock could tell [no time](super::super::Certainty::Overhead) costs nothing here.
    pub fn callgrind(&self) -> String {
        self.told().0.callgrind_of_all()
    }

    fn callgrind_of_all(&self) -> String {
        let stats = self.stats();
        let calls = self.calls_between();
        // Functions of the same name in several files or at several lines are told apart by the line.
        let mut names: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for function in &self.functions {
            *names.entry((&function.file, &function.path)).or_default() += 1;
        }
        let name = |function: &Function| {
            let name = one_line(&function.path);
            if names[&(&*function.file, &*function.path)] > 1 { format!("{name}:{}", function.line) } else { name }
        };
        let time: u64 = stats.iter().fold(0, |sum, stats| sum.saturating_add(stats.self_ns));

        let mut text = String::from("# callgrind format\nversion: 1\n");
        _ = writeln!(text, "creator: profiling {}", env!("CARGO_PKG_VERSION"));
        _ = writeln!(text, "positions: line\nevent: ns : Nanoseconds\nevents: ns\nsummary: {time}");
        let write_calls = |text: &mut String, caller: Option<usize>, line: u32| {
            for (&(_, callee), &(calls, time)) in calls.range((caller, 0)..=(caller, usize::MAX)) {
                let callee = &self.functions[callee];
                _ = writeln!(text, "cfi={}\ncfn={}", one_line(&callee.file), name(callee));
                _ = writeln!(text, "calls={calls} {}\n{line} {time}", callee.line);
            }
        };
        for stats in &stats {
            let function = &self.functions[stats.function];
            _ = writeln!(text, "\nfl={}\nfn={}", one_line(&function.file), name(function));
            _ = writeln!(text, "{} {}", function.line, stats.self_ns);
            write_calls(&mut text, Some(stats.function), function.line);
        }
        let is_called = |callee: usize| calls.keys().any(|&(caller, function)| caller.is_some() && function == callee);
        if calls.keys().any(|&(caller, function)| caller.is_none() && is_called(function)) {
            _ = writeln!(text, "\nfl=<outside>\nfn=<outside>\n0 0");
            write_calls(&mut text, None, 0);
        }
        _ = writeln!(text, "\ntotals: {time}");
        text
    }

    /// Calls and time of each pair of caller and callee, where recursive calls take no time and `None` calls the outermost functions.
    fn calls_between(&self) -> BTreeMap<(Option<usize>, usize), (u64, u64)> {
        let totals = self.totals();
        let mut calls: BTreeMap<(Option<usize>, usize), (u64, u64)> = BTreeMap::new();
        self.walk(|&Visit { place, is_recursive, .. }| {
            let context = &self.contexts[place];
            let caller = context.parent.map(|parent| self.contexts[parent].function);
            let (calls, time) = calls.entry((caller, context.function)).or_default();
            *calls = calls.saturating_add(context.calls);
            if !is_recursive {
                *time = time.saturating_add(totals[place][0]);
            }
        });
        calls
    }
}

/// A name cannot go over several lines, and one that begins like a number in parentheses would be taken for an abbreviation.
fn one_line(name: &str) -> String {
    let name = name.replace(['\n', '\r'], " ");
    if name.starts_with('(') { format!(" {name}") } else { name }
}
