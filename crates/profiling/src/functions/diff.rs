//! What changed from one profile to another.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use super::table::{shown, width};
use super::{Certainty, Function, Profile, Stats, Times};

/// A function in two profiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffRow {
    /// The function: as in the second profile, or as in the first one where the second does not have it.
    pub function: Function,
    /// Its calls and times in the first profile, if it is there.
    pub before: Option<Stats>,
    /// Its calls and times in the second profile, if it is there.
    pub after: Option<Stats>,
}

/// Two profiles, function by function. Functions are the same when file and path are; their lines may differ.
///
/// It prints as a table: the functions whose tottime changed most come first. Times are in seconds; a ratio is the second number
/// over the first, `new` and `gone` mark functions that only one profile has. Where one of two times [cannot be
/// told](Certainty::is_told), nor can their change and their ratio: `-`.
#[derive(Clone, Debug)]
pub struct Diff {
    rows: Vec<DiffRow>,
    top: Option<usize>,
    digits: usize,
    times: [(u64, Certainty); 2],
    calls: [u64; 2],
    /// Whether one profile's times are sampled, and the other's are not.
    mixed: bool,
}

impl Profile {
    /// What changes from this profile to another one.
    pub fn diff(&self, after: &Self) -> Diff {
        let mut rows: BTreeMap<(&str, &str), DiffRow> = BTreeMap::new();
        for (at, profile) in [self, after].into_iter().enumerate() {
            for stats in profile.stats() {
                let function = &profile.functions()[stats.function];
                let row = rows.entry((&function.file, &function.path)).or_insert_with(|| DiffRow {
                    function: function.clone(),
                    before: None,
                    after: None,
                });
                row.function.clone_from(function);
                let side = if at == 0 { &mut row.before } else { &mut row.after };
                match side {
                    // Two functions of one path, in different blocks of another function perhaps.
                    Some(sum) => sum.merge(&stats),
                    None => *side = Some(stats),
                }
            }
        }
        let mut rows: Vec<DiffRow> = rows.into_values().collect();
        rows.sort_by_key(|row| Reverse(row.change(|stats| stats.self_ns).unsigned_abs()));
        let time = |profile: &Self| u64::try_from(profile.time().as_nanos()).unwrap_or(u64::MAX);
        let times = [self, after].map(|profile| (time(profile), profile.certainty()));
        let [before_sampled, after_sampled] = [self, after].map(|profile| matches!(profile.times(), Times::Sampled(_)));
        let calls = [self, after].map(Profile::calls);
        Diff { rows, top: None, digits: 6, times, calls, mixed: before_sampled != after_sampled }
    }
}

impl Stats {
    fn merge(&mut self, other: &Self) {
        self.calls = self.calls.saturating_add(other.calls);
        self.primitive_calls = self.primitive_calls.saturating_add(other.primitive_calls);
        self.self_ns = self.self_ns.saturating_add(other.self_ns);
        self.total_ns = self.total_ns.saturating_add(other.total_ns);
        self.self_overhead_ns = self.self_overhead_ns.saturating_add(other.self_overhead_ns);
        self.total_overhead_ns = self.total_overhead_ns.saturating_add(other.total_overhead_ns);
        self.self_certainty = self.self_certainty.and(other.self_certainty);
        self.total_certainty = self.total_certainty.and(other.total_certainty);
    }
}

impl DiffRow {
    /// The second value less the first, where a missing one counts as 0: `row.change(|stats| stats.calls)`.
    pub fn change(&self, value: impl Fn(&Stats) -> u64) -> i128 {
        let [before, after] = self.both(value);
        i128::from(after) - i128::from(before)
    }

    /// The second value over the first; `None` where the function is missing on a side or the first value is 0.
    pub fn ratio(&self, value: impl Fn(&Stats) -> u64) -> Option<f64> {
        let (before, after) = (self.before.as_ref()?, self.after.as_ref()?);
        (value(before) > 0).then(|| value(after) as f64 / value(before) as f64)
    }

    fn both(&self, value: impl Fn(&Stats) -> u64) -> [u64; 2] {
        [&self.before, &self.after].map(|stats| stats.as_ref().map_or(0, &value))
    }

    /// The ratio as it is printed.
    fn shown_ratio(&self, value: impl Fn(&Stats) -> u64, is_told: bool) -> String {
        match (&self.before, &self.after) {
            (None, _) => "new".into(),
            (_, None) => "gone".into(),
            _ if is_told => shown_ratio(self.both(value)),
            _ => "-".into(),
        }
    }

    /// A time before, after, its change and ratio, as they are printed.
    fn shown_time(&self, time: impl Fn(&Stats) -> (u64, Certainty), digits: usize) -> String {
        let sides = [&self.before, &self.after].map(|stats| stats.as_ref().map_or((0, Certainty::Good), &time));
        let [before, after] = sides.map(|(ns, certainty)| shown(ns as f64, certainty, digits));
        let is_told = sides.iter().all(|(_, certainty)| certainty.is_told());
        let change = if is_told {
            format!("{:+.digits$}", self.change(|stats| time(stats).0) as f64 / 1e9)
        } else {
            "-".to_owned()
        };
        let ratio = self.shown_ratio(|stats| time(stats).0, is_told);
        format!("{before} {after} {change:>width$} {ratio:>7}", width = width(digits))
    }
}

impl Diff {
    /// The functions of both profiles, those first whose tottime changed most.
    pub fn rows(&self) -> &[DiffRow] {
        &self.rows
    }

    /// Prints at most so many functions.
    pub fn top(mut self, functions: usize) -> Self {
        self.top = Some(functions);
        self
    }

    /// Prints so many digits of a second: 6 unless something else is asked for.
    pub fn digits(mut self, digits: usize) -> Self {
        self.digits = digits;
        self
    }
}

fn shown_ratio([before, after]: [u64; 2]) -> String {
    if before == 0 { "-".into() } else { format!("{:.3}", after as f64 / before as f64) }
}

impl Display for Diff {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let is_told = self.times.iter().all(|(_, certainty)| certainty.is_told());
        let times = if is_told { shown_ratio(self.times.map(|(ns, _)| ns)) } else { "-".to_owned() };
        let calls = shown_ratio(self.calls);
        writeln!(f, "         {} -> {} function calls ({calls})", self.calls[0], self.calls[1])?;
        let [before, after] =
            self.times.map(|(ns, certainty)| shown(ns as f64, certainty, self.digits).trim_start().to_owned());
        writeln!(f, "         {before} -> {after} seconds ({times})")?;
        if self.mixed {
            writeln!(f, "         one is sampled processor time, the other is by the clock")?;
        }
        writeln!(f)?;
        let length = self.top.unwrap_or(usize::MAX).min(self.rows.len());
        let rows = &self.rows[..length];
        if length < self.rows.len() {
            writeln!(f, "   List reduced from {} to {length}\n", self.rows.len())?;
        }
        if rows.is_empty() {
            return Ok(());
        }
        let calls =
            |row: &DiffRow| [&row.before, &row.after].map(|s| s.as_ref().map_or_else(|| "-".into(), Stats::ncalls));
        let ncalls = rows.iter().flat_map(calls).map(|text| text.len()).max().unwrap_or(0).max(9);
        let time = width(self.digits);
        let (both, times) = (2 * ncalls + 9, 3 * time + 10);
        let groups = format!("{:^both$}  {:^times$}  {:^times$}", "ncalls", "tottime", "cumtime");
        writeln!(f, "{}", groups.trim_end())?;
        let group = format!("{:>time$} {:>time$} {:>time$} {:>7}", "before", "after", "change", "ratio");
        writeln!(
            f,
            "{:>ncalls$} {:>ncalls$} {:>7}  {group}  {group} filename:lineno(function)",
            "before", "after", "ratio"
        )?;
        for row in rows {
            let [before, after] = calls(row);
            write!(f, "{before:>ncalls$} {after:>ncalls$} {:>7}", row.shown_ratio(|stats| stats.calls, true))?;
            let own = row.shown_time(|stats| (stats.self_ns, stats.self_certainty), self.digits);
            let total = row.shown_time(|stats| (stats.total_ns, stats.total_certainty), self.digits);
            write!(f, "  {own}  {total}")?;
            writeln!(f, " {}", row.function.standard_name())?;
        }
        Ok(())
    }
}
