//! Functions cut out of files of Python, whose blocks are told by their indentation.

use std::path::Path;

use crate::cut::Cut;
use crate::error::SourceError;

/// The text of `function`, or of `Class.method`, as it stands in the file, indented as at the top level.
pub(crate) fn cut(file: &str, text: &str, function: &str) -> Result<Cut, SourceError> {
    let lines: Vec<&str> = text.lines().collect();
    let mut range = 0..lines.len();
    let mut names = function.split('.').peekable();
    while let Some(name) = names.next() {
        let keyword = if names.peek().is_some() { "class" } else { "def" };
        range = block(&lines, range, keyword, name).ok_or_else(|| missing(file, text, function))?;
    }
    let indent = indentation(lines[range.start]);
    let cut: Vec<&str> = lines[range.clone()].iter().map(|line| line.get(indent..).unwrap_or("")).collect();
    let numbers: Vec<Option<usize>> = (range.start + 1..=range.end).map(Some).collect();
    // The documentation string tells what is done, so it is no code.
    let documented = cut.get(1).is_some_and(|line| {
        line.trim().starts_with("\"\"\"") && line.trim().len() > 3 && line.trim().ends_with("\"\"\"")
    });
    let is_code = |index: usize| (!documented || index != 1) && !cut[index].trim().starts_with('#');
    let code: Vec<usize> = (0..cut.len()).filter(|&index| is_code(index)).collect();
    Ok(Cut {
        file: Path::new(file).to_path_buf(),
        first_line: range.start + 1,
        last_line: range.end,
        text: cut.join("\n"),
        text_lines: numbers.clone(),
        code: code.iter().map(|&index| cut[index]).collect::<Vec<_>>().join("\n"),
        code_lines: code.iter().map(|&index| numbers[index]).collect(),
    })
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The lines of a block that begins with `def name` or `class name` within a range, without blank lines at its end.
fn block(lines: &[&str], range: std::ops::Range<usize>, keyword: &str, name: &str) -> Option<std::ops::Range<usize>> {
    let begins = |line: &str| {
        let rest = line.trim_start().strip_prefix(keyword)?.strip_prefix(' ')?.strip_prefix(name)?;
        rest.starts_with(['(', ':']).then_some(())
    };
    let start = range.clone().find(|&index| begins(lines[index]).is_some())?;
    let indent = indentation(lines[start]);
    let within = |line: &&str| line.trim().is_empty() || indentation(line) > indent;
    let body = lines[start + 1..range.end].iter().take_while(|line| within(line)).count();
    let mut end = start + 1 + body;
    while lines[end - 1].trim().is_empty() {
        end -= 1;
    }
    Some(start..end)
}

fn missing(file: &str, text: &str, function: &str) -> SourceError {
    let known = text.lines().filter_map(|line| line.trim_start().strip_prefix("def ")?.split('(').next());
    let nearest = known.map(str::to_owned).take(5).collect();
    SourceError::NoFunction { file: Path::new(file).to_path_buf(), function: function.to_owned(), nearest }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
import math


class Particle:
    def move(self):
        \"\"\"Moves.\"\"\"
        self.x += 1

        self.y += 1

    def stop(self):
        pass


def move(x):
    # Why.
    return x
";

    #[test]
    fn a_function_is_cut_by_its_indentation() {
        let whole = cut("a.py", FILE, "move").unwrap();
        // The first of the name, wherever it stands.
        assert_eq!((whole.first_line, whole.last_line), (5, 9));
        let method = cut("a.py", FILE, "Particle.stop").unwrap();
        assert_eq!(method.text, "def stop(self):\n    pass");
        let method = cut("a.py", FILE, "Particle.move").unwrap();
        assert_eq!(method.code, "def move(self):\n    self.x += 1\n\n    self.y += 1");
        assert_eq!(method.code_lines, [5, 7, 8, 9].map(Some));
        assert_eq!(method.text_lines.len(), 5);
    }

    #[test]
    fn what_is_not_there_is_told_with_what_is() {
        let error = cut("a.py", FILE, "Particle.jump").unwrap_err();
        assert_eq!(error.to_string(), "a.py has no function `Particle.jump`; did you mean `move`, `stop`, `move`?");
    }
}
