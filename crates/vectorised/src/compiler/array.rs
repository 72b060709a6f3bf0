//! Arrays that a program reads and writes.

use std::fmt;

use num_complex::Complex;

use super::error::RunError;
use super::operation::Type;
use super::room;

/// The most dimensions that an array has.
pub const MAX_DIMENSIONS: usize = 8;

/// Why an array cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArrayError {
    /// More dimensions than [`MAX_DIMENSIONS`].
    Dimensions(usize),
    /// The slice has fewer or more elements than the shape, or the strides leave the slice.
    Outside,
    /// There are not as many strides as sides.
    Strides,
}

impl fmt::Display for ArrayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dimensions(found) => {
                write!(f, "{found} dimensions are too many: {MAX_DIMENSIONS} at most")
            }
            Self::Outside => f.write_str("the shape and the strides do not fit the slice"),
            Self::Strides => f.write_str("there must be one stride for each side"),
        }
    }
}

impl std::error::Error for ArrayError {}

/// The sides of an array, from the outermost to the innermost. Derefs to a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    sides: [usize; MAX_DIMENSIONS],
    dimensions: usize,
}

impl Shape {
    /// A shape of these sides.
    ///
    /// # Errors
    /// When there are more than [`MAX_DIMENSIONS`].
    pub fn new(sides: &[usize]) -> Result<Self, ArrayError> {
        if sides.len() > MAX_DIMENSIONS {
            return Err(ArrayError::Dimensions(sides.len()));
        }
        let mut all = [1; MAX_DIMENSIONS];
        all[..sides.len()].copy_from_slice(sides);
        Ok(Self { sides: all, dimensions: sides.len() })
    }

    /// Elements; `None` if they cannot be counted.
    pub fn elements(&self) -> Option<usize> {
        if self.contains(&0) {
            return Some(0);
        }
        self.iter().try_fold(1_usize, |product, &side| product.checked_mul(side))
    }
}

impl std::ops::Deref for Shape {
    type Target = [usize];

    fn deref(&self) -> &[usize] {
        &self.sides[..self.dimensions]
    }
}

/// Elements of one of the four types.
#[derive(Clone, Copy, Debug)]
pub enum Data<'a> {
    /// `bool`
    Bool(&'a [bool]),
    /// `int`
    Int(&'a [i64]),
    /// `float`
    Float(&'a [f64]),
    /// `complex`
    Complex(&'a [Complex<f64>]),
}

impl Data<'_> {
    /// Their type.
    pub fn kind(&self) -> Type {
        match self {
            Self::Bool(_) => Type::Bool,
            Self::Int(_) => Type::Int,
            Self::Float(_) => Type::Float,
            Self::Complex(_) => Type::Complex,
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Bool(values) => values.len(),
            Self::Int(values) => values.len(),
            Self::Float(values) => values.len(),
            Self::Complex(values) => values.len(),
        }
    }
}

/// An array to read: a slice with a shape and strides over it.
#[derive(Clone, Copy, Debug)]
pub struct Array<'a> {
    pub(crate) data: Data<'a>,
    pub(crate) shape: Shape,
    /// Elements from one to the next along each side.
    pub(crate) strides: [isize; MAX_DIMENSIONS],
    pub(crate) offset: usize,
}

impl<'a> Array<'a> {
    /// A slice of `shape`, row by row.
    ///
    /// # Errors
    /// When the slice has another number of elements.
    pub fn new(data: impl Into<Data<'a>>, shape: &[usize]) -> Result<Self, ArrayError> {
        let (data, shape) = (data.into(), Shape::new(shape)?);
        if shape.elements() != Some(data.len()) {
            return Err(ArrayError::Outside);
        }
        Ok(Self { data, shape, strides: row_by_row(&shape), offset: 0 })
    }

    fn row(data: Data<'a>) -> Self {
        let mut sides = [1; MAX_DIMENSIONS];
        sides[0] = data.len();
        let shape = Shape { sides, dimensions: 1 };
        Self { data, shape, strides: row_by_row(&shape), offset: 0 }
    }

    /// A view of a slice: element `(i, j, ...)` is at `offset + i * strides[0] + j * strides[1] + ...`. A stride may be negative, or 0.
    ///
    /// # Errors
    /// When an element would lie outside the slice.
    pub fn strided(
        data: impl Into<Data<'a>>,
        shape: &[usize],
        strides: &[isize],
        offset: usize,
    ) -> Result<Self, ArrayError> {
        let (data, shape) = (data.into(), Shape::new(shape)?);
        if strides.len() != shape.len() {
            return Err(ArrayError::Strides);
        }
        let mut all = [0; MAX_DIMENSIONS];
        all[..strides.len()].copy_from_slice(strides);
        if shape.elements().ok_or(ArrayError::Outside)? > 0 {
            let (mut lowest, mut highest) = (offset as i128, offset as i128);
            for (&side, &stride) in shape.iter().zip(strides) {
                let reach = (side - 1) as i128 * stride as i128;
                (lowest, highest) = (lowest + reach.min(0), highest + reach.max(0));
            }
            if lowest < 0 || highest >= data.len() as i128 {
                return Err(ArrayError::Outside);
            }
        }
        Ok(Self { data, shape, strides: all, offset })
    }

    /// A slice as a column, to be broadcast against rows.
    pub fn column(data: impl Into<Data<'a>>) -> Self {
        let Self { data, mut shape, mut strides, offset } = Self::row(data.into());
        (shape.sides[1], shape.dimensions) = (1, 2);
        (strides[0], strides[1]) = (1, 0);
        Self { data, shape, strides, offset }
    }

    /// Its sides.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The type of its elements.
    pub fn kind(&self) -> Type {
        self.data.kind()
    }

    /// The same array with an axis of length 1 before axis `at`: NumPy's `newaxis`.
    ///
    /// # Errors
    /// When there are [`MAX_DIMENSIONS`] already, or no place `at`.
    pub fn with_axis(&self, at: usize) -> Result<Self, ArrayError> {
        let dimensions = self.shape.len();
        if at > dimensions {
            return Err(ArrayError::Strides);
        }
        let (mut sides, mut strides) = (self.shape.to_vec(), self.strides[..dimensions].to_vec());
        sides.insert(at, 1);
        strides.insert(at, 0);
        let shape = Shape::new(&sides)?;
        let mut all = [0; MAX_DIMENSIONS];
        all[..strides.len()].copy_from_slice(&strides);
        Ok(Self { shape, strides: all, ..*self })
    }
}

/// The strides of an array that is stored row by row.
fn row_by_row(shape: &Shape) -> [isize; MAX_DIMENSIONS] {
    let mut strides = [0; MAX_DIMENSIONS];
    let mut stride: usize = 1;
    for (axis, &side) in shape.iter().enumerate().rev() {
        strides[axis] = stride as isize;
        // Only a side of 0 makes the product wrong, and then nothing is read.
        stride = stride.saturating_mul(side.max(1));
    }
    strides
}

/// The elements of a result.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// `bool`
    Bool(Vec<bool>),
    /// `int`
    Int(Vec<i64>),
    /// `float`
    Float(Vec<f64>),
    /// `complex`
    Complex(Vec<Complex<f64>>),
}

impl Values {
    /// Room for results.
    ///
    /// # Errors
    /// When there is not as much memory.
    pub(crate) fn zeros(kind: Type, length: usize) -> Result<Self, RunError> {
        match kind {
            Type::Bool => room::zeros(length).map(Self::Bool),
            Type::Int => room::zeros(length).map(Self::Int),
            Type::Float => room::zeros(length).map(Self::Float),
            Type::Complex => room::zeros(length).map(Self::Complex),
        }
    }

    /// To read them.
    pub fn data(&self) -> Data<'_> {
        match self {
            Self::Bool(values) => Data::Bool(values),
            Self::Int(values) => Data::Int(values),
            Self::Float(values) => Data::Float(values),
            Self::Complex(values) => Data::Complex(values),
        }
    }

    /// To write them.
    pub fn place(&mut self) -> Place<'_> {
        match self {
            Self::Bool(values) => Place::Bool(values),
            Self::Int(values) => Place::Int(values),
            Self::Float(values) => Place::Float(values),
            Self::Complex(values) => Place::Complex(values),
        }
    }
}

/// A result with its shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Its sides.
    pub shape: Vec<usize>,
    /// Its elements, row by row.
    pub values: Values,
}

/// Where a result is written, row by row.
#[derive(Debug)]
pub enum Place<'a> {
    /// `bool`
    Bool(&'a mut [bool]),
    /// `int`
    Int(&'a mut [i64]),
    /// `float`
    Float(&'a mut [f64]),
    /// `complex`
    Complex(&'a mut [Complex<f64>]),
}

impl<'a> Place<'a> {
    /// The type of its elements.
    pub fn kind(&self) -> Type {
        match self {
            Self::Bool(_) => Type::Bool,
            Self::Int(_) => Type::Int,
            Self::Float(_) => Type::Float,
            Self::Complex(_) => Type::Complex,
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Bool(values) => values.len(),
            Self::Int(values) => values.len(),
            Self::Float(values) => values.len(),
            Self::Complex(values) => values.len(),
        }
    }

    /// The first `at` elements, and the others.
    pub(crate) fn split_at(self, at: usize) -> (Self, Self) {
        fn halves<'a, T>(
            values: &'a mut [T],
            at: usize,
            place: fn(&'a mut [T]) -> Place<'a>,
        ) -> (Place<'a>, Place<'a>) {
            let (left, right) = values.split_at_mut(at);
            (place(left), place(right))
        }
        match self {
            Self::Bool(values) => halves(values, at, Place::Bool),
            Self::Int(values) => halves(values, at, Place::Int),
            Self::Float(values) => halves(values, at, Place::Float),
            Self::Complex(values) => halves(values, at, Place::Complex),
        }
    }

    /// The same place for a shorter time.
    pub(crate) fn again(&mut self) -> Place<'_> {
        match self {
            Self::Bool(values) => Place::Bool(values),
            Self::Int(values) => Place::Int(values),
            Self::Float(values) => Place::Float(values),
            Self::Complex(values) => Place::Complex(values),
        }
    }

    /// Elements `from..to` of it.
    pub(crate) fn part(&mut self, from: usize, to: usize) -> Place<'_> {
        match self {
            Self::Bool(values) => Place::Bool(&mut values[from..to]),
            Self::Int(values) => Place::Int(&mut values[from..to]),
            Self::Float(values) => Place::Float(&mut values[from..to]),
            Self::Complex(values) => Place::Complex(&mut values[from..to]),
        }
    }
}

/// The four types, for what is the same in all of them.
pub(crate) trait Element: Copy + Default + Send + Sync + 'static {
    fn of_data<'a>(data: &Data<'a>) -> &'a [Self];
    fn of_place<'a>(place: Place<'a>) -> &'a mut [Self];
    fn to_place(values: &mut [Self]) -> Place<'_>;
}

macro_rules! element {
    ($type:ty, $kind:ident) => {
        impl<'a> From<&'a [$type]> for Data<'a> {
            fn from(values: &'a [$type]) -> Self {
                Self::$kind(values)
            }
        }

        impl<'a> From<&'a Vec<$type>> for Data<'a> {
            fn from(values: &'a Vec<$type>) -> Self {
                Self::$kind(values)
            }
        }

        impl<'a, const N: usize> From<&'a [$type; N]> for Data<'a> {
            fn from(values: &'a [$type; N]) -> Self {
                Self::$kind(values)
            }
        }

        impl<'a> From<&'a $type> for Data<'a> {
            fn from(value: &'a $type) -> Self {
                Self::$kind(std::slice::from_ref(value))
            }
        }

        /// A row of the elements.
        impl<'a> From<&'a [$type]> for Array<'a> {
            fn from(values: &'a [$type]) -> Self {
                Self::row(Data::$kind(values))
            }
        }

        impl<'a> From<&'a Vec<$type>> for Array<'a> {
            fn from(values: &'a Vec<$type>) -> Self {
                Self::row(Data::$kind(values))
            }
        }

        /// One number, with no dimension.
        impl<'a> From<&'a $type> for Array<'a> {
            fn from(value: &'a $type) -> Self {
                let shape = Shape { sides: [1; MAX_DIMENSIONS], dimensions: 0 };
                Self { data: value.into(), shape, strides: [0; MAX_DIMENSIONS], offset: 0 }
            }
        }

        impl<'a> From<&'a mut [$type]> for Place<'a> {
            fn from(values: &'a mut [$type]) -> Self {
                Self::$kind(values)
            }
        }

        impl<'a> From<&'a mut Vec<$type>> for Place<'a> {
            fn from(values: &'a mut Vec<$type>) -> Self {
                Self::$kind(values)
            }
        }

        impl Element for $type {
            fn of_data<'a>(data: &Data<'a>) -> &'a [Self] {
                match *data {
                    Data::$kind(values) => values,
                    // Types are checked before a program runs.
                    _ => unreachable!("an array of another type"),
                }
            }

            fn of_place<'a>(place: Place<'a>) -> &'a mut [Self] {
                match place {
                    Place::$kind(values) => values,
                    _ => unreachable!("a place of another type"),
                }
            }

            fn to_place(values: &mut [Self]) -> Place<'_> {
                Place::$kind(values)
            }
        }
    };
}

element!(bool, Bool);
element!(i64, Int);
element!(f64, Float);
element!(Complex<f64>, Complex);
