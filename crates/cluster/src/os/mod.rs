//! What the rest of the crate asks of the operating system: children that end with their parent.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub(crate) use linux::*;

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::*;

/// What a child is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It works.
    Engine,
    /// It fetches programs and starts engines from them.
    Host,
    /// It keeps a server and its folder.
    Keeper,
}

impl Role {
    /// One word for each.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Engine => "engine",
            Self::Host => "host",
            Self::Keeper => "keeper",
        }
    }
}
