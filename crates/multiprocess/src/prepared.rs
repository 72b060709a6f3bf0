//! What the steps of all problems have in common: a pool that is started before the clock and ended after it.

use validation::{Prepared, Problem, Ready, Settings, StepError};

use crate::{Error, Pool, STALL_LIMIT};

/// A step's run with a pool.
type Run<P> = dyn FnMut(&Pool, &<P as Problem>::Input, &mut <P as Problem>::Output) -> Result<(), Error>;

struct Pooled<P: Problem> {
    pool: Pool,
    run: Box<Run<P>>,
}

/// Starts a pool of as many workers as the settings say, for a step that runs like this.
pub(crate) fn pooled<P: Problem>(
    settings: &Settings,
    run: impl FnMut(&Pool, &P::Input, &mut P::Output) -> Result<(), Error> + 'static,
) -> Ready<P> {
    let pool = Pool::options().workers(settings.threads.get()).stall_limit(STALL_LIMIT).start()?;
    Ok(Box::new(Pooled { pool, run: Box::new(run) }))
}

impl<P: Problem> Prepared<P> for Pooled<P> {
    fn run(&mut self, input: &P::Input, output: &mut P::Output) -> Result<(), StepError> {
        Ok((self.run)(&self.pool, input, output)?)
    }

    fn threads(&self) -> usize {
        self.pool.workers()
    }

    fn finish(self: Box<Self>) -> Result<(), StepError> {
        let replaced = self.pool.replaced();
        self.pool.join()?;
        if replaced > 0 {
            return Err(StepError::Failed(format!("{replaced} workers ended in the middle and were replaced")));
        }
        Ok(())
    }
}
