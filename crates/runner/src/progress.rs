use std::fmt;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// What is being worked on, on standard error, while it takes longer than a second. Nothing is shown when standard error is no
/// terminal.
pub struct Progress {
    bar: ProgressBar,
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").field("position", &self.bar.position()).finish()
    }
}

impl Progress {
    /// Progress over so many pieces of work.
    pub fn new(pieces: u64) -> Self {
        let style = ProgressStyle::with_template("{spinner} [{bar:20}] {pos}/{len} {msg} {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(pieces).with_style(style.progress_chars("=> "));
        bar.enable_steady_tick(Duration::from_millis(1000));
        Self { bar }
    }

    /// Names the piece that begins.
    pub fn begin(&self, name: impl fmt::Display) {
        self.bar.set_message(name.to_string());
    }

    /// One piece is done.
    pub fn done(&self) {
        self.bar.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
