//! Block copies and fills beyond a few words become syscalls.

use super::{Legaliser, Result, unsupported};

/// Copies of at most this many bytes stay instructions, and fills of half as many. The back end
/// would unroll up to a kilobyte, two instructions a word; a syscall costs ten units up to 2,500
/// bytes.
const INLINE_BYTES: u64 = 64;

impl Legaliser {
    /// Rewrites every copy and fill that is long, or may be.
    pub(super) fn memory(&mut self) -> Result<()> {
        for instruction in self.module.instructions() {
            let Some(call) = instruction.as_call() else {
                continue;
            };
            let name = call.callee_name();
            let (syscall, weight) = if name.starts_with("llvm.memset.p0.") {
                ("sol_memset_", 2)
            } else if name.starts_with("llvm.memcpy.p0.p0.")
                || name.starts_with("llvm.memmove.p0.p0.")
            {
                // The price of sol_memcpy_, which refuses a copy onto itself.
                ("sol_memmove_", 1)
            } else {
                continue;
            };
            let length = call.argument(2);
            if length
                .as_constant()
                .is_some_and(|bytes| bytes <= INLINE_BYTES / weight)
            {
                continue;
            }
            if !call.argument(3).is_zero() {
                return Err(unsupported("volatile block operation", instruction));
            }
            self.builder.before(instruction);
            let length = self.builder.zero_extend_or_keep(length, self.word);
            self.call(syscall, &[call.argument(0), call.argument(1), length])?;
            instruction.erase();
            self.count("block copies -> syscall");
        }
        Ok(())
    }
}
