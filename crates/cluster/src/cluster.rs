//! A cluster: a server and engines of our own, or those that others have started.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::child::Engine;
use crate::client::Client;
use crate::connection::{self, Credentials};
use crate::os::{self, Child, Role};
use crate::server::Server;
use crate::session::Session;
use crate::{EngineId, Error, program};

/// How long engines may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a cluster is started.
#[derive(Clone, Debug)]
pub struct Options {
    engines: usize,
    lost_after: Duration,
    server_patience: Duration,
    jetstream: bool,
}

impl Options {
    /// So many engines on this machine. By default there is one for each core.
    pub fn engines(self, engines: usize) -> Self {
        Self { engines, ..self }
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
    pub fn without_jetstream(self) -> Self {
        Self { jetstream: false, ..self }
    }

    /// Starts a server on this machine, with a free port of loopback, a token and a folder of its own, and the engines.
    ///
    /// # Errors
    /// When nats-server is not there or does not start, or an engine does not.
    pub fn start(self) -> Result<Cluster, Error> {
        os::available().map_err(Error::Unavailable)?;
        crate::may_start()?;
        let server = Server::start(self.jetstream)?;
        let credentials = Credentials::token(server.token());
        let url = server.url();
        let cluster = Cluster::of(Some(server), &url, credentials, &self)?;
        cluster.start_engines(self.engines)?;
        Ok(cluster)
    }

    /// Connects to a server that others have started, and to the engines there. Neither is ended by this cluster.
    ///
    /// # Errors
    /// When nobody answers at that address, the credentials are refused, or the server keeps no queues.
    pub fn connect(self, url: &str, credentials: &Credentials) -> Result<Cluster, Error> {
        let cluster = Cluster::of(None, url, credentials.clone(), &self)?;
        cluster.session.hear();
        Ok(cluster)
    }
}

/// A server that a cluster has started.
#[derive(Clone, Debug)]
pub struct OwnServer {
    /// Its address, on this machine alone.
    pub url: String,
    /// The word that it wants to hear.
    pub token: String,
    /// Where its queues lie.
    pub folder: PathBuf,
    /// Its process.
    pub process: u32,
}

impl Drop for Cluster {
    /// Its engines end here, also when a client of theirs is still held, and its server after them.
    fn drop(&mut self) {
        let engines = self.engines.get_mut().unwrap_or_else(PoisonError::into_inner);
        engines.iter().for_each(|(_, child)| child.kill());
        engines.iter().for_each(|(_, child)| child.wait());
    }
}

/// A server and engines. Those that this process has started end with it, however that comes about, and when this value is dropped.
#[derive(Debug)]
pub struct Cluster {
    engines: Mutex<Vec<(EngineId, Arc<Child>)>>,
    client: Client,
    session: Session,
    credentials: Credentials,
    server: Option<Server>,
}

impl Cluster {
    /// How a cluster is started.
    pub fn options() -> Options {
        let engines = thread::available_parallelism().map_or(1, usize::from);
        Options { engines, lost_after: Duration::from_secs(5), server_patience: connection::PATIENCE, jetstream: true }
    }

    /// Connects to a server that others have started: see [`Options::connect`].
    ///
    /// # Errors
    /// As there.
    pub fn connect(url: &str, credentials: &Credentials) -> Result<Self, Error> {
        Self::options().connect(url, credentials)
    }

    fn of(server: Option<Server>, url: &str, credentials: Credentials, options: &Options) -> Result<Self, Error> {
        let session = Session::connect(url, &credentials, options.lost_after, options.server_patience)?;
        let client = Client::new(session.clone());
        Ok(Self { engines: Mutex::default(), client, session, credentials, server })
    }

    /// The client of this cluster.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// Starts more engines on this machine, which end with this cluster, and returns when they are there.
    ///
    /// # Errors
    /// When one of them does not start.
    pub fn start_engines(&self, engines: usize) -> Result<(), Error> {
        crate::may_start()?;
        let failed = |why: String| Error::Start { what: "an engine".to_owned(), why };
        let mut all = self.engines.lock().unwrap_or_else(PoisonError::into_inner);
        let first =
            all.iter().map(|(id, _)| id + 1).chain(self.client.ids().iter().map(|id| id + 1)).max().unwrap_or(0);
        let mut started = Vec::new();
        for number in (first..).take(engines) {
            let engine = Engine::new(&self.session.shared.link.url, &self.credentials, number, program::hash()?);
            let child = Child::start(Role::Engine, &engine.to_bytes()?).map_err(|error| failed(error.to_string()))?;
            let child = Arc::new(child);
            self.session.shared.engines.is_ours(child.clone());
            all.push((number, child.clone()));
            started.push((number, child));
        }
        let until = Instant::now() + PATIENCE;
        loop {
            let alive = self.client.ids();
            if started.iter().all(|(number, _)| alive.contains(number)) {
                return Ok(());
            }
            if let Some(how) = started.iter().find_map(|(_, child)| child.ended()) {
                return Err(failed(format!("it ended before it was ready ({how})")));
            }
            if Instant::now() > until {
                return Err(failed(format!("it is not heard after {} s", PATIENCE.as_secs())));
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Kills an engine that this cluster has started, with -9.
    ///
    /// # Errors
    /// When this cluster has started none of that number.
    pub fn kill_engine(&self, engine: EngineId) -> Result<(), Error> {
        let engines = self.engines.lock().unwrap_or_else(PoisonError::into_inner);
        match engines.iter().find(|(id, _)| *id == engine) {
            Some((_, child)) => {
                child.kill();
                Ok(())
            }
            None => Err(Error::NoSuchEngine { engine, alive: self.client.ids() }),
        }
    }

    /// Kills the server that this cluster has started, with -9. Its folder stays.
    ///
    /// # Errors
    /// When others have started it.
    pub fn kill_server(&self) -> Result<(), Error> {
        self.ours()?.kill()
    }

    /// Starts the server again on its folder and its port; one that still runs is killed first.
    ///
    /// # Errors
    /// When others have started it, or it does not start.
    pub fn restart_server(&self) -> Result<(), Error> {
        self.ours()?.restart()
    }

    /// The server, when this cluster has started it.
    pub fn own_server(&self) -> Option<OwnServer> {
        let own = |server: &Server| OwnServer {
            url: server.url(),
            token: server.token().to_owned(),
            folder: server.folder().clone(),
            process: server.process(),
        };
        self.server.as_ref().map(own)
    }

    fn ours(&self) -> Result<&Server, Error> {
        let theirs = || Error::System("a server that others have started is theirs to end".to_owned());
        self.server.as_ref().ok_or_else(theirs)
    }
}
