//! `#[profile]`: one statement put before the first of a function.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, Block, Error, ImplItem, ItemFn, ItemImpl, Signature, TraitItemFn};

/// The item with a guard at the start of its function, or of each of its functions; with the item as it was and an error behind
/// it where that cannot be, so that nothing else goes unresolved.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let expanded = if arguments.is_empty() {
        expand_item(item.clone())
    } else {
        Err(Error::new_spanned(arguments, "`#[profile]` takes no arguments"))
    };
    expanded.unwrap_or_else(|error| {
        let error = error.into_compile_error();
        quote!(#item #error)
    })
}

fn expand_item(item: TokenStream) -> Result<TokenStream, Error> {
    if let Ok(mut function) = syn::parse2::<ItemFn>(item.clone()) {
        check(&function.sig)?;
        insert(&function.sig, &mut function.block);
        return Ok(function.into_token_stream());
    }
    if let Ok(mut block) = syn::parse2::<ItemImpl>(item.clone()) {
        for item in &mut block.items {
            if let ImplItem::Fn(method) = item
                && !has_the_attribute(&method.attrs)
                && check(&method.sig).is_ok()
            {
                insert(&method.sig, &mut method.block);
            }
        }
        return Ok(block.into_token_stream());
    }
    if let Ok(method) = syn::parse2::<TraitItemFn>(item.clone()) {
        check(&method.sig)?;
        let message = "this function has no body that `#[profile]` could time; put it on the implementations";
        return Err(Error::new_spanned(method.sig, message));
    }
    let message =
        "`#[profile]` goes on a function or an `impl` block; a stretch of code is timed by `profiling::scope!`";
    Err(Error::new(Span::call_site(), message))
}

fn has_the_attribute(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().segments.last().is_some_and(|last| last.ident == "profile"))
}

/// Whether the calls of such a function can be timed.
fn check(signature: &Signature) -> Result<(), Error> {
    if let Some(token) = &signature.asyncness {
        let message = "`#[profile]` cannot time an `async fn`: calling it only makes the future, which runs later and perhaps on \
                       another thread; put the attribute on the functions that it calls";
        return Err(Error::new_spanned(token, message));
    }
    if let Some(token) = &signature.constness {
        let message = "`#[profile]` cannot time a `const fn`: no clock can be read at compile time; put the attribute on a function \
                       that calls it";
        return Err(Error::new_spanned(token, message));
    }
    Ok(())
}

/// Puts the guard before the first statement: it is dropped after all the locals.
fn insert(signature: &Signature, block: &mut Block) {
    // The attribute stands on a line of its own, but a function is known by the line of its name.
    let span = signature.ident.span().unwrap();
    let (file, line) = (span.file(), number(span.line()));
    let mut lines = (line, line);
    // What is put in has the lines of the attribute, which may be that of the `impl` block.
    widen(&mut lines, &file, Span::call_site());
    // Another attribute may have written the block again: then only what is in it has the lines of the source.
    widen_by_all(&mut lines, &file, block.to_token_stream());
    let (first, last) = lines;
    let guard = syn::parse_quote!(::profiling::__private::function!(#file, #line, #first, #last););
    block.stmts.insert(0, guard);
}

/// Makes the lines reach as far as a token, if it stands in that file.
fn widen(lines: &mut (u32, u32), file: &str, span: Span) {
    let span = span.unwrap();
    if span.file() == file {
        let line = number(span.line());
        *lines = (lines.0.min(line), lines.1.max(line));
    }
}

fn widen_by_all(lines: &mut (u32, u32), file: &str, tokens: TokenStream) {
    for token in tokens {
        if let TokenTree::Group(group) = token {
            widen(lines, file, group.span_open());
            widen_by_all(lines, file, group.stream());
            widen(lines, file, group.span_close());
        } else {
            widen(lines, file, token.span());
        }
    }
}

fn number(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}
