//! Messages that are cut into parts because a server takes none above its limit, and made whole again.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};

use crate::Error;
use crate::connection::Link;
use crate::wire::{Frame, encode, parts, split};

/// How long a message may go without its next part.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sends a message in as many parts as it takes.
pub(crate) async fn send(link: &Link, subject: String, from: &str, question: u64, bytes: Bytes) -> Result<(), Error> {
    let parts = parts(&bytes, link.client.max_payload());
    let count = parts.len() as u32;
    for (index, part) in parts.enumerate() {
        let frame = Frame { from: from.to_owned(), question, index: index as u32, count };
        let mut message = Vec::with_capacity(part.len() + 64);
        message = encode(&frame, message)?;
        message.extend_from_slice(&part);
        let sent = link.client.publish(subject.clone(), message.into()).await;
        sent.map_err(|error| Error::server("to send a message", error))?;
    }
    Ok(())
}

/// Messages of which some parts have come.
#[derive(Debug, Default)]
pub(crate) struct Halves {
    begun: HashMap<(String, u64), Half>,
}

#[derive(Debug)]
struct Half {
    parts: Vec<Option<Bytes>>,
    last: Instant,
}

impl Halves {
    /// Takes a part, and gives the message when it is the last one. The frame is that of this part.
    pub(crate) fn take(&mut self, payload: &Bytes) -> Result<(Frame, Option<Bytes>), Error> {
        let (frame, part) = split::<Frame>(payload)?;
        if frame.count == 1 {
            return Ok((frame, Some(part)));
        }
        // The number comes from somewhere else, and is no reason to allocate much: each part is at least a kibibyte.
        let (count, index) = (frame.count as usize, frame.index as usize);
        if count > 1 << 22 || index >= count {
            return Err(Error::Encoding(format!("part {index} of {count}")));
        }
        let key = (frame.from.clone(), frame.question);
        let half = self.begun.entry(key.clone()).or_insert_with(|| {
            let parts = vec![None; count];
            Half { parts, last: Instant::now() }
        });
        half.last = Instant::now();
        if half.parts.len() != count {
            return Err(Error::Encoding("parts of different messages under one number".to_owned()));
        }
        half.parts[index] = Some(part);
        if half.parts.iter().any(Option::is_none) {
            if index == 0 {
                // What lost a part when a connection was cut never becomes whole.
                self.begun.retain(|_, half| half.last.elapsed() < PATIENCE);
            }
            return Ok((frame, None));
        }
        let whole = self.begun.remove(&key).map(|half| join(half.parts.into_iter().flatten()));
        Ok((frame, whole))
    }
}

/// Parts in their order as one.
pub(crate) fn join(parts: impl Iterator<Item = Bytes> + Clone) -> Bytes {
    let mut whole = BytesMut::with_capacity(parts.clone().map(|part| part.len()).sum());
    parts.for_each(|part| whole.extend_from_slice(&part));
    whole.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(question: u64, index: u32, count: u32, bytes: &[u8]) -> Bytes {
        let frame = Frame { from: "a".to_owned(), question, index, count };
        let mut message = encode(&frame, Vec::new()).unwrap();
        message.extend_from_slice(bytes);
        message.into()
    }

    #[test]
    fn parts_come_in_any_order_and_between_each_other() {
        let mut halves = Halves::default();
        let mut take = |part: Bytes| halves.take(&part).unwrap().1;
        assert_eq!(take(part(1, 0, 1, b"whole")), Some(Bytes::from_static(b"whole")));
        assert_eq!(take(part(2, 1, 2, b"cd")), None);
        assert_eq!(take(part(3, 0, 2, b"x")), None);
        assert_eq!(take(part(2, 0, 2, b"ab")), Some(Bytes::from_static(b"abcd")));
        assert_eq!(take(part(3, 1, 2, b"y")), Some(Bytes::from_static(b"xy")));
        assert!(halves.take(&part(4, 2, 2, b"")).is_err() && halves.begun.is_empty());
    }
}
