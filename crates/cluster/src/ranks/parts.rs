//! Who gets how much: the counts and displacements of an uneven scatter.

use std::ops::Range;

use super::Error;

/// How many elements each rank has of an array: the counts of `MPI_Scatterv` and `MPI_Gatherv`, from which the displacements follow.
///
/// ```
/// use cluster::ranks::Parts;
///
/// let parts = Parts::even(11, 4);
/// assert_eq!(parts.counts(), [3, 3, 3, 2]);
/// assert_eq!(parts.range(2), 6..9);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Parts {
    counts: Vec<usize>,
}

impl Parts {
    /// Parts that differ by one element at most, the larger ones first: 11 over 4 are 3, 3, 3, 2. Rows that are dealt in turn make
    /// parts of the same sizes.
    pub fn even(elements: usize, ranks: usize) -> Self {
        Self { counts: (0..ranks).map(|rank| elements / ranks + usize::from(rank < elements % ranks)).collect() }
    }

    /// The same parts of an array that has so many elements for each of this one: the points of rows.
    pub fn times(&self, each: usize) -> Self {
        Self { counts: self.counts.iter().map(|count| count * each).collect() }
    }

    /// Elements of each rank.
    pub fn counts(&self) -> &[usize] {
        &self.counts
    }

    /// Elements of all ranks.
    pub fn elements(&self) -> usize {
        self.counts.iter().sum()
    }

    /// Where a rank's elements are in the whole array.
    ///
    /// # Panics
    /// When there is no such rank.
    pub fn range(&self, rank: usize) -> Range<usize> {
        let first = self.counts[..rank].iter().sum();
        first..first + self.counts[rank]
    }

    /// What must hold before a call with counts: one count for each rank, and arrays that are as long as the counts say. `part` is what this
    /// rank has or gets; `whole` what the root has or gets, which the others have not.
    ///
    /// # Errors
    /// The first of these that does not hold.
    pub fn check(
        &self,
        call: &'static str,
        (rank, size): (usize, usize),
        part: usize,
        whole: Option<usize>,
    ) -> Result<(), Error> {
        if self.counts.len() != size {
            return Err(Error::Counts { call, found: self.counts.len(), expected: size });
        }
        if part != self.counts[rank] {
            return Err(Error::Length {
                call,
                what: "the part of this rank",
                found: part,
                expected: self.counts[rank],
            });
        }
        let expected = self.elements();
        if expected > i32::MAX as usize {
            return Err(Error::TooMany { call, elements: expected });
        }
        match whole {
            Some(found) if found != expected => Err(Error::Length { call, what: "the whole", found, expected }),
            _ => Ok(()),
        }
    }

    /// Counts and displacements as MPI has them; only of parts that were checked.
    #[cfg(feature = "mpi")]
    pub(super) fn partition(&self) -> (Vec<i32>, Vec<i32>) {
        let counts = self.counts.iter().map(|&count| count as i32).collect();
        let displacements = (0..self.counts.len()).map(|rank| self.range(rank).start as i32).collect();
        (counts, displacements)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_each_other_and_none_is_lost() {
        for ranks in 1..9 {
            for elements in 0..40 {
                let parts = Parts::even(elements, ranks);
                let all: Vec<usize> = (0..ranks).flat_map(|rank| parts.range(rank)).collect();
                assert!(all.into_iter().eq(0..elements));
                let (most, least) = (parts.counts().iter().max(), parts.counts().iter().min());
                assert!(most.unwrap() - least.unwrap() <= 1);
                let dealt = (0..ranks).map(|rank| (rank..elements).step_by(ranks).len());
                assert!(dealt.eq(parts.counts().iter().copied()));
            }
        }
    }

    #[test]
    fn an_array_of_another_length_is_refused_before_anything_is_sent() {
        let parts = Parts::even(11, 4);
        assert_eq!(parts.check("scatter", (3, 4), 2, Some(11)), Ok(()));
        // What MPI_Scatter takes without a word: buffers of three, and eleven elements.
        let error = parts.check("scatter", (3, 4), 3, None).unwrap_err().to_string();
        assert_eq!(error, "scatter: the part of this rank has 3 elements, and by the counts it has 2");
        assert!(matches!(parts.check("scatter", (0, 4), 3, Some(12)), Err(Error::Length { found: 12, .. })));
        assert!(matches!(
            parts.check("scatter", (0, 3), 3, Some(11)),
            Err(Error::Counts { found: 4, expected: 3, .. })
        ));
        let large = Parts { counts: vec![i32::MAX as usize, 1] };
        assert!(matches!(large.check("gather", (1, 2), 1, None), Err(Error::TooMany { .. })));
    }
}
