//! What happens to the time of an element when there are more of them: sizes, measurements, the exponent of the time, and how all of
//! it is shown.
//!
//! A step runs in a process of its own at each size, which speaks as peers do (`worker`): so its memory is its own, nobody else's
//! arrays are in the way, and a process that the system kills takes no result with it.

mod fit;
mod marks;
mod point;
mod shown;
mod sizes;
mod who;
mod worker;

pub(crate) use fit::add_exponents;
pub(crate) use point::Point;
pub(crate) use shown::{draw, exponents, left_out, page, table};
pub(crate) use sizes::{Size, elements, name_of_size, request, sizes_of};
pub(crate) use who::{Place, Who, best_step, right_answer};
pub(crate) use worker::{Answer, Reply, answer, say, serve};
