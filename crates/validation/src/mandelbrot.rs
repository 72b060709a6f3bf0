//! The Mandelbrot set: for each point of a grid, the iteration at which its orbit leaves the circle of radius 2.

use std::ops::{Add, Mul, Sub};
use std::sync::OnceLock;

use num_complex::Complex;
use rayon::prelude::*;

use crate::element::{Element, digest, poison_places};
use crate::input::{at_least_one, bytes, finite, pair};
use crate::verdict::{Array, check_reference, compare};
use crate::{Case, InputError, Mismatch, Precision, Problem, Scale, SizeRequest, Verified, Work, memory};

/// The left edge of the picture; its right edge is [`X2`].
pub const X1: f64 = -2.13;
/// The right edge of the picture, not reached by any point.
pub const X2: f64 = 0.77;
/// The lower edge of the picture, not reached by any point.
pub const Y1: f64 = -1.3;
/// The upper edge of the picture.
pub const Y2: f64 = 1.3;

/// The problem: z = 0, then z = z*z + q until the rounded zx*zx + zy*zy exceeds 4. Source: Ian Ozsvald, *High Performance Python*,
/// chapters 5 and 7.
#[derive(Clone, Copy, Debug)]
pub struct Mandelbrot;

/// The grid and the patience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Points in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Iterations after which a point counts as bounded.
    pub max_iterations: u32,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { width: 500, height: 500, max_iterations: 1000 }
    }
}

/// What a step writes: one count for each point, row by row from the top. The index of the iteration at which the point escaped;
/// 0 if it never did, and 0 also if the first iteration escapes.
pub type Output = Vec<u32>;

/// What a step reads: a grid of `xs.len()` by `ys.len()` points, given by its axes.
#[derive(Debug)]
pub struct Input {
    /// The real parts of a row of points, from left to right.
    pub xs: Vec<f64>,
    /// The imaginary parts of a column of points, from top to bottom.
    pub ys: Vec<f64>,
    /// Iterations after which a point counts as bounded.
    pub max_iterations: u32,
    known_sum: Option<u64>,
    points: OnceLock<Vec<Complex<f64>>>,
    double: OnceLock<Reference>,
    single: OnceLock<Reference>,
}

#[derive(Debug)]
struct Reference {
    counts: Output,
    inner_iterations: u64,
}

/// The answers of the reference program: sizes, validation sum, inner iterations.
const KNOWN: [(usize, usize, u32, u64, u64); 8] = [
    (50, 50, 30, 6502, 25_039),
    (100, 100, 300, 38_451, 654_823),
    (250, 250, 500, 268_117, 6_589_574),
    (500, 500, 1000, 1_148_485, 51_414_419),
    (333, 222, 777, 315_883, 11_904_097),
    (64, 48, 1, 0, 3072),
    (1, 1, 10, 0, 1),
    (1000, 1000, 1000, 4_543_004, 205_624_722),
];

impl Input {
    /// The tutorial's picture with `sizes.width` by `sizes.height` points: coordinates by repeated addition, as its loops make
    /// them.
    ///
    /// # Errors
    /// When a size is zero or the picture does not fit into memory.
    pub fn new(sizes: &Sizes) -> Result<Self, InputError> {
        let Sizes { width, height, max_iterations } = *sizes;
        at_least_one("width", width)?;
        at_least_one("height", height)?;
        check(width, height, max_iterations)?;
        let xs = axis(X1, (X2 - X1) / width as f64, width);
        let ys = axis(Y2, (Y1 - Y2) / height as f64, height);
        let known = KNOWN.iter().find(|known| (known.0, known.1, known.2) == (width, height, max_iterations));
        Ok(Self { known_sum: known.map(|known| known.3), ..Self::unchecked(xs, ys, max_iterations) })
    }

    /// A grid of any points.
    ///
    /// # Errors
    /// When an axis is empty, a coordinate is not finite, or the picture does not fit into memory.
    pub fn from_axes(xs: Vec<f64>, ys: Vec<f64>, max_iterations: u32) -> Result<Self, InputError> {
        at_least_one("the length of xs", xs.len())?;
        at_least_one("the length of ys", ys.len())?;
        check(xs.len(), ys.len(), max_iterations)?;
        finite("xs", &xs)?;
        finite("ys", &ys)?;
        Ok(Self::unchecked(xs, ys, max_iterations))
    }

    fn unchecked(xs: Vec<f64>, ys: Vec<f64>, max_iterations: u32) -> Self {
        let (points, double, single) = Default::default();
        Self { xs, ys, max_iterations, known_sum: None, points, double, single }
    }

    /// Points in a row.
    pub fn width(&self) -> usize {
        self.xs.len()
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.ys.len()
    }

    /// All points as complex numbers, row by row: the tutorial's list q. Made on first use, which is never on the clock.
    pub fn q(&self) -> &[Complex<f64>] {
        self.points.get_or_init(|| {
            let row = |&y: &f64| self.xs.iter().map(move |&x| Complex::new(x, y));
            self.ys.iter().flat_map(row).collect()
        })
    }

    /// Bytes of [`q`](Self::q), for the steps that use it.
    pub fn q_bytes(&self) -> u64 {
        (self.width() * self.height() * size_of::<Complex<f64>>()) as u64
    }

    /// Passes through the inner loop, over all points: the amount of work, which depends on the input alone.
    pub fn inner_iterations(&self) -> u64 {
        self.double().inner_iterations
    }

    fn double(&self) -> &Reference {
        self.double.get_or_init(|| reference_counts(&self.xs, &self.ys, self.max_iterations))
    }

    fn single(&self) -> &Reference {
        let narrow = |axis: &[f64]| axis.iter().map(|&coordinate| coordinate as f32).collect::<Vec<_>>();
        self.single.get_or_init(|| reference_counts(&narrow(&self.xs), &narrow(&self.ys), self.max_iterations))
    }
}

/// Sizes that can be: at least one iteration, and room for the picture, the reference and the counts.
fn check(width: usize, height: usize, max_iterations: u32) -> Result<(), InputError> {
    at_least_one("max_iterations", max_iterations as usize)?;
    let axes = bytes(&[width.checked_add(height).ok_or(InputError::TooLarge)?, size_of::<f64>()])?;
    let counts = bytes(&[width, height, size_of::<u32>()])?;
    memory::require(axes.saturating_add(counts.saturating_mul(2)))
}

/// `length` coordinates by repeated addition.
fn axis(start: f64, step: f64, length: usize) -> Vec<f64> {
    std::iter::successors(Some(start), |coordinate| Some(coordinate + step)).take(length).collect()
}

/// The plain loop, in the precision of the axes.
fn reference_counts<T>(xs: &[T], ys: &[T], max_iterations: u32) -> Reference
where
    T: Copy + Send + Sync + From<f32> + PartialOrd + Add<Output = T> + Sub<Output = T> + Mul<Output = T>,
{
    let mut counts = vec![0; xs.len() * ys.len()];
    crate::parallel::prepare();
    let rows = counts.par_chunks_mut(xs.len()).zip(ys);
    let inner_iterations = rows
        .map(|(row, &qy)| {
            let mut inner_iterations = 0;
            for (count, &qx) in row.iter_mut().zip(xs) {
                let (mut zx, mut zy) = (T::from(0.0), T::from(0.0));
                for iteration in 0..max_iterations {
                    let zx_new = (zx * zx - zy * zy) + qx;
                    zy = (zx * zy + zy * zx) + qy;
                    zx = zx_new;
                    inner_iterations += 1;
                    if zx * zx + zy * zy > T::from(4.0) {
                        *count = iteration;
                        break;
                    }
                }
            }
            inner_iterations
        })
        .sum();
    Reference { counts, inner_iterations }
}

/// Writes the answer of the plain loop.
pub fn reference(input: &Input, counts: &mut Output) {
    counts.clone_from(&input.double().counts);
}

fn sum(counts: &[u32]) -> u64 {
    counts.iter().map(|&count| u64::from(count)).sum()
}

impl Problem for Mandelbrot {
    const NAME: &'static str = "mandelbrot";
    type Sizes = Sizes;
    type Input = Input;
    type Output = Output;

    fn request(request: &SizeRequest) -> Result<Sizes, InputError> {
        let chosen = match request.scale {
            Scale::Full | Scale::Modest => Sizes::default(),
            Scale::Quick => Sizes { width: 100, height: 100, max_iterations: 300 },
        };
        let (width, height) = pair(request, (chosen.width, chosen.height), true);
        Ok(Sizes {
            width: request.width.unwrap_or(width),
            height: request.height.unwrap_or(height),
            max_iterations: request.max_iterations.unwrap_or(chosen.max_iterations),
        })
    }

    fn input(sizes: &Sizes) -> Result<Input, InputError> {
        Input::new(sizes)
    }

    fn sizes(input: &Input) -> Vec<(&'static str, u64)> {
        vec![
            ("width", input.width() as u64),
            ("height", input.height() as u64),
            ("max_iterations", u64::from(input.max_iterations)),
        ]
    }

    fn output(input: &Input) -> Output {
        vec![u32::POISON; input.width() * input.height()]
    }

    fn poison(output: &mut Output) {
        output.fill(u32::POISON);
    }

    fn poison_places(output: &mut Output, seed: u64) {
        poison_places(output, seed);
    }

    fn digest(output: &Output) -> u64 {
        digest(output)
    }

    fn verify(input: &Input, output: &Output, precision: Precision) -> Result<Verified, Mismatch> {
        let expected = match precision {
            Precision::ExactSingle => &input.single().counts,
            _ => {
                let counts = &input.double().counts;
                let known = input.known_sum.map(|sum| sum.to_string());
                check_reference(Self::NAME, known.as_deref(), &Self::validation_sum(counts))?;
                counts
            }
        };
        let arrays = [Array { name: "counts", expected, found: output, columns: Some(input.width()) }];
        let possible = |count: u32| count < input.max_iterations;
        let place = |_, index| {
            let (row, column) = (index / input.width(), index % input.width());
            format!("row {row}, column {column} (point {})", Complex::new(input.xs[column], input.ys[row]))
        };
        let sums = || (Self::validation_sum(expected), Self::validation_sum(output));
        compare(Self::NAME, precision, &arrays, possible, place, sums)
    }

    fn validation_sum(output: &Output) -> String {
        sum(output).to_string()
    }

    fn reading(_: &Input, sum: &str) -> String {
        format!("validation sum {sum}: all counts, added up")
    }

    fn reference_sum(input: &Input) -> String {
        Self::validation_sum(&input.double().counts)
    }

    fn reference_digest(input: &Input) -> u64 {
        Self::digest(&input.double().counts)
    }

    fn single_reference_sum(input: &Input) -> Option<String> {
        Some(Self::validation_sum(&input.single().counts))
    }

    /// An iteration cannot do with less than three multiplications (zx*zx, zy*zy, zx*zy) and four additions: doubling zx*zy is
    /// exact, so that it may hide in a fused multiply-add without changing a bit.
    fn work(input: &Input) -> Work {
        let iteration = Work { adds: 4, muls: 3, ..Work::default() };
        let points = (input.width() * input.height()) as u64;
        let coordinates = (input.width() + input.height()) as u64;
        Work { bytes_read: 8 * coordinates, bytes_written: 4 * points, ..iteration.times(input.inner_iterations()) }
    }

    fn cases() -> Vec<Case<Self>> {
        let awkward = [1, 2, 31, 32, 33].map(|size| (size, size, 100));
        let uneven = [(33, 1, 50), (1, 33, 50)];
        let known = KNOWN.iter().filter(|known| known.0 < 1000).map(|known| (known.0, known.1, known.2));
        let sizes = awkward.into_iter().chain(uneven).chain(known);
        sizes
            .map(|(width, height, max_iterations)| Case {
                name: format!("{width}x{height}_{max_iterations}_iterations"),
                input: Box::new(move || Input::new(&Sizes { width, height, max_iterations })),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Most, Reach};

    fn input(width: usize, height: usize, max_iterations: u32) -> Input {
        Input::new(&Sizes { width, height, max_iterations }).unwrap()
    }

    #[test]
    fn the_answers_are_those_of_the_reference_program() {
        let reference = crate::known_answers();
        let cases = reference["mandelbrot"].as_array().unwrap();
        assert_eq!(cases.len(), KNOWN.len());
        for (case, known) in cases.iter().zip(KNOWN) {
            let number = |key: &str| case[key].as_u64().unwrap();
            assert_eq!(
                (number("width"), number("height"), number("maxiter")),
                (known.0 as u64, known.1 as u64, u64::from(known.2))
            );
            assert_eq!((number("sum"), number("inner_iterations")), (known.3, known.4));

            let input = input(known.0, known.1, known.2);
            let counts = &input.double().counts;
            assert_eq!(sum(counts), known.3);
            assert_eq!(input.inner_iterations(), known.4);
            let positional =
                counts.iter().zip(1_u64..).map(|(&count, position)| u64::from(count).wrapping_mul(position));
            assert_eq!(positional.fold(0, u64::wrapping_add), number("positional_sum_mod_2_64"));
        }
    }

    #[test]
    fn a_wrong_count_is_named_by_its_point() {
        let input = input(50, 50, 30);
        let mut counts = Mandelbrot::output(&input);
        reference(&input, &mut counts);
        counts[3 * 50 + 7] += 1;
        let mismatch = Mandelbrot::verify(&input, &counts, Precision::Exact).unwrap_err();
        assert_eq!(
            mismatch.to_string(),
            "mandelbrot: 1 of 2500 elements are wrong (exact is asked for)\n\
             \x20      first wrong: row 3, column 7 (point -1.724+1.144i)\n\
             \x20         expected: 0\n\
             \x20            found: 1\n\
             \x20 sum of reference: 6502\n\
             \x20    sum of answer: 6503"
        );
        (0..50).for_each(|row| counts[row * 50 + 49] = u32::POISON);
        counts[3 * 50 + 7] -= 1;
        let message = Mandelbrot::verify(&input, &counts, Precision::Exact).unwrap_err().to_string();
        assert!(message.contains("\n           pattern: every wrong element is in column 49, the last\n"), "{message}");
    }

    #[test]
    fn what_was_never_written_is_said() {
        let input = input(50, 50, 30);
        let mut counts = Mandelbrot::output(&input);
        reference(&input, &mut counts);
        counts[2499] = u32::MAX;
        let message = Mandelbrot::verify(&input, &counts, Precision::Exact).unwrap_err().to_string();
        assert!(message.contains("never written: 1 elements still hold the poison"), "{message}");
        assert!(message.contains("row 49, column 49"), "{message}");
    }

    #[test]
    fn an_output_of_the_wrong_length_is_refused() {
        let input = input(50, 50, 30);
        let short = vec![0; 2499];
        let mismatch = Mandelbrot::verify(&input, &short, Precision::Exact).unwrap_err();
        assert_eq!(mismatch.to_string(), "mandelbrot: counts has 2499 elements; 2500 are needed");
    }

    /// At most two elements, or a hundredth, to any count that there is.
    fn different(why: &'static str, may_agree: bool) -> Precision {
        Precision::Different { why, may_agree, most: Most { elements: 2, share: 0.01 }, reach: Reach::AnyValue }
    }

    #[test]
    fn an_answer_that_differs_too_much_is_refused() {
        let input = input(50, 50, 30);
        let mut right = Mandelbrot::output(&input);
        reference(&input, &mut right);
        let verdict = |change: &dyn Fn(&mut Output)| {
            let mut counts = right.clone();
            change(&mut counts);
            let verdict = Mandelbrot::verify(&input, &counts, different("fused multiply-add", false));
            verdict.map(|verified| verified.differing).map_err(|mismatch| mismatch.to_string())
        };
        assert_eq!(verdict(&|counts| counts[..25].fill(29)), Ok(25), "a hundredth of 2500 elements");
        let message = verdict(&|counts| counts[..26].fill(29)).unwrap_err();
        let demand = "different in at most 2 elements or 1 %, to any value that the problem has: fused multiply-add";
        assert!(message.starts_with(&format!("mandelbrot: 26 of 2500 elements are wrong ({demand} is")), "{message}");
        assert!(message.contains("first wrong: row 0, column 0"), "{message}");
        let message = verdict(&|counts| counts[7] = 30).unwrap_err();
        assert!(message.contains("1 of 2500") && message.contains("found: 30\n"), "no count is 30: {message}");
        let message = verdict(&|counts| counts[7] = u32::POISON).unwrap_err();
        assert!(message.contains("(never written)"), "{message}");
        assert!(verdict(&|counts| counts.fill(0)).is_err());
    }

    #[test]
    fn nothing_but_zeros_is_refused_however_few_they_are() {
        let input = Input::from_axes(vec![0.5, 0.6], vec![0.5], 30).unwrap();
        let mut counts = Mandelbrot::output(&input);
        reference(&input, &mut counts);
        assert_ne!(counts, [0, 0]);
        let race = different("a race", true);
        assert!(Mandelbrot::verify(&input, &vec![0, 0], race).is_err());
        assert!(Mandelbrot::verify(&input, &vec![1, 2], race).is_ok(), "two may differ");
    }

    #[test]
    fn an_answer_that_should_differ_is_refused_when_it_does_not() {
        let input = input(50, 50, 30);
        let mut counts = Mandelbrot::output(&input);
        reference(&input, &mut counts);
        let differs = different("fused multiply-add", false);
        assert!(matches!(Mandelbrot::verify(&input, &counts, differs), Err(Mismatch::Agrees { .. })));
        let race = different("a race", true);
        assert_eq!(Mandelbrot::verify(&input, &counts, race).unwrap().differing, 0);
        counts[0] += 1;
        assert_eq!(Mandelbrot::verify(&input, &counts, differs).unwrap().differing, 1);
    }

    #[test]
    fn single_precision_has_a_reference_of_its_own() {
        let input = input(500, 500, 1000);
        assert_eq!(sum(&input.single().counts), 1_151_047);
        assert_eq!(Mandelbrot::single_reference_sum(&input).as_deref(), Some("1151047"));
        let narrow = input.single().counts.clone();
        assert!(Mandelbrot::verify(&input, &narrow, Precision::ExactSingle).is_ok());
        assert!(Mandelbrot::verify(&input, &narrow, Precision::Exact).is_err());
    }

    #[test]
    fn a_reference_that_is_not_the_known_answer_is_said() {
        let input = Input { known_sum: Some(1), ..input(50, 50, 30) };
        let counts = input.double().counts.clone();
        let mismatch = Mandelbrot::verify(&input, &counts, Precision::Exact).unwrap_err();
        assert!(matches!(mismatch, Mismatch::Reference { .. }));
    }

    #[test]
    fn inputs_that_cannot_be_are_refused() {
        let error = |width, height, max_iterations| Input::new(&Sizes { width, height, max_iterations }).unwrap_err();
        assert_eq!(error(0, 5, 5), InputError::Zero { what: "width" });
        assert_eq!(error(5, 0, 5), InputError::Zero { what: "height" });
        assert_eq!(error(5, 5, 0), InputError::Zero { what: "max_iterations" });
        assert_eq!(error(usize::MAX, usize::MAX, 5), InputError::TooLarge);
        assert_eq!(error(usize::MAX / 16, 8, 5), InputError::TooLarge);
        assert!(matches!(error(1 << 24, 1 << 24, 5), InputError::Memory { .. }));
        let error = |xs, ys| Input::from_axes(xs, ys, 5).unwrap_err();
        assert!(matches!(error(vec![0.0, f64::NAN], vec![0.0]), InputError::NotFinite { what: "xs", index: 1, .. }));
        assert!(matches!(error(vec![0.0], vec![f64::INFINITY]), InputError::NotFinite { what: "ys", index: 0, .. }));
        assert!(matches!(error(vec![], vec![0.0]), InputError::Zero { .. }));
    }

    #[test]
    fn the_picture_ends_where_the_tutorials_does() {
        let input = input(500, 500, 1000);
        assert_eq!(&input.xs[..3], &[-2.13, -2.1242, -2.1184000000000003]);
        assert!((input.xs[499] - 0.7642).abs() < 1e-9 && (input.ys[499] + 1.2948).abs() < 1e-9);
        assert_eq!(input.q()[501], Complex::new(input.xs[1], input.ys[1]));
    }
}
