//! How the time grows with the elements: the exponent that fits best, and what a larger size would take.

use std::collections::BTreeMap;

use super::point::Point;

/// The exponent e of the power law `time = c * elements^e` that fits these points (elements, time) best: the slope of the straight line
/// through their logarithms with the least squares. `None` with fewer than two different numbers of elements. 1 is a time an element
/// that does not change.
pub(super) fn exponent(points: &[(f64, f64)]) -> Option<f64> {
    let logarithms: Vec<_> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let usable: Vec<_> = logarithms.into_iter().filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
    let count = usable.len() as f64;
    let (mean_x, mean_y) =
        (usable.iter().map(|(x, _)| x).sum::<f64>() / count, usable.iter().map(|(_, y)| y).sum::<f64>() / count);
    let spread: f64 = usable.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    let common: f64 = usable.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    (spread > 1e-12).then(|| common / spread)
}

/// Gives each measurement the exponent of the best times of its step or peer, over all sizes.
pub(crate) fn add_exponents(points: &mut [Point]) {
    let mut times: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
    for point in &*points {
        let found = times.entry(&point.name).or_default();
        found.extend(point.times.as_ref().map(|times| (point.elements as f64, times.best_ms)));
    }
    let fitted: BTreeMap<_, _> = times.into_iter().map(|(name, times)| (name.to_owned(), exponent(&times))).collect();
    for point in points {
        point.exponent = fitted.get(&point.name).copied().flatten().filter(|_| point.times.is_some());
    }
}

/// Seconds that the runs of a size are expected to take after those of another one, each as many times longer as there are more
/// elements: one to warm up and `rounds`, or two of those if they take longer than a second.
pub(super) fn expected_seconds((ms, elements): (f64, u64), larger: u64, rounds: u32) -> f64 {
    let one = ms / 1e3 * larger as f64 / elements as f64;
    let runs = if one > 1.0 { rounds.min(2) } else { rounds };
    one * f64::from(1 + runs)
}

/// Bytes that a process is expected to need after those of another size (`peak`, `elements`): what is above `base`, that of the smallest
/// size, grows as the elements do.
pub(super) fn expected_bytes(base: u64, (peak, elements): (u64, u64), larger: u64) -> u64 {
    let arrays = peak.saturating_sub(base) as f64 * larger as f64 / elements as f64;
    base.saturating_add(arrays as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponent_is_that_of_the_power_law() {
        let of = |exponent: f64| [1e3_f64, 1e4, 3e5, 1e6].map(|x| (x, 7.5 * x.powf(exponent)));
        for expected in [0.5, 1.0, 1.5, 2.0] {
            let found = exponent(&of(expected)).unwrap();
            assert!((found - expected).abs() < 1e-12, "{found} for {expected}");
        }
        // A constant that every run has makes the exponent smaller, a cache that ends makes it larger.
        let with_start = of(1.0).map(|(x, time)| (x, time + 1e5));
        assert!(exponent(&with_start).unwrap() < 0.9);
        let with_cache = of(1.0).map(|(x, time)| (x, if x > 1e5 { 2.0 * time } else { time }));
        assert!(exponent(&with_cache).unwrap() > 1.1);
    }

    #[test]
    fn noise_in_both_directions_cancels() {
        let points = [(1.0, 1.1), (10.0, 9.0), (100.0, 110.0), (1000.0, 900.0), (1e4, 1.1e4), (1e5, 9e4)];
        assert!((exponent(&points).unwrap() - 1.0).abs() < 0.02);
    }

    #[test]
    fn one_size_has_no_exponent() {
        assert_eq!(exponent(&[]), None);
        assert_eq!(exponent(&[(10.0, 1.0), (10.0, 2.0)]), None);
        assert_eq!(exponent(&[(10.0, 1.0), (100.0, 0.0)]), None, "a clock that has not moved");
    }

    #[test]
    fn a_larger_size_is_expected_to_take_as_much_longer_as_it_is_larger() {
        assert_eq!(expected_seconds((100.0, 1000), 2000, 5), 0.2 * 6.0);
        assert_eq!(expected_seconds((100.0, 1000), 20_000, 5), 2.0 * 3.0, "of long runs two are enough");
        assert_eq!(expected_seconds((100.0, 1000), 20_000, 1), 2.0 * 2.0);
    }
    #[test]
    fn a_program_that_is_large_itself_does_not_grow() {
        let mib = 1 << 20;
        assert_eq!(expected_bytes(60 * mib, (60 * mib, 1000), 100_000), 60 * mib);
        assert_eq!(expected_bytes(60 * mib, (84 * mib, 1000), 4000), (60 + 4 * 24) * mib);
        assert_eq!(expected_bytes(60 * mib, (50 * mib, 1000), 4000), 60 * mib, "less than at the smallest size");
        assert_eq!(expected_bytes(0, (u64::MAX, 1), u64::MAX), u64::MAX);
    }
}
