//! Random statements.

use super::program::{Kind, Loop, NUMBERS, Variable, Writer};

/// How deep blocks lie within one another at most.
const MAXIMUM_DEPTH: usize = 5;

#[derive(Clone, Copy)]
enum Choice {
    Assign,
    Augmented,
    If,
    ForRange,
    ForList,
    While,
    Print,
    List,
    Try,
    Call,
    Unpack,
    Comprehension,
    ChangeType,
    MaybeUnbound,
    Leave,
    Text,
    Object,
    Count,
    Raise,
    Escape,
}

impl Writer {
    pub(crate) fn statement(&mut self) {
        let in_loop = !self.loops.is_empty();
        let compound = if self.depth < MAXIMUM_DEPTH { 1 } else { 0 };
        let looping = if self.affords(24) && self.loops.len() < 3 { compound } else { 0 };
        let within = if in_loop { 1 } else { 0 };
        let choice = self.random.weighed(&[
            (24, Choice::Assign),
            (14, Choice::Augmented),
            (12 * compound, Choice::If),
            (20 * looping, Choice::ForRange),
            (8 * looping, Choice::ForList),
            (10 * looping, Choice::While),
            (6 * looping, Choice::Escape),
            (12, Choice::Print),
            (12, Choice::List),
            (10 * compound, Choice::Try),
            (8, Choice::Call),
            (5, Choice::Unpack),
            (5, Choice::Comprehension),
            (8 * within, Choice::ChangeType),
            (3 * compound, Choice::MaybeUnbound),
            (8 * within * compound, Choice::Leave),
            (4, Choice::Text),
            (if self.has_class { 8 } else { 0 }, Choice::Object),
            (3, Choice::Count),
            (2 * compound, Choice::Raise),
        ]);
        match choice {
            Choice::Assign => self.assign(),
            Choice::Augmented => self.augmented(),
            Choice::If => self.branch(),
            Choice::ForRange => self.for_range(),
            Choice::ForList => self.for_list(),
            Choice::While => self.while_loop(),
            Choice::Print => self.print(),
            Choice::List => self.change_list(),
            Choice::Try => self.try_block(),
            Choice::Call => self.assign_call(),
            Choice::Unpack => self.unpack(),
            Choice::Comprehension => self.comprehension(),
            Choice::ChangeType => self.change_type(),
            Choice::MaybeUnbound => self.maybe_unbound(),
            Choice::Leave => self.leave(),
            Choice::Text => self.change_text(),
            Choice::Object => self.change_object(),
            Choice::Count => self.count(),
            Choice::Raise => self.raise(),
            Choice::Escape => self.escape(),
        }
    }

    fn statements(&mut self, most: usize) {
        for _ in 0..self.random.between(1, most) {
            self.statement();
        }
    }

    fn any_number(&mut self) -> Option<Variable> {
        let kind = self.random.pick(&NUMBERS);
        self.variable(kind, false)
            .or_else(|| self.variable(Kind::Int, false))
            .or_else(|| self.variable(Kind::Float, false))
    }

    fn assign(&mut self) {
        match self.any_number() {
            Some(variable) => {
                let value = self.number(variable.kind, variable.steady, 2);
                self.line(&format!("{} = {value}", variable.name));
            }
            None => self.line("pass"),
        }
    }

    fn augmented(&mut self) {
        let Some(variable) = self.any_number() else { return self.assign() };
        let name = &variable.name;
        let value = self.term(variable.kind, variable.steady, 1);
        let small = self.random.between(1, 7);
        let line = match (variable.kind, self.random.below(10)) {
            (_, 0..=3) => format!("{name} += {value}"),
            (_, 4 | 5) => format!("{name} -= {value}"),
            (_, 6) => format!("{name} *= {}", self.random.pick(&["2", "3", "-1", "5"])),
            (Kind::Int, 7) => format!("{name} //= {small}"),
            (Kind::Int, 8) => format!("{name} {}= {small}", self.random.pick(&["&", "|", "^", "<<", ">>"])),
            (Kind::Int, _) => format!("{name} %= {}", self.random.pick(&["7", "1000", "2 ** 40", "-9"])),
            (Kind::Float, 7) => format!("{name} %= {small}"),
            (Kind::Float, 8) => format!("{name} //= {small}"),
            _ => format!("{name} /= {small}"),
        };
        self.line(&line);
    }

    fn branch(&mut self) {
        let test = self.test(1);
        self.block(&format!("if {test}:"), |writer| writer.statements(2));
        while self.random.percent(20) {
            let test = self.test(0);
            self.block(&format!("elif {test}:"), |writer| writer.statements(2));
        }
        if self.random.percent(40) {
            self.block("else:", |writer| writer.statements(2));
        }
    }

    /// A loop's body, and now and then its `else`.
    fn looped(&mut self, header: &str, counter: String, rounds: usize, first: Option<String>) {
        let before = self.weight;
        self.weight *= rounds.max(1);
        self.loops.push(Loop { counter, rounds });
        self.block(header, |writer| {
            if let Some(first) = first {
                writer.line(&first);
            }
            writer.statements(4);
        });
        self.loops.pop();
        self.weight = before;
        if self.random.percent(15) {
            self.block("else:", |writer| writer.statements(1));
        }
    }

    /// How often a loop turns.
    fn rounds(&mut self) -> usize {
        let wanted = match self.random.below(10) {
            0 => self.random.below(3),
            1..=6 => self.random.between(4, 20),
            _ => self.random.between(21, 120),
        };
        if self.affords(4 * wanted) { wanted } else { wanted.min(5) }
    }

    fn for_range(&mut self) {
        let rounds = self.rounds();
        let counter = self.fresh("i");
        let mut read = None;
        let (range, rounds) = match self.random.below(8) {
            0 => (format!("range({rounds}, 0, -1)"), rounds),
            1 => (format!("range(3, {})", rounds + 3), rounds),
            2 => (format!("range(0, {}, 3)", rounds * 3), rounds),
            3 => match self.list_variable() {
                Some(list) => {
                    let range = format!("range(len({}))", list.name);
                    read = Some(list);
                    (range, 12)
                }
                None => (format!("range({rounds})"), rounds),
            },
            _ => (format!("range({rounds})"), rounds),
        };
        self.locked(read.as_ref(), |writer| {
            writer.looped(&format!("for {counter} in {range}:"), counter, rounds, None)
        });
    }

    /// Writes a loop that reads a list, which must not grow meanwhile: it would grow for ever.
    fn locked(&mut self, list: Option<&Variable>, write: impl FnOnce(&mut Writer)) {
        let lock = |writer: &mut Writer, locked: bool| {
            let found =
                writer.variables.iter_mut().find(|variable| list.is_some_and(|list| list.name == variable.name));
            if let Some(variable) = found {
                variable.locked = locked;
            }
        };
        lock(self, true);
        write(self);
        lock(self, list.is_some_and(|list| list.locked));
    }

    fn for_list(&mut self) {
        let Some(list) = self.list_variable() else { return self.for_range() };
        let element = if list.kind == Kind::Ints { Kind::Int } else { Kind::Float };
        let value = self.fresh(if element == Kind::Int { "n" } else { "x" });
        let counter = self.fresh("i");
        let name = &list.name;
        let header = match self.random.below(5) {
            0 => format!("for {counter}, {value} in enumerate({name}):"),
            1 => format!("for {counter}, {value} in zip(range(9), {name}):"),
            2 => format!("for {counter}, {value} in enumerate(reversed({name})):"),
            _ => format!("for {value} in {name}:"),
        };
        let counted = header.contains(&counter);
        let known = self.variables.len();
        self.variables.push(Variable { name: value, kind: element, steady: false, locked: false });
        let counter = if counted { counter } else { "2".into() };
        self.locked(Some(&list), |writer| writer.looped(&header, counter, 12, None));
        self.variables.truncate(known);
    }

    fn while_loop(&mut self) {
        let rounds = self.rounds();
        let counter = self.fresh("k");
        self.line(&format!("{counter} = 0"));
        let test = if self.random.percent(40) { format!(" and {}", self.test(0)) } else { String::new() };
        let first = format!("{counter} += 1");
        self.looped(&format!("while {counter} < {rounds}{test}:"), counter, rounds, Some(first));
    }

    /// The loop of the Mandelbrot set, more or less.
    fn escape(&mut self) {
        let (z, c) = (self.fresh("z"), self.constant(Kind::Complex));
        let rounds = self.rounds();
        let counter = self.fresh("i");
        let limit = self.random.pick(&["2.0", "2", "4.0", "1.5", "1e200"]);
        let step =
            self.random.pick(&["{z} = {z} * {z} + {c}", "{z} = {z} * {z} * 0.5 + {c} * {z}", "{z} = {z} ** 2 + {c}"]);
        let step = step.replace("{z}", &z).replace("{c}", &format!("({c})"));
        self.line(&format!("{z} = 0j"));
        let first = format!("if abs({z}) > {limit}:");
        self.variables.push(Variable { name: z.clone(), kind: Kind::Complex, steady: true, locked: false });
        let leave = self.random.pick(&["break", "print(repr({z}))\n", "{z} = 0j"]).replace("{z}", &z);
        let before = self.weight;
        self.weight *= rounds.max(1);
        self.loops.push(Loop { counter: counter.clone(), rounds });
        self.block(&format!("for {counter} in range({rounds}):"), |writer| {
            writer.line(&step);
            writer.block(&first, |writer| {
                writer.line(leave.trim_end());
                if leave.ends_with('\n') {
                    writer.line("break");
                }
            });
            if writer.random.percent(60) {
                writer.statement();
            }
        });
        self.loops.pop();
        self.weight = before;
        self.line(&format!("print('escape', repr({z}))"));
    }

    fn print(&mut self) {
        if self.function.as_ref().is_some_and(|function| function.name != "main") && self.random.percent(70) {
            return self.assign();
        }
        let mut values = Vec::new();
        for _ in 0..self.random.between(1, 3) {
            let kind = self.random.pick(&[
                Kind::Int,
                Kind::Float,
                Kind::Complex,
                Kind::Ints,
                Kind::Text,
                Kind::Pair,
                Kind::Counts,
            ]);
            if let Some(variable) = self.variable(kind, false) {
                values.push(variable.name);
            } else {
                values.push(self.number(Kind::Int, false, 1));
            }
        }
        let what = match self.random.below(6) {
            0 => format!("print(f\"{{{}!r:>12}}|{{{}}}\")", values[0], values[values.len() - 1]),
            1 => {
                let value = self.term(Kind::Float, true, 0);
                format!("print('%.4f %r' % ({value}, {}))", values[0])
            }
            2 => format!("print(f'{{{}:.3e}}')", self.atom(Kind::Float, true)),
            _ => {
                format!("print({})", values.iter().map(|value| format!("repr({value})")).collect::<Vec<_>>().join(", "))
            }
        };
        match self.loops.last() {
            Some(inner) if self.weight > 12 && inner.counter != "2" => {
                let every = (inner.rounds / 2).max(2);
                let header = format!("if {} % {every} == 1:", inner.counter);
                self.block(&header, |writer| writer.line(&what));
            }
            _ => self.line(&what),
        }
    }

    fn change_list(&mut self) {
        let Some(list) = self.list_variable() else { return self.assign() };
        let name = &list.name;
        let kind = if list.kind == Kind::Ints { Kind::Int } else { Kind::Float };
        let value = self.number(kind, list.steady, 1);
        let index = self.index(name);
        // In a function the list is the caller's, which may be reading it.
        let may_grow = !list.locked && self.function.as_ref().is_none_or(|function| function.name == "main");
        let line = match self.random.below(12) {
            0..=3 => format!("{name}[{index}] = {value}"),
            4 | 5 => format!("{name}[{index}] {}= {}", self.random.pick(&["+", "-"]), self.term(kind, list.steady, 1)),
            6 if may_grow => format!("{name}.append({value})"),
            7 if may_grow => format!("{name} += [{value}]"),
            8 if may_grow => {
                format!("{name}[{}:{}] = [{value}, {value}]", self.random.between(0, 2), self.random.between(1, 4))
            }
            9 if may_grow && !self.is_repeated() => format!("{name} = {name} * 2"),
            6..=9 => format!("{name}[{index}] = {value}"),
            10 => self.shrink(name),
            _ if self.is_repeated() => format!("{name}[:2] = {name}[:2][::-1]"),
            _ => self
                .random
                .pick(&[
                    "{}.reverse()",
                    "{}[::2] = [0] * len({}[::2])",
                    "{} = {}[::-1]",
                    "{} = sorted({})",
                    "{}.sort()",
                ])
                .replace("{}", name),
        };
        self.line(&line);
    }

    /// What makes a list shorter, seldom too short.
    fn shrink(&mut self, name: &str) -> String {
        let what =
            self.random.pick(&["{}.pop()", "del {}[0]", "del {}[-1]", "{} = {}[1:]", "del {}[3:5]", "{}.pop(1)"]);
        let what = what.replace("{}", name);
        if self.random.percent(10) {
            return what;
        }
        let header = format!("if len({name}) > 2:");
        self.block(&header, |writer| writer.line(&what));
        "pass".into()
    }

    fn try_block(&mut self) {
        let value = if self.random.percent(60) { Some(self.failing()) } else { None };
        let target = self.any_number().filter(|variable| !variable.steady);
        self.block("try:", |writer| {
            if writer.random.percent(70) {
                writer.statements(2);
            }
            match (value, target) {
                (Some(value), Some(target)) => writer.line(&format!("{} = {value}", target.name)),
                (Some(value), None) => writer.line(&format!("print({value})")),
                (None, _) => writer.statement(),
            }
        });
        let caught = self.random.pick(&[
            "except Exception as error:",
            "except Exception as error:",
            "except (ZeroDivisionError, IndexError) as error:",
            "except ArithmeticError as error:",
            "except (TypeError, ValueError, LookupError, NameError) as error:",
            "except:",
        ]);
        let rounds = self.loops.last().map_or(0, |inner| inner.rounds);
        let mut has_handler = true;
        if self.random.percent(8) {
            has_handler = false;
        } else {
            if caught.contains("Arithmetic") {
                self.block("except TypeError:", |writer| writer.statements(1));
            }
            self.block(caught, |writer| {
                if caught != "except:" && (writer.weight < 40 || rounds < 30) {
                    writer.line("print('caught', repr(error))");
                } else {
                    writer.line("pass");
                }
                if writer.random.percent(20) {
                    writer.statement();
                }
                if rounds > 0 && writer.random.percent(10) {
                    writer.line("break");
                }
            });
            if self.random.percent(15) {
                self.block("else:", |writer| writer.statements(1));
            }
        }
        if !has_handler || self.random.percent(15) {
            self.block("finally:", |writer| writer.statements(1));
        }
    }

    fn assign_call(&mut self) {
        let kind = self.random.pick(&[Kind::Int, Kind::Int, Kind::Float, Kind::Complex]);
        let target = self.variable(kind, false).filter(|variable| !variable.steady);
        let called = self.call(kind);
        match (called, target) {
            (Some(call), Some(target)) => self.line(&format!("{} = {call}", target.name)),
            (Some(call), None) if self.weight < 20 => self.line(&format!("print('call', {call})")),
            (Some(call), None) => self.line(&call),
            (None, _) => self.assign(),
        }
    }

    /// A call of the function that is being written, once or twice.
    pub(crate) fn own_call(&mut self) {
        let Some(current) = &mut self.function else { return };
        current.own_calls += 1;
        let (name, parameters, result) = (current.name.clone(), current.parameters.clone(), current.result);
        let call = self.call_with(&name, "depth - 1", &parameters, 0);
        let target = self.fresh("r");
        self.line(&format!("{target} = {call}"));
        self.variables.push(Variable { name: target, kind: result, steady: false, locked: false });
        if self.random.percent(25) && self.function.as_ref().is_some_and(|function| function.own_calls < 2) {
            self.own_call();
        }
    }

    fn unpack(&mut self) {
        let kind = self.random.pick(&[Kind::Int, Kind::Float]);
        let (one, other) = (self.variable(kind, false), self.variable(kind, false));
        match (one, other, self.random.below(6)) {
            (Some(one), Some(other), 0..=2) if one.steady == other.steady => {
                let value = self.term(kind, one.steady, 1);
                self.line(&format!("{}, {} = {}, {value}", one.name, other.name, other.name));
            }
            (Some(one), _, 3) if !one.steady => {
                let list = self.list_variable().map_or_else(|| "[1, 2]".into(), |list| list.name);
                self.line(&format!("{}, *rest = {list}", one.name));
            }
            (Some(one), Some(other), 4) if !one.steady && !other.steady => match self.variable(Kind::Pair, false) {
                Some(pair) => self.line(&format!("{}, {} = {}", one.name, other.name, pair.name)),
                None => self.line(&format!("{} = {} = 7", one.name, other.name)),
            },
            _ => match self.variable(Kind::Pair, false) {
                Some(pair) => {
                    let (one, other) = (self.term(Kind::Int, false, 1), self.term(Kind::Float, false, 1));
                    self.line(&format!("{} = ({one}, {other})", pair.name));
                }
                None => self.assign(),
            },
        }
    }

    fn comprehension(&mut self) {
        let Some(list) = self.list_variable() else { return self.assign() };
        if list.locked || !self.affords(15) {
            return self.assign();
        }
        self.cost += 10 * self.weight;
        let name = &list.name;
        let kind = if list.kind == Kind::Ints { Kind::Int } else { Kind::Float };
        let value = self.term(kind, list.steady, 1);
        let line = match self.random.below(6) {
            0 => format!("{name} = [v * 2 - 1 for v in {name}]"),
            1 => format!("{name} = [v for v in {name} if v != {value}] + [{value}]"),
            2 => format!("{name} = [v if v > 0 else {value} for v in {name}]"),
            // Where a NaN lies in a set is another in every process.
            3 => format!(
                "print(sorted({{v % 7 for v in {name} if v % 7 == v % 7}})[:4], {{i: i * i for i in range(3)}})"
            ),
            4 => format!("{name} = [u + v for u in {name}[:3] for v in {name}[:2] if u != v] + [{value}]"),
            _ => format!("{name} = [v for i, v in enumerate({name}) if i % 3] + [{value}] * 2"),
        };
        self.line(&line);
    }

    /// A value of another type than so far, in one round of a loop.
    fn change_type(&mut self) {
        let Some(inner) = self.loops.last() else { return self.assign() };
        let (counter, rounds) = (inner.counter.clone(), inner.rounds);
        let at = self.random.below(rounds.max(1));
        let other = self.random.weighed(&[
            (3, "2 ** 70"),
            (3, "0.5"),
            (3, "1"),
            (2, "1j"),
            (2, "True"),
            (1, "None"),
            (2, "-(2 ** 63)"),
            (2, "2 ** 63 - 1"),
            (1, "float('nan')"),
            (1, "1e300"),
            (2, "0"),
        ]);
        let target = if self.random.percent(30) {
            self.list_variable().filter(|list| !list.steady).map(|list| {
                let index = self.index(&list.name);
                format!("{}[{index}]", list.name)
            })
        } else {
            self.any_number().filter(|variable| !variable.steady).map(|variable| variable.name)
        };
        match target {
            Some(target) if self.depth < MAXIMUM_DEPTH && counter != "2" => {
                self.block(&format!("if {counter} == {at}:"), |writer| writer.line(&format!("{target} = {other}")));
            }
            _ => self.assign(),
        }
    }

    /// A name that has no value on one path, and is read.
    fn maybe_unbound(&mut self) {
        let name = self.fresh("u");
        let test = self.test(0);
        let value = self.number(Kind::Int, false, 1);
        self.block(&format!("if {test}:"), |writer| {
            writer.line(&format!("{name} = {value}"));
            if writer.random.percent(15) {
                writer.line(&format!("del {name}"));
            }
        });
        if self.random.percent(85) {
            self.block("try:", |writer| {
                let what = if writer.random.percent(50) { format!("{name} += 1") } else { format!("{name} * 2") };
                writer.line(&what);
            });
            self.block("except NameError as error:", |writer| {
                if writer.weight < 30 {
                    writer.line("print(error)");
                } else {
                    writer.line(&format!("{name} = 0"));
                }
            });
        } else if self.weight < 30 {
            self.line(&format!("print('maybe', {name})"));
        }
    }

    fn leave(&mut self) {
        let test = self.test(0);
        let in_function =
            self.function.as_ref().filter(|function| function.name != "main").map(|function| function.result);
        let how = match in_function {
            Some(result) if self.random.percent(30) => format!("return {}", self.number(result, false, 1)),
            _ => self.random.pick(&["break", "continue", "continue"]).into(),
        };
        self.block(&format!("if {test}:"), |writer| writer.line(&how));
    }

    fn change_text(&mut self) {
        let Some(text) = self.variable(Kind::Text, false) else { return self.assign() };
        let name = &text.name;
        let number = self.term(Kind::Int, false, 1);
        let line = match self.random.below(9) {
            0 | 1 => format!("{name} += 'ab-'[{number} % 3]"),
            2 => format!("{name} = {name}[::-1]"),
            3 => format!("{name} = {name}.{}()", self.random.pick(&["upper", "lower", "strip", "title", "swapcase"])),
            4 => format!("{name} = {name}.replace('a', '-')"),
            5 => format!(
                "{name} = {name}[{}:{}]",
                self.random.pick(&["", "1", "-6"]),
                self.random.pick(&["", "8", "-1"])
            ),
            6 => format!("{name} += str({number})[:9]"),
            7 if self.weight < 20 => format!("print({name}.split('-')[-1], {name}[:1] < 'h', {name}.find('b'))"),
            _ => format!("{name} = ''.join([c for c in {name} if c != 'b'])[:40]"),
        };
        self.line(&line);
    }

    fn change_object(&mut self) {
        let Some(objects) = self.variable(Kind::Objects, false) else { return self.assign() };
        let name = &objects.name;
        let value = self.term(Kind::Float, false, 1);
        if self.random.percent(50) && self.depth < MAXIMUM_DEPTH {
            let first = self.random.pick(&[
                "p.x += p.y * 0.5",
                "p.x = p.y - 1",
                "p.y -= p.x",
                "p.move(2)",
                "p.x, p.y = p.y, p.x",
            ]);
            let before = self.weight;
            self.weight *= 3;
            self.block(&format!("for p in {name}:"), |writer| {
                writer.line(first);
                if writer.random.percent(40) {
                    writer.line(&format!("p.y = {value}"));
                }
            });
            self.weight = before;
            return;
        }
        let attribute = if self.random.below(40) == 0 { "z" } else { self.random.pick(&["x", "y"]) };
        let change = self.random.pick(&["=", "+=", "-=", "="]);
        self.line(&format!("{name}[0].{attribute} {change} {value}"));
    }

    fn count(&mut self) {
        let Some(counts) = self.variable(Kind::Counts, false) else { return self.assign() };
        let key = self.term(Kind::Int, false, 1);
        let name = &counts.name;
        match self.random.below(4) {
            0 => self.line(&format!("{name}[{key} % 5] = {key}")),
            1 if self.weight < 20 => self.line(&format!("print(sorted({name}.values(), key=lambda v: abs(v))[:3])")),
            _ => {
                let by = self.random.pick(&["5", "3", "2.5"]);
                self.line(&format!("{name}[{key} % {by}] = {name}.get({key} % {by}, 0) + 1"));
            }
        }
    }

    fn raise(&mut self) {
        let test = self.comparison();
        let value = self.term(Kind::Int, false, 1);
        let error = self.random.pick(&["ValueError", "KeyError", "RuntimeError", "StopIteration"]);
        let what = if self.random.percent(30) {
            format!("assert not {value}, {value}")
        } else {
            format!("raise {error}({value})")
        };
        if self.random.percent(85) {
            self.block("try:", |writer| writer.block(&format!("if {test}:"), |writer| writer.line(&what)));
            self.block("except Exception as error:", |writer| {
                if writer.weight < 40 {
                    writer.line("print(repr(error))");
                } else {
                    writer.line("pass");
                }
            });
        } else {
            self.block(&format!("if {test} and g1 > 5:"), |writer| writer.line(&what));
        }
    }
}
