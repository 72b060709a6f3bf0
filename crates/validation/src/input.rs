//! Sizes: what a command line asks for, and why an input cannot be.

use std::fmt;

use crate::amount::human;

/// How large a problem is when the command line names no size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// The size that the tutorials use.
    #[default]
    Full,
    /// A problem that stands beside the one shown in full.
    Modest,
    /// Small enough for a test of the whole chapter.
    Quick,
}

/// The sizes that a command line asks for. What is not named is chosen by `scale`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SizeRequest {
    /// The size of what is not named.
    pub scale: Scale,
    /// Points in a row (mandelbrot).
    pub width: Option<usize>,
    /// Rows (mandelbrot).
    pub height: Option<usize>,
    /// Iterations after which a point counts as bounded (mandelbrot).
    pub max_iterations: Option<u32>,
    /// `N` or `NxM`, in the problem's own meaning.
    pub size: Option<(usize, Option<usize>)>,
}

/// An input that cannot be, or cannot be held here.
#[derive(Clone, Debug, PartialEq)]
pub enum InputError {
    /// A size of zero.
    Zero {
        /// The name of the size.
        what: &'static str,
    },
    /// A product of sizes that no address space holds.
    TooLarge,
    /// More memory than is there.
    Memory {
        /// Bytes that input, output, reference and temporaries take.
        needed: u64,
        /// Bytes that may be taken.
        allowed: u64,
    },
    /// A coordinate that is infinite or not a number.
    NotFinite {
        /// The name of the array.
        what: &'static str,
        /// Its index.
        index: usize,
        /// The value found there.
        value: f64,
    },
    /// A particle at the centre, which has no direction to move in.
    AtCentre {
        /// Its index.
        index: usize,
    },
    /// Arrays that belong together and differ in length.
    Lengths {
        /// The name of the array.
        what: &'static str,
        /// Elements it should have.
        expected: usize,
        /// Elements it has.
        found: usize,
    },
    /// A size that this problem does not have.
    NotASize {
        /// The problem.
        problem: &'static str,
        /// What it was asked for.
        what: &'static str,
        /// What it takes instead.
        takes: &'static str,
    },
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zero { what } => write!(f, "{what} is 0; it must be at least 1"),
            Self::TooLarge => write!(f, "the product of the sizes does not fit the address space; ask for less"),
            Self::Memory { needed, allowed } => write!(
                f,
                "this size needs {} of memory and {} may be used (80 % of what is available); ask for less",
                human(*needed),
                human(*allowed)
            ),
            Self::NotFinite { what, index, value } => {
                write!(f, "{what}[{index}] is {value}; every value must be finite")
            }
            Self::AtCentre { index } => {
                write!(f, "particle {index} is at the centre, (0, 0), where it has no direction to move in")
            }
            Self::Lengths { what, expected, found } => {
                write!(f, "{what} has {found} elements; {expected} are needed")
            }
            Self::NotASize { problem, what, takes } => {
                write!(f, "{problem} has no {what}; it takes {takes}")
            }
        }
    }
}

impl std::error::Error for InputError {}

/// Refuses a size of zero.
pub(crate) fn at_least_one(what: &'static str, size: usize) -> Result<(), InputError> {
    if size == 0 { Err(InputError::Zero { what }) } else { Ok(()) }
}

/// Refuses infinities and NaN.
pub(crate) fn finite(what: &'static str, values: &[f64]) -> Result<(), InputError> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(InputError::NotFinite { what, index, value: values[index] }),
        None => Ok(()),
    }
}

/// Refuses arrays of the wrong length.
pub(crate) fn same_length(what: &'static str, expected: usize, found: usize) -> Result<(), InputError> {
    if expected == found { Ok(()) } else { Err(InputError::Lengths { what, expected, found }) }
}

/// The product of sizes in bytes, or the error that says it does not fit.
pub(crate) fn bytes(factors: &[usize]) -> Result<u64, InputError> {
    let product = factors.iter().try_fold(1_usize, |product, &factor| product.checked_mul(factor));
    match product {
        Some(bytes) if bytes <= isize::MAX as usize => Ok(bytes as u64),
        _ => Err(InputError::TooLarge),
    }
}

/// The sizes that `--size` names, or the one that the scale chooses.
pub(crate) fn pair(request: &SizeRequest, chosen: (usize, usize), square: bool) -> (usize, usize) {
    match request.size {
        Some((first, Some(second))) => (first, second),
        Some((first, None)) if square => (first, first),
        Some((first, None)) => (first, chosen.1),
        None => chosen,
    }
}

/// Refuses the sizes that only an image has.
pub(crate) fn no_image(request: &SizeRequest, problem: &'static str, takes: &'static str) -> Result<(), InputError> {
    let asked = [
        ("width", request.width.is_some()),
        ("height", request.height.is_some()),
        ("number of iterations", request.max_iterations.is_some()),
    ];
    match asked.iter().find(|(_, asked)| *asked) {
        Some(&(what, _)) => Err(InputError::NotASize { problem, what, takes }),
        None => Ok(()),
    }
}
