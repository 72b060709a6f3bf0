//! Names of a program, each with a number: two names are equal when their numbers are.

use std::rc::Rc;

use hashbrown::HashMap;

/// The number of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(pub u32);

/// All names that have a number.
#[derive(Debug, Default)]
pub struct Names {
    numbers: HashMap<Rc<str>, Symbol>,
    texts: Vec<Rc<str>>,
}

impl Names {
    /// The number of a name, the same for every equal text.
    pub fn symbol(&mut self, text: &str) -> Symbol {
        if let Some(&symbol) = self.numbers.get(text) {
            return symbol;
        }
        let text: Rc<str> = text.into();
        let symbol = Symbol(u32::try_from(self.texts.len()).expect("a program has fewer than 2^32 names"));
        self.texts.push(text.clone());
        self.numbers.insert(text, symbol);
        symbol
    }

    /// The number of a name that has one already.
    pub fn known(&self, text: &str) -> Option<Symbol> {
        self.numbers.get(text).copied()
    }

    /// The text of a name.
    pub fn text(&self, symbol: Symbol) -> &Rc<str> {
        &self.texts[symbol.0 as usize]
    }
}
