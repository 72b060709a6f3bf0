//! Of which type a value surely or possibly is, as far as the text of a program says it.
//!
//! It decides whose method `x.pop()` is. What it does not know does not count, so a program that is meant to show a method says
//! plainly what it is called on.

use std::collections::{HashMap, HashSet};

use interpreted::source::tree::{
    BinaryOperator, Clause, Expression, ExpressionKind, Statement, StatementKind, Target, TargetKind, Trailer,
    TrailerKind,
};
use interpreted::value::Type;

/// What the names of a program may hold.
#[derive(Default)]
pub(crate) struct Kinds {
    names: HashMap<String, HashSet<Type>>,
    /// What the elements of a container with that name may be.
    elements: HashMap<String, HashSet<Type>>,
}

impl Kinds {
    /// Looks at every statement that binds a name.
    pub(crate) fn learn(&mut self, body: &[Statement]) {
        for statement in body {
            match &statement.kind {
                StatementKind::Assign { targets, value } => targets.iter().for_each(|target| self.bind(target, value)),
                StatementKind::For { target, iterable, body, otherwise } => {
                    self.bind_elements(target, iterable);
                    self.learn(body);
                    self.learn(otherwise);
                }
                StatementKind::If { branches, otherwise } => {
                    branches.iter().for_each(|branch| self.learn(&branch.body));
                    self.learn(otherwise);
                }
                StatementKind::While { body, otherwise, .. } => {
                    self.learn(body);
                    self.learn(otherwise);
                }
                StatementKind::Try { body, handlers, otherwise, finally } => {
                    self.learn(body);
                    handlers.iter().for_each(|handler| self.learn(&handler.body));
                    self.learn(otherwise);
                    self.learn(finally);
                }
                StatementKind::Function(function) => self.learn(&function.body),
                StatementKind::Class(class) => self.learn(&class.body),
                _ => {}
            }
            self.learn_comprehensions(statement);
        }
    }

    /// The targets of the comprehensions in a statement.
    fn learn_comprehensions(&mut self, statement: &Statement) {
        let mut values: Vec<&Expression> = match &statement.kind {
            StatementKind::Expression(value) | StatementKind::Assign { value, .. } => vec![value],
            StatementKind::Return(value) => value.iter().collect(),
            StatementKind::For { iterable, .. } => vec![iterable],
            _ => Vec::new(),
        };
        while let Some(value) = values.pop() {
            if let ExpressionKind::ListComprehension { clauses, .. }
            | ExpressionKind::SetComprehension { clauses, .. }
            | ExpressionKind::DictionaryComprehension { clauses, .. }
            | ExpressionKind::Generator { clauses, .. } = &value.kind
            {
                clauses.iter().for_each(|Clause { target, iterable, .. }| self.bind_elements(target, iterable));
            }
            values.extend(value.children());
        }
    }

    fn bind(&mut self, target: &Target, value: &Expression) {
        match (&target.kind, &value.kind) {
            (TargetKind::Name(name), _) => {
                let (kinds, elements) = (self.of(value), self.of_elements(value));
                self.names.entry(name.to_string()).or_default().extend(kinds);
                self.elements.entry(name.to_string()).or_default().extend(elements);
            }
            (TargetKind::Sequence(targets), ExpressionKind::Tuple(values) | ExpressionKind::List(values))
                if targets.len() == values.len() =>
            {
                targets.iter().zip(values).for_each(|(target, value)| self.bind(target, value));
            }
            (TargetKind::Sequence(targets), _) => {
                let elements = self.of_elements(value);
                for target in targets {
                    match &target.kind {
                        TargetKind::Name(name) => {
                            self.names.entry(name.to_string()).or_default().extend(elements.clone());
                        }
                        TargetKind::Starred(inner) => {
                            inner.names().into_iter().for_each(|name| {
                                self.names.entry(name.to_string()).or_default().insert(Type::List);
                            });
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    /// Binds a target to each element of what is written out as a list, a tuple or a set, or of what is known by name.
    fn bind_elements(&mut self, target: &Target, iterable: &Expression) {
        if let ExpressionKind::List(values) | ExpressionKind::Tuple(values) | ExpressionKind::Set(values) =
            &iterable.kind
        {
            values.iter().for_each(|value| self.bind(target, value));
        } else if let TargetKind::Name(name) = &target.kind {
            let elements = self.of_elements(iterable);
            self.names.entry(name.to_string()).or_default().extend(elements);
        }
    }

    fn of_elements(&self, value: &Expression) -> HashSet<Type> {
        match &value.kind {
            ExpressionKind::List(values) | ExpressionKind::Tuple(values) | ExpressionKind::Set(values) => {
                values.iter().flat_map(|value| self.of(value)).collect()
            }
            ExpressionKind::Dictionary(items) => items.iter().flat_map(|(key, _)| self.of(key)).collect(),
            ExpressionKind::ListComprehension { element, .. } | ExpressionKind::Generator { element, .. } => {
                self.of(element)
            }
            ExpressionKind::String(_) => HashSet::from([Type::Str]),
            ExpressionKind::Name(name) => self.elements.get(&**name).cloned().unwrap_or_default(),
            ExpressionKind::Trailers { rest, .. } => match rest.as_slice() {
                [
                    ..,
                    Trailer { kind: TrailerKind::Attribute(name), .. },
                    Trailer { kind: TrailerKind::Call(_), .. },
                ] if matches!(&*name.name, "split" | "rsplit" | "splitlines" | "partition" | "rpartition") => {
                    HashSet::from([Type::Str])
                }
                _ => HashSet::new(),
            },
            _ => HashSet::new(),
        }
    }

    fn of(&self, value: &Expression) -> HashSet<Type> {
        let one = |kind| HashSet::from([kind]);
        match &value.kind {
            ExpressionKind::Boolean(_) => one(Type::Bool),
            ExpressionKind::Integer(_) | ExpressionKind::BigInteger(_) => one(Type::Int),
            ExpressionKind::Float(_) => one(Type::Float),
            ExpressionKind::Imaginary(_) => one(Type::Complex),
            ExpressionKind::String(_) | ExpressionKind::FormattedString(_) => one(Type::Str),
            ExpressionKind::Tuple(_) => one(Type::Tuple),
            ExpressionKind::List(_) | ExpressionKind::ListComprehension { .. } => one(Type::List),
            ExpressionKind::Set(_) | ExpressionKind::SetComprehension { .. } => one(Type::Set),
            ExpressionKind::Dictionary(_) | ExpressionKind::DictionaryComprehension { .. } => one(Type::Dict),
            ExpressionKind::Name(name) => self.names.get(&**name).cloned().unwrap_or_default(),
            ExpressionKind::Unary { operand, .. } => self.of(operand),
            ExpressionKind::Power(values) => values.first().map(|value| self.of(value)).unwrap_or_default(),
            ExpressionKind::Binary { first, rest } => {
                let kinds = self.of(first);
                let right = rest.iter().flat_map(|term| self.of(&term.right));
                match rest.first().map(|term| term.operator) {
                    Some(BinaryOperator::Divide) => one(Type::Float),
                    Some(BinaryOperator::Remainder) if kinds.contains(&Type::Str) => kinds,
                    _ => right.filter(|kind| *kind == Type::Complex).chain(kinds.iter().copied()).collect(),
                }
            }
            ExpressionKind::Conditional { branches, otherwise } => {
                branches.iter().flat_map(|(_, value)| self.of(value)).chain(self.of(otherwise)).collect()
            }
            ExpressionKind::Trailers { base, rest } => self.of_trailers(base, rest),
            _ => HashSet::new(),
        }
    }

    /// Of a value with attributes, subscripts and calls behind it.
    pub(crate) fn of_trailers(&self, base: &Expression, rest: &[Trailer]) -> HashSet<Type> {
        let Some((last, before)) = rest.split_last() else {
            // `str.maketrans`: the type itself.
            return match &base.kind {
                ExpressionKind::Name(name) if self.of(base).is_empty() => constructed(name).into_iter().collect(),
                _ => self.of(base),
            };
        };
        match (&last.kind, before) {
            (TrailerKind::Call(_), []) => match &base.kind {
                ExpressionKind::Name(name) => constructed(name).into_iter().collect(),
                _ => HashSet::new(),
            },
            (TrailerKind::Call(_), [earlier @ .., Trailer { kind: TrailerKind::Attribute(name), .. }]) => {
                let owners = self.of_trailers(base, earlier);
                owners.into_iter().filter_map(|owner| result(owner, &name.name)).collect()
            }
            (TrailerKind::Subscript(index), _) => {
                let kinds = self.of_trailers(base, before);
                let is_slice = matches!(index.kind, ExpressionKind::Slice { .. });
                let keeps = |kind: &Type| is_slice || *kind == Type::Str;
                let of_base = if before.is_empty() && !is_slice { self.of_elements(base) } else { HashSet::new() };
                kinds.into_iter().filter(keeps).chain(of_base).collect()
            }
            _ => HashSet::new(),
        }
    }
}

/// What a call of a built-in name gives.
fn constructed(name: &str) -> Option<Type> {
    Some(match name {
        "list" | "sorted" => Type::List,
        "tuple" | "divmod" => Type::Tuple,
        "dict" => Type::Dict,
        "set" => Type::Set,
        "str" | "repr" => Type::Str,
        "int" | "len" => Type::Int,
        "float" => Type::Float,
        "complex" => Type::Complex,
        "bool" => Type::Bool,
        "range" => Type::Range,
        _ => return None,
    })
}

/// What a method gives, where that has methods itself.
fn result(owner: Type, name: &str) -> Option<Type> {
    Some(match (owner, name) {
        (Type::Str, "split" | "rsplit" | "splitlines") => Type::List,
        (Type::Str, "partition" | "rpartition") => Type::Tuple,
        (Type::Str, "find" | "rfind" | "index" | "rindex" | "count" | "endswith" | "startswith") => return None,
        (Type::Str, "maketrans") | (Type::Dict, "fromkeys") => Type::Dict,
        (Type::Str, _) => Type::Str,
        (owner, "copy" | "union" | "intersection" | "difference" | "symmetric_difference" | "conjugate") => owner,
        _ => return None,
    })
}
