//! The hits are exact: each line's number is the one that follows from the program.

#![allow(missing_docs, clippy::let_and_return, clippy::manual_is_multiple_of)]

use std::panic;

use profiling::line_profile;
use profiling::lines::{self, Function, SecondsByLine, Time};

/// What has been counted for a function of this file. Nothing is reset: each test has functions of its own.
fn counted(name: &str) -> Function {
    lines::snapshot().function(name).unwrap_or_else(|| panic!("{name} has not run")).clone()
}

/// The lines on which something begins, with their hits.
fn hits(name: &str) -> Vec<(String, u64)> {
    let lines = counted(name).lines.into_iter();
    lines.filter_map(|line| Some((line.text.trim().to_owned(), line.hits?))).collect()
}

/// The hits alone.
fn numbers(name: &str) -> Vec<u64> {
    hits(name).into_iter().map(|(_, hits)| hits).collect()
}

/// The tutorial's program.
#[line_profile]
fn calculate_z_serial(q: &[(f64, f64)], maxiter: u32, mut z: Vec<(f64, f64)>) -> Vec<u32> {
    let mut output = vec![0; q.len()];
    for i in 0..q.len() {
        if i % 1000 == 0 {
            // print out some progress info since it is so slow...
            std::hint::black_box(1.0 / q.len() as f64 * i as f64 * 100.0);
        }
        for iteration in 0..maxiter {
            z[i] = (z[i].0 * z[i].0 - z[i].1 * z[i].1 + q[i].0, z[i].0 * z[i].1 + z[i].1 * z[i].0 + q[i].1);
            if z[i].0 * z[i].0 + z[i].1 * z[i].1 > 4.0 {
                output[i] = iteration;
                break;
            }
        }
    }
    output
}

/// The tutorial's points: coordinates by repeated addition.
fn points(width: usize, height: usize) -> Vec<(f64, f64)> {
    let axis = |from: f64, step: f64, length| {
        std::iter::successors(Some(from), move |last| Some(last + step)).take(length).collect::<Vec<f64>>()
    };
    let (x1, x2, y1, y2) = (-2.13, 0.77, -1.3, 1.3);
    let xs = axis(x1, (x2 - x1) / width as f64, width);
    let ys = axis(y2, (y1 - y2) / height as f64, height);
    ys.iter().flat_map(|&y| xs.iter().map(move |&x| (x, y))).collect()
}

#[test]
fn the_tutorials_program_has_the_tutorials_hits() {
    let q = points(500, 500);
    let output = calculate_z_serial(&q, 1000, vec![(0.0, 0.0); q.len()]);
    assert_eq!(output.iter().sum::<u32>(), 1_148_485);
    assert_eq!(
        numbers("calculate_z_serial"),
        [1, 250_001, 250_000, 250, 51_464_485, 51_414_419, 51_414_419, 199_934, 199_934, 1]
    );
}

#[line_profile]
fn every_header(n: u32) -> u32 {
    let mut sum = 0;
    for i in 0..n {
        if i == 3 {
            break;
        }
    }
    while sum < n {
        sum += 1;
    }
    loop {
        sum += 1;
        if sum > 2 * n {
            break;
        }
    }
    'outer: for i in 0..n {
        for j in 0..n {
            if i + j == 4 {
                continue 'outer;
            }
        }
    }
    sum
}

#[test]
fn headers_are_counted_as_python_counts_them() {
    assert_eq!(every_header(5), 11);
    let expected = [
        ("let mut sum = 0;", 1),
        ("for i in 0..n {", 4),
        ("if i == 3 {", 4),
        ("break;", 1),
        ("while sum < n {", 6),
        ("sum += 1;", 5),
        ("loop {", 6),
        ("sum += 1;", 6),
        ("if sum > 2 * n {", 6),
        ("break;", 1),
        // Each inner loop is left at i + j == 4, so no inner header asks in vain.
        ("'outer: for i in 0..n {", 6),
        ("for j in 0..n {", 15),
        ("if i + j == 4 {", 15),
        ("continue 'outer;", 5),
        ("sum", 1),
    ];
    assert_eq!(hits("every_header"), expected.map(|(line, hits)| (line.to_owned(), hits)));
}

#[line_profile]
fn branches(values: &[Option<i32>]) -> Result<i32, String> {
    let mut sum = 0_i32;
    for value in values {
        let Some(value) = value else {
            sum += 1000;
            continue;
        };
        if *value < 0 {
            sum -= 1;
        } else if *value < 10 {
            sum += 1;
        } else if *value < 20 {
            sum += 2;
        } else {
            sum += 3;
        }
        match value % 4 {
            0 => sum += 1,
            1 | 2 if sum > 0 => {
                sum += 1;
            }
            _ => (),
        }
    }
    let checked = u8::try_from(sum).map_err(|error| error.to_string())?;
    let doubled = if checked > 10 { checked } else { 0 };
    Ok(i32::from(doubled))
}

#[test]
fn branches_are_counted_where_they_are_taken() {
    assert_eq!(branches(&[Some(-1), Some(5), Some(15), Some(25), Some(8)]), Ok(10 - 10));
    assert!(branches(&[None]).is_err());
    let expected = [
        ("let mut sum = 0_i32;", 2),
        ("for value in values {", 8),
        ("let Some(value) = value else {", 6),
        ("sum += 1000;", 1),
        ("continue;", 1),
        ("if *value < 0 {", 5),
        ("sum -= 1;", 1),
        ("} else if *value < 10 {", 4),
        ("sum += 1;", 2),
        ("} else if *value < 20 {", 2),
        ("sum += 2;", 1),
        ("sum += 3;", 1),
        ("match value % 4 {", 5),
        ("0 => sum += 1,", 1),
        ("1 | 2 if sum > 0 => {", 1),
        ("sum += 1;", 1),
        ("_ => (),", 3),
        ("let checked = u8::try_from(sum).map_err(|error| error.to_string())?;", 2),
        ("let doubled = if checked > 10 { checked } else { 0 };", 1),
        ("Ok(i32::from(doubled))", 1),
    ];
    assert_eq!(hits("branches"), expected.map(|(line, hits)| (line.to_owned(), hits)));
}

#[line_profile]
fn may_panic(values: &[u32], index: usize) -> u32 {
    let before = values.len() as u32;
    let value = values[index];
    before + value
}

#[test]
fn what_ran_before_a_panic_is_counted() {
    assert_eq!(may_panic(&[1, 2], 1), 4);
    panic::catch_unwind(|| may_panic(&[1, 2], 2)).expect_err("there is no third");
    assert_eq!(numbers("may_panic"), [2, 2, 1]);
}

#[line_profile]
fn fibonacci(n: u64) -> u64 {
    if n < 2 {
        return n;
    }
    fibonacci(n - 1) + fibonacci(n - 2)
}

#[test]
fn every_call_of_a_recursive_function_is_counted() {
    assert_eq!(fibonacci(10), 55);
    assert_eq!(numbers("fibonacci"), [177, 89, 88]);
}

struct Account<T>(T);

trait Deposit {
    fn deposit(&mut self, amounts: &[u32]) -> u32;

    #[line_profile]
    fn twice(&mut self, amounts: &[u32]) -> u32 {
        let first = self.deposit(amounts);
        first + self.deposit(amounts)
    }
}

impl<T: From<u32> + std::ops::AddAssign> Account<T> {
    #[line_profile]
    fn add(&mut self, amount: u32) -> &mut T {
        self.0 += T::from(amount);
        &mut self.0
    }
}

impl Deposit for Account<u64> {
    #[line_profile]
    fn deposit(&mut self, amounts: &[u32]) -> u32 {
        for &amount in amounts {
            self.add(amount);
        }
        amounts.len() as u32
    }
}

#[test]
fn methods_and_generics_have_one_table_each() {
    let mut account = Account(0_u64);
    assert_eq!((account.twice(&[1, 2, 3]), account.0), (6, 12));
    let mut float = Account(0.5);
    float.add(3);
    assert_eq!(numbers("twice"), [1, 1]);
    assert_eq!(numbers("deposit"), [8, 6, 2]);
    assert_eq!(numbers("add"), [7, 7]);
    let names: Vec<String> = ["twice", "deposit", "add"].map(|name| counted(name).name).into();
    assert!(names[2].contains("Account"), "{names:?}");
}

#[line_profile]
fn collatz(mut n: u64) -> u32 {
    let mut steps = 0;
    while n != 1 {
        n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };
        steps += 1;
    }
    steps
}

#[line_profile]
fn in_parallel(n: u64) -> u32 {
    use rayon::prelude::*;
    (1..=n)
        .into_par_iter()
        .map(|n| {
            let steps = collatz(n);
            steps
        })
        .sum()
}

#[test]
fn all_threads_add_to_the_same_table() {
    let expected: u32 = (1..=10_000).map(collatz).sum();
    let steps = u64::from(expected);
    assert_eq!(in_parallel(10_000), expected);
    assert_eq!(numbers("collatz"), [20_000, 2 * steps + 20_000, 2 * steps, 2 * steps, 20_000]);
    // The closure's own lines belong to nobody.
    assert_eq!(hits("in_parallel"), [("(1..=n)".to_owned(), 1)]);
}

#[line_profile]
#[rustfmt::skip]
fn on_one_line(n: u32) -> u32 {
    let mut a = 1; let b = 2;
    for i in 0..n { a += i; }
    if a > 3 { a += 1; } else { a += 2; }
    b + match a { 0 => 1, _ => 2 }
}

#[test]
fn a_line_shows_the_most_frequent_of_what_begins_on_it() {
    on_one_line(4);
    assert_eq!(numbers("on_one_line"), [1, 5, 1, 1]);
}

macro_rules! made {
    ($name:ident, $body:block) => {
        #[line_profile]
        fn $name(n: u32) -> u32 {
            let mut sum = n;
            sum += $body;
            sum
        }
    };
}

made!(made_by_a_macro, {
    let three = 3;
    three
});

#[test]
fn lines_that_a_macro_brings_keep_their_place() {
    assert_eq!(made_by_a_macro(1), 4);
    let expected = [("let mut sum = n;", 1), ("sum += $body;", 1), ("sum", 1), ("let three = 3;", 1), ("three", 1)];
    assert_eq!(hits("made_by_a_macro"), expected.map(|(line, hits)| (line.to_owned(), hits)));
}

#[line_profile(exact)]
fn sleeps(n: u32) -> u32 {
    let mut sum = 0;
    for _ in 0..n {
        std::thread::sleep(std::time::Duration::from_millis(2));
        sum += 1;
    }
    if n > 1_000_000 {
        sum += 1;
    }
    sum
}

#[test]
fn the_clock_is_read_in_exact_mode_and_says_what_it_cannot_see() {
    sleeps(5);
    let function = counted("sleeps");
    assert_eq!(numbers("sleeps"), [1, 6, 5, 5, 1, 0, 1]);
    let times: Vec<Time> = function.lines.iter().filter_map(|line| line.time).collect();
    assert!(times[2].seconds().is_some_and(|seconds| seconds >= 0.01), "{times:?}");
    assert_eq!(times[5], Time::Seconds(0.0));
    assert!(function.seconds() >= Some(0.01));
}

#[line_profile]
fn sampled(n: u32) -> u32 {
    let mut sum = 0;
    for i in 0..n {
        sum += i;
    }
    sum
}

#[test]
fn times_come_from_elsewhere() {
    sampled(10);
    let line = counted("sampled").line;
    let without = lines::snapshot();
    assert_eq!(without.function("sampled").expect("it has run").seconds(), None);
    let mut times = SecondsByLine::new();
    // As debug information has it: the whole path.
    let file = std::path::absolute(file!()).expect("a path");
    times.add(file.to_str().expect("a name"), line + 2, 0.25);
    times.add(file!(), line + 3, 0.5);
    times.add(file!(), line + 3, 0.25);
    times.add("other/lines.rs", line + 3, 7.0);
    let with = lines::snapshot().with_times(&times);
    let function = with.function("sampled").expect("it has run");
    assert_eq!(function.seconds(), Some(1.0));
    assert_eq!(function.lines[4].time, Some(Time::Seconds(0.75)));
    assert_eq!(with.hits("lines.rs", line + 3), Some(10));
    assert_eq!(with.hits("lines.rs", line + 4), None);
}

#[line_profile(exact)]
fn quick(n: u32) -> u32 {
    let mut sum = 0;
    // Nothing begins here.
    for i in 0..n {
        sum += i;
    }
    if sum == 0 {
        sum = 1;
    }
    sum
}

#[test]
fn the_tables_look_as_line_profilers_do() {
    quick(1000);
    let mut function = counted("quick");
    // The times are what the machine makes of them: a long one, one that the clock does not see, and none for what has not run.
    let first = function.lines[0].number - 1;
    function.line -= first;
    for line in &mut function.lines {
        line.number -= first;
        line.time = match line.hits {
            Some(1000..) => Some(Time::Unresolved),
            Some(1..) => Some(Time::Seconds(1.5e-3)),
            Some(0) => Some(Time::Seconds(0.0)),
            None => None,
        };
    }
    let mut without = function.clone();
    let mut sampled = function.clone();
    for (plain, seen) in without.lines.iter_mut().zip(&mut sampled.lines) {
        plain.time = None;
        seen.time = Some(Time::Seconds(if seen.hits >= Some(1000) { 0.25 } else { 0.0 }));
    }
    insta::assert_snapshot!("exact", function);
    insta::assert_snapshot!("without_times", without);
    insta::assert_snapshot!("sampled", sampled);
}
