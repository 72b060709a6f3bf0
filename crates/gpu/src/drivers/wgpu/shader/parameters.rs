//! What a module is started with, read off its bindings.

use naga::{AddressSpace, ArraySize, Module, ScalarKind, StorageAccess, TypeInner, VectorSize};

use crate::error::GpuError;
use crate::signature::{Parameter, Scalar};

/// What a module is started with.
pub(super) struct Reflected {
    /// Arrays in the order of their bindings, then the numbers in the order of their struct.
    pub(super) parameters: Vec<Parameter>,
    /// For each array, whether the kernel only reads it.
    pub(super) read_only: Vec<bool>,
    /// Where each number begins in the struct of numbers.
    pub(super) offsets: Vec<u32>,
    /// Bytes of that struct.
    pub(super) numbers_bytes: u32,
}

/// Reads the parameters off the module's bindings.
///
/// # Errors
/// [`GpuError::Kernel`] for a binding that is neither an array of the host nor the struct of numbers, or stands at the wrong place.
pub(super) fn reflect(module: &Module) -> Result<Reflected, GpuError> {
    let refused = |why: String| Err(GpuError::Kernel(why));
    let bound = module.global_variables.iter().filter_map(|(_, variable)| Some((variable.binding?, variable)));
    let mut bound: Vec<_> = bound.collect();
    bound.sort_by_key(|(binding, _)| (binding.group, binding.binding));
    let (mut parameters, mut read_only, mut offsets, mut numbers_bytes) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for (position, (binding, variable)) in bound.iter().enumerate() {
        let name = variable.name.clone().unwrap_or_default();
        if binding.group != 0 || binding.binding as usize != position {
            return refused(format!(
                "{name} is at binding {} of group {}; bindings are 0, 1, ... of group 0",
                binding.binding, binding.group
            ));
        }
        match (variable.space, &module.types[variable.ty].inner) {
            (AddressSpace::Storage { .. }, TypeInner::Array { size, .. }) if *size != ArraySize::Dynamic => {
                return refused(format!("{name} has a length of its own; an array of the host has any: array<...>"));
            }
            (AddressSpace::Storage { access }, TypeInner::Array { base, .. }) => {
                let Some(scalar) = scalar(&module.types[*base].inner) else {
                    return refused(format!("{name} has elements that no array of the host has"));
                };
                if numbers_bytes > 0 {
                    return refused(format!("{name} comes after the uniform; the numbers come last"));
                }
                parameters.push(Parameter { name, scalar, array: true });
                read_only.push(!access.contains(StorageAccess::STORE));
            }
            (AddressSpace::Uniform, TypeInner::Struct { members, span }) if numbers_bytes == 0 => {
                for member in members {
                    let name = member.name.clone().unwrap_or_default();
                    let Some(scalar) = scalar(&module.types[member.ty].inner) else {
                        return refused(format!("{name} is no number of the host"));
                    };
                    parameters.push(Parameter { name, scalar, array: false });
                    offsets.push(member.offset);
                }
                numbers_bytes = span.next_multiple_of(16);
            }
            _ => return refused(format!("{name} is neither a storage array nor the one uniform struct of numbers")),
        }
    }
    Ok(Reflected { parameters, read_only, offsets, numbers_bytes })
}

/// The type of an element, if the host has it.
fn scalar(inner: &TypeInner) -> Option<Scalar> {
    match *inner {
        TypeInner::Scalar(scalar) | TypeInner::Atomic(scalar) => match (scalar.kind, scalar.width) {
            (ScalarKind::Float, 4) => Some(Scalar::Float),
            (ScalarKind::Float, 8) => Some(Scalar::Double),
            (ScalarKind::Sint, 4) => Some(Scalar::Int),
            (ScalarKind::Uint, 4) => Some(Scalar::Unsigned),
            _ => None,
        },
        TypeInner::Vector { size: VectorSize::Bi, scalar } => match (scalar.kind, scalar.width) {
            (ScalarKind::Float, 4) => Some(Scalar::Float2),
            (ScalarKind::Float, 8) => Some(Scalar::Double2),
            _ => None,
        },
        _ => None,
    }
}
