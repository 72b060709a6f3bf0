//! What the decoders of both kinds of processor say in the same way: calls that never return, labels, numbers in lanes.

use std::collections::{BTreeMap, BTreeSet};

use super::flow::Flow;
use super::instruction::Callee;

/// Ends the flow at calls that never come back.
pub(super) fn never_returning(flows: &mut [Flow], callees: &[Option<Callee>]) {
    for (flow, callee) in flows.iter_mut().zip(callees) {
        if callee.as_ref().is_some_and(Callee::never_returns) {
            *flow = Flow::Leave;
        }
    }
}

/// The numbers of labels, by the addresses that something jumps to.
pub(super) fn labels(flows: &[Flow], address: impl Fn(usize) -> u64) -> BTreeMap<u64, usize> {
    let mut targets = BTreeSet::new();
    for flow in flows {
        match flow {
            Flow::Jump(target) | Flow::Branch(target) => _ = targets.insert(address(*target)),
            Flow::Table(several) => targets.extend(several.iter().map(|&target| address(target))),
            Flow::Next | Flow::Leave => {}
        }
    }
    targets.into_iter().enumerate().map(|(index, target)| (target, index + 1)).collect()
}

/// The numbers in the lanes of a register, as short as they can be written.
pub(super) fn in_lanes(numbers: &[String]) -> String {
    match numbers {
        [number] => number.clone(),
        [first, rest @ ..] if rest.iter().all(|number| number == first) => {
            format!("{first} in {} lanes", numbers.len())
        }
        _ => format!("[{}]", numbers.join(", ")),
    }
}
