//! An array expression: (a + b) * 2 + a * b on two matrices.

use std::sync::OnceLock;

use rayon::prelude::*;

use crate::element::{Element, digest, poison_places};
use crate::input::{at_least_one, bytes, finite, no_image, pair, same_length};
use crate::random::{bit_sum, uniform};
use crate::verdict::{Array, check_reference, compare};
use crate::{Case, InputError, Mismatch, Precision, Problem, Scale, SizeRequest, Verified, Work, memory};

/// The problem: (a + b) * 2 + a * b, in that order, for every element. Source: Mike Müller, *Shared Memory Parallelism with
/// Python*.
#[derive(Clone, Copy, Debug)]
pub struct Expression;

/// The shape of the matrices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub cols: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { rows: 2000, cols: 2000 }
    }
}

/// What a step writes: `rows * cols` values, row by row.
pub type Output = Vec<f64>;

/// What a step reads: two matrices of `rows` by `cols`, row by row. Steps make their own array views.
#[derive(Debug)]
pub struct Input {
    /// The first matrix.
    pub a: Vec<f64>,
    /// The second matrix.
    pub b: Vec<f64>,
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub cols: usize,
    known_bits: Option<u64>,
    double: OnceLock<Output>,
    single: OnceLock<Output>,
}

/// The answers of the reference program: shape, bit sum.
const KNOWN: [(usize, usize, u64); 5] = [
    (1, 1, 4_613_150_697_125_600_987),
    (3, 5, 13_853_387_126_790_397_154),
    (200, 200, 1_870_440_754_300_121_304),
    (2000, 2000, 7_073_543_676_242_649_052),
    (1001, 999, 2_257_174_108_071_820_482),
];

impl Input {
    /// Two matrices of uniform numbers in [0, 1): the SplitMix64 streams 1 and 2.
    ///
    /// # Errors
    /// When a size is zero or the matrices do not fit into memory.
    pub fn new(sizes: &Sizes) -> Result<Self, InputError> {
        let Sizes { rows, cols } = *sizes;
        check(rows, cols)?;
        let known = KNOWN.iter().find(|known| (known.0, known.1) == (rows, cols));
        let [a, b] = [1, 2].map(|seed| uniform(seed, rows * cols));
        Ok(Self { known_bits: known.map(|known| known.2), ..Self::unchecked(a, b, rows, cols) })
    }

    /// Any two matrices of `rows` by `cols`.
    ///
    /// # Errors
    /// When a size is zero, a matrix has another length or a value that is not finite, or the answer does not fit into memory.
    pub fn from_matrices(a: Vec<f64>, b: Vec<f64>, rows: usize, cols: usize) -> Result<Self, InputError> {
        check(rows, cols)?;
        same_length("a", rows * cols, a.len())?;
        same_length("b", rows * cols, b.len())?;
        finite("a", &a)?;
        finite("b", &b)?;
        Ok(Self::unchecked(a, b, rows, cols))
    }

    fn unchecked(a: Vec<f64>, b: Vec<f64>, rows: usize, cols: usize) -> Self {
        let (double, single) = Default::default();
        Self { a, b, rows, cols, known_bits: None, double, single }
    }

    fn double(&self) -> &Output {
        self.double.get_or_init(|| {
            crate::parallel::prepare();
            let pairs = self.a.par_iter().zip(&self.b);
            pairs.map(|(&a, &b)| (a + b) * 2.0 + a * b).collect()
        })
    }

    fn single(&self) -> &Output {
        self.single.get_or_init(|| {
            crate::parallel::prepare();
            let pairs = self.a.par_iter().zip(&self.b).map(|(&a, &b)| (a as f32, b as f32));
            pairs.map(|(a, b)| f64::from((a + b) * 2.0 + a * b)).collect()
        })
    }
}

/// A shape that can be: room for two matrices, the reference and the answer.
fn check(rows: usize, cols: usize) -> Result<(), InputError> {
    at_least_one("rows", rows)?;
    at_least_one("cols", cols)?;
    memory::require(bytes(&[rows, cols, size_of::<f64>()])?.saturating_mul(4))
}

impl Problem for Expression {
    const NAME: &'static str = "expression";
    type Sizes = Sizes;
    type Input = Input;
    type Output = Output;

    fn request(request: &SizeRequest) -> Result<Sizes, InputError> {
        no_image(request, Self::NAME, "--size ROWSxCOLUMNS")?;
        let chosen = match request.scale {
            Scale::Full | Scale::Modest => (2000, 2000),
            Scale::Quick => (200, 200),
        };
        let (rows, cols) = pair(request, chosen, true);
        Ok(Sizes { rows, cols })
    }

    fn input(sizes: &Sizes) -> Result<Input, InputError> {
        Input::new(sizes)
    }

    fn sizes(input: &Input) -> Vec<(&'static str, u64)> {
        vec![("rows", input.rows as u64), ("cols", input.cols as u64)]
    }

    fn output(input: &Input) -> Output {
        vec![f64::POISON; input.rows * input.cols]
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
        let arrays = [Array { name: "output", expected, found: output, columns: Some(input.cols) }];
        let possible = |value: f64| !value.is_nan();
        let place = |_, index| {
            let (a, b): (f64, f64) = (input.a[index], input.b[index]);
            format!("row {}, column {} (a = {a}, b = {b})", index / input.cols, index % input.cols)
        };
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
        let element = Work { adds: 2, muls: 2, bytes_read: 16, bytes_written: 8, ..Work::default() };
        element.times((input.rows * input.cols) as u64)
    }

    fn cases() -> Vec<Case<Self>> {
        let awkward = [(2, 2), (1, 31), (31, 1), (31, 31), (32, 32), (33, 33), (333, 222)];
        let sizes = awkward.into_iter().chain(KNOWN.iter().map(|known| (known.0, known.1)));
        sizes
            .map(|(rows, cols)| Case {
                name: format!("{rows}x{cols}"),
                input: Box::new(move || Input::new(&Sizes { rows, cols })),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Most, Reach};

    #[test]
    fn the_answers_are_those_of_the_reference_program() {
        let reference = crate::known_answers();
        let cases = reference["expression"].as_array().unwrap();
        assert_eq!(cases.len(), KNOWN.len());
        for (case, known) in cases.iter().zip(KNOWN) {
            let number = |key: &str| case[key].as_u64().unwrap();
            assert_eq!((number("rows"), number("cols"), number("bits")), (known.0 as u64, known.1 as u64, known.2));
            let input = Input::new(&Sizes { rows: known.0, cols: known.1 }).unwrap();
            assert_eq!(bit_sum(input.double()), known.2);
            assert_eq!(input.double().first().copied(), case["first"].as_f64());
            assert_eq!(input.double().last().copied(), case["last"].as_f64());
        }
    }

    #[test]
    fn not_a_number_is_wrong() {
        let input = Input::new(&Sizes { rows: 3, cols: 5 }).unwrap();
        let mut output = input.double().clone();
        assert!(Expression::verify(&input, &output, Precision::Exact).is_ok());
        output[6] = f64::NAN;
        let different = |reach| Precision::Different {
            why: "the lesson",
            may_agree: false,
            most: Most { elements: 15, share: 1.0 },
            reach,
        };
        let within = Reach::Within { absolute: 1.0, relative: 1.0 };
        for precision in [
            Precision::Exact,
            Precision::Within { absolute: 1.0, relative: 1.0 },
            different(within),
            different(Reach::AnyValue),
        ] {
            let message = Expression::verify(&input, &output, precision).unwrap_err().to_string();
            assert!(message.contains("row 1, column 1") && message.contains("found: NaN"), "{message}");
        }
        Expression::poison(&mut output);
        let message = Expression::verify(&input, &output, different(Reach::AnyValue)).unwrap_err().to_string();
        assert!(message.contains("never written: 15 elements"), "{message}");
    }

    #[test]
    fn a_differing_answer_is_near_enough_and_seldom_enough() {
        let input = Input::new(&Sizes { rows: 200, cols: 200 }).unwrap();
        let verdict = |elements: usize, by: f64| {
            let mut output = input.double().clone();
            output[100..100 + elements].iter_mut().for_each(|value| *value += by);
            let (most, reach) = (Most { elements: 3, share: 0.001 }, Reach::Within { absolute: 1e-6, relative: 1e-9 });
            let different = Precision::Different { why: "the lesson", may_agree: false, most, reach };
            Expression::verify(&input, &output, different).map_err(|mismatch| mismatch.to_string())
        };
        assert_eq!(verdict(40, 9e-7).unwrap().differing, 40);
        let message = verdict(41, 9e-7).unwrap_err();
        assert!(message.contains("41 of 40000") && message.contains("row 0, column 100"), "{message}");
        let message = verdict(1, 1e-5).unwrap_err();
        assert!(message.contains("in at most 3 elements or 0.1 %, within 1e-6 + 1e-9 of the value: the"), "{message}");
    }

    #[test]
    fn a_tolerance_is_kept_and_the_error_reported() {
        let input = Input::new(&Sizes { rows: 3, cols: 5 }).unwrap();
        let mut output = input.double().clone();
        output[0] += 1e-6;
        let within = |absolute| Precision::Within { absolute, relative: 0.0 };
        let verified = Expression::verify(&input, &output, within(1e-5)).unwrap();
        assert_eq!(verified.differing, 1);
        assert!((verified.largest_error - 1e-6).abs() < 1e-12);
        assert!(Expression::verify(&input, &output, within(1e-7)).is_err());
    }

    #[test]
    fn matrices_that_cannot_be_are_refused() {
        let error = |a, b, rows, cols| Input::from_matrices(a, b, rows, cols).unwrap_err();
        assert_eq!(error(vec![], vec![], 0, 1), InputError::Zero { what: "rows" });
        assert_eq!(error(vec![], vec![], 1, 0), InputError::Zero { what: "cols" });
        assert_eq!(error(vec![1.0], vec![], 1, 1), InputError::Lengths { what: "b", expected: 1, found: 0 });
        assert!(matches!(error(vec![f64::NAN], vec![1.0], 1, 1), InputError::NotFinite { what: "a", index: 0, .. }));
        assert_eq!(Input::new(&Sizes { rows: usize::MAX, cols: 2 }).unwrap_err(), InputError::TooLarge);
    }
}
