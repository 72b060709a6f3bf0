//! What a client and its views share: the connection, who is there, what is under way, and the thread that listens.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use tokio::runtime::Runtime;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::connection::{Credentials, Link};
use crate::engines::{Engines, TICK};
use crate::hosts::Hosts;
use crate::post::Post;
use crate::shipping::Shipping;
use crate::wire::{BEAT, Beat, HOST, HostBeat, decode};
use crate::{Error, Statistics, program};

/// When no other engine has answered for so long that it is there, all have.
const TO_ANSWER: Duration = Duration::from_millis(100);

/// What a client and its views share. Clones are the same.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) shared: Arc<Shared>,
}

/// What there is once.
pub(crate) struct Shared {
    pub(crate) link: Link,
    pub(crate) engines: Arc<Engines>,
    pub(crate) post: Arc<Post>,
    pub(crate) hosts: Arc<Hosts>,
    pub(crate) shipping: Arc<Shipping>,
    pub(crate) build: u64,
    /// How long a task may go without a sign of life, as the server was told last.
    ack_wait: tokio::sync::Mutex<Option<Duration>>,
    statistics: Mutex<Statistics>,
    runtime: Option<Runtime>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session {}", self.shared.link.url)
    }
}

impl Session {
    /// Connects to a server, and hears who is there.
    pub(crate) fn connect(
        url: &str,
        credentials: &Credentials,
        lost_after: Duration,
        patience: Duration,
    ) -> Result<Self, Error> {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).thread_name("listens").enable_all().build();
        let runtime = runtime.map_err(|error| Error::system("the system gives no runtime", error))?;
        let build = program::hash()?;
        let (engines, hosts) = (Arc::new(Engines::new(lost_after)), Arc::new(Hosts::new(lost_after)));
        let (link, post, shipping) = runtime.block_on(async {
            let link = Link::connect(url, credentials, patience).await?;
            link.prepare().await?;
            let refused = |error: &dyn fmt::Display| Error::server("to listen", error);
            let beats = link.client.subscribe(BEAT).await.map_err(|error| refused(&error))?;
            let (post, answers) = Post::new(link.clone()).await?;
            let post = Arc::new(post);
            let of_hosts = link.client.subscribe(HOST).await.map_err(|error| refused(&error))?;
            let shipping = Arc::new(Shipping::new(link.clone(), hosts.clone(), engines.clone()));
            tokio::spawn(listen_to_beats(beats, engines.clone(), post.clone()));
            tokio::spawn(listen_to_hosts(of_hosts, hosts.clone(), shipping.clone()));
            tokio::spawn(watch(link.clone(), engines.clone(), hosts.clone(), post.clone()));
            let listener = post.clone();
            tokio::spawn(async move { listener.listen(answers).await });
            shipping.ask().await;
            Ok::<_, Error>((link, post, shipping))
        })?;
        let (ack_wait, statistics, runtime) = (tokio::sync::Mutex::default(), Mutex::default(), Some(runtime));
        let shared = Shared { link, engines, post, hosts, shipping, build, ack_wait, statistics, runtime };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Lets hosts run this program as long as this client lives, those that are there and those that come.
    pub(crate) fn ship(&self) {
        let shipping = self.shared.shipping.clone();
        self.runtime().spawn(async move { shipping.ship().await });
    }

    /// Waits until each host that is there runs this program, or has said why not. It is an error when none does, or, if all have to, when one
    /// does not.
    pub(crate) fn settled(&self, all: bool) -> Result<(), Error> {
        self.wait_for(self.shared.shipping.settled(all))
    }

    /// Waits a moment for engines and hosts that are there to say so.
    pub(crate) fn hear(&self) {
        self.wait_for(async {
            let mut heard = 0;
            loop {
                sleep(TO_ANSWER).await;
                let now = self.shared.engines.alive().len() + self.shared.hosts.alive().len();
                if now == heard {
                    break;
                }
                heard = now;
            }
        });
    }

    /// Tells the server how long a task may go without a sign of life, if it does not know.
    pub(crate) async fn waits(&self, ack_wait: Duration) -> Result<(), Error> {
        let mut told = self.shared.ack_wait.lock().await;
        if *told != Some(ack_wait) {
            self.shared.link.consumer(self.shared.build, Some(ack_wait)).await?;
            *told = Some(ack_wait);
        }
        Ok(())
    }

    pub(crate) fn lock_statistics(&self) -> MutexGuard<'_, Statistics> {
        self.shared.statistics.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs something asynchronous to its end.
    pub(crate) fn wait_for<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime().block_on(future)
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        self.shared.runtime.as_ref().expect("only dropping the client takes it")
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Notes who says that it is alive.
async fn listen_to_beats(mut beats: async_nats::Subscriber, engines: Arc<Engines>, post: Arc<Post>) {
    while let Some(message) = beats.next().await {
        // What is no message of ours says nothing.
        if let Ok(beat) = decode::<Beat>(&message.payload) {
            post.heard(&beat);
            engines.heard(beat);
        }
    }
}

/// Notes which hosts say that they are there.
async fn listen_to_hosts(mut beats: async_nats::Subscriber, hosts: Arc<Hosts>, shipping: Arc<Shipping>) {
    while let Some(message) = beats.next().await {
        if let Ok(beat) = decode::<HostBeat>(&message.payload) {
            hosts.heard(beat);
            shipping.heard.notify_one();
        }
    }
}

/// Looks who is not heard any more, and whether there is a connection.
async fn watch(link: Link, engines: Arc<Engines>, hosts: Arc<Hosts>, post: Arc<Post>) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut lost = 0;
    loop {
        ticks.tick().await;
        let state = link.state();
        if state.lost > lost {
            lost = state.lost;
            post.cut();
        }
        hosts.tick(TICK, state.connected);
        for (instance, how) in engines.tick(state.connected) {
            post.lost(&instance, &how);
        }
    }
}
