//! The process in the background: it starts the server and the engines, and ends them when it is told to, or when it ends itself.

use std::process;
use std::thread;
use std::time::{Duration, Instant};

use cluster::{Cluster, OwnServer, Role};
use runner::Failure;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::super::engine::token_in;
use super::args::StartArgs;
use super::remote::{self, Remote};
use super::state::{Running, began};

/// How long engines of other machines may take to be heard.
const PATIENCE: Duration = Duration::from_secs(60);

fn failed(error: &cluster::Error) -> Failure {
    Failure::Io(error.to_string())
}

/// Keeps a cluster until it is told to end it.
pub(super) fn keep(args: StartArgs) -> Result<(), Failure> {
    // From the first moment on: the end of a terminal is none of ours.
    let signals = Signals::new([SIGHUP, SIGINT, SIGTERM]);
    let mut signals = signals.map_err(|error| Failure::io("the signals cannot be received", &error))?;
    let state = args.folder.state();
    let machines = args.hosts.as_deref().map(remote::machines).transpose()?.unwrap_or_default();
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let here = args.engines.map_or(if machines.is_empty() { cores } else { 0 }, usize::from);
    let mut options = Cluster::options().sends_program(false).hosts(here);
    if args.listen.is_some() || args.port.is_some() {
        options = options.listen(args.listen.unwrap_or([127, 0, 0, 1].into()), args.port);
    }
    if let Some(file) = &args.token_file {
        options = options.token(token_in(file)?);
    }
    if let (Some(certificate), Some(key), Some(authority)) = (&args.tls_certificate, &args.tls_key, &args.tls) {
        options = options.tls(certificate, key, authority);
    }
    let cluster = options.start().map_err(|error| failed(&error))?;
    let server = cluster.own_server().ok_or_else(|| Failure::Io("there is no server".to_owned()))?;
    let mut remotes = Vec::new();
    for machine in &machines {
        remotes.push(Remote::start(machine, &server, args.tls.as_deref())?);
    }
    heard(&cluster, &mut remotes, here + machines.len())?;
    let token_file = match &args.token_file {
        Some(file) => file.clone(),
        None => state.write("token", &format!("{}\n", server.token))?,
    };
    let OwnServer { url, .. } = server;
    let (process, engines) = (process::id(), here + machines.len());
    let began = began(process).ok_or_else(|| Failure::Io("/proc does not show this process".to_owned()))?;
    state.keep(&Running { url, process, began, engines, token_file, tls: args.tls })?;
    while signals.forever().next() == Some(SIGHUP) {}
    drop(remotes);
    drop(cluster);
    state.clear();
    Ok(())
}

/// Waits until so many hosts are there.
fn heard(cluster: &Cluster, remotes: &mut [Remote], hosts: usize) -> Result<(), Failure> {
    let until = Instant::now() + PATIENCE;
    loop {
        let present = cluster.client().present();
        if present.iter().filter(|present| matches!(present.what, Role::Host(_))).count() >= hosts {
            return Ok(());
        }
        if let Some(why) = remotes.iter_mut().find_map(Remote::ended) {
            return Err(Failure::Io(why));
        }
        if Instant::now() > until {
            return Err(Failure::Io(format!("not all of {hosts} engines are heard after {} s", PATIENCE.as_secs())));
        }
        thread::sleep(Duration::from_millis(5));
    }
}
