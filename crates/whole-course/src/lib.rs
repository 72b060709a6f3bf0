//! Holds no code: the tests of this package start programs, read the book and the dependencies, and look at machine code of
//! processors that are not at hand. They are slow beside the tests of the steps, which come first.
