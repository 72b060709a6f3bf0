//! Parameters as C writes them: `double *xs, double2 *z, unsigned *counts, int max_iterations`.

use std::fmt;

use crate::error::GpuError;

/// The type of a number, or of an array's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// `float`, `f32`.
    Float,
    /// `double`, `f64`.
    Double,
    /// `int`, `i32`.
    Int,
    /// `unsigned`, `u32`.
    Unsigned,
    /// `float2`, `vec2<f32>`: a complex number in single precision.
    Float2,
    /// `double2`, `vec2<f64>`: a complex number in double precision.
    Double2,
}

impl Scalar {
    /// All types.
    pub const ALL: [Self; 6] = [Self::Float, Self::Double, Self::Int, Self::Unsigned, Self::Float2, Self::Double2];

    /// Its name in CUDA C++.
    pub const fn c(self) -> &'static str {
        match self {
            Self::Float => "float",
            Self::Double => "double",
            Self::Int => "int",
            Self::Unsigned => "unsigned",
            Self::Float2 => "float2",
            Self::Double2 => "double2",
        }
    }

    /// Its name in WGSL.
    pub const fn wgsl(self) -> &'static str {
        match self {
            Self::Float => "f32",
            Self::Double => "f64",
            Self::Int => "i32",
            Self::Unsigned => "u32",
            Self::Float2 => "vec2<f32>",
            Self::Double2 => "vec2<f64>",
        }
    }

    /// Bytes of one; a type begins at a multiple of them.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Float | Self::Int | Self::Unsigned => 4,
            Self::Double | Self::Float2 => 8,
            Self::Double2 => 16,
        }
    }

    /// Whether it is in double precision.
    pub const fn is_double(self) -> bool {
        matches!(self, Self::Double | Self::Double2)
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.c())
    }
}

/// A parameter of a kernel.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// The type of the number, or of the elements.
    pub scalar: Scalar,
    /// Whether it is an array.
    pub array: bool,
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.scalar, if self.array { "*" } else { "" }, self.name)
    }
}

/// Reads parameters separated by commas. `const`, `__restrict__` and `unsigned int` are understood. `allowed` has a say in what a
/// parameter may be called.
///
/// # Errors
/// [`GpuError::Kernel`] with the place in the text.
pub(crate) fn parse(
    text: &str,
    allowed: impl Fn(&Parameter) -> Result<(), String>,
) -> Result<Vec<Parameter>, GpuError> {
    let mut parameters: Vec<Parameter> = Vec::new();
    let mut begin = 0;
    for part in text.split(',') {
        let parameter = parse_one(part).and_then(|parameter| allowed(&parameter).map(|()| parameter));
        let parameter = parameter.map_err(|why| refused(text, begin, part, &why))?;
        if parameters.iter().any(|other| other.name == parameter.name) {
            return Err(refused(text, begin, part, &format!("there is a second parameter called {}", parameter.name)));
        }
        parameters.push(parameter);
        begin += part.len() + 1;
    }
    Ok(parameters)
}

fn parse_one(part: &str) -> Result<Parameter, String> {
    let spaced = part.replace('*', " * ");
    let mut words = spaced.split_whitespace().filter(|word| !matches!(*word, "const" | "__restrict__")).peekable();
    let types = || Scalar::ALL.map(Scalar::c).join(", ");
    let name = words.next().ok_or_else(|| format!("a parameter is missing: a type ({}) and a name", types()))?;
    let scalar = Scalar::ALL.into_iter().find(|scalar| scalar.c() == name);
    let scalar = scalar.ok_or_else(|| format!("{name} is no type; there are {}", types()))?;
    if scalar == Scalar::Unsigned {
        words.next_if_eq(&"int");
    }
    let array = words.next_if_eq(&"*").is_some();
    let name = words.next().ok_or_else(|| "the parameter has no name".to_owned())?;
    if !is_name(name) {
        return Err(format!("{name} is no name: letters, digits and _ only, and no digit first"));
    }
    match words.next() {
        Some(more) => Err(format!("{more} is too much after {name}; parameters are separated by commas")),
        None => Ok(Parameter { name: name.to_owned(), scalar, array }),
    }
}

/// Whether it has the letters of a name.
pub(crate) fn is_name(name: &str) -> bool {
    let letters = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    name.chars().all(letters) && name.starts_with(|first: char| !first.is_ascii_digit())
}

/// An error with the text and a line of marks below the part that is wrong.
fn refused(text: &str, begin: usize, part: &str, why: &str) -> GpuError {
    let indent = part.len() - part.trim_start().len();
    let blank: String = text[..begin + indent].chars().map(|letter| if letter == '\t' { '\t' } else { ' ' }).collect();
    let marks = "^".repeat(part.trim().chars().count().max(1));
    let flat: String = text.chars().map(|letter| if letter == '\n' { ' ' } else { letter }).collect();
    GpuError::Kernel(format!("{why}\n  {flat}\n  {blank}{marks}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_as_c_writes_them() {
        let read =
            parse("const double2 *__restrict__ z, unsigned int* counts,int max_iterations, float  x", |_| Ok(()))
                .unwrap();
        let shown: Vec<_> = read.iter().map(Parameter::to_string).collect();
        assert_eq!(shown, ["double2 *z", "unsigned *counts", "int max_iterations", "float x"]);
    }

    #[test]
    fn what_is_wrong_is_marked() {
        let text = |text| parse(text, |_| Ok(())).unwrap_err().to_string();
        assert_eq!(
            text("double *x, bool y"),
            "the kernel is refused:\nbool is no type; there are float, double, int, unsigned, float2, double2\n  \
             double *x, bool y\n             ^^^^^^"
        );
        assert!(text("double *x,").contains("a parameter is missing"));
        assert!(text("double *").contains("has no name"));
        assert!(text("double *x y").contains("y is too much after x"));
        assert!(text("double *x, int x").contains("a second parameter called x"));
        assert!(text("double *9").contains("9 is no name"));
    }
}
