use super::*;
use ed25519_dalek::SigningKey;
use sheaf_protocol::{outcome::JobTerms, statement::Submission};

const JOB: Key = [4; 32];

fn key(byte: u8) -> SigningKey {
    SigningKey::from_bytes(&[byte; 32])
}

fn submission(task: u32) -> Signed<Submission> {
    let body = Submission {
        genesis: [1; 32],
        program: [2; 32],
        job: JOB,
        contributor: [5; 32],
        node: [6; 32],
        content_hash: [7; 32],
        earliest_round: 1,
        nonce: u64::from(task),
        expiry_slot: 9,
        observed_slot: 1,
        units: 1,
        task,
        content_bytes: 1,
        region: [0; 12],
    };
    Signed::sign(body, &key(6))
}

fn file() -> BatchFile {
    let submissions = (0..5).map(submission).collect();
    BatchFile::new(JOB, 8, submissions, Vec::new()).expect("a batch")
}

fn posted(file: &BatchFile) -> BatchFacts {
    BatchFacts {
        terms: JobTerms {
            job: JOB,
            number: 3,
            price_per_unit: 1,
            minimum_earning: 0,
            treasury_bps: 0,
            validators_bps: 0,
        },
        specification_hash: [0; 32],
        contributions_root: file.root(),
        reserved: 1,
        units: file.units(),
        count: file.count(),
        debited: None,
    }
}

fn receipt(id: Hash) -> Signed<Receipt> {
    let body = Receipt {
        genesis: [1; 32],
        program: [2; 32],
        job: JOB,
        submission: id,
        round: 8,
        received_slot: 77,
    };
    Signed::sign(body, &key(9))
}

fn aggregator() -> Key {
    key(9).verifying_key().to_bytes()
}

#[test]
fn who_is_in_the_batch_gets_a_proof_that_anybody_can_check() -> anyhow::Result<()> {
    let (file, batch) = (file(), posted(&file()));
    for entry in &file.submissions {
        let proof = prove(&file, &batch, 8, entry.id().into(), [9; 32], None)?;
        assert!(proof.included);
        let inclusion = proof.proof.as_ref().context("a proof")?;
        assert!(inclusion.verify(&batch.contributions_root, &item(entry)));
        let json = serde_json::to_value(&proof)?;
        assert_eq!(
            (&json["job"], &json["round"], &json["count"]),
            (&3.into(), &8.into(), &5.into())
        );
        assert!(json["receipt"].is_null() && json["proof"]["siblings"].is_array());
        assert!(proof.to_string().contains("batch of job 3 in round 8"));
    }
    Ok(())
}

#[test]
fn who_was_left_out_proves_it_with_the_receipt_and_only_with_it() -> anyhow::Result<()> {
    let (file, batch) = (file(), posted(&file()));
    let outside = submission(5).id();
    let refused = prove(&file, &batch, 8, outside.into(), [9; 32], None);
    assert!(refused.is_err_and(|error| error.to_string().contains("--receipt")));
    let promise = check_promise(&receipt(outside), &aggregator())?;
    let proof = prove(&file, &batch, 8, outside.into(), [9; 32], Some(promise))?;
    assert!(!proof.included && proof.proof.is_none());
    assert_eq!(proof.receipt.as_ref().map(|it| it.received_slot), Some(77));
    assert!(proof.to_string().contains("left out"));
    Ok(())
}

#[test]
fn a_receipt_of_somebody_else_proves_nothing() {
    let refused = check_promise(&receipt([1; 32]), &[3; 32]);
    assert!(refused.is_err_and(|error| error.to_string().contains("proves nothing")));
    let mut changed = receipt([1; 32]);
    changed.body.round += 1;
    assert!(check_promise(&changed, &aggregator()).is_err());
}

#[test]
fn another_file_than_the_one_on_chain_proves_nothing() {
    let file = file();
    let batch = posted(&file);
    let id = HexHash(file.submissions[0].id());
    let mut fewer = file.clone();
    fewer.submissions.pop();
    let refused = prove(&fewer, &batch, 8, id, [9; 32], None);
    assert!(refused.is_err_and(|error| error.to_string().contains("not the one on chain")));
    assert!(prove(&file, &batch, 7, id, [9; 32], None).is_err());
}
