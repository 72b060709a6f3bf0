//! A step: what is known of it, how it is called, what it can be told, and why it may give no answer.

use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;

use crate::{Precision, Problem, StepError, Work};

/// One way of computing a problem: one function, one idea more than the step before it.
pub struct Step<P: Problem> {
    /// What is known of it without running it.
    pub info: StepInfo,
    /// Bytes that it allocates besides input and output.
    pub temporaries: fn(&P::Input) -> u64,
    /// Whether the bits of its answer may change from one run to the next, as those of a race, or of a sum whose order the
    /// schedule decides.
    pub bits_may_change: bool,
    /// How it is called.
    pub kind: Kind<P>,
}

/// What is known of a step without running it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepInfo {
    /// The problem's name.
    pub problem: &'static str,
    /// The name of the function.
    pub name: &'static str,
    /// The module that holds it, from the crate's name down.
    pub module: &'static str,
    /// The source file that holds it, from the workspace's root down.
    pub file: &'static str,
    /// The program that it stands for.
    pub mirrors: &'static str,
    /// What is new in it, in a few words.
    pub idea: &'static str,
    /// How close its answer has to be.
    pub precision: Precision,
    /// Whether it computes something else than the work that the problem states, so that the hardware's limit says nothing.
    pub changes_the_algorithm: bool,
    /// The function that it runs, where that is written in another language than the step.
    pub program: Option<Program>,
    /// What its ladder teaches, if this is the step that shows it: how its time compares with that of the step before it.
    pub lesson: Option<Expected>,
}

/// How the time of a step compares with that of the step before it, as its chapter says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// It takes less time.
    Faster,
    /// It takes as much time.
    Same,
    /// It takes more time.
    Slower,
}

impl Expected {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Faster => "faster",
            Self::Same => "the same",
            Self::Slower => "slower",
        }
    }
}

/// A function of a file in another language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program {
    /// The file, from the workspace's root down.
    pub file: &'static str,
    /// The function: `calculate_z`, `ParticleSimulator.evolve`.
    pub function: &'static str,
}

impl StepInfo {
    /// The crate that teaches the step.
    pub fn crate_name(&self) -> &'static str {
        self.module.split("::").next().unwrap_or(self.module)
    }

    /// The whole name: `kernels::mandelbrot::naive`.
    pub fn path(&self) -> String {
        format!("{}::{}", self.module, self.name)
    }
}

/// How a step is called.
pub enum Kind<P: Problem> {
    /// A function from input to output.
    Plain(Plain<P>),
    /// A function that prepares something first: a pool, a device, another layout of the input.
    Prepared(Prepare<P>),
}

/// A function from input to output.
pub type Plain<P> = fn(&<P as Problem>::Input, &mut <P as Problem>::Output);

/// A function that prepares something to run.
pub type Prepare<P> = fn(&<P as Problem>::Input, &Settings) -> Ready<P>;

/// What preparing a step returns: something that can run, or why it cannot.
pub type Ready<P> = Result<Box<dyn Prepared<P>>, StepError>;

/// What a step has prepared, ready to run any number of times.
pub trait Prepared<P: Problem> {
    /// Computes the output from the input that it was prepared for.
    ///
    /// # Errors
    /// When a device, a process or a thread fails.
    fn run(&mut self, input: &P::Input, output: &mut P::Output) -> Result<(), StepError>;

    /// Threads or processes that compute.
    fn threads(&self) -> usize {
        1
    }

    /// The name of the device that computes, if it is not the processor.
    fn device(&self) -> Option<&str> {
        None
    }

    /// How long the kernels of the last run took by the device's own clock, without what was moved to it and back; `None` if it
    /// has none, or does not say.
    fn kernel_time(&self) -> Option<Duration> {
        None
    }

    /// What `work` is limited by, where this step computes. May measure it, which takes as long as it takes: it is asked for
    /// once, after the step's own time is known, and only if that can be compared.
    fn ceiling(&mut self, work: &Work) -> Ceiling {
        let _ = work;
        Ceiling::Processor
    }

    /// Ends what was prepared.
    ///
    /// # Errors
    /// When a device, a process or a thread fails while it ends.
    fn finish(self: Box<Self>) -> Result<(), StepError> {
        Ok(())
    }
}

/// A closure that computes the output on so many threads, with what it keeps between runs.
struct Closure<R> {
    threads: usize,
    run: R,
}

impl<P, R> Prepared<P> for Closure<R>
where
    P: Problem,
    R: FnMut(&P::Input, &mut P::Output) -> Result<(), StepError>,
{
    fn run(&mut self, input: &P::Input, output: &mut P::Output) -> Result<(), StepError> {
        (self.run)(input, output)
    }

    fn threads(&self) -> usize {
        self.threads
    }
}

/// A step that runs this closure, which computes on so many threads.
///
/// # Errors
/// None: the type is that of the function that prepares a step.
pub fn ready<P, R>(threads: usize, run: R) -> Ready<P>
where
    P: Problem,
    R: FnMut(&P::Input, &mut P::Output) -> Result<(), StepError> + 'static,
{
    Ok(Box::new(Closure { threads, run }))
}

/// What the work of a step is limited by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ceiling {
    /// By as many of the processor's cores as the step has threads, in double precision.
    Processor,
    /// By a device, which cannot do the same operations, in the precision that the step has, in less time than this.
    Device(Duration),
    /// By something that nobody has measured.
    Unknown,
}

/// What a step can be told. A step that has no use for a setting ignores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Threads or processes that compute; by default one for each core.
    pub threads: NonZeroUsize,
    /// Elements of the arrays that are computed at a time, so that they stay in a cache; `None` lets the step choose.
    pub block: Option<NonZeroUsize>,
    /// Rows, particles or samples that a thread or a process takes at once; `None` lets the step choose.
    pub chunk: Option<NonZeroUsize>,
    /// Independent vectors that one thread keeps in flight; `None` lets the step choose.
    pub vectors: Option<NonZeroUsize>,
    /// Invocations in a workgroup of a device; `None` lets the step choose.
    pub workgroup: Option<NonZeroUsize>,
}

impl Default for Settings {
    fn default() -> Self {
        let threads = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self { threads, block: None, chunk: None, vectors: None, workgroup: None }
    }
}

impl<P: Problem> Clone for Kind<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: Problem> Copy for Kind<P> {}

impl<P: Problem> Clone for Step<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: Problem> Copy for Step<P> {}

impl<P: Problem> Step<P> {
    /// A step that has to be exact and needs no memory of its own. Written with [`step!`](crate::step!).
    pub const fn new(
        name: &'static str,
        module: &'static str,
        file: &'static str,
        kind: Kind<P>,
        mirrors: &'static str,
        idea: &'static str,
    ) -> Self {
        let precision = Precision::Exact;
        let info = StepInfo {
            problem: P::NAME,
            name,
            module,
            file,
            mirrors,
            idea,
            precision,
            changes_the_algorithm: false,
            program: None,
            lesson: None,
        };
        Self { info, temporaries: |_| 0, bits_may_change: false, kind }
    }

    /// The same step with another demand on its answer.
    pub const fn precision(self, precision: Precision) -> Self {
        Self { info: StepInfo { precision, ..self.info }, ..self }
    }

    /// The same step with the bytes that it allocates besides input and output.
    pub const fn temporaries(self, temporaries: fn(&P::Input) -> u64) -> Self {
        Self { temporaries, ..self }
    }

    /// The same step, marked as one that does other work than the problem states.
    pub const fn changes_the_algorithm(self) -> Self {
        Self { info: StepInfo { changes_the_algorithm: true, ..self.info }, ..self }
    }

    /// The same step, with the function of another language that it runs: that is its text then.
    pub const fn program(self, file: &'static str, function: &'static str) -> Self {
        Self { info: StepInfo { program: Some(Program { file, function }), ..self.info }, ..self }
    }

    /// The same step, marked as the one that shows what its ladder teaches: how its time compares with that of the step before it.
    pub const fn lesson(self, expected: Expected) -> Self {
        Self { info: StepInfo { lesson: Some(expected), ..self.info }, ..self }
    }

    /// The same step, marked as one whose answer may have other bits in each run: all of it is compared with the reference then,
    /// each time.
    pub const fn bits_may_change(self) -> Self {
        Self { bits_may_change: true, ..self }
    }
}

/// Makes a [`Step`](crate::Step) of a function in scope: `step!(naive, "what it mirrors", "what is new")`, with `prepared` before
/// the name when the function returns something [`Prepared`](crate::Prepared).
#[macro_export]
macro_rules! step {
    (prepared $function:ident, $mirrors:literal, $idea:literal) => {
        $crate::Step::new(
            stringify!($function),
            module_path!(),
            file!(),
            $crate::Kind::Prepared($function),
            $mirrors,
            $idea,
        )
    };
    ($function:ident, $mirrors:literal, $idea:literal) => {
        $crate::Step::new(
            stringify!($function),
            module_path!(),
            file!(),
            $crate::Kind::Plain($function),
            $mirrors,
            $idea,
        )
    };
}
