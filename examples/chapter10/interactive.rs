//! The book's session, played.

use cluster::Cluster;
use runner::{Failure, Part};

use super::session::session;

/// Plays the book's session with four engines, as many as it has.
pub(crate) fn interactive(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("The book's session: four engines that are told what to do", |part| {
        let cluster = Cluster::options().engines(4).start()?;
        let shown = session(&cluster)?;
        Ok(part.text("session", &shown)?)
    })
}
