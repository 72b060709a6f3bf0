//! `#[line_profile]` and `#[memory_profile]`: a mark before every statement.
//!
//! The function keeps its signature, its body stays where it is, and so do the spans: errors point where they pointed before. Three
//! things are put in:
//!
//! - a frame, the first local of the body, which is flushed into a static table when it is dropped, however the function ends;
//! - `Mark::hit(&frame, k);` before each statement, in each arm of a `match` and before the condition of each `else if`;
//! - the headers of loops. `for p in e` becomes `for p in Header::new(&frame, k, e)`, which marks each call of `next`, as Python
//!   counts them. `while c { b }` becomes `loop { hit; if c { b } else { break } }`, which is what the compiler makes of it anyway.
//!
//! Closures, nested items, `async` and `const` blocks, types and patterns are left alone, as are the arguments of macros.

use std::collections::BTreeMap;
use std::fs;

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::visit_mut::{self, VisitMut};
use syn::{
    Arm, Attribute, Block, Expr, ExprAsync, ExprClosure, ExprConst, ExprForLoop, ExprIf, ExprLoop, ExprRepeat,
    ExprWhile, GenericArgument, Item, ItemFn, Local, Macro, Pat, Stmt, Token, TraitItemFn, Type, parse_quote_spanned,
};

/// Expands `#[line_profile]`.
pub(crate) fn line_profile(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if !cfg!(feature = "enabled") {
        return item;
    }
    let frame = match syn::parse2(arguments) {
        Ok(Mode { exact: true }) => Frame { frame: quote!(Exact), total: quote!(LineTotal) },
        Ok(Mode { exact: false }) => Frame { frame: quote!(Counts), total: quote!(LineTotal) },
        Err(error) => return refuse(error, item),
    };
    expand("line_profile", frame, item)
}

/// Expands `#[memory_profile]`.
pub(crate) fn memory_profile(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if !cfg!(feature = "enabled") {
        return item;
    }
    if !arguments.is_empty() {
        return refuse(syn::Error::new_spanned(arguments, "`#[memory_profile]` takes no arguments"), item);
    }
    expand("memory_profile", Frame { frame: quote!(Allocations), total: quote!(MemoryTotal) }, item)
}

/// What stands in the parentheses of `#[line_profile]`.
struct Mode {
    exact: bool,
}

impl Parse for Mode {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.is_empty() {
            return Ok(Self { exact: false });
        }
        let word: TokenStream = input.parse()?;
        if word.to_string() == "exact" {
            Ok(Self { exact: true })
        } else {
            Err(syn::Error::new_spanned(word, "`#[line_profile]` takes nothing or `exact`"))
        }
    }
}

/// The types of `profiling::lines::expansion` that do the work.
struct Frame {
    /// The local of the function.
    frame: TokenStream,
    /// What the table holds for each statement.
    total: TokenStream,
}

/// The error, and the item as it was, so that it is not missed elsewhere.
fn refuse(error: syn::Error, item: TokenStream) -> TokenStream {
    let mut tokens = error.into_compile_error();
    tokens.extend(item);
    tokens
}

fn expand(attribute: &str, types: Frame, item: TokenStream) -> TokenStream {
    let mut function: ItemFn = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let is_function =
                item.clone().into_iter().any(|token| matches!(token, TokenTree::Ident(word) if word == "fn"));
            let why = match syn::parse2::<TraitItemFn>(item.clone()) {
                Ok(_) => format!("`#[{attribute}]` needs a body to count in: put it on the implementations"),
                Err(_) if is_function => return refuse(error, item),
                Err(_) => format!("`#[{attribute}]` goes on a function or a method"),
            };
            return refuse(syn::Error::new_spanned(&item, why), item);
        }
    };
    if let Err(error) = check(attribute, &function) {
        return refuse(error, item);
    }
    instrument(&mut function, types);
    function.into_token_stream()
}

/// What cannot be counted is refused.
fn check(attribute: &str, function: &ItemFn) -> syn::Result<()> {
    if let Some(token) = &function.sig.asyncness {
        let why = format!(
            "`#[{attribute}]` cannot count in an `async fn`: its frame would live through every wait, and move from thread to \
             thread. Put the attribute on the functions that it calls"
        );
        return Err(syn::Error::new_spanned(token, why));
    }
    if let Some(token) = &function.sig.constness {
        let why = format!(
            "`#[{attribute}]` cannot count in a `const fn`: what the compiler evaluates has no counters to write to. Remove \
             `const`, or put the attribute on a function that calls this one"
        );
        return Err(syn::Error::new_spanned(token, why));
    }
    let is_other = |other: &&Attribute| {
        let name = other.path().segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        ["line_profile", "memory_profile"].contains(&name.as_str())
    };
    if let Some(other) = function.attrs.iter().find(is_other) {
        let why = format!("`#[{attribute}]` and this one both count lines: a function can have one of them");
        return Err(syn::Error::new_spanned(other, why));
    }
    Ok(())
}

fn instrument(function: &mut ItemFn, types: Frame) {
    let source = Source::of(function);
    let mut marker = Marker { frame: Ident::new("frame", Span::mixed_site()), lines: Vec::new() };
    marker.visit_block_mut(&mut function.block);

    let Marker { frame, lines } = marker;
    let count = lines.len();
    let text = source.text(&lines);
    let Source { file, line, .. } = source;
    // All of it with hygiene, and inside a block: nothing of it can be seen by the function.
    let Frame { frame: frame_type, total } = types;
    let statement = quote! {
        let #frame = {
            fn here() {}
            static SITE: ::profiling::lines::expansion::Site<::profiling::lines::expansion::#total, #count> =
                ::profiling::lines::expansion::Site::new(
                    ::profiling::lines::expansion::Source {
                        file: #file,
                        line: #line,
                        name: || ::core::any::type_name_of_val(&here),
                        text: &[#(#text),*],
                    },
                    [#(#lines),*],
                );
            ::profiling::lines::expansion::#frame_type::<#count>::enter(&SITE)
        };
    };
    let statement = syn::parse2(set_spans(statement, Span::mixed_site())).expect("a statement");
    function.block.stmts.insert(0, statement);
}

/// Where a function stands.
struct Source {
    file: String,
    line: u32,
    /// The lines of the file, when it can be read.
    lines: Vec<String>,
    first: u32,
    last: u32,
}

impl Source {
    fn of(function: &ItemFn) -> Self {
        let name = function.sig.fn_token.span;
        let first = first_span(function.to_token_stream()).map_or_else(|| line_of(name), line_of);
        let text = name.local_file().and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        // As in Python, the table begins with the attribute, unless it stands elsewhere, in a macro.
        let attribute = line_of(Span::call_site());
        let mut between =
            lines.iter().take(first as usize - 1).skip(attribute as usize - 1).map(|line| line.trim_start());
        let is_above = attribute < first
            && Span::call_site().file() == name.file()
            && between.all(|line| line.starts_with(['#', '/']));
        Self {
            file: name.file(),
            line: line_of(name),
            lines,
            first: if is_above { attribute } else { first },
            last: line_of(function.block.brace_token.span.close()),
        }
    }

    /// The lines of the function, and those of statements that stand elsewhere because a macro brought them, with their numbers.
    fn text(&self, marked: &[u32]) -> Vec<TokenStream> {
        let text = |line: u32| self.lines.get(line as usize - 1).map_or("", |text| text.trim_end());
        let lines: BTreeMap<u32, &str> = (self.first..=self.last)
            .chain(marked.iter().copied())
            .map(|line| (line.max(1), text(line.max(1))))
            .collect();
        lines.into_iter().map(|(line, text)| quote!((#line, #text))).collect()
    }
}

fn line_of(span: Span) -> u32 {
    u32::try_from(span.start().line).unwrap_or(u32::MAX)
}

/// The span of the first token that is no attribute.
fn first_span(tokens: TokenStream) -> Option<Span> {
    let mut tokens = tokens.into_iter().peekable();
    loop {
        match tokens.next()? {
            TokenTree::Punct(hash) if hash.as_char() == '#' => {
                let is_attribute = |next: &TokenTree| matches!(next, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket);
                if tokens.next_if(is_attribute).is_none() {
                    return Some(hash.span());
                }
            }
            // What a macro's argument brings stands in a group without brackets.
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                if let Some(span) = first_span(group.stream()) {
                    return Some(span);
                }
            }
            token => return Some(token.span()),
        }
    }
}

fn set_spans(tokens: TokenStream, span: Span) -> TokenStream {
    let token = |mut token: TokenTree| {
        if let TokenTree::Group(group) = &mut token {
            *group = proc_macro2::Group::new(group.delimiter(), set_spans(group.stream(), span));
        }
        token.set_span(span);
        token
    };
    tokens.into_iter().map(token).collect()
}

/// Puts the marks in. Each has an index, and a line.
struct Marker {
    frame: Ident,
    lines: Vec<u32>,
}

impl Marker {
    /// A new mark on the line of these tokens.
    fn index(&mut self, tokens: impl ToTokens) -> usize {
        let span = first_span(tokens.into_token_stream()).unwrap_or_else(Span::call_site);
        self.lines.push(line_of(span));
        self.lines.len() - 1
    }

    /// The statement that marks.
    fn hit(&self, index: usize, attributes: &[Attribute]) -> Stmt {
        let frame = &self.frame;
        parse_quote_spanned! {Span::mixed_site()=> #(#attributes)* ::profiling::lines::expansion::Mark::hit(&#frame, #index); }
    }

    /// The mark of a statement; none for items, and none for loops, whose headers are marked.
    fn statement(&mut self, statement: &Stmt) -> Option<Stmt> {
        let attributes = match statement {
            Stmt::Item(_) => return None,
            Stmt::Expr(Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_), _) => return None,
            // A guard that another attribute of ours has put in.
            Stmt::Local(Local { init: Some(init), .. }) if is_ours(&init.expr) => return None,
            Stmt::Local(local) => local.attrs.as_slice(),
            Stmt::Macro(invocation) => invocation.attrs.as_slice(),
            Stmt::Expr(expression, _) => attributes(expression),
        };
        let conditions: Vec<Attribute> =
            attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect();
        let index = self.index(statement);
        Some(self.hit(index, &conditions))
    }
}

/// Whether an expression begins with `::profiling`.
fn is_ours(expression: &Expr) -> bool {
    let mut tokens = expression.to_token_stream().into_iter();
    let is_colon = |token: Option<TokenTree>| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    is_colon(tokens.next())
        && is_colon(tokens.next())
        && matches!(tokens.next(), Some(TokenTree::Ident(name)) if name == "profiling")
}

/// The attributes of the expressions that are statements.
fn attributes(expression: &Expr) -> &[Attribute] {
    match expression {
        Expr::Assign(e) => &e.attrs,
        Expr::Binary(e) => &e.attrs,
        Expr::Block(e) => &e.attrs,
        Expr::Break(e) => &e.attrs,
        Expr::Call(e) => &e.attrs,
        Expr::Continue(e) => &e.attrs,
        Expr::If(e) => &e.attrs,
        Expr::Macro(e) => &e.attrs,
        Expr::Match(e) => &e.attrs,
        Expr::MethodCall(e) => &e.attrs,
        Expr::Return(e) => &e.attrs,
        Expr::Try(e) => &e.attrs,
        Expr::Unsafe(e) => &e.attrs,
        _ => &[],
    }
}

impl VisitMut for Marker {
    fn visit_block_mut(&mut self, block: &mut Block) {
        let mut marked = Vec::with_capacity(2 * block.stmts.len());
        for mut statement in std::mem::take(&mut block.stmts) {
            marked.extend(self.statement(&statement));
            self.visit_stmt_mut(&mut statement);
            marked.push(statement);
        }
        block.stmts = marked;
    }

    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        if let Expr::While(_) = expression {
            let Expr::While(found) = std::mem::replace(expression, Expr::PLACEHOLDER) else { unreachable!() };
            *expression = Expr::Loop(self.while_as_loop(found));
        }
    }

    fn visit_expr_for_loop_mut(&mut self, found: &mut ExprForLoop) {
        let index = self.index(found.for_token);
        self.visit_expr_mut(&mut found.expr);
        self.visit_block_mut(&mut found.body);
        let (frame, iterated) = (&self.frame, &found.expr);
        *found.expr = parse_quote_spanned! {Span::mixed_site()=>
            ::profiling::lines::expansion::Header::new(&#frame, #index, #iterated)
        };
    }

    fn visit_expr_loop_mut(&mut self, found: &mut ExprLoop) {
        let index = self.index(found.loop_token);
        self.visit_block_mut(&mut found.body);
        found.body.stmts.insert(0, self.hit(index, &[]));
    }

    fn visit_expr_if_mut(&mut self, found: &mut ExprIf) {
        self.visit_expr_mut(&mut found.cond);
        self.visit_block_mut(&mut found.then_branch);
        let Some((_, otherwise)) = &mut found.else_branch else { return };
        let index = matches!(**otherwise, Expr::If(_)).then(|| self.index(&**otherwise));
        self.visit_expr_mut(otherwise);
        if let Some(index) = index {
            // An `else if` is an `else` with an `if` in it, and each of them ends the life of its temporaries.
            let hit = self.hit(index, &[]);
            **otherwise = parse_quote_spanned! {Span::mixed_site()=> { #hit #otherwise } };
        }
    }

    fn visit_arm_mut(&mut self, arm: &mut Arm) {
        let index = self.index(&arm.pat);
        if let Pat::Guard(guarded) = &mut arm.pat {
            self.visit_expr_mut(&mut guarded.guard);
        }
        self.visit_expr_mut(&mut arm.body);
        let hit = self.hit(index, &[]);
        match &mut *arm.body {
            Expr::Block(body) if body.label.is_none() && body.attrs.is_empty() => body.block.stmts.insert(0, hit),
            body => *body = parse_quote_spanned! {Span::mixed_site()=> { #hit #body } },
        }
    }

    // The length of an array is computed by the compiler.
    fn visit_expr_repeat_mut(&mut self, found: &mut ExprRepeat) {
        self.visit_expr_mut(&mut found.expr);
    }

    fn visit_attribute_mut(&mut self, _: &mut Attribute) {}
    fn visit_expr_async_mut(&mut self, _: &mut ExprAsync) {}
    fn visit_expr_closure_mut(&mut self, _: &mut ExprClosure) {}
    fn visit_expr_const_mut(&mut self, _: &mut ExprConst) {}
    fn visit_generic_argument_mut(&mut self, _: &mut GenericArgument) {}
    fn visit_item_mut(&mut self, _: &mut Item) {}
    fn visit_macro_mut(&mut self, _: &mut Macro) {}
    fn visit_pat_mut(&mut self, _: &mut Pat) {}
    fn visit_type_mut(&mut self, _: &mut Type) {}
}

impl Marker {
    fn while_as_loop(&mut self, found: ExprWhile) -> ExprLoop {
        let index = self.index(found.while_token);
        let hit = self.hit(index, &[]);
        let ExprWhile { attrs, label, while_token, cond, body } = found;
        let span = while_token.span;
        // The edition of the `if` decides how long the temporaries of its condition live, so it takes the place of the `while`.
        let if_token = Token![if](span);
        let stop = quote::quote_spanned!(Span::mixed_site()=> else { break });
        let branch: Expr = parse_quote_spanned! {span=> #if_token #cond #body #stop };
        let body: Block = parse_quote_spanned! {Span::mixed_site()=> { #hit #branch } };
        ExprLoop { attrs, label, loop_token: Token![loop](Span::mixed_site().located_at(span)), body }
    }
}
