//! Which name means what: locals, cells, captured variables and global names of every function, class and comprehension.
//!
//! First every scope is walked once and its names are collected; then each name is looked up from inside to outside, as Python
//! does: a class body is not seen by the functions in it.

use std::collections::HashMap;

use super::private;
use super::refuse::{self, Refused};
use crate::bytecode::Kind;
use crate::source::tree::{
    Class, Clause, Expression, ExpressionKind, FormatPart, Function, Name, Parameters, Range, Statement, StatementKind,
    Target, TargetKind, TrailerKind,
};

/// How a name is read and written in a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variable {
    /// In a slot of the frame.
    Fast(u32),
    /// In the cell that lies in a slot of the frame.
    Deref(u32),
    /// In the slot of a class body, or a global name as long as that is not bound.
    Name(u32),
    /// In the module, because nothing binds it nearer.
    Global,
    /// In the module, because it is declared so.
    Declared,
}

/// What is known of a name in a scope.
#[derive(Debug, Default)]
struct Entry {
    bound: bool,
    read: bool,
    global: bool,
    nonlocal: bool,
    /// A scope further in uses this variable of the scope itself.
    shared: bool,
    /// It is, or passes on, a variable of a scope further out.
    captured: bool,
}

/// A function, a class body, a comprehension or the file.
#[derive(Debug)]
pub(super) struct Scope {
    /// What it is.
    pub(super) kind: Kind,
    /// The scope around it.
    parent: Option<usize>,
    /// How many slots are arguments, without a starred one.
    pub(super) arguments: u32,
    /// Whether there is a starred one.
    pub(super) star: bool,
    entries: HashMap<Name, Entry>,
    /// Names in the order in which they are met.
    order: Vec<Name>,
    /// Names in the order in which they are bound.
    bindings: Vec<Name>,
    /// The names of the slots.
    pub(super) slots: Vec<Name>,
    /// The slots that need a cell of their own.
    pub(super) cells: Vec<u32>,
    /// How many slots, the last ones, are captured.
    pub(super) free: u32,
    variables: HashMap<Name, Variable>,
    captured: Vec<Name>,
}

impl Scope {
    fn new(kind: Kind, parent: Option<usize>) -> Scope {
        Scope {
            kind,
            parent,
            arguments: 0,
            star: false,
            entries: HashMap::new(),
            order: Vec::new(),
            bindings: Vec::new(),
            slots: Vec::new(),
            cells: Vec::new(),
            free: 0,
            variables: HashMap::new(),
            captured: Vec::new(),
        }
    }

    /// What a name means here.
    pub(super) fn variable(&self, name: &str) -> Variable {
        self.variables.get(name).copied().unwrap_or(Variable::Global)
    }

    /// The names of the captured variables, in the order of their slots.
    pub(super) fn captured(&self) -> &[Name] {
        &self.captured
    }

    /// The slot of a captured variable, also where the body of a class binds the same name itself.
    pub(super) fn captured_slot(&self, name: &str) -> u32 {
        let first = self.slots.len() - self.captured.len();
        let index = self.captured.iter().position(|captured| &**captured == name);
        (first + index.unwrap_or_default()) as u32
    }

    fn entry(&mut self, name: &Name) -> &mut Entry {
        if !self.entries.contains_key(name) {
            self.order.push(name.clone());
        }
        self.entries.entry(name.clone()).or_default()
    }

    /// Whether the name is a variable of this scope itself.
    fn owns(&self, name: &str) -> bool {
        self.entries.get(name).is_some_and(|entry| entry.bound && !entry.global && !entry.nonlocal)
    }

    fn declares_global(&self, name: &str) -> bool {
        self.entries.get(name).is_some_and(|entry| entry.global)
    }
}

/// All scopes of a file. The first is the file.
#[derive(Debug)]
pub(super) struct Scopes {
    scopes: Vec<Scope>,
    /// By the address of the node of the tree that opens the scope.
    numbers: HashMap<*const (), usize>,
}

impl Scopes {
    /// Collects and resolves the names of a file.
    pub(super) fn of(body: &[Statement]) -> Result<Scopes, Refused> {
        let mut collector = Collector {
            scopes: vec![Scope::new(Kind::Module, None)],
            numbers: HashMap::new(),
            current: 0,
            class: None,
            reads: Vec::new(),
        };
        if super::parts::documentation(body).is_some() {
            collector.bind(&"__doc__".into());
        }
        collector.statements(body)?;
        refuse::names(&collector.reads, |name| {
            collector.scopes.iter().any(|scope| scope.entries.get(name).is_some_and(|entry| entry.bound))
        })?;
        let mut scopes = Scopes { scopes: collector.scopes, numbers: collector.numbers };
        for number in 0..scopes.scopes.len() {
            scopes.resolve(number);
        }
        scopes.scopes.iter_mut().for_each(lay_out);
        Ok(scopes)
    }

    /// The number of the scope that a node of the tree opens.
    pub(super) fn number<T>(&self, node: &T) -> usize {
        self.numbers[&address(node)]
    }

    /// A scope.
    pub(super) fn scope(&self, number: usize) -> &Scope {
        &self.scopes[number]
    }

    /// Finds the owners of the names that a scope does not own, and passes their cells through the scopes between.
    fn resolve(&mut self, number: usize) {
        for name in self.scopes[number].order.clone() {
            if self.scopes[number].declares_global(&name) {
                self.scopes[number].variables.insert(name, Variable::Declared);
            } else if !self.scopes[number].owns(&name)
                && let Some(owner) = self.owner(number, &name)
            {
                self.capture(number, owner, &name);
            }
        }
    }

    /// The function around a scope whose variable a name is.
    fn owner(&self, number: usize, name: &str) -> Option<usize> {
        let mut next = self.scopes[number].parent;
        while let Some(around) = next {
            let scope = &self.scopes[around];
            next = scope.parent;
            match scope.kind {
                Kind::Module => return None,
                Kind::Class => {}
                _ if scope.declares_global(name) => return None,
                _ if scope.owns(name) => return Some(around),
                _ => {}
            }
        }
        None
    }

    fn capture(&mut self, number: usize, owner: usize, name: &Name) {
        let mut current = number;
        while current != owner {
            let scope = &mut self.scopes[current];
            if !std::mem::replace(&mut scope.entry(name).captured, true) {
                scope.captured.push(name.clone());
            }
            current = scope.parent.unwrap_or(owner);
        }
        self.scopes[owner].entry(name).shared = true;
    }
}

/// Gives each variable of a scope its slot.
fn lay_out(scope: &mut Scope) {
    if scope.kind == Kind::Module {
        return;
    }
    if scope.kind == Kind::Class {
        scope.slots.push(".base".into());
    }
    for name in std::mem::take(&mut scope.bindings) {
        if !scope.owns(&name) {
            continue;
        }
        let slot = scope.slots.len() as u32;
        let variable = match scope.kind {
            Kind::Class => Variable::Name(slot),
            _ if scope.entries[&name].shared => {
                scope.cells.push(slot);
                Variable::Deref(slot)
            }
            _ => Variable::Fast(slot),
        };
        scope.variables.insert(name.clone(), variable);
        scope.slots.push(name);
    }
    for name in &scope.captured {
        // A class may bind a name that a function in it captures from further out: it has both then.
        if !scope.owns(name) {
            scope.variables.insert(name.clone(), Variable::Deref(scope.slots.len() as u32));
        }
        scope.slots.push(name.clone());
    }
    scope.free = scope.captured.len() as u32;
}

fn address<T>(node: &T) -> *const () {
    std::ptr::from_ref(node).cast()
}

struct Collector {
    scopes: Vec<Scope>,
    numbers: HashMap<*const (), usize>,
    current: usize,
    /// The class around it.
    class: Option<Name>,
    /// Every name that is read, where it is read first in its scope.
    reads: Vec<(Name, Range)>,
}

type Collected = Result<(), Refused>;

impl Collector {
    fn entry(&mut self, name: &Name) -> &mut Entry {
        match private::mangled(self.class.as_deref(), name) {
            Some(name) => self.scopes[self.current].entry(&name),
            None => self.scopes[self.current].entry(name),
        }
    }

    fn bind(&mut self, name: &Name) {
        let mangled = private::mangled(self.class.as_deref(), name);
        let name = mangled.as_ref().unwrap_or(name);
        let entry = self.scopes[self.current].entry(name);
        if !std::mem::replace(&mut entry.bound, true) {
            self.scopes[self.current].bindings.push(name.clone());
        }
    }

    fn read(&mut self, name: &Name, range: Range) {
        if !std::mem::replace(&mut self.entry(name).read, true) {
            self.reads.push((name.clone(), range));
        }
    }

    fn within<T>(&mut self, node: &T, kind: Kind, walk: impl FnOnce(&mut Collector) -> Collected) -> Collected {
        let outer = self.current;
        self.current = self.scopes.len();
        self.numbers.insert(address(node), self.current);
        self.scopes.push(Scope::new(kind, Some(outer)));
        walk(self)?;
        self.current = outer;
        Ok(())
    }

    fn statements(&mut self, statements: &[Statement]) -> Collected {
        statements.iter().try_for_each(|statement| self.statement(statement))
    }

    fn statement(&mut self, statement: &Statement) -> Collected {
        match &statement.kind {
            StatementKind::Expression(value) => self.expression(value),
            StatementKind::Assign { targets, value } => {
                self.expression(value)?;
                self.targets(targets)
            }
            StatementKind::Augmented { target, value, .. } => {
                if let TargetKind::Name(name) = &target.kind {
                    self.read(name, target.range);
                }
                self.expression(value)?;
                self.target(target)
            }
            StatementKind::Annotated { target, value, .. } => {
                value.iter().try_for_each(|value| self.expression(value))?;
                self.target(target)
            }
            StatementKind::Return(value) => value.iter().try_for_each(|value| self.expression(value)),
            StatementKind::If { branches, otherwise } => {
                for branch in branches {
                    self.expression(&branch.test)?;
                    self.statements(&branch.body)?;
                }
                self.statements(otherwise)
            }
            StatementKind::While { test, body, otherwise } => {
                self.expression(test)?;
                self.statements(body)?;
                self.statements(otherwise)
            }
            StatementKind::For { target, iterable, body, otherwise } => {
                self.expression(iterable)?;
                self.target(target)?;
                self.statements(body)?;
                self.statements(otherwise)
            }
            StatementKind::Break | StatementKind::Continue | StatementKind::Pass => Ok(()),
            StatementKind::Try { body, handlers, otherwise, finally } => {
                self.statements(body)?;
                for handler in handlers {
                    handler.exception.iter().try_for_each(|class| self.expression(class))?;
                    if let Some(name) = &handler.name {
                        self.bind(&name.name);
                    }
                    self.statements(&handler.body)?;
                }
                self.statements(otherwise)?;
                self.statements(finally)
            }
            StatementKind::Raise { exception, cause } => {
                exception.iter().chain(cause).try_for_each(|value| self.expression(value))
            }
            StatementKind::Assert { test, message } => {
                self.expression(test)?;
                message.iter().try_for_each(|message| self.expression(message))
            }
            StatementKind::Delete(targets) => self.targets(targets),
            // Whether they may stand where they stand is checked already.
            StatementKind::Global(names) => {
                names.iter().for_each(|name| self.entry(&name.name).global = true);
                Ok(())
            }
            StatementKind::Nonlocal(names) => {
                names.iter().for_each(|name| self.entry(&name.name).nonlocal = true);
                Ok(())
            }
            StatementKind::Import(aliases) => {
                for alias in aliases {
                    match &alias.bound {
                        Some(bound) => self.bind(&bound.name),
                        None => self.bind(&super::parts::first_part(&alias.name.name)),
                    }
                }
                Ok(())
            }
            StatementKind::ImportFrom { names, .. } => {
                names.iter().for_each(|alias| self.bind(&alias.bound.as_ref().unwrap_or(&alias.name).name));
                Ok(())
            }
            StatementKind::Function(function) => self.function(function),
            StatementKind::Class(class) => self.class(class),
        }
    }

    fn targets(&mut self, targets: &[Target]) -> Collected {
        targets.iter().try_for_each(|target| self.target(target))
    }

    fn target(&mut self, target: &Target) -> Collected {
        match &target.kind {
            TargetKind::Name(name) => {
                if self.scopes[self.current].kind == Kind::Class {
                    refuse::special_method(name, target.range)?;
                }
                self.bind(name);
                Ok(())
            }
            TargetKind::Attribute { object, name } => {
                refuse::special_method(&name.name, name.range)?;
                self.expression(object)
            }
            TargetKind::Subscript { object, index } => {
                self.expression(object)?;
                self.expression(index)
            }
            TargetKind::Sequence(targets) => {
                refuse::long_unpacking(targets, target.range)?;
                self.targets(targets)
            }
            TargetKind::Starred(inner) => self.target(inner),
        }
    }

    fn defaults(&mut self, parameters: &Parameters) -> Collected {
        refuse::many_defaults(parameters)?;
        parameters.positional.iter().filter_map(|it| it.default.as_ref()).try_for_each(|it| self.expression(it))
    }

    fn parameters(&mut self, parameters: &Parameters) {
        for parameter in parameters.positional.iter().chain(&parameters.variadic) {
            self.bind(&parameter.name.name);
        }
        let scope = &mut self.scopes[self.current];
        scope.arguments = parameters.positional.len() as u32;
        scope.star = parameters.variadic.is_some();
    }

    fn function(&mut self, function: &Function) -> Collected {
        if self.scopes[self.current].kind == Kind::Class {
            refuse::special_method(&function.name.name, function.name.range)?;
        }
        self.bind(&function.name.name);
        self.defaults(&function.parameters)?;
        self.within(function, Kind::Function, |inner| {
            inner.parameters(&function.parameters);
            inner.statements(&function.body)
        })
    }

    fn class(&mut self, class: &Class) -> Collected {
        self.bind(&class.name.name);
        class.base.iter().try_for_each(|base| self.expression(base))?;
        let outer = self.class.replace(class.name.name.clone());
        self.within(class, Kind::Class, |inner| {
            if super::parts::documentation(&class.body).is_some() {
                inner.bind(&"__doc__".into());
            }
            inner.statements(&class.body)
        })?;
        self.class = outer;
        Ok(())
    }

    fn expressions<'t>(&mut self, expressions: impl IntoIterator<Item = &'t Expression>) -> Collected {
        expressions.into_iter().try_for_each(|expression| self.expression(expression))
    }

    fn expression(&mut self, expression: &Expression) -> Collected {
        match &expression.kind {
            ExpressionKind::None
            | ExpressionKind::Boolean(_)
            | ExpressionKind::Integer(_)
            | ExpressionKind::BigInteger(_)
            | ExpressionKind::Float(_)
            | ExpressionKind::Imaginary(_)
            | ExpressionKind::String(_) => Ok(()),
            ExpressionKind::FormattedString(parts) => self.format_parts(parts),
            ExpressionKind::Name(name) => {
                self.read(name, expression.range);
                Ok(())
            }
            ExpressionKind::Tuple(items)
            | ExpressionKind::List(items)
            | ExpressionKind::Set(items)
            | ExpressionKind::Power(items)
            | ExpressionKind::And(items)
            | ExpressionKind::Or(items) => self.expressions(items),
            ExpressionKind::Dictionary(items) => self.expressions(items.iter().flat_map(|(key, value)| [key, value])),
            ExpressionKind::Starred(inner) => self.expression(inner),
            ExpressionKind::Slice { lower, upper, step } => {
                self.expressions([lower, upper, step].into_iter().filter_map(Option::as_deref))
            }
            ExpressionKind::Unary { operand, .. } => self.expression(operand),
            ExpressionKind::Binary { first, rest } => {
                self.expression(first)?;
                self.expressions(rest.iter().map(|term| &term.right))
            }
            ExpressionKind::Compare { first, rest } => {
                self.expression(first)?;
                self.expressions(rest.iter().map(|(_, right)| right))
            }
            ExpressionKind::Conditional { branches, otherwise } => {
                self.expressions(branches.iter().flat_map(|(test, value)| [test, value]))?;
                self.expression(otherwise)
            }
            ExpressionKind::Lambda { parameters, body } => self.lambda(expression, parameters, body),
            ExpressionKind::ListComprehension { element, clauses }
            | ExpressionKind::SetComprehension { element, clauses } => {
                self.comprehension(expression, Kind::Comprehension, &[element], clauses)
            }
            ExpressionKind::DictionaryComprehension { key, value, clauses } => {
                self.comprehension(expression, Kind::Comprehension, &[key, value], clauses)
            }
            ExpressionKind::Generator { element, clauses } => {
                self.comprehension(expression, Kind::Generator, &[element], clauses)
            }
            ExpressionKind::Trailers { base, rest } => {
                self.expression(base)?;
                rest.iter().try_for_each(|trailer| self.trailer(&trailer.kind))
            }
        }
    }

    fn trailer(&mut self, trailer: &TrailerKind) -> Collected {
        match trailer {
            TrailerKind::Attribute(_) => Ok(()),
            TrailerKind::Subscript(index) => self.expression(index),
            TrailerKind::Call(arguments) => {
                self.expressions(&arguments.positional)?;
                self.expressions(arguments.keywords.iter().map(|(_, value)| value))
            }
        }
    }

    fn format_parts(&mut self, parts: &[FormatPart]) -> Collected {
        for part in parts {
            if let FormatPart::Value { expression, specification, .. } = part {
                self.expression(expression)?;
                self.format_parts(specification)?;
            }
        }
        Ok(())
    }

    fn lambda(&mut self, node: &Expression, parameters: &Parameters, body: &Expression) -> Collected {
        self.defaults(parameters)?;
        self.within(node, Kind::Function, |inner| {
            inner.parameters(parameters);
            inner.expression(body)
        })
    }

    fn comprehension(
        &mut self,
        node: &Expression,
        kind: Kind,
        elements: &[&Expression],
        clauses: &[Clause],
    ) -> Collected {
        if let Some(first) = clauses.first() {
            self.expression(&first.iterable)?;
        }
        self.within(node, kind, |inner| {
            inner.bind(&".0".into());
            inner.scopes[inner.current].arguments = 1;
            for (number, clause) in clauses.iter().enumerate() {
                if number > 0 {
                    inner.expression(&clause.iterable)?;
                }
                inner.target(&clause.target)?;
                inner.expressions(&clause.conditions)?;
            }
            inner.expressions(elements.iter().copied())
        })
    }
}
