//! Runs programs in every engine and in CPython, and compares the outcomes.

use std::collections::HashSet;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::ops::Range;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use interpreted::machine::{Engine, Failure, Interpreter};
use interpreted::native::Reason;
use interpreted::source::SourceFile;
use libtest_mimic::{Completion, Failed};

use crate::cpython;
use crate::program;
use crate::running::{self, same};

/// Iterations after which a loop is compiled: at once, before a loop is half through, and after most. The programs take turns,
/// because to compile takes most of the time.
const THRESHOLDS: [u32; 3] = [2, 3, 17];

/// What a program came to.
struct Outcome {
    printed: String,
    ended: Result<(), Failure>,
}

/// Runs the program of a seed. A panic says which one it was.
fn execute(seed: u64, text: &str, engine: Engine) -> Result<Outcome, Failed> {
    let run = || running::execute("program.py", text, Path::new(""), engine);
    let result = panic::catch_unwind(AssertUnwindSafe(run));
    let (printed, ended) = result.map_err(|_| shown(seed, text, &format!("{engine:?} panics")))??;
    Ok(Outcome { printed, ended })
}

/// A failure with the program.
fn shown(seed: u64, text: &str, why: &str) -> Failed {
    format!("RANDOM_SEED={seed} RANDOM_PROGRAMS=1: {why}\n{text}").into()
}

/// The interpreter prints and ends as the compilers do, to the last line of the traceback.
pub(crate) fn engines_agree(seeds: Range<u64>) -> Result<(), Failed> {
    for seed in seeds {
        let text = program::write(seed);
        let expected = execute(seed, &text, Engine::Interpreted)?;
        let threshold = THRESHOLDS[(seed % THRESHOLDS.len() as u64) as usize];
        let found = execute(seed, &text, Engine::Observed { threshold, squares: true })?;
        let name = format!("compiled after {threshold} iterations");
        let wrong = |failed: Failed| shown(seed, &text, failed.message().unwrap_or_default());
        let ended = [&expected, &found].map(|outcome| whole_end(&outcome.ended));
        same("printed", ("interpreted", &expected.printed), (&name, &found.printed)).map_err(wrong)?;
        same("ended with", ("interpreted", &ended[0]), (&name, &ended[1])).map_err(wrong)?;
    }
    Ok(())
}

fn whole_end(ended: &Result<(), Failure>) -> String {
    match ended {
        Ok(()) => String::new(),
        Err(Failure::Source(error)) => error.to_string(),
        Err(Failure::Exception { traceback, status }) => format!("{traceback}status {status}"),
    }
}

/// Most programs end well, some do not, all are programs of the language, and nearly all print more than what stands at their end.
pub(crate) fn programs_are_of_every_kind() -> Result<(), Failed> {
    let (mut well, mut talkative) = (0, 0);
    const COUNT: u64 = 200;
    for seed in 0..COUNT {
        let text = program::write(seed);
        let outcome = execute(seed, &text, Engine::Interpreted)?;
        match &outcome.ended {
            Ok(()) => well += 1,
            Err(Failure::Source(error)) => return Err(shown(seed, &text, &error.to_string())),
            Err(Failure::Exception { .. }) => {}
        }
        talkative += u64::from(outcome.printed.lines().count() > 4);
    }
    if !(COUNT * 6 / 10..=COUNT * 9 / 10).contains(&well) {
        return Err(format!("{well} of {COUNT} programs end well: it should be most, and not all").into());
    }
    if talkative < COUNT * 7 / 10 {
        return Err(format!("only {talkative} of {COUNT} programs print more than 4 lines").into());
    }
    Ok(())
}

/// The programs' loops are compiled, entered, and left for many reasons: otherwise that the engines agree would say little.
pub(crate) fn programs_are_compiled() -> Result<Completion, Failed> {
    const COUNT: u64 = 120;
    const REASONS: [Reason; 5] = [Reason::End, Reason::Type, Reason::Unseen, Reason::Overflow, Reason::ZeroDivision];
    let (mut compiled, mut entries, mut left, mut reasons) = (0, 0, 0, HashSet::new());
    for seed in 0..COUNT {
        let mut interpreter = Interpreter::new(Box::new(io::sink()), vec!["program.py".to_string()]);
        interpreter.set_engine(Engine::observed_at_once());
        let file = SourceFile::new("program.py", &program::write(seed)).map_err(|error| error.to_string())?;
        // How it ends is another test's matter.
        let _ = interpreter.run(file);
        let found = interpreter.compiled();
        if let Some(why) = found.unavailable {
            return Ok(Completion::ignored_with(why));
        }
        for code in found.loops.into_iter().filter_map(|watched| watched.machine_code) {
            compiled += 1;
            entries += code.entries;
            left += code.left.iter().map(|(_, _, count)| count).sum::<u64>();
            reasons.extend(code.left.iter().map(|(_, reason, _)| *reason));
        }
    }
    let has_all = REASONS.iter().all(|reason| reasons.contains(reason));
    if compiled < COUNT || entries < 4 * COUNT || left < 2 * COUNT || !has_all {
        let told = format!("{compiled} loops are compiled, entered {entries} times and left {left} times");
        return Err(format!("of {COUNT} programs only {told}, because of {reasons:?}").into());
    }
    Ok(Completion::Completed)
}

/// CPython prints and ends as the interpreter does.
pub(crate) fn cpython_agrees(seeds: Range<u64>) -> Result<Completion, Failed> {
    let python = match cpython::find() {
        Ok(python) => python,
        Err(why) => return cpython::unavailable(&why),
    };
    let mut peer = Peer::start(&python)?;
    for seed in seeds {
        let text = program::write(seed);
        let wrong = |failed: Failed| shown(seed, &text, failed.message().unwrap_or_default());
        let [printed, ended] = peer.run(&text).map_err(wrong)?;
        let found = execute(seed, &text, Engine::Interpreted)?;
        let told = found.ended.as_ref().err().map(running::described).unwrap_or_default();
        // CPython is not asked for its status, which is the first line.
        let told = told.split_once('\n').map_or("", |(_, rest)| rest);
        same("printed", ("CPython", &printed), ("here", &found.printed)).map_err(wrong)?;
        same("ended with", ("CPython", &ended), ("here", told)).map_err(wrong)?;
    }
    peer.end()?;
    Ok(Completion::Completed)
}

/// A process of CPython that runs one program after another.
struct Peer {
    child: Child,
    results: BufReader<std::process::ChildStdout>,
}

impl Peer {
    fn start(python: &str) -> Result<Peer, Failed> {
        let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/random/cpython.py");
        let mut child = Command::new(python)
            .args(["-S", "-X", "utf8"])
            .arg(driver)
            .env("PYTHONHASHSEED", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let results = BufReader::new(child.stdout.take().ok_or("it has an output")?);
        Ok(Peer { child, results })
    }

    /// What a program printed, and how it ended.
    fn run(&mut self, text: &str) -> Result<[String; 2], Failed> {
        let input = self.child.stdin.as_mut().ok_or("it has an input")?;
        write!(input, "{}\n{text}", text.len())?;
        input.flush()?;
        Ok([self.result()?, self.result()?])
    }

    fn result(&mut self) -> Result<String, Failed> {
        let mut length = String::new();
        self.results.read_line(&mut length)?;
        let length = length.trim_end().parse().map_err(|_| format!("no length of a result, but {length:?}"))?;
        let mut result = vec![0; length];
        self.results.read_exact(&mut result)?;
        Ok(String::from_utf8(result)?)
    }

    fn end(mut self) -> Result<(), Failed> {
        drop(self.child.stdin.take());
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(format!("CPython ended with {status}").into()) }
    }
}
