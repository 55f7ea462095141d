//! Modules for tests, well-behaved and malicious, written instruction by instruction.

use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection,
    InstructionSink, MemorySection, MemoryType, Module, RefType, StartSection, TableSection,
    TableType, TypeSection, ValType,
};

/// Where `alloc` places inputs, unless told otherwise.
pub const INPUT_AT: i32 = 1_024;

/// Types of functions, by index.
const ALLOC: u32 = 0;
const RUN: u32 = 1;
const SCORE: u32 = 2;
const NOTHING: u32 = 3;

/// What a module is made of.
pub struct Parts {
    /// Pages of memory from the beginning.
    pub pages: u64,
    /// Most pages, as the module itself says.
    pub most_pages: Option<u64>,
    /// Whether the memory is exported.
    pub exports_memory: bool,
    /// Elements of its table.
    pub table: Option<u64>,
    /// A function it imports.
    pub import: Option<(&'static str, &'static str)>,
    /// Whether a function runs at the start.
    pub starts: bool,
    /// What `alloc` returns.
    pub alloc: i32,
    /// The name under which `alloc` is exported.
    pub alloc_name: &'static str,
    /// Whether `run` has the type of `score`.
    pub run_is_score: bool,
    /// Local variables of `run` beside its two parameters.
    pub locals: u32,
    /// `score`, if there is one.
    pub score: Option<Function>,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            pages: 1,
            most_pages: None,
            exports_memory: true,
            table: None,
            import: None,
            starts: false,
            alloc: INPUT_AT,
            alloc_name: "alloc",
            run_is_score: false,
            locals: 0,
            score: None,
        }
    }
}

/// A function of these instructions.
pub fn function(locals: u32, write: impl FnOnce(&mut InstructionSink<'_>)) -> Function {
    let mut function = Function::new([(locals, ValType::I32)]);
    let mut instructions = function.instructions();
    write(&mut instructions);
    instructions.end();
    function
}

impl Parts {
    /// The module whose `run` does this.
    pub fn module(self, run: impl FnOnce(&mut InstructionSink<'_>)) -> Vec<u8> {
        let imported = u32::from(self.import.is_some());
        let mut types = TypeSection::new();
        types.ty().function([ValType::I32], [ValType::I32]);
        types
            .ty()
            .function([ValType::I32, ValType::I32], [ValType::I64]);
        types
            .ty()
            .function([ValType::I32, ValType::I32], [ValType::I32]);
        types.ty().function([], []);
        let mut imports = ImportSection::new();
        if let Some((module, name)) = self.import {
            imports.import(module, name, EntityType::Function(NOTHING));
        }
        let mut functions = FunctionSection::new();
        let run_type = if self.run_is_score { SCORE } else { RUN };
        functions
            .function(ALLOC)
            .function(run_type)
            .function(NOTHING);
        let mut code = CodeSection::new();
        code.function(&function(0, |it| {
            it.i32_const(self.alloc);
        }));
        code.function(&function(self.locals, run));
        code.function(&function(0, |_| {}));
        let mut exports = ExportSection::new();
        if self.exports_memory {
            exports.export("memory", ExportKind::Memory, 0);
        }
        exports.export(self.alloc_name, ExportKind::Func, imported);
        exports.export("run", ExportKind::Func, imported + 1);
        if let Some(score) = &self.score {
            functions.function(SCORE);
            code.function(score);
            exports.export("score", ExportKind::Func, imported + 3);
        }
        let mut tables = TableSection::new();
        if let Some(minimum) = self.table {
            tables.table(TableType {
                element_type: RefType::FUNCREF,
                table64: false,
                minimum,
                maximum: None,
                shared: false,
            });
        }
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: self.pages,
            maximum: self.most_pages,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut module = Module::new();
        module.section(&types);
        if self.import.is_some() {
            module.section(&imports);
        }
        module
            .section(&functions)
            .section(&tables)
            .section(&memories);
        module.section(&exports);
        if self.starts {
            module.section(&StartSection {
                function_index: imported + 2,
            });
        }
        module.section(&code);
        module.finish()
    }
}

/// The instructions that return the bytes at `start`, as many as `length`.
pub fn answer(it: &mut InstructionSink<'_>, start: i32, length: i32) {
    it.i64_const((i64::from(start) << 32) | i64::from(length));
}

/// A module whose output is its input.
pub fn echo() -> Vec<u8> {
    Parts::default().module(echo_back)
}

/// The instructions that return the input.
pub fn echo_back(it: &mut InstructionSink<'_>) {
    it.local_get(0).i64_extend_i32_u();
    it.i64_const(32).i64_shl();
    it.local_get(1).i64_extend_i32_u().i64_or();
}
