//! Loops of hand-made bytecode, compiled and run, and compared with an interpreter that does one instruction at a time.

mod machine;
mod numbers;
mod pictures;

use crate::native::{Options, Reason};
use crate::value::Value;
use machine::{Engine, Outcomes, Program};

/// Options with which a loop is compiled at once.
fn soon() -> Options {
    Options { threshold: 2, recorded: 2, ..Options::default() }
}

/// Runs a program with both engines; the arguments are made again for each. The outcome, which is equal, and the engine.
fn both(
    slots: &str,
    text: &str,
    options: Options,
    arguments: impl Fn(&mut Program) -> Vec<Value>,
) -> (Outcomes, Engine, Program) {
    let mut program = Program::new(slots, text);
    let values = arguments(&mut program);
    let expected = program.run(&values, &mut Engine::Reference);
    let mut program = Program::new(slots, text);
    let values = arguments(&mut program);
    let mut engine = Engine::native(&program, options);
    let found = program.run(&values, &mut engine);
    assert_eq!(found, expected, "compiled code and interpreter differ in {text}");
    (found, engine, program)
}

/// That the loop was compiled, entered, and left for these reasons only.
#[track_caller]
fn assert_left(engine: &Engine, head: u32, reasons: &[Reason]) {
    let watched = engine.watched(head);
    assert!(watched.refused().is_none(), "{:?}", watched.refused());
    let compiled = watched.compiled().expect("the loop is compiled");
    assert!(compiled.entries() > 0);
    let mut left: Vec<Reason> =
        compiled.sites().iter().filter(|site| site.count() > 0).map(|site| site.reason).collect();
    left.dedup();
    assert_eq!(left, reasons);
}

#[test]
fn a_while_loop_of_integers_runs_in_machine_code() {
    let text = "
        const 0
        store total
        const 0
        store i
      head:
        load i
        load n
        <
        if_false end
        load total
        load i
        load i
        *
        +
        store total
        load i
        const 1
        +
        store i
        back head
      end:
        load total
        return";
    let (outcomes, engine, program) = both("n total i", text, soon(), |_| vec![Value::Int(1000)]);
    assert_eq!(outcomes.result.as_deref(), Ok("Int(332833500)"));
    assert_left(&engine, program.label("head"), &[Reason::End]);
}

/// A sum over a list.
const SUM: &str = "
    const 0
    store total
    load items
    iter
  head:
    for end
    store item
    load total
    load item
    +
    store total
    back head
  end:
    load total
    return";

#[test]
fn a_sum_over_a_list_of_floats_runs_in_machine_code() {
    let floats =
        |program: &mut Program| vec![program.list((0..500).map(|i| Value::Float(0.1 * f64::from(i))).collect())];
    let (_, engine, program) = both("items total item", SUM, soon(), floats);
    assert_left(&engine, program.label("head"), &[Reason::End]);
}

#[test]
fn an_element_that_changes_its_type_leaves_in_the_middle() {
    let mixed = |program: &mut Program| {
        let item = |i: i64| if i == 700 { Value::Float(0.5) } else { Value::Int(i) };
        vec![program.list((0..1000).map(item).collect())]
    };
    let (outcomes, engine, program) = both("items total item", SUM, soon(), mixed);
    assert_eq!(outcomes.result.as_deref(), Ok("Float(498800.5, 411e71c200000000)"));
    let watched = engine.watched(program.label("head"));
    // After that the total is a float and the elements are integers.
    assert!(watched.left_by(Reason::Type) >= 1);
    assert!(watched.left_by(Reason::Entry) >= 1);
}

#[test]
fn a_loop_whose_types_changed_for_good_is_compiled_anew() {
    let mixed = |program: &mut Program| {
        let item = |i: i64| if i == 700 { Value::Float(0.5) } else { Value::Int(i) };
        vec![program.list((0..2000).map(item).collect())]
    };
    let (_, engine, program) = both("items total item", SUM, soon(), mixed);
    let watched = engine.watched(program.label("head"));
    assert_eq!(watched.compilations(), 2);
    assert!(watched.left_by(Reason::Entry) <= 21);
    assert_left(&engine, program.label("head"), &[Reason::End]);
}

#[test]
fn a_loop_whose_types_change_all_the_time_is_given_up() {
    // A list of strings and numbers: nothing that is assumed lasts, and the interpreter adds numbers to what it is.
    let text = "
        load items
        iter
      head:
        for end
        store item
        load item
        const 1
        +
        store item
        load item
        global note
        swap 2
        call 1
        pop
        back head
      end:
        const None
        return";
    let mixed = |program: &mut Program| {
        let item = |i: i64| match i % 20 {
            0 => Value::Float(0.5),
            1 => Value::Complex(1.0, 2.0),
            2 => Value::Bool(true),
            _ => Value::Int(i),
        };
        vec![program.list((0..3000).map(item).collect())]
    };
    let options = Options { leavings: 3, compilations: 1, threshold: 10, recorded: 2, ..Options::default() };
    let (outcomes, engine, program) = both("items item", text, options, mixed);
    assert_eq!(outcomes.noted.len(), 3000);
    let watched = engine.watched(program.label("head"));
    assert_eq!(watched.refused().map(|refused| &*refused.reason), Some("its types change too often"));
    assert_eq!(watched.compilations(), 1);
}

#[test]
fn an_integer_that_outgrows_64_bits_is_the_interpreters() {
    let text = "
        const 1
        store x
        const 200
        global range
        swap 2
        call 1
        iter
      head:
        for end
        store i
        load x
        const 3
        *
        store x
        back head
      end:
        load x
        return";
    let (outcomes, engine, program) = both("x i", text, soon(), |_| Vec::new());
    assert_eq!(outcomes.result.as_deref(), Ok(&*format!("Big({})", num_bigint::BigInt::from(3).pow(200))));
    let watched = engine.watched(program.label("head"));
    assert_eq!(watched.left_by(Reason::Overflow), 1);
}

#[test]
fn an_index_beyond_the_end_raises_in_the_interpreter() {
    let text = "
        const 0
        store i
      head:
        load items
        load i
        item
        global note
        swap 2
        call 1
        pop
        load i
        const 1
        +
        store i
        back head";
    let items = |program: &mut Program| vec![program.list((0..50).map(Value::Int).collect())];
    let (outcomes, engine, program) = both("items i", text, soon(), items);
    assert_eq!(outcomes.result, Err("IndexError"));
    assert_eq!(outcomes.noted.len(), 50);
    assert_eq!(outcomes.locals[1], "Int(50)");
    assert_left(&engine, program.label("head"), &[Reason::Index]);
}

#[test]
fn negative_indices_count_from_the_end() {
    let text = "
        const 0
        store total
        const -1
        store i
      head:
        load i
        const -50
        >=
        if_false end
        load total
        load items
        load i
        item
        +
        store total
        load items
        load i
        load total
        swap 3
        swap 2
        store_item
        load i
        const 1
        -
        store i
        back head
      end:
        load total
        return";
    let items = |program: &mut Program| vec![program.list((0..50).map(Value::Int).collect())];
    let (_, engine, program) = both("items i total", text, soon(), items);
    assert_left(&engine, program.label("head"), &[Reason::End]);
    let beyond = |program: &mut Program| vec![program.list((0..30).map(Value::Int).collect())];
    let (outcomes, ..) = both("items i total", text, soon(), beyond);
    assert_eq!(outcomes.result, Err("IndexError"));
}

#[test]
fn a_division_by_zero_raises_in_the_interpreter() {
    for operator in ["/", "//", "%"] {
        for (first, step) in [("20", "1"), ("20.0", "1"), ("20.0", "1.0")] {
            let text = format!(
                "
                const {first}
                store i
              head:
                const 7
                load i
                {operator}
                store x
                load i
                const {step}
                -
                store i
                back head"
            );
            let (outcomes, engine, program) = both("i x", &text, soon(), |_| Vec::new());
            assert_eq!(outcomes.result, Err("ZeroDivisionError"));
            assert_left(&engine, program.label("head"), &[Reason::ZeroDivision]);
        }
    }
}

#[test]
fn a_name_that_is_unbound_on_one_path_is_the_interpreters() {
    let text = "
        const 0
        store i
      head:
        load i
        const 100
        <
        if_false end
        load i
        const 90
        ==
        if_false on
        delete x
        jump use
      on:
        load i
        store x
      use:
        load x
        store y
        load i
        const 1
        +
        store i
        back head
      end:
        load y
        return";
    let (outcomes, ..) = both("i x y", text, soon(), |_| Vec::new());
    assert_eq!(outcomes.result, Err("UnboundLocalError"));
    assert_eq!(outcomes.locals[..2], ["Int(90)", "Unbound"]);
}

#[test]
fn what_has_no_machine_code_is_done_by_the_interpreter_on_the_way() {
    // The list of a helper's results moves the arena of lists each time.
    let text = "
        const 0
        store total
        const 100
        global range
        swap 2
        call 1
        iter
      head:
        for end
        store i
        load i
        load i
        const 1
        +
        list 2
        store pair
        load total
        load pair
        const 1
        item
        +
        store total
        load total
        global note
        swap 2
        call 1
        pop
        back head
      end:
        load total
        return";
    let (outcomes, engine, program) = both("total i pair", text, soon(), |_| Vec::new());
    assert_eq!(outcomes.result.as_deref(), Ok("Int(5050)"));
    assert_left(&engine, program.label("head"), &[Reason::End]);
    let compiled = engine.watched(program.label("head")).compiled().unwrap().clone();
    let calls: Vec<(u32, u64)> = compiled.interpreted().collect();
    assert_eq!(calls.len(), 2, "the list and the note: {calls:?}");
    assert!(calls.iter().all(|&(_, count)| count == calls[0].1 && count > 90));
}

#[test]
fn an_exception_of_the_interpreter_on_the_way_ends_the_loop() {
    let text = "
        load items
        iter
      head:
        for end
        store item
        load item
        tuple 1
        unpack 1
        store x
        const 1
        load item
        list 1
        +
        store x
        back head
      end:
        const None
        return";
    let items = |program: &mut Program| vec![program.list((0..50).map(Value::Int).collect())];
    let (outcomes, ..) = both("items item x", text, soon(), items);
    assert_eq!(outcomes.result, Err("TypeError"));
}

#[test]
fn nested_loops_are_compiled_from_the_inner_one_outwards() {
    let text = "
        const 0
        store total
        const 60
        global range
        swap 2
        call 1
        iter
      outer:
        for end
        store i
        load i
        const 1
        +
        global range
        swap 2
        call 1
        iter
      inner:
        for after
        store j
        load total
        load i
        load j
        *
        +
        store total
        load j
        const 40
        >
        if_false on
        pop
        jump after
      on:
        back inner
      after:
        load total
        const 1
        +
        store total
        back outer
      end:
        load total
        return";
    let (_, engine, program) = both("total i j", text, soon(), |_| Vec::new());
    assert_left(&engine, program.label("inner"), &[Reason::End]);
    let outer = engine.watched(program.label("outer"));
    assert!(outer.compiled().is_some());
}

#[test]
fn a_loop_that_yields_is_refused_with_its_line() {
    let program = Program::new("i", "const 1\nhead:\nyield\nconst 1\nback head");
    let refused = program.compile("head").unwrap_err();
    assert_eq!(refused.line, 2);
    assert_eq!(refused.reason, "a generator is left and entered in its loop");
}

#[test]
fn what_is_no_loop_is_refused() {
    let program = Program::new("i", "const 1\nhead:\nreturn");
    assert_eq!(program.compile("head").unwrap_err().reason, "no instruction jumps back to this one");
}

#[test]
fn an_interruption_leaves_at_the_jump_backward() {
    let text = "
        const 0
        store i
      head:
        load i
        const 1
        +
        store i
        load i
        global note
        swap 2
        call 1
        pop
        back head";
    // The note of 500 presses Ctrl-C, as it were.
    let (outcomes, engine, program) = interrupted("i", text);
    assert_eq!(outcomes.result, Err("KeyboardInterrupt"));
    assert_eq!(outcomes.locals, ["Int(500)"]);
    assert_left(&engine, program.label("head"), &[Reason::Interrupt]);
}

fn interrupted(slots: &str, text: &str) -> (Outcomes, Engine, Program) {
    let mut program = Program::new(slots, text);
    program.interrupt_at = Some(500);
    let mut engine = Engine::native(&program, soon());
    (program.run(&[], &mut engine), engine, program)
}

#[test]
fn attributes_of_objects_are_read_and_written_by_their_places() {
    let text = "
        const 300
        global range
        swap 2
        call 1
        iter
      head:
        for end
        store i
        load p
        attribute x
        load p
        attribute y
        +
        load p
        store_attribute x
        load p
        attribute count
        const 1
        +
        load p
        store_attribute count
        back head
      end:
        load p
        return";
    let object = |program: &mut Program| {
        vec![program.object(&[("x", Value::Float(0.5)), ("y", Value::Float(0.1)), ("count", Value::Int(0))])]
    };
    let (_, engine, program) = both("p i", text, soon(), object);
    assert_left(&engine, program.label("head"), &[Reason::End]);
}

#[test]
fn a_global_name_that_is_bound_anew_is_noticed() {
    let text = "
        const 100
        global range
        swap 2
        call 1
        iter
      head:
        for end
        store i
        global factor
        load i
        *
        store x
        load i
        const 60
        ==
        if_false on
        const 0.5
        store_global factor
      on:
        back head
      end:
        load x
        return";
    let (outcomes, engine, program) = both("i x", text, soon(), |program| {
        program.bind("factor", Value::Int(3));
        Vec::new()
    });
    assert_eq!(outcomes.result.as_deref(), Ok("Float(49.5, 4048c00000000000)"));
    assert!(engine.watched(program.label("head")).left_by(Reason::Type) >= 1);
}

#[test]
fn a_list_grows_in_machine_code_while_it_has_room() {
    let text = "
        list 0
        const 300
        global range
        swap 2
        call 1
        iter
      head:
        for end
        store i
        load i
        load i
        *
        append 2
        back head
      end:
        return";
    let (_, engine, program) = both("i", text, soon(), |_| Vec::new());
    let watched = engine.watched(program.label("head"));
    assert_eq!(watched.compilations(), 1);
    assert!(watched.left_by(Reason::Capacity) <= 9, "{}", watched.left_by(Reason::Capacity));
}

#[test]
fn a_method_of_lists_is_called_without_an_object_for_it() {
    let text = "
        const 300
        global range
        swap 2
        call 1
        iter
      head:
        for end
        store i
        load items
        method append
        load i
        const 0.5
        *
        call_method 1
        pop
        load items
        const -1
        item
        load i
        +
        store x
        back head
      end:
        load items
        return";
    let (_, engine, program) = both("items i x", text, soon(), |program| vec![program.list(Vec::new())]);
    let watched = engine.watched(program.label("head"));
    assert_eq!(watched.compiled().unwrap().interpreted().count(), 0);
    assert!(watched.left_by(Reason::Capacity) <= 9, "{}", watched.left_by(Reason::Capacity));
}

#[test]
fn and_or_and_swaps_keep_values_of_different_types_apart() {
    let text = "
        const 200
        global range
        swap 2
        call 1
        iter
      head:
        for end
        store i
        load i
        const 3
        %
        and first
        load i
        const 0.5
        *
      first:
        global note
        swap 2
        call 1
        pop
        load i
        const 2
        %
        or second
        const 1j
      second:
        store z
        back head
      end:
        load z
        return";
    let (outcomes, ..) = both("i z", text, soon(), |_| Vec::new());
    assert_eq!(outcomes.noted.len(), 200);
}

#[test]
fn memory_is_never_writable_and_executable_at_once() {
    let program = Program::new("i", "const 1\nstore i\nhead:\nload i\nconst 1\n+\nstore i\nback head");
    let compiled = program.compile("head").unwrap();
    let Ok(maps) = std::fs::read_to_string("/proc/self/maps") else {
        let linux = cfg!(target_os = "linux");
        assert!(!linux, "Linux tells the rights of memory");
        return;
    };
    let rights = |line: &str| line.split_whitespace().nth(1).unwrap_or_default().to_owned();
    assert!(!maps.lines().any(|line| rights(line).starts_with("rwx")), "{maps}");
    let address = compiled.address();
    let line = maps.lines().find(|line| {
        let (start, end) = line.split_whitespace().next().unwrap().split_once('-').unwrap();
        (u64::from_str_radix(start, 16).unwrap()..u64::from_str_radix(end, 16).unwrap()).contains(&address)
    });
    assert!(rights(line.unwrap()).starts_with("r-x"), "{line:?}");
}

#[test]
fn every_byte_of_a_known_value_is_where_the_layout_says() {
    let mut program = Program::new("", "return");
    let list = program.list(Vec::new());
    let object = program.object(&[]);
    let values = [
        Value::Unbound,
        Value::None,
        Value::Bool(true),
        Value::Int(-5),
        Value::Float(-0.0),
        Value::Complex(1.5, -2.5),
        Value::RangeIterator { step: -3, next: 7, stop: -9 },
        Value::Builtin(crate::value::BuiltinId(0x1234)),
        Value::Type(crate::value::Type::Range),
        Value::ExceptionType(crate::error::ExceptionKind::IndexError),
        Value::DateTime(1),
        list,
        object,
    ];
    for value in values {
        assert!(machine::lies_as_said(value), "{value:?}");
    }
}

#[test]
fn machine_code_knows_the_instructions_it_was_made_of() {
    let program = Program::new("i", "const 1\nstore i\nhead:\nload i\nconst 1\n+\nstore i\nback head");
    let compiled = program.compile("head").unwrap();
    let positions: Vec<u32> = compiled.origins().iter().map(|origin| origin.position).collect();
    assert!(positions.contains(&4) && positions.contains(&6), "the sum and the jump: {positions:?}");
    assert!(compiled.origins().iter().all(|origin| origin.end as usize <= compiled.bytes().len()));
    assert_eq!(compiled.lines, (3, 7));
}
