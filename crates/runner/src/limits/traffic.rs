//! Memory streams of the shape of a problem.

use std::hint::black_box;

use super::sets::InstructionSet;

/// Doubles in a cache line.
const LINE: usize = 8;

/// Doubles of the longer stream after which the other has its turn, where one is longer: 16 KiB, so that both are under way at the
/// same time, and the fences behind streaming stores are rare.
const BLOCK: usize = 2048;

/// Two streams that are read and one that is written; any of them may be empty.
#[derive(Debug)]
pub(super) struct Streams {
    reads: [Buffer; 2],
    writes: Buffer,
}

impl Streams {
    /// Reads `reads` doubles from each of two streams, writes `writes`; every page is touched here.
    pub(super) fn new(reads: usize, writes: usize) -> Self {
        Self { reads: [Buffer::new(reads, 0), Buffer::new(reads, 1)], writes: Buffer::new(writes, 2) }
    }

    /// Moves everything once.
    pub(super) fn pass(&mut self, set: &InstructionSet, streaming: bool) {
        let [a, b] = self.reads.each_ref().map(Buffer::values);
        let output = self.writes.values_mut();
        let blocks = match (a.len(), output.len()) {
            // One call does it all.
            (reads, writes) if reads == writes || reads == 0 || writes == 0 => 1,
            (reads, writes) => reads.max(writes).div_ceil(BLOCK),
        };
        let (mut read, mut written) = (0, 0);
        for block in 1..=blocks {
            let (read_end, written_end) = (part(a.len(), block, blocks), part(output.len(), block, blocks));
            let (a, b) = (&a[read..read_end], &b[read..read_end]);
            let output = &mut output[written..written_end];
            (read, written) = (read_end, written_end);

            let common = a.len().min(output.len());
            let ((a, a_rest), (b, b_rest)) = (a.split_at(common), b.split_at(common));
            let (output, output_rest) = output.split_at_mut(common);
            // In the first cache, even a call that does nothing is noticed.
            if !output.is_empty() {
                set.add(a, b, output, streaming);
            }
            if !output_rest.is_empty() {
                set.fill(output_rest, 0.25, streaming);
            }
            if !a_rest.is_empty() {
                black_box(set.sum(a_rest, b_rest));
            }
        }
    }
}

/// Where the first `block` of `blocks` parts end, in whole lines but for the last: a line must not be written half by each kind of
/// store.
fn part(length: usize, block: usize, blocks: usize) -> usize {
    if block == blocks { length } else { (length as u128 * block as u128 / blocks as u128) as usize / LINE * LINE }
}

/// Doubles that start at a multiple of 64 bytes.
#[derive(Debug)]
struct Buffer {
    memory: Vec<f64>,
    start: usize,
    length: usize,
}

impl Buffer {
    /// The number of the stream shifts its start by a quarter of a page and some lines: CPUs take addresses that agree in their
    /// last 12 bits for the same, and caches put them in the same place.
    fn new(length: usize, stream: usize) -> Self {
        if length == 0 {
            return Self { memory: Vec::new(), start: 0, length };
        }
        let shift = stream * (128 + 3 * LINE);
        let mut memory = vec![0.0; length + shift + LINE];
        // Zeros may come from pages that are not there yet.
        memory.fill(1.5);
        let start = memory.as_ptr().align_offset(64).min(LINE) + shift;
        Self { memory, start, length }
    }

    fn values(&self) -> &[f64] {
        &self.memory[self.start..self.start + self.length]
    }

    fn values_mut(&mut self) -> &mut [f64] {
        &mut self.memory[self.start..self.start + self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::available;

    #[test]
    fn a_pass_writes_the_whole_stream() {
        let sizes = [0, 1, 7, 8, 64, 2047, 2048, 5000, 100_003];
        for set in available() {
            for streaming in [false, true] {
                for reads in sizes {
                    for writes in sizes {
                        let mut streams = Streams::new(reads, writes);
                        streams.pass(&set, streaming);
                        // The sum of two streams of 1.5, or the filler.
                        let written = streams.writes.values();
                        assert_eq!(written.len(), writes);
                        assert!(written.iter().all(|&value| value == 3.0 || value == 0.25), "{reads} {writes}");
                        assert!(reads != writes || !written.contains(&0.25), "{reads}");
                    }
                }
            }
        }
    }

    #[test]
    fn buffers_are_aligned() {
        for stream in 0..3 {
            for length in [1, 9, 1000] {
                let buffer = Buffer::new(length, stream);
                assert_eq!(buffer.values().as_ptr().addr() % 64, 0);
                assert_eq!(buffer.values().len(), length);
            }
        }
        assert!(Buffer::new(0, 2).values().is_empty());
    }

    #[test]
    fn parts_cover_the_whole_in_whole_lines() {
        for (length, blocks) in [(100, 3), (7, 4), (100_003, 49), (2048, 1)] {
            let ends: Vec<usize> = (0..=blocks).map(|block| part(length, block, blocks)).collect();
            assert!(ends.is_sorted());
            assert_eq!((ends[0], ends[blocks]), (0, length));
            assert!(ends[..blocks].iter().all(|end| end % LINE == 0));
        }
    }
}
