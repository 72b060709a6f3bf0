//! The flow of control within one function: blocks, loops, and what guards a panic.

use std::collections::{BTreeSet, HashMap, HashSet};

/// Where control goes after an instruction. Targets are indices of instructions of the same function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// To the next instruction.
    Next,
    /// To another one.
    Jump(usize),
    /// To another one or to the next.
    Branch(usize),
    /// To one of several, those of a jump table.
    Table(Vec<usize>),
    /// Out of the function.
    Leave,
}

/// A loop: a set of blocks that reach each other. Each of its rounds comes back to where it is entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FlowLoop {
    /// The instruction that each round begins with; of several entrances the first.
    pub(crate) head: usize,
    /// The last instructions of the blocks from which a round goes back.
    pub(crate) back: Vec<usize>,
    /// All instructions of the loop, those of inner loops too, ascending.
    pub(crate) body: Vec<usize>,
    /// The number of loops around it and itself.
    pub(crate) depth: u32,
    /// The smallest loop around it.
    pub(crate) parent: Option<usize>,
}

pub(crate) struct Graph {
    /// The first instruction of each block, ascending, with the number of instructions as the last entry.
    starts: Vec<usize>,
    successors: Vec<Vec<usize>>,
    predecessors: Vec<Vec<usize>>,
}

impl Graph {
    pub(crate) fn new(flows: &[Flow]) -> Self {
        let mut starts = BTreeSet::from([0, flows.len()]);
        for (index, flow) in flows.iter().enumerate() {
            match flow {
                Flow::Next => continue,
                Flow::Jump(target) | Flow::Branch(target) => _ = starts.insert(*target),
                Flow::Table(targets) => starts.extend(targets),
                Flow::Leave => {}
            }
            starts.insert(index + 1);
        }
        let starts: Vec<usize> = starts.into_iter().collect();
        let block_of = |instruction: usize| starts.partition_point(|&start| start <= instruction) - 1;
        let blocks = starts.len() - 1;
        let mut successors = vec![Vec::new(); blocks];
        for (block, successors) in successors.iter_mut().enumerate() {
            let next = (block + 1 < blocks).then_some(block + 1);
            match &flows[starts[block + 1] - 1] {
                Flow::Next => successors.extend(next),
                Flow::Jump(target) => successors.push(block_of(*target)),
                Flow::Branch(target) => {
                    successors.extend(next);
                    successors.push(block_of(*target));
                }
                Flow::Table(targets) => successors.extend(targets.iter().map(|&target| block_of(target))),
                Flow::Leave => {}
            }
            successors.sort_unstable();
            successors.dedup();
        }
        let mut predecessors = vec![Vec::new(); blocks];
        for (block, successors) in successors.iter().enumerate() {
            for &next in successors {
                predecessors[next].push(block);
            }
        }
        Self { starts, successors, predecessors }
    }

    pub(crate) fn blocks(&self) -> usize {
        self.successors.len()
    }

    pub(crate) fn instructions(&self, block: usize) -> std::ops::Range<usize> {
        self.starts[block]..self.starts[block + 1]
    }

    pub(crate) fn successors(&self, block: usize) -> &[usize] {
        &self.successors[block]
    }

    pub(crate) fn predecessors(&self, block: usize) -> &[usize] {
        &self.predecessors[block]
    }

    /// The blocks that control enters from outside: the first one, and those that nothing within jumps to, which are the
    /// landing pads of unwinding.
    pub(crate) fn is_entry(&self, block: usize) -> bool {
        block == 0 || self.predecessors[block].is_empty()
    }

    /// The loops, outer ones before those within.
    ///
    /// Blocks that reach each other are a loop. Without the ways back to where it is entered what remains of it falls apart, and
    /// blocks that still reach each other are the loops within. Optimised code does enter loops at several places: a loop
    /// whose first round was found to differ, say. (Steensgaard, "Sequentializing program dependence graphs for irreducible programs", 1993.)
    pub(crate) fn loops(&self) -> Vec<FlowLoop> {
        let mut loops: Vec<FlowLoop> = Vec::new();
        let all: Vec<usize> = (0..self.blocks()).collect();
        // Each region with the loop around it and the blocks whose entrances do not count in it.
        let mut open = vec![(all, None, HashSet::new())];
        while let Some((region, parent, heads)) = open.pop() {
            for mut body in self.components(&region, &heads) {
                body.sort_unstable();
                let inside: HashSet<usize> = body.iter().copied().collect();
                let from_outside = |block: usize| {
                    self.is_entry(block) || self.predecessors[block].iter().any(|before| !inside.contains(before))
                };
                let mut entrances: HashSet<usize> = body.iter().copied().filter(|&block| from_outside(block)).collect();
                if entrances.is_empty() {
                    // Nothing is known to enter it, so it is entered by unwinding or by a jump that is not understood.
                    entrances.insert(body[0]);
                }
                let back = body.iter().filter(|&&block| self.successors[block].iter().any(|to| entrances.contains(to)));
                let entrance = body.iter().copied().find(|block| entrances.contains(block));
                loops.push(FlowLoop {
                    head: self.starts[entrance.unwrap_or(body[0])],
                    back: back.map(|&block| self.starts[block + 1] - 1).collect(),
                    body: body.iter().flat_map(|&block| self.instructions(block)).collect(),
                    depth: parent.map_or(0, |parent: usize| loops[parent].depth) + 1,
                    parent,
                });
                let heads = heads.union(&entrances).copied().collect();
                open.push((body, Some(loops.len() - 1), heads));
            }
        }
        loops
    }

    /// The sets of blocks of a region that reach each other, without going to a block of `heads`. (Tarjan, "Depth-first search and linear graph
    /// algorithms", 1972.)
    fn components(&self, region: &[usize], heads: &HashSet<usize>) -> Vec<Vec<usize>> {
        let inside: HashSet<usize> = region.iter().copied().collect();
        let next = |block: usize, at: usize| -> Option<(usize, bool)> {
            let &to = self.successors[block].get(at)?;
            Some((to, inside.contains(&to) && !heads.contains(&to)))
        };
        let mut number: HashMap<usize, usize> = HashMap::new();
        let mut lowest: HashMap<usize, usize> = HashMap::new();
        let mut stack: Vec<usize> = Vec::new();
        let mut on_stack: HashSet<usize> = HashSet::new();
        let mut found = Vec::new();
        for &start in region {
            if number.contains_key(&start) {
                continue;
            }
            let mut path = vec![(start, 0)];
            while let Some((block, at)) = path.last_mut() {
                let (block, edge) = (*block, *at);
                *at += 1;
                if edge == 0 {
                    let count = number.len();
                    number.insert(block, count);
                    lowest.insert(block, count);
                    stack.push(block);
                    on_stack.insert(block);
                }
                match next(block, edge) {
                    Some((_, false)) => {}
                    Some((to, true)) if !number.contains_key(&to) => path.push((to, 0)),
                    Some((to, true)) if on_stack.contains(&to) => {
                        let low = lowest[&block].min(number[&to]);
                        lowest.insert(block, low);
                    }
                    Some(_) => {}
                    None => {
                        path.pop();
                        if let Some(&(parent, _)) = path.last() {
                            let low = lowest[&parent].min(lowest[&block]);
                            lowest.insert(parent, low);
                        }
                        if lowest[&block] == number[&block] {
                            let start = stack.iter().rposition(|&other| other == block).unwrap_or(0);
                            let component = stack.split_off(start);
                            for block in &component {
                                on_stack.remove(block);
                            }
                            let to_itself = self.successors[block].contains(&block) && !heads.contains(&block);
                            if component.len() > 1 || to_itself {
                                found.push(component);
                            }
                        }
                    }
                }
            }
        }
        found.sort_by_key(|component| component.iter().min().copied());
        found
    }
}

/// What is known of a register's value on every way to an instruction.
#[derive(Clone, PartialEq)]
pub(crate) enum Held<T> {
    /// No way has been followed yet.
    Unvisited,
    /// This.
    Known(T),
    /// Different things, or nothing of interest.
    Unknown,
}

/// Follows the values of registers on every way. `step` is given each instruction with what is known before it, and changes that to what is
/// known after it. It may be given an instruction several times; the last time says what holds on every way.
pub(crate) fn held<T: Clone + PartialEq, const REGISTERS: usize>(
    graph: &Graph,
    mut step: impl FnMut(usize, &mut [Held<T>; REGISTERS]),
) {
    let mut before = vec![[const { Held::Unvisited }; REGISTERS]; graph.blocks()];
    for (block, state) in before.iter_mut().enumerate() {
        if graph.is_entry(block) {
            *state = [const { Held::Unknown }; REGISTERS];
        }
    }
    let mut open: Vec<usize> = (0..graph.blocks()).rev().collect();
    while let Some(block) = open.pop() {
        let mut state = before[block].clone();
        if state[0] == Held::Unvisited {
            continue;
        }
        for at in graph.instructions(block) {
            step(at, &mut state);
        }
        for &next in graph.successors(block) {
            let mut changed = false;
            for (known, new) in before[next].iter_mut().zip(&state) {
                let merged = match (&*known, new) {
                    (Held::Unvisited, new) => new.clone(),
                    (known, new) if known == new => continue,
                    (Held::Unknown, _) => continue,
                    _ => Held::Unknown,
                };
                *known = merged;
                changed = true;
            }
            if changed {
                open.push(next);
            }
        }
    }
}

/// No-ops that fill the space before an aligned block are reached only by falling into them. After a jump nothing does, and
/// without this they would look like another entrance to the block.
pub(crate) fn isolate_padding(flows: &mut [Flow], fills: impl Fn(usize) -> bool) {
    let is_target = |at: usize| flows.iter().any(|flow| matches!(flow, Flow::Jump(to) | Flow::Branch(to) if *to == at));
    let mut padding = Vec::new();
    for at in 1..flows.len() {
        let unreached = matches!(flows[at - 1], Flow::Jump(_) | Flow::Leave | Flow::Table(_));
        if fills(at) && (unreached || padding.last() == Some(&(at - 1))) && !is_target(at) {
            padding.push(at);
        }
    }
    for at in padding {
        flows[at] = Flow::Leave;
    }
}

#[cfg(test)]
mod tests {
    use super::Flow::{Branch, Jump, Leave, Next, Table};
    use super::*;

    fn shape(flows: &[Flow]) -> Vec<(usize, u32, Vec<usize>)> {
        Graph::new(flows).loops().into_iter().map(|l| (l.head, l.depth, l.body)).collect()
    }

    #[test]
    fn nested_loops_have_their_depths() {
        let flows = [Next, Next, Next, Branch(2), Next, Branch(1), Leave];
        assert_eq!(shape(&flows), [(1, 1, vec![1, 2, 3, 4, 5]), (2, 2, vec![2, 3])]);
    }

    #[test]
    fn a_cold_block_that_jumps_back_into_the_middle_makes_no_loop() {
        let flows = [Branch(4), Next, Next, Leave, Next, Jump(2)];
        assert_eq!(shape(&flows), []);
    }

    #[test]
    fn a_cold_block_of_a_loop_belongs_to_it_wherever_it_stands() {
        let flows = [Next, Branch(4), Branch(1), Leave, Next, Jump(2)];
        assert_eq!(shape(&flows), [(1, 1, vec![1, 2, 4, 5])]);
    }

    #[test]
    fn two_jumps_to_one_head_are_one_loop() {
        let flows = [Next, Branch(3), Jump(1), Branch(1), Leave];
        let loops = Graph::new(&flows).loops();
        assert_eq!(loops.len(), 1);
        assert_eq!(loops[0].back, [2, 3]);
    }

    #[test]
    fn a_jump_table_in_a_loop_does_not_end_it() {
        let flows = [Next, Table(vec![2, 3]), Jump(4), Next, Branch(1), Leave];
        assert_eq!(shape(&flows), [(1, 1, vec![1, 2, 3, 4])]);
    }

    #[test]
    fn a_loop_may_have_two_entrances_and_loops_within() {
        let flows = [Branch(3), Next, Branch(2), Branch(1), Leave];
        assert_eq!(shape(&flows), [(1, 1, vec![1, 2, 3]), (2, 2, vec![2])]);
    }

    #[test]
    fn loops_beside_each_other_have_one_parent() {
        let flows = [Next, Branch(1), Next, Branch(3), Branch(1), Leave];
        let loops = Graph::new(&flows).loops();
        let parents: Vec<_> = loops.iter().map(|found| (found.depth, found.parent)).collect();
        assert_eq!(parents, [(1, None), (2, Some(0))]);
        assert_eq!(loops[1].body, [3], "the first shares its head with the loop around it");
    }

    #[test]
    fn a_loop_that_nothing_is_known_to_enter_is_one() {
        let flows = [Leave, Next, Branch(1), Leave];
        assert_eq!(shape(&flows), [(1, 1, vec![1, 2])]);
    }
}
