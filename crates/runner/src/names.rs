//! What a name on a command line means: any part of a step's path that is enough, and what is near a name that means nothing.

use std::fs;
use std::path::Path;

use source::workspace::root;
use validation::StepInfo;

use crate::chapters::{CHAPTERS, ChapterInfo};
use crate::screen::excerpt;

/// What shows every step and every problem.
pub const LIST: &str = "`cargo course list`";

/// Names that are suggested at most.
const NEAREST: usize = 5;

/// The parts of a name: `vectorised::mandelbrot::free_running` and `vectorised free_running`, as a comparison writes it.
fn parts(name: &str) -> Vec<&str> {
    name.split(|letter: char| letter == ':' || letter.is_whitespace()).filter(|part| !part.is_empty()).collect()
}

/// Whether some parts are found among others, in the same order.
fn in_order(parts: &[&str], mut among: impl Iterator<Item = impl AsRef<str>>) -> bool {
    parts.iter().all(|part| among.any(|other| other.as_ref() == *part))
}

/// Whether a name means this step: it ends in the step's name, and what stands before that are parts of its module's path, in order.
///
/// ```
/// # use runner::means;
/// # use validation::{Pi, pi, step};
/// fn named(_: &pi::Input, _: &mut pi::Output) {}
/// let step: validation::Step<Pi> = step!(named, "a", "b");
/// let mut step = step.info;
/// step.module = "vectorised::simd::pi";
/// for name in ["vectorised::simd::pi::named", "vectorised::pi::named", "pi::named", "named", "vectorised named"] {
///     assert!(means(name, &step), "{name}");
/// }
/// for name in ["pi", "named::pi", "simd::vectorised::named", "amed", ""] {
///     assert!(!means(name, &step), "{name}");
/// }
/// ```
pub fn means(name: &str, step: &StepInfo) -> bool {
    names(name, step.module, step.name)
}

fn names(name: &str, module: &str, step: &str) -> bool {
    match &parts(name)[..] {
        [of_module @ .., last] => *last == step && in_order(of_module, module.split("::")),
        [] => false,
    }
}

/// Whether a name means the crate or the module of a step: `kernels`, `vectorised::simd`, `kernels mandelbrot`.
pub fn means_module(name: &str, step: &StepInfo) -> bool {
    let parts = parts(name);
    !parts.is_empty() && in_order(&parts, step.module.split("::"))
}

/// Where a step is that another chapter than this one has: a line with the command that runs it. `None` if no chapter has it, or the
/// sources are not there.
pub(crate) fn elsewhere(name: &str, here: u32) -> Option<String> {
    let root = root().ok()?;
    let mut chapters: Vec<&ChapterInfo> = Vec::new();
    for package in CHAPTERS.iter().filter_map(|chapter| chapter.package) {
        let folder = root.join("crates").join(package).join("src");
        for module in modules_with(&folder, package, name) {
            chapters.extend(ChapterInfo::of_module(&module).filter(|chapter| chapter.number != here));
        }
    }
    chapters.sort_by_key(|chapter| chapter.number);
    chapters.dedup();
    let (first, rest) = chapters.split_first()?;
    let numbers: Vec<_> = rest.iter().map(|chapter| chapter.number.to_string()).collect();
    let others = if rest.is_empty() { String::new() } else { format!(" (and in {})", numbers.join(", ")) };
    let (number, command, name) = (first.number, first.command(), excerpt(name, 60));
    Some(format!(
        "step '{name}' is not in chapter {here} but in chapter {number}{others}: {command} -- --steps '{name}'"
    ))
}

/// The modules below a folder that list a step of this name.
fn modules_with(folder: &Path, path: &str, name: &str) -> Vec<String> {
    let mut modules = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let file = entry.path();
        let Some(stem) = file.file_stem().and_then(|stem| stem.to_str()) else { continue };
        let module = format!("{path}::{stem}");
        if file.is_dir() {
            modules.extend(modules_with(&file, &module, name));
        } else if file.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&file).unwrap_or_default();
            if listed(&text).any(|step| names(name, &module, step)) {
                modules.push(module);
            }
        }
    }
    modules
}

/// The names of the steps that a source file lists by `step!`.
fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split("step!(").skip(1).filter_map(|rest| {
        let (name, _) = rest.split_once(',')?;
        Some(name.trim().trim_start_matches("prepared").trim())
    })
}

/// The line that says what is not there, and what is near it or, where nothing is, the nearest of what there is and what shows all.
pub fn nearest(kind: &str, name: &str, known: &[String], shows_all: &str) -> String {
    let wanted: String = name.chars().take(100).collect();
    let mut names: Vec<_> = known.iter().map(|name| (likeness(&wanted, name), name.as_str())).collect();
    names.sort_by(|a, b| b.0.total_cmp(&a.0));
    let near: Vec<_> = names.iter().filter(|(likeness, _)| *likeness > 0.75).take(NEAREST).collect();
    let name = excerpt(name, 60);
    let all = known.len();
    if !near.is_empty() {
        let near: Vec<_> = near.into_iter().map(|(_, name)| *name).collect();
        let rest = if all > NEAREST + 1 { format!(" {shows_all} shows all") } else { String::new() };
        return format!("there is no {kind} '{name}'; did you mean {}?{rest}", near.join(", "));
    }
    if all <= NEAREST + 1 {
        return format!("there is no {kind} '{name}'; there are {}", known.join(", "));
    }
    let some: Vec<_> = names.iter().take(NEAREST).map(|(_, name)| *name).collect();
    format!("there is no {kind} '{name}'; the nearest of {all} are {}; {shows_all} shows all", some.join(", "))
}

/// How alike a name and a known one are, from 0 to 1: as the least alike of the name's parts, the last beside the last, each other one
/// beside that part of the known path which it is most alike to.
fn likeness(name: &str, known: &str) -> f64 {
    let (wanted, path) = (parts(name), parts(known));
    let whole = strsim::jaro_winkler(name, known);
    let (Some((last, rest)), Some((end, module))) = (wanted.split_last(), path.split_last()) else { return whole };
    let most = |part: &&str| module.iter().map(|other| strsim::jaro_winkler(part, other)).fold(0.0, f64::max);
    let least = rest.iter().map(most).fold(strsim::jaro_winkler(last, end), f64::min);
    if rest.is_empty() { least.max(whole) } else { least }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near_is_suggested_and_otherwise_a_few_names_and_what_shows_all() {
        let known = ["mandelbrot::naive", "mandelbrot::hoisted"].map(str::to_owned);
        let near = nearest("step", "niave", &known, LIST);
        assert_eq!(near, "there is no step 'niave'; did you mean mandelbrot::naive?");
        let far = nearest("step", "qqq", &known, LIST);
        assert_eq!(far, "there is no step 'qqq'; there are mandelbrot::naive, mandelbrot::hoisted");

        let many: Vec<_> = (0..400).map(|number| format!("kernels::mandelbrot::step_{number}")).collect();
        let far = nearest("step", "qqq", &many, LIST);
        assert!(far.starts_with("there is no step 'qqq'; the nearest of 400 are kernels::"), "{far}");
        assert!(far.ends_with("; `cargo course list` shows all") && far.len() < 300, "{far}");
        let near = nearest("step", "stepp_1", &many, LIST);
        assert_eq!(near.matches("kernels::").count(), 5, "{near}");
        assert!(near.ends_with("? `cargo course list` shows all"), "{near}");
    }

    #[test]
    fn a_mistake_in_any_part_of_a_path_finds_its_step() {
        let known = ["kernels::mandelbrot::naive", "threaded::mandelbrot::alone", "kernels::pi::branching"];
        let known: Vec<_> =
            known.into_iter().chain(["a::b::c1", "a::b::c2", "a::b::c3", "a::b::c4"]).map(str::to_owned).collect();
        for wrong in ["mandelbort::naive", "kernels naiv", "kernel mandelbrot naive", "kernels::mandelbrt::niave"] {
            let told = nearest("step", wrong, &known, LIST);
            assert!(told.contains("did you mean kernels::mandelbrot::naive? "), "{told}");
        }
    }

    #[test]
    fn a_name_of_any_length_and_with_any_letters_is_answered_in_one_short_line() {
        let many: Vec<_> = (0..400).map(|number| format!("step_{number}")).collect();
        let told = nearest("step", &format!("\x1b[2J\n{}", "9".repeat(1_000_000)), &many, LIST);
        assert!(told.len() < 300 && !told.contains(['\x1b', '\n']), "{told}");
    }

    #[test]
    fn a_step_of_another_chapter_is_found_in_the_sources() {
        let told = elsewhere("avx2", 1).unwrap();
        let command = "cargo run --example chapter7 -- --steps 'avx2'";
        assert_eq!(told, format!("step 'avx2' is not in chapter 1 but in chapter 7: {command}"));
        assert!(elsewhere("simd free_running", 1).unwrap().contains("in chapter 7: "));
        assert!(elsewhere("free_running", 1).unwrap().contains("in chapter 7 (and in 8): "));
        assert_eq!(elsewhere("nowhere", 1), None);
        assert_eq!(elsewhere("avx2", 7), None);
    }

    #[test]
    fn the_steps_of_a_file_are_those_that_it_lists() {
        let text = "step!(prepared one, \"a\", \"b\"),\n step!(\n two,\n \"c\", \"d\")";
        assert_eq!(listed(text).collect::<Vec<_>>(), ["one", "two"]);
    }
}
