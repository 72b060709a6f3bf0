//! A cluster: a server and engines of our own, or those that others have started.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::connection::Credentials;
use crate::host::HostOptions;
use crate::options::Options;
use crate::orders::{EngineOrder, order_of};
use crate::os::{self, Child, Role};
use crate::server::Server;
use crate::session::Session;
use crate::{EngineId, Error, program};

/// How long engines may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// The server that this program was told to use.
static USED: OnceLock<(String, Credentials)> = OnceLock::new();

/// From now on, [`Options::start_or_connect`] connects to this server. Only the first one that is named counts.
pub fn use_server(url: &str, credentials: Credentials) {
    let _ = USED.set((url.to_owned(), credentials));
}

impl Options {
    /// Starts a server on this machine, with a free port of loopback, a token and a folder of its own, and the engines.
    ///
    /// # Errors
    /// When nats-server is not there or does not start, or an engine does not.
    pub fn start(self) -> Result<Cluster, Error> {
        os::available().map_err(Error::Unavailable)?;
        crate::may_start()?;
        let server = Server::start(self.door.clone())?;
        let credentials = match &self.door.tls {
            Some((_, _, authority)) => Credentials::token(server.token()).certificate(authority),
            None => Credentials::token(server.token()),
        };
        let url = server.url();
        let cluster = Cluster::of(Some(server), &url, credentials, &self)?;
        cluster.start_engines(self.engines)?;
        cluster.start_hosts(self.hosts)?;
        Ok(cluster)
    }

    /// Connects to the server that this program was told to use by [`use_server`], and to the engines there, however many they are; where
    /// there is none, starts a server and engines.
    ///
    /// # Errors
    /// As for [`connect`](Self::connect) and [`start`](Self::start), and when the server has no engines.
    pub fn start_or_connect(self) -> Result<Cluster, Error> {
        let Some((url, credentials)) = USED.get() else { return self.start() };
        let cluster = self.connect(url, credentials)?;
        if cluster.client().ids().is_empty() {
            return Err(Error::NoEngines { url: url.clone() });
        }
        Ok(cluster)
    }

    /// Connects to a server that others have started, and to the engines there. Neither is ended by this cluster. Hosts that are there, and
    /// those that come, are told to fetch this program and to start an engine from it.
    ///
    /// # Errors
    /// When nobody answers at that address, the credentials are refused, the server keeps no queues, or no host can run this program.
    pub fn connect(self, url: &str, credentials: &Credentials) -> Result<Cluster, Error> {
        let cluster = Cluster::of(None, url, credentials.clone(), &self)?;
        cluster.session.hear();
        if self.sends_program && !cluster.session.shared.hosts.alive().is_empty() {
            crate::lets_engines_work()?;
            cluster.session.settled(false)?;
        }
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
        // Their own engines end with them.
        self.hosts.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// A server and engines. Those that this process has started end with it, however that comes about, and when this value is dropped.
#[derive(Debug)]
pub struct Cluster {
    engines: Mutex<Vec<(EngineId, Arc<Child>)>>,
    hosts: Mutex<Vec<Child>>,
    client: Client,
    session: Session,
    credentials: Credentials,
    server: Option<Server>,
    sends_program: bool,
}

impl Cluster {
    /// How a cluster is started.
    pub fn options() -> Options {
        Options::default()
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
        if options.sends_program && crate::lets_engines_work().is_ok() {
            session.ship();
        }
        let (engines, hosts) = (Mutex::default(), Mutex::default());
        Ok(Self { engines, hosts, client, session, credentials, server, sends_program: options.sends_program })
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
            let order = EngineOrder {
                server: self.session.shared.link.url.clone(),
                credentials: self.credentials.clone(),
                name: format!("engine {number}"),
                number: Some(number),
                build: program::hash()?,
            };
            let child = Child::start(Role::Engine, &order_of(&order)?).map_err(|error| failed(error.to_string()))?;
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

    /// Starts hosts on this machine, which end with this cluster, and returns when each runs an engine of this program that it has fetched.
    ///
    /// # Errors
    /// When one of them does not start, or cannot run this program.
    pub fn start_hosts(&self, hosts: usize) -> Result<(), Error> {
        crate::may_start()?;
        let failed = |why: String| Error::Start { what: "a host".to_owned(), why };
        let mut all = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..hosts {
            let options = HostOptions {
                server: self.session.shared.link.url.clone(),
                name: Some(format!("host {}", all.len())),
                credentials: self.credentials.clone(),
                ..HostOptions::default()
            };
            let child = Child::start(Role::Host, &order_of(&options)?).map_err(|error| failed(error.to_string()))?;
            all.push(child);
        }
        let until = Instant::now() + PATIENCE;
        while self.session.shared.hosts.alive().len() < all.len() {
            if let Some(how) = all.iter().find_map(Child::ended) {
                return Err(failed(format!("it ended before it was ready ({how})")));
            }
            if Instant::now() > until {
                return Err(failed(format!("it is not heard after {} s", PATIENCE.as_secs())));
            }
            thread::sleep(Duration::from_millis(1));
        }
        if self.sends_program { self.session.settled(true) } else { Ok(()) }
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
