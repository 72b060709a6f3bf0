//! The expression ladder of whole arrays: (a + b) * 2 + a * b over two matrices, and what its temporaries cost.

use ndarray::{Array2, ArrayView2, ArrayViewMut2, Zip};
use validation::expression::{Input, Output};
use validation::{Expected, Expression, Prepared, Ready, Settings, Step, StepError, step};

/// The two matrices as arrays of two dimensions.
fn views(input: &Input) -> (ArrayView2<'_, f64>, ArrayView2<'_, f64>) {
    let view =
        |values| ArrayView2::from_shape((input.rows, input.cols), values).expect("the input has rows * cols values");
    (view(&input.a), view(&input.b))
}

/// The answer as an array of two dimensions.
fn view_mut<'a>(input: &Input, output: &'a mut Output) -> ArrayViewMut2<'a, f64> {
    ArrayViewMut2::from_shape((input.rows, input.cols), output).expect("the output has rows * cols values")
}

/// What `out` prepares: an array for the one intermediate result that has no other place.
struct Reusing {
    product: Array2<f64>,
    evaluate: fn(&Input, &mut Output, &mut Array2<f64>),
}

impl Prepared<Expression> for Reusing {
    fn run(&mut self, input: &Input, output: &mut Output) -> Result<(), StepError> {
        (self.evaluate)(input, output, &mut self.product);
        Ok(())
    }
}

fn reusing(input: &Input, evaluate: fn(&Input, &mut Output, &mut Array2<f64>)) -> Ready<Expression> {
    Ok(Box::new(Reusing { product: Array2::zeros((input.rows, input.cols)), evaluate }))
}

// ANCHOR: operators
/// The formula as it is written: every operator is a loop over whole arrays, and its result an array.
///
/// Mirrors `(a + b) * 2 + a * b` of the talk. Look at what is new and what is not: `a + b` and `a * b` make arrays, and the other
/// two operators write into the one that they were given, which nobody else needs. NumPy does the same since version 1.13.
pub fn operators(input: &Input, output: &mut Output) {
    let (a, b) = views(input);
    let result = (&a + &b) * 2.0 + &a * &b;
    *output = result.into_raw_vec_and_offset().0;
}
// ANCHOR_END: operators

// ANCHOR: out
/// The same four loops, writing to arrays that are there already.
///
/// Mirrors NumPy with `out=`: `np.add(a, b, out=output)` and so on. Look at what is left when nothing is allocated: new memory is
/// what the system hands out page by page, and these pages have been touched before.
pub fn out(input: &Input, _: &Settings) -> Ready<Expression> {
    reusing(input, |input, output, product| {
        let (a, b) = views(input);
        let mut output = view_mut(input, output);
        Zip::from(&mut output).and(a).and(b).for_each(|output, a, b| *output = a + b);
        output *= 2.0;
        Zip::from(&mut *product).and(a).and(b).for_each(|product, a, b| *product = a * b);
        output += &*product;
    })
}
// ANCHOR_END: out

// ANCHOR: one_pass
/// The whole formula for one element, then the next: no array is needed in between.
///
/// Mirrors nothing that NumPy can say, and what NumExpr and Numba are for. Look at the memory: each number is read once, and each
/// answer written once.
pub fn one_pass(input: &Input, output: &mut Output) {
    let (a, b) = views(input);
    let output = view_mut(input, output);
    Zip::from(output).and(a).and(b).for_each(|output, a, b| *output = (a + b) * 2.0 + a * b);
}
// ANCHOR_END: one_pass

/// The steps, in order.
pub const STEPS: &[Step<Expression>] = &[
    step!(operators, "NumPy's (a + b) * 2 + a * b", "every operator a loop over whole arrays")
        .temporaries(|input: &Input| 2 * matrix_bytes(input)),
    step!(prepared out, "NumPy with out=", "results go into arrays that are there")
        .temporaries(|input: &Input| matrix_bytes(input)),
    step!(one_pass, "beyond NumPy", "the whole formula, element by element").lesson(Expected::Faster),
];

/// Bytes of one matrix.
fn matrix_bytes(input: &Input) -> u64 {
    8 * (input.rows * input.cols) as u64
}

/// How often a step walks through a whole matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passes {
    /// The step.
    pub step: &'static str,
    /// Matrices that its loops read from memory, each time counted.
    pub read: u64,
    /// Matrices that its loops write.
    pub written: u64,
    /// Matrices that it allocates in each run.
    pub allocated: u64,
}

impl Passes {
    /// Bytes that move in a run on matrices of `bytes` each.
    pub fn bytes(&self, bytes: u64) -> u64 {
        (self.read + self.written) * bytes
    }
}

/// What each step moves. The four loops of `operators` and `out` read a and b; one array, for `* 2`; a and b; two arrays, for the
/// sum; each writes one.
pub const PASSES: [Passes; 3] = [
    Passes { step: "operators", read: 2 + 1 + 2 + 2, written: 4, allocated: 2 },
    Passes { step: "out", read: 2 + 1 + 2 + 2, written: 4, allocated: 0 },
    Passes { step: "one_pass", read: 2, written: 1, allocated: 0 },
];
