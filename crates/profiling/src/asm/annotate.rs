//! Source lines with what the compiler made of them, as `cython -a` shows it.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::ops::{AddAssign, RangeInclusive};
use std::path::Path;
use std::sync::Arc;

use super::count::Count;
use super::error::Error;
use super::function::{Frame, Function};
use super::image::Image;
use super::instruction::{Class, Instruction, Purpose};
use super::listing::{Listing, Loop};
use super::names::{last_part, without_generics};

/// Which lines to annotate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    file: String,
    /// All lines when there is no range.
    ranges: Vec<RangeInclusive<u32>>,
}

impl Selection {
    /// All lines of a file, which is given by its path or by the end of it: `crates/kernels/src/mandelbrot.rs`.
    pub fn file(file: impl AsRef<Path>) -> Self {
        Self { file: file.as_ref().to_string_lossy().into_owned(), ranges: Vec::new() }
    }

    /// The lines of a function, from its `fn`, where the source can be read, or else its first line with instructions to its last
    /// one; `None` where no line is known.
    pub fn function(listing: &Listing) -> Option<Self> {
        let places = listing.instructions().iter().filter_map(|instruction| instruction.frames.last());
        let mut lines: Option<(&Arc<str>, u32, u32)> = None;
        for (file, line) in places.filter_map(|frame| Some((frame.file.as_ref()?, frame.line?))) {
            let (_, first, last) = lines.get_or_insert((file, line, line));
            (*first, *last) = (line.min(*first), line.max(*last));
        }
        let (file, first, last) = lines?;
        let path = without_generics(listing.function().name());
        let begins = |line: &str| {
            let name = line.split("fn ").nth(1).and_then(|rest| rest.strip_prefix(last_part(&path)));
            name.is_some_and(|rest| rest.starts_with(['(', '<']))
        };
        let source = fs::read(&**file).unwrap_or_default();
        let source = String::from_utf8_lossy(&source);
        let above: Vec<(u32, &str)> = (1..=first).zip(source.lines()).collect();
        let begin = above.iter().rev().find(|(_, line)| begins(line)).map_or(first, |(number, _)| *number);
        Some(Self::file(&**file).lines(begin..=last))
    }

    /// Only these lines, counted from one. Asked for again, these lines too.
    #[must_use]
    pub fn lines(mut self, lines: RangeInclusive<u32>) -> Self {
        self.ranges.push(lines);
        self
    }

    fn contains(&self, line: u32) -> bool {
        self.ranges.is_empty() || self.ranges.iter().any(|range| range.contains(&line))
    }

    /// The first line and the last one.
    fn hull(&self) -> RangeInclusive<u32> {
        let first = self.ranges.iter().map(RangeInclusive::start).min();
        let last = self.ranges.iter().map(RangeInclusive::end).max();
        first.copied().unwrap_or(1)..=last.copied().unwrap_or(u32::MAX)
    }
}

/// What each cost weighs. The weights of a line are added up within each loop and multiplied by [`PER_LOOP`] for each loop around
/// it; the score is that of the loop in which the line costs most, since the copies that the compiler makes of a loop do not make it
/// more expensive.
///
/// Packed arithmetic, integers, moves and jumps weigh nothing, nor does code that runs only during a panic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    /// A jump that leads to `panic_bounds_check` or its like.
    pub bounds_check: f64,
    /// A jump that leads to another panic.
    pub panic: f64,
    /// A call that allocates, grows or frees.
    pub allocation: f64,
    /// A call that copies or fills a block of memory.
    pub memory: f64,
    /// Any other call.
    pub call: f64,
    /// A division or a root of a single number.
    pub division: f64,
    /// Any other arithmetic on a single floating-point number, within a loop.
    pub scalar: f64,
}

/// The weights that scores are computed with.
pub const WEIGHTS: Weights =
    Weights { bounds_check: 4.0, panic: 2.0, allocation: 8.0, memory: 2.0, call: 6.0, division: 2.0, scalar: 0.25 };

/// How much more an instruction costs for each loop around it, up to four.
pub const PER_LOOP: f64 = 4.0;

/// What a line costs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cost {
    /// Jumps that decide about a bounds check.
    pub bounds_checks: u64,
    /// Jumps that decide about another panic.
    pub panics: u64,
    /// Calls that allocate, grow or free.
    pub allocations: u64,
    /// Calls that copy or fill a block of memory.
    pub memory: u64,
    /// Any other calls.
    pub calls: u64,
    /// The names of the functions called, each once, without those that panic; [`Cost::INDIRECT`] for those without a name.
    pub called: Vec<String>,
    /// Divisions and roots of single numbers.
    pub divisions: u64,
    /// Other arithmetic on single numbers within a loop.
    pub scalar: u64,
    /// Arithmetic on single numbers, and checks beside it, that are only what a packed loop for the same line leaves over: weighs nothing.
    pub rest: u64,
    /// The sum of the weights in the loop where it is highest; 0 for a line that is white.
    pub score: f64,
}

impl AddAssign<&Cost> for Cost {
    fn add_assign(&mut self, other: &Cost) {
        self.bounds_checks += other.bounds_checks;
        self.panics += other.panics;
        self.allocations += other.allocations;
        self.memory += other.memory;
        self.calls += other.calls;
        for name in &other.called {
            if !self.called.contains(name) {
                self.called.push(name.clone());
            }
        }
        self.divisions += other.divisions;
        self.scalar += other.scalar;
        self.rest += other.rest;
        self.score = self.score.max(other.score);
    }
}

impl Cost {
    /// What `called` has for a function that is known only when the program runs: a method of a trait object, say.
    pub const INDIRECT: &str = "(known at run time)";

    /// The colour of the line: 0 is white, 1 is what a costly line tends to.
    pub fn shade(&self) -> f64 {
        self.score / (self.score + 48.0)
    }
}

/// A function that has code of the selected lines.
#[derive(Clone, Debug, PartialEq)]
pub struct AnnotatedFunction {
    /// Its disassembly.
    pub listing: Listing,
    /// Whether it begins on a selected line; if not, code of the selected lines was inlined into it.
    pub is_selected: bool,
    /// What of it comes from the selected lines. For a function that begins there, all of it.
    pub count: Count,
}

/// Instructions of one function that belong to one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The function, an index of [`Annotated::functions`].
    pub function: usize,
    /// The instructions, indices of [`Listing::instructions`], ascending.
    pub instructions: Vec<usize>,
}

/// A line of the source with its machine code.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AnnotatedLine {
    /// Its number, counted from one; `None` for the row of the instructions that belong to no line.
    pub number: Option<u32>,
    /// Its text.
    pub text: String,
    /// Its instructions, counted over all functions.
    pub count: Count,
    /// What it costs in the function in which it costs most: a generic function is not more expensive for having more instances.
    pub cost: Cost,
    /// The number of loops around the code of the line, at most.
    pub depth: u32,
    /// Its instructions, by function.
    pub parts: Vec<Part>,
}

/// Source lines and the machine code that comes from them.
///
/// Code that was inlined from elsewhere belongs to the selected line that it was inlined into: of the places that an instruction comes
/// from, the innermost that is selected. The sum over `lines` and `no_line` is the number of instructions selected.
#[derive(Clone, Debug, PartialEq)]
pub struct Annotated {
    /// The source file.
    pub file: Arc<str>,
    /// Whether it has been changed since the program was built, so that its lines may not be those that were compiled.
    pub is_changed: bool,
    /// The selected lines, each of the file or of the range.
    pub lines: Vec<AnnotatedLine>,
    /// The instructions of the selected functions that belong to none of the lines.
    pub no_line: AnnotatedLine,
    /// The functions that they come from, by address.
    pub functions: Vec<AnnotatedFunction>,
}

impl Image {
    /// Annotates the selected source lines with the machine code of this image.
    ///
    /// All code is found that comes from the lines: that of functions which begin there, of each of their generic instances, of
    /// closures that became functions of their own, and what was inlined into functions that begin elsewhere.
    ///
    /// # Errors
    /// When the image has no line tables or none of this file, when no code comes from the lines, or when the source is gone.
    pub fn annotate(&self, selection: &Selection) -> Result<Annotated, Error> {
        if !self.has_lines() {
            return Err(Error::NoLines { file: self.path().to_path_buf() });
        }
        let file = self.source_file(&selection.file)?;
        let functions = self.functions_of(&file, &selection.hull());
        let source =
            fs::read(&*file).map_err(|error| Error::NoSource { source: file.to_string(), why: error.to_string() })?;
        let source = String::from_utf8_lossy(&source);
        let numbered = (1..).zip(source.lines()).filter(|(number, _)| selection.contains(*number));
        let lines: BTreeMap<u32, AnnotatedLine> = numbered
            .map(|(number, text)| {
                (number, AnnotatedLine { number: Some(number), text: text.to_owned(), ..AnnotatedLine::default() })
            })
            .collect();
        let mut annotated = Annotated {
            file: file.clone(),
            is_changed: self.is_older_than(&*file),
            lines: Vec::new(),
            no_line: AnnotatedLine::default(),
            functions: Vec::new(),
        };
        let mut rows = Rows { file: &file, lines, selection, no_line: AnnotatedLine::default() };
        for function in functions {
            let function = rows.add(self.listing(function)?, annotated.functions.len());
            annotated.functions.extend(function);
        }
        if annotated.functions.is_empty() {
            let (first, last) = selection.hull().into_inner();
            let last = last.min(source.lines().count() as u32);
            return Err(Error::NoCode { source: file.to_string(), first, last });
        }
        annotated.lines = rows.lines.into_values().collect();
        annotated.no_line = rows.no_line;
        Ok(annotated)
    }

    /// The one file that the path means.
    fn source_file(&self, wanted: &str) -> Result<Arc<str>, Error> {
        let files = self.files();
        let absolute = Path::new(wanted);
        let absolute = absolute.canonicalize().unwrap_or_else(|_| absolute.to_path_buf());
        if let Some(file) = files.iter().find(|file| Path::new(&***file) == absolute) {
            return Ok(file.clone());
        }
        let relative = Path::new(wanted.trim_start_matches("./"));
        let found: Vec<&Arc<str>> = files.iter().filter(|file| Path::new(&***file).ends_with(relative)).collect();
        match found.as_slice() {
            [file] => Ok((*file).clone()),
            [] => {
                let parts = relative.components().count();
                let end = |path: &str| {
                    let parts_of: Vec<_> = Path::new(path).iter().map(|part| part.to_string_lossy()).collect();
                    parts_of[parts_of.len().saturating_sub(parts)..].join("/")
                };
                let mut nearest: Vec<(f64, String)> = files
                    .iter()
                    .map(|file| end(file))
                    .map(|end| (strsim::jaro_winkler(wanted, &end), end))
                    .filter(|(score, _)| *score > 0.85)
                    .collect();
                nearest.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
                nearest.dedup();
                let nearest = nearest.into_iter().take(3).map(|(_, end)| end).collect();
                Err(Error::NoFile { file: self.path().to_path_buf(), source: wanted.into(), nearest })
            }
            several => Err(Error::AmbiguousFile {
                source: wanted.into(),
                candidates: several.iter().map(|file| file.to_string()).collect(),
            }),
        }
    }
}

/// The rows of a page while functions are added to them.
struct Rows<'a> {
    file: &'a str,
    lines: BTreeMap<u32, AnnotatedLine>,
    selection: &'a Selection,
    no_line: AnnotatedLine,
}

impl Rows<'_> {
    /// The innermost selected line that an instruction comes from.
    fn line(&self, frames: &[Frame]) -> Option<u32> {
        let selected = |frame: &Frame| {
            let line = frame.line.filter(|line| self.lines.contains_key(line))?;
            (frame.file.as_deref() == Some(self.file)).then_some(line)
        };
        frames.iter().find_map(selected)
    }

    /// Adds the selected code of a function, if there is any.
    fn add(&mut self, listing: Listing, index: usize) -> Option<AnnotatedFunction> {
        let instructions = listing.instructions();
        let begins = |instruction: &Instruction| {
            let frame = instruction.frames.last()?;
            let line = frame.line.filter(|line| self.selection.contains(*line))?;
            (frame.file.as_deref() == Some(self.file)).then_some(line)
        };
        let is_selected = instructions.first().and_then(begins).is_some();
        let lines: Vec<Option<u32>> = instructions.iter().map(|instruction| self.line(&instruction.frames)).collect();
        let mut selected: BTreeMap<Option<u32>, Vec<usize>> = BTreeMap::new();
        for (at, line) in lines.iter().enumerate() {
            if is_selected || line.is_some() {
                selected.entry(*line).or_default().push(at);
            }
        }
        if selected.is_empty() {
            return None;
        }
        let count = Count::of(selected.values().flatten().map(|&at| &instructions[at]));
        let costs = costs(&listing, &lines);
        for (line, at) in selected {
            let row = match line {
                Some(line) => self.lines.get_mut(&line)?,
                None => &mut self.no_line,
            };
            row.count += Count::of(at.iter().map(|&at| &instructions[at]));
            let warm = at.iter().map(|&at| &instructions[at]).filter(|instruction| !instruction.cold);
            row.depth = warm.map(|instruction| instruction.depth).fold(row.depth, u32::max);
            if let Some(cost) = costs.get(&line)
                && (row.parts.is_empty() || cost.score > row.cost.score)
            {
                row.cost = cost.clone();
            }
            row.parts.push(Part { function: index, instructions: at });
        }
        Some(AnnotatedFunction { listing, is_selected, count })
    }
}

/// What each line of a function costs.
fn costs(listing: &Listing, lines: &[Option<u32>]) -> BTreeMap<Option<u32>, Cost> {
    let instructions = listing.instructions();
    let rest = Rest::of(listing, lines);
    let mut costs: BTreeMap<Option<u32>, Cost> = BTreeMap::new();
    let mut scores: BTreeMap<(Option<u32>, Option<usize>), f64> = BTreeMap::new();
    for (instruction, &line) in instructions.iter().zip(lines) {
        if instruction.cold {
            continue;
        }
        let mut cost = Cost::default();
        let mut line = line;
        let mut weight = 0.0;
        if let Some(guard) = instruction.guards {
            // A jump that was merged from several lines has none; its panic may still know one.
            let call = instructions.iter().position(|instruction| instruction.address == guard.call);
            line = line.or_else(|| call.and_then(|call| lines[call]));
            let (number, each) = match guard.purpose {
                _ if rest.has(instruction, line) => (&mut cost.rest, 0.0),
                Purpose::BoundsCheck => (&mut cost.bounds_checks, WEIGHTS.bounds_check),
                _ => (&mut cost.panics, WEIGHTS.panic),
            };
            *number += 1;
            weight += each;
        }
        if let Some(callee) = &instruction.callee {
            let marker = callee.name().is_some_and(|name| name.contains("no_alloc_shim"));
            let number = match callee.purpose() {
                _ if marker => None,
                Purpose::Allocation => Some((&mut cost.allocations, WEIGHTS.allocation)),
                Purpose::Memory => Some((&mut cost.memory, WEIGHTS.memory)),
                Purpose::Mathematics | Purpose::Other => Some((&mut cost.calls, WEIGHTS.call)),
                Purpose::BoundsCheck | Purpose::Panic | Purpose::Unwind => None,
            };
            if let Some((number, each)) = number {
                *number += 1;
                weight += each;
                cost.called.push(callee.name().unwrap_or(Cost::INDIRECT).to_owned());
            }
        }
        if instruction.class == Class::Scalar {
            if rest.has(instruction, line) {
                cost.rest += 1;
            } else if instruction.divides {
                cost.divisions += 1;
                weight += WEIGHTS.division;
            } else if instruction.depth > 0 {
                cost.scalar += 1;
                weight += WEIGHTS.scalar;
            }
        }
        *scores.entry((line, instruction.in_loop)).or_default() +=
            weight * PER_LOOP.powi(instruction.depth.min(4) as i32);
        *costs.entry(line).or_default() += &cost;
    }
    for ((line, _), score) in scores {
        let cost: &mut Cost = costs.entry(line).or_default();
        cost.score = cost.score.max(score);
    }
    costs
}

/// The arithmetic that is left over by packed loops: what comes before and after whole vectors, and the loop that is taken when
/// vectors cannot be. It is all that there is only where no packed loop does the same.
struct Rest<'a> {
    loops: &'a [Loop],
    /// The lines of packed arithmetic, with the loop around it.
    packed: HashSet<(u32, usize)>,
    /// The loops that do for single numbers what a packed loop does too.
    scalar: HashSet<usize>,
    /// The lines of arithmetic in those loops, with the loop.
    scalar_lines: HashSet<(u32, usize)>,
}

impl<'a> Rest<'a> {
    fn of(listing: &'a Listing, lines: &[Option<u32>]) -> Self {
        let places = |class: Class| -> HashSet<(u32, usize)> {
            let all = listing.instructions().iter().zip(lines);
            all.filter(|(instruction, _)| instruction.class == class)
                .filter_map(|(instruction, line)| Some(((*line)?, instruction.in_loop?)))
                .collect()
        };
        let mut rest = Self {
            loops: listing.loops(),
            packed: places(Class::Packed),
            scalar: HashSet::new(),
            scalar_lines: HashSet::new(),
        };
        // The compiler names one line for arithmetic that it has packed over several, so one line in common decides for the loop.
        let scalar = places(Class::Scalar);
        let beside = |&&(line, at): &&(u32, usize)| rest.is_packed_beside(line, at);
        rest.scalar = scalar.iter().filter(beside).map(|&(_, at)| at).collect();
        rest.scalar_lines = scalar.into_iter().filter(|(_, at)| rest.scalar.contains(at)).collect();
        rest
    }

    /// Whether the line is packed in another loop that is as deep as this one and not within it.
    fn is_packed_beside(&self, line: u32, scalar: usize) -> bool {
        let within = |mut inner: usize| loop {
            match self.loops[inner].parent {
                Some(outer) if outer == scalar => return true,
                Some(outer) => inner = outer,
                None => return false,
            }
        };
        self.packed.iter().any(|&(packed_line, packed)| {
            packed_line == line
                && packed != scalar
                && self.loops[packed].depth >= self.loops[scalar].depth
                && !within(packed)
        })
    }

    fn has(&self, instruction: &Instruction, line: Option<u32>) -> bool {
        let deeper = |&(other, at): &(u32, usize)| Some(other) == line && self.loops[at].depth > instruction.depth;
        instruction.in_loop.is_some_and(|at| self.scalar.contains(&at))
            || self.packed.iter().chain(&self.scalar_lines).any(deeper)
    }
}

impl Annotated {
    /// The line of that number.
    pub fn line(&self, number: u32) -> Option<&AnnotatedLine> {
        let first = self.lines.first()?.number?;
        self.lines.get(number.checked_sub(first)? as usize)
    }

    /// The number of instructions selected: the sum over the lines and the row without one.
    pub fn instructions(&self) -> u64 {
        self.functions.iter().map(|function| function.count.instructions).sum()
    }

    /// The functions, by address.
    pub fn functions(&self) -> impl Iterator<Item = &Function> {
        self.functions.iter().map(|function| function.listing.function())
    }
}
