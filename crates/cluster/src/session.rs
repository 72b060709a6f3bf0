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
use crate::post::Post;
use crate::wire::{BEAT, Beat, HELLO, decode};
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
        let engines = Arc::new(Engines::new(lost_after));
        let (link, post) = runtime.block_on(async {
            let link = Link::connect(url, credentials, patience).await?;
            link.prepare().await?;
            let refused = |error: &dyn fmt::Display| Error::server("to listen", error);
            let beats = link.client.subscribe(BEAT).await.map_err(|error| refused(&error))?;
            let (post, answers) = Post::new(link.clone()).await?;
            let post = Arc::new(post);
            tokio::spawn(listen_to_beats(beats, engines.clone(), post.clone()));
            tokio::spawn(watch(link.clone(), engines.clone(), post.clone()));
            let listener = post.clone();
            tokio::spawn(async move { listener.listen(answers).await });
            link.client.publish(HELLO, "".into()).await.map_err(|error| refused(&error))?;
            Ok::<_, Error>((link, post))
        })?;
        let (ack_wait, statistics, runtime) = (tokio::sync::Mutex::default(), Mutex::default(), Some(runtime));
        Ok(Self { shared: Arc::new(Shared { link, engines, post, build, ack_wait, statistics, runtime }) })
    }

    /// Waits a moment for engines that are there to say so.
    pub(crate) fn hear(&self) {
        self.wait_for(async {
            let mut heard = 0;
            loop {
                sleep(TO_ANSWER).await;
                let now = self.shared.engines.alive().len();
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

/// Looks who is not heard any more, and whether there is a connection.
async fn watch(link: Link, engines: Arc<Engines>, post: Arc<Post>) {
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
        for (instance, how) in engines.tick(state.connected) {
            post.lost(&instance, &how);
        }
    }
}
