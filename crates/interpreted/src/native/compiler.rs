//! The compiler: what is known of a loop becomes instructions of the processor, by way of the code generator Cranelift.

use std::rc::Rc;
use std::time::Instant;

use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::FunctionBuilderContext;
use memmap2::Mmap;

use crate::bytecode::Code;
use crate::native::{CompiledLoop, Environment, Options, Refused, emit, finish, flow, near, region, rules};
use crate::types::TypeSource;

/// What is compiled, all together.
pub(super) struct Unit<'a> {
    pub(super) environment: Environment<'a>,
    pub(super) code: &'a Code,
    pub(super) types: &'a dyn TypeSource,
    pub(super) options: &'a Options,
    /// `hypot`, to be called without disturbing anybody's registers.
    pub(super) near: Option<Rc<Mmap>>,
}

/// Why a loop cannot be compiled, and where.
#[derive(Clone, Debug)]
pub(super) enum Problem {
    /// No instruction jumps back to its head.
    NoLoop,
    /// Nothing leads to its head.
    Unreachable,
    /// It has never gone round while it was looked at.
    Unseen,
    /// The function has more slots than can be followed.
    Slots,
    /// An instruction in the loop has no form in machine code, nor can the interpreter do it on the way.
    Instruction(u32, &'static str),
    /// The code generator says so.
    Generator(String),
}

impl Problem {
    fn refused(self, code: &Code, head: u32) -> Refused {
        let (position, reason) = match self {
            Problem::NoLoop => (head, "no instruction jumps back to this one".to_owned()),
            Problem::Unreachable => (head, "nothing leads to this loop".to_owned()),
            Problem::Unseen => (head, "the loop has not been seen running".to_owned()),
            Problem::Slots => (head, format!("the function has more than {} variables", region::MOST_SLOTS)),
            Problem::Instruction(position, reason) => (position, reason.to_owned()),
            Problem::Generator(reason) => (head, reason),
        };
        Refused { line: code.lines.get(position as usize).copied().unwrap_or(code.first_line), reason }
    }
}

/// Makes machine code of loops.
pub struct Compiler {
    isa: OwnedTargetIsa,
    context: cranelift_codegen::Context,
    builder: FunctionBuilderContext,
    near: Option<Rc<Mmap>>,
}

impl Compiler {
    /// A compiler for the processor at hand, or why there is none.
    pub fn new() -> Result<Compiler, String> {
        let mut flags = settings::builder();
        for (name, value) in [("opt_level", "speed"), ("enable_verifier", if cfg!(test) { "true" } else { "false" })] {
            flags.set(name, value).map_err(|error| error.to_string())?;
        }
        let isa =
            cranelift_native::builder()?.finish(settings::Flags::new(flags)).map_err(|error| error.to_string())?;
        if isa.pointer_bits() != 64 {
            return Err("machine code is made for 64-bit processors only".to_owned());
        }
        Ok(Compiler {
            isa,
            context: cranelift_codegen::Context::new(),
            builder: FunctionBuilderContext::new(),
            near: None,
        })
    }

    /// Compiles the loop that begins at an instruction.
    pub fn compile(
        &mut self,
        environment: Environment<'_>,
        code: &Code,
        head: u32,
        types: &dyn TypeSource,
        options: &Options,
    ) -> Result<CompiledLoop, Refused> {
        let begun = Instant::now();
        let refused = |problem: Problem| problem.refused(code, head);
        let near = if options.squares { Some(self.near().map_err(refused)?) } else { None };
        let unit = Unit { environment, code, types, options, near };
        let mut compiled = self.unit(&unit, head).map_err(refused)?;
        compiled.compile_time = begun.elapsed();
        Ok(compiled)
    }

    fn near(&mut self) -> Result<Rc<Mmap>, Problem> {
        if let Some(near) = &self.near {
            return Ok(near.clone());
        }
        let near = near::compile(&*self.isa, &mut self.context, &mut self.builder)?;
        Ok(self.near.insert(near).clone())
    }

    fn unit(&mut self, unit: &Unit<'_>, head: u32) -> Result<CompiledLoop, Problem> {
        if unit.code.slots.len() > region::MOST_SLOTS {
            return Err(Problem::Slots);
        }
        let region = region::Region::new(unit.code, head).ok_or(Problem::NoLoop)?;
        let rules = rules::Rules { unit };
        let flow = flow::Flow::new(unit, &region, &rules)?;
        self.context.clear();
        let emitted = emit::emit(unit, &region, &flow, &*self.isa, &mut self.context.func, &mut self.builder);
        // A builder that was left in the middle cannot be used again.
        let emitted = emitted.inspect_err(|_| self.builder = FunctionBuilderContext::new())?;
        self.context
            .compile(&*self.isa, &mut Default::default())
            .map_err(|error| Problem::Generator(format!("the code generator refuses it: {:?}", error.inner)))?;
        let compiled = self.context.compiled_code().ok_or(Problem::Generator("there is no code".to_owned()))?;
        finish::finish(unit, &region, compiled, emitted)
    }
}
