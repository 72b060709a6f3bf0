//! Where numbers come from: the lines below a table that say its sizes and what it was measured on.
//!
//! Most tables of a page come from one run of one machine. That is said once, at the foot of the page; a table from another run keeps
//! its own line, in small letters. Sizes stay at their table.

/// Which of the two lines below a table a paragraph is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// The machine, the compiler, the flags, the commit and the date.
    Measured,
    /// The sizes of the problem, and what the answers add up to.
    Sizes,
}

/// The line that a paragraph is, if it is one.
pub(crate) fn kind(paragraph: &str) -> Option<Kind> {
    match paragraph {
        _ if paragraph.starts_with("Measured on ") => Some(Kind::Measured),
        _ if paragraph.starts_with("Sizes: ") => Some(Kind::Sizes),
        _ => None,
    }
}

/// What the tables of a page were measured on.
pub(crate) struct Provenance {
    /// What most tables were measured on.
    usual: Option<String>,
    /// Whether some table was measured on something else.
    differs: bool,
}

impl Provenance {
    /// Of a page with these paragraphs.
    pub(crate) fn of<'a>(paragraphs: impl Iterator<Item = &'a str>) -> Self {
        let measured: Vec<_> = paragraphs.map(str::trim).filter(|line| kind(line) == Some(Kind::Measured)).collect();
        let count = |line: &&str| measured.iter().filter(|other| *other == line).count();
        // The first of those that are met equally often.
        let usual = measured.iter().rev().max_by_key(|line| count(line));
        let differs = usual.is_some_and(|usual| measured.iter().any(|line| line != usual));
        Self { usual: usual.map(|line| (*line).to_owned()), differs }
    }

    /// What stands below a table instead of the line.
    pub(crate) fn shown(&self, kind: Kind, line: &str) -> String {
        let line = line.trim();
        if kind == Kind::Measured && self.usual.as_deref() == Some(line) { String::new() } else { small("sizes", line) }
    }

    /// The line at the foot of the page.
    pub(crate) fn foot(&self) -> String {
        let Some(usual) = &self.usual else { return String::new() };
        let unless = if self.differs { "Where a table does not say otherwise: " } else { "" };
        let line = if self.differs { usual.replacen('M', "m", 1) } else { usual.clone() };
        format!("\n\n{}", small("provenance", &format!("{unless}{line}")))
    }
}

/// Markdown in small letters.
fn small(class: &str, line: &str) -> String {
    format!("<div class=\"{class}\">\n\n{line}\n\n</div>\n")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::rewritten;

    fn page(measured: &[&str]) -> String {
        let tables = measured.iter().map(|on| format!("| a |\n|---|\n| 1 |\n\nSizes: rows 3.\n\n{on}\n"));
        rewritten(&tables.collect::<Vec<_>>().join("\ntext\n\n"), Path::new("")).unwrap()
    }

    #[test]
    fn what_all_tables_were_measured_on_is_said_once_and_last() {
        let shown = page(&["Measured on A; `x`.", "Measured on A; `x`."]);
        assert_eq!(shown.matches("Measured on A; `x`.").count(), 1, "{shown}");
        assert!(shown.ends_with("<div class=\"provenance\">\n\nMeasured on A; `x`.\n\n</div>\n"), "{shown}");
        assert_eq!(shown.matches("<div class=\"sizes\">\n\nSizes: rows 3.\n\n</div>").count(), 2, "{shown}");
    }

    #[test]
    fn a_table_from_another_run_keeps_its_line() {
        let shown = page(&["Measured on B.", "Measured on A.", "Measured on A."]);
        assert_eq!(shown.matches("<div class=\"sizes\">\n\nMeasured on B.\n\n</div>").count(), 1, "{shown}");
        assert_eq!(shown.matches("easured on A.").count(), 1, "{shown}");
        assert!(shown.contains("Where a table does not say otherwise: measured on A."), "{shown}");
    }

    #[test]
    fn a_page_without_tables_has_no_foot() {
        assert_eq!(page(&[]), "");
        let text = "Sizeable, and measured on a quiet machine.\n";
        assert_eq!(rewritten(text, Path::new("")).unwrap(), text);
    }
}
