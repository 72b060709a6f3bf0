//! Tasks for the engines of a server of others, and who is there meanwhile.

use std::env;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cluster::{Cluster, Credentials, Error, task};
use runner::{Failure, Screen};

/// How many tasks there are, and how long each takes.
const TASKS: u64 = 60;
const EACH: Duration = Duration::from_millis(500);

/// A task that takes its time.
fn long_square(x: u64) -> u64 {
    thread::sleep(EACH);
    x * x
}
task!(long_square);

/// Gives tasks to the engines of the server that `CLUSTER_SERVER` names, and says who falls silent and who comes back.
pub(crate) fn watched(screen: &Screen) -> Result<(), Failure> {
    let url = env::var("CLUSTER_SERVER").map_err(|_| {
        Failure::Io("CLUSTER_SERVER names no server: `scripts/three-hosts` starts one and names it".to_owned())
    })?;
    let failed = |error: Error| Failure::Io(error.to_string());
    let begun = Instant::now();
    let say = |what: String| screen.line(format!("{:>6} ms: {what}", begun.elapsed().as_millis()));
    let cluster = Cluster::connect(&url, &Credentials::none()).map_err(failed)?;
    let client = cluster.client();
    let names = || client.engines().into_iter().map(|(_, name, _)| name).collect::<Vec<_>>();
    say(format!("engines of this program on {:?}, to which it was sent", names()))?;
    let view = client.load_balanced_view().batch(1);
    let done = AtomicBool::new(false);
    let results = thread::scope(|scope| {
        let results = scope.spawn(|| {
            let results = view.map(long_square, 0..TASKS);
            done.store(true, Ordering::Relaxed);
            results
        });
        let mut before = names();
        let mut said = Ok(());
        while !done.load(Ordering::Relaxed) {
            let now = names();
            if now != before && said.is_ok() {
                said = say(format!("engines are heard on {now:?}"));
            }
            before = now;
            thread::sleep(Duration::from_millis(10));
        }
        said.map(|()| results.join().expect("giving tasks does not panic"))
    })?;
    let results = results.map_err(failed)?;
    let right = results.iter().zip(0..TASKS).filter(|(result, x)| **result == x * x).count();
    say(format!("{} results, each once and in order; {right} are right", results.len()))?;
    screen.line(client.statistics())?;
    if right as u64 == TASKS { Ok(()) } else { Err(Failure::Wrong) }
}
