//! What travels: the messages between clients and engines, and how values become bytes.

use std::any::type_name;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Error;

/// Where engines say that they are alive.
pub(crate) const BEAT: &str = "cluster.beat";
/// Where a client asks all engines to say it at once.
pub(crate) const HELLO: &str = "cluster.hello";
/// Where a client says which program its engines run.
pub(crate) const WANTED: &str = "cluster.program";
/// Where hosts say that they are there, and which programs they run.
pub(crate) const HOST: &str = "cluster.host";
/// The stream of tasks, and what its subjects begin with.
pub(crate) const WORK: (&str, &str) = ("CLUSTER_WORK", "cluster.work");
/// The stream of results, and what its subjects begin with.
pub(crate) const RESULTS: (&str, &str) = ("CLUSTER_RESULTS", "cluster.result");
/// What the subjects of parts begin with: of what is too large for one message. They lie in the stream of results.
pub(crate) const PIECES: &str = "cluster.piece";

/// Room for what stands before the bytes in each message.
const ROOM: usize = 16 * 1024;

/// Where an engine is asked.
pub(crate) fn engine_subject(instance: &str) -> String {
    format!("cluster.engine.{instance}")
}

/// Where a client is answered.
pub(crate) fn client_subject(instance: &str) -> String {
    format!("cluster.client.{instance}")
}

/// An engine says that it is alive.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Beat {
    /// One word for this engine, unlike any other's.
    pub(crate) instance: String,
    /// The name that its starter gave it.
    pub(crate) name: String,
    /// The number that it was started with.
    pub(crate) number: Option<u32>,
    /// Its process.
    pub(crate) process: u32,
    /// The hash of its program.
    pub(crate) build: u64,
    /// The questions that it has and has not answered; nothing when there are too many to tell.
    pub(crate) open: Option<Vec<u64>>,
    /// Whether it holds a task of a queue.
    pub(crate) busy: bool,
    /// Why its results do not get stored.
    pub(crate) trouble: Option<String>,
    /// The machine that it runs on.
    pub(crate) machine: String,
    /// When it began, in seconds since 1970.
    pub(crate) since: u64,
    /// The name of the file of its program, where that is known.
    pub(crate) program: String,
}

/// The program that a client's engines run. The client says so as long as it lives.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub(crate) struct Wanted {
    /// The hash by which engines and clients of one build know each other.
    pub(crate) build: u64,
    /// SHA-256 of what lies in the store, which is named by it.
    pub(crate) digest: [u8; 32],
    /// How many bytes that is.
    pub(crate) size: u64,
    /// The name of the program's file.
    pub(crate) name: String,
}

impl Wanted {
    /// The name of the program in the store.
    pub(crate) fn key(&self) -> String {
        hex(&self.digest)
    }
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a host does with a program.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) enum Stage {
    /// It lies in no store: its client has to put it there.
    Missing,
    /// It is on its way.
    Fetching,
    /// An engine was started from it.
    Runs {
        /// The engine's process.
        process: u32,
    },
    /// It cannot be had, or not be started, or its engine has ended.
    Failed(String),
}

/// A host says that it is there.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct HostBeat {
    /// One word for this host, unlike any other's.
    pub(crate) instance: String,
    /// The name that it was started with, which is also that of its engines.
    pub(crate) name: String,
    /// The machine that it runs on.
    pub(crate) machine: String,
    /// Its process.
    pub(crate) process: u32,
    /// When it began, in seconds since 1970.
    pub(crate) since: u64,
    /// The programs that are wanted, and what it does with each.
    pub(crate) programs: Vec<(Wanted, Stage)>,
}

/// What stands before the bytes of each part of a message: whose it is, and which part.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Frame {
    /// Who sends it.
    pub(crate) from: String,
    /// The question's number, which no other client's question has.
    pub(crate) question: u64,
    /// Which part this is, from zero.
    pub(crate) index: u32,
    /// How many parts there are.
    pub(crate) count: u32,
}

/// What an engine is asked to do.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Ask {
    /// The hash of the program that asks.
    pub(crate) build: u64,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) enum Kind {
    /// To call a function with each of a list of arguments. `first` is the index of the first of them.
    Call { name: String, argument: String, first: u64 },
    /// To run a procedure over the engine's values.
    Execute { name: String, argument: String },
    /// To keep a value.
    Put { name: String, of_type: String },
    /// To give a value.
    Get { name: String, of_type: String },
}

/// An answer, before its bytes.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Answer {
    pub(crate) span: Span,
    pub(crate) outcome: Result<(), Error>,
}

/// When something began and ended, in nanoseconds since 1970 by the engine's clock.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Span {
    pub(crate) began: u64,
    pub(crate) ended: u64,
}

/// A task of a queue, before the bytes of its argument.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Task {
    pub(crate) job: String,
    pub(crate) index: u64,
    pub(crate) name: String,
    pub(crate) argument: String,
    /// The server process that it is given to: another one may have forgotten who has had it. Nothing when it is given again.
    pub(crate) server: String,
    /// In milliseconds.
    pub(crate) ack_wait: u64,
    /// How many tasks an engine may hold when the queue is long.
    pub(crate) batch: u32,
    pub(crate) confirmed: bool,
    pub(crate) tries: u32,
    /// How many parts the argument has in the stream of results; none when it stands behind this.
    pub(crate) pieces: u32,
}

/// The result of a task, before its bytes.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Done {
    pub(crate) instance: String,
    /// The parts of the result lie under this word.
    pub(crate) run: String,
    pub(crate) pieces: u32,
    pub(crate) answer: Answer,
}

/// Where a part lies.
pub(crate) fn piece_subject(job: &str, task: u64, run: &str, index: u32) -> String {
    format!("{PIECES}.{job}.{task}.{run}.{index}")
}

/// Where a result lies.
pub(crate) fn result_subject(job: &str, task: u64) -> String {
    format!("{}.{job}.{task}", RESULTS.1)
}

/// Appends a value to some bytes.
pub(crate) fn encode<T: Serialize + ?Sized>(value: &T, bytes: Vec<u8>) -> Result<Vec<u8>, Error> {
    postcard::to_extend(value, bytes).map_err(|error| Error::Encoding(error.to_string()))
}

/// A value as bytes.
pub(crate) fn bytes_of<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, Error> {
    encode(value, Vec::new())
}

/// The value that some bytes are, all of them.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok((_, rest)) => Err(Error::Encoding(format!("{} bytes are left over", rest.len()))),
        Err(error) => Err(Error::Encoding(error.to_string())),
    }
}

/// The value at the front of some bytes, and the rest.
pub(crate) fn split<T: DeserializeOwned>(bytes: &Bytes) -> Result<(T, Bytes), Error> {
    let (value, rest) = postcard::take_from_bytes(bytes).map_err(|error| Error::Encoding(error.to_string()))?;
    Ok((value, bytes.slice(bytes.len() - rest.len()..)))
}

/// Cuts bytes into as many parts as a server with such a limit takes: at least one.
pub(crate) fn parts(bytes: &Bytes, max_payload: usize) -> impl ExactSizeIterator<Item = Bytes> {
    let size = part_size(max_payload);
    let count = bytes.len().div_ceil(size).max(1);
    let bytes = bytes.clone();
    (0..count).map(move |index| bytes.slice(index * size..bytes.len().min((index + 1) * size)))
}

/// How many bytes a part may have.
pub(crate) fn part_size(max_payload: usize) -> usize {
    max_payload.saturating_sub(ROOM).max(1024)
}

/// The name of a type as it is after its journey: what was lent is owned.
pub(crate) fn type_of<T: ?Sized>() -> String {
    let name = type_name::<T>().trim_start_matches('&');
    if name == "str" {
        return type_name::<String>().to_owned();
    }
    match name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        // An array has its length behind a semicolon, and travels as it is.
        Some(element) if !element.contains("; ") => format!("alloc::vec::Vec<{element}>"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_make_the_whole_again() {
        for length in [0_usize, 1, 1023, 1024, 1025, 5000] {
            let bytes = Bytes::from((0..length).map(|index| index as u8).collect::<Vec<_>>());
            let parts: Vec<_> = parts(&bytes, ROOM + 1024).collect();
            assert_eq!(parts.len(), length.div_ceil(1024).max(1));
            assert!(parts.iter().all(|part| part.len() <= 1024));
            assert_eq!(parts.concat(), bytes);
        }
    }

    #[test]
    fn what_is_lent_arrives_owned() {
        assert_eq!(type_of::<str>(), type_of::<String>());
        assert_eq!(type_of::<&str>(), type_of::<String>());
        assert_eq!(type_of::<[f64]>(), type_of::<Vec<f64>>());
        assert_ne!(type_of::<[f64; 3]>(), type_of::<Vec<f64>>());
        assert_ne!(type_of::<u32>(), type_of::<u64>());
    }

    #[test]
    fn bytes_that_are_left_over_are_no_value() {
        let bytes = bytes_of(&(1_u8, 2_u8)).unwrap();
        assert_eq!(decode::<u8>(&bytes), Err(Error::Encoding("1 bytes are left over".to_owned())));
    }
}
