//! Functions whose arguments or result do not fit are made anew.

use super::{Legaliser, Result, attribute_kinds, slots::Slots};
use crate::llvm::{Function, Op, Place};

impl Legaliser {
    /// Rewrites every function that needs it; [`Legaliser::rewrite_calls`] must follow.
    pub(super) fn rewrite_functions(&mut self) -> Result<()> {
        let [sret, byval] = attribute_kinds(["sret", "byval"]);
        for function in self.module.functions() {
            let parameters = || (0..function.parameters().len() as u32).map(Place::Argument);
            for place in parameters() {
                // An ordinary pointer here: the attribute only asks for a diagnostic.
                function.remove_attribute(place, sret);
            }
            if function.is_intrinsic() {
                continue;
            }
            let name = function.name();
            if parameters().any(|place| function.has_attribute(place, byval)) {
                return Err(format!(
                    "{name} takes a byval argument, which has no place in SBPF"
                ));
            }
            let slots = self.slots(function.kind());
            let Some(slots) = slots.map_err(|reason| format!("{name}: {reason}"))? else {
                continue;
            };
            if function.is_declaration() && function.value().is_unused() {
                continue;
            }
            if function.is_declaration() {
                return Err(format!(
                    "external function {name} takes more than five registers or returns more \
                     than one, so it cannot be a syscall"
                ));
            }
            if !function.is_local() {
                return Err(format!(
                    "exported function {name} takes more than five registers, which its callers \
                     outside could not know"
                ));
            }
            self.rewrite_function(function, &slots);
            self.count("functions rewritten");
        }
        Ok(())
    }

    fn rewrite_function(&self, old: Function, slots: &Slots) {
        let name = old.name();
        let new = self.module.declare("", slots.kind);
        new.resemble(old);
        copy_attributes(old, new, slots);
        new.take_body(old);
        self.take_arguments(old, new, slots);
        if slots.result_by_pointer {
            self.return_by_pointer(new);
        }
        old.value().replace_with(new.value());
        old.delete();
        new.set_name(&name);
    }

    /// The body reads its arguments where the new type puts them.
    fn take_arguments(&self, old: Function, new: Function, slots: &Slots) {
        let parameters = new.parameters();
        self.builder.at_start(new);
        for (place, argument) in old.parameters().into_iter().enumerate() {
            let value = match place.checked_sub(slots.in_registers) {
                None => parameters[slots.register(place) as usize],
                Some(spilled) => {
                    let area = parameters[parameters.len() - 1];
                    let address = self.builder.offset(area, slots.in_memory[spilled]);
                    self.builder.load(argument.kind(), address)
                }
            };
            argument.replace_with(value);
        }
    }

    /// Every return writes through the out-pointer, the first parameter.
    fn return_by_pointer(&self, function: Function) {
        let out = function.parameters()[0];
        for instruction in function.instructions() {
            if instruction.op() == Op::LLVMRet {
                self.builder.before(instruction);
                self.builder.store(instruction.operand(0), out);
                self.builder.return_nothing();
                instruction.erase();
            }
        }
    }
}

fn copy_attributes(old: Function, new: Function, slots: &Slots) {
    // The new function reads and writes the caller's stack, so it may not run early, and what it
    // said about memory is no longer true. Nor does it return one of its arguments.
    let untrue = attribute_kinds(["memory", "speculatable"]);
    let returned = attribute_kinds(["returned"]);
    let copy = |from, to, without: &[u32]| {
        for attribute in old.attributes(from) {
            if !attribute.is_of(without) {
                new.add_attribute(to, attribute);
            }
        }
    };
    copy(Place::Function, Place::Function, &untrue);
    if !slots.result_by_pointer {
        copy(Place::Result, Place::Result, &[]);
    }
    for parameter in 0..slots.in_registers {
        let to = Place::Argument(slots.register(parameter));
        copy(Place::Argument(parameter as u32), to, &returned);
    }
}
