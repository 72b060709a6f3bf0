//! What `#[profile]` costs a call: `cargo bench -p profiling --bench functions`.
//!
//! Each kind of call is timed with the attribute and without; the difference of the best of many runs is what the attribute
//! costs. A function of its own, kept from being inlined, does nothing but hide its argument from the compiler.

use std::hint::black_box;
use std::time::Instant;

use profiling::{functions, profile};

const RUNS: usize = 40;

#[inline(never)]
fn plain_leaf(x: u32) -> u32 {
    black_box(x)
}

#[inline(never)]
#[profile]
fn leaf(x: u32) -> u32 {
    black_box(x)
}

#[inline(never)]
fn plain_other(x: u32) -> u32 {
    black_box(x ^ 1)
}

#[inline(never)]
#[profile]
fn other(x: u32) -> u32 {
    black_box(x ^ 1)
}

#[inline(never)]
fn plain_factorial(n: u32) -> f64 {
    if n == 0 { 1.0 } else { f64::from(n) * plain_factorial(n - 1) }
}

#[inline(never)]
#[profile]
fn factorial(n: u32) -> f64 {
    if n == 0 { 1.0 } else { f64::from(n) * factorial(n - 1) }
}

/// A method call, a small loop: what a function of a few nanoseconds looks like.
struct Point([f64; 2]);

impl Point {
    #[inline(never)]
    fn plain_norm(&self) -> f64 {
        (self.0[0] * self.0[0] + self.0[1] * self.0[1]).sqrt()
    }

    #[inline(never)]
    #[profile]
    fn norm(&self) -> f64 {
        (self.0[0] * self.0[0] + self.0[1] * self.0[1]).sqrt()
    }
}

/// The best time of many runs, in nanoseconds for each of `calls` calls.
fn best(calls: u32, mut run: impl FnMut()) -> f64 {
    let time = || {
        let start = Instant::now();
        run();
        start.elapsed().as_nanos() as f64 / f64::from(calls)
    };
    std::iter::repeat_with(time).take(RUNS).fold(f64::INFINITY, f64::min)
}

fn report(what: &str, calls: u32, plain: impl FnMut(), profiled: impl FnMut()) {
    let (plain, profiled) = (best(calls, plain), best(calls, profiled));
    println!("{what:<40} {plain:8.2} {profiled:9.2} {:9.2}", profiled - plain);
}

fn main() {
    let calls = if std::env::args().any(|argument| argument == "--quick") { 20_000 } else { 200_000 };
    println!("clock: {}", functions::clock().unwrap_or("none, as the feature `enabled` is off"));
    println!("{:<40} {:>8} {:>9} {:>9}", "ns a call, best of 40 runs", "without", "with", "costs");
    report(
        "a function again and again",
        calls,
        || (0..calls).for_each(|x| _ = black_box(plain_leaf(x))),
        || (0..calls).for_each(|x| _ = black_box(leaf(x))),
    );
    report(
        "two functions by turns",
        calls,
        || (0..calls / 2).for_each(|x| _ = black_box(plain_leaf(x) + plain_other(x))),
        || (0..calls / 2).for_each(|x| _ = black_box(leaf(x) + other(x))),
    );
    report(
        "recursion, 100 deep",
        calls,
        || (0..calls / 100).for_each(|_| _ = black_box(plain_factorial(black_box(99)))),
        || (0..calls / 100).for_each(|_| _ = black_box(factorial(black_box(99)))),
    );
    let points: Vec<Point> = (0..1000).map(|n| Point([f64::from(n), 1.0])).collect();
    report(
        "a method with a square root",
        calls,
        || (0..calls as usize).for_each(|n| _ = black_box(points[n % 1000].plain_norm())),
        || (0..calls as usize).for_each(|n| _ = black_box(points[n % 1000].norm())),
    );
    if let Some([inside, outside]) = functions::overhead_per_call() {
        println!("subtracted: {inside:?} a call from the function itself, {outside:?} from its caller");
    }
    print!("\n{}", functions::take().table().sort(functions::Column::Calls));
}
