//! A copy of a source with an attribute before its functions.

use proc_macro2::LineColumn;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Attribute, ImplItemFn, ItemFn, ItemImpl, ItemMod, Signature, Visibility};

use crate::source::parsed::{Parsed, only_for_tests};

/// The text of a file with an attribute before each of the chosen functions: see [`Sources::attributed`](super::Sources::attributed).
pub(super) fn attributed(parsed: &Parsed, attribute: &str, chosen: impl Fn(usize) -> bool) -> String {
    let mut places = Functions::default();
    places.visit_file(parsed.tree());
    let mut lines: Vec<String> = parsed.text.split('\n').map(str::to_owned).collect();
    for LineColumn { line, column } in places.0.into_iter().rev().filter(|place| chosen(place.line)) {
        let text = &mut lines[line - 1];
        let at = text.char_indices().nth(column).map_or(text.len(), |(at, _)| at);
        text.insert_str(at, attribute);
    }
    lines.join("\n")
}

/// Where the functions that can carry an attribute begin, after their own attributes, in the order of the source.
#[derive(Default)]
struct Functions(Vec<LineColumn>);

impl Functions {
    fn add(&mut self, attributes: &[Attribute], visibility: &Visibility, signature: &Signature) {
        let counts = signature.constness.is_none() && signature.asyncness.is_none() && signature.abi.is_none();
        if counts && !only_for_tests(attributes) {
            let start = match visibility {
                Visibility::Inherited => signature.span().start(),
                visibility => visibility.span().start(),
            };
            self.0.push(start);
        }
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if !only_for_tests(&module.attrs) {
            syn::visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_impl(&mut self, implementation: &'ast ItemImpl) {
        if !only_for_tests(&implementation.attrs) {
            syn::visit::visit_item_impl(self, implementation);
        }
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.add(&function.attrs, &function.vis, &function.sig);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.add(&function.attrs, &function.vis, &function.sig);
    }
}
