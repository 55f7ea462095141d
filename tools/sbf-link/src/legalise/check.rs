//! Anything left that the back end could only emit as a library call, or not at all, is refused.

use super::{Legaliser, Result, overflow, unsupported};
use crate::llvm::{Call, Function, Instruction, Op};

impl Legaliser {
    /// Looks at every function and instruction once more.
    pub(super) fn check(&self) -> Result<()> {
        for function in self.module.functions() {
            if function.is_intrinsic() || function.value().is_unused() {
                continue;
            }
            if self.slots(function.kind())?.is_some() {
                return Err(format!(
                    "{} still takes too many registers",
                    function.name()
                ));
            }
        }
        let illegal = |instruction: &Instruction| self.is_illegal(*instruction);
        match self.module.instructions().into_iter().find(illegal) {
            Some(left) => Err(unsupported("cannot be made legal", left)),
            None => Ok(()),
        }
    }

    fn is_illegal(&self, instruction: Instruction) -> bool {
        let bits = instruction.value().kind().integer_bits().unwrap_or(0);
        match instruction.op() {
            Op::LLVMSDiv | Op::LLVMSRem => true,
            Op::LLVMMul | Op::LLVMUDiv | Op::LLVMURem => bits > 64,
            Op::LLVMShl | Op::LLVMLShr | Op::LLVMAShr => {
                bits > 64 && !instruction.operand(1).is_constant_integer()
            }
            Op::LLVMFAdd
            | Op::LLVMFSub
            | Op::LLVMFMul
            | Op::LLVMFDiv
            | Op::LLVMFRem
            | Op::LLVMFCmp
            | Op::LLVMFPToUI
            | Op::LLVMFPToSI
            | Op::LLVMUIToFP
            | Op::LLVMSIToFP
            | Op::LLVMFPExt
            | Op::LLVMFPTrunc => true,
            Op::LLVMAtomicRMW
            | Op::LLVMAtomicCmpXchg
            | Op::LLVMFence
            | Op::LLVMInvoke
            | Op::LLVMLandingPad => true,
            Op::LLVMCall => instruction
                .as_call()
                .is_some_and(|call| self.is_illegal_call(call)),
            _ => false,
        }
    }

    fn is_illegal_call(&self, call: Call) -> bool {
        match call.callee().as_function() {
            Some(function) if function.is_intrinsic() => is_wide_overflow(call, function),
            _ => !matches!(self.slots(call.kind()), Ok(None)),
        }
    }
}

fn is_wide_overflow(call: Call, function: Function) -> bool {
    let name = function.name();
    let intrinsic = name.strip_prefix("llvm.").unwrap_or_default();
    overflow::signedness(intrinsic).is_some()
        && call
            .argument(0)
            .kind()
            .integer_bits()
            .is_some_and(|bits| bits >= 64)
}
