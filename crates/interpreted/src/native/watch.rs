//! When a loop is looked at, when it is compiled, and when that is given up.

use std::rc::Rc;

use crate::native::{CompiledLoop, Left, Options, Reason, Refused, Site};

/// What is to be done at a loop's head when it is reached by a jump backward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing: the interpreter goes on.
    Interpret,
    /// The interpreter goes on and writes down the types of what it sees, until this loop's head is reached again.
    Record,
    /// The loop is to be compiled now, and then entered.
    Compile,
    /// The compiled loop is to be entered.
    Enter,
}

/// A loop of a function: how often it has gone round, and its machine code.
#[derive(Default)]
pub struct Watched {
    rounds: u32,
    recorded: u32,
    compilations: u32,
    surprises: u64,
    compiled: Option<Rc<CompiledLoop>>,
    earlier: Vec<Rc<CompiledLoop>>,
    refused: Option<Refused>,
}

impl Watched {
    /// The loop's head has been reached by a jump backward.
    pub fn next(&mut self, options: &Options) -> Next {
        if self.refused.is_some() {
            return Next::Interpret;
        }
        if self.compiled.is_some() {
            if self.surprises <= options.leavings {
                return Next::Enter;
            }
            if self.compilations >= options.compilations {
                let line = self.compiled.as_ref().map_or(0, |compiled| compiled.lines.0);
                self.refused = Some(Refused { line, reason: "its types change too often".to_owned() });
                self.earlier.extend(self.compiled.take());
                return Next::Interpret;
            }
            return Next::Compile;
        }
        self.rounds = self.rounds.saturating_add(1);
        if self.rounds < options.threshold {
            return Next::Interpret;
        }
        if self.recorded < options.recorded {
            self.recorded += 1;
            return Next::Record;
        }
        Next::Compile
    }

    /// The loop has been compiled, or not.
    pub fn finished(&mut self, result: Result<CompiledLoop, Refused>) {
        self.compilations += 1;
        self.surprises = 0;
        self.earlier.extend(self.compiled.take());
        match result {
            Ok(compiled) => self.compiled = Some(Rc::new(compiled)),
            Err(refused) => self.refused = Some(refused),
        }
    }

    /// The compiled loop was left. Whether the interpreter should write down the types of what it sees from there to this loop's head.
    pub fn left(&mut self, left: Left) -> bool {
        match left {
            Left::At(_, reason) if reason.is_surprise() => {
                self.surprises += 1;
                true
            }
            _ => false,
        }
    }

    /// The machine code, if there is any.
    pub fn compiled(&self) -> Option<&Rc<CompiledLoop>> {
        self.compiled.as_ref()
    }

    /// The machine code that it had before, the oldest first.
    pub fn earlier(&self) -> &[Rc<CompiledLoop>] {
        &self.earlier
    }

    /// Why there is none.
    pub fn refused(&self) -> Option<&Refused> {
        self.refused.as_ref()
    }

    /// How often its machine code, all versions of it together, was left for a reason.
    pub fn left_by(&self, reason: Reason) -> u64 {
        let versions = self.earlier.iter().chain(&self.compiled);
        let sites = versions.flat_map(|compiled| compiled.sites());
        sites.filter(|site| site.reason == reason).map(Site::count).sum()
    }

    /// How often it has been compiled.
    pub fn compilations(&self) -> u32 {
        self.compilations
    }
}
