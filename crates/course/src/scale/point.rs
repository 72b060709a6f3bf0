//! One measurement: a step or a peer at one size.

use std::collections::BTreeMap;
use std::time::Duration;

use runner::{Status, Timing};
use serde::{Deserialize, Serialize};

/// What is said of a step or a peer at one size, as it stands in a result file.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Point {
    pub(crate) problem: String,
    /// `vectorised streamed`, `g++ loop`.
    pub(crate) name: String,
    /// What a peer says of its version.
    pub(crate) version: Option<String>,
    /// As the command line says it: `2000`, `100x1000`.
    pub(crate) size: String,
    pub(crate) input: BTreeMap<String, u64>,
    /// 0 where the size was refused.
    pub(crate) elements: u64,
    /// Bytes of what must be read and written.
    pub(crate) bytes: u64,
    /// The same for each element.
    pub(crate) bytes_an_element: Option<f64>,
    /// Operations of the problem for each element: of floating-point numbers, and of integers.
    pub(crate) operations_an_element: Option<f64>,
    pub(crate) status: Status,
    /// Why there are no times, or why the answer may differ.
    pub(crate) reason: Option<String>,
    #[serde(flatten)]
    pub(crate) times: Option<Times>,
    /// The most memory that the process ever had in RAM, in bytes; not told of those who compute in several.
    pub(crate) peak_bytes: Option<u64>,
    /// Page faults of the run that had the fewest. Of steps only.
    pub(crate) page_faults: Option<u64>,
    /// The exponent of the best time over the elements, fitted over all sizes of this step or peer.
    pub(crate) exponent: Option<f64>,
}

/// The times of some runs at one size.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Times {
    pub(crate) best_ms: f64,
    pub(crate) median_ms: f64,
    pub(crate) runs: usize,
    /// Best time over the elements, in nanoseconds.
    pub(crate) ns_an_element: f64,
    /// Bytes that must be read and written over the best time.
    pub(crate) gbytes_per_s: f64,
}

impl Point {
    /// Of nobody, or of a step or a peer: a size at which nothing was measured.
    pub(crate) fn left_out(problem: &str, name: &str, size: &str) -> Self {
        Self {
            problem: problem.to_owned(),
            name: name.to_owned(),
            version: None,
            size: size.to_owned(),
            input: BTreeMap::new(),
            elements: 0,
            bytes: 0,
            bytes_an_element: None,
            operations_an_element: None,
            status: Status::Unavailable,
            reason: None,
            times: None,
            peak_bytes: None,
            page_faults: None,
            exponent: None,
        }
    }
}

impl Times {
    /// The times of at least one run of a size with so many elements and bytes.
    pub(crate) fn new(times: Vec<Duration>, elements: u64, bytes: u64) -> Option<Self> {
        let timing = Timing::new(times)?;
        let (best_ms, median_ms) = (timing.best_ms(), timing.median_ms());
        let (ns_an_element, gbytes_per_s) = (best_ms * 1e6 / elements as f64, bytes as f64 / best_ms / 1e6);
        // A clock that has not moved has measured nothing.
        (best_ms > 0.0).then_some(Self { best_ms, median_ms, runs: timing.runs(), ns_an_element, gbytes_per_s })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_an_element_is_that_of_the_best_run() {
        let times = [4, 2, 3].map(Duration::from_millis).to_vec();
        let found = Times::new(times, 1000, 24_000).unwrap();
        assert_eq!((found.best_ms, found.median_ms, found.runs), (2.0, 3.0, 3));
        assert_eq!((found.ns_an_element, found.gbytes_per_s), (2000.0, 0.012));
        assert_eq!(Times::new(vec![Duration::ZERO], 1000, 24_000), None);
        assert_eq!(Times::new(Vec::new(), 1000, 24_000), None);
    }
}
