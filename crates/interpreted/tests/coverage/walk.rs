//! What a program uses.

use std::collections::{HashMap, HashSet};

use interpreted::source::tree::{
    Alias, Arguments, Expression, ExpressionKind, FormatPart, Function, Module, Parameters, Statement, StatementKind,
    Target, TargetKind, Trailer, TrailerKind,
};
use interpreted::value::Type;

use super::constructs::{self, detail};
use super::kinds::Kinds;

/// A built-in name, as it is counted.
pub(crate) fn builtin(name: &str) -> String {
    format!("{name}()")
}

/// A method of a type, as it is counted.
pub(crate) fn method(owner: Type, name: &str) -> String {
    format!("{}.{name}()", owner.name())
}

/// Everything that a program uses, by name.
pub(crate) fn uses(module: &Module) -> HashSet<String> {
    let mut walker = Walker {
        used: HashSet::new(),
        bound: HashSet::new(),
        read: HashSet::new(),
        imported: HashMap::new(),
        kinds: Kinds::default(),
    };
    // What a name holds depends on others, which may stand further down: twice is enough for the corpus.
    for _ in 0..2 {
        walker.kinds.learn(&module.body);
    }
    walker.block(&module.body, Place::default());
    for name in walker.read.difference(&walker.bound) {
        walker.used.insert(builtin(name));
    }
    walker.used
}

/// What stands around a statement.
#[derive(Clone, Copy, Default)]
struct Place {
    in_function: bool,
    in_block: bool,
}

struct Walker {
    used: HashSet<String>,
    bound: HashSet<String>,
    read: HashSet<String>,
    /// What each imported name stands for: `math`, `math.sqrt`.
    imported: HashMap<String, String>,
    kinds: Kinds,
}

impl Walker {
    fn note(&mut self, name: &'static str) {
        self.used.insert(name.to_string());
    }

    fn note_if(&mut self, holds: bool, name: &'static str) {
        let name = detail(name);
        if holds {
            self.note(name);
        }
    }

    fn bind(&mut self, name: &str) {
        self.bound.insert(name.to_string());
    }

    fn block(&mut self, body: &[Statement], place: Place) {
        for statement in body {
            self.statement(statement, place);
        }
    }

    fn documented(&mut self, body: &[Statement]) {
        let first = body.first().map(|statement| &statement.kind);
        let is_text =
            matches!(first, Some(StatementKind::Expression(Expression { kind: ExpressionKind::String(_), .. })));
        self.note_if(is_text, "documentation string");
    }

    fn statement(&mut self, statement: &Statement, place: Place) {
        self.note(constructs::statement(&statement.kind));
        let inner = Place { in_block: true, ..place };
        match &statement.kind {
            StatementKind::Expression(value) => self.expression(value),
            StatementKind::Assign { targets, value } => {
                self.note_if(targets.len() > 1, "assignment to several targets");
                for target in targets {
                    self.note_if(is_slice(target), "assignment to a slice");
                    self.target(target, false);
                }
                self.expression(value);
            }
            StatementKind::Augmented { target, operator, value } => {
                self.note(constructs::augmented(operator));
                self.note_if(matches!(target.kind, TargetKind::Name(_)), "augmented assignment to a name");
                self.note_if(
                    matches!(target.kind, TargetKind::Attribute { .. }),
                    "augmented assignment to an attribute",
                );
                self.note_if(
                    matches!(target.kind, TargetKind::Subscript { .. }) && !is_slice(target),
                    "augmented assignment to a subscript",
                );
                self.note_if(is_slice(target), "augmented assignment to a slice");
                self.target(target, false);
                self.expression(value);
            }
            StatementKind::Annotated { target, annotation, value } => {
                self.note_if(value.is_none(), "annotation without a value");
                self.target(target, false);
                self.expressions(std::iter::once(annotation).chain(value));
            }
            StatementKind::Return(value) => {
                self.note_if(value.is_none(), "return without a value");
                self.expressions(value);
            }
            StatementKind::If { branches, otherwise } => {
                self.note_if(branches.len() > 1, "elif");
                self.note_if(!otherwise.is_empty(), "else of an if");
                for branch in branches {
                    self.expression(&branch.test);
                    self.block(&branch.body, inner);
                }
                self.block(otherwise, inner);
            }
            StatementKind::While { test, body, otherwise } => {
                self.note_if(!otherwise.is_empty(), "else of a while");
                self.expression(test);
                self.block(body, inner);
                self.block(otherwise, inner);
            }
            StatementKind::For { target, iterable, body, otherwise } => {
                self.note_if(!otherwise.is_empty(), "else of a for");
                self.note_if(matches!(target.kind, TargetKind::Sequence(_)), "for over several names");
                self.target(target, false);
                self.expression(iterable);
                self.block(body, inner);
                self.block(otherwise, inner);
            }
            StatementKind::Break | StatementKind::Continue | StatementKind::Pass => {}
            StatementKind::Try { body, handlers, otherwise, finally } => {
                self.note_if(!otherwise.is_empty(), "else of a try");
                self.note_if(!finally.is_empty(), "finally");
                self.note_if(handlers.is_empty(), "finally without except");
                self.note_if(handlers.len() > 1, "several handlers");
                self.block(body, inner);
                for handler in handlers {
                    let exception = handler.exception.as_ref();
                    self.note_if(exception.is_none(), "except without a class");
                    let is_tuple = exception.is_some_and(|value| matches!(value.kind, ExpressionKind::Tuple(_)));
                    self.note_if(is_tuple, "except of several classes");
                    self.note_if(handler.name.is_some(), "except with a name");
                    self.expressions(exception);
                    if let Some(name) = &handler.name {
                        self.bind(&name.name);
                    }
                    self.block(&handler.body, inner);
                }
                self.block(otherwise, inner);
                self.block(finally, inner);
            }
            StatementKind::Raise { exception, cause } => {
                self.note_if(exception.is_none(), "raise without an exception");
                self.note_if(cause.is_some(), "raise from");
                self.expressions(exception.iter().chain(cause));
            }
            StatementKind::Assert { test, message } => {
                self.note_if(message.is_some(), "assert with a message");
                self.expressions(std::iter::once(test).chain(message));
            }
            StatementKind::Delete(targets) => {
                self.note_if(targets.len() > 1, "del of several targets");
                for target in targets {
                    self.note_if(matches!(target.kind, TargetKind::Name(_)), "del of a name");
                    self.note_if(matches!(target.kind, TargetKind::Attribute { .. }), "del of an attribute");
                    self.note_if(
                        matches!(target.kind, TargetKind::Subscript { .. }) && !is_slice(target),
                        "del of a subscript",
                    );
                    self.note_if(is_slice(target), "del of a slice");
                    self.expressions(target.children());
                }
            }
            StatementKind::Global(names) => self.note_if(names.len() > 1, "global with several names"),
            StatementKind::Nonlocal(names) => self.note_if(names.len() > 1, "nonlocal with several names"),
            StatementKind::Import(names) => {
                self.note_if(names.len() > 1, "import of several modules");
                for alias in names {
                    self.note_if(alias.bound.is_some(), "import as");
                    self.import(alias, alias.name.name.to_string());
                }
            }
            StatementKind::ImportFrom { module, names } => {
                for alias in names {
                    self.note_if(alias.bound.is_some(), "from import as");
                    self.import(alias, format!("{}.{}", module.name, alias.name.name));
                }
            }
            StatementKind::Function(function) => {
                self.note_if(place.in_function, "def in a def");
                self.function(function);
            }
            StatementKind::Class(class) => {
                self.note_if(class.base.is_some(), "class with a base");
                self.note_if(place.in_block || place.in_function, "class in a block");
                self.bind(&class.name.name);
                self.documented(&class.body);
                self.expressions(class.decorators.iter().chain(&class.base));
                self.block(&class.body, Place::default());
            }
        }
    }

    fn import(&mut self, alias: &Alias, path: String) {
        let bound = alias.bound.as_ref().unwrap_or(&alias.name);
        self.bind(&bound.name);
        self.imported.insert(bound.name.to_string(), path);
    }

    fn function(&mut self, function: &Function) {
        self.bind(&function.name.name);
        self.documented(&function.body);
        let parameters = &function.parameters;
        self.note_if(parameters.variadic.is_some(), "parameter with *");
        self.note_if(parameters.positional.iter().any(|parameter| parameter.default.is_some()), "default value");
        self.note_if(
            parameters.positional.iter().any(|parameter| parameter.annotation.is_some()),
            "annotation in a def",
        );
        self.note_if(function.returns.is_some(), "annotation of a result");
        self.parameters(parameters);
        self.expressions(function.decorators.iter().chain(&function.returns));
        self.block(&function.body, Place { in_function: true, in_block: false });
    }

    fn parameters(&mut self, parameters: &Parameters) {
        for parameter in parameters.positional.iter().chain(&parameters.variadic) {
            self.bind(&parameter.name.name);
            self.expressions(parameter.annotation.iter().chain(&parameter.default));
        }
    }

    fn target(&mut self, target: &Target, within: bool) {
        self.note(constructs::target(&target.kind));
        match &target.kind {
            TargetKind::Name(name) => self.bind(name),
            TargetKind::Attribute { .. } | TargetKind::Subscript { .. } => self.expressions(target.children()),
            TargetKind::Sequence(targets) => {
                self.note_if(within, "sequence within a sequence as a target");
                for target in targets {
                    self.target(target, true);
                }
            }
            TargetKind::Starred(inner) => self.target(inner, true),
        }
    }

    fn expressions<'a>(&mut self, values: impl IntoIterator<Item = &'a Expression>) {
        for value in values {
            self.expression(value);
        }
    }

    fn expression(&mut self, value: &Expression) {
        self.note(constructs::expression(&value.kind));
        match &value.kind {
            ExpressionKind::Name(name) => {
                self.read.insert(name.to_string());
                if let Some(path) = self.imported.get(&**name) {
                    self.used.insert(path.clone());
                }
            }
            ExpressionKind::FormattedString(parts) => self.format(parts),
            ExpressionKind::Tuple(elements) => self.note_if(has_star(elements), "starred element of a tuple"),
            ExpressionKind::List(elements) => self.note_if(has_star(elements), "starred element of a list"),
            ExpressionKind::Set(elements) => self.note_if(has_star(elements), "starred element of a set"),
            ExpressionKind::Slice { lower, upper, step } => {
                self.note_if(lower.is_none() && upper.is_none(), "slice without bounds");
                self.note_if(step.is_some(), "slice with a step");
            }
            ExpressionKind::Unary { operators, .. } => {
                self.note_if(operators.len() > 1, "several unary operators");
                for (operator, _) in operators {
                    self.note(constructs::unary(operator));
                }
            }
            ExpressionKind::Binary { rest, .. } => {
                rest.iter().for_each(|term| self.note(constructs::binary(term.operator)))
            }
            ExpressionKind::Power(values) => self.note_if(values.len() > 2, "chained power"),
            ExpressionKind::Compare { rest, .. } => {
                self.note_if(rest.len() > 1, "chained comparison");
                rest.iter().for_each(|(operator, _)| self.note(constructs::comparison(operator)));
            }
            ExpressionKind::Conditional { branches, .. } => {
                self.note_if(branches.len() > 1, "conditional expression with several tests");
            }
            ExpressionKind::Lambda { parameters, .. } => {
                self.note_if(parameters.variadic.is_some(), "lambda with *");
                let has_default = parameters.positional.iter().any(|parameter| parameter.default.is_some());
                self.note_if(has_default, "default value of a lambda");
                for parameter in parameters.positional.iter().chain(&parameters.variadic) {
                    self.bind(&parameter.name.name);
                }
            }
            ExpressionKind::ListComprehension { clauses, .. }
            | ExpressionKind::SetComprehension { clauses, .. }
            | ExpressionKind::DictionaryComprehension { clauses, .. }
            | ExpressionKind::Generator { clauses, .. } => {
                self.note_if(clauses.len() > 1, "comprehension with several clauses");
                self.note_if(value.children().into_iter().any(is_comprehension), "comprehension in a comprehension");
                for clause in clauses {
                    self.note_if(!clause.conditions.is_empty(), "comprehension with a condition");
                    self.note_if(clause.conditions.len() > 1, "comprehension with several conditions");
                    self.target(&clause.target, false);
                }
            }
            ExpressionKind::Trailers { base, rest } => self.trailers(base, rest),
            _ => {}
        }
        self.expressions(value.children());
    }

    fn format(&mut self, parts: &[FormatPart]) {
        for (number, part) in parts.iter().enumerate() {
            let FormatPart::Value { conversion, specification, .. } = part else { continue };
            if let Some(conversion) = conversion {
                self.note(constructs::conversion(conversion));
            }
            self.note_if(!specification.is_empty(), "format specification");
            let nested = specification.iter().any(|part| matches!(part, FormatPart::Value { .. }));
            self.note_if(nested, "format specification with a value in it");
            let before = number.checked_sub(1).map(|before| &parts[before]);
            let named = matches!(before, Some(FormatPart::Literal(text)) if text.trim_end().ends_with('='));
            self.note_if(named && conversion.is_some(), "{x=} in an f-string");
        }
    }

    fn trailers(&mut self, base: &Expression, rest: &[Trailer]) {
        let mut path = match &base.kind {
            ExpressionKind::Name(name) => self.imported.get(&**name).cloned(),
            _ => None,
        };
        for (number, trailer) in rest.iter().enumerate() {
            self.note(constructs::trailer(&trailer.kind));
            match &trailer.kind {
                TrailerKind::Attribute(name) => {
                    path = path.map(|path| format!("{path}.{}", name.name));
                    if let Some(path) = &path {
                        self.used.insert(path.clone());
                    } else if matches!(rest.get(number + 1), Some(Trailer { kind: TrailerKind::Call(_), .. })) {
                        for owner in self.kinds.of_trailers(base, &rest[..number]) {
                            self.used.insert(method(owner, &name.name));
                        }
                    }
                }
                TrailerKind::Subscript(_) => path = None,
                TrailerKind::Call(arguments) => {
                    path = None;
                    self.arguments(arguments);
                }
            }
        }
    }

    fn arguments(&mut self, arguments: &Arguments) {
        self.note_if(!arguments.keywords.is_empty(), "keyword argument");
        self.note_if(has_star(&arguments.positional), "starred argument");
        let is_generator =
            arguments.positional.iter().any(|value| matches!(value.kind, ExpressionKind::Generator { .. }));
        self.note_if(is_generator, "generator expression as an argument");
    }
}

fn is_slice(target: &Target) -> bool {
    matches!(&target.kind, TargetKind::Subscript { index, .. } if matches!(index.kind, ExpressionKind::Slice { .. }))
}

fn has_star(elements: &[Expression]) -> bool {
    elements.iter().any(|element| matches!(element.kind, ExpressionKind::Starred(_)))
}

fn is_comprehension(value: &Expression) -> bool {
    matches!(
        value.kind,
        ExpressionKind::ListComprehension { .. }
            | ExpressionKind::SetComprehension { .. }
            | ExpressionKind::DictionaryComprehension { .. }
            | ExpressionKind::Generator { .. }
    )
}
