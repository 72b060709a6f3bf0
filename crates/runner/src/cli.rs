//! The command line of every program of the course: sizes, runs, steps, and what is said of a bad value.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::str::FromStr;

use clap::error::ErrorKind;
use clap::{Args, Command};
use validation::{Scale, Settings, SizeRequest, StepInfo};

use crate::measure::Budget;
use crate::names::{LIST, means, nearest};
use crate::screen::{Failure, excerpt};

/// The sizes of a problem, as every command takes them.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Sizes")]
pub struct SizeArgs {
    /// Points in a row of the Mandelbrot picture [default: 500; --quick: 100]
    #[arg(long, value_name = "W", allow_negative_numbers = true, value_parser = at_least_one::<usize>)]
    pub width: Option<usize>,
    /// Rows of the Mandelbrot picture [default: 500; --quick: 100]
    #[arg(long, value_name = "H", allow_negative_numbers = true, value_parser = at_least_one::<usize>)]
    pub height: Option<usize>,
    /// Iterations after which a point of the Mandelbrot picture counts as bounded [default: 1000; --quick: 300]
    #[arg(long, value_name = "M", allow_negative_numbers = true, value_parser = at_least_one::<u32>)]
    pub max_iterations: Option<u32>,
    /// The size of the problem that --problem names: mandelbrot WIDTHxHEIGHT, expression ROWSxCOLUMNS [default: 2000x2000;
    /// --quick: 200x200], particles PARTICLESxSTEPS [default: 1000x10000; --quick: 1001x500], distance POINTS [default: 4000, 1000
    /// beside others; --quick: 100], pi CHUNKSxSAMPLES [default: 100x100000, 10x100000 beside others; --quick: 3x1001]
    #[arg(long, value_name = "N or NxM", value_parser = size, conflicts_with_all = ["width", "height"])]
    pub size: Option<(usize, Option<usize>)>,
    /// Run small problems, to see that everything works
    #[arg(long)]
    pub quick: bool,
}

impl SizeArgs {
    /// The first of these arguments that was given and that only the picture has, as it was written.
    pub fn of_the_picture(&self) -> Option<&'static str> {
        let given = [
            ("--width", self.width.is_some()),
            ("--height", self.height.is_some()),
            ("--max-iterations", self.max_iterations.is_some()),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(flag, _)| flag)
    }

    /// The first of these arguments that was given, as it was written: where nothing is run it would be ignored.
    pub fn given(&self) -> Option<&'static str> {
        let rest = [("--size", self.size.is_some()), ("--quick", self.quick)];
        self.of_the_picture().or_else(|| rest.into_iter().find(|(_, given)| *given).map(|(flag, _)| flag))
    }

    /// What these arguments ask of a problem that stands alone (`alone`) or beside others, where only the picture's sizes can be
    /// meant.
    pub fn request(&self, problem: &str, alone: bool) -> SizeRequest {
        let image = alone || problem == "mandelbrot";
        let scale = match (self.quick, image) {
            (true, _) => Scale::Quick,
            (false, true) => Scale::Full,
            (false, false) => Scale::Modest,
        };
        SizeRequest {
            scale,
            width: self.width.filter(|_| image),
            height: self.height.filter(|_| image),
            max_iterations: self.max_iterations.filter(|_| image),
            size: self.size.filter(|_| alone),
        }
    }
}

/// How often and with what a step is run, as every command takes it.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Runs")]
pub struct TimingArgs {
    /// Threads of the steps that have several [default: one for each core]
    #[arg(long, value_name = "T", allow_negative_numbers = true, value_parser = threads)]
    pub threads: Option<NonZeroUsize>,
    /// Timed runs of each step [default: 5 or more, until the best time is stable, at most 2 s]
    #[arg(long, value_name = "R", allow_negative_numbers = true, value_parser = at_least_one::<usize>)]
    pub repeat: Option<usize>,
}

impl TimingArgs {
    /// The first of these arguments that was given, as it was written: where nothing is run it would be ignored.
    pub fn given(&self) -> Option<&'static str> {
        let given = [("--threads", self.threads.is_some()), ("--repeat", self.repeat.is_some())];
        given.into_iter().find(|(_, given)| *given).map(|(flag, _)| flag)
    }

    /// The settings that these arguments make.
    pub fn settings(&self) -> Settings {
        let defaults = Settings::default();
        Settings { threads: self.threads.unwrap_or(defaults.threads), ..defaults }
    }

    /// The budget that these arguments make.
    pub fn budget(&self, quick: bool) -> Budget {
        let budget = if quick { Budget::quick() } else { Budget::default() };
        Budget { repeat: self.repeat, ..budget }
    }
}

/// A whole number of at least one.
fn at_least_one<N: FromStr + PartialOrd + From<u8>>(text: &str) -> Result<N, String> {
    match text.parse::<N>() {
        Ok(number) if number >= N::from(1) => Ok(number),
        _ => Err("it must be a whole number of at least 1, and not too large to count".to_owned()),
    }
}

/// The most threads that a command starts: eight for each core, or 64. More show nothing that these do not, and take very long to.
fn most_threads() -> usize {
    Settings::default().threads.get().saturating_mul(8).max(64)
}

/// A number of threads that makes sense on this machine, as a command line says it.
///
/// # Errors
/// What is allowed.
pub fn threads(text: &str) -> Result<NonZeroUsize, String> {
    let most = most_threads();
    match text.parse::<NonZeroUsize>() {
        Ok(threads) if threads.get() <= most => Ok(threads),
        _ => Err(format!("it must be a whole number from 1 to {most} (8 for each core, and no less than 64)")),
    }
}

/// `N` or `NxM`, each a whole number of at least one.
///
/// # Errors
/// What is allowed.
pub fn size(text: &str) -> Result<(usize, Option<usize>), String> {
    let (first, second) = match text.split_once(['x', 'X']) {
        Some((first, second)) => (first, Some(second)),
        None => (text, None),
    };
    Ok((at_least_one(first)?, second.map(at_least_one).transpose()?))
}

/// The steps that a command line chooses.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    patterns: Vec<String>,
}

impl Selection {
    /// The steps that patterns choose: `naive`, `mandelbrot::naive`, `kernels naive`; see [`means`]. No pattern chooses all.
    pub fn new(patterns: &[String]) -> Self {
        let patterns = patterns.iter().map(|pattern| pattern.trim().to_owned());
        Self { patterns: patterns.filter(|pattern| !pattern.is_empty()).collect() }
    }

    /// Whether a step is chosen.
    pub fn has(&self, step: &StepInfo) -> bool {
        self.patterns.is_empty() || self.patterns.iter().any(|pattern| means(pattern, step))
    }

    /// The first pattern that chooses none of these.
    pub(crate) fn unknown<'a>(&self, steps: impl Iterator<Item = &'a StepInfo> + Clone) -> Option<&str> {
        let unknown = self.patterns.iter().find(|pattern| !steps.clone().any(|step| means(pattern, step)));
        unknown.map(String::as_str)
    }

    /// Checks that every pattern chooses something.
    ///
    /// # Errors
    /// [`Failure::Usage`] with the nearest names.
    pub fn check<'a>(&self, steps: impl Iterator<Item = &'a StepInfo> + Clone) -> Result<(), Failure> {
        match self.unknown(steps.clone()) {
            None => Ok(()),
            Some(pattern) => Err(Failure::Usage(nearest("step", pattern, &names(steps), LIST))),
        }
    }
}

/// The names that a step answers to, `particles::columns` and `columns`.
fn names<'a>(steps: impl Iterator<Item = &'a StepInfo>) -> Vec<String> {
    steps.map(|step| format!("{}::{}", step.problem, step.name)).collect()
}

/// Parses a command line. `--help` is printed and ends the program quietly.
///
/// # Errors
/// [`Failure::Usage`] with one line that says what is wrong and what is allowed.
pub fn parse(command: Command, arguments: impl IntoIterator<Item = OsString>) -> Result<clap::ArgMatches, Failure> {
    command.try_get_matches_from(arguments).map_err(|error| {
        if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
            return match error.print() {
                Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                    Failure::io("cannot write to standard output", &error)
                }
                _ => Failure::Closed,
            };
        }
        Failure::Usage(one_line(&error))
    })
}

/// What a parser of arguments complains of, in one line.
pub fn one_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let lines = text.lines().map(str::trim);
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        // What is rendered is the help: the commands are the first words of its lines.
        let listed = lines.skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
        let names: Vec<_> = listed.filter_map(|line| line.split_whitespace().next()).collect();
        return format!("a command is missing; there are {}; --help explains them", names.join(", "));
    }
    let told: Vec<_> = lines
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
        .filter(|line| !line.is_empty())
        .collect();
    let told = told.join("; ");
    excerpt(told.strip_prefix("error: ").unwrap_or(&told), 600)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_one_number_or_two() {
        assert_eq!(size("12"), Ok((12, None)));
        assert_eq!(size("12x34"), Ok((12, Some(34))));
        for bad in ["", "x", "0", "3x0", "-1", "1x2x3", "1e3", "99999999999999999999"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_the_picture_has_a_width_when_problems_stand_beside_each_other() {
        let args = SizeArgs { width: Some(7), size: Some((3, None)), ..SizeArgs::default() };
        let beside = args.request("pi", false);
        assert_eq!((beside.scale, beside.width, beside.size), (Scale::Modest, None, None));
        let picture = args.request("mandelbrot", false);
        assert_eq!((picture.scale, picture.width, picture.size), (Scale::Full, Some(7), None));
        let alone = args.request("pi", true);
        assert_eq!((alone.scale, alone.width, alone.size), (Scale::Full, Some(7), Some((3, None))));
    }

    #[test]
    fn what_the_parser_says_is_one_short_line_whatever_it_was_given() {
        let command = || SizeArgs::augment_args(Command::new("test"));
        let refused = |arguments: &[&str]| {
            let arguments = ["test"].iter().chain(arguments).map(OsString::from);
            match parse(command(), arguments) {
                Err(Failure::Usage(message)) => message,
                other => panic!("{other:?}"),
            }
        };
        let long = "9".repeat(1_000_000);
        for arguments in [["--width", &long], ["--width", "3\x1b[31m\n4"], ["--size", &long]] {
            let message = refused(&arguments);
            assert!(message.len() < 900 && !message.contains(['\x1b', '\n']), "{message}");
            assert!(message.contains(arguments[0]) && message.contains("at least 1"), "{message}");
        }
        let commands = [Command::new("start").about("x"), Command::new("stop").about("y")];
        let missing = Command::new("test").subcommand_required(true).arg_required_else_help(true).subcommands(commands);
        match parse(missing, [OsString::from("test")]) {
            Err(Failure::Usage(told)) => assert!(told.contains("there are start, stop"), "{told}"),
            other => panic!("{other:?}"),
        }
        let message = refused(&["--size", "3x4", "--width", "7"]);
        assert!(message.contains("'--size <N or NxM>' cannot be used with '--width <W>'"), "{message}");
    }

    #[test]
    fn threads_are_at_most_eight_for_each_core_or_64() {
        let most = most_threads();
        assert!(most >= 64 && most >= 8 * Settings::default().threads.get());
        assert_eq!(
            (threads("1"), threads(&most.to_string())),
            (Ok(NonZeroUsize::MIN), Ok(NonZeroUsize::new(most).unwrap()))
        );
        for bad in ["0", "-1", "", "x", "99999999999999999999", &(most + 1).to_string(), "1000000"] {
            let told = threads(bad).unwrap_err();
            assert!(told.contains(&format!("from 1 to {most}")), "{bad}: {told}");
        }
    }
}
