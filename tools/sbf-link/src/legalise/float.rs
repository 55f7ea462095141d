//! f64 operations become calls of the soft-float routines; f32 and remainders are refused.

use super::{Legaliser, Result, arithmetic::Rewritten, unsupported};
use crate::llvm::{Call, Compare::*, Instruction, Op, Real::*, Value};

impl Legaliser {
    /// Rewrites one operation on f64; any other float is refused.
    pub(super) fn rewrite_float(&mut self, instruction: Instruction, op: Op) -> Result<Rewritten> {
        let value = match op {
            Op::LLVMFAdd => self.float_operation(instruction, "__adddf3")?,
            Op::LLVMFSub => self.float_operation(instruction, "__subdf3")?,
            Op::LLVMFMul => self.float_operation(instruction, "__muldf3")?,
            Op::LLVMFDiv => self.float_operation(instruction, "__divdf3")?,
            Op::LLVMUIToFP => self.float_of_integer(instruction, false)?,
            Op::LLVMSIToFP => self.float_of_integer(instruction, true)?,
            Op::LLVMFPToUI => self.integer_of_float(instruction, "__fixunsdfdi")?,
            Op::LLVMFPToSI => self.integer_of_float(instruction, "__fixdfdi")?,
            Op::LLVMFCmp => self.float_comparison(instruction)?,
            Op::LLVMFRem | Op::LLVMFPExt | Op::LLVMFPTrunc => {
                return Err(unsupported("unsupported float operation", instruction));
            }
            _ => return Ok(Rewritten::No),
        };
        self.count("f64");
        Ok(Rewritten::As(value))
    }

    fn float_operation(&self, instruction: Instruction, routine: &str) -> Result<Value> {
        if !instruction.value().kind().is_double() {
            return Err(unsupported("only f64 arithmetic is supported", instruction));
        }
        self.call(routine, &[instruction.operand(0), instruction.operand(1)])
    }

    fn float_of_integer(&self, instruction: Instruction, signed: bool) -> Result<Value> {
        let integer = instruction.operand(0);
        let fits = matches!(integer.kind().integer_bits(), Some(..=64));
        if !fits || !instruction.value().kind().is_double() {
            return Err(unsupported("unsupported float conversion", instruction));
        }
        let word = self.widen(integer, self.word, signed);
        let routine = if signed {
            "__floatdidf"
        } else {
            "__floatundidf"
        };
        self.call(routine, &[word])
    }

    fn integer_of_float(&self, instruction: Instruction, routine: &str) -> Result<Value> {
        let (float, kind) = (instruction.operand(0), instruction.value().kind());
        let fits = matches!(kind.integer_bits(), Some(..=64));
        if !fits || !float.kind().is_double() {
            return Err(unsupported("unsupported float conversion", instruction));
        }
        let word = self.call(routine, &[float])?;
        Ok(self.narrow(word, kind))
    }

    /// `as` on floats; widths other than these are left to the back end, which refuses them.
    pub(super) fn rewrite_saturating_conversion(
        &mut self,
        call: Call,
        intrinsic: &str,
    ) -> Result<Rewritten> {
        let routine = match intrinsic {
            "fptoui.sat.i64.f64" => "__fixunsdfdi",
            "fptosi.sat.i64.f64" => "__fixdfdi",
            "fptoui.sat.i32.f64" => "__fixunsdfsi",
            "fptosi.sat.i32.f64" => "__fixdfsi",
            _ => return Ok(Rewritten::No),
        };
        self.count("f64");
        Ok(Rewritten::As(self.call(routine, &[call.argument(0)])?))
    }

    fn float_comparison(&self, instruction: Instruction) -> Result<Value> {
        let operands = [instruction.operand(0), instruction.operand(1)];
        if !operands[0].kind().is_double() {
            return Err(unsupported("only f64 comparison is supported", instruction));
        }
        let Some(predicate) = instruction.float_predicate() else {
            return Err(unsupported("not a float comparison", instruction));
        };
        // Each routine's result compares with zero as its operands compare with each other; where
        // one is NaN, the result makes the ordered comparison false.
        let compare = |routine: &str, how| -> Result<Value> {
            let result = self.call(routine, &operands)?;
            let zero = self.builder.constant(result.kind(), 0);
            Ok(self.builder.compare(how, result, zero))
        };
        let flag = |value| {
            let bit = self.module.context().integer(1);
            Ok(self.builder.constant(bit, value))
        };
        match predicate {
            LLVMRealPredicateFalse => flag(0),
            LLVMRealPredicateTrue => flag(1),
            LLVMRealOEQ => compare("__eqdf2", LLVMIntEQ),
            LLVMRealUNE => compare("__nedf2", LLVMIntNE),
            LLVMRealOLT => compare("__ltdf2", LLVMIntSLT),
            LLVMRealOLE => compare("__ledf2", LLVMIntSLE),
            LLVMRealOGT => compare("__gtdf2", LLVMIntSGT),
            LLVMRealOGE => compare("__gedf2", LLVMIntSGE),
            LLVMRealULT => compare("__gedf2", LLVMIntSLT),
            LLVMRealULE => compare("__gtdf2", LLVMIntSLE),
            LLVMRealUGT => compare("__ledf2", LLVMIntSGT),
            LLVMRealUGE => compare("__ltdf2", LLVMIntSGE),
            LLVMRealUNO => compare("__unorddf2", LLVMIntNE),
            LLVMRealORD => compare("__unorddf2", LLVMIntEQ),
            LLVMRealUEQ => {
                let unordered = compare("__unorddf2", LLVMIntNE)?;
                let equal = compare("__eqdf2", LLVMIntEQ)?;
                Ok(self.builder.or(unordered, equal))
            }
            LLVMRealONE => {
                let ordered = compare("__unorddf2", LLVMIntEQ)?;
                let different = compare("__nedf2", LLVMIntNE)?;
                Ok(self.builder.and(ordered, different))
            }
        }
    }
}
