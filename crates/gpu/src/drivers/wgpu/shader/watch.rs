//! How a loop is found that the device has ended by itself.
//!
//! Mesa's llvmpipe lets all loops of an invocation together, with those of its neighbours in the same vector, make 65535 passes. Then it
//! goes on behind the loop as if it had ended, and says nothing. A kernel whose number of passes is not known beforehand is therefore
//! watched: each loop adds one to a number in a buffer before it begins, and takes it off again on each of its own ways out. If the
//! number is not zero when the kernel has ended, a loop was left in another way. Both are atomic operations on memory, so that no
//! compiler leaves them out because it believes that a loop has no other way.
//!
//! The price is two atomic operations for each loop that an invocation begins, none for a pass.

use std::ops::Range;

use naga::{
    AddressSpace, Arena, AtomicFunction, Block, Expression, Function, GlobalVariable, Handle, Literal,
    MemoryDecorations, Module, ResourceBinding, Scalar, Span, Statement, StorageAccess, Type, TypeInner,
};

/// Whether there is a loop in this part of the text.
pub(crate) fn has_loops(module: &Module, written: &Range<usize>) -> bool {
    let functions = module.functions.iter().map(|(_, function)| function);
    let mut functions = functions.chain(module.entry_points.iter().map(|entry| &entry.function));
    functions.any(|function| loops_in(&function.body, written))
}

fn loops_in(block: &Block, written: &Range<usize>) -> bool {
    block.span_iter().any(|(statement, span)| match statement {
        // A loop around others may be none of the caller's.
        Statement::Loop { body, continuing, .. } => {
            span.to_range().is_none_or(|place| written.contains(&place.start))
                || loops_in(body, written)
                || loops_in(continuing, written)
        }
        Statement::Block(block) => loops_in(block, written),
        Statement::If { accept, reject, .. } => loops_in(accept, written) || loops_in(reject, written),
        Statement::Switch { cases, .. } => cases.iter().any(|case| loops_in(&case.body, written)),
        _ => false,
    })
}

/// The module with all of its loops watched. The number of loops that are begun and not left is in a buffer of four bytes at
/// `@group(0) @binding(binding)`. The result has to be validated again.
pub(crate) fn watch(module: &Module, binding: u32) -> Module {
    let mut watched = module.clone();
    let mut insert = |inner| watched.types.insert(Type { name: None, inner }, Span::UNDEFINED);
    let unsigned = insert(TypeInner::Scalar(Scalar::U32));
    let ty = insert(TypeInner::Atomic(Scalar::U32));
    let variable = GlobalVariable {
        name: Some("begun_and_not_left".to_owned()),
        space: AddressSpace::Storage { access: StorageAccess::LOAD | StorageAccess::STORE },
        binding: Some(ResourceBinding { group: 0, binding }),
        ty,
        init: None,
        memory_decorations: MemoryDecorations::empty(),
    };
    let variable = watched.global_variables.append(variable, Span::UNDEFINED);
    let functions = watched.functions.iter_mut().map(|(_, function)| function);
    for function in functions.chain(watched.entry_points.iter_mut().map(|entry| &mut entry.function)) {
        let Function { expressions, body, .. } = function;
        let begun = expressions.append(Expression::GlobalVariable(variable), Span::UNDEFINED);
        Watcher { expressions, begun, unsigned }.block(body, 0, false);
    }
    watched
}

/// What puts the operations into a function.
struct Watcher<'a> {
    expressions: &'a mut Arena<Expression>,
    /// The number of loops that are begun and not left.
    begun: Handle<Expression>,
    unsigned: Handle<Type>,
}

impl Watcher<'_> {
    /// A block within so many loops. `leaves` says whether a `break` in it leaves the innermost of them, and not a `switch`.
    fn block(&mut self, block: &mut Block, loops: u32, leaves: bool) {
        for (mut statement, span) in std::mem::take(block).span_into_iter() {
            match &mut statement {
                Statement::Block(inner) => self.block(inner, loops, leaves),
                Statement::If { accept, reject, .. } => {
                    self.block(accept, loops, leaves);
                    self.block(reject, loops, leaves);
                }
                Statement::Switch { cases, .. } => {
                    cases.iter_mut().for_each(|case| self.block(&mut case.body, loops, false));
                }
                Statement::Loop { body, continuing, break_if } => {
                    block.push(self.atomic(AtomicFunction::Add, 1), span);
                    self.block(body, loops + 1, true);
                    self.block(continuing, loops + 1, true);
                    if let Some(condition) = *break_if {
                        let accept = Block::from_vec(vec![self.atomic(AtomicFunction::Subtract, 1)]);
                        continuing.push(Statement::If { condition, accept, reject: Block::new() }, span);
                    }
                }
                Statement::Break if leaves => block.push(self.atomic(AtomicFunction::Subtract, 1), span),
                Statement::Return { .. } if loops > 0 => {
                    block.push(self.atomic(AtomicFunction::Subtract, loops), span);
                }
                _ => {}
            }
            block.push(statement, span);
        }
    }

    fn atomic(&mut self, fun: AtomicFunction, loops: u32) -> Statement {
        let mut append = |expression| self.expressions.append(expression, Span::UNDEFINED);
        let value = append(Expression::Literal(Literal::U32(loops)));
        let result = append(Expression::AtomicResult { ty: self.unsigned, comparison: false });
        Statement::Atomic { pointer: self.begun, fun, value, result: Some(result) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::validity::validate;
    use super::*;

    const FRONT: &str = "@group(0) @binding(0) var<storage, read_write> xs: array<u32>;\n";

    fn module(body: &str) -> Module {
        let text = format!("{FRONT}@compute @workgroup_size(1) fn kernel() {{ {body} }}");
        naga::front::wgsl::parse_str(&text).unwrap()
    }

    /// What is added to the number and taken off it, in the order of the text.
    fn operations(body: &str) -> Vec<i64> {
        let watched = watch(&module(body), 1);
        if let Err(error) = validate(&watched) {
            panic!("{error:?}\n{watched:#?}");
        }
        let function = &watched.entry_points[0].function;
        let mut found = Vec::new();
        collect(&function.body, &function.expressions, &mut found);
        found
    }

    fn collect(block: &Block, expressions: &Arena<Expression>, found: &mut Vec<i64>) {
        for statement in block {
            match statement {
                Statement::Atomic { fun, value, .. } => {
                    let Expression::Literal(Literal::U32(loops)) = expressions[*value] else { panic!("{value:?}") };
                    found.push(if matches!(fun, AtomicFunction::Add) { 1 } else { -1 } * i64::from(loops));
                }
                Statement::Block(block) => collect(block, expressions, found),
                Statement::If { accept, reject, .. } => {
                    [accept, reject].into_iter().for_each(|block| collect(block, expressions, found));
                }
                Statement::Switch { cases, .. } => {
                    cases.iter().for_each(|case| collect(&case.body, expressions, found));
                }
                Statement::Loop { body, continuing, .. } => {
                    [body, continuing].into_iter().for_each(|block| collect(block, expressions, found));
                }
                _ => {}
            }
        }
    }

    #[test]
    fn a_loop_is_counted_before_it_begins_and_on_each_way_out() {
        assert_eq!(operations("for (var i = 0u; i < xs[0]; i++) { xs[1] += i; }"), [1, -1]);
        assert_eq!(operations("while xs[0] < 9u { if xs[1] > 3u { break; } xs[0] += 1u; }"), [1, -1, -1]);
        assert_eq!(operations("loop { xs[0] += 1u; continuing { break if xs[0] > 9u; } }"), [1, -1]);
        assert_eq!(operations("loop { loop { if xs[0] > 1u { return; } break; } break; }"), [1, 1, -2, -1, -1]);
    }

    #[test]
    fn other_breaks_and_returns_are_no_ways_out() {
        assert_eq!(operations("xs[0] = 1u; if xs[1] > 0u { return; }"), [0; 0]);
        let switch = "loop { switch xs[0] { case 0u: { break; } case 1u: { return; } default: { continue; } } break; }";
        assert_eq!(operations(switch), [1, -1, -1]);
        assert_eq!(operations("switch xs[0] { case 0u: { loop { break; } break; } default: {} }"), [1, -1]);
    }

    #[test]
    fn loops_are_found_wherever_they_are_but_only_in_the_part() {
        let found = |body: &str, written: Range<usize>| has_loops(&module(body), &written);
        let all = 0..1000;
        assert!(!found("xs[0] = 1u;", all.clone()));
        for around in
            ["@", "{ @ }", "if xs[0] > 0u { @ }", "if xs[0] > 0u {} else { @ }", "switch xs[0] { default: { @ } }"]
        {
            assert!(found(&around.replace('@', "loop { break; }"), all.clone()), "{around}");
        }
        let begin = format!("{FRONT}@compute @workgroup_size(1) fn kernel() {{ ").len();
        let nested = "loop { loop { break; } break; }";
        assert!(found(nested, begin + 3..begin + 10), "the inner one");
        assert!(!found(nested, begin + 8..begin + 100), "what begins before");
    }
}
