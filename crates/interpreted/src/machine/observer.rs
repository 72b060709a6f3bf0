//! What is kept of the loops of a program that is watched.

use std::rc::Rc;

use crate::bytecode::Code;
use crate::error::Raised;
use crate::native::{self, Compiler, Options, Watched};
use crate::types::Observed;
use crate::value::Value;

/// What is known of the loops of a code.
pub(crate) struct Loops {
    code: Rc<Code>,
    pub(super) seen: Observed,
    heads: Vec<(u32, Watched)>,
    pub(super) depths: Vec<Option<u32>>,
}

/// What watches the loops of a machine.
pub(crate) struct Observer {
    pub(super) compiler: Result<Compiler, String>,
    pub(super) options: Options,
    /// By the number of the code.
    pub(super) loops: Vec<Option<Box<Loops>>>,
    /// The number of frames and the head at which writing down ends.
    pub(super) recording: Option<(usize, u32)>,
    /// What an instruction has raised that compiled code has let the interpreter do.
    pub(super) raised: Option<Raised>,
    /// A collection is due, for which compiled code has to be left.
    pub(crate) collection_due: bool,
}

impl Observer {
    /// Watches with these options.
    pub(crate) fn new(options: Options) -> Observer {
        let compiler = Compiler::new();
        Observer { compiler, options, loops: Vec::new(), recording: None, raised: None, collection_due: false }
    }

    /// Every loop that has been looked at, by code, with why it is not compiled or what has become of it.
    pub(crate) fn watched(&self) -> impl Iterator<Item = (&Rc<Code>, &Observed, u32, &Watched)> {
        let loops = self.loops.iter().flatten();
        loops
            .flat_map(|loops| loops.heads.iter().map(move |(head, watched)| (&loops.code, &loops.seen, *head, watched)))
    }

    /// Why nothing can be compiled here, if that is so.
    pub(crate) fn unavailable(&self) -> Option<&str> {
        self.compiler.as_ref().err().map(String::as_str)
    }

    /// The values that compiled code and what was seen know by their places.
    pub(crate) fn roots(&self) -> impl Iterator<Item = Value> {
        let compiled = self.watched().flat_map(|(_, _, _, watched)| watched.earlier().iter().chain(watched.compiled()));
        let seen = self.loops.iter().flatten().flat_map(|loops| loops.seen.roots());
        compiled.flat_map(|compiled| compiled.roots().iter().copied()).chain(seen)
    }

    pub(super) fn of(&mut self, code: &Rc<Code>) -> &mut Loops {
        let number = code.number as usize;
        if self.loops.len() <= number {
            self.loops.resize_with(number + 1, || None);
        }
        self.loops[number].get_or_insert_with(|| {
            let (seen, depths) = (Observed::new(code), native::depths(code));
            Box::new(Loops { code: code.clone(), seen, heads: Vec::new(), depths })
        })
    }
}

impl Loops {
    pub(super) fn watched(&mut self, head: u32) -> &mut Watched {
        let place = match self.heads.iter().position(|(known, _)| *known == head) {
            Some(place) => place,
            None => {
                self.heads.push((head, Watched::default()));
                self.heads.len() - 1
            }
        };
        &mut self.heads[place].1
    }
}
