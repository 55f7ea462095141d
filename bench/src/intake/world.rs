//! Who hands in what: one job, some nodes, many tasks. Keys are fixed, so that every process and
//! every run has the same.

use ed25519_dalek::SigningKey;
use sheaf_format::{Hash, Key, digest::sha256};
use sheaf_indexer::store::{Identity, intake::Admission};
use sheaf_protocol::{
    api::{SIGNATURE_HEADER, SUBMISSION_HEADER},
    intake::Content,
    statement::{Delegation, Receipt, Signed, Submission},
};

pub const GENESIS: Hash = [1; 32];
pub const PROGRAM: Key = [2; 32];
pub const POOL: Key = [3; 32];
pub const JOB: Key = [4; 32];
/// Number of the job.
pub const JOB_NUMBER: u64 = 0;
/// The round that takes submissions.
pub const ROUND: u64 = 1;
/// The chain's slot.
pub const SLOT: u64 = 1_000;
/// Contributors, each with one node.
pub const CONTRIBUTORS: usize = 500;
/// Tasks of the job.
pub const TASKS: usize = 40;
/// Submissions: each contributor does each task.
pub const SUBMISSIONS: usize = CONTRIBUTORS * TASKS;
/// Bytes of a content.
pub const CONTENT_BYTES: usize = 2_048;

/// The key of somebody in a role.
fn key(role: &[u8], number: usize) -> SigningKey {
    SigningKey::from_bytes(&sha256(&[role, &number.to_le_bytes()]))
}

fn public(key: &SigningKey) -> Key {
    key.verifying_key().to_bytes()
}

/// The aggregator's key.
pub fn aggregator() -> SigningKey {
    key(b"aggregator", 0)
}

pub fn identity() -> Identity {
    Identity {
        genesis: GENESIS,
        program: PROGRAM,
        pool: POOL,
    }
}

/// Every contributor's delegation to its node.
pub fn delegations() -> Vec<Signed<Delegation>> {
    let delegate = |number| {
        let contributor = key(b"contributor", number);
        let body = Delegation {
            genesis: GENESIS,
            program: PROGRAM,
            contributor: public(&contributor),
            node: public(&key(b"node", number)),
            valid_until_slot: SLOT + 100_000,
        };
        Signed::sign(body, &contributor)
    };
    (0..CONTRIBUTORS).map(delegate).collect()
}

/// The content of a submission: no two are alike, and none can be compressed.
pub fn content(number: usize) -> Vec<u8> {
    let mut content = Vec::with_capacity(CONTENT_BYTES + 32);
    let mut block = sha256(&[b"content", &number.to_le_bytes()]);
    while content.len() < CONTENT_BYTES {
        content.extend_from_slice(&block);
        block = sha256(&[&block]);
    }
    content.truncate(CONTENT_BYTES);
    content
}

/// All submissions. Neighbours are of different nodes.
pub fn submissions() -> Vec<Signed<Submission>> {
    let nodes: Vec<(Key, SigningKey)> = (0..CONTRIBUTORS)
        .map(|number| (public(&key(b"contributor", number)), key(b"node", number)))
        .collect();
    let submit = |number: usize| {
        let (contributor, node) = &nodes[number % CONTRIBUTORS];
        let content = Content::of(&content(number));
        let body = Submission {
            genesis: GENESIS,
            program: PROGRAM,
            job: JOB,
            contributor: *contributor,
            node: public(node),
            content_hash: content.hash,
            earliest_round: ROUND,
            nonce: number as u64,
            expiry_slot: SLOT + 10_000,
            observed_slot: SLOT,
            units: 1,
            task: (number / CONTRIBUTORS) as u32,
            content_bytes: CONTENT_BYTES as u32,
            region: [0; 12],
        };
        Signed::sign(body, node)
    };
    (0..SUBMISSIONS).map(submit).collect()
}

/// A submission with its receipt.
pub fn admission(submission: &Signed<Submission>) -> Admission {
    let receipt = Receipt {
        genesis: GENESIS,
        program: PROGRAM,
        job: JOB,
        submission: submission.id(),
        round: ROUND,
        received_slot: SLOT,
    };
    Admission {
        submission: *submission,
        job: JOB_NUMBER,
        receipt: Signed::sign(receipt, &aggregator()),
    }
}

/// The submissions as HTTP requests.
pub fn requests(submissions: &[Signed<Submission>]) -> Vec<Vec<u8>> {
    let request = |(number, submission): (usize, &Signed<Submission>)| {
        let mut request = format!(
            "POST /v1/submissions HTTP/1.1\r\nhost: localhost\r\n{SUBMISSION_HEADER}: {}\r\n{SIGNATURE_HEADER}: {}\r\n\
             content-length: {CONTENT_BYTES}\r\n\r\n",
            submission.body_base64(),
            submission.signature_base64()
        )
        .into_bytes();
        request.extend(content(number));
        request
    };
    submissions.iter().enumerate().map(request).collect()
}
