//! Reductions in the order that they promise.

use proptest::prelude::*;
use rayon::ThreadPoolBuilder;
use vectorised::compiler::{Array, Expression, Options, REDUCTION_BLOCK, Type, Values};

use crate::values::floats;

/// The sum of a block: 32 lanes, then their upper half on the lower, until one is left.
fn block(values: &[f64]) -> f64 {
    let mut lanes = [0.0; 32];
    for (index, value) in values.iter().enumerate() {
        lanes[index % 32] += value;
    }
    for width in [16, 8, 4, 2, 1] {
        for lane in 0..width {
            lanes[lane] += lanes[lane + width];
        }
    }
    lanes[0]
}

fn sum(values: &[f64]) -> f64 {
    values.chunks(REDUCTION_BLOCK).fold(0.0, |sum, values| sum + block(values))
}

fn run(text: &str, values: &[f64], shape: &[usize], threads: usize) -> Vec<f64> {
    let program = Expression::parse(text).unwrap().compile(&[("a", Type::Float)]).unwrap();
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let array = Array::new(values, shape).unwrap();
    let options = Options { parallel: threads > 1, block: Some(77), ..Options::default() };
    let answers = pool.install(|| program.run(&[array], &options)).unwrap();
    match &answers[0].values {
        Values::Float(values) => values.clone(),
        values => panic!("{values:?} are not floats"),
    }
}

fn same(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_sum_has_one_order_on_any_number_of_threads(
        values in prop::collection::vec(floats(), 97),
        rows in 0_usize..8,
        cols in 0_usize..1500,
    ) {
        let values: Vec<f64> = (0..rows * cols).map(|index| values[index * 7 % 97]).collect();
        let squares: Vec<f64> = values.iter().map(|a| a * a).collect();
        let whole = [sum(&squares)];
        let by_row: Vec<f64> = (0..rows).map(|row| sum(&squares[row * cols..(row + 1) * cols])).collect();
        let by_column: Vec<f64> = (0..cols).map(|col| (0..rows).fold(0.0, |sum, row| sum + squares[row * cols + col])).collect();
        for threads in [1, 3] {
            prop_assert!(same(&run("sum(a * a)", &values, &[rows, cols], threads), &whole));
            prop_assert!(same(&run("sum(a * a, axis=1)", &values, &[rows, cols], threads), &by_row));
            prop_assert!(same(&run("sum(a * a, axis=-2)", &values, &[rows, cols], threads), &by_column));
        }
    }

    #[test]
    fn the_least_and_the_greatest_are_those_of_std(values in prop::collection::vec(floats(), 1..3000)) {
        let (least, greatest) = (values.iter().copied().fold(f64::NAN, f64::min), values.iter().copied().fold(f64::NAN, f64::max));
        let shape = [values.len()];
        // Equal, not the same bits: std does not say which zero comes out.
        let equal = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan());
        prop_assert!(equal(run("min(a)", &values, &shape, 1)[0], least));
        prop_assert!(equal(run("max(a)", &values, &shape, 3)[0], greatest));
    }
}
