//! What has gone over the connections of a pool.

/// What has gone over the connections of a pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Messages to workers: each is one task, or one chunk of tasks.
    pub messages: u64,
    /// Bytes to workers. Shared memory is not among them.
    pub sent: u64,
    /// Bytes back.
    pub received: u64,
}
