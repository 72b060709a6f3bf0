//! What is counted while a program runs: calls of functions and where the time goes, or hits of lines and instructions.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use hashbrown::{HashMap, HashSet};

use crate::bytecode::{Code, Instruction, Kind};
use crate::value::BuiltinId;

/// How often the profiler looks where the program is.
const INTERVAL: Duration = Duration::from_millis(1);

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// Calls, exactly, and by samples where the time goes.
    Functions,
    /// Hits of lines and instructions, exactly.
    Lines,
}

/// A function, of the program or built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// A code by its number.
    Code(u32),
    /// A built-in function.
    Builtin(u16),
}

/// What is known of a function.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    /// How often it was called.
    pub calls: u64,
    /// Time in its own code.
    pub own: Duration,
    /// Time in it and in what it called.
    pub total: Duration,
}

/// The counts of a run.
#[derive(Debug)]
pub struct Watch {
    /// What is counted.
    pub watched: Watched,
    /// By code and instruction: how often it was executed.
    pub instructions: Vec<Box<[u64]>>,
    /// By code and line: how often execution came to the line, from another line or backward.
    pub lines: HashMap<(u32, u32), u64>,
    /// By function.
    pub functions: HashMap<Place, Counts>,
    /// The code and line of the last instruction, and its position.
    last: (u32, u32, usize),
    /// The code and line of each `while` of one line whose first round is over.
    rounds: HashSet<(u32, u32)>,
    ticker: Option<Ticker>,
    sampled: Instant,
}

/// Says now and then that it is time for a sample.
#[derive(Debug)]
struct Ticker {
    due: Arc<AtomicBool>,
    ended: Arc<AtomicBool>,
}

impl Ticker {
    fn start() -> Option<Ticker> {
        let (due, ended) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let ticker = Ticker { due: due.clone(), ended: ended.clone() };
        let tick = move || {
            while !ended.load(Ordering::Relaxed) {
                thread::sleep(INTERVAL);
                due.store(true, Ordering::Relaxed);
            }
        };
        thread::Builder::new().name("samples".into()).spawn(tick).ok().map(|_| ticker)
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

impl Watch {
    /// Counts from now on. Times are left at zero where no thread can be started that asks for samples.
    pub(crate) fn new(watched: Watched) -> Watch {
        Watch {
            watched,
            instructions: Vec::new(),
            lines: HashMap::new(),
            functions: HashMap::new(),
            last: (u32::MAX, 0, 0),
            rounds: HashSet::new(),
            ticker: (watched == Watched::Functions).then(Ticker::start).flatten(),
            sampled: Instant::now(),
        }
    }

    /// Counts an instruction, and a line where one begins.
    pub(crate) fn instruction(&mut self, code: &Code, position: usize) {
        if self.watched != Watched::Lines {
            return;
        }
        let number = code.number as usize;
        if self.instructions.len() <= number {
            self.instructions.resize_with(number + 1, Box::default);
        }
        let counts = &mut self.instructions[number];
        if counts.is_empty() {
            *counts = vec![0; code.instructions.len()].into();
        }
        counts[position] += 1;
        let line = code.lines[position];
        if line == 0 {
            return;
        }
        let (last_code, last_line, last_position) = self.last;
        let is_hit = if (last_code, last_line) != (code.number, line) {
            self.rounds.remove(&(code.number, line));
            true
        } else {
            position <= last_position && self.is_another_round(code, position, line)
        };
        if is_hit {
            *self.lines.entry((code.number, line)).or_default() += 1;
        }
        self.last = (code.number, line, position);
    }

    /// Whether CPython hits the line of a loop that stands on one line, now that its head is reached again. A `while` is tested there at
    /// the end of a round, and what hits the line is the way back to the body: the last test is none.
    fn is_another_round(&mut self, code: &Code, position: usize, line: u32) -> bool {
        matches!(code.instructions[position], Instruction::ForIterator(_)) || !self.rounds.insert((code.number, line))
    }

    /// The interpreter has come back to a code that had called another: its line is not entered again.
    pub(crate) fn returned(&mut self, code: &Code, position: usize) {
        self.last = (code.number, code.line(position as u32), position);
    }

    /// Counts a call of a function of the program, which the innermost frame makes.
    pub(crate) fn call(&mut self, code: &Code, codes: impl Iterator<Item = u32>) {
        self.sample(codes, None);
        if code.kind != Kind::Module {
            self.functions.entry(Place::Code(code.number)).or_default().calls += 1;
        }
    }

    /// Counts a call of a built-in function.
    pub(crate) fn builtin(&mut self, function: BuiltinId, codes: impl Iterator<Item = u32>) {
        self.sample(codes, None);
        self.functions.entry(Place::Builtin(function.0)).or_default().calls += 1;
    }

    /// Gives the time since the last sample to the functions that are being executed, if a sample is due.
    pub(crate) fn sample(&mut self, codes: impl Iterator<Item = u32>, builtin: Option<BuiltinId>) {
        let Some(ticker) = &self.ticker else { return };
        if !ticker.due.load(Ordering::Relaxed) {
            return;
        }
        ticker.due.store(false, Ordering::Relaxed);
        let now = Instant::now();
        let time = now - std::mem::replace(&mut self.sampled, now);
        let stack: Vec<Place> =
            codes.map(Place::Code).chain(builtin.map(|function| Place::Builtin(function.0))).collect();
        if let Some(&innermost) = stack.last() {
            self.functions.entry(innermost).or_default().own += time;
        }
        let mut counted = HashSet::new();
        for place in stack {
            if counted.insert(place) {
                self.functions.entry(place).or_default().total += time;
            }
        }
    }
}
