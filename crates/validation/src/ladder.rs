//! A ladder: the steps of one crate for one problem, with the problem's types erased, and the session that runs one of them.

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::{
    Ceiling, InputError, Kind, Mismatch, Plain, Precision, Prepared, Problem, Settings, SizeRequest, Step, StepError,
    StepInfo, Verified, Work, memory,
};

/// The steps of one crate for one problem, with the problem's types erased, so that any program can list, run and compare them.
pub trait Ladder: Send + Sync {
    /// The problem's name.
    fn problem(&self) -> &'static str;

    /// What is known of each step, in order.
    fn steps(&self) -> &[StepInfo];

    /// Makes the problem's input. Ladders of the same problem can share it.
    ///
    /// # Errors
    /// When the sizes cannot be, or cannot be held here.
    fn input(&self, request: &SizeRequest) -> Result<SharedInput, InputError>;

    /// Prepares a step for an input. The first argument counts from zero.
    ///
    /// # Errors
    /// When the step cannot run on this machine, or its temporaries do not fit into memory.
    fn start(&self, step: usize, input: &SharedInput, settings: &Settings) -> Result<Box<dyn Session>, StepError>;

    /// The inputs that every step is tested on, by name.
    fn cases(&self) -> Vec<(String, SharedCase)>;
}

/// What makes the input of a test case, with the problem's types erased.
type SharedCase = Box<dyn Fn() -> Result<SharedInput, InputError> + Send + Sync>;

/// An input that several steps share.
#[derive(Clone)]
pub struct SharedInput(Arc<dyn Held>);

/// A problem's input behind a pointer.
trait Held: Send + Sync {
    fn problem(&self) -> &'static str;
    fn sizes(&self) -> Vec<(&'static str, u64)>;
    fn work(&self) -> Work;
    fn reading(&self, sum: &str) -> String;
    fn reference_sum(&self) -> String;
    fn reference_digest(&self) -> u64;
    fn single_reference_sum(&self) -> Option<String>;
    fn any(&self) -> &dyn Any;
    fn shared_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

struct Holder<P: Problem>(P::Input);

impl<P: Problem> Held for Holder<P> {
    fn problem(&self) -> &'static str {
        P::NAME
    }

    fn sizes(&self) -> Vec<(&'static str, u64)> {
        P::sizes(&self.0)
    }

    fn work(&self) -> Work {
        P::work(&self.0)
    }

    fn reading(&self, sum: &str) -> String {
        P::reading(&self.0, sum)
    }

    fn reference_sum(&self) -> String {
        P::reference_sum(&self.0)
    }

    fn reference_digest(&self) -> u64 {
        P::reference_digest(&self.0)
    }

    fn single_reference_sum(&self) -> Option<String> {
        P::single_reference_sum(&self.0)
    }

    fn any(&self) -> &dyn Any {
        self
    }

    fn shared_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

impl SharedInput {
    /// Shares an input.
    pub fn new<P: Problem>(input: P::Input) -> Self {
        Self(Arc::new(Holder::<P>(input)))
    }

    /// The problem's name.
    pub fn problem(&self) -> &'static str {
        self.0.problem()
    }

    /// The sizes by name.
    pub fn sizes(&self) -> Vec<(&'static str, u64)> {
        self.0.sizes()
    }

    /// The necessary operations and bytes.
    pub fn work(&self) -> Work {
        self.0.work()
    }

    /// What a validation sum of this problem says, in a line that begins with it.
    pub fn reading(&self, sum: &str) -> String {
        self.0.reading(sum)
    }

    /// The validation sum of the reference answer.
    pub fn reference_sum(&self) -> String {
        self.0.reference_sum()
    }

    /// The [`digest`](Session::digest) of the reference answer: an answer with the same digest has the same bits.
    pub fn reference_digest(&self) -> u64 {
        self.0.reference_digest()
    }

    /// The validation sum of the reference answer in single precision, if the problem has one.
    pub fn single_reference_sum(&self) -> Option<String> {
        self.0.single_reference_sum()
    }

    /// The input itself, if it is one of problem `P`.
    pub fn get<P: Problem>(&self) -> Option<&P::Input> {
        self.0.any().downcast_ref::<Holder<P>>().map(|holder| &holder.0)
    }

    fn holder<P: Problem>(&self) -> Option<Arc<Holder<P>>> {
        self.0.clone().shared_any().downcast().ok()
    }
}

/// A step that is ready to run on one input, with its own output. Times of it are taken through
/// [`Checked`](crate::Checked).
pub trait Session {
    /// The problem's name.
    fn problem(&self) -> &'static str;

    /// Overwrites the output with values that no correct step writes.
    fn poison(&mut self);

    /// Overwrites a few hundred elements, others with each `seed`, with such values: too few to move the caches.
    fn poison_places(&mut self, seed: u64);

    /// Computes the output once.
    ///
    /// # Errors
    /// When a device, a process or a thread fails.
    fn run(&mut self) -> Result<(), StepError>;

    /// Compares the output with the reference, to the step's own precision.
    ///
    /// # Errors
    /// The [`Mismatch`] names the first wrong element.
    fn verify(&self) -> Result<Verified, Mismatch>;

    /// One number for all bits of the output in their order, computed fast.
    fn digest(&self) -> u64;

    /// Bytes of the output.
    fn output_bytes(&self) -> u64;

    /// Whether the bits of the output may change from one run to the next.
    fn bits_may_change(&self) -> bool;

    /// The output's validation sum.
    fn validation_sum(&self) -> String;

    /// The output itself, to draw it.
    fn output(&self) -> &dyn Any;

    /// Threads or processes that compute.
    fn threads(&self) -> usize;

    /// The name of the device that computes, if it is not the processor.
    fn device(&self) -> Option<&str>;

    /// How long the kernels of the last run took by the device's own clock, if it has one.
    fn kernel_time(&self) -> Option<Duration>;

    /// What `work` is limited by, where this step computes.
    fn ceiling(&mut self, work: &Work) -> Ceiling;

    /// How long preparing took, for a step that prepares something.
    fn prepare_time(&self) -> Option<Duration>;

    /// Ends what was prepared.
    ///
    /// # Errors
    /// When a device, a process or a thread fails while it ends.
    fn finish(self: Box<Self>) -> Result<(), StepError>;
}

struct TypedLadder<P: Problem> {
    steps: &'static [Step<P>],
    infos: Vec<StepInfo>,
}

/// A ladder of a crate's steps.
pub fn ladder<P: Problem>(steps: &'static [Step<P>]) -> Box<dyn Ladder> {
    let infos = steps.iter().map(|step| step.info).collect();
    Box::new(TypedLadder { steps, infos })
}

impl<P: Problem> Ladder for TypedLadder<P> {
    fn problem(&self) -> &'static str {
        P::NAME
    }

    fn steps(&self) -> &[StepInfo] {
        &self.infos
    }

    fn input(&self, request: &SizeRequest) -> Result<SharedInput, InputError> {
        Ok(SharedInput::new::<P>(P::input(&P::request(request)?)?))
    }

    fn start(&self, step: usize, input: &SharedInput, settings: &Settings) -> Result<Box<dyn Session>, StepError> {
        let step = self.steps[step];
        let Some(input) = input.holder::<P>() else {
            let why = format!("{} was given an input of {}", P::NAME, input.problem());
            return Err(StepError::Failed(why));
        };
        memory::require((step.temporaries)(&input.0)).map_err(|error| StepError::Unavailable(error.to_string()))?;
        let started = Instant::now();
        let (call, prepare_time) = match step.kind {
            Kind::Plain(function) => (Call::Plain(function), None),
            Kind::Prepared(prepare) => (Call::Prepared(prepare(&input.0, settings)?), Some(started.elapsed())),
        };
        let output = P::output(&input.0);
        let Step { info: StepInfo { precision, .. }, bits_may_change, .. } = step;
        Ok(Box::new(TypedSession { precision, bits_may_change, call, prepare_time, input, output }))
    }

    fn cases(&self) -> Vec<(String, SharedCase)> {
        let cases = P::cases().into_iter();
        cases
            .map(|case| (case.name, Box::new(move || (case.input)().map(SharedInput::new::<P>)) as SharedCase))
            .collect()
    }
}

enum Call<P: Problem> {
    Plain(Plain<P>),
    Prepared(Box<dyn Prepared<P>>),
}

struct TypedSession<P: Problem> {
    precision: Precision,
    bits_may_change: bool,
    call: Call<P>,
    prepare_time: Option<Duration>,
    input: Arc<Holder<P>>,
    output: P::Output,
}

impl<P: Problem> Session for TypedSession<P> {
    fn problem(&self) -> &'static str {
        P::NAME
    }

    fn poison(&mut self) {
        P::poison(&mut self.output);
    }

    fn poison_places(&mut self, seed: u64) {
        P::poison_places(&mut self.output, seed);
    }

    fn run(&mut self) -> Result<(), StepError> {
        match &mut self.call {
            Call::Plain(function) => {
                function(&self.input.0, &mut self.output);
                Ok(())
            }
            Call::Prepared(prepared) => prepared.run(&self.input.0, &mut self.output),
        }
    }

    fn verify(&self) -> Result<Verified, Mismatch> {
        P::verify(&self.input.0, &self.output, self.precision)
    }

    fn digest(&self) -> u64 {
        P::digest(&self.output)
    }

    fn output_bytes(&self) -> u64 {
        P::work(&self.input.0).bytes_written
    }

    fn bits_may_change(&self) -> bool {
        self.bits_may_change
    }

    fn validation_sum(&self) -> String {
        P::validation_sum(&self.output)
    }

    fn output(&self) -> &dyn Any {
        &self.output
    }

    fn threads(&self) -> usize {
        match &self.call {
            Call::Plain(_) => 1,
            Call::Prepared(prepared) => prepared.threads(),
        }
    }

    fn device(&self) -> Option<&str> {
        match &self.call {
            Call::Plain(_) => None,
            Call::Prepared(prepared) => prepared.device(),
        }
    }

    fn kernel_time(&self) -> Option<Duration> {
        match &self.call {
            Call::Plain(_) => None,
            Call::Prepared(prepared) => prepared.kernel_time(),
        }
    }

    fn ceiling(&mut self, work: &Work) -> Ceiling {
        match &mut self.call {
            Call::Plain(_) => Ceiling::Processor,
            Call::Prepared(prepared) => prepared.ceiling(work),
        }
    }

    fn prepare_time(&self) -> Option<Duration> {
        self.prepare_time
    }

    fn finish(self: Box<Self>) -> Result<(), StepError> {
        match self.call {
            Call::Plain(_) => Ok(()),
            Call::Prepared(prepared) => prepared.finish(),
        }
    }
}
