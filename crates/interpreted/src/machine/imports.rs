//! Modules: built in, or files beside the program.

use std::path::Path;
use std::rc::Rc;

use super::calls;
use super::frames::{Cache, Completion};
use super::fuse::fused;
use crate::bytecode::Code;
use crate::error::{ExceptionKind, Outcome};
use crate::names::Symbol;
use crate::objects::Module;
use crate::source::{ReadError, SourceError, SourceFile};
use crate::state::Machine;
use crate::value::{Ref, Value};
use crate::{compile, library, source};

/// An empty module for a file.
pub(crate) fn file_module(machine: &mut Machine, name: &str, file: &str) -> Ref<Module> {
    let module = machine.heap.allocate(Module {
        name: name.into(),
        values: Vec::new(),
        names: Vec::new(),
        fallback: Vec::new(),
    });
    for (variable, text) in [("__name__", name), ("__file__", file)] {
        let variable = machine.names.symbol(variable);
        let value = machine.heap.text(text);
        let object = &mut machine.heap[module];
        object.names.push(variable);
        object.values.push(value);
    }
    module
}

/// Translates a file, and prepares what its code needs.
pub(crate) fn translate(
    machine: &mut Machine,
    tree: &source::tree::Module,
    module: Ref<Module>,
) -> Result<Rc<Code>, SourceError> {
    let code = compile::module(machine, tree, module)?;
    for known in &machine.codes[machine.execution.caches.len()..] {
        let caches = vec![Cache::default(); known.caches as usize];
        machine.execution.caches.push(caches.into());
        machine.execution.fused.push(fused(known));
    }
    let object = &mut machine.heap[module];
    object.values.resize(object.names.len(), Value::Unbound);
    let builtins = &machine.execution.builtins;
    let unknown = object.names[object.fallback.len()..].iter();
    let fallback: Vec<Value> = unknown.map(|name| builtins.get(name).copied().unwrap_or_default()).collect();
    object.fallback.extend(fallback);
    Ok(code)
}

/// Begins the body of a file: its frame is the innermost one then.
pub(crate) fn begin(machine: &mut Machine, code: Rc<Code>, module: Ref<Module>, completion: Completion) -> Outcome<()> {
    let first = machine.execution.top;
    calls::check_room(machine, &code, first)?;
    machine.execution.stack.values_mut(first, first + code.slots.len()).fill(Value::Unbound);
    calls::push(machine, code, module, first, first, completion);
    Ok(())
}

/// `import name`: the module lies on the stack, or the frame of its file is the innermost one now.
pub(crate) fn import(machine: &mut Machine, name: Symbol) -> Outcome<bool> {
    if let Some(&module) = machine.execution.modules.get(&name) {
        machine.execution.push(Value::Module(module));
        return Ok(false);
    }
    let text = machine.names.text(name).clone();
    machine.execution.module_changes += 1;
    if let Some(module) = library::module(machine, &text) {
        machine.execution.modules.insert(name, module);
        machine.execution.push(Value::Module(module));
        return Ok(false);
    }
    let path = machine.execution.directory.join(format!("{text}.py"));
    if !path.is_file() {
        return Err(machine.heap.raise(ExceptionKind::ModuleNotFoundError, format!("No module named '{text}'")));
    }
    let module = file_module(machine, &text, &path.to_string_lossy());
    let code = match read(&path) {
        Ok(file) => source::parse_file(file).and_then(|tree| translate(machine, &tree, module)),
        Err(error) => return Err(machine.heap.raise(ExceptionKind::ImportError, error)),
    };
    match code {
        Ok(code) => {
            machine.execution.modules.insert(name, module);
            begin(machine, code, module, Completion::Module(name, module))?;
            Ok(true)
        }
        Err(error) => {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            let text = format!("{} ({file}, line {})", error.message, error.line);
            Err(machine.heap.raise(ExceptionKind::SyntaxError, text))
        }
    }
}

/// A file that is imported, or why it cannot be read.
fn read(path: &Path) -> Result<SourceFile, String> {
    SourceFile::read(path).map_err(|error| match error {
        ReadError::Open { path, error } => format!("cannot read {path}: {error}"),
        ReadError::Text(error) => error.to_string(),
    })
}

/// `from module import name`.
pub(crate) fn from_module(machine: &mut Machine, module: Value, name: Symbol) -> Outcome<Value> {
    let Value::Module(module) = module else { unreachable!("the compiler puts a module there") };
    if let Some(value) = machine.heap[module].get(name) {
        return Ok(value);
    }
    let file = machine.names.symbol("__file__");
    let place = match machine.heap[module].get(file) {
        Some(Value::Str(file)) => machine.heap[file].shared(),
        _ => "unknown location".into(),
    };
    let (module, name) = (machine.heap[module].name.clone(), machine.names.text(name).clone());
    let text = format!("cannot import name '{name}' from '{module}' ({place})");
    Err(machine.heap.raise(ExceptionKind::ImportError, text))
}
