//! Folded stacks: a line for each context, as the tools for flame graphs take them.

use std::fmt::Write as _;

use super::super::Profile;

/// What becomes of recursive calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recursion {
    /// A recursive call is a part of the outermost call of its function: no function stands below itself.
    #[default]
    Folded,
    /// Each depth is a context of its own. A recursion of depth n makes n lines of up to n names each.
    Kept,
}

impl Profile {
    /// A line for each context that has time of its own: the functions from the outermost to the one itself with `;` between
    /// them, a blank, and the nanoseconds in that one.
    ///
    /// A context of which the clock could tell [no time](super::super::Certainty::Overhead) has none here.
    ///
    /// Source: Brendan Gregg's `flamegraph.pl`, which reads such lines, as do `inferno` and speedscope.
    pub fn folded(&self, recursion: Recursion) -> String {
        let told = self.told().0;
        let profile = match recursion {
            Recursion::Kept => told,
            Recursion::Folded => told.without_recursion(),
        };
        // A semicolon would end the name, and the last blank separates the number.
        let names: Vec<String> = profile
            .functions()
            .iter()
            .map(|function| function.name.replace(';', ":").replace(['\n', '\r'], " "))
            .collect();
        let mut lines = Vec::new();
        for context in profile.contexts().iter().filter(|context| context.self_ns > 0) {
            let above =
                std::iter::successors(Some(context), |context| context.parent.map(|at| &profile.contexts()[at]));
            let mut stack: Vec<&str> = above.map(|context| names[context.function].as_str()).collect();
            stack.reverse();
            let mut line = stack.join(";");
            _ = writeln!(line, " {}", context.self_ns);
            lines.push(line);
        }
        lines.sort_unstable();
        lines.concat()
    }
}
