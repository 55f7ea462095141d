//! Multiplication that also says whether it overflowed, from 64 bits.

use super::{Legaliser, Result, arithmetic::Rewritten, unsupported};
use crate::llvm::{Call, Compare, Value};

/// Whether an intrinsic multiplies with overflow flag, and if so whether with sign.
pub(super) fn signedness(intrinsic: &str) -> Option<bool> {
    if intrinsic.starts_with("umul.with.overflow.") {
        Some(false)
    } else {
        intrinsic.starts_with("smul.with.overflow.").then_some(true)
    }
}

impl Legaliser {
    /// Rewrites one; the back end does those of less than 64 bits itself.
    pub(super) fn multiply_with_overflow(&mut self, call: Call, signed: bool) -> Result<Rewritten> {
        let (left, right) = (call.argument(0), call.argument(1));
        let (product, overflow) = match left.kind().integer_bits() {
            Some(..64) => return Ok(Rewritten::No),
            Some(64) => {
                let product = self.builder.mul(left, right);
                let helper = if signed { "__sbf_smulo" } else { "__sbf_umulo" };
                (product, self.call(helper, &[left, right])?)
            }
            Some(128) if signed => self.signed_product(left, right)?,
            Some(128) => self.unsigned_product(left, right)?,
            _ => {
                return Err(unsupported(
                    "multiplication with overflow of an unusual width",
                    call.instruction(),
                ));
            }
        };
        self.count("mul.with.overflow");
        let kind = call.instruction().value().kind();
        Ok(Rewritten::As(self.builder.pair(kind, product, overflow)))
    }

    fn unsigned_product(&self, left: Value, right: Value) -> Result<(Value, Value)> {
        let ([a, b], [c, d]) = (self.halves(left), self.halves(right));
        let product = self.call("__sbf_mul128", &[a, b, c, d])?;
        let overflow = self.call("__sbf_umulo128", &[a, b, c, d])?;
        Ok((product, overflow))
    }

    fn signed_product(&self, left: Value, right: Value) -> Result<(Value, Value)> {
        let (left_sign, left) = self.sign_and_magnitude(left, self.wide, 128);
        let (right_sign, right) = self.sign_and_magnitude(right, self.wide, 128);
        let sign = self.builder.xor(left_sign, right_sign);
        let (magnitude, overflow) = self.unsigned_product(left, right)?;
        let product = self.negate_if(sign, magnitude);
        // The magnitude may be at most 2^127 - 1, or 2^127 where the result is negative.
        let one = self.builder.constant(self.wide, 1);
        let most = self.builder.all_ones(self.wide);
        let most = self.builder.shift_right(most, one);
        let limit = self.builder.sub(most, sign);
        let beyond = self.builder.compare(Compare::LLVMIntUGT, magnitude, limit);
        Ok((product, self.builder.or(overflow, beyond)))
    }
}
