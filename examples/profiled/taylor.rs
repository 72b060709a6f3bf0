//! The book's example of a program with more than one caller: the coefficients of two Taylor series.

use profiling::profile;

// ANCHOR: taylor
#[profile]
pub(crate) fn factorial(n: u32) -> f64 {
    if n == 0 { 1.0 } else { f64::from(n) * factorial(n - 1) }
}

#[profile]
pub(crate) fn taylor_exp(n: u32) -> Vec<f64> {
    (0..n).map(|i| 1.0 / factorial(i)).collect()
}

#[profile]
pub(crate) fn taylor_sin(n: u32) -> Vec<f64> {
    let mut res = Vec::new();
    for i in 0..n {
        if i % 2 == 1 {
            let sign = if (i - 1) / 2 % 2 == 0 { 1.0 } else { -1.0 };
            res.push(sign / factorial(i));
        } else {
            res.push(0.0);
        }
    }
    res
}

#[profile]
pub(crate) fn benchmark() {
    taylor_exp(500);
    taylor_sin(500);
}
// ANCHOR_END: taylor
