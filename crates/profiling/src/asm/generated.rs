//! Machine code that is not in a file: a compiler has made it while the program runs.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use object::Architecture;

use super::built;
use super::error::Error;
use super::function::{Frame, Function};
use super::image::Image;
use super::instruction::{Class, Instruction, Line};
use super::listing::Listing;
use super::x86;

/// A function that was compiled while the program runs.
#[derive(Clone, Copy, Debug)]
pub struct Generated<'a> {
    /// What it is called in the listing.
    pub name: &'a str,
    /// Where it lies.
    pub address: u64,
    /// Its instructions, and behind them the constants that they read.
    pub bytes: &'a [u8],
    /// The file of its source lines.
    pub file: &'a Path,
    /// Which of its bytes belong to which line, ascending, without overlaps.
    pub lines: &'a [(Range<u32>, u32)],
    /// The functions that it may call, by address.
    pub callees: &'a [(u64, &'a str)],
}

impl Listing {
    /// The disassembly of a function that was compiled while the program runs.
    ///
    /// # Errors
    /// [`Error::Unavailable`] on other processors than x86-64.
    ///
    /// ```
    /// use profiling::asm::{Generated, Layout, Listing};
    ///
    /// let code = Generated {
    ///     name: "half",
    ///     address: 0x1000,
    ///     // mulsd xmm0, [rip + 1]; ret; 0.5
    ///     bytes: &[0xf2, 0x0f, 0x59, 0x05, 1, 0, 0, 0, 0xc3, 0, 0, 0, 0, 0, 0, 0xe0, 0x3f],
    ///     file: "half.py".as_ref(),
    ///     lines: &[(0..8, 2)],
    ///     callees: &[],
    /// };
    /// # if cfg!(target_arch = "x86_64") {
    /// let listing = Listing::of_generated(&code)?;
    /// assert_eq!(listing.instructions().len(), 2);
    /// assert_eq!(listing.instructions()[0].line.as_ref().map(|line| line.number), Some(2));
    /// assert!(listing.text(Layout::default()).contains("; 0.5"));
    /// # }
    /// # Ok::<(), profiling::asm::Error>(())
    /// ```
    pub fn of_generated(code: &Generated<'_>) -> Result<Listing, Error> {
        if !cfg!(target_arch = "x86_64") {
            let why = format!(
                "what is compiled while the program runs is listed on x86-64; this is {}",
                std::env::consts::ARCH
            );
            return Err(Error::Unavailable { why });
        }
        let length = x86::length_of_code(code.address, code.bytes);
        let function = |name: &str, address, size| {
            let name: Arc<str> = name.into();
            Function { path: name.clone(), symbol: name.clone(), name, aliases: Vec::new(), address, size }
        };
        let own = function(code.name, code.address, length as u64);
        let mut functions: Vec<_> = code.callees.iter().map(|&(address, name)| function(name, address, 1)).collect();
        functions.push(own.clone());
        functions.sort_by_key(Function::address);
        let image = Image::of_memory(Architecture::X86_64, code.address, code.bytes, functions);
        let mut listing = image.listing(&own)?;
        let file: Arc<str> = code.file.to_string_lossy().into();
        let numbers = line_numbers(code, &listing.instructions);
        for (instruction, number) in listing.instructions.iter_mut().zip(numbers) {
            let Some(number) = number else { continue };
            instruction.line = Some(Line { file: file.clone(), number });
            let frame = Frame { function: Some(own.name.clone()), file: Some(file.clone()), line: Some(number) };
            instruction.frames = Arc::from([frame]);
        }
        listing.changed = if built::is_changed(code.file) { vec![file] } else { Vec::new() };
        Ok(listing)
    }
}

/// The line of each instruction. One that has none of its own, such as a number that is put into a register, belongs to what follows it
/// up to the next jump, or else to what comes before. Only what comes before the first line belongs to none.
fn line_numbers(code: &Generated<'_>, instructions: &[Instruction]) -> Vec<Option<u32>> {
    let own = |instruction: &Instruction| {
        let at = (instruction.address - code.address) as u32;
        let after = code.lines.partition_point(|(bytes, _)| bytes.start <= at);
        code.lines[..after].last().filter(|(bytes, _)| bytes.contains(&at)).map(|&(_, number)| number)
    };
    let mut numbers: Vec<_> = instructions.iter().map(own).collect();
    let first = numbers.iter().position(Option::is_some).unwrap_or(numbers.len());
    for at in (first..numbers.len().saturating_sub(1)).rev() {
        if numbers[at].is_none() && instructions[at].class != Class::Branch {
            numbers[at] = numbers[at + 1];
        }
    }
    for at in first + 1..numbers.len() {
        numbers[at] = numbers[at].or(numbers[at - 1]);
    }
    numbers
}
