//! Instructions counted by what they are for.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::AddAssign;

use super::instruction::{Class, Guard, Instruction, Line, Purpose};
use super::listing::{Listing, Loop, short};

/// How many instructions there are of each class.
///
/// The first seven add up to `instructions`; the others count some of the same instructions once more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// All instructions.
    pub instructions: u64,
    /// Those that compute with all lanes of a vector register.
    pub packed: u64,
    /// Those that compute with one floating-point number.
    pub scalar: u64,
    /// Those that compute with integers, addresses among them.
    pub integer: u64,
    /// Those that copy a number or a vector.
    pub moves: u64,
    /// Jumps within the function.
    pub branches: u64,
    /// Calls, also by a jump in the place of a return.
    pub calls: u64,
    /// Anything else: returns, pushes, pops, no-ops.
    pub other: u64,
    /// Those that read memory other than by `pop` and `ret`.
    pub loads: u64,
    /// Those that write memory other than by `push` and `call`.
    pub stores: u64,
    /// Divisions and square roots, packed ones too.
    pub divisions: u64,
    /// Jumps that decide about a bounds check.
    pub bounds_checks: u64,
    /// The width in bits of the widest vector that is computed with.
    pub vector_bits: u16,
}

/// A row of a table: its title and the number.
type Row = (&'static str, fn(&Count) -> u64);

const ROWS: [Row; 13] = [
    ("instructions", |count| count.instructions),
    ("packed", |count| count.packed),
    ("scalar floating point", |count| count.scalar),
    ("integer", |count| count.integer),
    ("moves", |count| count.moves),
    ("branches", |count| count.branches),
    ("calls", |count| count.calls),
    ("other", |count| count.other),
    ("loads", |count| count.loads),
    ("stores", |count| count.stores),
    ("divisions and roots", |count| count.divisions),
    ("bounds checks", |count| count.bounds_checks),
    ("widest vector, bits", |count| count.vector_bits.into()),
];

impl Count {
    /// Counts some instructions.
    pub fn of<'a>(instructions: impl IntoIterator<Item = &'a Instruction>) -> Self {
        let mut count = Self::default();
        instructions.into_iter().for_each(|instruction| count.add(instruction));
        count
    }

    fn add(&mut self, instruction: &Instruction) {
        self.instructions += 1;
        let class = match instruction.class {
            Class::Packed => &mut self.packed,
            Class::Scalar => &mut self.scalar,
            Class::Integer => &mut self.integer,
            Class::Move => &mut self.moves,
            Class::Branch => &mut self.branches,
            Class::Call => &mut self.calls,
            Class::Other => &mut self.other,
        };
        *class += 1;
        self.loads += u64::from(instruction.loads);
        self.stores += u64::from(instruction.stores);
        self.divisions += u64::from(instruction.divides);
        let is_check = |guard: Guard| guard.purpose == Purpose::BoundsCheck;
        self.bounds_checks += u64::from(instruction.guards.is_some_and(is_check));
        if instruction.class == Class::Packed {
            self.vector_bits = self.vector_bits.max(instruction.vector_bits);
        }
    }

    /// What changes from this count to another one.
    pub fn difference(&self, after: &Self) -> Difference {
        Difference { before: *self, after: *after }
    }

    /// The titles and numbers, in the order of the tables.
    pub fn rows(&self) -> impl Iterator<Item = (&'static str, u64)> {
        ROWS.iter().map(|(title, number)| (*title, number(self)))
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.instructions += other.instructions;
        self.packed += other.packed;
        self.scalar += other.scalar;
        self.integer += other.integer;
        self.moves += other.moves;
        self.branches += other.branches;
        self.calls += other.calls;
        self.other += other.other;
        self.loads += other.loads;
        self.stores += other.stores;
        self.divisions += other.divisions;
        self.bounds_checks += other.bounds_checks;
        self.vector_bits = self.vector_bits.max(other.vector_bits);
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (title, number)) in self.rows().enumerate() {
            let end = if index == 0 { "" } else { "\n" };
            write!(f, "{end}{title:<22}{number:>8}")?;
        }
        Ok(())
    }
}

/// The counts of a function: of all of it, of its hottest loop, and of each line. `Display` writes them as two tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// The name of the function.
    pub function: String,
    /// The whole function.
    pub whole: Count,
    /// The loop in which the time is probably spent, as [`Listing::hottest_loop`] guesses; `None` without loops.
    pub hottest: Option<Count>,
    /// Each line that has instructions; `None` for those that belong to no line.
    pub lines: BTreeMap<Option<Line>, Count>,
}

impl Counts {
    pub(crate) fn of(listing: &Listing) -> Self {
        let instructions = listing.instructions();
        let mut lines: BTreeMap<Option<Line>, Count> = BTreeMap::new();
        for instruction in instructions {
            lines.entry(instruction.line.clone()).or_default().add(instruction);
        }
        Self {
            function: listing.function().name().to_owned(),
            whole: Count::of(instructions),
            hottest: listing.hottest_loop().map(|found| Count::of(found.body.iter().map(|&at| &instructions[at]))),
            lines,
        }
    }

    /// What changes from this function to another one, in the whole and in the hottest loop.
    pub fn difference(&self, after: &Self) -> CountsDifference {
        CountsDifference {
            names: [self.function.clone(), after.function.clone()],
            whole: self.whole.difference(&after.whole),
            hottest: self.hottest.unwrap_or_default().difference(&after.hottest.unwrap_or_default()),
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.function)?;
        writeln!(f, "{:<22}{:>12}{:>14}", "", "function", "hottest loop")?;
        for (title, number) in ROWS {
            let hottest = self.hottest.as_ref().map_or("-".into(), |count| number(count).to_string());
            writeln!(f, "{title:<22}{:>12}{hottest:>14}", number(&self.whole))?;
        }
        let titles = ["all", "packed", "scalar", "integer", "moves", "branches", "calls", "other", "loads", "stores"];
        write!(f, "\n{:<28}", "line")?;
        titles.iter().try_for_each(|title| write!(f, "{title:>9}"))?;
        for (line, count) in &self.lines {
            let place = match line {
                Some(line) => format!("{}:{}", short(&line.file), line.number),
                None => "<no line>".into(),
            };
            write!(f, "\n{place:<28}")?;
            count.rows().take(titles.len()).try_for_each(|(_, number)| write!(f, "{number:>9}"))?;
        }
        Ok(())
    }
}

/// Two counts side by side. `Display` writes a table with the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The first count.
    pub before: Count,
    /// The second count.
    pub after: Count,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<22}{:>8}{:>8}{:>8}", "", "before", "after", "change")?;
        for (title, number) in ROWS {
            let (before, after) = (number(&self.before), number(&self.after));
            let row = format!("{title:<22}{before:>8}{after:>8}{:>8}", change(before, after));
            write!(f, "\n{}", row.trim_end())?;
        }
        Ok(())
    }
}

/// The counts of two functions side by side. `Display` writes one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountsDifference {
    /// The names of the functions.
    pub names: [String; 2],
    /// The whole functions.
    pub whole: Difference,
    /// Their hottest loops, all zero where there is none.
    pub hottest: Difference,
}

impl fmt::Display for CountsDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} -> {}", self.names[0], self.names[1])?;
        writeln!(f, "{:<22}{:>24}    {:>24}", "", "function", "hottest loop")?;
        let titles = format!("{:>8}{:>8}{:>8}", "before", "after", "change");
        write!(f, "{:<22}{titles}    {titles}", "")?;
        for (title, number) in ROWS {
            let numbers = [self.whole, self.hottest].map(|difference| {
                let (before, after) = (number(&difference.before), number(&difference.after));
                format!("{before:>8}{after:>8}{:>8}", change(before, after))
            });
            let row = format!("{title:<22}{}", numbers.join("    "));
            write!(f, "\n{}", row.trim_end())?;
        }
        Ok(())
    }
}

/// The change with its sign, nothing where there is none.
fn change(before: u64, after: u64) -> String {
    match after.cmp(&before) {
        std::cmp::Ordering::Less => format!("-{}", before - after),
        std::cmp::Ordering::Equal => String::new(),
        std::cmp::Ordering::Greater => format!("+{}", after - before),
    }
}

impl Listing {
    /// The loop in which the time is probably spent: of the deepest loops the one that computes with the widest vectors, as the others
    /// are then what is left over for single numbers; then the one with the most floating-point instructions, then the longest. A
    /// guess from the shape of the code alone, which knows nothing of how often a loop runs.
    pub fn hottest_loop(&self) -> Option<&Loop> {
        let weight = |found: &&Loop| {
            let count = Count::of(found.body.iter().map(|&at| &self.instructions()[at]));
            (found.depth, count.vector_bits, count.packed + count.scalar, count.instructions, Reverse(found.head))
        };
        self.loops().iter().max_by_key(weight)
    }

    /// How many instructions of each class there are: in the function, in its hottest loop, and on each line.
    pub fn counts(&self) -> Counts {
        Counts::of(self)
    }
}
