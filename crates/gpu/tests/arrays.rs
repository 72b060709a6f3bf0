//! Whole arrays against plain loops, bit for bit.

mod common;

use std::fmt::Debug;

use common::{Random, device, divides_exactly};
use gpu::{Element, Gpu, GpuArray, GpuError, Real};
use num_complex::Complex;

/// Around the sizes of a workgroup.
const LENGTHS: [usize; 8] = [0, 1, 63, 64, 65, 255, 257, 1000];

/// More elements than one launch has invocations, so that invocations go on in strides.
const STRIDED: usize = 65_535 * 64 + 1;

/// A type of elements, and its arithmetic on the host.
trait Number: Element + Debug {
    /// A number that is not zero.
    fn random(random: &mut Random) -> Self;
    fn plus(self, b: Self) -> Self;
    fn minus(self, b: Self) -> Self;
    fn times(self, b: Self) -> Self;
    fn over(self, b: Self) -> Self;
    fn negative(self) -> Self;
    /// Whether it is the other number but for what a device may round.
    fn near(self, b: Self) -> bool;

    fn same(self, b: Self) -> bool {
        bytemuck::bytes_of(&self) == bytemuck::bytes_of(&b)
    }
}

macro_rules! integers {
    ($($number:ty),*) => {$(
        impl Number for $number {
            fn random(random: &mut Random) -> Self {
                // Large ones, whose sums and products wrap, and small ones, by which something can be divided.
                let bits = random.next();
                (if bits & 1 == 0 { bits >> 32 } else { bits >> 60 }) as $number | 1
            }
            fn plus(self, b: Self) -> Self { self.wrapping_add(b) }
            fn minus(self, b: Self) -> Self { self.wrapping_sub(b) }
            fn times(self, b: Self) -> Self { self.wrapping_mul(b) }
            fn over(self, b: Self) -> Self { self.wrapping_div(b) }
            fn negative(self) -> Self { self.wrapping_neg() }
            fn near(self, b: Self) -> bool { self == b }
        }
    )*};
}

integers!(i32, u32);

macro_rules! floats {
    ($($number:ty),*) => {$(
        impl Number for $number {
            fn random(random: &mut Random) -> Self {
                let bits = random.next();
                let sign = if bits & 1 == 0 { 1.0 } else { -1.0 };
                sign * (((bits >> 20) as $number) / ((1_u64 << 44) as $number) + 1e-3) * <$number>::powi(2.0, (bits >> 1) as i32 % 12)
            }
            fn plus(self, b: Self) -> Self { self + b }
            fn minus(self, b: Self) -> Self { self - b }
            fn times(self, b: Self) -> Self { self * b }
            fn over(self, b: Self) -> Self { self / b }
            fn negative(self) -> Self { -self }
            fn near(self, b: Self) -> bool { (self - b).abs() <= 4.0 * <$number>::EPSILON * b.abs() }
        }

        impl Number for Complex<$number> {
            fn random(random: &mut Random) -> Self {
                Self::new(Number::random(random), Number::random(random))
            }
            fn plus(self, b: Self) -> Self { self + b }
            fn minus(self, b: Self) -> Self { self - b }
            fn times(self, b: Self) -> Self {
                Self::new(self.re * b.re - self.im * b.im, self.re * b.im + self.im * b.re)
            }
            fn over(self, b: Self) -> Self {
                let square = b.re * b.re + b.im * b.im;
                Self::new((self.re * b.re + self.im * b.im) / square, (self.im * b.re - self.re * b.im) / square)
            }
            fn negative(self) -> Self { Self::new(-self.re, -self.im) }
            fn near(self, b: Self) -> bool { self.re.near(b.re) && self.im.near(b.im) }
        }
    )*};
}

floats!(f32, f64);

fn numbers<T: Number>(length: usize, seed: u64) -> Vec<T> {
    let mut random = Random(seed);
    (0..length).map(|_| T::random(&mut random)).collect()
}

/// Compares arrays, and names the first element that is wrong.
#[track_caller]
fn compare<T: Number>(what: &str, found: &GpuArray<T>, expected: impl Iterator<Item = T>, same: fn(T, T) -> bool) {
    let found = found.to_vec().unwrap_or_else(|error| panic!("{what}: {error}"));
    let mut length = 0;
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!(same(*found, expected), "{what}, element {index}: {found:?} instead of {expected:?}");
        length += 1;
    }
    assert_eq!(length, found.len(), "{what}");
}

/// One operator in all its forms.
macro_rules! forms {
    ($gpu:expr, $a:expr, $b:expr, $operator:tt, $plain:expr, $same:expr) => {{
        let (a, b) = (GpuArray::new($gpu, $a), GpuArray::new($gpu, $b));
        let (moved_a, moved_b) = (|| GpuArray::new($gpu, $a), || GpuArray::new($gpu, $b));
        let plain = $plain;
        let pairs = || $a.iter().zip($b).map(|(&a, &b)| plain(a, b));
        let what = |form: &str| format!("{form} {} of {} elements", stringify!($operator), $a.len());
        compare(&what("&a &b"), &(&a $operator &b), pairs(), $same);
        compare(&what("&a b"), &(&a $operator moved_b()), pairs(), $same);
        compare(&what("a &b"), &(moved_a() $operator &b), pairs(), $same);
        compare(&what("a b"), &(moved_a() $operator moved_b()), pairs(), $same);
        compare(&what("itself"), &(&a $operator &a), $a.iter().map(|&a| plain(a, a)), $same);
        let number = numbers(1, 99)[0];
        compare(&what("&a number"), &(&a $operator number), $a.iter().map(|&a| plain(a, number)), $same);
        compare(&what("a number"), &(moved_a() $operator number), $a.iter().map(|&a| plain(a, number)), $same);
        // The operands that were borrowed are as they were.
        compare(&what("a after"), &a, $a.iter().copied(), T::same);
        compare(&what("b after"), &b, $b.iter().copied(), T::same);
    }};
}

fn arithmetic<T: Number>(gpu: &Gpu) {
    let divided: fn(T, T) -> bool = if divides_exactly(gpu) { T::same } else { T::near };
    for length in LENGTHS {
        let (a, b) = (&numbers::<T>(length, 1)[..], &numbers::<T>(length, 2)[..]);
        forms!(gpu, a, b, +, Number::plus, T::same);
        forms!(gpu, a, b, -, T::minus, T::same);
        forms!(gpu, a, b, *, T::times, T::same);
        forms!(gpu, a, b, /, T::over, divided);
        let array = GpuArray::new(gpu, a);
        assert_eq!((array.len(), array.is_empty()), (length, length == 0));
        compare("negative", &-&array, a.iter().map(|a| a.negative()), T::same);
        compare("zeros", &GpuArray::zeros(gpu, length), (0..length).map(|_| T::default()), T::same);
        let number = numbers::<T>(1, 3)[0];
        compare("full", &GpuArray::full(gpu, length, number), (0..length).map(|_| number), T::same);
    }
    let (a, b) = (numbers::<T>(STRIDED, 4), numbers::<T>(STRIDED, 5));
    let sum = GpuArray::new(gpu, &a) * GpuArray::new(gpu, &b);
    compare("strided", &sum, a.iter().zip(&b).map(|(a, b)| a.times(*b)), T::same);
}

/// Whether the device computes in double precision; says so if it does not.
fn doubles(gpu: &Gpu) -> bool {
    if !gpu.adapter().double {
        eprintln!("not checked: {} computes in single precision only", gpu.adapter().name);
    }
    gpu.adapter().double
}

#[test]
fn integers_are_those_of_a_plain_loop() {
    let Some(gpu) = device() else { return };
    arithmetic::<i32>(&gpu);
    arithmetic::<u32>(&gpu);
}

#[test]
fn floating_point_numbers_are_those_of_a_plain_loop() {
    let Some(gpu) = device() else { return };
    arithmetic::<f32>(&gpu);
    if doubles(&gpu) {
        arithmetic::<f64>(&gpu);
    }
}

#[test]
fn complex_numbers_are_those_of_a_plain_loop() {
    let Some(gpu) = device() else { return };
    arithmetic::<Complex<f32>>(&gpu);
    if doubles(&gpu) {
        arithmetic::<Complex<f64>>(&gpu);
    }
}

/// Guards in place of marks must not change a bit of what is finite.
#[test]
fn guarded_operations_are_those_of_a_plain_loop() {
    let Some(gpu) = common::open(Gpu::options().passthrough(false)) else { return };
    assert!(!gpu.adapter().passthrough);
    arithmetic::<f32>(&gpu);
    arithmetic::<i32>(&gpu);
    arithmetic::<Complex<f32>>(&gpu);
    if doubles(&gpu) {
        arithmetic::<f64>(&gpu);
        arithmetic::<Complex<f64>>(&gpu);
    }
}

#[test]
fn absolute_values_and_roots_are_those_of_a_plain_loop() {
    let Some(gpu) = device() else { return };
    for length in LENGTHS {
        let single: Vec<f32> = numbers(length, 6);
        let complex: Vec<Complex<f32>> = numbers(length, 7);
        let integers: Vec<i32> =
            numbers::<i32>(length, 8).into_iter().map(|n| if n % 3 == 0 { i32::MIN } else { n }).collect();
        let rounded = if divides_exactly(&gpu) { f32::same } else { f32::near };
        compare("abs", &GpuArray::new(&gpu, &single).abs(), single.iter().map(|x| x.abs()), f32::same);
        compare("abs", &GpuArray::new(&gpu, &integers).abs(), integers.iter().map(|n| n.wrapping_abs()), i32::same);
        let norm = |z: &Complex<f32>| (z.re * z.re + z.im * z.im).sqrt();
        compare("abs", &GpuArray::new(&gpu, &complex).abs(), complex.iter().map(norm), rounded);
        let roots = single.iter().map(|x| x.abs().sqrt());
        compare("sqrt", &GpuArray::new(&gpu, &single).abs().sqrt(), roots, rounded);
        if gpu.adapter().double {
            let double: Vec<f64> = numbers(length, 9);
            let complex: Vec<Complex<f64>> = numbers(length, 10);
            let rounded = if divides_exactly(&gpu) { f64::same } else { f64::near };
            compare("abs", &GpuArray::new(&gpu, &double).abs(), double.iter().map(|x| x.abs()), f64::same);
            let norm = |z: &Complex<f64>| (z.re * z.re + z.im * z.im).sqrt();
            compare("abs", &GpuArray::new(&gpu, &complex).abs(), complex.iter().map(norm), rounded);
            let roots = double.iter().map(|x| x.abs().sqrt());
            compare("sqrt", &GpuArray::new(&gpu, &double).abs().sqrt(), roots, rounded);
        }
    }
}

/// Every number with every other.
fn every_pair<T: Copy>(numbers: &[T]) -> (Vec<T>, Vec<T>) {
    numbers.iter().flat_map(|&a| numbers.iter().map(move |&b| (a, b))).unzip()
}

fn comparisons<T: Real + Debug + PartialOrd>(gpu: &Gpu, special: &[T]) {
    let (a, b) = every_pair(special);
    let (x, y) = (GpuArray::new(gpu, &a), GpuArray::new(gpu, &b));
    type Comparison<T> = (&'static str, fn(&GpuArray<T>, gpu::Operand<'_, T>) -> GpuArray<i32>, fn(&T, &T) -> bool);
    let all: [Comparison<T>; 6] = [
        (">", |a, b| a.greater(b), T::gt),
        (">=", |a, b| a.greater_or_equal(b), T::ge),
        ("<", |a, b| a.less(b), T::lt),
        ("<=", |a, b| a.less_or_equal(b), T::le),
        ("==", |a, b| a.equal(b), T::eq),
        ("!=", |a, b| a.not_equal(b), T::ne),
    ];
    for (operator, compared, plain) in all {
        let check = |found: GpuArray<i32>, b: &[T]| {
            for ((&found, a), b) in found.to_vec().unwrap().iter().zip(&a).zip(b) {
                assert_eq!(found, i32::from(plain(a, b)), "{a:?} {operator} {b:?}");
            }
        };
        check(compared(&x, (&y).into()), &b);
        check(compared(&x, GpuArray::new(gpu, &b).into()), &b);
        check(compared(&x, (&x).into()), &a);
        for &number in special {
            check(compared(&x, number.into()), &vec![number; a.len()]);
        }
    }
}

#[test]
fn comparisons_are_those_of_a_plain_loop_also_with_what_is_no_number() {
    for passthrough in [true, false] {
        let Some(gpu) = common::open(Gpu::options().passthrough(passthrough)) else { return };
        comparisons(&gpu, &[i32::MIN, -1, 0, 1, i32::MAX]);
        comparisons(&gpu, &[0, 1, i32::MAX as u32, 1 << 31, u32::MAX]);
        comparisons(
            &gpu,
            &[
                f32::NAN,
                f32::NEG_INFINITY,
                f32::MIN,
                -1.0,
                -0.0,
                0.0,
                f32::MIN_POSITIVE,
                1.0,
                1.0_f32.next_up(),
                f32::INFINITY,
            ],
        );
        if doubles(&gpu) {
            comparisons(
                &gpu,
                &[
                    f64::NAN,
                    f64::NEG_INFINITY,
                    f64::MIN,
                    -1.0,
                    -0.0,
                    0.0,
                    f64::MIN_POSITIVE,
                    1.0,
                    1.0_f64.next_up(),
                    f64::INFINITY,
                ],
            );
        }
    }
}

/// Infinities, zeros with signs and what is no number come out as on the host where kernels are marked.
#[test]
fn special_numbers_are_those_of_a_plain_loop() {
    let Some(gpu) = device() else { return };
    if !gpu.adapter().passthrough {
        eprintln!("not checked: {} takes no marked kernels, and guards change infinities", gpu.adapter().name);
        return;
    }
    let special =
        [f64::NAN, f64::NEG_INFINITY, f64::MIN, -1.0, -0.0, 0.0, f64::MIN_POSITIVE, 1.0, f64::MAX, f64::INFINITY];
    if doubles(&gpu) {
        let (a, b) = every_pair(&special);
        let (x, y) = (GpuArray::new(&gpu, &a), GpuArray::new(&gpu, &b));
        let same = |a: f64, b: f64| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
        let pairs = || a.iter().zip(&b);
        compare("+", &(&x + &y), pairs().map(|(a, b)| a + b), same);
        compare("-", &(&x - &y), pairs().map(|(a, b)| a - b), same);
        compare("*", &(&x * &y), pairs().map(|(a, b)| a * b), same);
        compare("negative", &-&x, a.iter().map(|a| -a), f64::same);
    }
    let (a, b) = every_pair(&special.map(|x| if x == f64::MIN_POSITIVE { f32::MIN_POSITIVE } else { x as f32 }));
    let (x, y) = (GpuArray::new(&gpu, &a), GpuArray::new(&gpu, &b));
    let same = |a: f32, b: f32| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
    let pairs = || a.iter().zip(&b);
    compare("+", &(&x + &y), pairs().map(|(a, b)| a + b), same);
    compare("-", &(&x - &y), pairs().map(|(a, b)| a - b), same);
    compare("*", &(&x * &y), pairs().map(|(a, b)| a * b), same);
    compare("negative", &-&x, a.iter().map(|a| -a), f32::same);
}

/// Subnormal doubles stay; the tutorial's orbits near zero depend on them.
#[test]
fn subnormal_doubles_stay() {
    let Some(gpu) = device() else { return };
    if !doubles(&gpu) || !divides_exactly(&gpu) {
        return;
    }
    let a = [5e-324, -5e-324, 1e-310, 2.2250738585072014e-308, -1e-320];
    let x = GpuArray::new(&gpu, &a);
    compare("sum", &(&x + &x), a.iter().map(|a| a + a), f64::same);
    compare("half", &(&x * 0.5), a.iter().map(|a| a * 0.5), f64::same);
}

/// Dividing by zero has no answer among the integers, but it must not end the program.
#[test]
fn a_division_by_zero_ends_nothing() {
    let Some(gpu) = device() else { return };
    let quotients = GpuArray::new(&gpu, &[1, i32::MIN, 0]) / GpuArray::new(&gpu, &[0, -1, 0]);
    assert_eq!(quotients.to_vec().unwrap().len(), 3);
    let quotients = GpuArray::new(&gpu, &[1_u32, 0]) / 0;
    assert_eq!(quotients.to_vec().unwrap().len(), 2);
    assert_eq!((GpuArray::new(&gpu, &[7, 8]) / 2).to_vec().unwrap(), [3, 4]);
}

fn choices<T: Number>(gpu: &Gpu) {
    for length in LENGTHS {
        let plain: Vec<i32> = (0..length as i32).map(|n| [1, 0, -1, 7, i32::MIN][n as usize % 5]).collect();
        let condition = GpuArray::new(gpu, &plain);
        let (a, b) = (numbers::<T>(length, 11), numbers::<T>(length, 12));
        let (p, q) = (numbers::<T>(2, 13)[0], numbers::<T>(2, 13)[1]);
        let (x, y) = (GpuArray::new(gpu, &a), GpuArray::new(gpu, &b));
        let moved = |values: &[T]| GpuArray::new(gpu, values);
        let either = |yes: &dyn Fn(usize) -> T, no: &dyn Fn(usize) -> T| {
            let chosen = plain.iter().enumerate().map(|(index, &c)| if c > 0 { yes(index) } else { no(index) });
            chosen.collect::<Vec<_>>().into_iter()
        };
        let (from_a, from_b) = (|index: usize| a[index], |index: usize| b[index]);
        let both = || either(&from_a, &from_b);
        compare("&a &b", &GpuArray::if_positive(&condition, &x, &y), both(), T::same);
        compare("a &b", &GpuArray::if_positive(&condition, moved(&a), &y), both(), T::same);
        compare("&a b", &GpuArray::if_positive(&condition, &x, moved(&b)), both(), T::same);
        compare("a b", &GpuArray::if_positive(&condition, moved(&a), moved(&b)), both(), T::same);
        compare("p &b", &GpuArray::if_positive(&condition, p, &y), either(&|_| p, &from_b), T::same);
        compare("p b", &GpuArray::if_positive(&condition, p, moved(&b)), either(&|_| p, &from_b), T::same);
        compare("&a q", &GpuArray::if_positive(&condition, &x, q), either(&from_a, &|_| q), T::same);
        compare("a q", &GpuArray::if_positive(&condition, moved(&a), q), either(&from_a, &|_| q), T::same);
        compare("p q", &GpuArray::if_positive(&condition, p, q), either(&|_| p, &|_| q), T::same);
        compare("&a &a", &GpuArray::if_positive(&condition, &x, &x), a.iter().copied(), T::same);
    }
    // The condition may be the array that is chosen from.
    let condition = GpuArray::new(gpu, &[3, -3, 0]);
    assert_eq!(GpuArray::if_positive(&condition, &condition, 9).to_vec().unwrap(), [3, 9, 9]);
}

#[test]
fn choices_are_those_of_a_plain_loop() {
    let Some(gpu) = device() else { return };
    choices::<i32>(&gpu);
    choices::<u32>(&gpu);
    choices::<f32>(&gpu);
    choices::<Complex<f32>>(&gpu);
    if doubles(&gpu) {
        choices::<f64>(&gpu);
        choices::<Complex<f64>>(&gpu);
    }
}

/// Lengths around the workgroups of a sum, and more than all of them take at once.
const SUMS: [usize; 9] = [0, 1, 63, 255, 256, 257, 16_383, 16_385, STRIDED];

#[test]
fn sums_of_integers_wrap() {
    let Some(gpu) = device() else { return };
    for length in SUMS {
        let signed: Vec<i32> = numbers(length, 14);
        let unsigned: Vec<u32> = numbers(length, 15);
        let expected = signed.iter().fold(0, |sum: i32, &n| sum.wrapping_add(n));
        assert_eq!(GpuArray::new(&gpu, &signed).sum().unwrap(), expected, "{length} elements");
        let expected = unsigned.iter().fold(0, |sum: u32, &n| sum.wrapping_add(n));
        assert_eq!(GpuArray::new(&gpu, &unsigned).sum().unwrap(), expected, "{length} elements");
    }
}

macro_rules! float_sums {
    ($gpu:expr, $number:ty) => {
        for length in SUMS {
            let values: Vec<$number> = numbers(length, 16);
            let array = GpuArray::new($gpu, &values);
            let sum = array.sum().unwrap();
            let exact: f64 = values.iter().map(|&x| f64::from(x)).sum();
            let sizes: f64 = values.iter().map(|&x| f64::from(x).abs()).sum();
            // The depth of the sum: a stride's loop, a tree of 256, and the host's loop over 64 parts.
            let depth = (length / 16_384 + 1 + 8 + 64) as f64;
            let bound = depth * f64::from(<$number>::EPSILON) * sizes;
            assert!((f64::from(sum) - exact).abs() <= bound, "{length} elements: {sum} instead of {exact}");
            assert_eq!(array.sum().unwrap().to_bits(), sum.to_bits(), "another sum the second time");
            let complex: Vec<_> = values.iter().map(|&x| Complex::new(x, -x)).collect();
            let pair = GpuArray::new($gpu, &complex).sum().unwrap();
            assert_eq!(pair, Complex::new(sum, -sum), "{length} complex elements");
        }
    };
}

#[test]
fn sums_of_floating_point_numbers_are_near_and_always_the_same() {
    let Some(gpu) = device() else { return };
    float_sums!(&gpu, f32);
    if doubles(&gpu) {
        float_sums!(&gpu, f64);
    }
}

fn arguments_error<T: Element + Debug>(array: &GpuArray<T>, part: &str) -> String {
    match array.to_vec() {
        Err(GpuError::Arguments(why)) if why.contains(part) => why,
        other => panic!("{other:?} does not say {part}"),
    }
}

#[test]
fn arrays_of_different_lengths_give_an_array_that_is_not_there() {
    let Some(gpu) = device() else { return };
    for (short, long) in [(2, 3), (3, 2), (0, 3), (3, 0)] {
        let (a, b) = (GpuArray::<f32>::zeros(&gpu, short), GpuArray::<f32>::zeros(&gpu, long));
        let condition = GpuArray::<i32>::zeros(&gpu, short);
        let why = format!("{short} and {long} elements");
        arguments_error(&(&a + &b), &why);
        arguments_error(&(GpuArray::<f32>::zeros(&gpu, short) * &b), &why);
        arguments_error(&a.less(&b), &why);
        arguments_error(&GpuArray::if_positive(&condition, &b, 1.0), "elements");
        arguments_error(&GpuArray::if_positive(&condition, 1.0, GpuArray::<f32>::zeros(&gpu, long)), "elements");
        assert!(matches!(a.write(&vec![0.0; long]), Err(GpuError::Arguments(_))));
        assert!(matches!(a.read(&mut vec![0.0; long]), Err(GpuError::Arguments(_))));
        assert_eq!(a.to_vec().unwrap(), vec![0.0; short], "the operands are as they were");
    }
}

#[test]
fn what_is_computed_from_an_array_that_is_not_there_is_not_there_either() {
    let Some(gpu) = device() else { return };
    for length in [0, 2] {
        let here = GpuArray::<f32>::zeros(&gpu, length);
        let gone = || &here + &GpuArray::zeros(&gpu, 3);
        let first = arguments_error(&gone(), "and 3 elements");
        let all = [
            &here + &gone(),
            &gone() + &here,
            gone() * 2.0,
            gone() - gone(),
            -&gone(),
            gone().abs(),
            gone().sqrt(),
            GpuArray::if_positive(&GpuArray::full(&gpu, length, 1), gone(), &here),
            GpuArray::if_positive(&GpuArray::full(&gpu, length, 1), &here, gone()),
            GpuArray::if_positive(&gone().greater(1.0), &here, 2.0),
        ];
        for (index, computed) in all.iter().enumerate() {
            assert_eq!(
                computed.to_vec(),
                Err(GpuError::Arguments(first.clone())),
                "operation {index} of length {length}"
            );
        }
        assert_eq!(gone().sum(), Err(GpuError::Arguments(first.clone())));
        assert_eq!(gone().write(&vec![1.0; length]), Err(GpuError::Arguments(first)));
        assert_eq!((&here + 1.0).to_vec().unwrap(), vec![1.0; length], "the device goes on");
    }
}

#[test]
fn an_array_shows_where_it_is_and_not_what_it_holds() {
    let Some(gpu) = device() else { return };
    let shown = format!("{:?}", GpuArray::<f32>::zeros(&gpu, 3));
    assert!(shown.starts_with("GpuArray(3 elements on "), "{shown}");
}
