//! Calls of built-in functions written as Python writes them, for tables of what CPython gives: `math.sqrt(2.0) -> 1.4142135623730951`.

use std::rc::Rc;

use num_bigint::BigInt;

use crate::builtins;
use crate::bytecode::BinaryOperator;
use crate::error::{ExceptionKind, Outcome, Raised};
use crate::modules::{self, Attribute, MemberValue};
use crate::names::Symbol;
use crate::objects::Slice;
use crate::state::{Arguments, Hooks, Machine};
use crate::table;
use crate::text;
use crate::value::{BuiltinId, Value};

/// A machine without an interpreter: what it would do is done here as far as the tables need it.
pub(crate) fn machine() -> Machine {
    let step = |_: &mut Machine| unreachable!("there is no program");
    let hooks = Hooks { call, resume: |_, _| Ok(None), step, attribute, item, elements, operate, builtin_name };
    Machine::new(hooks, Box::new(std::io::sink()), vec!["program.py".into()])
}

/// Built-in function 1 gives a string, 2 an integer, 3 raises.
fn call(machine: &mut Machine, callable: Value, _arguments: &[Value]) -> Outcome<Value> {
    match callable {
        Value::Builtin(BuiltinId(1)) => Ok(machine.heap.text("its own text")),
        Value::Builtin(BuiltinId(2)) => Ok(Value::Int(5)),
        _ => Err(machine.heap.value_error("raised while called")),
    }
}

fn builtin_name(_function: BuiltinId) -> &'static str {
    "len"
}

fn attribute(machine: &mut Machine, object: Value, name: Symbol) -> Outcome<Value> {
    match (object, &**machine.names.text(name)) {
        (Value::Complex(real, _), "real") => Ok(Value::Float(real)),
        (Value::Int(number), "real") => Ok(Value::Int(number)),
        (_, name) => {
            let message = format!("'int' object has no attribute '{name}'");
            Err(machine.heap.raise(ExceptionKind::AttributeError, message))
        }
    }
}

fn item(machine: &mut Machine, container: Value, index: Value) -> Outcome<Value> {
    let heap = &mut machine.heap;
    match (container, index) {
        (Value::List(list), Value::Int(index)) => Ok(heap[list][index as usize]),
        (Value::Tuple(tuple), Value::Int(index)) => Ok(heap[tuple].0[index as usize]),
        (Value::Range(range), Value::Int(index)) => Ok(Value::Int(heap[range].element(index as u64))),
        (Value::Str(text), Value::Int(index)) => {
            let character = heap[text].as_str().chars().nth(index as usize).expect("the index is within the text");
            Ok(heap.text(character.to_string()))
        }
        (Value::Dict(dict), key) => {
            let found = table::get(heap, dict, key).map_err(|error| error.raise(heap))?;
            found.ok_or_else(|| heap.raise_with(ExceptionKind::KeyError, vec![key]))
        }
        (Value::List(_), _) => Err(heap.type_error("list indices must be integers or slices, not str")),
        _ => Err(heap.type_error("'int' object is not subscriptable")),
    }
}

fn elements(machine: &mut Machine, iterable: Value) -> Outcome<Vec<Value>> {
    match iterable {
        Value::List(list) => Ok(machine.heap[list].to_vec()),
        Value::Tuple(tuple) => Ok(machine.heap[tuple].0.to_vec()),
        Value::Array(array) => {
            let length = machine.heap[array].len();
            Ok((0..length).map(|index| modules::array::element(&mut machine.heap, array, index)).collect())
        }
        Value::Range(range) => {
            let range = machine.heap[range];
            Ok((0..range.len()).map(|index| Value::Int(range.element(index))).collect())
        }
        Value::Str(text) => {
            let text = machine.heap[text].shared();
            Ok(text.chars().map(|character| machine.heap.text(character.to_string())).collect())
        }
        other => {
            let name = crate::describe::type_name(&machine.heap, other);
            Err(machine.heap.type_error(format!("'{name}' object is not iterable")))
        }
    }
}

fn operate(machine: &mut Machine, operator: BinaryOperator, left: Value, right: Value) -> Outcome<Value> {
    let [left, right] = [left, right].map(|value| crate::describe::type_name(&machine.heap, value));
    let sign = operator.sign();
    Err(machine.heap.type_error(format!("unsupported operand type(s) for {sign}: '{left}' and '{right}'")))
}

/// Runs every line of a table, `expression -> result`, and says which ones give something else. How many there are is given back.
pub(crate) fn check(table: &str) -> usize {
    check_on(&mut machine(), table)
}

/// The same on a given machine.
pub(crate) fn check_on(machine: &mut Machine, table: &str) -> usize {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in table.lines().filter(|line| !line.is_empty()) {
        let (expression, expected) = line.rsplit_once(" -> ").expect("a line has an arrow");
        let found = outcome(machine, expression);
        count += 1;
        if found != expected {
            wrong.push(format!("{expression}\n  expected {expected}\n  found    {found}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    count
}

/// What an expression gives: its `repr`, or the type and text of the error.
pub(crate) fn outcome(machine: &mut Machine, expression: &str) -> String {
    let mut reader = Reader { machine, rest: expression };
    let result = reader.value();
    assert!(result.is_err() || reader.rest.is_empty(), "{} is left of {expression}", reader.rest);
    match result.and_then(|value| text::repr(machine, value)) {
        Ok(text) => text,
        Err(Raised(exception)) => {
            let text = text::str(machine, Value::Exception(exception)).unwrap_or_else(|_| "no text".into());
            format!("{}: {text}", crate::describe::type_name(&machine.heap, Value::Exception(exception)))
        }
    }
}

/// Arguments with names.
type Keywords = Vec<(Symbol, Value)>;

struct Reader<'a> {
    machine: &'a mut Machine,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn accept(&mut self, sign: &str) -> bool {
        self.rest = self.rest.trim_start();
        let found = self.rest.strip_prefix(sign);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn items(&mut self, close: &str) -> Outcome<Vec<Value>> {
        let mut items = Vec::new();
        while !self.accept(close) {
            items.push(self.value()?);
            self.accept(",");
        }
        Ok(items)
    }

    /// An expression: something, and methods of it that are called.
    fn value(&mut self) -> Outcome<Value> {
        let mut value = self.atom()?;
        while self.rest.starts_with('.') {
            self.rest = &self.rest[1..];
            let name = self.take_while(|c| c.is_ascii_alphanumeric() || c == '_');
            match modules::attribute(self.machine, value, name) {
                Some(Attribute::Value(attribute)) => {
                    value = attribute;
                    continue;
                }
                Some(Attribute::Method(method)) => {
                    assert!(self.accept("("), "{name} is called");
                    let (mut positional, keywords) = self.arguments()?;
                    positional.insert(0, value);
                    value = method(self.machine, Arguments { positional: &positional, keywords: &keywords })?;
                    continue;
                }
                None => {}
            }
            if !self.accept("(") {
                let attribute = builtins::attribute(&mut self.machine.heap, value, name);
                value = attribute.unwrap_or_else(|| panic!("there is no attribute {name}"));
                continue;
            }
            let kind = crate::describe::type_of(&self.machine.heap, value).expect("a built-in type");
            let method = builtins::method(kind, name).unwrap_or_else(|| panic!("there is no method {name}"));
            let (mut positional, keywords) = self.arguments()?;
            if !builtins::is_static(method) {
                positional.insert(0, value);
            }
            let arguments = Arguments { positional: &positional, keywords: &keywords };
            value = builtins::call(self.machine, method, arguments)?;
        }
        Ok(value)
    }

    fn atom(&mut self) -> Outcome<Value> {
        self.rest = self.rest.trim_start();
        match self.rest.chars().next().expect("there is an expression") {
            '[' => {
                self.accept("[");
                let items = self.items("]")?;
                Ok(self.machine.heap.list(items))
            }
            '(' => self.parenthesis(),
            '{' => self.dict_or_set(),
            '\'' | '"' => Ok(self.string()),
            '-' | '0'..='9' => Ok(self.number()),
            _ => self.name(),
        }
    }

    fn parenthesis(&mut self) -> Outcome<Value> {
        self.accept("(");
        let mut items = Vec::new();
        let mut comma = false;
        while !self.accept(")") {
            let item = self.value()?;
            let sign = self.rest.chars().next().filter(|c| matches!(c, '+' | '-'));
            if let (Some(sign), Some(real)) = (sign, float_of(item)) {
                self.rest = &self.rest[1..];
                let Value::Complex(_, imaginary) = self.value()? else { panic!("an imaginary part is missing") };
                items.push(Value::Complex(real, if sign == '-' { -imaginary } else { imaginary }));
            } else {
                items.push(item);
            }
            comma |= self.accept(",");
        }
        match (&*items, comma) {
            (&[item], false) => Ok(item),
            _ => Ok(self.machine.heap.tuple(items)),
        }
    }

    fn dict_or_set(&mut self) -> Outcome<Value> {
        self.accept("{");
        let dict = self.machine.heap.allocate(table::Dict::default());
        let set = self.machine.heap.allocate(table::Set::default());
        let mut is_set = false;
        while !self.accept("}") {
            let key = self.value()?;
            if self.accept(":") {
                let value = self.value()?;
                table::insert(&mut self.machine.heap, dict, key, value)?;
            } else {
                table::set_add(&mut self.machine.heap, set, key)?;
                is_set = true;
            }
            self.accept(",");
        }
        Ok(if is_set { Value::Set(set) } else { Value::Dict(dict) })
    }

    fn string(&mut self) -> Value {
        let mark = self.rest.chars().next().expect("there is a quote");
        let mut text = String::new();
        let mut characters = self.rest[1..].chars();
        let code = |characters: &mut std::str::Chars<'_>, digits: usize| {
            let hexadecimal: String = characters.by_ref().take(digits).collect();
            char::from_u32(u32::from_str_radix(&hexadecimal, 16).expect("hexadecimal digits")).expect("a character")
        };
        loop {
            match characters.next().expect("a string ends") {
                '\\' => text.push(match characters.next().expect("an escape has a letter") {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'x' => code(&mut characters, 2),
                    'u' => code(&mut characters, 4),
                    'U' => code(&mut characters, 8),
                    other => other,
                }),
                character if character == mark => break,
                character => text.push(character),
            }
        }
        self.rest = characters.as_str();
        self.machine.heap.text(text)
    }

    fn number(&mut self) -> Value {
        let negative = self.accept("-");
        let start = self.rest;
        self.take_while(|c| c.is_ascii_digit() || c == '.');
        if self.rest.starts_with('e') {
            self.rest = &self.rest[1..];
            if self.rest.starts_with(['+', '-']) {
                self.rest = &self.rest[1..];
            }
            self.take_while(|c| c.is_ascii_digit());
        }
        let mut digits = &start[..start.len() - self.rest.len()];
        if digits.is_empty() {
            digits = self.take_while(|c| c.is_ascii_lowercase() && c != 'j');
        }
        let sign = if negative { -1.0 } else { 1.0 };
        if self.accept("j") {
            return Value::Complex(0.0, sign * digits.parse::<f64>().expect("an imaginary part"));
        }
        match digits.parse::<BigInt>() {
            Ok(number) => self.machine.heap.integer(if negative { -number } else { number }),
            Err(_) => Value::Float(sign * digits.parse::<f64>().expect("a number")),
        }
    }

    fn name(&mut self) -> Outcome<Value> {
        let name = self.take_while(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
        match name {
            "None" => return Ok(Value::None),
            "True" => return Ok(Value::Bool(true)),
            "False" => return Ok(Value::Bool(false)),
            "inf" => return Ok(Value::Float(f64::INFINITY)),
            "nan" => return Ok(Value::Float(f64::NAN)),
            "infj" => return Ok(Value::Complex(0.0, f64::INFINITY)),
            "nanj" => return Ok(Value::Complex(0.0, f64::NAN)),
            _ => {}
        }
        if !self.accept("(") {
            return match member(name) {
                Some(MemberValue::Float(number)) => Ok(Value::Float(number)),
                Some(MemberValue::Complex(real, imaginary)) => Ok(Value::Complex(real, imaginary)),
                Some(MemberValue::Int(number)) => Ok(Value::Int(number)),
                Some(MemberValue::Bool(truth)) => Ok(Value::Bool(truth)),
                Some(MemberValue::Made(make)) => Ok(make(self.machine)),
                _ => Ok(built_in(name).unwrap_or_else(|| panic!("{name} is not known"))),
            };
        }
        let (positional, keywords) = self.arguments()?;
        self.call(name, &positional, &keywords)
    }

    /// Arguments without and with names, up to the closing parenthesis.
    fn arguments(&mut self) -> Outcome<(Vec<Value>, Keywords)> {
        let mut positional = Vec::new();
        let mut keywords = Vec::new();
        while !self.accept(")") {
            let before = self.rest;
            let keyword = self.take_while(|c| c.is_ascii_alphanumeric() || c == '_');
            if !keyword.is_empty() && self.accept("=") {
                let value = self.value()?;
                keywords.push((self.machine.names.symbol(keyword), value));
            } else {
                self.rest = before;
                positional.push(self.value()?);
            }
            self.accept(",");
        }
        Ok((positional, keywords))
    }

    fn call(&mut self, name: &str, positional: &[Value], keywords: &[(Symbol, Value)]) -> Outcome<Value> {
        let arguments = Arguments { positional, keywords };
        let machine = &mut *self.machine;
        if let Some(MemberValue::Function(function)) = member(name) {
            return function(machine, arguments);
        }
        match built_in(name) {
            Some(Value::Builtin(function)) => return builtins::call(machine, function, arguments),
            Some(Value::Type(kind)) => return builtins::construct(machine, kind, arguments),
            Some(Value::ExceptionType(kind)) => return builtins::construct_exception(machine, kind, arguments),
            _ => {}
        }
        let text: Rc<str> = match (name, positional) {
            ("ascii", &[value]) => text::ascii(machine, value)?.into(),
            ("format", &[value]) => text::format(machine, value, "")?,
            ("format", &[value, Value::Str(specification)]) => {
                let specification = machine.heap[specification].shared();
                text::format(machine, value, &specification)?
            }
            ("percent", &[Value::Str(format), values]) => return text::percent(machine, format, values),
            ("format_method", _) => return text::format_method(machine, arguments),
            ("slice", &[start, stop, step]) => {
                return Ok(Value::Slice(machine.heap.allocate(Slice { start, stop, step })));
            }
            ("after", &[array, Value::Str(method), ref rest @ ..]) => {
                let method = machine.heap[method].shared();
                let Some(Attribute::Method(method)) = modules::attribute(machine, array, &method) else {
                    panic!("{method} is not known");
                };
                let mut positional = vec![array];
                positional.extend_from_slice(rest);
                method(machine, Arguments { positional: &positional, keywords })?;
                return Ok(array);
            }
            ("point_in_time", &[Value::Int(microseconds)]) => return Ok(Value::DateTime(microseconds)),
            _ => panic!("{name} is not known"),
        };
        Ok(machine.heap.text(text))
    }
}

/// What a built-in name stands for.
fn built_in(name: &str) -> Option<Value> {
    if let Some((owner, method)) = name.split_once('.') {
        return builtins::method(builtins::type_named(owner)?, method).map(Value::Builtin);
    }
    let function = builtins::function(name).map(Value::Builtin);
    let kind = || builtins::type_named(name).map(Value::Type);
    let exception = || ExceptionKind::ALL.iter().find(|kind| kind.name() == name).copied().map(Value::ExceptionType);
    function.or_else(kind).or_else(exception)
}

fn float_of(value: Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(number as f64),
        Value::Float(number) => Some(number),
        _ => None,
    }
}

/// What `math.sqrt` or `datetime.datetime.now` names.
fn member(path: &str) -> Option<MemberValue> {
    let mut parts = path.split('.');
    let (_, mut members) = modules::find(parts.next()?)?;
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let value = members.iter().find(|member| member.name == part)?.value;
        match value {
            MemberValue::Table(inner) if parts.peek().is_some() => members = inner.members,
            MemberValue::Table(inner) => return Some(MemberValue::Function(inner.call)),
            value => return Some(value),
        }
    }
    None
}
