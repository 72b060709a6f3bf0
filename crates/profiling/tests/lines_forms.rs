//! Every statement form: what a counted function returns is what the same function returns as written, and it borrows the same.

#![allow(
    missing_docs,
    unreachable_pub,
    unsafe_code,
    clippy::all,
    clippy::undocumented_unsafe_blocks,
    unused_assignments,
    unused_braces,
    while_true,
    unused_variables,
    unused_labels,
    dead_code,
    unreachable_code
)]

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt::{Debug, Display};
use std::rc::Rc;
use std::sync::Mutex;

use profiling::line_profile;

macro_rules! twins {
    ($($function:item)*) => {
        mod plain {
            use super::*;
            $($function)*
        }
        mod counted {
            use super::*;
            $(#[line_profile] $function)*
        }
        mod timed {
            use super::*;
            $(#[line_profile(exact)] $function)*
        }
        mod remembered {
            use super::*;
            $(#[profiling::memory_profile] $function)*
        }
    };
}

/// The same call of all twins, which must return the same.
macro_rules! same {
    ($($call:tt)*) => {{
        let expected = format!("{:?}", plain::$($call)*);
        assert_eq!(format!("{:?}", counted::$($call)*), expected);
        assert_eq!(format!("{:?}", timed::$($call)*), expected);
        assert_eq!(format!("{:?}", remembered::$($call)*), expected);
    }};
}

macro_rules! stop_at {
    ($value:expr, $limit:expr) => {
        if $value >= $limit {
            break;
        }
    };
}

macro_rules! declare {
    ($name:ident = $value:expr) => {
        let $name = $value;
    };
}

/// Says when it goes.
struct Noted<'a>(&'a RefCell<Vec<u32>>, u32);

impl Drop for Noted<'_> {
    fn drop(&mut self) {
        self.0.borrow_mut().push(self.1);
    }
}

impl<'a> Noted<'a> {
    fn some(&self) -> Option<u32> {
        Some(self.1)
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Shape {
    Dot,
    Circle(f64),
    Box { width: f64, height: f64 },
}

twins! {
    pub fn empty() {}

    pub fn only_a_tail(a: u32) -> u32 { a + 1 }

    pub fn lets(a: u32) -> (u32, u32, u32, i64) {
        let x = a;
        let (y, mut z) = (x + 1, x + 2);
        let uninitialised: i64;
        let Wrapping { inner } = Wrapping { inner: 3 };
        z += inner;
        uninitialised = -1;
        let _ = y;
        (x, y, z, uninitialised)
    }

    pub fn fors(n: usize) -> Vec<usize> {
        let mut seen = vec![];
        for i in 0..n {
            if i == 1 {
                continue;
            }
            for (j, k) in [(1, 2), (3, 4)].iter() {
                seen.push(i * j + k);
            }
        }
        for _ in (0..3).rev().zip("abc".chars()) {}
        for x in &mut seen {
            *x += 1;
        }
        for Wrapping { inner } in vec![Wrapping { inner: 7 }] { seen.push(inner as usize); }
        seen
    }

    pub fn for_as_the_tail(cell: &Cell<u32>) {
        for i in 0..cell.get() {
            cell.set(cell.get() + i)
        }
    }

    pub fn infers_the_index(v: &[u8]) -> u32 {
        let mut sum = 0;
        for i in 0..3 {
            sum += u32::from(v[i]);
        }
        sum
    }

    pub fn labels(n: u32) -> (u32, u32) {
        let mut count = 0;
        let found = 'outer: loop {
            'middle: for i in 0.. {
                let mut j = 0;
                'inner: while j < n {
                    j += 1;
                    count += 1;
                    if j == 2 { continue 'middle; }
                    if i == 3 { break 'outer i; }
                    if i + j == 17 { break 'inner; }
                }
                if i > 10 { break 'middle }
            }
            break 'outer 99;
        };
        let block = 'block: {
            if found > 2 { break 'block 1; }
            if found > 1 { break 'block 2; }
            3
        };
        (found + block, count)
    }

    pub fn whiles(mut n: u32) -> Vec<u32> {
        let mut seen = Vec::new();
        while n != 1 {
            seen.push(n);
            n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };
        }
        while let Some(last) = seen.pop() {
            if last % 5 == 0 { break; }
            if last % 3 == 0 { continue }
            n += last;
        }
        while let Some(last) = seen.pop() && last > 3 && n < 100_000 {
            n += last;
        }
        'count: while { n += 1; n % 7 != 0 } {
            while true { continue 'count; }
        }
        seen.push(n);
        seen
    }

    pub fn while_let_holds_what_it_borrows(queue: &Mutex<Vec<u32>>) -> u32 {
        let mut sum = 0;
        while let Some(value) = { let mut held = queue.lock().unwrap(); held.pop() } {
            if value == 4 { queue.lock().unwrap().push(1); }
            sum += value;
        }
        sum
    }

    pub fn loops(n: u32) -> (u32, &'static str) {
        let mut i = 0;
        let value = loop {
            i += 1;
            if i < n { continue; }
            break i * 2;
        };
        loop { break }
        let text = loop { break if value > 4 { "large" } else { "small" }; };
        (value, text)
    }

    pub fn ifs(a: i32) -> i32 {
        let mut b = 0;
        if a > 0 { b += 1 }
        if a > 1 {
            b += 10;
        } else {
            b -= 10;
        }
        if a > 2 {
            b += 100
        } else if a > 1 {
            b += 200
        } else if let Some(c) = a.checked_sub(1) && c > 0 {
            b += c
        } else {
            b += 300
        }
        let c = if b > 0 { b } else if b < -100 { return -1 } else { -b };
        c
    }

    pub fn matches(shape: Shape) -> f64 {
        let area = match shape {
            Shape::Dot => 0.0,
            Shape::Circle(r) if r < 0.0 => return -1.0,
            Shape::Circle(r) if { let negative = r.is_nan(); negative } => f64::MAX,
            Shape::Circle(r) => {
                let squared = r * r;
                squared * 3.0
            }
            Shape::Box { width, ref height } => width * height,
        };
        match area {
            x if x > 10.0 => (),
            _ => {}
        }
        match area as u32 {
            0 | 1 => unsafe { *(&raw const area) },
            2..=9 => 'block: { if area > 3.0 { break 'block 1.0 } area },
            _ => if area > 20.0 { 2.0 } else { match area { _ => area } },
        }
    }

    pub fn matches_in_place(map: &mut HashMap<u32, Vec<u32>>, key: u32) -> &mut Vec<u32> {
        match map.contains_key(&key) {
            true => map.get_mut(&key).unwrap(),
            false => map.entry(key).or_insert_with(|| { let first = key; vec![first] }),
        }
    }

    pub fn reborrows(values: &mut Vec<u32>) -> Option<&mut u32> {
        let first = if values.len() > 2 { &mut values[0] } else { return values.last_mut() };
        *first += 1;
        let again = &mut *first;
        *again += 1;
        match values { many if many.len() > 3 => many.get_mut(1), few => few.get_mut(0) }
    }

    pub fn let_else(text: &str) -> Result<u32, String> {
        let Some((left, right)) = text.split_once('+') else {
            let error = format!("no plus in {text}");
            return Err(error);
        };
        let (Ok(left), Ok(right)) = (left.parse::<u32>(), right.parse::<u32>()) else { return Err("no number".into()) };
        for i in 0..3 {
            let 0 = i else { continue };
        }
        Ok(left + right)
    }

    pub fn questions(text: &str) -> Result<i64, Box<dyn std::error::Error>> {
        let first: i64 = text.split(' ').next().ok_or("empty")?.parse()?;
        let rest = text
            .split(' ')
            .skip(1)
            .map(|part| part.parse::<i64>())
            .sum::<Result<i64, _>>()?;
        if rest > 100 {
            Err("large")?;
        }
        Ok(first - rest)
    }

    pub fn options(values: &[Option<u32>]) -> Option<u32> {
        let mut sum = 0;
        for value in values {
            sum += (*value)?;
        }
        Some(sum)
    }

    pub fn early(n: u32) -> u32 {
        if n == 0 { return 0; }
        for i in 0..n {
            if i * i > n { return i; }
        }
        return n;
    }

    pub fn blocks(n: u32) -> u32 {
        let mut sum = { let a = n; { let b = a + 1; a * b } };
        {
            let n = 3;
            sum += n;
        }
        unsafe {
            let pointer = &raw mut sum;
            *pointer += 1;
        }
        let more = unsafe { *(&sum as *const u32) };
        sum + { more } + ({ 1 }) + [{ 2 }, { let c = 3; c }][1] + std::convert::identity({ let d = 4; d })
    }

    pub fn items(n: u32) -> u32 {
        const LIMIT: u32 = { let a = 3; a + 1 };
        static TEXT: &str = "text";
        use std::cmp::min as least;
        struct Local { n: u32 }
        impl Local {
            fn twice(&self) -> u32 { let n = self.n; n * 2 }
        }
        fn nested(n: u32) -> u32 { let mut m = n; while m > 10 { m -= 1; } m }
        macro_rules! inner { ($e:expr) => {{ let e = $e; e + 1 }}; }
        let local = Local { n };
        inner!(local.twice()) + nested(n) + least(LIMIT, TEXT.len() as u32)
    }

    pub fn macros(n: u32) -> String {
        let mut text = String::new();
        use std::fmt::Write;
        write!(text, "{n}").unwrap();
        assert!(n < 1000, "{}", n);
        for i in 0..10 { stop_at!(i, n); text.push_str(&i.to_string()); }
        declare!(seen = text.len());
        vec![1, 2, 3].iter().for_each(|x| text.push_str(&format!("{x}")));
        text += &seen.to_string();
        matches!(n, 1..=3).then(|| text.push('!'));
        if n > 900 { panic!("too many") }
        text
    }

    pub fn closures(values: &[u32]) -> (u32, Vec<u32>) {
        let mut calls = 0;
        let mut twice = |x: u32| { calls += 1; if x > 2 { return 0; } x * 2 };
        let mut doubled: Vec<u32> = values.iter().map(|&x| twice(x)).collect();
        let boxed: Box<dyn Fn(&[u32]) -> &u32> = Box::new(|v| { let first = &v[0]; first });
        let called = (|| { for v in values { if *v == 2 { return 2 } } 0 })();
        doubled.sort_by(|a, b| b.cmp(a));
        (calls + called + boxed(values), doubled)
    }

    pub fn generic<T: Display + Clone, const N: usize>(values: [T; N]) -> String where T: Debug {
        let mut text = String::new();
        for value in values.iter().cloned() {
            text += &format!("{value}{value:?}");
        }
        let sizes = [0u8; N];
        text + &sizes.len().to_string()
    }

    pub fn implicit<'a>(values: &'a [u32], by: &u32) -> impl Iterator<Item = u32> + use<'a> {
        let by = *by;
        values.iter().map(move |value| value * by)
    }

    pub fn takes_impl(values: impl IntoIterator<Item = impl Into<u64>>) -> u64 {
        let mut sum = 0;
        for value in values { sum += value.into(); }
        sum
    }

    pub fn longest<'a>(a: &'a str, b: &'a str) -> &'a str {
        if a.len() > b.len() { a } else { b }
    }

    pub fn patterns((a, b): (u32, u32), [first, .., last]: [u32; 4], Wrapping { inner }: Wrapping) -> u32 {
        let (mut c, d) = (a, b);
        (c, _) = (c + d, 0);
        [c, _] = [c + first, last];
        c + inner
    }

    pub fn drops(notes: &RefCell<Vec<u32>>) -> u32 {
        let _first = Noted(notes, 1);
        let _ = Noted(notes, 2);
        {
            let inner = Noted(notes, 3);
            notes.borrow_mut().push(10);
        }
        Noted(notes, 4).some();
        if let Some(number) = Noted(notes, 5).some() { notes.borrow_mut().push(11); } else if let None = Noted(notes, 6).some() {}
        if false {} else if let Some(number) = Noted(notes, 7).some() { notes.borrow_mut().push(12) } else { }
        match Noted(notes, 8).some() { Some(number) => notes.borrow_mut().push(13), None => {} }
        let mut n = 0;
        while let Some(1) = Noted(notes, 20 + n).some().map(|_| 1) && n < 2 {
            n += 1;
            notes.borrow_mut().push(14);
        }
        for i in Noted(notes, 30).some().into_iter().chain([1]) {
            notes.borrow_mut().push(15);
        }
        let extended = &Noted(notes, 40);
        let chosen = if n > 0 { &Noted(notes, 41) } else { extended };
        let armed = match n { 0 => extended, _ => &Noted(notes, 42) };
        notes.borrow_mut().push(chosen.1 + armed.1);
        match n { 100 => Noted(notes, 50).1, _ => Noted(notes, 51).some().unwrap() }
    }

    pub fn promoted(n: u32) -> &'static [u32] {
        if n > 3 { &[1, 2, 3] } else { match n { 0 => &[], 1 => { &[1] } _ => &[1, 2] } }
    }

    pub fn raw_names(r#match: u32) -> u32 {
        let frame = r#match;
        let here = 1;
        let r#loop = frame + here;
        r#loop
    }

    pub fn numbers(a: u32) -> u32 {
        let mut b = a as u8 as u32;
        b <<= 1; b |= 1; b ^= !0; b = b.wrapping_mul(3);
        let c = &b;
        let d = &&*c;
        let range = ..3;
        let t = (1, (2, 3)).1.0;
        [1_u32, 2, 3, t][range.end.min(**d as usize)].wrapping_add(-1i32 as u32)
    }

    pub fn configured(a: u32) -> u32 {
        #[cfg(any())]
        let a = a + "not compiled";
        #[cfg(all())]
        let a = a + 1;
        #[allow(unused_mut)]
        let mut b = a;
        #[cfg(any())]
        b.not_compiled();
        #[cfg(any())]
        { b.not_compiled(); }
        match a {
            #[cfg(any())]
            NotCompiled => 3,
            #[allow(unused)]
            other => other,
        }
    }

    pub unsafe fn unsafe_function(pointer: *const u32) -> u32 {
        let value = unsafe { *pointer };
        value + 1
    }

    pub extern "C" fn foreign(a: i32) -> i32 {
        if a < 0 { return 0 }
        a
    }

    #[inline(always)]
    #[must_use]
    /// Documented.
    pub fn attributed(a: u32) -> u32 {
        #![allow(unused_mut)]
        let mut b = a;
        b
    }

    pub fn dynamic(error: bool) -> Result<Box<dyn Debug>, Rc<str>> {
        let value: Box<dyn Debug> = if error { return Err("no".into()) } else { Box::new(1) };
        let coerced: &dyn Debug = match error { true => &1u8, false => &"text" };
        Ok(Box::new(format!("{value:?}{coerced:?}")))
    }

    pub fn recursive(n: u64) -> u64 {
        if n < 2 {
            return n;
        }
        recursive(n - 1) + recursive(n - 2)
    }

    pub fn panics(n: usize) -> u32 {
        let values = [1, 2, 3];
        let mut sum = 0;
        for i in 0..n {
            sum += values[i];
        }
        sum
    }

    pub fn array_lengths() -> usize {
        let zeros = [0u8; { let n = 3; n + 1 }];
        let typed: [u8; { 1 + 1 }] = [1; 2];
        let constant = const { let a = 1; a + 1 };
        zeros.len() + typed.len() + constant + std::mem::size_of::<[u8; { 2 + 2 }]>()
    }

    pub fn never(stop: bool) -> u32 {
        let value: u32 = if stop { return 1 } else { 2 };
        match value { 2 => return 5, _ => unreachable!() }
    }

    pub fn asynchronous(n: u32) -> u32 {
        let future = async move { let m = n; if m > 2 { return 3; } std::future::ready(m).await };
        let mut future = std::pin::pin!(future);
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match future.as_mut().poll(&mut context) {
            std::task::Poll::Ready(value) => value,
            std::task::Poll::Pending => 0,
        }
    }
}

#[derive(Clone, Copy)]
pub struct Wrapping {
    inner: u32,
}

use std::future::Future;

#[test]
fn every_statement_form_returns_what_it_returned() {
    same!(empty());
    same!(only_a_tail(3));
    same!(lets(3));
    same!(fors(4));
    same!(infers_the_index(&[1, 2, 3]));
    for n in 0..6 {
        if n > 1 {
            same!(labels(n));
        }
        same!(loops(n));
        same!(ifs(n as i32 - 2));
        same!(early(n));
        same!(blocks(n));
        same!(items(n));
        same!(macros(n));
        same!(promoted(n));
        same!(raw_names(n));
        same!(numbers(n));
        same!(configured(n));
        same!(attributed(n));
        same!(foreign(n as i32 - 2));
        same!(asynchronous(n));
    }
    for n in [1, 7, 27, 97] {
        same!(whiles(n));
    }
    same!(while_let_holds_what_it_borrows(&Mutex::new(vec![1, 4, 5])));
    for shape in [Shape::Dot, Shape::Circle(-1.0), Shape::Circle(f64::NAN), Shape::Circle(1.0), Shape::Circle(2.0)] {
        same!(matches(shape.clone()));
    }
    for width in [0.5, 2.5, 3.5, 15.0, 30.0] {
        same!(matches(Shape::Box { width, height: 1.0 }));
    }
    for key in [1, 2] {
        same!(matches_in_place(&mut HashMap::from([(1, vec![])]), key));
    }
    for length in 0..5 {
        same!(reborrows(&mut vec![5; length]));
    }
    for text in ["1+2", "1-2", "a+2", "1+b"] {
        same!(let_else(text));
    }
    same!(options(&[Some(1), Some(2)]));
    same!(options(&[Some(1), None]));
    same!(closures(&[1, 2, 3]));
    same!(generic(["a", "b"]));
    same!(generic([1.5]));
    same!(takes_impl([1u8, 2]));
    same!(takes_impl(vec![1u32, 2]));
    same!(longest("a", "bc"));
    same!(patterns((1, 2), [3, 4, 5, 6], Wrapping { inner: 7 }));
    same!(recursive(10));
    same!(panics(3));
    same!(array_lengths());
    same!(never(true));
    same!(never(false));
}

#[test]
fn iterators_errors_and_pointers_pass_through() {
    assert_eq!(counted::implicit(&[1, 2], &3).collect::<Vec<_>>(), [3, 6]);
    for text in ["7 1 2", "", "x", "1 x", "1 200"] {
        let show = |result: Result<i64, Box<dyn std::error::Error>>| result.map_err(|error| error.to_string());
        assert_eq!(show(counted::questions(text)), show(plain::questions(text)));
    }
    for error in [true, false] {
        assert_eq!(format!("{:?}", counted::dynamic(error)), format!("{:?}", plain::dynamic(error)));
    }
    let value = 41;
    assert_eq!(unsafe { counted::unsafe_function(&value) }, 42);
    let cell = Cell::new(3);
    counted::for_as_the_tail(&cell);
    assert_eq!(cell.get(), 6);
}

#[test]
fn everything_is_dropped_in_the_order_it_was_dropped_in() {
    let notes = |function: fn(&RefCell<Vec<u32>>) -> u32| {
        let notes = RefCell::default();
        let value = function(&notes);
        notes.borrow_mut().push(1000 + value);
        notes.into_inner()
    };
    let expected = notes(plain::drops);
    assert_eq!(notes(counted::drops), expected);
    assert_eq!(notes(timed::drops), expected);
    assert_eq!(notes(remembered::drops), expected);
}
