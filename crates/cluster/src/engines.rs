//! Which engines there are: who is heard, who has fallen silent, and by which number each is known.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::os::Child;
use crate::wire::Beat;
use crate::{EngineId, Error};

/// How often it is looked who is there.
pub(crate) const TICK: Duration = Duration::from_millis(50);

/// An engine that was heard once.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) id: EngineId,
    pub(crate) beat: Beat,
    /// For how long it was not heard while somebody listened.
    silent: Duration,
    /// Why it is not there any more.
    gone: Option<String>,
}

/// The engines that a client knows.
#[derive(Debug)]
pub(crate) struct Engines {
    known: Mutex<Vec<Known>>,
    children: Mutex<Vec<Arc<Child>>>,
    lost_after: Duration,
}

impl Engines {
    pub(crate) fn new(lost_after: Duration) -> Self {
        Self { known: Mutex::default(), children: Mutex::default(), lost_after }
    }

    /// An engine that is a child of this process: its end is seen at once.
    pub(crate) fn is_ours(&self, child: Arc<Child>) {
        self.children.lock().unwrap_or_else(PoisonError::into_inner).push(child);
    }

    /// An engine has said that it is alive. A new one gets the number that it wants, or the next one: a number is never given twice.
    pub(crate) fn heard(&self, beat: Beat) {
        let ended = self.children().iter().any(|child| child.id() == beat.process && child.ended().is_some());
        let mut known = self.known();
        if let Some(known) = known.iter_mut().find(|known| known.beat.instance == beat.instance) {
            known.beat = beat;
            known.silent = Duration::ZERO;
            if !ended {
                known.gone = None;
            }
            return;
        }
        let taken = |number: &EngineId| known.iter().any(|known| known.id == *number);
        let next = known.iter().map(|known| known.id + 1).max().unwrap_or(0);
        let id = beat.number.filter(|number| !taken(number)).unwrap_or(next);
        known.push(Known { id, beat, silent: Duration::ZERO, gone: None });
        known.sort_by_key(|known| known.id);
    }

    /// A tick has passed, with a connection or without. Gives those that were lost in it, and how.
    pub(crate) fn tick(&self, connected: bool) -> Vec<(String, String)> {
        let children = self.children();
        let mut lost = Vec::new();
        for known in self.known().iter_mut().filter(|known| known.gone.is_none()) {
            let child = children.iter().find(|child| child.id() == known.beat.process);
            if let Some(how) = child.and_then(|child| child.ended()) {
                known.gone = Some(how);
            } else if connected {
                // Counted in ticks: while this process is stopped, nobody falls silent.
                known.silent += TICK;
                if known.silent > self.lost_after {
                    known.gone = Some(format!("not heard for {} s", self.lost_after.as_secs_f64()));
                }
            } else {
                known.silent = Duration::ZERO;
            }
            lost.extend(known.gone.clone().map(|how| (known.beat.instance.clone(), how)));
        }
        lost
    }

    /// Those that are alive, in the order of their numbers.
    pub(crate) fn alive(&self) -> Vec<Known> {
        self.known().iter().filter(|known| known.gone.is_none()).cloned().collect()
    }

    /// The engine of that number, if it is alive.
    pub(crate) fn get(&self, engine: EngineId) -> Result<Known, Error> {
        let alive = self.alive();
        let found = alive.iter().find(|known| known.id == engine).cloned();
        found.ok_or_else(|| Error::NoSuchEngine { engine, alive: alive.iter().map(|known| known.id).collect() })
    }

    /// The number of an engine that was heard once.
    pub(crate) fn number(&self, instance: &str) -> Option<EngineId> {
        self.known().iter().find(|known| known.beat.instance == instance).map(|known| known.id)
    }

    /// How an engine ended, or why it counts as lost; nothing while it is there.
    pub(crate) fn end(&self, engine: EngineId) -> Option<String> {
        self.known().iter().find(|known| known.id == engine).and_then(|known| known.gone.clone())
    }

    /// Those that are not there any more, and how they ended.
    pub(crate) fn ends(&self) -> String {
        let known = self.known();
        let gone = known.iter().filter_map(|known| Some(format!("engine {}: {}", known.id, known.gone.as_ref()?)));
        let gone: Vec<_> = gone.collect();
        if gone.is_empty() { "no engine that is known here".to_owned() } else { gone.join(", ") }
    }

    fn known(&self) -> MutexGuard<'_, Vec<Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn children(&self) -> Vec<Arc<Child>> {
        self.children.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beat(instance: &str, number: Option<u32>) -> Beat {
        Beat {
            instance: instance.to_owned(),
            name: String::new(),
            number,
            process: 0,
            build: 0,
            open: None,
            busy: false,
            trouble: None,
            machine: String::new(),
            since: 0,
            program: String::new(),
        }
    }

    #[test]
    fn silence_is_counted_only_while_somebody_listens() {
        let engines = Engines::new(2 * TICK);
        engines.heard(beat("b", Some(1)));
        engines.heard(beat("a", Some(0)));
        engines.heard(beat("c", Some(1)));
        let ids = || engines.alive().iter().map(|known| known.id).collect::<Vec<_>>();
        assert_eq!(ids(), [0, 1, 2]);
        assert_eq!(engines.number("c"), Some(2), "a number is given once");
        for connected in [true, true, false, true, true] {
            assert_eq!(engines.tick(connected), []);
        }
        engines.heard(beat("a", Some(0)));
        assert_eq!(engines.tick(true).len(), 2);
        assert_eq!(ids(), [0]);
        assert_eq!(engines.ends(), "engine 1: not heard for 0.1 s, engine 2: not heard for 0.1 s");
        assert_eq!(engines.get(2).unwrap_err(), Error::NoSuchEngine { engine: 2, alive: vec![0] });
        engines.heard(beat("c", None));
        assert_eq!(ids(), [0, 2], "who is heard again is there again");
    }
}
