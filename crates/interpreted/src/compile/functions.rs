//! Functions, classes and comprehensions: codes within a code.

use super::scopes::Variable;
use super::{Compiler, Unit, refuse};
use crate::bytecode::{Instruction, Kind};
use crate::source::tree::{Class, Clause, Expression, ExpressionKind, Function, Identifier, Parameters, Range};

impl<'t> Compiler<'t> {
    /// Begins the code of what is inside, which the node of the tree opens.
    fn enter<T>(&mut self, node: &T, name: &str, first_line: u32) {
        let scope = self.scopes.number(node);
        let mut unit = Unit::new(scope, name.into(), self.qualified(name), first_line);
        unit.class = match self.scopes.scope(scope).kind {
            Kind::Class => Some(name.into()),
            _ => self.unit.class.clone(),
        };
        let outer = std::mem::replace(&mut self.unit, unit);
        self.outer.push(outer);
        if self.scope().kind == Kind::Generator {
            self.unit.assembler.write_artificial(Instruction::MakeGenerator);
        }
        for &slot in &self.scope().cells {
            self.unit.assembler.write_artificial(Instruction::MakeCell(slot));
        }
    }

    /// Ends that code, and puts the cells that it captures on the stack: the number of the code, and how many cells.
    fn leave(&mut self, range: Range) -> (u32, u16) {
        let inner = self.scopes.scope(self.unit.scope);
        let code = self.code();
        self.unit.functions.push(code);
        for name in inner.captured() {
            let slot = match self.scope().variable(name) {
                Variable::Deref(slot) => slot,
                _ => self.scope().captured_slot(name),
            };
            self.write(Instruction::LoadClosure(slot), range);
        }
        let cells = refuse::many_cells(inner.captured().len()).unwrap_or_else(|refused| {
            self.refused.get_or_insert(refused);
            0
        });
        (self.unit.functions.len() as u32 - 1, cells)
    }

    /// The defaults of parameters on the stack, and how many there are.
    fn defaults(&mut self, parameters: &'t Parameters) -> u16 {
        let mut count = 0;
        for default in parameters.positional.iter().filter_map(|parameter| parameter.default.as_ref()) {
            self.expression(default);
            count += 1;
        }
        count
    }

    pub(super) fn function(&mut self, function: &'t Function, statement: Range) {
        let name = &*function.name.name;
        let range = definition(&function.name, function.decorators.is_empty(), statement);
        let defaults = self.defaults(&function.parameters);
        self.enter(function, name, self.line(range));
        let documented = super::parts::documentation(&function.body).is_some();
        self.statements(&function.body[usize::from(documented)..]);
        self.artificial_return();
        let (code, cells) = self.leave(range);
        self.write(Instruction::MakeFunction { code, defaults, cells }, range);
        self.store(name, range);
    }

    pub(super) fn lambda(&mut self, node: &'t Expression, parameters: &'t Parameters, body: &'t Expression) {
        let defaults = self.defaults(parameters);
        self.enter(node, "<lambda>", self.line(node.range));
        self.expression(body);
        self.write(Instruction::Return, body.range);
        let (code, cells) = self.leave(node.range);
        self.write(Instruction::MakeFunction { code, defaults, cells }, node.range);
    }

    pub(super) fn class(&mut self, class: &'t Class, statement: Range) {
        let name = &*class.name.name;
        let range = definition(&class.name, class.decorators.is_empty(), statement);
        class.base.iter().for_each(|base| self.expression(base));
        self.enter(class, name, self.line(range));
        self.documented(&class.body);
        self.unit.assembler.write_artificial(Instruction::EndClass);
        let (code, cells) = self.leave(range);
        self.write(Instruction::MakeClass { code, base: class.base.is_some(), cells }, range);
        self.store(name, range);
    }

    pub(super) fn comprehension(&mut self, node: &'t Expression) {
        let range = node.range;
        let (name, build, clauses) = match &node.kind {
            ExpressionKind::ListComprehension { clauses, .. } => {
                ("<listcomp>", Some(Instruction::BuildList(0)), clauses)
            }
            ExpressionKind::SetComprehension { clauses, .. } => ("<setcomp>", Some(Instruction::BuildSet(0)), clauses),
            ExpressionKind::DictionaryComprehension { clauses, .. } => {
                ("<dictcomp>", Some(Instruction::BuildDict(0)), clauses)
            }
            ExpressionKind::Generator { clauses, .. } => ("<genexpr>", None, clauses),
            _ => return,
        };
        self.enter(node, name, self.line(range));
        if let Some(build) = build {
            self.write(build, range);
        }
        self.clauses(node, clauses);
        match build {
            Some(_) => self.write(Instruction::Return, range),
            None => self.artificial_return(),
        }
        let (code, cells) = self.leave(range);
        self.write(Instruction::MakeFunction { code, defaults: 0, cells }, range);
        if let Some(first) = clauses.first() {
            self.iterator(&first.iterable, range);
        }
        self.write(Instruction::Call { arguments: 1, keywords: 0 }, range);
    }

    /// The loops of a comprehension, the last one innermost.
    fn clauses(&mut self, node: &'t Expression, clauses: &'t [Clause]) {
        let mut loops = Vec::new();
        for clause in clauses {
            if loops.is_empty() {
                self.load(".0", node.range);
            } else {
                self.iterator(&clause.iterable, node.range);
            }
            let (head, exhausted) = (self.unit.assembler.here(), self.unit.assembler.label());
            let next = self.unit.assembler.label();
            self.write(Instruction::ForIterator(exhausted.number()), node.range);
            self.assign(&clause.target);
            for condition in &clause.conditions {
                self.jump_if(condition, next, false, &mut node.range.clone());
            }
            loops.push((head, next, exhausted));
        }
        self.element(node, clauses.len() as u32 + 1);
        for (head, next, exhausted) in loops.into_iter().rev() {
            self.unit.assembler.bind(next);
            self.write(Instruction::JumpBackward(head.number()), node.range);
            self.unit.assembler.bind(exhausted);
        }
    }

    /// What is done with each element. `depth` says where below it the collection lies.
    fn element(&mut self, node: &'t Expression, depth: u32) {
        let instruction = match &node.kind {
            ExpressionKind::ListComprehension { element, .. } => {
                self.expression(element);
                Instruction::ListAppend(depth)
            }
            ExpressionKind::SetComprehension { element, .. } => {
                self.expression(element);
                Instruction::SetAdd(depth)
            }
            ExpressionKind::DictionaryComprehension { key, value, .. } => {
                self.expression(key);
                self.expression(value);
                Instruction::DictAdd(depth)
            }
            ExpressionKind::Generator { element, .. } => {
                self.expression(element);
                Instruction::Yield
            }
            _ => return,
        };
        self.write(instruction, node.range);
    }
}

/// Where a definition stands: its decorators do not belong to it.
fn definition(name: &Identifier, undecorated: bool, statement: Range) -> Range {
    if undecorated { statement } else { Range { start: name.range.start, end: statement.end } }
}
