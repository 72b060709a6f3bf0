//! What changed from one profile to another.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use super::table::{seconds, width};
use super::{Function, Profile, Stats};

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
/// over the first, `new` and `gone` mark functions that only one profile has.
#[derive(Clone, Debug)]
pub struct Diff {
    rows: Vec<DiffRow>,
    top: Option<usize>,
    digits: usize,
    times: [u64; 2],
    calls: [u64; 2],
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
        let times = [self, after].map(|profile| u64::try_from(profile.time().as_nanos()).unwrap_or(u64::MAX));
        Diff { rows, top: None, digits: 6, times, calls: [self, after].map(Profile::calls) }
    }
}

impl Stats {
    fn merge(&mut self, other: &Self) {
        self.calls = self.calls.saturating_add(other.calls);
        self.primitive_calls = self.primitive_calls.saturating_add(other.primitive_calls);
        self.self_ns = self.self_ns.saturating_add(other.self_ns);
        self.total_ns = self.total_ns.saturating_add(other.total_ns);
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
    fn shown_ratio(&self, value: impl Fn(&Stats) -> u64) -> String {
        match (&self.before, &self.after) {
            (None, _) => "new".into(),
            (_, None) => "gone".into(),
            _ => shown_ratio(self.both(value)),
        }
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
        let [calls, times] = [self.calls, self.times].map(shown_ratio);
        writeln!(f, "         {} -> {} function calls ({calls})", self.calls[0], self.calls[1])?;
        let [before, after] = self.times.map(|ns| seconds(ns as f64, self.digits).trim_start().to_owned());
        writeln!(f, "         {before} -> {after} seconds ({times})\n")?;
        let shown = self.top.unwrap_or(usize::MAX).min(self.rows.len());
        let rows = &self.rows[..shown];
        if shown < self.rows.len() {
            writeln!(f, "   List reduced from {} to {shown}\n", self.rows.len())?;
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
            write!(f, "{before:>ncalls$} {after:>ncalls$} {:>7}", row.shown_ratio(|stats| stats.calls))?;
            let values: [fn(&Stats) -> u64; 2] = [|stats| stats.self_ns, |stats| stats.total_ns];
            for value in values {
                let [before, after] = row.both(value).map(|ns| seconds(ns as f64, self.digits));
                let change = row.change(value) as f64 / 1e9;
                write!(
                    f,
                    "  {before} {after} {change:>+time$.digits$} {:>7}",
                    row.shown_ratio(value),
                    digits = self.digits
                )?;
            }
            writeln!(f, " {}", row.function.standard_name())?;
        }
        Ok(())
    }
}
