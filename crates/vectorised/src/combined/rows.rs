//! A kernel over some rows of a picture, chosen for the CPU that runs it, with the lists that it works with.

use validation::mandelbrot::{Input, Output};
use validation::{Mandelbrot, Ready, ready};

/// Some rows of a picture: x of the columns, y of the rows, iterations after which a point counts as bounded, and a count for each
/// point, row by row.
pub struct Picture<'a> {
    /// The real parts of a row of points: at least one.
    pub xs: &'a [f64],
    /// The imaginary parts of the rows.
    pub ys: &'a [f64],
    /// Iterations after which a point counts as bounded.
    pub max_iterations: u32,
    /// What is written.
    pub counts: &'a mut [u32],
}

impl<'a> Picture<'a> {
    /// The same cut into tiles of so many points at most: some whole rows, or a part of one.
    pub(super) fn tiles(self, most: usize) -> impl Iterator<Item = (&'a [f64], &'a [f64], &'a mut [u32])> {
        let Self { xs, ys, counts, .. } = self;
        let rows = (most / xs.len()).max(1);
        let bands = counts.chunks_mut(rows * xs.len()).zip(ys.chunks(rows));
        bands.flat_map(move |(counts, ys)| {
            counts.chunks_mut(most).zip(xs.chunks(most)).map(move |(counts, xs)| (xs, ys, counts))
        })
    }
}

/// A kernel with the lists that it works with: one of these for each thread.
pub struct Rows(Box<dyn FnMut(Picture<'_>) + Send>);

impl Rows {
    pub(super) fn new(kernel: impl FnMut(Picture<'_>) + Send + 'static) -> Self {
        Self(Box::new(kernel))
    }

    /// Writes the counts of some rows.
    pub fn run(&mut self, picture: Picture<'_>) {
        (self.0)(picture);
    }
}

/// A step that runs such a kernel on one thread.
pub(super) fn alone(mut rows: Rows) -> Ready<Mandelbrot> {
    ready(1, move |input: &Input, counts: &mut Output| {
        rows.run(Picture { xs: &input.xs, ys: &input.ys, max_iterations: input.max_iterations, counts });
        Ok(())
    })
}
