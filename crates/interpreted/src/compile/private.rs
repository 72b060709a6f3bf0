//! Private names: within a class `__name` stands for `_Class__name`.

use std::sync::Arc;

/// The name that a private name stands for in a class; none where it is not private.
pub(crate) fn mangled(class: Option<&str>, name: &str) -> Option<Arc<str>> {
    let class = class?.trim_start_matches('_');
    let private = name.starts_with("__") && !name.ends_with("__") && !name.contains('.');
    (private && !class.is_empty()).then(|| format!("_{class}{name}").into())
}
