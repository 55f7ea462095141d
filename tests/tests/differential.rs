//! The same operations, compiled for the host and to program bytes, give the same results: the
//! evidence that our linker legalises without changing what a program computes.

#[path = "../../programs/probe/src/operations.rs"]
#[allow(missing_docs, unexpected_cfgs)]
mod operations;

use operations::{OPERATIONS, Output, PANICS, run};
use rand::{Rng, SeedableRng, rngs::StdRng};
use sheaf_client::instruction::compute_budget;
use sheaf_tests::program_file;
use solana_sdk::{
    instruction::{Instruction, InstructionError},
    pubkey::Pubkey,
    signature::Keypair,
    signer::Signer,
    transaction::{Transaction, TransactionError},
};
use std::panic::{AssertUnwindSafe, catch_unwind};

type Input = [u8; 32];

/// Inputs of one transaction, and random inputs of each operation.
const INPUTS_PER_CALL: usize = 16;
const RANDOM_INPUTS: usize = 4096;
/// Inputs of the operation that panics: one of each takes a transaction of its own.
const PANIC_INPUTS: usize = 1000;
const COMPUTE_UNITS: u32 = 1_400_000;
/// `SHEAF_SEED` overrides it, to look further or to repeat.
const SEED: u64 = 0x5eaf;

/// Words at which arithmetic goes wrong, if it does.
const EDGES: [u64; 20] = [
    0,
    1,
    2,
    10,
    63,
    64,
    65,
    127,
    128,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x1_0000_0000,
    i64::MAX as u64,
    i64::MIN as u64,
    u64::MAX - 1,
    u64::MAX,
    // Floats: one, and not a number.
    0x3ff0_0000_0000_0000,
    0x7ff8_0000_0000_0000,
];

fn seed() -> u64 {
    let seed = std::env::var("SHEAF_SEED").map_or(SEED, |text| {
        text.parse().expect("SHEAF_SEED is a number of 64 bits")
    });
    println!("seed {seed}");
    seed
}

fn input_of(words: [u64; 4]) -> Input {
    let mut input = [0; 32];
    for (bytes, word) in input.chunks_exact_mut(8).zip(words) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    input
}

/// Every pair of edges, twice: as the two words that most operations use, and as the high words of
/// the two wide numbers, beside each other's low words.
fn edge_inputs() -> Vec<Input> {
    let pairs = EDGES.iter().flat_map(|a| EDGES.iter().map(|b| (*a, *b)));
    pairs
        .flat_map(|(a, b)| [input_of([a, b, b, a]), input_of([a, 0, b, 1])])
        .collect()
}

fn random_input(random: &mut StdRng) -> Input {
    input_of([(); 4].map(|()| match random.gen_range(0..4) {
        0 => EDGES[random.gen_range(0..EDGES.len())],
        1 => EDGES[random.gen_range(0..EDGES.len())].wrapping_sub(random.gen_range(0..3)),
        // Ordinary floats, so that their arithmetic does not only meet extremes.
        2 => random.gen_range(-1e9..1e9f64).to_bits(),
        _ => random.r#gen(),
    }))
}

/// What the host computes.
fn on_host(operation: u8, input: &Input) -> u64 {
    let mut output = Output::new();
    run(operation, input, &mut output);
    output.hash()
}

/// The probe on LiteSVM.
struct Chain {
    vm: litesvm::LiteSVM,
    probe: Pubkey,
    payer: Keypair,
}

impl Chain {
    fn new() -> Self {
        let mut vm = litesvm::LiteSVM::new();
        let probe = Pubkey::new_unique();
        vm.add_program(probe, &program_file("SHEAF_PROBE", "probe.so"))
            .expect("the probe loads");
        let payer = Keypair::new();
        vm.airdrop(&payer.pubkey(), 1_000_000_000_000)
            .expect("lamports for fees");
        Self { vm, probe, payer }
    }

    /// What the program computes for each input.
    fn run(&mut self, operation: u8, inputs: &[Input]) -> Result<Vec<u64>, TransactionError> {
        let mut data = vec![operation];
        data.extend(inputs.iter().flatten());
        let mut instructions = compute_budget(COMPUTE_UNITS, 0);
        instructions.push(Instruction::new_with_bytes(self.probe, &data, vec![]));
        let transaction = Transaction::new_signed_with_payer(
            &instructions,
            Some(&self.payer.pubkey()),
            &[&self.payer],
            self.vm.latest_blockhash(),
        );
        let landed = self.vm.send_transaction(transaction);
        self.vm.expire_blockhash();
        let mut returned = landed.map_err(|failed| failed.err)?.return_data.data;
        // Trailing zeros of return data may be cut.
        returned.resize(8 * inputs.len(), 0);
        let (hashes, _) = returned.as_chunks();
        Ok(hashes.iter().copied().map(u64::from_le_bytes).collect())
    }

    /// Runs one operation on all inputs; the first result that is not as expected is an error.
    fn compare(
        &mut self,
        operation: u8,
        inputs: &[Input],
        expected: impl Fn(u8, &Input) -> u64,
    ) -> Result<usize, String> {
        for inputs in inputs.chunks(INPUTS_PER_CALL) {
            let hashes = self.run(operation, inputs).map_err(|error| {
                format!(
                    "operation {operation} fails: {error:?}; if the probe is older than \
                     operations.rs, run `cargo xtask build-program`"
                )
            })?;
            for (input, hash) in inputs.iter().zip(hashes) {
                if hash != expected(operation, input) {
                    return Err(format!("operation {operation} differs on {input:?}"));
                }
            }
        }
        Ok(inputs.len())
    }
}

#[test]
fn program_bytes_compute_what_the_host_computes() {
    let mut chain = Chain::new();
    let mut random = StdRng::seed_from_u64(seed());
    let mut compared = 0;
    for operation in 0..OPERATIONS {
        let mut inputs = edge_inputs();
        inputs.extend((0..RANDOM_INPUTS).map(|_| random_input(&mut random)));
        match chain.compare(operation, &inputs, on_host) {
            Ok(count) => compared += count,
            Err(difference) => panic!("{difference}"),
        }
    }
    println!("{compared} results of {OPERATIONS} operations agree");
}

#[test]
fn a_program_aborts_exactly_where_the_host_panics() {
    let mut chain = Chain::new();
    let mut random = StdRng::seed_from_u64(seed());
    std::panic::set_hook(Box::new(|_| {}));
    let expected: Vec<(Input, Option<u64>)> = (0..PANIC_INPUTS)
        .map(|_| random_input(&mut random))
        .map(|input| {
            let host = catch_unwind(AssertUnwindSafe(|| on_host(PANICS, &input)));
            (input, host.ok())
        })
        .collect();
    let _ = std::panic::take_hook();
    let aborted = TransactionError::InstructionError(1, InstructionError::ProgramFailedToComplete);
    for (input, host) in &expected {
        let host = host.map(|hash| vec![hash]).ok_or(aborted.clone());
        assert_eq!(chain.run(PANICS, &[*input]), host, "input {input:?}");
    }
    let panics = expected.iter().filter(|(_, host)| host.is_none()).count();
    println!("{panics} of {PANIC_INPUTS} inputs panic, on both sides");
    assert!(panics > 100 && PANIC_INPUTS - panics > 100);
}

#[test]
fn a_wrong_result_of_any_operation_is_noticed() {
    let mut chain = Chain::new();
    // As if the program were wrong about one input in several hundred.
    let inputs = edge_inputs();
    let victim = inputs[inputs.len() / 2];
    for wrong in 0..OPERATIONS {
        let broken = |operation, input: &Input| {
            let hash = on_host(operation, input);
            hash ^ u64::from(*input == victim)
        };
        let noticed = chain
            .compare(wrong, &inputs, broken)
            .expect_err("a difference");
        assert_eq!(noticed, format!("operation {wrong} differs on {victim:?}"));
    }
}

#[test]
fn a_probe_that_does_not_know_an_operation_fails() {
    let refused = Chain::new().run(PANICS + 1, &[[0; 32]]);
    let error = InstructionError::Custom(1);
    assert_eq!(refused, Err(TransactionError::InstructionError(1, error)));
}
