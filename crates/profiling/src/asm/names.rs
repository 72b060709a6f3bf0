//! The names of functions, as symbols spell them and as Rust writes them.

pub(super) fn demangled(symbol: &str) -> String {
    let name = format!("{:#}", rustc_demangle::demangle(symbol));
    // Legacy names end in `.llvm.123` where a private function was made visible to another part of the crate.
    match name.split_once(".llvm.") {
        Some((before, _)) => before.to_owned(),
        None => name,
    }
}

/// A name without the types in `::<...>`, which are told only by symbols of the new mangling.
pub(super) fn without_generics(name: &str) -> String {
    let mut kept = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(at) = rest.find("::<") {
        kept.push_str(&rest[..at]);
        let mut depth = 0_usize;
        let mut end = rest.len();
        let tail = &rest[at + 2..];
        for (index, character) in tail.char_indices() {
            match character {
                '<' => depth += 1,
                '>' if !tail[..index].ends_with('-') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                end = at + 2 + index + 1;
                break;
            }
        }
        rest = &rest[end..];
    }
    kept.push_str(rest);
    kept
}

/// `Type::method` of `<Type as Trait>::method`.
pub(super) fn method(path: &str) -> Option<String> {
    let inner = path.strip_prefix('<')?;
    let (own, rest) = inner.split_once(" as ")?;
    let (_, name) = rest.rsplit_once(">::")?;
    Some(format!("{own}::{name}"))
}

/// What stands after the last `::` that is not inside brackets, without the types that follow.
pub(super) fn last_part(path: &str) -> &str {
    let (mut depth, mut start) = (0_i32, 0);
    for (at, character) in path.char_indices() {
        match character {
            '<' | '(' | '[' | '{' => depth += 1,
            '>' if path[..at].ends_with('-') => {}
            '>' | ')' | ']' | '}' => depth -= 1,
            ':' if depth == 0 => start = at + 1,
            _ => {}
        }
    }
    let part = &path[start..];
    match part.find('<') {
        Some(types) if types > 0 => &part[..types],
        _ => part,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_left_out_of_names() {
        for (name, bare) in [
            ("fixture::largest::<f64>", "fixture::largest"),
            ("a::b::<fn(u8) -> c::D<e>>::f::<g>::h", "a::b::f::h"),
            ("<a::B<c> as d::E>::f", "<a::B<c> as d::E>::f"),
            ("a::<b", "a"),
            ("a::<>>", "a>"),
            ("", ""),
        ] {
            assert_eq!(without_generics(name), bare, "{name}");
        }
    }

    #[test]
    fn the_last_part_of_a_name_is_not_one_of_its_types() {
        for (name, last) in [
            ("core::ptr::drop_in_place<alloc::boxed::Box<a::B>>", "drop_in_place"),
            ("<a::B as c::D>::e", "e"),
            ("a::b::{closure#0}", "{closure#0}"),
            ("a::b::{{closure}}", "{{closure}}"),
            ("hypot", "hypot"),
            ("<a::B<c> as d::E<fn() -> f::G>>::h", "h"),
            ("", ""),
            ("::", ""),
            ("<a::b", "<a::b"),
        ] {
            assert_eq!(last_part(name), last, "{name}");
        }
    }

    #[test]
    fn a_method_of_a_trait_goes_by_its_type_too() {
        assert_eq!(method("<a::B as c::D<e>>::f").as_deref(), Some("a::B::f"));
        assert_eq!(method("<a::B>::f"), None);
        assert_eq!(method("a::b"), None);
    }

    #[test]
    fn symbols_of_both_kinds_are_read() {
        assert_eq!(demangled("_ZN7kernels10mandelbrot5naive17h47169b47401886c1E"), "kernels::mandelbrot::naive");
        assert_eq!(demangled("_ZN1a1b17h47169b47401886c1E.llvm.123"), "a::b");
        assert_eq!(demangled("_RINvCsai4GBYXPky7_7fixture7largestdEB2_"), "fixture::largest::<f64>");
        assert_eq!(demangled("hypot"), "hypot");
    }
}
