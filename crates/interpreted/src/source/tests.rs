//! Files that are read, files that are refused, and files that are deep.

use super::tree::{
    BinaryOperator, Comparison, Conversion, Expression, ExpressionKind, FormatPart, StatementKind, TargetKind,
    TrailerKind, UnaryOperator,
};
use super::{ErrorKind, Module, ReadError, SourceError, SourceFile, parse};

fn parsed(text: &str) -> Module {
    parse("x.py", text).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

fn refused(text: &str) -> SourceError {
    match parse("x.py", text) {
        Ok(_) => panic!("this is taken:\n{text}"),
        Err(error) => error,
    }
}

fn expression(text: &str) -> ExpressionKind {
    let mut module = parsed(text);
    match module.body.remove(0).kind {
        StatementKind::Expression(Expression { kind, .. }) => kind,
        other => panic!("{other:?} is no expression"),
    }
}

/// What CPython 3.11 says about each file of the list.
#[test]
fn words_errors_as_cpython_does() {
    let mut rows = 0;
    for row in include_str!("refused.txt").split("\n>>> ").skip(1) {
        let (header, text) = row.split_once('\n').unwrap();
        let mut header = header.splitn(3, ' ');
        let expected = (header.next().unwrap(), header.next().unwrap().parse().unwrap(), header.next().unwrap());
        let error = refused(&format!("{}\n", text.trim_end_matches('\n')));
        assert_eq!((error.kind.name(), error.line, error.message.as_str()), expected, "{text}");
        rows += 1;
    }
    assert!(rows > 600, "{rows}");
}

#[test]
fn draws_an_error_as_cpython_does() {
    let error = refused("if 1:\n    print \"é\", x\n");
    assert_eq!(
        error.to_string(),
        "  File \"x.py\", line 2\n    print \"é\", x\n    ^^^^^^^^^^^^\nSyntaxError: Missing parentheses in call to 'print'. Did you \
         mean print(...)?\nIn Python 3: print(\"é\", x)"
    );
    let error = refused("x = (1,\n     2 3)\n");
    assert_eq!(
        error.to_string(),
        "  File \"x.py\", line 2\n    2 3)\n    ^^^\nSyntaxError: invalid syntax. Perhaps you forgot a comma?"
    );
}

#[test]
fn says_how_python_3_writes_python_2() {
    let rows = [
        ("print x, y\n", "print(x, y)"),
        ("print x,\n", "print(x, end=\" \")"),
        ("print >>f, 'a', b\n", "print('a', b, file=f)"),
        ("print ('a'), 1\n", "print(('a'), 1)"),
        ("exec 'x'\n", "exec(...)"),
        ("raise E, 'x' % y\n", "raise E('x' % y)"),
        ("try: pass\nexcept E, e: pass\n", "except Exception as error:"),
        ("x = `1`\n", "repr(...)"),
        ("if a <> b: pass\n", "!="),
        ("x = 0777\n", "0o777"),
        ("x = 0xFFL\n", "an integer without L"),
        ("x = 10L\n", "an integer without L"),
        ("x = ur'a'\n", "r'a'"),
        ("for i in xrange(3): pass\n", "range(...)"),
        ("x = raw_input('a')\n", "input(...)"),
        ("x = unicode(1)\n", "str(...)"),
        ("x = long(1)\n", "int(...)"),
        ("d.has_key(1)\n", "key in dictionary"),
        ("for k, v in d.iteritems(): pass\n", ".items()"),
    ];
    for (text, hint) in rows {
        assert_eq!(refused(text).hint.as_deref(), Some(hint), "{text}");
    }
    assert_eq!(refused("print >>f, 'a'\n").message, "print >>file is Python 2");
    assert_eq!(refused("x = xrange(1)\n").message, "'xrange' is Python 2");
}

#[test]
fn takes_names_of_python_2_that_the_file_binds() {
    parsed("def xrange(n): return range(n)\nprint(xrange(3))\n");
    parsed("try:\n    pass\nexcept NameError:\n    pass\nunicode = str\nx = unicode(1)\n");
    parsed("class D:\n    def has_key(self, k): return 1\nD().has_key(1)\n");
}

#[test]
fn names_the_construct_that_is_not_part_of_it() {
    let rows = [
        ("x = 1\nwith a as b: pass\n", 2, "'with' statement"),
        ("def f():\n    yield 1\n", 2, "'yield'"),
        ("def f():\n    x = yield from y\n", 2, "'yield'"),
        ("async def f(): pass\n", 1, "'async def'"),
        ("match x:\n    case 1: pass\n", 1, "'match' statement"),
        ("(x := 1)\n", 1, "':=' (assignment expression)"),
        ("@property\ndef f(self): pass\n", 1, "decorator 'property'"),
        ("@cython\nclass A: pass\n", 1, "decorator 'cython'"),
        ("def f(**k): pass\n", 1, "'**' parameter"),
        ("def f(*, k): pass\n", 1, "keyword-only parameter"),
        ("def f(*a, k=1): pass\n", 1, "keyword-only parameter"),
        ("def f(a, /): pass\n", 1, "positional-only parameter"),
        ("f(**k)\n", 1, "'**' in a call"),
        ("x = {**k}\n", 1, "'**' in a dictionary display"),
        ("class A(B, C): pass\n", 1, "more than one base class"),
        ("class A(metaclass=B): pass\n", 1, "keyword in the header of a class"),
        ("class A(*B): pass\n", 1, "starred base class"),
        ("from m import *\n", 1, "'from module import *'"),
        ("from . import m\n", 1, "relative import"),
        ("from .m import a\n", 1, "relative import"),
        ("x = b'a'\n", 1, "bytes literal"),
        ("x = ...\n", 1, "'...'"),
        ("try: pass\nexcept* E: pass\n", 1, "'except*'"),
        ("x = a @ b\n", 1, "'@' operator"),
        ("x @= b\n", 1, "'@=' operator"),
        ("x[*a]\n", 1, "starred index"),
        ("x = '\\ud800'\n", 1, "half of a surrogate pair"),
        ("def f():\n    async with a: pass\n", 2, "'with' statement"),
        ("def f():\n    [x async for x in y]\n", 2, "asynchronous comprehension"),
    ];
    for (text, line, construct) in rows {
        let error = refused(text);
        let message = format!("{construct} is not part of this small Python");
        assert_eq!((error.kind, error.line, error.message), (ErrorKind::Unsupported, line, message), "{text}");
    }
    assert!(refused("type X = int\n").message.starts_with("'type' statement"));
    let shown = refused("x = 1\nif x:\n    y = x @ b  # no\n").to_string();
    let expected = "  File \"x.py\", line 3\n    y = x @ b  # no\n        ^^^^^\nUnsupported: '@' operator is not part of this small Python";
    assert_eq!(shown, expected);
}

#[test]
fn lays_chains_flat() {
    let ExpressionKind::Binary { rest, .. } = expression("a + b * c - d\n") else { panic!("no chain") };
    let operators: Vec<_> = rest.iter().map(|term| (term.operator, term.range.end)).collect();
    assert_eq!(operators, [(BinaryOperator::Add, 9), (BinaryOperator::Subtract, 13)]);
    let ExpressionKind::Power(operands) = expression("a ** -b ** c\n") else { panic!("no power") };
    assert_eq!(operands.len(), 2);
    let ExpressionKind::Power(operands) = expression("a ** b ** c\n") else { panic!("no power") };
    assert_eq!(operands.len(), 3);
    let ExpressionKind::Power(operands) = expression("(a ** b) ** c\n") else { panic!("no power") };
    assert!(matches!(operands[0].kind, ExpressionKind::Power(_)) && operands.len() == 2);
    let ExpressionKind::Unary { operators, .. } = expression("not - ~x\n") else { panic!("no unary operator") };
    let operators: Vec<_> = operators.iter().map(|(operator, range)| (*operator, range.start)).collect();
    assert_eq!(operators, [(UnaryOperator::Not, 0), (UnaryOperator::Minus, 4), (UnaryOperator::Invert, 6)]);
    let ExpressionKind::Compare { rest, .. } = expression("a < b not in c is not d\n") else { panic!("no comparison") };
    let operators: Vec<_> = rest.iter().map(|(operator, _)| *operator).collect();
    assert_eq!(operators, [Comparison::Less, Comparison::NotIn, Comparison::IsNot]);
    let ExpressionKind::Conditional { branches, .. } = expression("a if b else c if d else e\n") else {
        panic!("no condition")
    };
    assert_eq!(branches.len(), 2);
    assert!(matches!(&branches[0].0.kind, ExpressionKind::Name(name) if &**name == "b"));
    let ExpressionKind::Trailers { rest, .. } = expression("a.b[0](1, *c, d=2)\n") else { panic!("no trailers") };
    let [attribute, subscript, call] = rest.as_slice() else { panic!("not three trailers") };
    assert!(matches!(&attribute.kind, TrailerKind::Attribute(name) if &*name.name == "b"));
    assert!(matches!(&subscript.kind, TrailerKind::Subscript(index) if index.kind == ExpressionKind::Integer(0)));
    let TrailerKind::Call(arguments) = &call.kind else { panic!("no call") };
    assert_eq!((arguments.positional.len(), arguments.keywords.len(), call.range.end), (2, 1, 18));
}

#[test]
fn reads_literals() {
    assert_eq!(expression("9_223_372_036_854_775_807\n"), ExpressionKind::Integer(i64::MAX));
    assert_eq!(expression("9223372036854775808\n"), ExpressionKind::BigInteger("9223372036854775808".into()));
    assert_eq!(expression("0x1_0000_0000_0000_0000\n"), ExpressionKind::BigInteger("18446744073709551616".into()));
    assert_eq!(expression("1_0.5e-1\n"), ExpressionKind::Float(1.05));
    assert_eq!(expression("1e400\n"), ExpressionKind::Float(f64::INFINITY));
    assert_eq!(expression("2.5j\n"), ExpressionKind::Imaginary(2.5));
    assert_eq!(expression("'a\\x41\\n' u'b' r'\\n'\n"), ExpressionKind::String("aA\nb\\n".into()));
    assert_eq!(expression("'\\ufffd'\n"), ExpressionKind::String("\u{fffd}".into()));
    assert_eq!(expression("'a\\\r\nb'\r\n"), ExpressionKind::String("ab".into()));
    assert_eq!(expression("(None)\n"), ExpressionKind::None);
    assert_eq!(expression("True\n"), ExpressionKind::Boolean(true));
    let digits = "1".repeat(4301);
    assert!(
        refused(&digits)
            .message
            .starts_with("Exceeds the limit (4300 digits) for integer string conversion: value has 4301")
    );
}

#[test]
fn reads_formatted_strings() {
    let ExpressionKind::FormattedString(parts) = expression("'a' f'b{{{x!r:>{w}}' f'{y = }' 'c'\n") else {
        panic!("no f-string")
    };
    let [FormatPart::Literal(before), x, FormatPart::Literal(between), y, FormatPart::Literal(after)] =
        parts.as_slice()
    else {
        panic!("{parts:?}")
    };
    assert_eq!((&**before, &**between, &**after), ("ab{", "y = ", "c"));
    let FormatPart::Value { conversion, specification, .. } = x else { panic!("{x:?}") };
    assert_eq!(*conversion, Some(Conversion::Repr));
    assert!(matches!(specification.as_slice(), [FormatPart::Literal(_), FormatPart::Value { .. }]));
    let FormatPart::Value { conversion, specification, .. } = y else { panic!("{y:?}") };
    assert_eq!((*conversion, specification.len()), (Some(Conversion::Repr), 0));
}

#[test]
fn reads_annotations_and_decorators() {
    let text = "import cython\n@cython.cfunc\n@cython.locals(a=cython.int)\ndef f(q: cython.double[:, ::1], *r: int) -> cython.int:\n    \
                i: cython.int = 0\n    z: complex\n";
    let module = parsed(text);
    let StatementKind::Function(function) = &module.body[1].kind else { panic!("no function") };
    assert_eq!((function.decorators.len(), function.parameters.positional.len(), function.body.len()), (2, 1, 2));
    let annotation = function.parameters.positional[0].annotation.as_ref().unwrap();
    assert_eq!(module.source.slice(annotation.range), "cython.double[:, ::1]");
    assert!(function.returns.is_some() && function.parameters.variadic.as_ref().unwrap().annotation.is_some());
    assert!(matches!(&function.body[1].kind, StatementKind::Annotated { value: None, .. }));
}

#[test]
fn reads_targets() {
    let module = parsed("a, *b, c.d[0].e, [f] = x = y\n");
    let StatementKind::Assign { targets, .. } = &module.body[0].kind else { panic!("no assignment") };
    let TargetKind::Sequence(parts) = &targets[0].kind else { panic!("no sequence") };
    let kinds: Vec<_> = parts.iter().map(|part| &part.kind).collect();
    assert!(matches!(kinds[0], TargetKind::Name(_)) && matches!(kinds[1], TargetKind::Starred(_)));
    assert!(matches!(kinds[2], TargetKind::Attribute { name, .. } if &*name.name == "e"));
    assert!(matches!(kinds[3], TargetKind::Sequence(one) if one.len() == 1));
    assert_eq!(targets[0].names().len(), 3);
}

#[test]
fn knows_the_future() {
    let module = parsed(
        "\"\"\"doc\"\"\"\nfrom __future__ import division, annotations\nfrom __future__ import print_function\nx = 1\n",
    );
    assert!(module.annotations_postponed && module.body[1].kind == StatementKind::Pass);
    assert!(!parsed("from __future__ import division\n").annotations_postponed);
}

#[test]
fn takes_long_chains() {
    let long = 100_000;
    let repeated = |before: &str, part: &str, after: &str| format!("{before}{}{after}\n", part.repeat(long));
    let chains = [
        repeated("x = ", "1 + ", "1"),
        repeated("x = ", "1 + 2 * 3 - ", "1"),
        repeated("x = ", "1 ** ", "1"),
        repeated("x = ", "-", "1"),
        repeated("x = ", "not ", "1"),
        repeated("x = ", "1 < ", "2"),
        repeated("x = ", "1 and 2 or ", "2"),
        repeated("x = ", "1 if 2 else ", "3"),
        repeated("x", ".y", ""),
        repeated("x", "[0]", ""),
        repeated("x", "()", ""),
        repeated("if 1: pass\n", "elif 2: pass\n", ""),
        repeated("", "x = 1\n", ""),
        repeated("", "x = ", "1"),
        repeated("x = [1 ", "for a in b ", "]"),
        repeated("x = ", "'a' ", ""),
    ];
    for chain in &chains {
        assert!(!parsed(chain).body.is_empty());
    }
    for broken in [
        repeated("x = ", "-", ""),
        repeated("x = ", "lambda: ", ""),
        repeated("", "*", ""),
        repeated("x = ", "1 + ", ""),
    ] {
        assert_eq!(refused(&broken).message, "invalid syntax");
    }
}

#[test]
fn limits_what_nests() {
    let nested =
        |open: &str, close: &str, count: usize| format!("x = {}1{}\n", open.repeat(count), close.repeat(count));
    parsed(&nested("(", ")", 200));
    parsed(&nested("[-1 + f(2, ", ")]", 100));
    assert_eq!(refused(&nested("(", ")", 201)).message, "too many nested parentheses");
    assert_eq!(refused(&nested("[", "]", 1_000_000)).message, "too many nested parentheses");
    parsed(&nested("lambda: ", "", 900));
    let deep = refused(&nested("lambda: ", "", 100_000));
    assert_eq!(deep.kind, ErrorKind::Recursion);
    assert_eq!(deep.message, "maximum recursion depth exceeded during compilation");
    assert_eq!(refused(&nested("-1 ** ", "", 100_000)).kind, ErrorKind::Recursion);
    let blocks = |count: usize| (0..count).map(|depth| format!("{}if 1:\n", " ".repeat(depth))).collect::<String>();
    parsed(&format!("{}{}x\n", blocks(99), " ".repeat(99)));
    let error = refused(&format!("{}{}x\n", blocks(100), " ".repeat(100)));
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Indentation, "too many levels of indentation"));
    let loops = |count: usize| {
        let headers: String = (0..count).map(|depth| format!("{}while 1:\n", " ".repeat(depth))).collect();
        format!("{headers}{}pass\n", " ".repeat(count))
    };
    parsed(&loops(20));
    assert_eq!(refused(&loops(21)).message, "too many statically nested blocks");
}

#[test]
fn reads_files() {
    let folder = std::env::temp_dir().join(format!("interpreted-source-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let missing = folder.join("missing.py");
    let error = SourceFile::read(&missing).unwrap_err().to_string();
    assert_eq!(error, format!("can't open file '{}': [Errno 2] No such file or directory", missing.display()));
    let path = folder.join("a.py");
    let read = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        SourceFile::read(&path)
    };
    assert_eq!(read(b"\xef\xbb\xbfx = 1\r\n").unwrap().text, "x = 1\r\n");
    let Err(ReadError::Text(error)) = read(b"x = 1\n\ny = '\xff'\n") else { panic!("this is read") };
    let text = format!(
        "Non-UTF-8 code starting with '\\xff' in file {} on line 3, but no encoding declared; see \
         https://peps.python.org/pep-0263/ for details",
        path.display()
    );
    assert_eq!(error.message, text);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn counts_lines() {
    let file = SourceFile::new("x.py", "a\r\nbé c\rd\n").unwrap();
    let lines: Vec<usize> = [0, 2, 3, 8, 9, 10, 11].map(|offset| file.line_of(offset)).to_vec();
    assert_eq!((file.lines(), lines), (3, vec![1, 1, 2, 2, 3, 3, 4]));
    let texts: Vec<&str> = (0..6).map(|line| file.line_text(line)).collect();
    assert_eq!(texts, ["", "a", "bé c", "d", "", ""]);
    assert_eq!(file.column_of(7), 4);
    assert_eq!(SourceFile::new("x.py", "").unwrap().lines(), 0);
    assert!(parsed("").body.is_empty());
    assert!(parsed("# nothing").body.is_empty());
    assert_eq!(refused("x\0 = 1\n").message, "source code cannot contain null bytes");
}
