//! How the expressions of a function are replaced by others: what guards and what is written out have in common.

use naga::{
    Arena, AtomicFunction, Block, Expression, Function, GatherMode, Handle, Range, Scalar, Span, Statement, VectorSize,
};

use crate::error::GpuError;

/// The shape of a value: how many components, if it is a vector, and of what.
pub(crate) type Shape = (Option<VectorSize>, Scalar);

/// Rebuilds a function's expressions in their order, behind those that `arena` has already, and makes everything refer to the new ones.
/// `each` is given an expression whose operands are new ones already, and says at which expression of the arena its own begin and which
/// has its value, the last of them. The statements of `before` come first in the function.
///
/// # Errors
/// [`GpuError::Unsupported`] for what no kernel over arrays has: textures, rays, matrix units.
pub(crate) fn substitute(
    function: &mut Function,
    mut arena: Arena<Expression>,
    mut before: Block,
    mut each: impl FnMut(
        &mut Arena<Expression>,
        Handle<Expression>,
        Expression,
        Span,
    ) -> (Handle<Expression>, Handle<Expression>),
) -> Result<(), GpuError> {
    let old = std::mem::take(&mut function.expressions);
    // Where each expression is now, and where its value is.
    let (mut places, mut values) = (Vec::with_capacity(old.len()), Vec::with_capacity(old.len()));
    for (handle, expression) in old.iter() {
        let mut expression = expression.clone();
        each_operand(&mut expression, &mut |operand| *operand = values[operand.index()])?;
        let (place, value) = each(&mut arena, handle, expression, old.get_span(handle));
        places.push(place);
        values.push(value);
    }
    each_handle(&mut function.body, &mut |handle| *handle = values[handle.index()], &mut |range| {
        if let Some((first, last)) = range.first_and_last() {
            *range = Range::new_from_bounds(places[first.index()], values[last.index()]);
        }
    })?;
    before.append(&mut function.body);
    (function.body, function.expressions) = (before, arena);
    for (_, local) in function.local_variables.iter_mut() {
        local.init = local.init.map(|init| values[init.index()]);
    }
    let named = std::mem::take(&mut function.named_expressions);
    function.named_expressions = named.into_iter().map(|(handle, name)| (values[handle.index()], name)).collect();
    Ok(())
}

pub(crate) fn unsupported(what: &str) -> GpuError {
    GpuError::Unsupported(format!(
        "on this device, {what} cannot be kept from being contracted; write them out, or allow the contraction"
    ))
}

/// Which expressions have their values before anything runs. The compiler computes them, exactly; and a variable's first value must
/// stay one of them.
pub(crate) fn known_beforehand(expressions: &Arena<Expression>) -> Vec<bool> {
    let mut known = Vec::with_capacity(expressions.len());
    for (_, expression) in expressions.iter() {
        let mut operands_known = true;
        let leaf = matches!(
            expression,
            Expression::Literal(_) | Expression::Constant(_) | Expression::Override(_) | Expression::ZeroValue(_)
        );
        let inner = matches!(
            expression,
            Expression::Compose { .. }
                | Expression::Splat { .. }
                | Expression::Swizzle { .. }
                | Expression::AccessIndex { .. }
                | Expression::Access { .. }
                | Expression::Unary { .. }
                | Expression::Binary { .. }
                | Expression::Select { .. }
                | Expression::Math { .. }
                | Expression::As { .. }
        );
        if inner {
            let visited =
                each_operand(&mut expression.clone(), &mut |operand| operands_known &= known[operand.index()]);
            operands_known &= visited.is_ok();
        }
        known.push(leaf || (inner && operands_known));
    }
    known
}

pub(crate) type Visit<'a> = &'a mut dyn FnMut(&mut Handle<Expression>);

/// Visits the expressions that an expression is made of.
pub(crate) fn each_operand(expression: &mut Expression, visit: Visit<'_>) -> Result<(), GpuError> {
    match expression {
        Expression::Literal(_)
        | Expression::Constant(_)
        | Expression::Override(_)
        | Expression::ZeroValue(_)
        | Expression::FunctionArgument(_)
        | Expression::GlobalVariable(_)
        | Expression::LocalVariable(_)
        | Expression::CallResult(_)
        | Expression::AtomicResult { .. }
        | Expression::WorkGroupUniformLoadResult { .. }
        | Expression::SubgroupBallotResult
        | Expression::SubgroupOperationResult { .. } => {}
        Expression::Compose { components, .. } => components.iter_mut().for_each(visit),
        Expression::Access { base, index } => [base, index].into_iter().for_each(visit),
        Expression::AccessIndex { base: operand, .. }
        | Expression::Splat { value: operand, .. }
        | Expression::Swizzle { vector: operand, .. }
        | Expression::Load { pointer: operand }
        | Expression::Unary { expr: operand, .. }
        | Expression::Relational { argument: operand, .. }
        | Expression::As { expr: operand, .. }
        | Expression::ArrayLength(operand) => visit(operand),
        Expression::Binary { left, right, .. } => [left, right].into_iter().for_each(visit),
        Expression::Select { condition, accept, reject } => [condition, accept, reject].into_iter().for_each(visit),
        Expression::Math { arg, arg1, arg2, arg3, .. } => {
            visit(arg);
            [arg1, arg2, arg3].into_iter().flatten().for_each(visit);
        }
        _ => return Err(unsupported("kernels with textures, rays or matrix units")),
    }
    Ok(())
}

/// Visits the expressions that statements name, and the ranges that they emit.
pub(crate) fn each_handle(
    block: &mut Block,
    visit: Visit<'_>,
    emit: &mut dyn FnMut(&mut Range<Expression>),
) -> Result<(), GpuError> {
    for statement in block.iter_mut() {
        match statement {
            Statement::Emit(range) => emit(range),
            Statement::Block(block) => each_handle(block, visit, emit)?,
            Statement::If { condition, accept, reject } => {
                visit(condition);
                each_handle(accept, visit, emit)?;
                each_handle(reject, visit, emit)?;
            }
            Statement::Switch { selector, cases } => {
                visit(selector);
                for case in cases {
                    each_handle(&mut case.body, visit, emit)?;
                }
            }
            Statement::Loop { body, continuing, break_if } => {
                each_handle(body, visit, emit)?;
                each_handle(continuing, visit, emit)?;
                break_if.iter_mut().for_each(&mut *visit);
            }
            Statement::Return { value } => value.iter_mut().for_each(&mut *visit),
            Statement::Store { pointer, value } => [pointer, value].into_iter().for_each(&mut *visit),
            Statement::Atomic { pointer, fun, value, result } => {
                visit(pointer);
                if let AtomicFunction::Exchange { compare: Some(compare) } = fun {
                    visit(compare);
                }
                visit(value);
                result.iter_mut().for_each(&mut *visit);
            }
            Statement::WorkGroupUniformLoad { pointer, result } => {
                [pointer, result].into_iter().for_each(&mut *visit);
            }
            Statement::Call { arguments, result, .. } => {
                arguments.iter_mut().chain(result.iter_mut()).for_each(&mut *visit);
            }
            Statement::SubgroupBallot { result, predicate } => {
                visit(result);
                predicate.iter_mut().for_each(&mut *visit);
            }
            Statement::SubgroupCollectiveOperation { argument, result, .. } => {
                [argument, result].into_iter().for_each(&mut *visit);
            }
            Statement::SubgroupGather { mode, argument, result } => {
                match mode {
                    GatherMode::Broadcast(index)
                    | GatherMode::Shuffle(index)
                    | GatherMode::ShuffleDown(index)
                    | GatherMode::ShuffleUp(index)
                    | GatherMode::ShuffleXor(index)
                    | GatherMode::QuadBroadcast(index) => visit(index),
                    GatherMode::BroadcastFirst | GatherMode::QuadSwap(_) => {}
                }
                [argument, result].into_iter().for_each(&mut *visit);
            }
            Statement::Break
            | Statement::Continue
            | Statement::Kill
            | Statement::ControlBarrier(_)
            | Statement::MemoryBarrier(_) => {}
            _ => return Err(unsupported("kernels with textures, rays or matrix units")),
        }
    }
    Ok(())
}
