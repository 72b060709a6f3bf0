//! The graph of calls, for Graphviz.

use std::fmt::Write as _;

use super::super::Profile;
use super::{percent, readable};

/// What is left out of a graph of calls.
#[derive(Clone, Debug, PartialEq)]
pub struct DotOptions {
    /// Functions whose cumtime is less than this part of the whole time are left out, in percent. 0.5, as in `gprof2dot`.
    pub least_node_percent: f64,
    /// Calls whose time is less than this part of the whole time are left out, in percent. 0.1, as in `gprof2dot`.
    pub least_edge_percent: f64,
}

impl Default for DotOptions {
    fn default() -> Self {
        Self { least_node_percent: 0.5, least_edge_percent: 0.1 }
    }
}

impl Profile {
    /// The functions and who calls whom, in the language of Graphviz: `dot -Tsvg`. A box holds name, place, cumtime, tottime in
    /// parentheses and calls; an arrow the time of the called function and the calls. Colours go from blue to red with cumtime. A
    /// context of which the clock could tell [no time](super::super::Certainty::Overhead) has none here.
    pub fn dot(&self, options: &DotOptions) -> String {
        let told = self.told().0;
        let stats = told.stats();
        let whole = stats.iter().fold(0_u64, |sum, stats| sum.saturating_add(stats.self_ns));
        let shown = |function: usize| percent(stats[function].total_ns, whole) >= options.least_node_percent;
        let mut dot = String::from(
            "digraph calls {\n    graph [fontname=\"sans-serif\", nodesep=0.125, ranksep=0.25];\n    \
             node [fontname=\"sans-serif\", fontcolor=white, shape=box, style=filled, height=0, width=0];\n    \
             edge [fontname=\"sans-serif\"];\n",
        );
        for stats in stats.iter().filter(|stats| shown(stats.function)) {
            let function = &self.functions[stats.function];
            let (total, own) = (percent(stats.total_ns, whole), percent(stats.self_ns, whole));
            _ = writeln!(
                dot,
                "    f{} [label={}, color=\"{}\"];",
                stats.function,
                quoted(&[
                    &function.name,
                    &format!("{}:{}", function.file, function.line),
                    &format!("{} {total:.2}%", readable(stats.total_ns)),
                    &format!("({} {own:.2}%)", readable(stats.self_ns)),
                    &format!("{}×", stats.ncalls()),
                ]),
                colour(total)
            );
        }
        for edge in told.edges() {
            let total = percent(edge.callee.total_ns, whole);
            if total < options.least_edge_percent || !shown(edge.caller) || !shown(edge.callee.function) {
                continue;
            }
            let label = quoted(&[&format!("{total:.2}%"), &format!("{}×", edge.callee.calls)]);
            let colour = colour(total);
            _ = writeln!(
                dot,
                "    f{} -> f{} [label={label}, color=\"{colour}\", fontcolor=\"{colour}\", penwidth={:.2}];",
                edge.caller,
                edge.callee.function,
                (total / 25.0).clamp(0.5, 4.0)
            );
        }
        dot += "}\n";
        dot
    }
}

/// A string of Graphviz with some lines.
fn quoted(lines: &[&str]) -> String {
    let lines: Vec<String> =
        lines.iter().map(|line| line.replace('\\', r"\\").replace('"', "\\\"").replace(['\n', '\r'], " ")).collect();
    format!("\"{}\"", lines.join(r"\n"))
}

/// Blue for nothing, over green, to red for everything: hue, saturation and value of Graphviz. Dark enough for white letters.
fn colour(percent: f64) -> String {
    let part = (percent / 100.0).clamp(0.0, 1.0);
    format!("{:.3} 1.000 {:.3}", (1.0 - part.sqrt()) * 0.66, 0.45 + 0.25 * part.sqrt())
}
