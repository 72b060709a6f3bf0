//! The parts of an expression, for a search through all of them.

use super::tree::{Clause, Expression, ExpressionKind, FormatPart, Target, TargetKind, TrailerKind};

impl Expression {
    /// The expressions right within this one, in the order of the text. Of a lambda these are the defaults and the body, of a
    /// comprehension also what its targets contain.
    #[must_use]
    pub fn children(&self) -> Vec<&Self> {
        match &self.kind {
            ExpressionKind::None
            | ExpressionKind::Boolean(_)
            | ExpressionKind::Integer(_)
            | ExpressionKind::BigInteger(_)
            | ExpressionKind::Float(_)
            | ExpressionKind::Imaginary(_)
            | ExpressionKind::String(_)
            | ExpressionKind::Name(_) => Vec::new(),
            ExpressionKind::FormattedString(parts) => of_parts(parts),
            ExpressionKind::Tuple(elements)
            | ExpressionKind::List(elements)
            | ExpressionKind::Set(elements)
            | ExpressionKind::Power(elements)
            | ExpressionKind::And(elements)
            | ExpressionKind::Or(elements) => elements.iter().collect(),
            ExpressionKind::Dictionary(items) => items.iter().flat_map(|(key, value)| [key, value]).collect(),
            ExpressionKind::Starred(inner) => vec![inner],
            ExpressionKind::Slice { lower, upper, step } => {
                [lower, upper, step].into_iter().flatten().map(|part| &**part).collect()
            }
            ExpressionKind::Unary { operand, .. } => vec![operand],
            ExpressionKind::Binary { first, rest } => {
                std::iter::once(&**first).chain(rest.iter().map(|term| &term.right)).collect()
            }
            ExpressionKind::Compare { first, rest } => {
                std::iter::once(&**first).chain(rest.iter().map(|(_, value)| value)).collect()
            }
            ExpressionKind::Conditional { branches, otherwise } => {
                let branches = branches.iter().flat_map(|(test, value)| [value, test]);
                branches.chain(std::iter::once(&**otherwise)).collect()
            }
            ExpressionKind::Lambda { parameters, body } => {
                let defaults = parameters.positional.iter().filter_map(|parameter| parameter.default.as_ref());
                defaults.chain(std::iter::once(&**body)).collect()
            }
            ExpressionKind::ListComprehension { element, clauses }
            | ExpressionKind::SetComprehension { element, clauses }
            | ExpressionKind::Generator { element, clauses } => {
                std::iter::once(&**element).chain(clauses.iter().flat_map(Clause::children)).collect()
            }
            ExpressionKind::DictionaryComprehension { key, value, clauses } => {
                [&**key, &**value].into_iter().chain(clauses.iter().flat_map(Clause::children)).collect()
            }
            ExpressionKind::Trailers { base, rest } => {
                let mut children = vec![&**base];
                for trailer in rest {
                    match &trailer.kind {
                        TrailerKind::Attribute(_) => {}
                        TrailerKind::Subscript(index) => children.push(index),
                        TrailerKind::Call(arguments) => {
                            children.extend(&arguments.positional);
                            children.extend(arguments.keywords.iter().map(|(_, value)| value));
                        }
                    }
                }
                children
            }
        }
    }
}

fn of_parts(parts: &[FormatPart]) -> Vec<&Expression> {
    let mut children = Vec::new();
    for part in parts {
        if let FormatPart::Value { expression, specification, .. } = part {
            children.push(expression);
            children.extend(of_parts(specification));
        }
    }
    children
}

impl Clause {
    /// What the target contains, the iterable and the conditions.
    fn children(&self) -> Vec<&Expression> {
        let mut children = self.target.children();
        children.push(&self.iterable);
        children.extend(&self.conditions);
        children
    }
}

impl Target {
    /// The expressions that are evaluated before something is bound: objects and indices.
    #[must_use]
    pub fn children(&self) -> Vec<&Expression> {
        match &self.kind {
            TargetKind::Name(_) => Vec::new(),
            TargetKind::Attribute { object, .. } => vec![object],
            TargetKind::Subscript { object, index } => vec![object, index],
            TargetKind::Sequence(targets) => targets.iter().flat_map(Self::children).collect(),
            TargetKind::Starred(target) => target.children(),
        }
    }

    /// The names that are bound.
    #[must_use]
    pub fn names(&self) -> Vec<&super::tree::Name> {
        match &self.kind {
            TargetKind::Name(name) => vec![name],
            TargetKind::Attribute { .. } | TargetKind::Subscript { .. } => Vec::new(),
            TargetKind::Sequence(targets) => targets.iter().flat_map(Self::names).collect(),
            TargetKind::Starred(target) => target.names(),
        }
    }
}
