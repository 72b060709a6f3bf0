//! What puts a call into the code, and puts nothing there when the feature `enabled` is off.

/// Counts and times the function that it is the first statement of: what `#[profile]` expands to.
#[cfg(feature = "enabled")]
#[doc(hidden)]
#[macro_export]
macro_rules! __profiling_function {
    ($file:literal, $line:literal, $first:literal, $last:literal) => {
        let _guard = {
            fn path() -> &'static str {
                $crate::__private::Site::path_around(path)
            }
            static SITE: $crate::__private::Site =
                $crate::__private::Site::new(path, ::core::module_path!(), $file, $line).on_lines($first, $last);
            $crate::__private::enter(&SITE)
        };
    };
}

/// Nothing: the profiler is switched off.
#[cfg(not(feature = "enabled"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __profiling_function {
    ($file:literal, $line:literal, $first:literal, $last:literal) => {};
}

/// Counts and times the rest of the block that it stands in, as if that were a function of this name. Only [the
/// clock](crate::functions#times-by-the-clock) gives it a time: sampled, it has calls alone.
///
/// For closures, which take no attributes, and for parts of a long function. Where the feature `enabled` is off, it is nothing.
/// Not for a block with an `.await` in it, which may go on later and elsewhere: the future is not `Send` then.
///
/// ```standalone_crate
/// let squares: Vec<u32> = (0..10)
///     .map(|x| {
///         profiling::scope!("square");
///         x * x
///     })
///     .collect();
/// # #[cfg(feature = "enabled")]
/// assert_eq!(profiling::functions::take().calls(), 10);
/// # assert_eq!(squares[9], 81);
/// ```
#[cfg(feature = "enabled")]
#[macro_export]
macro_rules! scope {
    ($name:literal) => {
        let _guard = {
            fn path() -> &'static str {
                ::core::concat!(::core::module_path!(), "::", $name)
            }
            static SITE: $crate::__private::Site =
                $crate::__private::Site::new(path, ::core::module_path!(), ::core::file!(), ::core::line!());
            $crate::__private::enter(&SITE)
        };
    };
}

/// Counts and times the rest of the block that it stands in: nothing, as the feature `enabled` is off.
#[cfg(not(feature = "enabled"))]
#[macro_export]
macro_rules! scope {
    ($name:literal) => {};
}
