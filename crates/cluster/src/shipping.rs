//! How a client's program comes to hosts: it says which one it wants run, and puts it into the store when somebody lacks it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};

use crate::connection::Link;
use crate::engines::Engines;
use crate::hosts::Hosts;
use crate::wire::{HELLO, Stage, WANTED, Wanted, bytes_of};
use crate::{Error, store};

/// How often a client says which program it wants run.
const EVERY: Duration = Duration::from_millis(500);

/// How long a program may be under way to hosts, and their engines may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a client does for hosts.
#[derive(Debug)]
pub(crate) struct Shipping {
    link: Link,
    hosts: Arc<Hosts>,
    engines: Arc<Engines>,
    /// What the program is called in the store, once a host has asked for it.
    program: Mutex<Option<Wanted>>,
    /// Why it is not in the store.
    trouble: Mutex<Option<Error>>,
    /// A host has said something.
    pub(crate) heard: Notify,
}

impl Shipping {
    pub(crate) fn new(link: Link, hosts: Arc<Hosts>, engines: Arc<Engines>) -> Self {
        Self { link, hosts, engines, program: Mutex::default(), trouble: Mutex::default(), heard: Notify::new() }
    }

    /// Says which program is wanted, as long as this client lives, and sends it where it is not.
    pub(crate) async fn ship(&self) {
        let mut bytes = None;
        loop {
            if !self.hosts.alive().is_empty() {
                let shipped = self.say(&mut bytes).await;
                *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = shipped.err();
            }
            let until = Instant::now() + EVERY;
            loop {
                tokio::select! {
                    () = self.heard.notified() => if self.is_lacking() { break },
                    () = sleep_until(until) => break,
                }
            }
        }
    }

    /// Whether a host has not heard of this program, or has not got it.
    fn is_lacking(&self) -> bool {
        let Some(wanted) = self.program() else { return true };
        self.hosts.stages(&wanted).iter().any(|(_, stage)| matches!(stage, None | Some(Stage::Missing)))
    }

    /// Says it once. The program is read when the first host is there, and its bytes are kept no longer than they are needed.
    async fn say(&self, bytes: &mut Option<Vec<u8>>) -> Result<(), Error> {
        let refused = |error: &dyn std::fmt::Display| Error::server("to say which program is wanted", error);
        let known = self.program();
        let wanted = match known {
            Some(wanted) => wanted,
            None => {
                let (wanted, read) = read().await?;
                *bytes = Some(read);
                *self.program.lock().unwrap_or_else(PoisonError::into_inner) = Some(wanted.clone());
                wanted
            }
        };
        self.link.connected().await?;
        self.link.client.publish(WANTED, bytes_of(&wanted)?.into()).await.map_err(|error| refused(&error))?;
        let stages = self.hosts.stages(&wanted);
        if stages.iter().any(|(_, stage)| *stage == Some(Stage::Missing)) {
            let sent = match bytes.take() {
                Some(bytes) => bytes,
                None => read().await?.1,
            };
            self.link.put_program(&wanted, &sent).await?;
            self.link.client.publish(WANTED, bytes_of(&wanted)?.into()).await.map_err(|error| refused(&error))?;
            // Hosts that are still lacking it say so once more before it is put there again.
            sleep(EVERY).await;
        }
        Ok(())
    }

    fn program(&self) -> Option<Wanted> {
        self.program.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until each host that is there has an engine for this program, or has said why not. All of them have to have one, or one at least.
    pub(crate) async fn settled(&self, all: bool) -> Result<(), Error> {
        let until = Instant::now() + PATIENCE;
        let failed = |host: &str, why: String| Error::Start { what: format!("an engine on {host}"), why };
        loop {
            if let Some(error) = self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone() {
                return Err(error);
            }
            let stages = self.program().map_or_else(Vec::new, |wanted| self.hosts.stages(&wanted));
            let (mut open, mut failures) = (0, Vec::new());
            for (host, stage) in &stages {
                match stage {
                    Some(Stage::Runs { process }) => open += usize::from(!self.is_there(host, *process)),
                    Some(Stage::Failed(why)) => failures.push(failed(host, why.clone())),
                    _ => open += 1,
                }
            }
            if open == 0 && stages.len() == self.hosts.alive().len() {
                let too_many = all || failures.len() == stages.len();
                return failures.into_iter().next().filter(|_| too_many).map_or(Ok(()), Err);
            }
            if Instant::now() > until {
                return Err(Error::Start {
                    what: format!("the engine of {open} hosts"),
                    why: format!("nothing after {} s", PATIENCE.as_secs()),
                });
            }
            sleep(Duration::from_millis(2)).await;
        }
    }

    /// Whether the engine of that process of a host is heard.
    fn is_there(&self, host: &str, process: u32) -> bool {
        self.engines.alive().iter().any(|known| known.beat.process == process && known.beat.name == host)
    }

    /// Asks who is there.
    pub(crate) async fn ask(&self) {
        // A host that cannot be asked says so in a moment.
        let _ = self.link.client.publish(HELLO, "".into()).await;
    }
}

/// Reads this program, while others go on.
async fn read() -> Result<(Wanted, Vec<u8>), Error> {
    let read = tokio::task::spawn_blocking(store::own).await;
    read.map_err(|error| Error::system("this program cannot be read", error))?
}
