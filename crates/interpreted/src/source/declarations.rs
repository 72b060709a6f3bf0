//! Whether each `global` and `nonlocal` may stand where it stands.

use std::collections::HashMap;

use super::error::{ErrorKind, SourceError};
use super::file::SourceFile;
use super::tree::{
    Expression, ExpressionKind, Function, Identifier, Name, Parameters, Range, Statement, StatementKind, Target,
};

/// What has happened to a name in a scope so far.
#[derive(Clone, Copy, Default)]
struct Uses {
    parameter: bool,
    read: bool,
    annotated: bool,
    bound: bool,
    /// By an import, after which `global` may follow.
    imported: bool,
    global: Option<Range>,
    nonlocal: Option<Range>,
}

#[derive(Default)]
struct Scope {
    uses: HashMap<Name, Uses>,
    is_function: bool,
    parent: usize,
}

struct Checker<'a> {
    source: &'a SourceFile,
    /// The first is the module.
    scopes: Vec<Scope>,
    at: usize,
}

type Checked = Result<(), SourceError>;

/// Checks a whole file.
pub(super) fn check(source: &SourceFile, body: &[Statement]) -> Checked {
    let mut checker = Checker { source, scopes: vec![Scope::default()], at: 0 };
    checker.body(body)?;
    checker.bindings()
}

impl Checker<'_> {
    fn error(&self, range: Range, message: String) -> Checked {
        Err(SourceError::new(ErrorKind::Syntax, message, self.source, range))
    }

    fn uses(&mut self, name: &Name) -> &mut Uses {
        self.scopes[self.at].uses.entry(name.clone()).or_default()
    }

    fn bind(&mut self, name: &Name) {
        self.uses(name).bound = true;
    }

    fn bind_all(&mut self, target: &Target) {
        for name in target.names() {
            self.bind(name);
        }
        for child in target.children() {
            self.read(child);
        }
    }

    /// The names that an expression reads in the scope at hand: a lambda and a comprehension have scopes of their own, in which
    /// nothing can be declared.
    fn read(&mut self, expression: &Expression) {
        match &expression.kind {
            ExpressionKind::Name(name) => self.uses(name).read = true,
            ExpressionKind::Lambda { parameters, .. } => self.defaults(parameters),
            ExpressionKind::ListComprehension { clauses, .. }
            | ExpressionKind::SetComprehension { clauses, .. }
            | ExpressionKind::DictionaryComprehension { clauses, .. }
            | ExpressionKind::Generator { clauses, .. } => {
                if let Some(first) = clauses.first() {
                    self.read(&first.iterable);
                }
            }
            _ => {
                for child in expression.children() {
                    self.read(child);
                }
            }
        }
    }

    fn read_all<'e>(&mut self, expressions: impl IntoIterator<Item = &'e Expression>) {
        for expression in expressions {
            self.read(expression);
        }
    }

    fn defaults(&mut self, parameters: &Parameters) {
        self.read_all(parameters.positional.iter().filter_map(|parameter| parameter.default.as_ref()));
    }

    fn body(&mut self, body: &[Statement]) -> Checked {
        body.iter().try_for_each(|statement| self.statement(statement))
    }

    fn statement(&mut self, statement: &Statement) -> Checked {
        match &statement.kind {
            StatementKind::Expression(value) => self.read(value),
            StatementKind::Assign { targets, value } => {
                targets.iter().for_each(|target| self.bind_all(target));
                self.read(value);
            }
            StatementKind::Augmented { target, value, .. } => {
                self.bind_all(target);
                self.read(value);
            }
            StatementKind::Annotated { target, annotation, value } => {
                self.annotate(target, statement.range)?;
                self.bind_all(target);
                self.read(annotation);
                self.read_all(value);
            }
            StatementKind::Return(value) => self.read_all(value),
            StatementKind::If { branches, otherwise } => {
                for branch in branches {
                    self.read(&branch.test);
                    self.body(&branch.body)?;
                }
                self.body(otherwise)?;
            }
            StatementKind::While { test, body, otherwise } => {
                self.read(test);
                self.body(body)?;
                self.body(otherwise)?;
            }
            StatementKind::For { target, iterable, body, otherwise } => {
                self.bind_all(target);
                self.read(iterable);
                self.body(body)?;
                self.body(otherwise)?;
            }
            StatementKind::Break | StatementKind::Continue | StatementKind::Pass => {}
            StatementKind::Try { body, handlers, otherwise, finally } => {
                self.body(body)?;
                for handler in handlers {
                    self.read_all(&handler.exception);
                    handler.name.iter().for_each(|name| self.bind(&name.name));
                    self.body(&handler.body)?;
                }
                self.body(otherwise)?;
                self.body(finally)?;
            }
            StatementKind::Raise { exception, cause } => self.read_all(exception.iter().chain(cause)),
            StatementKind::Assert { test, message } => self.read_all(std::iter::once(test).chain(message)),
            StatementKind::Delete(targets) => targets.iter().for_each(|target| self.bind_all(target)),
            StatementKind::Global(names) => self.declare(names, statement.range, true)?,
            StatementKind::Nonlocal(names) => self.declare(names, statement.range, false)?,
            StatementKind::Import(aliases) | StatementKind::ImportFrom { names: aliases, .. } => {
                for alias in aliases {
                    let bound = alias.bound.as_ref().unwrap_or(&alias.name);
                    let first = bound.name.split('.').next().unwrap_or("");
                    self.uses(&Name::from(first)).imported = true;
                }
            }
            StatementKind::Function(function) => self.function(function)?,
            StatementKind::Class(class) => {
                self.bind(&class.name.name);
                self.read_all(class.decorators.iter().chain(&class.base));
                self.within(false, &class.body, None)?;
            }
        }
        Ok(())
    }

    fn function(&mut self, function: &Function) -> Checked {
        self.bind(&function.name.name);
        self.read_all(&function.decorators);
        self.defaults(&function.parameters);
        let parameters = function.parameters.positional.iter().chain(&function.parameters.variadic);
        self.read_all(parameters.filter_map(|parameter| parameter.annotation.as_ref()).chain(&function.returns));
        self.within(true, &function.body, Some(&function.parameters))
    }

    fn within(&mut self, is_function: bool, body: &[Statement], parameters: Option<&Parameters>) -> Checked {
        let parent = std::mem::replace(&mut self.at, self.scopes.len());
        self.scopes.push(Scope { is_function, parent, ..Scope::default() });
        for parameter in parameters.iter().flat_map(|all| all.positional.iter().chain(&all.variadic)) {
            let uses = self.uses(&parameter.name.name);
            (uses.parameter, uses.bound) = (true, true);
        }
        let checked = self.body(body);
        self.at = parent;
        checked
    }

    fn annotate(&mut self, target: &Target, range: Range) -> Checked {
        for name in target.names() {
            let within = self.at > 0;
            let uses = self.uses(name);
            uses.annotated = true;
            let declared = match (uses.global, uses.nonlocal) {
                (Some(_), _) => "global",
                (_, Some(_)) => "nonlocal",
                _ => continue,
            };
            if within {
                return self.error(range, format!("annotated name '{name}' can't be {declared}"));
            }
        }
        Ok(())
    }

    fn declare(&mut self, names: &[Identifier], range: Range, global: bool) -> Checked {
        let word = if global { "global" } else { "nonlocal" };
        for Identifier { name, .. } in names {
            let uses = self.uses(name);
            let before = *uses;
            *(if global { &mut uses.global } else { &mut uses.nonlocal }) = Some(range);
            let message = match before {
                Uses { parameter: true, .. } => format!("name '{name}' is parameter and {word}"),
                Uses { read: true, .. } => format!("name '{name}' is used prior to {word} declaration"),
                Uses { annotated: true, .. } => format!("annotated name '{name}' can't be {word}"),
                Uses { bound: true, .. } => format!("name '{name}' is assigned to before {word} declaration"),
                _ => continue,
            };
            return self.error(range, message);
        }
        Ok(())
    }

    /// Whether each name that is declared nonlocal is bound by a function around.
    fn bindings(&self) -> Checked {
        for scope in &self.scopes {
            let mut declared: Vec<_> =
                scope.uses.iter().filter_map(|(name, uses)| Some((uses.nonlocal?, name, uses))).collect();
            declared.sort_by_key(|(range, name, _)| (range.start, (*name).clone()));
            for (range, name, uses) in declared {
                if let Some(global) = uses.global {
                    return self.error(global.min(range), format!("name '{name}' is nonlocal and global"));
                }
                if !self.is_bound_around(scope, name) {
                    return self.error(range, format!("no binding for nonlocal '{name}' found"));
                }
            }
        }
        Ok(())
    }

    fn is_bound_around(&self, scope: &Scope, name: &Name) -> bool {
        let mut at = scope.parent;
        while at > 0 {
            let around = &self.scopes[at];
            let uses = around.uses.get(name).copied().unwrap_or_default();
            if around.is_function && (uses.bound || uses.imported) && uses.global.is_none() && uses.nonlocal.is_none() {
                return true;
            }
            at = around.parent;
        }
        false
    }
}
