//! What a part of a chapter works with.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use validation::{Ladder, Problem, Settings, SharedInput, SizeRequest, StepError};

use crate::chapters::ChapterInfo;
use crate::cli::SizeArgs;
use crate::files::write_atomically;
use crate::ladder_step::{LadderStep, ladder_of};
use crate::measure::Budget;
use crate::plot::Chart;
use crate::record::StepRecord;
use crate::screen::{Failure, Screen};
use crate::table::{plain_table, wrapped};

/// What a part of a chapter works with: the screen, the sizes and settings of the command line, and the files it writes.
///
/// A file is called `chapterN-NAME` and lies in the chapter's output folder. `cargo course record N` keeps those that the chapter's
/// page in the book mentions.
pub struct Part<'a> {
    chapter: u32,
    screen: &'a Screen,
    stem: PathBuf,
    ladders: &'a [Box<dyn Ladder>],
    asked: Asked<'a>,
    so_far: SoFar<'a>,
    written: Vec<PathBuf>,
}

/// What the chapter has shown before a part.
#[derive(Clone, Copy)]
pub(crate) struct SoFar<'a> {
    pub(crate) records: &'a [StepRecord],
    /// Why parts could not be shown here.
    pub(crate) reasons: &'a RefCell<BTreeSet<String>>,
}

/// Why a part of a chapter stops early.
#[derive(Debug)]
pub enum Stop {
    /// It cannot be shown on this machine: what is missing, and what would mend it. The chapter goes on.
    Unavailable(String),
    /// It ends the chapter; a wrong answer lets it go on, and is its exit status at the end.
    Failure(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// The errors of every technique crate, as its steps tell them.
impl<E: Into<StepError>> From<E> for Stop {
    fn from(error: E) -> Self {
        match error.into() {
            StepError::Unavailable(why) => Self::Unavailable(why),
            StepError::Failed(why) => Self::Failure(Failure::Io(why)),
        }
    }
}

/// What the command line asks for.
pub(crate) struct Asked<'a> {
    pub(crate) sizes: &'a SizeArgs,
    /// Whether a problem is chosen, which then stands alone.
    pub(crate) alone: bool,
    pub(crate) settings: &'a Settings,
    pub(crate) budget: Budget,
}

impl<'a> Part<'a> {
    pub(crate) fn new(
        chapter: u32,
        screen: &'a Screen,
        stem: PathBuf,
        ladders: &'a [Box<dyn Ladder>],
        asked: Asked<'a>,
        so_far: SoFar<'a>,
    ) -> Self {
        Self { chapter, screen, stem, ladders, asked, so_far, written: Vec::new() }
    }

    pub(crate) fn written(self) -> Vec<PathBuf> {
        self.written
    }

    /// Whether small problems are asked for.
    pub fn quick(&self) -> bool {
        self.asked.sizes.quick
    }

    /// The size that the command line asks of a problem.
    pub fn request(&self, problem: &str) -> SizeRequest {
        self.asked.sizes.request(problem, self.asked.alone)
    }

    /// The settings of the steps that the command line asks for.
    pub fn settings(&self) -> Settings {
        self.asked.settings.clone()
    }

    /// How often a step is run.
    pub fn budget(&self) -> Budget {
        self.asked.budget
    }

    /// Whether a problem of these sizes is too small to show what the chapter teaches. That is said, once for each problem, and the part
    /// shows no speedups then, nor a verdict.
    ///
    /// # Errors
    /// As [`Screen::line`].
    pub fn too_small(&self, problem: &str, sizes: &[(&str, u64)]) -> Result<bool, Failure> {
        let chapter = ChapterInfo::numbered(self.chapter);
        let Some(said) = chapter.and_then(|chapter| chapter.too_small(problem, sizes.iter().copied())) else {
            return Ok(false);
        };
        if self.so_far.reasons.borrow_mut().insert(said.clone()) {
            self.paragraph(&said)?;
        }
        Ok(true)
    }

    /// What has come of the steps that the chapter has run so far.
    pub fn records(&self) -> &'a [StepRecord] {
        self.so_far.records
    }

    /// The chapter's ladder of a problem.
    ///
    /// # Errors
    /// With the nearest names, when there is none.
    pub fn ladder(&self, problem: &str) -> Result<&'a dyn Ladder, Failure> {
        ladder_of(self.ladders, problem)
    }

    /// A step of the chapter's ladder of a problem: `part.step("mandelbrot", "naive")`.
    ///
    /// # Errors
    /// With the nearest names, when there is none.
    pub fn step(&self, problem: &str, name: &str) -> Result<LadderStep<'a>, Failure> {
        LadderStep::named(self.ladder(problem)?, name)
    }

    /// The problem's input in the size that the command line asks for.
    ///
    /// # Errors
    /// When the sizes cannot be, or cannot be held here.
    pub fn input<P: Problem>(&self) -> Result<P::Input, Failure> {
        Ok(P::input(&P::request(&self.request(P::NAME))?)?)
    }

    /// The same for the steps of a ladder.
    ///
    /// # Errors
    /// When the sizes cannot be, or cannot be held here.
    pub fn shared_input(&self, ladder: &dyn Ladder) -> Result<SharedInput, Failure> {
        Ok(ladder.input(&self.request(ladder.problem()))?)
    }

    /// Shows a part under its heading, or why it cannot be shown here.
    ///
    /// # Errors
    /// What ends the chapter, or is wrong.
    pub fn section(&mut self, heading: &str, show: impl FnOnce(&mut Self) -> Result<(), Stop>) -> Result<(), Failure> {
        self.heading(heading)?;
        match show(self) {
            Ok(()) => Ok(()),
            Err(Stop::Failure(failure)) => Err(failure),
            Err(Stop::Unavailable(why)) => self.unavailable(&why),
        }
    }

    /// Says why something cannot be shown here. What would mend it, which follows the first semicolon, is said only once in a chapter.
    ///
    /// # Errors
    /// As [`Screen::line`].
    pub fn unavailable(&self, why: &str) -> Result<(), Failure> {
        let first = self.so_far.reasons.borrow_mut().insert(why.to_owned());
        let reason = why.split("; ").next().unwrap_or(why);
        self.paragraph(&format!("unavailable: {}", if first { why } else { reason }))
    }

    /// Prints a line as it is.
    ///
    /// # Errors
    /// As [`Screen::line`].
    pub fn line(&self, text: impl std::fmt::Display) -> Result<(), Failure> {
        self.screen.line(text)
    }

    /// Prints a heading with an empty line above it.
    ///
    /// # Errors
    /// As [`Screen::line`].
    pub fn heading(&self, text: &str) -> Result<(), Failure> {
        self.screen.line(format!("\n{text}"))
    }

    /// Prints a paragraph in lines of at most 80 characters.
    ///
    /// # Errors
    /// As [`Screen::line`].
    pub fn paragraph(&self, text: &str) -> Result<(), Failure> {
        self.screen.line(wrapped(text, 0))
    }

    /// Where a file of this part goes; it is listed at the end of the chapter. The caller writes it.
    pub fn file(&mut self, name: &str) -> PathBuf {
        let mut path = self.stem.clone().into_os_string();
        path.push(name);
        let path = PathBuf::from(path);
        if !self.written.contains(&path) {
            self.written.push(path.clone());
        }
        path
    }

    /// Prints a text as it is, and writes it to `chapterN-NAME.txt`, so that the book can include it.
    ///
    /// # Errors
    /// When the screen or the file cannot be written.
    pub fn text(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        self.screen.line(text.trim_end())?;
        self.write(&format!("{name}.txt"), &format!("{}\n", text.trim_end()))
    }

    /// Prints a table, and writes it to `chapterN-NAME.md`, so that the book can include it. The columns named in `left` are
    /// aligned left, the others right.
    ///
    /// # Errors
    /// When the screen or the file cannot be written.
    pub fn table<const COLUMNS: usize>(
        &mut self,
        name: &str,
        header: &[&str; COLUMNS],
        rows: &[[String; COLUMNS]],
        left: &[usize],
    ) -> Result<(), Failure> {
        self.screen.line(plain_table(header, rows, left))?;
        self.keep_table(name, header, rows, left)
    }

    /// Writes a table to `chapterN-NAME.md` and does not print it: one that says nothing on this machine, for which a line will do.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep_table<const COLUMNS: usize>(
        &mut self,
        name: &str,
        header: &[&str; COLUMNS],
        rows: &[[String; COLUMNS]],
        left: &[usize],
    ) -> Result<(), Failure> {
        self.write(&format!("{name}.md"), &markdown(header, rows, left))
    }

    /// Draws a chart and writes it to `chapterN-NAME`: `part.chart("sweep.svg", &Lines { ... })`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn chart(&mut self, name: &str, chart: &impl Chart) -> Result<(), Failure> {
        chart.write(&self.file(name)).map_err(|error| Failure::Io(error.to_string()))
    }

    /// Writes a text to `chapterN-NAME`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        let path = self.file(name);
        write(&path, text)
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    write_atomically(path, text.as_bytes()).map_err(|error| Failure::Io(error.to_string()))
}

/// A text that means the same in Markdown, where what looks like a tag would vanish.
fn escaped(text: &str) -> String {
    let text = text.replace('|', "\\|");
    if text.contains('`') { text } else { text.replace('<', "\\<") }
}

/// A table as Markdown.
fn markdown<const COLUMNS: usize>(header: &[&str; COLUMNS], rows: &[[String; COLUMNS]], left: &[usize]) -> String {
    let row = |cells: &[String]| {
        let cells = cells.iter().map(|cell| format!(" {} |", escaped(cell)));
        format!("|{}\n", cells.collect::<String>())
    };
    let rule = (0..COLUMNS).map(|column| if left.contains(&column) { "---|" } else { "---:|" });
    let header = header.map(str::to_owned);
    let rows = rows.iter().map(|cells| row(cells));
    format!("{}|{}\n{}", row(&header), rule.collect::<String>(), rows.collect::<String>())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn asked<'a>(sizes: &'a SizeArgs, settings: &'a Settings) -> Asked<'a> {
        Asked { sizes, alone: false, settings, budget: Budget::default() }
    }

    #[test]
    fn a_table_is_markdown_with_its_numbers_to_the_right() {
        let rows = [["a|b", "1"], ["V<f64>, `V<u8>`", "2"], ["V<f64>", "3"]].map(|row| row.map(str::to_owned));
        assert_eq!(
            markdown(&["name", "ms"], &rows, &[0]),
            "| name | ms |\n|---|---:|\n| a\\|b | 1 |\n| V<f64>, `V<u8>` | 2 |\n| V\\<f64> | 3 |\n"
        );
    }

    #[test]
    fn what_a_part_writes_carries_the_number_of_the_chapter_and_is_listed_once() {
        let folder = tempfile::tempdir().unwrap();
        let (sizes, settings) = (SizeArgs::default(), Settings::default());
        let reasons = RefCell::default();
        let so_far = SoFar { records: &[], reasons: &reasons };
        let mut part = Part::new(9, &Screen, folder.path().join("chapter9-"), &[], asked(&sizes, &settings), so_far);
        part.write("plot.svg", "<svg/>").unwrap();
        part.write("plot.svg", "<svg></svg>").unwrap();
        part.text("lines", "one\ntwo\n\n").unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("chapter9-lines.txt")).unwrap(), "one\ntwo\n");
        assert_eq!(fs::read_to_string(folder.path().join("chapter9-plot.svg")).unwrap(), "<svg></svg>");
        assert_eq!(part.written(), ["chapter9-plot.svg", "chapter9-lines.txt"].map(|name| folder.path().join(name)));
    }

    #[test]
    fn a_problem_that_is_too_small_is_told_once() {
        let (sizes, settings, reasons) = (SizeArgs::default(), Settings::default(), RefCell::default());
        let so_far = SoFar { records: &[], reasons: &reasons };
        let part = Part::new(9, &Screen, PathBuf::new(), &[], asked(&sizes, &settings), so_far);
        for _ in 0..2 {
            assert!(part.too_small("expression", &[("rows", 200), ("cols", 200)]).unwrap());
            assert_eq!(reasons.borrow().len(), 1);
        }
        assert!(!part.too_small("expression", &[("rows", 2000), ("cols", 2000)]).unwrap());
    }

    #[test]
    fn a_folder_that_is_gone_is_an_error() {
        let (sizes, settings) = (SizeArgs::default(), Settings::default());
        let (stem, reasons) = (PathBuf::from("/nowhere/at/all/chapter9-"), RefCell::default());
        let so_far = SoFar { records: &[], reasons: &reasons };
        let mut part = Part::new(9, &Screen, stem, &[], asked(&sizes, &settings), so_far);
        assert!(matches!(part.write("x.txt", ""), Err(Failure::Io(_))));
    }

    #[test]
    fn a_section_that_cannot_be_shown_says_why_and_the_chapter_goes_on() {
        let (sizes, settings, reasons) = (SizeArgs::default(), Settings::default(), RefCell::default());
        let so_far = SoFar { records: &[], reasons: &reasons };
        let mut part = Part::new(9, &Screen, PathBuf::new(), &[], asked(&sizes, &settings), so_far);
        let unavailable = || StepError::Unavailable("no device; install one".to_owned());
        part.section("Devices", |_| Err(unavailable())?).unwrap();
        assert!(part.so_far.reasons.borrow().contains("no device; install one"));
        part.section("Devices again", |_| Err(unavailable().into())).unwrap();
        assert_eq!(part.so_far.reasons.borrow().len(), 1);
        let failed = part.section("Failing", |_| Err(StepError::Failed("broken".to_owned()).into()));
        assert!(matches!(failed, Err(Failure::Io(why)) if why == "broken"));
        assert!(matches!(part.section("Wrong", |_| Err(Failure::Wrong.into())), Err(Failure::Wrong)));
        assert!(matches!(part.step("pi", "map"), Err(Failure::Usage(_))));
    }
}
