//! What the steps of all problems have in common: ranks that are started before the clock and ended after it.

use validation::{Prepared, Problem, Ready, Settings, StepError};

use super::{Error, Ranks};

/// A step's run on ranks.
type Run<P> = dyn FnMut(&mut Ranks, &<P as Problem>::Input, &mut <P as Problem>::Output) -> Result<(), Error>;

struct Team<P: Problem> {
    ranks: Ranks,
    threads: usize,
    run: Box<Run<P>>,
}

/// Starts a rank for each thread that the settings ask for, for a step that runs like this.
pub(super) fn team<P: Problem>(
    settings: &Settings,
    run: impl FnMut(&mut Ranks, &P::Input, &mut P::Output) -> Result<(), Error> + 'static,
) -> Ready<P> {
    hosts(settings.threads.get(), 1, run)
}

/// Starts so many ranks, each of which has so many threads.
pub(super) fn hosts<P: Problem>(
    ranks: usize,
    threads: usize,
    run: impl FnMut(&mut Ranks, &P::Input, &mut P::Output) -> Result<(), Error> + 'static,
) -> Ready<P> {
    let ranks = Ranks::options().ranks(ranks).start()?;
    Ok(Box::new(Team { threads: threads * ranks.size(), ranks, run: Box::new(run) }))
}

impl<P: Problem> Prepared<P> for Team<P> {
    fn run(&mut self, input: &P::Input, output: &mut P::Output) -> Result<(), StepError> {
        Ok((self.run)(&mut self.ranks, input, output)?)
    }

    fn threads(&self) -> usize {
        self.threads
    }

    fn finish(self: Box<Self>) -> Result<(), StepError> {
        Ok(self.ranks.join()?)
    }
}
