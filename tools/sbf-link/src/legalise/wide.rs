//! Integers of two and four words: multiplication, division, and shifts by a variable.

use super::{Legaliser, Result};
use crate::llvm::{Instruction, Op, Value};

impl Legaliser {
    /// Rewrites one operation on more than 64 and at most 128 bits.
    pub(super) fn wide_operation(&mut self, instruction: Instruction, op: Op) -> Result<Value> {
        self.count("i128 mul/div/shift");
        let signed = matches!(op, Op::LLVMSDiv | Op::LLVMSRem | Op::LLVMAShr);
        let operand = |place| self.widen(instruction.operand(place), self.wide, signed);
        let (left, right) = (operand(0), operand(1));
        let result = match op {
            Op::LLVMMul => self.wide_product(left, right)?,
            Op::LLVMShl => self.wide_shift("__sbf_shl128", left, right)?,
            Op::LLVMLShr => self.wide_shift("__sbf_lshr128", left, right)?,
            Op::LLVMAShr => self.wide_shift("__sbf_ashr128", left, right)?,
            Op::LLVMUDiv | Op::LLVMURem => {
                self.wide_division(instruction, left, right, op == Op::LLVMURem)?
            }
            _ => self.signed_wide_division(instruction, left, right, op == Op::LLVMSRem)?,
        };
        Ok(self.narrow(result, instruction.value().kind()))
    }

    /// The low 128 bits of a product.
    pub(super) fn wide_product(&self, left: Value, right: Value) -> Result<Value> {
        let ([a, b], [c, d]) = (self.halves(left), self.halves(right));
        self.call("__sbf_mul128", &[a, b, c, d])
    }

    fn wide_shift(&self, helper: &str, value: Value, by: Value) -> Result<Value> {
        let [low, high] = self.halves(value);
        let by = self.builder.truncate(by, self.word);
        self.call(helper, &[low, high, by])
    }

    fn wide_division(
        &mut self,
        instruction: Instruction,
        left: Value,
        right: Value,
        remainder: bool,
    ) -> Result<Value> {
        let function = instruction.function();
        // One result area per function: it is read straight after the call.
        let make = || self.builder.stack_words(function, 4);
        let area = *self.division_areas.entry(function).or_insert_with(make);
        let ([a, b], [c, d]) = (self.halves(left), self.halves(right));
        self.call("__sbf_udivrem128", &[area, a, b, c, d])?;
        let at = if remainder { 16 } else { 0 };
        let word = |bytes| {
            let address = self.builder.offset(area, bytes);
            self.builder.load(self.word, address)
        };
        Ok(self.join(word(at), word(at + 8)))
    }

    fn signed_wide_division(
        &mut self,
        instruction: Instruction,
        left: Value,
        right: Value,
        remainder: bool,
    ) -> Result<Value> {
        let (left_sign, left) = self.sign_and_magnitude(left, self.wide, 128);
        let (right_sign, right) = self.sign_and_magnitude(right, self.wide, 128);
        let result = self.wide_division(instruction, left, right, remainder)?;
        let sign = if remainder {
            left_sign
        } else {
            self.builder.xor(left_sign, right_sign)
        };
        Ok(self.negate_if(sign, result))
    }

    /// core::fmt multiplies u128 into 256 bits. Rare: written for size, not speed.
    pub(super) fn multiply_256(&mut self, instruction: Instruction) -> Result<Value> {
        self.count("256-bit multiplication");
        let builder = self.builder;
        let quad = self.module.context().integer(256);
        let shifted = |value, words: u64| {
            let by = builder.constant(quad, 64 * words);
            builder.shift_left(builder.zero_extend(value, quad), by)
        };
        let operand = |place| self.widen(instruction.operand(place), quad, false);
        let (left, right) = (operand(0), operand(1));
        let (left, right) = (self.words(left), self.words(right));
        let mut sum = builder.constant(quad, 0);
        for (i, x) in &left {
            for (j, y) in &right {
                if i + j < 4 {
                    let low = builder.mul(*x, *y);
                    sum = builder.add(sum, shifted(low, i + j));
                }
                if i + j < 3 {
                    let high = self.call("__sbf_mulhu", &[*x, *y])?;
                    sum = builder.add(sum, shifted(high, i + j + 1));
                }
            }
        }
        Ok(self.narrow(sum, instruction.value().kind()))
    }

    /// The words of a 256-bit value that may differ from zero, with their places.
    fn words(&self, value: Value) -> Vec<(u64, Value)> {
        let bits = value.zero_extended_bits().unwrap_or(256);
        let word = |place| {
            let by = self.builder.constant(value.kind(), 64 * place);
            let rest = self.builder.shift_right(value, by);
            (place, self.builder.truncate(rest, self.word))
        };
        (0..u64::from(bits.div_ceil(64)))
            .map(word)
            .filter(|(_, word)| !word.is_zero())
            .collect()
    }
}
