//! Measures the sandbox: `cargo run --release -p sheaf-kinds --example modules -- MODULE.wasm...`
//!
//! Of each module: how long it takes to compile, and to run on 200 notes of 200 words. Then modules that
//! are made to be slow, within the limits: one that is as long as may be, and one that never ends.

use sheaf_kinds::compute::{
    input::{Input, OwnFile},
    inspect::MAX_FUNCTION_BYTES,
    sandbox::Module,
};
use sheaf_protocol::specification::compute::{MAX_MODULE_BYTES, RunLimits};
use std::{
    error::Error,
    time::{Duration, Instant},
};
use wasm_encoder::{
    BlockType, CodeSection, ExportKind, ExportSection, Function, FunctionSection, InstructionSink,
    MemorySection, MemoryType, TypeSection, ValType,
};

const LIMITS: RunLimits = RunLimits {
    fuel: 1_000_000_000,
    memory_pages: 64,
    output_bytes: 4_096,
};

fn main() -> Result<(), Box<dyn Error>> {
    let files = notes();
    let random = vec![0; 1_032];
    let input = Input {
        random: &random,
        files: &files,
        ..Input::default()
    };
    let input = input.to_bytes()?;
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path)?;
        let (module, compiling) = timed(|| Module::new(&bytes));
        let module = module?;
        let (output, running) = timed(|| module.run(&input, &LIMITS));
        println!(
            "{path}: {} bytes, compiled in {compiling:.2?}; {} bytes of notes in {running:.2?}, {} bytes out",
            bytes.len(),
            input.len(),
            output?.len()
        );
    }
    for (name, body) in [
        ("additions", additions as fn(&mut InstructionSink<'_>)),
        ("nested blocks", blocks),
        ("loads and stores", stores),
    ] {
        let bytes = as_long_as_may_be(body);
        let (module, compiling) = timed(|| Module::new(&bytes));
        module?;
        println!(
            "{} bytes of {name}: compiled in {compiling:.2?}",
            bytes.len()
        );
    }
    let endless = module_of(&[function(|it| {
        it.loop_(BlockType::Empty).br(0).end();
        it.i64_const(0);
    })]);
    let endless = Module::new(&endless)?;
    let (ended, running) = timed(|| endless.run(b"", &LIMITS));
    println!("an endless loop: {:?} after {running:.2?}", ended.err());
    Ok(())
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let done = work();
    (done, start.elapsed())
}

fn notes() -> Vec<OwnFile> {
    let note = |note: u32| OwnFile {
        name: format!("{note}.txt"),
        content: (0..200)
            .map(|word| format!("word{} ", (note * 7 + word) % 900))
            .collect::<String>()
            .into_bytes(),
    };
    (0..200).map(note).collect()
}

/// A function of `run`'s type.
fn function(write: impl FnOnce(&mut InstructionSink<'_>)) -> Function {
    let mut function = Function::new([]);
    let mut instructions = function.instructions();
    write(&mut instructions);
    instructions.end();
    function
}

fn additions(it: &mut InstructionSink<'_>) {
    it.local_get(0).local_get(1).i32_add().local_set(0);
}

fn blocks(it: &mut InstructionSink<'_>) {
    it.block(BlockType::Empty);
    it.local_get(0).br_if(0).end();
}

fn stores(it: &mut InstructionSink<'_>) {
    let at = wasm_encoder::MemArg {
        offset: 0,
        align: 0,
        memory_index: 0,
    };
    it.local_get(0).local_get(1).i32_load(at).i32_store(at);
}

/// A module nearly of the largest size, of functions nearly of the largest size.
fn as_long_as_may_be(piece: fn(&mut InstructionSink<'_>)) -> Vec<u8> {
    let long = function(|it| {
        // What a function of one piece has more than one of none.
        let length = |pieces: usize| {
            let counted = function(|it| (0..pieces).for_each(|_| piece(it)));
            counted.byte_len()
        };
        let each = length(1) - length(0);
        (0..(MAX_FUNCTION_BYTES - 64) / each).for_each(|_| piece(it));
        it.i64_const(0);
    });
    let many = (MAX_MODULE_BYTES - 1_024) / (long.byte_len() + 8);
    module_of(&vec![long; many])
}

/// A module whose `run` is the first of these.
fn module_of(functions: &[Function]) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32], [ValType::I32]);
    types
        .ty()
        .function([ValType::I32, ValType::I32], [ValType::I64]);
    let mut declared = FunctionSection::new();
    let mut code = CodeSection::new();
    declared.function(0);
    code.function(&function(|it| {
        it.i32_const(1_024);
    }));
    for function in functions {
        declared.function(1);
        code.function(function);
    }
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    exports.export("alloc", ExportKind::Func, 0);
    exports.export("run", ExportKind::Func, 1);
    let mut module = wasm_encoder::Module::new();
    module.section(&types).section(&declared).section(&memories);
    module.section(&exports).section(&code);
    module.finish()
}
