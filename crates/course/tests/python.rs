//! `cargo course python`: programs that go wrong, or never end, end as CPython 3.11 ends them. The texts are CPython's; its carets under
//! a part of the line are left out.
#![cfg(unix)]

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

const ENGINES: [&str; 2] = ["interpreted", "observed"];

/// A call of `course python` in a folder.
fn python(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_course"));
    command.arg("python").args(arguments).current_dir(folder);
    command
}

/// A folder with a program `program.py`.
fn folder_with(program: impl AsRef<[u8]>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("program.py"), program).unwrap();
    folder
}

/// What a program printed, what stands on standard error without carets, and its status.
type Ended = (String, String, Option<i32>);

/// How a program of a folder ended. Messages name the file in full, as CPython's do; here it stands without the folder.
fn ended(folder: &Path, output: &Output) -> Ended {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let is_caret = |line: &str| !line.trim().is_empty() && line.trim().chars().all(|character| character == '^');
    let folder = format!("{}/", folder.canonicalize().unwrap().display());
    let told = text(&output.stderr).replace(&folder, "");
    let told: Vec<_> = told.lines().filter(|line| !is_caret(line)).collect();
    (text(&output.stdout), told.join("\n"), output.status.code())
}

/// How a program ends, in every engine the same way.
fn end(program: impl AsRef<[u8]>) -> Ended {
    let folder = folder_with(program);
    let [interpreted, observed] = ENGINES.map(|engine| {
        ended(folder.path(), &python(folder.path(), &["program.py", "--engine", engine]).output().unwrap())
    });
    assert_eq!(interpreted, observed);
    interpreted
}

/// What stands on standard error, of a program that prints nothing and ends with status 1.
fn refused(program: impl AsRef<[u8]>) -> String {
    let (printed, told, status) = end(program);
    assert_eq!((&*printed, status), ("", Some(1)), "{told}");
    told
}

/// A traceback with one place: a line of the program's own.
fn in_line(line: u32, text: &str, error: &str) -> String {
    format!("Traceback (most recent call last):\n  File \"program.py\", line {line}, in <module>\n    {text}\n{error}")
}

/// An error before the program begins.
fn before(line: u32, text: &str, error: &str) -> String {
    format!("  File \"program.py\", line {line}\n    {text}\n{error}")
}

/// Starts a program and waits until it has printed a line.
fn begun(folder: &Path, arguments: &[&str]) -> Child {
    let mut command = python(folder, arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "begun\n");
    child
}

fn send(signal: &str, child: &Child) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

const ENDLESS: [(&str, &str); 5] = [
    ("import time\nprint('begun', flush=True)\ntime.sleep(100)\n", "line 3, in <module>\n    time.sleep(100)"),
    (
        "print('begun', flush=True)\nn = 0\nwhile True:\n    n = (n + 1) % 1000\n",
        "line 3, in <module>\n    while True:",
    ),
    ("print('begun', flush=True)\nwhile True: pass\n", "line 2, in <module>\n    while True: pass"),
    (
        "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\n\nprint('begun', flush=True)\nfib(100)\n",
        "line 5, in <module>\n    fib(100)",
    ),
    (
        "def f():\n    print('begun', flush=True)\n    while 1:\n        for i in range(10**6): i += 1\n\nf()\n",
        "in f\n    ",
    ),
];

#[test]
fn ctrl_c_ends_what_never_ends_with_a_traceback_and_by_the_signal() {
    for engine in ENGINES {
        for (program, place) in ENDLESS {
            let folder = folder_with(program);
            let child = begun(folder.path(), &["program.py", "--engine", engine]);
            send("-INT", &child);
            let output = child.wait_with_output().unwrap();
            let (_, told, _) = ended(folder.path(), &output);
            assert_eq!(output.status.signal(), Some(2), "{engine}: {program}{told}");
            assert!(told.starts_with("Traceback (most recent call last):\n  File \"program.py\", line "), "{told}");
            assert!(told.contains(place) && told.ends_with("\nKeyboardInterrupt"), "{engine}: {told}");
        }
    }
}

#[test]
fn what_was_counted_until_ctrl_c_is_shown() {
    let program = "def f():\n    return 1\n\nprint('begun', flush=True)\nf()\nwhile True:\n    pass\n";
    let folder = folder_with(program);
    let mut command = python(folder.path(), &["program.py", "--profile"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    output.read_line(&mut text).unwrap();
    send("-INT", &child);
    output.read_to_string(&mut text).unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(2), "{text}");
    assert!(text.contains("program.py:1(f)"), "{text}");
}

#[test]
fn a_program_may_handle_ctrl_c() {
    let program = "try:\n    print('begun', flush=True)\n    while True:\n        pass\nexcept KeyboardInterrupt:\n    \
                   raise SystemExit(7)\n";
    for engine in ENGINES {
        let folder = folder_with(program);
        let child = begun(folder.path(), &["program.py", "--engine", engine]);
        send("-INT", &child);
        let output = child.wait_with_output().unwrap();
        assert_eq!(ended(folder.path(), &output), (String::new(), String::new(), Some(7)), "{engine}");
    }
}

#[test]
fn a_limit_on_the_time_ends_what_never_ends() {
    for engine in ENGINES {
        for (program, _) in ENDLESS {
            let folder = folder_with(program);
            let mut child = begun(folder.path(), &["program.py", "--engine", engine]);
            // What `timeout` sends when the time is over.
            send("-TERM", &child);
            assert_eq!(child.wait().unwrap().signal(), Some(15), "{engine}: {program}");
        }
    }
}

#[test]
fn a_recursion_without_end_is_an_error() {
    let told = refused("def f(n):\n    return f(n + 1)\n\nf(0)\n");
    let expected = "Traceback (most recent call last):\n  File \"program.py\", line 4, in <module>\n    f(0)\n  \
                    File \"program.py\", line 2, in f\n    return f(n + 1)\n  File \"program.py\", line 2, in f\n    return f(n + 1)\n  \
                    File \"program.py\", line 2, in f\n    return f(n + 1)\n  [Previous line repeated 996 more times]\n\
                    RecursionError: maximum recursion depth exceeded";
    assert_eq!(told, expected);
    let told = refused("class A:\n    def __repr__(self):\n        return repr(self)\n\nrepr(A())\n");
    assert!(told.contains("RecursionError: maximum recursion depth exceeded"), "{told}");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = folder_with("");
    let full = folder.path().canonicalize().unwrap();
    let of = |name: &str| ended(&full, &python(&full, &[name]).output().unwrap());
    let missing = "error: can't open file 'missing.py': [Errno 2] No such file or directory";
    assert_eq!(of("missing.py"), (String::new(), missing.to_owned(), Some(2)));
    fs::create_dir(full.join("folder")).unwrap();
    let directory = "error: can't find '__main__' module in 'folder'";
    assert_eq!(of("folder"), (String::new(), directory.to_owned(), Some(1)));
    let told = python(&full, &["missing.py"]).output().unwrap().stderr;
    assert!(String::from_utf8(told).unwrap().contains(&format!("'{}/missing.py'", full.display())));
    assert_eq!(of("program.py"), (String::new(), String::new(), Some(0)));
}

#[test]
fn a_text_that_is_no_python_is_refused() {
    let latin = "SyntaxError: Non-UTF-8 code starting with '\\xe9' in file program.py on line 2, but no encoding declared; see \
                 https://peps.python.org/pep-0263/ for details";
    assert_eq!(refused(b"print('a')\nx = '\xe9'\n"), latin);
    let null = refused(b"print('a')\nx = 1\x00\n");
    assert_eq!(null, before(2, "x = 1", "SyntaxError: source code cannot contain null bytes"));
    let (open, close) = ("(".repeat(250), ")".repeat(250));
    for brackets in [format!("x = 1\ny = {open}1{close}\n"), format!("x = 1\ny = {open}\n")] {
        let told = refused(&brackets);
        let line = brackets.lines().nth(1).unwrap();
        assert_eq!(told, before(2, line, "SyntaxError: too many nested parentheses"));
    }
}

#[test]
fn nobody_who_reads_ends_a_program_quietly() {
    let folder = folder_with("i = 0\nwhile True:\n    print(i)\n    i += 1\n");
    for engine in ENGINES {
        let mut command = python(folder.path(), &["program.py", "--engine", engine]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        // The pipe is closed now.
        let (printed, told, status) = ended(folder.path(), &child.wait_with_output().unwrap());
        assert_eq!((&*line, &*printed, &*told, status), ("0\n", "", "", Some(0)), "{engine}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_device_is_an_error_of_the_system() {
    let full = || File::options().write(true).open("/dev/full").unwrap();
    for (program, line) in [("i = 0\nwhile i < 100000:\n    print(i)\n    i += 1\n", 3), ("print('a')\n", 0)] {
        let folder = folder_with(program);
        let (_, told, status) =
            ended(folder.path(), &python(folder.path(), &["program.py"]).stdout(full()).output().unwrap());
        assert!(told.ends_with("OSError: [Errno 28] No space left on device"), "{told}");
        assert_ne!(status, Some(0));
        assert!(line == 0 || told.contains(&format!("File \"program.py\", line {line}, in <module>")), "{told}");
    }
    // Nor does it matter when what goes wrong cannot be told.
    let folder = folder_with("1 / 0\n");
    let output = python(folder.path(), &["program.py"]).stderr(full()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
}

/// CPython gives up on most of these chains: its compiler recurses.
#[test]
fn long_chains_overflow_nothing() {
    const LENGTH: usize = 100_000;
    let chain = |link: &str| vec!["1"; LENGTH].join(link);
    let branches: String = (1..LENGTH).map(|i| format!("elif x == {i}:\n    y = {i}\n")).collect();
    for (program, printed) in [
        (format!("print({})\n", chain(" + ")), "100000"),
        (format!("print({})\n", chain(" and ")), "1"),
        (format!("print({})\n", chain(" < ")), "False"),
        (format!("x = 1\nprint(x{})\n", ".real".repeat(LENGTH)), "1"),
        (format!("x = {}\nif x == 0:\n    y = 0\n{branches}print(y)\n", LENGTH - 1), "99999"),
    ] {
        assert_eq!(end(&program), (format!("{printed}\n"), String::new(), Some(0)), "{}", &program[..40]);
    }
}

#[test]
fn what_no_memory_can_hold_is_an_error_before_anything_is_allocated() {
    for line in [
        "x = [0] * 10**11",
        "x = (0,) * 10**12",
        "x = 'a' * 10**13",
        "x = list(range(10**11))",
        "x = tuple(range(10**11))",
        "x = sorted(range(10**11))",
        "x = [*range(10**11)]",
        "a, *x = range(10**11)",
        "[].extend(range(10**11))",
        "print(*range(10**11))",
        "x = 'a'.ljust(10**13)",
        "x = '%10000000000000d' % 1",
        "x = 1 << 10**14",
    ] {
        assert_eq!(refused(format!("y = 1\n{line}\n")), in_line(2, line, "MemoryError"));
    }
}

#[test]
fn python_2_is_refused_with_the_form_of_python_3() {
    let print = "SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?";
    let exec = "SyntaxError: Missing parentheses in call to 'exec'. Did you mean exec(...)?";
    let zeros =
        "SyntaxError: leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers";
    for (text, words, form) in [
        ("print \"x\"", print, "print(\"x\")"),
        ("print \"%d\" % x", print, "print(\"%d\" % x)"),
        ("exec \"x = 1\"", exec, "exec(...)"),
        ("x = 0777", zeros, "0o777"),
        ("raise ValueError, \"x\"", "SyntaxError: invalid syntax", "raise ValueError(\"x\")"),
        ("print(1 <> 2)", "SyntaxError: invalid syntax", "!="),
        // These mean something else in Python 3, and CPython goes wrong only when it comes to them, or not at all.
        ("print >>f, \"x\"", "Unsupported: print >>file is Python 2", "print(\"x\", file=f)"),
        ("print (\"a\"), 1", "Unsupported: print without brackets is Python 2", "print((\"a\"), 1)"),
        ("for i in xrange(3): pass", "Unsupported: 'xrange' is Python 2", "range(...)"),
    ] {
        assert_eq!(refused(format!("x = 1\n{text}\n")), before(2, text, &format!("{words}\nIn Python 3: {form}")));
    }
    let told = refused("try:\n    pass\nexcept ValueError, e:\n    pass\n");
    let words = "SyntaxError: multiple exception types must be parenthesized\nIn Python 3: except Exception as error:";
    assert_eq!(told, before(3, "except ValueError, e:", words));
}

#[test]
fn a_program_ends_with_its_own_status() {
    let folder = folder_with("import sys\nprint(sys.argv)\nsys.exit(int(sys.argv[1]))\n");
    let output = python(folder.path(), &["program.py", "3", "--", "-x"]).output().unwrap();
    assert_eq!(ended(folder.path(), &output), ("['program.py', '3', '-x']\n".to_owned(), String::new(), Some(3)));
    assert_eq!(end("import sys\nsys.exit(130)\n"), (String::new(), String::new(), Some(130)));
    assert_eq!(end("raise SystemExit(\"no\")\n"), (String::new(), "no".to_owned(), Some(1)));
    assert_eq!(refused("1 / 0\n"), in_line(1, "1 / 0", "ZeroDivisionError: division by zero"));
}
