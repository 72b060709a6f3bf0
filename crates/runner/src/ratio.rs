//! Whether one program is faster than another: the ratios of runs that belong together, and what they prove.

use std::fmt;
use std::time::Duration;

use validation::Expected;

use crate::units::ratio;

/// Pairs from which on the interval is that of the median by order alone, whatever a disturbed run says; fewer are taken as drawn from
/// a normal distribution of logarithms.
const BY_ORDER: usize = 6;

/// Student's t for 95 % on both sides, by the number of pairs less one.
const STUDENT: [f64; 4] = [12.706, 4.303, 3.182, 2.776];

/// As many times as fast is still the same.
const SAME: f64 = 1.1;

/// What stands in the place of a speedup that is not proven.
pub(crate) const NOT_PROVEN: &str = "~";

/// How many times as fast the second of two programs is, in pairs of runs: the interval that the middle lies in with 95 % confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio {
    /// The lower end.
    pub low: f64,
    /// The median of the pairs' ratios.
    pub middle: f64,
    /// The upper end.
    pub high: f64,
}

/// What an interval of ratios proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The second program is faster: the whole interval is above 1.
    Faster,
    /// The second program is slower: the whole interval is below 1.
    Slower,
    /// Neither: 1 is in the interval.
    NotProven,
}

impl Ratio {
    /// The ratios of the times before over those after, the first run with the first, the second with the second. `None` for fewer than
    /// two pairs, which prove nothing, or where a clock has not moved.
    ///
    /// ```
    /// use std::time::Duration;
    /// use runner::{Ratio, Verdict};
    ///
    /// let times = |times: [u64; 6]| times.map(Duration::from_millis);
    /// let ratio = Ratio::of(&times([20, 21, 20, 22, 20, 90]), &times([10, 10, 11, 10, 10, 11])).unwrap();
    /// assert!(ratio.low > 1.8 && (ratio.middle - 2.05).abs() < 0.1);
    /// assert_eq!(ratio.verdict(), Verdict::Faster);
    /// ```
    pub fn of(before: &[Duration], after: &[Duration]) -> Option<Self> {
        let pairs = before.iter().zip(after);
        let mut ratios: Vec<f64> = pairs.map(|(before, after)| before.as_secs_f64() / after.as_secs_f64()).collect();
        if ratios.len() < 2 || ratios.iter().any(|ratio| !ratio.is_normal()) {
            return None;
        }
        ratios.sort_by(f64::total_cmp);
        let (count, middle) = (ratios.len(), median(&ratios));
        if count >= BY_ORDER {
            let rank = rank(count);
            return Some(Self { low: ratios[rank], middle, high: ratios[count - 1 - rank] });
        }
        let logarithms: Vec<f64> = ratios.iter().map(|ratio| ratio.ln()).collect();
        let mean = logarithms.iter().sum::<f64>() / count as f64;
        let squares: f64 = logarithms.iter().map(|logarithm| (logarithm - mean).powi(2)).sum();
        let margin = STUDENT[count - 2] * (squares / (count - 1) as f64 / count as f64).sqrt();
        Some(Self { low: (mean - margin).exp(), middle, high: (mean + margin).exp() })
    }

    /// What it proves.
    pub fn verdict(&self) -> Verdict {
        if self.low > 1.0 {
            Verdict::Faster
        } else if self.high < 1.0 {
            Verdict::Slower
        } else {
            Verdict::NotProven
        }
    }

    /// Whether it is what was expected; `None` if that is not proven either way. The same is what is within a tenth.
    pub fn is(&self, expected: Expected) -> Option<bool> {
        let (yes, no) = match expected {
            Expected::Faster => (self.low > 1.0, self.high < 1.0),
            Expected::Slower => (self.high < 1.0, self.low > 1.0),
            Expected::Same => (self.low > 1.0 / SAME && self.high < SAME, self.low > SAME || self.high < 1.0 / SAME),
        };
        if yes { Some(true) } else { no.then_some(false) }
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let interval = format!("95 % interval {} to {}", ratio(self.low), ratio(self.high));
        match self.verdict() {
            Verdict::Faster => write!(f, "faster, {} ({interval})", ratio(self.middle)),
            Verdict::Slower => write!(f, "slower, {} ({interval})", ratio(self.middle)),
            Verdict::NotProven => write!(f, "not proven to be faster or slower ({interval})"),
        }
    }
}

/// How many times as fast the runs `after` are as those before, for a table: the median of the ratios of the pairs where they prove that
/// there is a difference, and `~` where they do not.
///
/// ```
/// use std::time::Duration;
/// use runner::proven_speedup;
///
/// let ms = |times: [u64; 6]| times.map(Duration::from_millis);
/// assert_eq!(proven_speedup(&ms([20; 6]), &ms([10; 6])), "2.00 x");
/// assert_eq!(proven_speedup(&ms([20, 10, 20, 10, 20, 10]), &ms([15; 6])), "~");
/// ```
pub fn proven_speedup(before: &[Duration], after: &[Duration]) -> String {
    let proven = Ratio::of(before, after).filter(|found| found.verdict() != Verdict::NotProven);
    proven.map_or_else(|| NOT_PROVEN.to_owned(), |found| ratio(found.middle))
}

/// From which size on one program is faster than another, by what is proven at each size, the smallest first.
///
/// ```
/// use runner::Verdict::{Faster, NotProven, Slower};
/// use runner::break_even;
///
/// let sizes = ["256", "512", "1024", "2048"];
/// let said = break_even(&sizes, &[Slower, NotProven, Faster, Faster]);
/// assert_eq!(said, "faster from 1024 on, slower up to 256; not proven between them");
/// assert_eq!(break_even(&sizes[..2], &[Slower, NotProven]), "not proven to be faster at any of these sizes");
/// ```
///
/// # Panics
/// If there is not one verdict for each size.
pub fn break_even(sizes: &[impl AsRef<str>], verdicts: &[Verdict]) -> String {
    assert_eq!(sizes.len(), verdicts.len(), "a verdict for each size");
    let size = |index: usize| sizes[index].as_ref();
    let proven = |verdict| verdicts.iter().filter(move |&&found| found == verdict).count();
    let (slower, faster) = (proven(Verdict::Slower), proven(Verdict::Faster));
    let last_slower = verdicts.iter().rposition(|&verdict| verdict == Verdict::Slower);
    let from = verdicts.iter().position(|&verdict| verdict == Verdict::Faster);
    match (from, last_slower) {
        (None, _) if !verdicts.is_empty() && slower == verdicts.len() => "slower at all of these sizes".to_owned(),
        (None, _) => "not proven to be faster at any of these sizes".to_owned(),
        (Some(0), None) if faster == verdicts.len() => "faster at all of these sizes".to_owned(),
        (Some(from), None) => format!("faster from {} on, or earlier: never proven to be slower", size(from)),
        (Some(from), Some(last)) if last < from => {
            let between = if last + 1 < from { "; not proven between them" } else { "" };
            format!("faster from {} on, slower up to {}{between}", size(from), size(last))
        }
        (Some(_), Some(_)) => {
            format!("faster at {faster} of these sizes and slower at {slower}, in no order: measure again")
        }
    }
}

/// The value in the middle of sorted ones, or half-way between the two that are. There is at least one.
pub(crate) fn median(sorted: &[f64]) -> f64 {
    f64::midpoint(sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2])
}

/// How many of so many sorted values, six at least, are left out at each end, for the others to hold the median with 95 % confidence.
fn rank(count: usize) -> usize {
    const MANY: usize = 100;
    if count > MANY {
        // The number below the median has the mean count / 2 and the variance count / 4.
        return ((count as f64 - 1.96 * (count as f64).sqrt()) / 2.0) as usize - 1;
    }
    let (mut term, mut below) = (0.5_f64.powi(count as i32), 0.0);
    for rank in 0..count {
        below += term;
        if below > 0.025 {
            return rank.saturating_sub(1);
        }
        term *= (count - rank) as f64 / (rank + 1) as f64;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio_of(before: &[u64], after: &[u64]) -> Option<Ratio> {
        let times = |times: &[u64]| times.iter().copied().map(Duration::from_micros).collect::<Vec<_>>();
        Ratio::of(&times(before), &times(after))
    }

    #[test]
    fn one_pair_proves_nothing_and_no_clock_stands_still() {
        assert_eq!(ratio_of(&[10], &[1]), None);
        assert_eq!(ratio_of(&[], &[]), None);
        assert_eq!(ratio_of(&[10, 10], &[5, 0]), None);
        assert_eq!(ratio_of(&[0, 10], &[5, 5]), None);
    }

    #[test]
    fn two_slow_runs_that_agree_are_enough() {
        let slow = ratio_of(&[3_076_000, 3_108_000], &[355_000, 361_000]).unwrap();
        assert_eq!(slow.verdict(), Verdict::Faster);
        let close = ratio_of(&[1_000_000, 1_080_000], &[990_000, 960_000]).unwrap();
        assert_eq!(close.verdict(), Verdict::NotProven);
    }

    #[test]
    fn a_disturbed_run_among_several_changes_no_verdict() {
        let after = [100; 9];
        let quiet = ratio_of(&[120, 121, 119, 120, 122, 118, 120, 121, 120], &after).unwrap();
        let disturbed = ratio_of(&[120, 121, 119, 120, 9000, 118, 120, 121, 120], &after).unwrap();
        assert_eq!((quiet.verdict(), disturbed.verdict()), (Verdict::Faster, Verdict::Faster));
        assert!((quiet.middle - disturbed.middle).abs() < 0.01);
    }

    #[test]
    fn what_goes_up_and_down_around_one_is_not_proven() {
        let ratio = ratio_of(&[100, 120, 90, 110, 95, 105, 100, 90], &[105, 100, 100, 100, 100, 100, 98, 95]).unwrap();
        assert_eq!(ratio.verdict(), Verdict::NotProven);
        assert!(ratio.to_string().starts_with("not proven to be faster or slower (95 % interval 0.90 x to 1.20 x"));
    }

    #[test]
    fn what_was_expected_is_so_or_not_or_not_proven() {
        let ratio = |low: f64, high: f64| Ratio { low, middle: f64::midpoint(low, high), high };
        for (low, high, faster, same, slower) in [
            (1.5, 2.0, Some(true), Some(false), Some(false)),
            (1.02, 1.05, Some(true), Some(true), Some(false)),
            (0.98, 1.05, None, Some(true), None),
            (0.5, 1.5, None, None, None),
            (0.5, 0.6, Some(false), Some(false), Some(true)),
        ] {
            let found = [Expected::Faster, Expected::Same, Expected::Slower].map(|what| ratio(low, high).is(what));
            assert_eq!(found, [faster, same, slower], "{low} to {high}");
        }
    }

    #[test]
    fn an_interval_leaves_out_as_many_values_as_the_binomial_distribution_allows() {
        // From tables of the sign test.
        let known = [(6, 0), (8, 0), (9, 1), (11, 1), (12, 2), (20, 5), (50, 17), (100, 39)];
        for (count, expected) in known {
            assert_eq!(rank(count), expected, "{count}");
        }
        assert!((rank(101)).abs_diff(rank(100)) <= 1);
    }

    #[test]
    fn a_break_even_is_what_is_proven_and_never_denies_a_proven_size() {
        use Verdict::{Faster, NotProven, Slower};
        let sizes = ["1", "2", "4", "8"];
        let said = |verdicts: [Verdict; 4]| break_even(&sizes, &verdicts);
        assert_eq!(said([Slower, Slower, Faster, Faster]), "faster from 4 on, slower up to 2");
        assert_eq!(said([Faster; 4]), "faster at all of these sizes");
        assert_eq!(said([Slower; 4]), "slower at all of these sizes");
        assert_eq!(
            said([NotProven, Faster, Faster, NotProven]),
            "faster from 2 on, or earlier: never proven to be slower"
        );
        let mixed = said([Slower, Faster, Faster, Slower]);
        assert_eq!(mixed, "faster at 2 of these sizes and slower at 2, in no order: measure again");
        assert_eq!(break_even(&[""; 0], &[]), "not proven to be faster at any of these sizes");
    }
}
