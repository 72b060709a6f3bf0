//! What an engine is called.

/// The number of an engine.
pub type EngineId = u32;
