//! Rewrites a whole-program module so that the upstream BPF back end can emit it for SBPFv3: no
//! operation that would need a two-register library call, no function or call with more than five
//! register arguments, no result of more than one register.
//!
//! - [`arithmetic`]: finds the operations, and does the small ones itself.
//! - [`wide`]: 128-bit and 256-bit integers; [`overflow`]: multiplication that says it overflowed.
//! - [`float`]: f64 through the soft-float routines of compiler-builtins.
//! - [`memory`]: block copies through syscalls.
//! - [`slots`], [`functions`], [`calls`]: arguments beyond the registers, and wide results.
//! - [`check`]: nothing illegal may be left.

mod arithmetic;
mod calls;
mod check;
mod float;
mod functions;
mod memory;
mod overflow;
mod slots;
mod wide;

use crate::llvm::diagnostics::{self, MEMORY_ROUTINES};
use crate::llvm::{Attribute, Builder, Function, Instruction, Machine, Module, Type, Value};
use std::collections::{BTreeMap, HashMap};

/// Errors say what could not be rewritten, in LLVM's own text.
type Result<T> = std::result::Result<T, String>;

/// Routines of compiler-builtins that legalised code may call.
pub const SOFT_FLOAT: [&str; 19] = [
    "__adddf3",
    "__subdf3",
    "__muldf3",
    "__divdf3",
    "__eqdf2",
    "__nedf2",
    "__ltdf2",
    "__ledf2",
    "__gtdf2",
    "__gedf2",
    "__unorddf2",
    "__floatundidf",
    "__floatdidf",
    "__floatunsidf",
    "__floatsidf",
    "__fixunsdfdi",
    "__fixdfdi",
    "__fixunsdfsi",
    "__fixdfsi",
];
/// What the rewriting calls, as LLVM text: by hand, and made by `helpers/generate.sh`.
const HELPERS: [&str; 2] = [
    include_str!("../../helpers/base.ll"),
    include_str!("../../helpers/div.ll"),
];
/// Legalised code can need legalising again, but settles soon.
const MAX_ROUNDS: usize = 4;
const CLEAN_UP: &str =
    "always-inline,function(sroa,early-cse,instcombine<no-verify-fixpoint>,simplifycfg)";
const CLEAN_UP_AND_PRUNE: &str = "always-inline,function(sroa,early-cse,dse,instcombine<no-verify-fixpoint>,simplifycfg),globaldce";

/// Rewrites what the back end cannot emit; returns what was done, for the curious.
pub fn legalise(module: Module, machine: Machine, entry_point: &str) -> Result<String> {
    for helpers in HELPERS {
        let helpers = Module::from_text(module.context(), helpers)?;
        if module.absorb(helpers).is_none() {
            diagnostics::check("linking the helpers")?;
            return Err("the helpers cannot be linked".into());
        }
    }
    let mut legaliser = Legaliser::new(module);
    legaliser.settle(machine, CLEAN_UP)?;
    legaliser.memory()?;
    for function in module.functions() {
        let name = function.name();
        // The back end may still want the memory routines by name.
        let by_name = name == entry_point || MEMORY_ROUTINES.contains(&name.as_str());
        if !function.is_declaration() && !by_name {
            function.value().hide();
        }
    }
    machine.run(module, "globaldce")?;
    legaliser.rewrite_functions()?;
    legaliser.rewrite_calls()?;
    module.verify("argument packing")?;
    machine.run(module, CLEAN_UP_AND_PRUNE)?;
    legaliser.settle(machine, "always-inline")?;
    legaliser.check()?;
    diagnostics::check("legalisation")?;
    let done = legaliser.done.iter();
    let done: Vec<String> = done
        .map(|(what, count)| format!("{count} {what}"))
        .collect();
    Ok(done.join(", "))
}

/// The state of one legalisation.
struct Legaliser {
    module: Module,
    builder: Builder,
    word: Type,
    wide: Type,
    /// How often each rewriting was done.
    done: BTreeMap<&'static str, usize>,
    /// Result area of 128-bit division, one per function.
    division_areas: HashMap<Function, Value>,
}

impl Legaliser {
    fn new(module: Module) -> Self {
        let context = module.context();
        Self {
            module,
            builder: Builder::new(context),
            word: context.integer(64),
            wide: context.integer(128),
            done: BTreeMap::new(),
            division_areas: HashMap::new(),
        }
    }

    /// Rewrites operations and cleans up until there is nothing left to rewrite.
    fn settle(&mut self, machine: Machine, clean_up: &str) -> Result<()> {
        for _ in 0..=MAX_ROUNDS {
            let rewritten = self.arithmetic()?;
            self.module.verify("arithmetic")?;
            if rewritten == 0 {
                return Ok(());
            }
            machine.run(self.module, clean_up)?;
        }
        Err("legalisation does not settle: each round leaves something to rewrite".into())
    }

    fn count(&mut self, what: &'static str) {
        *self.done.entry(what).or_default() += 1;
    }

    /// Calls a helper or a routine of compiler-builtins.
    fn call(&self, name: &str, arguments: &[Value]) -> Result<Value> {
        let function = self.module.function(name);
        let function = function.ok_or_else(|| {
            format!("{name} is not in the program: is compiler-builtins among the inputs?")
        })?;
        let call = self.builder.call_function(function, arguments);
        Ok(call.instruction().value())
    }

    fn constant(&self, value: u64) -> Value {
        self.builder.constant(self.word, value)
    }

    /// Low and high word of a 128-bit value.
    fn halves(&self, value: Value) -> [Value; 2] {
        let low = self.builder.truncate(value, self.word);
        let by = self.builder.constant(self.wide, 64);
        let high = self.builder.shift_right(value, by);
        [low, self.builder.truncate(high, self.word)]
    }

    /// The 128-bit value of a low and a high word.
    fn join(&self, low: Value, high: Value) -> Value {
        let low = self.builder.zero_extend(low, self.wide);
        let high = self.builder.zero_extend(high, self.wide);
        let by = self.builder.constant(self.wide, 64);
        self.builder.or(self.builder.shift_left(high, by), low)
    }

    /// The value, negated where the mask is all ones rather than zero.
    fn negate_if(&self, mask: Value, value: Value) -> Value {
        self.builder.sub(self.builder.xor(value, mask), mask)
    }

    /// Sign mask (all ones where negative) and magnitude.
    fn sign_and_magnitude(&self, value: Value, kind: Type, bits: u64) -> (Value, Value) {
        let by = self.builder.constant(kind, bits - 1);
        let sign = self.builder.signed_shift_right(value, by);
        (sign, self.negate_if(sign, value))
    }

    /// Cuts a result back to the width that was asked for.
    fn narrow(&self, value: Value, kind: Type) -> Value {
        if value.kind() == kind {
            value
        } else {
            self.builder.truncate(value, kind)
        }
    }

    /// Brings an operand to a width at least its own.
    fn widen(&self, value: Value, kind: Type, signed: bool) -> Value {
        if value.kind() == kind {
            value
        } else if signed {
            self.builder.sign_extend(value, kind)
        } else {
            self.builder.zero_extend(value, kind)
        }
    }
}

fn unsupported(what: &str, instruction: Instruction) -> String {
    let (function, text) = (instruction.function().name(), instruction.value().text());
    format!("{what}, in {function}: {}", text.trim())
}

fn attribute_kinds<const N: usize>(names: [&str; N]) -> [u32; N] {
    names.map(Attribute::kind)
}
