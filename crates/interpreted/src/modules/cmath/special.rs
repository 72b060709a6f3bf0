//! What the functions of `cmath` give where a part of the argument is infinite or no number.
//!
//! A row for each kind of real part, in it two letters for each kind of imaginary part: those of the result's parts.

/// The results of one function. Dots stand where the function is computed, or is an error.
pub(crate) type Table = [[u8; 14]; 7];

/// Which row or pair of letters a number belongs to.
fn kind(number: f64) -> usize {
    match number {
        _ if number.is_nan() => 6,
        f64::NEG_INFINITY => 0,
        f64::INFINITY => 5,
        0.0 if number.is_sign_negative() => 2,
        0.0 => 3,
        _ if number < 0.0 => 1,
        _ => 4,
    }
}

/// The number that a letter stands for.
fn number(letter: u8) -> f64 {
    use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};
    match letter {
        b'0' => 0.0,
        b'o' => -0.0,
        b'1' => 1.0,
        b'-' => -1.0,
        b'i' => f64::INFINITY,
        b'I' => f64::NEG_INFINITY,
        b'p' => PI,
        b'P' => -PI,
        b'h' => FRAC_PI_2,
        b'H' => -FRAC_PI_2,
        b'q' => FRAC_PI_4,
        b'Q' => -FRAC_PI_4,
        b't' => 3.0 * FRAC_PI_4,
        b'T' => -3.0 * FRAC_PI_4,
        _ => f64::NAN,
    }
}

/// The result for an argument whose parts are not both finite.
pub(crate) fn look_up(table: &Table, real: f64, imaginary: f64) -> (f64, f64) {
    let row = &table[kind(real)];
    let place = 2 * kind(imaginary);
    (number(row[place]), number(row[place + 1]))
}

pub(crate) const ACOS: Table = [
    *b"tipipipIpItIni",
    *b"hi........hInn",
    *b"hi........hIhn",
    *b"hi........hIhn",
    *b"hi........hInn",
    *b"qi0i0i0I0IqIni",
    *b"ninnnnnnnnnInn",
];

pub(crate) const ACOSH: Table = [
    *b"iTiPiPipipitin",
    *b"iH........ihnn",
    *b"iH........ihnn",
    *b"iH........ihnn",
    *b"iH........ihnn",
    *b"iQioioi0i0iqin",
    *b"innnnnnnnninnn",
];

pub(crate) const ASINH: Table = [
    *b"IQIoIoI0I0IqIn",
    *b"IH........Ihnn",
    *b"IH........Ihnn",
    *b"iH........ihnn",
    *b"iH........ihnn",
    *b"iQioioi0i0iqin",
    *b"innnnon0nninnn",
];

pub(crate) const ATANH: Table = [
    *b"oHoHoHohohohon",
    *b"oH........ohnn",
    *b"oH........ohon",
    *b"0H........0h0n",
    *b"0H........0hnn",
    *b"0H0H0H0h0h0h0n",
    *b"0Hnnnnnnnn0hnn",
];

pub(crate) const COSH: Table = [
    *b"..iii0ioiI..in",
    *b"............nn",
    *b"............n0",
    *b"............n0",
    *b"............nn",
    *b"..iIioi0ii..in",
    *b"nnnnn0n0nnnnnn",
];

pub(crate) const EXP: Table = [
    *b"000o0o00000000",
    *b"............nn",
    *b"............nn",
    *b"............nn",
    *b"............nn",
    *b"..iIioi0ii..in",
    *b"nnnnnon0nnnnnn",
];

pub(crate) const LOG: Table = [
    *b"iTiPiPipipitin",
    *b"iH........ihnn",
    *b"iH........ihnn",
    *b"iH........ihnn",
    *b"iH........ihnn",
    *b"iQioioi0i0iqin",
    *b"innnnnnnnninnn",
];

pub(crate) const SINH: Table = [
    *b"..IIIoI0Ii..in",
    *b"............nn",
    *b"............0n",
    *b"............0n",
    *b"............nn",
    *b"..iIioi0ii..in",
    *b"nnnnnon0nnnnnn",
];

pub(crate) const SQRT: Table = [
    *b"iI0I0I0i0iiini",
    *b"iI........iinn",
    *b"iI........iinn",
    *b"iI........iinn",
    *b"iI........iinn",
    *b"iIioioi0i0iiin",
    *b"iInnnnnnnniinn",
];

pub(crate) const TANH: Table = [
    *b"-0-o-o-0-0-0-0",
    *b"............nn",
    *b"............nn",
    *b"............nn",
    *b"............nn",
    *b"101o1o10101010",
    *b"nnnnnon0nnnnnn",
];

pub(crate) const RECT: Table = [
    *b"..IiI0IoII..in",
    *b"............nn",
    *b"00........0000",
    *b"00........0000",
    *b"............nn",
    *b"..iIioi0ii..in",
    *b"nnnnn0n0nnnnnn",
];
