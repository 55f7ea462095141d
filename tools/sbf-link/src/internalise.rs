//! Hides everything but the entry point and what the legaliser may call, so that LLVM optimises
//! the program as a whole.

use crate::{
    legalise::SOFT_FLOAT,
    llvm::{Module, diagnostics::MEMORY_ROUTINES},
};

/// Attributes that would compile a function for another machine than the rest, or keep LLVM from
/// knowing the memory routines by name.
const FOREIGN: [&str; 3] = ["no-builtins", "target-cpu", "target-features"];

/// Leaves nothing visible but `entry_point` and the soft-float routines.
pub fn internalise(module: Module, entry_point: &str) -> Result<(), String> {
    if module
        .function(entry_point)
        .is_none_or(|entry| entry.is_declaration())
    {
        return Err(format!(
            "{entry_point} is not defined: a program has a function of this name, without mangling"
        ));
    }
    for function in module.functions() {
        let name = function.name();
        if name.starts_with("llvm.") {
            continue;
        }
        for attribute in FOREIGN {
            function.remove_named_attribute(attribute);
        }
        if function.is_declaration() {
            continue;
        }
        if MEMORY_ROUTINES.contains(&name.as_str()) {
            // Ours replace them after optimisation, so that LLVM knows them by name until then.
            function.erase_body();
            function.export();
        } else if name == entry_point || SOFT_FLOAT.contains(&name.as_str()) {
            function.export();
        } else {
            function.hide();
        }
    }
    for global in module.globals() {
        if !global.name().starts_with("llvm.") {
            global.hide();
        }
    }
    for alias in module.aliases() {
        alias.hide();
    }
    for instruction in module.instructions() {
        if let Some(call) = instruction.as_call() {
            call.remove_named_attribute("no-builtins");
        }
    }
    Ok(())
}
