//! Calls whose arguments or result do not fit, direct and indirect alike.

use super::{Legaliser, Result, attribute_kinds, slots::Slots, unsupported};
use crate::llvm::{Call, Function, Op, Place, Value};
use std::collections::HashMap;

/// One outgoing area per frame, as large as the largest call needs: it is filled just before each
/// call, and the called function reads it before anything else.
#[derive(Default)]
struct OutgoingArea {
    words: u64,
    address: Option<Value>,
}

impl Legaliser {
    /// Rewrites every call that needs it, after [`Legaliser::rewrite_functions`].
    pub(super) fn rewrite_calls(&mut self) -> Result<()> {
        let mut areas: HashMap<Function, OutgoingArea> = HashMap::new();
        let mut calls = Vec::new();
        for instruction in self.module.instructions() {
            if instruction.op() == Op::LLVMInvoke {
                return Err(unsupported(
                    "a call that unwinds; build with panic=abort",
                    instruction,
                ));
            }
            let Some(call) = instruction.as_call() else {
                continue;
            };
            if let Some(slots) = self.slots_of_call(call)? {
                let area = areas.entry(instruction.function()).or_default();
                area.words = area.words.max(slots.words);
                calls.push((call, slots));
            }
        }
        for (call, slots) in calls {
            let function = call.instruction().function();
            let area = areas.entry(function).or_default();
            if slots.words > 0 && area.address.is_none() {
                area.address = Some(self.builder.stack_words(function, area.words));
            }
            self.rewrite_call(call, &slots, area.address);
            self.count("calls rewritten");
        }
        Ok(())
    }

    /// How to rewrite a call, if at all; refuses what could not be called rightly.
    fn slots_of_call(&self, call: Call) -> Result<Option<Slots>> {
        let [sret, byval] = attribute_kinds(["sret", "byval"]);
        let instruction = call.instruction();
        for place in (0..call.argument_count()).map(Place::Argument) {
            call.remove_attribute(place, sret);
        }
        let callee = call.callee();
        if let Some(assembly) = callee.assembly() {
            // Without text it only hides a value from the optimiser, and emits nothing.
            return if assembly.is_empty() {
                Ok(None)
            } else {
                Err(unsupported("inline assembly is not supported", instruction))
            };
        }
        let function = callee.as_function();
        if function.is_some_and(Function::is_intrinsic) {
            return Ok(None);
        }
        let slots = self.slots(call.kind());
        let slots = slots.map_err(|reason| unsupported(&reason, instruction))?;
        if let Some(function) = function {
            // A direct call must agree with its target, which is rewritten by now.
            let called = slots.as_ref().map_or(call.kind(), |slots| slots.kind);
            if called != function.kind() {
                let (called, defined) = (called.text(), function.kind().text());
                let name = function.name();
                return Err(format!(
                    "{name} is called as {called} but defined as {defined}"
                ));
            }
        }
        let mut places = (0..call.argument_count()).map(Place::Argument);
        if places.any(|place| call.has_attribute(place, byval)) {
            return Err(unsupported("byval argument", instruction));
        }
        if slots.is_some() && call.must_be_tail() {
            return Err(unsupported(
                "musttail call with too many arguments",
                instruction,
            ));
        }
        Ok(slots)
    }

    fn rewrite_call(&self, old: Call, slots: &Slots, area: Option<Value>) {
        let instruction = old.instruction();
        let kind = instruction.value().kind();
        self.builder.before(instruction);
        let out = slots.result_by_pointer.then(|| {
            let words = self.words_of(kind);
            self.builder.stack_words(instruction.function(), words)
        });
        let mut arguments: Vec<Value> = out.into_iter().collect();
        for place in 0..slots.parameters() {
            let argument = old.argument(place as u32);
            match (place.checked_sub(slots.in_registers), area) {
                (Some(spilled), Some(area)) => {
                    let address = self.builder.offset(area, slots.in_memory[spilled]);
                    self.builder.store(argument, address);
                }
                _ => arguments.push(argument),
            }
        }
        if !slots.in_memory.is_empty() {
            arguments.extend(area);
        }
        let new = self.builder.call(slots.kind, old.callee(), &arguments);
        new.resemble(old);
        copy_attributes(old, new, slots);
        if !kind.is_void() {
            let result = match out {
                Some(out) => self.builder.load(kind, out),
                None => new.instruction().value(),
            };
            instruction.value().replace_with(result);
        }
        instruction.erase();
    }
}

fn copy_attributes(old: Call, new: Call, slots: &Slots) {
    // What a rewritten function no longer keeps; see its definition.
    let untrue = attribute_kinds(["memory"]);
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
