//! What is counted while a program runs: hits of lines, calls of functions, instructions.

use hashbrown::HashMap;

use crate::bytecode::Code;
use crate::value::BuiltinId;

/// Counts by the number of a code, exact.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    /// By code and instruction: how often it was executed.
    pub instructions: Vec<Box<[u64]>>,
    /// By code and line: how often execution came to the line, from another line or backward.
    pub lines: HashMap<(u32, u32), u64>,
    /// By code: how often it was called.
    pub calls: HashMap<u32, u64>,
    /// By built-in function: how often it was called.
    pub builtins: HashMap<u16, u64>,
    /// The code and line of the last instruction, and its position.
    last: (u32, u32, usize),
}

impl Watch {
    /// Counts an instruction, and a line where one begins.
    pub(crate) fn instruction(&mut self, code: &Code, position: usize) {
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
        let (last_code, last_line, last_position) = self.last;
        if last_code != code.number || last_line != line || position <= last_position {
            *self.lines.entry((code.number, line)).or_default() += 1;
        }
        self.last = (code.number, line, position);
    }

    /// The interpreter has come back to a code that had called another: its line is not entered anew.
    pub(crate) fn returned(&mut self, code: &Code, position: usize) {
        self.last = (code.number, code.lines[position], position);
    }

    /// Counts a call of a function of the program.
    pub(crate) fn call(&mut self, code: &Code) {
        *self.calls.entry(code.number).or_default() += 1;
    }

    /// Counts a call of a built-in function.
    pub(crate) fn builtin(&mut self, function: BuiltinId) {
        *self.builtins.entry(function.0).or_default() += 1;
    }
}
