//! The attributes of the crate `profiling`, which re-exports them: depend on that one.

mod line_profile;
mod profile;

use proc_macro::TokenStream;

/// Counts the calls of a function, for a table of all functions with their times: see `profiling::functions`.
///
/// Works on free functions, methods with or without `self`, default methods of traits, generic and recursive functions, and on a
/// whole `impl` block, where it holds for each of its functions. All instantiations of a generic function count as one function.
///
/// By the clock, the time of a call lasts from before the first statement until the locals are dropped, however the function is
/// left: at its end, by `return`, by `?` or by a panic. Arguments that are still there then are dropped afterwards, on the
/// caller's time.
///
/// Where the feature `enabled` of `profiling` is off, the attribute leaves the function as it is.
///
/// ```
/// use profiling::profile;
///
/// struct Circle {
///     radius: f64,
/// }
///
/// impl Circle {
///     #[profile]
///     fn area(&self) -> f64 {
///         std::f64::consts::PI * square(self.radius)
///     }
/// }
///
/// #[profile]
/// fn square(x: f64) -> f64 {
///     x * x
/// }
///
/// let area = Circle { radius: 2.0 }.area();
/// assert_eq!(area, 4.0 * std::f64::consts::PI);
/// ```
///
/// # Errors
/// A compile error on an `async fn`, whose future runs after the function has returned, perhaps on another thread; on a
/// `const fn`, which cannot read a clock; on a function without a body; and on anything that is no function.
#[proc_macro_attribute]
pub fn profile(arguments: TokenStream, item: TokenStream) -> TokenStream {
    profile::expand(arguments.into(), item.into()).into()
}

/// Counts how often each line of a function runs: see `profiling::lines`.
///
/// `#[line_profile]` counts; `#[line_profile(exact)]` reads a clock at every statement too.
#[proc_macro_attribute]
pub fn line_profile(arguments: TokenStream, item: TokenStream) -> TokenStream {
    line_profile::line_profile(arguments.into(), item.into()).into()
}

/// Says what each line of a function does to the heap: see `profiling::memory`.
#[proc_macro_attribute]
pub fn memory_profile(arguments: TokenStream, item: TokenStream) -> TokenStream {
    line_profile::memory_profile(arguments.into(), item.into()).into()
}
