//! Exact arithmetic where a driver takes no compiled modules, only text or what is made of it: each product becomes `max(a * b, lo)`.
//!
//! A compiler may fuse `a * b + c`, or take a sum in another order, only where it sees the operations side by side. Here a maximum
//! stands between them. It changes no number, as `lo` is the lowest finite one; but `lo` is read from a buffer, so no compiler knows
//! that. The price is one instruction for each product and each sum.
//!
//! What a maximum does change:
//! - Minus infinity becomes the lowest finite number. What is compared by its size stays on the same side of its bound, as does a sum
//!   of squares, so orbits that overflow still count as escaped. A kernel that wants minus infinity as a result does not get it.
//! - Not-a-number becomes either itself or the lowest finite number, as the device likes. Where it came out of an overflow that is
//!   harmless as above: squared, the lowest number overflows again, unless a number as large was added to it, which leaves zero. An
//!   orbit around a point within a rounding of the largest number may so come back. A kernel that wants not-a-number as a result must
//!   not be guarded.
//! - The sign of zero, subnormal numbers and plus infinity stay.
//!
//! What it cannot help: a division, a square root or a function that the device rounds as it likes stays as good as the device.

use naga::{
    AddressSpace, Arena, BinaryOperator, Block, Expression, Function, GlobalVariable, Handle, MathFunction,
    MemoryDecorations, Module, ResourceBinding, Scalar, ScalarKind, Span, Statement, StructMember, Type, TypeInner,
    VectorSize,
};

use super::rewrite::{self, Shape, each_handle, each_operand, known_beforehand, unsupported};
use crate::error::GpuError;

/// What the buffer at the guards' binding holds: the lowest number in single precision at the beginning, in double precision at byte 8.
pub(crate) fn lowest() -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&f32::MIN.to_le_bytes());
    bytes[8..].copy_from_slice(&f64::MIN.to_le_bytes());
    bytes
}

/// Puts `max(x, lo)` around each floating-point product, quotient and sum of a module, but for sums that are only compared: a compiler
/// has nothing left to combine them with. `lo` comes from a uniform buffer of 16 bytes, [`lowest`], at `@group(0) @binding(binding)`,
/// which the module has from then on even if nothing in it needs it. `info` is what the validator says of `module`; the result has to
/// be validated again.
///
/// # Errors
/// [`GpuError::Arguments`] if the binding is taken. [`GpuError::Unsupported`] if the module computes with what cannot be guarded: half
/// precision, matrices, textures, rays.
pub(crate) fn guard(module: &Module, info: &naga::valid::ModuleInfo, binding: u32) -> Result<Module, GpuError> {
    let place = ResourceBinding { group: 0, binding };
    if module.global_variables.iter().any(|(_, variable)| variable.binding == Some(place)) {
        return Err(GpuError::Arguments(format!("binding {binding} is taken by an argument of the kernel")));
    }
    let mut guarded = module.clone();
    let variable = declare(&mut guarded, place);
    for (handle, function) in guarded.functions.iter_mut() {
        rebuild(function, &module.types, &info[handle], variable)?;
    }
    for (index, entry) in guarded.entry_points.iter_mut().enumerate() {
        rebuild(&mut entry.function, &module.types, info.get_entry_point(index), variable)?;
    }
    Ok(guarded)
}

/// Adds `struct { single: f32, @align(8) double: f64 }` and the variable. Without doubles in the module the second member is left out,
/// as the device may not have the type.
fn declare(module: &mut Module, place: ResourceBinding) -> Handle<GlobalVariable> {
    let is_double = |(_, ty): (_, &Type)| ty.inner.scalar() == Some(Scalar::F64);
    let mut members = vec![(Scalar::F32, "single", 0)];
    if module.types.iter().any(is_double) || any_expression_is_double(module) {
        members.push((Scalar::F64, "double", 8));
    }
    let mut member = |(scalar, name, offset): (Scalar, &str, u32)| {
        let ty = module.types.insert(Type { name: None, inner: TypeInner::Scalar(scalar) }, Span::UNDEFINED);
        StructMember { name: Some(name.to_owned()), ty, binding: None, offset }
    };
    let members = members.into_iter().map(&mut member).collect();
    let inner = TypeInner::Struct { members, span: lowest().len() as u32 };
    let ty = module.types.insert(Type { name: Some("Lowest".to_owned()), inner }, Span::UNDEFINED);
    let variable = GlobalVariable {
        name: Some("lowest".to_owned()),
        space: AddressSpace::Uniform,
        binding: Some(place),
        ty,
        init: None,
        memory_decorations: MemoryDecorations::empty(),
    };
    module.global_variables.append(variable, Span::UNDEFINED)
}

/// Literals and conversions make doubles without a type of the module.
fn any_expression_is_double(module: &Module) -> bool {
    let double = |expression: &Expression| {
        matches!(
            expression,
            Expression::Literal(naga::Literal::F64(_))
                | Expression::As { kind: ScalarKind::Float, convert: Some(8), .. }
        )
    };
    let functions = module.functions.iter().map(|(_, function)| function);
    let mut functions = functions.chain(module.entry_points.iter().map(|entry| &entry.function));
    functions.any(|function| function.expressions.iter().any(|(_, expression)| double(expression)))
}

/// Rebuilds a function's expressions in their order, each guarded one followed by its maximum, and makes everything refer to them.
fn rebuild(
    function: &mut Function,
    types: &naga::UniqueArena<Type>,
    info: &naga::valid::FunctionInfo,
    variable: Handle<GlobalVariable>,
) -> Result<(), GpuError> {
    let old = std::mem::take(&mut function.expressions);
    let mut body = std::mem::take(&mut function.body);
    let compared = only_compared(&old, &mut body)?;
    let known = known_beforehand(&old);

    let mut shapes: Vec<Option<Shape>> = Vec::with_capacity(old.len());
    for (handle, expression) in old.iter() {
        let sum = matches!(expression, Expression::Binary { op: BinaryOperator::Add | BinaryOperator::Subtract, .. });
        let free = known[handle.index()] || !combines(expression) || (sum && compared[handle.index()]);
        shapes.push(if free { None } else { shape(info[handle].ty.inner_with(types))? });
    }

    let mut arena = Arena::new();
    let lows = load(&mut arena, &shapes, variable);
    let loaded = (!lows.is_empty()).then(|| arena.range_from(1));

    let mut before = Block::new();
    if let Some(range) = loaded {
        before.push(Statement::Emit(range), Span::UNDEFINED);
    }
    (function.expressions, function.body) = (old, body);
    rewrite::substitute(function, arena, before, |arena, handle, expression, span| {
        let place = arena.append(expression, span);
        let low = shapes[handle.index()].and_then(|shape| lows.iter().find(|low| low.0 == shape));
        // ANCHOR: guards
        let value = match low {
            Some(&(_, low)) => {
                let fun = MathFunction::Max;
                arena.append(Expression::Math { fun, arg: place, arg1: Some(low), arg2: None, arg3: None }, span)
            }
            None => place,
        };
        // ANCHOR_END: guards
        (place, value)
    })
}

/// Reads `lo` for each shape that occurs. The first expression is the variable, which is not emitted; all others are.
fn load(
    arena: &mut Arena<Expression>,
    shapes: &[Option<Shape>],
    variable: Handle<GlobalVariable>,
) -> Vec<(Shape, Handle<Expression>)> {
    let mut lows: Vec<(Shape, Handle<Expression>)> = Vec::new();
    if shapes.iter().all(Option::is_none) {
        return lows;
    }
    let mut append = |expression| arena.append(expression, Span::UNDEFINED);
    let base = append(Expression::GlobalVariable(variable));
    for (scalar, index) in [(Scalar::F32, 0), (Scalar::F64, 1)] {
        let mut sizes: Vec<Option<VectorSize>> =
            shapes.iter().flatten().filter(|shape| shape.1 == scalar).map(|shape| shape.0).collect();
        sizes.sort_unstable_by_key(|size| size.map_or(1, |size| size as u32));
        sizes.dedup();
        if sizes.is_empty() {
            continue;
        }
        let pointer = append(Expression::AccessIndex { base, index });
        let value = append(Expression::Load { pointer });
        for size in sizes {
            lows.push(((size, scalar), size.map_or(value, |size| append(Expression::Splat { size, value }))));
        }
    }
    lows
}

/// Whether a compiler could combine this operation with others, if it is one of floating-point numbers.
fn combines(expression: &Expression) -> bool {
    use MathFunction as Function;
    match expression {
        Expression::Binary { op, .. } => matches!(
            op,
            BinaryOperator::Add
                | BinaryOperator::Subtract
                | BinaryOperator::Multiply
                | BinaryOperator::Divide
                | BinaryOperator::Modulo
        ),
        // What a driver may write out as arithmetic. Inside it stays the driver's.
        Expression::Math { fun, .. } => matches!(
            fun,
            Function::Cross
                | Function::Degrees
                | Function::Determinant
                | Function::Distance
                | Function::Dot
                | Function::FaceForward
                | Function::Fma
                | Function::Fract
                | Function::Inverse
                | Function::InverseSqrt
                | Function::Ldexp
                | Function::Length
                | Function::Mix
                | Function::Normalize
                | Function::Outer
                | Function::Pow
                | Function::Radians
                | Function::Reflect
                | Function::Refract
                | Function::SmoothStep
                | Function::Sqrt
        ),
        _ => false,
    }
}

/// The shape of a floating-point number or vector; nothing for integers.
fn shape(inner: &TypeInner) -> Result<Option<Shape>, GpuError> {
    let shape = match *inner {
        TypeInner::Scalar(scalar) => (None, scalar),
        TypeInner::Vector { size, scalar } => (Some(size), scalar),
        _ => return Err(unsupported("products and sums of matrices")),
    };
    match shape.1 {
        Scalar::F32 | Scalar::F64 => Ok(Some(shape)),
        scalar if scalar.kind == ScalarKind::Float => Err(unsupported("numbers in half precision")),
        _ => Ok(None),
    }
}

/// Which expressions are operands of comparisons only.
fn only_compared(expressions: &Arena<Expression>, body: &mut Block) -> Result<Vec<bool>, GpuError> {
    let mut compared = vec![true; expressions.len()];
    for (_, expression) in expressions.iter() {
        use BinaryOperator as Operator;
        let comparison = matches!(
            expression,
            Expression::Binary {
                op: Operator::Equal
                    | Operator::NotEqual
                    | Operator::Less
                    | Operator::LessEqual
                    | Operator::Greater
                    | Operator::GreaterEqual,
                ..
            }
        );
        if !comparison {
            each_operand(&mut expression.clone(), &mut |operand| compared[operand.index()] = false)?;
        }
    }
    each_handle(body, &mut |handle| compared[handle.index()] = false, &mut |_| {})?;
    Ok(compared)
}

#[cfg(test)]
mod tests {
    use naga::valid::{Capabilities, ValidationFlags, Validator};

    use super::super::validity::validate;
    use super::*;

    const DECLARATIONS: &str = "
        @group(0) @binding(0) var<storage, read_write> xs: array<f64>;
        @group(0) @binding(1) var<storage, read_write> zs: array<vec2<f32>>;
        @group(0) @binding(2) var<storage, read_write> ns: array<u32>;";

    fn guarded(text: &str) -> Result<Module, GpuError> {
        let module = naga::front::wgsl::parse_str(&format!("{DECLARATIONS}{text}")).unwrap();
        guard(&module, &validate(&module).unwrap(), 7)
    }

    /// What is in a guarded module: the expressions of its functions, the called ones first.
    struct Expressions(Vec<Vec<Expression>>);

    /// A kernel with this body, guarded and validated.
    fn kernel(body: &str) -> Expressions {
        functions(&format!(
            "@compute @workgroup_size(64) fn kernel(@builtin(global_invocation_id) id: vec3<u32>) {{ {body} }}"
        ))
    }

    fn functions(text: &str) -> Expressions {
        let module = guarded(text).unwrap();
        if let Err(error) = validate(&module) {
            panic!("{error:?}\n{module:#?}");
        }
        let called = module.functions.iter().map(|(_, function)| function);
        let all = called.chain(module.entry_points.iter().map(|entry| &entry.function));
        Expressions(all.map(|function| function.expressions.iter().map(|(_, one)| one.clone()).collect()).collect())
    }

    impl Expressions {
        fn count(&self, is: impl Fn(&Expression) -> bool) -> usize {
            self.0.iter().flatten().filter(|one| is(one)).count()
        }

        /// The operations around which a maximum stands.
        fn guarded(&self) -> Vec<&Expression> {
            let mut found = Vec::new();
            for function in &self.0 {
                for one in function {
                    if let Expression::Math { fun: MathFunction::Max, arg, .. } = one {
                        found.push(&function[arg.index()]);
                    }
                }
            }
            found
        }

        /// The operators around which a maximum stands.
        fn operators(&self) -> Vec<BinaryOperator> {
            let operator = |one: &&Expression| match one {
                Expression::Binary { op, .. } => Some(*op),
                _ => None,
            };
            self.guarded().iter().filter_map(operator).collect()
        }

        /// How often the lowest number is read, in single and in double precision.
        fn loads(&self) -> [usize; 2] {
            [0, 1].map(|member| {
                let mut count = 0;
                for function in &self.0 {
                    // The variable itself is the first expression of a function that has guards.
                    count += function
                        .iter()
                        .filter(|one| matches!(one, Expression::AccessIndex { base, index } if base.index() == 0 && *index == member))
                        .filter(|_| matches!(function[0], Expression::GlobalVariable(_)))
                        .count();
                }
                count
            })
        }
    }

    #[test]
    fn a_product_and_its_sum_are_guarded_each() {
        let found = kernel("let x = xs[id.x]; xs[id.x] = x * x + 0.1lf;");
        assert_eq!(found.operators(), [BinaryOperator::Multiply, BinaryOperator::Add]);
        assert_eq!(found.loads(), [0, 1], "read once, however many guards there are");
        assert_eq!(found.count(|one| *one == Expression::Literal(naga::Literal::F64(0.1))), 1);
    }

    #[test]
    fn what_follows_takes_the_guarded_value() {
        let Expressions(all) = kernel("let x = xs[id.x]; xs[id.x] = x * x + 0.1lf;");
        let sum = all[0].iter().find_map(|one| match one {
            Expression::Binary { op: BinaryOperator::Add, left, .. } => Some(left.index()),
            _ => None,
        });
        assert!(matches!(all[0][sum.unwrap()], Expression::Math { fun: MathFunction::Max, .. }));
    }

    #[test]
    fn differences_quotients_and_remainders_are_guarded() {
        let found = kernel("let x = xs[id.x]; xs[id.x] = (x - 2.0lf) / 3.0lf % x;");
        assert_eq!(found.operators(), [BinaryOperator::Subtract, BinaryOperator::Divide, BinaryOperator::Modulo]);
    }

    #[test]
    fn vectors_are_guarded_component_by_component() {
        let found = kernel("let z = zs[id.x]; zs[id.x] = z * 2.0 - vec2(z.x * z.y); zs[0] = vec2(dot(z, z)) + z;");
        assert_eq!(found.guarded().len(), 5);
        assert_eq!(found.operators().len(), 4, "and the dot product");
        assert_eq!(found.loads(), [1, 0]);
        let pairs = |one: &Expression| matches!(one, Expression::Splat { size: VectorSize::Bi, .. });
        assert!(found.count(pairs) >= 1);
    }

    #[test]
    fn a_sum_that_is_only_compared_is_free() {
        let found = kernel("let x = xs[id.x]; let norm = x + xs[0]; if norm > 4.0lf { ns[id.x] = 1u; }");
        assert_eq!(found.guarded().len(), 0);
        let found = kernel("let x = xs[id.x]; let norm = x + xs[0]; if norm > 4.0lf { xs[id.x] = norm; }");
        assert_eq!(found.operators(), [BinaryOperator::Add]);
    }

    #[test]
    fn a_sum_kept_in_a_variable_is_guarded() {
        let found = kernel("var sum = 0.0lf; for (var i = 0u; i < 9u; i++) { sum += xs[i]; } xs[id.x] = sum;");
        assert_eq!(found.operators(), [BinaryOperator::Add], "one of the two sums: the other is of integers");
    }

    #[test]
    fn functions_that_are_called_are_guarded_each_with_its_own_load() {
        let found = functions(
            "fn square(x: f64) -> f64 { let doubled = x + x; return doubled * x; }
            fn plain(x: f64) -> f64 { return -x; }
            @compute @workgroup_size(64) fn kernel(@builtin(global_invocation_id) id: vec3<u32>) {
                var i = id.x;
                loop {
                    switch i % 3u {
                        case 0u: { xs[i] = square(xs[i]) * plain(xs[i]); }
                        default: { continue; }
                    }
                    continuing { i += u32(zs[i].x * 2.0); break if i > 10u; }
                }
            }",
        );
        use BinaryOperator::{Add, Multiply};
        assert_eq!(found.operators(), [Add, Multiply, Multiply, Multiply]);
        assert_eq!(found.loads(), [1, 2]);
    }

    #[test]
    fn integers_and_constants_stay() {
        let found = kernel("const third = 1.0 / 3.0; var x = 2.0 * third; ns[id.x] = ns[id.x] * 3u + u32(x);");
        assert_eq!(found.guarded().len(), 0);
        assert_eq!(found.loads(), [0, 0]);
        let found = functions(
            "override factor: f32 = 2.0;
            @compute @workgroup_size(64) fn kernel(@builtin(global_invocation_id) id: vec3<u32>) {
                var x = factor * 3.0;
                zs[id.x].x = x * zs[id.x].y;
            }",
        );
        assert_eq!(found.guarded().len(), 1, "the product with the constant, not the constant");
    }

    #[test]
    fn without_doubles_the_buffer_has_none() {
        let single = "@group(0) @binding(0) var<storage, read_write> xs: array<f32>;
            @compute @workgroup_size(1) fn kernel() { xs[0] *= 2.0; }";
        let module = naga::front::wgsl::parse_str(single).unwrap();
        let mut validator = Validator::new(ValidationFlags::all(), Capabilities::empty());
        let guarded = guard(&module, &validator.validate(&module).unwrap(), 1).unwrap();
        validator.reset();
        validator.validate(&guarded).unwrap();
    }

    #[test]
    fn the_buffer_holds_the_lowest_numbers() {
        let bytes = lowest();
        assert_eq!(f32::from_le_bytes(bytes[..4].try_into().unwrap()), -f32::MAX);
        assert_eq!(f64::from_le_bytes(bytes[8..].try_into().unwrap()), -f64::MAX);
    }

    #[test]
    fn what_cannot_be_guarded_is_refused() {
        let kernel = |body: &str| format!("@compute @workgroup_size(1) fn kernel() {{ {body} }}");
        let matrices = "let m = mat2x2<f32>(zs[0], zs[1]); zs[0] = (m * m)[0];";
        assert!(matches!(guarded(&kernel(matrices)), Err(GpuError::Unsupported(why)) if why.contains("matrices")));
        let taken = "@group(0) @binding(7) var<storage, read_write> more: array<f32>;";
        let taken = format!("{taken}{}", kernel("more[0] = 1.0;"));
        assert!(matches!(guarded(&taken), Err(GpuError::Arguments(why)) if why.contains("binding 7")));
    }
}
