//! A chapter: ladders and parts that are shown in order, and the command line that chooses among them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, iter, mem};

use clap::{Arg, ArgAction, Args, Command, FromArgMatches};
use validation::{InputError, Ladder, Problem, Settings, SharedInput, SizeRequest};

use crate::cli::{Selection, SizeArgs, TimingArgs, parse};
use crate::ladder_step::LadderStep;
use crate::lesson::lessons;
use crate::machine::Machine;
use crate::names::{elsewhere, nearest};
use crate::output::{self, Kept};
use crate::part::{Asked, Part, SoFar};
use crate::pictures::{self, Pictures};
use crate::record::{Status, StepRecord};
use crate::screen::{Failure, Screen, excerpt, panic_text, printable_panics};
use crate::setting::Setting;
use crate::steps::{heading, run_steps, show_records};
use crate::table::{meanings, wrapped};
use crate::units::DASH;

/// A chapter: ladders that are run in order, each step checked, timed and shown.
pub struct Chapter {
    number: u32,
    title: &'static str,
    about: &'static str,
    ladders: Vec<Box<dyn Ladder>>,
    front: Vec<ShowPart>,
    parts: Vec<(Option<&'static str>, ShowPart)>,
    inputs: Vec<(&'static str, CheckInput)>,
    extras: Vec<Extra>,
    settings: Vec<Setting>,
    told: Vec<Words>,
}

/// What shows a part of a chapter.
type ShowPart = fn(&mut Part<'_>) -> Result<(), Failure>;

/// What refuses sizes that cannot be.
type CheckInput = fn(&SizeRequest) -> Result<(), InputError>;

/// Options of a chapter's own, each with a word behind it, and what takes the words before anything is shown.
struct Words {
    options: &'static [(&'static str, &'static str, &'static str)],
    take: fn(&[Option<&str>]) -> Result<(), Failure>,
}

/// A part of a chapter that is shown only when its flag asks for it.
struct Extra {
    flag: &'static str,
    help: &'static str,
    show: fn(&Screen) -> Result<(), Failure>,
}

/// The command line of a chapter.
#[derive(Args, Clone, Debug)]
struct ChapterArgs {
    /// Show only this problem, in its full size
    #[arg(long, value_name = "P")]
    problem: Option<String>,
    /// Run only these steps: naive, particles::columns, ... [default: all]
    #[arg(long, value_name = "S,S", value_delimiter = ',')]
    steps: Vec<String>,
    #[command(flatten)]
    sizes: SizeArgs,
    #[command(flatten)]
    timing: TimingArgs,
    /// Write the results to this file too, as a JSON array with one object for each step; what there is after each problem, so that
    /// a chapter that is interrupted loses only the problem it was at
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    json: Option<PathBuf>,
    /// Write pictures, plots and results to this folder [default: target/course in the workspace]
    #[arg(long, value_name = "DIR", help_heading = "Files")]
    out: Option<PathBuf>,
}

impl Chapter {
    /// A chapter that shows these ladders.
    pub fn new(number: u32, title: &'static str, ladders: Vec<Box<dyn Ladder>>) -> Self {
        let (front, parts, inputs, extras, settings, told) = Default::default();
        Self { number, title, about: "", ladders, front, parts, inputs, extras, settings, told }
    }

    /// A sentence or two that stand above the tables and in the help.
    pub fn about(self, about: &'static str) -> Self {
        Self { about, ..self }
    }

    /// A part that is shown before all ladders, whatever the command line chooses: what they run on.
    pub fn front(mut self, show: ShowPart) -> Self {
        self.front.push(show);
        self
    }

    /// A part that is shown after the ladder of `problem`, or after all ladders: a tour, a sweep, a profile. A part without a
    /// problem is left out when the command line chooses a problem, and every part when it chooses steps.
    pub fn part(mut self, problem: Option<&'static str>, show: ShowPart) -> Self {
        self.parts.push((problem, show));
        self
    }

    /// Parts use the sizes of this problem: those that cannot be are refused before the first line is shown.
    pub fn input<P: Problem>(mut self) -> Self {
        self.inputs.push((P::NAME, |request| P::input(&P::request(request)?).map(drop)));
        self
    }

    /// An option of the command line that changes a setting of the steps.
    pub fn setting(mut self, setting: Setting) -> Self {
        self.settings.push(setting);
        self
    }

    /// Options of the chapter's own, each with its name, what stands for its word in the help, and the help. What takes them gets the words
    /// in this order before anything is shown.
    pub fn words(
        mut self,
        options: &'static [(&'static str, &'static str, &'static str)],
        take: fn(&[Option<&str>]) -> Result<(), Failure>,
    ) -> Self {
        self.told.push(Words { options, take });
        self
    }

    /// A part that is shown instead of the ladders when the flag `--flag` asks for it.
    pub fn extra(mut self, flag: &'static str, help: &'static str, show: fn(&Screen) -> Result<(), Failure>) -> Self {
        self.extras.push(Extra { flag, help, show });
        self
    }

    /// Runs the chapter with the arguments of this process.
    pub fn run(self) -> ExitCode {
        printable_panics();
        match self.tell() {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => failure.report(),
        }
    }

    fn command(&self) -> Command {
        let name = format!("chapter{}", self.number);
        let about = format!("Chapter {}: {}\n{}", self.number, self.title, self.about);
        let command = ChapterArgs::augment_args(Command::new("chapter").bin_name(name)).about(about);
        let command = command.mut_arg("steps", |steps| steps.hide(self.ladders.is_empty()));
        let command = self.settings.iter().map(|setting| setting.arg()).fold(command, Command::arg);
        let options = self.told.iter().flat_map(|told| told.options);
        let command = options.fold(command, |command, (name, value, help)| {
            command.arg(Arg::new(*name).long(*name).value_name(*value).help(*help).help_heading("Runs"))
        });
        // It is all that is shown, so whatever else is asked for would be ignored.
        let flag = |extra: &Extra| {
            let flag = Arg::new(extra.flag).long(extra.flag).help(extra.help).help_heading("Parts");
            flag.action(ArgAction::SetTrue).exclusive(true)
        };
        self.extras.iter().map(flag).fold(command, Command::arg)
    }

    fn tell(&self) -> Result<(), Failure> {
        let matches = parse(self.command(), env::args_os())?;
        let args = ChapterArgs::from_arg_matches(&matches).map_err(|error| Failure::Usage(crate::one_line(&error)))?;
        let screen = Screen;
        if let Some(extra) = self.extras.iter().find(|extra| matches.get_flag(extra.flag)) {
            return (extra.show)(&screen);
        }
        let settings = args.timing.settings();
        let settings = self.settings.iter().fold(settings, |settings, setting| setting.apply(settings, &matches));
        let ladders = self.chosen(&args)?;
        for told in &self.told {
            let word = |(name, _, _): &(&str, _, _)| matches.get_one::<String>(name).map(String::as_str);
            (told.take)(&told.options.iter().map(word).collect::<Vec<_>>())?;
        }
        // Everything that can be refused is refused before the first line is shown.
        let inputs = self.inputs(&ladders, &args)?;
        let out = args.out.clone().unwrap_or_else(output::default_out);
        output::writable_folder(&out)?;
        let results = out.join(format!("chapter{}.json", self.number));
        let kept = Kept::new(iter::once(results).chain(args.json.clone()).collect())?;
        for ladder in &ladders {
            let stem = self.stem(&out, *ladder);
            pictures::paths(&stem).iter().try_for_each(|path| output::check_writable(path))?;
        }

        let mut told = Told {
            screen,
            args: &args,
            settings,
            out: &out,
            kept,
            reasons: RefCell::default(),
            written: Vec::new(),
            wrong: false,
            explained: false,
        };
        let ended = self.show_all(&ladders, inputs, &mut told);
        told.kept.end(ended)?;
        told.screen.line("\nwritten:")?;
        for path in told.written.iter().chain(told.kept.files()) {
            told.screen.line(format!("  {}", output::shown(path)))?;
        }
        if told.wrong { Err(Failure::Wrong) } else { Ok(()) }
    }

    /// Shows everything that is chosen, in order. What is measured is kept as it comes.
    fn show_all(&self, ladders: &[&dyn Ladder], mut inputs: Inputs, told: &mut Told<'_>) -> Result<(), Failure> {
        told.screen.line(format!("Chapter {}: {}", self.number, self.title))?;
        told.screen.line(format!("on {}", Machine::detect().summary()))?;
        if !self.about.is_empty() {
            told.screen.line(format!("\n{}", wrapped(self.about, 0)))?;
        }
        self.show_each(self.front.iter(), told)?;
        for problem in self.problems(told.args) {
            if let Some(input) = inputs.remove(problem) {
                for ladder in ladders.iter().filter(|ladder| ladder.problem() == problem) {
                    self.show(*ladder, &input, told)?;
                }
            }
            // The input is gone by now: the parts have the memory that the ladders had.
            self.show_parts(Some(problem), told)?;
        }
        self.show_parts(None, told)
    }

    /// The folder of a ladder, where an earlier one is of the same problem: that tells them apart.
    fn folder(&self, ladder: &dyn Ladder) -> Option<&'static str> {
        let module = |ladder: &dyn Ladder| ladder.steps().first().map(|step| step.module);
        let first = self.ladders.iter().find(|other| other.problem() == ladder.problem())?;
        module(ladder).filter(|own| module(&**first) != Some(own))?.rsplit("::").nth(1)
    }

    /// What the names of a ladder's pictures begin with.
    fn stem(&self, out: &Path, ladder: &dyn Ladder) -> PathBuf {
        let folder = self.folder(ladder).map_or_else(String::new, |folder| format!("-{folder}"));
        out.join(format!("chapter{}-{}{folder}", self.number, ladder.problem()))
    }

    /// The problems to show: those of the ladders and parts, or the one that is chosen.
    fn problems(&self, args: &ChapterArgs) -> Vec<&'static str> {
        let of_ladders = self.ladders.iter().map(|ladder| ladder.problem());
        let mut problems = Vec::new();
        for problem in of_ladders.chain(self.parts.iter().filter_map(|(problem, _)| *problem)) {
            if !problems.contains(&problem) && args.problem.as_deref().is_none_or(|chosen| chosen == problem) {
                problems.push(problem);
            }
        }
        problems
    }

    /// Shows the parts of a problem, or those of none.
    fn show_parts(&self, problem: Option<&str>, told: &mut Told<'_>) -> Result<(), Failure> {
        if !told.args.steps.is_empty() || (problem.is_none() && told.args.problem.is_some()) {
            return Ok(());
        }
        self.show_each(self.parts.iter().filter(|(of, _)| *of == problem).map(|(_, show)| show), told)
    }

    /// Shows these parts.
    fn show_each<'a>(&self, parts: impl Iterator<Item = &'a ShowPart>, told: &mut Told<'_>) -> Result<(), Failure> {
        let (args, stem) = (told.args, told.out.join(format!("chapter{}-", self.number)));
        let (quick, alone) = (args.sizes.quick, args.problem.is_some());
        let asked = Asked { sizes: &args.sizes, alone, settings: &told.settings, budget: args.timing.budget(quick) };
        let so_far = SoFar { records: &told.kept.results, reasons: &told.reasons };
        let mut part = Part::new(self.number, &told.screen, stem, &self.ladders, asked, so_far);
        for show in parts {
            // The panic itself has been told; what was measured before it is kept.
            let shown = catch_unwind(AssertUnwindSafe(|| show(&mut part))).unwrap_or_else(|panic| {
                let text = excerpt(panic_text(&*panic), 200);
                Err(Failure::Io(format!("a part of the chapter panicked: {text}")))
            });
            match shown {
                // It has been shown, and the rest of the chapter may be right.
                Err(Failure::Wrong) => told.wrong = true,
                shown => shown?,
            }
        }
        told.written.extend(part.written());
        Ok(())
    }

    /// The ladders of which at least one step is chosen.
    fn chosen(&self, args: &ChapterArgs) -> Result<Vec<&dyn Ladder>, Failure> {
        let problems = self.problems(args);
        if let (Some(unknown), []) = (&args.problem, &problems[..]) {
            let known = self.problems(&ChapterArgs { problem: None, ..args.clone() });
            let known: Vec<_> = known.into_iter().map(str::to_owned).collect();
            return Err(Failure::Usage(nearest("problem", unknown, &known, "--help")));
        }
        let mut ladders: Vec<_> =
            self.ladders.iter().map(|ladder| &**ladder).filter(|ladder| problems.contains(&ladder.problem())).collect();
        if self.ladders.is_empty() && !args.steps.is_empty() {
            return Err(Failure::Usage(format!(
                "chapter {} has no steps to choose from: leave --steps out",
                self.number
            )));
        }
        let selection = Selection::new(&args.steps);
        let steps = ladders.iter().flat_map(|ladder| ladder.steps());
        match selection.unknown(steps.clone()).and_then(|unknown| elsewhere(unknown, self.number)) {
            Some(elsewhere) => return Err(Failure::Usage(elsewhere)),
            None => selection.check(steps)?,
        }
        ladders.retain(|ladder| ladder.steps().iter().any(|step| selection.has(step)));
        if args.sizes.size.is_some() && args.problem.is_none() {
            let known = self.problems(args);
            let message = format!("--size needs --problem, to say whose size it is: one of {}", known.join(", "));
            return Err(Failure::Usage(message));
        }
        let shown = |problem| match &args.steps[..] {
            [] => self.problems(args).contains(&problem),
            _ => ladders.iter().any(|ladder| ladder.problem() == problem),
        };
        match args.sizes.of_the_picture() {
            Some(flag) if args.problem.is_none() && !shown("mandelbrot") => {
                Err(Failure::Usage(format!("{flag} is a size of mandelbrot, which is not shown here: leave it out")))
            }
            _ => Ok(ladders),
        }
    }

    /// The inputs of the ladders, one for each problem.
    fn inputs(&self, ladders: &[&dyn Ladder], args: &ChapterArgs) -> Result<Inputs, Failure> {
        let alone = args.problem.is_some();
        let problems = self.problems(args);
        for (problem, check) in self.inputs.iter().filter(|(problem, _)| problems.contains(problem)) {
            check(&args.sizes.request(problem, alone))?;
        }
        let mut inputs = Inputs::new();
        for ladder in ladders {
            if !inputs.contains_key(ladder.problem()) {
                let request = args.sizes.request(ladder.problem(), alone);
                inputs.insert(ladder.problem(), ladder.input(&request)?);
            }
        }
        Ok(inputs)
    }

    /// Runs and shows one ladder, keeps what was measured, and writes its pictures.
    fn show(&self, ladder: &dyn Ladder, input: &SharedInput, told: &mut Told<'_>) -> Result<(), Failure> {
        let (args, screen) = (told.args, Screen);
        let selection = Selection::new(&args.steps);
        let chosen: Vec<_> = LadderStep::all(ladder).filter(|step| selection.has(step.info())).collect();
        let (settings, budget) = (&told.settings, args.timing.budget(args.sizes.quick));
        let mut pictures = Pictures::new(self.stem(told.out, ladder), input);

        let folder = self.folder(ladder).map_or_else(String::new, |folder| format!("{folder}: "));
        screen.line(format!("\n{folder}{}", heading(input)))?;
        let mut records = run_steps(&chosen, input, settings, &budget, &mut |session| pictures.see(session));
        records.iter_mut().for_each(|record| record.chapter = Some(self.number));
        told.wrong |= records.iter().any(|record| record.status == Status::Wrong);
        told.kept.add(records.iter().cloned())?;
        show_records(&screen, &records, &below(&chosen, &records, input), &told.reasons)?;
        if !mem::replace(&mut told.explained, true) {
            meanings().iter().try_for_each(|line| screen.line(wrapped(line, 2)))?;
        }
        let chosen: Vec<_> = chosen.iter().map(LadderStep::info).collect();
        let longest = chosen.iter().map(|step| step.name.len()).fold(11, usize::max);
        for step in chosen {
            let text = format!("  {:longest$} {}; {}", step.name, step.idea, step.mirrors);
            screen.line(wrapped(&text, longest + 3))?;
        }
        told.written.extend(pictures.written()?);
        told.written.push(pictures.bars(&records)?);
        Ok(())
    }
}

/// What stands below a table: its lesson, and a line for each validation sum of the exact answers with what it says.
fn below(steps: &[LadderStep<'_>], records: &[StepRecord], input: &SharedInput) -> Vec<String> {
    let mut lines = lessons(steps, records);
    let right = records.iter().filter(|record| record.status == Status::Ok && record.reason.is_none());
    for sum in right.map(|record| record.validation_sum.as_deref().unwrap_or(DASH)) {
        let line = input.reading(sum);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// A chapter that is being told: what it was asked for, and what has come of it.
struct Told<'a> {
    screen: Screen,
    args: &'a ChapterArgs,
    settings: Settings,
    out: &'a Path,
    kept: Kept<StepRecord>,
    /// Why parts could not be shown.
    reasons: RefCell<BTreeSet<String>>,
    /// The files that are written, besides those of `kept`.
    written: Vec<PathBuf>,
    /// Whether an answer was wrong.
    wrong: bool,
    /// Whether the columns of the tables have been explained.
    explained: bool,
}

/// The input of each problem.
type Inputs = BTreeMap<&'static str, SharedInput>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_fails_is_told_and_one_that_is_wrong_does_not_end_the_chapter() {
        let args = ChapterArgs::augment_args(Command::new("test")).get_matches_from(["test"]);
        let args = ChapterArgs::from_arg_matches(&args).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (out, kept) = (folder.path(), Kept::new(Vec::new()).unwrap());
        let settings = Settings::default();
        let mut told = Told {
            screen: Screen,
            args: &args,
            settings,
            out,
            kept,
            reasons: RefCell::default(),
            written: Vec::new(),
            wrong: false,
            explained: false,
        };
        let chapter = Chapter::new(9, "Parts", Vec::new()).part(None, |_| Err(Failure::Wrong));
        let chapter = chapter.part(None, |part| part.write("after.txt", "shown"));
        chapter.show_parts(None, &mut told).unwrap();
        assert!(told.wrong && told.written == [out.join("chapter9-after.txt")]);
        let chapter = chapter.part(None, |_| panic!("\x1b[31mlost"));
        match chapter.show_parts(None, &mut told) {
            Err(Failure::Io(message)) => assert_eq!(message, "a part of the chapter panicked: \\u{1b}[31mlost"),
            other => panic!("{other:?}"),
        }
    }
}
