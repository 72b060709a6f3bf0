//! The profile of what was recorded.

use std::collections::HashMap;

use super::sampled::Place;
use super::tree::{Overhead, Recording, Site};
use super::{Context, Function, Profile};
use crate::Samples;

impl Profile {
    /// Calls, and times by the clock.
    pub(super) fn by_clock(recording: &Recording, overhead: Overhead, ns_per_tick: f64) -> Self {
        Self::of(recording, overhead, ns_per_tick).0
    }

    /// Calls, and times by samples that were taken in so many runs; by the clock where nothing could be sampled.
    pub(super) fn by_samples(
        (recording, overhead, ns_per_tick): (&Recording, Overhead, f64),
        samples: &Samples,
        runs: u64,
    ) -> Self {
        let (mut profile, places) = Self::of(recording, overhead, ns_per_tick);
        profile.set_samples(&places, samples, runs);
        profile
    }

    fn of(recording: &Recording, overhead: Overhead, ns_per_tick: f64) -> (Self, Vec<Place>) {
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
            places[place] = profile.contexts.len();
            profile.contexts.push(Context {
                function: functions.index(context.site),
                parent: context.parent.map(|parent| places[parent]),
                calls: context.calls,
                self_ns: ((measured - cost) * ns_per_tick).round() as u64,
                overhead_ns: (cost * ns_per_tick).round() as u64,
            });
        }
        let places = functions.places();
        profile.functions = functions.list;
        (profile, places)
    }
}

/// Functions, each once.
#[derive(Default)]
struct Functions {
    list: Vec<Function>,
    known: HashMap<Function, usize>,
    /// The same by the addresses of their sites: several sites can stand for one function.
    sites: HashMap<usize, (&'static Site, usize)>,
}

impl Functions {
    fn index(&mut self, site: &'static Site) -> usize {
        let known = self.sites.entry(std::ptr::from_ref(site).addr()).or_insert_with(|| {
            let function = *self.known.entry(Function::of_site(site)).or_insert_with_key(|function| {
                self.list.push(function.clone());
                self.list.len() - 1
            });
            (site, function)
        });
        known.1
    }

    /// Where they stand, those of which it is known.
    fn places(&self) -> Vec<Place> {
        let place = |&(site, function): &(&'static Site, usize)| {
            let name = (site.path)().rsplit("::").next().unwrap_or_default();
            Some(Place { function, file: site.file, name, lines: site.lines? })
        };
        self.sites.values().filter_map(place).collect()
    }
}

impl Function {
    fn of_site(site: &Site) -> Self {
        let path = (site.path)();
        let name = short_name(path, site.module);
        Self { file: crate::paths::tidy(site.file), line: site.line, name, path: path.into() }
    }
}

/// A path without the module, and without the modules of the types that it names: `<a::b::Type as a::Trait>::method` in module
/// `a::b` becomes `<Type as Trait>::method`.
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
