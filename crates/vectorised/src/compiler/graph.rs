//! From nodes to values: every value has a type, is computed once, and is not computed at all if it is a constant.

use std::collections::HashMap;

use super::error::{CompileError, listed, quoted};
use super::kernels::{self, Operand};
use super::operation::{Binary, Comparison, Constant, First, Reduction, Second, Type, Unary};
use super::parse::{Expression, Node, NodeId};

use num_complex::Complex;

/// The place of a value in the list.
pub(crate) type ValueId = u32;

/// What a value is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    Input(u32),
    /// The place in the list of constants.
    Constant(u32),
    /// To the type of the value.
    Convert(Type),
    Unary(Unary, Type),
    Binary(Binary, Type),
    Compare(Comparison, Type),
    Where(Type),
    MakeComplex,
    /// `(a op b) op c`, of floats.
    Fused(First, Second),
    /// A result that is a value of another place too.
    Copy(Type),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Value {
    pub(crate) operation: Operation,
    pub(crate) operands: [ValueId; 3],
    pub(crate) kind: Type,
}

impl Operation {
    /// How many of the three operands there are.
    pub(crate) fn arity(self) -> usize {
        match self {
            Self::Input(_) | Self::Constant(_) => 0,
            Self::Convert(_) | Self::Unary(..) | Self::Copy(_) => 1,
            Self::Binary(..) | Self::Compare(..) | Self::MakeComplex => 2,
            Self::Fused(_, Second::Square | Second::Sqrt) => 2,
            Self::Where(_) | Self::Fused(..) => 3,
        }
    }
}

impl Value {
    pub(crate) fn operands(&self) -> &[ValueId] {
        &self.operands[..self.operation.arity()]
    }
}

/// The values of an expression, each after its operands.
pub(crate) struct Graph {
    pub(crate) values: Vec<Value>,
    pub(crate) constants: Vec<Constant>,
    pub(crate) results: Vec<ValueId>,
    pub(crate) reduction: Option<(Reduction, Option<i64>)>,
    /// Operations that were computed here instead of in the program.
    pub(crate) folded: usize,
    /// Operations that were there already.
    pub(crate) shared: usize,
    known: HashMap<Value, ValueId>,
    known_constants: HashMap<(Type, u64, u64), u32>,
}

impl Graph {
    /// Gives every node a type, and computes what is constant.
    pub(crate) fn new(expression: &Expression, inputs: &[(&str, Type)]) -> Result<Self, CompileError> {
        let mut graph = Self {
            values: vec![],
            constants: vec![],
            results: vec![],
            reduction: None,
            folded: 0,
            shared: 0,
            known: HashMap::new(),
            known_constants: HashMap::new(),
        };
        let places: HashMap<&str, (u32, Type)> =
            inputs.iter().zip(0..).map(|(&(name, kind), place)| (name, (place, kind))).collect();
        let mut of_node: Vec<ValueId> = Vec::with_capacity(expression.nodes.len());
        for (node, id) in expression.nodes.iter().zip(0..) {
            let value = graph.lower(expression, node, id, &of_node, &places, inputs)?;
            of_node.push(value);
        }
        graph.results = expression.results.iter().map(|&node| of_node[node as usize]).collect();
        if let Some(&Node::Reduce(reduction, _, axis)) =
            expression.results.first().map(|&n| &expression.nodes[n as usize])
        {
            graph.reduction = Some((reduction, axis));
        }
        Ok(graph)
    }

    fn lower(
        &mut self,
        expression: &Expression,
        node: &Node,
        id: NodeId,
        of_node: &[ValueId],
        places: &HashMap<&str, (u32, Type)>,
        inputs: &[(&str, Type)],
    ) -> Result<ValueId, CompileError> {
        let value = |node: NodeId| of_node[node as usize];
        match *node {
            Node::Name(ref name) => match places.get(name.as_str()) {
                Some(&(place, kind)) => Ok(self.add(Operation::Input(place), &[], kind)),
                None => {
                    let known: Vec<_> = inputs.iter().map(|input| input.0).collect();
                    let known = if known.is_empty() { "none".to_owned() } else { listed(&known) };
                    let name = quoted(name);
                    Err(expression.error(id, format!("there is no array '{name}'; expected one of: {known}")))
                }
            },
            Node::Constant(constant) => Ok(self.constant(constant)),
            Node::Unary(operation, a) => self.unary(operation, value(a)).map_err(|found| {
                let takes = match operation {
                    Unary::Not => "a bool or an int",
                    _ => "a number",
                };
                expression.error(id, format!("{} expects {takes}, found {found}", operation.name()))
            }),
            Node::Binary(operation, a, b) => {
                self.binary(operation, value(a), value(b)).map_err(|(found_a, found_b)| {
                    let name = operation.symbol().unwrap_or(operation.name());
                    let message = format!("'{name}' expects {}, found {found_a} and {found_b}", operation.takes());
                    expression.error(id, message)
                })
            }
            Node::Compare(comparison, a, b) => {
                let kind = self.common(value(a), value(b));
                if kind == Type::Complex && matches!(comparison, Comparison::Less | Comparison::LessEqual) {
                    return Err(expression.error(id, "complex numbers have no order; expected real numbers"));
                }
                let operands = self.converted(&[value(a), value(b)], kind);
                Ok(self.add(Operation::Compare(comparison, kind), &operands, Type::Bool))
            }
            Node::Where(condition, a, b) => {
                let found = self.kind(value(condition));
                if found != Type::Bool {
                    let message = format!("where expects a bool first, found {found}; write {} != 0", "x");
                    return Err(expression.error(condition, message));
                }
                let kind = self.common(value(a), value(b));
                let operands = self.converted(&[value(a), value(b)], kind);
                Ok(self.add(Operation::Where(kind), &[value(condition), operands[0], operands[1]], kind))
            }
            Node::MakeComplex(a, b) => {
                for part in [a, b] {
                    let found = self.kind(value(part));
                    if found == Type::Complex {
                        return Err(expression.error(part, "complex expects two real numbers, found complex"));
                    }
                }
                let operands = self.converted(&[value(a), value(b)], Type::Float);
                Ok(self.add(Operation::MakeComplex, &operands, Type::Complex))
            }
            Node::Reduce(reduction, a, _) => {
                let found = self.kind(value(a));
                match (reduction, found) {
                    (Reduction::Min | Reduction::Max, Type::Complex | Type::Bool) => {
                        let message = format!("{} expects real numbers, found {found}", reduction.name());
                        Err(expression.error(id, message))
                    }
                    (_, Type::Bool) => Ok(self.convert(value(a), Type::Int)),
                    _ => Ok(value(a)),
                }
            }
        }
    }

    pub(crate) fn kind(&self, value: ValueId) -> Type {
        self.values[value as usize].kind
    }

    fn common(&self, a: ValueId, b: ValueId) -> Type {
        self.kind(a).max(self.kind(b))
    }

    fn unary(&mut self, operation: Unary, a: ValueId) -> Result<ValueId, Type> {
        let found = self.kind(a);
        // The real part of a real number is the number, and so is its conjugate.
        match (operation, found) {
            (Unary::Real | Unary::Conj, Type::Int | Type::Float) => return Ok(a),
            (Unary::Imag, Type::Int | Type::Float) => {
                return Ok(self.constant(if found == Type::Int { Constant::Int(0) } else { Constant::Float(0.0) }));
            }
            _ => {}
        }
        let kind = match operation {
            Unary::Sqrt | Unary::Exp | Unary::Log | Unary::Sin | Unary::Cos => found.max(Type::Float),
            Unary::Negate | Unary::Abs | Unary::Real | Unary::Imag | Unary::Conj => found.max(Type::Int),
            Unary::Not => found,
        };
        if found == Type::Bool && !matches!(operation, Unary::Not | Unary::Negate | Unary::Abs) {
            return Err(found);
        }
        let answer = operation.answer(kind).ok_or(found)?;
        let operand = self.convert(a, kind);
        Ok(self.add(Operation::Unary(operation, kind), &[operand], answer))
    }

    fn binary(&mut self, operation: Binary, a: ValueId, b: ValueId) -> Result<ValueId, (Type, Type)> {
        let found = (self.kind(a), self.kind(b));
        let kind = match operation {
            // One and one are two.
            Binary::And | Binary::Or | Binary::Xor if found.0 != found.1 => return Err(found),
            Binary::And | Binary::Or | Binary::Xor => found.0,
            _ => found.0.max(found.1).max(Type::Int),
        };
        if !operation.exists(kind) {
            return Err(found);
        }
        if let (Binary::Pow, Some(times)) = (operation, self.small_power(b)) {
            // x ** 3 is x * x * x, from left to right.
            let base = self.convert(a, kind);
            let mul = |graph: &mut Self, left| graph.add(Operation::Binary(Binary::Mul, kind), &[left, base], kind);
            return Ok((1..times).fold(base, |product, _| mul(self, product)));
        }
        let operands = self.converted(&[a, b], kind);
        Ok(self.add(Operation::Binary(operation, kind), &operands, kind))
    }

    /// An exponent that is the whole number 1, 2, 3 or 4.
    fn small_power(&self, exponent: ValueId) -> Option<usize> {
        let Operation::Constant(place) = self.values[exponent as usize].operation else { return None };
        match self.constants[place as usize] {
            Constant::Int(power @ 1..=4) => Some(power as usize),
            Constant::Float(power) => [1, 2, 3, 4].into_iter().find(|&whole| power == whole as f64),
            _ => None,
        }
    }

    fn converted(&mut self, values: &[ValueId], kind: Type) -> Vec<ValueId> {
        values.iter().map(|&value| self.convert(value, kind)).collect()
    }

    fn convert(&mut self, value: ValueId, kind: Type) -> ValueId {
        let from = self.kind(value);
        match self.values[value as usize].operation {
            _ if from == kind => value,
            Operation::Constant(place) => self.constant(self.constants[place as usize].converted(kind)),
            _ => self.add(Operation::Convert(from), &[value], kind),
        }
    }

    fn constant(&mut self, constant: Constant) -> ValueId {
        let place = *self.known_constants.entry(constant.bits()).or_insert_with(|| {
            self.constants.push(constant);
            (self.constants.len() - 1) as u32
        });
        self.insert(Value { operation: Operation::Constant(place), operands: [0; 3], kind: constant.kind() })
    }

    /// A value: the one that is there already, a constant if all operands are, or a new one.
    fn add(&mut self, operation: Operation, operands: &[ValueId], kind: Type) -> ValueId {
        let constant = |&operand: &ValueId| match self.values[operand as usize].operation {
            Operation::Constant(place) => Some(self.constants[place as usize]),
            _ => None,
        };
        let constants: Option<Vec<Constant>> = operands.iter().map(constant).collect();
        if let Some(folded) = constants.filter(|c| !c.is_empty()).and_then(|constants| fold(operation, &constants)) {
            self.folded += 1;
            return self.constant(folded);
        }
        let mut three = [0; 3];
        three[..operands.len()].copy_from_slice(operands);
        let commutes = match operation {
            Operation::Binary(operation, _) => operation.commutes(),
            Operation::Compare(Comparison::Equal | Comparison::NotEqual, _) => true,
            _ => false,
        };
        if commutes {
            three[..2].sort_unstable();
        }
        let (before, is_work) = (self.values.len(), !operands.is_empty());
        let value = self.insert(Value { operation, operands: three, kind });
        self.shared += usize::from(is_work && self.values.len() == before);
        value
    }

    fn insert(&mut self, value: Value) -> ValueId {
        let next = self.values.len() as ValueId;
        let place = *self.known.entry(value).or_insert(next);
        if place == next {
            self.values.push(value);
        }
        place
    }

    /// How often each value is needed by results and by the values that they need.
    pub(crate) fn uses(&self) -> Vec<u32> {
        let mut uses = vec![0_u32; self.values.len()];
        for &result in &self.results {
            uses[result as usize] += 1;
        }
        for (index, value) in self.values.iter().enumerate().rev() {
            if uses[index] > 0 {
                value.operands().iter().for_each(|&operand| uses[operand as usize] += 1);
            }
        }
        uses
    }

    /// Makes one instruction of two operations on floats, where the answer of the first is needed by the second alone.
    ///
    /// The operations stay two, each with its rounding: this saves the way to the block of temporaries and back, nothing else.
    pub(crate) fn fuse(&mut self) {
        let mut uses = self.uses();
        for index in (0..self.values.len()).rev() {
            if uses[index] == 0 {
                continue;
            }
            if let Some((fused, absorbed)) = self.fused(index, &uses) {
                self.values[index] = fused;
                uses[absorbed as usize] = 0;
            }
        }
    }

    /// The value at `index` as a fused pair, and the operand that it absorbs.
    fn fused(&self, index: usize, uses: &[u32]) -> Option<(Value, ValueId)> {
        let value = self.values[index];
        let make = |first: &Value, operation: First, second: Second, third: ValueId| {
            let [a, b, _] = first.operands;
            Value { operation: Operation::Fused(operation, second), operands: [a, b, third], kind: Type::Float }
        };
        let first = |operand: ValueId, most: u32| {
            let found = &self.values[operand as usize];
            match found.operation {
                Operation::Binary(operation, Type::Float) if uses[operand as usize] == most => {
                    First::of(operation).map(|operation| (operand, *found, operation))
                }
                _ => None,
            }
        };
        match value.operation {
            Operation::Unary(Unary::Sqrt, Type::Float) => {
                let (operand, found, operation) = first(value.operands[0], 1)?;
                Some((make(&found, operation, Second::Sqrt, 0), operand))
            }
            Operation::Binary(own @ (Binary::Add | Binary::Sub | Binary::Mul), Type::Float) => {
                let [left, right, _] = value.operands;
                if left == right {
                    let (operand, found, operation) = first(left, 2).filter(|_| own == Binary::Mul)?;
                    return Some((make(&found, operation, Second::Square, 0), operand));
                }
                // An operand that could absorb one of its own is left to do so.
                let absorbs = |found: &Value| found.operands().iter().any(|&inner| first(inner, 1).is_some());
                let candidates = [(first(left, 1), right, false), (first(right, 1), left, true)];
                let mut found: Vec<_> = candidates
                    .into_iter()
                    .filter_map(|(found, other, swapped)| found.map(|found| (found, other, swapped)))
                    .collect();
                found.sort_by_key(|((_, found, _), ..)| absorbs(found));
                let &((operand, found, operation), other, swapped) = found.first()?;
                let second = match (own, swapped) {
                    (Binary::Add, _) => Second::Add,
                    (Binary::Mul, _) => Second::Mul,
                    (_, false) => Second::Sub,
                    (_, true) => Second::SubFrom,
                };
                Some((make(&found, operation, second, other), operand))
            }
            _ => None,
        }
    }
}

/// The answer of an operation on constants, by the same code that computes it on arrays.
fn fold(operation: Operation, operands: &[Constant]) -> Option<Constant> {
    macro_rules! one {
        ($kernel:expr, $kind:ident, $zero:expr) => {{
            let mut answer = [$zero];
            ($kernel)(&mut answer);
            Some(Constant::$kind(answer[0]))
        }};
    }
    let zero = Complex::new(0.0, 0.0);
    match (operation, operands) {
        (Operation::Unary(o, _), &[Constant::Bool(a)]) => {
            one!(|out: &mut [bool]| kernels::unary_bool(o, out, Operand::Scalar(a)), Bool, false)
        }
        (Operation::Unary(o, _), &[Constant::Int(a)]) => {
            one!(|out: &mut [i64]| kernels::unary_int(o, out, Operand::Scalar(a)), Int, 0)
        }
        (Operation::Unary(o, _), &[Constant::Float(a)]) => {
            one!(|out: &mut [f64]| kernels::unary_float(o, out, Operand::Scalar(a)), Float, 0.0)
        }
        (Operation::Unary(o @ (Unary::Abs | Unary::Real | Unary::Imag), _), &[Constant::Complex(a)]) => {
            one!(|out: &mut [f64]| kernels::part_of_complex(o, out, Operand::Scalar(a)), Float, 0.0)
        }
        (Operation::Unary(o, _), &[Constant::Complex(a)]) => {
            one!(|out: &mut [Complex<f64>]| kernels::unary_complex(o, out, Operand::Scalar(a)), Complex, zero)
        }
        (Operation::Binary(o, _), &[Constant::Bool(a), Constant::Bool(b)]) => {
            one!(|out: &mut [bool]| kernels::binary_bool(o, out, Operand::Scalar(a), Operand::Scalar(b)), Bool, false)
        }
        (Operation::Binary(o, _), &[Constant::Int(a), Constant::Int(b)]) => {
            one!(|out: &mut [i64]| kernels::binary_int(o, out, Operand::Scalar(a), Operand::Scalar(b)), Int, 0)
        }
        (Operation::Binary(o, _), &[Constant::Float(a), Constant::Float(b)]) => {
            one!(|out: &mut [f64]| kernels::binary_float(o, out, Operand::Scalar(a), Operand::Scalar(b)), Float, 0.0)
        }
        (Operation::Binary(o, _), &[Constant::Complex(a), Constant::Complex(b)]) => one!(
            |out: &mut [Complex<f64>]| kernels::binary_complex(o, out, Operand::Scalar(a), Operand::Scalar(b)),
            Complex,
            zero
        ),
        (Operation::Compare(o, _), &[Constant::Bool(a), Constant::Bool(b)]) => {
            one!(|out: &mut [bool]| kernels::compare(o, out, Operand::Scalar(a), Operand::Scalar(b)), Bool, false)
        }
        (Operation::Compare(o, _), &[Constant::Int(a), Constant::Int(b)]) => {
            one!(|out: &mut [bool]| kernels::compare(o, out, Operand::Scalar(a), Operand::Scalar(b)), Bool, false)
        }
        (Operation::Compare(o, _), &[Constant::Float(a), Constant::Float(b)]) => {
            one!(|out: &mut [bool]| kernels::compare(o, out, Operand::Scalar(a), Operand::Scalar(b)), Bool, false)
        }
        (Operation::Compare(o, _), &[Constant::Complex(a), Constant::Complex(b)]) => {
            one!(|out: &mut [bool]| kernels::equality(o, out, Operand::Scalar(a), Operand::Scalar(b)), Bool, false)
        }
        (Operation::Where(_), &[Constant::Bool(condition), a, b]) => Some(if condition { a } else { b }),
        (Operation::MakeComplex, &[Constant::Float(re), Constant::Float(im)]) => {
            Some(Constant::Complex(Complex::new(re, im)))
        }
        _ => None,
    }
}
