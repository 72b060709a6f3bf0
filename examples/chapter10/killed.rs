//! What is left when an engine is killed, and then the server.

use std::thread;
use std::time::{Duration, Instant};

use cluster::{Cluster, Error, task};
use runner::{Failure, Screen};

/// How many tasks there are.
const TASKS: u64 = 200;

/// A task that takes its time.
fn slow_square(x: u64) -> u64 {
    thread::sleep(Duration::from_millis(10));
    x * x
}
task!(slow_square);

/// Kills an engine, and then the server, while engines compute.
pub(crate) fn killed(screen: &Screen) -> Result<(), Failure> {
    match kill(screen) {
        Ok(told) => told,
        Err(Error::Unavailable(why)) => screen.line(format!("unavailable: {why}")),
        Err(error) => Err(Failure::Io(error.to_string())),
    }
}

fn kill(screen: &Screen) -> Result<Result<(), Failure>, Error> {
    let cluster = Cluster::options().engines(2).start()?;
    let client = cluster.client();
    let ids = client.ids();
    let told = screen.line(format!("Two engines, {ids:?}, and {TASKS} tasks of 10 ms each on the load-balanced view."));
    let begun = Instant::now();
    let killer = |cluster: &Cluster| {
        let at = |what: &str| screen.line(format!("{:>6} ms: {what}", begun.elapsed().as_millis()));
        thread::sleep(Duration::from_millis(300));
        cluster.kill_engine(ids[0])?;
        let told = at(&format!("engine {} is killed with -9; what it had is left", ids[0]));
        thread::sleep(Duration::from_millis(300));
        cluster.kill_server()?;
        let told = told.and_then(|()| at("the server is killed with -9; its folder is left"));
        thread::sleep(Duration::from_millis(300));
        cluster.restart_server()?;
        Ok::<_, Error>(told.and_then(|()| at("the server is started on its folder")))
    };
    let (results, killed) = thread::scope(|scope| {
        let killer = scope.spawn(|| killer(&cluster));
        let results = client.load_balanced_view().map(slow_square, 0..TASKS);
        (results, killer.join().expect("whoever kills does not panic"))
    });
    let (results, killed) = (results?, killed?);
    let right = results.iter().zip(0..TASKS).filter(|(result, x)| **result == x * x).count();
    let elapsed = begun.elapsed().as_millis();
    Ok(told.and(killed).and_then(|()| {
        screen
            .line(format!("{elapsed:>6} ms: {} results, each once and in order; {right} are right", results.len()))?;
        screen.line(client.statistics())?;
        if right as u64 == TASKS { Ok(()) } else { Err(Failure::Wrong) }
    }))
}
