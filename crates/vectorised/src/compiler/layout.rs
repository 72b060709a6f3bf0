//! How the elements of several arrays go together: broadcasting, and the order in which blocks are cut.

use super::array::{Array, MAX_DIMENSIONS, Shape};
use super::error::RunError;
use super::program::Program;

/// Rows shorter than this are cut into blocks of several rows, which are gathered.
const SHORTEST_ROW: usize = 128;

/// The common shape of some arrays, and how each is walked.
pub(crate) struct Layout {
    /// The shape of what comes out.
    pub(crate) shape: Shape,
    /// Its elements.
    pub(crate) elements: usize,
    /// The shape with as few sides as possible: those that every array walks through as if they were one are one.
    sides: [usize; MAX_DIMENSIONS],
    dimensions: usize,
    /// For each array its steps along those sides.
    strides: Vec<[isize; MAX_DIMENSIONS]>,
}

/// How an array goes through a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Walk {
    /// One element after the other, from this offset.
    Along(usize),
    /// Always this element.
    Still(usize),
    /// Anyhow else: the elements have to be gathered.
    Gather,
}

impl Layout {
    /// Broadcasts arrays by NumPy's rules: shapes are compared from the innermost side; sides are equal, or 1, or not there.
    ///
    /// # Errors
    /// When a type or a shape does not fit, or there are too many elements.
    pub(crate) fn new(program: &Program, inputs: &[Array<'_>]) -> Result<Self, RunError> {
        if inputs.len() != program.inputs.len() {
            return Err(RunError::Inputs { expected: program.inputs.len(), found: inputs.len() });
        }
        let dimensions = inputs.iter().map(|input| input.shape.len()).max().unwrap_or(0);
        let mut sides = [1; MAX_DIMENSIONS];
        for ((name, kind), input) in program.inputs.iter().zip(inputs) {
            if input.kind() != *kind {
                return Err(RunError::Type { name: name.clone(), expected: *kind, found: input.kind() });
            }
            let before = dimensions - input.shape.len();
            for (side, &own) in sides[before..].iter_mut().zip(input.shape.iter()) {
                match (*side, own) {
                    (_, 1) => {}
                    (1, _) => *side = own,
                    (side, own) if side == own => {}
                    _ => {
                        let others = sides[..dimensions].to_vec();
                        return Err(RunError::Shapes { name: name.clone(), shape: input.shape.to_vec(), others });
                    }
                }
            }
        }
        let shape = Shape::new(&sides[..dimensions]).map_err(|_| RunError::TooLarge)?;
        let elements = shape.elements().ok_or(RunError::TooLarge)?;
        let strides = inputs.iter().map(|input| {
            let before = dimensions - input.shape.len();
            let mut strides = [0; MAX_DIMENSIONS];
            for (axis, &side) in input.shape.iter().enumerate().filter(|(_, side)| **side != 1) {
                debug_assert!(side == sides[before + axis]);
                strides[before + axis] = input.strides[axis];
            }
            strides
        });
        let mut layout = Self { shape, elements, sides, dimensions, strides: strides.collect() };
        layout.merge_sides();
        Ok(layout)
    }

    fn merge_sides(&mut self) {
        let mut kept = 0;
        for axis in 0..self.dimensions {
            let side = self.sides[axis];
            if side == 1 {
                continue;
            }
            let as_one = |strides: &[isize; MAX_DIMENSIONS]| {
                kept > 0 && Some(strides[kept - 1]) == strides[axis].checked_mul(side as isize)
            };
            if kept > 0 && self.strides.iter().all(as_one) {
                self.sides[kept - 1] = self.sides[kept - 1].saturating_mul(side);
                self.strides.iter_mut().for_each(|strides| strides[kept - 1] = strides[axis]);
            } else {
                self.sides[kept] = side;
                self.strides.iter_mut().for_each(|strides| strides[kept] = strides[axis]);
                kept += 1;
            }
        }
        self.dimensions = kept;
    }

    /// Elements of a row: of the innermost side.
    fn row(&self) -> usize {
        if self.dimensions == 0 { 1 } else { self.sides[self.dimensions - 1] }
    }

    /// How many elements a block of at most `block` has that begins at element `start`. Long rows are not left, so that in a block
    /// every array goes along, stands still, or jumps evenly.
    pub(crate) fn length(&self, start: usize, end: usize, block: usize) -> usize {
        let row = self.row();
        let length = block.min(end - start);
        if row >= SHORTEST_ROW.min(block) { length.min(row - start % row) } else { length }
    }

    /// How array `input` goes through the elements from `start` on.
    pub(crate) fn walk(&self, array: &Array<'_>, input: usize, start: usize, length: usize) -> Walk {
        let Some(last) = self.dimensions.checked_sub(1) else { return Walk::Still(array.offset) };
        let strides = &self.strides[input];
        if strides[..=last].iter().all(|&stride| stride == 0) {
            return Walk::Still(array.offset);
        }
        let row = self.sides[last];
        let offset = self.offset(array, input, start);
        match strides[last] {
            _ if start % row + length > row => Walk::Gather,
            1 => Walk::Along(offset),
            0 => Walk::Still(offset),
            _ => Walk::Gather,
        }
    }

    /// Where element `index` of the common shape lies in an array.
    fn offset(&self, array: &Array<'_>, input: usize, index: usize) -> usize {
        let strides = &self.strides[input];
        let (mut rest, mut offset) = (index, array.offset as isize);
        for axis in (0..self.dimensions).rev() {
            offset += (rest % self.sides[axis]) as isize * strides[axis];
            rest /= self.sides[axis];
        }
        offset as usize
    }

    /// Reads the elements from `start` on into `into`.
    pub(crate) fn gather<T: Copy>(&self, array: &Array<'_>, input: usize, start: usize, data: &[T], into: &mut [T]) {
        let row = self.row();
        let stride = if self.dimensions == 0 { 0 } else { self.strides[input][self.dimensions - 1] };
        let (mut index, mut rest) = (start, into);
        while !rest.is_empty() {
            let (piece, after) = rest.split_at_mut((row - index % row).min(rest.len()));
            let offset = self.offset(array, input, index);
            if stride == 1 {
                piece.copy_from_slice(&data[offset..offset + piece.len()]);
            } else {
                let mut at = offset as isize;
                for value in piece.iter_mut() {
                    *value = data[at as usize];
                    at += stride;
                }
            }
            index += piece.len();
            rest = after;
        }
    }
}
