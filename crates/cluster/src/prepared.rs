//! What the steps of all problems have in common: a cluster that is started before the clock and ended after it.

use validation::{Prepared, Problem, Ready, Settings, StepError};

use crate::{Client, Cluster, Error, Options};

/// A step's run with a client.
type Run<P> = dyn FnMut(&Client, &<P as Problem>::Input, &mut <P as Problem>::Output) -> Result<(), Error>;

struct OnEngines<P: Problem> {
    cluster: Cluster,
    engines: usize,
    run: Box<Run<P>>,
}

/// Starts a server and as many engines as the settings say, for a step that runs like this; or uses those that this program was told to use.
pub(crate) fn on_engines<P: Problem>(
    settings: &Settings,
    run: impl FnMut(&Client, &P::Input, &mut P::Output) -> Result<(), Error> + 'static,
) -> Ready<P> {
    on(Cluster::options().engines(settings.threads.get()), run)
}

/// The same with engines on hosts, which have to be sent the program.
pub(crate) fn on_hosts<P: Problem>(
    settings: &Settings,
    run: impl FnMut(&Client, &P::Input, &mut P::Output) -> Result<(), Error> + 'static,
) -> Ready<P> {
    on(Cluster::options().hosts(settings.threads.get()), run)
}

fn on<P: Problem>(
    options: Options,
    run: impl FnMut(&Client, &P::Input, &mut P::Output) -> Result<(), Error> + 'static,
) -> Ready<P> {
    let cluster = options.start_or_connect()?;
    let engines = cluster.client().ids().len();
    Ok(Box::new(OnEngines { cluster, engines, run: Box::new(run) }))
}

impl<P: Problem> Prepared<P> for OnEngines<P> {
    fn run(&mut self, input: &P::Input, output: &mut P::Output) -> Result<(), StepError> {
        Ok((self.run)(&self.cluster.client(), input, output)?)
    }

    fn threads(&self) -> usize {
        self.engines
    }

    fn finish(self: Box<Self>) -> Result<(), StepError> {
        let left = self.cluster.client().ids().len();
        if left < self.engines {
            return Err(StepError::Failed(format!("{} engines ended in the middle", self.engines - left)));
        }
        Ok(())
    }
}
