//! What runs a program: registers that hold a block, and the loop over instructions.

use num_complex::Complex;

use super::array::{Array, Element, Place};
use super::error::RunError;
use super::graph::Operation;
use super::kernels::{self, Operand};
use super::layout::{Layout, Walk};
use super::operation::{Constant, Second, Type, Unary};
use super::program::{Instruction, Program, Source, Target};
use super::room;

/// The registers of one type.
#[derive(Default)]
pub(crate) struct File<T> {
    /// Behind the program's own registers stand those that inputs are gathered into.
    values: Vec<Vec<T>>,
    /// Whether all elements of a register are its first, which alone is written then.
    scalar: Vec<bool>,
}

#[derive(Default)]
pub(crate) struct Files {
    bools: File<bool>,
    ints: File<i64>,
    floats: File<f64>,
    complexes: File<Complex<f64>>,
}

/// An element that has registers and constants.
pub(crate) trait Register: Element {
    fn file(files: &Files) -> &File<Self>;
    fn file_mut(files: &mut Files) -> &mut File<Self>;
    fn of_constant(constant: Constant) -> Self;
}

macro_rules! register {
    ($type:ty, $file:ident, $kind:ident) => {
        impl Register for $type {
            fn file(files: &Files) -> &File<Self> {
                &files.$file
            }

            fn file_mut(files: &mut Files) -> &mut File<Self> {
                &mut files.$file
            }

            fn of_constant(constant: Constant) -> Self {
                match constant {
                    Constant::$kind(value) => value,
                    // The compiler has converted every constant.
                    _ => unreachable!("a constant of another type"),
                }
            }
        }
    };
}

register!(bool, bools, Bool);
register!(i64, ints, Int);
register!(f64, floats, Float);
register!(Complex<f64>, complexes, Complex);

/// Registers for a program and a size of blocks.
pub(crate) struct Machine<'p> {
    program: &'p Program,
    block: usize,
    files: Files,
    walks: Vec<Walk>,
}

impl<'p> Machine<'p> {
    /// Registers for blocks of so many elements.
    ///
    /// # Errors
    /// When there is not as much memory.
    pub(crate) fn new(program: &'p Program, block: usize) -> Result<Self, RunError> {
        fn file<T: Element>(registers: usize, inputs: usize, block: usize) -> Result<File<T>, RunError> {
            let own = (0..registers).map(|_| room::filled(T::default(), block));
            // Those of inputs get their memory when they are gathered.
            let values: Vec<_> = own.chain((0..inputs).map(|_| Ok(Vec::new()))).collect::<Result<_, _>>()?;
            Ok(File { scalar: vec![false; values.len()], values })
        }
        room::enough((program.register_bytes() as u64).saturating_mul(block as u64))?;
        let [bools, ints, floats, complexes] = program.registers;
        let inputs = program.inputs.len();
        let files = Files {
            bools: file(bools, inputs, block)?,
            ints: file(ints, inputs, block)?,
            floats: file(floats, inputs, block)?,
            complexes: file(complexes, inputs, block)?,
        };
        Ok(Self { program, block, files, walks: vec![Walk::Gather; inputs] })
    }

    pub(crate) fn block(&self) -> usize {
        self.block
    }

    /// Runs the program for the elements from `start` on, as many as each of the results has, which is not more than a block.
    ///
    /// # Errors
    /// When an input has to be gathered and there is no memory for a block of it.
    pub(crate) fn run(
        &mut self,
        layout: &Layout,
        inputs: &[Array<'_>],
        start: usize,
        length: usize,
        results: &mut [Place<'_>],
    ) -> Result<(), RunError> {
        for (index, array) in inputs.iter().enumerate() {
            self.walks[index] = layout.walk(array, index, start, length);
            if self.walks[index] == Walk::Gather {
                match array.kind() {
                    Type::Bool => self.gather::<bool>(layout, array, index, start, length)?,
                    Type::Int => self.gather::<i64>(layout, array, index, start, length)?,
                    Type::Float => self.gather::<f64>(layout, array, index, start, length)?,
                    Type::Complex => self.gather::<Complex<f64>>(layout, array, index, start, length)?,
                }
            }
        }
        let program = self.program;
        for instruction in &program.instructions {
            self.execute(instruction, &Block { inputs, length }, results);
        }
        Ok(())
    }

    fn gather<T: Register>(
        &mut self,
        layout: &Layout,
        array: &Array<'_>,
        input: usize,
        start: usize,
        length: usize,
    ) -> Result<(), RunError> {
        let place = self.gathered::<T>(input);
        let into = &mut T::file_mut(&mut self.files).values[place];
        if into.len() < length {
            room::lengthen(into, self.block.max(length), T::default())?;
        }
        layout.gather(array, input, start, T::of_data(&array.data), &mut into[..length]);
        Ok(())
    }

    /// The register that an input is gathered into.
    fn gathered<T: Register>(&self, input: usize) -> usize {
        let file = T::file(&self.files);
        file.values.len() - self.program.inputs.len() + input
    }

    fn operand<'s, T: Register>(&'s self, source: Source, block: &Block<'s>) -> Operand<'s, T> {
        let Block { inputs, length } = *block;
        match source {
            Source::Constant(place) => Operand::Scalar(T::of_constant(self.program.constants[place as usize])),
            Source::Register(register) => {
                let (file, register) = (T::file(&self.files), register as usize);
                match file.scalar[register] {
                    true => Operand::Scalar(file.values[register][0]),
                    false => Operand::Slice(&file.values[register][..length]),
                }
            }
            Source::Input(input) => {
                let input = input as usize;
                let data = T::of_data(&inputs[input].data);
                match self.walks[input] {
                    Walk::Along(offset) => Operand::Slice(&data[offset..offset + length]),
                    Walk::Still(offset) => Operand::Scalar(data[offset]),
                    Walk::Gather => Operand::Slice(&T::file(&self.files).values[self.gathered::<T>(input)][..length]),
                }
            }
        }
    }

    fn execute(&mut self, instruction: &Instruction, block: &Block<'_>, results: &mut [Place<'_>]) {
        let (i, b, r) = (instruction, block, results);
        let complex = |value: f64| Complex::new(value, 0.0);
        match (instruction.operation, instruction.kinds[0]) {
            (Operation::Input(_) | Operation::Constant(_), _) => {}
            (Operation::Copy(Type::Bool), _) => self.one(i, b, r, |out, a| kernels::convert(out, a, |a: bool| a)),
            (Operation::Copy(Type::Int), _) => self.one(i, b, r, |out, a| kernels::convert(out, a, |a: i64| a)),
            (Operation::Copy(Type::Float), _) => self.one(i, b, r, |out, a| kernels::convert(out, a, |a: f64| a)),
            (Operation::Copy(Type::Complex), _) => {
                self.one(i, b, r, |out, a| kernels::convert(out, a, |a: Complex<f64>| a));
            }
            (Operation::Convert(from), _) => match (from, i.kind) {
                (Type::Bool, Type::Int) => self.one(i, b, r, |out, a| kernels::convert(out, a, |a: bool| i64::from(a))),
                (Type::Bool, Type::Float) => {
                    self.one(i, b, r, |out, a| kernels::convert(out, a, |a: bool| f64::from(u8::from(a))));
                }
                (Type::Bool, _) => {
                    self.one(i, b, r, |out, a| kernels::convert(out, a, |a: bool| complex(f64::from(u8::from(a)))));
                }
                (Type::Int, Type::Float) => self.one(i, b, r, |out, a| kernels::convert(out, a, |a: i64| a as f64)),
                (Type::Int, _) => self.one(i, b, r, |out, a| kernels::convert(out, a, |a: i64| complex(a as f64))),
                _ => self.one(i, b, r, |out, a| kernels::convert(out, a, complex)),
            },
            (Operation::Unary(o, Type::Bool), _) => self.one(i, b, r, |out, a| kernels::unary_bool(o, out, a)),
            (Operation::Unary(o, Type::Int), _) => self.one(i, b, r, |out, a| kernels::unary_int(o, out, a)),
            (Operation::Unary(o, Type::Float), _) => self.one(i, b, r, |out, a| kernels::unary_float(o, out, a)),
            (Operation::Unary(o @ (Unary::Abs | Unary::Real | Unary::Imag), _), _) => {
                self.one(i, b, r, |out, a| kernels::part_of_complex(o, out, a));
            }
            (Operation::Unary(o, _), _) => self.one(i, b, r, |out, a| kernels::unary_complex(o, out, a)),
            (Operation::Binary(o, Type::Bool), _) => self.two(i, b, r, |out, x, y| kernels::binary_bool(o, out, x, y)),
            (Operation::Binary(o, Type::Int), _) => self.two(i, b, r, |out, x, y| kernels::binary_int(o, out, x, y)),
            (Operation::Binary(o, Type::Float), _) => {
                self.two(i, b, r, |out, x, y| kernels::binary_float(o, out, x, y))
            }
            (Operation::Binary(o, _), _) => self.two(i, b, r, |out, x, y| kernels::binary_complex(o, out, x, y)),
            (Operation::Compare(o, Type::Bool), _) => {
                self.two(i, b, r, |out, x, y: Operand<'_, bool>| kernels::compare(o, out, x, y));
            }
            (Operation::Compare(o, Type::Int), _) => {
                self.two(i, b, r, |out, x, y: Operand<'_, i64>| kernels::compare(o, out, x, y));
            }
            (Operation::Compare(o, Type::Float), _) => {
                self.two(i, b, r, |out, x, y: Operand<'_, f64>| kernels::compare(o, out, x, y));
            }
            (Operation::Compare(o, _), _) => {
                self.two(i, b, r, |out, x, y: Operand<'_, Complex<f64>>| kernels::equality(o, out, x, y));
            }
            (Operation::MakeComplex, _) => self.two(i, b, r, kernels::make_complex),
            (Operation::Where(Type::Bool), _) => self.three(i, b, r, kernels::choose::<bool>),
            (Operation::Where(Type::Int), _) => self.three(i, b, r, kernels::choose::<i64>),
            (Operation::Where(Type::Float), _) => self.three(i, b, r, kernels::choose::<f64>),
            (Operation::Where(Type::Complex), _) => self.three(i, b, r, kernels::choose::<Complex<f64>>),
            (Operation::Fused(first, second @ (Second::Square | Second::Sqrt)), _) => {
                self.two(i, b, r, |out, x, y| kernels::fused2(first, second, out, x, y));
            }
            (Operation::Fused(first, second), _) => {
                self.three(i, b, r, |out, x, y, z| kernels::fused3(first, second, out, x, y, z));
            }
        }
    }

    fn one<A: Register, R: Register>(
        &mut self,
        instruction: &Instruction,
        block: &Block<'_>,
        results: &mut [Place<'_>],
        kernel: impl FnOnce(&mut [R], Operand<'_, A>),
    ) {
        self.answer(instruction, block, results, |machine, out| {
            let a = machine.operand(instruction.sources[0], block);
            let scalar = a.is_scalar();
            kernel(cut(out, scalar), a);
            scalar
        });
    }

    fn two<A: Register, B: Register, R: Register>(
        &mut self,
        instruction: &Instruction,
        block: &Block<'_>,
        results: &mut [Place<'_>],
        kernel: impl FnOnce(&mut [R], Operand<'_, A>, Operand<'_, B>),
    ) {
        self.answer(instruction, block, results, |machine, out| {
            let (a, b) =
                (machine.operand(instruction.sources[0], block), machine.operand(instruction.sources[1], block));
            let scalar = a.is_scalar() && b.is_scalar();
            kernel(cut(out, scalar), a, b);
            scalar
        });
    }

    fn three<A: Register, B: Register, C: Register, R: Register>(
        &mut self,
        instruction: &Instruction,
        block: &Block<'_>,
        results: &mut [Place<'_>],
        kernel: impl FnOnce(&mut [R], Operand<'_, A>, Operand<'_, B>, Operand<'_, C>),
    ) {
        self.answer(instruction, block, results, |machine, out| {
            let [x, y, z] = instruction.sources;
            let (a, b, c) = (machine.operand(x, block), machine.operand(y, block), machine.operand(z, block));
            let scalar = a.is_scalar() && b.is_scalar() && c.is_scalar();
            kernel(cut(out, scalar), a, b, c);
            scalar
        });
    }

    /// Lets `compute` write the answer where the instruction wants it. It says whether the first element stands for all.
    fn answer<R: Register>(
        &mut self,
        instruction: &Instruction,
        block: &Block<'_>,
        results: &mut [Place<'_>],
        compute: impl FnOnce(&Self, &mut [R]) -> bool,
    ) {
        match instruction.target {
            Target::Register(register) => {
                let register = register as usize;
                // No instruction reads the register that it writes, so it can be taken out.
                let mut out = std::mem::take(&mut R::file_mut(&mut self.files).values[register]);
                let scalar = compute(self, &mut out[..block.length]);
                let file = R::file_mut(&mut self.files);
                (file.values[register], file.scalar[register]) = (out, scalar);
            }
            Target::Result(result) => {
                let out = R::of_place(results[result as usize].again());
                if compute(self, out) {
                    let value = out[0];
                    out.fill(value);
                }
            }
        }
    }
}

/// What an instruction is run on.
struct Block<'a> {
    inputs: &'a [Array<'a>],
    length: usize,
}

/// The first element alone, if it stands for all.
fn cut<T>(out: &mut [T], scalar: bool) -> &mut [T] {
    if scalar { &mut out[..1] } else { out }
}
