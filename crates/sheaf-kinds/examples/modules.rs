//! Measures the sandbox: `cargo run -p sheaf-kinds --example modules -- MODULE.wasm...`
//!
//! Of each module: how long it takes to compile, and to run on 200 notes of 200 words. Then modules that
//! are made to be slow, as large as they are taken, and one that never ends.

use sheaf_kinds::compute::{
    input::{Input, OwnFile},
    inspect::{MAX_FUNCTION_BYTES, inspect},
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

/// Local variables of slow functions.
const LOCALS: u32 = 60;

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
        ("additions", additions as fn(&mut InstructionSink<'_>, u32)),
        ("loads and stores", stores),
        ("blocks", blocks),
        ("loops over variables", loops),
    ] {
        let bytes = as_much_as_is_taken(body);
        let (module, compiling) = timed(|| Module::new(&bytes));
        module?;
        println!(
            "{} bytes of {name}: compiled in {compiling:.2?}",
            bytes.len()
        );
    }
    let endless = module_of(&[function(0, |it| {
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

/// A function of `run`'s type with so many local variables beside its parameters.
fn function(locals: u32, write: impl FnOnce(&mut InstructionSink<'_>)) -> Function {
    let mut function = Function::new([(locals, ValType::I32)]);
    let mut instructions = function.instructions();
    write(&mut instructions);
    instructions.end();
    function
}

fn additions(it: &mut InstructionSink<'_>, _: u32) {
    it.local_get(0).local_get(1).i32_add().local_set(0);
}

fn stores(it: &mut InstructionSink<'_>, _: u32) {
    let at = wasm_encoder::MemArg {
        offset: 0,
        align: 0,
        memory_index: 0,
    };
    it.local_get(0).local_get(1).i32_load(at).i32_store(at);
}

fn blocks(it: &mut InstructionSink<'_>, _: u32) {
    it.block(BlockType::Empty);
    it.local_get(0).br_if(0).end();
}

/// Changes another variable in each loop, so that all of them have to be joined at each.
fn loops(it: &mut InstructionSink<'_>, place: u32) {
    let variable = 2 + place % LOCALS;
    it.loop_(BlockType::Empty);
    it.local_get(variable)
        .i32_const(1)
        .i32_add()
        .local_set(variable);
    it.local_get(0).br_if(0).end();
}

/// The largest module of this piece, again and again, that is taken: functions of nearly the largest size and
/// as many as fit; shorter ones, and then fewer, where those are refused.
fn as_much_as_is_taken(piece: fn(&mut InstructionSink<'_>, u32)) -> Vec<u8> {
    let mut best = Vec::new();
    for size in (0..6).map(|halvings| MAX_FUNCTION_BYTES >> halvings) {
        let long = function(LOCALS, |it| {
            let sample = function(LOCALS, |it| (0..100).for_each(|place| piece(it, place)));
            let each = sample.byte_len() / 100 + 1;
            let pieces = u32::try_from((size - 128) / each).unwrap_or(0);
            (0..pieces).for_each(|place| piece(it, place));
            it.i64_const(0);
        });
        let mut many = (MAX_MODULE_BYTES - 1_024) / (long.byte_len() + 8);
        while many > 0 && inspect(&module_of(&vec![long.clone(); many])).is_err() {
            many -= 1;
        }
        let bytes = module_of(&vec![long; many]);
        if many > 0 && bytes.len() > best.len() {
            best = bytes;
        }
    }
    best
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
    code.function(&function(0, |it| {
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
