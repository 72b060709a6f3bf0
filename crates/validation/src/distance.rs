//! The distance matrix: how far each point of the plane is from each other.

use std::sync::OnceLock;

use num_traits::Float;
use rayon::prelude::*;

use crate::element::{Element, digest, poison_places};
use crate::input::{at_least_one, bytes, finite, no_image, same_length};
use crate::random::{bit_sum, uniform};
use crate::verdict::{Array, check_reference, compare};
use crate::{Case, InputError, Mismatch, Precision, Problem, Scale, SizeRequest, Verified, Work, memory};

/// The problem: sqrt(dx*dx + dy*dy) for every pair of points. Source: Gabriele Lanaro, *Python High Performance Programming*,
/// chapter 2.
#[derive(Clone, Copy, Debug)]
pub struct Distance;

/// How many points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Points.
    pub points: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { points: 4000 }
    }
}

/// What a step writes: a matrix of points by points, row by row; row `i` holds the distances from point `i`.
pub type Output = Vec<f64>;

/// What a step reads: the points of the plane.
#[derive(Debug)]
pub struct Input {
    /// The x coordinate of each point.
    pub x: Vec<f64>,
    /// The y coordinate of each point.
    pub y: Vec<f64>,
    known_bits: Option<u64>,
    double: OnceLock<Output>,
    single: OnceLock<Output>,
}

/// The answers of the reference program: points, bit sum.
const KNOWN: [(usize, u64); 5] = [
    (1, 0),
    (7, 8_802_594_683_315_225_736),
    (100, 10_568_953_237_222_927_324),
    (1000, 752_070_403_188_387_136),
    (4000, 17_208_132_727_036_222_214),
];

impl Input {
    /// Random points of the unit square: two draws of the SplitMix64 stream 3 for each.
    ///
    /// # Errors
    /// When there is no point or the matrix does not fit into memory.
    pub fn new(sizes: &Sizes) -> Result<Self, InputError> {
        check(sizes.points)?;
        let draws = uniform(3, 2 * sizes.points);
        let column = |first: usize| draws.iter().skip(first).step_by(2).copied().collect();
        let known = KNOWN.iter().find(|known| known.0 == sizes.points);
        Ok(Self { known_bits: known.map(|known| known.1), ..Self::unchecked(column(0), column(1)) })
    }

    /// Any points.
    ///
    /// # Errors
    /// When there is none, the columns differ in length, a coordinate is not finite, or the matrix does not fit into memory.
    pub fn from_points(x: Vec<f64>, y: Vec<f64>) -> Result<Self, InputError> {
        check(x.len())?;
        same_length("y", x.len(), y.len())?;
        finite("x", &x)?;
        finite("y", &y)?;
        Ok(Self::unchecked(x, y))
    }

    fn unchecked(x: Vec<f64>, y: Vec<f64>) -> Self {
        let (double, single) = Default::default();
        Self { x, y, known_bits: None, double, single }
    }

    /// Points.
    pub fn points(&self) -> usize {
        self.x.len()
    }

    fn double(&self) -> &Output {
        self.double.get_or_init(|| self.matrix::<f64>())
    }

    fn single(&self) -> &Output {
        self.single.get_or_init(|| self.matrix::<f32>())
    }

    /// The plain loop in precision `T`.
    fn matrix<T: Float + Send + Sync>(&self) -> Output {
        let narrow = |column: &[f64]| column.iter().filter_map(|&value| T::from(value)).collect::<Vec<_>>();
        let (x, y) = (narrow(&self.x), narrow(&self.y));
        let mut matrix = vec![0.0; self.points() * self.points()];
        crate::parallel::prepare();
        matrix.par_chunks_mut(self.points()).enumerate().for_each(|(row, distances)| {
            for (column, distance) in distances.iter_mut().enumerate() {
                let dx = x[column] - x[row];
                let dy = y[column] - y[row];
                *distance = (dx * dx + dy * dy).sqrt().to_f64().unwrap_or(f64::NAN);
            }
        });
        matrix
    }
}

/// A number of points that can be: room for them, the reference and the answer.
fn check(points: usize) -> Result<(), InputError> {
    at_least_one("the number of points", points)?;
    let matrix = bytes(&[points, points, size_of::<f64>()])?;
    memory::require(matrix.saturating_mul(2).saturating_add(bytes(&[points, 2 * size_of::<f64>()])?))
}

impl Problem for Distance {
    const NAME: &'static str = "distance";
    type Sizes = Sizes;
    type Input = Input;
    type Output = Output;

    fn request(request: &SizeRequest) -> Result<Sizes, InputError> {
        let takes = "--size POINTS";
        no_image(request, Self::NAME, takes)?;
        if let Some((_, Some(_))) = request.size {
            return Err(InputError::NotASize { problem: Self::NAME, what: "second size", takes });
        }
        let chosen = match request.scale {
            Scale::Full => 4000,
            Scale::Modest => 1000,
            Scale::Quick => 100,
        };
        Ok(Sizes { points: request.size.map_or(chosen, |(points, _)| points) })
    }

    fn input(sizes: &Sizes) -> Result<Input, InputError> {
        Input::new(sizes)
    }

    fn sizes(input: &Input) -> Vec<(&'static str, u64)> {
        vec![("points", input.points() as u64)]
    }

    fn output(input: &Input) -> Output {
        vec![f64::POISON; input.points() * input.points()]
    }

    fn poison(output: &mut Output) {
        output.fill(f64::POISON);
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
                let known = input.known_bits.map(|bits| bits.to_string());
                check_reference(Self::NAME, known.as_deref(), &Self::validation_sum(input.double()))?;
                input.double()
            }
        };
        let arrays = [Array { name: "output", expected, found: output, columns: Some(input.points()) }];
        let possible = |value: f64| !value.is_nan();
        let place = |_, index| format!("from point {} to point {}", index / input.points(), index % input.points());
        let sums = || (Self::validation_sum(expected), Self::validation_sum(output));
        compare(Self::NAME, precision, &arrays, possible, place, sums)
    }

    fn validation_sum(output: &Output) -> String {
        bit_sum(output).to_string()
    }

    fn reading(_: &Input, sum: &str) -> String {
        format!("validation sum {sum}: the bits of all elements, added modulo 2^64")
    }

    fn reference_sum(input: &Input) -> String {
        Self::validation_sum(input.double())
    }

    fn reference_digest(input: &Input) -> u64 {
        Self::digest(input.double())
    }

    fn work(input: &Input) -> Work {
        let pair = Work { adds: 3, muls: 2, sqrts: 1, bytes_written: 8, ..Work::default() };
        let points = input.points() as u64;
        Work { bytes_read: 16 * points, ..pair.times(points * points) }
    }

    fn cases() -> Vec<Case<Self>> {
        let sizes = [2, 31, 32, 33, 222].into_iter().chain(KNOWN.iter().map(|known| known.0));
        sizes
            .filter(|&points| points < 4000)
            .map(|points| Case {
                name: format!("{points}_points"),
                input: Box::new(move || Input::new(&Sizes { points })),
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
        let cases = reference["distance"].as_array().unwrap();
        assert_eq!(cases.len(), KNOWN.len());
        for (case, known) in cases.iter().zip(KNOWN) {
            assert_eq!((case["n"].as_u64(), case["bits"].as_u64()), (Some(known.0 as u64), Some(known.1)));
            let input = Input::new(&Sizes { points: known.0 }).unwrap();
            assert_eq!(bit_sum(input.double()), known.1);
            let last_row = (known.0 - 1) * known.0;
            assert_eq!(Some(input.double()[last_row]), case["last_row_first"].as_f64());
        }
    }

    #[test]
    fn points_that_cannot_be_are_refused() {
        assert!(matches!(Input::new(&Sizes { points: 0 }), Err(InputError::Zero { .. })));
        assert!(matches!(Input::new(&Sizes { points: 1 << 40 }), Err(InputError::TooLarge)));
        assert!(matches!(Input::new(&Sizes { points: 10_000_000 }), Err(InputError::Memory { .. })));
        let error = Input::from_points(vec![f64::NAN], vec![0.0]).unwrap_err();
        assert!(matches!(error, InputError::NotFinite { what: "x", .. }));
        let error = Input::from_points(vec![0.0], vec![]).unwrap_err();
        assert_eq!(error, InputError::Lengths { what: "y", expected: 1, found: 0 });
    }
}
