//! Which hosts there are: processes that fetch the programs of clients and start engines from them.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::wire::{HostBeat, Stage, Wanted};

/// The hosts that a client knows.
#[derive(Debug)]
pub(crate) struct Hosts {
    known: Mutex<Vec<(HostBeat, Duration)>>,
    lost_after: Duration,
}

impl Hosts {
    pub(crate) fn new(lost_after: Duration) -> Self {
        Self { known: Mutex::default(), lost_after }
    }

    /// A host has said that it is there.
    pub(crate) fn heard(&self, beat: HostBeat) {
        let mut known = self.known();
        known.retain(|(known, _)| known.instance != beat.instance);
        known.push((beat, Duration::ZERO));
        known.sort_by(|(one, _), (other, _)| (&one.name, &one.instance).cmp(&(&other.name, &other.instance)));
    }

    /// So much time has passed, with a connection or without.
    pub(crate) fn tick(&self, passed: Duration, connected: bool) {
        self.known().retain_mut(|(_, silent)| {
            *silent = if connected { *silent + passed } else { Duration::ZERO };
            *silent <= self.lost_after
        });
    }

    /// Those that are there, by name.
    pub(crate) fn alive(&self) -> Vec<HostBeat> {
        self.known().iter().map(|(beat, _)| beat.clone()).collect()
    }

    /// What each does with a program; nothing where it has not heard of it.
    pub(crate) fn stages(&self, program: &Wanted) -> Vec<(String, Option<Stage>)> {
        let stage = |beat: &HostBeat| {
            let of = beat.programs.iter().find(|(wanted, _)| wanted == program);
            (beat.name.clone(), of.map(|(_, stage)| stage.clone()))
        };
        self.known().iter().map(|(beat, _)| stage(beat)).collect()
    }

    fn known(&self) -> MutexGuard<'_, Vec<(HostBeat, Duration)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_is_not_heard_is_not_there_and_what_it_does_is_known() {
        let hosts = Hosts::new(Duration::from_secs(2));
        let wanted = Wanted { build: 1, digest: [1; 32], size: 3, name: "a".to_owned() };
        let beat = |name: &str, programs| HostBeat {
            instance: name.to_owned(),
            name: name.to_owned(),
            machine: String::new(),
            process: 1,
            since: 0,
            programs,
        };
        hosts.heard(beat("b", vec![(wanted.clone(), Stage::Missing)]));
        hosts.heard(beat("a", Vec::new()));
        hosts.tick(Duration::from_secs(2), true);
        hosts.heard(beat("b", vec![(wanted.clone(), Stage::Runs { process: 7 })]));
        let runs = ("b".to_owned(), Some(Stage::Runs { process: 7 }));
        assert_eq!(hosts.stages(&wanted), [("a".to_owned(), None), runs.clone()]);
        hosts.tick(Duration::from_secs(5), false);
        assert_eq!(hosts.alive().len(), 2, "silence counts only while somebody listens");
        hosts.tick(Duration::from_secs(2), true);
        hosts.heard(beat("b", vec![(wanted.clone(), Stage::Runs { process: 7 })]));
        hosts.tick(Duration::from_secs(1), true);
        assert_eq!(hosts.stages(&wanted), [runs]);
    }
}
