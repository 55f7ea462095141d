//! Finds the operations that the back end cannot emit, and gives each to the code that rewrites it.

use super::{Legaliser, Result, unsupported};
use crate::llvm::{FunctionType, Instruction, Op, Type, Value};

/// Widest multiplication that is rewritten; nothing else goes beyond 128 bits.
const WIDEST_MULTIPLICATION: u32 = 256;

/// What becomes of an instruction.
pub(super) enum Rewritten {
    /// It stays.
    No,
    /// This value takes its place.
    As(Value),
    /// It had no value, and goes.
    Away,
}

impl Legaliser {
    /// Returns how many operations were rewritten.
    pub(super) fn arithmetic(&mut self) -> Result<usize> {
        let mut count = 0;
        self.division_areas.clear();
        for instruction in self.module.instructions() {
            self.builder.before(instruction);
            match self.rewrite(instruction)? {
                Rewritten::No => continue,
                Rewritten::As(value) => instruction.value().replace_with(value),
                Rewritten::Away => {}
            }
            instruction.erase();
            count += 1;
        }
        Ok(count)
    }

    fn rewrite(&mut self, instruction: Instruction) -> Result<Rewritten> {
        let op = instruction.op();
        match op {
            Op::LLVMMul
            | Op::LLVMUDiv
            | Op::LLVMSDiv
            | Op::LLVMURem
            | Op::LLVMSRem
            | Op::LLVMShl
            | Op::LLVMLShr
            | Op::LLVMAShr => self.rewrite_integer(instruction, op),
            Op::LLVMCall => self.rewrite_intrinsic(instruction),
            _ => self.rewrite_float(instruction, op),
        }
    }

    fn rewrite_integer(&mut self, instruction: Instruction, op: Op) -> Result<Rewritten> {
        let kind = instruction.value().kind();
        // Vectors are the back end's business: it takes them apart, or refuses.
        let Some(bits) = kind.integer_bits() else {
            return Ok(Rewritten::No);
        };
        let shift = matches!(op, Op::LLVMShl | Op::LLVMLShr | Op::LLVMAShr);
        let signed_division = matches!(op, Op::LLVMSDiv | Op::LLVMSRem);
        let value = if bits <= 64 {
            if !signed_division {
                return Ok(Rewritten::No);
            }
            self.signed_division(instruction, op)
        } else if shift && instruction.operand(1).is_constant_integer() {
            return Ok(Rewritten::No);
        } else if bits <= 128 {
            self.wide_operation(instruction, op)?
        } else if bits <= WIDEST_MULTIPLICATION && op == Op::LLVMMul {
            self.multiply_256(instruction)?
        } else {
            return Err(unsupported("integer wider than 128 bits", instruction));
        };
        Ok(Rewritten::As(value))
    }

    /// SBPFv3 has unsigned division only.
    fn signed_division(&mut self, instruction: Instruction, op: Op) -> Value {
        self.count("signed division");
        let operand = |place| self.widen(instruction.operand(place), self.word, true);
        let (left, right) = (operand(0), operand(1));
        let sign = |value| {
            let by = self.constant(63);
            self.builder.signed_shift_right(value, by)
        };
        let (left_sign, right_sign) = (sign(left), sign(right));
        let left = self.negate_if(left_sign, left);
        let right = self.negate_if(right_sign, right);
        let result = if op == Op::LLVMSRem {
            let remainder = self.builder.unsigned_rem(left, right);
            self.negate_if(left_sign, remainder)
        } else {
            let quotient = self.builder.unsigned_div(left, right);
            let sign = self.builder.xor(left_sign, right_sign);
            self.negate_if(sign, quotient)
        };
        self.narrow(result, instruction.value().kind())
    }

    fn rewrite_intrinsic(&mut self, instruction: Instruction) -> Result<Rewritten> {
        let Some(call) = instruction.as_call() else {
            return Ok(Rewritten::No);
        };
        let name = call.callee_name();
        let Some(intrinsic) = name.strip_prefix("llvm.") else {
            return Ok(Rewritten::No);
        };
        if let Some(signed) = super::overflow::signedness(intrinsic) {
            return self.multiply_with_overflow(call, signed);
        }
        if matches!(intrinsic, "trap" | "debugtrap" | "ubsantrap") {
            return self.trap();
        }
        self.rewrite_saturating_conversion(call, intrinsic)
    }

    /// Panics end here: the runtime's `abort` stops the program.
    fn trap(&mut self) -> Result<Rewritten> {
        let nothing: &[Type] = &[];
        let kind = FunctionType::new(self.module.context().void(), nothing);
        let abort = self.module.function("abort");
        let abort = abort.unwrap_or_else(|| self.module.declare("abort", kind));
        if !abort.is_declaration() {
            return Err(
                "the program defines a function named abort, which is a syscall: \
                        rename it"
                    .into(),
            );
        }
        abort.never_returns();
        self.count("trap -> abort()");
        self.builder.call(kind, abort.value(), &[]);
        Ok(Rewritten::Away)
    }
}
