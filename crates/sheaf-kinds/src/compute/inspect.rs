//! What a module must look like before it is compiled: no imports, no start function, the exports of
//! the ABI, and a size whose compilation takes a bounded time.

use wasmparser::{
    ExternalKind, FuncType, FunctionBody, MemoryType, Operator, Parser, Payload, TableType,
    ValType, Validator, WasmFeatures,
};

/// Largest module, in bytes.
pub const MAX_MODULE_BYTES: usize = sheaf_protocol::specification::compute::MAX_MODULE_BYTES;
/// Most functions.
pub const MAX_FUNCTIONS: usize = 10_000;
/// Largest function, in bytes: compilers can take longer than linearly over one function.
pub const MAX_FUNCTION_BYTES: usize = 128 << 10;
/// Most local variables of one function: each is a few bytes in the module and work in the compiler.
pub const MAX_LOCALS: u64 = 2_000;
/// Most local variables of all functions.
pub const MAX_ALL_LOCALS: u64 = 200_000;
/// Most branches of one function: blocks, jumps, and each target of a jump table.
pub const MAX_BRANCHES: u64 = 8_000;
/// Most branches of all functions.
pub const MAX_ALL_BRANCHES: u64 = 100_000;
/// Most work of joining the values of local variables: over all functions, branches × (local variables and
/// parameters).
pub const MAX_JOINS: u64 = 2_000_000;
/// Most parameters of one function.
pub const MAX_PARAMETERS: usize = 32;
/// Most elements of the table.
pub const MAX_TABLE_ELEMENTS: u64 = 10_000;

/// Parts of WebAssembly a module may use: those whose results are the same on every machine, and whose
/// cost is counted. Left out are threads, every kind of vectors, several results (they make
/// compilation expensive), garbage collection, exceptions, and whatever comes later.
pub const FEATURES: WasmFeatures = WasmFeatures::MUTABLE_GLOBAL
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::CALL_INDIRECT_OVERLONG)
    .union(WasmFeatures::FLOATS);

/// Why a module is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModuleError {
    /// Too many bytes.
    #[error("the module has {0} bytes; at most {MAX_MODULE_BYTES} are taken")]
    TooLarge(usize),
    /// No WebAssembly, or more of it than is allowed.
    #[error(
        "this is no WebAssembly module that is run here: {0}. Build it for wasm32v1-none: without \
         threads, vectors or several results"
    )]
    Invalid(String),
    /// It asks the machine for something.
    #[error(
        "the module imports \"{name}\" from \"{module}\"; nothing is given to modules: build it \
         without a system interface"
    )]
    Import {
        /// From where.
        module: String,
        /// What.
        name: String,
    },
    /// It would run before it is called.
    #[error("the module has a start function, and nothing runs before `run`: remove it")]
    StartFunction,
    /// A part of the ABI is missing or has another type.
    #[error("the module must export {0}")]
    Export(&'static str),
    /// It is made to be expensive to compile or to hold.
    #[error("the module has {what} {found}; at most {most} are taken")]
    Bound {
        /// What there is too much of.
        what: &'static str,
        /// How much there is.
        found: u64,
        /// How much there may be.
        most: u64,
    },
    /// The compiler does not take it.
    #[error("the module does not compile: {0}")]
    Compiler(String),
}

/// What was seen of a module that may be compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Whether it exports `score`.
    pub scores: bool,
}

/// Looks at a module's bytes.
///
/// # Errors
/// [`ModuleError`].
pub fn inspect(bytes: &[u8]) -> Result<Shape, ModuleError> {
    if bytes.len() > MAX_MODULE_BYTES {
        return Err(ModuleError::TooLarge(bytes.len()));
    }
    let invalid = |error: wasmparser::BinaryReaderError| ModuleError::Invalid(error.to_string());
    // What is bounded is counted before the validator's own work.
    let mut seen = Seen::default();
    for payload in Parser::new(0).parse_all(bytes) {
        seen.look_at(&payload.map_err(invalid)?)?;
    }
    Validator::new_with_features(FEATURES)
        .validate_all(bytes)
        .map_err(invalid)?;
    seen.shape()
}

#[derive(Default)]
struct Seen {
    types: Vec<Option<FuncType>>,
    functions: Vec<u32>,
    bodies: usize,
    locals: u64,
    branches: u64,
    joins: u64,
    exports: Vec<(String, ExternalKind, u32)>,
}

impl Seen {
    fn look_at(&mut self, payload: &Payload<'_>) -> Result<(), ModuleError> {
        let invalid =
            |error: wasmparser::BinaryReaderError| ModuleError::Invalid(error.to_string());
        match payload {
            Payload::TypeSection(section) => {
                for group in section.clone() {
                    for defined in group.map_err(invalid)?.into_types() {
                        self.add_type(match defined.composite_type.inner {
                            wasmparser::CompositeInnerType::Func(function) => Some(function),
                            _ => None,
                        })?;
                    }
                }
            }
            Payload::ImportSection(section) => {
                if let Some(import) = section.clone().into_imports().next() {
                    let import = import.map_err(invalid)?;
                    return Err(ModuleError::Import {
                        module: import.module.to_owned(),
                        name: import.name.to_owned(),
                    });
                }
            }
            Payload::FunctionSection(section) => {
                bound("functions:", section.count().into(), MAX_FUNCTIONS as u64)?;
                for function in section.clone() {
                    self.functions.push(function.map_err(invalid)?);
                }
            }
            Payload::TableSection(section) => {
                bound("tables:", section.count().into(), 1)?;
                for table in section.clone() {
                    let TableType { initial, .. } = table.map_err(invalid)?.ty;
                    bound("elements in its table:", initial, MAX_TABLE_ELEMENTS)?;
                }
            }
            Payload::MemorySection(section) => {
                bound("memories:", section.count().into(), 1)?;
                for memory in section.clone() {
                    let MemoryType { initial, .. } = memory.map_err(invalid)?;
                    bound(
                        "pages of memory from the beginning:",
                        initial,
                        sheaf_protocol::specification::compute::MAX_MEMORY_PAGES.into(),
                    )?;
                }
            }
            Payload::StartSection { .. } => return Err(ModuleError::StartFunction),
            Payload::ExportSection(section) => {
                for export in section.clone() {
                    let export = export.map_err(invalid)?;
                    self.exports
                        .push((export.name.to_owned(), export.kind, export.index));
                }
            }
            Payload::CodeSectionEntry(body) => self.add_body(body)?,
            _ => {}
        }
        Ok(())
    }

    fn add_type(&mut self, function: Option<FuncType>) -> Result<(), ModuleError> {
        if let Some(function) = &function {
            let parameters = function.params().len();
            bound(
                "parameters of a function:",
                parameters as u64,
                MAX_PARAMETERS as u64,
            )?;
        }
        self.types.push(function);
        Ok(())
    }

    fn add_body(&mut self, body: &FunctionBody<'_>) -> Result<(), ModuleError> {
        let parameters = self.parameters_of(self.bodies);
        self.bodies += 1;
        let bytes = body.range().len() as u64;
        bound("bytes in a function:", bytes, MAX_FUNCTION_BYTES as u64)?;
        let reader = body.get_locals_reader();
        let mut locals = 0_u64;
        for run in reader.map_err(|error| ModuleError::Invalid(error.to_string()))? {
            let (count, _) = run.map_err(|error| ModuleError::Invalid(error.to_string()))?;
            locals = locals.saturating_add(count.into());
        }
        bound("local variables of a function:", locals, MAX_LOCALS)?;
        self.locals = self.locals.saturating_add(locals);
        bound("local variables in all:", self.locals, MAX_ALL_LOCALS)?;
        let branches = branches(body)?;
        bound("branches in a function:", branches, MAX_BRANCHES)?;
        self.branches = self.branches.saturating_add(branches);
        bound("branches in all:", self.branches, MAX_ALL_BRANCHES)?;
        let joins = branches.saturating_mul(locals.saturating_add(parameters));
        self.joins = self.joins.saturating_add(joins);
        bound("branches times local variables:", self.joins, MAX_JOINS)
    }

    /// Parameters of the function with this body.
    fn parameters_of(&self, body: usize) -> u64 {
        let function = self.functions.get(body);
        let kind = function.and_then(|kind| self.types.get(usize::try_from(*kind).ok()?)?.as_ref());
        kind.map_or(0, |kind| kind.params().len() as u64)
    }

    /// The exports of the ABI, once everything else is known.
    fn shape(&self) -> Result<Shape, ModuleError> {
        let memory = self
            .exports
            .iter()
            .any(|(name, kind, _)| name == "memory" && *kind == ExternalKind::Memory);
        if !memory {
            return Err(ModuleError::Export("its memory as \"memory\""));
        }
        let (pointer, pair) = (ValType::I32, [ValType::I32, ValType::I32]);
        if !self.exports_function("alloc", &[pointer], pointer) {
            return Err(ModuleError::Export(
                "a function \"alloc\" that takes an i32 and returns an i32",
            ));
        }
        if !self.exports_function("run", &pair, ValType::I64) {
            return Err(ModuleError::Export(
                "a function \"run\" that takes two i32 and returns an i64",
            ));
        }
        let scores = self.exports.iter().any(|(name, _, _)| name == "score");
        if scores && !self.exports_function("score", &pair, pointer) {
            return Err(ModuleError::Export(
                "\"score\", if at all, as a function that takes two i32 and returns an i32",
            ));
        }
        Ok(Shape { scores })
    }

    fn exports_function(&self, name: &str, parameters: &[ValType], result: ValType) -> bool {
        let found = self
            .exports
            .iter()
            .find(|(exported, kind, _)| exported == name && *kind == ExternalKind::Func);
        // There are no imports: a function's index is its place in the module.
        let function = found.and_then(|(_, _, index)| {
            let at = self.functions.get(usize::try_from(*index).ok()?)?;
            self.types.get(usize::try_from(*at).ok()?)?.as_ref()
        });
        function.is_some_and(|function| {
            function.params() == parameters && function.results() == [result]
        })
    }
}

/// The branches of a function.
fn branches(body: &FunctionBody<'_>) -> Result<u64, ModuleError> {
    let invalid = |error: wasmparser::BinaryReaderError| ModuleError::Invalid(error.to_string());
    let mut count = 0_u64;
    for operator in body.get_operators_reader().map_err(invalid)? {
        count = count.saturating_add(match operator.map_err(invalid)? {
            Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::Else
            | Operator::Br { .. }
            | Operator::BrIf { .. } => 1,
            Operator::BrTable { targets } => 1 + u64::from(targets.len()),
            _ => 0,
        });
    }
    Ok(count)
}

const fn bound(what: &'static str, found: u64, most: u64) -> Result<(), ModuleError> {
    if found > most {
        return Err(ModuleError::Bound { what, found, most });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
