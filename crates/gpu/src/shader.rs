//! From a WGSL text to what a device takes: parsed, validated, its constants set, its parameters read off, written as SPIR-V.

use std::collections::HashMap;
use std::ops::Range;

use codespan_reporting::diagnostic::{Diagnostic, Label};
use codespan_reporting::files::SimpleFile;
use codespan_reporting::term;
use naga::back::spv;
use naga::proc::{BoundsCheckPolicies, BoundsCheckPolicy};
use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};
use naga::{AddressSpace, Module, ScalarKind, ShaderStage, StorageAccess, TypeInner, VectorSize};

use crate::GpuError;
use crate::driver::KernelText;
use crate::signature::{Parameter, Scalar};

/// A kernel that has been read and found valid.
pub(crate) struct Shader {
    pub(crate) module: Module,
    pub(crate) info: ModuleInfo,
    /// Arrays in the order of their bindings, then the numbers in the order of their struct.
    pub(crate) parameters: Vec<Parameter>,
    /// For each array, whether the kernel only reads it.
    pub(crate) read_only: Vec<bool>,
    /// Where each number begins in the struct of numbers, and the struct's length.
    pub(crate) offsets: Vec<u32>,
    pub(crate) numbers_bytes: u32,
}

impl Shader {
    /// Reads a text. Its arrays are the bindings 0, 1, ... of group 0; its numbers, if there are any, are the members of a struct in the
    /// uniform at the next binding.
    pub(crate) fn new(kernel: &KernelText) -> Result<Self, GpuError> {
        let refused = |message: String, notes: Vec<String>, places: Vec<(Range<usize>, String)>| {
            GpuError::Kernel(marked(kernel, &message, notes, places))
        };
        let mut module = naga::front::wgsl::parse_str(&kernel.text).map_err(|error| {
            let places = error.labels().filter_map(|(span, label)| Some((span.to_range()?, label.to_owned())));
            refused(error.message().to_owned(), error.notes().map(str::to_owned).collect(), places.collect())
        })?;
        let invalid = |error: Box<naga::WithSpan<naga::valid::ValidationError>>| {
            let places: Vec<_> =
                error.spans().filter_map(|(span, label)| Some((span.to_range()?, label.clone()))).collect();
            let (mut message, mut notes) = (error.to_string(), Vec::new());
            let mut source = std::error::Error::source(error.as_inner());
            while let Some(cause) = source {
                notes.push(cause.to_string());
                source = cause.source();
            }
            if let Some(last) = notes.pop() {
                message = last;
            }
            refused(message, notes, places)
        };
        let mut info = validate(&module).map_err(invalid)?;
        let stage = (ShaderStage::Compute, kernel.entry.as_str());
        if !module.entry_points.iter().any(|entry| entry.name == kernel.entry) {
            let there: Vec<_> = module.entry_points.iter().map(|entry| entry.name.as_str()).collect();
            return Err(GpuError::Kernel(format!("there is no entry {}; there is {}", kernel.entry, there.join(", "))));
        }
        let constants: HashMap<_, _> = kernel.constants.iter().cloned().collect();
        let overridden = naga::back::pipeline_constants::process_overrides(
            &module,
            &info,
            Some(stage),
            &constants.into_iter().collect(),
        );
        let (set, set_info) =
            overridden.map_err(|error| GpuError::Kernel(format!("the constants do not fit the kernel: {error}")))?;
        (module, info) = (set.into_owned(), set_info.into_owned());
        let reflected = reflect(&module)?;
        let (parameters, read_only, offsets, numbers_bytes) = reflected;
        Ok(Self { module, info, parameters, read_only, offsets, numbers_bytes })
    }

    /// Whether it computes in numbers of such a kind and so many bytes anywhere.
    pub(crate) fn computes_in(&self, kind: ScalarKind, width: u8) -> bool {
        self.module.types.iter().any(|(_, ty)| match ty.inner {
            TypeInner::Scalar(scalar) | TypeInner::Vector { scalar, .. } => {
                (scalar.kind, scalar.width) == (kind, width)
            }
            _ => false,
        })
    }

    /// The module in SPIR-V. An index beyond an array's end means its last element.
    pub(crate) fn spirv(&self, entry: &str) -> Result<Vec<u32>, GpuError> {
        let policy = BoundsCheckPolicy::Restrict;
        let options = spv::Options {
            lang_version: (1, 3),
            flags: spv::WriterFlags::empty(),
            bounds_check_policies: BoundsCheckPolicies { index: policy, buffer: policy, ..Default::default() },
            // The counters that end any loop after 2^64 passes would be part of every loop that is measured here.
            force_loop_bounding: false,
            ..Default::default()
        };
        let pipeline = spv::PipelineOptions { shader_stage: ShaderStage::Compute, entry_point: entry.to_owned() };
        spv::write_vec(&self.module, &self.info, &options, Some(&pipeline))
            .map_err(|error| GpuError::Kernel(format!("it cannot be written as SPIR-V: {error}")))
    }
}

/// Checks a module for everything that the language demands.
pub(crate) fn validate(module: &Module) -> Result<ModuleInfo, Box<naga::WithSpan<naga::valid::ValidationError>>> {
    let allowed = Capabilities::FLOAT64 | Capabilities::SHADER_INT64;
    Validator::new(ValidationFlags::all(), allowed).validate(module).map_err(Box::new)
}

/// Parameters, which arrays are only read, offsets of the numbers, bytes of all numbers.
type Reflected = (Vec<Parameter>, Vec<bool>, Vec<u32>, u32);

/// Reads the parameters off the module's bindings.
fn reflect(module: &Module) -> Result<Reflected, GpuError> {
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
    Ok((parameters, read_only, offsets, numbers_bytes))
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

/// An error with marks under the places of the caller's text. Places outside of it, in what was generated around it, are left out.
fn marked(kernel: &KernelText, message: &str, notes: Vec<String>, places: Vec<(Range<usize>, String)>) -> String {
    let written = &kernel.written;
    let labels = places.into_iter().filter(|(place, _)| written.start <= place.start && place.end <= written.end);
    let mut labels: Vec<_> = labels
        .map(|(place, label)| {
            Label::primary((), place.start - written.start..place.end - written.start).with_message(label)
        })
        .collect();
    labels.dedup_by_key(|label| label.range.clone());
    let diagnostic = Diagnostic::error().with_message(message).with_labels(labels).with_notes(notes);
    let file = SimpleFile::new(&kernel.entry, &kernel.text[written.clone()]);
    term::emit_into_string(&term::Config::default(), &file, &diagnostic).unwrap_or_else(|_| message.to_owned())
}
