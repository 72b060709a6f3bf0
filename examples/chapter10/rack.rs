//! A thousand engines in one process: what a server makes of as many connections as a rack has.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use cluster::{Client, Cluster, Credentials, EngineOptions, Error, OwnServer, engine};
use runner::units::ms;
use runner::{Budget, Failure, Screen, excerpt, plain_table, time_calls};
use rustix::process::{Resource, getrlimit, setrlimit};

use super::engines::nothing;

/// How many engines there are, of how many the push is measured, and how many tasks they get.
const ENGINES: usize = 1000;
const PUSHED_TO: [usize; 2] = [10, 100];
const TASKS: usize = 10_000;

/// How long they may take to connect.
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts a thousand engines in threads of this process, and shows what the server does for them.
pub(crate) fn rack(screen: &Screen) -> Result<(), Failure> {
    match measure(screen) {
        Ok(told) => told,
        Err(Error::Unavailable(why)) => screen.line(format!("unavailable: {why}")),
        Err(error) => Err(Failure::Io(error.to_string())),
    }
}

fn measure(screen: &Screen) -> Result<Result<(), Failure>, Error> {
    // Each has a connection and what a thread waits with.
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).map_err(|error| refused("no more files can be opened", error.into()))?;
    let cluster = Cluster::options().engines(0).start()?;
    let Some(server) = cluster.own_server() else { return Err(Error::System("there is no server".to_owned())) };
    let client = cluster.client();
    let before = resident(server.process);
    let began = Instant::now();
    connect(&client, &server)?;
    let connected = began.elapsed();
    let idle = resident(server.process);
    let view = client.load_balanced_view();
    let tasks = time_calls(&Budget::exactly(3), || view.map(nothing, vec![(); TASKS]).map(drop))?;
    let busy = resident(server.process);
    let mut rows = vec![
        ["connected, and heard by the client".to_owned(), format!("{ENGINES} engines"), ms(connected)],
        [format!("{TASKS} tasks that do nothing"), format!("{ENGINES} engines"), ms(tasks.best())],
    ];
    let numbers = vec![0.5; 1_000_000];
    for engines in PUSHED_TO {
        let pushed = client.direct_view(..engines)?;
        // What is too much for the connection of one client is an answer too.
        let time = match time_calls(&Budget::exactly(3), || pushed.push("numbers", &numbers)) {
            Ok(time) => ms(time.best()),
            Err(error) => excerpt(&error.to_string(), 60),
        };
        rows.push(["a push of 8 MB".to_owned(), format!("to {engines} of them"), time]);
    }
    let pushing = resident(server.process);
    let second = TASKS as f64 / tasks.best().as_secs_f64();
    let told = screen
        .line(plain_table(&["what", "for", "ms"], &rows, &[0, 1]))
        .and_then(|()| screen.line(format!("That is {second:.0} tasks a second.")))
        .and_then(|()| {
            screen.line(format!(
                "The server's memory: {before} MB without engines, {idle} MB when all are connected, {busy} MB after the tasks, {pushing} MB \
                 after the pushes."
            ))
        });
    Ok(told)
}

fn refused(what: &str, error: std::io::Error) -> Error {
    Error::System(format!("{what}: {error}"))
}

/// Starts the engines, and waits until the client hears all of them.
fn connect(client: &Client, server: &OwnServer) -> Result<(), Error> {
    let began = Instant::now();
    for number in 0..ENGINES {
        let options = EngineOptions {
            server: server.url.clone(),
            name: format!("engine {number}"),
            credentials: Credentials::token(server.token.clone()),
            number: Some(number as u32),
            patience: Some(Duration::from_secs(1)),
        };
        // It ends with its server.
        let started = thread::Builder::new().stack_size(1 << 18).spawn(|| drop(engine(options)));
        started.map_err(|error| refused("the system gives no thread", error))?;
    }
    while client.ids().len() < ENGINES {
        if began.elapsed() > PATIENCE {
            let heard = client.ids().len();
            return Err(Error::System(format!(
                "{heard} of {ENGINES} engines are heard after {} s",
                PATIENCE.as_secs()
            )));
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// The memory of a process in megabytes.
fn resident(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1000
}
