//! Random programs that end by themselves: loops have counters, recursion has a depth, and no value can grow without bound.
//!
//! What could grow is held down where it is written: two integers are multiplied within a loop only modulo something, a list or a
//! string grows by a constant, and a list that a loop reads does not grow within it. A variable that may change its type (it is not
//! `steady`) never is where a list or a string would have to be. What may fail is written seldom enough for most programs to end well.

use super::stream::Stream;

/// About how many statements a program executes at most.
const BUDGET: usize = 4000;

/// The program that a seed stands for.
pub(crate) fn write(seed: u64) -> String {
    let mut writer = Writer {
        random: Stream::new(seed),
        text: String::new(),
        indent: 0,
        variables: Vec::new(),
        functions: Vec::new(),
        closures: 0,
        has_class: false,
        weight: 1,
        cost: 0,
        loops: Vec::new(),
        function: None,
        numbered: 0,
        depth: 0,
    };
    writer.program();
    writer.text
}

/// What a variable holds, unless it has changed its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Int,
    Float,
    Complex,
    Ints,
    Floats,
    Text,
    Pair,
    Counts,
    Objects,
}

pub(crate) const NUMBERS: [Kind; 3] = [Kind::Int, Kind::Float, Kind::Complex];

/// A variable that surely has a value.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Never changes its type.
    pub(crate) steady: bool,
    /// A list that a loop reads: it may shrink and not grow.
    pub(crate) locked: bool,
}

/// A function that can be called: its first parameter is the depth to which it may call itself.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) parameters: Vec<(String, Kind)>,
    pub(crate) defaults: usize,
    pub(crate) result: Kind,
    /// The statements that a call executes.
    pub(crate) cost: usize,
}

/// The function that is being written.
pub(crate) struct Current {
    pub(crate) name: String,
    pub(crate) parameters: Vec<(String, Kind)>,
    pub(crate) result: Kind,
    pub(crate) own_calls: usize,
}

/// A loop that is being written.
pub(crate) struct Loop {
    /// A variable that counts.
    pub(crate) counter: String,
    pub(crate) rounds: usize,
}

/// Writes a program.
pub(crate) struct Writer {
    pub(crate) random: Stream,
    text: String,
    indent: usize,
    pub(crate) variables: Vec<Variable>,
    pub(crate) functions: Vec<Function>,
    pub(crate) closures: usize,
    pub(crate) has_class: bool,
    /// How often the statement that is written next will be executed.
    pub(crate) weight: usize,
    /// Executed statements so far.
    pub(crate) cost: usize,
    pub(crate) loops: Vec<Loop>,
    pub(crate) function: Option<Current>,
    numbered: usize,
    /// Blocks around the statement.
    pub(crate) depth: usize,
}

impl Writer {
    pub(crate) fn line(&mut self, text: &str) {
        for _ in 0..self.indent {
            self.text.push_str("    ");
        }
        self.text.push_str(text);
        self.text.push('\n');
        self.cost += self.weight;
    }

    /// A line that ends in a colon, and what stands below it.
    pub(crate) fn block(&mut self, header: &str, body: impl FnOnce(&mut Writer)) {
        self.line(header);
        self.indent += 1;
        self.depth += 1;
        let known = self.variables.len();
        body(self);
        // What a block declares has no value where the block was not executed.
        self.variables.truncate(known);
        self.depth -= 1;
        self.indent -= 1;
    }

    /// A name that was not used before.
    pub(crate) fn fresh(&mut self, prefix: &str) -> String {
        self.numbered += 1;
        format!("{prefix}{}", self.numbered)
    }

    /// Whether so many more executions fit.
    pub(crate) fn affords(&self, executions: usize) -> bool {
        self.cost + executions * self.weight <= BUDGET
    }

    /// Whether what is written is executed many times, so that what doubles would explode.
    pub(crate) fn is_repeated(&self) -> bool {
        self.function.is_some() || self.weight > 1
    }

    pub(crate) fn of_kind(&self, kind: Kind) -> Vec<&Variable> {
        self.variables.iter().filter(|variable| variable.kind == kind).collect()
    }

    fn program(&mut self) {
        for name in ["g1", "g2"] {
            let value = self.constant(Kind::Int);
            self.line(&format!("{name} = {value}"));
        }
        if self.random.percent(30) {
            self.class();
        }
        if self.random.percent(25) {
            self.closure();
        }
        for _ in 0..self.random.pick(&[0, 0, 0, 1, 1, 2]) {
            self.define();
        }
        let globals =
            ["g1", "g2"].map(|name| Variable { name: name.into(), kind: Kind::Int, steady: false, locked: false });
        if self.random.percent(50) {
            // Loops over locals are another thing to a compiler than loops over globals.
            self.cost = 0;
            self.function =
                Some(Current { name: "main".into(), parameters: Vec::new(), result: Kind::Int, own_calls: usize::MAX });
            self.block("def main():", Writer::body);
            self.function = None;
            self.variables.clear();
            self.line("main()");
        } else {
            self.variables = globals.to_vec();
            self.cost = 0;
            self.body();
        }
        self.line("print(g1, g2)");
    }

    fn body(&mut self) {
        for _ in 0..self.random.between(3, 5) {
            self.declare();
        }
        for _ in 0..self.random.between(3, 7) {
            self.statement();
        }
        for variable in self.variables.clone() {
            let name = &variable.name;
            match variable.kind {
                Kind::Objects => self.line(&format!("print('{name}', [(p.x, p.y) for p in {name}])")),
                _ => self.line(&format!("print('{name}', repr({name}))")),
            }
        }
    }

    /// A variable with its first value.
    pub(crate) fn declare(&mut self) {
        let kind = self.random.weighed(&[
            (26, Kind::Int),
            (20, Kind::Float),
            (10, Kind::Complex),
            (16, Kind::Ints),
            (10, Kind::Floats),
            (6, Kind::Text),
            (5, Kind::Pair),
            (4, Kind::Counts),
            (if self.has_class { 10 } else { 0 }, Kind::Objects),
        ]);
        let prefix = match kind {
            Kind::Int => "n",
            Kind::Float => "x",
            Kind::Complex => "z",
            Kind::Ints | Kind::Floats => "a",
            Kind::Text => "s",
            Kind::Pair => "t",
            Kind::Counts => "d",
            Kind::Objects => "o",
        };
        let name = self.fresh(prefix);
        let steady = self.random.percent(60);
        let value = self.constant(kind);
        self.line(&format!("{name} = {value}"));
        self.variables.push(Variable { name, kind, steady, locked: false });
    }

    fn class(&mut self) {
        self.has_class = true;
        let slots = self.random.percent(40);
        let methods = self.random.between(1, 2);
        self.block("class P:", |writer| {
            if slots {
                writer.line("__slots__ = ['x', 'y']");
            }
            writer.block("def __init__(self, x, y=1):", |writer| {
                writer.line("self.x = x");
                writer.line("self.y = y");
            });
            writer.block("def move(self, by):", |writer| {
                let change = writer.random.pick(&[
                    "self.x += by",
                    "self.x = self.x + by * 2",
                    "self.x, self.y = self.y, self.x - by",
                ]);
                writer.line(change);
                let result = writer.random.pick(&["return self.x", "return self.x + self.y", "return abs(self.y) + 1"]);
                writer.line(result);
            });
            if methods == 2 {
                writer.block("def norm(self):", |writer| writer.line("return (self.x * 2 + self.y * 3) % 1009"));
            }
        });
    }

    /// A function that gives a function with a memory.
    fn closure(&mut self) {
        self.closures += 1;
        let name = format!("make{}", self.closures);
        let first = self.random.pick(&["k += 1", "k = k + step", "k, step = step, k % 50 + 1", "k = step - k"]);
        let result = self.random.pick(&["v + k", "v - k * 2", "k if v else step", "(v, k)[v == 0]"]);
        self.block(&format!("def {name}(k, step=1):"), |writer| {
            writer.block("def inner(v):", |writer| {
                writer.line("nonlocal k, step");
                writer.line(first);
                writer.line(&format!("return {result}"));
            });
            writer.line("return inner");
        });
        self.line(&format!("h{} = {name}({})", self.closures, self.closures + 2));
    }

    /// A function that may call itself and those before it.
    fn define(&mut self) {
        let name = format!("f{}", self.functions.len());
        let mut parameters = Vec::new();
        for _ in 0..self.random.between(1, 3) {
            let kind = self.random.weighed(&[
                (40, Kind::Int),
                (30, Kind::Float),
                (12, Kind::Complex),
                (12, Kind::Ints),
                (6, Kind::Floats),
            ]);
            parameters.push((self.fresh("p"), kind));
        }
        let is_number = parameters.last().is_some_and(|(_, kind)| NUMBERS.contains(kind));
        let defaults = if is_number && self.random.percent(30) { 1 } else { 0 };
        let result = self.random.pick(&[Kind::Int, Kind::Int, Kind::Float, Kind::Complex]);
        let mut header = format!("def {name}(depth");
        for (place, (parameter, kind)) in parameters.iter().enumerate() {
            header += &format!(", {parameter}");
            if place + defaults >= parameters.len() {
                header += &format!("={}", self.constant(*kind));
            }
        }
        let outside = std::mem::take(&mut self.variables);
        self.variables = parameters
            .iter()
            .map(|(name, kind)| Variable { name: name.clone(), kind: *kind, steady: false, locked: true })
            .collect();
        self.function = Some(Current { name: name.clone(), parameters: parameters.clone(), result, own_calls: 0 });
        let before = self.cost;
        let counts = self.random.percent(20);
        self.block(&format!("{header}):"), |writer| {
            if counts {
                writer.line("global g1");
                writer.line("g1 += 1");
            }
            let base = writer.number(result, false, 1);
            writer.block("if depth <= 0:", |writer| writer.line(&format!("return {base}")));
            for _ in 0..writer.random.between(1, 2) {
                writer.declare();
            }
            for _ in 0..writer.random.between(1, 4) {
                writer.statement();
            }
            if writer.random.percent(60) {
                writer.own_call();
            }
            let value = writer.number(result, false, 2);
            writer.line(&format!("return {value}"));
        });
        let own_calls = self.function.take().map_or(0, |function| function.own_calls);
        let calls = [1, 5, 31][own_calls.min(2)];
        let cost = (self.cost - before) * calls;
        self.cost = before;
        self.variables = outside;
        self.functions.push(Function { name, parameters, defaults, result, cost });
    }
}
