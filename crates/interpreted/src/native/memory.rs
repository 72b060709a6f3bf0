//! The kinds of memory that compiled code touches, and where they lie.

use cranelift_codegen::ir::{self, AliasRegionData, MemFlagsData};

/// Addresses that stay the same until the interpreter is called.
#[derive(Clone, Copy)]
pub(super) struct Bases {
    pub(super) frame: ir::Value,
    pub(super) lists: ir::Value,
    pub(super) instances: ir::Value,
    pub(super) globals: ir::Value,
}

/// Kinds of memory of which none overlaps another.
#[derive(Clone, Copy)]
pub(super) struct Memory {
    /// The context.
    pub(super) context: MemFlagsData,
    /// The frame.
    pub(super) frame: MemFlagsData,
    /// Headers of lists and objects.
    pub(super) headers: MemFlagsData,
    /// Elements of lists, attributes of objects.
    pub(super) elements: MemFlagsData,
    /// Global names.
    pub(super) globals: MemFlagsData,
    /// What somebody else may write at any time.
    pub(super) shared: MemFlagsData,
}

impl Memory {
    /// Tells the generator of machine code that the kinds do not overlap.
    pub(super) fn new(function: &mut ir::Function) -> Memory {
        let mut number = 0;
        let mut region_of = |description: &'static str| {
            number += 1;
            let data = AliasRegionData { user_id: number, description: description.into() };
            MemFlagsData::trusted().with_alias_region(Some(function.dfg.alias_regions.insert(data)))
        };
        Memory {
            context: region_of("context"),
            frame: region_of("frame"),
            headers: region_of("headers"),
            elements: region_of("elements"),
            globals: region_of("globals"),
            shared: region_of("shared"),
        }
    }
}
