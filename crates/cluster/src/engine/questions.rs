//! What an engine is asked directly.

use std::sync::Arc;
use std::sync::mpsc::Sender;

use bytes::Bytes;
use futures_util::StreamExt;
use tokio::sync::oneshot;

use super::compute::Work;
use super::{Engine, locked};
use crate::Error;
use crate::parts::{Halves, send};
use crate::wire::{Answer, Ask, Span, client_subject, encode, engine_subject, split};

/// Answers questions, in the order in which they come.
pub(super) async fn serve(engine: &Arc<Engine>, works: Sender<Work>) -> Error {
    let questions = engine.link.client.subscribe(engine_subject(&engine.instance)).await;
    let mut questions = match questions {
        Ok(questions) => questions,
        Err(error) => return Error::server("to listen", error),
    };
    let mut halves = Halves::default();
    while let Some(message) = questions.next().await {
        // What is no message of ours has nobody to be answered to.
        let Ok((frame, whole)) = halves.take(&message.payload) else { continue };
        if frame.index == 0 {
            locked(&engine.open).push(frame.question);
        }
        let Some(whole) = whole else { continue };
        let (sender, answer) = oneshot::channel();
        let refused = match understood(engine, &whole) {
            Ok((ask, bytes)) => {
                let work = Work { kind: ask.kind, bytes, answer: sender };
                works.send(work).is_err().then(|| Error::System("the engine ends".to_owned()))
            }
            Err(error) => Some(error),
        };
        let engine = engine.clone();
        tokio::spawn(async move {
            let nothing = |error| (Answer { span: Span::default(), outcome: Err(error) }, Bytes::new());
            let (header, bytes) = match refused {
                Some(error) => nothing(error),
                None => answer.await.unwrap_or_else(|_| nothing(Error::System("the engine ends".to_owned()))),
            };
            if let Ok(mut message) = encode(&header, Vec::with_capacity(bytes.len() + 64)) {
                message.extend_from_slice(&bytes);
                let to = client_subject(&frame.from);
                // Lost with the connection: the asker sees that the question is open no longer.
                let _ = send(&engine.link, to, &engine.instance, frame.question, message.into()).await;
            }
            locked(&engine.open).retain(|question| *question != frame.question);
        });
    }
    Error::System("the connection is closed".to_owned())
}

/// What a question says, if it is one of this program.
fn understood(engine: &Engine, whole: &Bytes) -> Result<(Ask, Bytes), Error> {
    let (ask, bytes) = split::<Ask>(whole)?;
    if ask.build == engine.build {
        return Ok((ask, bytes));
    }
    Err(Error::OtherBuild { theirs: engine.build, ours: ask.build })
}
