//! What single instructions do, apart from the loop: what is rare, and what would make the loop too long to read.

use std::rc::Rc;

use super::attributes::{self, class_attribute, place_of};
use super::frames::{Cache, Completion, Execution};
use super::{calls, exceptions, imports};
use crate::bytecode::{Code, Conversion, Instruction};
use crate::compile::private;
use crate::error::{ExceptionKind, Outcome, Raised};
use crate::names::Symbol;
use crate::objects::{Base, Cell, Class, Function, Generator};
use crate::state::Machine;
use crate::value::{Ref, Value};
use crate::{iteration, table, text};

/// The cell in a slot.
pub(crate) fn cell(machine: &mut Machine, slot: Value) -> &mut Cell {
    match slot {
        Value::Cell(cell) => &mut machine.heap[cell],
        other => unreachable!("the compiler makes a cell before it is used, here is {other:?}"),
    }
}

/// The error for a local without a value.
#[cold]
pub(crate) fn unbound_local(machine: &mut Machine, code: &Code, slot: u32) -> Raised {
    let name = machine.names.text(code.slots[slot as usize]).clone();
    let text = format!("cannot access local variable '{name}' where it is not associated with a value");
    machine.heap.raise(ExceptionKind::UnboundLocalError, text)
}

/// The error for a variable without a value that an inner function uses too.
#[cold]
pub(crate) fn unbound_cell(machine: &mut Machine, code: &Code, slot: u32) -> Raised {
    if (slot as usize) < code.slots.len() - code.free as usize {
        return unbound_local(machine, code, slot);
    }
    let name = machine.names.text(code.slots[slot as usize]).clone();
    let text =
        format!("cannot access free variable '{name}' where it is not associated with a value in enclosing scope");
    machine.heap.raise(ExceptionKind::NameError, text)
}

/// The error for a global name without a value.
#[cold]
pub(crate) fn unbound_global(machine: &mut Machine, place: u32) -> Raised {
    let globals = machine.execution.frames.last().expect("a frame is executed").globals;
    let symbol = machine.heap[globals].names[place as usize];
    let text = format!("name '{}' is not defined", machine.names.text(symbol));
    let raised = machine.heap.raise(ExceptionKind::NameError, text);
    machine.heap[raised.0].missing = Some((symbol, Value::Module(globals)));
    raised
}

/// Gives back the memory of what nobody can reach any more. Every value in use lies on the stack or among the roots now.
#[cold]
pub(crate) fn collect(machine: &mut Machine) {
    let mut roots = machine.execution.roots();
    roots.extend_from_slice(&machine.roots);
    roots.extend(machine.codes.iter().flat_map(|code| code.constants.iter().copied()));
    machine.heap.collect(roots.into_iter());
}

/// The attribute of an object, where the cache knows its place.
#[inline]
pub(crate) fn cached_attribute(machine: &Machine, object: Value, cache: Cache) -> Option<Value> {
    let Value::Instance(instance) = object else { return None };
    let instance = &machine.heap[instance];
    if cache.class != instance.class.index() as u32 + 1 || cache.version != machine.execution.version {
        return None;
    }
    instance.attributes.get(cache.place as usize).copied().filter(|value| value.is_bound())
}

/// Looks an attribute up, and notes its place.
pub(crate) fn load_attribute(machine: &mut Machine, object: Value, name: Symbol, cache: &mut Cache) -> Outcome<Value> {
    note_place(machine, object, name, cache);
    attributes::load(machine, object, name)
}

fn note_place(machine: &Machine, object: Value, name: Symbol, cache: &mut Cache) {
    if let Value::Instance(instance) = object
        && let Some(place) = place_of(&machine.heap, instance, name)
    {
        let class = machine.heap[instance].class.index() as u32 + 1;
        *cache = Cache { class, version: machine.execution.version, place: place as u32, value: Value::Unbound };
    }
}

/// Stores an attribute where the cache knows its place and the object has it already.
#[inline]
pub(crate) fn store_cached(machine: &mut Machine, object: Value, cache: Cache, value: Value) -> bool {
    let Value::Instance(instance) = object else { return false };
    let version = machine.execution.version;
    let instance = &mut machine.heap[instance];
    if cache.class != instance.class.index() as u32 + 1 || cache.version != version {
        return false;
    }
    match instance.attributes.get_mut(cache.place as usize) {
        Some(place) if place.is_bound() => {
            *place = value;
            true
        }
        _ => false,
    }
}

/// Stores an attribute, and notes its place.
pub(crate) fn store_attribute(
    machine: &mut Machine,
    object: Value,
    name: Symbol,
    cache: &mut Cache,
    value: Value,
) -> Outcome<()> {
    attributes::store(machine, object, name, value)?;
    note_place(machine, object, name, cache);
    Ok(())
}

/// The function that a method's name means for an object, where the cache knows it.
#[inline]
pub(crate) fn cached_method(machine: &Machine, object: Value, cache: Cache) -> Option<Value> {
    let Value::Instance(instance) = object else { return None };
    let class = machine.heap[instance].class.index() as u32 + 1;
    (cache.class == class && cache.version == machine.execution.version && cache.value.is_bound())
        .then_some(cache.value)
}

/// What a method's name means for an object: what will be called, and its first argument, unbound where it has none.
pub(crate) fn load_method(
    machine: &mut Machine,
    object: Value,
    name: Symbol,
    cache: &mut Cache,
) -> Outcome<(Value, Value)> {
    if let Value::Instance(instance) = object {
        let class = machine.heap[instance].class;
        if place_of(&machine.heap, instance, name).is_none()
            && let Some(value @ Value::Function(_)) = class_attribute(&machine.heap, class, name)
        {
            // Objects of a class whose layout has the name might have an attribute of their own.
            if !machine.heap[class].layout.contains(&name) {
                *cache = Cache { class: class.index() as u32 + 1, version: machine.execution.version, place: 0, value };
            }
            return Ok((value, object));
        }
    }
    Ok((attributes::load(machine, object, name)?, Value::Unbound))
}

/// `value` at the end of the list at a depth: comprehensions.
pub(crate) fn append(machine: &mut Machine, list: Value, value: Value) {
    let Value::List(list) = list else { unreachable!("the compiler puts a list there") };
    machine.heap[list].push(value);
    machine.heap.grown(size_of::<Value>());
}

/// Puts the elements of a call's starred list where arguments lie, with the named ones after them. Says how many there are.
pub(crate) fn spread(machine: &mut Machine, result: usize, named: usize) -> Outcome<usize> {
    let keywords = machine.execution.pop_many(named);
    let items = machine.execution.pop();
    let list = match items {
        Value::List(list) => machine.heap[list].to_vec(),
        other => {
            let callable = machine.execution.stack.values(result, result + 1)[0];
            starred(machine, callable, other)?
        }
    };
    let count = list.len() + named;
    if !machine.execution.stack.has_room(result + 1, count) {
        return Err(machine
            .heap
            .raise(ExceptionKind::MemoryError, "a call with more arguments than there is room for"));
    }
    let arguments = machine.execution.stack.values_mut(result + 1, result + 1 + count);
    arguments[..count - named].copy_from_slice(&list);
    arguments[count - named..].copy_from_slice(&keywords);
    machine.execution.top = result + 1 + count;
    Ok(count)
}

/// The elements of a call's only starred argument.
fn starred(machine: &mut Machine, callable: Value, items: Value) -> Outcome<Vec<Value>> {
    if iteration::is_iterable(items) {
        return iteration::collect(machine, items);
    }
    let function = match callable {
        Value::Function(function) => {
            let function = &machine.heap[function];
            format!("{}.{}", machine.heap[function.globals].name, function.qualified_name)
        }
        Value::Builtin(function) => crate::library::name(function).to_owned(),
        Value::Type(kind) => kind.name().to_owned(),
        Value::BoundMethod(method) => {
            let function = &machine.heap[machine.heap[method].function];
            format!("{}.{}", machine.heap[function.globals].name, function.qualified_name)
        }
        other => text::str(machine, other)?.to_string(),
    };
    let kind = crate::describe::type_name(&machine.heap, items);
    Err(machine.heap.type_error(format!("{function}() argument after * must be an iterable, not {kind}")))
}

/// Ends the innermost frame. When no more than `frames` are left the result is given back, else it lies on the caller's stack.
pub(crate) fn leave(machine: &mut Machine, value: Value, frames: usize) -> Outcome<Option<Value>> {
    let execution = &mut machine.execution;
    if let Some(watch) = &mut execution.watch {
        watch.sample(Execution::codes(&execution.frames), None);
    }
    let frame = machine.execution.frames.last().expect("a frame is executed");
    let completion = frame.completion;
    let result = match completion {
        Completion::Result => value,
        Completion::Module(_, module) => Value::Module(module),
        Completion::Object(_) | Completion::Exception(_) if !matches!(value, Value::None) => {
            let kind = crate::describe::type_name(&machine.heap, value);
            return Err(machine.heap.type_error(format!("__init__() should return None, not '{kind}'")));
        }
        Completion::Object(object) => Value::Instance(object),
        Completion::Exception(exception) => exception,
        Completion::Generator(generator) => {
            let generator = &mut machine.heap[generator];
            (generator.position, generator.running) = (None, false);
            generator.values = Vec::new();
            value
        }
    };
    let frame = machine.execution.frames.pop().expect("a frame is executed");
    machine.execution.handled = frame.handled;
    machine.execution.top = frame.result;
    if machine.execution.frames.len() == frames {
        return Ok(Some(result));
    }
    machine.execution.push(result);
    Ok(None)
}

/// Makes a generator of the innermost frame, which is at its first instruction.
pub(crate) fn make_generator(machine: &mut Machine) -> Value {
    let frame = machine.execution.frames.last().expect("a frame is executed");
    let values = machine.execution.stack.values(frame.slots, frame.slots + frame.code.slots.len()).to_vec();
    let generator = Generator {
        code: frame.code.clone(),
        globals: frame.globals,
        position: Some(frame.position as u32),
        values,
        running: false,
    };
    Value::Generator(machine.heap.allocate(generator))
}

/// Puts the innermost frame, a generator's, to rest.
pub(crate) fn rest(machine: &mut Machine) {
    let top = machine.execution.top;
    let frame = machine.execution.frames.pop().expect("a frame is executed");
    machine.execution.handled = frame.handled;
    machine.execution.top = frame.result;
    let values = machine.execution.stack.values(frame.slots, top).to_vec();
    let Completion::Generator(generator) = frame.completion else { unreachable!("only a generator yields") };
    let generator = &mut machine.heap[generator];
    generator.values = values;
    generator.position = Some(frame.position as u32);
    generator.running = false;
}

/// Begins the body of a class.
pub(crate) fn begin_class(machine: &mut Machine, code: usize, base: bool, cells: usize) -> Outcome<()> {
    let frame = machine.execution.frames.last().expect("a frame is executed");
    let (code, globals) = (frame.code.functions[code].clone(), frame.globals);
    let cells = machine.execution.pop_many(cells);
    let base = if base { machine.execution.pop() } else { Value::Unbound };
    match base {
        Value::Unbound | Value::Class(_) | Value::ExceptionType(_) | Value::Type(crate::value::Type::Object) => {}
        other => {
            let text =
                format!("'{}' is not a class that another can be derived from here", text::repr(machine, other)?);
            return Err(machine.heap.type_error(text));
        }
    }
    let first = machine.execution.top;
    calls::check_room(machine, &code, first)?;
    let slots = machine.execution.stack.values_mut(first, first + code.slots.len());
    slots.fill(Value::Unbound);
    slots[0] = base;
    let free = code.slots.len() - code.free as usize;
    slots[free..].copy_from_slice(&cells);
    calls::push(machine, code, globals, first, first, Completion::Result);
    Ok(())
}

/// Makes a class of what the slots of its body, the innermost frame, are bound to.
pub(crate) fn end_class(machine: &mut Machine) -> Outcome<Value> {
    let frame = machine.execution.frames.last().expect("a frame is executed");
    let code = frame.code.clone();
    let module = machine.heap[frame.globals].name.clone();
    let slots = machine.execution.stack.values(frame.slots, frame.slots + code.slots.len()).to_vec();
    let base = match slots[0] {
        Value::Class(class) => Base::Class(class),
        Value::ExceptionType(kind) => Base::Exception(kind),
        _ => Base::Object,
    };
    let own = slots.len() - code.free as usize;
    let mut attributes = Vec::new();
    for (&name, &value) in code.slots.iter().zip(&slots).take(own).skip(1) {
        let value = match value {
            Value::Cell(cell) => machine.heap[cell].0,
            value => value,
        };
        if value.is_bound() {
            attributes.push((name, value));
        }
    }
    let slots_name = machine.names.symbol("__slots__");
    let own_slots = attributes.iter().find(|(name, _)| *name == slots_name).map(|&(_, value)| value);
    let own_slots = match own_slots {
        Some(value) => Some(slot_names(machine, value, &code.name)?),
        None => None,
    };
    if let Some(names) = &own_slots
        && let Some(&(name, _)) = attributes.iter().find(|(name, _)| names.contains(name))
    {
        let text = format!("'{}' in __slots__ conflicts with class variable", machine.names.text(name));
        return Err(machine.heap.value_error(text));
    }
    let (inherited, layout) = match base {
        Base::Class(class) => (machine.heap[class].slots.clone(), machine.heap[class].layout.clone()),
        Base::Object => (Some(Box::default()), Vec::new()),
        Base::Exception(_) => (None, Vec::new()),
    };
    let slots = own_slots.zip(inherited).map(|(own, inherited)| own.into_iter().chain(inherited).collect());
    let class = Class {
        name: code.name.clone(),
        qualified_name: code.qualified_name.clone(),
        module,
        base,
        attributes,
        slots,
        layout,
    };
    Ok(Value::Class(machine.heap.allocate(class)))
}

/// The names in `__slots__` of a class.
fn slot_names(machine: &mut Machine, value: Value, class: &str) -> Outcome<Vec<Symbol>> {
    let items = match value {
        Value::Str(_) => vec![value],
        value => iteration::collect(machine, value)?,
    };
    let mut names = Vec::new();
    for item in items {
        match item {
            Value::Str(name) => {
                let name = machine.heap[name].shared();
                let private = private::mangled(Some(class), &name);
                names.push(machine.names.symbol(private.as_deref().unwrap_or(&name)));
            }
            other => {
                let kind = crate::describe::type_name(&machine.heap, other);
                return Err(machine.heap.type_error(format!("__slots__ items must be strings, not '{kind}'")));
            }
        }
    }
    Ok(names)
}

fn make_function(machine: &mut Machine, code: u32, defaults: u16, cells: u16) {
    let closure = machine.execution.pop_many(cells as usize).into();
    let defaults = machine.execution.pop_many(defaults as usize).into();
    let frame = machine.execution.frames.last().expect("a frame is executed");
    let code: Rc<Code> = frame.code.functions[code as usize].clone();
    let qualified_name = code.qualified_name.clone();
    let function = Function { code, globals: frame.globals, defaults, closure, qualified_name };
    let function = machine.heap.allocate(function);
    machine.execution.push(Value::Function(function));
}

fn unpack_extended(machine: &mut Machine, before: usize, after: usize) -> Outcome<()> {
    let iterable = machine.execution.pop();
    let items = iteration::unpack_starred(machine, iterable, before, after)?;
    for &item in items.iter().rev() {
        machine.execution.push(item);
    }
    Ok(())
}

fn format_value(machine: &mut Machine, conversion: Conversion, spec: bool) -> Outcome<()> {
    let specification = if spec { machine.execution.pop() } else { Value::Unbound };
    let value = machine.execution.pop();
    let value = match conversion {
        Conversion::None => value,
        Conversion::Str => {
            let shown = text::str(machine, value)?;
            machine.heap.text(shown)
        }
        Conversion::Repr => {
            let shown = text::repr(machine, value)?;
            machine.heap.text(shown)
        }
        Conversion::Ascii => {
            let shown = text::ascii(machine, value)?;
            machine.heap.text(shown)
        }
    };
    let result = match (value, specification) {
        (Value::Str(_), Value::Unbound) => value,
        (value, Value::Str(specification)) => {
            let specification = machine.heap[specification].shared();
            let shown = text::format(machine, value, &specification)?;
            machine.heap.text(shown)
        }
        (value, _) => {
            let shown = text::format(machine, value, "")?;
            machine.heap.text(shown)
        }
    };
    machine.execution.push(result);
    Ok(())
}

fn set_of(value: Value) -> Ref<table::Set> {
    match value {
        Value::Set(set) => set,
        other => unreachable!("the compiler puts a set there, here is {other:?}"),
    }
}

fn dict_of(value: Value) -> Ref<table::Dict> {
    match value {
        Value::Dict(dict) => dict,
        other => unreachable!("the compiler puts a dictionary there, here is {other:?}"),
    }
}

/// The instructions that the loop does not do itself. Says whether the innermost frame is another one now.
pub(crate) fn rare(machine: &mut Machine, instruction: Instruction) -> Outcome<bool> {
    match instruction {
        Instruction::BuildList(count) => {
            let items = machine.execution.pop_many(count as usize);
            let list = machine.heap.list(items);
            machine.execution.push(list);
        }
        Instruction::BuildTuple(count) => {
            let items = machine.execution.pop_many(count as usize);
            let tuple = machine.heap.tuple(items);
            machine.execution.push(tuple);
        }
        Instruction::BuildSet(count) => {
            let items = machine.execution.pop_many(count as usize);
            let set = machine.heap.allocate(table::Set::default());
            for item in items {
                table::set_add(&mut machine.heap, set, item)?;
            }
            machine.execution.push(Value::Set(set));
        }
        Instruction::ConstantSet => {
            let Value::Tuple(items) = machine.execution.pop() else { unreachable!("the compiler puts a tuple there") };
            let items = machine.heap[items].0.clone();
            let set = table::constant_set(&mut machine.heap, &items)?;
            machine.execution.push(Value::Set(set));
        }
        Instruction::BuildDict(pairs) => {
            let items = machine.execution.pop_many(2 * pairs as usize);
            let dict = machine.heap.allocate(table::Dict::default());
            for pair in items.chunks_exact(2) {
                table::insert(&mut machine.heap, dict, pair[0], pair[1])?;
            }
            machine.execution.push(Value::Dict(dict));
        }
        Instruction::BuildString(count) => {
            let parts = machine.execution.pop_many(count as usize);
            let mut whole = String::new();
            for part in parts {
                let Value::Str(part) = part else { unreachable!("the compiler joins strings") };
                whole.push_str(machine.heap[part].as_str());
            }
            let whole = machine.heap.text(whole);
            machine.execution.push(whole);
        }
        Instruction::FormatValue { conversion, spec } => format_value(machine, conversion, spec)?,
        Instruction::SetAdd(depth) => {
            let value = machine.execution.pop();
            let set = set_of(machine.execution.peek(depth));
            table::set_add(&mut machine.heap, set, value)?;
        }
        Instruction::DictAdd(depth) => {
            let value = machine.execution.pop();
            let key = machine.execution.pop();
            let dict = dict_of(machine.execution.peek(depth));
            table::insert(&mut machine.heap, dict, key, value)?;
        }
        Instruction::ListExtend(depth) => {
            let iterable = machine.execution.pop();
            if !iteration::is_iterable(iterable) {
                let kind = crate::describe::type_name(&machine.heap, iterable);
                return Err(machine.heap.type_error(format!("Value after * must be an iterable, not {kind}")));
            }
            let items = iteration::collect(machine, iterable)?;
            let Value::List(list) = machine.execution.peek(depth) else {
                unreachable!("the compiler puts a list there")
            };
            machine.heap.grown(items.len() * size_of::<Value>());
            machine.heap[list].with(|list| list.extend(items));
        }
        Instruction::SetExtend(depth) => {
            let iterable = machine.execution.pop();
            let items = iteration::collect(machine, iterable)?;
            let set = set_of(machine.execution.peek(depth));
            for item in items {
                table::set_add(&mut machine.heap, set, item)?;
            }
        }
        Instruction::ListToTuple => {
            let Value::List(list) = machine.execution.pop() else { unreachable!("the compiler puts a list there") };
            let items = machine.heap[list].to_vec();
            let tuple = machine.heap.tuple(items);
            machine.execution.push(tuple);
        }
        Instruction::UnpackSequence(count) => {
            let iterable = machine.execution.pop();
            let items = iteration::unpack(machine, iterable, count as usize)?;
            for &item in items.iter().rev() {
                machine.execution.push(item);
            }
        }
        Instruction::UnpackExtended { before, after } => unpack_extended(machine, before as usize, after as usize)?,
        Instruction::MakeFunction { code, defaults, cells } => make_function(machine, code, defaults, cells),
        Instruction::Raise(count) => return Err(exceptions::raise(machine, count)),
        Instruction::PushHandled => {
            let exception = machine.execution.pop();
            let earlier = std::mem::replace(&mut machine.execution.handled, exception);
            machine.execution.push(earlier);
            machine.execution.push(exception);
        }
        Instruction::PopHandled => machine.execution.handled = machine.execution.pop(),
        Instruction::MatchException => {
            let class = machine.execution.pop();
            let exception = machine.execution.peek(1);
            let matches = exceptions::matches(machine, exception, class)?;
            machine.execution.push(Value::Bool(matches));
        }
        Instruction::Reraise => match machine.execution.pop() {
            Value::Exception(exception) => return Err(Raised(exception)),
            other => unreachable!("the compiler puts an exception there, here is {other:?}"),
        },
        Instruction::LoadAssertionError => machine.execution.push(Value::ExceptionType(ExceptionKind::AssertionError)),
        Instruction::ImportModule(name) => return imports::import(machine, name),
        Instruction::ImportFrom(name) => {
            let module = machine.execution.peek(1);
            let value = imports::from_module(machine, module, name)?;
            machine.execution.push(value);
        }
        other => unreachable!("the loop does {other:?} itself"),
    }
    Ok(false)
}
