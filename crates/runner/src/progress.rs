//! The progress bar of long work.

use std::fmt;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// What is being worked on, on standard error, while it takes longer than a second. Nothing is shown when standard error is no
/// terminal.
pub struct Progress {
    bar: ProgressBar,
    ticker: Option<Ticker>,
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
        let ticker = if bar.is_hidden() { None } else { Ticker::start(bar.clone(), Builder::new()) };
        Self { bar, ticker }
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
        if let Some(ticker) = self.ticker.take() {
            ticker.end();
        }
        self.bar.finish_and_clear();
    }
}

/// A thread that moves a bar while nothing else does. Indicatif has one too, and panics when the system refuses it.
struct Ticker {
    end: Sender<()>,
    thread: JoinHandle<()>,
}

impl Ticker {
    /// `None` when the system refuses the thread: the bar then moves from piece to piece.
    fn start(bar: ProgressBar, builder: Builder) -> Option<Self> {
        let (end, ended) = mpsc::channel::<()>();
        let tick = move || {
            while ended.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout) {
                bar.tick();
            }
        };
        builder.spawn(tick).ok().map(|thread| Self { end, thread })
    }

    fn end(self) {
        drop(self.end);
        // A bar that cannot be drawn is nothing to tell.
        let _ = self.thread.join();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refused_threads;

    #[test]
    fn a_bar_whose_thread_is_refused_moves_all_the_same() {
        assert!(Ticker::start(ProgressBar::hidden(), Builder::new().stack_size(refused_threads::STACK)).is_none());
        Ticker::start(ProgressBar::hidden(), Builder::new()).expect("the system gives a thread").end();
    }

    #[test]
    fn progress_needs_no_thread() {
        if refused_threads::in_child("progress::tests::progress_needs_no_thread") {
            let progress = Progress::new(2);
            progress.begin("piece");
            progress.done();
            assert_eq!(progress.bar.position(), 1);
        }
    }
}
