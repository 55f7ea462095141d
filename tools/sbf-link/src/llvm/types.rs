//! Types, and function types apart from them.

use super::take_message;
use llvm_sys::{LLVMTypeKind::*, core::*, prelude::*};

/// The type of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Type(pub(super) LLVMTypeRef);

/// The type of a function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FunctionType(pub(super) LLVMTypeRef);

/// What a type consists of.
pub enum Shape {
    /// No value.
    Void,
    /// An integer of so many bits.
    Integer(u32),
    /// A 64-bit float.
    Double,
    /// A pointer, or a 32-bit float.
    Register,
    /// So many elements of a type.
    Array(u64, Type),
    /// Fields, in order.
    Struct(Vec<Type>),
    /// Anything else, by name.
    Other(String),
}

impl Type {
    /// What it consists of.
    pub fn shape(self) -> Shape {
        // SAFETY: each question is asked of its own kind of type.
        unsafe {
            match LLVMGetTypeKind(self.0) {
                LLVMVoidTypeKind => Shape::Void,
                LLVMIntegerTypeKind => Shape::Integer(LLVMGetIntTypeWidth(self.0)),
                LLVMDoubleTypeKind => Shape::Double,
                LLVMPointerTypeKind | LLVMFloatTypeKind => Shape::Register,
                LLVMArrayTypeKind => Shape::Array(
                    LLVMGetArrayLength2(self.0),
                    Type(LLVMGetElementType(self.0)),
                ),
                LLVMStructTypeKind => {
                    let fields = 0..LLVMCountStructElementTypes(self.0);
                    let field = |index| Type(LLVMStructGetTypeAtIndex(self.0, index));
                    Shape::Struct(fields.map(field).collect())
                }
                _ => Shape::Other(self.text()),
            }
        }
    }

    /// Bits of an integer type.
    pub fn integer_bits(self) -> Option<u32> {
        match self.shape() {
            Shape::Integer(bits) => Some(bits),
            _ => None,
        }
    }

    /// Whether it is a 64-bit float.
    pub fn is_double(self) -> bool {
        matches!(self.shape(), Shape::Double)
    }

    /// Whether it is no value.
    pub fn is_void(self) -> bool {
        matches!(self.shape(), Shape::Void)
    }

    /// LLVM's own text.
    pub fn text(self) -> String {
        // SAFETY: a live type.
        take_message(unsafe { LLVMPrintTypeToString(self.0) })
    }
}

impl FunctionType {
    /// A function type that is not variadic.
    pub fn new(result: Type, parameters: &[Type]) -> Self {
        let mut parameters: Vec<LLVMTypeRef> = parameters.iter().map(|kind| kind.0).collect();
        let count = parameters.len() as u32;
        // SAFETY: `count` live types.
        Self(unsafe { LLVMFunctionType(result.0, parameters.as_mut_ptr(), count, 0) })
    }

    /// Types of the parameters.
    pub fn parameters(self) -> Vec<Type> {
        // SAFETY: LLVM fills as many entries as it counted.
        unsafe {
            let mut types = vec![std::ptr::null_mut(); LLVMCountParamTypes(self.0) as usize];
            LLVMGetParamTypes(self.0, types.as_mut_ptr());
            types.into_iter().map(Type).collect()
        }
    }

    /// Type of the result.
    pub fn result(self) -> Type {
        // SAFETY: a live function type.
        Type(unsafe { LLVMGetReturnType(self.0) })
    }

    /// Whether it takes any number of arguments.
    pub fn is_variadic(self) -> bool {
        // SAFETY: a live function type.
        unsafe { LLVMIsFunctionVarArg(self.0) != 0 }
    }

    /// LLVM's own text.
    pub fn text(self) -> String {
        Type(self.0).text()
    }
}
