//! The streams of tasks and results on a server, and the consumer that hands tasks out.

use std::fmt::Display;
use std::time::Duration;

use async_nats::jetstream::consumer::pull::Config as ConsumerConfig;
use async_nats::jetstream::consumer::{AckPolicy, Consumer};
use async_nats::jetstream::stream::{Config as StreamConfig, RetentionPolicy};

use crate::Error;
use crate::connection::Link;
use crate::wire::{PIECES, RESULTS, WORK};

/// How long results are kept for a client that does not come back, and tasks for engines that do not.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// How long the server recognises a task that is sent once more.
const RECOGNISED: Duration = Duration::from_secs(600);

/// How long an engine may give no sign of life, until a client says otherwise.
const ACK_WAIT: Duration = Duration::from_secs(2);

/// The name of the consumer of one build's tasks.
pub(crate) fn consumer_name(build: u64) -> String {
    format!("engines_{build:016x}")
}

/// What the consumer of one build's tasks has to be.
fn consumer_of(build: u64, ack_wait: Duration) -> ConsumerConfig {
    ConsumerConfig {
        durable_name: Some(consumer_name(build)),
        ack_policy: AckPolicy::Explicit,
        ack_wait,
        max_ack_pending: 100_000,
        max_waiting: 4096,
        filter_subject: format!("{}.{build:016x}.>", WORK.1),
        ..ConsumerConfig::default()
    }
}

fn refused(error: impl Display) -> Error {
    Error::server("the consumer of the tasks", error)
}

impl Link {
    /// Makes the streams, or makes them what they have to be.
    pub(crate) async fn prepare(&self) -> Result<(), Error> {
        // Asked in the server's own words: the answer of older ones lacks what the library's type for it wants.
        let answer = self.client.request("$JS.API.INFO", "".into()).await;
        let enabled = answer.is_ok_and(|answer| !String::from_utf8_lossy(&answer.payload).contains("\"error\""));
        if !enabled {
            return Err(Error::NoJetStream { url: self.url.clone() });
        }
        let work = StreamConfig {
            name: WORK.0.to_owned(),
            subjects: vec![format!("{}.>", WORK.1)],
            retention: RetentionPolicy::WorkQueue,
            max_age: KEPT,
            duplicate_window: RECOGNISED,
            num_replicas: 1,
            ..StreamConfig::default()
        };
        let results = StreamConfig {
            name: RESULTS.0.to_owned(),
            subjects: vec![format!("{}.>", RESULTS.1), format!("{PIECES}.>")],
            retention: RetentionPolicy::Limits,
            max_messages_per_subject: 1,
            allow_direct: true,
            ..work.clone()
        };
        for stream in [work, results] {
            let what = format!("the stream {}", stream.name);
            self.jetstream.create_or_update_stream(stream).await.map_err(|error| Error::server(&what, error))?;
        }
        Ok(())
    }

    /// The consumer of all engines of one build. A client says how long a task may go without a sign of life, and an older one with other
    /// settings is changed; an engine takes it as it is.
    pub(crate) async fn consumer(&self, build: u64, ack_wait: Option<Duration>) -> Result<(), Error> {
        let stream = self.jetstream.get_stream_no_info(WORK.0).await.map_err(refused)?;
        // Whatever keeps it from being read, making it says better.
        let known: Option<Consumer<ConsumerConfig>> = stream.get_consumer(&consumer_name(build)).await.ok();
        match (known, ack_wait) {
            (Some(_), None) => return Ok(()),
            (Some(known), Some(ack_wait)) if known.cached_info().config.ack_wait == ack_wait => return Ok(()),
            _ => {}
        }
        let config = consumer_of(build, ack_wait.unwrap_or(ACK_WAIT));
        stream.create_consumer(config).await.map_err(refused).map(|_| ())
    }

    /// A server that was killed may have lost the last tasks and remember that it has delivered them: it would pass over as many new
    /// ones. Then the consumer is made again.
    pub(crate) async fn mend_consumer(&self, build: u64, ack_wait: Duration) -> Result<(), Error> {
        let stream = self.jetstream.get_stream(WORK.0).await.map_err(refused)?;
        let last = stream.cached_info().state.last_sequence;
        let name = consumer_name(build);
        let known: Option<Consumer<ConsumerConfig>> = stream.get_consumer(&name).await.ok();
        if known.is_some_and(|known| known.cached_info().delivered.stream_sequence > last) {
            stream.delete_consumer(&name).await.map_err(refused)?;
        }
        self.consumer(build, Some(ack_wait)).await
    }

    /// Removes the messages of a subject. What stays after all, as the server has gone, it forgets after a day.
    pub(crate) async fn forget(&self, stream: &str, subject: String) {
        if let Ok(stream) = self.jetstream.get_stream_no_info(stream).await {
            let _ = stream.purge().filter(subject).await;
        }
    }
}
