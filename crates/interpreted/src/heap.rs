//! The heap: where objects lie, and how those that cannot be reached any more are found.
//!
//! Each kind of object has an arena of its own, so that the place of an object is a number. What is reachable is marked from the
//! roots, the rest is emptied and its place given to the next object of the kind: mark and sweep. A collection may happen only
//! between two instructions of the program, when every value in use lies in a frame, a module or among the roots that the
//! interpreter names.

use std::ops::{Index, IndexMut};
use std::rc::Rc;

use num_bigint::BigInt;

use crate::list::List;
use crate::objects::{
    Array, BoundMethod, BuiltinMethod, Cell, Class, Exception, Function, Generator, Instance, Iterator, Module, Range,
    Slice, Text, Tuple,
};
use crate::table::{Dict, Set};
use crate::value::{Ref, Value};

/// How many bytes may be allocated before the first collection.
const FIRST_COLLECTION: usize = 64 << 20;

/// Objects of one kind.
#[derive(Debug)]
pub struct Arena<T> {
    items: Vec<Option<T>>,
    marks: Vec<bool>,
    free: Vec<u32>,
}

impl<T> Default for Arena<T> {
    fn default() -> Arena<T> {
        Arena { items: Vec::new(), marks: Vec::new(), free: Vec::new() }
    }
}

impl<T> Arena<T> {
    fn insert(&mut self, item: T) -> Ref<T> {
        if let Some(index) = self.free.pop() {
            self.items[index as usize] = Some(item);
            return Ref::new(index);
        }
        let index = u32::try_from(self.items.len()).expect("there are fewer than 2^32 objects of a kind");
        self.items.push(Some(item));
        self.marks.push(false);
        Ref::new(index)
    }

    /// Marks an object, and says whether it was not marked before.
    fn mark(&mut self, place: Ref<T>) -> bool {
        !std::mem::replace(&mut self.marks[place.index()], true)
    }

    fn sweep(&mut self) {
        for (index, (item, mark)) in self.items.iter_mut().zip(&mut self.marks).enumerate() {
            if !std::mem::take(mark) && item.take().is_some() {
                self.free.push(index as u32);
            }
        }
    }

    fn len(&self) -> usize {
        self.items.len() - self.free.len()
    }
}

/// A kind of object that has an arena.
pub trait Stored: Sized {
    /// The arena of the kind.
    fn arena(heap: &Heap) -> &Arena<Self>;
    /// The arena of the kind, to be changed.
    fn arena_mut(heap: &mut Heap) -> &mut Arena<Self>;
    /// About how many bytes the object takes, what belongs to it alone included.
    fn bytes(&self) -> usize;
}

macro_rules! arenas {
    ($($field:ident: $kind:ty, $bytes:expr;)*) => {
        /// All objects of a program.
        #[derive(Debug, Default)]
        pub struct Heap {
            $($field: Arena<$kind>,)*
            /// Bytes allocated since the last collection.
            allocated: usize,
            /// How many bytes may be allocated until the next one, beyond [`FIRST_COLLECTION`].
            allowance: usize,
            empty_text: Option<Ref<Text>>,
        }

        $(impl Stored for $kind {
            fn arena(heap: &Heap) -> &Arena<$kind> {
                &heap.$field
            }

            fn arena_mut(heap: &mut Heap) -> &mut Arena<$kind> {
                &mut heap.$field
            }

            fn bytes(&self) -> usize {
                let bytes: fn(&$kind) -> usize = $bytes;
                size_of::<$kind>() + bytes(self)
            }
        })*

        impl Heap {
            /// Empties the places of all objects that are not marked, and takes the marks away.
            fn sweep(&mut self) {
                $(self.$field.sweep();)*
            }

            /// How many objects there are.
            pub fn objects(&self) -> usize {
                0 $(+ self.$field.len())*
            }

            /// About how many bytes all objects take.
            fn bytes(&self) -> usize {
                0 $(+ self.$field.items.iter().flatten().map(Stored::bytes).sum::<usize>())*
            }
        }
    };
}

arenas! {
    texts: Text, |text| text.as_str().len() + 16;
    lists: List, |list| list.len() * size_of::<Value>();
    tuples: Tuple, |tuple| tuple.0.len() * size_of::<Value>();
    dicts: Dict, |dict| dict.bytes();
    sets: Set, |set| set.bytes();
    ranges: Range, |_| 0;
    slices: Slice, |_| 0;
    bigs: BigInt, |big| big.bits() as usize / 8;
    functions: Function, |function| (function.defaults.len() + function.closure.len()) * size_of::<Value>();
    bound_methods: BoundMethod, |_| 0;
    builtin_methods: BuiltinMethod, |_| 0;
    classes: Class, |class| class.attributes.len() * (size_of::<Value>() + 8);
    instances: Instance, |instance| instance.attributes.len() * size_of::<Value>();
    exceptions: Exception, |exception| exception.arguments.len() * size_of::<Value>() + exception.traceback.len() * 16;
    modules: Module, |module| module.values.len() * size_of::<Value>();
    iterators: Iterator, |_| 0;
    generators: Generator, |generator| generator.values.len() * size_of::<Value>();
    cells: Cell, |_| 0;
    arrays: Array, |array| array.bytes();
}

impl Array {
    fn bytes(&self) -> usize {
        use crate::objects::Numbers;
        match &self.numbers {
            Numbers::Integers(numbers) => numbers.len() * 8,
            Numbers::Unsigned(numbers) => numbers.len() * 8,
            Numbers::Single(numbers) => numbers.len() * 4,
            Numbers::Double(numbers) => numbers.len() * 8,
        }
    }
}

impl<T: Stored> Index<Ref<T>> for Heap {
    type Output = T;

    #[inline]
    fn index(&self, place: Ref<T>) -> &T {
        T::arena(self).items[place.index()].as_ref().expect("an object that is in use is not collected")
    }
}

impl<T: Stored> IndexMut<Ref<T>> for Heap {
    #[inline]
    fn index_mut(&mut self, place: Ref<T>) -> &mut T {
        T::arena_mut(self).items[place.index()].as_mut().expect("an object that is in use is not collected")
    }
}

impl Heap {
    /// Puts an object into the heap. Never collects: [`Heap::wants_collection`] says when somebody should.
    pub fn allocate<T: Stored>(&mut self, item: T) -> Ref<T> {
        self.allocated += item.bytes();
        T::arena_mut(self).insert(item)
    }

    /// Counts bytes by which an object has grown.
    pub fn grown(&mut self, bytes: usize) {
        self.allocated += bytes;
    }

    /// A string.
    pub fn text(&mut self, text: impl Into<Rc<str>>) -> Value {
        let text = text.into();
        if text.is_empty() {
            let place = match self.empty_text {
                Some(place) => place,
                None => {
                    let place = self.allocate(Text::new(text));
                    *self.empty_text.insert(place)
                }
            };
            return Value::Str(place);
        }
        Value::Str(self.allocate(Text::new(text)))
    }

    /// A list.
    pub fn list(&mut self, items: Vec<Value>) -> Value {
        Value::List(self.allocate(List::new(items)))
    }

    /// A tuple.
    pub fn tuple(&mut self, items: impl Into<Box<[Value]>>) -> Value {
        Value::Tuple(self.allocate(Tuple(items.into())))
    }

    /// An integer of any size, in the value itself where it has at most 64 bits.
    pub fn integer(&mut self, number: BigInt) -> Value {
        match i64::try_from(&number) {
            Ok(small) => Value::Int(small),
            Err(_) => Value::Big(self.allocate(number)),
        }
    }

    /// The address of the arena of lists, for compiled code: an `Option<List>` per place.
    pub(crate) fn lists_address(&self) -> *const Option<List> {
        self.lists.items.as_ptr()
    }

    /// The address of the arena of objects, for compiled code.
    pub(crate) fn instances_address(&self) -> *const Option<Instance> {
        self.instances.items.as_ptr()
    }

    /// Whether enough has been allocated that a collection pays.
    #[inline]
    pub fn wants_collection(&self) -> bool {
        self.allocated > FIRST_COLLECTION + self.allowance
    }

    /// Finds everything that can be reached from the roots, and gives the places of all else to the next objects.
    pub fn collect(&mut self, roots: impl std::iter::Iterator<Item = Value>) {
        let mut waiting: Vec<Value> = roots.collect();
        waiting.extend(self.empty_text.map(Value::Str));
        while let Some(value) = waiting.pop() {
            self.mark(value, &mut waiting);
        }
        self.sweep();
        self.allocated = 0;
        self.allowance = self.bytes();
    }

    /// Marks the object of one value, and gives its parts to `waiting`.
    fn mark(&mut self, value: Value, waiting: &mut Vec<Value>) {
        match value {
            Value::Big(place) => {
                self.bigs.mark(place);
            }
            Value::Str(place) => {
                self.texts.mark(place);
            }
            Value::Range(place) => {
                self.ranges.mark(place);
            }
            Value::Array(place) => {
                self.arrays.mark(place);
            }
            Value::List(list) | Value::ListIterator { list, .. } if self.lists.mark(list) => {
                waiting.extend_from_slice(&self[list])
            }
            Value::Tuple(tuple) if self.tuples.mark(tuple) => waiting.extend_from_slice(&self[tuple].0),
            Value::Dict(dict) if self.dicts.mark(dict) => self[dict].values_within(waiting),
            Value::Set(set) if self.sets.mark(set) => self[set].values_within(waiting),
            Value::Slice(slice) if self.slices.mark(slice) => {
                let Slice { start, stop, step } = self[slice];
                waiting.extend([start, stop, step]);
            }
            Value::Function(function) if self.functions.mark(function) => {
                let function = &self[function];
                waiting.extend_from_slice(&function.defaults);
                waiting.extend_from_slice(&function.closure);
                waiting.push(Value::Module(function.globals));
            }
            Value::BoundMethod(method) if self.bound_methods.mark(method) => {
                let BoundMethod { function, object } = self[method];
                waiting.extend([Value::Function(function), object]);
            }
            Value::BuiltinMethod(method) if self.builtin_methods.mark(method) => waiting.push(self[method].object),
            Value::Class(class) if self.classes.mark(class) => {
                let class = &self[class];
                waiting.extend(class.attributes.iter().map(|&(_, value)| value));
                if let crate::objects::Base::Class(base) = class.base {
                    waiting.push(Value::Class(base));
                }
            }
            Value::Instance(instance) if self.instances.mark(instance) => {
                let instance = &self[instance];
                waiting.extend_from_slice(&instance.attributes);
                waiting.push(Value::Class(instance.class));
            }
            Value::Exception(exception) if self.exceptions.mark(exception) => {
                let exception = &self[exception];
                waiting.extend([exception.class, exception.cause, exception.context]);
                waiting.extend_from_slice(&exception.arguments);
                waiting.extend(exception.attributes.iter().map(|&(_, value)| value));
                waiting.extend(exception.missing.map(|(_, place)| place));
            }
            Value::Module(module) if self.modules.mark(module) => waiting.extend_from_slice(&self[module].values),
            Value::Iterator(iterator) if self.iterators.mark(iterator) => self.mark_iterator(iterator, waiting),
            Value::Generator(generator) if self.generators.mark(generator) => {
                let generator = &self[generator];
                waiting.extend_from_slice(&generator.values);
                waiting.push(Value::Module(generator.globals));
            }
            Value::Cell(cell) if self.cells.mark(cell) => waiting.push(self[cell].0),
            _ => {}
        }
    }

    fn mark_iterator(&self, iterator: Ref<Iterator>, waiting: &mut Vec<Value>) {
        match &self[iterator] {
            Iterator::List(list, _) | Iterator::ReversedList(list, _) => waiting.push(Value::List(*list)),
            Iterator::Tuple(tuple, _) | Iterator::ReversedTuple(tuple, _) => waiting.push(Value::Tuple(*tuple)),
            Iterator::Text(text, _) | Iterator::ReversedText(text, _) => waiting.push(Value::Str(*text)),
            Iterator::Dict { dict, .. } | Iterator::View(dict, _) => waiting.push(Value::Dict(*dict)),
            Iterator::Set(set, ..) => waiting.push(Value::Set(*set)),
            Iterator::Array(array, _) => waiting.push(Value::Array(*array)),
            Iterator::Enumerate(inner, next) => waiting.extend([*inner, *next]),
            Iterator::Zip(inner, _) => waiting.extend_from_slice(inner),
            Iterator::Range { .. } | Iterator::Done => {}
        }
    }
}
