//! The client: who is there, and the views through which they are given work.

use std::fmt;
use std::ops::{Bound, RangeBounds};
use std::sync::atomic::Ordering;

use crate::balanced::LoadBalancedView;
use crate::direct::DirectView;
use crate::engines::Known;
use crate::present::{self, Present};
use crate::session::Session;
use crate::{EngineId, Error, Statistics, Traffic};

/// The client of a cluster: IPython's `Client`, usually called `rc`. Clones are the same client.
///
/// Its calls wait for what they ask for. It has a thread of its own that listens meanwhile; none of its methods may be called by
/// an asynchronous function.
#[derive(Clone)]
pub struct Client {
    session: Session,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client {{ {}, engines {:?} }}", self.session.shared.link.url, self.ids())
    }
}

impl Client {
    pub(crate) fn new(session: Session) -> Self {
        Self { session }
    }

    /// The numbers of the engines that are alive, in order: `rc.ids`.
    pub fn ids(&self) -> Vec<EngineId> {
        self.session.shared.engines.alive().iter().map(|known| known.id).collect()
    }

    /// What is known of the engines that are alive: number, name and process.
    pub fn engines(&self) -> Vec<(EngineId, String, u32)> {
        let alive = self.session.shared.engines.alive();
        alive.into_iter().map(|known| (known.id, known.beat.name, known.beat.process)).collect()
    }

    /// Hosts and engines that are there, hosts first.
    pub fn present(&self) -> Vec<Present> {
        present::of(&self.session)
    }

    /// A view of the engines in a range of places in [`ids`](Self::ids): `rc[:]` is `direct_view(..)`.
    ///
    /// # Errors
    /// When there is none in that range, or one of them runs another build of this program.
    pub fn direct_view(&self, range: impl RangeBounds<usize>) -> Result<DirectView, Error> {
        let from = match range.start_bound() {
            Bound::Included(from) => *from,
            Bound::Excluded(from) => from.saturating_add(1),
            Bound::Unbounded => 0,
        };
        let to = match range.end_bound() {
            Bound::Included(to) => to.saturating_add(1),
            Bound::Excluded(to) => *to,
            Bound::Unbounded => usize::MAX,
        };
        self.view(self.session.shared.engines.alive().into_iter().take(to).skip(from).collect())
    }

    /// A view of one engine: `rc[0]`.
    ///
    /// # Errors
    /// When it is not there, or runs another build of this program.
    pub fn engine(&self, engine: EngineId) -> Result<DirectView, Error> {
        self.view(vec![self.session.shared.engines.get(engine)?])
    }

    /// A view of the first engine and every so many-th after it: `rc[::2]` is `every(2)`.
    ///
    /// # Errors
    /// When there is no engine, or one of them runs another build of this program.
    pub fn every(&self, step: usize) -> Result<DirectView, Error> {
        self.view(self.session.shared.engines.alive().into_iter().step_by(step.max(1)).collect())
    }

    /// A view that gives tasks to engines with nothing to do: `rc.load_balanced_view()`.
    pub fn load_balanced_view(&self) -> LoadBalancedView {
        LoadBalancedView::new(self.session.clone())
    }

    /// What the engines did for this client so far.
    pub fn statistics(&self) -> Statistics {
        self.session.lock_statistics().clone()
    }

    /// What this client has sent and received so far.
    pub fn traffic(&self) -> Traffic {
        let counted = self.session.shared.link.client.statistics();
        Traffic {
            messages_sent: counted.out_messages.load(Ordering::Relaxed),
            messages_received: counted.in_messages.load(Ordering::Relaxed),
            bytes_sent: counted.out_bytes.load(Ordering::Relaxed),
            bytes_received: counted.in_bytes.load(Ordering::Relaxed),
        }
    }

    /// The server's address.
    pub fn server(&self) -> &str {
        &self.session.shared.link.url
    }

    fn view(&self, engines: Vec<Known>) -> Result<DirectView, Error> {
        if engines.is_empty() {
            return Err(Error::NoEngines { url: self.session.shared.link.url.clone() });
        }
        let ours = self.session.shared.build;
        let others = engines.iter().filter(|known| known.beat.build != ours);
        let others = others.map(|known| (known.id, Error::OtherBuild { theirs: known.beat.build, ours }));
        let others: Vec<_> = others.collect();
        if !others.is_empty() {
            return Err(Error::Engines(others));
        }
        let engines = engines.into_iter().map(|known| (known.id, known.beat.instance)).collect();
        Ok(DirectView::new(self.session.clone(), engines))
    }
}
