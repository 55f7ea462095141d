//! Functions and their blocks.

use super::{Attribute, FunctionType, Instruction, Place, Value, linked_list};
use llvm_sys::{LLVMLinkage::*, LLVMVisibility, comdat::*, core::*, prelude::*};

/// A function, defined or declared.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Function(pub(super) LLVMValueRef);

/// A basic block.
#[derive(Clone, Copy)]
pub struct Block(pub(super) LLVMBasicBlockRef);

impl Function {
    /// As a value.
    pub fn value(self) -> Value {
        Value(self.0)
    }

    /// Its name.
    pub fn name(self) -> String {
        self.value().name()
    }

    /// Gives it a name.
    pub fn set_name(self, name: &str) {
        // SAFETY: a text with its length.
        unsafe { LLVMSetValueName2(self.0, name.as_ptr().cast(), name.len()) }
    }

    /// Its type.
    pub fn kind(self) -> FunctionType {
        // SAFETY: the value type of a function is a function type.
        FunctionType(unsafe { LLVMGlobalGetValueType(self.0) })
    }

    /// Whether its body is elsewhere.
    pub fn is_declaration(self) -> bool {
        // SAFETY: a live function.
        unsafe { LLVMIsDeclaration(self.0) != 0 }
    }

    /// Whether it is one of LLVM's own.
    pub fn is_intrinsic(self) -> bool {
        // SAFETY: a live function.
        unsafe { LLVMGetIntrinsicID(self.0) != 0 }
    }

    /// Whether only this module sees it.
    pub fn is_local(self) -> bool {
        // SAFETY: a live function.
        let linkage = unsafe { LLVMGetLinkage(self.0) };
        matches!(linkage, LLVMInternalLinkage | LLVMPrivateLinkage)
    }

    /// Makes it visible outside the module.
    pub fn export(self) {
        // SAFETY: a live function.
        unsafe {
            LLVMSetLinkage(self.0, LLVMExternalLinkage);
            LLVMSetVisibility(self.0, LLVMVisibility::LLVMDefaultVisibility);
        }
    }

    /// Makes it invisible outside the module.
    pub fn hide(self) {
        self.value().hide();
        // SAFETY: a live function; no comdat is "none".
        unsafe { LLVMSetComdat(self.0, std::ptr::null_mut()) }
    }

    /// Its parameters.
    pub fn parameters(self) -> Vec<Value> {
        // SAFETY: only parameters that exist.
        unsafe {
            (0..LLVMCountParams(self.0))
                .map(|place| Value(LLVMGetParam(self.0, place)))
                .collect()
        }
    }

    /// Its blocks, the entry first.
    pub fn blocks(self) -> Vec<Block> {
        // SAFETY: a live function.
        unsafe {
            linked_list(LLVMGetFirstBasicBlock(self.0), |block| {
                LLVMGetNextBasicBlock(block)
            })
            .map(Block)
            .collect()
        }
    }

    /// Its instructions, in order.
    pub fn instructions(self) -> Vec<Instruction> {
        let blocks = self.blocks().into_iter();
        blocks.flat_map(Block::instructions).collect()
    }

    /// Takes over linkage and calling convention.
    pub fn resemble(self, other: Function) {
        // SAFETY: live functions.
        unsafe {
            LLVMSetLinkage(self.0, LLVMGetLinkage(other.0));
            LLVMSetFunctionCallConv(self.0, LLVMGetFunctionCallConv(other.0));
            LLVMSetUnnamedAddress(self.0, LLVMGetUnnamedAddress(other.0));
        }
    }

    /// Takes over the body of another function, which is left without one.
    pub fn take_body(self, other: Function) {
        for block in other.blocks() {
            // SAFETY: the block leaves one function before it joins the other.
            unsafe {
                LLVMRemoveBasicBlockFromParent(block.0);
                LLVMAppendExistingBasicBlock(self.0, block.0);
            }
        }
    }

    /// Removes its body, and leaves a declaration.
    pub fn erase_body(self) {
        for block in self.blocks() {
            for instruction in block.instructions().into_iter().rev() {
                let kind = instruction.value().kind();
                if !kind.is_void() {
                    // SAFETY: a value of a first-class type.
                    let nothing = Value(unsafe { LLVMGetPoison(kind.0) });
                    instruction.value().replace_with(nothing);
                }
                instruction.erase();
            }
        }
        for block in self.blocks() {
            // SAFETY: empty, and nothing branches to it any more.
            unsafe { LLVMDeleteBasicBlock(block.0) }
        }
    }

    /// Removes it from the module. No handle to it may be used afterwards.
    pub fn delete(self) {
        // SAFETY: callers replaced every use before.
        unsafe { LLVMDeleteFunction(self.0) }
    }

    /// Attributes at a place.
    pub fn attributes(self, place: Place) -> Vec<Attribute> {
        // SAFETY: LLVM fills as many entries as it counted.
        unsafe {
            let count = LLVMGetAttributeCountAtIndex(self.0, place.index()) as usize;
            let mut list = vec![std::ptr::null_mut(); count];
            LLVMGetAttributesAtIndex(self.0, place.index(), list.as_mut_ptr());
            list.into_iter().map(Attribute).collect()
        }
    }

    /// Whether an attribute of a kind stands at a place.
    pub fn has_attribute(self, place: Place, kind: u32) -> bool {
        // SAFETY: a live function; LLVM answers null for what is not there.
        unsafe { !LLVMGetEnumAttributeAtIndex(self.0, place.index(), kind).is_null() }
    }

    /// Adds an attribute at a place.
    pub fn add_attribute(self, place: Place, attribute: Attribute) {
        // SAFETY: a live attribute of the same context.
        unsafe { LLVMAddAttributeAtIndex(self.0, place.index(), attribute.0) }
    }

    /// Removes an attribute that has a kind.
    pub fn remove_attribute(self, place: Place, kind: u32) {
        // SAFETY: LLVM ignores what is not there.
        unsafe { LLVMRemoveEnumAttributeAtIndex(self.0, place.index(), kind) }
    }

    /// Removes an attribute that has a name.
    pub fn remove_named_attribute(self, name: &str) {
        let index = Place::Function.index();
        // SAFETY: a text with its length.
        unsafe {
            LLVMRemoveStringAttributeAtIndex(
                self.0,
                index,
                name.as_ptr().cast(),
                name.len() as u32,
            );
        }
    }

    /// Says that it never returns.
    pub fn never_returns(self) {
        // SAFETY: the attribute takes no value.
        unsafe {
            let context = LLVMGetTypeContext(self.value().kind().0);
            let attribute = LLVMCreateEnumAttribute(context, Attribute::kind("noreturn"), 0);
            self.add_attribute(Place::Function, Attribute(attribute));
        }
    }
}

impl Block {
    /// Its instructions, in order.
    pub fn instructions(self) -> Vec<Instruction> {
        // SAFETY: a live block.
        unsafe {
            linked_list(LLVMGetFirstInstruction(self.0), |instruction| {
                LLVMGetNextInstruction(instruction)
            })
            .map(Instruction)
            .collect()
        }
    }
}
