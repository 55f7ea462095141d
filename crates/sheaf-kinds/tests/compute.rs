//! The modules of `examples/compute`, in the sandbox that nodes and validators run them in.

use sheaf_format::digest::sha256;
use sheaf_kinds::{
    AddressPolicy, Claim, Kind, Misbehaviour, Setting, Vantage, compute,
    compute::{
        input::{Input, OwnFile},
        result::RunHeader,
        sandbox::{Module, RunError},
    },
};
use sheaf_protocol::{
    specification::{
        Specification,
        compute::{ComputeInput, ComputeSpecification, ModuleSource, OwnInput, RunLimits},
    },
    text::to_base64,
};
use std::path::Path;

const LIMITS: RunLimits = RunLimits {
    fuel: 50_000_000,
    memory_pages: 64,
    output_bytes: 4_096,
};

/// Counts of a sketch, words that count, and random bytes it needs, as `examples/compute/sketch` says.
const BUCKETS: usize = 64;
const MOST_WORDS: i32 = 4;
const RANDOM_BYTES: u32 = 1_032;

fn module_bytes(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../target/modules")
        .join(format!("{name}.wasm"));
    std::fs::read(&path).unwrap_or_else(|error| {
        panic!(
            "{} cannot be read ({error}): run `cargo xtask build-modules`",
            path.display()
        )
    })
}

fn module(name: &str) -> Module {
    Module::new(&module_bytes(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn files(texts: &[&str]) -> Vec<OwnFile> {
    let file = |(at, text): (usize, &&str)| OwnFile {
        name: format!("{at}.txt"),
        content: text.as_bytes().to_vec(),
    };
    texts.iter().enumerate().map(file).collect()
}

fn run(module: &Module, random: &[u8], texts: &[&str]) -> Result<Vec<u8>, RunError> {
    let input = Input {
        random,
        files: &files(texts),
        ..Input::default()
    };
    module.run(&input.to_bytes().expect("a small input"), &LIMITS)
}

/// Random-looking bytes, the same in every run of the test.
fn random(seed: u64) -> Vec<u8> {
    let blocks = (0_u32..).flat_map(|block| sha256(&[&seed.to_le_bytes(), &block.to_le_bytes()]));
    blocks.take(RANDOM_BYTES as usize).collect()
}

fn counts(sketch: &[u8]) -> Vec<i32> {
    assert_eq!(sketch.len(), 4 * BUCKETS);
    let (numbers, _) = sketch.as_chunks::<4>();
    numbers
        .iter()
        .map(|number| i32::from_le_bytes(*number))
        .collect()
}

#[test]
fn notes_are_labelled_on_the_device_and_only_the_counts_leave() {
    let classify = module("classify");
    let notes = [
        "Project meeting: send the client report before the deadline.",
        "Milk, bread; clean the kitchen",
        "Call the dentist about the pills",
        "Review the contract with the customer",
        "zxqv",
    ];
    let output = run(&classify, &[], &notes).expect("an output");
    let text = String::from_utf8(output.clone()).expect("text");
    assert_eq!(text, "work 2\nhome 1\nhealth 1\nother 1\n");
    assert_eq!(classify.score(&output, &LIMITS), Ok(10_000));
    assert_eq!(classify.score(b"work 2\n", &LIMITS), Ok(0));
    let nothing = run(&classify, &[], &[]).expect("an output");
    assert_eq!(nothing, b"work 0\nhome 0\nhealth 0\nother 0\n");
}

#[test]
fn a_module_gives_no_output_for_bytes_that_are_no_input() {
    let classify = module("classify");
    for bytes in [b"".as_slice(), b"12345", &[0xff; 12]] {
        let refused = classify.run(bytes, &LIMITS);
        assert!(matches!(refused, Err(RunError::Trap(_))), "{refused:?}");
    }
}

#[test]
fn a_sketch_is_exact_where_the_random_bytes_make_no_noise() {
    let sketch = module("sketch");
    let zeros = vec![0; RANDOM_BYTES as usize];
    let of = |texts: &[&str]| counts(&run(&sketch, &zeros, texts).expect("a sketch"));
    assert_eq!(of(&[]), [0; BUCKETS]);
    assert_eq!(of(&["milk milk", "Milk"]).iter().sum::<i32>(), 1);
    let many: Vec<String> = (0..100).map(|word| format!("word{word}")).collect();
    assert_eq!(of(&[&many.join(" ")]).iter().sum::<i32>(), MOST_WORDS);
    // Too few random bytes: no output, whatever the files are.
    assert!(run(&sketch, &zeros[..30], &["milk"]).is_err());
    assert!(run(&sketch, &[], &["milk"]).is_err());
}

#[test]
fn noise_hides_the_one_and_vanishes_in_the_mean_of_many() {
    const PEOPLE: u64 = 3_000;
    let sketch = module("sketch");
    let zeros = vec![0; RANDOM_BYTES as usize];
    let exact = counts(&run(&sketch, &zeros, &["milk"]).expect("a sketch"));
    let bucket = exact.iter().position(|count| *count == 1).expect("a word");
    // Two in three use the word, and nothing else.
    let mut sum = vec![0_i64; BUCKETS];
    let mut squares = 0_i64;
    for person in 0..PEOPLE {
        let texts: &[&str] = if person % 3 == 0 { &[] } else { &["milk"] };
        let output = run(&sketch, &random(person), texts).expect("a sketch");
        assert_eq!(sketch.score(&output, &LIMITS), Ok(10_000));
        for (at, count) in counts(&output).into_iter().enumerate() {
            sum[at] += i64::from(count);
            if at != bucket {
                squares += i64::from(count) * i64::from(count);
            }
        }
    }
    // The noise of one output has variance 2 × 0.75 / 0.25^2 = 24 in each count: a word is one.
    let variance = squares as f64 / (PEOPLE as f64 * (BUCKETS - 1) as f64);
    assert!((23.0..25.0).contains(&variance), "{variance}");
    // That of the mean is 24 / 3,000: a standard deviation of 0.09. Four of them are allowed.
    for (at, sum) in sum.iter().enumerate() {
        let mean = *sum as f64 / PEOPLE as f64;
        let expected = if at == bucket { 2.0 / 3.0 } else { 0.0 };
        assert!((mean - expected).abs() < 0.36, "{at}: {mean}");
    }
}

#[test]
fn the_noise_has_the_distribution_of_the_guarantee_inside_the_sandbox_too() {
    let sketch = module("sketch");
    let mut seen = [0_u32; 121];
    let runs = 1_500_u64;
    for seed in 0..runs {
        let output = run(&sketch, &random(1 << 32 | seed), &[]).expect("a sketch");
        for noise in counts(&output) {
            seen[usize::try_from(noise + 60).expect("within the bounds")] += 1;
        }
    }
    // Pearson's statistic over noise of -10 to 10 and both tails: 22 degrees of freedom, of which 48.3 is
    // exceeded once in a thousand times. The random bytes are the same in every run of this test.
    let all = runs as f64 * BUCKETS as f64;
    let expected = |noise: i32| all / 7.0 * 0.75_f64.powi(noise.abs());
    let tail = all * (4.0 / 7.0) * 0.75_f64.powi(11);
    let deviation = |seen: f64, expected: f64| (seen - expected).powi(2) / expected;
    let middle: f64 = (-10..=10)
        .map(|noise: i32| deviation(f64::from(seen[(noise + 60) as usize]), expected(noise)))
        .sum();
    let low: u32 = seen[..50].iter().sum();
    let high: u32 = seen[71..].iter().sum();
    let statistic = middle + deviation(low.into(), tail) + deviation(high.into(), tail);
    assert!(statistic < 48.3, "{statistic}");
}

fn job(name: &str, input: ComputeInput) -> Specification {
    Specification::Compute(ComputeSpecification {
        title: name.to_owned(),
        module: ModuleSource::inline(&module_bytes(name)),
        limits: LIMITS,
        input,
        tasks_per_node: 1,
    })
}

fn open(specification: &Specification, folder: Option<&Path>) -> Box<dyn Kind> {
    // As it would be published and read again.
    let bytes = specification.to_bytes().expect("a sound specification");
    let read = Specification::parse(&bytes).expect("the same");
    let vantage = Vantage {
        policy: AddressPolicy::public(),
        source: None,
    };
    let setting = Setting {
        genesis: [0; 32],
        program: [0; 32],
        requester: [0; 32],
        job: [0; 32],
        unix_time: 0,
    };
    sheaf_kinds::open(read, vantage, folder, &setting).expect("a kind")
}

fn claim() -> Claim {
    Claim {
        contributor: [1; 32],
        task: 0,
        region: "eu-west".to_owned(),
        observed_slot: 7,
    }
}

#[tokio::test]
async fn a_job_over_own_notes_goes_from_folder_to_score() -> Result<(), Box<dyn std::error::Error>>
{
    let (one, other, third) = (
        tempfile::tempdir()?,
        tempfile::tempdir()?,
        tempfile::tempdir()?,
    );
    for folder in [&one, &other] {
        std::fs::write(folder.path().join("a.txt"), "meeting with the client")?;
    }
    std::fs::write(third.path().join("a.txt"), "milk and bread")?;
    let specification = job(
        "classify",
        ComputeInput::Own(OwnInput {
            parameters: vec![String::new()],
            random_bytes: 0,
            redundancy: 2,
        }),
    );
    let mut plaintexts = Vec::new();
    for folder in [&one, &other, &third] {
        let node = open(&specification, Some(folder.path()));
        plaintexts.push(node.observe(&claim()).await?);
    }
    let validator = open(&specification, None);
    assert!(validator.is_compared());
    let reviewer = validator.reviewer(0).await?;
    let quality = |at: usize| {
        let others: Vec<Option<&[u8]>> = (0..3)
            .filter(|other| *other != at)
            .map(|other| Some(plaintexts[other].as_slice()))
            .collect();
        reviewer
            .review_among(&claim(), &plaintexts[at], &others)
            .quality_bps
    };
    assert_eq!([quality(0), quality(1), quality(2)], [10_000, 10_000, 0]);
    Ok(())
}

#[tokio::test]
async fn a_sketch_of_own_notes_is_paid_and_nonsense_is_not()
-> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("a.txt"), "milk and bread")?;
    let specification = job(
        "sketch",
        ComputeInput::Own(OwnInput {
            parameters: vec![String::new()],
            random_bytes: RANDOM_BYTES,
            redundancy: 1,
        }),
    );
    let node = open(&specification, Some(folder.path()));
    let validator = open(&specification, None);
    let reviewer = validator.reviewer(0).await?;
    let (once, again) = (node.observe(&claim()).await?, node.observe(&claim()).await?);
    assert_ne!(once, again, "the noise is fresh");
    assert_eq!(reviewer.review(&claim(), &once).quality_bps, 10_000);
    let half = node.falsify(&once, Misbehaviour::Stale);
    assert_eq!(reviewer.review(&claim(), &half).quality_bps, 0);
    Ok(())
}

#[tokio::test]
async fn a_job_over_given_inputs_is_run_again_by_validators()
-> Result<(), Box<dyn std::error::Error>> {
    // The example modules count files, of which given inputs have none.
    let specification = job(
        "classify",
        ComputeInput::Given(vec![to_base64(b"anything"), to_base64(b"else")]),
    );
    let plaintext = open(&specification, None).observe(&claim()).await?;
    let (header, _) = RunHeader::split(&plaintext)?;
    assert_eq!(
        header.input.map(|hash| hash.0),
        Some(sha256(&[b"anything"]))
    );
    let reviewer = open(&specification, None).reviewer(0).await?;
    assert_eq!(reviewer.review(&claim(), &plaintext).quality_bps, 10_000);
    let altered = open(&specification, None).falsify(&plaintext, Misbehaviour::Altered);
    assert_eq!(reviewer.review(&claim(), &altered).quality_bps, 0);
    let other = Claim { task: 1, ..claim() };
    assert_eq!(reviewer.review(&other, &plaintext).quality_bps, 0);
    Ok(())
}

#[test]
fn equal_inputs_give_equal_bytes_from_modules_compiled_twice() {
    let outputs = [(); 2].map(|()| {
        let sketch = module("sketch");
        run(&sketch, &random(9), &["milk and bread"]).expect("a sketch")
    });
    assert_eq!(outputs[0], outputs[1]);
    // `compute` names what it ran by the hash of these bytes.
    assert_eq!(module("sketch").hash(), &sha256(&[&module_bytes("sketch")]));
    let header = compute::result::RunHeader::new(0, module("sketch").hash(), None, &outputs[0]);
    assert_eq!(header.input, None);
}
