use super::{
    fixtures::{Parts, echo, echo_back, function},
    *,
};
use crate::{AddressPolicy, Review};
use sheaf_protocol::{
    specification::compute::{ModuleSource, RunLimits},
    text::to_base64,
};
use std::path::Path;

const LIMITS: RunLimits = RunLimits {
    fuel: 100_000,
    memory_pages: 4,
    output_bytes: 1_000,
};

fn compute(module: &[u8], input: ComputeInput, folder: Option<&Path>) -> Compute {
    let specification = ComputeSpecification {
        title: "Echo".to_owned(),
        module: ModuleSource::inline(module),
        limits: LIMITS,
        input,
        tasks_per_node: 1,
    };
    let vantage = Vantage {
        policy: AddressPolicy::public(),
        source: None,
    };
    Compute::new(specification, vantage, folder.map(Path::to_owned)).expect("a client")
}

fn given(tasks: &[&str]) -> ComputeInput {
    ComputeInput::Given(
        tasks
            .iter()
            .map(|task| to_base64(task.as_bytes()))
            .collect(),
    )
}

fn own(random_bytes: u32, redundancy: u32) -> ComputeInput {
    ComputeInput::Own(OwnInput {
        parameters: vec![to_base64(b"what")],
        random_bytes,
        redundancy,
    })
}

fn claim(task: u32) -> Claim {
    Claim {
        contributor: [1; 32],
        task,
        region: "eu-west".to_owned(),
        observed_slot: 7,
    }
}

async fn observed(kind: &Compute, task: u32) -> Result<Vec<u8>, WorkError> {
    kind.observe(&claim(task)).await
}

async fn reviewed(kind: &Compute, task: u32, plaintext: &[u8]) -> Result<Review, WorkError> {
    let reviewer = kind.reviewer(task).await?;
    Ok(reviewer.review(&claim(task), plaintext))
}

#[tokio::test]
async fn a_given_input_is_run_again_and_only_the_right_output_is_paid() -> Result<(), WorkError> {
    let node = compute(&echo(), given(&["one", "two"]), None);
    let validator = compute(&echo(), given(&["one", "two"]), None);
    let plaintext = observed(&node, 1).await?;
    let (header, output) = RunHeader::split(&plaintext).expect("a contribution");
    let expected = Input {
        parameter: b"two",
        ..Input::default()
    };
    assert_eq!(Ok(output.to_vec()), expected.to_bytes());
    assert_eq!(header.input, Some(HexHash(sha256(&[b"two"]))));
    assert_eq!(
        reviewed(&validator, 1, &plaintext).await?.quality_bps,
        10_000
    );
    for how in [Misbehaviour::Altered, Misbehaviour::Stale] {
        let false_one = node.falsify(&plaintext, how);
        assert!(RunHeader::split(&false_one).is_ok(), "it is well formed");
        assert_eq!(reviewed(&validator, 1, &false_one).await?.quality_bps, 0);
    }
    // Right for another task, and another module's.
    let other = observed(&node, 0).await?;
    assert_eq!(reviewed(&validator, 1, &other).await?.quality_bps, 0);
    let module = [9; 32];
    let foreign = RunHeader::new(1, &module, Some(&sha256(&[b"two"])), output);
    let foreign = foreign.with_output(output);
    assert_eq!(reviewed(&validator, 1, &foreign).await?.quality_bps, 0);
    assert!(
        observed(&node, 2)
            .await
            .is_err_and(|error| !error.transient)
    );
    assert!(!node.is_compared() && !node.is_repeated());
    Ok(())
}

#[test]
fn a_module_that_nobody_would_run_is_refused_before_the_job_is_paid_for() {
    let with = |module: &[u8]| check(&compute(module, given(&["one"]), None).specification);
    assert_eq!(with(&echo()), Ok(()));
    let refused = with(b"\0asm\x01\0\0\0").expect_err("no exports");
    assert!(refused.message.contains("memory"), "{refused}");
}

#[tokio::test]
async fn own_files_are_read_from_the_folder_and_their_hash_is_not_told() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("note"), "mine")?;
    let node = compute(&echo(), own(4, 1), Some(folder.path()));
    let plaintext = observed(&node, 0).await.expect("a run");
    let (header, output) = RunHeader::split(&plaintext).expect("a contribution");
    assert_eq!(header.input, None);
    let (parameter, rest) = output.split_at(8);
    assert_eq!(parameter, b"\x04\0\0\0what");
    let (_random, files) = rest.split_at(8);
    assert_eq!(files, b"\x01\0\0\0\x04\0\0\0note\x04\0\0\0mine");
    let again = observed(&node, 0).await.expect("a run");
    assert_ne!(plaintext, again, "its random bytes are drawn anew");
    let without = compute(&echo(), own(0, 1), None);
    let refused = observed(&without, 0).await.expect_err("no folder");
    assert!(!refused.transient && refused.message.contains("--compute-folder"));
    Ok(())
}

#[tokio::test]
async fn outputs_over_own_files_must_agree_where_the_job_says_so() -> Result<(), WorkError> {
    let validator = compute(&echo(), own(0, 2), None);
    assert!(validator.is_compared());
    let module = validator.specification.module_hash();
    let saying = |output: &[u8]| RunHeader::new(0, &module, None, output).with_output(output);
    let reviewer = validator.reviewer(0).await?;
    let (right, wrong) = (saying(b"right"), saying(b"wrong"));
    let among = |own: &[u8], others: &[Option<&[u8]>]| {
        reviewer.review_among(&claim(0), own, others).quality_bps
    };
    assert_eq!(among(&right, &[Some(&right), Some(&wrong)]), 10_000);
    assert_eq!(among(&wrong, &[Some(&right), Some(&right)]), 0);
    assert_eq!(among(&right, &[Some(&right), None, None]), 0);
    assert_eq!(among(&right, &[]), 0);
    // The same output for another task, or with the hash of an input, is not the same.
    let elsewhere = RunHeader::new(1, &module, None, b"right").with_output(b"right");
    assert_eq!(among(&right, &[Some(&elsewhere)]), 0);
    let hashed = RunHeader::new(0, &module, Some(&[3; 32]), b"right").with_output(b"right");
    assert_eq!(among(&hashed, &[Some(&hashed)]), 0);
    Ok(())
}

#[tokio::test]
async fn an_output_nobody_else_can_check_is_worth_what_the_module_says() -> Result<(), WorkError> {
    // Half marks for whatever it is.
    let parts = Parts {
        score: Some(function(0, |it| {
            it.i32_const(5_000);
        })),
        ..Parts::default()
    };
    let bytes = parts.module(echo_back);
    let validator = compute(&bytes, own(8, 1), None);
    let module = validator.specification.module_hash();
    let saying = |output: &[u8]| RunHeader::new(0, &module, None, output).with_output(output);
    let review = reviewed(&validator, 0, &saying(b"x")).await?;
    assert_eq!(review.quality_bps, 5_000, "{}", review.reason);
    let long = saying(&[0; 1_001]);
    assert_eq!(reviewed(&validator, 0, &long).await?.quality_bps, 0);
    assert_eq!(reviewed(&validator, 0, b"nonsense").await?.quality_bps, 0);
    // One that its module cannot judge.
    let stopping = Parts {
        score: Some(function(0, |it| {
            it.unreachable();
        })),
        ..Parts::default()
    };
    let bytes = stopping.module(echo_back);
    let validator = compute(&bytes, own(8, 1), None);
    let module = validator.specification.module_hash();
    let output = RunHeader::new(0, &module, None, b"x").with_output(b"x");
    assert_eq!(reviewed(&validator, 0, &output).await?.quality_bps, 0);
    Ok(())
}
