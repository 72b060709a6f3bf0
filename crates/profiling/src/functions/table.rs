//! Profiles as `pstats` prints them.

use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;
use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use super::{Certainty, Function, Profile, Sampling, Stats, Times};

/// What a table can be sorted by. The largest numbers come first; files, lines and names go upwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// The number of calls.
    Calls,
    /// The number of calls that were not recursive.
    PrimitiveCalls,
    /// Time in the function itself.
    TotTime,
    /// Time in the function itself, for each call.
    TotTimePerCall,
    /// Time in the function and all that it called.
    CumTime,
    /// The same for each call that was not recursive.
    CumTimePerCall,
    /// The file.
    File,
    /// The line in the file.
    Line,
    /// The name of the function.
    Name,
    /// All of `file:line(function)`.
    StandardName,
}

impl Column {
    /// The names by which a column is [parsed](FromStr), the first one being that of the table: those of `pstats`, and a few more.
    pub const NAMES: [(Self, &'static [&'static str]); 10] = [
        (Self::Calls, &["ncalls", "calls"]),
        (Self::PrimitiveCalls, &["pcalls"]),
        (Self::TotTime, &["tottime", "time", "self"]),
        (Self::TotTimePerCall, &["tottime-percall"]),
        (Self::CumTime, &["cumtime", "cumulative", "total"]),
        (Self::CumTimePerCall, &["cumtime-percall"]),
        (Self::File, &["file", "filename", "module"]),
        (Self::Line, &["line"]),
        (Self::Name, &["name", "function"]),
        (Self::StandardName, &["stdname", "nfl"]),
    ];

    /// How `pstats` calls the order.
    fn order(self) -> &'static str {
        match self {
            Self::Calls => "call count",
            Self::PrimitiveCalls => "primitive call count",
            Self::TotTime => "internal time",
            Self::TotTimePerCall => "internal time per call",
            Self::CumTime => "cumulative time",
            Self::CumTimePerCall => "cumulative time per call",
            Self::File => "file name",
            Self::Line => "line number",
            Self::Name => "function name",
            Self::StandardName => "standard name",
        }
    }

    fn compare(self, a: (&Stats, &Function), b: (&Stats, &Function)) -> Ordering {
        let largest = |value: fn(&Stats) -> u64| Reverse(value(a.0)).cmp(&Reverse(value(b.0)));
        let largest_ratio = |ratio: fn(&Stats) -> Option<f64>| {
            let [a, b] = [a, b].map(|(stats, _)| ratio(stats).unwrap_or(-1.0));
            b.total_cmp(&a)
        };
        match self {
            Self::Calls => largest(|stats| stats.calls),
            Self::PrimitiveCalls => largest(|stats| stats.primitive_calls),
            Self::TotTime => largest(|stats| stats.self_ns),
            Self::TotTimePerCall => largest_ratio(Stats::self_ns_per_call),
            Self::CumTime => largest(|stats| stats.total_ns),
            Self::CumTimePerCall => largest_ratio(Stats::total_ns_per_call),
            Self::File => a.1.file.cmp(&b.1.file),
            Self::Line => a.1.line.cmp(&b.1.line),
            Self::Name => a.1.name.cmp(&b.1.name),
            Self::StandardName => a.1.cmp(b.1),
        }
    }
}

/// A name that is that of no column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownColumn(String);

impl Display for UnknownColumn {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = Column::NAMES.iter().map(|(_, names)| names[0]).collect();
        write!(f, "no column is called {:?}: there are {}", self.0, names.join(", "))
    }
}

impl Error for UnknownColumn {}

impl FromStr for Column {
    type Err = UnknownColumn;

    fn from_str(name: &str) -> Result<Self, UnknownColumn> {
        let found = Self::NAMES.iter().find(|(_, names)| names.contains(&name));
        found.map(|&(column, _)| column).ok_or_else(|| UnknownColumn(name.into()))
    }
}

impl Stats {
    /// `tottime` for each call, in nanoseconds; `None` without calls.
    pub fn self_ns_per_call(&self) -> Option<f64> {
        (self.calls > 0).then(|| self.self_ns as f64 / self.calls as f64)
    }

    /// `cumtime` for each primitive call, in nanoseconds; `None` without such calls.
    pub fn total_ns_per_call(&self) -> Option<f64> {
        (self.primitive_calls > 0).then(|| self.total_ns as f64 / self.primitive_calls as f64)
    }

    /// The calls as `pstats` writes them: `3`, or `188000/750` where 750 of them were not recursive.
    pub fn ncalls(&self) -> String {
        if self.calls == self.primitive_calls {
            self.calls.to_string()
        } else {
            format!("{}/{}", self.calls, self.primitive_calls)
        }
    }
}

/// Which functions are shown, in which order, and how exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Selection {
    columns: Vec<Column>,
    reversed: bool,
    filters: Vec<String>,
    top: Option<usize>,
    /// Digits behind the point of a second: of totals, and for each call.
    digits: (usize, usize),
}

impl Default for Selection {
    fn default() -> Self {
        Self { columns: Vec::new(), reversed: false, filters: Vec::new(), top: None, digits: (6, 9) }
    }
}

/// The methods that choose what a table shows: the same for all tables.
macro_rules! selecting {
    () => {
        /// Sorts by a column. After another `sort`, it decides where the columns before are equal.
        pub fn sort(mut self, column: Column) -> Self {
            self.selection.columns.push(column);
            self
        }

        /// Turns the order round.
        pub fn reversed(mut self) -> Self {
            self.selection.reversed = !self.selection.reversed;
            self
        }

        /// Shows only functions whose `file:line(function)` or whose path contains the text. Several filters all have to agree.
        pub fn filter(mut self, text: &str) -> Self {
            self.selection.filters.push(text.into());
            self
        }

        /// Shows at most so many functions: the first ones of the order.
        pub fn top(mut self, functions: usize) -> Self {
            self.selection.top = Some(functions);
            self
        }

        /// Shows so many digits of a second, nine being nanoseconds, in the columns of times and in those of times for each
        /// call: 6 and 9 unless something else is asked for. `pstats` shows 3 and 3.
        pub fn digits(mut self, times: usize, per_call: usize) -> Self {
            self.selection.digits = (times, per_call);
            self
        }
    };
}

/// The functions of a profile with their calls and times. It prints as the table of `pstats`; times are in seconds, as far as
/// they can be told: see [`Certainty`].
#[derive(Clone, Debug)]
pub struct Table<'a> {
    profile: &'a Profile,
    selection: Selection,
}

impl<'a> Table<'a> {
    selecting!();

    /// The functions that are shown, in order.
    pub fn rows(&self) -> Vec<(&'a Function, Stats)> {
        self.selection.apply(self.profile, self.profile.stats()).0
    }
}

/// The functions of a profile, each with those that called it, or with those that it called. It prints as `pstats` prints them:
/// the numbers are the calls between the two, with the times of the one that was called; times are in seconds.
#[derive(Clone, Debug)]
pub struct Relations<'a> {
    profile: &'a Profile,
    selection: Selection,
    callers: bool,
}

impl Relations<'_> {
    selecting!();
}

impl Profile {
    /// The table of functions, with the greatest tottime first unless it is sorted otherwise.
    pub fn table(&self) -> Table<'_> {
        Table { profile: self, selection: Selection::default() }
    }

    /// The functions, each with those that called it.
    pub fn callers(&self) -> Relations<'_> {
        Relations { profile: self, selection: Selection::default(), callers: true }
    }

    /// The functions, each with those that it called.
    pub fn callees(&self) -> Relations<'_> {
        Relations { profile: self, selection: Selection::default(), callers: false }
    }
}

impl Selection {
    /// The columns asked for; the time in the function itself where there are none.
    fn columns(&self) -> &[Column] {
        if self.columns.is_empty() { &[Column::TotTime] } else { &self.columns }
    }

    /// The functions that are shown, and what `pstats` says about the choice.
    fn apply<'a>(&self, profile: &'a Profile, stats: Vec<Stats>) -> (Vec<(&'a Function, Stats)>, String) {
        let mut rows: Vec<(&Function, Stats)> =
            stats.into_iter().map(|stats| (&profile.functions()[stats.function], stats)).collect();
        rows.sort_by(|a, b| {
            let by_columns = self.columns().iter().map(|column| column.compare((&a.1, a.0), (&b.1, b.0)));
            let order = by_columns.fold(Ordering::Equal, Ordering::then);
            // Whatever comes out equal has an order all the same, that of the names.
            (if self.reversed { order.reverse() } else { order }).then_with(|| a.0.cmp(b.0))
        });
        let order: Vec<&str> = self.columns().iter().map(|column| column.order()).collect();
        let reversed = if self.reversed { ", reversed" } else { "" };
        let mut message = format!("   Ordered by: {}{reversed}\n", order.join(", "));
        let mut reduce = |rows: &mut Vec<_>, before: usize, restriction: &dyn fmt::Debug| {
            if rows.len() < before {
                let after = rows.len();
                message += &format!("   List reduced from {before} to {after} due to restriction <{restriction:?}>\n");
            }
        };
        for filter in &self.filters {
            let before = rows.len();
            rows.retain(|(function, _)| function.standard_name().contains(filter) || function.path.contains(filter));
            reduce(&mut rows, before, filter);
        }
        if let Some(top) = self.top {
            let before = rows.len();
            rows.truncate(top);
            reduce(&mut rows, before, &top);
        }
        (rows, message)
    }

    fn time(&self, ns: u64, certainty: Certainty) -> String {
        shown(ns as f64, certainty, self.digits.0)
    }

    /// A time for each of so many calls.
    fn per_call(&self, ns: u64, certainty: Certainty, calls: u64) -> String {
        if calls == 0 {
            return " ".repeat(width(self.digits.1));
        }
        let certainty = match certainty {
            Certainty::Below(limit) => Certainty::Below(limit.div_ceil(calls)),
            other => other,
        };
        shown(ns as f64 / calls as f64, certainty, self.digits.1)
    }
}

/// Seconds, set to the right: as wide as in `pstats` at least.
pub(super) fn seconds(ns: f64, digits: usize) -> String {
    format!("{:>width$.digits$}", ns / 1e9, width = width(digits))
}

/// A time as far as it can be told, set to the right.
pub(super) fn shown(ns: f64, certainty: Certainty, digits: usize) -> String {
    let width = width(digits);
    let text = match certainty {
        Certainty::Good => seconds(ns, digits),
        Certainty::Rough => format!("~{}", seconds(ns, digits).trim_start()),
        // Rounded upwards, so that it stays a bound.
        Certainty::Below(limit) => {
            let last_digit = 10_u64.pow(9_u32.saturating_sub(u32::try_from(digits).unwrap_or(9)));
            format!("< {}", seconds(limit.div_ceil(last_digit).saturating_mul(last_digit) as f64, digits).trim_start())
        }
        Certainty::Overhead => "overhead".to_owned(),
        Certainty::Unknown => "-".to_owned(),
    };
    format!("{text:>width$}")
}

/// What the marks mean that times of these functions have, a line for each mark.
fn legend<'a>(times: &Times, rows: impl Iterator<Item = &'a Stats>) -> String {
    let mut marks = [false; 4];
    for certainty in rows.flat_map(|stats| [stats.self_certainty, stats.total_certainty]) {
        match certainty {
            Certainty::Good => {}
            Certainty::Rough => marks[0] = true,
            Certainty::Below(_) => marks[1] = true,
            Certainty::Overhead => marks[2] = true,
            Certainty::Unknown => marks[3] = true,
        }
    }
    let rough = match times {
        Times::Clock { .. } => "~: more than a tenth of what was measured was the profiler itself, and is subtracted",
        Times::Sampled(_) => "~: met by fewer than ten interruptions",
    };
    let meanings = [
        rough,
        "<: not met by any sample, so it is less than that with a probability of 95 %",
        "overhead: half of what was measured or more was the profiler itself, so the time is not known",
        "-: a scope, whose time is that of the function around it",
    ];
    let meant = marks.iter().zip(meanings).filter(|(mark, _)| **mark);
    meant.map(|(_, meaning)| format!("         {meaning}\n")).collect()
}

/// Where the times come from, a line for each thing to know.
fn origin(profile: &Profile, digits: usize) -> String {
    let shown = |ns: u64| seconds(ns as f64, digits).trim_start().to_owned();
    let mut text = String::new();
    let mut line = |of: String| text += &format!("         {of}\n");
    match profile.times() {
        Times::Clock { why } => {
            if let Some(why) = why {
                line(format!("Times are those of the clock: {why}"));
            }
            let overhead = u64::try_from(profile.overhead().as_nanos()).unwrap_or(u64::MAX);
            if overhead > 0 {
                line(format!("{} seconds of the profiler itself are subtracted", shown(overhead)));
            }
        }
        Times::Sampled(sampling) => {
            let &Sampling { frequency, runs, samples, events, outside, cpu_ns, wall_ns } = sampling;
            let of = if runs == 1 { "one run".to_owned() } else { format!("{runs} runs, of which they are the mean") };
            line(format!(
                "Times are sampled: {samples} samples at {frequency} Hz, taken in {events} interruptions of {of}"
            ));
            if outside > 0 {
                line(format!("{} seconds were spent outside of these functions", shown(sampling.ns(outside))));
            }
            let unseen = cpu_ns.saturating_sub(sampling.ns(samples));
            if unseen as f64 > LARGE_PART * cpu_ns as f64 && samples > 0 {
                line(format!("{} seconds of processor time were not seen by the sampler", shown(unseen)));
            }
            let waited = wall_ns.saturating_sub(cpu_ns);
            if waited as f64 > LARGE_PART * wall_ns as f64 {
                let (waited, wall) = (shown(waited), shown(wall_ns));
                line(format!("a run took {wall} seconds by the clock, for {waited} of which no thread of it ran"));
            }
        }
    }
    text
}

/// What is more than this part of a whole is worth a line.
const LARGE_PART: f64 = 0.1;

/// The width of a column of times that are shown with so many digits.
pub(super) fn width(digits: usize) -> usize {
    (digits + 5).max(8)
}

impl Display for Table<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { profile, selection } = self;
        let stats = profile.stats();
        let primitive_calls = stats.iter().fold(0_u64, |sum, stats| sum.saturating_add(stats.primitive_calls));
        let calls = profile.calls();
        write!(f, "         {calls} function calls ")?;
        if primitive_calls != calls {
            write!(f, "({primitive_calls} primitive calls) ")?;
        }
        let time = shown(profile.time().as_nanos() as f64, profile.certainty(), selection.digits.0);
        match (profile.times(), profile.certainty()) {
            (_, Certainty::Overhead) => writeln!(f, "in a time that is not known")?,
            (Times::Clock { .. }, _) => writeln!(f, "in {} seconds", time.trim_start())?,
            (Times::Sampled(_), _) => writeln!(f, "in {} seconds of processor time", time.trim_start())?,
        }
        if profile.threads() > 1 {
            writeln!(f, "         on {} threads", profile.threads())?;
        }
        write!(f, "{}", origin(profile, selection.digits.0))?;
        if profile.lost_calls() > 0 {
            writeln!(f, "         {} more calls in too many contexts to be shown", profile.lost_calls())?;
        }
        let (rows, message) = selection.apply(profile, stats);
        write!(f, "{}", legend(profile.times(), rows.iter().map(|(_, stats)| stats)))?;
        writeln!(f, "\n{message}")?;
        if rows.is_empty() {
            return Ok(());
        }
        let [times, per_call] = [selection.digits.0, selection.digits.1].map(width);
        let ncalls = rows.iter().map(|(_, stats)| stats.ncalls().len()).max().unwrap_or(0).max(9);
        writeln!(
            f,
            "{:>ncalls$} {:>times$} {:>per_call$} {:>times$} {:>per_call$} filename:lineno(function)",
            "ncalls", "tottime", "percall", "cumtime", "percall"
        )?;
        for (function, stats) in rows {
            writeln!(
                f,
                "{:>ncalls$} {} {} {} {} {}",
                stats.ncalls(),
                selection.time(stats.self_ns, stats.self_certainty),
                selection.per_call(stats.self_ns, stats.self_certainty, stats.calls),
                selection.time(stats.total_ns, stats.total_certainty),
                selection.per_call(stats.total_ns, stats.total_certainty, stats.primitive_calls),
                function.standard_name()
            )?;
        }
        Ok(())
    }
}

impl Display for Relations<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { profile, selection, callers } = self;
        let (rows, message) = selection.apply(profile, profile.stats());
        if rows.is_empty() {
            return writeln!(f, "{message}");
        }
        let mut relations: HashMap<usize, Vec<(&Function, Stats)>> = HashMap::new();
        for edge in profile.edges() {
            let (of, with) =
                if *callers { (edge.callee.function, edge.caller) } else { (edge.caller, edge.callee.function) };
            relations.entry(of).or_default().push((&profile.functions()[with], edge.callee));
        }
        let printed = rows.iter().filter_map(|(_, stats)| relations.get(&stats.function)).flatten();
        let legend = legend(profile.times(), printed.map(|(_, stats)| stats));
        writeln!(f, "{legend}{}{message}", if legend.is_empty() { "" } else { "\n" })?;
        let (title, arrow) = if *callers { ("was called by...", "<-") } else { ("called...", "->") };
        let names = rows.iter().map(|(function, _)| function.standard_name().chars().count()).max().unwrap_or(0) + 2;
        let all = relations.values().flatten();
        let ncalls = all.map(|(_, stats)| stats.ncalls().len()).max().unwrap_or(0).max(7);
        let times = width(selection.digits.0);
        writeln!(f, "{:names$}{title}", "Function")?;
        writeln!(f, "{:names$}   {:>ncalls$} {:>times$} {:>times$}", "", "ncalls", "tottime", "cumtime")?;
        for (function, stats) in rows {
            write!(f, "{:names$}{arrow}", function.standard_name())?;
            let mut others = relations.remove(&stats.function).unwrap_or_default();
            others.sort_by(|a, b| a.0.cmp(b.0));
            for (at, (other, stats)) in others.iter().enumerate() {
                if at > 0 {
                    write!(f, "{:names$}  ", "")?;
                }
                let self_time = selection.time(stats.self_ns, stats.self_certainty);
                let total_time = selection.time(stats.total_ns, stats.total_certainty);
                writeln!(f, " {:>ncalls$} {self_time} {total_time}  {}", stats.ncalls(), other.standard_name())?;
            }
            if others.is_empty() {
                writeln!(f)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_rounded_upwards() {
        let bound = |limit, digits| shown(0.0, Certainty::Below(limit), digits);
        assert_eq!(bound(6_000_000, 3), " < 0.006");
        assert_eq!(bound(6_000_001, 3), " < 0.007");
        assert_eq!(bound(50, 3), " < 0.001");
        assert_eq!(bound(50, 9), " < 0.000000050");
        assert_eq!(bound(1, 0), "     < 1");
        assert_eq!(bound(50, 12), " < 0.000000050000");
    }
}
