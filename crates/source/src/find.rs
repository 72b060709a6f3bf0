//! A function of a file by its name, what it prepares, and the kernels that it shares.

use std::collections::HashSet;
use std::iter;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::Visit;
use syn::{Ident, Item, ItemFn, ItemImpl, Type, Visibility};

use crate::error::SourceError;
use crate::parsed::{Parsed, only_for_tests};

/// A function and where it stands.
pub(super) struct Located<'a> {
    /// The function.
    pub(super) function: &'a ItemFn,
    /// The same as an item of its module.
    pub(super) item: &'a Item,
    module: &'a [Item],
    modules: Vec<&'a [Item]>,
}

impl<'a> Located<'a> {
    /// The type that the function prepares, its own methods and its `impl Prepared`. None for a plain step.
    pub(super) fn prepared(&self) -> Vec<&'a Item> {
        if returns_prepared(self.function) { prepared(self) } else { Vec::new() }
    }

    /// The functions of its module that its body names and that other files may call too: `pub(super)`, or another restriction.
    pub(super) fn kernels(&self) -> impl Iterator<Item = &'a Item> {
        let mut names = Names::default();
        names.visit_block(&self.function.block);
        self.module.iter().filter(move |item| match item {
            Item::Fn(kernel) => matches!(kernel.vis, Visibility::Restricted(_)) && names.0.contains(&kernel.sig.ident),
            _ => false,
        })
    }
}

/// The outermost free function of that name, and of those the first.
///
/// # Errors
/// [`SourceError::NoFunction`] with the nearest names.
pub(super) fn find<'a>(parsed: &'a Parsed, name: &str) -> Result<Located<'a>, SourceError> {
    let modules = parsed.modules();
    let functions = || {
        let items = modules.iter().flat_map(|&module| module.iter().map(move |item| (module, item)));
        items.filter_map(|(module, item)| match item {
            Item::Fn(function) if !only_for_tests(&function.attrs) => Some((function, item, module)),
            _ => None,
        })
    };
    let found = functions().find(|(function, ..)| function.sig.ident == name);
    let Some((function, item, module)) = found else {
        return Err(SourceError::NoFunction {
            file: parsed.file.as_str().into(),
            function: name.into(),
            nearest: nearest(name, functions().map(|(function, ..)| function.sig.ident.to_string())),
        });
    };
    Ok(Located { function, item, module, modules })
}

/// Up to three of the names, those that a slip of the finger could have turned into `wanted`.
fn nearest(wanted: &str, names: impl Iterator<Item = String>) -> Vec<String> {
    let names: HashSet<String> = names.collect();
    let mut names: Vec<(f64, String)> = names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(wanted, &name), name))
        .filter(|(score, _)| *score > 0.75)
        .collect();
    names.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    names.into_iter().take(3).map(|(_, name)| name).collect()
}

/// Whether a function's return type names `Prepared` or `Ready`, which is short for it, as that of every constructor of a prepared
/// step does.
fn returns_prepared(function: &ItemFn) -> bool {
    let mut names = Names::default();
    names.visit_return_type(&function.sig.output);
    names.0.iter().any(|name| name == "Prepared" || name == "Ready")
}

/// The type that a function prepares, its own methods and its `impl Prepared`: of the types of this file that the body names,
/// the first that implements `Prepared`, or the first of all when the `impl` stands elsewhere.
fn prepared<'a>(found: &Located<'a>) -> Vec<&'a Item> {
    let mut names = Names::default();
    names.visit_block(&found.function.block);
    // A name means first what it means in the function's own module.
    let homes = || iter::once(found.module).chain(found.modules.iter().copied());
    let home = |name| homes().find(|items| items.iter().any(|item| defines(item, name)));
    let types: Vec<(&Ident, &[Item])> = names.0.iter().filter_map(|name| Some((name, home(name)?))).collect();
    let implements_prepared = |(name, home): &&(&Ident, &[Item])| {
        home.iter().filter_map(|item| implementation(item, name)).any(|of| of.trait_.is_some())
    };
    let Some((name, home)) = types.iter().find(implements_prepared).or(types.first()) else {
        return Vec::new();
    };
    home.iter().filter(|item| defines(item, name) || implementation(item, name).is_some()).collect()
}

fn defines(item: &Item, name: &Ident) -> bool {
    matches!(item, Item::Struct(found) if found.ident == *name && !only_for_tests(&found.attrs))
}

/// The item when it holds a type's own methods or implements `Prepared` for it.
fn implementation<'a>(item: &'a Item, name: &Ident) -> Option<&'a ItemImpl> {
    let Item::Impl(found) = item else { return None };
    let Type::Path(of) = &*found.self_ty else { return None };
    let is_wanted = |(path, _): &(syn::Path, _)| path.segments.last().is_some_and(|last| last.ident == "Prepared");
    let wanted = of.path.segments.last()?.ident == *name
        && found.trait_.as_ref().is_none_or(is_wanted)
        && !only_for_tests(&found.attrs);
    wanted.then_some(found)
}

/// Every name in a path, in the order of the source, and every name that a macro is given.
#[derive(Default)]
struct Names(Vec<Ident>);

impl Names {
    fn add(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(name) => self.0.push(name),
                TokenTree::Group(group) => self.add(group.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }
}

impl Visit<'_> for Names {
    fn visit_macro(&mut self, called: &syn::Macro) {
        self.add(called.tokens.clone());
        syn::visit::visit_macro(self, called);
    }

    fn visit_path_segment(&mut self, segment: &syn::PathSegment) {
        self.0.push(segment.ident.clone());
        syn::visit::visit_path_segment(self, segment);
    }
}
