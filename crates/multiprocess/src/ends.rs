//! How children end before their time, in words.

use crate::Error;
use crate::os::{Child, Lost, Message, memory_is_limited};

/// What may be wrong when a child ends where memory is limited.
const LIMITED: &str = "the memory of a process is limited here: raise `ulimit -v` and `ulimit -d`";

/// Kills a child that is gone, or as good as gone, and says how it ended.
pub(crate) fn end_of(child: &Child) -> String {
    child.kill();
    let status = child.wait(None).ok().flatten();
    let how = status.map_or_else(|| "no trace".to_owned(), |status| status.to_string());
    if memory_is_limited() { format!("{how}; {LIMITED}") } else { how }
}

/// A child that is not ready for work, and why: `answer` is what it has said instead. Kills it.
pub(crate) fn not_ready(child: &Child, answer: Result<Message, Lost>) -> Error {
    let how = end_of(child);
    let why = match answer {
        Ok(message) => format!("it began with a message of kind {}", message.kind()),
        Err(Lost::TimedOut | Lost::Stalled) => "it was not ready in time".to_owned(),
        Err(Lost::Ended) if memory_is_limited() => {
            return Error::Unavailable(format!("a worker cannot start: it ended before it was ready ({how})"));
        }
        Err(Lost::Ended) => format!("it ended before it was ready ({how})"),
        Err(Lost::Refused(why)) => why,
        Err(Lost::System(error)) => error.to_string(),
    };
    Error::Start(why)
}
