//! Who is there on a server: hosts and engines, whatever program they run, for those who only want to look.

use std::time::Duration;

use crate::session::Session;
use crate::wire::Stage;
use crate::{Credentials, Error, connection};

/// Somebody who is there on a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// The name that it was started with.
    pub name: String,
    /// The machine that it runs on, by that machine's own name.
    pub machine: String,
    /// Its process there.
    pub process: u32,
    /// When it began, since 1970.
    pub since: Duration,
    /// What it is, and what it runs.
    pub what: Role,
}

/// What somebody is who is there on a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// An engine, and the name of its program's file.
    Engine(String),
    /// A host, and what it does with each program that clients want: a line each.
    Host(Vec<String>),
}

/// Hosts and engines of a server, hosts first. Nobody is told to run this program.
///
/// # Errors
/// When nobody answers at that address, the credentials are refused, or the server keeps no queues.
pub fn present(url: &str, credentials: &Credentials) -> Result<Vec<Present>, Error> {
    let session = Session::connect(url, credentials, Duration::from_secs(5), connection::PATIENCE)?;
    session.hear();
    Ok(of(&session))
}

/// Those that are there now.
pub(crate) fn of(session: &Session) -> Vec<Present> {
    let hosts = session.shared.hosts.alive().into_iter().map(|beat| Present {
        what: Role::Host(
            beat.programs.iter().map(|(wanted, stage)| format!("{} {}", wanted.name, said(stage))).collect(),
        ),
        name: beat.name,
        machine: beat.machine,
        process: beat.process,
        since: Duration::from_secs(beat.since),
    });
    let engines = session.shared.engines.alive().into_iter().map(|known| Present {
        name: known.beat.name,
        machine: known.beat.machine,
        process: known.beat.process,
        since: Duration::from_secs(known.beat.since),
        what: Role::Engine(known.beat.program),
    });
    hosts.chain(engines).collect()
}

fn said(stage: &Stage) -> String {
    match stage {
        Stage::Missing => "is not in the store yet".to_owned(),
        Stage::Fetching => "is on its way".to_owned(),
        Stage::Runs { process } => format!("runs, process {process}"),
        Stage::Failed(why) => format!("does not run: {why}"),
    }
}
