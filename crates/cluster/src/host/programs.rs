//! The programs that clients want run on this host, and the engine of each.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};

use crate::Error;
use crate::connection::{Credentials, Link};
use crate::orders::{EngineOrder, order_of};
use crate::os::{Child, Role};
use crate::wire::{Stage, Wanted};

/// After how long an engine that has ended is started again, and a program that could not be had is asked for again: longer each time, up
/// to the second number.
const AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// A program, from the first time that it is wanted.
struct Program {
    stage: Stage,
    /// Since when nobody has wanted it, as far as there was a connection.
    silent: Duration,
    /// How long ago it came into this stage.
    age: Duration,
    /// How long it stays failed.
    again: Duration,
    file: Option<File>,
    engine: Option<Child>,
}

type Fetched = (Wanted, Result<Option<File>, Error>);

/// The programs that clients want run.
pub(super) struct Programs {
    link: Link,
    name: String,
    credentials: Credentials,
    folder: PathBuf,
    lost_after: Duration,
    tell: fn(&str),
    programs: BTreeMap<Wanted, Program>,
    fetching: FuturesUnordered<BoxFuture<'static, Fetched>>,
}

impl Programs {
    pub(super) fn new(
        link: Link,
        name: String,
        credentials: Credentials,
        folder: PathBuf,
        lost_after: Duration,
        tell: fn(&str),
    ) -> Self {
        let (programs, fetching) = (BTreeMap::new(), FuturesUnordered::new());
        Self { link, name, credentials, folder, lost_after, tell, programs, fetching }
    }

    /// What is done with each.
    pub(super) fn stages(&self) -> Vec<(Wanted, Stage)> {
        self.programs.iter().map(|(wanted, program)| (wanted.clone(), program.stage.clone())).collect()
    }

    /// A client wants a program run; whether that changes what is done.
    pub(super) fn wanted(&mut self, wanted: Wanted) -> bool {
        if let Some(program) = self.programs.get_mut(&wanted) {
            program.silent = Duration::ZERO;
            // It may have been put there meanwhile.
            let again = program.stage == Stage::Missing;
            if again {
                self.fetch(wanted);
            }
            return again;
        }
        let new = Program {
            stage: Stage::Fetching,
            silent: Duration::ZERO,
            age: Duration::ZERO,
            again: AGAIN.0 / 2,
            file: None,
            engine: None,
        };
        self.programs.insert(wanted.clone(), new);
        self.fetch(wanted);
        true
    }

    fn fetch(&mut self, wanted: Wanted) {
        let (link, folder) = (self.link.clone(), self.folder.clone());
        if let Some(program) = self.programs.get_mut(&wanted) {
            program.stage = Stage::Fetching;
        }
        let fetched = async move {
            let file = link.fetch_program(&wanted, &folder).await;
            (wanted, file)
        };
        self.fetching.push(fetched.boxed());
    }

    /// Returns when a program has come, or could not be had.
    pub(super) async fn fetched(&mut self) {
        let Some((wanted, fetched)) = self.fetching.next().await else {
            return std::future::pending().await;
        };
        match fetched {
            Ok(Some(file)) => {
                self.tell(format_args!(
                    "fetched {}, {} MB, hash {}",
                    wanted.name,
                    wanted.size / 1_000_000,
                    short(&wanted)
                ));
                self.start(&wanted, file);
            }
            Ok(None) => self.enter(&wanted, Stage::Missing),
            Err(error) => self.fails(&wanted, error.to_string()),
        }
    }

    /// Starts an engine from a program's file.
    fn start(&mut self, wanted: &Wanted, file: File) {
        let Some(program) = self.programs.get_mut(wanted) else { return };
        let order = EngineOrder {
            server: self.link.url.clone(),
            credentials: self.credentials.clone(),
            name: self.name.clone(),
            number: None,
            build: wanted.build,
        };
        let started = order_of(&order).and_then(|bytes| {
            let started = Child::start_program(Role::Engine, &file, &wanted.name, &bytes);
            started.map_err(|error| {
                let folder = self.folder.display();
                Error::System(format!("it cannot be started from {folder} ({error}): TMPDIR names another folder"))
            })
        });
        match started {
            Ok(child) => {
                let process = child.id();
                (program.file, program.engine) = (Some(file), Some(child));
                self.enter(wanted, Stage::Runs { process });
                self.tell(format_args!("an engine runs {}, process {process}", wanted.name));
            }
            Err(error) => self.fails(wanted, error.to_string()),
        }
    }

    fn enter(&mut self, wanted: &Wanted, stage: Stage) {
        if let Some(program) = self.programs.get_mut(wanted) {
            (program.stage, program.age) = (stage, Duration::ZERO);
        }
    }

    fn fails(&mut self, wanted: &Wanted, why: String) {
        self.tell(format_args!("{} does not run: {why}", wanted.name));
        if let Some(program) = self.programs.get_mut(wanted) {
            // Whatever had run for a while is a new trouble, and not the old one again.
            let again = if program.age > AGAIN.1 { AGAIN.0 } else { 2 * program.again };
            program.again = again.min(AGAIN.1);
        }
        self.enter(wanted, Stage::Failed(why));
    }

    /// A tick has passed: engines that have ended are started again, and those that nobody wants are ended. Whether that is news.
    pub(super) fn tick(&mut self, passed: Duration) -> bool {
        let (mut ended, mut again, mut unwanted) = (Vec::new(), Vec::new(), Vec::new());
        for (wanted, program) in &mut self.programs {
            program.silent += passed;
            program.age += passed;
            if let Some(how) = program.engine.as_ref().and_then(Child::ended) {
                program.engine = None;
                ended.push((wanted.clone(), how));
            } else if matches!(program.stage, Stage::Failed(_)) && program.age > program.again {
                again.push(wanted.clone());
            }
            if program.silent > self.lost_after {
                unwanted.push(wanted.clone());
            }
        }
        let news = !ended.is_empty() || !unwanted.is_empty();
        for (wanted, how) in ended {
            self.fails(&wanted, format!("its engine has ended ({how})"));
        }
        for wanted in again {
            match self.programs.get_mut(&wanted).and_then(|program| program.file.take()) {
                Some(file) => self.start(&wanted, file),
                None => self.fetch(wanted),
            }
        }
        for wanted in unwanted {
            self.programs.remove(&wanted);
            self.tell(format_args!("nobody wants {} any more: its engine is ended", wanted.name));
            let link = self.link.clone();
            tokio::spawn(async move { link.forget_program(&wanted).await });
        }
        news
    }

    fn tell(&self, what: std::fmt::Arguments<'_>) {
        (self.tell)(&what.to_string());
    }
}

/// The first digits of a program's hash.
fn short(wanted: &Wanted) -> String {
    wanted.key()[..16].to_owned()
}
