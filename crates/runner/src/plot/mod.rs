//! Charts of times, speeds and orbits, as SVG files 800 pixels wide.
//!
//! A chart is a struct that is filled in and then written: [`Bars`] compares steps, [`Lines`] shows what changes with a size,
//! [`Orbits`] where particles went, and [`Timeline`] who did what when. A [`Drawing`] shows an idea: its boxes, arrows and words lie
//! where they are put. Each has a file here; all are drawn with `axis`, `canvas` and `text`.
//!
//! Text stays text, set in the reader's own sans-serif font: no font is needed to write a chart. As its true width is unknown here,
//! room is left for a wide font. The colours are those of Masataka Okabe and Kei Ito, which colour-blind readers tell apart too; they
//! can be seen on light and on dark pages. Letters have the colour of the page around them.

mod axis;
mod bars;
mod canvas;
mod drawing;
mod lines;
mod orbits;
#[cfg(test)]
mod tests;
mod text;
mod timeline;

pub use axis::{Axis, Scale};
pub use bars::{Bar, Bars};
pub use canvas::Chart;
pub use drawing::{Drawing, Side, Tone};
pub use lines::{Lines, Series};
pub use orbits::Orbits;
pub use timeline::{Block, Panel, Timeline};
