//! Whole arrays on a device, with one kernel for each operation.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Add, Div, Mul, Neg, Sub};

use num_complex::Complex;

use crate::argument::{Argument, Element};
use crate::arguments;
use crate::device::{Block, Gpu};
use crate::drivers::{AdapterKind, Value};
use crate::elementwise::ElementwiseKernel;
use crate::error::GpuError;
use crate::signature::Scalar;
use crate::source::{SourceKernel, Text};

/// An array in the memory of a device, in one dimension.
///
/// An operation starts one kernel and returns an array at once, before the kernel has run. An operand that is borrowed (`&a + &b`) stays,
/// and the result is a new array; one that is moved (`a + &b`) gives its memory to the result. Memory that an array leaves behind is
/// taken by the next one of its length. An operation that cannot be done (arrays of different lengths or devices, no memory) gives an
/// array that is not there: everything computed from it is not there either, and [`to_vec`](Self::to_vec) says what was wrong first.
///
/// ```
/// use gpu::{Gpu, GpuArray};
///
/// # let gpu = match Gpu::new() { Ok(gpu) => gpu, Err(gpu::GpuError::Unavailable(_)) => return Ok(()), Err(error) => return Err(error) };
/// let a = GpuArray::new(&gpu, &[1.0_f32, 2.0, 3.0]);
/// let b = GpuArray::new(&gpu, &[4.0, 5.0, 6.0]);
/// assert_eq!(((&a + &b) * 2.0 + &a * &b).to_vec()?, [14.0, 24.0, 36.0]);
/// assert_eq!(a.sum()?, 6.0);
/// # Ok::<(), gpu::GpuError>(())
/// ```
pub struct GpuArray<T> {
    gpu: Gpu,
    block: Result<Block, GpuError>,
    length: usize,
    element: PhantomData<T>,
}

impl<'a, T: Element> From<&'a GpuArray<T>> for Argument<'a> {
    fn from(array: &'a GpuArray<T>) -> Self {
        let value = array.block().map(|block| Value::Array(block.memory.clone()));
        Self::array(&array.gpu, T::SCALAR, value, array.length)
    }
}

/// What stands at one side of an operation: an array, or one number for all elements.
#[derive(Debug)]
pub enum Operand<'a, T> {
    /// An array that stays.
    Array(&'a GpuArray<T>),
    /// An array whose memory the result may take.
    Moved(GpuArray<T>),
    /// A number.
    Number(T),
}

impl<'a, T> From<&'a GpuArray<T>> for Operand<'a, T> {
    fn from(array: &'a GpuArray<T>) -> Self {
        Self::Array(array)
    }
}

impl<T> From<GpuArray<T>> for Operand<'_, T> {
    fn from(array: GpuArray<T>) -> Self {
        Self::Moved(array)
    }
}

impl<T: Element> From<T> for Operand<'_, T> {
    fn from(number: T) -> Self {
        Self::Number(number)
    }
}

impl<T: Element> GpuArray<T> {
    /// An array with the values of a slice.
    pub fn new(gpu: &Gpu, values: &[T]) -> Self {
        let array = Self::uninitialised(gpu, values.len());
        let written = array.write(values);
        array.after(written)
    }

    /// An array in which every element is `value`.
    pub fn full(gpu: &Gpu, length: usize, value: T) -> Self {
        let (array, ty) = (Self::uninitialised(gpu, length), T::SCALAR);
        let parameters = format!("{ty} *out, {ty} value");
        let filled = launch(gpu, "full", ty, &parameters, "out[i] = value;".into(), arguments![&array, value]);
        array.after(filled)
    }

    /// An array of zeros.
    pub fn zeros(gpu: &Gpu, length: usize) -> Self {
        Self::full(gpu, length, T::default())
    }

    /// An array whose elements are whatever the memory holds, for a kernel that writes all of them.
    pub fn uninitialised(gpu: &Gpu, length: usize) -> Self {
        // Kernels count elements in 32 bits, with room for a stride beyond the end.
        let most = i32::MAX as u64;
        let block = match length as u64 {
            asked if asked > most => Err(GpuError::TooLarge { what: "elements of one array", asked, allowed: most }),
            elements => gpu.block(elements * size_of::<T>() as u64),
        };
        Self { gpu: gpu.clone(), block, length, element: PhantomData }
    }

    /// Elements.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The device that it is on.
    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    pub(crate) fn block(&self) -> Result<&Block, GpuError> {
        self.block.as_ref().map_err(GpuError::clone)
    }

    /// Overwrites all elements.
    ///
    /// # Errors
    /// When the array is not there, or has another length.
    pub fn write(&self, values: &[T]) -> Result<(), GpuError> {
        let block = self.block()?;
        self.same_length(values.len())?;
        if values.is_empty() { Ok(()) } else { self.gpu.write(block, bytemuck::cast_slice(values)) }
    }

    /// Fetches all elements, after everything that was asked of the device before.
    ///
    /// # Errors
    /// When the array is not there, has another length, or something has failed on the device since it was last waited for.
    pub fn read(&self, values: &mut [T]) -> Result<(), GpuError> {
        let block = self.block()?;
        self.same_length(values.len())?;
        if values.is_empty() { self.gpu.wait() } else { self.gpu.read(block, bytemuck::cast_slice_mut(values)) }
    }

    /// Fetches all elements into a new vector.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn to_vec(&self) -> Result<Vec<T>, GpuError> {
        self.block()?;
        let mut values = vec![T::default(); self.length];
        self.read(&mut values)?;
        Ok(values)
    }

    fn same_length(&self, length: usize) -> Result<(), GpuError> {
        if length == self.length {
            return Ok(());
        }
        Err(GpuError::Arguments(format!("an array of {} elements and one of {length}", self.length)))
    }

    /// The array, if what was to write it could be started.
    fn after(self, started: Result<(), GpuError>) -> Self {
        Self { block: self.block.and_then(|block| started.map(|()| block)), ..self }
    }

    /// A new array of the same length: what a kernel makes of each element of this array and one of the operand. `body` is given how the
    /// two are read (`a[i]`, `b[i]`, `b`), and writes to `out[i]`.
    fn combined<R: Element>(
        &self,
        name: &str,
        operand: &Operand<'_, T>,
        body: impl Fn(&str, &str) -> Body,
    ) -> GpuArray<R> {
        let out = GpuArray::uninitialised(&self.gpu, self.length);
        let (to, from) = (R::SCALAR, T::SCALAR);
        let parameters = format!("{to} *out, {from} *a");
        let written = match operand {
            // An array with itself: each element is read once.
            Operand::Array(b) if std::ptr::eq(self, *b) => {
                let (name, body) = (format!("{name}_itself"), body("a[i]", "a[i]"));
                launch(&self.gpu, &name, from, &parameters, body.text(), arguments![&out, self])
            }
            Operand::Number(b) => {
                let (name, parameters) = (format!("{name}_number"), format!("{parameters}, {from} b"));
                let arguments = arguments![&out, self, *b];
                launch(&self.gpu, &name, from, &parameters, body("a[i]", "b").text(), arguments)
            }
            Operand::Array(_) | Operand::Moved(_) => {
                let parameters = format!("{parameters}, {from} *b");
                let arguments = [Argument::from(&out), self.into(), argument(operand)];
                launch(&self.gpu, name, from, &parameters, body("a[i]", "b[i]").text(), &arguments)
            }
        };
        out.after(written)
    }

    /// The same in the memory of this array.
    fn combined_in_place(self, name: &str, operand: &Operand<'_, T>, body: impl Fn(&str, &str) -> Body) -> Self {
        let ty = T::SCALAR;
        let (name, parameters, b) = match operand {
            Operand::Number(_) => (format!("{name}_number_in_place"), format!("{ty} *out, {ty} b"), "b"),
            Operand::Array(_) | Operand::Moved(_) => {
                (format!("{name}_in_place"), format!("{ty} *out, {ty} *b"), "b[i]")
            }
        };
        let arguments = [Argument::from(&self), argument(operand)];
        let written = launch(&self.gpu, &name, ty, &parameters, body("out[i]", b).text(), &arguments);
        self.after(written)
    }

    /// A new array of the same length: what a kernel makes of each element `a[i]` of this array, written to `out[i]`.
    fn mapped<R: Element>(&self, name: &str, body: Text<'_>) -> GpuArray<R> {
        let out = GpuArray::uninitialised(&self.gpu, self.length);
        let parameters = format!("{} *out, {} *a", R::SCALAR, T::SCALAR);
        let written = launch(&self.gpu, name, T::SCALAR, &parameters, body, arguments![&out, self]);
        out.after(written)
    }

    /// Where `condition` is positive the elements of `then`, elsewhere those of `otherwise`; each of them is an array or a number. When
    /// `otherwise` is moved, it becomes the result, and only the elements of `then` are written.
    ///
    /// Mirrors `gpuarray.if_positive` of pyCUDA.
    pub fn if_positive<'a>(
        condition: &GpuArray<i32>,
        then: impl Into<Operand<'a, T>>,
        otherwise: impl Into<Operand<'a, T>>,
    ) -> Self {
        let (gpu, ty) = (&condition.gpu, T::SCALAR);
        let (then, otherwise) = (then.into(), otherwise.into());
        let side = |operand: &Operand<'_, T>, name: &str| match operand {
            Operand::Array(_) | Operand::Moved(_) => (format!("{ty} *{name}"), format!("{name}[i]"), ""),
            Operand::Number(_) => (format!("{ty} {name}"), name.to_owned(), "_number"),
        };
        let (yes, no) = (side(&then, "yes"), side(&otherwise, "no"));
        let name = format!("if_positive{}{}", yes.2, no.2);
        if let Operand::Moved(out) = otherwise {
            let (name, parameters) = (format!("{name}_in_place"), format!("{ty} *out, int *condition, {}", yes.0));
            let body = format!("if (condition[i] > 0) {{ out[i] = {}; }}", yes.1);
            let arguments = [(&out).into(), condition.into(), argument(&then)];
            let written = launch(gpu, &name, ty, &parameters, body.as_str().into(), &arguments);
            return out.after(written);
        }
        let out = Self::uninitialised(gpu, condition.length);
        let parameters = format!("{ty} *out, int *condition, {}, {}", yes.0, no.0);
        // Only the side that is taken is read.
        let body = format!("if (condition[i] > 0) {{ out[i] = {}; }} else {{ out[i] = {}; }}", yes.1, no.1);
        let arguments = [Argument::from(&out), condition.into(), argument(&then), argument(&otherwise)];
        let written = launch(gpu, &name, ty, &parameters, body.as_str().into(), &arguments);
        out.after(written)
    }
}

/// An operand as an argument.
fn argument<'a, T: Element>(operand: &'a Operand<'_, T>) -> Argument<'a> {
    match operand {
        Operand::Array(array) => Argument::from(*array),
        Operand::Moved(array) => array.into(),
        Operand::Number(number) => (*number).into(),
    }
}

/// The body of an operation's kernel in both languages.
struct Body {
    wgsl: String,
    cuda: String,
}

impl Body {
    fn text(&self) -> Text<'_> {
        Text { wgsl: &self.wgsl, cuda: &self.cuda }
    }
}

/// Starts the kernel of an operation on elements of this type.
fn launch(
    gpu: &Gpu,
    name: &str,
    ty: Scalar,
    parameters: &str,
    body: Text<'_>,
    arguments: &[Argument<'_>],
) -> Result<(), GpuError> {
    // An invocation costs nothing on a card; on the processor one that did a single operation would be most of the work.
    let each = if gpu.adapter().kind == AdapterKind::Cpu { 8 } else { 1 };
    ElementwiseKernel::new(gpu, parameters, body, &format!("{name}_{ty}"))?.launch_strided(each, arguments)
}

/// `out[i] = left OPERATOR right` on elements of this type.
fn arithmetic(operator: char, ty: Scalar, left: &str, right: &str) -> Body {
    if !matches!(ty, Scalar::Float2 | Scalar::Double2) {
        let body = format!("out[i] = {left} {operator} {right};");
        return Body { wgsl: body.clone(), cuda: body };
    }
    let (re, im) = match operator {
        '*' => ("p.x * q.x - p.y * q.y", "p.x * q.y + p.y * q.x"),
        '/' => {
            ("(p.x * q.x + p.y * q.y) / (q.x * q.x + q.y * q.y)", "(p.y * q.x - p.x * q.y) / (q.x * q.x + q.y * q.y)")
        }
        '+' => ("p.x + q.x", "p.y + q.y"),
        _ => ("p.x - q.x", "p.y - q.y"),
    };
    Body {
        wgsl: format!("let p = {left}; let q = {right}; out[i] = {}({re}, {im});", ty.wgsl()),
        cuda: format!("const {ty} p = {left}, q = {right}; out[i] = make_{ty}({re}, {im});"),
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident $operator:literal),*) => {$(
        impl<'a, T: Element, B: Into<Operand<'a, T>>> $trait<B> for &GpuArray<T> {
            type Output = GpuArray<T>;

            fn $method(self, b: B) -> GpuArray<T> {
                self.combined(stringify!($method), &b.into(), |left, right| {
                    arithmetic($operator, T::SCALAR, left, right)
                })
            }
        }

        impl<'a, T: Element, B: Into<Operand<'a, T>>> $trait<B> for GpuArray<T> {
            type Output = GpuArray<T>;

            fn $method(self, b: B) -> GpuArray<T> {
                self.combined_in_place(stringify!($method), &b.into(), |left, right| {
                    arithmetic($operator, T::SCALAR, left, right)
                })
            }
        }
    )*};
}

operators!(Add add '+', Sub sub '-', Mul mul '*', Div div '/');

impl<T: Element> Neg for &GpuArray<T> {
    type Output = GpuArray<T>;

    /// The negative of each element; of an unsigned number the one that adds up to zero with it.
    fn neg(self) -> GpuArray<T> {
        match T::SCALAR {
            ty @ (Scalar::Float2 | Scalar::Double2) => {
                let cuda = format!("const {ty} z = a[i]; out[i] = make_{ty}(-z.x, -z.y);");
                self.mapped("neg", Text { wgsl: "out[i] = -a[i];", cuda: &cuda })
            }
            Scalar::Unsigned => self.mapped("neg", "out[i] = ~a[i] + 1u;".into()),
            _ => self.mapped("neg", "out[i] = -a[i];".into()),
        }
    }
}

/// A real number, which has an order.
pub trait Real: Element {}

impl Real for f32 {}
impl Real for f64 {}
impl Real for i32 {}
impl Real for u32 {}

/// `out[i] = yes` where `left OPERATOR right` holds, elsewhere `no`.
fn comparison(operator: &str, [no, yes]: [i32; 2], left: &str, right: &str) -> Body {
    Body {
        wgsl: format!("out[i] = select({no}, {yes}, {left} {operator} {right});"),
        cuda: format!("out[i] = {left} {operator} {right} ? {yes} : {no};"),
    }
}

macro_rules! comparisons {
    ($($(#[$doc:meta])* $method:ident $operator:literal $no:literal $yes:literal),*) => {
        impl<T: Real> GpuArray<T> {$(
            $(#[$doc])*
            pub fn $method<'a>(&self, b: impl Into<Operand<'a, T>>) -> GpuArray<i32> {
                self.combined(stringify!($method), &b.into(), |left, right| {
                    comparison($operator, [$no, $yes], left, right)
                })
            }
        )*}
    };
}

comparisons! {
    /// 1 where an element is greater than the other, elsewhere 0.
    greater ">" 0 1,
    /// 1 where an element is greater than the other or the same, elsewhere 0.
    greater_or_equal ">=" 0 1,
    /// 1 where an element is less than the other, elsewhere 0.
    less "<" 0 1,
    /// 1 where an element is less than the other or the same, elsewhere 0.
    less_or_equal "<=" 0 1,
    /// 1 where two elements are the same number, elsewhere 0.
    equal "==" 0 1,
    /// 1 where two elements are not the same number, elsewhere 0: the opposite of `equal`, also for what is no number, which WGSL's `!=`
    /// is not everywhere.
    not_equal "==" 1 0
}

macro_rules! absolute {
    ($($number:ty => $real:ty, $wgsl:literal, $cuda:literal;)*) => {$(
        impl GpuArray<$number> {
            /// The absolute value of each element; of a complex number the square root of the sum of its squares.
            pub fn abs(&self) -> GpuArray<$real> {
                self.mapped("abs", Text { wgsl: $wgsl, cuda: $cuda })
            }
        }
    )*};
}

absolute! {
    f32 => f32, "out[i] = abs(a[i]);", "out[i] = fabsf(a[i]);";
    f64 => f64, "out[i] = abs(a[i]);", "out[i] = fabs(a[i]);";
    i32 => i32, "out[i] = abs(a[i]);", "const int n = a[i]; out[i] = n < 0 ? (int)(0u - (unsigned)n) : n;";
    Complex<f32> => f32, "let z = a[i]; out[i] = sqrt(z.x * z.x + z.y * z.y);",
        "const float2 z = a[i]; out[i] = sqrtf(z.x * z.x + z.y * z.y);";
    Complex<f64> => f64, "let z = a[i]; out[i] = sqrt(z.x * z.x + z.y * z.y);",
        "const double2 z = a[i]; out[i] = sqrt(z.x * z.x + z.y * z.y);";
}

macro_rules! square_root {
    ($($number:ty),*) => {$(
        impl GpuArray<$number> {
            /// The square root of each element.
            pub fn sqrt(&self) -> Self {
                self.mapped("sqrt", "out[i] = sqrt(a[i]);".into())
            }
        }
    )*};
}

square_root!(f32, f64);

/// Workgroups that add up a part of an array each.
const SUM_GROUPS: u32 = 64;

/// Elements that an invocation of them adds up at most.
const SUM_PASSES: usize = 1 << 15;

impl<T: Element> GpuArray<T> {
    /// The sum of all elements. Each workgroup adds up a part of them as a tree, and the host adds the parts: the order is always the same
    /// on one device, and another than that of a loop, so that sums of floating-point numbers differ from a loop's in their last
    /// bits. Sums of integers wrap.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn sum(&self) -> Result<T, GpuError> {
        self.block()?;
        // So many that none makes more passes than any device can.
        let least = self.length.div_ceil(256 * SUM_PASSES) as u32;
        let groups = self.gpu.groups(self.length, 256).min(SUM_GROUPS.max(least));
        let parts = Self::uninitialised(&self.gpu, groups as usize);
        let text = Text { wgsl: include_str!("kernels/sum.wgsl"), cuda: include_str!("kernels/sum.cu") };
        let kernel = SourceKernel::options(text, "sum").real(T::SCALAR).workgroup(256).build(&self.gpu)?;
        // The tree has a few passes more.
        let groups = kernel.groups_with_passes(groups, SUM_PASSES as u64 + 20)?;
        kernel.launch(groups, arguments![self, &parts, self.length as u32])?;
        Ok(parts.to_vec()?.into_iter().fold(T::default(), T::plus))
    }
}

impl<T> fmt::Debug for GpuArray<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GpuArray({} elements on {})", self.length, self.gpu.adapter().name)
    }
}
