//! Particles that circle around the origin, in many small steps along the tangent.

use std::sync::OnceLock;

use num_traits::Float;
use rayon::prelude::*;

use crate::element::{Element, digest, poison_places, stir};
use crate::input::{at_least_one, bytes, finite, no_image, pair, same_length};
use crate::random::{bit_sum, uniform};
use crate::verdict::{Array, check_reference, compare};
use crate::{Case, InputError, Mismatch, Precision, Problem, Scale, SizeRequest, Verified, Work, memory};

/// The problem: in each step norm = sqrt(x*x + y*y), vx = -y/norm, vy = x/norm, x += timestep*w*vx, y += timestep*w*vy.
/// Source: Gabriele Lanaro, *Python High Performance Programming*, chapter 1.
#[derive(Clone, Copy, Debug)]
pub struct Particles;

/// How many particles, for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Particles.
    pub particles: usize,
    /// Steps of the simulation.
    pub steps: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { particles: 1000, steps: 10_000 }
    }
}

/// The length of a step of the book's simulation, in its units of time.
pub const TIMESTEP: f64 = 1e-5;

/// What a step writes: where the particles are at the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// The x coordinate of each particle.
    pub x: Vec<f64>,
    /// The y coordinate of each particle.
    pub y: Vec<f64>,
}

/// What a step reads: where the particles are at the start. A step works on a copy.
#[derive(Debug)]
pub struct Input {
    /// The x coordinate of each particle.
    pub x: Vec<f64>,
    /// The y coordinate of each particle.
    pub y: Vec<f64>,
    /// The speed of each particle, in length by time, positive against the clock. (The book calls it angular speed; its formulas
    /// make it the speed along the circle.)
    pub speed: Vec<f64>,
    /// The length of a step, in units of time.
    pub timestep: f64,
    /// Steps of the simulation.
    pub steps: usize,
    known: Known,
    double: OnceLock<Output>,
    single: OnceLock<Output>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Known {
    Nothing,
    Bits(u64, u64),
    Book,
}

/// The answers of the reference program: particles, steps, bit sums of x and y.
const KNOWN: [(usize, usize, u64, u64); 5] = [
    (1, 10, 13_820_475_844_854_003_025, 13_830_252_185_083_722_604),
    (3, 100, 13_781_547_926_816_553_842, 4_574_922_500_877_596_127),
    (100, 10_000, 17_266_249_177_685_225_262, 7_995_992_923_957_313_460),
    (1000, 10_000, 7_055_483_332_579_978_071, 16_463_019_411_806_172_402),
    (1001, 500, 2_397_273_378_745_695_101, 2_716_680_530_090_232_924),
];

/// The book's test: three particles after 0.1 units of time, to be met within [`BOOK_TOLERANCE`].
const BOOK: [(f64, f64); 3] = [
    (0.210_269_845_035_682_5, 0.543_863_578_729_699_7),
    (-0.099_334_766_056_735_8, -0.490_034_288_853_804_9),
    (0.191_358_503_825_264_1, -0.365_227_221_074_436),
];

/// How far from the book's positions a particle may be.
const BOOK_TOLERANCE: f64 = 1e-5;

impl Input {
    /// Random particles: coordinates and speeds uniform in [-1, 1), three draws of the SplitMix64 stream 7 for each.
    ///
    /// # Errors
    /// When a size is zero or the particles do not fit into memory.
    pub fn new(sizes: &Sizes) -> Result<Self, InputError> {
        let Sizes { particles, steps } = *sizes;
        check(particles, steps)?;
        let draws = uniform(7, 3 * particles);
        let column = |first: usize| draws.iter().skip(first).step_by(3).map(|draw| draw * 2.0 - 1.0).collect();
        let known = KNOWN.iter().find(|known| (known.0, known.1) == (particles, steps));
        let known = known.map_or(Known::Nothing, |known| Known::Bits(known.2, known.3));
        Ok(Self { known, ..Self::unchecked(column(0), column(1), column(2), TIMESTEP, steps) })
    }

    /// The three particles of the book's test, for 0.1 units of time.
    pub fn book() -> Self {
        let (x, y, speed) = (vec![0.3, 0.0, -0.1], vec![0.5, -0.5, -0.4], vec![1.0, -1.0, 3.0]);
        Self { known: Known::Book, ..Self::unchecked(x, y, speed, TIMESTEP, (0.1 / TIMESTEP) as usize) }
    }

    /// Any particles.
    ///
    /// # Errors
    /// When there is none, the arrays differ in length, a value is not finite, a particle is at the centre, or memory is short.
    pub fn from_particles(
        x: Vec<f64>,
        y: Vec<f64>,
        speed: Vec<f64>,
        timestep: f64,
        steps: usize,
    ) -> Result<Self, InputError> {
        check(x.len(), steps)?;
        same_length("y", x.len(), y.len())?;
        same_length("speed", x.len(), speed.len())?;
        finite("x", &x)?;
        finite("y", &y)?;
        finite("speed", &speed)?;
        finite("timestep", &[timestep])?;
        // A subnormal square is zero already: such a particle has no direction either.
        match x.iter().zip(&y).position(|(&x, &y)| x * x + y * y == 0.0) {
            Some(index) => Err(InputError::AtCentre { index }),
            None => Ok(Self::unchecked(x, y, speed, timestep, steps)),
        }
    }

    fn unchecked(x: Vec<f64>, y: Vec<f64>, speed: Vec<f64>, timestep: f64, steps: usize) -> Self {
        let (double, single) = Default::default();
        Self { x, y, speed, timestep, steps, known: Known::Nothing, double, single }
    }

    /// Particles.
    pub fn particles(&self) -> usize {
        self.x.len()
    }

    fn double(&self) -> &Output {
        self.double.get_or_init(|| self.evolve::<f64>())
    }

    fn single(&self) -> &Output {
        self.single.get_or_init(|| self.evolve::<f32>())
    }

    /// The plain loop, particle by particle, in precision `T`.
    fn evolve<T: Float + Send + Sync>(&self) -> Output {
        let narrow = |value: f64| T::from(value).unwrap_or_else(T::nan);
        let wide = |value: T| value.to_f64().unwrap_or(f64::NAN);
        let timestep = narrow(self.timestep);
        crate::parallel::prepare();
        let particles = (0..self.particles()).into_par_iter().map(|index| {
            let (mut x, mut y, speed) = (narrow(self.x[index]), narrow(self.y[index]), narrow(self.speed[index]));
            for _ in 0..self.steps {
                let norm = (x * x + y * y).sqrt();
                let vx = -y / norm;
                let vy = x / norm;
                x = x + timestep * speed * vx;
                y = y + timestep * speed * vy;
            }
            (wide(x), wide(y))
        });
        let (x, y) = particles.unzip();
        Output { x, y }
    }
}

/// Sizes that can be: room for three columns, two of the reference and two of the answer.
fn check(particles: usize, steps: usize) -> Result<(), InputError> {
    at_least_one("the number of particles", particles)?;
    at_least_one("the number of steps", steps)?;
    memory::require(bytes(&[particles, size_of::<f64>()])?.saturating_mul(3 + 2 + 2))
}

/// Checks the book's test. A step with a tolerance of its own keeps that: the simulation itself strays from the circle by more than
/// the book's tolerance.
fn check_book(output: &Output, precision: Precision) -> Result<(), Mismatch> {
    let absolute = match precision {
        Precision::Within { absolute, .. } => absolute.max(BOOK_TOLERANCE),
        _ => BOOK_TOLERANCE,
    };
    let (x, y): (Vec<_>, Vec<_>) = BOOK.into_iter().unzip();
    let arrays = [
        Array { name: "x", expected: &x, found: &output.x, columns: None },
        Array { name: "y", expected: &y, found: &output.y, columns: None },
    ];
    let precision = Precision::Within { absolute, relative: 0.0 };
    let possible = |value: f64| !value.is_nan();
    let place = |name, index| format!("{name} of particle {index} of the book's test");
    let book = Output { x: x.clone(), y: y.clone() };
    let sums = || (Particles::validation_sum(&book), Particles::validation_sum(output));
    compare(Particles::NAME, precision, &arrays, possible, place, sums).map(|_| ())
}

impl Problem for Particles {
    const NAME: &'static str = "particles";
    type Sizes = Sizes;
    type Input = Input;
    type Output = Output;

    fn request(request: &SizeRequest) -> Result<Sizes, InputError> {
        no_image(request, Self::NAME, "--size PARTICLESxSTEPS")?;
        let chosen = match request.scale {
            Scale::Full | Scale::Modest => (1000, 10_000),
            Scale::Quick => (1001, 500),
        };
        let (particles, steps) = pair(request, chosen, false);
        Ok(Sizes { particles, steps })
    }

    fn input(sizes: &Sizes) -> Result<Input, InputError> {
        Input::new(sizes)
    }

    fn sizes(input: &Input) -> Vec<(&'static str, u64)> {
        vec![("particles", input.particles() as u64), ("steps", input.steps as u64)]
    }

    fn output(input: &Input) -> Output {
        let column = vec![f64::POISON; input.particles()];
        Output { x: column.clone(), y: column }
    }

    fn poison(output: &mut Output) {
        output.x.fill(f64::POISON);
        output.y.fill(f64::POISON);
    }

    fn poison_places(output: &mut Output, seed: u64) {
        poison_places(&mut output.x, seed);
        poison_places(&mut output.y, seed);
    }

    fn digest(output: &Output) -> u64 {
        stir(digest(&output.x), digest(&output.y))
    }

    fn verify(input: &Input, output: &Output, precision: Precision) -> Result<Verified, Mismatch> {
        let expected = match precision {
            Precision::ExactSingle => input.single(),
            _ => input.double(),
        };
        match input.known {
            Known::Bits(x, y) if precision != Precision::ExactSingle => {
                let known = format!("{x} {y}");
                check_reference(Self::NAME, Some(&known), &Self::validation_sum(expected))?;
            }
            Known::Book if precision != Precision::ExactSingle => check_book(output, precision)?,
            _ => {}
        }
        let arrays = [
            Array { name: "x", expected: &expected.x, found: &output.x, columns: None },
            Array { name: "y", expected: &expected.y, found: &output.y, columns: None },
        ];
        let possible = |value: f64| !value.is_nan();
        let place = |name, index: usize| {
            let (x, y, speed) = (input.x[index], input.y[index], input.speed[index]);
            format!("{name} of particle {index} (from x = {x}, y = {y} with speed {speed})")
        };
        let sums = || (Self::validation_sum(expected), Self::validation_sum(output));
        compare(Self::NAME, precision, &arrays, possible, place, sums)
    }

    /// The bit sums of x and of y, with a space between.
    fn validation_sum(output: &Output) -> String {
        format!("{} {}", bit_sum(&output.x), bit_sum(&output.y))
    }

    fn reading(_: &Input, sum: &str) -> String {
        format!("validation sum {sum}: the bits of all x and of all y, each added modulo 2^64")
    }

    fn reference_sum(input: &Input) -> String {
        Self::validation_sum(input.double())
    }

    fn reference_digest(input: &Input) -> u64 {
        Self::digest(input.double())
    }

    /// The factor timestep * speed does not change with time, so it is not among the necessary operations of a step.
    fn work(input: &Input) -> Work {
        let step = Work { adds: 3, muls: 4, divs: 2, sqrts: 1, ..Work::default() };
        let particles = input.particles() as u64;
        Work { bytes_read: 24 * particles, bytes_written: 16 * particles, ..step.times(particles * input.steps as u64) }
    }

    fn cases() -> Vec<Case<Self>> {
        let awkward = [2, 31, 32, 33].map(|particles| (particles, 50));
        let sizes = awkward.into_iter().chain(KNOWN.iter().map(|known| (known.0, known.1)));
        let random = sizes.map(|(particles, steps)| Case {
            name: format!("{particles}_particles_{steps}_steps"),
            input: Box::new(move || Input::new(&Sizes { particles, steps })) as Box<_>,
        });
        let book =
            Case { name: "the_books_three_particles".to_owned(), input: Box::new(|| Ok(Input::book())) as Box<_> };
        random.chain([book]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answers_are_those_of_the_reference_program() {
        let reference = crate::known_answers();
        let cases = reference["particles"].as_array().unwrap();
        assert_eq!(cases.len(), KNOWN.len());
        for (case, known) in cases.iter().zip(KNOWN) {
            let number = |key: &str| case[key].as_u64().unwrap();
            assert_eq!((number("n"), number("nsteps")), (known.0 as u64, known.1 as u64));
            assert_eq!((number("bits_x"), number("bits_y")), (known.2, known.3));
            let input = Input::new(&Sizes { particles: known.0, steps: known.1 }).unwrap();
            let output = input.double();
            assert_eq!((bit_sum(&output.x), bit_sum(&output.y)), (known.2, known.3));
            let at = |index: usize, key: &str| {
                assert_eq!(Some(output.x[index]), case[key][0].as_f64());
                assert_eq!(Some(output.y[index]), case[key][1].as_f64());
            };
            at(0, "first");
            at(known.0 - 1, "last");
        }
    }

    #[test]
    fn the_books_three_particles_are_where_the_book_says() {
        let reference = crate::known_answers();
        for (index, (x, y)) in BOOK.into_iter().enumerate() {
            assert!((reference["particles_book"]["x"][index].as_f64().unwrap() - x).abs() < 1e-15);
            assert!((reference["particles_book"]["y"][index].as_f64().unwrap() - y).abs() < 1e-15);
        }
        let input = Input::book();
        assert_eq!(input.steps, 10_000);
        let mut output = input.double().clone();
        assert!(Particles::verify(&input, &output, Precision::Exact).is_ok());
        output.y[2] += 2e-5;
        let message = Particles::verify(&input, &output, Precision::Exact).unwrap_err().to_string();
        assert!(message.contains("y of particle 2 of the book's test"), "{message}");
    }

    #[test]
    fn a_wrong_coordinate_is_named() {
        let input = Input::new(&Sizes { particles: 3, steps: 100 }).unwrap();
        let mut output = input.double().clone();
        output.y[1] = f64::NAN;
        let message = Particles::verify(&input, &output, Precision::Exact).unwrap_err().to_string();
        assert!(message.contains("1 of 6 elements are wrong"), "{message}");
        assert!(message.contains("y of particle 1"), "{message}");
        output.y.pop();
        let message = Particles::verify(&input, &output, Precision::Exact).unwrap_err().to_string();
        assert_eq!(message, "particles: y has 2 elements; 3 are needed");
    }

    #[test]
    fn particles_that_cannot_be_are_refused() {
        let error = |x, y, speed| Input::from_particles(x, y, speed, TIMESTEP, 1).unwrap_err();
        let one = || vec![1.0];
        assert!(matches!(error(vec![], one(), one()), InputError::Zero { .. }));
        assert_eq!(error(one(), vec![], one()), InputError::Lengths { what: "y", expected: 1, found: 0 });
        assert!(matches!(error(one(), vec![f64::NAN], one()), InputError::NotFinite { what: "y", .. }));
        assert_eq!(error(vec![0.0], vec![-0.0], one()), InputError::AtCentre { index: 0 });
        assert_eq!(error(vec![1e-200], vec![0.0], one()), InputError::AtCentre { index: 0 });
        assert!(matches!(Input::new(&Sizes { particles: 1, steps: 0 }), Err(InputError::Zero { .. })));
        assert_eq!(Input::new(&Sizes { particles: usize::MAX, steps: 1 }).unwrap_err(), InputError::TooLarge);
    }
}
