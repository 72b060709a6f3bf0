//! What the tables of lines and those of memory have in common.

use std::fmt::{self, Display};

use super::expansion::{Source, Total, sites};

/// The table of one function.
pub(crate) trait OfFunction: Display {
    /// File, line and name of the function.
    fn place(&self) -> (&str, u32, &str);
}

/// The tables of all functions that have run, sorted by file and line. `read` looks at a statement, `new` makes a table of a function and
/// of what was seen of its statements, each with the line on which it begins.
pub(crate) fn collect<T: Total, S, F: OfFunction>(
    read: impl Fn(&T) -> S,
    new: impl Fn(&'static Source, Vec<(u32, S)>) -> F,
) -> Vec<F> {
    let sites = sites::<T>();
    let statements = |site: &'static dyn super::expansion::Table<T>| {
        site.lines().iter().copied().zip(site.totals().iter().map(&read)).collect()
    };
    let mut functions: Vec<F> = sites.iter().map(|&site| new(site.source(), statements(site))).collect();
    functions.sort_by(|a, b| a.place().cmp(&b.place()));
    functions
}

/// The function whose path ends with this one: `function`, `Type::method`, or the whole.
pub(crate) fn find<'a, F: OfFunction>(functions: &'a [F], path: &str) -> Option<&'a F> {
    functions.iter().find(|function| {
        function.place().2.strip_suffix(path).is_some_and(|rest| rest.is_empty() || rest.ends_with("::"))
    })
}

/// The tables, with an empty line between two.
pub(crate) fn write_functions<F: OfFunction>(f: &mut fmt::Formatter<'_>, functions: &[F]) -> fmt::Result {
    for (index, function) in functions.iter().enumerate() {
        if index > 0 {
            writeln!(f)?;
        }
        write!(f, "{function}")?;
    }
    Ok(())
}

/// The lines above a table.
pub(crate) fn write_place(f: &mut fmt::Formatter<'_>, function: &impl OfFunction) -> fmt::Result {
    let (file, line, name) = function.place();
    writeln!(f, "File: {file}\nFunction: {name} at line {line}")
}

/// Right-aligned columns, then the lines themselves.
pub(crate) fn write_rows<const C: usize>(
    f: &mut fmt::Formatter<'_>,
    titles: [&str; C],
    rows: &[([String; C], String)],
) -> fmt::Result {
    let widths: [usize; C] = std::array::from_fn(|column| {
        rows.iter().map(|(cells, _)| cells[column].len()).max().unwrap_or(0).max(titles[column].len())
    });
    let row = |cells: [&str; C], text: &str| {
        let cells: String = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:>width$}  ")).collect();
        (cells + text).trim_end().to_owned()
    };
    let header = row(titles, "Line Contents");
    let longest = rows.iter().map(|(_, text)| text.chars().count()).max().unwrap_or(0);
    let length = header.len() - "Line Contents".len() + longest;
    writeln!(f, "{header}")?;
    writeln!(f, "{}", "=".repeat(length.clamp(header.len(), 120)))?;
    for (cells, text) in rows {
        writeln!(f, "{}", row(cells.each_ref().map(String::as_str), text))?;
    }
    Ok(())
}
