//! Makes instructions.

use super::{Call, Compare, Context, Function, FunctionType, Instruction, Type, UNNAMED, Value};
use llvm_sys::{core::*, prelude::*};

/// Makes instructions before a chosen one. Constants are folded on the way.
#[derive(Clone, Copy)]
pub struct Builder {
    handle: LLVMBuilderRef,
    context: Context,
}

/// Methods that make an instruction of two operands.
macro_rules! binary {
    ($($method:ident: $build:ident, $what:literal;)*) => {
        $(
            #[doc = $what]
            pub fn $method(self, left: Value, right: Value) -> Value {
                // SAFETY: the builder has a position; callers pass equal integer types.
                Value(unsafe { $build(self.handle, left.0, right.0, UNNAMED) })
            }
        )*
    };
}

/// Methods that convert a value to a type.
macro_rules! conversion {
    ($($method:ident: $build:ident, $what:literal;)*) => {
        $(
            #[doc = $what]
            pub fn $method(self, value: Value, kind: Type) -> Value {
                // SAFETY: the builder has a position; callers pass integers of fitting widths.
                Value(unsafe { $build(self.handle, value.0, kind.0, UNNAMED) })
            }
        )*
    };
}

impl Builder {
    /// A builder without a position.
    pub fn new(context: Context) -> Self {
        // SAFETY: a live context.
        let handle = unsafe { LLVMCreateBuilderInContext(context.0) };
        Self { handle, context }
    }

    /// From now on, makes instructions before this one.
    pub fn before(self, instruction: Instruction) {
        // SAFETY: a live instruction.
        unsafe { LLVMPositionBuilderBefore(self.handle, instruction.0) }
    }

    /// From now on, makes instructions at the start of a function.
    pub fn at_start(self, function: Function) {
        // SAFETY: a function with a body, whose blocks end in a terminator at least.
        unsafe {
            let entry = LLVMGetEntryBasicBlock(function.0);
            LLVMPositionBuilderBefore(self.handle, LLVMGetFirstInstruction(entry));
        }
    }

    binary! {
        add: LLVMBuildAdd, "Sum.";
        sub: LLVMBuildSub, "Difference.";
        mul: LLVMBuildMul, "Product.";
        unsigned_div: LLVMBuildUDiv, "Unsigned quotient.";
        unsigned_rem: LLVMBuildURem, "Unsigned remainder.";
        and: LLVMBuildAnd, "Bits of both.";
        or: LLVMBuildOr, "Bits of either.";
        xor: LLVMBuildXor, "Bits that differ.";
        shift_left: LLVMBuildShl, "Shift to the left.";
        shift_right: LLVMBuildLShr, "Unsigned shift to the right.";
        signed_shift_right: LLVMBuildAShr, "Signed shift to the right.";
    }

    conversion! {
        truncate: LLVMBuildTrunc, "The low bits.";
        zero_extend: LLVMBuildZExt, "Extends with zeros.";
        sign_extend: LLVMBuildSExt, "Extends with the sign.";
        zero_extend_or_keep: LLVMBuildZExtOrBitCast, "Extends with zeros, if it is narrower.";
    }

    /// A constant of an integer type.
    pub fn constant(self, kind: Type, value: u64) -> Value {
        // SAFETY: an integer type.
        Value(unsafe { LLVMConstInt(kind.0, value, 0) })
    }

    /// The constant of an integer type whose bits are all set.
    pub fn all_ones(self, kind: Type) -> Value {
        // SAFETY: an integer type.
        Value(unsafe { LLVMConstAllOnes(kind.0) })
    }

    /// Comparison of integers.
    pub fn compare(self, how: Compare, left: Value, right: Value) -> Value {
        // SAFETY: callers pass equal integer types.
        Value(unsafe { LLVMBuildICmp(self.handle, how, left.0, right.0, UNNAMED) })
    }

    /// The struct of two fields.
    pub fn pair(self, kind: Type, first: Value, second: Value) -> Value {
        // SAFETY: a struct type whose fields are of the values' types.
        unsafe {
            let pair =
                LLVMBuildInsertValue(self.handle, LLVMGetPoison(kind.0), first.0, 0, UNNAMED);
            Value(LLVMBuildInsertValue(
                self.handle,
                pair,
                second.0,
                1,
                UNNAMED,
            ))
        }
    }

    /// A call.
    pub fn call(self, kind: FunctionType, callee: Value, arguments: &[Value]) -> Call {
        let mut arguments: Vec<LLVMValueRef> = arguments.iter().map(|value| value.0).collect();
        let count = arguments.len() as u32;
        let start = arguments.as_mut_ptr();
        // SAFETY: as many arguments as the type has parameters.
        Call(unsafe { LLVMBuildCall2(self.handle, kind.0, callee.0, start, count, UNNAMED) })
    }

    /// A direct call, with the function's own convention.
    pub fn call_function(self, function: Function, arguments: &[Value]) -> Call {
        let call = self.call(function.kind(), function.value(), arguments);
        // SAFETY: a live call and a live function.
        unsafe { LLVMSetInstructionCallConv(call.0, LLVMGetFunctionCallConv(function.0)) }
        call
    }

    /// Stack memory of so many words, made at the start of the function so that its frame has a
    /// fixed size.
    pub fn stack_words(self, function: Function, words: u64) -> Value {
        let start = Builder::new(self.context);
        start.at_start(function);
        // SAFETY: the builder has a position; it is not used afterwards.
        unsafe {
            let word = self.context.integer(64);
            let area = LLVMBuildAlloca(start.handle, LLVMArrayType2(word.0, words), UNNAMED);
            LLVMSetAlignment(area, 8);
            LLVMDisposeBuilder(start.handle);
            Value(area)
        }
    }

    /// An address some bytes further.
    pub fn offset(self, address: Value, bytes: u64) -> Value {
        let (byte, word) = (self.context.integer(8), self.context.integer(64));
        let mut index = [self.constant(word, bytes).0];
        let start = index.as_mut_ptr();
        // SAFETY: a pointer, and one index.
        Value(unsafe { LLVMBuildInBoundsGEP2(self.handle, byte.0, address.0, start, 1, UNNAMED) })
    }

    /// Reads from an address of a word.
    pub fn load(self, kind: Type, address: Value) -> Value {
        // SAFETY: a first-class type and a pointer.
        unsafe {
            let load = LLVMBuildLoad2(self.handle, kind.0, address.0, UNNAMED);
            LLVMSetAlignment(load, 8);
            Value(load)
        }
    }

    /// Writes to an address of a word.
    pub fn store(self, value: Value, address: Value) {
        // SAFETY: a first-class value and a pointer.
        unsafe {
            let store = LLVMBuildStore(self.handle, value.0, address.0);
            LLVMSetAlignment(store, 8);
        }
    }

    /// Returns without a value.
    pub fn return_nothing(self) {
        // SAFETY: the builder has a position.
        unsafe {
            LLVMBuildRetVoid(self.handle);
        }
    }
}
