//! Tree to bytecode, as CPython does it.
//!
//! Names are resolved first (`scopes`), then each function, class body and comprehension becomes one [`Code`]. A jump is written with
//! a label, and the `assembler` knows where it leads when all is written.
//!
//! Constants stay alive because every code is entered into [`Machine::codes`] and a collection takes the constants of all of these as
//! roots. A collection happens only between two instructions of a program, so none happens here.

mod assembler;
mod block;
mod blocks;
mod conditions;
mod constants;
mod expressions;
pub(crate) mod flow;
mod functions;
mod handlers;
mod parts;
pub(crate) mod private;
mod refuse;
mod scopes;
mod statements;
#[cfg(test)]
mod tests;
mod variables;
pub mod verify;

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use self::assembler::Assembler;
use self::block::Block;
use self::constants::Constant;
use self::parts::documentation;
use self::refuse::Refused;
use self::scopes::{Scope, Scopes};
use crate::bytecode::{Code, Instruction, Kind, Span};
use crate::names::Symbol;
use crate::objects;
use crate::source::tree::{self, Range, Statement};
use crate::source::{SourceError, SourceFile};
use crate::state::Machine;
use crate::value::{Ref, Value};

/// Translates a file. Its global names, those that it only reads included, get places in `globals`.
///
/// # Errors
/// What this Python does not have: a built-in function of CPython that is read and bound nowhere in the file, a special method.
/// And what is too large.
pub fn module(
    machine: &mut Machine,
    module: &tree::Module,
    globals: Ref<objects::Module>,
) -> Result<Rc<Code>, SourceError> {
    translate(machine, module, globals).map_err(|refused| refused.error(&module.source))
}

fn translate(machine: &mut Machine, module: &tree::Module, globals: Ref<objects::Module>) -> Result<Rc<Code>, Refused> {
    let scopes = Scopes::of(&module.body)?;
    let places = machine.heap[globals].names.iter().zip(0..).map(|(&name, place)| (name, place)).collect();
    let mut compiler = Compiler {
        unit: Unit::new(0, "<module>".into(), "<module>".into(), 1),
        outer: Vec::new(),
        machine,
        source: &module.source,
        scopes: &scopes,
        globals,
        places,
        values: HashMap::new(),
        sets: Vec::new(),
        refused: None,
    };
    compiler.file(&module.body);
    let code = compiler.code();
    match compiler.refused {
        Some(refused) => Err(refused),
        None => Ok(code),
    }
}

/// One code under construction.
#[derive(Debug)]
struct Unit<'t> {
    scope: usize,
    name: Rc<str>,
    qualified_name: Rc<str>,
    /// The class around it, or which it is the body of.
    class: Option<Rc<str>>,
    first_line: u32,
    assembler: Assembler,
    keywords: Vec<Box<[Symbol]>>,
    functions: Vec<Rc<Code>>,
    /// The loops and `try` statements around what is written now, the innermost last.
    blocks: Vec<Block<'t>>,
}

impl Unit<'_> {
    fn new(scope: usize, name: Rc<str>, qualified_name: Rc<str>, first_line: u32) -> Self {
        Unit {
            scope,
            name,
            qualified_name,
            class: None,
            first_line,
            assembler: Assembler::default(),
            keywords: Vec::new(),
            functions: Vec::new(),
            blocks: Vec::new(),
        }
    }
}

struct Compiler<'t> {
    machine: &'t mut Machine,
    source: &'t Arc<SourceFile>,
    scopes: &'t Scopes,
    globals: Ref<objects::Module>,
    /// The places of the global names.
    places: HashMap<Symbol, u32>,
    /// The objects of constants that lie in the heap: one for equal ones of a file.
    values: HashMap<Constant, Value>,
    /// The constants of displays of sets: equal sets have the order of the first one.
    sets: Vec<Vec<Constant>>,
    unit: Unit<'t>,
    outer: Vec<Unit<'t>>,
    /// The first thing that was found wrong.
    refused: Option<Refused>,
}

impl<'t> Compiler<'t> {
    fn file(&mut self, body: &'t [Statement]) {
        self.documented(body);
        self.artificial_return();
    }

    /// The statements of a file or of the body of a class. A string at the beginning becomes `__doc__`.
    fn documented(&mut self, body: &'t [Statement]) {
        let Some(text) = documentation(body) else { return self.statements(body) };
        self.expression(text);
        self.store("__doc__", text.range);
        self.statements(&body[1..]);
    }

    /// What a function does that ends without `return`.
    fn artificial_return(&mut self) {
        let none = self.unit.assembler.constant(Constant::None);
        self.unit.assembler.write_artificial(Instruction::LoadConst(none));
        self.unit.assembler.write_artificial(Instruction::Return);
    }

    fn scope(&self) -> &'t Scope {
        self.scopes.scope(self.unit.scope)
    }

    fn symbol(&mut self, name: &str) -> Symbol {
        self.machine.names.symbol(name)
    }

    fn line(&self, range: Range) -> u32 {
        self.source.line_of(range.start) as u32
    }

    /// Writes an instruction that belongs to a part of the text.
    fn write(&mut self, instruction: Instruction, range: Range) {
        let line = self.line(range);
        self.unit.assembler.write(instruction, Span { start: range.start, end: range.end }, line);
    }

    fn load_constant(&mut self, constant: Constant, range: Range) {
        let number = self.unit.assembler.constant(constant);
        self.write(Instruction::LoadConst(number), range);
    }

    /// Ends the code under construction.
    fn code(&mut self) -> Rc<Code> {
        let outer = self.outer.pop().unwrap_or_else(|| Unit::new(0, "".into(), "".into(), 1));
        let Unit { scope, name, qualified_name, first_line, mut assembler, keywords, functions, .. } =
            std::mem::replace(&mut self.unit, outer);
        if assembler.too_large {
            self.refused.get_or_insert(Refused::too_large());
            // What has been written is thrown away; so it need not lead anywhere.
            assembler = Assembler::default();
            assembler.write(Instruction::Raise(0), Span::default(), first_line);
        }
        let constants = assembler.take_constants().into_iter().map(|constant| self.value(constant)).collect();
        let scope = self.scopes.scope(scope);
        let assembled = assembler.finish(&keywords);
        let code = Rc::new(Code {
            kind: scope.kind,
            name,
            qualified_name,
            file: self.source.clone(),
            first_line,
            arguments: scope.arguments,
            star: scope.star,
            slots: scope.slots.iter().map(|name| self.machine.names.symbol(name)).collect(),
            free: scope.free,
            constants,
            keywords,
            functions,
            instructions: assembled.instructions,
            spans: assembled.spans,
            lines: assembled.lines,
            handlers: assembled.handlers,
            depth: assembled.depth,
            caches: assembled.caches,
            number: self.machine.codes.len() as u32,
        });
        self.machine.codes.push(code.clone());
        code
    }

    /// The value of a constant.
    fn value(&mut self, constant: Constant) -> Value {
        if let Some(&value) = self.values.get(&constant) {
            return value;
        }
        let value = match &constant {
            Constant::None => return Value::None,
            Constant::Bool(value) => return Value::Bool(*value),
            Constant::Float(bits) => return Value::Float(f64::from_bits(*bits)),
            Constant::Complex(real, imaginary) => {
                return Value::Complex(f64::from_bits(*real), f64::from_bits(*imaginary));
            }
            Constant::Integer(number) => self.machine.heap.integer(number.clone()),
            Constant::Text(text) => self.machine.heap.text(&**text),
            Constant::Tuple(items) => {
                let items: Vec<Value> = items.iter().map(|item| self.value(item.clone())).collect();
                self.machine.heap.tuple(items)
            }
        };
        self.values.insert(constant, value);
        value
    }

    /// The qualified name of something that is defined here.
    fn qualified(&self, name: &str) -> Rc<str> {
        let declared = self.scope().variable(name) == scopes::Variable::Declared;
        match self.scope().kind {
            Kind::Module => name.into(),
            _ if declared => name.into(),
            Kind::Class | Kind::Comprehension | Kind::Generator => {
                format!("{}.{name}", self.unit.qualified_name).into()
            }
            _ => format!("{}.<locals>.{name}", self.unit.qualified_name).into(),
        }
    }
}
