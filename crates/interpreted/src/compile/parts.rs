//! Parts of names and bodies that more than one room asks for.

use crate::source::tree::{Expression, ExpressionKind, Name, Statement, StatementKind};

/// The name that `import a.b` binds: `a`.
pub(super) fn first_part(name: &Name) -> Name {
    match name.split_once('.') {
        Some((first, _)) => first.into(),
        None => name.clone(),
    }
}

/// The string that a body begins with.
pub(super) fn documentation(body: &[Statement]) -> Option<&Expression> {
    match body.first().map(|first| &first.kind) {
        Some(StatementKind::Expression(text)) if matches!(text.kind, ExpressionKind::String(_)) => Some(text),
        _ => None,
    }
}
