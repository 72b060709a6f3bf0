//! Runs programs over whole arrays: blocks, threads, reductions.

use num_complex::Complex;
use validation::parallel;

use super::array::{Answer, Array, Element, Place, Values};
use super::cache::Caches;
use super::error::RunError;
use super::kernels;
use super::layout::Layout;
use super::machine::Machine;
use super::operation::{Reduction, Type};
use super::program::Program;
use super::room;
use super::stream::Stream;

/// Elements that a reduction folds at once. It is part of what `sum` means: see [`Program::run`].
pub const REDUCTION_BLOCK: usize = 1024;

/// Elements that are worth a task of their own.
const TASK: usize = 1 << 14;

/// How results are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stores {
    /// Past the caches if the arrays are too large for them.
    #[default]
    Auto,
    /// As usual.
    Cached,
    /// Past the caches.
    Streaming,
}

/// How a program is run. Nothing of it changes a bit of the results.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Elements in a block; `None` chooses [`Program::default_block`].
    pub block: Option<usize>,
    /// Whether the threads of the current rayon pool share the work.
    pub parallel: bool,
    /// How results are stored. Floats only: the others are always stored as usual.
    pub stores: Stores,
}

impl Program {
    /// Elements in a block when [`Options`] do not say: a block of all inputs, registers and results fills half of the first
    /// cache, but has 512 elements at least.
    pub fn default_block(&self) -> usize {
        let elements = Caches::of_this_machine().l1 / 2 / self.bytes_per_element().max(1);
        // A multiple of the widest vectors of everything. Shorter blocks than the least are not worth the way to their instructions: a
        // program with many registers then spills over into the second cache.
        (elements / 64 * 64).clamp(512, 8192)
    }

    /// Runs the program and allocates its results.
    ///
    /// The arrays are broadcast by NumPy's rules. Floats are computed in the order of the expression, each operation rounded by itself:
    /// every bit is that of the plain loop, on any number of threads and with blocks of any size. (Of a NaN nothing is said but that it is one.)
    ///
    /// `sum` and `prod` have an order too, and it is this: the elements to be added (row by row) are cut into blocks of
    /// [`REDUCTION_BLOCK`]; in a block, element `i` is added to lane `i % 32`, then lanes 16 to 31 to lanes 0 to 15, and so on down to one;
    /// the sums of the blocks are added from left to right, beginning with 0. Over an axis that is not the innermost, elements are added from
    /// left to right. `min` and `max` ignore NaNs, as Rust's own do.
    ///
    /// # Errors
    /// When number, types or shapes of the arrays do not fit, or there is not enough memory for results, registers and partial answers.
    pub fn run(&self, inputs: &[Array<'_>], options: &Options) -> Result<Vec<Answer>, RunError> {
        let layout = Layout::new(self, inputs)?;
        let (shape, elements) = self.answer_shape(&layout)?;
        let all = self.results.iter().map(|kind| (kind.bytes() as u64).saturating_mul(elements as u64));
        room::enough(all.fold(0, u64::saturating_add))?;
        let values: Result<Vec<_>, _> = self.results.iter().map(|&kind| Values::zeros(kind, elements)).collect();
        let mut values = values?;
        let mut places: Vec<_> = values.iter_mut().map(Values::place).collect();
        self.run_into(inputs, &mut places, options)?;
        Ok(values.into_iter().map(|values| Answer { shape: shape.clone(), values }).collect())
    }

    /// Runs the program into the places for its results, which have as many elements as the common shape of the arrays.
    ///
    /// # Errors
    /// As [`run`](Self::run), and when a place has another type or length.
    pub fn run_into(&self, inputs: &[Array<'_>], results: &mut [Place<'_>], options: &Options) -> Result<(), RunError> {
        let layout = self.checked(inputs, results)?;
        if options.parallel {
            parallel::prepare();
        }
        if self.reduction.is_some() {
            return self.reduce(&layout, inputs, results, options);
        }
        let block = options.block.unwrap_or_else(|| self.default_block()).clamp(1, layout.elements.max(1));
        let bytes = |kind: &Type| kind.bytes().saturating_mul(layout.elements);
        let kinds = self.results.iter().chain(self.inputs.iter().map(|input| &input.1));
        let total = kinds.map(bytes).fold(0, usize::saturating_add);
        let caches = Caches::of_this_machine();
        let stream = match options.stores {
            // A large last cache is shared with other cores: what it says of its size is not what there is for one program.
            Stores::Auto => total > caches.l3.min(8 * caches.l2),
            Stores::Cached => false,
            Stores::Streaming => true,
        };
        let run = Run { program: self, layout: &layout, inputs, block, stream };
        let results = results.iter_mut().map(Place::again).collect();
        if options.parallel { run.split(0, layout.elements, results) } else { run.span(0, layout.elements, results) }
    }

    /// Checks everything that can be wrong.
    fn checked(&self, inputs: &[Array<'_>], results: &[Place<'_>]) -> Result<Layout, RunError> {
        let layout = Layout::new(self, inputs)?;
        let (_, elements) = self.answer_shape(&layout)?;
        if results.len() != self.results.len() {
            return Err(RunError::Results { expected: self.results.len(), found: results.len() });
        }
        for (index, (place, &kind)) in results.iter().zip(&self.results).enumerate() {
            if place.kind() != kind {
                let name = format!("result {index}");
                return Err(RunError::Type { name, expected: kind, found: place.kind() });
            }
            if place.len() != elements {
                return Err(RunError::Length { expected: elements, found: place.len() });
            }
        }
        Ok(layout)
    }

    /// The shape of the results, and their elements.
    fn answer_shape(&self, layout: &Layout) -> Result<(Vec<usize>, usize), RunError> {
        let Some((reduction, axis)) = self.reduction else {
            return Ok((layout.shape.to_vec(), layout.elements));
        };
        let [outer, side, inner] = self.axes(layout, axis)?;
        let elements = outer.checked_mul(inner).ok_or(RunError::TooLarge)?;
        if side == 0 && elements > 0 && matches!(reduction, Reduction::Min | Reduction::Max) {
            return Err(RunError::Empty);
        }
        let mut shape = if axis.is_some() { layout.shape.to_vec() } else { vec![] };
        if let Some(axis) = axis {
            shape.remove(position(axis, layout.shape.len()).unwrap_or(0));
        }
        Ok((shape, elements))
    }

    /// The elements outside of the axis of a reduction, along it, and inside of it.
    fn axes(&self, layout: &Layout, axis: Option<i64>) -> Result<[usize; 3], RunError> {
        let Some(axis) = axis else { return Ok([1, layout.elements, 1]) };
        let dimensions = layout.shape.len();
        let at = position(axis, dimensions).ok_or(RunError::Axis { axis, dimensions })?;
        let product = |sides: &[usize]| {
            let mut product = 1_usize;
            for &side in sides {
                product = product.checked_mul(side).ok_or(RunError::TooLarge)?;
            }
            Ok(product)
        };
        Ok([product(&layout.shape[..at])?, layout.shape[at], product(&layout.shape[at + 1..])?])
    }

    fn reduce(
        &self,
        layout: &Layout,
        inputs: &[Array<'_>],
        results: &mut [Place<'_>],
        options: &Options,
    ) -> Result<(), RunError> {
        let Some((reduction, axis)) = self.reduction else { return Ok(()) };
        let axes = self.axes(layout, axis)?;
        let fold = Fold { program: self, layout, inputs, axes, parallel: options.parallel };
        match (&mut results[0], reduction) {
            (Place::Int(out), Reduction::Sum) => fold.all(out, 0, i64::wrapping_add),
            (Place::Int(out), Reduction::Prod) => fold.all(out, 1, i64::wrapping_mul),
            (Place::Int(out), Reduction::Min) => fold.all(out, i64::MAX, i64::min),
            (Place::Int(out), Reduction::Max) => fold.all(out, i64::MIN, i64::max),
            (Place::Float(out), Reduction::Sum) => fold.all(out, 0.0, |a, b| a + b),
            (Place::Float(out), Reduction::Prod) => fold.all(out, 1.0, |a, b| a * b),
            (Place::Float(out), Reduction::Min) => fold.all(out, f64::NAN, kernels::least),
            (Place::Float(out), Reduction::Max) => fold.all(out, f64::NAN, kernels::greatest),
            (Place::Complex(out), Reduction::Sum) => fold.all(out, Complex::new(0.0, 0.0), |a, b| a + b),
            (Place::Complex(out), _) => fold.all(out, Complex::new(1.0, 0.0), |a, b| a * b),
            (Place::Bool(_), _) => Ok(()),
        }
    }
}

/// An axis counted from the front, or from the end if it is negative.
fn position(axis: i64, dimensions: usize) -> Option<usize> {
    let at = if axis < 0 { axis.checked_add(dimensions as i64)? } else { axis };
    usize::try_from(at).ok().filter(|&at| at < dimensions)
}

/// A program on its way over arrays.
struct Run<'a> {
    program: &'a Program,
    layout: &'a Layout,
    inputs: &'a [Array<'a>],
    block: usize,
    stream: bool,
}

impl Run<'_> {
    /// Halves the elements until they are a task, and lets idle threads take the other half.
    fn split(&self, start: usize, end: usize, results: Vec<Place<'_>>) -> Result<(), RunError> {
        let elements = end - start;
        let least = TASK.max(self.block).max(self.layout.elements / (8 * rayon::current_num_threads()));
        if elements <= least {
            return self.span(start, end, results);
        }
        // At the end of a block, so that the blocks are those of one thread.
        let half = (elements / 2).next_multiple_of(self.block).min(elements);
        let (left, right): (Vec<_>, Vec<_>) = results.into_iter().map(|place| place.split_at(half)).unzip();
        let (left, right) =
            rayon::join(|| self.split(start, start + half, left), || self.split(start + half, end, right));
        left.and(right)
    }

    // ANCHOR: span
    /// Block by block: every instruction for one block, then the next block.
    fn span(&self, start: usize, end: usize, mut results: Vec<Place<'_>>) -> Result<(), RunError> {
        let mut machine = Machine::new(self.program, self.block)?;
        let streamed = if self.stream { self.block } else { 0 };
        let mut scratch = results.iter().map(|_| room::filled(0.0, streamed)).collect::<Result<Vec<_>, _>>()?;
        let stream = self.stream.then(Stream::begin);
        let mut at = start;
        while at < end {
            let length = self.layout.length(at, end, machine.block());
            let (from, to) = (at - start, at - start + length);
            let mut parts: Vec<Place<'_>> = results
                .iter_mut()
                .zip(&mut scratch)
                .map(|(result, scratch)| match (result, &stream) {
                    (Place::Float(_), Some(_)) => Place::Float(&mut scratch[..length]),
                    (result, _) => result.part(from, to),
                })
                .collect();
            machine.run(self.layout, self.inputs, at, length, &mut parts)?;
            for (result, scratch) in results.iter_mut().zip(&scratch) {
                if let (Place::Float(result), Some(stream)) = (result, &stream) {
                    stream.copy(&mut result[from..to], &scratch[..length]);
                }
            }
            at += length;
        }
        Ok(())
    }
    // ANCHOR_END: span
}

/// A reduction on its way over arrays.
struct Fold<'a> {
    program: &'a Program,
    layout: &'a Layout,
    inputs: &'a [Array<'a>],
    /// Elements outside of the axis, along it, and inside of it.
    axes: [usize; 3],
    parallel: bool,
}

impl Fold<'_> {
    fn all<T: Element>(&self, out: &mut [T], neutral: T, f: impl Fn(T, T) -> T + Copy + Sync) -> Result<(), RunError> {
        let [_, side, inner] = self.axes;
        if out.is_empty() || side == 0 {
            out.fill(neutral);
        } else if inner > 1 {
            self.share(out, &|start, out: &mut [T]| self.columns(start, out, neutral, f))?;
        } else {
            // A partial answer for each block of each row, so that threads can share long rows.
            let blocks = side.div_ceil(REDUCTION_BLOCK);
            let mut partial = room::filled(neutral, out.len().saturating_mul(blocks))?;
            self.share(&mut partial, &|start, partial: &mut [T]| self.rows(start, partial, neutral, f))?;
            for (out, partial) in out.iter_mut().zip(partial.chunks_exact(blocks)) {
                *out = partial.iter().fold(neutral, |sum, &value| f(sum, value));
            }
        }
        Ok(())
    }

    /// Halves `out` until it is a task.
    fn share<T: Send, F: Fn(usize, &mut [T]) -> Result<(), RunError> + Sync>(
        &self,
        out: &mut [T],
        task: &F,
    ) -> Result<(), RunError> {
        fn halve<T: Send, F: Fn(usize, &mut [T]) -> Result<(), RunError> + Sync>(
            start: usize,
            out: &mut [T],
            least: usize,
            task: &F,
        ) -> Result<(), RunError> {
            if out.len() <= least {
                return task(start, out);
            }
            let half = out.len() / 2;
            let (left, right) = out.split_at_mut(half);
            let (left, right) =
                rayon::join(|| halve(start, left, least, task), || halve(start + half, right, least, task));
            left.and(right)
        }
        if self.parallel {
            halve(0, out, out.len().div_ceil(8 * rayon::current_num_threads()).max(1), task)
        } else {
            task(0, out)
        }
    }

    /// Answers `first..` of the blocks of rows.
    fn rows<T: Element>(
        &self,
        first: usize,
        partial: &mut [T],
        neutral: T,
        f: impl Fn(T, T) -> T + Copy,
    ) -> Result<(), RunError> {
        let [_, side, _] = self.axes;
        let blocks = side.div_ceil(REDUCTION_BLOCK);
        let mut machine = Machine::new(self.program, REDUCTION_BLOCK)?;
        let mut values = [neutral; REDUCTION_BLOCK];
        for (index, partial) in (first..).zip(partial) {
            let (row, from) = (index / blocks, index % blocks * REDUCTION_BLOCK);
            let length = REDUCTION_BLOCK.min(side - from);
            let start = row * side + from;
            machine.run(self.layout, self.inputs, start, length, &mut [T::to_place(&mut values[..length])])?;
            *partial = kernels::fold(&values[..length], neutral, f);
        }
        Ok(())
    }

    /// Answers `first..`, each from left to right over the axis.
    fn columns<T: Element>(
        &self,
        first: usize,
        out: &mut [T],
        neutral: T,
        f: impl Fn(T, T) -> T + Copy,
    ) -> Result<(), RunError> {
        let [_, side, inner] = self.axes;
        let mut machine = Machine::new(self.program, REDUCTION_BLOCK.min(inner))?;
        let mut values = [neutral; REDUCTION_BLOCK];
        out.fill(neutral);
        let mut done = 0;
        while done < out.len() {
            let (row, column) = ((first + done) / inner, (first + done) % inner);
            let length = machine.block().min(inner - column).min(out.len() - done);
            let out = &mut out[done..done + length];
            for along in 0..side {
                let start = (row * side + along) * inner + column;
                machine.run(self.layout, self.inputs, start, length, &mut [T::to_place(&mut values[..length])])?;
                kernels::accumulate(out, &values[..length], f);
            }
            done += length;
        }
        Ok(())
    }
}

/// A program with its registers, for small arrays and many runs: nothing is allocated and no thread is asked.
pub struct Runner<'p> {
    program: &'p Program,
    machine: Machine<'p>,
}

impl<'p> Runner<'p> {
    /// Registers for blocks of at most `block` elements.
    ///
    /// # Errors
    /// When there is not as much memory.
    pub fn new(program: &'p Program, block: usize) -> Result<Self, RunError> {
        Ok(Self { program, machine: Machine::new(program, block.max(1))? })
    }

    /// Runs the program as [`Program::run_into`] does, on this thread and with ordinary stores.
    ///
    /// # Errors
    /// As [`Program::run_into`].
    pub fn run(&mut self, inputs: &[Array<'_>], results: &mut [Place<'_>]) -> Result<(), RunError> {
        let layout = self.program.checked(inputs, results)?;
        if self.program.reduction.is_some() {
            return self.program.reduce(&layout, inputs, results, &Options::default());
        }
        let mut at = 0;
        while at < layout.elements {
            let length = layout.length(at, layout.elements, self.machine.block());
            if length == layout.elements {
                self.machine.run(&layout, inputs, at, length, results)?;
            } else {
                let mut parts: Vec<_> = results.iter_mut().map(|result| result.part(at, at + length)).collect();
                self.machine.run(&layout, inputs, at, length, &mut parts)?;
            }
            at += length;
        }
        Ok(())
    }
}
