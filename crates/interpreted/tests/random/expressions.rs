//! Random expressions.

use super::program::{Kind, NUMBERS, Variable, Writer};

/// What a product of two integers is taken modulo.
const MODULI: &[&str] = &["97", "1009", "1000003", "(2 ** 31 - 1)", "(2 ** 61 - 1)", "10 ** 20"];

impl Writer {
    /// A first value.
    pub(crate) fn constant(&mut self, kind: Kind) -> String {
        match kind {
            Kind::Int => match self.random.below(12) {
                0 => "2 ** 63 - 1".into(),
                1 => "-2 ** 63".into(),
                2 => self.random.pick(&["10 ** 19", "2 ** 62", "-(3 ** 45)", "9007199254740993", "True", "-1"]).into(),
                3 => format!("-{}", self.random.between(1, 50)),
                _ => self.random.between(0, 40).to_string(),
            },
            Kind::Float => match self.random.below(12) {
                0 => self
                    .random
                    .pick(&["1e308", "-0.0", "1e-320", "float('inf')", "5e-324", "1e16", "float('nan')"])
                    .into(),
                1 => format!("-{}.{}", self.random.between(0, 9), self.random.between(1, 999)),
                2 => format!("{}e{}", self.random.between(1, 9), self.random.between(0, 20)),
                _ => format!(
                    "{}.{}",
                    self.random.between(0, 9),
                    self.random.pick(&["0", "5", "25", "1", "3", "7", "125", "001"])
                ),
            },
            Kind::Complex => {
                let real = self.random.pick(&["0.5", "-0.25", "1.0", "-2.13", "3", "0"]);
                let imaginary = self.random.pick(&["1j", "0.3j", "1.5j", "2e-3j", "0j"]);
                format!("{real} {} {imaginary}", self.random.pick(&["+", "-"]))
            }
            Kind::Ints | Kind::Floats => self.list(kind),
            Kind::Text => self
                .random
                .pick(&["'abc'", "''", "'Hello, world'", "'x'", "\"it's\"", "'\\u00e4\\u20acz'", "'0123456789'"])
                .into(),
            Kind::Pair => {
                let kinds = [self.random.pick(&NUMBERS), self.random.pick(&NUMBERS)];
                format!("({}, {})", self.constant(kinds[0]), self.constant(kinds[1]))
            }
            Kind::Counts => self.random.pick(&["{}", "{1: 2}", "{0: 1, 2: 3.5}"]).into(),
            Kind::Objects => {
                let mut objects = Vec::new();
                for _ in 0..self.random.between(1, 3) {
                    let kind = self.random.pick(&[Kind::Int, Kind::Float, Kind::Float]);
                    let both = [self.constant(kind), self.constant(kind)];
                    objects.push(if self.random.percent(80) {
                        format!("P({}, {})", both[0], both[1])
                    } else {
                        format!("P({})", both[0])
                    });
                }
                format!("[{}]", objects.join(", "))
            }
        }
    }

    fn list(&mut self, kind: Kind) -> String {
        let element = if kind == Kind::Ints { Kind::Int } else { Kind::Float };
        match self.random.below(6) {
            0 if kind == Kind::Ints => format!("list(range({}))", self.random.between(0, 30)),
            0 => format!("[i / {} for i in range({})]", self.random.pick(&[2, 3, 7]), self.random.between(1, 30)),
            1 => format!("[{}] * {}", self.constant(element), self.random.between(3, 30)),
            _ => {
                let elements: Vec<_> = (0..self.random.between(3, 8)).map(|_| self.constant(element)).collect();
                format!("[{}]", elements.join(", "))
            }
        }
    }

    /// A variable of a kind, if there is one.
    pub(crate) fn variable(&mut self, kind: Kind, steady: bool) -> Option<Variable> {
        let found: Vec<Variable> =
            self.of_kind(kind).into_iter().filter(|variable| variable.steady || !steady).cloned().collect();
        if found.is_empty() { None } else { Some(found[self.random.below(found.len())].clone()) }
    }

    /// A list, if there is one.
    pub(crate) fn list_variable(&mut self) -> Option<Variable> {
        let kind = self.random.pick(&[Kind::Ints, Kind::Floats]);
        let other = if kind == Kind::Ints { Kind::Floats } else { Kind::Ints };
        self.variable(kind, false).or_else(|| self.variable(other, false))
    }

    /// The counter of a loop, if there is one.
    pub(crate) fn counter(&mut self) -> Option<String> {
        let loops = self.loops.len();
        if loops == 0 { None } else { Some(self.loops[self.random.below(loops)].counter.clone()) }
    }

    /// A small integer without an operator.
    fn small(&mut self) -> String {
        match self.random.below(4) {
            0 => self.counter().unwrap_or_else(|| "2".into()),
            _ => self.random.between(1, 9).to_string(),
        }
    }

    /// A place in a list: mostly one that there is.
    pub(crate) fn index(&mut self, list: &str) -> String {
        if self.random.percent(3) {
            return self
                .random
                .pick(&["9", "30", "-31", "1.0", "n1", "True", "2 ** 64"])
                .replace("n1", &self.number(Kind::Int, false, 0));
        }
        let counter = self.counter();
        match (self.random.below(8), counter) {
            (0..=3, Some(counter)) => format!("{counter} % len({list})"),
            (4, Some(counter)) => format!("-1 - {counter} % len({list})"),
            (5, Some(counter)) if self.random.percent(25) => counter,
            (6, _) => "-1".into(),
            (7, _) => format!("{} % len({list})", self.number(Kind::Int, true, 0)),
            _ => self.random.between(0, 2).to_string(),
        }
    }

    /// What has no operator, or brackets around it.
    pub(crate) fn atom(&mut self, kind: Kind, steady: bool) -> String {
        let what = self.random.below(14);
        if what < 7
            && let Some(variable) = self.variable(kind, steady)
        {
            return variable.name;
        }
        match (what, kind) {
            (7 | 8, Kind::Int) => self.counter().unwrap_or_else(|| "3".into()),
            (9 | 10, Kind::Int | Kind::Float) if !steady => {
                let kind = if kind == Kind::Int { Kind::Ints } else { Kind::Floats };
                match self.variable(kind, false) {
                    Some(list) => format!("{}[{}]", list.name, self.index(&list.name)),
                    None => self.small(),
                }
            }
            (11, Kind::Int) => match self.list_variable() {
                Some(list) => format!("len({})", list.name),
                None => self.small(),
            },
            (11, Kind::Float) if !steady => match self.variable(Kind::Complex, false) {
                Some(variable) => format!("{}.{}", variable.name, self.random.pick(&["real", "imag"])),
                None => "0.75".into(),
            },
            (12, Kind::Float) if !steady && self.has_class => match self.variable(Kind::Objects, false) {
                Some(variable) => format!("{}[-1].{}", variable.name, self.random.pick(&["x", "y"])),
                None => "1.25".into(),
            },
            (12, Kind::Int | Kind::Float) if !steady => match self.variable(Kind::Pair, false) {
                Some(variable) => format!("{}[{}]", variable.name, self.random.pick(&["0", "1", "-1"])),
                None => self.small(),
            },
            (_, Kind::Int) => self.small(),
            (_, Kind::Float) => self.random.pick(&["0.5", "2.0", "1.25", "0.1", "3.0"]).into(),
            _ => self.random.pick(&["1j", "(0.5 - 0.5j)", "(1 + 2j)", "0.25j"]).into(),
        }
    }

    /// An atom, a product or a quotient.
    pub(crate) fn term(&mut self, kind: Kind, steady: bool, depth: usize) -> String {
        if depth == 0 {
            return self.atom(kind, steady);
        }
        match self.random.below(10) {
            0..=3 => self.atom(kind, steady),
            4 => format!("{} * {}", self.atom(kind, steady), self.small()),
            5 => self.product(kind, steady),
            6 if kind == Kind::Int => {
                let operator = self.random.pick(&["//", "%", ">>", "&"]);
                format!("{} {operator} {}", self.atom(kind, steady), self.random.between(1, 60))
            }
            6 => format!("{} / {}", self.atom(kind, steady), self.small_divisor()),
            7 => format!("-{}", self.atom(kind, steady)),
            _ => format!("({})", self.number(kind, steady, depth - 1)),
        }
    }

    fn small_divisor(&mut self) -> String {
        match self.random.below(20) {
            0 => self.small(),
            1 => "(abs(x) + 1)".replace('x', &self.atom(Kind::Float, false)),
            _ => self.random.pick(&["2", "3", "7.0", "1.5", "10"]).into(),
        }
    }

    /// A product of two values that grows by a constant where it is written again and again.
    fn product(&mut self, kind: Kind, steady: bool) -> String {
        let both = [self.atom(kind, steady), self.atom(kind, steady)];
        match kind {
            Kind::Int => format!("{} * {} % {}", both[0], both[1], self.random.pick(MODULI)),
            _ if steady || !self.is_repeated() => format!("{} * {}", both[0], both[1]),
            _ => format!("{} * {}", both[0], self.random.pick(&["0.5", "2", "1.01", "3", "-1.5"])),
        }
    }

    /// A number of a kind. With `steady` it surely is of that kind.
    pub(crate) fn number(&mut self, kind: Kind, steady: bool, depth: usize) -> String {
        if depth == 0 {
            return self.atom(kind, steady);
        }
        if !steady && self.random.percent(2) {
            let text = self.failing();
            return text;
        }
        match self.random.below(14) {
            0..=6 => {
                let mut text = self.term(kind, steady, depth);
                for _ in 0..self.random.pick(&[1, 1, 1, 2]) {
                    let right = if kind == Kind::Int || self.random.percent(70) { kind } else { Kind::Int };
                    text = format!(
                        "{text} {} {}",
                        self.random.pick(&["+", "-", "+"]),
                        self.term(right, steady, depth - 1)
                    );
                }
                text
            }
            7 => self.term(kind, steady, depth),
            8 => self.conditional(kind, steady, depth),
            9 | 10 => self.of_function(kind, steady, depth),
            11 if kind == Kind::Int => self.of_bits(steady),
            11 if !self.is_repeated() => {
                let power = if steady { "2" } else { self.random.pick(&["2", "3", "0.5", "-1", "0"]) };
                format!("{} ** {power}", self.atom(kind, steady))
            }
            12 if !steady => self.call(kind).unwrap_or_else(|| self.atom(kind, steady)),
            _ => self.atom(kind, steady),
        }
    }

    fn conditional(&mut self, kind: Kind, steady: bool, depth: usize) -> String {
        let (test, one, other) = (self.test(1), self.term(kind, steady, depth - 1), self.term(kind, steady, depth - 1));
        if !steady && self.random.percent(20) {
            return format!("({one} {} {other})", self.random.pick(&["and", "or"]));
        }
        format!("({one} if {test} else {other})")
    }

    fn of_bits(&mut self, steady: bool) -> String {
        let (one, other) = (self.atom(Kind::Int, steady), self.atom(Kind::Int, steady));
        match self.random.below(6) {
            0 => format!("{one} & {other}"),
            1 => format!("({one} | {other})"),
            2 => format!("({one} ^ {other})"),
            3 => format!("~{one}"),
            4 => format!("{one} << ({other} & {})", self.random.pick(&["3", "7", "31"])),
            _ => format!("{one} >> ({other} & 15)"),
        }
    }

    /// What a built-in function or a method gives.
    fn of_function(&mut self, kind: Kind, steady: bool, depth: usize) -> String {
        let inner = self.number(kind, steady, depth - 1);
        match (kind, self.random.below(10)) {
            (Kind::Int | Kind::Float, 0 | 1) => format!("abs({inner})"),
            (Kind::Int | Kind::Float, 2 | 3) => {
                let other = self.term(kind, steady, depth - 1);
                format!("{}({inner}, {other})", self.random.pick(&["min", "max"]))
            }
            (Kind::Int, 4) if !steady => self.of_list(Kind::Ints).unwrap_or(inner),
            (Kind::Float, 4) if !steady => self.of_list(Kind::Floats).unwrap_or(inner),
            (Kind::Int, 5) => format!("int({inner})"),
            (Kind::Int, 6) => format!("divmod({inner}, {})[{}]", self.random.between(2, 20), self.random.below(2)),
            (Kind::Int, 7) => format!("bool({inner})"),
            (Kind::Int, 8) => {
                let value = self.atom(Kind::Float, true);
                format!("(int({value}) if abs({value}) < 1e6 else 7)")
            }
            (Kind::Int, 9) => format!("round({inner}, -1)"),
            (Kind::Float, 5) => format!("float({inner})"),
            (Kind::Float, 6) => format!("round({inner}, {})", self.random.between(0, 3)),
            (Kind::Float, 7) => format!("abs({})", self.term(Kind::Complex, steady, 1)),
            (Kind::Float, 8) => {
                format!("{inner} {} {}", self.random.pick(&["%", "//"]), self.random.pick(&["0.7", "3", "-2.5", "1.0"]))
            }
            (Kind::Float, 9) => format!("abs({inner}) ** 0.5"),
            (Kind::Complex, 0..=2) => format!("({inner}).conjugate()"),
            (Kind::Complex, 3..=5) => format!("complex({}, {})", self.term(Kind::Float, steady, 1), self.small()),
            _ => inner,
        }
    }

    /// A number made of a list.
    fn of_list(&mut self, kind: Kind) -> Option<String> {
        let list = self.variable(kind, false)?.name;
        if self.is_repeated() && !self.affords(15) {
            return Some(format!("len({list})"));
        }
        self.cost += 5 * self.weight;
        Some(match self.random.below(6) {
            0 => format!("sum({list})"),
            1 => format!("sum(v * 2 for v in {list} if v > {})", self.small()),
            2 => format!("max({list})"),
            3 => format!("sum([v for v in {list}][{}:])", self.random.pick(&["1", "-2", ""])),
            4 => format!("len([v for v in {list} if v {} {}])", self.random.pick(&["<", ">=", "!="]), self.small()),
            _ => format!("min({list})"),
        })
    }

    /// A call of a function of the program, if one fits.
    pub(crate) fn call(&mut self, result: Kind) -> Option<String> {
        if self.closures > 0 && result == Kind::Int && self.random.percent(40) {
            return Some(format!("h1({})", self.term(Kind::Int, false, 1)));
        }
        if result == Kind::Float && self.has_class && self.random.percent(50) {
            let objects = self.variable(Kind::Objects, false)?.name;
            return Some(format!("{objects}[0].move({})", self.random.pick(&["0.5", "2", "-1.5"])));
        }
        let affordable: Vec<_> = self
            .functions
            .iter()
            .filter(|function| function.result == result && self.affords(function.cost))
            .cloned()
            .collect();
        if affordable.is_empty() {
            return None;
        }
        let function = affordable[self.random.below(affordable.len())].clone();
        self.cost += function.cost * self.weight;
        let depth = self.random.between(0, 4).to_string();
        Some(self.call_with(&function.name, &depth, &function.parameters, function.defaults))
    }

    /// The call of a function with arguments of the right kinds, as they may be written.
    pub(crate) fn call_with(
        &mut self,
        name: &str,
        depth: &str,
        parameters: &[(String, Kind)],
        defaults: usize,
    ) -> String {
        let mut arguments = vec![depth.to_string()];
        let mut named = self.random.percent(10);
        for (place, (parameter, kind)) in parameters.iter().enumerate() {
            if place + defaults >= parameters.len() && self.random.percent(50) {
                break;
            }
            if place + 1 == parameters.len() {
                named |= self.random.percent(15);
            }
            let argument = match kind {
                Kind::Ints | Kind::Floats => match self.variable(*kind, false) {
                    Some(list) if self.random.percent(80) => list.name,
                    _ => self.random.pick(&["[1, 2, 3]", "[0.5, 1.5]", "[7]"]).into(),
                },
                _ => self.term(*kind, false, 1),
            };
            arguments.push(if named { format!("{parameter}={argument}") } else { argument });
        }
        if self.random.below(150) == 0 {
            arguments.pop();
        }
        format!("{name}({})", arguments.join(", "))
    }

    /// What probably raises an error.
    pub(crate) fn failing(&mut self) -> String {
        let (one, other) = (self.atom(Kind::Int, false), self.atom(Kind::Float, false));
        let list = self.list_variable().map_or_else(|| "[1]".into(), |list| list.name);
        match self.random.below(16) {
            0 => format!("{one} // ({one} - {one})"),
            1 => format!("{one} % {one}"),
            2 => format!("{other} / {one}"),
            3 => format!("{list}[{one}]"),
            4 => format!("({one} + 'a')"),
            5 => format!("{one}[0]"),
            6 => "nowhere".into(),
            7 => format!("(1 << {one})").replace("<< ", if self.is_repeated() { "<< 90 // " } else { "<< 9 % " }),
            8 => format!("({one} < 1j)"),
            9 => format!("int({other})"),
            10 => format!("({one}).real.size"),
            11 => format!("({other} & 1)"),
            12 => format!("-{list}"),
            13 => format!("0.0 ** -{one}"),
            14 => format!("len({one})"),
            _ => format!("{one}()"),
        }
    }

    /// A condition.
    pub(crate) fn test(&mut self, depth: usize) -> String {
        if depth > 0 && self.random.percent(25) {
            return match self.random.below(3) {
                0 => format!("not {}", self.comparison()),
                1 => format!("{} and {}", self.comparison(), self.test(depth - 1)),
                _ => format!("{} or {}", self.comparison(), self.test(depth - 1)),
            };
        }
        self.comparison()
    }

    pub(crate) fn comparison(&mut self) -> String {
        let kind = self.random.pick(&[Kind::Int, Kind::Int, Kind::Float]);
        let value = self.term(kind, false, 1);
        let operator = self.random.pick(&["<", "<=", ">", ">=", "==", "!="]);
        match self.random.below(14) {
            0 | 1 => match self.variable(Kind::Complex, false) {
                Some(variable) => format!(
                    "abs({}) {} {}",
                    variable.name,
                    self.random.pick(&[">", "<", ">=", "<="]),
                    self.random.pick(&["2.0", "2", "1.5", "100.0"])
                ),
                None => format!("{value} {operator} 7"),
            },
            2 => format!("{} < {value} <= {}", self.small(), self.random.between(5, 50)),
            3 => match self.list_variable() {
                Some(list) => format!("{value} {} {}", self.random.pick(&["in", "not in"]), list.name),
                None => format!("{value} in (1, 2, 3)"),
            },
            4 => match self.list_variable() {
                Some(list) if self.random.percent(50) => format!("{} is not None", list.name),
                _ => format!("isinstance({value}, {})", self.random.pick(&["int", "float", "(int, bool)", "complex"])),
            },
            5 => value.to_string(),
            6..=9 => match self.counter() {
                Some(counter) => match self.random.below(3) {
                    0 => format!("{counter} % {} == {}", self.random.between(2, 7), self.random.below(2)),
                    1 => format!("{counter} {operator} {}", self.random.between(1, 20)),
                    _ => format!("{counter} in range(0, 20, {})", self.random.between(2, 5)),
                },
                None => format!("{value} {operator} {}", self.small()),
            },
            _ => {
                let other = self.term(kind, false, 1);
                format!("{value} {operator} {other}")
            }
        }
    }
}
