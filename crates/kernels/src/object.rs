//! Numbers as a dynamic language keeps them: on the heap, counted, their type found out at run time.

use std::rc::Rc;

use num_complex::Complex;

/// A reference to a value of some type. Copying it counts one owner more; the last owner frees the value.
pub(crate) type Object = Rc<dyn Value>;

/// What every value can be asked, whatever its type. Each arithmetic result is a new object.
pub(crate) trait Value {
    fn multiply(&self, other: &Object) -> Object;
    fn add(&self, other: &Object) -> Object;
    fn absolute(&self) -> Object;
    fn exceeds(&self, other: &Object) -> bool;
    /// The value as a complex number, as the arithmetic of mixed types needs it.
    fn complex(&self) -> Complex<f64>;
}

impl Value for Complex<f64> {
    fn multiply(&self, other: &Object) -> Object {
        Rc::new(self * other.complex())
    }

    fn add(&self, other: &Object) -> Object {
        Rc::new(self + other.complex())
    }

    fn absolute(&self) -> Object {
        Rc::new(self.norm())
    }

    /// Complex numbers have no order: comparing them compares their real parts, which no program here does.
    fn exceeds(&self, other: &Object) -> bool {
        self.re > other.complex().re
    }

    fn complex(&self) -> Complex<f64> {
        *self
    }
}

impl Value for f64 {
    fn multiply(&self, other: &Object) -> Object {
        Rc::new(self * other.complex())
    }

    fn add(&self, other: &Object) -> Object {
        Rc::new(self + other.complex())
    }

    fn absolute(&self) -> Object {
        Rc::new(self.abs())
    }

    fn exceeds(&self, other: &Object) -> bool {
        *self > other.complex().re
    }

    fn complex(&self) -> Complex<f64> {
        Complex::from(*self)
    }
}
