//! The interpreter's loop: one instruction after the other.
#![expect(
    unsafe_code,
    reason = "slots and operands are read and written by address; the compiler has counted how many there are"
)]
#![expect(
    clippy::undocumented_unsafe_blocks,
    reason = "one comment above the macros of the loop says for all of them why the addresses hold"
)]

use super::attributes;
use super::calls::{self, Call, Called, call_builtin, enter};
use super::exceptions;
use super::frames::{Cache, Completion, Execution};
use super::hot::Onward;
use super::instructions;
use crate::bytecode::{BinaryOperator, Code, Comparison, Instruction};
use crate::error::{Outcome, Raised};
use crate::objects::Cell;
use crate::state::Machine;
use crate::value::Value;
use crate::{iteration, operators};

/// What the loop does beside executing instructions.
mod mode {
    /// Nothing.
    pub(super) const PLAIN: u8 = 0;
    /// It counts.
    pub(super) const WATCHED: u8 = 1;
    /// It counts the rounds of loops, and enters those that are compiled.
    pub(super) const OBSERVED: u8 = 2;
    /// It writes down the types of what it sees.
    pub(super) const RECORDED: u8 = 3;
    /// It ends after one instruction.
    pub(super) const STEP: u8 = 4;
}

/// Why the loop has ended.
enum Exit {
    /// No more frames are left than were asked for: the result of the last one.
    Value(Value),
    /// It goes on in the other of the modes `OBSERVED` and `RECORDED`.
    Switch,
    /// One instruction is done.
    Stepped,
}

/// Executes the innermost frame, and those that it calls, until as many frames are left as are given. The result is that of the
/// last frame that ended.
pub(crate) fn execute(machine: &mut Machine, frames: usize) -> Outcome<Value> {
    let mut recorded = false;
    loop {
        let exit = if machine.execution.watch.is_some() {
            run::<{ mode::WATCHED }>(machine, frames)?
        } else if machine.execution.observer.is_none() {
            run::<{ mode::PLAIN }>(machine, frames)?
        } else if recorded {
            run::<{ mode::RECORDED }>(machine, frames)?
        } else {
            run::<{ mode::OBSERVED }>(machine, frames)?
        };
        match exit {
            Exit::Value(value) => return Ok(value),
            Exit::Switch | Exit::Stepped => recorded = !recorded,
        }
    }
}

/// Executes one instruction of the innermost frame, at its position, and whatever that calls. Says whether it has jumped.
pub(crate) fn step(machine: &mut Machine) -> Outcome<bool> {
    let frames = machine.execution.frames.len();
    let position = machine.execution.frames[frames - 1].position;
    run::<{ mode::STEP }>(machine, frames - 1)?;
    if machine.execution.frames.len() > frames {
        let value = execute(machine, frames)?;
        machine.execution.push(value);
    }
    Ok(machine.execution.frames[frames - 1].position != position + 1)
}

/// Where the loop is: kept in variables of the loop, and loaded again when the frame changes.
struct Place {
    code: *const Code,
    instructions: *const Instruction,
    globals: *mut Value,
    fallback: *const Value,
    slots: *mut Value,
    caches: *mut Cache,
}

impl Place {
    /// That of the innermost frame, with the position at which it goes on.
    fn load<const MODE: u8>(machine: &mut Machine) -> (Place, usize) {
        let execution = &mut machine.execution;
        let frame = execution.frames.last().expect("a frame is executed");
        let module = &mut machine.heap[frame.globals];
        let place = Place {
            code: &*frame.code,
            instructions: match MODE {
                mode::PLAIN | mode::OBSERVED => execution.fused[frame.code.number as usize].as_ptr(),
                _ => frame.code.instructions.as_ptr(),
            },
            globals: module.values.as_mut_ptr(),
            fallback: module.fallback.as_ptr(),
            slots: execution.stack.address(frame.slots),
            caches: execution.caches[frame.code.number as usize].as_mut_ptr(),
        };
        (place, frame.position)
    }
}

fn run<const MODE: u8>(machine: &mut Machine, frames: usize) -> Outcome<Exit> {
    let mut stepped = false;
    // The instruction that was executed last in this frame, if it has a result to be seen.
    let mut last = usize::MAX;
    let (mut place, mut position) = Place::load::<MODE>(machine);
    // SAFETY: `top` lies within the frame's room behind its slots.
    let mut operands = machine.execution.stack.address(machine.execution.top);

    // SAFETY, for all of the loop: the code of the innermost frame lives as long as the frame. The compiler counts slots, operands,
    // caches and global names, and the frame's room was asked for, so every address is within the row, the caches or the module.
    macro_rules! code {
        () => {
            (unsafe { &*place.code })
        };
    }
    macro_rules! push {
        ($value:expr) => {{
            let value = $value;
            unsafe {
                operands.write(value);
                operands = operands.add(1);
            }
        }};
    }
    macro_rules! pop {
        () => {
            unsafe {
                operands = operands.sub(1);
                operands.read()
            }
        };
    }
    macro_rules! peek {
        ($depth:expr) => {
            unsafe { &mut *operands.sub($depth as usize) }
        };
    }
    macro_rules! slot {
        ($slot:expr) => {
            unsafe { &mut *place.slots.add($slot as usize) }
        };
    }
    // Says where the frame is before anything is called that may look at it.
    macro_rules! save {
        () => {{
            machine.execution.top = machine.execution.stack.index(operands);
            machine.execution.frames.last_mut().expect("a frame is executed").position = position;
        }};
    }
    macro_rules! load {
        () => {{
            (place, position) = Place::load::<MODE>(machine);
            operands = machine.execution.stack.address(machine.execution.top);
        }};
    }
    macro_rules! reload {
        () => {{
            load!();
            // The instruction that has called has its result now, if this is the frame that called.
            last = position.wrapping_sub(1);
        }};
    }
    // Goes to the handler of an exception, or ends the function with it.
    macro_rules! raise {
        ($raised:expr) => {{
            let raised: Raised = $raised;
            save!();
            if MODE == mode::STEP {
                return Err(raised);
            }
            exceptions::unwind(machine, raised, position - 1, frames)?;
            load!();
            last = usize::MAX;
            continue;
        }};
    }
    macro_rules! attempt {
        ($outcome:expr) => {
            match $outcome {
                Ok(value) => value,
                Err(raised) => raise!(raised),
            }
        };
    }
    macro_rules! called {
        ($outcome:expr, $result:expr) => {
            match $outcome {
                Ok(Called::Value(value)) => {
                    operands = machine.execution.stack.address($result);
                    push!(value);
                    if MODE == mode::WATCHED {
                        machine.execution.watch.as_mut().expect("it is watched").returned(code!(), position - 1);
                    }
                }
                Ok(Called::Frame) => reload!(),
                Err(raised) => raise!(raised),
            }
        };
    }
    // The two topmost operands give one result: by the first arm that fits, else by the function that comes first.
    macro_rules! binary {
        ($slow:expr; $($left:pat, $right:pat $(, $guard:expr)? => $result:expr;)*) => {{
            let right = pop!();
            let left = *peek!(1);
            match (left, right) {
                $(($left, $right) $(if $guard)? => *peek!(1) = $result,)*
                _ => {
                    save!();
                    *peek!(1) = attempt!($slow(machine, left, right));
                }
            }
        }};
    }
    macro_rules! jump_if {
        ($condition:expr, $target:expr) => {{
            let value = pop!();
            let truth = match value {
                Value::Bool(truth) => truth,
                value => operators::truth(&machine.heap, value),
            };
            if truth == $condition {
                position = $target as usize;
            }
        }};
    }

    loop {
        if MODE == mode::STEP {
            if stepped {
                save!();
                return Ok(Exit::Stepped);
            }
            stepped = true;
        }
        if MODE == mode::RECORDED {
            if last != usize::MAX && position == last + 1 {
                save!();
                machine.record(last);
            }
            if machine.recording_ended(None) {
                save!();
                return Ok(Exit::Switch);
            }
            last = position;
        }
        let instruction = unsafe { &*place.instructions.add(position) };
        if MODE == mode::WATCHED {
            machine.execution.watch.as_mut().expect("it is watched").instruction(code!(), position);
        }
        position += 1;
        match *instruction {
            Instruction::LoadConst(constant) => push!(code!().constants[constant as usize]),
            Instruction::LoadFast(slot) => match *slot!(slot) {
                Value::Unbound => raise!(instructions::unbound_local(machine, code!(), slot)),
                value => push!(value),
            },
            Instruction::StoreFast(slot) => *slot!(slot) = pop!(),
            Instruction::DeleteFast(slot) => {
                if !std::mem::take(slot!(slot)).is_bound() {
                    raise!(instructions::unbound_local(machine, code!(), slot));
                }
            }
            Instruction::MakeCell(slot) => {
                let cell = machine.heap.allocate(Cell(*slot!(slot)));
                *slot!(slot) = Value::Cell(cell);
            }
            Instruction::LoadClosure(slot) => push!(*slot!(slot)),
            Instruction::LoadDeref(slot) => match instructions::cell(machine, *slot!(slot)).0 {
                Value::Unbound => raise!(instructions::unbound_cell(machine, code!(), slot)),
                value => push!(value),
            },
            Instruction::StoreDeref(slot) => {
                let value = pop!();
                instructions::cell(machine, *slot!(slot)).0 = value;
            }
            Instruction::DeleteDeref(slot) => {
                if !std::mem::take(&mut instructions::cell(machine, *slot!(slot)).0).is_bound() {
                    raise!(instructions::unbound_cell(machine, code!(), slot));
                }
            }
            Instruction::LoadGlobal { place: name } => {
                // By address: a value that is taken apart and put together again waits for its parts to be written.
                let mut value = unsafe { place.globals.add(name as usize).cast_const() };
                if !unsafe { (*value).is_bound() } {
                    value = unsafe { place.fallback.add(name as usize) };
                    if !unsafe { (*value).is_bound() } {
                        raise!(instructions::unbound_global(machine, name));
                    }
                }
                push!(unsafe { *value });
            }
            Instruction::StoreGlobal { place: name } => {
                let value = pop!();
                unsafe { *place.globals.add(name as usize) = value };
            }
            Instruction::DeleteGlobal { place: name } => {
                if !std::mem::take(unsafe { &mut *place.globals.add(name as usize) }).is_bound() {
                    raise!(instructions::unbound_global(machine, name));
                }
            }
            Instruction::LoadName { slot, place: name } => {
                let mut value = *slot!(slot);
                if !value.is_bound() {
                    value = unsafe { *place.globals.add(name as usize) };
                }
                if !value.is_bound() {
                    value = unsafe { *place.fallback.add(name as usize) };
                }
                if !value.is_bound() {
                    raise!(instructions::unbound_global(machine, name));
                }
                push!(value);
            }
            Instruction::PopTop => {
                pop!();
            }
            Instruction::Copy(depth) => push!(*peek!(depth)),
            Instruction::Swap(depth) => unsafe { std::ptr::swap(operands.sub(1), operands.sub(depth as usize)) },
            Instruction::Unary(operator) => {
                let value = *peek!(1);
                *peek!(1) = attempt!(operators::unary(machine, operator, value));
            }
            Instruction::Not => {
                let truth = operators::truth(&machine.heap, *peek!(1));
                *peek!(1) = Value::Bool(!truth);
            }
            Instruction::Add | Instruction::InPlace(BinaryOperator::Add) => binary! {
                |machine: &mut Machine, left, right| match *instruction {
                    Instruction::Add => operators::binary(machine, BinaryOperator::Add, left, right),
                    _ => operators::in_place(machine, BinaryOperator::Add, left, right),
                };
                Value::Float(a), Value::Float(b) => Value::Float(a + b);
                Value::Complex(a, b), Value::Complex(c, d) => Value::Complex(a + c, b + d);
                Value::Int(a), Value::Int(b), a.checked_add(b).is_some() => Value::Int(a.wrapping_add(b));
            },
            Instruction::Subtract => binary! {
                |machine: &mut Machine, left, right| operators::binary(machine, BinaryOperator::Subtract, left, right);
                Value::Float(a), Value::Float(b) => Value::Float(a - b);
                Value::Complex(a, b), Value::Complex(c, d) => Value::Complex(a - c, b - d);
                Value::Int(a), Value::Int(b), a.checked_sub(b).is_some() => Value::Int(a.wrapping_sub(b));
            },
            Instruction::Multiply => binary! {
                |machine: &mut Machine, left, right| operators::binary(machine, BinaryOperator::Multiply, left, right);
                Value::Float(a), Value::Float(b) => Value::Float(a * b);
                Value::Complex(a, b), Value::Complex(c, d) => Value::Complex(a * c - b * d, a * d + b * c);
                Value::Int(a), Value::Int(b), a.checked_mul(b).is_some() => Value::Int(a.wrapping_mul(b));
            },
            Instruction::Binary(operator) => binary! {
                |machine: &mut Machine, left, right| operators::binary(machine, operator, left, right);
                Value::Float(a), Value::Float(b), operator == BinaryOperator::TrueDivide && b != 0.0 => Value::Float(a / b);
            },
            Instruction::InPlace(operator) => binary! {
                |machine: &mut Machine, left, right| operators::in_place(machine, operator, left, right);

            },
            Instruction::Compare(comparison) => {
                let right = pop!();
                let left = *peek!(1);
                let truth = match (left, right) {
                    (Value::Float(a), Value::Float(b)) => compared(comparison, a, b),
                    (Value::Int(a), Value::Int(b)) => compared(comparison, a, b),
                    _ => {
                        save!();
                        attempt!(operators::compare(machine, comparison, left, right))
                    }
                };
                *peek!(1) = Value::Bool(truth);
            }
            Instruction::Is(not) => {
                let right = pop!();
                let left = *peek!(1);
                *peek!(1) = Value::Bool(left.is_same(right) != not);
            }
            Instruction::Contains(not) => {
                let container = pop!();
                let item = *peek!(1);
                save!();
                let found = attempt!(operators::contains(machine, item, container));
                *peek!(1) = Value::Bool(found != not);
            }
            Instruction::Subscript => {
                let index = pop!();
                let container = *peek!(1);
                *peek!(1) = match (container, index) {
                    (Value::List(list), Value::Int(index)) if (index as usize) < machine.heap[list].len() => {
                        machine.heap[list][index as usize]
                    }
                    _ => attempt!(operators::subscript(machine, container, index)),
                };
            }
            Instruction::StoreSubscript => {
                let index = pop!();
                let container = pop!();
                let value = pop!();
                match (container, index) {
                    (Value::List(list), Value::Int(index)) if (index as usize) < machine.heap[list].len() => {
                        machine.heap[list][index as usize] = value;
                    }
                    _ => attempt!(operators::store_subscript(machine, container, index, value)),
                }
            }
            Instruction::DeleteSubscript => {
                let index = pop!();
                let container = pop!();
                attempt!(operators::delete_subscript(machine, container, index));
            }
            Instruction::BuildSlice(count) => {
                let step = if count == 3 { pop!() } else { Value::None };
                let stop = pop!();
                let start = *peek!(1);
                *peek!(1) = Value::Slice(machine.heap.allocate(crate::objects::Slice { start, stop, step }));
            }
            Instruction::LoadAttribute { name, cache } => {
                let object = *peek!(1);
                let cache = unsafe { &mut *place.caches.add(cache as usize) };
                *peek!(1) = match instructions::cached_attribute(machine, object, *cache) {
                    Some(value) => value,
                    None => attempt!(instructions::load_attribute(machine, object, name, cache)),
                };
            }
            Instruction::StoreAttribute { name, cache } => {
                let object = pop!();
                let value = pop!();
                let cache = unsafe { &mut *place.caches.add(cache as usize) };
                if !instructions::store_cached(machine, object, *cache, value) {
                    attempt!(instructions::store_attribute(machine, object, name, cache, value));
                    if let Value::Module(_) = object {
                        save!();
                        reload!();
                    }
                }
            }
            Instruction::DeleteAttribute(name) => {
                let object = pop!();
                attempt!(attributes::delete(machine, object, name));
            }
            Instruction::LoadMethod { name, cache } => {
                let object = *peek!(1);
                let cache = unsafe { &mut *place.caches.add(cache as usize) };
                let (callable, itself) = match instructions::cached_method(machine, object, *cache) {
                    Some(method) => (method, object),
                    None => attempt!(instructions::load_method(machine, object, name, cache)),
                };
                *peek!(1) = callable;
                push!(itself);
            }
            Instruction::Jump(target) => position = target as usize,
            Instruction::JumpBackward(target) => {
                // Before the jump, so that a handler around the loop's body is found.
                attempt!(machine.check_interrupt());
                position = target as usize;
                if MODE == mode::WATCHED {
                    let execution = &mut machine.execution;
                    execution.watch.as_mut().expect("it is watched").sample(Execution::codes(&execution.frames), None);
                }
                if machine.heap.wants_collection() {
                    save!();
                    instructions::collect(machine);
                }
                if MODE == mode::OBSERVED {
                    save!();
                    match machine.loop_head() {
                        Onward::Interpret => {}
                        Onward::Entered => reload!(),
                        Onward::Record => return Ok(Exit::Switch),
                        Onward::Raised(raised, at) => {
                            operands = machine.execution.stack.address(machine.execution.top);
                            position = at as usize + 1;
                            raise!(raised);
                        }
                    }
                }
                if MODE == mode::RECORDED {
                    save!();
                    if machine.recording_ended(Some(position)) {
                        return Ok(Exit::Switch);
                    }
                }
            }
            Instruction::PopJumpIfFalse(target) => jump_if!(false, target),
            Instruction::PopJumpIfTrue(target) => jump_if!(true, target),
            Instruction::JumpIfFalseOrPop(target) => {
                if operators::truth(&machine.heap, *peek!(1)) {
                    pop!();
                } else {
                    position = target as usize;
                }
            }
            Instruction::JumpIfTrueOrPop(target) => {
                if operators::truth(&machine.heap, *peek!(1)) {
                    position = target as usize;
                } else {
                    pop!();
                }
            }
            Instruction::GetIterator => {
                let value = *peek!(1);
                *peek!(1) = attempt!(iteration::iterator(machine, value));
            }
            Instruction::ForIterator(target) => match peek!(1) {
                Value::RangeIterator { step, next, stop } => {
                    let element = *next;
                    if if *step > 0 { element < *stop } else { element > *stop } {
                        // Past the largest number there is nothing, so the range is over.
                        *next = element.checked_add(i64::from(*step)).unwrap_or(*stop);
                        push!(Value::Int(element));
                    } else {
                        pop!();
                        position = target as usize;
                    }
                }
                Value::ListIterator { list, next } => match machine.heap[*list].get(*next as usize) {
                    Some(&element) => {
                        *next += 1;
                        push!(element);
                    }
                    None => {
                        pop!();
                        position = target as usize;
                    }
                },
                iterator => {
                    save!();
                    match attempt!(iteration::next(machine, iterator)) {
                        Some(element) => push!(element),
                        None => {
                            pop!();
                            position = target as usize;
                        }
                    }
                    if MODE == mode::WATCHED {
                        machine.execution.watch.as_mut().expect("it is watched").returned(code!(), position - 1);
                    }
                }
            },
            Instruction::Call { arguments, keywords } => {
                let callable = *peek!(arguments + 1);
                if MODE != mode::WATCHED
                    && arguments == 1
                    && keywords == 0
                    && callable.is_same_function(machine.execution.absolute)
                    && let Some(result) = absolute(*peek!(1))
                {
                    pop!();
                    *peek!(1) = result;
                    continue;
                }
                save!();
                let first = machine.execution.top - arguments as usize;
                let call = Call { result: first - 1, first, count: arguments as usize, names: code!().names(keywords) };
                if machine.heap.wants_collection() {
                    instructions::collect(machine);
                }
                match callable {
                    Value::Function(function) => {
                        called!(enter(machine, function, call, Completion::Result), call.result)
                    }
                    Value::Builtin(function) if arguments == 1 && keywords == 0 => {
                        let outcome = call_builtin(machine, function, None, call);
                        called!(outcome.map(Called::Value), call.result);
                    }
                    callable => called!(calls::call(machine, callable, call), call.result),
                }
            }
            Instruction::CallMethod { arguments, keywords } => {
                save!();
                let first = machine.execution.top - arguments as usize;
                let itself = *peek!(arguments + 1);
                let callable = *peek!(arguments + 2);
                let with_self = usize::from(itself.is_bound());
                let call = Call {
                    result: first - 2,
                    first: first - with_self,
                    count: arguments as usize + with_self,
                    names: code!().names(keywords),
                };
                if machine.heap.wants_collection() {
                    instructions::collect(machine);
                }
                called!(calls::call(machine, callable, call), call.result);
            }
            Instruction::CallStar { keywords } => {
                let names = code!().names(keywords);
                save!();
                let result = machine.execution.top - names.len() - 2;
                let callable = *peek!(names.len() + 2);
                let count = attempt!(instructions::spread(machine, result, names.len()));
                let call = Call { result, first: result + 1, count, names };
                called!(calls::call(machine, callable, call), call.result);
            }
            Instruction::ListAppend(depth) => {
                let value = pop!();
                instructions::append(machine, *peek!(depth), value);
            }
            Instruction::Return => {
                let value = pop!();
                save!();
                if let Some(result) = attempt!(instructions::leave(machine, value, frames)) {
                    return Ok(Exit::Value(result));
                }
                reload!();
                if MODE == mode::WATCHED {
                    machine
                        .execution
                        .watch
                        .as_mut()
                        .expect("it is watched")
                        .returned(code!(), position.saturating_sub(1));
                }
            }
            Instruction::MakeGenerator => {
                save!();
                let generator = instructions::make_generator(machine);
                if let Some(result) = attempt!(instructions::leave(machine, generator, frames)) {
                    return Ok(Exit::Value(result));
                }
                reload!();
            }
            Instruction::Yield => {
                let value = pop!();
                save!();
                instructions::rest(machine);
                return Ok(Exit::Value(value));
            }
            Instruction::EndClass => {
                save!();
                let class = attempt!(instructions::end_class(machine));
                if let Some(result) = attempt!(instructions::leave(machine, class, frames)) {
                    return Ok(Exit::Value(result));
                }
                reload!();
            }
            Instruction::MakeClass { code, base, cells } => {
                save!();
                attempt!(instructions::begin_class(machine, code as usize, base, cells as usize));
                reload!();
            }
            Instruction::FusedLoadPair(first, second) => match (*slot!(first), *slot!(second)) {
                (Value::Unbound, _) => raise!(instructions::unbound_local(machine, code!(), u32::from(first))),
                (first, Value::Unbound) => push!(first),
                (first, second) => {
                    push!(first);
                    push!(second);
                    position += 1;
                }
            },
            Instruction::FusedElement(list, index) => match (*slot!(list), *slot!(index)) {
                (Value::List(place), Value::Int(index)) => match machine.heap[place].get(index as usize) {
                    Some(&element) => {
                        push!(in_parts(element));
                        position += 2;
                    }
                    None => push!(*slot!(list)),
                },
                (Value::Unbound, _) => raise!(instructions::unbound_local(machine, code!(), u32::from(list))),
                (list, _) => push!(list),
            },
            Instruction::FusedStoreElement(list, index) => match (*slot!(list), *slot!(index)) {
                (Value::List(place), Value::Int(index)) => match machine.heap[place].get_mut(index as usize) {
                    Some(element) => {
                        *element = in_parts(pop!());
                        position += 2;
                    }
                    None => push!(*slot!(list)),
                },
                (Value::Unbound, _) => raise!(instructions::unbound_local(machine, code!(), u32::from(list))),
                (list, _) => push!(list),
            },
            Instruction::FusedOperate(operator, slot) => {
                let left = *peek!(1);
                match operated(operator, left, *slot!(slot)) {
                    Some(result) => {
                        *peek!(1) = result;
                        position += 1;
                    }
                    None => match *slot!(slot) {
                        Value::Unbound => raise!(instructions::unbound_local(machine, code!(), u32::from(slot))),
                        value => push!(value),
                    },
                }
            }
            Instruction::FusedProduct(left, right) => {
                match operated(BinaryOperator::Multiply, *slot!(left), *slot!(right)) {
                    Some(result) => {
                        push!(result);
                        position += 2;
                    }
                    None => match *slot!(left) {
                        Value::Unbound => raise!(instructions::unbound_local(machine, code!(), u32::from(left))),
                        value => push!(value),
                    },
                }
            }
            Instruction::FusedStoreLoad(stored, loaded) => {
                *slot!(stored) = pop!();
                if slot!(loaded).is_bound() {
                    push!(*slot!(loaded));
                    position += 1;
                }
            }
            Instruction::FusedCompareJump(comparison, jump_if, target) => {
                let truth = match (&*peek!(2), &*peek!(1)) {
                    (&Value::Float(a), &Value::Float(b)) => compared(comparison, a, b),
                    (&Value::Int(a), &Value::Int(b)) => compared(comparison, a, b),
                    (&left, &right) => {
                        save!();
                        attempt!(operators::compare(machine, comparison, left, right))
                    }
                };
                operands = unsafe { operands.sub(2) };
                position = if truth == jump_if { target as usize } else { position + 1 };
            }
            Instruction::FusedForStore(slot, target) => match peek!(1) {
                Value::RangeIterator { step, next, stop } => {
                    let element = *next;
                    if if *step > 0 { element < *stop } else { element > *stop } {
                        *next = element.checked_add(i64::from(*step)).unwrap_or(*stop);
                        *slot!(slot) = Value::Int(element);
                        position += 1;
                    } else {
                        pop!();
                        position = target as usize;
                    }
                }
                iterator => {
                    save!();
                    match attempt!(iteration::next(machine, iterator)) {
                        Some(element) => {
                            *slot!(slot) = element;
                            position += 1;
                        }
                        None => {
                            pop!();
                            position = target as usize;
                        }
                    }
                }
            },
            Instruction::Nop => {}
            rare => {
                save!();
                if attempt!(instructions::rare(machine, rare)) {
                    reload!();
                } else {
                    operands = machine.execution.stack.address(machine.execution.top);
                }
            }
        }
    }
}

/// The sum, difference or product of two numbers of one type that fits.
#[inline]
fn operated(operator: BinaryOperator, left: Value, right: Value) -> Option<Value> {
    Some(match (left, right) {
        (Value::Float(a), Value::Float(b)) => Value::Float(match operator {
            BinaryOperator::Add => a + b,
            BinaryOperator::Subtract => a - b,
            _ => a * b,
        }),
        (Value::Complex(a, b), Value::Complex(c, d)) => match operator {
            BinaryOperator::Add => Value::Complex(a + c, b + d),
            BinaryOperator::Subtract => Value::Complex(a - c, b - d),
            _ => Value::Complex(a * c - b * d, a * d + b * c),
        },
        (Value::Int(a), Value::Int(b)) => Value::Int(match operator {
            BinaryOperator::Add => a.checked_add(b)?,
            BinaryOperator::Subtract => a.checked_sub(b)?,
            _ => a.checked_mul(b)?,
        }),
        _ => return None,
    })
}

/// The absolute value of a number, where it is one and nothing can go wrong.
#[inline]
fn absolute(value: Value) -> Option<Value> {
    match value {
        Value::Complex(real, imaginary) => {
            let absolute = real.hypot(imaginary);
            absolute.is_finite().then_some(Value::Float(absolute))
        }
        Value::Float(value) => Some(Value::Float(value.abs())),
        Value::Int(value) => value.checked_abs().map(Value::Int),
        _ => None,
    }
}

// ANCHOR: in_parts
/// The same value. A number that has just been written is read as it was written, tag and parts: a processor hands on what one store
/// has written to one load of the same bytes, and lets a wider load wait until the stores have reached the cache.
#[inline(always)]
#[expect(clippy::needless_match, reason = "the arms say in which parts a value is read")]
fn in_parts(value: Value) -> Value {
    match value {
        Value::Complex(real, imaginary) => Value::Complex(real, imaginary),
        Value::Float(value) => Value::Float(value),
        value => value,
    }
}
// ANCHOR_END: in_parts

/// A comparison of two numbers of one type.
#[inline]
fn compared<T: PartialOrd>(comparison: Comparison, left: T, right: T) -> bool {
    match comparison {
        Comparison::Less => left < right,
        Comparison::LessEqual => left <= right,
        Comparison::Equal => left == right,
        Comparison::NotEqual => left != right,
        Comparison::Greater => left > right,
        Comparison::GreaterEqual => left >= right,
    }
}

impl Code {
    /// The names of a call's named arguments.
    #[inline]
    fn names(&self, keywords: u32) -> &[crate::names::Symbol] {
        match keywords {
            0 => &[],
            index => &self.keywords[index as usize - 1],
        }
    }
}
