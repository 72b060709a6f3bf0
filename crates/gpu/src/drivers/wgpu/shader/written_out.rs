//! Operations that drivers get wrong, written out in others that they get right.
//!
//! - A division by what the driver's compiler knows to be zero, such as a literal. Infinity is right; Mesa's llvmpipe takes the quotient
//!   for a value that nobody needs, and leaves out whatever is computed from it, stores included. So where a divisor may be known, it is
//!   compared with zero, and the quotient is then a product with 1 / 0, which compilers compute beforehand. A remainder of zero is
//!   no number.
//! - In double precision `trunc`, `round` and `%`: llvmpipe loses halves, and leaves fractions on numbers above 2^24. They are made of
//!   `floor` and `ceil`.
//! - `!=` of floating-point numbers, which must hold for what is no number: SPIR-V is asked for the comparison that does not.
//! - Conversions of doubles to integers, which come back with a fraction when they are converted again: llvmpipe's compiler takes the two
//!   for a `trunc`.

use std::collections::HashMap;

use naga::valid::{FunctionInfo, ModuleInfo};
use naga::{
    AddressSpace, Arena, BinaryOperator, Block, Expression, Function, Handle, Literal, LocalVariable, MathFunction,
    Module, Scalar, ScalarKind, Span, Statement, TypeInner, UnaryOperator,
};

use super::rewrite::{self, Shape, known_beforehand};
use crate::error::GpuError;

/// What is written out, for numbers of a shape.
#[derive(Clone, Copy)]
enum Wrong {
    /// A quotient whose divisor may be known to be zero.
    Quotient,
    /// A remainder of the same kind, in single precision.
    Remainder,
    /// Whether two numbers differ.
    Difference,
    /// A remainder in double precision, and whether the divisor may be known to be zero.
    LongRemainder(bool),
    Truncation,
    Rounding,
    Conversion,
}

/// Writes out what drivers get wrong. The result has to be validated again; nothing when there is no need.
///
/// # Errors
/// [`GpuError::Unsupported`] as [`rewrite::substitute`].
pub(crate) fn write_out(module: &Module, info: &ModuleInfo) -> Result<Option<Module>, GpuError> {
    let (mut written, mut any) = (module.clone(), false);
    for (handle, function) in written.functions.iter_mut() {
        any |= write_out_in(function, &info[handle], module, false)?;
    }
    for (index, entry) in written.entry_points.iter_mut().enumerate() {
        any |= write_out_in(&mut entry.function, info.get_entry_point(index), module, true)?;
    }
    Ok(any.then_some(written))
}

fn write_out_in(
    function: &mut Function,
    info: &FunctionInfo,
    module: &Module,
    is_entry: bool,
) -> Result<bool, GpuError> {
    let beforehand = known_beforehand(&function.expressions);
    let known = Known { function, info, module, is_entry }.values();
    let wrong: Vec<_> = function
        .expressions
        .iter()
        .map(|(handle, expression)| {
            // What is known as a whole is computed by the compiler, and rightly.
            let wrong = if beforehand[handle.index()] { None } else { wrong(expression, info, module, &known) };
            wrong.and_then(|(wrong, of)| Some((wrong, shape(info[of].ty.inner_with(&module.types))?)))
        })
        .collect();
    if wrong.iter().all(Option::is_none) {
        return Ok(false);
    }
    let mut arena = Arena::new();
    let mut literals = HashMap::new();
    for scalar in wrong.iter().flatten().map(|(_, shape)| shape.1) {
        for number in NUMBERS.iter() {
            let literal = if scalar == Scalar::F64 { Literal::F64(*number) } else { Literal::F32(*number as f32) };
            literals
                .entry((scalar, number.to_bits()))
                .or_insert_with(|| arena.append(Expression::Literal(literal), Span::UNDEFINED));
        }
    }
    rewrite::substitute(function, arena, Block::new(), |arena, handle, expression, span| {
        let Some((wrong, shape)) = wrong[handle.index()] else {
            let place = arena.append(expression, span);
            return (place, place);
        };
        let begin = arena.len();
        let value = Writer { arena, span, shape, literals: &literals }.write(wrong, expression);
        (arena.range_from(begin).first_and_last().map_or(value, |(first, _)| first), value)
    })?;
    Ok(true)
}

/// The numbers that are written.
const NUMBERS: [f64; 4] = [0.0, 0.5, 1.0, -1.0];

/// The shape of a floating-point number or vector.
fn shape(inner: &TypeInner) -> Option<Shape> {
    match *inner {
        TypeInner::Scalar(scalar) => Some((None, scalar)),
        TypeInner::Vector { size, scalar } => Some((Some(size), scalar)),
        _ => None,
    }
}

/// What is wrong with an expression, and the operand whose shape counts.
fn wrong(
    expression: &Expression,
    info: &FunctionInfo,
    module: &Module,
    known: &[bool],
) -> Option<(Wrong, Handle<Expression>)> {
    let scalar = |of: Handle<Expression>| info[of].ty.inner_with(&module.types).scalar();
    let may_be_zero = |divisor: Handle<Expression>| known[divisor.index()];
    match *expression {
        Expression::Binary { op, left, right } => match (op, scalar(left)?) {
            (BinaryOperator::Divide, Scalar::F32 | Scalar::F64) if may_be_zero(right) => Some((Wrong::Quotient, left)),
            (BinaryOperator::Modulo, Scalar::F32) if may_be_zero(right) => Some((Wrong::Remainder, left)),
            (BinaryOperator::NotEqual, Scalar::F32 | Scalar::F64) => Some((Wrong::Difference, left)),
            (BinaryOperator::Modulo, Scalar::F64) => Some((Wrong::LongRemainder(may_be_zero(right)), left)),
            _ => None,
        },
        Expression::Math { fun: MathFunction::Trunc, arg, .. } if scalar(arg)? == Scalar::F64 => {
            Some((Wrong::Truncation, arg))
        }
        Expression::Math { fun: MathFunction::Round, arg, .. } if scalar(arg)? == Scalar::F64 => {
            Some((Wrong::Rounding, arg))
        }
        Expression::As { expr, kind: ScalarKind::Sint | ScalarKind::Uint, convert: Some(_) }
            if scalar(expr)? == Scalar::F64 =>
        {
            Some((Wrong::Conversion, expr))
        }
        _ => None,
    }
}

/// Writes expressions behind each other.
struct Writer<'a> {
    arena: &'a mut Arena<Expression>,
    span: Span,
    shape: Shape,
    literals: &'a HashMap<(Scalar, u64), Handle<Expression>>,
}

impl Writer<'_> {
    fn put(&mut self, expression: Expression) -> Handle<Expression> {
        self.arena.append(expression, self.span)
    }

    /// One of [`NUMBERS`], in all components.
    fn number(&mut self, number: f64) -> Handle<Expression> {
        let value = self.literals[&(self.shape.1, number.to_bits())];
        match self.shape.0 {
            Some(size) => self.put(Expression::Splat { size, value }),
            None => value,
        }
    }

    fn binary(
        &mut self,
        left: Handle<Expression>,
        op: BinaryOperator,
        right: Handle<Expression>,
    ) -> Handle<Expression> {
        self.put(Expression::Binary { op, left, right })
    }

    fn math(&mut self, fun: MathFunction, arg: Handle<Expression>) -> Handle<Expression> {
        self.put(Expression::Math { fun, arg, arg1: None, arg2: None, arg3: None })
    }

    fn select(
        &mut self,
        condition: Handle<Expression>,
        accept: Handle<Expression>,
        reject: Handle<Expression>,
    ) -> Handle<Expression> {
        self.put(Expression::Select { condition, accept, reject })
    }

    /// Another expression with the value that this one ought to have.
    fn write(&mut self, wrong: Wrong, expression: Expression) -> Handle<Expression> {
        match (wrong, expression) {
            (Wrong::Quotient, Expression::Binary { left, right, .. }) => self.quotient(left, right),
            (Wrong::Remainder, Expression::Binary { op, left, right }) => {
                let remainder = self.binary(left, op, right);
                self.undefined_for_zero(right, remainder)
            }
            (Wrong::LongRemainder(may_be_zero), Expression::Binary { left, right, .. }) => {
                let quotient = self.binary(left, BinaryOperator::Divide, right);
                let whole = self.truncated(quotient);
                let product = self.binary(right, BinaryOperator::Multiply, whole);
                let remainder = self.binary(left, BinaryOperator::Subtract, product);
                if may_be_zero { self.undefined_for_zero(right, remainder) } else { remainder }
            }
            (Wrong::Difference, Expression::Binary { left, right, .. }) => {
                let expr = self.binary(left, BinaryOperator::Equal, right);
                self.put(Expression::Unary { op: UnaryOperator::LogicalNot, expr })
            }
            (Wrong::Truncation, Expression::Math { arg, .. }) => self.truncated(arg),
            (Wrong::Rounding, Expression::Math { arg, .. }) => self.rounded(arg),
            (_, Expression::As { expr, kind, convert }) => {
                let expr = self.truncated(expr);
                self.put(Expression::As { expr, kind, convert })
            }
            (_, expression) => self.put(expression),
        }
    }

    /// `select(left / right, left * (1 / right), right == 0)`: where the divisor is known to be zero, so are the condition and `1 / right`.
    fn quotient(&mut self, left: Handle<Expression>, right: Handle<Expression>) -> Handle<Expression> {
        let (one, zero) = (self.number(1.0), self.number(0.0));
        let inverse = self.binary(one, BinaryOperator::Divide, right);
        let infinite = self.binary(left, BinaryOperator::Multiply, inverse);
        let is_zero = self.binary(right, BinaryOperator::Equal, zero);
        let quotient = self.binary(left, BinaryOperator::Divide, right);
        self.select(is_zero, infinite, quotient)
    }

    /// `select(remainder, sqrt(-1), divisor == 0)`.
    fn undefined_for_zero(&mut self, divisor: Handle<Expression>, remainder: Handle<Expression>) -> Handle<Expression> {
        let (zero, minus_one) = (self.number(0.0), self.number(-1.0));
        let undefined = self.math(MathFunction::Sqrt, minus_one);
        let is_zero = self.binary(divisor, BinaryOperator::Equal, zero);
        self.select(is_zero, undefined, remainder)
    }

    /// `select(floor(x), ceil(x), x < 0)`.
    fn truncated(&mut self, x: Handle<Expression>) -> Handle<Expression> {
        let zero = self.number(0.0);
        let (down, up) = (self.math(MathFunction::Floor, x), self.math(MathFunction::Ceil, x));
        let is_negative = self.binary(x, BinaryOperator::Less, zero);
        self.select(is_negative, up, down)
    }

    /// To the next whole number, halves to the even one: decided for the absolute value, so that the sign stays.
    fn rounded(&mut self, x: Handle<Expression>) -> Handle<Expression> {
        use BinaryOperator::{Add, Equal, Greater, Less, Multiply, NotEqual, Subtract};
        let (zero, half, one) = (self.number(0.0), self.number(0.5), self.number(1.0));
        let size = self.math(MathFunction::Abs, x);
        let down = self.math(MathFunction::Floor, size);
        let up = self.binary(down, Add, one);
        let rest = self.binary(size, Subtract, down);
        let of_two = self.binary(down, Multiply, half);
        let whole = self.math(MathFunction::Floor, of_two);
        let is_odd = self.binary(of_two, NotEqual, whole);
        let even = self.select(is_odd, up, down);
        let is_above = self.binary(rest, Greater, half);
        let nearest = self.select(is_above, up, down);
        let is_half = self.binary(rest, Equal, half);
        let rounded = self.select(is_half, even, nearest);
        let negated = self.put(Expression::Unary { op: UnaryOperator::Negate, expr: rounded });
        let is_negative = self.binary(x, Less, zero);
        self.select(is_negative, negated, rounded)
    }
}

/// What a compiler may find out about the values of a function before it runs.
struct Known<'a> {
    function: &'a Function,
    info: &'a FunctionInfo,
    module: &'a Module,
    is_entry: bool,
}

impl Known<'_> {
    /// For each expression, whether a compiler may know its value, and know it to be zero.
    fn values(&self) -> Vec<bool> {
        let mut variables = vec![false; self.function.local_variables.len()];
        self.read_before_written(&self.function.body, &mut vec![false; variables.len()], &mut variables);
        loop {
            let values = self.with(&variables);
            let before = variables.clone();
            self.stored(&self.function.body, &values, &mut variables);
            if variables == before {
                return values;
            }
        }
    }

    /// The same if of these variables it may know the values.
    fn with(&self, variables: &[bool]) -> Vec<bool> {
        let expressions = &self.function.expressions;
        let mut known: Vec<bool> = Vec::with_capacity(expressions.len());
        // A number other than zero makes others known, and is no zero itself.
        let mut is_other: Vec<bool> = Vec::with_capacity(expressions.len());
        for (handle, expression) in expressions.iter() {
            let of = |operand: &Handle<Expression>| known[operand.index()] || is_other[operand.index()];
            let floats = self.info[handle].ty.inner_with(&self.module.types).scalar_kind() == Some(ScalarKind::Float);
            let other = match expression {
                Expression::Literal(literal) => !is_zero(*literal),
                Expression::Constant(constant) => {
                    let init = &self.module.global_expressions[self.module.constants[*constant].init];
                    matches!(init, Expression::Literal(literal) if !is_zero(*literal))
                }
                Expression::Splat { value, .. } => is_other[value.index()],
                Expression::Compose { components, .. } => components.iter().all(|one| is_other[one.index()]),
                _ => false,
            };
            let may_be = match expression {
                Expression::Literal(_)
                | Expression::Constant(_)
                | Expression::Override(_)
                | Expression::ZeroValue(_)
                | Expression::CallResult(_) => true,
                Expression::FunctionArgument(_) => !self.is_entry,
                Expression::Load { pointer } => self.may_know(*pointer, variables),
                Expression::Access { base: operand, .. }
                | Expression::AccessIndex { base: operand, .. }
                | Expression::Splat { value: operand, .. }
                | Expression::Swizzle { vector: operand, .. }
                | Expression::Unary { expr: operand, .. }
                | Expression::As { expr: operand, .. } => of(operand),
                Expression::Compose { components, .. } => components.iter().any(of),
                Expression::Select { condition, accept, reject } => [condition, accept, reject].into_iter().any(of),
                Expression::Binary { op: BinaryOperator::Add, left, right } => of(left) && of(right),
                // Of integers a compiler knows more: a number less itself, or times zero.
                Expression::Binary { left, right, .. } => !floats || (of(left) && of(right)),
                Expression::Math { arg, arg1, arg2, arg3, .. } => {
                    !floats || [Some(*arg), *arg1, *arg2, *arg3].iter().flatten().all(of)
                }
                _ => false,
            };
            known.push(may_be && !other);
            is_other.push(other);
        }
        known
    }

    /// Whether it may know what lies at a place.
    fn may_know(&self, pointer: Handle<Expression>, variables: &[bool]) -> bool {
        match self.function.expressions[pointer] {
            Expression::LocalVariable(variable) => variables[variable.index()],
            Expression::GlobalVariable(variable) => {
                self.module.global_variables[variable].space == AddressSpace::Private
            }
            Expression::Access { base, .. } | Expression::AccessIndex { base, .. } => self.may_know(base, variables),
            _ => true,
        }
    }

    /// The variable at a place, if it is one of the function.
    fn variable(&self, pointer: Handle<Expression>) -> Option<Handle<LocalVariable>> {
        match self.function.expressions[pointer] {
            Expression::LocalVariable(variable) => Some(variable),
            Expression::Access { base, .. } | Expression::AccessIndex { base, .. } => self.variable(base),
            _ => None,
        }
    }

    /// Marks the variables whose first values are zero, or known otherwise, and are read.
    fn read_before_written(&self, block: &Block, written: &mut Vec<bool>, known: &mut [bool]) {
        for statement in block {
            match statement {
                Statement::Emit(range) => {
                    for handle in range.clone() {
                        if let Expression::Load { pointer } = self.function.expressions[handle]
                            && let Some(variable) = self.variable(pointer)
                        {
                            known[variable.index()] |= !written[variable.index()];
                        }
                    }
                }
                Statement::Store { pointer, .. } => {
                    if let Expression::LocalVariable(variable) = self.function.expressions[*pointer] {
                        written[variable.index()] = true;
                    }
                }
                // The receiver of the place may read it, and write anything to it.
                Statement::Call { arguments, .. } => {
                    for variable in arguments.iter().filter_map(|&argument| self.variable(argument)) {
                        known[variable.index()] = true;
                    }
                }
                _ => {}
            }
            // What is written in a block that may be left out is not written behind it.
            for inner in blocks(statement) {
                let mut within = written.clone();
                self.read_before_written(inner, &mut within, known);
                if matches!(statement, Statement::Block(_)) {
                    *written = within;
                }
            }
        }
    }

    /// Marks the variables that may be given a known value.
    fn stored(&self, block: &Block, values: &[bool], known: &mut [bool]) {
        for statement in block {
            if let Statement::Store { pointer, value } = statement
                && let Some(variable) = self.variable(*pointer)
            {
                known[variable.index()] |= values[value.index()];
            }
            blocks(statement).into_iter().for_each(|inner| self.stored(inner, values, known));
        }
    }
}

/// The blocks of a statement.
fn blocks(statement: &Statement) -> Vec<&Block> {
    match statement {
        Statement::Block(block) => vec![block],
        Statement::If { accept, reject, .. } => vec![accept, reject],
        Statement::Switch { cases, .. } => cases.iter().map(|case| &case.body).collect(),
        Statement::Loop { body, continuing, .. } => vec![body, continuing],
        _ => Vec::new(),
    }
}

fn is_zero(literal: Literal) -> bool {
    match literal {
        Literal::F64(number) => number == 0.0,
        Literal::F32(number) => number == 0.0,
        Literal::U32(number) => number == 0,
        Literal::I32(number) => number == 0,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::validity::validate;
    use super::*;

    /// How many divisions are compared with zero in a kernel over an array of single precision.
    fn compared(body: &str) -> usize {
        let text = format!(
            "@group(0) @binding(0) var<storage, read_write> x: array<f32>;
            const TWO = 2.0f;
            fn half(y: f32) -> f32 {{ return 1.0 / y; }}
            @compute @workgroup_size(1) fn kernel(@builtin(global_invocation_id) id: vec3<u32>) {{ let i = id.x; {body} }}"
        );
        let module = naga::front::wgsl::parse_str(&text).unwrap();
        let written = write_out(&module, &validate(&module).unwrap()).unwrap().unwrap();
        validate(&written).unwrap();
        let selects = |one: &(_, &Expression)| matches!(one.1, Expression::Select { .. });
        written.entry_points[0].function.expressions.iter().filter(selects).count()
    }

    #[test]
    fn a_divisor_that_may_be_known_to_be_zero_is_compared_with_it() {
        for body in [
            "x[i] = x[i] / 0.0;",
            "var z = 0.0f; x[i] = x[i] / z;",
            "var z: f32; loop { x[i] = 1.0 / z; z = x[i]; if z > 1.0 { break; } }",
            "var z = x[i]; if z > 1.0 { z = 0.0; } x[i] = 1.0 / z;",
            "var z: vec2<f32>; z.x = x[i]; x[i] = 1.0 / z.y;",
            "var z: f32; if x[i] > 1.0 { z = x[i]; } x[i] = 1.0 / z;",
            "x[i] = 1.0 / f32(i - i);",
            "x[i] = 1.0 / half(x[i]);",
            "x[i] = x[i] % 0.0;",
        ] {
            assert_eq!(compared(body), 1, "{body}");
        }
    }

    #[test]
    fn a_divisor_out_of_memory_or_another_number_is_not() {
        for body in [
            "x[i] = x[i] / 2.0;",
            "x[i] = x[i] / TWO;",
            "x[i] = 1.0 / x[i];",
            "var z = x[i]; loop { z = z * 2.0 - x[0]; if z > 1.0 { break; } } x[i] = 1.0 / z;",
            "let z = vec2(x[i], x[0]); x[i] = (z / 3.0).x / sqrt(dot(z, z));",
            "x[i] = x[i] / f32(i + 1u);",
        ] {
            // The function that is called divides by what it is given, so that there is something to write in any case.
            assert_eq!(compared(body), 0, "{body}");
        }
    }

    /// What is measured is what is written.
    #[test]
    fn the_kernels_of_the_steps_are_compiled_as_they_are() {
        for text in [
            include_str!("../../../kernels/distance.wgsl"),
            include_str!("../../../kernels/mandelbrot.wgsl"),
            include_str!("../../../kernels/mandelbrot_blocks.wgsl"),
            include_str!("../../../kernels/mandelbrot_fused.wgsl"),
            include_str!("../../../kernels/mandelbrot_one_exit.wgsl"),
            include_str!("../../../kernels/mandelbrot_refilled.wgsl"),
            include_str!("../../../kernels/mandelbrot_several.wgsl"),
            include_str!("../../../kernels/mandelbrot_tiles.wgsl"),
            include_str!("../../../kernels/pi.wgsl"),
            include_str!("../../../kernels/sum.wgsl"),
        ] {
            let module = naga::front::wgsl::parse_str(&format!("alias real = f64;\n{text}")).unwrap();
            assert!(write_out(&module, &validate(&module).unwrap()).unwrap().is_none(), "{text}");
        }
    }
}
