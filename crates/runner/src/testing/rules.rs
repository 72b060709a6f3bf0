//! The rules of a step: it is explained, and it changes a small idea of its neighbour.

use std::collections::HashSet;
use std::sync::Arc;

use libtest_mimic::{Failed, Trial};
use source::side_by_side::changed_lines;
use source::workspace::root;
use source::{Cut, Sources};
use validation::{Ladder, StepInfo};

/// Neighbours in a ladder that differ by more lines than a step may change, each with its reason: the second one's path, and why.
pub type Exceptions = &'static [(&'static str, &'static str)];

/// The most lines that a step changes of its neighbour.
const MOST_CHANGED: usize = 30;

/// The most letters of the idea of a step, for which tables have room.
const LONGEST_IDEA: usize = 45;

/// The most letters of what a step mirrors.
const LONGEST_MIRRORS: usize = 34;

/// A step with its text, or why there is none.
#[derive(Clone)]
struct Told {
    info: StepInfo,
    text: Result<Arc<Cut>, String>,
    /// The function in another language that the step runs, where there is one.
    program: Option<Result<Arc<Cut>, String>>,
}

impl Told {
    fn cut(&self) -> Result<&Cut, Failed> {
        self.text.as_deref().map_err(|why| why.as_str().into())
    }

    /// The code of the program's function, empty where there is none.
    fn program(&self) -> Result<&str, Failed> {
        match &self.program {
            None => Ok(""),
            Some(Ok(cut)) => Ok(&cut.code),
            Some(Err(why)) => Err(why.as_str().into()),
        }
    }
}

/// The tests of the rules: two for each step, one for their names and one for the exceptions.
pub(super) fn trials(ladders: &[Arc<dyn Ladder>], exceptions: Exceptions) -> Vec<Trial> {
    let mut sources = root().map(Sources::new).map_err(|error| error.to_string());
    let mut told = |info: &StepInfo| {
        let text = match &mut sources {
            Ok(sources) => sources.cut(info.file, info.name).map(Arc::new).map_err(|error| error.to_string()),
            Err(why) => Err(why.clone()),
        };
        let program = info.program.map(|program| match &sources {
            Ok(sources) => {
                sources.cut_python(program.file, program.function).map(Arc::new).map_err(|error| error.to_string())
            }
            Err(why) => Err(why.clone()),
        });
        Told { info: *info, text, program }
    };
    let mut trials = Vec::new();
    for ladder in ladders {
        let steps: Vec<_> = ladder.steps().iter().map(&mut told).collect();
        let name = |step: &Told, rule: &str| format!("{}::{}::{rule}", step.info.problem, step.info.name);
        for step in &steps {
            let (name, step) = (name(step, "is_explained"), step.clone());
            trials.push(Trial::test(name, move || explained(&step)));
        }
        for pair in steps.windows(2) {
            let [before, step] = [pair[0].clone(), pair[1].clone()];
            let name = name(&step, "changes_a_small_idea_of_its_neighbour");
            trials.push(Trial::test(name, move || changes_little(&before, &step, exceptions)));
        }
    }
    let all: Vec<_> = ladders.iter().flat_map(|ladder| ladder.steps()).copied().collect();
    let paths: Vec<_> = all.iter().map(StepInfo::path).collect();
    let of_ladders: Vec<Vec<_>> = ladders.iter().map(|ladder| ladder.steps().to_vec()).collect();
    trials.push(Trial::test("steps::show_one_lesson_each", move || {
        of_ladders.iter().try_for_each(|steps| shows_one_lesson(steps))
    }));
    trials.push(Trial::test("steps::have_names_of_their_own", move || have_names_of_their_own(&all)));
    trials.push(Trial::test("exceptions::are_steps", move || {
        match exceptions.iter().find(|(path, _)| !paths.iter().any(|known| known == path)) {
            Some((path, _)) => Err(format!("{path} is excepted, and there is no such step").into()),
            None => Ok(()),
        }
    }));
    trials
}

/// What is said of a step is short, and its documentation says what it mirrors and what to look at.
fn explained(step: &Told) -> Result<(), Failed> {
    let within = |what: &str, text: &str, most: usize| match text.chars().count() {
        0 => Err(Failed::from(format!("{what} is missing"))),
        length if length > most => Err(format!("{what} has {length} letters, of {most} at most: {text}").into()),
        _ => Ok(()),
    };
    within("the idea", step.info.idea, LONGEST_IDEA)?;
    within("what it mirrors", step.info.mirrors, LONGEST_MIRRORS)?;
    let text = &step.cut()?.text;
    let documentation: Vec<_> =
        text.lines().filter_map(|line| line.trim().strip_prefix("///")).map(str::trim).collect();
    if !documentation.iter().any(|line| line.starts_with("Mirrors ")) {
        return Err("no line of its documentation begins with `Mirrors`".into());
    }
    if !documentation.join(" ").contains(". Look ") {
        return Err("no sentence of its documentation begins with `Look`".into());
    }
    Ok(())
}

/// A step changes something of the one before it, and not much.
fn changes_little(before: &Told, step: &Told, exceptions: Exceptions) -> Result<(), Failed> {
    let excepted = exceptions.iter().any(|(path, _)| *path == step.info.path());
    let before_it = before.info.path();
    let of_program = changed_lines(before.program()?, step.program()?);
    match changed_lines(&before.cut()?.code, &step.cut()?.code) + of_program {
        0 => Err(format!("it is the same as {before_it}").into()),
        changed if changed > MOST_CHANGED && !excepted => {
            Err(format!("it changes {changed} lines of {before_it}, of {MOST_CHANGED} at most").into())
        }
        changed if changed <= MOST_CHANGED && excepted => {
            Err(format!("it is excepted, and changes {changed} lines only").into())
        }
        _ => Ok(()),
    }
}

/// A ladder has one lesson at most, and a step before the one that shows it.
fn shows_one_lesson(steps: &[StepInfo]) -> Result<(), Failed> {
    let lessons: Vec<_> = (0..steps.len()).filter(|&step| steps[step].lesson.is_some()).collect();
    match lessons[..] {
        [] => Ok(()),
        [0] => Err(format!("{} has no neighbour to show a lesson with", steps[0].path()).into()),
        [_] => Ok(()),
        [_, second, ..] => Err(format!("{} is a second lesson of its ladder", steps[second].path()).into()),
    }
}

/// A comparison calls a step by its crate and its name.
fn have_names_of_their_own(steps: &[StepInfo]) -> Result<(), Failed> {
    let mut names = HashSet::new();
    match steps.iter().find(|step| !names.insert((step.crate_name(), step.problem, step.name))) {
        Some(step) => Err(format!("{} has the name of another step", step.path()).into()),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use validation::{Expected, Precision};

    use super::*;

    const SOURCE: &str = "\
/// Sets all to one.
///
/// Mirrors nothing. Look at the number.
fn ones(hits: &mut [u64]) {
    hits.fill(1);
}

/// Sets all to two, and says no more.
fn twos(hits: &mut [u64]) {
    hits.fill(2);
}
";

    fn message(outcome: Result<(), Failed>) -> String {
        outcome.err().and_then(|failed| failed.message().map(str::to_owned)).unwrap_or_default()
    }

    #[test]
    fn a_step_that_breaks_a_rule_is_told_which() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("pi.rs"), SOURCE).unwrap();
        let mut sources = Sources::new(folder.path());
        let mut told = |name: &'static str, idea: &'static str| {
            let text = sources.cut("pi.rs", name).map(Arc::new).map_err(|error| error.to_string());
            let info = StepInfo {
                problem: "pi",
                name,
                module: "test::pi",
                file: "pi.rs",
                mirrors: "nothing",
                idea,
                precision: Precision::Exact,
                changes_the_algorithm: false,
                program: None,
                lesson: None,
            };
            Told { info, text, program: None }
        };
        let (ones, twos) = (told("ones", "ones"), told("twos", "twos"));
        assert!(explained(&ones).is_ok());
        assert!(message(explained(&twos)).contains("`Mirrors`"));
        let long = told("ones", "an idea that has far more letters than a table has");
        assert!(message(explained(&long)).contains("of 45 at most"));
        assert!(message(explained(&told("threes", "threes"))).contains("has no function `threes`"));

        assert!(changes_little(&ones, &twos, &[]).is_ok());
        assert!(message(changes_little(&ones, &ones, &[])).starts_with("it is the same as"));
        let excepted = changes_little(&ones, &twos, &[("test::pi::twos", "no reason")]);
        assert!(message(excepted).contains("lines only"));
        let names = have_names_of_their_own(&[ones.info, ones.info]);
        assert!(message(names).ends_with("has the name of another step"));
        let lesson = StepInfo { lesson: Some(Expected::Faster), ..ones.info };
        assert!(shows_one_lesson(&[ones.info, lesson]).is_ok() && shows_one_lesson(&[]).is_ok());
        assert!(message(shows_one_lesson(&[lesson])).ends_with("to show a lesson with"));
        assert!(message(shows_one_lesson(&[ones.info, lesson, lesson])).contains("a second lesson"));
    }
}
