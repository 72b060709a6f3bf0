//! The inner loops: one operation, or a fused pair, over the elements of a block.
//!
//! Each loop is a function of its own that is never inlined, so that the compiler knows of its slices that they do not overlap and
//! packs the loop into vector instructions. What stands still for the whole block is a scalar, kept in a register.

use num_complex::Complex;

use super::operation::{Binary, Comparison, First, Second, Unary};

/// What an operation reads: a number for each element, or one for all.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operand<'a, T> {
    Slice(&'a [T]),
    Scalar(T),
}

impl<T> Operand<'_, T> {
    pub(crate) fn is_scalar(&self) -> bool {
        matches!(self, Self::Scalar(_))
    }
}

/// What a loop reads, its kind known to the compiler.
trait Lane<T>: Copy {
    /// Cut to the length of the loop, so that no index has to be checked in it.
    fn cut(self, length: usize) -> Self;
    fn at(self, index: usize) -> T;
}

impl<T: Copy> Lane<T> for &[T] {
    #[inline(always)]
    fn cut(self, length: usize) -> Self {
        &self[..length]
    }

    #[inline(always)]
    fn at(self, index: usize) -> T {
        self[index]
    }
}

#[derive(Clone, Copy)]
struct Splat<T>(T);

impl<T: Copy> Lane<T> for Splat<T> {
    #[inline(always)]
    fn cut(self, _length: usize) -> Self {
        self
    }

    #[inline(always)]
    fn at(self, _index: usize) -> T {
        self.0
    }
}

#[inline(never)]
fn loop1<A: Copy, R>(out: &mut [R], a: &[A], f: impl Fn(A) -> R) {
    for (out, &a) in out.iter_mut().zip(a) {
        *out = f(a);
    }
}

// ANCHOR: loop2
#[inline(never)]
#[expect(
    clippy::needless_range_loop,
    reason = "an iterator over `out` leaves the compiler in doubt about the other indices"
)]
fn loop2<A, B, R>(out: &mut [R], a: impl Lane<A>, b: impl Lane<B>, f: impl Fn(A, B) -> R) {
    let length = out.len();
    let (a, b) = (a.cut(length), b.cut(length));
    for index in 0..length {
        out[index] = f(a.at(index), b.at(index));
    }
}
// ANCHOR_END: loop2

#[inline(never)]
#[expect(
    clippy::needless_range_loop,
    reason = "an iterator over `out` leaves the compiler in doubt about the other indices"
)]
fn loop3<A, B, C, R>(out: &mut [R], a: impl Lane<A>, b: impl Lane<B>, c: impl Lane<C>, f: impl Fn(A, B, C) -> R) {
    let length = out.len();
    let (a, b, c) = (a.cut(length), b.cut(length), c.cut(length));
    for index in 0..length {
        out[index] = f(a.at(index), b.at(index), c.at(index));
    }
}

fn map1<A: Copy, R>(out: &mut [R], a: Operand<'_, A>, f: impl Fn(A) -> R) {
    match a {
        Operand::Slice(a) => loop1(out, a, f),
        Operand::Scalar(a) => out[0] = f(a),
    }
}

fn map2<A: Copy, B: Copy, R>(out: &mut [R], a: Operand<'_, A>, b: Operand<'_, B>, f: impl Fn(A, B) -> R) {
    use Operand::{Scalar, Slice};
    match (a, b) {
        (Slice(a), Slice(b)) => loop2(out, a, b, f),
        (Slice(a), Scalar(b)) => loop2(out, a, Splat(b), f),
        (Scalar(a), Slice(b)) => loop2(out, Splat(a), b, f),
        (Scalar(a), Scalar(b)) => out[0] = f(a, b),
    }
}

fn map3<A: Copy, B: Copy, C: Copy, R>(
    out: &mut [R],
    a: Operand<'_, A>,
    b: Operand<'_, B>,
    c: Operand<'_, C>,
    f: impl Fn(A, B, C) -> R,
) {
    use Operand::{Scalar, Slice};
    match (a, b, c) {
        (Slice(a), Slice(b), Slice(c)) => loop3(out, a, b, c, f),
        (Slice(a), Slice(b), Scalar(c)) => loop3(out, a, b, Splat(c), f),
        (Slice(a), Scalar(b), Slice(c)) => loop3(out, a, Splat(b), c, f),
        (Slice(a), Scalar(b), Scalar(c)) => loop3(out, a, Splat(b), Splat(c), f),
        (Scalar(a), Slice(b), Slice(c)) => loop3(out, Splat(a), b, c, f),
        (Scalar(a), Slice(b), Scalar(c)) => loop3(out, Splat(a), b, Splat(c), f),
        (Scalar(a), Scalar(b), Slice(c)) => loop3(out, Splat(a), Splat(b), c, f),
        (Scalar(a), Scalar(b), Scalar(c)) => out[0] = f(a, b, c),
    }
}

/// The smaller one, and the number of a number and a NaN. The first of equals, so that it is clear which zero comes out.
pub(crate) fn least(a: f64, b: f64) -> f64 {
    if b < a || a.is_nan() { b } else { a }
}

/// As [`least`].
pub(crate) fn greatest(a: f64, b: f64) -> f64 {
    if b > a || a.is_nan() { b } else { a }
}

/// Towards zero; by zero it is 0, as NumExpr has it; the smallest by -1 wraps.
fn divide(a: i64, b: i64) -> i64 {
    if b == 0 { 0 } else { a.wrapping_div(b) }
}

/// With the sign of `a`; by zero it is 0.
fn remainder(a: i64, b: i64) -> i64 {
    if b == 0 { 0 } else { a.wrapping_rem(b) }
}

/// Wrapping. With a negative exponent 1 / `a ** -b`, towards zero, and 0 for 0.
fn power(a: i64, b: i64) -> i64 {
    if b < 0 {
        return match a {
            1 => 1,
            -1 if b % 2 == 0 => 1,
            -1 => -1,
            _ => 0,
        };
    }
    let (mut base, mut exponent, mut product) = (a, b, 1_i64);
    while exponent > 0 {
        if exponent % 2 == 1 {
            product = product.wrapping_mul(base);
        }
        base = base.wrapping_mul(base);
        exponent /= 2;
    }
    product
}

pub(crate) fn unary_bool(operation: Unary, out: &mut [bool], a: Operand<'_, bool>) {
    debug_assert_eq!(operation, Unary::Not);
    map1(out, a, |a| !a);
}

pub(crate) fn unary_int(operation: Unary, out: &mut [i64], a: Operand<'_, i64>) {
    match operation {
        Unary::Not => map1(out, a, |a| !a),
        Unary::Abs => map1(out, a, i64::wrapping_abs),
        _ => map1(out, a, i64::wrapping_neg),
    }
}

pub(crate) fn unary_float(operation: Unary, out: &mut [f64], a: Operand<'_, f64>) {
    match operation {
        Unary::Abs => map1(out, a, f64::abs),
        Unary::Sqrt => map1(out, a, f64::sqrt),
        Unary::Exp => map1(out, a, f64::exp),
        Unary::Log => map1(out, a, f64::ln),
        Unary::Sin => map1(out, a, f64::sin),
        Unary::Cos => map1(out, a, f64::cos),
        _ => map1(out, a, |a| -a),
    }
}

pub(crate) fn unary_complex(operation: Unary, out: &mut [Complex<f64>], a: Operand<'_, Complex<f64>>) {
    match operation {
        Unary::Sqrt => map1(out, a, Complex::sqrt),
        Unary::Exp => map1(out, a, Complex::exp),
        Unary::Log => map1(out, a, Complex::ln),
        Unary::Sin => map1(out, a, Complex::sin),
        Unary::Cos => map1(out, a, Complex::cos),
        Unary::Conj => map1(out, a, |a| a.conj()),
        _ => map1(out, a, |a| -a),
    }
}

pub(crate) fn part_of_complex(operation: Unary, out: &mut [f64], a: Operand<'_, Complex<f64>>) {
    match operation {
        Unary::Abs => map1(out, a, Complex::norm),
        Unary::Imag => map1(out, a, |a| a.im),
        _ => map1(out, a, |a| a.re),
    }
}

pub(crate) fn binary_bool(operation: Binary, out: &mut [bool], a: Operand<'_, bool>, b: Operand<'_, bool>) {
    match operation {
        Binary::And => map2(out, a, b, |a, b| a & b),
        Binary::Or => map2(out, a, b, |a, b| a | b),
        _ => map2(out, a, b, |a, b| a ^ b),
    }
}

pub(crate) fn binary_int(operation: Binary, out: &mut [i64], a: Operand<'_, i64>, b: Operand<'_, i64>) {
    match operation {
        Binary::Add => map2(out, a, b, i64::wrapping_add),
        Binary::Sub => map2(out, a, b, i64::wrapping_sub),
        Binary::Mul => map2(out, a, b, i64::wrapping_mul),
        Binary::Div => map2(out, a, b, divide),
        Binary::Rem => map2(out, a, b, remainder),
        Binary::Pow => map2(out, a, b, power),
        Binary::Minimum => map2(out, a, b, i64::min),
        Binary::Maximum => map2(out, a, b, i64::max),
        Binary::And => map2(out, a, b, |a, b| a & b),
        Binary::Or => map2(out, a, b, |a, b| a | b),
        Binary::Xor => map2(out, a, b, |a, b| a ^ b),
    }
}

pub(crate) fn binary_float(operation: Binary, out: &mut [f64], a: Operand<'_, f64>, b: Operand<'_, f64>) {
    match operation {
        Binary::Add => map2(out, a, b, |a, b| a + b),
        Binary::Sub => map2(out, a, b, |a, b| a - b),
        Binary::Mul => map2(out, a, b, |a, b| a * b),
        Binary::Div => map2(out, a, b, |a, b| a / b),
        Binary::Rem => map2(out, a, b, |a, b| a % b),
        Binary::Minimum => map2(out, a, b, least),
        Binary::Maximum => map2(out, a, b, greatest),
        _ => map2(out, a, b, f64::powf),
    }
}

type Complexes<'a> = Operand<'a, Complex<f64>>;

pub(crate) fn binary_complex(operation: Binary, out: &mut [Complex<f64>], a: Complexes<'_>, b: Complexes<'_>) {
    match operation {
        Binary::Add => map2(out, a, b, |a, b| a + b),
        Binary::Sub => map2(out, a, b, |a, b| a - b),
        Binary::Mul => map2(out, a, b, |a, b| a * b),
        Binary::Div => map2(out, a, b, |a, b| a / b),
        _ => map2(out, a, b, Complex::powc),
    }
}

pub(crate) fn compare<T: PartialOrd + Copy>(
    comparison: Comparison,
    out: &mut [bool],
    a: Operand<'_, T>,
    b: Operand<'_, T>,
) {
    match comparison {
        Comparison::Less => map2(out, a, b, |a, b| a < b),
        Comparison::LessEqual => map2(out, a, b, |a, b| a <= b),
        Comparison::Equal | Comparison::NotEqual => equality(comparison, out, a, b),
    }
}

pub(crate) fn equality<T: PartialEq + Copy>(
    comparison: Comparison,
    out: &mut [bool],
    a: Operand<'_, T>,
    b: Operand<'_, T>,
) {
    match comparison {
        Comparison::Equal => map2(out, a, b, |a, b| a == b),
        _ => map2(out, a, b, |a, b| a != b),
    }
}

pub(crate) fn choose<T: Copy>(out: &mut [T], condition: Operand<'_, bool>, a: Operand<'_, T>, b: Operand<'_, T>) {
    map3(out, condition, a, b, |condition, a, b| if condition { a } else { b });
}

pub(crate) fn convert<A: Copy, R>(out: &mut [R], a: Operand<'_, A>, f: impl Fn(A) -> R) {
    map1(out, a, f);
}

pub(crate) fn make_complex(out: &mut [Complex<f64>], re: Operand<'_, f64>, im: Operand<'_, f64>) {
    map2(out, re, im, Complex::new);
}

// ANCHOR: fused
/// Two operations with their two roundings in one loop: the answer of the first stays in a vector register.
pub(crate) fn fused3(
    first: First,
    second: Second,
    out: &mut [f64],
    a: Operand<'_, f64>,
    b: Operand<'_, f64>,
    c: Operand<'_, f64>,
) {
    match (first, second) {
        (First::Add, Second::Sub) => map3(out, a, b, c, |a, b, c| (a + b) - c),
        (First::Add, Second::SubFrom) => map3(out, a, b, c, |a, b, c| c - (a + b)),
        (First::Add, Second::Mul) => map3(out, a, b, c, |a, b, c| (a + b) * c),
        (First::Add, _) => map3(out, a, b, c, |a, b, c| (a + b) + c),
        (First::Sub, Second::Sub) => map3(out, a, b, c, |a, b, c| (a - b) - c),
        (First::Sub, Second::SubFrom) => map3(out, a, b, c, |a, b, c| c - (a - b)),
        (First::Sub, Second::Mul) => map3(out, a, b, c, |a, b, c| (a - b) * c),
        (First::Sub, _) => map3(out, a, b, c, |a, b, c| (a - b) + c),
        (First::Mul, Second::Sub) => map3(out, a, b, c, |a, b, c| (a * b) - c),
        (First::Mul, Second::SubFrom) => map3(out, a, b, c, |a, b, c| c - (a * b)),
        (First::Mul, Second::Mul) => map3(out, a, b, c, |a, b, c| (a * b) * c),
        (First::Mul, _) => map3(out, a, b, c, |a, b, c| (a * b) + c),
    }
}
// ANCHOR_END: fused

/// As [`fused3`], where the second operation needs nothing more.
pub(crate) fn fused2(first: First, second: Second, out: &mut [f64], a: Operand<'_, f64>, b: Operand<'_, f64>) {
    let square = |t: f64| t * t;
    match (first, second) {
        (First::Add, Second::Sqrt) => map2(out, a, b, |a, b| (a + b).sqrt()),
        (First::Sub, Second::Sqrt) => map2(out, a, b, |a, b| (a - b).sqrt()),
        (First::Mul, Second::Sqrt) => map2(out, a, b, |a, b| (a * b).sqrt()),
        (First::Add, _) => map2(out, a, b, |a, b| square(a + b)),
        (First::Sub, _) => map2(out, a, b, |a, b| square(a - b)),
        (First::Mul, _) => map2(out, a, b, |a, b| square(a * b)),
    }
}

/// Lanes of a reduction: sums that do not wait for each other.
pub(crate) const LANES: usize = 32;

// ANCHOR: fold
/// One value of many: element `i` goes to lane `i % 32`, then the upper half of the lanes is added to the lower until one is left.
#[inline(never)]
pub(crate) fn fold<T: Copy>(values: &[T], neutral: T, f: impl Fn(T, T) -> T) -> T {
    let mut lanes = [neutral; LANES];
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane = f(*lane, value);
        }
    }
    for (lane, &value) in lanes.iter_mut().zip(rest) {
        *lane = f(*lane, value);
    }
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for lane in 0..width {
            lanes[lane] = f(lanes[lane], lanes[lane + width]);
        }
    }
    lanes[0]
}
// ANCHOR_END: fold

/// `into[i] = f(into[i], values[i])`
#[inline(never)]
pub(crate) fn accumulate<T: Copy>(into: &mut [T], values: &[T], f: impl Fn(T, T) -> T) {
    for (into, &value) in into.iter_mut().zip(values) {
        *into = f(*into, value);
    }
}
