//! Whole arrays, blocks that fit the cache, an expression compiler, and SIMD: what one instruction can do with many numbers.
//!
//! One folder for each chapter, and in it a file for each problem that the chapter computes: [`arrays`] (chapter 5), [`blocks`]
//! (chapter 6), [`simd`] (chapter 7). [`compiler`] is what chapter 6 hands its expressions to, and [`pages`] the memory
//! whose first touch it measures.

pub mod arrays;
pub mod blocks;
pub mod combined;
pub mod compiler;
pub mod pages;
pub mod simd;

use validation::Ladder;

/// The steps of this crate, a ladder for each chapter and problem.
pub fn ladders() -> Vec<Box<dyn Ladder>> {
    [arrays::ladders(), blocks::ladders(), simd::ladders(), combined::ladders()].into_iter().flatten().collect()
}
