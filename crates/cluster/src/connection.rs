//! The connection to a server: made, watched, and what is stored over it.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::DirectGetErrorKind;
use async_nats::jetstream::{self, Context};
use async_nats::{ConnectErrorKind, ConnectOptions, Event};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::Error;
use crate::wire::RESULTS;

/// How long a server may be away before the waiting for it ends, unless it is told otherwise.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// How long a server may take to answer that it is there.
const TO_CONNECT: Duration = Duration::from_secs(5);

/// What a server wants to see before it lets anybody in.
#[derive(Clone, Default, Deserialize, Serialize)]
pub struct Credentials {
    token: Option<String>,
    user: Option<(String, String)>,
    certificate: Option<PathBuf>,
}

impl fmt::Debug for Credentials {
    /// Secrets are for nobody's logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { token, user, certificate } = self;
        write!(f, "Credentials {{ token: {}, user: {}, ", token.is_some(), user.is_some())?;
        write!(f, "certificate: {certificate:?} }}")
    }
}

impl Credentials {
    /// Nothing: for a server on loopback that asks for nothing.
    pub fn none() -> Self {
        Self::default()
    }

    /// A token, which is one word that both sides know.
    pub fn token(token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..Self::default() }
    }

    /// A user's name and password.
    pub fn user(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self { user: Some((name.into(), password.into())), ..Self::default() }
    }

    /// TLS besides, with a server whose certificate is signed by the one in this file.
    pub fn certificate(self, file: impl Into<PathBuf>) -> Self {
        Self { certificate: Some(file.into()), ..self }
    }
}

/// Whether there is a connection, and how many have been lost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct State {
    pub(crate) connected: bool,
    pub(crate) lost: u64,
}

/// A connection that comes back by itself.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) client: async_nats::Client,
    pub(crate) jetstream: Context,
    pub(crate) url: String,
    /// How long the server may be away before the waiting for it ends.
    patience: Duration,
    state: watch::Receiver<State>,
}

impl Link {
    /// Connects.
    pub(crate) async fn connect(url: &str, credentials: &Credentials, patience: Duration) -> Result<Self, Error> {
        let (sender, state) = watch::channel(State { connected: true, lost: 0 });
        let sender = Arc::new(sender);
        let mut options = ConnectOptions::new()
            .ping_interval(Duration::from_secs(1))
            .connection_timeout(TO_CONNECT)
            .subscription_capacity(1 << 20)
            .reconnect_delay_callback(|attempts| Duration::from_millis((10 << attempts.min(5)) as u64))
            .event_callback(move |event| {
                match event {
                    Event::Connected => sender.send_modify(|state| state.connected = true),
                    Event::Disconnected => sender.send_modify(|state| {
                        state.connected = false;
                        state.lost += 1;
                    }),
                    _ => {}
                }
                async {}
            });
        if let Some(token) = &credentials.token {
            options = options.token(token.clone());
        }
        if let Some((name, password)) = &credentials.user {
            options = options.user_and_password(name.clone(), password.clone());
        }
        if let Some(file) = &credentials.certificate {
            options = options.add_root_certificates(file.clone()).require_tls(true);
        }
        let url = url.to_owned();
        let client = options.connect(&url).await.map_err(|error| match error.kind() {
            ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => {
                Error::WrongCredentials { url: url.clone() }
            }
            _ => Error::NoServer { url: url.clone(), why: innermost(&error) },
        })?;
        let jetstream = jetstream::new(client.clone());
        Ok(Self { client, jetstream, url, patience, state })
    }

    /// A word that nobody else has.
    pub(crate) fn word(&self) -> String {
        self.client.new_inbox().rsplit('.').next().unwrap_or_default().to_owned()
    }

    /// The server process that there is a connection to.
    pub(crate) fn server(&self) -> String {
        self.client.server_info().server_id
    }

    pub(crate) fn state(&self) -> State {
        *self.state.borrow()
    }

    /// Waits until there is a connection.
    pub(crate) async fn connected(&self) -> Result<(), Error> {
        let mut state = self.state.clone();
        match timeout(self.patience, state.wait_for(|state| state.connected)).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(Error::ServerLost { away: self.patience }),
        }
    }

    /// Waits until more connections have been lost than so many.
    pub(crate) async fn lost_since(&self, lost: u64) {
        let mut state = self.state.clone();
        if state.wait_for(|state| state.lost > lost).await.is_err() {
            // The connection is closed for good, and with it everything that waits here.
            std::future::pending::<()>().await;
        }
    }

    /// Stores a message in a stream, and returns when the server has it, also when the server goes away and comes back meanwhile. The
    /// server recognises the id and keeps one message of several.
    pub(crate) async fn store(&self, subject: String, id: String, bytes: Bytes) -> Result<(), Error> {
        let mut refusals = 0;
        loop {
            self.connected().await?;
            let lost = self.state().lost;
            let message = PublishMessage::build().payload(bytes.clone()).message_id(&id);
            let sent = async { self.jetstream.send_publish(subject.clone(), message).await?.await };
            let stored = tokio::select! {
                stored = sent => stored,
                () = self.lost_since(lost) => continue,
            };
            match stored {
                Ok(_) => return Ok(()),
                Err(error) if refusals >= 20 => return Err(Error::server("to store a message", innermost(&error))),
                // A server that has just started does not know its streams at once.
                Err(error) if transient(error.kind()) => refusals += 1,
                Err(error) => return Err(Error::server("to store a message", innermost(&error))),
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// The last message of a subject in the stream of results, if there is one.
    pub(crate) async fn stored(&self, subject: &str) -> Result<Option<Bytes>, Error> {
        let mut refusals = 0;
        loop {
            self.connected().await?;
            let lost = self.state().lost;
            let results = self.jetstream.get_stream_no_info(RESULTS.0).await;
            let results = results.map_err(|error| Error::server("to read a message", error))?;
            let got = tokio::select! {
                got = results.direct_get_last_for_subject(subject) => got,
                () = self.lost_since(lost) => continue,
            };
            match got {
                Ok(message) => return Ok(Some(message.payload)),
                Err(error) if error.kind() == DirectGetErrorKind::NotFound => return Ok(None),
                Err(error) if refusals >= 20 => return Err(Error::server("to read a message", innermost(&error))),
                Err(_) => refusals += 1,
            }
            sleep(Duration::from_millis(50)).await;
        }
    }
}

fn transient(kind: PublishErrorKind) -> bool {
    matches!(kind, PublishErrorKind::StreamNotFound | PublishErrorKind::TimedOut | PublishErrorKind::BrokenPipe)
}

/// What an error says at its bottom.
pub(crate) fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string().replace('\n', " ")
}
