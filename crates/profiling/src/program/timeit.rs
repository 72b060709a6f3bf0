//! `timeit`: how long a short piece of code takes, measured over loops that are long enough.

use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// A loop is long enough when it takes so long: 0.2 s, as in Python's `timeit`.
const LONG_ENOUGH: Duration = Duration::from_millis(200);

/// Measures how long a closure takes: seven runs of loops that take 0.2 s at least each.
///
/// What the closure returns is kept from the optimiser ([`black_box`]); what it uses is not: give it its input through
/// `black_box`, or the compiler may compute the answer once.
///
/// ```
/// use std::hint::black_box;
///
/// let timed = profiling::Timeit::new().long_enough(std::time::Duration::from_millis(1)).run(|| black_box(2.0_f64).sqrt());
/// println!("{timed}"); // 1.23 ns ± 0.0456 ns per loop (mean ± std. dev. of 7 runs, 1,000,000 loops each)
/// println!("{}", timed.best_of()); // 1000000 loops, best of 7: 1.21 ns per loop
/// ```
pub fn timeit<R>(f: impl FnMut() -> R) -> Timed {
    Timeit::new().run(f)
}

/// How [`timeit`] measures.
///
/// The number of loops is the first of 1, 2, 5, 10, 20, 50, ... that takes 0.2 s, as in
/// [`Timer.autorange`](https://docs.python.org/3/library/timeit.html#timeit.Timer.autorange) of Python, on which IPython's
/// `%timeit` builds (IPython itself takes the powers of ten only). A run is that many loops; there are seven.
#[derive(Clone, Debug)]
pub struct Timeit {
    repeat: usize,
    loops: Option<u64>,
    long_enough: Duration,
}

impl Default for Timeit {
    fn default() -> Self {
        Self { repeat: 7, loops: None, long_enough: LONG_ENOUGH }
    }
}

impl Timeit {
    /// Seven runs, the number of loops found.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of runs, `-r` of IPython; one at least.
    #[must_use]
    pub fn repeat(self, repeat: usize) -> Self {
        Self { repeat: repeat.max(1), ..self }
    }

    /// The number of loops of each run, `-n` of IPython; one at least. It is found without.
    #[must_use]
    pub fn loops(self, loops: u64) -> Self {
        Self { loops: Some(loops.max(1)), ..self }
    }

    /// How long the loops of a run have to take for their number to be enough: 0.2 s without.
    #[must_use]
    pub fn long_enough(self, time: Duration) -> Self {
        Self { long_enough: time, ..self }
    }

    /// Measures.
    pub fn run<R>(&self, mut f: impl FnMut() -> R) -> Timed {
        self.run_by(|loops| {
            let start = Instant::now();
            for _ in 0..loops {
                black_box(f());
            }
            start.elapsed()
        })
    }

    /// Measures by a function that runs so many loops and says how long they took.
    fn run_by(&self, mut time: impl FnMut(u64) -> Duration) -> Timed {
        let loops = self.loops.unwrap_or_else(|| {
            candidates().find(|&loops| time(loops) >= self.long_enough).expect("the largest number is never reached")
        });
        Timed { loops, runs: (0..self.repeat).map(|_| time(loops)).collect() }
    }
}

/// 1, 2, 5, 10, 20, 50, ... and the largest number at the end.
fn candidates() -> impl Iterator<Item = u64> {
    let powers = (0..20).map(|exponent| 10_u64.pow(exponent));
    powers.flat_map(|power| [1, 2, 5].map(|digit| power.saturating_mul(digit)))
}

/// What [`timeit`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timed {
    loops: u64,
    /// At least one.
    runs: Vec<Duration>,
}

impl Timed {
    /// How many loops a run had.
    pub fn loops(&self) -> u64 {
        self.loops
    }

    /// The time of each run, all its loops together, in the order of the runs.
    pub fn runs(&self) -> &[Duration] {
        &self.runs
    }

    /// The seconds of each run per loop.
    fn per_loop(&self) -> impl ExactSizeIterator<Item = f64> {
        self.runs.iter().map(|run| run.as_secs_f64() / self.loops as f64)
    }

    /// The shortest time per loop, in seconds: what the machine can do; the rest is what else went on.
    pub fn best(&self) -> f64 {
        self.per_loop().fold(f64::INFINITY, f64::min)
    }

    /// The mean time per loop, in seconds.
    pub fn mean(&self) -> f64 {
        self.per_loop().sum::<f64>() / self.runs.len() as f64
    }

    /// The standard deviation of the runs' times per loop, in seconds (of the runs themselves: the divisor is their number, as IPython
    /// computes it).
    pub fn std_dev(&self) -> f64 {
        let mean = self.mean();
        (self.per_loop().map(|time| (time - mean).powi(2)).sum::<f64>() / self.runs.len() as f64).sqrt()
    }

    /// The classic sentence: `1000 loops, best of 5: 1.23 us per loop`.
    pub fn best_of(&self) -> String {
        let loops = if self.loops == 1 { "loop" } else { "loops" };
        let time = in_units(self.best(), "us");
        format!("{} {loops}, best of {}: {time} per loop", self.loops, self.runs.len())
    }
}

/// IPython's sentence: `1.23 µs ± 4.56 ns per loop (mean ± std. dev. of 7 runs, 1,000,000 loops each)`.
impl fmt::Display for Timed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |number: u64| if number == 1 { "" } else { "s" };
        let (mean, deviation) = (in_units(self.mean(), "µs"), in_units(self.std_dev(), "µs"));
        let (runs, loops) = (self.runs.len() as u64, self.loops);
        write!(f, "{mean} ± {deviation} per loop (mean ± std. dev. of {runs} run{}, ", plural(runs))?;
        write!(f, "{} loop{} each)", thousands(loops), plural(loops))
    }
}

/// Seconds with three significant digits, as IPython prints a time: `1.23 ms`, `12.3 s`, `2min 5s`.
fn in_units(seconds: f64, microseconds: &str) -> String {
    if seconds >= 60.0 {
        let whole = seconds as u64;
        let parts = [(whole / 86400, "d"), (whole / 3600 % 24, "h"), (whole / 60 % 60, "min"), (whole % 60, "s")];
        let parts: Vec<_> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n}{unit}")).collect();
        return parts.join(" ");
    }
    let units = [(1.0, "s"), (1e3, "ms"), (1e6, microseconds), (1e9, "ns")];
    // The unit in which three digits do not round up to 1000.
    let unit = units.iter().find(|(scale, _)| seconds * scale >= 0.9995).unwrap_or(&units[3]);
    format!("{} {}", significant(seconds * unit.0), unit.1)
}

/// A number below 1000 with three significant digits, without zeros at the end: C's `%.3g`.
fn significant(value: f64) -> String {
    if value <= 0.0 {
        return "0".into();
    }
    let rounded: f64 = format!("{value:.2e}").parse().expect("a number was printed");
    let decimals = (2 - rounded.log10().floor() as i32).max(0) as usize;
    let text = format!("{rounded:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A number with commas between groups of three digits.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timed(loops: u64, runs: &[u64]) -> Timed {
        Timed { loops, runs: runs.iter().map(|&run| Duration::from_nanos(run)).collect() }
    }

    #[test]
    fn the_classic_sentence_has_the_best_run() {
        let best_of = |loops, runs: &[u64]| timed(loops, runs).best_of();
        assert_eq!(
            best_of(1000, &[1_300_000, 1_230_000, 1_250_000, 1_240_000, 1_400_000]),
            "1000 loops, best of 5: 1.23 us per loop"
        );
        assert_eq!(best_of(1, &[2_500_000_000]), "1 loop, best of 1: 2.5 s per loop");
        assert_eq!(best_of(1, &[125_900_000_000]), "1 loop, best of 1: 2min 5s per loop");
    }

    #[test]
    fn the_modern_sentence_has_mean_and_deviation() {
        let timed = timed(1_000_000, &[1_000_000, 3_000_000]);
        assert_eq!((timed.best(), timed.mean()), (1e-9, 2e-9));
        assert!((timed.std_dev() - 1e-9).abs() < 1e-15);
        assert_eq!(timed.to_string(), "2 ns ± 1 ns per loop (mean ± std. dev. of 2 runs, 1,000,000 loops each)");
        let one = Timed { loops: 1, runs: vec![Duration::from_micros(1500)] };
        assert_eq!(one.to_string(), "1.5 ms ± 0 ns per loop (mean ± std. dev. of 1 run, 1 loop each)");
    }

    #[test]
    fn times_have_three_digits_and_the_unit_that_suits() {
        let cases = [
            (1.234_56, "1.23 s"),
            (0.012_345, "12.3 ms"),
            (0.000_999_7, "1 ms"),
            (123.456e-6, "123 µs"),
            (999.4e-9, "999 ns"),
            (0.1234e-9, "0.123 ns"),
            (0.0, "0 ns"),
            (59.94, "59.9 s"),
            (3661.0, "1h 1min 1s"),
        ];
        for (seconds, text) in cases {
            assert_eq!(in_units(seconds, "µs"), text);
        }
    }

    /// The numbers of loops that are tried when one takes so long.
    fn tried(timeit: &Timeit, nanoseconds: u64) -> (Vec<u64>, Timed) {
        let mut tried = Vec::new();
        let timed = timeit.run_by(|loops| {
            tried.push(loops);
            Duration::from_nanos(loops * nanoseconds)
        });
        (tried, timed)
    }

    #[test]
    fn loops_grow_by_one_two_and_five_until_they_are_long_enough() {
        let (tried_loops, timed) = tried(&Timeit::new().repeat(3), 1_000_000);
        assert_eq!(tried_loops, [1, 2, 5, 10, 20, 50, 100, 200, 200, 200, 200]);
        assert_eq!((timed.loops(), timed.runs().len()), (200, 3));
        assert_eq!(tried(&Timeit::new(), 500_000_000).0, [1; 8]);
        assert_eq!(tried(&Timeit::new().loops(30).repeat(2), 1).0, [30, 30]);
        assert_eq!(tried(&Timeit::new().loops(0).repeat(0), 1).0, [1]);
    }

    #[test]
    fn the_closure_runs_as_often_as_is_said() {
        let mut count = 0;
        let timed = Timeit::new().loops(10).repeat(3).run(|| count += 1);
        assert_eq!((timed.loops(), timed.runs().len(), count), (10, 3, 30));
    }
}
