//! Where arguments and results go. More than five argument registers go through one outgoing area
//! on the caller's stack, wide results through an out-pointer. Both are decided by the function
//! type alone, so that direct and indirect calls agree.

use super::{Legaliser, Result};
use crate::llvm::{FunctionType, Shape, Type};

/// Registers that pass arguments.
const REGISTERS: u64 = 5;
const WORD: u64 = 8;

/// How functions and calls of one type are rewritten.
pub(super) struct Slots {
    /// The new type.
    pub kind: FunctionType,
    /// Whether the result goes through an out-pointer, which is then the first parameter.
    pub result_by_pointer: bool,
    /// Parameters that stay in registers.
    pub in_registers: usize,
    /// Places of the others in the outgoing area, in bytes. Its address is the last parameter.
    pub in_memory: Vec<u64>,
    /// Size of the outgoing area.
    pub words: u64,
}

impl Slots {
    /// Parameters in all, as before the rewriting.
    pub fn parameters(&self) -> usize {
        self.in_registers + self.in_memory.len()
    }

    /// The new place of a parameter that stays in a register.
    pub fn register(&self, parameter: usize) -> u32 {
        parameter as u32 + u32::from(self.result_by_pointer)
    }
}

impl Legaliser {
    /// How to rewrite this type; nothing where it is legal as it is.
    pub(super) fn slots(&self, kind: FunctionType) -> Result<Option<Slots>> {
        let (parameters, result) = (kind.parameters(), kind.result());
        let sizes = parameters.iter().map(|parameter| registers(*parameter));
        let sizes = sizes.collect::<Result<Vec<u64>>>()?;
        let result_by_pointer = registers(result)? > 1;
        let out = u64::from(result_by_pointer);
        let fits = out + sizes.iter().sum::<u64>() <= REGISTERS;
        if fits && !result_by_pointer {
            return Ok(None);
        }
        if kind.is_variadic() {
            return Err("variadic function with too many arguments".into());
        }
        let in_registers = if fits {
            parameters.len()
        } else {
            // One register is taken by the address of the outgoing area.
            let taken = sizes.iter().scan(out, |taken, size| {
                *taken += size;
                Some(*taken)
            });
            taken.take_while(|taken| *taken < REGISTERS).count()
        };
        let (kept, spilled) = parameters.split_at(in_registers);
        let mut bytes = 0;
        let in_memory: Vec<u64> = spilled
            .iter()
            .map(|parameter| {
                let place = bytes;
                bytes += WORD * self.words_of(*parameter);
                place
            })
            .collect();
        let context = self.module.context();
        let mut types = Vec::new();
        types.extend(result_by_pointer.then(|| context.pointer()));
        types.extend(kept);
        types.extend((!spilled.is_empty()).then(|| context.pointer()));
        let result = if result_by_pointer {
            context.void()
        } else {
            result
        };
        Ok(Some(Slots {
            kind: FunctionType::new(result, &types),
            result_by_pointer,
            in_registers,
            in_memory,
            words: bytes / WORD,
        }))
    }

    /// Words that a value takes in memory.
    pub(super) fn words_of(&self, kind: Type) -> u64 {
        self.module.size_of(kind).div_ceil(WORD)
    }
}

/// Registers that the back end splits a value of this type into.
fn registers(kind: Type) -> Result<u64> {
    Ok(match kind.shape() {
        Shape::Void => 0,
        Shape::Integer(..=64) | Shape::Double | Shape::Register => 1,
        Shape::Integer(..=128) => 2,
        Shape::Integer(bits) => return Err(format!("argument or result of {bits} bits")),
        Shape::Array(length, element) => length * registers(element)?,
        Shape::Struct(fields) => fields.into_iter().map(registers).sum::<Result<u64>>()?,
        Shape::Other(name) => return Err(format!("argument or result of type {name}")),
    })
}
