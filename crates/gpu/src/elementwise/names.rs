//! What a kernel and its parameters may be called in the languages of the devices.

use naga::keywords::wgsl;

use crate::drivers::Language;
use crate::signature;

/// Names of the text around an elementwise kernel's body, in both languages, so that a kernel for one device is one for the others.
const AROUND: [&str; 6] = ["elements", "groups", "i", "invocation", "parameters", "Parameters"];

/// Types of WGSL that the text around a body names.
const WGSL_TYPES: [&str; 7] = ["array", "f32", "f64", "i32", "u32", "vec2", "vec3"];

/// Variables of CUDA that the text around a body names.
const CUDA_VARIABLES: [&str; 4] = ["blockDim", "blockIdx", "gridDim", "threadIdx"];

/// Keywords and other operators. Source: ISO/IEC 14882:2020, tables 5 and 6.
const CPP: &str = "
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class co_await co_return
    co_yield compl concept const const_cast consteval constexpr constinit continue decltype default delete do double dynamic_cast else
    enum explicit export extern false float for friend goto if inline int long mutable namespace new noexcept not not_eq nullptr operator
    or or_eq private protected public register reinterpret_cast requires return short signed sizeof static static_assert static_cast
    struct switch template this thread_local throw true try typedef typeid typename union unsigned using virtual void volatile wchar_t
    while xor xor_eq";

/// Whether a kernel or a parameter may have this name in the language of a device.
///
/// # Errors
/// Why it may not.
pub(crate) fn allowed(language: Language, name: &str) -> Result<(), String> {
    if name == "_" || !signature::is_name(name) {
        return Err(format!("{name} is no name: letters, digits and _ only, and no digit first"));
    }
    if AROUND.contains(&name) {
        return Err(format!("{name} is a name of the text around the body: {}", AROUND.join(", ")));
    }
    let (reserved, spoken) = match language {
        Language::Wgsl => (wgsl::RESERVED.contains(&name) || name.starts_with("__"), "WGSL"),
        Language::Cuda => (CPP.split_whitespace().any(|word| word == name), "CUDA C++"),
    };
    if reserved {
        return Err(format!("{name} is a word that {spoken} has reserved; take another name"));
    }
    if language == Language::Cuda && CUDA_VARIABLES.contains(&name) {
        return Err(needed(name, spoken));
    }
    Ok(())
}

/// Whether besides an array may have this name, which in WGSL stands beside those of the kernel and of types.
///
/// # Errors
/// Why it may not.
pub(crate) fn allowed_array(language: Language, name: &str, kernel: &str) -> Result<(), String> {
    match language {
        Language::Wgsl if name == kernel => Err(format!("{name} is the name of the kernel itself")),
        Language::Wgsl if WGSL_TYPES.contains(&name) => Err(needed(name, "WGSL")),
        _ => Ok(()),
    }
}

fn needed(name: &str, language: &str) -> String {
    format!("{name} is a name of {language} that the text around the body needs; take another")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_own_reserved_words() {
        let reserved = |language, name| allowed(language, name).is_err_and(|why| why.contains("has reserved"));
        for name in ["loop", "fn", "target", "filter", "final", "override", "__x"] {
            assert!(reserved(Language::Wgsl, name) && !reserved(Language::Cuda, name), "{name}");
        }
        for name in ["double", "short", "and", "char"] {
            assert!(!reserved(Language::Wgsl, name) && reserved(Language::Cuda, name), "{name}");
        }
        for name in ["for", "while", "template", "register", "class"] {
            assert!(reserved(Language::Wgsl, name) && reserved(Language::Cuda, name), "{name}");
        }
        for name in ["x", "_x", "Loop", "sin", "z2"] {
            assert_eq!([Language::Wgsl, Language::Cuda].map(|language| allowed(language, name)), [Ok(()), Ok(())]);
        }
    }
}
