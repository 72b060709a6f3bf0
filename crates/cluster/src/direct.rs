//! The direct view: some engines, and what each of them is told.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::results::{AsyncResult, Shape};
use crate::session::Session;
use crate::task::name_of;
use crate::wire::{Ask, Kind, bytes_of, type_of};
use crate::{EngineId, Error, Namespace};

/// Some engines, each of which does what it is told: IPython's `DirectView`.
///
/// What it is told is not written down anywhere: when an engine ends, what it had is lost, and the caller is told so. Tasks that must not be
/// lost are for the [`LoadBalancedView`](crate::LoadBalancedView).
#[derive(Clone)]
pub struct DirectView {
    session: Session,
    engines: Vec<(EngineId, String)>,
}

impl fmt::Debug for DirectView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DirectView {:?}", self.ids())
    }
}

/// What one engine is asked: which of the view's, what, and the bytes that belong to it.
struct Question<'a> {
    place: usize,
    kind: Kind,
    bytes: &'a [u8],
}

impl DirectView {
    pub(crate) fn new(session: Session, engines: Vec<(EngineId, String)>) -> Self {
        Self { session, engines }
    }

    /// The numbers of its engines.
    pub fn ids(&self) -> Vec<EngineId> {
        self.engines.iter().map(|(id, _)| *id).collect()
    }

    /// Gives every engine a value by name.
    ///
    /// # Errors
    /// When the value cannot travel, or an engine is gone.
    pub fn push<T: Serialize + ?Sized>(&self, name: &str, value: &T) -> Result<(), Error> {
        let kind = Kind::Put { name: name.to_owned(), of_type: type_of::<T>() };
        self.ask_all::<()>(&kind, &bytes_of(value)?, Shape::Value, None).done()
    }

    /// The value of that name on every engine, in the order of the view.
    ///
    /// # Errors
    /// When an engine has no such value, has one of another type, or is gone.
    pub fn pull<T: DeserializeOwned>(&self, name: &str) -> Result<Vec<T>, Error> {
        let kind = Kind::Get { name: name.to_owned(), of_type: type_of::<T>() };
        self.ask_all(&kind, &[], Shape::Value, None).get()
    }

    /// `view["a"] = 10`: the same as [`push`](Self::push).
    ///
    /// # Errors
    /// As there.
    pub fn set<T: Serialize + ?Sized>(&self, name: &str, value: &T) -> Result<(), Error> {
        self.push(name, value)
    }

    /// `view["a"]`: the same as [`pull`](Self::pull).
    ///
    /// # Errors
    /// As there.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Vec<T>, Error> {
        self.pull(name)
    }

    /// Runs a procedure over the values of every engine, and gives what each returns. Registered with [`procedure!`](crate::procedure!).
    ///
    /// # Errors
    /// When the procedure is not registered, returns an error or panics, or an engine is gone.
    pub fn execute<F, A, R, E>(&self, procedure: F, argument: &A) -> Result<Vec<R>, Error>
    where
        F: Fn(&mut Namespace, A) -> Result<R, E> + Copy,
        A: Serialize,
        R: DeserializeOwned,
    {
        let _ = procedure;
        let name = name_of::<F>()?;
        let kind = Kind::Execute { name: name.to_owned(), argument: type_of::<A>() };
        self.ask_all(&kind, &bytes_of(argument)?, Shape::Value, Some(name)).get()
    }

    /// Calls a function with the same argument on every engine.
    ///
    /// # Errors
    /// When the function is not registered or panics, or an engine is gone.
    pub fn apply<F, A, R>(&self, function: F, argument: A) -> Result<Vec<R>, Error>
    where
        F: Fn(A) -> R + Copy,
        A: Serialize,
        R: DeserializeOwned,
    {
        self.apply_async(function, argument)?.get()
    }

    /// The same, without waiting for the results.
    ///
    /// # Errors
    /// When the function is not registered, or its argument cannot travel.
    pub fn apply_async<F, A, R>(&self, function: F, argument: A) -> Result<AsyncResult<R>, Error>
    where
        F: Fn(A) -> R + Copy,
        A: Serialize,
        R: DeserializeOwned,
    {
        let _ = function;
        self.apply_named(name_of::<F>()?, &argument)
    }

    /// The same, of a function that is known by its path alone: what types a compiler would refuse, the engine does.
    ///
    /// # Errors
    /// When the argument cannot travel. What the engine refuses is the result's error.
    pub fn apply_named<A: Serialize, R: DeserializeOwned>(
        &self,
        name: &str,
        argument: &A,
    ) -> Result<AsyncResult<R>, Error> {
        let kind = Kind::Call { name: name.to_owned(), argument: type_of::<A>(), first: 0 };
        Ok(self.ask_all(&kind, &bytes_of([argument].as_slice())?, Shape::List, Some(name)))
    }

    /// Calls a function with each of the inputs, which are dealt out to the engines in equal parts, and gives the results in the order of the
    /// inputs.
    ///
    /// # Errors
    /// When the function is not registered or panics, or an engine is gone.
    pub fn map<F, A, R>(&self, function: F, inputs: impl IntoIterator<Item = A>) -> Result<Vec<R>, Error>
    where
        F: Fn(A) -> R + Copy,
        A: Serialize,
        R: DeserializeOwned,
    {
        self.map_async(function, inputs)?.get()
    }

    /// The same, without waiting for the results.
    ///
    /// # Errors
    /// When the function is not registered, or an input cannot travel.
    pub fn map_async<F, A, R>(&self, function: F, inputs: impl IntoIterator<Item = A>) -> Result<AsyncResult<R>, Error>
    where
        F: Fn(A) -> R + Copy,
        A: Serialize,
        R: DeserializeOwned,
    {
        let _ = function;
        let name = name_of::<F>()?;
        let inputs: Vec<A> = inputs.into_iter().collect();
        let shares: Vec<_> = shares(inputs.len(), self.engines.len()).filter(|share| !share.is_empty()).collect();
        let parts = shares.iter().map(|share| bytes_of(&inputs[share.clone()])).collect::<Result<Vec<_>, _>>()?;
        let questions = parts.iter().zip(&shares).enumerate().map(|(place, (bytes, share))| {
            let (name, first) = (name.to_owned(), share.start as u64);
            Question { place, kind: Kind::Call { name, argument: type_of::<A>(), first }, bytes }
        });
        let first = shares.iter().map(|share| share.start as u64).collect();
        Ok(self.ask(questions.collect(), Shape::List, Some((name.into(), first))))
    }

    /// A function that, when it is called, runs on every engine: `@view.remote`.
    pub fn remote<F, A, R>(&self, function: F) -> impl Fn(A) -> Result<Vec<R>, Error> + use<F, A, R>
    where
        F: Fn(A) -> R + Copy,
        A: Serialize,
        R: DeserializeOwned,
    {
        let view = self.clone();
        move |argument| view.apply(function, argument)
    }

    /// A function that, when it is called with many inputs, deals them out to the engines: `@view.parallel`.
    pub fn parallel<F, A, R>(&self, function: F) -> impl Fn(Vec<A>) -> Result<Vec<R>, Error> + use<F, A, R>
    where
        F: Fn(A) -> R + Copy,
        A: Serialize,
        R: DeserializeOwned,
    {
        let view = self.clone();
        move |inputs| view.map(function, inputs)
    }

    /// Gives every engine its part of a list under one name: of 11 values for 4 engines 3, 3, 3 and 2.
    ///
    /// # Errors
    /// When a value cannot travel, or an engine is gone.
    pub fn scatter<T: Serialize>(&self, name: &str, values: &[T]) -> Result<(), Error> {
        let shares = shares(values.len(), self.engines.len());
        let parts = shares.map(|share| bytes_of(&values[share])).collect::<Result<Vec<_>, _>>()?;
        let questions = parts.iter().enumerate().map(|(place, bytes)| {
            let kind = Kind::Put { name: name.to_owned(), of_type: type_of::<[T]>() };
            Question { place, kind, bytes }
        });
        self.ask::<()>(questions.collect(), Shape::Value, None).done()
    }

    /// The parts of a list from all engines as one: what [`scatter`](Self::scatter) dealt out, whole again.
    ///
    /// # Errors
    /// When an engine has no list of that name and type, or is gone.
    pub fn gather<T: DeserializeOwned>(&self, name: &str) -> Result<Vec<T>, Error> {
        let kind = Kind::Get { name: name.to_owned(), of_type: type_of::<Vec<T>>() };
        self.ask_all(&kind, &[], Shape::List, None).get()
    }

    /// Asks every engine the same.
    fn ask_all<R>(&self, kind: &Kind, bytes: &[u8], shape: Shape, counted: Option<&str>) -> AsyncResult<R> {
        let questions = (0..self.engines.len()).map(|place| Question { place, kind: kind.clone(), bytes });
        let counted = counted.map(|name| (name.into(), vec![0; self.engines.len()]));
        self.ask(questions.collect(), shape, counted)
    }

    fn ask<R>(
        &self,
        questions: Vec<Question<'_>>,
        shape: Shape,
        counted: Option<(Arc<str>, Vec<u64>)>,
    ) -> AsyncResult<R> {
        let shared = &self.session.shared;
        let asked = self.session.wait_for(async {
            let mut asked = Vec::with_capacity(questions.len());
            for Question { place, kind, bytes } in questions {
                let (id, instance) = &self.engines[place];
                let answer = match shared.engines.end(*id) {
                    None => shared.post.ask(instance, &Ask { build: shared.build, kind }, bytes).await,
                    Some(how) => Err(Error::EngineLost { how }),
                };
                asked.push((*id, answer));
            }
            asked
        });
        AsyncResult::new(self.session.clone(), asked, shape, counted)
    }
}

/// Equal parts of so many things, the first of them larger by one when the division leaves a remainder.
fn shares(length: usize, parts: usize) -> impl Iterator<Item = Range<usize>> {
    let (each, rest) = (length / parts.max(1), length % parts.max(1));
    (0..parts).map(move |part| part * each + part.min(rest)..(part + 1) * each + (part + 1).min(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eleven_over_four_are_three_three_three_and_two() {
        let lengths = |length, parts| shares(length, parts).map(|share| share.len()).collect::<Vec<_>>();
        assert_eq!(lengths(11, 4), [3, 3, 3, 2]);
        assert_eq!(lengths(2, 4), [1, 1, 0, 0]);
        for length in 0..50 {
            for parts in 1..9 {
                assert_eq!(shares(length, parts).flatten().collect::<Vec<_>>(), (0..length).collect::<Vec<_>>());
            }
        }
    }
}
