//! What the compiler makes of small texts.

use std::rc::Rc;

use super::verify::verify;
use crate::bytecode::{Code, Handler, Instruction};
use crate::listing::{self, Context};
use crate::objects::Module;
use crate::source::{self, SourceError};
use crate::state::Machine;
use crate::value::Ref;

fn machine() -> Machine {
    crate::machine::idle()
}

/// A text translated, its machine and its module. Every code in it is checked.
fn translated(text: &str) -> Result<(Machine, Rc<Code>, Ref<Module>), SourceError> {
    let mut machine = machine();
    let tree = source::parse("x.py", text)?;
    let globals =
        machine.heap.allocate(Module { name: "__main__".into(), values: vec![], names: vec![], fallback: vec![] });
    let code = super::module(&mut machine, &tree, globals)?;
    verify(&code, machine.heap[globals].values.len()).unwrap_or_else(|error| panic!("{error}\n{code:#?}"));
    Ok((machine, code, globals))
}

/// The last line of what is said about a text that is refused.
fn refusal(text: &str) -> String {
    let shown = translated(text).map(|_| ()).unwrap_err().to_string();
    shown.lines().next_back().unwrap_or_default().to_owned()
}

/// Translates every program below a folder of the crate: how many there are, and what was refused.
fn translate_folder(folder: &str) -> (usize, Vec<String>) {
    let (mut count, mut refused) = (0, Vec::new());
    let mut waiting = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "py") {
                count += 1;
                let result = translated(&std::fs::read_to_string(&path).unwrap());
                refused.extend(result.err().map(|error| format!("{}:\n{error}", path.display())));
            }
        }
    }
    (count, refused)
}

/// The listing of a text that is translated.
fn listed(text: &str) -> String {
    let (machine, code, globals) = translated(text).unwrap_or_else(|error| panic!("{error}"));
    let context = Context { names: &machine.names, heap: &machine.heap, globals: &machine.heap[globals] };
    listing::text(&code, context)
}

/// The instructions of a text and of the codes in it, one line of the source after the other.
fn short(text: &str) -> String {
    let (machine, code, globals) = translated(text).unwrap_or_else(|error| panic!("{error}"));
    let context = Context { names: &machine.names, heap: &machine.heap, globals: &machine.heap[globals] };
    let mut codes = vec![&*code];
    let mut rows: Vec<String> = Vec::new();
    while let Some(code) = codes.pop() {
        rows.push(format!("{}:", code.qualified_name));
        for line in listing::listing(code, context) {
            let argument = match (&*line.explanation, line.argument) {
                ("", None) => String::new(),
                ("", Some(argument)) => format!(" {argument}"),
                (text, _) => format!(" {}", text.replace("<code object ", "<").replace(", file \"x.py\", line", "")),
            };
            match (line.source_line, rows.last_mut()) {
                (None, Some(row)) => *row += &format!(" {}{argument};", line.name),
                (source_line, _) => {
                    rows.push(format!("{}: {}{argument};", source_line.unwrap_or_default(), line.name));
                }
            }
        }
        codes.extend(code.functions.iter().rev().map(|code| &**code));
    }
    rows.join("\n")
}

#[test]
fn a_for_loop_tests_at_its_head() {
    let text = "\
            for i in x:\n\
            \x20   if i:\n\
            \x20       continue\n\
            \x20   f(i)\n\
            else:\n\
            \x20   g()";
    let expected = "\
            <module>:\n\
            1: LOAD_NAME x; GET_ITER; FOR_ITER to 12; STORE_NAME i;\n\
            2: LOAD_NAME i; POP_JUMP_FORWARD_IF_FALSE to 7;\n\
            3: JUMP_BACKWARD to 2;\n\
            4: LOAD_NAME f; LOAD_NAME i; CALL 1; POP_TOP; JUMP_BACKWARD to 2;\n\
            6: LOAD_NAME g; CALL 0; POP_TOP; LOAD_CONST None; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn a_while_loop_tests_at_its_head() {
    let text = "\
            while a < 3:\n\
            \x20   a += 1\n\
            \x20   if b:\n\
            \x20       break";
    let expected = "\
            <module>:\n\
            1: LOAD_NAME a; LOAD_CONST 3; COMPARE_OP <; POP_JUMP_FORWARD_IF_FALSE to 12;\n\
            2: LOAD_NAME a; LOAD_CONST 1; BINARY_OP +=; STORE_NAME a;\n\
            3: LOAD_NAME b; POP_JUMP_FORWARD_IF_FALSE to 11;\n\
            4: JUMP_FORWARD to 12; JUMP_BACKWARD to 0; LOAD_CONST None; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn an_endless_loop_tests_nothing() {
    let text = "\
            while True:\n\
            \x20   f()";
    let expected = "\
            <module>:\n\
            1: NOP;\n\
            2: LOAD_NAME f; CALL 0; POP_TOP; JUMP_BACKWARD to 0;";
    assert_eq!(short(text), expected);
}

#[test]
fn a_loop_is_left_with_its_iterator() {
    let text = "\
            def f():\n\
            \x20   for i in x:\n\
            \x20       for j in y:\n\
            \x20           return i";
    let expected = "\
            <module>:\n\
            1: MAKE_FUNCTION <f 1>; STORE_NAME f; LOAD_CONST None; RETURN_VALUE;\n\
            f:\n\
            2: LOAD_GLOBAL x; GET_ITER; FOR_ITER to 15; STORE_FAST i;\n\
            3: LOAD_GLOBAL y; GET_ITER; FOR_ITER to 14; STORE_FAST j;\n\
            4: LOAD_FAST i; SWAP 2; POP_TOP; SWAP 2; POP_TOP; RETURN_VALUE; JUMP_BACKWARD to 2; LOAD_CONST None; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn conditions_jump_without_a_value() {
    let text = "\
            if not (a and b) or c < d < e:\n\
            \x20   f()";
    let expected = "\
            <module>:\n\
            1: LOAD_NAME a; POP_JUMP_FORWARD_IF_FALSE to 16; LOAD_NAME b; POP_JUMP_FORWARD_IF_FALSE to 16; LOAD_NAME c; LOAD_NAME d; SWAP 2; COPY 2; COMPARE_OP <; POP_JUMP_FORWARD_IF_FALSE to 14; LOAD_NAME e; COMPARE_OP <; POP_JUMP_FORWARD_IF_FALSE to 19; JUMP_FORWARD to 16; POP_TOP; JUMP_FORWARD to 19;\n\
            2: LOAD_NAME f; CALL 0; POP_TOP; LOAD_CONST None; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn values_of_conditions_stay_on_the_stack() {
    let text = "\
            x = a and b or not c\n\
            y = a < b < c\n\
            z = 1 if a else 2";
    let expected = "\
            <module>:\n\
            1: LOAD_NAME a; JUMP_IF_FALSE_OR_POP to 3; LOAD_NAME b; JUMP_IF_TRUE_OR_POP to 6; LOAD_NAME c; UNARY_NOT; STORE_NAME x;\n\
            2: LOAD_NAME a; LOAD_NAME b; SWAP 2; COPY 2; COMPARE_OP <; JUMP_IF_FALSE_OR_POP to 16; LOAD_NAME c; COMPARE_OP <; JUMP_FORWARD to 18; SWAP 2; POP_TOP; STORE_NAME y;\n\
            3: LOAD_NAME a; POP_JUMP_FORWARD_IF_FALSE to 23; LOAD_CONST 1; JUMP_FORWARD to 24; LOAD_CONST 2; STORE_NAME z; LOAD_CONST None; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn constants_differ_by_type_and_bits() {
    let text = "\
            x = [True, 1, 1.0, -0.0, 0.0, 'a', 1, True]";
    let expected = "\
            <module>:\n\
            1: BUILD_LIST 0; LOAD_CONST (True, 1, 1.0, -0.0, 0.0, 'a', 1, True); LIST_EXTEND 1; STORE_NAME x; LOAD_CONST None; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn numbers_are_folded() {
    let text = "\
            x = -1\n\
            y = 2 * 3 + z\n\
            w = 1 + 2j\n\
            v = -2 ** 2\n\
            u = 7 // -2\n\
            t = 1 / 0";
    let expected = "\
            <module>:\n\
            1: LOAD_CONST -1; STORE_NAME x;\n\
            2: LOAD_CONST 6; LOAD_NAME z; BINARY_OP +; STORE_NAME y;\n\
            3: LOAD_CONST (1+2j); STORE_NAME w;\n\
            4: LOAD_CONST -4; STORE_NAME v;\n\
            5: LOAD_CONST -4; STORE_NAME u;\n\
            6: LOAD_CONST 1; LOAD_CONST 0; BINARY_OP /; STORE_NAME t; LOAD_CONST None; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn tuples_of_constants_are_constants() {
    let text = "\
            x = (1, (2, 'a'))\n\
            for i in [1, 2]:\n\
            \x20   pass";
    let expected = "\
            <module>:\n\
            1: LOAD_CONST (1, (2, 'a')); STORE_NAME x;\n\
            2: LOAD_CONST (1, 2); GET_ITER; FOR_ITER to 8; STORE_NAME i;\n\
            3: NOP; JUMP_BACKWARD to 4; LOAD_CONST None; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn augmented_assignment_reads_and_writes_once() {
    let text = "\
            a += 1\n\
            a.b -= 1\n\
            a[b] *= 1";
    let expected = "\
            <module>:\n\
            1: LOAD_NAME a; LOAD_CONST 1; BINARY_OP +=; STORE_NAME a;\n\
            2: LOAD_NAME a; COPY 1; LOAD_ATTR b; LOAD_CONST 1; BINARY_OP -=; SWAP 2; STORE_ATTR b;\n\
            3: LOAD_NAME a; LOAD_NAME b; COPY 2; COPY 2; BINARY_SUBSCR; LOAD_CONST 1; BINARY_OP *=; SWAP 3; SWAP 2; STORE_SUBSCR; LOAD_CONST None; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn targets_are_bound_from_left_to_right() {
    let text = "\
            a = b.c = d[e] = f\n\
            a, *b = c";
    let expected = "\
            <module>:\n\
            1: LOAD_NAME f; COPY 1; STORE_NAME a; COPY 1; LOAD_NAME b; STORE_ATTR c; LOAD_NAME d; LOAD_NAME e; STORE_SUBSCR;\n\
            2: LOAD_NAME c; UNPACK_EX 1; STORE_NAME a; STORE_NAME b; LOAD_CONST None; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn two_or_three_values_are_exchanged_without_a_tuple() {
    let text = "\
            def f(a, b, c):\n\
            \x20   a, b = b, a\n\
            \x20   a, b, c = c, a, b\n\
            \x20   x[0], x[1] = x[1], x[0]";
    let expected = "\
            <module>:\n\
            1: MAKE_FUNCTION <f 1>; STORE_NAME f; LOAD_CONST None; RETURN_VALUE;\n\
            f:\n\
            2: LOAD_FAST b; LOAD_FAST a; STORE_FAST b; STORE_FAST a;\n\
            3: LOAD_FAST c; LOAD_FAST a; LOAD_FAST b; STORE_FAST c; STORE_FAST b; STORE_FAST a;\n\
            4: LOAD_GLOBAL x; LOAD_CONST 1; BINARY_SUBSCR; LOAD_GLOBAL x; LOAD_CONST 0; BINARY_SUBSCR; SWAP 2; LOAD_GLOBAL x; LOAD_CONST 0; STORE_SUBSCR; LOAD_GLOBAL x; LOAD_CONST 1; STORE_SUBSCR; LOAD_CONST None; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn subscripts_may_be_slices() {
    let text = "\
            a[1:2] = b[::3, c]";
    let expected = "\
            <module>:\n\
            1: LOAD_NAME b; LOAD_CONST None; LOAD_CONST None; LOAD_CONST 3; BUILD_SLICE 3; LOAD_NAME c; BUILD_TUPLE 2; BINARY_SUBSCR; LOAD_NAME a; LOAD_CONST 1; LOAD_CONST 2; BUILD_SLICE 2; STORE_SUBSCR; LOAD_CONST None; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn methods_are_called_without_a_bound_method() {
    let text = "\
            a.b(1, c=2).d";
    let expected = "\
            <module>:\n\
            1: LOAD_NAME a; LOAD_METHOD b; LOAD_CONST 1; LOAD_CONST 2; CALL c; LOAD_ATTR d; POP_TOP; LOAD_CONST None; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn starred_arguments_are_collected() {
    let text = "\
            f(a, *b, c, d=e)";
    let expected = "\
            <module>:\n\
            1: LOAD_NAME f; LOAD_NAME a; BUILD_LIST 1; LOAD_NAME b; LIST_EXTEND 1; LOAD_NAME c; LIST_APPEND 1; LOAD_NAME e; CALL_FUNCTION_EX d; POP_TOP; LOAD_CONST None; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn f_strings_are_joined() {
    let text = "\
            f'{a!r:>{w}} b {c}'";
    let expected = "\
            <module>:\n\
            1: LOAD_NAME a; LOAD_CONST '>'; LOAD_NAME w; FORMAT_VALUE 0; BUILD_STRING 2; FORMAT_VALUE repr, with format; LOAD_CONST ' b '; LOAD_NAME c; FORMAT_VALUE 0; BUILD_STRING 3; POP_TOP; LOAD_CONST None; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn assertions_raise_the_built_in_class() {
    let text = "\
            assert a > b, c";
    let expected = "\
            <module>:\n\
            1: LOAD_NAME a; LOAD_NAME b; COMPARE_OP >; POP_JUMP_FORWARD_IF_TRUE to 8; LOAD_ASSERTION_ERROR; LOAD_NAME c; CALL 1; RAISE_VARARGS 1; LOAD_CONST None; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn deleting_takes_names_elements_and_attributes() {
    let text = "\
            del a, b[c], d.e";
    let expected = "\
            <module>:\n\
            1: DELETE_NAME a; LOAD_NAME b; LOAD_NAME c; DELETE_SUBSCR; LOAD_NAME d; DELETE_ATTR e; LOAD_CONST None; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn imports_bind_the_name_that_is_asked_for() {
    let text = "\
            import a, c as d\n\
            from e import f as g, h";
    let expected = "\
            <module>:\n\
            1: IMPORT_NAME a; STORE_NAME a; IMPORT_NAME c; STORE_NAME d;\n\
            2: IMPORT_NAME e; IMPORT_FROM f; STORE_NAME g; IMPORT_FROM h; STORE_NAME h; POP_TOP; LOAD_CONST None; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn a_handler_restores_what_was_handled() {
    let text = "\
            try:\n\
            \x20   f()\n\
            except A as e:\n\
            \x20   g()\n\
            except B:\n\
            \x20   raise\n\
            else:\n\
            \x20   h()";
    let expected = "\
            <module>:\n\
            1: NOP;\n\
            2: LOAD_NAME f; CALL 0; POP_TOP;\n\
            8: LOAD_NAME h; CALL 0; POP_TOP; JUMP_FORWARD to 34; PUSH_EXC_INFO;\n\
            3: LOAD_NAME A; CHECK_EXC_MATCH; POP_JUMP_FORWARD_IF_FALSE to 25; STORE_NAME e;\n\
            4: LOAD_NAME g; CALL 0; POP_TOP; POP_EXCEPT; LOAD_CONST None; STORE_NAME e; DELETE_NAME e; JUMP_FORWARD to 34; LOAD_CONST None; STORE_NAME e; DELETE_NAME e; RERAISE;\n\
            5: LOAD_NAME B; CHECK_EXC_MATCH; POP_JUMP_FORWARD_IF_FALSE to 30; POP_TOP;\n\
            6: RAISE_VARARGS 0;\n\
            5: RERAISE; SWAP 2; POP_EXCEPT; RERAISE; LOAD_CONST None; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn a_finally_is_written_for_every_way_out() {
    let text = "\
            def f():\n\
            \x20   for i in x:\n\
            \x20       try:\n\
            \x20           return i\n\
            \x20       finally:\n\
            \x20           g()";
    let expected = "\
            <module>:\n\
            1: MAKE_FUNCTION <f 1>; STORE_NAME f; LOAD_CONST None; RETURN_VALUE;\n\
            f:\n\
            2: LOAD_GLOBAL x; GET_ITER; FOR_ITER to 21; STORE_FAST i;\n\
            3: NOP;\n\
            4: LOAD_FAST i; NOP;\n\
            6: LOAD_GLOBAL g; CALL 0; POP_TOP; SWAP 2; POP_TOP; RETURN_VALUE; PUSH_EXC_INFO; LOAD_GLOBAL g; CALL 0; POP_TOP; RERAISE; SWAP 2; POP_EXCEPT; RERAISE; LOAD_CONST None; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn leaving_a_handler_unbinds_its_name() {
    let text = "\
            def f():\n\
            \x20   while a:\n\
            \x20       try:\n\
            \x20           g()\n\
            \x20       except A as e:\n\
            \x20           break";
    let expected = "\
            <module>:\n\
            1: MAKE_FUNCTION <f 1>; STORE_NAME f; LOAD_CONST None; RETURN_VALUE;\n\
            f:\n\
            2: LOAD_GLOBAL a; POP_JUMP_FORWARD_IF_FALSE to 21;\n\
            3: NOP;\n\
            4: LOAD_GLOBAL g; CALL 0; POP_TOP; JUMP_BACKWARD to 0; PUSH_EXC_INFO;\n\
            5: LOAD_GLOBAL A; CHECK_EXC_MATCH; POP_JUMP_FORWARD_IF_FALSE to 17; STORE_FAST e;\n\
            6: POP_EXCEPT; LOAD_CONST None; STORE_FAST e; DELETE_FAST e; JUMP_FORWARD to 21;\n\
            5: RERAISE; SWAP 2; POP_EXCEPT; RERAISE; LOAD_CONST None; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn raising_may_name_a_cause() {
    let text = "\
            raise a from b";
    let expected = "\
            <module>:\n\
            1: LOAD_NAME a; LOAD_NAME b; RAISE_VARARGS 2;";
    assert_eq!(short(text), expected);
}

#[test]
fn cells_are_made_for_what_inner_functions_use() {
    let text = "\
            def f(a, b=1):\n\
            \x20   def g():\n\
            \x20       nonlocal a\n\
            \x20       a += b\n\
            \x20       return lambda: a\n\
            \x20   return g";
    let expected = "\
            <module>:\n\
            1: LOAD_CONST 1; MAKE_FUNCTION <f 1>; STORE_NAME f; LOAD_CONST None; RETURN_VALUE;\n\
            f: MAKE_CELL a; MAKE_CELL b;\n\
            2: LOAD_CLOSURE a; LOAD_CLOSURE b; MAKE_FUNCTION <g 2>; STORE_FAST g;\n\
            6: LOAD_FAST g; RETURN_VALUE;\n\
            f.<locals>.g:\n\
            4: LOAD_DEREF a; LOAD_DEREF b; BINARY_OP +=; STORE_DEREF a;\n\
            5: LOAD_CLOSURE a; MAKE_FUNCTION <<lambda> 5>; RETURN_VALUE;\n\
            f.<locals>.g.<locals>.<lambda>:\n\
            5: LOAD_DEREF a; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn global_names_pass_by_functions_around() {
    let text = "\
            x = 1\n\
            def f():\n\
            \x20   x = 2\n\
            \x20   def g():\n\
            \x20       global x\n\
            \x20       x = 3\n\
            \x20       def h():\n\
            \x20           return x";
    let expected = "\
            <module>:\n\
            1: LOAD_CONST 1; STORE_NAME x;\n\
            2: MAKE_FUNCTION <f 2>; STORE_NAME f; LOAD_CONST None; RETURN_VALUE;\n\
            f:\n\
            3: LOAD_CONST 2; STORE_FAST x;\n\
            4: MAKE_FUNCTION <g 4>; STORE_FAST g; LOAD_CONST None; RETURN_VALUE;\n\
            f.<locals>.g:\n\
            6: LOAD_CONST 3; STORE_GLOBAL x;\n\
            7: MAKE_FUNCTION <h 7>; STORE_FAST h; LOAD_CONST None; RETURN_VALUE;\n\
            f.<locals>.g.<locals>.h:\n\
            8: LOAD_GLOBAL x; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn class_bodies_are_not_seen_by_their_functions() {
    let text = "\
            def f(y):\n\
            \x20   class A(B):\n\
            \x20       'text'\n\
            \x20       x = y\n\
            \x20       z = x\n\
            \x20       def g(self):\n\
            \x20           return x, y, self.__z";
    let expected = "\
            <module>:\n\
            1: MAKE_FUNCTION <f 1>; STORE_NAME f; LOAD_CONST None; RETURN_VALUE;\n\
            f: MAKE_CELL y;\n\
            2: LOAD_GLOBAL B; LOAD_CLOSURE y; MAKE_CLASS <A 2>; STORE_FAST A; LOAD_CONST None; RETURN_VALUE;\n\
            f.<locals>.A:\n\
            3: LOAD_CONST 'text'; STORE_NAME __doc__;\n\
            4: LOAD_DEREF y; STORE_NAME x;\n\
            5: LOAD_NAME x; STORE_NAME z;\n\
            6: LOAD_CLOSURE y; MAKE_FUNCTION <g 6>; STORE_NAME g; END_CLASS;\n\
            f.<locals>.A.g:\n\
            7: LOAD_GLOBAL x; LOAD_DEREF y; LOAD_FAST self; LOAD_ATTR _A__z; BUILD_TUPLE 3; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn comprehensions_are_functions_of_an_iterator() {
    let text = "\
            def f(n):\n\
            \x20   return [x * n for y in z if y for x in y if x if n]";
    let expected = "\
            <module>:\n\
            1: MAKE_FUNCTION <f 1>; STORE_NAME f; LOAD_CONST None; RETURN_VALUE;\n\
            f: MAKE_CELL n;\n\
            2: LOAD_CLOSURE n; MAKE_FUNCTION <<listcomp> 2>; LOAD_GLOBAL z; GET_ITER; CALL 1; RETURN_VALUE;\n\
            f.<locals>.<listcomp>:\n\
            2: BUILD_LIST 0; LOAD_FAST .0; FOR_ITER to 20; STORE_FAST y; LOAD_FAST y; POP_JUMP_FORWARD_IF_FALSE to 19; LOAD_FAST y; GET_ITER; FOR_ITER to 19; STORE_FAST x; LOAD_FAST x; POP_JUMP_FORWARD_IF_FALSE to 18; LOAD_DEREF n; POP_JUMP_FORWARD_IF_FALSE to 18; LOAD_FAST x; LOAD_DEREF n; BINARY_OP *; LIST_APPEND 3; JUMP_BACKWARD to 8; JUMP_BACKWARD to 2; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn dictionaries_and_sets_are_comprehended() {
    let text = "\
            {a: b for a, b in c}\n\
            {a for a in b}";
    let expected = "\
            <module>:\n\
            1: MAKE_FUNCTION <<dictcomp> 1>; LOAD_NAME c; GET_ITER; CALL 1; POP_TOP;\n\
            2: MAKE_FUNCTION <<setcomp> 2>; LOAD_NAME b; GET_ITER; CALL 1; POP_TOP; LOAD_CONST None; RETURN_VALUE;\n\
            <dictcomp>:\n\
            1: BUILD_MAP 0; LOAD_FAST .0; FOR_ITER to 10; UNPACK_SEQUENCE 2; STORE_FAST a; STORE_FAST b; LOAD_FAST a; LOAD_FAST b; MAP_ADD 2; JUMP_BACKWARD to 2; RETURN_VALUE;\n\
            <setcomp>:\n\
            2: BUILD_SET 0; LOAD_FAST .0; FOR_ITER to 7; STORE_FAST a; LOAD_FAST a; SET_ADD 2; JUMP_BACKWARD to 2; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn generators_give_one_element_after_the_other() {
    let text = "\
            f(a for a in b)";
    let expected = "\
            <module>:\n\
            1: LOAD_NAME f; MAKE_FUNCTION <<genexpr> 1>; LOAD_NAME b; GET_ITER; CALL 1; CALL 1; POP_TOP; LOAD_CONST None; RETURN_VALUE;\n\
            <genexpr>: RETURN_GENERATOR;\n\
            1: LOAD_FAST .0; FOR_ITER to 7; STORE_FAST a; LOAD_FAST a; YIELD_VALUE; JUMP_BACKWARD to 2; LOAD_CONST None; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn documentation_is_bound_in_files_only() {
    let text = "\
            'text'\n\
            def f():\n\
            \x20   'text'";
    let expected = "\
            <module>:\n\
            1: LOAD_CONST 'text'; STORE_NAME __doc__;\n\
            2: MAKE_FUNCTION <f 2>; STORE_NAME f; LOAD_CONST None; RETURN_VALUE;\n\
            f: LOAD_CONST None; RETURN_VALUE;";
    assert_eq!(short(text), expected);
}

#[test]
fn deep_and_long_texts_are_translated() {
    let (deep, chain) = (900, 100_000);
    for text in [
        format!("x = {}1{}", "[".repeat(190), "]".repeat(190)),
        format!("x = {}a{}", "-(".repeat(190), ")".repeat(190)),
        format!("x = {}1", "lambda: ".repeat(deep)),
        format!("x = a{}", " + a".repeat(chain)),
        format!("x = a{}", ".a".repeat(chain)),
        format!("x = a{}", "()".repeat(chain)),
        format!("x = a{}", " < a".repeat(chain)),
        format!("x = a{}", " ** a".repeat(chain)),
        format!("x = a{}", " and a".repeat(chain)),
        format!("x = {}a", "not ".repeat(chain)),
        format!("if {}a: pass", "not ".repeat(chain)),
        format!("if a{}: pass", " or a".repeat(chain)),
        format!("x = {}a", "a if a else ".repeat(chain)),
        format!("if a: pass\n{}", "elif a: pass\n".repeat(chain)),
        format!("x = [{}]", "a, ".repeat(chain)),
        format!("x = 1{}", " + 1".repeat(chain)),
    ] {
        let (_, code, _) = translated(&text).unwrap_or_else(|error| panic!("{}: {}", &text[..20], error.message));
        assert!(code.instructions.len() > 1);
    }
}

#[test]
fn a_finally_within_a_finally_is_no_bomb() {
    let mut text = String::new();
    for depth in 0..20 {
        let indent = " ".repeat(depth);
        text += &format!("{indent}try:\n{indent} a\n{indent}finally:\n");
    }
    text += &format!("{}a\n", " ".repeat(20));
    assert_eq!(refusal(&text), "MemoryError: there are too many instructions in one function");
}

#[test]
fn handlers_cover_what_they_protect_and_keep_what_lies_below() {
    let text = "for i in x:\n    try:\n        f()\n    except A as e:\n        g()\n";
    let (_, code, _) = translated(text).unwrap();
    let row = |start, end, target, depth| Handler { start, end, target, depth };
    // The body; the class and the name; the handler's own body; the end that unbinds the name.
    assert_eq!(code.handlers, [row(5, 8, 9, 1), row(10, 14, 27, 2), row(14, 17, 22, 2), row(22, 27, 27, 2)]);
}

#[test]
fn the_depth_is_what_is_needed_and_no_more() {
    for (text, depth) in [
        ("pass", 1),
        ("a + b * c", 3),
        ("[a, [b, c]]", 3),
        ("a, b, c, d, e = f", 5),
        ("for i in x:\n    for j in y:\n        f(i, j)\n", 5),
        ("try:\n    a\nfinally:\n    b", 3),
        ("f(a, *b, c=d, e=g)", 4),
        ("a[b][c] += d", 4),
    ] {
        assert_eq!(translated(text).unwrap().1.depth, depth, "{text}");
    }
}

#[test]
fn slots_are_arguments_then_locals_then_captured_variables() {
    let text = "def f(a, b, *c):\n    d = a\n    def g(e):\n        h = e\n        return b, d, h\n";
    let (machine, code, _) = translated(text).unwrap();
    let slots = |code: &Code| code.slots.iter().map(|&slot| machine.names.text(slot).to_string()).collect::<Vec<_>>();
    let outer = &code.functions[0];
    assert_eq!(slots(outer), ["a", "b", "c", "d", "g"]);
    assert_eq!((outer.arguments, outer.star, outer.free), (2, true, 0));
    let inner = &outer.functions[0];
    assert_eq!(slots(inner), ["e", "h", "b", "d"]);
    assert_eq!((inner.arguments, inner.star, inner.free), (1, false, 2));
    assert!(machine.codes.iter().enumerate().all(|(number, code)| code.number as usize == number));
}

#[test]
fn what_no_line_asks_for_belongs_to_the_line_before_or_to_none() {
    let text = "for i in x:\n    if i:\n        f()\n    else:\n        g()\n    if i:\n        h()\n";
    let (_, code, _) = translated(text).unwrap();
    let backward = |&instruction: &Instruction| matches!(instruction, Instruction::JumpBackward(_));
    let at = code.instructions.iter().position(backward).unwrap();
    assert_eq!((code.lines[at], code.line(at as u32)), (0, 7), "two lines lead there");
    let (_, code, _) = translated("for i in x:\n    f()\n").unwrap();
    let at = code.instructions.iter().position(backward).unwrap();
    assert_eq!((code.lines[at], code.line(at as u32)), (2, 2));
}

#[test]
fn an_iteration_is_counted_without_the_ways_out() {
    let text = "for i in x:\n    while a:\n        b = 1\n        if c:\n            d = 1\n            break\n";
    let (_, code, _) = translated(text).unwrap();
    // `while a` 2, `b = 1` 2, `if c` 2, back 1; `d = 1` and `break` leave the loop.
    let inner = listing::iteration(&code, 2).unwrap();
    assert_eq!((inner.range.len(), inner.instructions), (10, 7));
    let outer = listing::iteration(&code, 1).unwrap();
    assert_eq!(outer.range.start + 2, inner.range.start);
    assert_eq!(outer.instructions, 13);
    assert_eq!(listing::iteration(&code, 3), None);
}

#[test]
fn the_listing_is_laid_out_as_by_dis() {
    let text = "def f(z):\n    while z < 2.5:\n        z *= z\n";
    let expected = [
        "  1           0 MAKE_FUNCTION            0 (<code object f, file \"x.py\", line 1>)",
        "              1 STORE_NAME               0 (f)",
        "              2 LOAD_CONST               0 (None)",
        "              3 RETURN_VALUE",
        "",
        "Disassembly of <code object f, file \"x.py\", line 1>:",
        "  2     >>    0 LOAD_FAST                0 (z)",
        "              1 LOAD_CONST               0 (2.5)",
        "              2 COMPARE_OP               0 (<)",
        "              3 POP_JUMP_FORWARD_IF_FALSE     9 (to 9)",
        "",
        "  3           4 LOAD_FAST                0 (z)",
        "              5 LOAD_FAST                0 (z)",
        "              6 BINARY_OP               18 (*=)",
        "              7 STORE_FAST               0 (z)",
        "              8 JUMP_BACKWARD            0 (to 0)",
        "        >>    9 LOAD_CONST               1 (None)",
        "             10 RETURN_VALUE",
        "",
    ];
    assert_eq!(listed(text), expected.join("\n"));
}

#[test]
fn built_in_names_that_are_missing_are_refused_where_nothing_binds_them() {
    for (text, name) in [
        ("x = 1\nprint(eval('1'))\n", "'eval'"),
        ("def f():\n    return open('a')\n", "'open'"),
        ("class A:\n    def f(self):\n        super().f()\n", "'super'"),
        ("x = [map(a) for a in b]\n", "'map'"),
        ("x = f'{next(a)}'\n", "'next'"),
    ] {
        assert_eq!(refusal(text), format!("Unsupported: {name} is not part of this small Python"));
    }
    for text in [
        "def f():\n    return open\ndef open():\n    pass\n",
        "print(nothing)\n",
        "try:\n    a\nexcept OSError:\n    pass\n",
    ] {
        assert!(translated(text).is_ok(), "{text}");
    }
}

#[test]
fn special_methods_that_are_missing_are_refused() {
    for (text, name) in [
        ("class A:\n    def __add__(self, other):\n        pass\n", "__add__"),
        ("class A:\n    __eq__ = None\n", "__eq__"),
        ("class A:\n    pass\nA.__len__ = f\n", "__len__"),
    ] {
        assert_eq!(refusal(text), format!("Unsupported: special method '{name}' is not part of this small Python"));
    }
    for text in ["class A:\n    __slots__ = 'a'\n    def __init__(self):\n        pass\n", "def __add__():\n    pass\n"]
    {
        assert!(translated(text).is_ok(), "{text}");
    }
}

#[test]
fn the_check_finds_what_is_wrong() {
    let (_, code, _) = translated("for i in x:\n    f(i)\n").unwrap();
    let changed = |at: usize, instruction: Instruction| {
        let mut copy = Code { instructions: code.instructions.clone(), ..template(&code) };
        copy.instructions[at] = instruction;
        verify(&copy, 3).unwrap_err()
    };
    assert_eq!(code.instructions[8], Instruction::JumpBackward(2), "the loop's end");
    assert_eq!(verify(&code, 3), Ok(()));
    assert!(changed(0, Instruction::LoadConst(9)).contains("no such number"));
    assert!(changed(0, Instruction::PopTop).contains("with 0 operands"));
    assert!(changed(6, Instruction::Nop).contains("is reached with"));
    assert!(changed(8, Instruction::JumpBackward(9)).contains("goes down"));
    assert!(changed(2, Instruction::ForIterator(1)).contains("goes up"));
    assert!(changed(10, Instruction::Nop).contains("the end is reached"));
    assert!(changed(0, Instruction::Return).contains("with 0 operands"));
    assert!(verify(&code, 1).unwrap_err().contains("no such number"));
}

/// A copy of a code.
fn template(code: &Code) -> Code {
    Code {
        kind: code.kind,
        name: code.name.clone(),
        qualified_name: code.qualified_name.clone(),
        file: code.file.clone(),
        first_line: code.first_line,
        arguments: code.arguments,
        star: code.star,
        slots: code.slots.clone(),
        free: code.free,
        constants: code.constants.clone(),
        keywords: code.keywords.clone(),
        functions: code.functions.clone(),
        instructions: Vec::new(),
        spans: code.spans.clone(),
        lines: code.lines.clone(),
        handlers: code.handlers.clone(),
        depth: code.depth,
        caches: code.caches,
        number: code.number,
    }
}

#[test]
fn the_programs_of_the_course_are_valid() {
    let (count, refused) = translate_folder("programs");
    assert!(count >= 4 && refused.is_empty(), "{count} {}", refused.join("\n"));
}

#[test]
fn the_programs_of_the_corpus_are_valid() {
    let (count, refused) = translate_folder("tests/programs");
    assert!(count >= 250, "{count}");
    // What the language does not have, and some programs use.
    let missing = ["keyword-only parameter", "'pow'", "'ConnectionError'"];
    let missing = missing.map(|construct| format!("Unsupported: {construct} is not part of this small Python"));
    let wrong: Vec<_> =
        refused.iter().filter(|text| !missing.iter().any(|missing| text.ends_with(&**missing))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
