//! ParallelPython's table: what each engine did, and for how long; and when each task was on which engine.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::EngineId;
use crate::wire::Span;

/// How many tasks are remembered one by one, the last ones: however many there are, statistics do not grow.
const REMEMBERED: usize = 4096;

/// What all engines did for one client: ParallelPython's `print_stats`.
///
/// Shown, it is a table of a line for each engine.
#[derive(Clone, Debug, Default)]
pub struct Statistics {
    engines: Vec<EngineStatistics>,
    tasks: VecDeque<TaskRecord>,
}

/// What one engine did.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EngineStatistics {
    /// Which engine.
    pub engine: EngineId,
    /// How many tasks it did.
    pub jobs: u64,
    /// Its part of the tasks of all engines, from 0 to 1.
    pub share: f64,
    /// How long it computed.
    pub time: Duration,
}

impl EngineStatistics {
    /// How long a task took it.
    pub fn time_per_job(&self) -> Duration {
        self.time.checked_div(u32::try_from(self.jobs).unwrap_or(u32::MAX)).unwrap_or_default()
    }
}

/// Which task was where, when. Times are since 1970, by the engine's clock.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskRecord {
    /// The function's path.
    pub name: Arc<str>,
    /// Which of the inputs it was, from zero.
    pub index: u64,
    /// Where.
    pub engine: EngineId,
    /// When it began.
    pub began: Duration,
    /// When it ended.
    pub ended: Duration,
}

/// What a client has sent and received: the server sees as much of it, and its engines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Messages to the server.
    pub messages_sent: u64,
    /// Messages from it.
    pub messages_received: u64,
    /// Bytes to the server.
    pub bytes_sent: u64,
    /// Bytes from it.
    pub bytes_received: u64,
}

impl Traffic {
    /// Messages in both directions.
    pub fn messages(&self) -> u64 {
        self.messages_sent + self.messages_received
    }

    /// Bytes in both directions.
    pub fn bytes(&self) -> u64 {
        self.bytes_sent + self.bytes_received
    }
}

impl Statistics {
    /// A line for each engine that did something, in the order of their numbers.
    pub fn engines(&self) -> Vec<EngineStatistics> {
        let all: u64 = self.engines.iter().map(|engine| engine.jobs).sum();
        let share = |jobs| jobs as f64 / all.max(1) as f64;
        self.engines.iter().map(|engine| EngineStatistics { share: share(engine.jobs), ..*engine }).collect()
    }

    /// The last 4096 tasks, in the order in which their results came: what a timeline is drawn from.
    pub fn tasks(&self) -> impl ExactSizeIterator<Item = &TaskRecord> {
        self.tasks.iter()
    }

    pub(crate) fn add(&mut self, engine: EngineId, name: &Arc<str>, index: u64, span: Span) {
        let (began, ended) = (Duration::from_nanos(span.began), Duration::from_nanos(span.ended));
        let place = match self.engines.binary_search_by_key(&engine, |known| known.engine) {
            Ok(place) => place,
            Err(place) => {
                self.engines.insert(place, EngineStatistics { engine, ..EngineStatistics::default() });
                place
            }
        };
        let known = &mut self.engines[place];
        known.jobs += 1;
        known.time += ended.saturating_sub(began);
        if self.tasks.len() == REMEMBERED {
            self.tasks.pop_front();
        }
        self.tasks.push_back(TaskRecord { name: name.clone(), index, engine, began, ended });
    }
}

impl fmt::Display for Statistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>9} {:>9} {:>11} {:>14}   engine", "job count", "% of all", "time sum s", "time per job s")?;
        for engine in self.engines() {
            let (sum, each) = (engine.time.as_secs_f64(), engine.time_per_job().as_secs_f64());
            let (jobs, share) = (engine.jobs, 100.0 * engine.share);
            writeln!(f, "{jobs:>9} {share:>9.2} {sum:>11.4} {each:>14.6}   {}", engine.engine)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_each_engine_and_no_growth() {
        let mut statistics = Statistics::default();
        let name = Arc::from("f");
        for index in 0..5000_u64 {
            let span = Span { began: index * 1_000_000, ended: index * 1_000_000 + 500_000 };
            statistics.add(u32::from(index % 4 == 0), &name, index, span);
        }
        let engines = statistics.engines();
        assert_eq!(engines.iter().map(|engine| engine.jobs).collect::<Vec<_>>(), [3750, 1250]);
        assert_eq!(engines[1].share, 0.25);
        assert_eq!(engines[0].time_per_job(), Duration::from_micros(500));
        assert_eq!(statistics.tasks().len(), REMEMBERED);
        assert_eq!(statistics.tasks().last().map(|task| task.index), Some(4999));
        let table = statistics.to_string();
        assert!(table.contains("     3750     75.00      1.8750       0.000500   0\n"), "{table}");
    }
}
