//! Verdicts: how close an answer has to be, and what is said of one that is not.

use std::fmt;

use crate::element::Element;
use crate::pattern::Wrong;

/// How close a step's answer has to be to the reference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Precision {
    /// Every element is the reference's, bit for bit.
    Exact,
    /// Every element is that of the same plain loop in single precision, bit for bit.
    ExactSingle,
    /// Every element is at most `absolute + relative * |expected|` away.
    Within {
        /// The absolute part.
        absolute: f64,
        /// The part that grows with the expected value.
        relative: f64,
    },
    /// The answer differs, and that is the lesson: an equal answer is wrong, and so is one that differs too much.
    Different {
        /// Why it differs.
        why: &'static str,
        /// Whether it may come out equal all the same, as a race may.
        may_agree: bool,
        /// How many elements may differ.
        most: Most,
        /// How far each of them may be from the reference.
        reach: Reach,
    },
}

/// How many elements may differ: so many in any answer, or a share of a large one, whichever is more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Most {
    /// Elements that may differ whatever the size.
    pub elements: u64,
    /// The share of all elements that may differ.
    pub share: f64,
}

impl Most {
    /// The elements of `all` that may differ.
    pub fn of(&self, all: u64) -> u64 {
        self.elements.max((self.share * all as f64) as u64)
    }
}

/// How far from the reference a differing element may be. NaN and what a problem cannot have are too far everywhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reach {
    /// At most `absolute + relative * |expected|` away.
    Within {
        /// The absolute part.
        absolute: f64,
        /// The part that grows with the expected value.
        relative: f64,
    },
    /// As far as the problem has values: a count below the most iterations, say, where the last bit decides whether an orbit ever
    /// escapes.
    AnyValue,
}

impl fmt::Display for Most {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { elements, share } = self;
        write!(f, "{elements} elements or {} %", share * 100.0)
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Within { absolute, relative } if *relative == 0.0 => write!(f, "within {absolute:e}"),
            Self::Within { absolute, relative } => write!(f, "within {absolute:e} + {relative:e} of the value"),
            Self::AnyValue => write!(f, "to any value that the problem has"),
        }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact => write!(f, "exact"),
            Self::ExactSingle => write!(f, "exact in single precision"),
            Self::Within { absolute, relative } => Reach::Within { absolute: *absolute, relative: *relative }.fmt(f),
            Self::Different { why, most, reach, .. } => write!(f, "different in at most {most}, {reach}: {why}"),
        }
    }
}

/// What was found of an answer that is as it should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verified {
    /// Elements compared.
    pub elements: u64,
    /// Elements that are not the reference's, bit for bit: zero for an exact step.
    pub differing: u64,
    /// The largest distance from the reference.
    pub largest_error: f64,
}

/// What is wrong with an answer. Its text reads like a test failure.
#[derive(Clone, Debug, PartialEq)]
pub enum Mismatch {
    /// An output of the wrong length.
    Length {
        /// The problem.
        problem: &'static str,
        /// The array.
        array: &'static str,
        /// Elements it should have.
        expected: usize,
        /// Elements it has.
        found: usize,
    },
    /// Elements that are wrong.
    Elements(Box<WrongElements>),
    /// An answer that should differ and does not.
    Agrees {
        /// The problem.
        problem: &'static str,
        /// Why it should differ.
        why: &'static str,
    },
    /// A later answer that is as right as the first one, but not the same, of a step that does not say that this may be.
    Changed {
        /// The problem.
        problem: &'static str,
    },
    /// The reference itself is not the known answer: this machine or this compiler does not compute IEEE 754 doubles.
    Reference {
        /// The problem.
        problem: &'static str,
        /// The known validation sum.
        known: String,
        /// The reference's validation sum.
        computed: String,
    },
}

/// The first wrong element, and how many there are.
#[derive(Clone, Debug, PartialEq)]
pub struct WrongElements {
    /// The problem.
    pub problem: &'static str,
    /// The array, and where in it the first wrong element is.
    pub place: String,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
    /// How close it has to be.
    pub precision: Precision,
    /// Wrong elements.
    pub differing: u64,
    /// Wrong elements that still hold the poison: the step never wrote them.
    pub untouched: u64,
    /// What the places of the wrong elements have in common, if that is more than one place and can be said in a line.
    pub pattern: Option<String>,
    /// Elements compared.
    pub elements: u64,
    /// The validation sum of the reference.
    pub expected_sum: String,
    /// The validation sum of the answer.
    pub found_sum: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { problem, array, expected, found } => {
                write!(f, "{problem}: {array} has {found} elements; {expected} are needed")
            }
            Self::Elements(wrong) => {
                let WrongElements { problem, place, expected, found, precision, differing, elements, .. } = &**wrong;
                writeln!(f, "{problem}: {differing} of {elements} elements are wrong ({precision} is asked for)")?;
                if wrong.untouched > 0 {
                    writeln!(f, "     never written: {} elements still hold the poison", wrong.untouched)?;
                }
                if let Some(pattern) = &wrong.pattern {
                    writeln!(f, "           pattern: {pattern}")?;
                }
                writeln!(f, "       first wrong: {place}")?;
                writeln!(f, "          expected: {expected}")?;
                writeln!(f, "             found: {found}")?;
                writeln!(f, "  sum of reference: {}", wrong.expected_sum)?;
                write!(f, "     sum of answer: {}", wrong.found_sum)
            }
            Self::Agrees { problem, why } => {
                write!(f, "{problem}: the answer equals the reference, and it should differ: {why}")
            }
            Self::Changed { problem } => write!(
                f,
                "{problem}: the bits of the answer are not those of the first run; a step of which this is expected is marked \
                 with `bits_may_change`"
            ),
            Self::Reference { problem, known, computed } => write!(
                f,
                "{problem}: the reference loop itself gives {computed} and the known answer is {known}; \
                 this build does not compute IEEE 754 doubles"
            ),
        }
    }
}

impl std::error::Error for Mismatch {}

/// One array of an output beside its reference.
pub(crate) struct Array<'a, T> {
    pub(crate) name: &'static str,
    pub(crate) expected: &'a [T],
    pub(crate) found: &'a [T],
    /// Elements in a row, of an array that has rows.
    pub(crate) columns: Option<usize>,
}

impl Precision {
    /// Whether an element that is not the reference's may be as it was found.
    fn accepts<T: Element>(self, expected: T, found: T, possible: impl Fn(T) -> bool) -> bool {
        match self {
            Self::Exact | Self::ExactSingle => false,
            Self::Within { absolute, relative }
            | Self::Different { reach: Reach::Within { absolute, relative }, .. } => {
                expected.distance(found) <= absolute + relative * expected.magnitude()
            }
            Self::Different { reach: Reach::AnyValue, .. } => possible(found),
        }
    }
}

/// What has been seen of the arrays of an answer.
struct Seen<T> {
    verified: Verified,
    /// The array, the index, what should be there and what is there.
    first_wrong: Option<(&'static str, usize, T, T)>,
    first_differing: Option<(&'static str, usize, T, T)>,
    wrong: u64,
    untouched: u64,
    /// Where the wrong elements are, and in which array; nowhere to be said if several arrays have some.
    places: Option<(&'static str, Wrong)>,
    in_several: bool,
    /// The bits that some element of the reference has, and some of the answer.
    any_expected: u64,
    any_found: u64,
}

impl<T: Element> Seen<T> {
    fn see(&mut self, array: &Array<'_, T>, precision: Precision, possible: impl Fn(T) -> bool) {
        for (index, (&expected, &found)) in array.expected.iter().zip(array.found).enumerate() {
            self.verified.elements += 1;
            self.any_expected |= expected.bits();
            self.any_found |= found.bits();
            if expected.same(found) {
                continue;
            }
            self.verified.differing += 1;
            self.verified.largest_error = self.verified.largest_error.max(expected.distance(found));
            let poisoned = found.same(T::POISON);
            self.first_differing.get_or_insert((array.name, index, expected, found));
            if poisoned || !precision.accepts(expected, found, &possible) {
                self.wrong += 1;
                self.untouched += u64::from(poisoned);
                self.first_wrong.get_or_insert((array.name, index, expected, found));
                let new = || (array.name, Wrong::new(array.found.len(), array.columns));
                let (name, places) = self.places.get_or_insert_with(new);
                self.in_several |= *name != array.name;
                places.see(index);
            }
        }
    }
}

/// Compares every element of every array. `possible` says whether the problem has such a value at all; `place` names an element
/// by its array and index; `sums` gives the validation sums of reference and answer.
pub(crate) fn compare<T: Element>(
    problem: &'static str,
    precision: Precision,
    arrays: &[Array<'_, T>],
    possible: impl Fn(T) -> bool,
    place: impl Fn(&'static str, usize) -> String,
    sums: impl FnOnce() -> (String, String),
) -> Result<Verified, Mismatch> {
    let verified = Verified { elements: 0, differing: 0, largest_error: 0.0 };
    let (first_wrong, first_differing, places) = (None, None, None);
    let (wrong, untouched, any_expected, any_found) = (0, 0, 0, 0);
    let in_several = false;
    let mut seen =
        Seen { verified, first_wrong, first_differing, wrong, untouched, places, in_several, any_expected, any_found };
    for array in arrays {
        let (expected, found) = (array.expected.len(), array.found.len());
        if expected != found {
            return Err(Mismatch::Length { problem, array: array.name, expected, found });
        }
        seen.see(array, precision, &possible);
    }
    let Seen { verified, mut first_wrong, first_differing, mut wrong, untouched, any_expected, any_found, .. } = seen;
    let mut pattern = seen.places.filter(|_| !seen.in_several).and_then(|(name, places)| {
        let pattern = places.pattern()?;
        Some(if arrays.len() > 1 { format!("{pattern} of {name}") } else { pattern })
    });
    if let Precision::Different { most, .. } = precision
        && (verified.differing > most.of(verified.elements) || (any_found == 0 && any_expected != 0))
    {
        // That one or another may differ is no excuse for so many, nor for nothing but zeros.
        (wrong, first_wrong, pattern) = (verified.differing, first_wrong.or(first_differing), None);
    }
    if let Some((name, index, expected, found)) = first_wrong {
        let (expected_sum, found_sum) = sums();
        return Err(Mismatch::Elements(Box::new(WrongElements {
            problem,
            place: place(name, index),
            expected: expected.to_string(),
            found: if found.same(T::POISON) { format!("{found} (never written)") } else { found.to_string() },
            precision,
            differing: wrong,
            untouched,
            pattern,
            elements: verified.elements,
            expected_sum,
            found_sum,
        })));
    }
    match precision {
        Precision::Different { why, may_agree: false, .. } if verified.differing == 0 => {
            Err(Mismatch::Agrees { problem, why })
        }
        _ => Ok(verified),
    }
}

/// Checks the reference's sum against the known answer, where there is one.
pub(crate) fn check_reference(problem: &'static str, known: Option<&str>, computed: &str) -> Result<(), Mismatch> {
    match known {
        Some(known) if known != computed => {
            Err(Mismatch::Reference { problem, known: known.to_owned(), computed: computed.to_owned() })
        }
        _ => Ok(()),
    }
}
