//! Pi by throwing darts at a square, in chunks that each have a random stream of their own.

use std::f64::consts::PI;
use std::sync::OnceLock;

use rand_core::SeedableRng;
use rand_xoshiro::SplitMix64;
use rayon::prelude::*;

use crate::element::{Element, digest, poison_places};
use crate::input::{at_least_one, bytes, no_image, pair};
use crate::random::next;
use crate::verdict::{Array, check_reference, compare};
use crate::{Case, InputError, Mismatch, Precision, Problem, Scale, SizeRequest, Verified, Work, memory};

/// The problem: how many points (x, y) of the square from -1 to 1 have x*x + y*y <= 1. Chunk `k` draws from the SplitMix64 stream
/// `k`, so that any technique finds the same hits, however it divides the chunks. Source: Gabriele Lanaro, *Python High Performance
/// Programming*, chapter 4.
#[derive(Clone, Copy, Debug)]
pub struct Pi;

/// How many samples, in how many streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Chunks.
    pub chunks: usize,
    /// Samples in each chunk.
    pub samples: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { chunks: 100, samples: 100_000 }
    }
}

/// What a step writes: the hits of each chunk.
pub type Output = Vec<u64>;

/// What a step reads: how many samples to draw.
#[derive(Debug)]
pub struct Input {
    /// Chunks; chunk `k` draws from the stream that the seed `k` starts.
    pub chunks: usize,
    /// Samples in each chunk; each takes two draws, first x, then y.
    pub samples: usize,
    double: OnceLock<Output>,
    single: OnceLock<Output>,
}

/// The answers of the reference program: samples in a chunk, hits of chunk 0, 1, ...
const KNOWN: [(usize, &[u64]); 2] = [
    (100_000, &[78_524, 78_469, 78_474, 78_375, 78_440, 78_267, 78_501, 78_468, 78_469, 78_596]),
    (1001, &[793, 806, 779]),
];

impl Input {
    /// `sizes.chunks` chunks of `sizes.samples` samples.
    ///
    /// # Errors
    /// When a size is zero or the samples cannot be counted.
    pub fn new(sizes: &Sizes) -> Result<Self, InputError> {
        let Sizes { chunks, samples } = *sizes;
        at_least_one("the number of chunks", chunks)?;
        at_least_one("the number of samples", samples)?;
        bytes(&[chunks, samples])?;
        memory::require(bytes(&[chunks, size_of::<u64>()])?.saturating_mul(2))?;
        let (double, single) = Default::default();
        Ok(Self { chunks, samples, double, single })
    }

    fn double(&self) -> &Output {
        self.double.get_or_init(|| self.hits(|x, y| x * x + y * y <= 1.0))
    }

    fn single(&self) -> &Output {
        self.single.get_or_init(|| self.hits(|x, y| (x as f32) * (x as f32) + (y as f32) * (y as f32) <= 1.0))
    }

    /// The plain loop, with the test for a hit.
    fn hits(&self, hit: impl Fn(f64, f64) -> bool + Sync) -> Output {
        crate::parallel::prepare();
        let chunks = (0..self.chunks as u64).into_par_iter();
        let hits = chunks.map(|seed| {
            let mut stream = SplitMix64::seed_from_u64(seed);
            let mut hits = 0;
            for _ in 0..self.samples {
                let x = next(&mut stream) * 2.0 - 1.0;
                let y = next(&mut stream) * 2.0 - 1.0;
                if hit(x, y) {
                    hits += 1;
                }
            }
            hits
        });
        hits.collect()
    }

    /// The estimate of pi that these hits make.
    pub fn estimate(&self, hits: &[u64]) -> f64 {
        4.0 * hits.iter().sum::<u64>() as f64 / (self.chunks as f64 * self.samples as f64)
    }

    /// The known hits of the first chunks.
    fn known(&self) -> &'static [u64] {
        let known = KNOWN.iter().find(|known| known.0 == self.samples).map_or(&[][..], |known| known.1);
        &known[..known.len().min(self.chunks)]
    }
}

impl Problem for Pi {
    const NAME: &'static str = "pi";
    type Sizes = Sizes;
    type Input = Input;
    type Output = Output;

    fn request(request: &SizeRequest) -> Result<Sizes, InputError> {
        no_image(request, Self::NAME, "--size CHUNKSxSAMPLES")?;
        let chosen = match request.scale {
            Scale::Full => (100, 100_000),
            Scale::Modest => (10, 100_000),
            Scale::Quick => (3, 1001),
        };
        let (chunks, samples) = pair(request, chosen, false);
        Ok(Sizes { chunks, samples })
    }

    fn input(sizes: &Sizes) -> Result<Input, InputError> {
        Input::new(sizes)
    }

    fn sizes(input: &Input) -> Vec<(&'static str, u64)> {
        vec![("chunks", input.chunks as u64), ("samples", input.samples as u64)]
    }

    fn output(input: &Input) -> Output {
        vec![u64::POISON; input.chunks]
    }

    fn poison(output: &mut Output) {
        output.fill(u64::POISON);
    }

    fn poison_places(output: &mut Output, seed: u64) {
        poison_places(output, seed);
    }

    fn digest(output: &Output) -> u64 {
        digest(output)
    }

    fn verify(input: &Input, output: &Output, precision: Precision) -> Result<Verified, Mismatch> {
        let expected = match precision {
            Precision::ExactSingle => input.single(),
            _ => {
                let (known, computed) = (input.known(), &input.double()[..input.known().len()]);
                check_reference(Self::NAME, Some(&format!("{known:?}")), &format!("{computed:?}"))?;
                input.double()
            }
        };
        let arrays = [Array { name: "hits", expected, found: output, columns: None }];
        let possible = |hits: u64| hits <= input.samples as u64;
        let place = |_, index| format!("hits of chunk {index}");
        let sums = || (Self::validation_sum(expected), Self::validation_sum(output));
        compare(Self::NAME, precision, &arrays, possible, place, sums)
    }

    fn validation_sum(output: &Output) -> String {
        output.iter().fold(0_u64, |sum, &hits| sum.wrapping_add(hits)).to_string()
    }

    fn reading(input: &Input, sum: &str) -> String {
        let samples = input.chunks as u64 * input.samples as u64;
        let Ok(hits) = sum.parse::<u64>() else { return format!("validation sum {sum}") };
        let pi = input.estimate(&[hits]);
        let error = (pi - PI).abs();
        format!("validation sum {sum}, all hits: pi = 4 * {hits} / {samples} = {pi:.6}, error {error:.1e}")
    }

    fn reference_sum(input: &Input) -> String {
        Self::validation_sum(input.double())
    }

    fn reference_digest(input: &Input) -> u64 {
        Self::digest(input.double())
    }

    /// A draw is one addition, four shifts and three exclusive ors, and two multiplications of integers; u = 2u - 1 and the scaling
    /// by a power of two are one exact multiplication and one subtraction. Conversions are not counted.
    fn work(input: &Input) -> Work {
        let sample = Work { adds: 3, muls: 4, int_ops: 16, int_muls: 4, ..Work::default() };
        let chunks = input.chunks as u64;
        Work { bytes_written: 8 * chunks, ..sample.times(chunks * input.samples as u64) }
    }

    fn cases() -> Vec<Case<Self>> {
        let sizes = [(1, 1), (2, 2), (31, 31), (32, 32), (33, 33), (3, 1001), (10, 100_000)];
        sizes
            .into_iter()
            .map(|(chunks, samples)| Case {
                name: format!("{chunks}_chunks_of_{samples}"),
                input: Box::new(move || Input::new(&Sizes { chunks, samples })),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answers_are_those_of_the_reference_program() {
        let reference = crate::known_answers();
        let cases = reference["pi"].as_array().unwrap();
        assert_eq!(cases.len(), KNOWN.len());
        for (case, known) in cases.iter().zip(KNOWN) {
            let hits: Vec<_> = case["hits"].as_array().unwrap().iter().map(|hits| hits.as_u64().unwrap()).collect();
            assert_eq!((case["samples_per_chunk"].as_u64(), &hits[..]), (Some(known.0 as u64), known.1));
            let input = Input::new(&Sizes { chunks: hits.len(), samples: known.0 }).unwrap();
            assert_eq!(input.double(), &hits);
            assert_eq!(Some(input.estimate(&hits)), case["pi"].as_f64());
        }
    }

    #[test]
    fn a_sum_is_read_as_pi_with_its_error() {
        let input = Input::new(&Sizes { chunks: 10, samples: 100_000 }).unwrap();
        let read = Pi::reading(&input, "784583");
        assert_eq!(read, "validation sum 784583, all hits: pi = 4 * 784583 / 1000000 = 3.138332, error 3.3e-3");
        assert_eq!(Pi::reading(&input, "?"), "validation sum ?");
    }

    #[test]
    fn a_chunk_with_the_wrong_hits_is_named() {
        let input = Input::new(&Sizes { chunks: 3, samples: 1001 }).unwrap();
        let mut hits = input.double().clone();
        hits.swap(0, 1);
        let message = Pi::verify(&input, &hits, Precision::Exact).unwrap_err().to_string();
        assert!(message.contains("2 of 3 elements are wrong"), "{message}");
        assert!(message.contains("first wrong: hits of chunk 0"), "{message}");
    }

    #[test]
    fn samples_that_cannot_be_counted_are_refused() {
        assert!(matches!(Input::new(&Sizes { chunks: 0, samples: 1 }), Err(InputError::Zero { .. })));
        assert!(matches!(Input::new(&Sizes { chunks: 1, samples: 0 }), Err(InputError::Zero { .. })));
        assert_eq!(Input::new(&Sizes { chunks: usize::MAX, samples: 2 }).unwrap_err(), InputError::TooLarge);
    }
}
