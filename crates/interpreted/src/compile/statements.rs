//! Statements to instructions.

use super::Compiler;
use super::constants::constant;
use super::handlers::Try;
use super::refuse::Refused;
use super::scopes::Variable;
use crate::bytecode::{BinaryOperator, Instruction};
use crate::source::tree::{
    self, Alias, Expression, ExpressionKind, Identifier, Range, Statement, StatementKind, Target, TargetKind,
};

impl<'t> Compiler<'t> {
    pub(super) fn statements(&mut self, statements: &'t [Statement]) {
        for statement in statements {
            if self.unit.assembler.too_large {
                return;
            }
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &'t Statement) {
        let range = statement.range;
        match &statement.kind {
            StatementKind::Expression(value) => self.evaluated(value, range),
            StatementKind::Assign { targets, value } => self.assignment(targets, value, range),
            StatementKind::Augmented { target, operator, value } => self.augmented(target, *operator, value, range),
            StatementKind::Annotated { target, value, .. } => self.annotated(target, value.as_ref(), range),
            StatementKind::Return(value) => self.leave_function(value.as_ref(), range),
            StatementKind::If { branches, otherwise } => self.branches(branches, otherwise, range),
            StatementKind::While { test, body, otherwise } => self.while_loop(test, body, otherwise, range),
            StatementKind::For { target, iterable, body, otherwise } => {
                self.for_loop(target, iterable, (body, otherwise), range);
            }
            StatementKind::Break => self.leave_loop(true, range),
            StatementKind::Continue => self.leave_loop(false, range),
            StatementKind::Pass => self.write(Instruction::Nop, range),
            StatementKind::Try { body, handlers, otherwise, finally } => {
                self.try_statement(Try { body, handlers, otherwise, finally }, range);
            }
            StatementKind::Raise { exception, cause } => {
                let values = exception.iter().chain(cause);
                values.clone().for_each(|value| self.expression(value));
                self.write(Instruction::Raise(values.count() as u32), range);
            }
            StatementKind::Assert { test, message } => self.assertion(test, message.as_ref(), range),
            StatementKind::Delete(targets) => targets.iter().for_each(|target| self.unbind(target)),
            StatementKind::Global(_) | StatementKind::Nonlocal(_) => {}
            StatementKind::Import(aliases) => aliases.iter().for_each(|alias| self.import(alias, range)),
            StatementKind::ImportFrom { module, names } => self.import_from(module, names, range),
            StatementKind::Function(function) => self.function(function, range),
            StatementKind::Class(class) => self.class(class, range),
        }
    }

    fn evaluated(&mut self, value: &'t Expression, range: Range) {
        if constant(value).is_some() {
            return self.write(Instruction::Nop, range);
        }
        self.expression(value);
        self.write(Instruction::PopTop, range);
    }

    fn assignment(&mut self, targets: &'t [Target], value: &'t Expression, range: Range) {
        if let ([target], ExpressionKind::Tuple(items)) = (targets, &value.kind)
            && self.exchange(target, items, value.range)
        {
            return;
        }
        self.expression(value);
        if let Some((last, before)) = targets.split_last() {
            for target in before {
                self.write(Instruction::Copy(1), range);
                self.assign(target);
            }
            self.assign(last);
        }
    }

    /// `a, b = b, a` without a tuple, for two or three; false where that does not go.
    fn exchange(&mut self, target: &'t Target, items: &'t [Expression], range: Range) -> bool {
        let TargetKind::Sequence(targets) = &target.kind else { return false };
        let starred = targets.iter().any(|target| matches!(target.kind, TargetKind::Starred(_)))
            || items.iter().any(|item| matches!(item.kind, ExpressionKind::Starred(_)));
        let constant = items.iter().all(|item| constant(item).is_some());
        if starred || constant || targets.len() != items.len() || !matches!(items.len(), 2 | 3) {
            return false;
        }
        items.iter().for_each(|item| self.expression(item));
        if self.are_different_locals(targets) {
            targets.iter().rev().for_each(|target| self.assign(target));
        } else {
            self.write(Instruction::Swap(items.len() as u32), range);
            targets.iter().for_each(|target| self.assign(target));
        }
        true
    }

    /// Whether the order in which the targets are bound makes no difference.
    fn are_different_locals(&self, targets: &[Target]) -> bool {
        targets.iter().enumerate().all(|(number, target)| match &target.kind {
            TargetKind::Name(name) => {
                matches!(self.scope().variable(name), Variable::Fast(_))
                    && targets[..number].iter().all(|before| before.kind != target.kind)
            }
            _ => false,
        })
    }

    /// Binds a target to the topmost value.
    pub(super) fn assign(&mut self, target: &'t Target) {
        match &target.kind {
            TargetKind::Name(name) => self.store(name, target.range),
            TargetKind::Attribute { object, name } => {
                self.expression(object);
                let place = self.attribute_place(target.range, name);
                let (name, cache) = (self.attribute(&name.name), self.unit.assembler.cache());
                self.write(Instruction::StoreAttribute { name, cache }, place);
            }
            TargetKind::Subscript { object, index } => {
                self.expression(object);
                self.expression(index);
                self.write(Instruction::StoreSubscript, target.range);
            }
            TargetKind::Sequence(targets) => {
                let star = targets.iter().position(|target| matches!(target.kind, TargetKind::Starred(_)));
                let unpack = match star {
                    // How many there may be is checked where names are collected.
                    Some(star) => {
                        Instruction::UnpackExtended { before: star as u16, after: (targets.len() - star - 1) as u16 }
                    }
                    None => Instruction::UnpackSequence(targets.len() as u32),
                };
                self.write(unpack, target.range);
                targets.iter().for_each(|target| self.assign(target));
            }
            TargetKind::Starred(inner) => self.assign(inner),
        }
    }

    fn augmented(&mut self, target: &'t Target, operator: tree::BinaryOperator, value: &'t Expression, range: Range) {
        let in_place = Instruction::InPlace(binary_operator(operator));
        match &target.kind {
            TargetKind::Attribute { object, name } => {
                self.expression(object);
                let place = self.attribute_place(target.range, name);
                let symbol = self.attribute(&name.name);
                let (read, written) = (self.unit.assembler.cache(), self.unit.assembler.cache());
                self.write(Instruction::Copy(1), target.range);
                self.write(Instruction::LoadAttribute { name: symbol, cache: read }, place);
                self.expression(value);
                self.write(in_place, range);
                self.write(Instruction::Swap(2), place);
                self.write(Instruction::StoreAttribute { name: symbol, cache: written }, place);
            }
            TargetKind::Subscript { object, index } => {
                self.expression(object);
                self.expression(index);
                self.write(Instruction::Copy(2), target.range);
                self.write(Instruction::Copy(2), target.range);
                self.write(Instruction::Subscript, target.range);
                self.expression(value);
                self.write(in_place, range);
                self.write(Instruction::Swap(3), target.range);
                self.write(Instruction::Swap(2), target.range);
                self.write(Instruction::StoreSubscript, target.range);
            }
            TargetKind::Name(name) => {
                self.load(name, target.range);
                self.expression(value);
                self.write(in_place, range);
                self.store(name, target.range);
            }
            // The parser refuses `a, b += c`.
            TargetKind::Sequence(_) | TargetKind::Starred(_) => {}
        }
    }

    /// The annotation is not evaluated.
    fn annotated(&mut self, target: &'t Target, value: Option<&'t Expression>, range: Range) {
        if let Some(value) = value {
            self.expression(value);
            return self.assign(target);
        }
        match &target.kind {
            TargetKind::Attribute { object, .. } => self.evaluated(object, range),
            TargetKind::Subscript { object, index } => {
                self.evaluated(object, range);
                self.evaluated(index, range);
            }
            _ => {}
        }
    }

    fn branches(&mut self, branches: &'t [tree::Branch], otherwise: &'t [Statement], range: Range) {
        let end = self.unit.assembler.label();
        for (number, branch) in branches.iter().enumerate() {
            let next = self.unit.assembler.label();
            let mut place = if number == 0 { range } else { branch.range };
            self.jump_if(&branch.test, next, false, &mut place);
            self.statements(&branch.body);
            self.unit.assembler.write_artificial(Instruction::Jump(end.number()));
            self.unit.assembler.bind(next);
        }
        self.statements(otherwise);
        self.unit.assembler.bind(end);
    }

    fn assertion(&mut self, test: &'t Expression, message: Option<&'t Expression>, range: Range) {
        let end = self.unit.assembler.label();
        let mut place = range;
        self.jump_if(test, end, true, &mut place);
        self.write(Instruction::LoadAssertionError, place);
        if let Some(message) = message {
            self.expression(message);
            self.write(Instruction::Call { arguments: 1, keywords: 0 }, place);
        }
        self.write(Instruction::Raise(1), place);
        self.unit.assembler.bind(end);
    }

    fn unbind(&mut self, target: &'t Target) {
        match &target.kind {
            TargetKind::Name(name) => self.delete(name, target.range),
            TargetKind::Attribute { object, name } => {
                self.expression(object);
                let place = self.attribute_place(target.range, name);
                let name = self.attribute(&name.name);
                self.write(Instruction::DeleteAttribute(name), place);
            }
            TargetKind::Subscript { object, index } => {
                self.expression(object);
                self.expression(index);
                self.write(Instruction::DeleteSubscript, target.range);
            }
            TargetKind::Sequence(targets) => targets.iter().for_each(|target| self.unbind(target)),
            TargetKind::Starred(inner) => self.unbind(inner),
        }
    }

    /// Refuses a module that is neither here nor a file beside the program, if it is one that CPython has.
    fn known_module(&mut self, module: &Identifier) {
        let first = super::parts::first_part(&module.name);
        let beside = self.machine.execution.directory.join(format!("{first}.py"));
        if let Some(refused) = Refused::module(&module.name, module.range).filter(|_| !beside.is_file()) {
            self.refused.get_or_insert(refused);
        }
    }

    fn import(&mut self, alias: &'t Alias, range: Range) {
        self.known_module(&alias.name);
        let module = self.symbol(&alias.name.name);
        self.write(Instruction::ImportModule(module), range);
        if let Some(bound) = &alias.bound {
            return self.store(&bound.name, range);
        }
        let first = super::parts::first_part(&alias.name.name);
        if first != alias.name.name {
            // What is bound is the outer module, of which the inner one is an attribute.
            self.write(Instruction::PopTop, range);
            let module = self.symbol(&first);
            self.write(Instruction::ImportModule(module), range);
        }
        self.store(&first, range);
    }

    fn import_from(&mut self, module: &'t Identifier, names: &'t [Alias], range: Range) {
        self.known_module(module);
        let module = self.symbol(&module.name);
        self.write(Instruction::ImportModule(module), range);
        for alias in names {
            let name = self.symbol(&alias.name.name);
            self.write(Instruction::ImportFrom(name), range);
            self.store(&alias.bound.as_ref().unwrap_or(&alias.name).name, range);
        }
        self.write(Instruction::PopTop, range);
    }
}

pub(super) fn binary_operator(operator: tree::BinaryOperator) -> BinaryOperator {
    match operator {
        tree::BinaryOperator::Add => BinaryOperator::Add,
        tree::BinaryOperator::Subtract => BinaryOperator::Subtract,
        tree::BinaryOperator::Multiply => BinaryOperator::Multiply,
        tree::BinaryOperator::Divide => BinaryOperator::TrueDivide,
        tree::BinaryOperator::FloorDivide => BinaryOperator::FloorDivide,
        tree::BinaryOperator::Remainder => BinaryOperator::Modulo,
        tree::BinaryOperator::Power => BinaryOperator::Power,
        tree::BinaryOperator::ShiftLeft => BinaryOperator::LeftShift,
        tree::BinaryOperator::ShiftRight => BinaryOperator::RightShift,
        tree::BinaryOperator::And => BinaryOperator::And,
        tree::BinaryOperator::Or => BinaryOperator::Or,
        tree::BinaryOperator::ExclusiveOr => BinaryOperator::Xor,
    }
}
