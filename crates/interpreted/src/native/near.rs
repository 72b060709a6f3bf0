//! `hypot`, called without changing the registers of its caller.
//!
//! A call in a loop makes the register allocator move what it holds to memory and back in each iteration, even when the call is hardly
//! ever reached. This function keeps every register, so that the loop around it is compiled as if there were no call.

use std::rc::Rc;

use cranelift_codegen::Context;
use cranelift_codegen::ir::{self, AbiParam, InstBuilder, MemFlagsData, types};
use cranelift_codegen::isa::{CallConv, TargetIsa};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use memmap2::Mmap;

use crate::native::code::fields;
use crate::native::finish::executable;
use crate::native::{Problem, helpers};

/// How it is called: the context, the real and the imaginary part. The result is [`fields::NUMBER`] of the context.
pub(super) fn signature() -> ir::Signature {
    let mut signature = ir::Signature::new(CallConv::PreserveAll);
    signature.params.extend([types::I64, types::F64, types::F64].map(AbiParam::new));
    signature
}

/// Makes the function.
pub(super) fn compile(
    isa: &dyn TargetIsa,
    context: &mut Context,
    builder: &mut FunctionBuilderContext,
) -> Result<Rc<Mmap>, Problem> {
    context.clear();
    context.func.signature = signature();
    let mut hypot = ir::Signature::new(isa.default_call_conv());
    hypot.params.extend([types::F64; 2].map(AbiParam::new));
    hypot.returns.push(AbiParam::new(types::F64));
    let mut builder = FunctionBuilder::new(&mut context.func, builder);
    let block = builder.create_block();
    builder.append_block_params_for_function_params(block);
    builder.switch_to_block(block);
    builder.seal_block(block);
    let parameters = builder.block_params(block).to_vec();
    let hypot = builder.import_signature(hypot);
    let address = builder.ins().iconst(types::I64, helpers::hypot as *const () as i64);
    let call = builder.ins().call_indirect(hypot, address, &parameters[1..]);
    let result = builder.inst_results(call)[0];
    builder.ins().store(MemFlagsData::trusted(), result, parameters[0], fields::NUMBER);
    builder.ins().return_(&[]);
    builder.finalize(isa.frontend_config());
    let problem = |error: String| Problem::Generator(format!("the code generator refuses a call of hypot: {error}"));
    context.compile(isa, &mut Default::default()).map_err(|error| problem(format!("{:?}", error.inner)))?;
    let compiled = context.compiled_code().ok_or_else(|| problem("there is no code".to_owned()))?;
    if !compiled.buffer.relocs().is_empty() {
        return Err(problem("it cannot be called by its address".to_owned()));
    }
    executable(compiled.code_buffer()).map(Rc::new).map_err(|error| problem(error.to_string()))
}
