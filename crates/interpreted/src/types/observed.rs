//! Types that were seen while the program ran.

use hashbrown::HashMap;

use crate::bytecode::Code;
use crate::heap::Heap;
use crate::types::{Type, TypeSource};
use crate::value::Value;

/// What has been seen in one place.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// What all values had in common.
    pub kind: Type,
    /// One bit for each tag.
    pub tags: u64,
}

impl Default for Seen {
    fn default() -> Seen {
        Seen { kind: Type::Never, tags: 0 }
    }
}

impl Seen {
    fn add(&mut self, value: Value, heap: &Heap) {
        self.tags |= 1 << value.tag();
        self.kind = self.kind.join(kind(value, heap));
    }
}

/// What a single value shows of its type.
fn kind(value: Value, heap: &Heap) -> Type {
    match value {
        Value::None => Type::None,
        Value::Bool(_) => Type::Bool,
        Value::Int(_) => Type::Int,
        Value::Float(_) => Type::Float,
        Value::Complex(..) => Type::Complex,
        Value::List(_) => Type::List,
        Value::RangeIterator { step, .. } => Type::RangeIterator(step),
        Value::ListIterator { .. } => Type::ListIterator,
        Value::Instance(instance) => Type::Instance(heap[instance].class),
        Value::Function(_)
        | Value::Builtin(_)
        | Value::Type(_)
        | Value::Class(_)
        | Value::ExceptionType(_)
        | Value::Module(_)
        | Value::CythonType(_) => Type::Constant(value),
        _ => Type::Unknown,
    }
}

/// What has been seen at the instructions of one code.
#[derive(Clone, Debug)]
pub struct Observed {
    slots: usize,
    results: Vec<Seen>,
    heads: HashMap<u32, Vec<Seen>>,
}

impl Observed {
    /// Nothing has been seen yet.
    pub fn new(code: &Code) -> Observed {
        Observed {
            slots: code.slots.len(),
            results: vec![Seen::default(); code.instructions.len()],
            heads: HashMap::new(),
        }
    }

    /// The instruction has put this on the stack, topmost; for `LoadMethod`, the callable.
    #[inline]
    pub fn result(&mut self, position: u32, value: Value, heap: &Heap) {
        self.results[position as usize].add(value, heap);
    }

    /// The head of a loop has been reached with these slots and operands: `frame` is the row of both.
    pub fn head(&mut self, head: u32, frame: &[Value], heap: &Heap) {
        let seen = self.heads.entry(head).or_default();
        if seen.len() < frame.len() {
            seen.resize(frame.len(), Seen::default());
        }
        for (seen, &value) in seen.iter_mut().zip(frame) {
            seen.add(value, heap);
        }
    }

    /// The values that are known by their places: they have to be kept alive, else others might take these places.
    pub(crate) fn roots(&self) -> impl Iterator<Item = Value> {
        let seen = self.results.iter().chain(self.heads.values().flatten());
        seen.filter_map(|seen| match seen.kind {
            Type::Constant(value) => Some(value),
            Type::Instance(class) => Some(Value::Class(class)),
            _ => None,
        })
    }

    /// What has been seen at each instruction.
    pub fn results(&self) -> &[Seen] {
        &self.results
    }

    /// The type of a slot at the head of a loop, as it was seen.
    pub fn at(&self, head: u32, slot: u32) -> Type {
        self.at_head(head, slot as usize)
    }

    fn at_head(&self, head: u32, place: usize) -> Type {
        self.heads.get(&head).and_then(|seen| seen.get(place)).map_or(Type::Never, |seen| seen.kind)
    }
}

impl TypeSource for Observed {
    fn entry(&self, head: u32, slot: u32) -> Type {
        self.at_head(head, slot as usize)
    }

    fn operand(&self, head: u32, depth: u32) -> Type {
        self.at_head(head, self.slots + depth as usize)
    }

    fn result(&self, position: u32) -> Type {
        self.results[position as usize].kind
    }
}
