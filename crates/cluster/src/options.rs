//! How a cluster is started, and how a load-balanced view treats its tasks.

use std::net::IpAddr;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use crate::connection::PATIENCE;
use crate::keeper::Door;

/// How a cluster is started.
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) engines: usize,
    pub(crate) hosts: usize,
    pub(crate) lost_after: Duration,
    pub(crate) server_patience: Duration,
    pub(crate) sends_program: bool,
    pub(crate) door: Door,
}

impl Default for Options {
    fn default() -> Self {
        let engines = thread::available_parallelism().map_or(1, usize::from);
        Self {
            engines,
            hosts: 0,
            lost_after: Duration::from_secs(5),
            server_patience: PATIENCE,
            sends_program: true,
            door: Door::default(),
        }
    }
}

impl Options {
    /// So many engines on this machine. By default there is one for each core.
    pub fn engines(self, engines: usize) -> Self {
        Self { engines, ..self }
    }

    /// No engines of this program, but so many hosts, which have not got it: they fetch it from the server, and start an engine each.
    pub fn hosts(self, hosts: usize) -> Self {
        Self { engines: 0, hosts, ..self }
    }

    /// Whether hosts are told to run this program: by default they are. A process that only keeps a server for others has no engines.
    pub fn sends_program(self, sends_program: bool) -> Self {
        Self { sends_program, ..self }
    }

    /// At which address of this machine its server listens, and on which port. By default, where only this machine can reach it, and on a
    /// port that is free.
    pub fn listen(mut self, address: IpAddr, port: Option<u16>) -> Self {
        (self.door.address, self.door.port) = (address, port);
        self
    }

    /// The word that its server wants to hear. By default, one that nobody can guess.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.door.token = Some(token.into());
        self
    }

    /// Its server speaks TLS, with the certificate and the key in these files. Clients and engines trust what is signed by the third one.
    pub fn tls(
        mut self,
        certificate: impl Into<PathBuf>,
        key: impl Into<PathBuf>,
        authority: impl Into<PathBuf>,
    ) -> Self {
        self.door.tls = Some((certificate.into(), key.into(), authority.into()));
        self
    }

    /// After how long without a sign of life an engine counts as lost: by default 5 s, of which it gives ten. The end of an engine that this
    /// process has started is seen at once.
    pub fn lost_after(self, silence: Duration) -> Self {
        Self { lost_after: silence, ..self }
    }

    /// How long the server may be away before the waiting for it ends: by default half a minute.
    pub fn server_patience(self, away: Duration) -> Self {
        Self { server_patience: away, ..self }
    }

    /// A server without JetStream, which keeps no tasks: to see what becomes of that.
    #[doc(hidden)]
    pub fn without_jetstream(mut self) -> Self {
        self.door.jetstream = false;
        self
    }
}

/// What an engine waits for before it takes the next task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Acks {
    /// Nothing: it says that a task is done, and goes on. When that is lost, the task comes again, and its result is found.
    #[default]
    Plain,
    /// That the server says it knows. It knows in memory: a server that is killed at once forgets it all the same.
    Confirmed,
}

/// How a load-balanced view treats its tasks.
#[derive(Clone, Debug)]
pub(crate) struct ViewOptions {
    pub(crate) batch: u32,
    pub(crate) acks: Acks,
    pub(crate) ack_wait: Duration,
    pub(crate) max_deliver: u32,
    pub(crate) timeout: Option<Duration>,
}

impl Default for ViewOptions {
    fn default() -> Self {
        Self { batch: 16, acks: Acks::Plain, ack_wait: Duration::from_secs(2), max_deliver: 4, timeout: None }
    }
}
