//! A host: a process on another machine that has not got a client's program. It fetches the one whose hash the client tells, and starts an
//! engine from it.
//!
//! A program is wanted as long as a client says so, twice a second. Each that is wanted has an engine of its own on this host; when no
//! client has wanted it for some seconds, its engine is ended, and it is removed from the store. What is fetched is a file without a name:
//! when this process ends, however that comes about, the system gives its space back.

mod programs;

use std::path::PathBuf;
use std::time::Duration;
use std::{env, process};

use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::time::{MissedTickBehavior, interval};

use crate::Error;
use crate::connection::{Credentials, Link, PATIENCE};
use crate::machine::{machine, seconds};
use crate::wire::{HELLO, HOST, HostBeat, WANTED, Wanted, bytes_of, decode};
use programs::Programs;

/// For how long no client may have wanted a program, unless it is told otherwise: longer than it takes to see that this host was cut off.
const LOST_AFTER: Duration = Duration::from_secs(15);

/// How often a host looks after its engines.
const TICK: Duration = Duration::from_millis(50);

/// In how many of these it says once that it is there.
const BEATS: u32 = 10;

/// What a host has to know.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct HostOptions {
    /// The server's address: `nats://127.0.0.1:4222`.
    pub server: String,
    /// What it is called where engines are listed: by default, what its machine is.
    pub name: Option<String>,
    /// What the server wants to see.
    pub credentials: Credentials,
    /// Where programs are written to: by default, the system's folder for what is temporary.
    pub folder: Option<PathBuf>,
    /// How long no client may have wanted a program before its engine is ended: by default 15 s. While there is no connection, it does
    /// not count.
    pub lost_after: Option<Duration>,
    /// How long the server may be away before the host ends: by default half a minute.
    pub patience: Option<Duration>,
}

/// Fetches programs and runs their engines until the server has been away for too long: what `cargo course engine --server URL` does. It
/// tells what it does, in one line each time, first that it is connected.
///
/// # Errors
/// When there is no server, it refuses, it keeps no queues, or it has gone away.
pub fn host(options: HostOptions, tell: fn(&str)) -> Result<(), Error> {
    crate::os::available().map_err(Error::Unavailable)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::system("the system gives no runtime", error))?;
    runtime.block_on(async {
        let link = Link::connect(&options.server, &options.credentials, options.patience.unwrap_or(PATIENCE)).await?;
        link.prepare().await?;
        serve(link, options, tell).await
    })
}

async fn serve(link: Link, options: HostOptions, tell: fn(&str)) -> Result<(), Error> {
    let refused = |error: &dyn std::fmt::Display| Error::server("to listen", error);
    let mut wanted = link.client.subscribe(WANTED).await.map_err(|error| refused(&error))?;
    let mut hello = link.client.subscribe(HELLO).await.map_err(|error| refused(&error))?;
    let lost_after = options.lost_after.unwrap_or(LOST_AFTER);
    let (folder, server) = (options.folder.clone().unwrap_or_else(env::temp_dir), options.server.clone());
    let name = options.name.clone().unwrap_or_else(machine);
    tell(&format!("{name}, process {}, listens at {server} for programs to run; Ctrl-C ends it", process::id()));
    let beat = HostBeat {
        instance: link.word(),
        name: name.clone(),
        machine: machine(),
        process: process::id(),
        since: seconds(),
        programs: Vec::new(),
    };
    let mut programs = Programs::new(link.clone(), name, options.credentials, folder, lost_after, tell);
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut quiet = 0;
    loop {
        let mut say = false;
        tokio::select! {
            message = wanted.next() => {
                let Some(message) = message else { return Err(closed()) };
                // What is no message of ours says nothing.
                if let Ok(program) = decode::<Wanted>(&message.payload) {
                    say = programs.wanted(program);
                }
            }
            message = hello.next() => {
                if message.is_none() {
                    return Err(closed());
                }
                say = true;
            }
            () = programs.fetched() => say = true,
            _ = ticks.tick() => {
                if !link.state().connected {
                    link.connected().await?;
                }
                say = programs.tick(TICK);
                quiet += 1;
            }
        }
        if say || quiet >= BEATS {
            quiet = 0;
            let beat = HostBeat { programs: programs.stages(), ..beat.clone() };
            // Without a connection it waits in a queue, which has an end.
            let said = link.client.publish(HOST, bytes_of(&beat)?.into());
            let _ = tokio::time::timeout(TICK * BEATS, said).await;
        }
    }
}

fn closed() -> Error {
    Error::System("the connection is closed".to_owned())
}
