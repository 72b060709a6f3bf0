//! From a WGSL text to what a device takes: parsed, validated, its constants set, its parameters read off, written as SPIR-V.

mod double;
pub(crate) mod guards;
pub(crate) mod no_contraction;
mod parameters;
mod rewrite;
mod validity;
pub(crate) mod watch;
mod written_out;

use std::ops::Range;

use codespan_reporting::diagnostic::{Diagnostic, Label};
use codespan_reporting::files::SimpleFile;
use codespan_reporting::term;
use naga::back::spv;
use naga::proc::{BoundsCheckPolicies, BoundsCheckPolicy};
use naga::valid::{FunctionInfo, ModuleInfo};
use naga::{AddressSpace, Module, ScalarKind, ShaderStage, TypeInner};

use crate::drivers::KernelText;
use crate::error::GpuError;
use crate::signature::Parameter;
use parameters::{Reflected, reflect};
use validity::{Invalid, validate};

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
    /// Bytes that a workgroup shares.
    pub(crate) shared_bytes: u64,
}

impl Shader {
    /// Reads a text. Its arrays are the bindings 0, 1, ... of group 0; its numbers, if there are any, are the members of a struct in the
    /// uniform at the next binding.
    ///
    /// # Errors
    /// [`GpuError::Kernel`] with the place in the text.
    pub(crate) fn new(kernel: &KernelText) -> Result<Self, GpuError> {
        let (module, info) = with_constants(kernel, read(kernel)?)?;
        let missing = double::missing(&module, &info);
        if let Some((_, first)) = missing.first() {
            let message = format!("no driver that takes WGSL computes `{first}` in double precision");
            let note = "compute it in single precision, as in f64(sin(f32(x))), write it out as a sum, or use CUDA";
            let places = missing.into_iter().map(|(place, name)| (place, format!("`{name}` of f64")));
            return Err(GpuError::Kernel(marked(kernel, &message, vec![note.to_owned()], places.collect())));
        }
        let (module, info) = match written_out::write_out(&module, &info)? {
            Some(written) => {
                let info = validate(&written).map_err(|error| invalid(kernel, &error))?;
                (written, info)
            }
            None => (module, info),
        };
        let Reflected { parameters, read_only, offsets, numbers_bytes } = reflect(&module)?;
        let entry = module.entry_points.iter().position(|entry| entry.name == kernel.entry).unwrap_or(0);
        let [x, y, z] = module.entry_points[entry].workgroup_size;
        if [x, y, z] != [kernel.workgroup, 1, 1] {
            return Err(GpuError::Kernel(format!(
                "a workgroup of {} has {x} by {y} by {z} invocations, and {} are asked for; write @workgroup_size(workgroup_size) \
                 with override workgroup_size: u32 = 64",
                kernel.entry, kernel.workgroup
            )));
        }
        let shared_bytes = shared_bytes(&module, info.get_entry_point(entry));
        Ok(Self { module, info, parameters, read_only, offsets, numbers_bytes, shared_bytes })
    }

    /// Whether it computes in numbers of one of these kinds and so many bytes anywhere: literals and conversions have no type of the
    /// module.
    pub(crate) fn computes_in(&self, kinds: &[ScalarKind], width: u8) -> bool {
        let (types, info) = (&self.module.types, &self.info);
        let wanted = |inner: &TypeInner| {
            inner.scalar().is_some_and(|scalar| kinds.contains(&scalar.kind) && scalar.width == width)
        };
        let function = |function: &naga::Function, info: &naga::valid::FunctionInfo| {
            function.expressions.iter().any(|(handle, _)| wanted(info[handle].ty.inner_with(types)))
        };
        types.iter().any(|(_, ty)| wanted(&ty.inner))
            || self.module.functions.iter().any(|(handle, called)| function(called, &info[handle]))
            || (self.module.entry_points.iter().enumerate())
                .any(|(index, entry)| function(&entry.function, info.get_entry_point(index)))
    }

    /// The same kernel with another module, which does something beside it.
    ///
    /// # Errors
    /// [`GpuError::Kernel`] when the module is not valid.
    pub(crate) fn with(&self, module: Module) -> Result<Self, GpuError> {
        let info = validate(&module).map_err(|error| GpuError::Kernel(error.to_string()))?;
        let (parameters, read_only, offsets) = (self.parameters.clone(), self.read_only.clone(), self.offsets.clone());
        Ok(Self { module, info, parameters, read_only, offsets, ..*self })
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

/// Parses a text and finds it valid.
fn read(kernel: &KernelText) -> Result<(Module, ModuleInfo), GpuError> {
    let module = naga::front::wgsl::parse_str(&kernel.text).map_err(|error| {
        let places = error.labels().filter_map(|(span, label)| Some((span.to_range()?, label.to_owned())));
        let notes = error.notes().map(str::to_owned).collect();
        GpuError::Kernel(marked(kernel, error.message(), notes, places.collect()))
    })?;
    let info = validate(&module).map_err(|error| invalid(kernel, &error))?;
    Ok((module, info))
}

/// Gives the constants of a module their values, and leaves only what the entry needs.
fn with_constants(kernel: &KernelText, (module, info): (Module, ModuleInfo)) -> Result<(Module, ModuleInfo), GpuError> {
    let entries = module.entry_points.iter().filter(|entry| entry.stage == ShaderStage::Compute);
    let there: Vec<_> = entries.map(|entry| entry.name.as_str()).collect();
    if !there.contains(&kernel.entry.as_str()) {
        let there = if there.is_empty() { "none at all".to_owned() } else { there.join(", ") };
        return Err(GpuError::Kernel(format!("there is no entry {}; there is {there}", kernel.entry)));
    }
    let overrides = || module.overrides.iter().filter_map(|(_, constant)| constant.name.as_deref());
    if let Some((missing, _)) = kernel.constants.iter().find(|(name, _)| !overrides().any(|there| there == name)) {
        return Err(GpuError::Kernel(format!("there is no constant {missing}: override {missing}: u32 = 64;")));
    }
    let stage = (ShaderStage::Compute, kernel.entry.as_str());
    let constants = kernel.constants.iter().cloned().collect();
    let set = naga::back::pipeline_constants::process_overrides(&module, &info, Some(stage), &constants);
    let (set, set_info) =
        set.map_err(|error| GpuError::Kernel(format!("the constants do not fit the kernel: {error}")))?;
    Ok((set.into_owned(), set_info.into_owned()))
}

/// Bytes of the variables that an entry uses and its workgroup shares.
fn shared_bytes(module: &Module, used: &FunctionInfo) -> u64 {
    let shared = module
        .global_variables
        .iter()
        .filter(|(handle, variable)| variable.space == AddressSpace::WorkGroup && !used[*handle].is_empty());
    let bytes = |(_, variable): (_, &naga::GlobalVariable)| {
        u64::from(module.types[variable.ty].inner.size(module.to_ctx()).next_multiple_of(16))
    };
    shared.map(bytes).sum()
}

/// What the validator says of a text, with the causes behind it.
fn invalid(kernel: &KernelText, error: &Invalid) -> GpuError {
    let places: Vec<_> = error.spans().filter_map(|(span, label)| Some((span.to_range()?, label.clone()))).collect();
    let (mut message, mut notes) = (error.to_string(), Vec::new());
    let mut source = std::error::Error::source(error.as_inner());
    while let Some(cause) = source {
        notes.push(cause.to_string());
        source = cause.source();
    }
    if let Some(last) = notes.pop() {
        message = last;
    }
    GpuError::Kernel(marked(kernel, &message, notes, places))
}

/// An error with marks under the places of the caller's text. Of what was generated around it, the places before are left out, and those
/// behind it, where something was missed, mean its end.
fn marked(kernel: &KernelText, message: &str, notes: Vec<String>, places: Vec<(Range<usize>, String)>) -> String {
    let written = &kernel.written;
    let text = &kernel.text[written.clone()];
    let end = text.trim_end().len();
    let labels = places.into_iter().filter(|(place, _)| written.start <= place.start);
    let mut labels: Vec<_> = labels
        .map(|(place, label)| {
            let place = match place.start < written.end {
                true => place.start - written.start..place.end.min(written.end) - written.start,
                false => end..end,
            };
            Label::primary((), place).with_message(label)
        })
        .collect();
    labels.dedup_by_key(|label| label.range.clone());
    let diagnostic = Diagnostic::error().with_message(message).with_labels(labels).with_notes(notes);
    let file = SimpleFile::new(&kernel.entry, text);
    term::emit_into_string(&term::Config::default(), &file, &diagnostic).unwrap_or_else(|_| message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shader(text: &str) -> Result<Shader, GpuError> {
        let (text, entry) = (text.to_owned(), "kernel".to_owned());
        let constants = Vec::new();
        let (written, arithmetic) = (0..text.len(), Default::default());
        Shader::new(&KernelText { text, written, entry, workgroup: 64, constants, arithmetic })
    }

    const NUMBERS: &str = "@group(0) @binding(0) var<storage, read_write> xs: array<f32>;";

    fn kernel(body: &str) -> Shader {
        shader(&format!("{NUMBERS} @compute @workgroup_size(64) fn kernel() {{ {body} }}")).unwrap()
    }

    #[test]
    fn double_precision_is_found_wherever_it_is() {
        let double = |body| kernel(body).computes_in(&[ScalarKind::Float], 8);
        assert!(!double("xs[0] = xs[1] * 2.0;"));
        assert!(double("xs[0] = f32(f64(xs[1]) * 2.0lf);"));
        assert!(double("var x: vec2<f64>; xs[0] = f32(x.y);"));
        let called = "fn wide(x: f32) -> f32 { return f32(f64(x)); }";
        let called = format!("{NUMBERS} {called} @compute @workgroup_size(64) fn kernel() {{ xs[0] = wide(1.0); }}");
        assert!(shader(&called).unwrap().computes_in(&[ScalarKind::Float], 8));
    }

    #[test]
    fn long_integers_are_found_with_and_without_a_sign() {
        let long = |body| kernel(body).computes_in(&[ScalarKind::Sint, ScalarKind::Uint], 8);
        assert!(!long("xs[0] = f32(u32(xs[0]));"));
        assert!(long("xs[0] = f32(u64(xs[0]));"));
        assert!(long("xs[0] = f32(i64(xs[0]));"));
    }

    #[test]
    fn what_a_workgroup_shares_is_counted_if_the_entry_uses_it() {
        let shared = |body: &str| {
            let text = format!(
                "{NUMBERS} override count: u32 = 40; var<workgroup> some: array<f32, count>; var<workgroup> one: f32;
                @compute @workgroup_size(64) fn kernel() {{ {body} }}"
            );
            shader(&text).unwrap().shared_bytes
        };
        assert_eq!(shared("xs[0] = 1.0;"), 0);
        assert_eq!(shared("some[0] = xs[0]; workgroupBarrier(); xs[1] = some[1];"), 160);
        assert_eq!(shared("some[0] = xs[0]; one = xs[0]; workgroupBarrier(); xs[1] = some[1] + one;"), 176);
    }
}
