//! The book's session, played.

use runner::{Failure, Part};

use super::engines::engines;
use super::session::session;

/// Plays the book's session with four engines, as many as it has.
pub(crate) fn interactive(part: &mut Part<'_>) -> Result<(), Failure> {
    part.section("The book's session: four engines that are told what to do", |part| {
        let cluster = engines(4)?;
        let shown = session(&cluster)?;
        Ok(part.text("session", &shown)?)
    })
}
