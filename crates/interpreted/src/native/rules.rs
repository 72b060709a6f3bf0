//! How each instruction is done, by the types of its operands, and what type its result has.

use crate::bytecode::{BinaryOperator, Comparison, Instruction, UnaryOperator};
use crate::native::flow::{Place, State};
use crate::native::region::effect;
use crate::native::{Intrinsic, Problem, Reason, Unit, calls, squares};
use crate::types::Type;
use crate::value::Value;

/// How an instruction is done.
#[derive(Clone, Copy, Debug)]
pub(super) enum Action {
    /// In machine code.
    Native,
    /// In machine code, together with as many instructions behind it.
    NativeWith {
        /// How many.
        skipped: u32,
    },
    /// By the interpreter, which is called. Its result is expected to be of this type.
    Interpret(Type),
    /// Not here: the loop is left before it.
    Leave(Reason),
    /// Together with one before it, or never.
    Skip,
}

/// Whether it is a real number: what arithmetic converts to a float without a loss of kind.
pub(super) fn is_real(kind: Type) -> bool {
    matches!(kind.widened(), Type::Bool | Type::Int | Type::Float)
}

/// Whether it is a whole number.
pub(super) fn is_whole(kind: Type) -> bool {
    matches!(kind.widened(), Type::Bool | Type::Int)
}

/// The type of the result of an operator, where there is machine code for it.
pub(super) fn binary(operator: BinaryOperator, left: Type, right: Type) -> Option<Type> {
    use BinaryOperator as O;
    let exponent = right;
    let (left, right) = (left.widened(), right.widened());
    if left == Type::Complex || right == Type::Complex {
        let numbers = (is_real(left) || left == Type::Complex) && (is_real(right) || right == Type::Complex);
        let known = matches!(operator, O::Add | O::Subtract | O::Multiply | O::TrueDivide);
        return (numbers && known).then_some(Type::Complex);
    }
    if !is_real(left) || !is_real(right) {
        return None;
    }
    if left == Type::Float || right == Type::Float {
        let known = !matches!(operator, O::LeftShift | O::RightShift | O::And | O::Or | O::Xor);
        return known.then_some(Type::Float);
    }
    match operator {
        O::Add | O::Subtract | O::Multiply | O::FloorDivide | O::Modulo | O::LeftShift | O::RightShift => {
            Some(Type::Int)
        }
        O::TrueDivide => Some(Type::Float),
        O::Power => matches!(exponent, Type::Constant(Value::Int(0..=3))).then_some(Type::Int),
        O::And | O::Or | O::Xor if left == Type::Bool && right == Type::Bool => Some(Type::Bool),
        O::And | O::Or | O::Xor => Some(Type::Int),
    }
}

/// Whether there is machine code for a comparison of these types.
fn compares(comparison: Comparison, left: Type, right: Type) -> bool {
    let (left, right) = (left.widened(), right.widened());
    let complex = left == Type::Complex || right == Type::Complex;
    let numbers = (is_real(left) || left == Type::Complex) && (is_real(right) || right == Type::Complex);
    numbers && (!complex || matches!(comparison, Comparison::Equal | Comparison::NotEqual))
}

/// Whether there is machine code for the truth of this type.
pub(super) fn has_truth(kind: Type) -> bool {
    matches!(kind.widened(), Type::None | Type::Bool | Type::Int | Type::Float | Type::Complex | Type::List)
}

/// Whether `is` can be answered without the interpreter: one side is `None`.
pub(super) fn is_none(kind: Type) -> bool {
    kind.widened() == Type::None
}

/// The rules for one function.
pub(super) struct Rules<'a> {
    pub(super) unit: &'a Unit<'a>,
}

impl Rules<'_> {
    fn instruction(&self, position: u32) -> Instruction {
        self.unit.code.instructions[position as usize]
    }

    /// The instruction at a position that lies before `end`.
    pub(super) fn within(&self, position: u32, end: u32) -> Option<Instruction> {
        (position < end).then(|| self.instruction(position))
    }

    /// Decides how an instruction is done, and brings what is known to the moment after it: to `state` when the next instruction
    /// follows, to `jumped` when it jumps. `end` is the end of its block.
    pub(super) fn decide(
        &self,
        position: u32,
        end: u32,
        state: &mut State,
        jumped: &mut State,
    ) -> Result<Action, Problem> {
        use Instruction as I;
        let types = self.unit.types;
        Ok(match self.instruction(position) {
            I::Nop | I::Jump(_) | I::JumpBackward(_) => Action::Native,
            I::LoadConst(index) => {
                state.push(Type::Constant(self.unit.code.constants[index as usize]));
                Action::Native
            }
            I::LoadFast(slot) => self.load(position, slot, state),
            I::StoreFast(slot) => {
                let kind = state.top(1).widened();
                state.drop(1);
                state.locals[slot as usize] = match kind {
                    Type::Unknown => Place::InFrame,
                    kind => Place::Held { kind, dirty: true },
                };
                Action::Native
            }
            I::LoadGlobal { place } => self.load_global(position, place, state),
            I::StoreGlobal { .. } => {
                state.drop(1);
                Action::Native
            }
            I::PopTop => {
                state.drop(1);
                Action::Native
            }
            I::Copy(depth) => {
                state.push(state.top(depth));
                Action::Native
            }
            I::Swap(depth) => {
                let (upper, lower) = (state.top(1), state.top(depth));
                let count = state.stack.len();
                state.stack[count - 1] = Place::Held { kind: lower, dirty: true };
                state.stack[count - depth as usize] = Place::Held { kind: upper, dirty: true };
                Action::Native
            }
            I::Unary(operator) => match unary(operator, state.top(1)) {
                Some(kind) => native(state, 1, kind),
                None => self.interpret(position, state),
            },
            I::Not if has_truth(state.top(1)) => native(state, 1, Type::Bool),
            I::Add => self.binary(position, BinaryOperator::Add, state),
            I::Subtract => self.binary(position, BinaryOperator::Subtract, state),
            I::Multiply => self.binary(position, BinaryOperator::Multiply, state),
            I::Binary(operator) | I::InPlace(operator) => self.binary(position, operator, state),
            I::Compare(comparison) if compares(comparison, state.top(2), state.top(1)) => native(state, 2, Type::Bool),
            I::Is(_) if is_none(state.top(1)) || is_none(state.top(2)) => native(state, 2, Type::Bool),
            I::Subscript if state.top(2) == Type::List && is_whole(state.top(1)) => {
                self.seen(position, types.result(position), 2, state)
            }
            I::StoreSubscript if state.top(2) == Type::List && is_whole(state.top(1)) => {
                state.drop(3);
                Action::Native
            }
            I::ListAppend(depth) if state.top(depth + 1) == Type::List => {
                state.drop(1);
                Action::Native
            }
            I::LoadAttribute { name, .. } => self.load_attribute(position, name, state),
            I::StoreAttribute { name, .. } => match self.attribute_place(state.top(1), name) {
                Some(_) => {
                    state.drop(2);
                    Action::Native
                }
                None => self.interpret(position, state),
            },
            I::LoadMethod { name, .. } => self.load_method(position, name, state),
            I::GetIterator if state.top(1) == Type::List => native(state, 1, Type::ListIterator),
            I::ForIterator(_) => self.for_iterator(position, state, jumped),
            I::PopJumpIfFalse(_) | I::PopJumpIfTrue(_) | I::JumpIfFalseOrPop(_) | I::JumpIfTrueOrPop(_) => {
                self.conditional(position, state, jumped)
            }
            I::Call { arguments, keywords: 0 } => self.call(position, end, state.top(arguments + 1), arguments, state),
            I::CallMethod { arguments, keywords: 0 }
                if matches!(state.top(arguments + 1), Type::Constant(Value::Unbound)) =>
            {
                self.call(position, end, state.top(arguments + 2), arguments, state)
            }
            I::CallMethod { arguments: 1, keywords: 0 }
                if state.top(2).widened() == Type::List && self.intrinsic(state.top(3)) == Some(Intrinsic::Append) =>
            {
                native(state, 3, Type::Constant(Value::None))
            }
            I::Yield => return Err(Problem::Instruction(position, "a generator is left and entered in its loop")),
            I::MakeGenerator | I::EndClass | I::Return | I::Raise(_) | I::Reraise => Action::Leave(Reason::Instruction),
            I::PushHandled | I::PopHandled | I::MatchException | I::DeleteFast(_) => Action::Leave(Reason::Instruction),
            I::LoadName { .. } => return Err(Problem::Instruction(position, "the body of a class is not compiled")),
            _ => self.interpret(position, state),
        })
    }

    /// An instruction whose result's type has to be known from elsewhere.
    fn seen(&self, _position: u32, kind: Type, taken: u32, state: &mut State) -> Action {
        if kind == Type::Never {
            return Action::Leave(Reason::Unseen);
        }
        native(state, taken, kind)
    }

    /// The interpreter does it.
    pub(super) fn interpret(&self, position: u32, state: &mut State) -> Action {
        let (taken, put) = effect(self.unit.code, position);
        let kind = match self.unit.types.result(position) {
            // A function that has been called may never have returned while somebody looked.
            Type::Never if self.calls_a_function(position, state) => Type::Unknown,
            Type::Never if put > 0 => return Action::Leave(Reason::Unseen),
            kind if put == 1 => kind,
            // Which function a method is says what its call may be.
            kind @ Type::Constant(_) if matches!(self.instruction(position), Instruction::LoadMethod { .. }) => kind,
            _ => Type::Unknown,
        };
        state.clean();
        state.drop(taken);
        let lowest = state.stack.len();
        state.stack.resize(lowest + put as usize, Place::InFrame);
        if kind != Type::Unknown {
            state.stack[lowest] = Place::Held { kind, dirty: false };
        }
        Action::Interpret(kind)
    }

    fn calls_a_function(&self, position: u32, state: &State) -> bool {
        let callee = match self.instruction(position) {
            Instruction::Call { arguments, .. } => state.top(arguments + 1),
            Instruction::CallMethod { arguments, .. } => state.top(arguments + 2),
            _ => return false,
        };
        matches!(callee, Type::Constant(Value::Function(_) | Value::Class(_)))
    }

    fn load(&self, position: u32, slot: u32, state: &mut State) -> Action {
        match state.locals[slot as usize] {
            Place::Held { kind, .. } => state.push(kind),
            Place::Dead | Place::InFrame => match self.unit.types.result(position).widened() {
                Type::Never => return Action::Leave(Reason::Unseen),
                Type::Unknown => state.push(Type::Unknown),
                kind => {
                    state.locals[slot as usize] = Place::Held { kind, dirty: false };
                    state.push(kind);
                }
            },
        }
        Action::Native
    }

    fn load_global(&self, position: u32, place: u32, state: &mut State) -> Action {
        let environment = &self.unit.environment;
        let kind = self.unit.types.result(position);
        let module = &environment.heap[environment.module];
        match (kind, module.values.get(place as usize)) {
            (Type::Never, _) => Action::Leave(Reason::Unseen),
            (_, None) => self.interpret(position, state),
            (Type::Constant(_), Some(_)) => native(state, 0, kind),
            (_, Some(value)) if value.is_bound() => native(state, 0, kind),
            _ => self.interpret(position, state),
        }
    }

    fn binary(&self, position: u32, operator: BinaryOperator, state: &mut State) -> Action {
        match binary(operator, state.top(2), state.top(1)) {
            Some(kind) => native(state, 2, kind),
            None => self.interpret(position, state),
        }
    }

    /// The place of an attribute in an object of this type.
    pub(super) fn attribute_place(&self, object: Type, name: crate::names::Symbol) -> Option<u32> {
        let Type::Instance(class) = object else { return None };
        let layout = &self.unit.environment.heap[class].layout;
        layout.iter().position(|&known| known == name).map(|place| place as u32)
    }

    fn load_attribute(&self, position: u32, name: crate::names::Symbol, state: &mut State) -> Action {
        let object = state.top(1);
        let text = self.unit.environment.names.text(name);
        match (object.widened(), &**text) {
            (Type::Complex | Type::Float, "real" | "imag") => native(state, 1, Type::Float),
            (Type::Int | Type::Bool, "real" | "imag") => native(state, 1, Type::Int),
            _ if self.attribute_place(object, name).is_some() => {
                self.seen(position, self.unit.types.result(position).widened(), 1, state)
            }
            _ => self.interpret(position, state),
        }
    }

    /// A method of lists, as the function that it is, when this is a list.
    pub(super) fn list_method(&self, object: Type, name: crate::names::Symbol) -> Option<Value> {
        let text = self.unit.environment.names.text(name);
        (object.widened() == Type::List).then(|| (self.unit.environment.list_method)(text)).flatten()
    }

    fn load_method(&self, position: u32, name: crate::names::Symbol, state: &mut State) -> Action {
        let object = state.top(1);
        if let Some(method) = self.list_method(object, name) {
            state.replace(1, Type::Constant(method));
            state.push(object);
            return Action::Native;
        }
        let callable = self.unit.types.result(position);
        match (state.top(1), callable) {
            (_, Type::Never) => Action::Leave(Reason::Unseen),
            (Type::Constant(Value::Module(_)), Type::Constant(Value::Builtin(_))) => {
                state.replace(1, callable);
                state.push(Type::Constant(Value::Unbound));
                Action::Native
            }
            _ => self.interpret(position, state),
        }
    }

    fn for_iterator(&self, position: u32, state: &mut State, jumped: &mut State) -> Action {
        let kind = match state.top(1) {
            Type::RangeIterator(_) => Type::Int,
            _ => self.unit.types.result(position).widened(),
        };
        let native = matches!(state.top(1), Type::RangeIterator(_) | Type::ListIterator);
        if kind == Type::Never {
            return Action::Leave(Reason::Unseen);
        }
        if native {
            let count = state.stack.len();
            state.stack[count - 1] = Place::Held { kind: state.top(1), dirty: true };
            jumped.drop(1);
            state.push(kind);
            return Action::Native;
        }
        state.clean();
        jumped.clean();
        jumped.drop(1);
        // The interpreter changes it there.
        let count = state.stack.len();
        state.stack[count - 1] = Place::InFrame;
        state.stack.push(match kind {
            Type::Unknown => Place::InFrame,
            kind => Place::Held { kind, dirty: false },
        });
        Action::Interpret(kind)
    }

    fn conditional(&self, position: u32, state: &mut State, jumped: &mut State) -> Action {
        let native = has_truth(state.top(1));
        if !native {
            state.clean();
            jumped.clean();
        }
        state.drop(1);
        if matches!(self.instruction(position), Instruction::PopJumpIfFalse(_) | Instruction::PopJumpIfTrue(_)) {
            jumped.drop(1);
        }
        if native { Action::Native } else { Action::Interpret(Type::Unknown) }
    }

    fn call(&self, position: u32, end: u32, callee: Type, arguments: u32, state: &mut State) -> Action {
        let (taken, _) = effect(self.unit.code, position);
        let Some(intrinsic) = self.intrinsic(callee) else { return self.interpret(position, state) };
        if let Some(pattern) = squares::pattern(self, position, end, intrinsic, [state.top(1), state.top(3)]) {
            state.drop(taken + pattern.below);
            state.push(Type::Bool);
            return Action::NativeWith { skipped: pattern.skipped };
        }
        if let (Intrinsic::Range, Some(step)) = (intrinsic, calls::range_step(arguments, state))
            && self.within(position + 1, end) == Some(Instruction::GetIterator)
        {
            state.replace(taken, Type::RangeIterator(step));
            return Action::NativeWith { skipped: 1 };
        }
        match calls::result(intrinsic, arguments, state) {
            Some(kind) => native(state, taken, kind),
            None => self.interpret(position, state),
        }
    }

    /// The built-in function that a callable is, where the compiler knows it.
    pub(super) fn intrinsic(&self, callee: Type) -> Option<Intrinsic> {
        match callee {
            Type::Constant(callee) => (self.unit.environment.intrinsic)(callee),
            _ => None,
        }
    }
}

fn unary(operator: UnaryOperator, kind: Type) -> Option<Type> {
    match (operator, kind.widened()) {
        (UnaryOperator::Negative | UnaryOperator::Positive, Type::Float) => Some(Type::Float),
        (UnaryOperator::Negative | UnaryOperator::Positive, Type::Complex) => Some(Type::Complex),
        (_, Type::Int | Type::Bool) => Some(Type::Int),
        _ => None,
    }
}

/// Operands are taken and a result is put there.
fn native(state: &mut State, taken: u32, kind: Type) -> Action {
    state.replace(taken, kind);
    Action::Native
}
