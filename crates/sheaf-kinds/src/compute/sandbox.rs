//! Running a module: no rights at all, and every resource counted.
//!
//! A run is a function of module, input and limits: no imports, so no clock, no randomness and no
//! state but its own; floating point with one NaN; fuel counted by the instruction. What may differ
//! between machines (how deep calls can nest) ends a run and never changes an output.

use super::inspect::{FEATURES, MAX_TABLE_ELEMENTS, ModuleError, inspect};
use sheaf_format::{Hash, digest::sha256};
use sheaf_protocol::specification::compute::RunLimits;
use std::fmt;
use wasmtime::{
    Config, Engine, Instance, Memory, OptLevel, ResourceLimiter, Store, Trap, TypedFunc,
    WasmFeatures,
};

/// Bytes of a page of memory.
const PAGE_BYTES: usize = 64 << 10;
/// Stack that nested calls may use, in bytes.
const STACK_BYTES: usize = 512 << 10;
/// Highest score, in bps.
const FULL_SCORE: u32 = 10_000;

/// Why a run gave no output.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// It takes longer than it may.
    #[error(
        "the run used up its {0} units of fuel: the job must allow more, or its module is stuck"
    )]
    OutOfFuel(u64),
    /// It wants more memory than it may have.
    #[error("the run wanted more than {0} pages of memory: the job must allow more")]
    OverMemory(u32),
    /// It wants a larger table than modules have.
    #[error("the run wanted a table of more than {MAX_TABLE_ELEMENTS} elements")]
    OverTable,
    /// Calls nest too deeply for this machine.
    #[error("the run's calls nest too deeply: {STACK_BYTES} bytes of stack are used up")]
    StackOverflow,
    /// It did something that stops it.
    #[error("the module stopped: {0}. This is a fault of the module, or it refuses this input")]
    Trap(String),
    /// The input is too large for any module.
    #[error("the input has {0} bytes: a module can address 4 GiB")]
    InputTooLarge(usize),
    /// The place it names for its input lies outside of its memory.
    #[error(
        "`alloc` named {length} bytes at {start} for the input: outside of the module's memory"
    )]
    InputOutOfBounds {
        /// First byte.
        start: u32,
        /// How many.
        length: u32,
    },
    /// The output it names lies outside of its memory.
    #[error("`run` named {length} bytes at {start} as its output: outside of the module's memory")]
    OutputOutOfBounds {
        /// First byte.
        start: u32,
        /// How many.
        length: u32,
    },
    /// The output is longer than it may be.
    #[error("the output has {length} bytes; this job takes at most {most}")]
    OutputTooLarge {
        /// How many.
        length: u32,
        /// How many there may be.
        most: u32,
    },
    /// A score that is none.
    #[error("`score` gave {0}; a score is 0 to {FULL_SCORE}")]
    NoScore(u32),
    /// This machine could not do it; another try may succeed.
    #[error("the sandbox could not be set up: {0}")]
    Host(String),
}

/// A module, inspected and compiled.
#[derive(Clone)]
pub struct Module {
    hash: Hash,
    scores: bool,
    engine: Engine,
    compiled: wasmtime::Module,
}

impl fmt::Debug for Module {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Module");
        shown.field("scores", &self.scores).finish_non_exhaustive()
    }
}

impl Module {
    /// Inspects and compiles a module. This takes a while: do it beside other work, and once.
    ///
    /// # Errors
    /// [`ModuleError`].
    pub fn new(bytes: &[u8]) -> Result<Self, ModuleError> {
        let shape = inspect(bytes)?;
        let refused = |error: wasmtime::Error| ModuleError::Compiler(format!("{error:#}"));
        let engine = Engine::new(&configuration()).map_err(refused)?;
        Ok(Self {
            hash: sha256(&[bytes]),
            scores: shape.scores,
            compiled: wasmtime::Module::from_binary(&engine, bytes).map_err(refused)?,
            engine,
        })
    }

    /// sha256 of the module's bytes.
    pub const fn hash(&self) -> &Hash {
        &self.hash
    }

    /// Whether the module can judge an output by itself.
    pub const fn scores(&self) -> bool {
        self.scores
    }

    /// Runs the module on an input: its output.
    ///
    /// # Errors
    /// [`RunError`]. Equal on every machine, [`RunError::StackOverflow`] and [`RunError::Host`] excepted.
    pub fn run(&self, input: &[u8], limits: &RunLimits) -> Result<Vec<u8>, RunError> {
        let mut run = Run::start(self, limits)?;
        let (start, length) = run.pass(input)?;
        let function = run.function::<(u32, u32), u64>("run")?;
        let packed = run.call(&function, (start, length))?;
        // The upper half is where it lies, the lower how long it is.
        let (start, length) = ((packed >> 32) as u32, packed as u32);
        if length > limits.output_bytes {
            return Err(RunError::OutputTooLarge {
                length,
                most: limits.output_bytes,
            });
        }
        let output = run.memory.data(&run.store).get(range(start, length));
        let output = output.ok_or(RunError::OutputOutOfBounds { start, length })?;
        Ok(output.to_vec())
    }

    /// What the module says of an output, in bps; full marks from a module that does not judge.
    ///
    /// # Errors
    /// [`RunError`], as for [`Self::run`].
    pub fn score(&self, output: &[u8], limits: &RunLimits) -> Result<u16, RunError> {
        if !self.scores {
            return Ok(FULL_SCORE as u16);
        }
        let mut run = Run::start(self, limits)?;
        let (start, length) = run.pass(output)?;
        let function = run.function::<(u32, u32), u32>("score")?;
        let score = run.call(&function, (start, length))?;
        match u16::try_from(score) {
            Ok(bps) if score <= FULL_SCORE => Ok(bps),
            _ => Err(RunError::NoScore(score)),
        }
    }
}

/// Settings under which a module means the same on every machine.
fn configuration() -> Config {
    let mut config = Config::new();
    config
        .wasm_features(!FEATURES, false)
        .wasm_features(FEATURES & WasmFeatures::all(), true)
        .consume_fuel(true)
        .cranelift_nan_canonicalization(true)
        // Strangers' code is compiled: no optimisation whose cost could surprise.
        .cranelift_opt_level(OptLevel::None)
        .max_wasm_stack(STACK_BYTES)
        .wasm_backtrace_max_frames(None);
    config
}

/// What was refused to a run.
#[derive(Clone, Copy)]
enum Denied {
    Memory,
    Table,
}

/// Counts what a run holds.
struct Meter {
    memory_bytes: usize,
    denied: Option<Denied>,
}

impl Meter {
    fn deny(&mut self, what: Denied) -> wasmtime::Result<bool> {
        self.denied = Some(what);
        Err(wasmtime::Error::msg("over the run's limits"))
    }
}

impl ResourceLimiter for Meter {
    // Growth is granted or ends the run: that a machine is short of memory must not look, to the
    // module, like an answer.
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if desired > self.memory_bytes {
            return self.deny(Denied::Memory);
        }
        // Beyond what the module itself allows, growth fails as WebAssembly says.
        Ok(maximum.is_none_or(|maximum| desired <= maximum))
    }

    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        Err(error)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if desired as u64 > MAX_TABLE_ELEMENTS {
            return self.deny(Denied::Table);
        }
        Ok(true)
    }

    fn table_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        Err(error)
    }

    fn instances(&self) -> usize {
        1
    }

    fn tables(&self) -> usize {
        1
    }

    fn memories(&self) -> usize {
        1
    }
}

/// One instance, used once.
struct Run<'a> {
    limits: &'a RunLimits,
    store: Store<Meter>,
    instance: Instance,
    memory: Memory,
}

impl<'a> Run<'a> {
    fn start(module: &Module, limits: &'a RunLimits) -> Result<Self, RunError> {
        let host = |error: wasmtime::Error| RunError::Host(format!("{error:#}"));
        let meter = Meter {
            memory_bytes: limits.memory_pages as usize * PAGE_BYTES,
            denied: None,
        };
        let mut store = Store::new(&module.engine, meter);
        store.limiter(|meter| meter);
        store.set_fuel(limits.fuel).map_err(host)?;
        let instance = Instance::new(&mut store, &module.compiled, &[])
            .map_err(|error| fault(&store, limits, &error))?;
        let memory = instance.get_memory(&mut store, "memory");
        let memory = memory.ok_or_else(|| RunError::Host("no memory".to_owned()))?;
        Ok(Self {
            limits,
            store,
            instance,
            memory,
        })
    }

    fn function<P: wasmtime::WasmParams, R: wasmtime::WasmResults>(
        &mut self,
        name: &str,
    ) -> Result<TypedFunc<P, R>, RunError> {
        let function = self.instance.get_typed_func(&mut self.store, name);
        function.map_err(|error| RunError::Host(format!("{error:#}")))
    }

    fn call<P: wasmtime::WasmParams, R: wasmtime::WasmResults>(
        &mut self,
        function: &TypedFunc<P, R>,
        parameters: P,
    ) -> Result<R, RunError> {
        let called = function.call(&mut self.store, parameters);
        called.map_err(|error| fault(&self.store, self.limits, &error))
    }

    /// Copies bytes to where the module wants them.
    fn pass(&mut self, bytes: &[u8]) -> Result<(u32, u32), RunError> {
        let length =
            u32::try_from(bytes.len()).map_err(|_| RunError::InputTooLarge(bytes.len()))?;
        let alloc = self.function::<u32, u32>("alloc")?;
        let start = self.call(&alloc, length)?;
        let place = self.memory.data_mut(&mut self.store);
        let place = place.get_mut(range(start, length));
        place
            .ok_or(RunError::InputOutOfBounds { start, length })?
            .copy_from_slice(bytes);
        Ok((start, length))
    }
}

const fn range(start: u32, length: u32) -> std::ops::Range<usize> {
    let start = start as usize;
    start..start + length as usize
}

/// What ended a run.
fn fault(store: &Store<Meter>, limits: &RunLimits, error: &wasmtime::Error) -> RunError {
    match store.data().denied {
        Some(Denied::Memory) => return RunError::OverMemory(limits.memory_pages),
        Some(Denied::Table) => return RunError::OverTable,
        None => {}
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => RunError::OutOfFuel(limits.fuel),
        Some(Trap::StackOverflow) => RunError::StackOverflow,
        Some(trap) => RunError::Trap(trap.to_string()),
        None => RunError::Host(format!("{error:#}")),
    }
}

#[cfg(test)]
mod tests;
