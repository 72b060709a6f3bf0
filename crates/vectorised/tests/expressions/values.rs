//! Random expressions over arrays of random shapes.

use num_complex::Complex;
use proptest::prelude::*;
use vectorised::compiler::{Array, Data, Expression, Options, Runner, Stores, Type, Values};

use crate::plain::{NAMES, Value, evaluate, text, trees};

/// Numbers, and what is hardly one.
pub(crate) fn floats() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => -10.0..10.0_f64,
        1 => any::<f64>(),
        1 => prop::sample::select(vec![0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, 5e-324]),
    ]
}

fn ints() -> impl Strategy<Value = i64> {
    prop_oneof![4 => -20..20_i64, 1 => prop::sample::select(vec![0, -1, i64::MIN, i64::MAX])]
}

/// The five arrays.
#[derive(Clone, Debug)]
struct Five {
    sides: [usize; 3],
    /// For each array which sides are broadcast: bit 0 for the outermost. Bits 3 and 4: whether it lies in columns, and how far from the
    /// beginning of its slice.
    walks: [u8; 5],
    floats: Vec<f64>,
    ints: Vec<i64>,
    bools: Vec<bool>,
}

fn five() -> impl Strategy<Value = Five> {
    let sides = prop_oneof![
        4 => (1..4_usize, 1..5_usize, 1..40_usize),
        2 => (1..2_usize, 1..3_usize, 120..300_usize),
        1 => (0..2_usize, 1..3_usize, 0..3_usize),
    ];
    let values = (
        prop::collection::vec(floats(), 97),
        prop::collection::vec(ints(), 97),
        prop::collection::vec(any::<bool>(), 97),
    );
    (sides, prop::array::uniform5(0..32_u8), values).prop_map(|(sides, walks, (floats, ints, bools))| Five {
        sides: sides.into(),
        walks,
        floats,
        ints,
        bools,
    })
}

/// One of the arrays: a view of some storage, and where each element of the common shape lies in it.
struct View {
    shape: Vec<usize>,
    strides: Vec<isize>,
    offset: usize,
    length: usize,
}

impl View {
    fn new(sides: [usize; 3], walk: u8) -> Self {
        let own: Vec<usize> = (0..3).map(|axis| if walk >> axis & 1 == 1 { 1 } else { sides[axis] }).collect();
        let offset = usize::from(walk >> 4);
        let order: [usize; 3] = if walk >> 3 & 1 == 1 { [0, 1, 2] } else { [2, 1, 0] };
        let mut strides = vec![0; 3];
        let mut stride = 1;
        for axis in order {
            strides[axis] = stride as isize;
            stride *= own[axis];
        }
        Self { shape: own, strides, offset, length: offset + stride }
    }

    fn place(&self, index: [usize; 3]) -> usize {
        let along = |axis: usize| if self.shape[axis] == 1 { 0 } else { index[axis] * self.strides[axis] as usize };
        self.offset + along(0) + along(1) + along(2)
    }

    fn array<'a>(&self, data: impl Into<Data<'a>>) -> Array<'a> {
        Array::strided(data, &self.shape, &self.strides, self.offset).expect("the view is inside its storage")
    }
}

fn at(values: &Values, index: usize) -> Value {
    match values {
        Values::Bool(values) => Value::Bool(values[index]),
        Values::Int(values) => Value::Int(values[index]),
        Values::Float(values) => Value::Float(values[index]),
        Values::Complex(values) => Value::Complex(values[index]),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_bit_is_that_of_the_plain_loop(tree in trees(), five in five(), block in 1_usize..200, parallel: bool, streaming: bool) {
        let text = text(&tree);
        let kinds = [Type::Float, Type::Float, Type::Int, Type::Bool, Type::Complex];
        let inputs: Vec<_> = NAMES.into_iter().zip(kinds).collect();
        let sample = [Value::Float(0.5), Value::Float(0.5), Value::Int(1), Value::Bool(true), Value::Complex(Complex::new(0.5, 0.5))];
        let program = Expression::parse(&text).map_err(|error| TestCaseError::fail(error.to_string()))?.compile(&inputs);
        let program = match (program, evaluate(&tree, &sample)) {
            (Ok(program), Some(_)) => program,
            (Err(error), None) => {
                prop_assert_eq!(error.to_string().lines().count(), 3);
                return Ok(());
            }
            (Ok(_), None) => return Err(TestCaseError::fail(format!("{text} has no type, but is compiled"))),
            (Err(error), Some(_)) => return Err(TestCaseError::fail(error.to_string())),
        };

        let views = five.walks.map(|walk| View::new(five.sides, walk));
        let cycle = |length: usize, shift: usize| (0..length).map(move |index| (index * 7 + shift) % 97);
        let float = |array: usize| cycle(views[array].length, 5 * array).map(|index| five.floats[index]).collect::<Vec<_>>();
        let (a, b) = (float(0), float(1));
        let n: Vec<_> = cycle(views[2].length, 0).map(|index| five.ints[index]).collect();
        let p: Vec<_> = cycle(views[3].length, 0).map(|index| five.bools[index]).collect();
        let z: Vec<_> = cycle(views[4].length, 3).map(|index| Complex::new(five.floats[index], five.floats[96 - index])).collect();
        let arrays = [views[0].array(&a), views[1].array(&b), views[2].array(&n), views[3].array(&p), views[4].array(&z)];

        let stores = if streaming { Stores::Streaming } else { Stores::Cached };
        let answers = program.run(&arrays, &Options { block: Some(block), parallel, stores }).unwrap();
        let shape = &answers[0].shape;
        let mut again = answers[0].values.clone();
        Runner::new(&program, block).unwrap().run(&arrays, &mut [again.place()]).unwrap();

        let mut index = 0;
        for i in 0..shape[0] {
            for j in 0..shape[1] {
                for k in 0..shape[2] {
                    let place = |array: usize| views[array].place([i, j, k]);
                    let values = [
                        Value::Float(a[place(0)]),
                        Value::Float(b[place(1)]),
                        Value::Int(n[place(2)]),
                        Value::Bool(p[place(3)]),
                        Value::Complex(z[place(4)]),
                    ];
                    let expected = evaluate(&tree, &values).expect("the types are the same for every element");
                    for found in [at(&answers[0].values, index), at(&again, index)] {
                        prop_assert!(expected.is(found), "{text}\n{program}\nelement {i} {j} {k}: {expected:?}, found {found:?}");
                    }
                    index += 1;
                }
            }
        }
        prop_assert_eq!(index, shape.iter().product::<usize>());
    }
}

/// Slices that begin anywhere, and every length around the width of a vector and of a block.
#[test]
fn unaligned_slices_of_awkward_lengths() {
    let program = Expression::parse("(a + b) * 2 + a * b").unwrap();
    let program = program.compile(&[("a", Type::Float), ("b", Type::Float)]).unwrap();
    let values: Vec<f64> = (0..700).map(|value| f64::from(value) * 0.37 - 50.0).collect();
    for begin in 0..9 {
        for length in [0, 1, 3, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 511, 512, 513, 600] {
            let (a, b) = (&values[begin..begin + length], &values[2 * begin..2 * begin + length]);
            let expected: Vec<f64> = a.iter().zip(b).map(|(a, b)| (a + b) * 2.0 + a * b).collect();
            for stores in [Stores::Cached, Stores::Streaming] {
                let mut out = vec![f64::NAN; length + begin];
                let options = Options { stores, ..Options::default() };
                program.run_into(&[a.into(), b.into()], &mut [(&mut out[begin..]).into()], &options).unwrap();
                assert_eq!(out[begin..], expected, "{length} from {begin}");
            }
        }
    }
}
