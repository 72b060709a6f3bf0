//! How arguments are counted, and the words for a wrong call.

use crate::describe::{type_name, type_of};
use crate::error::{Outcome, Raised};
use crate::state::{Arguments, Machine};
use crate::value::{Type, Value};

use super::BuiltinEntry;

/// Which arguments a function takes, the object of a method not counted. CPython has a way of reading arguments for each of
/// these, and each has words of its own.
#[derive(Clone, Copy, Debug)]
pub enum Signature {
    /// No argument.
    Nothing,
    /// One without a name.
    One,
    /// At least and at most so many without names: `pop expected at most 1 argument, got 2`.
    Counted(usize, usize),
    /// The same in older words: `find() takes at most 3 arguments (4 given)`.
    Parsed(usize, usize),
    /// Any number without names.
    Many,
    /// Some that may be named.
    Named(Named),
    /// The function looks at everything itself.
    Free,
}

/// Arguments that may be named.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    /// The names in order; an empty one for an argument without a name.
    pub names: &'static [&'static str],
    /// How many of the first have to be there.
    pub required: usize,
    /// How many of the first may be given without a name.
    pub positional: usize,
}

/// The most arguments that a function with fixed places has, the object included.
const PLACES: usize = 5;

/// Calls a function of the table: counts the arguments, puts each at its place.
pub(super) fn call(machine: &mut Machine, entry: &BuiltinEntry, arguments: Arguments<'_>) -> Outcome<Value> {
    let Arguments { positional, keywords } = arguments;
    let object = usize::from(entry.owner.is_some() && !matches!(entry.name, "maketrans" | "fromkeys"));
    if object == 1 {
        check_object(machine, entry, positional)?;
    }
    if matches!(entry.signature, Signature::Free) {
        return (entry.function)(machine, arguments);
    }
    if let Signature::Named(named) = entry.signature {
        let mut places = [Value::Unbound; PLACES];
        places[..object].copy_from_slice(&positional[..object]);
        let rest = Arguments { positional: &positional[object..], keywords };
        fill(machine, entry.name, named, rest, &mut places[object..])?;
        let count = object + named.names.len();
        return (entry.function)(machine, Arguments { positional: &places[..count], keywords: &[] });
    }
    if !keywords.is_empty() {
        return Err(no_keywords(machine, entry));
    }
    let given = positional.len() - object;
    let most = most(machine, entry, given)?;
    if given == most {
        return (entry.function)(machine, arguments);
    }
    let mut places = [Value::Unbound; PLACES];
    places[..positional.len()].copy_from_slice(positional);
    (entry.function)(machine, Arguments { positional: &places[..object + most], keywords: &[] })
}

/// How many places the arguments have; an error when there are too few or too many.
fn most(machine: &mut Machine, entry: &BuiltinEntry, given: usize) -> Outcome<usize> {
    let name = entry.name;
    let text = match entry.signature {
        Signature::Nothing if given == 0 => return Ok(0),
        Signature::One if given == 1 => return Ok(1),
        Signature::Counted(least, most) | Signature::Parsed(least, most) if least <= given && given <= most => {
            return Ok(most);
        }
        Signature::Many | Signature::Named(_) | Signature::Free => return Ok(given),
        Signature::Nothing => format!("{}() takes no arguments ({given} given)", qualified(entry)),
        Signature::One => format!("{}() takes exactly one argument ({given} given)", qualified(entry)),
        Signature::Counted(least, most) => return Err(miscounted(machine, name, least, most, given)),
        Signature::Parsed(least, most) => {
            let (bound, count) = match (least == most, given < least) {
                (true, _) => ("exactly", least),
                (false, true) => ("at least", least),
                (false, false) => ("at most", most),
            };
            format!("{name}() takes {bound} {count} argument{} ({given} given)", plural(count))
        }
    };
    Err(machine.heap.type_error(text))
}

/// `pop expected at most 1 argument, got 2`
pub(super) fn miscounted(machine: &mut Machine, name: &str, least: usize, most: usize, given: usize) -> Raised {
    let (bound, count) = match (least == most, given < least) {
        (true, _) => ("", least),
        (false, true) => ("at least ", least),
        (false, false) => ("at most ", most),
    };
    machine.heap.type_error(format!("{name} expected {bound}{count} argument{}, got {given}", plural(count)))
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn qualified(entry: &BuiltinEntry) -> String {
    match entry.owner {
        Some(owner) => format!("{}.{}", owner.name(), entry.name),
        None => entry.name.to_owned(),
    }
}

fn no_keywords(machine: &mut Machine, entry: &BuiltinEntry) -> Raised {
    machine.heap.type_error(format!("{}() takes no keyword arguments", qualified(entry)))
}

/// Whether the first argument is of the type whose method is called.
fn check_object(machine: &mut Machine, entry: &BuiltinEntry, positional: &[Value]) -> Outcome<()> {
    let Some(owner) = entry.owner else { return Ok(()) };
    let (kind, name) = (owner.name(), entry.name);
    let Some(&object) = positional.first() else {
        return Err(machine.heap.type_error(format!("unbound method {kind}.{name}() needs an argument")));
    };
    let found = type_of(&machine.heap, object);
    if found == Some(owner) || (owner == Type::Int && found == Some(Type::Bool)) {
        return Ok(());
    }
    let found = type_name(&machine.heap, object);
    Err(machine
        .heap
        .type_error(format!("descriptor '{name}' for '{kind}' objects doesn't apply to a '{found}' object")))
}

/// Puts arguments at the places of their names.
pub(super) fn fill(
    machine: &mut Machine,
    name: &str,
    named: Named,
    arguments: Arguments<'_>,
    places: &mut [Value],
) -> Outcome<()> {
    let Named { names, required, positional: most } = named;
    let Arguments { positional, keywords } = arguments;
    let (given, all) = (positional.len(), positional.len() + keywords.len());
    if all > names.len() {
        let kind = if given == 0 { "keyword " } else { "" };
        let text =
            format!("{name}() takes at most {} {kind}argument{} ({all} given)", names.len(), plural(names.len()));
        return Err(machine.heap.type_error(text));
    }
    if given > most {
        let text = if most == 0 {
            format!("{name}() takes no positional arguments")
        } else {
            format!("{name}() takes at most {most} positional argument{} ({given} given)", plural(most))
        };
        return Err(machine.heap.type_error(text));
    }
    let unnamed = names.iter().take_while(|name| name.is_empty()).count().min(required);
    if given < unnamed {
        let bound = if unnamed == most { "exactly" } else { "at least" };
        let text = format!("{name}() takes {bound} {unnamed} positional argument{} ({given} given)", plural(unnamed));
        return Err(machine.heap.type_error(text));
    }
    places[..given].copy_from_slice(positional);
    let mut unknown = None;
    for &(symbol, value) in keywords {
        let keyword = machine.names.text(symbol).clone();
        match names.iter().position(|&known| !known.is_empty() && *known == *keyword) {
            Some(place) if place < given => {
                let text = format!("argument for {name}() given by name ('{keyword}') and position ({})", place + 1);
                return Err(machine.heap.type_error(text));
            }
            Some(place) => places[place] = value,
            None => unknown = unknown.or(Some(keyword)),
        }
    }
    if let Some(missing) = (0..required).find(|&place| !places[place].is_bound()) {
        let text = format!("{name}() missing required argument '{}' (pos {})", names[missing], missing + 1);
        return Err(machine.heap.type_error(text));
    }
    match unknown {
        Some(keyword) => Err(unknown_keyword(machine, name, &keyword)),
        None => Ok(()),
    }
}

/// `'x' is an invalid keyword argument for print()`
pub(super) fn unknown_keyword(machine: &mut Machine, name: &str, keyword: &str) -> Raised {
    machine.heap.type_error(format!("'{keyword}' is an invalid keyword argument for {name}()"))
}
