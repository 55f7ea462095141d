//! Random sequences of instructions by honest and hostile people: the program's real bytes do what the
//! reference model does, and its books balance after every step.
//!
//! A failure prints its seed and the shortest sequence that fails. `SHEAF_SEED` repeats a run.

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use sheaf_tests::{
    mint::MintKind,
    model::{
        run::Run,
        step::{Step, steps},
    },
};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

/// Sequences of the short run.
const CASES: u32 = 24;
/// Steps of a sequence at most.
const STEPS: usize = 150;
const SEED: u64 = 0x5eaf;

/// What ran.
#[derive(Default)]
struct Counts {
    sequences: Cell<usize>,
    steps: Cell<usize>,
    sent: Cell<usize>,
    /// How often each instruction landed.
    landed: RefCell<BTreeMap<&'static str, usize>>,
}

impl Counts {
    fn add(&self, steps: usize, run: &Run) {
        let add = |cell: &Cell<usize>, more: usize| cell.set(cell.get() + more);
        add(&self.sequences, 1);
        add(&self.steps, steps);
        add(&self.sent, run.sent);
        for name in run.landed() {
            *self.landed.borrow_mut().entry(name).or_default() += 1;
        }
    }

    fn print(&self) {
        println!(
            "{} sequences, {} steps: {} instructions, of which {} landed",
            self.sequences.get(),
            self.steps.get(),
            self.sent.get(),
            self.landed.borrow().values().sum::<usize>()
        );
        println!("landed: {:?}", self.landed.borrow());
    }
}

fn kind_of(number: u8) -> (MintKind, u64) {
    match number % 4 {
        0 | 1 => (MintKind::Token, 0),
        2 => (MintKind::plain_2022(), 0),
        _ => (MintKind::with_fee(100), 100),
    }
}

/// One sequence on both. A panic of the books is a difference like any other.
fn perform(kind: u8, steps: &[Step], counts: &Counts) -> Result<(), TestCaseError> {
    let (kind, fee_bps) = kind_of(kind);
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut run = Run::new(&kind, fee_bps);
        let outcome = run.all(steps);
        counts.add(steps.len(), &run);
        outcome
    }));
    match outcome {
        Ok(outcome) => outcome.map_err(TestCaseError::fail),
        Err(panic) => {
            let words = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
                .unwrap_or_default();
            Err(TestCaseError::fail(format!("the books: {words}")))
        }
    }
}

/// Runs some sequences from a seed.
fn run(seed: u64, cases: u32, counts: &Counts) {
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(config, random);
    let sequences = (proptest::num::u8::ANY, steps(STEPS));
    match runner.run(&sequences, |(kind, steps)| perform(kind, &steps, counts)) {
        Ok(()) => {}
        Err(TestError::Fail(reason, (kind, steps))) => panic!(
            "SHEAF_SEED={seed}: {reason}\nover {:?}, the shortest sequence is\n{steps:#?}",
            kind_of(kind).0
        ),
        Err(TestError::Abort(reason)) => panic!("SHEAF_SEED={seed}: {reason}"),
    }
}

fn seed() -> Option<u64> {
    let text = std::env::var("SHEAF_SEED").ok()?;
    Some(text.parse().expect("SHEAF_SEED is a number of 64 bits"))
}

#[test]
fn the_program_does_what_the_model_does() {
    let counts = Counts::default();
    run(seed().unwrap_or(SEED), CASES, &counts);
    counts.print();
}

/// `cargo xtask fuzz` runs this for `SHEAF_FUZZ_MINUTES`.
#[test]
#[ignore = "it takes as long as it is asked to"]
fn for_as_long_as_asked() {
    let minutes: u64 = std::env::var("SHEAF_FUZZ_MINUTES")
        .map_or(10, |text| text.parse().expect("a whole number of minutes"));
    let until = Instant::now() + Duration::from_secs(60 * minutes);
    let counts = Counts::default();
    let first = seed().unwrap_or_else(rand::random);
    println!("seeds from {first}");
    for seed in first.. {
        run(seed, CASES, &counts);
        if Instant::now() >= until {
            break;
        }
    }
    counts.print();
}
