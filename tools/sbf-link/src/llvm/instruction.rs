//! Instructions and calls.

use super::{Attribute, Function, FunctionType, Op, Place, Real, Value};
use llvm_sys::{LLVMTailCallKind, core::*, prelude::*};

/// An instruction of a function.
#[derive(Clone, Copy)]
pub struct Instruction(pub(super) LLVMValueRef);

/// A call instruction.
#[derive(Clone, Copy)]
pub struct Call(pub(super) LLVMValueRef);

impl Instruction {
    /// As a value.
    pub fn value(self) -> Value {
        Value(self.0)
    }

    /// What it does.
    pub fn op(self) -> Op {
        // SAFETY: a live instruction.
        unsafe { LLVMGetInstructionOpcode(self.0) }
    }

    /// One of its operands.
    pub fn operand(self, place: u32) -> Value {
        // SAFETY: checked here.
        unsafe {
            let count = LLVMGetNumOperands(self.0);
            assert!(
                i64::from(place) < i64::from(count),
                "{}",
                self.value().text()
            );
            Value(LLVMGetOperand(self.0, place))
        }
    }

    /// As a call.
    pub fn as_call(self) -> Option<Call> {
        // SAFETY: a live instruction.
        unsafe { (!LLVMIsACallInst(self.0).is_null()).then_some(Call(self.0)) }
    }

    /// How a float comparison compares.
    pub fn float_predicate(self) -> Option<Real> {
        // SAFETY: asked of float comparisons only.
        unsafe { (self.op() == Op::LLVMFCmp).then(|| LLVMGetFCmpPredicate(self.0)) }
    }

    /// The function it is in.
    pub fn function(self) -> Function {
        // SAFETY: an instruction is in a block, which is in a function.
        unsafe { Function(LLVMGetBasicBlockParent(LLVMGetInstructionParent(self.0))) }
    }

    /// Removes it. No handle to it may be used afterwards.
    pub fn erase(self) {
        // SAFETY: callers replaced every use before.
        unsafe { LLVMInstructionEraseFromParent(self.0) }
    }
}

impl Call {
    /// As an instruction.
    pub fn instruction(self) -> Instruction {
        Instruction(self.0)
    }

    /// What it calls.
    pub fn callee(self) -> Value {
        // SAFETY: a live call.
        Value(unsafe { LLVMGetCalledValue(self.0) })
    }

    /// The name of the function that it calls directly, or nothing.
    pub fn callee_name(self) -> String {
        self.callee()
            .as_function()
            .map_or_else(String::new, Function::name)
    }

    /// The function type that it calls with.
    pub fn kind(self) -> FunctionType {
        // SAFETY: a live call.
        FunctionType(unsafe { LLVMGetCalledFunctionType(self.0) })
    }

    /// How many arguments it passes.
    pub fn argument_count(self) -> u32 {
        // SAFETY: a live call.
        unsafe { LLVMGetNumArgOperands(self.0) }
    }

    /// One of its arguments.
    pub fn argument(self, place: u32) -> Value {
        self.instruction().operand(place)
    }

    /// Whether it must reuse its caller's frame.
    pub fn must_be_tail(self) -> bool {
        // SAFETY: a live call.
        unsafe { LLVMGetTailCallKind(self.0) == LLVMTailCallKind::LLVMTailCallKindMustTail }
    }

    /// Takes over the calling convention of another call.
    pub fn resemble(self, other: Call) {
        // SAFETY: live calls.
        unsafe { LLVMSetInstructionCallConv(self.0, LLVMGetInstructionCallConv(other.0)) }
    }

    /// Attributes at a place.
    pub fn attributes(self, place: Place) -> Vec<Attribute> {
        // SAFETY: LLVM fills as many entries as it counted.
        unsafe {
            let count = LLVMGetCallSiteAttributeCount(self.0, place.index()) as usize;
            let mut list = vec![std::ptr::null_mut(); count];
            LLVMGetCallSiteAttributes(self.0, place.index(), list.as_mut_ptr());
            list.into_iter().map(Attribute).collect()
        }
    }

    /// Whether an attribute of a kind stands at a place.
    pub fn has_attribute(self, place: Place, kind: u32) -> bool {
        // SAFETY: a live call; LLVM answers null for what is not there.
        unsafe { !LLVMGetCallSiteEnumAttribute(self.0, place.index(), kind).is_null() }
    }

    /// Adds an attribute at a place.
    pub fn add_attribute(self, place: Place, attribute: Attribute) {
        // SAFETY: a live attribute of the same context.
        unsafe { LLVMAddCallSiteAttribute(self.0, place.index(), attribute.0) }
    }

    /// Removes an attribute that has a kind.
    pub fn remove_attribute(self, place: Place, kind: u32) {
        // SAFETY: LLVM ignores what is not there.
        unsafe { LLVMRemoveCallSiteEnumAttribute(self.0, place.index(), kind) }
    }

    /// Removes an attribute that has a name.
    pub fn remove_named_attribute(self, name: &str) {
        let index = Place::Function.index();
        // SAFETY: a text with its length.
        unsafe {
            LLVMRemoveCallSiteStringAttribute(
                self.0,
                index,
                name.as_ptr().cast(),
                name.len() as u32,
            );
        }
    }
}
